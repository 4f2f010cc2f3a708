//! What the prompt has to say about a signal: a text that was asked for is no failure.
//!
//! The test of asking is small on purpose: the thing itself in the prompt, or words that speak of such things. It
//! errs towards delivery. Its limits: it knows the words of a dozen languages and no meaning, so a long document
//! that mentions a song makes a loop soft, and an unusual way to ask for one does not.
#![forbid(unsafe_code)]

use super::unit::Unit;
use crate::request::Request;
use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;
use serde_json::Value;
use std::cell::OnceCell;
use std::sync::OnceLock;

/// The prompt of a call, read when a check first wants to compare.
pub struct Prompt<'a> {
    request: Option<&'a Request<'a>>,
    texts: OnceCell<Vec<String>>,
}

/// What a prompt speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    /// Templates and their tokens.
    Template,
    /// The same thing many times, or writing that lives on it.
    Repetition,
    /// The same, said of a number: `50 times`.
    Count,
    /// Answers that are the prompt in other words, or in the same.
    Rewriting,
}

use Topic::{Count, Repetition, Rewriting, Template};

#[rustfmt::skip]
static WORDS: &[(Topic, &[&str])] = &[
    (Template,   &["chatml", "chat template", "prompt template", "prompt format", "special token", "control token", "stop token", "stop sequence", "end-of-text", "tokenizer", "tokeniser", "tokenize", "tokenise", "eos token", "bos token", "<|", "[inst]", "jinja", "llama.cpp", "vllm", "hugging face", "huggingface", "fine-tun", "finetun", "特殊标记", "特殊令牌", "分词器", "聊天模板", "对话模板"]),
    (Repetition, &["repeat", "repetit", "over and over", "again and again", "on and on", "forever", "endless", "infinite", "non-stop", "loop", "echo", "in a row", "lyrics", "song", "poem", "poetry", "chorus", "refrain", "chant", "mantra", "litany", "prayer", "nursery rhyme", "ascii", "pattern", "draw", "filler", "placeholder", "lorem ipsum", "duplicate", "keep saying", "keep writing", "onomatopoeia", "laugh"]),
    (Repetition, &["重复", "反复", "不断", "循环", "歌词", "歌曲", "诗", "繰り返", "歌", "반복", "노래", "répét", "répèt", "chanson", "poème", "wiederhol", "gedicht", "repite", "repetir", "repita", "canción", "poema", "ripet", "повтор", "песн", "стих"]),
    (Count,      &["times", "time", "copies", "lines", "rows", "zeros", "zeroes", "ones", "entries", "records", "x", "次", "遍", "回", "번", "fois", "mal", "veces", "vezes", "volte", "раз"]),
    (Rewriting,  &["repeat", "echo", "translat", "correct", "proofread", "rewrite", "rephrase", "paraphras", "grammar", "spell", "typo", "punctuat", "format", "edit", "fix", "improve", "extract", "copy", "quote", "verbatim", "transcri", "convert", "clean", "normali", "unchanged", "as is", "return the", "output the", "print the", "翻译", "改写", "校对", "纠正", "复制", "重复", "übersetz", "traduc", "traduis", "перевед"]),
];

/// Numbers in words that mean many.
const MANY: &[&str] = &[
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "twelve",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "hundred",
    "thousand",
    "million",
    "many",
    "several",
    "hundreds",
    "thousands",
];

/// A word said after one of these, this close in characters, is not asked for: "never repeat yourself".
const NOT: &[&str] = &["not ", "n't ", "never ", "avoid ", "without ", "no ", "不要", "别"];
const NOT_WITHIN: usize = 16;

/// Fewer turns than this are no loop anyway.
const FEWEST: u64 = 5;

impl<'a> Prompt<'a> {
    pub fn of(request: Option<&'a Request<'a>>) -> Self {
        Self { request, texts: OnceCell::new() }
    }

    /// The conversation as it stands in the request, still escaped.
    pub(super) fn raw(&self) -> &str {
        self.request.and_then(|request| request.conversation).unwrap_or_default()
    }

    fn texts(&self) -> &[String] {
        self.texts.get_or_init(|| self.request.map(Request::prompt).unwrap_or_default())
    }

    /// What the caller wrote, without the turns of the model and the results of tools: to relay those is the task.
    pub(super) fn written_by_caller(&self) -> Vec<String> {
        let mut written = Vec::new();
        let conversation = serde_json::from_str(self.raw()).unwrap_or_default();
        match conversation {
            Value::Array(messages) => {
                for message in messages {
                    let role = message["role"].as_str().unwrap_or("user");
                    if matches!(role, "user" | "system" | "developer") {
                        texts_of(&message["content"], &mut written);
                        texts_of(&message["parts"], &mut written);
                    }
                }
            }
            input => texts_of(&input, &mut written),
        }
        written
    }

    /// The prompt has the token in it, or speaks of such tokens.
    pub(super) fn explains_token(&self, spelling: &str) -> bool {
        self.has(spelling) || self.speaks_of(|topic| topic == Template)
    }

    /// The prompt holds two turns of the loop, or its label, or asks for repetition.
    pub(super) fn explains_loop(&self, unit: Unit<'_>) -> bool {
        self.has(&unit.as_str().repeat(2))
            || (unit.is_label() && self.has(unit.core()))
            || self.names_the_letter(unit)
            || self.speaks_of(|topic| matches!(topic, Repetition | Count))
    }

