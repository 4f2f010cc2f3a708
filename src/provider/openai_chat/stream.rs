//! A streamed chat completion, folded chunk by chunk into the answer it amounts to.
//!
//! What the application's SDK will put together is put together here: text by choice, tool calls by choice and index.
//! Servers differ in what they repeat and leave out; each difference met is named where it is read. `[DONE]` is only
//! noted: some servers never send it, and some proxies send it over the ruins of a broken stream. Whether an answer
//! is whole is for the contract, which asks each choice for its finish reason.
#![forbid(unsafe_code)]

use super::response::{content, finish_reason, function, usage};
use crate::json::{self, Reader, Result};
use crate::provider::field;
use crate::provider::sse::{Broken, Event, Parser};
use crate::response::{Answer, Choice, End, ToolCall};
use std::borrow::Cow;
use std::fmt;

/// OpenAI allows 128 choices and as many tools; indexes beyond are an attack on memory.
const MOST: usize = 1024;

/// A stream that is no stream of chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    Events(Broken),
    Chunk(json::Error),
    TooMany,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events(broken) => broken.fmt(f),
            Self::Chunk(error) => write!(f, "a chunk that is not JSON: {error}"),
            Self::TooMany => write!(f, "more than {MOST} choices or tool calls"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// Reads a stream that is there as a whole.
pub fn read(body: &[u8]) -> std::result::Result<Answer<'static>, Unreadable> {
    let (mut parser, mut fold) = (Parser::default(), Fold::default());
    let mut chunks = Ok(());
    let mut push = |event: Event<'_>| {
        if chunks.is_ok() {
            chunks = fold.push(&event);
        }
    };
    let events = parser.feed(body, &mut push);
    chunks?;
    events.map_err(Unreadable::Events)?;
    // Behind the last line break stands an event whose blank line was lost, which is whole if its JSON is, or the
    // stump of one, which is nothing.
    let mut last = fold.clone();
    let mut is_whole = false;
    let _ = parser.finish(|event| is_whole = last.push(&event).is_ok());
    Ok(if is_whole { last } else { fold }.finish())
}

/// The answer so far.
#[derive(Debug, Clone, Default)]
pub struct Fold {
    answer: Answer<'static>,
    choices: Vec<Streamed>,
    done: bool,
}

#[derive(Debug, Clone, Default)]
struct Streamed {
    index: u64,
    choice: Choice<'static>,
    /// Beside each tool call of the choice: its index and id.
    calls: Vec<(u64, String)>,
}

/// A part of a tool call, as a chunk has it.
#[derive(Default)]
struct Part<'a> {
    index: Option<u64>,
    id: Option<Cow<'a, str>>,
    call: ToolCall<'a>,
}

// === impl Fold ===

impl Fold {
    /// Takes one event. Behind `[DONE]` nothing counts, because no client reads on.
    pub fn push(&mut self, event: &Event<'_>) -> std::result::Result<(), Unreadable> {
        let data = event.data.trim();
        if self.done || data.is_empty() {
            return Ok(());
        }
        if data.starts_with("[DONE]") {
            self.done = true;
            return Ok(());
        }
        let read = self.chunk(data);
        // Some name the event instead, and put the bare error into it, or only words.
        if event.name == "error" {
            self.answer.error.get_or_insert_with(|| Cow::Owned(as_json(data, read.is_ok())));
        } else {
            read.map_err(Unreadable::Chunk)?;
        }
        let too_many = self.choices.len() > MOST || self.choices.iter().any(|streamed| streamed.calls.len() > MOST);
        if too_many { Err(Unreadable::TooMany) } else { Ok(()) }
    }

