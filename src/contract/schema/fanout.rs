//! How many schemas stand for one value, through `allOf` and its kin and through references. Thirty definitions that
//! each refer to the next one twice are a kilobyte of text and a billion questions about every value; the authority
//! would ask them all.

use super::error::SchemaError;
use hashbrown::HashMap;
use serde_json::{Map, Value};
use std::ptr::from_ref;

/// Schemas for one value. The widest schemas in use are unions of some hundred kinds, each a few schemas deep.
pub const MAX_FAN_OUT: usize = 100_000;

/// Keywords whose subschemas judge the same value: one schema, a list of them, or one for each name.
const SAME_VALUE: &[&str] =
    &["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies"];
const REFERENCES: &[&str] = &["$ref", "$dynamicRef", "$recursiveRef"];
const NAMES: &[&str] = &["$anchor", "$dynamicAnchor", "$id", "id"];

#[derive(Clone, Copy)]
enum Weight {
    /// Being weighed; a way back to it is a loop, which the authority ends itself.
    Open,
    Done(usize),
}

struct Scale<'s> {
    root: &'s Value,
    named: HashMap<&'s str, &'s Value>,
    weights: HashMap<*const Value, Weight>,
}

pub fn measure(root: &Value) -> Result<(), SchemaError> {
    let objects = objects(root);
    let named = objects.iter().flat_map(|&(value, map)| {
        NAMES.iter().filter_map(move |name| Some((map.get(*name)?.as_str()?.trim_start_matches('#'), value)))
    });
    let mut scale = Scale { root, named: named.collect(), weights: HashMap::with_capacity(objects.len()) };
    for &(value, _) in &objects {
        let weight = scale.weigh(value);
        if weight > MAX_FAN_OUT {
            return Err(SchemaError::too_large("subschemas for one value", MAX_FAN_OUT, weight));
        }
    }
    Ok(())
}

/// Everything that may be a schema, data among it.
fn objects(root: &Value) -> Vec<(&Value, &Map<String, Value>)> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                found.push((value, map));
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

impl<'s> Scale<'s> {
    /// Without recursion: chains of references are as long as their author likes.
    fn weigh(&mut self, schema: &'s Value) -> usize {
        let mut open = vec![schema];
        while let Some(&top) = open.last() {
            let parts = self.parts(top);
            let before = open.len();
            if !self.weights.contains_key(&from_ref(top)) {
                self.weights.insert(from_ref(top), Weight::Open);
                open.extend(parts.iter().filter(|part| !self.weights.contains_key(&from_ref(**part))));
            }
            if open.len() == before {
                if !matches!(self.weights.get(&from_ref(top)), Some(Weight::Done(_))) {
                    let weight = parts.iter().fold(1_usize, |sum, part| sum.saturating_add(self.done(part)));
                    self.weights.insert(from_ref(top), Weight::Done(weight));
                }
                open.pop();
            }
        }
        self.done(schema)
    }

    fn done(&self, schema: &Value) -> usize {
        match self.weights.get(&from_ref(schema)) {
            Some(Weight::Done(weight)) => *weight,
            Some(Weight::Open) | None => 0,
        }
    }

    /// The schemas that this one puts to the same value.
    fn parts(&self, schema: &'s Value) -> Vec<&'s Value> {
        let Value::Object(map) = schema else { return Vec::new() };
        let mut parts = Vec::new();
        for value in SAME_VALUE.iter().filter_map(|keyword| map.get(*keyword)) {
            match value {
                Value::Array(schemas) => parts.extend(schemas),
                Value::Object(names) => {
                    parts.push(value);
                    parts.extend(names.values());
                }
                _ => {}
            }
        }
        let references = REFERENCES.iter().filter_map(|keyword| map.get(*keyword)?.as_str());
        parts.extend(references.filter_map(|reference| self.target(reference)));
        parts
    }

    fn target(&self, reference: &str) -> Option<&'s Value> {
        let pointer = reference.strip_prefix('#').unwrap_or(reference);
        self.root.pointer(pointer).or_else(|| self.named.get(pointer).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(levels: usize, keyword: &str, reference: &str, expected: bool) {
        let fans: Vec<String> = (0..levels)
            .map(|at| {
                let next = reference.replace('N', &(at + 1).to_string());
                format!(r#""d{at}":{{"$anchor":"a{at}","{keyword}":[{{"$ref":"{next}"}},{{"$ref":"{next}"}}]}}"#)
            })
            .collect();
        let source = format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{},"d{levels}":{{}}}}}}"##, fans.join(","));
        let schema = serde_json::from_str(&source).unwrap();
        assert_eq!(measure(&schema).is_ok(), expected, "{source}");
    }

    #[test]
    fn references_that_double_are_refused_before_they_explode() {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            check(10, keyword, "#/$defs/dN", true);
            check(60, keyword, "#/$defs/dN", false);
            check(60, keyword, "#aN", false);
        }
    }

    #[test]
    fn loops_and_long_chains_are_light() {
        let recursive = serde_json::json!({"anyOf": [{"$ref": "#"}, {"items": {"$ref": "#"}}]});
        assert_eq!(measure(&recursive), Ok(()));
        let chain: Vec<String> =
            (0..9_000).map(|at| format!(r##""d{at}":{{"$ref":"#/$defs/d{}"}}"##, at + 1)).collect();
        let source = format!(r#"{{"$defs":{{{}}}}}"#, chain.join(","));
        assert_eq!(measure(&serde_json::from_str(&source).unwrap()), Ok(()));
    }
}
