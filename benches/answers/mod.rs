//! The bodies that the benches check and serve: chat completions whose content is JSON under a strict schema, as
//! applications ask for it. No two are alike, and each is a function of its number.

#![allow(dead_code, reason = "not every bench uses all of it")]

use correctover::json::quote;
use std::fmt::Write;

/// The schema, in the form and with the keywords that `response_format` takes.
pub const SCHEMA: &str = include_str!("schema.json");

/// A request that asks for answers of that schema.
pub fn request(prompt: &str) -> String {
    let mut out = String::from(
        r#"{"model":"gpt-4o","messages":[{"role":"system","content":"You turn letters into orders. Answer in JSON only."},{"role":"user","content":"#,
    );
    quote(&mut out, prompt);
    let _ = write!(
        out,
        r#"}}],"temperature":0.2,"response_format":{{"type":"json_schema","json_schema":{{"name":"order","strict":true,"schema":{SCHEMA}}}}}}}"#
    );
    out
}

/// The answer with this number, of about this many bytes as a whole.
pub fn answer(number: u64, bytes: usize) -> String {
    let mut words = Words(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    // The envelope around the content, and the bytes that escaping adds to it.
    let content = order(&mut words, number, bytes.saturating_sub(620) * 20 / 23);
    let tokens = content.len() / 4;
    let mut out = format!(
        r#"{{"id":"chatcmpl-{number:016x}","object":"chat.completion","created":1763700000,"model":"gpt-4o-2024-08-06","choices":[{{"index":0,"message":{{"role":"assistant","content":"#
    );
    quote(&mut out, &content);
    let _ = write!(
        out,
        r#","refusal":null,"annotations":[]}},"logprobs":null,"finish_reason":"stop"}}],"usage":{{"prompt_tokens":412,"completion_tokens":{tokens},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":128,"audio_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}},"service_tier":"default","system_fingerprint":"fp_a79d8dac1f"}}"#,
        412 + tokens
    );
    out
}

fn order(words: &mut Words, number: u64, bytes: usize) -> String {
    let mut out = format!(
        r#"{{"title":"Order {number:016x}","currency":"EUR","customer":{{"name":"Ana Lourenço","email":"ana{number}@example.com","country":"PT"}},"items":["#
    );
    let mut comma = "";
    loop {
        item(words, &mut out, comma);
        comma = ",";
        if out.len() >= bytes {
            break;
        }
    }
    let _ = write!(out, r#"],"total":{}.{:02}}}"#, words.up_to(90_000), words.up_to(100));
    out
}

fn item(words: &mut Words, out: &mut String, comma: &str) {
    const CATEGORIES: [&str; 5] = ["tool", "material", "service", "spare part", "other"];
    let letter = |words: &mut Words| char::from(b'A' + u8::try_from(words.up_to(26)).unwrap_or(0));
    let (a, b, c) = (letter(words), letter(words), letter(words));
    let _ = write!(
        out,
        r#"{comma}{{"sku":"{a}{b}{c}-{:04}","name":"{} {}","summary":""#,
        words.up_to(10_000),
        words.word(),
        words.word(),
    );
    for _ in 0..8 + words.up_to(24) {
        let word = words.word();
        out.push_str(word);
        // Models quote and break lines inside of strings; both are escaped twice on the wire.
        out.push_str(match words.up_to(24) {
            0 => "\\n",
            1 => " \\\"so to say\\\" ",
            2 => ", ",
            3 => ". ",
            _ => " ",
        });
    }
    let category = CATEGORIES[usize::try_from(words.up_to(5)).unwrap_or(0)];
    let note = if words.up_to(3) == 0 { "\"as agreed on the phone\"" } else { "null" };
    let _ = write!(
        out,
        r#"","category":"{category}","quantity":{},"price":{}.{:02},"in_stock":{},"tags":["{}","{}"],"note":{note}}}"#,
        1 + words.up_to(40),
        words.up_to(900),
        words.up_to(100),
        words.up_to(2) == 0,
        words.word(),
        words.word(),
    );
}

/// A source of words that is the same everywhere.
struct Words(u64);

impl Words {
    fn up_to(&mut self, limit: u64) -> u64 {
        // xorshift64 (Marsaglia, "Xorshift RNGs", 2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 48] = [
            "the",
            "steel",
            "frame",
            "with",
            "hinges",
            "delivered",
            "before",
            "Friday",
            "and",
            "bolted",
            "to",
            "wall",
            "of",
            "a",
            "workshop",
            "near",
            "harbour",
            "which",
            "takes",
            "about",
            "two",
            "hours",
            "including",
            "paint",
            "größer",
            "pièce",
            "replacement",
            "pump",
            "valve",
            "seal",
            "kit",
            "for",
            "older",
            "machines",
            "that",
            "leak",
            "oil",
            "under",
            "load",
            "customers",
            "asked",
            "us",
            "whether",
            "it",
            "fits",
            "newer",
            "models",
            "too",
        ];
        WORDS[usize::try_from(self.up_to(48)).unwrap_or(0)]
    }
}
