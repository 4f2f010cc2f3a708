//! Where in a text something stands: in code, in a string of JSON, in quotes.
//!
//! The same bytes mean different things in different places. A control token in a code block is spoken about, not
//! leaked; equal items in a JSON array are data, the same words in one of its strings are a loop. All of it is read
//! only once a detector found something, so each part is made at first use.
#![forbid(unsafe_code)]

use super::Kind;
use memchr::{memchr, memchr_iter, memchr2_iter, memmem, memrchr};
use std::cell::OnceCell;
use std::ops::Range;

/// How far around a token its quotes and backticks are looked for, in bytes: inline code is shorter than a line.
const NEAR: usize = 160;

pub(super) struct Layout<'a> {
    text: &'a str,
    kind: Kind,
    fences: OnceCell<Fences>,
}

/// Blocks between lines of three backticks.
#[derive(Default)]
struct Fences {
    closed: Vec<Range<usize>>,
    /// Where the last block starts if it never ends.
    open: Option<usize>,
}

/// What stands around a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Prose,
    JsonString,
    /// JSON outside its strings: numbers, literals, whole equal items.
    JsonData,
    Code,
    /// A block of code that the text never closes.
    UnclosedCode,
}

impl<'a> Layout<'a> {
    pub(super) const fn new(text: &'a str, kind: Kind) -> Self {
        Self { text, kind, fences: OnceCell::new() }
    }

    pub(super) fn place(&self, at: usize) -> Place {
        let fences = self.fences.get_or_init(|| Fences::of(self.text));
        if fences.hold(at) {
            Place::Code
        } else if fences.open.is_some_and(|start| start <= at) {
            Place::UnclosedCode
        } else if self.kind == Kind::CheckedJson || looks_like_json(self.text) {
            if in_json_string(&self.text.as_bytes()[..at]) { Place::JsonString } else { Place::JsonData }
        } else {
            Place::Prose
        }
    }

    /// The text speaks about what stands here instead of saying it: quotes at both sides, code around it, or the
    /// word for what it is behind it.
    pub(super) fn is_quoted(&self, range: Range<usize>) -> bool {
        let bytes = self.text.as_bytes();
        let before = self.text[..range.start].chars().next_back();
        let after = self.text[range.end..].chars().next();
        let pair = before.zip(after);
        if pair.is_some_and(|pair| matches!(pair, ('"', '"') | ('\'', '\'') | ('“', '”') | ('«', '»') | ('「', '」')))
        {
            return true;
        }
        if self.text[range.end..].trim_start_matches(' ').starts_with("token") {
            return true;
        }
        let line_before = &bytes[range.start.saturating_sub(NEAR)..range.start];
        let line_before = &line_before[memrchr(b'\n', line_before).map_or(0, |newline| newline + 1)..];
        let line_after = &bytes[range.end..bytes.len().min(range.end + NEAR)];
        let line_after = &line_after[..memchr(b'\n', line_after).unwrap_or(line_after.len())];
        let backticks = memchr_iter(b'`', line_before).count();
        let inline_code = backticks % 2 == 1 && memchr(b'`', line_after).is_some();
        inline_code || self.fences.get_or_init(|| Fences::of(self.text)).hold(range.start)
    }
}

impl Fences {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut fences = Self::default();
        let mut line = 0;
        for at in memmem::find_iter(bytes, b"```") {
            // Only the first on its line is a fence, and only blanks, quote marks or list marks stand before it.
            line = memrchr(b'\n', &bytes[line..at]).map_or(line, |newline| line + newline + 1);
            if !bytes[line..at].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'>' | b'-' | b'*')) {
                continue;
            }
            match fences.open.take() {
                None => fences.open = Some(at),
                Some(start) => fences.closed.push(start..at + 3),
            }
        }
        fences
    }

    /// A closed block holds this place.
    fn hold(&self, at: usize) -> bool {
        let next = self.closed.partition_point(|fence| fence.end <= at);
        self.closed.get(next).is_some_and(|fence| fence.start <= at)
    }
}

/// The first bytes are those of an object or an array; an end is not asked for, since loops cut it off.
fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start();
    if let Some(object) = text.strip_prefix('{') {
        return object.trim_start().starts_with(['"', '}']);
    }
    let Some(array) = text.strip_prefix('[') else { return false };
    let first = array.trim_start();
    let behind_number = first.trim_start_matches(|c: char| c.is_ascii_digit() || "-+.eE".contains(c));
    first.starts_with(['{', '[', '"'])
        || ["true", "false", "null"].iter().any(|literal| first.starts_with(literal))
        || (behind_number.len() < first.len() && behind_number.trim_start().starts_with(','))
}

fn in_json_string(before: &[u8]) -> bool {
    let mut inside = false;
    let mut escaped = usize::MAX;
    for at in memchr2_iter(b'"', b'\\', before) {
        if at == escaped {
            continue;
        }
        if before[at] == b'"' {
            inside = !inside;
        } else {
            escaped = at + 1;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, mark: &str, expected: Place) {
        let at = text.find(mark).expect("the mark is in the text");
        assert_eq!(Layout::new(text, Kind::Prose).place(at), expected, "{text:?}");
    }

    #[test]
    fn a_place_is_told_by_what_stands_around_it() {
        check("plain @ words", "@", Place::Prose);
        check("see:\n```rust\nlet a = @;\n```\nend", "@", Place::Code);
        check("see:\n```rust\nlet a = 1;\n```\n@ end", "@", Place::Prose);
        check("see:\n  ```\nlet a = @;\n", "@", Place::UnclosedCode);
        check("three backticks ``` in a line are no fence @", "@", Place::Prose);
        check(r#"{"a": "x @ y"}"#, "@", Place::JsonString);
        check(r#"{"a\"": @}"#, "@", Place::JsonData);
        check("[1, 2, @", "@", Place::JsonData);
        check("[1] Smith, @ 1999", "@", Place::Prose);
        check("{braces} around @", "@", Place::Prose);
    }

    #[test]
    fn quotes_and_inline_code_speak_about_a_token() {
        let quoted = |text: &str| {
            let at = text.find("<|x|>").expect("the token is in the text");
            Layout::new(text, Kind::Prose).is_quoted(at..at + 5)
        };
        assert!(quoted("the token \"<|x|>\" ends"));
        assert!(quoted("the token `<|x|>` ends"));
        assert!(quoted("write `a<|x|>b` here"));
        assert!(quoted("keeps the <|x|> token away"));
        assert!(quoted("```\nprompt = <|x|>\n```"));
        assert!(!quoted("Paris.<|x|>"));
        assert!(!quoted("the `code` ends.<|x|>"));
        assert!(!quoted("\"Paris\"<|x|>"));
        assert!(!quoted("```\ncode<|x|>"), "a block that never ends quotes nothing");
    }
}