    pub fn finish(mut self) -> Answer<'static> {
        self.choices.sort_by_key(|streamed| streamed.index);
        self.answer.choices = self.choices.into_iter().map(|streamed| streamed.choice).collect();
        self.answer.end = if self.done { End::Marker } else { End::Open };
        self.answer
    }

    fn chunk(&mut self, data: &str) -> Result<()> {
        let mut reader = Reader::new(data);
        field::object(&mut reader, |reader, key| {
            match key.as_ref() {
                // Azure's first chunk names none.
                "model" => {
                    let model = field::string(reader)?.filter(|model| !model.is_empty());
                    self.answer.model = self.answer.model.take().or(model.map(owned));
                }
                "error" => {
                    let error = field::raw(reader)?.map(|error| Cow::Owned(error.to_owned()));
                    self.answer.error = self.answer.error.take().or(error);
                }
                // Perplexity counts on in every chunk: the last report is the whole one.
                "usage" => self.answer.usage = usage(reader)?.or(self.answer.usage),
                "x_groq" => {
                    field::object(reader, |reader, key| {
                        if key == "usage" {
                            self.answer.usage = usage(reader)?.or(self.answer.usage);
                            return Ok(());
                        }
                        reader.skip()
                    })?;
                }
                "service_tier" => {
                    self.answer.service = field::string(reader)?.map(owned).or(self.answer.service.take());
                }
                "choices" => self.answer.has_choices |= field::array(reader, |reader| self.choice(reader))?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        reader.end()
    }

    fn choice(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        let (mut index, mut finish) = (0, None);
        let mut delta = Choice::default();
        let mut parts = Vec::new();
        field::object(reader, |reader, key| {
            match key.as_ref() {
                "index" => index = field::count(reader)?.unwrap_or(0),
                "delta" => read_delta(&mut delta, &mut parts, reader)?,
                // Some servers send an empty one until there is a reason.
                "finish_reason" => finish = field::string(reader)?.filter(|reason| !reason.is_empty()),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        let place = self.choices.iter().position(|streamed| streamed.index == index).unwrap_or_else(|| {
            self.choices.push(Streamed { index, ..Streamed::default() });
            self.choices.len() - 1
        });
        let streamed = &mut self.choices[place];
        streamed.add(&delta);
        for part in parts {
            streamed.add_part(part);
        }
        if let Some(reason) = finish {
            streamed.choice.finish = finish_reason(&reason);
            streamed.choice.finish_raw = Some(owned(reason));
        }
        Ok(())
    }
}

// === impl Streamed ===

impl Streamed {
    fn add(&mut self, delta: &Choice<'_>) {
        append(&mut self.choice.text, delta.text.as_deref());
        append(&mut self.choice.refusal, delta.refusal.as_deref());
        self.choice.has_media |= delta.has_media;
        self.choice.has_reasoning |= delta.has_reasoning;
    }

    fn add_part(&mut self, part: Part<'_>) {
        let place = self.place(&part).unwrap_or_else(|| {
            let index = part.index.unwrap_or(self.calls.len() as u64);
            self.calls.push((index, part.id.as_deref().unwrap_or_default().to_owned()));
            self.choice.tool_calls.push(ToolCall::default());
            self.calls.len() - 1
        });
        let call = &mut self.choice.tool_calls[place];
        if !part.call.name.is_empty() {
            call.name = owned(part.call.name);
        }
        call.arguments.to_mut().push_str(&part.call.arguments);
        call.free_text |= part.call.free_text;
    }

    /// The call that a part continues. Its index tells, or where it has none, that it brings no name of its own.
    /// Servers that send calls whole and number each 0 (Gemini's) give each an id and a name of its own.
    fn place(&self, part: &Part<'_>) -> Option<usize> {
        let place = match part.index {
            Some(index) => self.calls.iter().rposition(|&(known, _)| known == index)?,
            None if part.call.name.is_empty() => self.calls.len().checked_sub(1)?,
            None => return None,
        };
        let known = &self.calls[place].1;
        let other = part.id.as_deref().is_some_and(|id| !id.is_empty() && !known.is_empty() && id != known);
        (!other || part.call.name.is_empty()).then_some(place)
    }
}

fn read_delta<'a>(delta: &mut Choice<'a>, parts: &mut Vec<Part<'a>>, reader: &mut Reader<'a>) -> Result<()> {
    field::object(reader, |reader, key| {
        match key.as_ref() {
            "content" => content(delta, reader)?,
            "refusal" => delta.refusal = field::string(reader)?.filter(|text| !text.is_empty()),
            "tool_calls" => {
                field::array(reader, |reader| {
                    parts.push(read_part(reader)?);
                    Ok(())
                })?;
            }
            "function_call" => {
                let mut part = Part { index: Some(0), ..Part::default() };
                if function(&mut part.call, reader)? {
                    parts.push(part);
                }
            }
            "reasoning_content" | "reasoning" => {
                delta.has_reasoning |= field::raw(reader)?.is_some_and(|text| text != "\"\"");
            }
            "audio" | "images" => delta.has_media |= field::raw(reader)?.is_some_and(|text| text != "[]"),
            _ => reader.skip()?,
        }
        Ok(())
    })
    .map(drop)
}

fn read_part<'a>(reader: &mut Reader<'a>) -> Result<Part<'a>> {
    let mut part = Part::default();
    field::object(reader, |reader, key| {
        match key.as_ref() {
            "index" => part.index = field::count(reader)?,
            "id" => part.id = field::string(reader)?,
            "function" => function(&mut part.call, reader).map(drop)?,
            "custom" => {
                part.call.free_text = true;
                function(&mut part.call, reader)?;
            }
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(part)
}

fn append(whole: &mut Option<Cow<'static, str>>, piece: Option<&str>) {
    if let Some(piece) = piece {
        whole.get_or_insert_default().to_mut().push_str(piece);
    }
}

fn as_json(data: &str, is_json: bool) -> String {
    let mut out = String::with_capacity(data.len() + 2);
    if is_json {
        out.push_str(data);
    } else {
        json::quote(&mut out, data);
    }
    out
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

#[cfg(test)]
mod tests;
