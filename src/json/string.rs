//! Strings: found, unescaped, and written.

use super::{Error, ErrorKind, Result};
use std::borrow::Cow;

/// Bytes that end a run of plain text: quote, backslash, control characters.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        stops[byte] = true;
        byte += 1;
    }
    stops[b'"' as usize] = true;
    stops[b'\\' as usize] = true;
    stops
};

/// The first stop at or behind `at`, or the length. JSON inside JSON has a stop in about every tenth byte, so the
/// first bytes are read a word at a time; a run that lasts is prose, and worth the set-up of whole blocks.
#[inline]
fn run(bytes: &[u8], mut at: usize) -> usize {
    for _ in 0..3 {
        let Some(word) = bytes.get(at..at + 8) else { return run_bytes(bytes, at) };
        if let Some(offset) = hit(word) {
            return at + offset;
        }
        at += 8;
    }
    run_blocks(bytes, at)
}

fn run_blocks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(block) = bytes.get(at..at + 32) {
        #[expect(clippy::needless_bitwise_bool, reason = "without a branch per byte this is a few vector instructions")]
        let stops = block.iter().fold(false, |any, &byte| any | (byte < 0x20) | (byte == b'"') | (byte == b'\\'));
        if stops {
            break;
        }
        at += 32;
    }
    while let Some(word) = bytes.get(at..at + 8) {
        if let Some(offset) = hit(word) {
            return at + offset;
        }
        at += 8;
    }
    run_bytes(bytes, at)
}

fn run_bytes(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && !STOPS[bytes[at] as usize] {
        at += 1;
    }
    at
}

/// The first stop among eight bytes.
#[inline]
fn hit(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let word = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
    // A byte is hit where it is below 0x20, or becomes zero against the quote or the backslash.
    let below = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = word ^ (ONES * u64::from(b'"'));
    let slash = word ^ (ONES * u64::from(b'\\'));
    let hits = (below | (quote.wrapping_sub(ONES) & !quote) | (slash.wrapping_sub(ONES) & !slash)) & HIGHS;
    // The lowest hit is exact; borrows can only make false hits above a true one.
    (hits != 0).then(|| hits.trailing_zeros() as usize / 8)
}

/// The offset behind the closing quote of the string whose text starts at `at`; escapes are checked.
pub(super) fn end(bytes: &[u8], mut at: usize) -> Result<usize> {
    loop {
        at = run(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(bytes, at)?.1,
            Some(_) => return Err(Error { kind: ErrorKind::ControlCharacter, at }),
            None => return Err(Error { kind: ErrorKind::UnexpectedEnd, at }),
        }
    }
}

/// The length in code points of the string whose text starts at `at`, and the offset behind its closing quote.
pub(super) fn length(text: &str, mut at: usize) -> Result<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut length = 0;
    loop {
        let stop = run(bytes, at);
        length += text[at..stop].chars().count();
        match bytes.get(stop) {
            Some(b'"') => return Ok((length, stop + 1)),
            Some(b'\\') => {
                length += 1;
                at = escape(bytes, stop)?.1;
            }
            Some(_) => return Err(Error { kind: ErrorKind::ControlCharacter, at: stop }),
            None => return Err(Error { kind: ErrorKind::UnexpectedEnd, at: stop }),
        }
    }
}

/// The string whose text starts at `start`, and the offset behind its closing quote.
pub(super) fn read(text: &str, start: usize) -> Result<(Cow<'_, str>, usize)> {
    let bytes = text.as_bytes();
    let mut at = run(bytes, start);
    if bytes.get(at) == Some(&b'"') {
        return Ok((Cow::Borrowed(&text[start..at]), at + 1));
    }
    let mut value = Unescaped::new(&bytes[start..at], bytes.len() - at);
    loop {
        at = value.run(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok((Cow::Owned(value.into_text()), at + 1)),
            Some(b'\\') => {
                let (character, next) = escape(bytes, at)?;
                value.push(character);
                at = next;
            }
            Some(_) => return Err(Error { kind: ErrorKind::ControlCharacter, at }),
            None => return Err(Error { kind: ErrorKind::UnexpectedEnd, at }),
        }
    }
}

/// A string without its escapes, as far as it was read. In JSON inside JSON every tenth byte is escaped, so pieces
/// are copied a word at a time while the stop is looked for, which is twice as fast as finding and then copying.
struct Unescaped {
    /// Longer than what was written, so that a whole word always fits.
    bytes: Vec<u8>,
    written: usize,
}

impl Unescaped {
    fn new(start: &[u8], rest: usize) -> Self {
        // Long texts with escapes are the model's answers: most of what is left in the body.
        let mut bytes = vec![0; start.len() + rest.min(4096) + 8];
        bytes[..start.len()].copy_from_slice(start);
        Self { bytes, written: start.len() }
    }

