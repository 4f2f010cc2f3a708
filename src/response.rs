//! The answer in neutral form: what the contract looks at, read from any dialect in one pass.

use crate::json::Reader;
use crate::knowledge::prices::Usage;
use std::borrow::Cow;

/// One whole answer.
#[derive(Debug, Clone, Default)]
pub struct Answer<'a> {
    /// The model that says it served.
    pub model: Option<Cow<'a, str>>,
    pub choices: Vec<Choice<'a>>,
    pub usage: Option<Usage>,
    /// The tier it was served at, where that changes its price.
    pub service: Option<Cow<'a, str>>,
    /// An error object inside a body that claims success: its raw text.
    pub error: Option<Cow<'a, str>>,
    /// The body has the shape of the dialect at all: the list of choices is there.
    pub has_choices: bool,
    pub end: End,
}

/// How an answer's last byte was known to be the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// The body closed itself: all of it is there.
    #[default]
    Body,
    /// A stream said that it is over.
    Marker,
    /// A stream stopped without a word.
    Open,
}

impl Answer<'_> {
    /// A stream that stopped before each choice had come to its end.
    pub fn is_cut(&self) -> bool {
        self.end != End::Body && (self.choices.is_empty() || self.choices.iter().any(|choice| !self.has_all_of(choice)))
    }

    /// Nothing of this choice is missing, whatever else is wrong with it.
    pub fn has_all_of(&self, choice: &Choice<'_>) -> bool {
        match self.end {
            End::Body => true,
            End::Marker => choice.finish != Finish::Missing || choice.is_self_contained(),
            End::Open => choice.finish != Finish::Missing,
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct Choice<'a> {
    /// The text meant for the user; `None` where the provider sent none at all.
    pub text: Option<Cow<'a, str>>,
    pub refusal: Option<Cow<'a, str>>,
    pub tool_calls: Vec<ToolCall<'a>>,
    pub finish: Finish,
    /// The finish reason as the provider spelled it.
    pub finish_raw: Option<Cow<'a, str>>,
    /// Audio, images or other content that is no text.
    pub has_media: bool,
    pub has_reasoning: bool,
}

impl Choice<'_> {
    /// It shows by itself that nothing is missing: tool calls, each with arguments that close.
    pub fn is_self_contained(&self) -> bool {
        let closes = |call: &ToolCall<'_>| {
            let mut reader = Reader::new(&call.arguments);
            !call.free_text && !call.name.is_empty() && reader.skip().and_then(|()| reader.end()).is_ok()
        };
        !self.tool_calls.is_empty() && self.tool_calls.iter().all(closes)
    }
}

#[derive(Debug, Clone, Default)]
pub struct ToolCall<'a> {
    pub name: Cow<'a, str>,
    /// The arguments as JSON text.
    pub arguments: Cow<'a, str>,
    /// A custom tool takes free text: nothing to parse.
    pub free_text: bool,
}

/// Why the model stopped, over all dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Finish {
    Stop,
    ToolCalls,
    /// A token limit was met.
    Length,
    ContentFilter,
    Refusal,
    /// The model wants to go on in another call.
    Pause,
    /// The provider says that it failed.
    Error,
    /// None was sent.
    #[default]
    Missing,
    /// One that no table knows; its spelling is kept beside it.
    Unknown,
}
