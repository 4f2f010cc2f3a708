//! Schemas as the libraries of the field write them: each must be answered in one pass.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use correctover::contract::schema::{Checked, Options, Schema};

#[track_caller]
fn check(source: &str, valid: &[&str], invalid: &[&str]) {
    let schema = Schema::compile(source, &Options::default()).unwrap();
    assert!(schema.one_pass(), "left to the authority for {:?}", schema.fallback_reason());
    for text in valid {
        assert_eq!(schema.judge_in_one_pass(text), Some(true), "{text}");
        assert_eq!(schema.check(text), Checked::Valid, "{text}");
    }
    for text in invalid {
        assert_eq!(schema.judge_in_one_pass(text), Some(false), "{text}");
        assert!(matches!(schema.check(text), Checked::Invalid(_)), "{text}");
    }
}

#[test]
fn strict_structured_output_with_nested_objects_is_one_pass() {
    check(
        r#"{"type":"object","properties":{
            "invoice":{"type":"object","properties":{
                "number":{"type":"string","pattern":"^INV-[0-9]{6}$"},
                "issued":{"type":"string","format":"date"},
                "currency":{"type":"string","enum":["EUR","USD","GBP"]},
                "lines":{"type":"array","minItems":1,"items":{"type":"object","properties":{
                    "text":{"type":"string"},"quantity":{"type":"integer","minimum":1},
                    "price":{"type":"number","exclusiveMinimum":0},"note":{"type":["string","null"]}
                },"required":["text","quantity","price","note"],"additionalProperties":false}}
            },"required":["number","issued","currency","lines"],"additionalProperties":false}
        },"required":["invoice"],"additionalProperties":false}"#,
        &[
            r#"{"invoice":{"number":"INV-000123","issued":"2024-02-29","currency":"EUR","lines":[{"text":"é\n","quantity":2.0,"price":0.5,"note":null}]}}"#,
        ],
        &[
            r#"{"invoice":{"number":"INV-000123","issued":"2024-02-30","currency":"EUR","lines":[{"text":"","quantity":2,"price":1,"note":""}]}}"#,
            r#"{"invoice":{"number":"INV-123","issued":"2024-02-29","currency":"EUR","lines":[]}}"#,
            r#"{"invoice":{},"extra":1}"#,
        ],
    );
}

#[test]
fn references_and_recursion_are_one_pass() {
    check(
        r##"{"type":"object","properties":{
            "steps":{"type":"array","items":{"$ref":"#/$defs/step"}},
            "tree":{"$ref":"#/$defs/node"}
        },"required":["steps","tree"],"additionalProperties":false,"$defs":{
            "step":{"type":"object","properties":{"explanation":{"type":"string"},"output":{"type":"string"}},
                "required":["explanation","output"],"additionalProperties":false},
            "node":{"type":"object","properties":{"value":{"type":"number"},
                "next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},
                "required":["value","next"],"additionalProperties":false}}}"##,
        &[r#"{"steps":[{"explanation":"a","output":"b"}],"tree":{"value":1,"next":{"value":2,"next":null}}}"#],
        &[
            r#"{"steps":[],"tree":{"value":1,"next":{"value":2,"next":{}}}}"#,
            r#"{"steps":[{}],"tree":{"value":1,"next":null}}"#,
        ],
    );
}

#[test]
fn a_schema_that_is_itself_recursive_is_one_pass() {
    check(
        r##"{"type":"object","properties":{"type":{"enum":["div","button"]},"label":{"type":"string"},
            "children":{"type":"array","items":{"$ref":"#"}}},
            "required":["type","label","children"],"additionalProperties":false}"##,
        &[r#"{"type":"div","label":"","children":[{"type":"button","label":"go","children":[]}]}"#],
        &[r#"{"type":"div","label":"","children":[{"type":"span","label":"go","children":[]}]}"#],
    );
}

