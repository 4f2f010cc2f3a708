//! The gate of a stream: its head is held until the first event is known to be no error.
//!
//! Behind the gate bytes pass on as they come. Only what is wrong from the start can be healed unseen: an error status,
//! a page of HTML, an error sent as the first event, nothing at all.
#![forbid(unsafe_code)]

use crate::json::Reader;
use crate::provider::sse;
use http::{HeaderMap, header};
use memchr::memchr2;

/// What is longer than this without an end is no error, and not held any longer.
const LONGEST_FIRST_EVENT: usize = 1 << 20;

/// What the bytes so far say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// No complete event yet.
    Undecided,
    Open,
    /// The first event is an error; its JSON.
    Error(String),
    /// These bytes are no events at all.
    NoStream,
}

pub fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("text/event-stream"))
}

/// Judges what has come so far, each line once. Comments and other lines before the first data are waited through.
#[derive(Debug, Default)]
pub struct Held {
    /// Where the first line that is not whole begins, and how far its end was looked for.
    line: usize,
    looked: usize,
    named_error: bool,
}

impl Held {
    pub fn judge(&mut self, seen: &[u8]) -> Gate {
        while let Some(length) = memchr2(b'\n', b'\r', &seen[self.looked..]) {
            let end = self.looked + length;
            let Ok(line) = std::str::from_utf8(&seen[self.line..end]) else { return Gate::NoStream };
            let line = line.strip_prefix('\u{feff}').unwrap_or(line);
            (self.line, self.looked) = (end + 1, end + 1);
            if let Some(name) = line.strip_prefix("event:") {
                self.named_error = name.trim() == "error";
            }
            let Some(data) = line.strip_prefix("data:") else { continue };
            let data = data.trim();
            if self.named_error || holds_error(data) {
                return Gate::Error(data.to_owned());
            }
            return Gate::Open;
        }
        self.looked = seen.len();
        match seen.len() > LONGEST_FIRST_EVENT {
            true if sse::begins_like_one(seen) => Gate::Open,
            true => Gate::NoStream,
            false => Gate::Undecided,
        }
    }
}

/// Whether this data is an error object instead of a chunk.
fn holds_error(data: &str) -> bool {
    let (mut error, mut choices) = (false, false);
    let mut reader = Reader::new(data);
    let read = reader.object(|reader, key| {
        let null = reader.raw()? == "null";
        error |= key == "error" && !null;
        choices |= key == "choices" && !null;
        Ok(())
    });
    read.is_ok() && error && !choices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seen: &str, expected: &Gate) {
        assert_eq!(&Held::default().judge(seen.as_bytes()), expected, "{seen:?}");
        let mut held = Held::default();
        let told =
            (0..=seen.len()).map(|end| held.judge(&seen.as_bytes()[..end])).find(|gate| *gate != Gate::Undecided);
        assert_eq!(&told.unwrap_or(Gate::Undecided), expected, "{seen:?}, byte by byte");
    }

    #[test]
    fn the_first_data_decides() {
        check("", &Gate::Undecided);
        check("data: {\"choices\":[]}", &Gate::Undecided);
        check("data: {\"choices\":[]}\n", &Gate::Open);
        check(": OPENROUTER PROCESSING\n\n", &Gate::Undecided);
        check(": comment\r\n\r\ndata: {\"choices\":[]}\r\n\r\n", &Gate::Open);
        check("data: {\"error\":{\"message\":\"x\"}}\n\n", &Gate::Error("{\"error\":{\"message\":\"x\"}}".into()));
        check("event: error\ndata: {\"message\":\"x\"}\n\n", &Gate::Error("{\"message\":\"x\"}".into()));
        check("data: {\"error\":null,\"choices\":[]}\n\n", &Gate::Open);
        check("data: [DONE]\n\n", &Gate::Open);
    }

    #[test]
    fn an_endless_first_line_is_let_through_where_it_begins_as_data() {
        check(&"x".repeat(LONGEST_FIRST_EVENT + 1), &Gate::NoStream);
        check(&format!("data: {{\"choices\":\"{}", "x".repeat(LONGEST_FIRST_EVENT)), &Gate::Open);
    }
}
