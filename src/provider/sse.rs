//! Server-sent events, read as the WHATWG standard says (HTML, section 9.2.6), a piece at a time.
//!
//! Providers cut their streams anywhere: inside a line break, inside a character. So lines are put together as bytes
//! and become text only once they are whole, and however a stream is cut it gives the same events. Two things differ
//! from a browser: bytes that are not UTF-8 are an error, because a replacement character would be text that nobody
//! sent, and an event has a bound, because its sender has none.
#![forbid(unsafe_code)]

use crate::json;
use std::fmt;

/// The longest line and the longest event. Streamed images come as one event of several megabytes.
pub const MOST_BYTES: usize = 16 << 20;

/// One dispatched event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'p> {
    /// Empty where the stream names none, which the standard calls `message`.
    pub name: &'p str,
    pub data: &'p str,
    /// The last id sent, by this event or one before it.
    pub id: &'p str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    TooLarge,
    NotUtf8,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "an event of more than {MOST_BYTES} bytes"),
            Self::NotUtf8 => f.write_str("an event that is not UTF-8"),
        }
    }
}

impl std::error::Error for Broken {}

/// Reads one stream.
///
/// ```
/// use correctover::provider::sse::Parser;
///
/// let mut parser = Parser::default();
/// let mut seen = Vec::new();
/// parser.feed(b"data: {\"a\"", |event| seen.push(event.data.to_owned())).unwrap();
/// parser.feed(b":1}\r\n\r\n", |event| seen.push(event.data.to_owned())).unwrap();
/// assert_eq!(seen, ["{\"a\":1}"]);
/// ```
#[derive(Debug, Default)]
pub struct Parser {
    /// The line that is still coming.
    line: Vec<u8>,
    /// The line before ended in CR: an LF right behind it is the same break.
    after_return: bool,
    /// A line was read: only before it can a byte order mark stand.
    begun: bool,
    name: String,
    /// The data lines of the event that is still coming, each with a break behind it.
    data: String,
    id: String,
    retry: Option<u64>,
}

impl Parser {
    /// Hands out every event that these bytes complete. An error ends the stream: nothing behind it can be trusted.
    pub fn feed(&mut self, mut bytes: &[u8], mut on: impl FnMut(Event<'_>)) -> Result<(), Broken> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let Some(end) = memchr::memchr2(b'\n', b'\r', bytes) else {
                return self.keep(bytes);
            };
            self.after_return = bytes[end] == b'\r';
            if self.line.is_empty() {
                self.read(&bytes[..end], &mut on)?;
            } else {
                self.keep(&bytes[..end])?;
                let line = std::mem::take(&mut self.line);
                self.read(&line, &mut on)?;
                self.line = line;
                self.line.clear();
            }
            bytes = &bytes[end + 1..];
        }
        Ok(())
    }

    /// The end of the stream: an event that no blank line closed. The standard throws it away; whether it can be
    /// trusted is for whoever knows what it holds.
    pub fn finish(mut self, mut on: impl FnMut(Event<'_>)) -> Result<(), Broken> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.read(&line, &mut on)?;
        }
        self.dispatch(&mut on);
        Ok(())
    }

    /// How long the server wants a client to wait before it connects again, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        if self.line.len() + bytes.len() > MOST_BYTES {
            return Err(Broken::TooLarge);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn read(&mut self, line: &[u8], on: &mut impl FnMut(Event<'_>)) -> Result<(), Broken> {
        let line = json::text(line).map_err(|_| Broken::NotUtf8)?;
        let line = if self.begun { line } else { line.strip_prefix('\u{feff}').unwrap_or(line) };
        self.begun = true;
        if line.is_empty() {
            self.dispatch(on);
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.data.len() + value.len() >= MOST_BYTES {
                    return Err(Broken::TooLarge);
                }
                self.data.push_str(value);
                self.data.push('\n');
            }
            "event" => value.clone_into(&mut self.name),
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().or(self.retry);
            }
            // A comment has an empty field; what is unknown is left alone.
            _ => {}
        }
        Ok(())
    }

    /// An event without data is none.
    fn dispatch(&mut self, on: &mut impl FnMut(Event<'_>)) {
        if let Some(data) = self.data.strip_suffix('\n') {
            on(Event { name: &self.name, data, id: &self.id });
        }
        self.data.clear();
        self.name.clear();
    }
}

