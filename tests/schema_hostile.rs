//! Schemas and texts made to hurt: each ends soon, with a verdict or a typed error, on a small stack.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use correctover::contract::schema::{Checked, Options, Schema, SchemaError, SchemaErrorKind};

/// What a worker thread of Node has at least, more than doubled for the frames of an unoptimised build.
const STACK: usize = 2 << 20;

fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap()
}

fn compile(source: String) -> Result<(), SchemaError> {
    on_a_small_stack(move || Schema::compile(&source, &Options::default()).map(drop))
}

#[track_caller]
fn check(source: &str, text: String, valid: bool) {
    let source = source.to_owned();
    let found = on_a_small_stack(move || Schema::compile(&source, &Options::default()).unwrap().check(&text));
    assert_eq!(found == Checked::Valid, valid, "{found:?}");
}

fn nested(levels: usize, inner: &str) -> String {
    format!("{}{inner}{}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn alternatives_that_lead_to_each_other_do_not_multiply() {
    let source = r##"{"$ref":"#/$defs/n","$defs":{"n":{"anyOf":[
        {"type":"array","items":{"$ref":"#/$defs/n"},"maxItems":1},
        {"type":"array","items":{"$ref":"#/$defs/n"},"maxItems":2},
        {"type":"null"}]}}}"##;
    for levels in [1, 10, 30, 250] {
        check(source, nested(levels, "null"), true);
        check(source, nested(levels, "1"), false);
    }
}

#[test]
fn where_the_closest_alternative_failed_is_told() {
    let source = r##"{"$ref":"#/$defs/n","$defs":{"n":{"anyOf":[
        {"type":"object","properties":{"kind":{"const":"row"},"of":{"type":"array","items":{"$ref":"#/$defs/n"}}},"required":["kind","of"]},
        {"type":"object","properties":{"kind":{"const":"text"},"text":{"type":"string"}},"required":["kind","text"]}]}}}"##;
    let text = r#"{"kind":"row","of":[{"kind":"text","text":""},{"kind":"row","of":[{"kind":"text","text":7}]}]}"#;
    let schema = Schema::compile(source, &Options::default()).unwrap();
    let Checked::Invalid(violations) = schema.check(text) else { unreachable!("7 is no string") };
    let last = violations.last().unwrap();
    assert_eq!((last.path.as_str(), last.actual.as_deref()), ("/of/1/of/0/text", Some("a number")));
}

#[test]
fn the_depth_of_a_text_is_limited() {
    check("{}", nested(256, "1"), true);
    check("{}", nested(257, "1"), false);
    check(r#"{"not":{"const":1}}"#, nested(256, "1"), true);
    check(r#"{"not":{"const":1}}"#, nested(1_000_000, "1"), false);
    check(r##"{"items":{"$ref":"#"}}"##, nested(256, "1"), true);
    check(r##"{"items":{"allOf":[{"$ref":"#"}]}}"##, nested(256, "1"), true);
}

#[test]
fn schemas_that_refer_to_themselves_for_the_same_value_end() {
    check(r##"{"allOf":[{"$ref":"#"}]}"##, "1".into(), true);
    check(
        r##"{"anyOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
        "1".into(),
        true,
    );
}

#[test]
fn the_depth_and_size_of_a_schema_are_limited() {
    let deep = |levels: usize| format!("{}{{}}{}", r#"{"items":"#.repeat(levels), "}".repeat(levels));
    compile(deep(127)).unwrap();
    assert_eq!(compile(deep(128)).unwrap_err().kind, SchemaErrorKind::TooLarge);
    assert_eq!(compile(deep(100_000)).unwrap_err().kind, SchemaErrorKind::TooLarge);
    assert_eq!(
        compile(format!("{{\"enum\":[{}0]}}", "0,".repeat(70_000))).unwrap_err().kind,
        SchemaErrorKind::TooLarge
    );
    let chain: Vec<String> = (0..5_000).map(|at| format!(r##""d{at}":{{"$ref":"#/$defs/d{}"}}"##, at + 1)).collect();
    compile(format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{},"d5000":{{}}}}}}"##, chain.join(","))).unwrap();
}

#[test]
fn patterns_do_not_run_away() {
    check(r#"{"pattern":"^(a+)+$"}"#, format!("\"{}!\"", "a".repeat(100_000)), false);
    check(r#"{"pattern":"^(a|aa)+\\1$"}"#, format!("\"{}!\"", "a".repeat(10_000)), false);
    check(r#"{"pattern":"^(?!b)a"}"#, "\"abc\"".into(), true);
}

#[test]
fn nothing_is_fetched() {
    for reference in ["http://127.0.0.1:9/s.json", "https://example.com/s.json", "file:///etc/passwd", "other.json"] {
        let error = compile(format!(r#"{{"$ref":"{reference}"}}"#)).unwrap_err();
        assert_eq!(error.kind, SchemaErrorKind::Reference, "{error}");
    }
}

#[test]
fn every_error_of_a_hostile_text_is_not_kept() {
    check(r#"{"items":{"type":"string"}}"#, format!("[{}0]", "0,".repeat(2_000_000)), false);
}

#[test]
fn references_that_fan_out_for_the_same_value_do_not_multiply() {
    let fans = |levels: usize| {
        let fans: Vec<String> = (0..levels)
            .map(|at| format!(r##""d{at}":{{"allOf":[{{"$ref":"#/$defs/d{0}"}},{{"$ref":"#/$defs/d{0}"}}]}}"##, at + 1))
            .collect();
        format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{},"d{levels}":{{"type":"string"}}}}}}"##, fans.join(","))
    };
    check(&fans(12), "\"a\"".into(), true);
    check(&fans(12), "1".into(), false);
    assert_eq!(compile(fans(30)).unwrap_err().kind, SchemaErrorKind::TooLarge);
}
