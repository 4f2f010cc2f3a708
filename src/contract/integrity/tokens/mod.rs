//! Control tokens of chat templates that reached the text: the server's stop list or its detokeniser failed, and
//! what follows such a token is no longer the answer.
//!
//! One pass looks for the two bytes every token begins with; the automaton reads on only from there, so prose
//! without `<` and `[` costs one vector scan. Reasoning tags (`<think>`) are not here: many applications read them
//! on purpose.
#![forbid(unsafe_code)]

mod table;

use super::layout::Layout;
use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};
use memchr::memchr2_iter;
use std::sync::OnceLock;
use table::Rule::{Anywhere, Edge, Numbered};
use table::{TOKENS, Token, UNNAMED};

/// The longest name between `<|` and `|>` that is still read as a token, in bytes.
const LONGEST_NAME: usize = 40;

/// How many quoted mentions of one token are looked at before the text is taken to be about it.
const MENTIONS: u8 = 16;

/// A control token found in a text.
pub(super) struct Leak {
    pub(super) spelling: &'static str,
    pub(super) family: &'static str,
    pub(super) hard: bool,
    pub(super) at: usize,
}

struct Table {
    automaton: AhoCorasick,
    /// The bytes that can follow `<`, and those that can follow `[`.
    second: [[bool; 256]; 2],
}

fn table() -> Option<&'static Table> {
    static TABLE: OnceLock<Option<Table>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .start_kind(StartKind::Anchored)
                .build(TOKENS.iter().map(|token| token.spelling))
                .ok()?;
            let mut second = [[false; 256]; 2];
            for token in TOKENS {
                let [first, next, ..] = token.spelling.as_bytes() else { continue };
                second[usize::from(*first == b'[')][usize::from(*next)] = true;
            }
            Some(Table { automaton, second })
        })
        .as_ref()
}

/// Each token of the table that the text leaks, once, at its gravest place.
pub(super) fn scan(text: &str, layout: &Layout<'_>) -> Vec<Leak> {
    let bytes = text.as_bytes();
    let mut leaks: Vec<Leak> = Vec::new();
    let Some(table) = table() else { return leaks };
    let edges = Edges::of(text);
    let mut mentions = Mentions::default();
    for at in memchr2_iter(b'<', b'[', bytes) {
        let second = &table.second[usize::from(bytes[at] == b'[')];
        if !bytes.get(at + 1).is_some_and(|next| second[usize::from(*next)]) {
            continue;
        }
        let input = Input::new(bytes).range(at..).anchored(Anchored::Yes);
        let (token, end, hard) = match table.automaton.find(input) {
            Some(found) => {
                let token = &TOKENS[found.pattern().as_usize()];
                let Some(end) = end_of(token, text, at, found.end(), edges) else { continue };
                (token, end, true)
            }
            None => match unnamed(bytes, at) {
                Some(end) => (&UNNAMED, end, false),
                None => continue,
            },
        };
        if !mentions.wants(token) {
            continue;
        }
        let hard = hard && !layout.is_quoted(at..end);
        mentions.note(token, hard);
        match leaks.iter_mut().find(|leak| leak.spelling == token.spelling) {
            Some(leak) if hard && !leak.hard => (leak.hard, leak.at) = (true, at),
            Some(_) => {}
            None => leaks.push(Leak { spelling: token.spelling, family: token.family, hard, at }),
        }
    }
    leaks
}

/// Which tokens are settled: one leak decides, and many mentions do.
#[derive(Default)]
struct Mentions(Vec<(&'static str, u8)>);

impl Mentions {
    fn wants(&self, token: &Token) -> bool {
        self.0.iter().all(|(spelling, count)| *spelling != token.spelling || *count < MENTIONS)
    }

    fn note(&mut self, token: &Token, settled: bool) {
        let count = if settled { MENTIONS } else { 1 };
        match self.0.iter_mut().find(|(spelling, _)| *spelling == token.spelling) {
            Some((_, known)) => *known = known.saturating_add(count),
            None => self.0.push((token.spelling, count)),
        }
    }
}

/// Where the token ends, if this is a place where it is one.
fn end_of(token: &Token, text: &str, at: usize, end: usize, edges: Edges) -> Option<usize> {
    if is_index(token, text, at) {
        return None;
    }
    match token.rule {
        Anywhere => Some(end),
        Edge => at_edge(token.spelling, text, at, end, edges).then_some(end),
        Numbered => {
            let rest = &text.as_bytes()[end..];
            let digits = rest.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
            let close = rest[digits..].iter().take(4).position(|byte| matches!(byte, b'>' | b']'))?;
            (digits > 0).then_some(end + digits + close + 1)
        }
    }
}

/// `array[INST]`: a constant in brackets behind a name.
fn is_index(token: &Token, text: &str, at: usize) -> bool {
    let [b'[', second, ..] = token.spelling.as_bytes() else { return false };
    let before = text.as_bytes()[..at].last();
    second.is_ascii_alphabetic()
        && before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b')'))
}

