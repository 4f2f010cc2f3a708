//! The schemas of recorded requests: how many are answered in one pass.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpora;

use correctover::contract::schema::{Options, Schema};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

/// Where a request of one of the dialects carries a schema; `*` is every element.
const PLACES: &[&str] = &[
    "response_format/json_schema/schema",
    "text/format/schema",
    "output_config/format/schema",
    "generationConfig/responseSchema",
    "generationConfig/responseJsonSchema",
    "tools/*/function/parameters",
    "tools/*/parameters",
    "tools/*/input_schema",
    "tools/*/functionDeclarations/*/parameters",
    "tools/*/functionDeclarations/*/parametersJsonSchema",
];

#[test]
#[expect(clippy::print_stderr, reason = "the share is a published figure")]
fn nearly_every_schema_of_real_requests_is_answered_in_one_pass() {
    let Some(path) = corpora::find("recorded.jsonl.gz") else { return };
    let schemas = schemas(BufReader::new(GzDecoder::new(std::fs::File::open(path).unwrap())));
    assert!(schemas.len() > 50, "only {} schemas found", schemas.len());
    let mut one_pass = 0;
    for source in &schemas {
        match Schema::compile(source, &Options::default()) {
            Ok(schema) if schema.one_pass() => one_pass += 1,
            Ok(schema) => eprintln!("by the authority, for {}: {source}", schema.fallback_reason().unwrap()),
            Err(error) => eprintln!("{error}: {source}"),
        }
    }
    eprintln!("{one_pass} of {} schemas are answered in one pass", schemas.len());
    assert!(one_pass * 100 >= schemas.len() * 95);
}

fn schemas(lines: impl BufRead) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let Some(request) = line["request"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
            continue;
        };
        for place in PLACES {
            collect(&request, place, &mut found);
        }
    }
    found
}

fn collect(value: &Value, place: &str, found: &mut BTreeSet<String>) {
    let (step, rest) = place.split_once('/').unwrap_or((place, ""));
    match (step, value) {
        ("", Value::Object(map)) if !is_gemini(map) => drop(found.insert(value.to_string())),
        ("*", Value::Array(items)) => items.iter().for_each(|item| collect(item, rest, found)),
        (step, Value::Object(map)) => map.get(step).into_iter().for_each(|value| collect(value, rest, found)),
        _ => {}
    }
}

/// Gemini's own schema language has types in capitals; it is no JSON Schema until it is translated.
fn is_gemini(map: &serde_json::Map<String, Value>) -> bool {
    map.get("type").and_then(Value::as_str).is_some_and(|name| name.starts_with(char::is_uppercase))
}
