//! Keys taken out of foreign text: error messages, refused bodies, logs.
//!
//! Providers repeat keys in their errors, whole or half hidden. What looks like a key goes by its shape; what is a
//! key goes by its value, also where only its beginning is repeated. No quote, backslash or control character is
//! ever touched, so a JSON text stays one.

#![forbid(unsafe_code)]

use http::{HeaderMap, HeaderValue};
use memchr::memmem;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// What stands in the place of a key.
pub const MASKED: &str = "[masked]";

/// Shorter secrets are placeholders ("none", "ollama", "EMPTY"): masking them would only garble messages.
const SHORTEST_SECRET: usize = 8;

/// The beginnings of keys, and how many characters must follow. Shapes as the providers issue them.
#[rustfmt::skip]
const SHAPES: [(&str, usize); 22] = [
    ("sk-",     5),  ("sk_",     8),  ("pk-",    8),  ("rk-",    8),  // OpenAI, Anthropic, DeepSeek, OpenRouter, …
    ("AIza",   10),  ("ya29.",  10),                                  // Google
    ("gsk_",    6),  ("xai-",    6),  ("pplx-",  6),  ("csk-",   6),  // Groq, xAI, Perplexity, Cerebras
    ("fw_",     8),  ("tgp_",    6),  ("hf_",    8),  ("r8_",    8),  // Fireworks, Together, Hugging Face, Replicate
    ("nvapi-",  6),  ("AKIA",   12),  ("ASIA",  12),  ("ABSK",  12),  // NVIDIA, AWS, Bedrock
    ("co_",    20),  ("key-",   16),  ("ghp_",  16),  ("eyJ",   16),  // Cohere, older brands, GitHub, JSON Web Tokens
];

/// Request headers that hold a key.
const CREDENTIALS: [&str; 4] = ["authorization", "api-key", "x-api-key", "x-goog-api-key"];

/// What announces a value that is a key whatever its shape, in lower case.
const LABELS: [&str; 12] = [
    "api_key",
    "api-key",
    "apikey",
    "api key",
    "key provided",
    "api token",
    "access_token",
    "authorization",
    "bearer",
    "subscription-key",
    "?key",
    "&key",
];

/// The secrets of this process, ready to be found in any text.
#[derive(Clone, Default)]
pub struct Mask {
    /// Beginnings of secrets, and every way in which JSON may write a whole one.
    needles: Arc<[Vec<u8>]>,
    /// Secrets of one call. Few calls end in an error text, so their needles are made when one is looked at.
    own: Vec<HeaderValue>,
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask({} needles)", self.needles.len())
    }
}

impl Mask {
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        Self { needles: needles(secrets).into(), own: Vec::new() }
    }

    /// The same, and what a client says in these headers to show who it is.
    #[must_use]
    pub fn with_client(&self, headers: &HeaderMap) -> Self {
        let own = CREDENTIALS.iter().flat_map(|name| headers.get_all(*name)).cloned().collect();
        Self { needles: self.needles.clone(), own }
    }

    /// More secrets, as they are sent.
    pub fn extend(&mut self, credentials: impl IntoIterator<Item = HeaderValue>) {
        self.own.extend(credentials);
    }

    /// The text without keys. Borrowed where there was none.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut spans = Vec::new();
        self.secrets(text, &mut spans);
        shapes(text, &mut spans);
        labelled(text, &mut spans);
        starred(text, &mut spans);
        if spans.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(without(text, spans)) }
    }

    /// The same for bytes; what is not UTF-8 is replaced, because nobody can read it anyway.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        self.text(&String::from_utf8_lossy(bytes)).into_owned()
    }

    fn secrets(&self, text: &str, spans: &mut Vec<Span>) {
        // Behind the name of its scheme.
        let own = self.own.iter().filter_map(|value| value.to_str().ok()?.rsplit(' ').next());
        for needle in self.needles.iter().chain(&needles(own)) {
            scan(text, needle, |start| {
                // A beginning drags along whatever of the key follows it.
                let end = run(text, start + needle.len(), is_token);
                spans.push((start, end));
                end
            });
        }
    }
}

fn needles<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Vec<Vec<u8>> {
    let mut needles = Vec::new();
    for secret in secrets.into_iter().map(str::trim).filter(|secret| secret.len() >= SHORTEST_SECRET) {
        let beginning = secret.char_indices().nth(SHORTEST_SECRET).map_or(secret, |(at, _)| &secret[..at]);
        needles.push(beginning.as_bytes().to_vec());
        // Some writers of JSON escape the slash and the plus of base64.
        for written in [secret.to_owned(), secret.replace('/', "\\/"), secret.replace('+', "\\u002B")] {
            needles.push(written.clone().into_bytes());
            needles.push(written.replace("\\u002B", "\\u002b").into_bytes());
        }
    }
    needles.sort();
    needles.dedup();
    needles
}

