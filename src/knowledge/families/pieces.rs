//! A model name cut into words and numbers: `claude-3.5-sonnet` is a word, a number and a word.
//!
//! Cutting is by character class, so that `qwen2.5-72b`, `llama3` and `v3p1` come apart the same way whatever a
//! vendor uses between its words. Bounded: a name with more pieces or bytes than any real one is not read at all.

#![forbid(unsafe_code)]

/// Real ids stay below 80 bytes after their last slash.
const MAX_BYTES: usize = 128;
const MAX_PIECES: usize = 32;

/// A word of letters, or a number with at most one fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The bytes of a word in lower case; zero for a number.
    pub word: u128,
    /// The whole part of a number, and how many digits spell it; no digits for a word.
    pub whole: u32,
    pub digits: u8,
    pub fraction: Option<Fraction>,
    /// The separator before it; `None` where it follows the piece before without one.
    pub after: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    pub value: u32,
    pub digits: u8,
}

impl Piece {
    pub fn is_number(&self) -> bool {
        self.digits > 0
    }

    /// A whole number of exactly so many digits.
    pub fn is_whole(&self, digits: u8) -> bool {
        self.digits == digits && self.fraction.is_none()
    }

    pub fn is_glued(&self) -> bool {
        self.after.is_none()
    }
}

/// The key of a word. Up to sixteen bytes fit as they are; longer ones, none of which stand in a table, are mixed.
pub const fn key(word: &[u8]) -> u128 {
    let mut key = 0_u128;
    let mut at = 0;
    while at < word.len() {
        key = key.rotate_left(8) ^ word[at].to_ascii_lowercase() as u128;
        at += 1;
    }
    key
}

/// Room for the pieces of one name.
pub type Pieces = [Piece; MAX_PIECES];

pub const NO_PIECES: Pieces = [Piece { word: 0, whole: 0, digits: 0, fraction: None, after: None }; MAX_PIECES];

/// Cuts a name into pieces; `None` if it is longer than any real name.
pub fn cut<'p>(name: &str, pieces: &'p mut Pieces) -> Option<&'p [Piece]> {
    let bytes = name.as_bytes();
    if bytes.len() > MAX_BYTES {
        return None;
    }
    let (mut count, mut at, mut after) = (0, 0, Some(b'^'));
    while at < bytes.len() {
        let start = at;
        let piece = match bytes[at] {
            b'0'..=b'9' => number(bytes, &mut at, after),
            byte if is_letter(byte) => {
                while at < bytes.len() && is_letter(bytes[at]) {
                    at += 1;
                }
                Piece { word: key(&bytes[start..at]), whole: 0, digits: 0, fraction: None, after }
            }
            separator => {
                after = Some(separator);
                at += 1;
                continue;
            }
        };
        *pieces.get_mut(count)? = piece;
        count += 1;
        after = None;
    }
    pieces.get(..count)
}

/// Letters, and every byte of a character beyond ASCII: an unknown word is still a word.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Digits, and one fraction behind a point. Some hosts may not use points in names and write `p` (`v3p1`).
fn number(bytes: &[u8], at: &mut usize, after: Option<u8>) -> Piece {
    let (whole, digits) = run(bytes, at);
    let mut piece = Piece { word: 0, whole, digits, fraction: None, after };
    let next = |ahead: usize| bytes.get(*at + ahead).copied().unwrap_or(b'-');
    if matches!(next(0), b'.' | b'p' | b'P') && next(1).is_ascii_digit() {
        *at += 1;
        let (value, digits) = run(bytes, at);
        piece.fraction = Some(Fraction { value, digits });
    }
    piece
}

fn run(bytes: &[u8], at: &mut usize) -> (u32, u8) {
    let (mut value, mut digits) = (0_u32, 0_u8);
    while let Some(byte @ b'0'..=b'9') = bytes.get(*at) {
        value = value.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
        digits = digits.saturating_add(1);
        *at += 1;
    }
    (value, digits)
}
