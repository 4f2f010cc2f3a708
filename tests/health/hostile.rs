//! Texts made to be slow. Linear means: four times the text takes about four times as long, never sixteen times.

use super::signals;
use correctover::contract::integrity::{Kind, Prompt, inspect};
use proptest::prelude::*;
use std::time::{Duration, Instant};

const PATTERNS: [&str; 16] = [
    "<",
    "[",
    "<|",
    "<|a",
    "<|im_end|>",
    "`<|im_end|>`",
    "</s> ",
    "<unused",
    "<unused1",
    "a",
    " ",
    "\n",
    "```\n",
    "\"\\",
    "<｜",
    "aaaaaaaaaaab",
];

/// Generous for a loaded machine in a debug build: a quadratic pass over 1 MB takes hours.
const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn a_megabyte_of_anything_is_done_at_once() {
    for head in PATTERNS {
        for tail in ["<", " ", "<|im_end|>", "aaaaaaaaaaab"] {
            let text = head.repeat(500_000 / head.len()) + &tail.repeat(500_000 / tail.len());
            let started = now();
            let found = inspect(&text, Kind::Prose, &Prompt::of(None));
            assert!(started.elapsed() < PATIENCE, "{head:?} {tail:?}: {:?}", started.elapsed());
            assert!(found.len() < 200, "{head:?} {tail:?}: {}", found.len());
        }
    }
}

#[test]
fn an_answer_that_nearly_echoes_a_long_prompt_is_done_at_once() {
    let text: String = (0..8_000).map(|n| format!("w{n} ")).collect();
    let started = now();
    let _ = signals(&text, &(text.clone() + &text));
    assert!(started.elapsed() < PATIENCE);
}

#[expect(clippy::disallowed_methods, reason = "the test is about elapsed time")]
fn now() -> Instant {
    Instant::now()
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "\\PC{0,12}",
        2 => proptest::sample::select(PATTERNS.to_vec()).prop_map(str::to_owned),
        1 => ("\\PC{1,6}", 1_usize..80).prop_map(|(unit, times)| unit.repeat(times)),
    ]
}

proptest! {
    #[test]
    fn any_text_gets_signals_at_places_inside_of_it(pieces in proptest::collection::vec(piece(), 0..12), prompt in "\\PC{0,40}") {
        let text = pieces.concat();
        for signal in signals(&text, &prompt) {
            prop_assert!(signal.at <= text.len());
        }
    }

    #[test]
    fn a_prompt_never_makes_a_signal_harder(pieces in proptest::collection::vec(piece(), 0..12), prompt in "\\PC{0,40}") {
        let text = pieces.concat();
        let hard = |signals: Vec<correctover::contract::integrity::Signal>| signals.iter().filter(|signal| signal.hard).count();
        prop_assert!(hard(signals(&text, &prompt)) <= hard(inspect(&text, Kind::Prose, &Prompt::of(None))));
    }

    #[test]
    fn words_looped_long_enough_are_always_hard(words in proptest::collection::vec("[b-y]{3,9}", 3..9), lead in "[A-Z][a-z ]{0,60}\\. ") {
        let text = lead + &(words.join(" ") + ". ").repeat(14);
        prop_assert!(signals(&text, "?").iter().any(|signal| signal.hard), "{}", text);
    }

    #[test]
    fn words_that_keep_changing_are_sound(words in proptest::collection::hash_set("[a-z]{2,9}", 0..200)) {
        let text = words.into_iter().collect::<Vec<_>>().join(" ");
        prop_assert!(signals(&text, "?").is_empty());
    }
}
