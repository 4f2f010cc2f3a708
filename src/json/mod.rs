//! JSON as `JSON.parse` reads it, pulled from the text without building a tree.
//!
//! Everything that reads foreign JSON in this crate reads it here, because what was checked must be what the
//! application will see: the same grammar, the same numbers, the last of two equal keys. The reader hands out
//! borrowed pieces and leaves it to its caller what to keep, so an envelope is read once and nothing is built
//! that nobody asks for.
//!
//! Two deliberate differences from `JSON.parse`: nesting is limited ([`MAX_DEPTH`]), because the reader and its
//! callers recurse, and a lone surrogate escape reads as U+FFFD, because Rust text cannot hold one. A tree, where
//! one is needed after all, is built by [`value`], which adds a third: no number is infinite there.

mod error;
mod number;
mod reader;
mod string;
mod text;
mod value;

pub use error::{Error, ErrorKind, Result};
pub use number::Number;
pub use reader::{Kind, Reader};
pub use string::quote;
pub use text::{NotUtf8, text};
pub use value::value;
pub(crate) use value::{double, finite};

/// Containers may nest this deep. `JSON.parse` has no limit; real answers stay below 50, and 256 frames of any
/// caller here fit in the smallest thread stack we meet (512 KiB).
pub const MAX_DEPTH: u32 = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: std::result::Result<(), ErrorKind>) {
        let mut reader = Reader::new(text);
        let found = reader.skip().and_then(|()| reader.end()).map_err(|error| error.kind);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn accepts_what_json_parse_accepts() {
        for text in
            ["null", " true ", "\"\"", "-0.0e+1", "[]", "{}", "[1,[2,{\"a\":[]}]]", "\"\\ud800\"", "{\"a\":1,\"a\":2}"]
        {
            check(text, Ok(()));
        }
    }

    #[test]
    fn refuses_what_json_parse_refuses() {
        for text in [
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "-",
            "NaN",
            "tru",
            "'a'",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "\"\\x\"",
            "\u{feff}1",
            "[1 2]",
            "{\"a\" 1}",
            "",
            " ",
            "\"",
            "[",
            "{",
            "\u{a0}1",
            "1 1",
        ] {
            let mut reader = Reader::new(text);
            assert!(reader.skip().and_then(|()| reader.end()).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_is_limited_and_named() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        check(&deep(MAX_DEPTH as usize), Ok(()));
        check(&deep(MAX_DEPTH as usize + 1), Err(ErrorKind::TooDeep));
        check(&"[".repeat(1_000_000), Err(ErrorKind::TooDeep));
    }

    #[test]
    fn a_key_is_taken_only_where_it_is_spelt_as_asked() {
        for (text, taken) in [
            (r#"{"ab":1}"#, true),
            (r#"{ "ab" : 1}"#, true),
            (r#"{"abc":1}"#, false),
            (r#"{"a":1}"#, false),
            (r#"{"a\u0062":1}"#, false),
            (r#"{"ab\"":1}"#, false),
            (r#"{"ab"#, false),
            ("{ab\":1}", false),
        ] {
            let mut reader = Reader::new(text);
            assert_eq!(reader.open_object(), Ok(true), "{text}");
            let before = reader;
            assert_eq!(reader.key_if("ab"), Ok(taken), "{text}");
            assert!(taken || reader.raw().ok() == { before }.raw().ok(), "{text}");
        }
    }

    #[test]
    fn an_object_hands_out_its_keys_in_order() {
        let mut seen = Vec::new();
        let mut reader = Reader::new(r#"{"a":1,"b\n":[2],"a":"x"}"#);
        reader
            .object(|reader, key| {
                seen.push((key.into_owned(), reader.raw()?.to_owned()));
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, [("a".into(), "1".into()), ("b\n".into(), "[2]".into()), ("a".into(), "\"x\"".to_owned())]);
    }
}
