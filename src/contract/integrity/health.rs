//! The health signals of a text, and what each amounts to under the level the contract asks for.
//!
//! Failing a good answer costs more than flagging a bad one, so a signal is hard only where no plausible answer looks
//! like it *and* the prompt neither contains it nor asks for it. Everything else flags.
#![forbid(unsafe_code)]

use super::layout::Layout;
use super::prompt::Prompt;
use super::{echo, repetition, tokens};
use crate::contract::{Dimension, Finding, Verdict};
use crate::request::Request;
use std::fmt::Display;

/// What the contract does with health signals. Off is not a level: then nothing is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// Hard signals stop delivery, soft ones are noted.
    #[default]
    Hard,
    /// All signals are noted.
    Soft,
}

/// What is known of the text before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Prose,
    /// JSON that met its schema: only its strings can loop, and it is no echo.
    CheckedJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalKind {
    TemplateToken,
    RepetitionLoop,
    PromptEcho,
}

impl SignalKind {
    /// The fault it amounts to, by its name in the taxonomy.
    pub const fn fault(self) -> &'static str {
        match self {
            Self::TemplateToken => "template_token",
            Self::RepetitionLoop => "repetition_loop",
            Self::PromptEcho => "prompt_echo",
        }
    }
}

/// One thing that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    pub kind: SignalKind,
    /// No plausible answer looks like this, and nobody asked for it.
    pub hard: bool,
    /// In words, without a word of the answer: a token is shown as its table spells it.
    pub what: String,
    /// Byte offset into the text.
    pub at: usize,
}

impl Signal {
    pub fn finding(self, level: Level) -> Finding {
        let finding = if self.hard && level == Level::Hard { Finding::fail } else { Finding::flag };
        let reason = format!("{}, at byte {}", self.what, self.at);
        finding(Dimension::Integrity, self.kind.fault(), reason)
    }
}

/// Adds the health of a text to a verdict. `path` says where in the answer the text stands.
pub fn check(
    level: Level,
    text: &str,
    request: Option<&Request<'_>>,
    checked_json: bool,
    path: &dyn Display,
    verdict: &mut Verdict,
) {
    verdict.pass(Dimension::Integrity);
    let kind = if checked_json { Kind::CheckedJson } else { Kind::Prose };
    for signal in inspect(text, kind, &Prompt::of(request)) {
        verdict.add(signal.finding(level).at(path.to_string()));
    }
}

/// Looks a text over. Linear in its length; a sound text costs no allocation.
pub fn inspect(text: &str, kind: Kind, prompt: &Prompt<'_>) -> Vec<Signal> {
    let layout = Layout::new(text, kind);
    let mut signals = Vec::new();
    for leak in tokens::scan(text, &layout) {
        signals.push(Signal {
            kind: SignalKind::TemplateToken,
            hard: leak.hard && !prompt.explains_token(leak.spelling),
            what: format!("template token {} ({})", leak.spelling, leak.family),
            at: leak.at,
        });
    }
    if let Some(found) = repetition::find(text, &layout) {
        signals.push(Signal {
            kind: SignalKind::RepetitionLoop,
            hard: found.hard && !prompt.explains_loop(found.unit),
            what: format!(
                "{} bytes repeat {} times, {} of {} bytes in all",
                found.unit.len(),
                found.times,
                found.length,
                text.len()
            ),
            at: found.at,
        });
    }
    if kind == Kind::Prose && echo::is_echo(text, prompt) {
        let what = "the answer is the prompt again".to_owned();
        signals.push(Signal { kind: SignalKind::PromptEcho, hard: false, what, at: 0 });
    }
    signals
}