#[test]
fn what_zod_writes_is_one_pass() {
    check(
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{
            "id":{"type":"string","format":"uuid","pattern":"^[0-9a-f-]{36}$"},
            "age":{"type":"integer","exclusiveMinimum":0,"maximum":9007199254740991},
            "tags":{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"type":"boolean"}},
            "pair":{"type":"array","prefixItems":[{"type":"string"},{"type":"number"}]},
            "event":{"oneOf":[
                {"type":"object","properties":{"kind":{"type":"string","const":"created"},"by":{"type":"string"}},"required":["kind","by"],"additionalProperties":false},
                {"type":"object","properties":{"kind":{"type":"string","const":"deleted"}},"required":["kind"],"additionalProperties":false}]},
            "nickname":{"anyOf":[{"type":"string","maxLength":3},{"type":"null"}]}
        },"required":["id","age","tags","pair","event","nickname"],"additionalProperties":false}"#,
        &[
            r#"{"id":"123e4567-e89b-12d3-a456-426614174000","age":1,"tags":{"x":true},"pair":["a",1],"event":{"kind":"deleted"},"nickname":"é😀x"}"#,
        ],
        &[
            r#"{"id":"123e4567-e89b-12d3-a456-426614174000","age":0,"tags":{},"pair":[],"event":{"kind":"deleted"},"nickname":null}"#,
            r#"{"id":"123e4567-e89b-12d3-a456-426614174000","age":1,"tags":{"x":1},"pair":[],"event":{"kind":"deleted"},"nickname":null}"#,
            r#"{"id":"123e4567-e89b-12d3-a456-426614174000","age":1,"tags":{},"pair":[],"event":{"kind":"created"},"nickname":null}"#,
        ],
    );
}

#[test]
fn what_pydantic_writes_is_one_pass() {
    check(
        r##"{"$defs":{"Colour":{"enum":["red","green"],"title":"Colour","type":"string"},
            "Cat":{"properties":{"pet":{"const":"cat","title":"Pet","type":"string"},"lives":{"default":9,"type":"integer"}},"required":["pet"],"title":"Cat","type":"object"},
            "Dog":{"properties":{"pet":{"const":"dog","title":"Pet","type":"string"},"colour":{"allOf":[{"$ref":"#/$defs/Colour"}],"default":"red"}},"required":["pet"],"title":"Dog","type":"object"}},
            "properties":{"pet":{"discriminator":{"mapping":{"cat":"#/$defs/Cat","dog":"#/$defs/Dog"},"propertyName":"pet"},
                "oneOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/Dog"}],"title":"Pet"},
            "when":{"anyOf":[{"format":"date-time","type":"string"},{"type":"null"}],"default":null,"title":"When"}},
            "required":["pet"],"title":"Owner","type":"object"}"##,
        &[
            r#"{"pet":{"pet":"dog","colour":"green"},"when":"2024-01-01T00:00:00Z"}"#,
            r#"{"pet":{"lives":7,"pet":"cat"}}"#,
        ],
        &[
            r#"{"pet":{"pet":"dog","colour":"blue"}}"#,
            r#"{"pet":{"pet":"cow"}}"#,
            r#"{"pet":{"pet":"cat"},"when":"now"}"#,
        ],
    );
}

#[test]
fn tool_parameters_are_one_pass() {
    check(
        r#"{"type":"object","properties":{
            "location":{"type":"string","description":"City and state, e.g. San Francisco, CA","minLength":1},
            "unit":{"type":"string","enum":["celsius","fahrenheit"],"default":"celsius"},
            "days":{"type":"integer","minimum":1,"maximum":16},
            "filters":{"type":"array","uniqueItems":true,"items":{"type":"string"}}
        },"required":["location"]}"#,
        &[r#"{"location":"Lisbon","days":3,"filters":["wind","rain"],"extra":{}}"#],
        &[r#"{"location":"Lisbon","filters":["wind","wind"]}"#, r#"{"location":""}"#, r#"{"unit":"celsius"}"#],
    );
}
