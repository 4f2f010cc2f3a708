//! The call in neutral form: what the contract and the plan need to know of a request, whatever dialect it came in.
//!
//! It borrows from the body and keeps the pieces raw: a request that passes through in its own dialect is never
//! rebuilt, only looked at.
#![forbid(unsafe_code)]

use crate::json::{Kind, Reader, Result};
use std::borrow::Cow;

/// What the caller asked for.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    pub model: Option<Cow<'a, str>>,
    /// Other models a router may choose from (`models` of OpenRouter).
    pub models: Vec<Cow<'a, str>>,
    pub stream: bool,
    /// How many choices were asked for.
    pub choices: Option<u64>,
    /// The caller's own limit of output tokens.
    pub max_tokens: Option<u64>,
    /// A JSON Schema for the text of the answer, as written.
    pub schema: Option<&'a str>,
    /// The text of the answer must be JSON.
    pub wants_json: bool,
    pub tools: Vec<Tool<'a>>,
    /// The conversation as written; [`Request::prompt`] reads it when a check wants to compare.
    pub conversation: Option<&'a str>,
    /// What the route must be able to do, beyond answering text.
    pub needs: Needs,
    /// The fields at the top of the body, in order: what a rewritten request is made of.
    pub fields: Vec<Field<'a>>,
}

/// A function the model may call.
#[derive(Debug, Clone, Default)]
pub struct Tool<'a> {
    pub name: Cow<'a, str>,
    /// JSON Schema of the arguments, as written.
    pub parameters: Option<&'a str>,
    /// The provider promised to keep to the schema.
    pub strict: bool,
}

/// Abilities that not every route has; each is a required parameter in the sense of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of independent abilities, read by name")]
pub struct Needs {
    pub tools: bool,
    pub schema: bool,
    pub images: bool,
    pub audio: bool,
    pub logprobs: bool,
    pub choices: bool,
}

impl Needs {
    /// Each ability asked for, by the name it has in `capabilities`.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (self.tools, "tools"),
            (self.schema, "schema"),
            (self.images, "images"),
            (self.audio, "audio"),
            (self.logprobs, "logprobs"),
            (self.choices, "n"),
        ]
        .into_iter()
        .filter_map(|(asked, name)| asked.then_some(name))
    }
}

/// A field of the body: its key, and where its value stands.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    pub key: Cow<'a, str>,
    pub value: &'a str,
}

impl Request<'_> {
    /// Every text the caller said, unescaped. Costly on long conversations, so only asked for once a check found
    /// something it must compare.
    pub fn prompt(&self) -> Vec<String> {
        let mut texts = Vec::new();
        if let Some(conversation) = self.conversation {
            // A conversation that cannot be read was already refused by the parser of the request.
            let _ = texts_of(&mut Reader::new(conversation), &mut texts);
        }
        texts
    }
}

fn texts_of(reader: &mut Reader<'_>, texts: &mut Vec<String>) -> Result<()> {
    match reader.peek()? {
        Kind::String => {
            texts.push(reader.string()?.into_owned());
            Ok(())
        }
        Kind::Array => reader.array(|reader| texts_of(reader, texts)),
        Kind::Object => reader.object(|reader, key| match key.as_ref() {
            "content" | "text" | "parts" | "input" | "messages" => texts_of(reader, texts),
            _ => reader.skip(),
        }),
        _ => reader.skip(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_is_every_text_that_was_said() {
        let conversation = r#"[{"role":"user","content":"a\n"},{"role":"user","content":[{"type":"text","text":"b"},{"type":"image_url","image_url":{"url":"data:"}}]}]"#;
        let request = Request { conversation: Some(conversation), ..Request::default() };
        assert_eq!(request.prompt(), ["a\n", "b"]);
    }
}
