//! Completeness: did the model end on its own, or was it cut?
#![forbid(unsafe_code)]

use super::config::Completeness as Config;
use super::verdict::{Dimension, Finding, Verdict};
use crate::provider::openai_chat::response::finish_reason;
use crate::request::Request;
use crate::response::{Answer, Choice, Finish};

/// The rule, its reasons normalised.
#[derive(Debug, Clone, Default)]
pub struct Completeness {
    /// Set by the user: only these are complete.
    allowed: Option<Vec<Finish>>,
}

impl Completeness {
    /// The first reason no dialect knows, as an error.
    pub fn compile(config: Config) -> Result<Self, String> {
        let Some(names) = config.finish_reasons else { return Ok(Self::default()) };
        let mut allowed = Vec::with_capacity(names.len());
        for name in names {
            match finish_reason(&name) {
                Finish::Unknown => return Err(name),
                finish => allowed.push(finish),
            }
        }
        Ok(Self { allowed: Some(allowed) })
    }

    /// `strict` where a schema is at stake: a text cut in the middle cannot satisfy it, limit or not.
    pub fn check(&self, answer: &Answer<'_>, request: Option<&Request<'_>>, strict: bool, verdict: &mut Verdict) {
        verdict.pass(Dimension::Completeness);
        let limited = request.is_some_and(|request| request.max_tokens.is_some());
        if answer.is_cut() && answer.choices.is_empty() {
            verdict.add(unended());
        }
        for (index, choice) in answer.choices.iter().enumerate() {
            if let Some(finding) = self.judge(choice, limited, strict, answer.has_all_of(choice)) {
                verdict.add(finding.at(format!("/choices/{index}/finish_reason")));
            }
        }
    }

    /// `whole`: the answer came to its end, and only what the model says of it is in question.
    fn judge(&self, choice: &Choice<'_>, limited: bool, strict: bool, whole: bool) -> Option<Finding> {
        let raw = choice.finish_raw.as_deref().unwrap_or("none");
        // OpenAI says it beside a finish reason of `stop`.
        if choice.refusal.is_some() && matches!(choice.finish, Finish::Stop) {
            return Some(flag("refusal", "the model refused", raw));
        }
        let allowed = self.allowed.as_ref().is_some_and(|allowed| allowed.contains(&choice.finish));
        if allowed {
            return None;
        }
        let demanded = self.allowed.is_some();
        Some(match choice.finish {
            Finish::Stop | Finish::ToolCalls if !demanded => return None,
            Finish::Stop | Finish::ToolCalls => {
                fail("truncated_answer", "the finish reason is not one the contract allows", raw)
            }
            Finish::Length if demanded || strict || !limited => {
                fail("truncated_answer", "the answer was cut at a token limit", raw)
            }
            Finish::Length => flag("truncated_answer", "the answer was cut at the request's own token limit", raw),
            Finish::ContentFilter => flag("content_filtered", "the provider's content filter ended the answer", raw),
            Finish::Refusal => flag("refusal", "the model refused", raw),
            Finish::Pause => flag("truncated_answer", "the model paused its turn and wants to go on", raw),
            Finish::Error => fail("finish_error", "the provider says that generating failed", raw),
            Finish::Missing if !whole => unended(),
            // OpenRouter's streams of some models: calls that close, an end marker, and no reason.
            Finish::Missing if choice.is_self_contained() && !demanded => {
                flag("finish_missing", "no finish reason was sent, but every tool call is whole", raw)
            }
            Finish::Missing => fail("finish_missing", "no finish reason was sent", raw),
            Finish::Unknown => fail("finish_unknown", "a finish reason that no table knows", raw),
        })
    }
}

fn fail(fault: &'static str, reason: &str, actual: &str) -> Finding {
    Finding::fail(Dimension::Completeness, fault, reason).expected("stop or tool_calls").actual(bounded(actual))
}

fn flag(fault: &'static str, reason: &str, actual: &str) -> Finding {
    Finding::flag(Dimension::Completeness, fault, reason).actual(bounded(actual))
}

fn unended() -> Finding {
    fail("stream_end_missing", "the stream stopped before the model said that it was done", "none")
}

/// Foreign words are shown, but not without end.
fn bounded(text: &str) -> String {
    text.chars().take(40).collect()
}
