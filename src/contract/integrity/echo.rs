//! The prompt handed back as the answer: nearly all of the answer is in the prompt, and nearly all of one of the
//! prompt's texts is in the answer. A quotation out of a long document is therefore no echo.
//!
//! Compared by runs of five words, so that blanks and punctuation do not matter. Most answers are ruled out by two
//! probes in the request as it stands, escapes and all, so a prompt that comes back in capitals is missed.
#![forbid(unsafe_code)]

use super::prompt::Prompt;
use memchr::memmem;
use std::collections::HashMap;

/// Words that are compared at once.
const RUN: usize = 5;
/// An answer with fewer runs is too short to tell: greetings and names come back for good reasons.
const FEWEST_RUNS: usize = 6;
/// What of the answer must come from the prompt, and what of one text of the prompt must come back, in percent.
const OF_ANSWER: usize = 90;
const OF_TEXT: usize = 80;
/// Runs of the answer that may be new in any case: a role before the text and one behind it.
const ROLES: usize = 2;
/// Answers longer than this are not compared, in bytes: it bounds the memory of the comparison.
const LONGEST: usize = 64 * 1024;
/// The probe, in bytes.
const PROBE: usize = 16;

pub(super) fn is_echo(answer: &str, prompt: &Prompt<'_>) -> bool {
    let raw = prompt.raw();
    if raw.is_empty() || answer.len() > LONGEST {
        return false;
    }
    let probed = [answer.len() / 3, answer.len() / 3 * 2]
        .into_iter()
        .filter_map(|from| probe(answer, from))
        .any(|probe| memmem::find(raw.as_bytes(), probe).is_some());
    probed && comes_back(answer, &prompt.written_by_caller()) && !prompt.asks_for_rewriting()
}

/// Bytes that look the same escaped and unescaped, from about this place on.
fn probe(answer: &str, from: usize) -> Option<&[u8]> {
    let plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | b'/' | 0..0x20);
    answer.as_bytes().get(from..)?.windows(PROBE).take(4 * PROBE).find(|window| window.iter().all(plain))
}

fn comes_back(answer: &str, texts: &[String]) -> bool {
    let mut runs: HashMap<u64, (usize, bool)> = HashMap::new();
    let mut total = 0;
    for run in runs_of(answer) {
        runs.entry(run).or_default().0 += 1;
        total += 1;
    }
    if total < FEWEST_RUNS {
        return false;
    }
    let mut whole = false;
    for text in texts {
        let (mut seen, mut known) = (0_usize, 0_usize);
        for run in runs_of(text) {
            seen += 1;
            if let Some((_, found)) = runs.get_mut(&run) {
                *found = true;
                known += 1;
            }
        }
        whole |= seen >= FEWEST_RUNS && known * 100 >= seen * OF_TEXT;
    }
    let covered: usize = runs.values().filter(|(_, found)| *found).map(|(count, _)| count).sum();
    whole && (covered + ROLES >= total || covered * 100 >= total * OF_ANSWER)
}

/// The hash of every run of words. In scripts without blanks, each character is a word.
fn runs_of(text: &str) -> impl Iterator<Item = u64> {
    let mut last = [0_u64; RUN];
    let mut count = 0_usize;
    words(text).filter_map(move |word| {
        last.rotate_left(1);
        last[RUN - 1] = word;
        count += 1;
        (count >= RUN).then(|| last.iter().fold(0, |hash: u64, word| (hash.rotate_left(7) ^ word).wrapping_mul(PRIME)))
    })
}

/// FNV-1a, 64 bits. A collision could only make a flag.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

fn words(text: &str) -> impl Iterator<Item = u64> {
    text.split(|c: char| !c.is_alphanumeric()).flat_map(pieces).map(|word| {
        word.chars().fold(OFFSET, |hash, c| (hash ^ u64::from(u32::from(c.to_ascii_lowercase()))).wrapping_mul(PRIME))
    })
}

fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let whole = word.is_ascii() || !word.chars().any(|c| c >= '\u{2e80}');
    let one = (whole && !word.is_empty()).then_some(word);
    let each = if whole { "" } else { word };
    one.into_iter().chain(each.split_inclusive(|_| true))
}

#[cfg(test)]
#[expect(clippy::format_collect, reason = "test texts are small")]
mod tests {
    use super::*;
    use crate::request::Request;

    const QUESTION: &str =
        "Tell me, in two or three sentences, why the sky over the sea is blue in the morning and red in the evening.";

    #[track_caller]
    fn check(answer: &str, prompt: &str, expected: bool) {
        let conversation = serde_json::json!([{ "role": "user", "content": prompt }]).to_string();
        let request = Request { conversation: Some(&conversation), ..Request::default() };
        assert_eq!(is_echo(answer, &Prompt::of(Some(&request))), expected, "{answer:?}");
    }

    #[test]
    fn the_prompt_again_is_an_echo() {
        check(QUESTION, QUESTION, true);
        check(&format!("User: {QUESTION}"), QUESTION, true);
        check(&QUESTION.to_uppercase().replace(", ", ",\n"), QUESTION, false);
        check(&QUESTION.replace(", ", " "), QUESTION, true);
    }

    #[test]
    fn an_answer_that_takes_up_the_question_is_none() {
        check(&format!("{QUESTION} Because of the way small particles scatter light of short waves."), QUESTION, false);
        check("Blue light is scattered more than red light.", QUESTION, false);
        check("yes", "yes", false);
    }

    #[test]
    fn a_quotation_from_a_document_is_none() {
        let document: String =
            (0..40).map(|n| format!("Fact number {n} stands in chapter {n} of the book. ")).collect();
        check(
            "Fact number 7 stands in chapter 7 of the book. Fact number 8 stands in chapter 8 of the book.",
            &document,
            false,
        );
    }

    #[test]
    fn who_asks_for_the_text_gets_it() {
        check(QUESTION, &format!("Correct the grammar: {QUESTION}"), false);
    }

    #[test]
    fn what_a_tool_returned_may_be_relayed() {
        let conversation = serde_json::json!([
            { "role": "user", "content": "What is the forecast?" },
            { "role": "tool", "content": QUESTION },
            { "role": "user", "content": [{ "type": "tool_result", "content": [{ "type": "text", "text": QUESTION }] }] },
            { "role": "assistant", "content": QUESTION },
        ])
        .to_string();
        let request = Request { conversation: Some(&conversation), ..Request::default() };
        assert!(!is_echo(QUESTION, &Prompt::of(Some(&request))));
    }

    #[test]
    fn scripts_without_blanks_are_compared_by_character() {
        let question = "请用两三句话告诉我，为什么海上的天空早晨是蓝色的，而傍晚是红色的呢？";
        check(question, question, true);
        check("因为短波长的光更容易被散射。", question, false);
    }
}