/// From where to where, in bytes.
type Span = (usize, usize);

fn shapes(text: &str, spans: &mut Vec<Span>) {
    for (lead, least) in SHAPES {
        scan(text, lead.as_bytes(), |start| {
            let tail = start + lead.len();
            if inside_a_word(&text[..start]) {
                return tail;
            }
            let end = run(text, tail, is_token);
            if end - tail >= least && (end - tail >= 16 || looks_random(&text[tail..end])) {
                spans.push((start, end));
            }
            end
        });
    }
}

fn labelled(text: &str, spans: &mut Vec<Span>) {
    let lower = text.to_ascii_lowercase();
    for label in LABELS {
        scan(&lower, label.as_bytes(), |found| {
            let after = found + label.len();
            let start = separators(text, after);
            let announced = if label == "bearer" { start > after } else { text[after..start].contains([':', '=']) };
            if !announced {
                return after;
            }
            let end = run(text, start, is_token);
            if end - start >= 6 && looks_random(&text[start..end]) {
                spans.push((start, end));
            }
            end
        });
    }
}

/// Keys that the provider has half hidden itself: `****-key`, `abcd****wxyz`.
fn starred(text: &str, spans: &mut Vec<Span>) {
    scan(text, b"***", |found| {
        let before = text[..found].char_indices().rev().find(|(_, c)| !is_token(*c));
        let start = before.map_or(0, |(at, c)| at + c.len_utf8());
        let end = run(text, found, is_token);
        if text[start..end].contains(|c: char| c.is_ascii_alphanumeric()) {
            spans.push((start, end));
        }
        end
    });
}

/// Every place of `needle`, each searched for behind the end of what was found at the last: a text made to repeat
/// the needle costs no more than any other.
fn scan(text: &str, needle: &[u8], mut found: impl FnMut(usize) -> usize) {
    let mut at = 0;
    while let Some(offset) = memmem::find(&text.as_bytes()[at..], needle) {
        at = found(at + offset).max(at + offset + needle.len());
    }
}

/// The lead of a key begins a word. The letter of an escape (`\nsk-…` in raw JSON) is no part of one.
fn inside_a_word(before: &str) -> bool {
    let mut last = before.bytes().rev();
    let word = last.next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    word && last.next() != Some(b'\\')
}

/// Behind the quotes, blanks and signs that stand between a label and its value.
fn separators(text: &str, start: usize) -> usize {
    let tail = &text[start..];
    let accept = |c| matches!(c, ' ' | ':' | '=' | '"' | '\'' | '\\' | '`');
    start + tail.find(|c| !accept(c)).unwrap_or(tail.len())
}

/// The characters of keys, and those with which providers hide part of one.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=' | '~' | '*' | '…' | '•')
}

/// Words have neither digits nor stars; keys of more than a few characters always do.
fn looks_random(value: &str) -> bool {
    value.contains(|c: char| c.is_ascii_digit() || matches!(c, '*' | '…' | '•')) || value.contains("..") || {
        let upper = value.bytes().filter(u8::is_ascii_uppercase).count();
        upper > 1 && upper < value.len()
    }
}

/// The end of the run of such characters that begins at `start`. A full stop at the end closes the sentence.
fn run(text: &str, start: usize, accept: impl Fn(char) -> bool) -> usize {
    let tail = &text[start..];
    let length = tail.find(|c| !accept(c)).unwrap_or(tail.len());
    start + tail[..length].trim_end_matches('.').len()
}

fn without(text: &str, mut spans: Vec<Span>) -> String {
    for span in &mut spans {
        span.0 = past_escape(text, span.0).min(span.1);
    }
    spans.sort_unstable();
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in spans {
        if end <= at {
            continue;
        }
        if start >= at {
            clean.push_str(&text[at..start]);
            clean.push_str(MASKED);
        }
        at = end;
    }
    clean.push_str(&text[at..]);
    clean
}

