//! The walk over the text and the authority over the tree are two judges of one question. Generated schemas meet
//! generated instances; the two must say the same, except that the walk may refuse what has equal keys (the check
//! then asks the authority). `CORRECTOVER_CASES` sets how many, `CORRECTOVER_SEED` which.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use correctover::contract::schema::{Checked, Options, Schema};
use fastrand::Rng;
use serde_json::{Map, Value, json};

const NAMES: &[&str] = &["a", "b", "kind", "näme", "x\"y", "", "items", "a/b", "longer_name_than_eight"];
const WORDS: &[&str] = &["", "a", "ab", "2024-02-29", "2024-02-30", "é😀", "a\"b\\c\n", "x@y.de", "\u{fffd}", "null"];
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "1.0",
    "-1",
    "2",
    "3",
    "1.5",
    "1e1",
    "100",
    "0.1",
    "1e999",
    "-1e999",
    "9007199254740993",
    "12345678901234567890",
    "1e-7",
    "5e-324",
    "2.50",
    "18446744073709551616",
];
const DIALECTS: &[Option<&str>] = &[
    None,
    None,
    None,
    Some("http://json-schema.org/draft-04/schema#"),
    Some("http://json-schema.org/draft-06/schema#"),
    Some("http://json-schema.org/draft-07/schema#"),
    Some("https://json-schema.org/draft/2019-09/schema"),
    Some("https://json-schema.org/draft/2020-12/schema"),
];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

#[test]
#[expect(clippy::print_stderr, reason = "how much was compared is part of the result")]
fn both_judges_say_the_same() {
    let cases = setting("CORRECTOVER_CASES", 50_000);
    let mut rng = Rng::with_seed(setting("CORRECTOVER_SEED", 1));
    let (mut compared, mut valid, mut equal_keys, mut refused) = (0_u64, 0_u64, 0_u64, 0_u64);
    while compared < cases {
        let source = Schemas::source(&mut rng);
        let Ok(schema) = Schema::compile(&source, &Options::default()) else {
            refused += 1;
            assert!(refused < 1000 + compared, "too many schemas are refused: {source}");
            continue;
        };
        let parsed: Value = serde_json::from_str(&source).unwrap();
        for _ in 0..20 {
            let mut texts = Texts { rng: &mut rng, root: &parsed, equal_keys: false };
            let text = texts.fitting(&parsed, 0);
            let has_equal_keys = texts.equal_keys;
            let expected = schema.judge_by_authority(&text).unwrap_or_else(|| panic!("not JSON: {text}"));
            assert_eq!(schema.check(&text) == Checked::Valid, expected, "checked:\n{source}\n{text}");
            let Some(said) = schema.judge_in_one_pass(&text) else { continue };
            compared += 1;
            valid += u64::from(said);
            equal_keys += u64::from(has_equal_keys);
            let agreed = said == expected || (has_equal_keys && !said);
            assert!(agreed, "one pass says {said}, the authority {expected}:\n{source}\n{text}");
        }
    }
    eprintln!("{compared} verdicts equal, {valid} of them valid, {equal_keys} with equal keys");
    assert!(valid * 10 > compared && valid * 10 < compared * 9, "{valid} of {compared} are valid: too one-sided");
}

struct Schemas<'r> {
    rng: &'r mut Rng,
    dialect: Option<&'static str>,
}

