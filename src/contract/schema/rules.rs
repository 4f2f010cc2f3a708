//! The keywords that judge a value by itself, kind by kind.

use super::compile::{Compiled, Compiler, Fallback, said};
use super::program::{ArrayRules, Constants, Field, Kinds, NumberRules, ObjectRules, RequiredSet, Rules, TextRules};
use crate::json::Kind;
use hashbrown::HashMap;
use jsonschema::Draft;
use serde_json::{Map, Value};

type Schema = Map<String, Value>;

/// Objects with more properties than this are looked up instead of looked through.
const WIDE: usize = 8;

/// One set of rules, two where `enum` and `const` both limit the value, none where nothing is said.
pub fn compile<'s>(compiler: &mut Compiler<'s>, map: &'s Schema) -> Compiled<Vec<Rules>> {
    let mut rules = Rules::new();
    types(&mut rules, map)?;
    let mut constants = Vec::new();
    if let Some(options) = map.get("enum") {
        constants.push(self::constants(compiler, options.as_array().ok_or(Fallback("enum"))?)?);
    }
    if let Some(value) = map.get("const").filter(|_| compiler.draft != Draft::Draft4) {
        constants.push(self::constants(compiler, std::slice::from_ref(value))?);
    }
    rules.number = NumberRules { whole: rules.number.whole, ..number(compiler, map)? };
    rules.text = text(compiler, map)?;
    rules.array = array(compiler, map)?;
    rules.object = object(compiler, map)?;
    let mut all = Vec::new();
    if let Some(constants) = constants.pop() {
        rules.limit(constants);
    }
    if let Some(constants) = constants.pop() {
        let mut more = Rules::new();
        more.limit(constants);
        all.push(more);
    }
    all.extend(said(rules));
    Ok(all)
}

fn types(rules: &mut Rules, map: &Schema) -> Compiled<()> {
    let names: &[Value] = match map.get("type") {
        None => return Ok(()),
        Some(Value::Array(names)) => names,
        Some(name) => std::slice::from_ref(name),
    };
    rules.kinds = Kinds::NONE;
    let mut any_number = false;
    for name in names {
        rules.kinds = rules.kinds.or(Kinds::of(match name.as_str() {
            Some("null") => Kind::Null,
            Some("boolean") => Kind::Bool,
            Some("string") => Kind::String,
            Some("array") => Kind::Array,
            Some("object") => Kind::Object,
            Some("integer") => {
                rules.number.whole = true;
                Kind::Number
            }
            Some("number") => {
                any_number = true;
                Kind::Number
            }
            _ => return Err(Fallback("type")),
        }));
    }
    rules.number.whole &= !any_number;
    Ok(())
}

fn constants(compiler: &Compiler<'_>, values: &[Value]) -> Compiled<Constants> {
    let mut constants = Constants::default();
    let mut containers = Vec::new();
    for value in values {
        match value {
            Value::Null => constants.null = true,
            Value::Bool(value) => constants.booleans[usize::from(*value)] = true,
            Value::Number(value) => constants.numbers.push(value.as_f64().ok_or(Fallback("enum"))?),
            Value::String(value) => constants.texts.push(value.as_str().into()),
            Value::Array(_) | Value::Object(_) => containers.push(value.clone()),
        }
    }
    constants.texts.sort_unstable();
    if !containers.is_empty() {
        let question = Map::from_iter([("enum".to_owned(), Value::Array(containers))]);
        constants.containers = Some(compiler.authority.leaf(question).ok_or(Fallback("enum"))?);
    }
    Ok(constants)
}

fn number(compiler: &Compiler<'_>, map: &Schema) -> Compiled<NumberRules> {
    let limit = |keyword: &'static str| match map.get(keyword) {
        None => Ok(None),
        Some(value) => value.as_f64().ok_or(Fallback(keyword)).map(Some),
    };
    let mut rules = NumberRules { minimum: limit("minimum")?, maximum: limit("maximum")?, ..NumberRules::default() };
    if compiler.draft == Draft::Draft4 {
        // There the word only sharpens the other one.
        if map.get("exclusiveMinimum") == Some(&Value::Bool(true)) {
            rules.above = rules.minimum.take();
        }
        if map.get("exclusiveMaximum") == Some(&Value::Bool(true)) {
            rules.below = rules.maximum.take();
        }
    } else {
        rules.above = limit("exclusiveMinimum")?;
        rules.below = limit("exclusiveMaximum")?;
    }
    rules.multiple = compiler.authority.keywords(map, &["multipleOf"]);
    Ok(rules)
}

fn text(compiler: &Compiler<'_>, map: &Schema) -> Compiled<Option<TextRules>> {
    let rules = TextRules {
        minimum: count(map, "minLength")?.unwrap_or(0),
        maximum: count(map, "maxLength")?,
        form: compiler.authority.keywords(map, &["pattern", "format"]),
    };
    Ok((rules.minimum > 0 || rules.maximum.is_some() || rules.form.is_some()).then_some(rules))
}

