//! A violation in words: what was expected, what came, where. What was expected is quoted from the schema, what came
//! never is: it is described by its kind and size, because it may be anybody's data.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

/// Characters of a text taken from the schema.
const MAX_QUOTE: usize = 200;
/// Names of an answer's unexpected properties that are listed, and their characters.
const MAX_NAMES: usize = 5;
const MAX_NAME: usize = 40;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub reason: String,
    pub expected: Option<String>,
    pub actual: Option<String>,
    /// JSON pointer into the checked value.
    pub path: String,
    /// The keyword of the schema that was violated.
    pub keyword: String,
}

impl Violation {
    /// The verdict would have taken longer than a text of its size may; what cannot be verified is refused.
    pub(super) fn undecided() -> Self {
        Self::plain("the value could not be judged within the limit", String::new(), "limit")
    }

    /// Where the walk got furthest, for values that could be one of several things.
    pub(super) fn closest(value: &Value, path: String) -> Self {
        let actual = value.pointer(&path).map(describe);
        Self { actual, ..Self::plain("what came closest to the schema fails here", path, "schema") }
    }

    pub(super) fn is_of_alternatives(&self) -> bool {
        matches!(self.keyword.as_str(), "anyOf" | "oneOf")
    }

    fn plain(reason: &str, path: String, keyword: &str) -> Self {
        Self { reason: reason.to_owned(), expected: None, actual: None, path, keyword: keyword.to_owned() }
    }
}

pub fn explain(error: &ValidationError<'_>) -> Violation {
    // Where no property at all is allowed, the authority speaks of the property's value but gives the object's path.
    if matches!(error.kind(), Kind::FalseSchema) && error.schema_path().as_str().ends_with("/additionalProperties") {
        let path = error.instance_path().to_string();
        let plain = Violation::plain("properties that are not allowed", path, "additionalProperties");
        return Violation { expected: Some("no further properties".into()), ..plain };
    }
    let (reason, expected) = texts(error.kind());
    Violation {
        reason,
        expected: expected.map(|text| bounded(&text)),
        actual: Some(describe(error.instance())),
        path: error.instance_path().to_string(),
        keyword: error.kind().keyword().to_owned(),
    }
}

/// What is wrong, and what the schema asks for.
fn texts(kind: &Kind) -> (String, Option<String>) {
    let text = |reason: &str, expected: String| (reason.to_owned(), Some(expected));
    let plain = |reason: &str| (reason.to_owned(), None);
    match kind {
        Kind::Type { kind } => text("wrong type", types(kind)),
        Kind::Required { property } => text("a required property is missing", format!("property {property}")),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            text(&format!("properties that are not allowed: {}", names(unexpected)), "no further properties".into())
        }
        Kind::AdditionalItems { limit } => text("too many items", format!("at most {limit} items")),
        Kind::UnevaluatedItems { .. } => text("items that are not allowed", "no further items".into()),
        Kind::Enum { options } => text("not one of the allowed values", format!("one of {options}")),
        Kind::Constant { expected_value } => text("not the required value", expected_value.to_string()),
        Kind::Minimum { limit } => text("number too small", format!("at least {limit}")),
        Kind::ExclusiveMinimum { limit } => text("number too small", format!("more than {limit}")),
        Kind::Maximum { limit } => text("number too large", format!("at most {limit}")),
        Kind::ExclusiveMaximum { limit } => text("number too large", format!("less than {limit}")),
        Kind::MultipleOf { multiple_of } => text("not a multiple", format!("a multiple of {multiple_of}")),
        Kind::MinLength { limit } => text("string too short", format!("at least {}", plural(*limit, "character"))),
        Kind::MaxLength { limit } => text("string too long", format!("at most {}", plural(*limit, "character"))),
        Kind::Pattern { pattern } => text("string does not match the pattern", format!("a match of {pattern}")),
        Kind::Format { format } => text("string is not of the format", format!("format {format}")),
        Kind::MinItems { limit } => text("too few items", format!("at least {}", plural(*limit, "item"))),
        Kind::MaxItems { limit } => text("too many items", format!("at most {}", plural(*limit, "item"))),
        Kind::UniqueItems => text("items are not unique", "no two equal items".into()),
        Kind::Contains => text("no item is as one must be", "an item that fits `contains`".into()),
        Kind::MinProperties { limit } => text("too few properties", format!("at least {limit} properties")),
        Kind::MaxProperties { limit } => text("too many properties", format!("at most {limit} properties")),
        Kind::PropertyNames { error } => {
            let (reason, expected) = texts(error.kind());
            (format!("a property's name is not allowed: {reason}"), expected)
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            text("none of the alternatives fits", format!("one of {} alternatives", context.len()))
        }
        Kind::OneOfMultipleValid { .. } => text("more than one alternative fits", "exactly one alternative".into()),
        Kind::Not { .. } => plain("the value is what it must not be"),
        Kind::FalseSchema => text("no value is allowed here", "no value".into()),
        Kind::ContentEncoding { content_encoding } => text("wrong encoding", format!("encoding {content_encoding}")),
        Kind::ContentMediaType { content_media_type } => {
            text("wrong content", format!("media type {content_media_type}"))
        }
        Kind::FromUtf8 { .. } => plain("encoded content is not UTF-8"),
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
            plain("the pattern could not be decided for this string")
        }
        Kind::Custom { .. } => plain("the value is not as the schema asks"),
        Kind::Referencing(_) => plain("a reference of the schema cannot be resolved"),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => kind.to_string(),
        TypeKind::Multiple(kinds) => kinds.iter().map(JsonType::as_str).collect::<Vec<_>>().join(" or "),
    }
}