impl Schemas<'_> {
    fn source(rng: &mut Rng) -> String {
        let dialect = DIALECTS[rng.usize(..DIALECTS.len())];
        let mut schemas = Schemas { rng, dialect };
        let mut root = schemas.object(0);
        if let Some(dialect) = dialect {
            root.insert("$schema".into(), dialect.into());
        }
        let inner = schemas.schema(1);
        root.insert("definitions".into(), json!({ "d": inner }));
        Value::Object(root).to_string()
    }

    fn schema(&mut self, depth: u32) -> Value {
        match self.rng.u32(..20) {
            0 if !self.is_draft4() => Value::Bool(true),
            1 if !self.is_draft4() => Value::Bool(false),
            2 | 3 => json!({ "$ref": "#/definitions/d" }),
            4 => json!({ "$ref": "#" }),
            _ => Value::Object(self.object(depth)),
        }
    }

    fn is_draft4(&self) -> bool {
        self.dialect.is_some_and(|dialect| dialect.contains("draft-04"))
    }

    fn is_2020(&self) -> bool {
        self.dialect.is_none_or(|dialect| dialect.contains("2020-12"))
    }

    fn object(&mut self, depth: u32) -> Map<String, Value> {
        let mut map = Map::new();
        if self.rng.u32(..4) > 0 {
            map.insert("type".into(), self.types());
        }
        for _ in 0..self.rng.u32(1..4) {
            let (keyword, value) = if depth < 4 && self.rng.bool() { self.applicator(depth) } else { self.assertion() };
            map.insert(keyword.into(), value);
        }
        map
    }

    fn types(&mut self) -> Value {
        const TYPES: &[&str] = &["object", "object", "array", "string", "number", "integer", "boolean", "null"];
        let one = TYPES[self.rng.usize(..TYPES.len())];
        let other = TYPES[self.rng.usize(..TYPES.len())];
        if one != other && self.rng.u32(..4) == 0 { json!([one, other]) } else { json!(one) }
    }

    fn applicator(&mut self, depth: u32) -> (&'static str, Value) {
        let list = |this: &mut Self| {
            let length = this.rng.u32(1..4);
            Value::Array((0..length).map(|_| this.schema(depth + 1)).collect())
        };
        match self.rng.u32(..14) {
            0..=4 => ("properties", self.members(depth)),
            5 => ("additionalProperties", if self.rng.bool() { Value::Bool(false) } else { self.schema(depth + 1) }),
            6 | 7 => ("items", self.schema(depth + 1)),
            8 if self.is_2020() => ("prefixItems", list(self)),
            8 => ("items", list(self)),
            9 => ("anyOf", list(self)),
            10 => ("oneOf", if self.rng.bool() { self.tagged(depth) } else { list(self) }),
            11 => ("allOf", list(self)),
            12 => ("not", self.schema(depth + 1)),
            _ if self.rng.u32(..3) == 0 => ("additionalProperties", json!({ "type": self.types() })),
            _ if self.rng.bool() => ("propertyNames", json!({ "maxLength": self.rng.u32(..4) })),
            _ => ("patternProperties", json!({ "^[a-k]": self.schema(depth + 1), "\"": self.schema(depth + 1) })),
        }
    }

    fn members(&mut self, depth: u32) -> Value {
        let count = if self.rng.u32(..8) == 0 { NAMES.len() } else { self.rng.usize(1..4) };
        let members = (0..count).map(|at| {
            let name = if count == NAMES.len() { NAMES[at] } else { self.name() };
            (name.to_owned(), self.schema(depth + 1))
        });
        Value::Object(members.collect())
    }

    /// A union told apart by a tag; often with a flaw, so that a value may be two things after all.
    fn tagged(&mut self, depth: u32) -> Value {
        let flaw = self.rng.u32(..8);
        let branches = WORDS[..3].iter().enumerate().map(|(at, word)| {
            let last = at == 2;
            let tag = if flaw == 0 && last { json!([word, WORDS[0]]) } else { json!([word]) };
            let kind = if flaw == 1 { json!(["object", "null"]) } else { json!("object") };
            let required = if flaw == 2 && last { json!(["a"]) } else { json!(["kind"]) };
            json!({
                "type": kind,
                "properties": { "kind": { "enum": tag }, "a": self.schema(depth + 1) },
                "required": required,
            })
        });
        Value::Array(branches.collect())
    }

    fn name(&mut self) -> &'static str {
        NAMES[self.rng.usize(..NAMES.len())]
    }

    fn number(&mut self) -> Value {
        let text = NUMBERS[self.rng.usize(..NUMBERS.len())];
        serde_json::from_str(text).unwrap_or(Value::from(7))
    }

    fn assertion(&mut self) -> (&'static str, Value) {
        const FORMATS: &[&str] = &["date", "date-time", "email", "uuid", "uri", "ipv4", "no-such-format"];
        const PATTERNS: &[&str] = &["^a", "b$", "^\\S+$", "[0-9]{4}-", "^(a|ab)$", ".😀", "^(?!a)", "^$"];
        let count = json!(self.rng.u32(..4));
        match self.rng.u32(..18) {
            0..=2 => {
                let mut names: Vec<&str> = (0..self.rng.u32(1..3)).map(|_| self.name()).collect();
                names.sort_unstable();
                names.dedup();
                ("required", json!(names))
            }
            3 => ("enum", self.constants()),
            4 => ("const", self.constants()[0].clone()),
            5 => ("minLength", count),
            6 => ("maxLength", count),
            7 => ("minimum", self.number()),
            8 => ("maximum", self.number()),
            9 if self.is_draft4() => ("minimum", self.number()),
            9 => ("exclusiveMinimum", self.number()),
            10 => ("multipleOf", json!([1.0, 2.0, 0.5, 0.1, 3.0][self.rng.usize(..5)])),
            11 => ("minItems", count),
            12 => ("maxItems", count),
            13 => ("minProperties", count),
            14 => ("maxProperties", count),
            15 => ("pattern", json!(PATTERNS[self.rng.usize(..PATTERNS.len())])),
            16 => ("format", json!(FORMATS[self.rng.usize(..FORMATS.len())])),
            _ => ("uniqueItems", json!(self.rng.bool())),
        }
    }

    fn constants(&mut self) -> Value {
        let word = WORDS[self.rng.usize(..WORDS.len())];
        let mut all =
            vec![json!(null), json!(true), self.number(), json!(word), json!([1, "a"]), json!({"a": 1, "b": 2})];
        self.rng.shuffle(&mut all);
        all.truncate(self.rng.usize(1..4));
        Value::Array(all)
    }
}

