//! What a body says about a failure, whatever shape its provider gives to errors.
//!
//! The shapes met: `{error: {message, type, code, param}}` (OpenAI and most), `{error: "…"}` (Ollama, xAI),
//! `{detail: "…"}` and `{detail: [{msg, type}]}` (`FastAPI`, so vLLM and Mistral), `{object: "error", message, …}`
//! (vLLM), `{type: "error", error: {…}}` (Anthropic), `{error: {code, status, details: […]}}` (Google, also in an
//! array), `{error: {innererror: {…}}}` (Azure), `{message}` (Bedrock, Cohere), `{error: {metadata: {raw: "{…}"}}}`
//! (OpenRouter), `choices[].error`, a stream's first event, HTML, plain text, nothing. Rather than guessing which one
//! it is, the reader follows the few names under which all of them keep what matters.

#![forbid(unsafe_code)]

use crate::json::{ErrorKind, Kind, Reader, Result};
use crate::plan::{Millis, retry_after};

/// What lies beyond is an echo or an attack.
const BODY_BYTES: usize = 64 * 1024;
const MESSAGE_BYTES: usize = 2_000;
const WORD_BYTES: usize = 80;
const WORDS: usize = 12;
/// Errors inside errors inside errors: OpenRouter around a cloud around a model.
const LEVELS: u8 = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Empty,
    Json,
    TooDeep,
    Html,
    Text,
    NotUtf8,
}

#[derive(Debug)]
pub(super) struct Said {
    pub shape: Shape,
    /// The body itself claims to be an error.
    pub is_error: bool,
    /// The machine-readable words, in lower case and with underscores: for comparison only.
    pub words: Vec<String>,
    /// The most exact of them as it was spelled: the evidence.
    pub code: Option<String>,
    code_is_exact: bool,
    /// All that is said for people.
    pub message: Option<String>,
    /// A status inside the body.
    pub status: Option<u16>,
    pub wait: Option<Millis>,
}

pub(super) fn read(body: &[u8], headers: retry_after::Headers<'_>) -> Said {
    let mut said = Said {
        shape: Shape::Empty,
        is_error: false,
        words: Vec::new(),
        code: None,
        code_is_exact: false,
        message: None,
        status: None,
        wait: None,
    };
    // AWS names the error in a header, with a URL behind the name.
    if let Some(kind) = headers("x-amzn-errortype") {
        said.word(kind.split([':', '#']).next().unwrap_or(kind), false);
    }
    let cut = &body[..body.len().min(BODY_BYTES)];
    let text = match std::str::from_utf8(cut) {
        Ok(text) => text,
        Err(error) => {
            let torn_by_the_cut = error.error_len().is_none() && cut.len() < body.len();
            said.shape = if torn_by_the_cut { Shape::Json } else { Shape::NotUtf8 };
            std::str::from_utf8(&cut[..error.valid_up_to()]).unwrap_or_default()
        }
    };
    let shape = said.text(text.trim_start_matches('\u{feff}').trim(), cut.len() < body.len());
    if said.shape != Shape::NotUtf8 {
        said.shape = shape;
    }
    said
}

// === impl Said ===

impl Said {
    fn text(&mut self, text: &str, is_cut: bool) -> Shape {
        let json = first_event(text);
        match json.as_bytes().first() {
            None => return Shape::Empty,
            Some(b'<') => {
                self.say(title(text));
                return Shape::Html;
            }
            Some(b'{' | b'[' | b'"') => {}
            Some(_) if Reader::new(json).skip().is_ok() => return Shape::Json,
            Some(_) => {
                self.say(text);
                return Shape::Text;
            }
        }
        let mut reader = Reader::new(json);
        // What was read before the text broke is evidence all the same.
        match self.value(&mut reader, 0) {
            Ok(()) => Shape::Json,
            Err(error) if error.kind == ErrorKind::TooDeep => Shape::TooDeep,
            Err(_) if is_cut => Shape::Json,
            Err(_) => Shape::Text,
        }
    }

    /// An error object, a list of them, or a message. Level 0 is the body's own: what stands deeper may be the
    /// caller's (`metadata`), and cannot claim that the body is an error.
    fn value(&mut self, reader: &mut Reader<'_>, level: u8) -> Result<()> {
        if level == LEVELS {
            return reader.skip();
        }
        match reader.peek()? {
            Kind::Object => reader.object(|reader, key| self.field(reader, &key, level)),
            Kind::Array => reader.array(|reader| self.value(reader, level)),
            Kind::String => {
                let text = reader.string()?;
                self.text_or_json(&text, level);
                Ok(())
            }
            Kind::Null | Kind::Bool | Kind::Number => reader.skip(),
        }
    }