fn array<'s>(compiler: &mut Compiler<'s>, map: &'s Schema) -> Compiled<Option<ArrayRules>> {
    const KEYWORDS: [&str; 6] = ["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems"];
    if !KEYWORDS.iter().any(|keyword| map.contains_key(*keyword)) {
        return Ok(None);
    }
    let (first, rest) = match (compiler.draft, map.get("items")) {
        (Draft::Draft202012 | Draft::Unknown, items) => (map.get("prefixItems"), items),
        (_, Some(first @ Value::Array(_))) => (Some(first), map.get("additionalItems")),
        (_, items) => (None, items),
    };
    Ok(Some(ArrayRules {
        minimum: count(map, "minItems")?.unwrap_or(0),
        maximum: count(map, "maxItems")?,
        first: first.map_or(Ok(Vec::new()), |first| compiler.list(first, "prefixItems"))?,
        rest: match rest {
            Some(rest) => compiler.add(rest)?,
            None => compiler.anything(),
        },
        unique: compiler
            .authority
            .keywords(map, &["uniqueItems"])
            .filter(|_| map.get("uniqueItems") == Some(&Value::Bool(true))),
    }))
}

fn object<'s>(compiler: &mut Compiler<'s>, map: &'s Schema) -> Compiled<Option<ObjectRules>> {
    const KEYWORDS: [&str; 7] = [
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
    ];
    if !KEYWORDS.iter().any(|keyword| map.contains_key(*keyword)) {
        return Ok(None);
    }
    let mut fields = Vec::new();
    for (name, schema) in members(map, "properties")? {
        fields.push(Field { name: name.as_str().into(), node: Some(compiler.add(schema)?), required: None });
    }
    let required = required(&mut fields, map)?;
    let mut patterns = Vec::new();
    for (pattern, schema) in members(map, "patternProperties")? {
        // A match that the backtracking engine gives up on would send the field to the wrong rule.
        let question = Map::from_iter([("pattern".to_owned(), Value::String(pattern.clone()))]);
        let leaf = compiler.authority.leaf(question).filter(|_| compiler.authority.is_linear());
        patterns.push((leaf.ok_or(Fallback("patternProperties"))?, compiler.add(schema)?));
    }
    let names = map.get("propertyNames").filter(|_| compiler.draft != Draft::Draft4);
    Ok(Some(ObjectRules {
        index: (fields.len() > WIDE)
            .then(|| fields.iter().enumerate().map(|(at, field)| (field.name.clone(), at)).collect()),
        fields,
        required,
        patterns,
        rest: match map.get("additionalProperties") {
            Some(rest) => compiler.add(rest)?,
            None => compiler.anything(),
        },
        names: names.map(|names| compiler.add(names)).transpose()?,
        minimum: count(map, "minProperties")?.unwrap_or(0),
        maximum: count(map, "maxProperties")?,
    }))
}

/// Marks the required fields, adding those that have no schema of their own.
fn required(fields: &mut Vec<Field>, map: &Schema) -> Compiled<RequiredSet> {
    let wide = Fallback("required");
    let mut set = RequiredSet::default();
    let Some(names) = map.get("required") else { return Ok(set) };
    let mut places: HashMap<Box<str>, usize> =
        fields.iter().enumerate().map(|(at, field)| (field.name.clone(), at)).collect();
    for (bit, name) in names.as_array().ok_or(wide.clone())?.iter().enumerate() {
        let name: Box<str> = name.as_str().ok_or(wide.clone())?.into();
        let place = *places.entry(name).or_insert_with_key(|name| {
            fields.push(Field { name: name.clone(), node: None, required: None });
            fields.len() - 1
        });
        let bit = *fields[place].required.get_or_insert(u8::try_from(bit).map_err(|_| wide.clone())?);
        set.insert(bit);
    }
    Ok(set)
}

fn members<'s>(map: &'s Schema, keyword: &'static str) -> Compiled<impl Iterator<Item = (&'s String, &'s Value)>> {
    let members = match map.get(keyword) {
        None => None,
        Some(Value::Object(members)) => Some(members),
        Some(_) => return Err(Fallback(keyword)),
    };
    Ok(members.into_iter().flatten())
}

/// A whole number, however it is written.
fn count(map: &Schema, keyword: &'static str) -> Compiled<Option<usize>> {
    let Some(value) = map.get(keyword) else { return Ok(None) };
    let count = value.as_u64().ok_or(Fallback(keyword))?;
    usize::try_from(count).map(Some).map_err(|_| Fallback(keyword))
}

impl Rules {
    fn limit(&mut self, constants: Constants) {
        self.kinds = self.kinds.and(constants.kinds());
        self.constants = Some(constants);
    }
}