/// Whether a body begins as a stream does. JSON never begins with one of these.
pub fn begins_like_one(body: &[u8]) -> bool {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii_start();
    ["data:", "event:", "id:", "retry:", ":"].iter().any(|field| body.starts_with(field.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<(String, String, String)>, Broken> {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for piece in pieces {
            parser.feed(piece, |event| events.push((event.name.into(), event.data.into(), event.id.into())))?;
        }
        Ok(events)
    }

    /// Whole, in single bytes and cut in two at every place: always the same events.
    #[track_caller]
    fn check(stream: &str, expected: &[(&str, &str, &str)]) {
        let bytes = stream.as_bytes();
        let owned = |&(name, data, id): &(&str, &str, &str)| (name.to_owned(), data.to_owned(), id.to_owned());
        let expected: Vec<_> = expected.iter().map(owned).collect();
        assert_eq!(read(&[bytes]), Ok(expected.clone()), "whole");
        assert_eq!(read(&bytes.chunks(1).collect::<Vec<_>>()), Ok(expected.clone()), "byte by byte");
        for cut in 0..bytes.len() {
            assert_eq!(read(&[&bytes[..cut], &bytes[cut..]]), Ok(expected.clone()), "cut at {cut}");
        }
    }

    #[test]
    fn events_end_at_a_blank_line_however_lines_break() {
        for line_break in ["\n", "\r", "\r\n"] {
            let stream = "data: a\n\ndata: é€😀\n\n".replace('\n', line_break);
            check(&stream, &[("", "a", ""), ("", "é€😀", "")]);
        }
        check("data: a\r\n\n\rdata: b\n\r\n", &[("", "a", ""), ("", "b", "")]);
    }

    #[test]
    fn fields_are_read_as_the_standard_says() {
        check("data:a\ndata:  b\ndata\n\n", &[("", "a\n b\n", "")]);
        check("event: error\ndata: x\n\ndata: y\n\n", &[("error", "x", ""), ("", "y", "")]);
        check("id: 7\ndata: x\n\nid: \0\ndata: y\n\nid\ndata: z\n\n", &[("", "x", "7"), ("", "y", "7"), ("", "z", "")]);
        check(": comment\n\nevent: x\n\ndata\n\n", &[("", "", "")]);
        check("\u{feff}data: a\n\n\u{feff}data: b\n\n", &[("", "a", "")]);
        check(" data: a\n\nDATA: b\n\nfoo: c\n\n", &[]);
        check("data: a\n", &[]);
    }

    #[test]
    fn the_time_to_wait_is_a_number() {
        let mut parser = Parser::default();
        parser.feed(b"retry: 300\nretry: 1x\nretry: 99999999999999999999\n", |_| {}).unwrap();
        assert_eq!(parser.retry(), Some(300));
    }

    #[test]
    fn what_is_left_at_the_end_is_told_apart() {
        for (stream, left) in [("data: a\n\ndata: b", Some("b")), ("data: b\n", Some("b")), ("data: b\n\n", None)] {
            let mut parser = Parser::default();
            parser.feed(stream.as_bytes(), |_| {}).unwrap();
            let mut found = None;
            parser.finish(|event| found = Some(event.data.to_owned())).unwrap();
            assert_eq!(found.as_deref(), left, "{stream}");
        }
    }

    #[test]
    fn what_is_no_text_or_has_no_end_is_refused() {
        assert_eq!(read(&[b"data: \xff\n\n"]), Err(Broken::NotUtf8));
        let megabyte = vec![b'a'; 1 << 20];
        let endless_line = vec![megabyte.as_slice(); 17];
        assert_eq!(read(&endless_line), Err(Broken::TooLarge));
        let lines = [b"data:".as_slice(), &megabyte, b"\n"];
        let endless_event: Vec<&[u8]> = std::iter::repeat_n(lines, 17).flatten().collect();
        assert_eq!(read(&endless_event), Err(Broken::TooLarge));
    }

    #[test]
    fn a_stream_is_told_from_json() {
        for (body, expected) in
            [("data: x", true), (": OK\n", true), ("\n\nevent: x", true), ("{\"data\":1}", false), ("", false)]
        {
            assert_eq!(begins_like_one(body.as_bytes()), expected, "{body}");
        }
    }
}
