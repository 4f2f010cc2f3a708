//! How long a provider asks to be left alone, in every form in which providers say it.
//!
//! What comes out is the wish as it was made; whether to grant it is for the plan, which knows the deadline.
//! Nonsense (negative, not a number, longer than [`LONGEST`]) counts as not said, and the next form is tried.

#![forbid(unsafe_code)]

use super::Millis;
use std::time::UNIX_EPOCH;

/// A wish beyond this is an error of units, not a wish. Spending limits last until the month ends: 31 days.
pub const LONGEST: Millis = 31 * 24 * 3_600_000;

/// Looks a header up by its lower-case name.
pub type Headers<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// Pairs of headers: what is left, and when it is filled up again. A reset counts only where nothing is left;
/// providers send it with every answer.
const RESETS: [(&str, &str); 9] = [
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("x-ratelimit-remaining-requests-day", "x-ratelimit-reset-requests-day"),
    ("x-ratelimit-remaining-tokens-minute", "x-ratelimit-reset-tokens-minute"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
];

/// What stands before the wish in an error message, in lower case.
const PHRASES: [&str; 6] =
    ["try again in ", "retry in ", "retry after ", "try again after ", "please wait ", "reset in "];

/// The explicit wish: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date.
pub fn from_header(headers: Headers<'_>, now_unix_ms: Millis) -> Option<Millis> {
    headers("retry-after-ms")
        .and_then(|value| millis(value.trim().parse().ok()?))
        .or_else(|| headers("retry-after").and_then(|value| moment(value, now_unix_ms)))
}

/// The wish that follows from an exhausted limit: the last of the exhausted ones to be filled up again.
pub fn from_limits(headers: Headers<'_>, now_unix_ms: Millis) -> Option<Millis> {
    let exhausted =
        |name| headers(name).and_then(|left| left.trim().parse::<f64>().ok()).is_some_and(|left| left <= 0.0);
    RESETS
        .iter()
        .filter(|(remaining, _)| exhausted(remaining))
        .filter_map(|(_, reset)| headers(reset).and_then(|value| moment(value, now_unix_ms)))
        .max()
}

/// The wish inside an error message: "Please try again in 1.2s", "retry after 20 seconds".
pub fn from_message(message: &str) -> Option<Millis> {
    let message = message.to_ascii_lowercase();
    PHRASES.iter().find_map(|phrase| {
        let (_, tail) = message.split_once(phrase)?;
        let (span, rest) = leading_span(tail)?;
        // A bare number means seconds, unless it begins something else: "try again in 2026".
        let plausible = span.with_unit || !rest.trim_start().starts_with(|c: char| c.is_ascii_alphanumeric());
        if plausible { millis(span.millis) } else { None }
    })
}

/// A moment or a span in any form seen in headers: seconds ("20", "1.5"), spans ("6m0s", "12ms"), HTTP dates,
/// RFC 3339 times, unix times in seconds or milliseconds.
pub fn moment(value: &str, now_unix_ms: Millis) -> Option<Millis> {
    let value = value.trim();
    let until = |at: Millis| Some(at.saturating_sub(now_unix_ms)).filter(|&wait| wait <= LONGEST);
    if let Ok(number) = value.parse::<f64>() {
        return match number {
            // Seconds since 2001 and milliseconds since 2001 do not overlap with any sensible span.
            number if number >= 1e12 => until(whole(number)?),
            number if number >= 1e9 => until(whole(number * 1_000.0)?),
            number => millis(number * 1_000.0),
        };
    }
    if let Some((span, "")) = leading_span(value) {
        return millis(span.millis);
    }
    if let Some(at) = rfc3339(value) {
        return until(at);
    }
    let date = httpdate::parse_http_date(value).ok()?;
    until(u64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()?)
}

/// Rounded up: coming back a moment too early earns another refusal.
fn millis(span: f64) -> Option<Millis> {
    whole(span.ceil()).filter(|&span| span <= LONGEST)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie within u64")]
fn whole(number: f64) -> Option<u64> {
    (0.0..1e15).contains(&number).then_some(number as u64)
}

struct Span {
    millis: f64,
    with_unit: bool,
}

/// The span at the head of a text, and what follows it: "1h2m3.5s", "20 seconds", "30".
fn leading_span(text: &str) -> Option<(Span, &str)> {
    let mut span = Span { millis: 0.0, with_unit: false };
    let mut rest = text;
    let mut found = false;
    loop {
        let piece = if found { rest.trim_start_matches([' ', ',']) } else { rest.trim_start() };
        let digits = piece.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(piece.len());
        // The full stop of the sentence is not a decimal point.
        let number = piece[..digits].trim_end_matches('.');
        let Ok(amount) = number.parse::<f64>() else { break };
        let tail = &piece[number.len()..];
        let word = tail.trim_start_matches(' ');
        let letters = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
        let Some(unit) = unit(&word[..letters]) else {
            if !found {
                return Some((Span { millis: amount * 1_000.0, with_unit: false }, tail));
            }
            break;
        };
        span.millis += amount * unit;
        span.with_unit = true;
        found = true;
        rest = &word[letters..];
    }
    found.then_some((span, rest))
}

fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "ms" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => 86_400_000.0,
        _ => return None,
    })
}

