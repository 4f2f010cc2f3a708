//! Loops: a decoder that lost its way says one phrase until its limit stops it.
//!
//! A loop is exact here: the end of the text, or the half of it around its middle, is one unit of bytes again and
//! again. One probe each finds both: 32 bytes that come a second time within the window are rare in sound text, so
//! nearly every answer is done after two vector searches. Where they do, the distance between two of them is the
//! period, if there is one. All work beyond the first search is bounded by the window, whatever the text.
//!
//! Most repetition is legitimate: tables, equal array items, rulers, zero-filled data, one label per row. What kind
//! a run is decides its unit and its place, and only words that nobody would write so are hard. Not found: loops
//! that change a little each time, and ones that end and leave less than half of the text behind them.
#![forbid(unsafe_code)]

use super::layout::{Layout, Place};
use super::unit::{Shape, Unit};
use memchr::memmem;

/// How much of the text is searched for a period, in bytes: four turns of a unit of 4 kB, a long paragraph.
const WINDOW: usize = 16 * 1024;
/// The probe, in bytes: half of the shortest loop, so that it comes twice in any.
const PROBE: usize = 32;
/// How many distances are tried as periods: a long unit may hold its own last words many times.
const CANDIDATES: usize = 256;

/// How often a unit must come, by its length in bytes: (up to this length, times, bytes in all).
/// Songs and stories stay below; decoders never stop at so little.
const TURNS: [(usize, usize, usize); 3] = [(8, 2, 64), (40, 6, 64), (WINDOW, 4, 160)];

/// What the cut at the last word may take from the last turn, in bytes.
const CUT: usize = 4;

/// A short unit ("no ", "ha") counts only if it takes this share of the text (one in …) or this many bytes.
const SHORT_SHARE: usize = 4;
const SHORT_BYTES: usize = 200;

/// Turns and bytes from which even code, markup or patterns outside of code blocks are worth a flag.
const MARKUP_TIMES: usize = 24;
const MARKUP_BYTES: usize = 512;

/// One label per row or per comma is what a classifier of many inputs answers. More than this many equal ones is not.
const LABELS_IN_ROWS: usize = 200;
const LABELS_IN_LINE: usize = 40;

/// A loop found in a text.
pub(super) struct Loop<'a> {
    pub(super) unit: Unit<'a>,
    pub(super) at: usize,
    pub(super) length: usize,
    pub(super) times: usize,
    pub(super) hard: bool,
}

/// A run of equal units, the last perhaps cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    start: usize,
    end: usize,
    period: usize,
}

pub(super) fn find<'a>(text: &'a str, layout: &Layout<'_>) -> Option<Loop<'a>> {
    let runs = [at_the_end(text), around_the_middle(text)];
    runs.into_iter().flatten().find_map(|run| judge(text, run, layout))
}

/// The run the text ends with. What follows the last word is cut off first: a bracket or a full stop breaks the turn.
fn at_the_end(text: &str) -> Option<Run> {
    let end = end_of_words(text);
    let window = &text.as_bytes()[end.saturating_sub(WINDOW)..end];
    let (_, probe) = window.split_last_chunk::<PROBE>()?;
    memmem::find(&window[..window.len() - 1], probe)?;
    let finder = memmem::FinderRev::new(probe);
    let mut from = window.len();
    let periods = std::iter::from_fn(|| {
        let at = finder.rfind(&window[..from - 1])?;
        from = at + PROBE;
        Some(window.len() - from)
    });
    let period = periods.take(CANDIDATES).find(|period| {
        let run = Run { start: window.len() - period, end: window.len(), period: *period };
        is_loop(*period, run.extended(window).length())
    })?;
    Some(Run { start: end - period, end, period }.extended(text.as_bytes()))
}

/// The run around the middle, if it takes half of the text: any such run holds the middle.
fn around_the_middle(text: &str) -> Option<Run> {
    let bytes = text.as_bytes();
    let middle = bytes.len() / 2;
    let window = &bytes[middle..bytes.len().min(middle + WINDOW)];
    let (probe, _) = window.split_first_chunk::<PROBE>()?;
    let finder = memmem::Finder::new(probe);
    let mut from = 0;
    let periods = std::iter::from_fn(|| {
        from += 1 + finder.find(&window[from + 1..])?;
        Some(from)
    });
    let period = periods.take(CANDIDATES).find(|period| {
        let run = Run { start: 0, end: *period, period: *period };
        is_loop(*period, run.extended(window).length())
    })?;
    let run = Run { start: middle, end: middle + period, period }.extended(bytes);
    (run.length() * 2 >= bytes.len()).then_some(run)
}

/// Where the last word ends. An end without words is left as it is: it may itself be what repeats.
fn end_of_words(text: &str) -> usize {
    /// How far back a word is looked for, in bytes.
    const NEAR: usize = 12;
    let trimmed = text.trim_end();
    let tail = &trimmed.as_bytes()[trimmed.len().saturating_sub(NEAR)..];
    if tail.iter().any(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()) {
        trimmed.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_symbol(c)).len()
    } else {
        trimmed.len()
    }
}

