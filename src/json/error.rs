//! Why a text is not JSON.

use std::fmt;

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    /// Byte offset into the text.
    pub at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    UnexpectedEnd,
    UnexpectedByte,
    BadEscape,
    ControlCharacter,
    BadNumber,
    TooDeep,
    TrailingText,
    /// The caller met a kind of value that it has no use for and chose to stop.
    WrongKind,
}

pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ErrorKind::UnexpectedEnd => "the text ends too early",
            ErrorKind::UnexpectedByte => "unexpected character",
            ErrorKind::BadEscape => "bad escape in a string",
            ErrorKind::ControlCharacter => "control character in a string",
            ErrorKind::BadNumber => "malformed number",
            ErrorKind::TooDeep => "nested deeper than 256 levels",
            ErrorKind::TrailingText => "text after the end of the value",
            ErrorKind::WrongKind => "another kind of value was expected",
        };
        write!(f, "{what} at byte {}", self.at)
    }
}

impl std::error::Error for Error {}