    fn field(&mut self, reader: &mut Reader<'_>, key: &str, level: u8) -> Result<()> {
        match key {
            "error" | "errors" | "Error" => self.error(reader, level),
            "message" | "msg" | "detail" | "details" | "Message" | "error_message" | "error_description"
            | "innererror" | "inner_error" | "metadata" | "raw" | "cause" | "reasons" | "violations"
            | "incomplete_details" => self.value(reader, level + 1),
            // The whole reply inside an event of the Responses API.
            "response" if level == 0 && reader.peek()? == Kind::Object => self.value(reader, level),
            "choices" => self.choices(reader, level),
            "code" | "error_code" | "reason" | "Code" | "__type" | "limit_source" | "errorCode" => {
                self.word_or_status(reader, level, true)
            }
            "type" | "status" | "error_type" | "quotaId" | "object" | "statusCode" | "status_code" => {
                self.word_or_status(reader, level, false)
            }
            "retryDelay" | "retry_after" | "retryAfter" | "retry_after_seconds" | "estimated_time" => {
                self.wait(reader, "s")
            }
            "retry_after_ms" | "retryAfterMs" => self.wait(reader, "ms"),
            _ => reader.skip(),
        }
    }

    fn error(&mut self, reader: &mut Reader<'_>, level: u8) -> Result<()> {
        let before = self.said();
        self.value(reader, level + 1)?;
        // Good replies carry `error: {}`, `errors: []` and objects full of nulls.
        let is_something = self.said() > before;
        self.is_error |= level == 0 && is_something;
        Ok(())
    }

    /// The rest of a choice is an answer: its texts are not ours to read.
    fn choices(&mut self, reader: &mut Reader<'_>, level: u8) -> Result<()> {
        if reader.peek()? != Kind::Array {
            return reader.skip();
        }
        reader.array(|reader| {
            if reader.peek()? != Kind::Object {
                return reader.skip();
            }
            reader.object(|reader, key| if key == "error" { self.error(reader, level) } else { reader.skip() })
        })
    }

    fn word_or_status(&mut self, reader: &mut Reader<'_>, level: u8, exact: bool) -> Result<()> {
        match reader.peek()? {
            Kind::String => {
                let word = reader.string()?;
                match word.parse() {
                    Ok(status) => self.status = self.status.or(Some(status)),
                    Err(_) => self.word(&word, exact),
                }
                self.is_error |= level == 0 && word == "error";
                Ok(())
            }
            Kind::Number => {
                self.status = self.status.or(reader.raw()?.parse().ok());
                Ok(())
            }
            Kind::Null | Kind::Bool => reader.skip(),
            Kind::Array | Kind::Object => self.value(reader, level + 1),
        }
    }

    fn word(&mut self, spelled: &str, exact: bool) {
        let spelled = spelled.trim();
        // xAI puts a sentence where others put a code.
        if spelled.contains(' ') {
            return self.say(spelled);
        }
        if matches!(spelled, "" | "error") || spelled.len() > WORD_BYTES || self.words.len() == WORDS {
            return;
        }
        if self.code.is_none() || (exact && !self.code_is_exact) {
            self.code = Some(spelled.to_owned());
            self.code_is_exact = exact;
        }
        self.words.push(spelled.to_ascii_lowercase().replace('-', "_"));
    }

    /// How much has been said: grows with every word, message or status.
    fn said(&self) -> usize {
        self.words.len() + self.message.as_ref().map_or(0, String::len) + usize::from(self.status.is_some())
    }

    fn wait(&mut self, reader: &mut Reader<'_>, unit: &str) -> Result<()> {
        let span = match reader.peek()? {
            Kind::Number => format!("{}{unit}", reader.raw()?),
            Kind::String => reader.string()?.into_owned(),
            Kind::Null | Kind::Bool | Kind::Array | Kind::Object => return reader.skip(),
        };
        // A span alone needs no clock.
        self.wait = self.wait.or(retry_after::moment(&span, 0));
        Ok(())
    }

    /// Routers hand on the upstream's body as a string.
    fn text_or_json(&mut self, text: &str, level: u8) {
        let inner = text.trim_start();
        let is_json = inner.starts_with(['{', '[']) && level + 1 < LEVELS;
        if !is_json || self.value(&mut Reader::new(inner), level + 1).is_err() {
            self.say(text);
        }
    }

    fn say(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let message = self.message.get_or_insert_default();
        if message.len() >= MESSAGE_BYTES || message.contains(text) {
            return;
        }
        if !message.is_empty() {
            message.push_str("; ");
        }
        let room = MESSAGE_BYTES.saturating_sub(message.len()).min(text.len());
        let end = (0..=room).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        message.push_str(&text[..end]);
    }
}

/// The data of a stream's first event, where an error came as a stream; else the text itself.
fn first_event(text: &str) -> &str {
    if !text.starts_with("data:") && !text.starts_with("event:") {
        return text;
    }
    text.lines().find_map(|line| line.strip_prefix("data:")).map_or(text, str::trim)
}

/// The title of a page is all it has to say.
fn title(page: &str) -> &str {
    let find =
        |tag: &str| page.as_bytes().windows(tag.len()).position(|part| part.eq_ignore_ascii_case(tag.as_bytes()));
    match (find("<title>"), find("</title>")) {
        (Some(start), Some(end)) => page.get(start + "<title>".len()..end).unwrap_or_default(),
        _ => "",
    }
}