/// Neither a word nor punctuation that may close one: emoji and the replacement character.
fn is_symbol(c: char) -> bool {
    c >= '\u{2190}' && !('\u{3000}'..='\u{303f}').contains(&c) && !('\u{ff00}'..='\u{ff65}').contains(&c)
}

fn is_loop(period: usize, covered: usize) -> bool {
    TURNS
        .iter()
        .find(|(up_to, ..)| period < *up_to)
        .is_some_and(|(_, times, bytes)| covered + CUT >= period * times && covered >= *bytes)
}

impl Run {
    const fn length(self) -> usize {
        self.end - self.start
    }

    /// As far as the period goes on beyond the window, at both sides.
    fn extended(mut self, bytes: &[u8]) -> Self {
        while self.start > 0 && bytes[self.start - 1] == bytes[self.start - 1 + self.period] {
            self.start -= 1;
        }
        while self.end < bytes.len() && bytes[self.end] == bytes[self.end - self.period] {
            self.end += 1;
        }
        self
    }
}

/// What a run of equal units is: nothing remarkable, worth a flag, or a loop that nobody would write.
fn judge<'a>(text: &'a str, run: Run, layout: &Layout<'_>) -> Option<Loop<'a>> {
    let length = run.length();
    let times = length / run.period;
    let unit = Unit::of(text, run.start, run.period)?;
    let place = layout.place(run.start);
    let much = times >= MARKUP_TIMES && length >= MARKUP_BYTES;
    let large = length >= SHORT_BYTES || length * SHORT_SHARE >= text.len();
    let hard = match place {
        Place::Code | Place::JsonData => return None,
        Place::UnclosedCode => much.then_some(false)?,
        Place::Prose | Place::JsonString => match unit.shape(place == Place::JsonString) {
            Shape::Ruler | Shape::Table => return None,
            Shape::Markup | Shape::Pattern => much.then_some(false)?,
            Shape::Digits => (much && length * 2 >= text.len()).then_some(false)?,
            Shape::LabelInRows => times >= LABELS_IN_ROWS,
            Shape::LabelInLine => times >= LABELS_IN_LINE,
            Shape::Letters if inside_of_data(text, run) => return None,
            Shape::Letters | Shape::Symbols => large,
            Shape::Words => run.period >= TURNS[0].0 || large,
        },
    };
    Some(Loop { unit, at: run.start, length, times, hard })
}

/// The run is part of one long word of other characters: base64, hex, a sequence. Those repeat for a reason.
fn inside_of_data(text: &str, run: Run) -> bool {
    const DATA: usize = 12;
    let is_data = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'+' | b'/' | b'-' | b'_' | b'%');
    let bytes = text.as_bytes();
    bytes[..run.start].iter().rev().take(DATA).take_while(is_data).count() == DATA
        || bytes[run.end..].iter().take(DATA).take_while(is_data).count() == DATA
}

#[cfg(test)]
#[expect(clippy::format_collect, reason = "test texts are small")]
mod tests {
    use super::*;
    use crate::contract::integrity::Kind;

    /// `Some(true)` is hard, `Some(false)` a flag.
    #[track_caller]
    fn check(text: &str, expected: Option<bool>) {
        let found = find(text, &Layout::new(text, Kind::Prose));
        assert_eq!(found.map(|found| found.hard), expected, "{}", text.chars().take(120).collect::<String>());
    }

    #[test]
    fn the_end_is_found_whole_though_the_last_unit_is_cut() {
        let text = format!("Once upon a time. {}The ca", "The cat sat on the mat. ".repeat(9));
        let found = find(&text, &Layout::new(&text, Kind::Prose)).expect("a loop");
        assert_eq!((found.unit.len(), found.times, found.at), (24, 9, "Once upon a time. ".len() - 2));
        assert!(found.hard);
    }

    #[test]
    fn a_run_beyond_the_window_is_measured_whole() {
        let text = format!("Intro. {}", "I do not know what to say about this. ".repeat(3_000));
        let found = find(&text, &Layout::new(&text, Kind::Prose)).expect("a loop");
        assert!(found.times >= 2_999, "{}", found.times);
    }

    #[test]
    fn a_loop_that_ends_counts_if_it_is_half_of_the_text() {
        let looped = "we are sorry for that, ".repeat(20);
        check(&format!("Hello. {looped} and now for something completely different, at last."), Some(true));
        let prose: String = (0..60).map(|n| format!("Sentence number {n} says something new. ")).collect();
        check(&format!("{prose}{looped}{prose}"), None);
    }

    #[test]
    fn a_long_paragraph_loops_with_four_turns() {
        let paragraph: String = (0..70).map(|n| format!("Sentence number {n} says something new. ")).collect();
        check(&paragraph.repeat(4), Some(true));
        check(&paragraph.repeat(2), None);
    }

    #[test]
    fn thresholds_stand_between_a_refrain_and_a_loop() {
        check(&"never gonna give you up ".repeat(3), None);
        check(&format!("{} and then he left.", "ha ".repeat(12)), None);
        check(&format!("It is {}", "very ".repeat(60)), Some(true));
    }
}