/// First or last in the text, and not the tag of a pair: `<s>` also strikes text through.
fn at_edge(spelling: &str, text: &str, at: usize, end: usize, edges: Edges) -> bool {
    let paired = || match spelling {
        "<s>" => text[end..].contains("</s>"),
        "</s>" => text[..at].contains("<s>"),
        _ => false,
    };
    (at == edges.start || end == edges.end) && !paired()
}

/// Where the text starts and ends without the blanks around it: read once, for the tokens are many in a hostile text.
#[derive(Clone, Copy)]
struct Edges {
    start: usize,
    end: usize,
}

impl Edges {
    fn of(text: &str) -> Self {
        Self { start: text.len() - text.trim_start().len(), end: text.trim_end().len() }
    }
}

/// `<|name|>` of a family without a row. Physicists write expectation values so, hence a name of two letters at
/// least, and never hard.
fn unnamed(bytes: &[u8], at: usize) -> Option<usize> {
    let name = bytes[at..].strip_prefix(b"<|")?;
    let length =
        name.iter().take(LONGEST_NAME).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    (length >= 2 && name[length..].starts_with(b"|>")).then_some(at + 2 + length + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::integrity::Kind;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, bool)]) {
        let leaks = scan(text, &Layout::new(text, Kind::Prose));
        let found: Vec<_> = leaks.iter().map(|leak| (leak.spelling, leak.hard)).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn every_row_is_spelled_so_that_the_scan_can_find_it() {
        for token in TOKENS {
            assert!(token.spelling.starts_with(['<', '[']), "{}", token.spelling);
            let text = match token.rule {
                Numbered => format!("Yes.{}17|>", token.spelling),
                Anywhere | Edge => format!("The answer is 4.{}", token.spelling),
            };
            check(&text, &[(token.spelling, true)]);
        }
    }

    #[test]
    fn rows_are_unique() {
        let mut spellings: Vec<_> = TOKENS.iter().map(|token| token.spelling).collect();
        spellings.sort_unstable();
        spellings.dedup();
        assert_eq!(spellings.len(), TOKENS.len());
    }

    #[test]
    fn a_token_is_reported_once_at_its_gravest_place() {
        check("`<|im_end|>` ends a turn.<|im_end|>", &[("<|im_end|>", true)]);
        check("a<|im_end|>\n<|im_start|>user\nb<|im_end|>", &[("<|im_end|>", true), ("<|im_start|>", true)]);
    }

    #[test]
    fn a_token_that_is_spoken_about_is_soft() {
        check("ChatML ends a turn with `<|im_end|>`.", &[("<|im_end|>", false)]);
        check("```python\nstop = <|eot_id|>\n```\n", &[("<|eot_id|>", false)]);
        check(r#"{"stop": "<|im_end|>"}"#, &[("<|im_end|>", false)]);
    }

    #[test]
    fn ambiguous_tokens_leak_only_at_the_edges() {
        check("Paris.</s>", &[("</s>", true)]);
        check("<s> Paris.", &[("<s>", true)]);
        check("Now <s>20</s> 15 euro", &[]);
        check("<s>20 euro</s>", &[]);
        check("use the <s> element", &[]);
        check("[PAD][PAD][PAD]", &[("[PAD]", true)]);
        check("BERT pads with [PAD] and starts with [CLS] always", &[]);
        check("<unused>x</unused>", &[]);
        check("<unused99>", &[("<unused", true)]);
    }

    #[test]
    fn writing_that_only_looks_alike_is_no_token() {
        for text in [
            "a <|> b",
            "x <| y |> z",
            "<|x|> is the mean of |x|",
            "if (a < b && c[INDEX] > 1)",
            "<div><span>text</span></div>",
            "[1] [2] [INSTALL] [INSTRUCTIONS]",
            "<T>, <K, V>, Vec<u8>, <stdio.h>",
            "|> Enum.map()",
            "<",
            "<|",
            "[",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn a_token_of_an_unknown_family_is_soft() {
        check("ok<|turn_over_7|>", &[("<|…|>", false)]);
    }
}