/// `2026-02-03T04:05:06.7Z` or with an offset, as milliseconds since 1970.
fn rfc3339(text: &str) -> Option<Millis> {
    let field = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let sign = |at: usize| text.as_bytes().get(at).copied();
    let separators = [sign(4), sign(7), sign(13), sign(16)] == [Some(b'-'), Some(b'-'), Some(b':'), Some(b':')];
    if !separators || !matches!(sign(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let (year, month, day) = (field(0..4)?, field(5..7)?, field(8..10)?);
    let (hour, minute, second) = (field(11..13)?, field(14..16)?, field(17..19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let tail = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset_minutes = match tail.as_bytes() {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), zone @ ..] if zone.len() == 5 => {
            let at = text.len() - 5;
            let minutes = field(at..at + 2)? * 60 + field(at + 3..at + 5)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let minutes = (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
    u64::try_from((minutes * 60 + second) * 1_000).ok()
}

/// Days of the proleptic Gregorian calendar, counted in years that begin in March, so that the leap day is last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-02-03T04:05:06Z
    const NOW: Millis = 1_770_091_506_000;

    #[track_caller]
    fn check(value: &str, expected: Option<Millis>) {
        assert_eq!(moment(value, NOW), expected, "{value:?}");
    }

    #[track_caller]
    fn check_headers(headers: &[(&str, &str)], explicit: Option<Millis>, limits: Option<Millis>) {
        let lookup = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        assert_eq!((from_header(&lookup, NOW), from_limits(&lookup, NOW)), (explicit, limits), "{headers:?}");
    }

    #[track_caller]
    fn check_message(message: &str, expected: Option<Millis>) {
        assert_eq!(from_message(message), expected, "{message:?}");
    }

    #[test]
    fn seconds_spans_and_moments_are_read() {
        check("20", Some(20_000));
        check(" 1.5 ", Some(1_500));
        check("0", Some(0));
        check("0.0001", Some(1));
        check("12ms", Some(12));
        check("1.2s", Some(1_200));
        check("6m0s", Some(360_000));
        check("1h2m3.5s", Some(3_723_500));
        check("33011.382867", Some(33_011_383));
        check("Tue, 03 Feb 2026 04:05:26 GMT", Some(20_000));
        check("2026-02-03T04:05:26Z", Some(20_000));
        check("2026-02-03T04:05:26.789Z", Some(20_000));
        check("2026-02-03T05:05:26+01:00", Some(20_000));
        check("2026-02-02T23:05:26-05:00", Some(20_000));
        check("1770091526", Some(20_000));
        check("1770091526000", Some(20_000));
    }

    #[test]
    fn a_moment_gone_by_asks_for_no_wait() {
        check("Tue, 03 Feb 2026 04:05:00 GMT", Some(0));
        check("2025-12-31T23:59:59Z", Some(0));
    }

    #[test]
    fn nonsense_counts_as_not_said() {
        for value in [
            "",
            "-1",
            "-0.5",
            "NaN",
            "inf",
            "-inf",
            "1e300",
            "soon",
            "9999999",
            "2026-13-01T00:00:00Z",
            "12parsecs",
            "2026-02-03T04:05:26",
            "2026-02-03T04:05:26+1é:0",
            "2036-02-03T04:05:26Z",
            "5s later",
            "1e18",
            ".",
            "2026-02-03T04:05:é6Z",
            "Tue, 99 Feb 2026 04:05:26 GMT",
            "ééé",
        ] {
            check(value, None);
        }
        check("-0", Some(0));
    }

    #[test]
    fn milliseconds_come_before_seconds() {
        check_headers(&[("retry-after-ms", "250"), ("retry-after", "20")], Some(250), None);
        check_headers(&[("retry-after-ms", "soon"), ("retry-after", "20")], Some(20_000), None);
        check_headers(&[("retry-after", "-3")], None, None);
        check_headers(&[], None, None);
    }

    #[test]
    fn a_reset_counts_only_where_nothing_is_left() {
        let tokens = ("x-ratelimit-reset-tokens", "6m0s");
        check_headers(&[("x-ratelimit-remaining-tokens", "5"), tokens], None, None);
        check_headers(&[tokens], None, None);
        check_headers(&[("x-ratelimit-remaining-tokens", "0"), tokens], None, Some(360_000));
        check_headers(
            &[
                ("anthropic-ratelimit-requests-remaining", "0"),
                ("anthropic-ratelimit-requests-reset", "2026-02-03T04:05:16Z"),
                ("anthropic-ratelimit-output-tokens-remaining", "0"),
                ("anthropic-ratelimit-output-tokens-reset", "2026-02-03T04:05:26Z"),
            ],
            None,
            Some(20_000),
        );
    }

    #[test]
    fn messages_are_read() {
        check_message("Rate limit reached for gpt-4o. Please try again in 1.2s. Visit https://…", Some(1_200));
        check_message("Please try again in 6m0s.", Some(360_000));
        check_message("try again in 1m 20s", Some(80_000));
        check_message("Please retry after 20 seconds.", Some(20_000));
        check_message("Please Retry In 21.5s.", Some(21_500));
        check_message("retry after 7.", Some(7_000));
        check_message("Please wait 2 minutes", Some(120_000));
        check_message("try again in 2026 or later", None);
        check_message("try again in a moment", None);
        check_message("try again in 90 days", None);
        check_message("", None);
    }

    #[test]
    fn the_calendar_holds() {
        assert_eq!(days_since_1970(1970, 1, 1), 0);
        assert_eq!(days_since_1970(2000, 2, 29), 11_016);
        assert_eq!(days_since_1970(2026, 2, 3) * 86_400_000 + 14_706_000, i64::try_from(NOW).unwrap());
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = (moment(&text, NOW), from_message(&format!("try again in {text}")));
        }

        #[test]
        fn no_text_that_looks_like_a_moment_panics(text in "[0-9TZhms.:+ -]{0,30}") {
            let _ = (moment(&text, NOW), from_message(&format!("retry after {text}")));
        }
    }
}