/// A value by its kind and size.
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "a boolean".into(),
        Value::Number(_) => "a number".into(),
        Value::String(text) => format!("a string of {}", plural(text.chars().count() as u64, "character")),
        Value::Array(items) => format!("an array of {}", plural(items.len() as u64, "item")),
        Value::Object(map) if map.len() == 1 => "an object of 1 property".into(),
        Value::Object(map) => format!("an object of {} properties", map.len()),
    }
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn names(unexpected: &[String]) -> String {
    let listed: Vec<String> =
        unexpected.iter().take(MAX_NAMES).map(|name| format!("{:?}", cut(name, MAX_NAME))).collect();
    let more = unexpected.len().saturating_sub(MAX_NAMES);
    if more == 0 { listed.join(", ") } else { format!("{} and {more} more", listed.join(", ")) }
}

/// At most so much of a text from a schema.
pub fn bounded(text: &str) -> String {
    cut(text, MAX_QUOTE)
}

fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::schema::{Checked, MAX_VIOLATIONS, Options, Schema};

    fn violations(source: &str, text: &str) -> Vec<super::Violation> {
        match Schema::compile(source, &Options::default()).unwrap().check(text) {
            Checked::Invalid(violations) => violations,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[track_caller]
    fn check(source: &str, text: &str, expected: [&str; 4]) {
        let found = violations(source, text).remove(0);
        let texts = [&found.reason, found.expected.as_deref().unwrap_or(""), found.actual.as_deref().unwrap_or("")];
        assert_eq!([texts[0], texts[1], texts[2], &found.path], expected);
    }

    #[test]
    #[rustfmt::skip]
    fn a_violation_says_what_was_expected_what_came_and_where() {
        check(r#"{"type":"integer"}"#, "\"secret\"", ["wrong type", "integer", "a string of 6 characters", ""]);
        check(r#"{"type":["null","string"]}"#, "[1]", ["wrong type", "null or string", "an array of 1 item", ""]);
        check(r#"{"properties":{"a":{"items":{"minimum":3}}}}"#, r#"{"a":[4,1]}"#, ["number too small", "at least 3", "a number", "/a/1"]);
        check(r#"{"required":["city"]}"#, "{}", ["a required property is missing", "property \"city\"", "an object of 0 properties", ""]);
        check(r#"{"enum":["a","b"]}"#, "\"secret\"", ["not one of the allowed values", "one of [\"a\",\"b\"]", "a string of 6 characters", ""]);
        check(r#"{"maxLength":1}"#, "\"é😀\"", ["string too long", "at most 1 character", "a string of 2 characters", ""]);
        check(r#"{"additionalProperties":false}"#, r#"{"x":1}"#, ["properties that are not allowed", "no further properties", "", ""]);
        check(r#"{"properties":{"a":{}},"additionalProperties":false}"#, r#"{"x":1}"#, ["properties that are not allowed: \"x\"", "no further properties", "an object of 1 property", ""]);
        check(r#"{"format":"date"}"#, "\"secret\"", ["string is not of the format", "format date", "a string of 6 characters", ""]);
        check("false", "true", ["no value is allowed here", "no value", "a boolean", ""]);
    }

    #[test]
    fn the_rejected_value_is_never_quoted() {
        let canary = "canary-7d1f";
        for source in [
            r#"{"type":"integer"}"#,
            r#"{"enum":["a"]}"#,
            r#"{"const":1}"#,
            r#"{"pattern":"^x"}"#,
            r#"{"format":"uuid"}"#,
            r#"{"maxLength":1}"#,
            r#"{"not":{"type":"string"}}"#,
            r#"{"anyOf":[{"type":"null"},{"maxLength":1}]}"#,
            r#"{"oneOf":[{"type":"string"},{"minLength":1}]}"#,
        ] {
            let found = format!("{:?}", violations(source, &format!("\"{canary}\"")));
            assert!(!found.contains(canary), "{found}");
        }
    }

    #[test]
    fn texts_and_their_number_are_bounded() {
        let long = "x".repeat(10_000);
        let names: Vec<String> = (0..1000).map(|at| format!("\"{at}{long}\":1")).collect();
        let found =
            violations(r#"{"properties":{"a":{}},"additionalProperties":false}"#, &format!("{{{}}}", names.join(",")));
        assert!(found[0].reason.len() < 400 && found[0].reason.ends_with("and 995 more"), "{}", found[0].reason);
        let found = violations(&format!("{{\"const\":\"{long}\"}}"), "1");
        assert!(found[0].expected.as_ref().unwrap().len() < 300);
        let found = violations(r#"{"items":{"type":"string"}}"#, &format!("[{}0]", "0,".repeat(5000)));
        assert_eq!(found.len(), MAX_VIOLATIONS);
    }
}