    pub(super) fn asks_for_rewriting(&self) -> bool {
        self.speaks_of(|topic| topic == Rewriting)
    }

    fn has(&self, part: &str) -> bool {
        let finder = memmem::Finder::new(part);
        self.texts().iter().any(|text| finder.find(text.as_bytes()).is_some())
    }

    /// "a row of 80 'a'", "64 A's", "the letter A".
    fn names_the_letter(&self, unit: Unit<'_>) -> bool {
        let letter = unit.as_str();
        if letter.chars().count() != 1 {
            return false;
        }
        let forms = [
            format!("'{letter}'"),
            format!("\"{letter}\""),
            format!("`{letter}`"),
            format!(" {letter}s "),
            format!(" {letter}'s"),
            format!("letter {letter}"),
        ];
        forms.iter().any(|form| self.has(form))
    }

    fn speaks_of(&self, wanted: impl Fn(Topic) -> bool) -> bool {
        let Some(words) = words() else { return false };
        self.texts().iter().any(|text| {
            words.automaton.find_overlapping_iter(text.as_str()).any(|found| {
                let topic = words.topics[found.pattern().as_usize()];
                wanted(topic) && is_asked(text, found.start(), found.end(), topic)
            })
        })
    }
}

/// A text, or the texts of a list of parts.
fn texts_of(content: &Value, texts: &mut Vec<String>) {
    match content {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(parts) => {
            texts.extend(parts.iter().filter_map(|part| part["text"].as_str()).map(str::to_owned));
        }
        _ => {}
    }
}

struct Words {
    automaton: AhoCorasick,
    topics: Vec<Topic>,
}

fn words() -> Option<&'static Words> {
    static AUTOMATON: OnceLock<Option<Words>> = OnceLock::new();
    AUTOMATON
        .get_or_init(|| {
            let words = WORDS.iter().flat_map(|(topic, words)| words.iter().map(|word| (*topic, *word)));
            let automaton = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::Standard)
                .build(words.clone().map(|(_, word)| word))
                .ok()?;
            Some(Words { automaton, topics: words.map(|(topic, _)| topic).collect() })
        })
        .as_ref()
}

fn is_asked(text: &str, start: usize, end: usize, topic: Topic) -> bool {
    let before = &text[..start];
    if topic == Count {
        return after_many(before) && !text[end..].starts_with(|c: char| c.is_ascii_alphabetic());
    }
    let begins_a_word = !(text.as_bytes()[start].is_ascii_alphabetic()
        && before.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric));
    begins_a_word && !is_negated(before)
}

fn is_negated(before: &str) -> bool {
    let from = before.char_indices().rev().nth(NOT_WITHIN - 1).map_or(0, |(at, _)| at);
    let near = before[from..].to_ascii_lowercase();
    NOT.iter().any(|not| near.contains(not))
}

/// A number of five or more, or a word for many, stands directly before.
fn after_many(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '-']);
    let from = before
        .rfind(|c: char| !c.is_alphanumeric() && !matches!(c, ',' | '.'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let word = before[from..].to_ascii_lowercase();
    let digits: String =
        word.chars().rev().take_while(|c| c.is_ascii_digit() || *c == ',').filter(char::is_ascii_digit).collect();
    let number = digits.chars().rev().collect::<String>().parse::<u64>();
    number.is_ok_and(|number| number >= FEWEST) || digits.len() > 18 || MANY.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(texts: &[&str], look: impl FnOnce(&Prompt<'_>) -> T) -> T {
        let conversation =
            serde_json::json!(texts.iter().map(|text| serde_json::json!({ "content": text })).collect::<Vec<_>>())
                .to_string();
        let request = Request { conversation: Some(&conversation), ..Request::default() };
        look(&Prompt::of(Some(&request)))
    }

    #[track_caller]
    fn repetition(text: &str, expected: bool) {
        let asked = with(&[text], |prompt| prompt.speaks_of(|topic| matches!(topic, Repetition | Count)));
        assert_eq!(asked, expected, "{text:?}");
    }

    #[test]
    fn asking_for_repetition_has_many_words() {
        for text in [
            "Repeat the word data forever",
            "Say hello 100 times",
            "write it a thousand times",
            "Print 'x' 1,000 times.",
            "Write me a song about rain",
            "Give me 50 lines that say yes",
            "把这句话说一百遍，重复",
            "说50遍我爱你",
            "Écris-le 20 fois",
        ] {
            repetition(text, true);
        }
    }

    #[test]
    fn words_that_only_look_like_asking_do_not_count() {
        for text in [
            "What is the capital of France?",
            "Never repeat yourself.",
            "Please do not repeat the question",
            "The New York Times reported",
            "sometimes it rains, 3 times a year",
            "I was born in 1999. Time flies",
            "withdraw 50 dollars",
        ] {
            repetition(text, false);
        }
    }

    #[test]
    fn templates_are_spoken_of_by_name_or_by_token() {
        let explains = |text: &str| with(&[text], |prompt| prompt.explains_token("<|im_end|>"));
        assert!(explains("How does ChatML work?"));
        assert!(explains("What does <|im_start|> mean?"));
        assert!(!explains("You are Qwen, created by Alibaba Cloud."));
        assert!(!explains("Write a short email to the token ring club"));
    }

    #[test]
    fn without_a_request_nothing_was_asked() {
        assert!(!Prompt::of(None).explains_token("<|im_end|>"));
        assert!(!Prompt::of(None).asks_for_rewriting());
    }
}
