//! Each keyword as a table: the schema, what fits, what does not. Every row is judged by the walk, by the authority and
//! by the check, which must agree.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use correctover::contract::schema::{Checked, Options, Schema};

#[track_caller]
fn check(source: &str, valid: &[&str], invalid: &[&str]) {
    let schema = Schema::compile(source, &Options::default()).unwrap();
    assert_eq!(schema.fallback_reason(), None, "{source}");
    let rows = valid.iter().map(|text| (text, true)).chain(invalid.iter().map(|text| (text, false)));
    for (text, expected) in rows {
        assert_eq!(schema.judge_in_one_pass(text), Some(expected), "one pass: {source} {text}");
        assert_eq!(schema.judge_by_authority(text), Some(expected), "authority: {source} {text}");
        assert_eq!(schema.check(text) == Checked::Valid, expected, "{source} {text}");
    }
}

#[test]
#[rustfmt::skip]
fn types() {
    check(r#"{"type":"integer"}"#, &["1", "1.0", "-0", "1e3", "1e999", "123456789012345678901234567890"], &["1.5", "\"1\"", "null", "1e-1"]);
    check(r#"{"type":"number"}"#, &["1", "1.5", "1e999", "-0"], &["\"1\"", "[]", "true"]);
    check(r#"{"type":["integer","number"]}"#, &["1.5"], &["null"]);
    check(r#"{"type":["string","null"]}"#, &["null", "\"\""], &["0", "false", "{}"]);
    check(r#"{"type":"object","nullable":true}"#, &["{}"], &["null"]);
    check("true", &["1"], &[]);
    check("false", &[], &["1", "null"]);
}

#[test]
#[rustfmt::skip]
fn constants() {
    check(r#"{"enum":["a","\u00e9",null,1,true]}"#, &["\"a\"", "\"\\u0061\"", "\"é\"", "null", "1.0", "true"], &["\"b\"", "false", "1.5", "[]", "{}"]);
    check(r#"{"const":{"a":[1,{"b":2}],"c":null}}"#, &[r#"{"c":null,"a":[1.0,{"b":2}]}"#, r#"{"c":1,"a":[1,{"b":2}],"c":null}"#], &[r#"{"a":[1,{"b":2}]}"#, "{}", "1"]);
    check(r#"{"const":0}"#, &["0", "-0", "0.0", "0e9"], &["false", "\"\"", "1e-5"]);
    check(r#"{"const":1,"enum":[1,2]}"#, &["1"], &["2"]);
    check(r#"{"enum":[9007199254740992]}"#, &["9007199254740992", "9007199254740993"], &["9007199254740994"]);
}

#[test]
#[rustfmt::skip]
fn numbers() {
    check(r#"{"minimum":1,"maximum":2}"#, &["1", "2", "1.5", "\"x\""], &["0.999", "2.001", "1e999", "-1e999"]);
    check(r#"{"exclusiveMinimum":0,"exclusiveMaximum":1}"#, &["0.5", "5e-324"], &["0", "-0", "1"]);
    check(r#"{"multipleOf":0.01}"#, &["0.03", "4.35", "19.99", "0"], &["0.005"]);
    check(r#"{"multipleOf":3}"#, &["9", "-3", "0", "3.0"], &["10", "1.5"]);
    check(r#"{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true}"#, &["2", "1.1"], &["1"]);
    check(r#"{"$schema":"http://json-schema.org/draft-04/schema#","maximum":1,"exclusiveMaximum":false}"#, &["1"], &["2"]);
}

#[test]
#[rustfmt::skip]
fn strings() {
    check(r#"{"minLength":2,"maxLength":3}"#, &["\"ab\"", "\"😀é\"", "\"\\ud83d\\ude00ab\"", "5"], &["\"\"", "\"😀\"", "\"abcd\"", "\"\\ud800\""]);
    check(r#"{"pattern":"^\\d+$"}"#, &["\"12\"", "null"], &["\"1a\"", "\"١\""]);
    check(r#"{"pattern":"é"}"#, &["\"caf\\u00e9\""], &["\"cafe\""]);
    check(r#"{"format":"date"}"#, &["\"2024-02-29\"", "1"], &["\"2023-02-29\""]);
    check(r#"{"format":"email"}"#, &["\"a@b.de\""], &["\"a\""]);
    check(r#"{"format":"uuid"}"#, &["\"123e4567-e89b-12d3-a456-426614174000\""], &["\"123\""]);
    check(r#"{"format":"something-else"}"#, &["\"x\""], &[]);
    check(r#"{"minLength":1,"pattern":"a","format":"ipv4"}"#, &[], &["\"a\"", "\"1.1.1.1\""]);
}

#[test]
#[rustfmt::skip]
fn arrays() {
    check(r#"{"items":{"type":"integer"},"minItems":1,"maxItems":2}"#, &["[1]", "[1,2]", "{}"], &["[]", "[1,2,3]", "[\"a\"]"]);
    check(r#"{"prefixItems":[{"type":"string"},{"type":"null"}],"items":false}"#, &["[]", "[\"a\"]", "[\"a\",null]"], &["[1]", "[\"a\",null,1]"]);
    check(r#"{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}],"additionalItems":{"type":"null"}}"#, &["[\"a\",null,null]"], &["[\"a\",1]", "[1]"]);
    check(r#"{"uniqueItems":true}"#, &["[1,2]", "[]"], &["[1,1.0]", r#"[{"a":1,"b":2},{"b":2,"a":1}]"#]);
    check(r#"{"uniqueItems":false}"#, &["[1,1]"], &[]);
}

#[test]
#[rustfmt::skip]
fn objects() {
    check(r#"{"properties":{"a":{"type":"integer"}},"required":["a","b"]}"#, &[r#"{"a":1,"b":2}"#, r#"{"b":2,"\u0061":1,"c":3}"#, "[]"], &["{}", r#"{"a":1}"#, r#"{"a":"x","b":1}"#]);
    check(r#"{"properties":{"a":{}},"additionalProperties":false}"#, &["{}", r#"{"a":1}"#], &[r#"{"b":1}"#, r#"{"a":1,"":2}"#]);
    check(r#"{"properties":{"a":{}},"additionalProperties":{"type":"string"}}"#, &[r#"{"a":1,"b":"x"}"#], &[r#"{"b":1}"#]);
    check(r#"{"patternProperties":{"^x-":{"type":"string"},"-y$":{"minLength":2}},"additionalProperties":false}"#, &[r#"{"x-1":"a","x-y":"ab"}"#], &[r#"{"x-1":1}"#, r#"{"x-y":"a"}"#, r#"{"a":1}"#]);
    check(r#"{"propertyNames":{"maxLength":2}}"#, &[r#"{"ab":1,"é😀":2}"#], &[r#"{"abc":1}"#]);
    check(r#"{"propertyNames":{"enum":["a"]},"properties":{"b":{}}}"#, &[r#"{"a":1}"#], &[r#"{"b":1}"#]);
    check(r#"{"minProperties":2,"maxProperties":3}"#, &[r#"{"a":1,"b":2}"#], &["{}", r#"{"a":1}"#, r#"{"a":1,"b":1,"c":1,"d":1}"#]);
    let wide: Vec<String> = (0..100).map(|at| format!("\"p{at}\":{{\"const\":{at}}}")).collect();
    check(&format!("{{\"properties\":{{{}}},\"required\":[\"p99\"]}}", wide.join(",")), &[r#"{"p99":99,"p3":3}"#], &[r#"{"p99":98}"#, r#"{"p98":98}"#]);
}

#[test]
#[rustfmt::skip]
fn alternatives() {
    check(r#"{"anyOf":[{"type":"string","maxLength":1},{"type":"integer"},{"type":"string","minLength":3}]}"#, &["\"a\"", "\"abc\"", "1"], &["\"ab\"", "1.5", "null"]);
    check(r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"#, &["\"a\"", "null"], &["1"]);
    check(r#"{"oneOf":[{"const":"a"},{"const":"b"},{"enum":["c","d"]}]}"#, &["\"a\"", "\"d\""], &["\"e\"", "1"]);
    check(r#"{"items":{"oneOf":[{"type":"integer"},{"minimum":5}]}}"#, &["[1]", "[5.5]"], &["[7]", "[1.5]"]);
    check(r#"{"allOf":[{"minimum":1},{"maximum":2}],"type":"integer"}"#, &["1", "2"], &["0", "3", "1.5"]);
    check(r#"{"items":{"not":{"type":"string"}}}"#, &["[1]"], &["[\"a\"]"]);
    check(r#"{"items":{"if":{"minimum":5},"then":{"multipleOf":5},"else":{"maximum":2}}}"#, &["[1]", "[10]"], &["[3]", "[6]"]);
}

#[test]
fn of_equal_keys_the_last_one_counts() {
    let schema =
        r#"{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"},"minProperties":2}"#;
    let schema = Schema::compile(schema, &Options::default()).unwrap();
    for (text, expected) in [
        (r#"{"a":"x","a":1,"b":"y"}"#, true),
        (r#"{"a":1,"a":"x","b":"y"}"#, false),
        (r#"{"b":1,"b":"y","a":1}"#, true),
        (r#"{"a":1,"a":1}"#, false),
        (r#"{"a":1,"\u0061":2}"#, false),
    ] {
        assert_eq!(schema.check(text) == Checked::Valid, expected, "{text}");
    }
}

#[test]
fn what_needs_the_authority_is_named() {
    for (source, reason) in [
        (r#"{"not":{"type":"string"}}"#, "not"),
        (r#"{"properties":{},"unevaluatedProperties":false}"#, "unevaluatedProperties"),
        (r##"{"properties":{"a":{"$dynamicRef":"#a"}},"$defs":{"a":{"$dynamicAnchor":"a"}}}"##, "$dynamicRef"),
        (r#"{"properties":{"a":{"$id":"https://example.com/a"}}}"#, "$id"),
        (r#"{"$ref":"https://json-schema.org/draft/2020-12/schema"}"#, "$ref"),
        (r#"{"patternProperties":{"^(?!a)":{}}}"#, "patternProperties"),
        (r#"{"oneOf":[{"minimum":1},{"maximum":2}]}"#, "oneOf"),
    ] {
        let schema = Schema::compile(source, &Options::default()).unwrap();
        assert_eq!((schema.one_pass(), schema.fallback_reason()), (false, Some(reason)), "{source}");
    }
}

#[test]
fn formats_are_asserted_unless_switched_off() {
    let lenient = Options { formats: false, ..Options::default() };
    let plain = r#"{"format":"date"}"#;
    let seven = r#"{"$schema":"http://json-schema.org/draft-07/schema#","format":"date"}"#;
    for source in [plain, seven] {
        assert_ne!(Schema::compile(source, &Options::default()).unwrap().check("\"x\""), Checked::Valid);
        assert_eq!(Schema::compile(source, &lenient).unwrap().check("\"x\""), Checked::Valid);
    }
    let annotates = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","format":"date"}"#;
    assert_eq!(Schema::compile(annotates, &Options::default()).unwrap().check("\"x\""), Checked::Valid);
}