    /// Copies up to the first stop at or behind `at`, and tells where that is.
    #[inline]
    fn run(&mut self, bytes: &[u8], mut at: usize) -> usize {
        while let Some(word) = bytes.get(at..at + 8) {
            self.make_room();
            self.bytes[self.written..self.written + 8].copy_from_slice(word);
            if let Some(offset) = hit(word) {
                self.written += offset;
                return at + offset;
            }
            self.written += 8;
            at += 8;
        }
        let stop = run_bytes(bytes, at);
        self.make_room();
        self.bytes[self.written..self.written + stop - at].copy_from_slice(&bytes[at..stop]);
        self.written += stop - at;
        stop
    }

    #[inline]
    fn push(&mut self, character: char) {
        self.make_room();
        self.written += character.encode_utf8(&mut self.bytes[self.written..]).len();
    }

    #[inline]
    fn make_room(&mut self) {
        if self.bytes.len() < self.written + 8 {
            self.bytes.resize(self.bytes.len() * 2 + 8, 0);
        }
    }

    fn into_text(mut self) -> String {
        self.bytes.truncate(self.written);
        // Pieces of text and whole characters are text; nothing is replaced here.
        String::from_utf8(self.bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

/// The character that the escape at `at` stands for, and the offset behind it. A surrogate that is not half
/// of a pair reads as U+FFFD.
#[inline]
fn escape(bytes: &[u8], at: usize) -> Result<(char, usize)> {
    let plain = |character| Ok((character, at + 2));
    match bytes.get(at + 1) {
        Some(b'"') => plain('"'),
        Some(b'\\') => plain('\\'),
        Some(b'/') => plain('/'),
        Some(b'n') => plain('\n'),
        Some(b't') => plain('\t'),
        Some(b'r') => plain('\r'),
        Some(b'b') => plain('\u{8}'),
        Some(b'f') => plain('\u{c}'),
        Some(b'u') => unicode(bytes, at),
        Some(_) => Err(Error { kind: ErrorKind::BadEscape, at }),
        None => Err(Error { kind: ErrorKind::UnexpectedEnd, at }),
    }
}

fn unicode(bytes: &[u8], at: usize) -> Result<(char, usize)> {
    let first = hex(bytes, at)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, at + 6));
    }
    if first < 0xDC00 && bytes.get(at + 6) == Some(&b'\\') && bytes.get(at + 7) == Some(&b'u') {
        let second = hex(bytes, at + 6)?;
        if (0xDC00..0xE000).contains(&second) {
            let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            return Ok((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), at + 12));
        }
    }
    Ok((char::REPLACEMENT_CHARACTER, at + 6))
}

/// The four digits behind the `\u` at `at`.
fn hex(bytes: &[u8], at: usize) -> Result<u32> {
    let mut code = 0;
    for offset in 2..6 {
        let Some(&byte) = bytes.get(at + offset) else {
            return Err(Error { kind: ErrorKind::UnexpectedEnd, at: bytes.len() });
        };
        let Some(digit) = char::from(byte).to_digit(16) else {
            return Err(Error { kind: ErrorKind::BadEscape, at });
        };
        code = code << 4 | digit;
    }
    Ok(code)
}

/// Appends `text` to `out` as a JSON string.
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    let bytes = text.as_bytes();
    let mut start = 0;
    loop {
        let stop = run(bytes, start);
        out.push_str(&text[start..stop]);
        let Some(&byte) = bytes.get(stop) else { break };
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            control => {
                const HEX: [char; 16] =
                    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
                out.push_str("\\u00");
                out.push(HEX[usize::from(control >> 4)]);
                out.push(HEX[usize::from(control & 15)]);
            }
        }
        start = stop + 1;
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(literal: &str, expected: &str) {
        let (value, after) = read(literal, 1).unwrap();
        assert_eq!((value.as_ref(), after), (expected, literal.len()), "{literal}");
        assert_eq!(end(literal.as_bytes(), 1), Ok(literal.len()), "{literal}");
        assert_eq!(length(literal, 1), Ok((expected.chars().count(), literal.len())), "{literal}");
    }

    #[test]
    fn escapes_read_as_javascript_reads_them() {
        check(r#""plain""#, "plain");
        check(r#""a\"b\\c\/d\b\f\n\r\t""#, "a\"b\\c/d\u{8}\u{c}\n\r\t");
        check(r#""\u00e9\u20AC""#, "é€");
        check(r#""\ud83d\ude00!""#, "😀!");
        check(r#""é long enough to take the wide path 😀""#, "é long enough to take the wide path 😀");
    }

    #[test]
    fn a_lone_surrogate_is_one_replacement_character() {
        check(r#""\ud800""#, "\u{fffd}");
        check(r#""\ud800\u0041""#, "\u{fffd}A");
        check(r#""\udc00\ud83d\ude00""#, "\u{fffd}😀");
    }

    #[test]
    fn every_stop_is_found_at_every_place() {
        for length in 0..60 {
            for stop in ['"', '\\', '\u{1f}', '\0'] {
                let text = format!("{}{stop}{}", "é".repeat(length), "x".repeat(12));
                assert_eq!(run(text.as_bytes(), 0), 2 * length, "{length} {stop:?}");
            }
        }
    }

    #[test]
    fn quoting_reads_back() {
        let text = "a\"b\\c\n\u{1}\u{1f}é😀/";
        let mut literal = String::new();
        quote(&mut literal, text);
        check(&literal, text);
    }
}
