//! Numbers: the grammar of RFC 8259, the value of an IEEE double, the spelling kept.

use super::{Error, ErrorKind, Result};

/// A number as it is written. Its value is read on demand, as the double that `JSON.parse` would give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(text)
    }

    #[must_use]
    pub fn text(self) -> &'a str {
        self.0
    }

    /// Written without fraction and exponent.
    #[must_use]
    pub fn is_plain_integer(self) -> bool {
        !self.0.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
    }

    /// The nearest double, as JavaScript reads it: infinite where the number is too large for one.
    #[must_use]
    pub fn value(self) -> f64 {
        // Up to 15 digits the integer path is exact and several times faster.
        if self.0.len() <= 15 && self.is_plain_integer() {
            #[expect(clippy::cast_precision_loss, reason = "15 digits fit the 53 bits of a double")]
            return self
                .0
                .parse::<i64>()
                .map_or(f64::NAN, |value| if value == 0 && self.0.starts_with('-') { -0.0 } else { value as f64 });
        }
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// A count as APIs send it (tokens, choices); fractions, signs and overflow are none.
    #[must_use]
    pub fn count(self) -> Option<u64> {
        if let Ok(count) = self.0.parse() {
            return Some(count);
        }
        let value = self.value();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "range and fraction are tested")]
        (value.fract() == 0.0 && (0.0..9e15).contains(&value)).then_some(value as u64)
    }
}

/// The offset behind the number that starts at `at`.
pub(super) fn end(bytes: &[u8], mut at: usize) -> Result<usize> {
    let bad = |at| Err(Error { kind: ErrorKind::BadNumber, at });
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    match bytes.get(at) {
        Some(b'0') => at += 1,
        Some(b'1'..=b'9') => at = digits(at),
        _ => return bad(at),
    }
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == at + 1 {
            return bad(fraction);
        }
        at = fraction;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let start = if let Some(b'+' | b'-') = bytes.get(at + 1) { at + 2 } else { at + 1 };
        at = digits(start);
        if at == start {
            return bad(at);
        }
    }
    // "01" is two numbers to this function; whatever follows must not be a digit.
    if bytes.get(at).is_some_and(u8::is_ascii_digit) { bad(at) } else { Ok(at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: f64) {
        assert_eq!(end(text.as_bytes(), 0), Ok(text.len()), "{text}");
        assert_eq!(Number::new(text).value().to_bits(), expected.to_bits(), "{text}");
    }

    #[test]
    fn values_are_those_of_a_double() {
        check("0", 0.0);
        check("-0", -0.0);
        check("-0.0", -0.0);
        check("1e2", 100.0);
        check("123456789012345678901234567890", 1.234_567_890_123_456_8e29);
        check("9007199254740993", 9_007_199_254_740_992.0);
        check("1e999", f64::INFINITY);
        check("5e-324", 5e-324);
    }

    #[test]
    fn counts_are_whole_and_not_negative() {
        for (text, expected) in
            [("12", Some(12)), ("12.0", Some(12)), ("1e3", Some(1000)), ("-1", None), ("1.5", None), ("1e30", None)]
        {
            assert_eq!(Number::new(text).count(), expected, "{text}");
        }
    }
}