/// Instances that follow a schema about as often as not.
struct Texts<'r> {
    rng: &'r mut Rng,
    root: &'r Value,
    equal_keys: bool,
}

impl Texts<'_> {
    fn fitting(&mut self, schema: &Value, depth: u32) -> String {
        if depth > 5 || self.rng.u32(..12) == 0 {
            return self.scalar();
        }
        let Some(map) = schema.as_object() else { return self.scalar() };
        if let Some(target) = map.get("$ref").and_then(Value::as_str) {
            let target = self.root.pointer(&target[1..]).unwrap_or(self.root);
            return self.fitting(target, depth + 1);
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            if let Some(branches) = map.get(keyword).and_then(Value::as_array).filter(|_| self.rng.bool()) {
                let branch = &branches[self.rng.usize(..branches.len())];
                return self.fitting(branch, depth + 1);
            }
        }
        if let Some(options) = map.get("enum").and_then(Value::as_array).filter(|_| self.rng.u32(..4) > 0) {
            return options[self.rng.usize(..options.len())].to_string();
        }
        if let Some(constant) = map.get("const").filter(|_| self.rng.u32(..4) > 0) {
            return constant.to_string();
        }
        let kind = match map.get("type") {
            Some(Value::String(name)) => name.as_str(),
            Some(Value::Array(names)) => names[self.rng.usize(..names.len())].as_str().unwrap_or_default(),
            _ if map.contains_key("properties") || map.contains_key("required") => "object",
            _ if map.contains_key("items") => "array",
            _ => ["object", "array", "string", "number", "null"][self.rng.usize(..5)],
        };
        match kind {
            "object" => self.object(map, depth),
            "array" => self.array(map, depth),
            "string" => self.string(WORDS),
            "number" | "integer" => NUMBERS[self.rng.usize(..NUMBERS.len())].to_owned(),
            "boolean" => self.rng.bool().to_string(),
            _ => "null".to_owned(),
        }
    }

    fn object(&mut self, map: &Map<String, Value>, depth: u32) -> String {
        let known = map.get("properties").and_then(Value::as_object);
        let required = map.get("required").and_then(Value::as_array);
        let mut names: Vec<&str> = known.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        names.extend(required.into_iter().flatten().filter_map(Value::as_str));
        names.retain(|_| self.rng.u32(..6) > 0);
        for _ in 0..self.rng.u32(..3) {
            names.push(NAMES[self.rng.usize(..NAMES.len())]);
        }
        if self.rng.bool() {
            names.sort_unstable();
            names.dedup();
        }
        let mut text = String::from("{");
        for (at, name) in names.iter().enumerate() {
            self.equal_keys |= names[..at].contains(name);
            let separator = if at == 0 { "" } else { "," };
            let key = self.literal(name);
            let schema = known.and_then(|known| known.get(*name)).cloned().unwrap_or(Value::Bool(true));
            let value = self.fitting(&schema, depth + 1);
            text += &[separator, self.space(), &key, self.space(), ":", &value].concat();
        }
        text + self.space() + "}"
    }

    fn array(&mut self, map: &Map<String, Value>, depth: u32) -> String {
        let items = map.get("items").cloned().unwrap_or(Value::Bool(true));
        let length = self.rng.u32(..5);
        let items: Vec<String> = (0..length).map(|_| self.fitting(&items, depth + 1)).collect();
        format!("[{}{}]", self.space(), items.join(","))
    }

    fn scalar(&mut self) -> String {
        match self.rng.u32(..8) {
            0 => "null".into(),
            1 => self.rng.bool().to_string(),
            2 | 3 => NUMBERS[self.rng.usize(..NUMBERS.len())].into(),
            4 => "[]".into(),
            5 => "{}".into(),
            6 => "\"\\ud800\"".into(),
            _ => self.string(WORDS),
        }
    }

    fn string(&mut self, words: &[&str]) -> String {
        let word = words[self.rng.usize(..words.len())];
        self.literal(word)
    }

    /// The text as JSON, sometimes with more escapes than needed.
    fn literal(&mut self, text: &str) -> String {
        if self.rng.u32(..4) > 0 {
            return Value::from(text).to_string();
        }
        let units: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        format!("\"{}\"", units.concat())
    }

    fn space(&mut self) -> &'static str {
        ["", "", "", " ", "\n\t"][self.rng.usize(..5)]
    }
}
