//! Bytes taken as text. JSON is UTF-8 (RFC 8259, section 8.1); bytes that are not are refused before reading,
//! because `TextDecoder` would hand the application replacement characters that nobody sent.

use std::fmt;

/// The bytes are no UTF-8; the first that is not stands at `at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUtf8 {
    pub at: usize,
}

impl fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the text is not UTF-8 at byte {}", self.at)
    }
}

impl std::error::Error for NotUtf8 {}

/// The bytes as text. A byte order mark is left in place: `JSON.parse` refuses it, and so does the reader.
pub fn text(bytes: &[u8]) -> Result<&str, NotUtf8> {
    simdutf8::basic::from_utf8(bytes).or_else(|_| {
        // The fast check does not tell where; the slow one runs only for the report.
        std::str::from_utf8(bytes).map_err(|error| NotUtf8 { at: error.valid_up_to() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_that_is_no_text_is_named() {
        assert_eq!(text("\"é\"".as_bytes()), Ok("\"é\""));
        assert_eq!(text(b"abc\xff"), Err(NotUtf8 { at: 3 }));
        assert_eq!(text(b"\xed\xa0\x80"), Err(NotUtf8 { at: 0 }));
    }
}