/// A span that begins with the letter of an escape leaves the escape whole, or raw JSON would break.
fn past_escape(text: &str, start: usize) -> usize {
    if !text[..start].ends_with('\\') {
        return start;
    }
    let letters = if text[start..].starts_with('u') { 5 } else { 1 };
    let end = (start + letters).min(text.len());
    if text.is_char_boundary(end) { end } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Mask::default().text(text), expected);
    }

    #[track_caller]
    fn check_secret(secret: &str, text: &str, expected: &str) {
        assert_eq!(Mask::new([secret]).text(text), expected);
    }

    #[test]
    fn keys_go_by_their_shape() {
        check("Incorrect API key provided: sk-abc***xyz.", "Incorrect API key provided: [masked].");
        check("key sk-proj-A1b2C3d4E5 is wrong", "key [masked] is wrong");
        check("sk-ant-api03-Zz9_-x", "[masked]");
        check("(sk-abcd...wxyz)", "([masked])");
        check("url?key=AIzaSyA-1234567890abc&x=1", "url?key=[masked]&x=1");
        check("gsk_a1b2c3d4, xai-a1b2c3d4, hf_a1b2c3d4e5", "[masked], [masked], [masked]");
        check("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1", "token [masked]");
        check("Authorization: Bearer abc123def", "Authorization: Bearer [masked]");
        check("Your api key: ****-key is invalid", "Your api key: [masked] is invalid");
        check("provided: test-con****-key.", "provided: [masked].");
        check("provided: •••••a1b2c3 api key: abc•••d", "provided: •••••a1b2c3 api key: [masked]");
    }

    #[test]
    fn keys_of_a_client_go_by_their_value() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer canary/one"));
        headers.insert("api-key", HeaderValue::from_static("canary two"));
        let mut mask = Mask::new(["of-the-engine"]).with_client(&headers);
        mask.extend([HeaderValue::from_static("Bearer asked-for-it")]);
        let text = r"of-the-engine, canary/one, canary\/one, canary/o…, asked-for-it, bearer";
        assert_eq!(mask.text(text), "[masked], [masked], [masked], [masked], [masked], bearer");
    }

    #[test]
    fn plain_words_stay() {
        for text in [
            "use scikit-learn or sk-learn, a disk-based task-oriented risk-free ask-me-anything1",
            "Missing bearer token; the api key is not valid. API key: required",
            "keyboard eyJ *** stars *** hf_ AIza",
            "gpt-4o-2024-08-06 does not exist; req_011CeCGmMJJGRCp7xgjqapmJ",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_secret_goes_by_its_value_and_by_its_beginning() {
        check_secret("correct-horse-battery", "got correct-horse-battery!", "got [masked]!");
        check_secret("correct-horse-battery", "got correct-ho... here", "got [masked]... here");
        check_secret("correct-horse-battery", "got correct-****ttery.", "got [masked].");
        check_secret("ab/cd+ef/gh+ij", r#"{"k":"ab\/cd+ef\/gh+ij"}"#, r#"{"k":"[masked]"}"#);
        check_secret("ab/cd+ef/gh+ij", r#"{"k":"ab/cd\u002Bef/gh\u002Bij"}"#, r#"{"k":"[masked]"}"#);
    }

    #[test]
    fn placeholders_are_no_secrets() {
        check_secret("ollama", "ollama is not running", "ollama is not running");
        check_secret("", "text", "text");
    }

    #[test]
    fn raw_json_stays_json() {
        for body in [
            r#"{"error":{"message":"Incorrect API key: sk-abcdef123\nsk-abcdef123\n****-key \u0041***b1","code":"x"}}"#,
            r#"{"api_key":"A1b2C3d4","text":"{\"api_key\":\"A1b2C3d4\"} \\sk-abcdef123"}"#,
            r#"{"a":"nope-secret-1\nope-secret-1"}"#,
        ] {
            let clean = Mask::new(["nope-secret-1"]).text(body).into_owned();
            let read: Result<serde_json::Value, _> = serde_json::from_str(&clean);
            assert!(read.is_ok(), "{clean}");
            assert!(clean.contains(MASKED), "{clean}");
            assert!(!clean.contains("abcdef") && !clean.contains("C3d4") && !clean.contains("-key"), "{clean}");
        }
    }

    #[test]
    fn what_was_looked_at_is_not_looked_at_again() {
        let mut calls = 0;
        scan("aaaaaa", b"a", |at| {
            calls += 1;
            at + 3
        });
        assert_eq!(calls, 2);
    }

    #[test]
    fn a_text_made_to_cost_time_costs_none() {
        let mask = Mask::new(["sk-sk-sk-sk-"]);
        for hostile in ["sk-", "bearer ", "bearer", "*", "***a", "api_key=", "eyJ.", "key=", "\\"] {
            let text = hostile.repeat(200_000 / hostile.len());
            assert!(mask.text(&text).len() <= text.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn masked_json_is_json(message in "\\PC{0,30}", key in "(sk-|gsk_|Bearer |api_key=|\\*\\*\\*|\n)[a-z0-9*\n]{0,12}") {
            let body = serde_json::json!({ "error": { "message": format!("{message}{key}{message}") } }).to_string();
            let clean = Mask::new(["secretive"]).text(&body).into_owned();
            proptest::prop_assert!(serde_json::from_str::<serde_json::Value>(&clean).is_ok(), "{body} -> {clean}");
        }
    }
}
