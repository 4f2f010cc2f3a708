//! Structure: is there an answer at all, in the shape of its dialect, with something in it?
#![forbid(unsafe_code)]

use super::config::Structure;
use super::verdict::{Dimension, Finding, Verdict};
use crate::json::{Error, Reader};
use crate::request::Request;
use crate::response::{Answer, Choice, End, Finish};
use std::fmt::{self, Display};

/// Checks the whole answer. Refused and filtered choices owe no content. A schema that `will_read`
/// every text that is not blank tells by the way which are no JSON: nothing is read twice for that. Of an answer that
/// was `cut` the content is not asked for: that it was cut is what is wrong with it.
pub fn check(
    rule: &Structure,
    answer: &Answer<'_>,
    request: Option<&Request<'_>>,
    will_read: bool,
    cut: bool,
    verdict: &mut Verdict,
) {
    verdict.pass(Dimension::Structure);
    if answer.error.is_some() && (answer.choices.is_empty() || answer.end != End::Body) {
        return verdict.add(finding("error_in_success", "the body holds an error although the status says success"));
    }
    if cut {
        return;
    }
    if !answer.has_choices {
        return verdict
            .add(finding("not_an_answer", "the body is JSON but no chat completion").expected("a list of choices"));
    }
    let expected = request.and_then(|request| request.choices).unwrap_or(1).max(1);
    if (answer.choices.len() as u64) < expected {
        return verdict.add(
            finding("no_choices", "choices are missing")
                .expected(format!("{expected} choices"))
                .actual(format!("{} choices", answer.choices.len())),
        );
    }
    let json = owes_json(rule, request);
    for (index, choice) in answer.choices.iter().enumerate() {
        if owes_nothing(choice) {
            continue;
        }
        if rule.non_empty && is_empty(choice) {
            verdict.add(empty(choice, request).at(Place(index).to_string()));
        } else if json && let Some(text) = choice.text.as_deref().filter(|text| !will_read || text.trim().is_empty()) {
            must_be_json(text, &Place(index), verdict);
        }
    }
}

/// Checks bare content: the text itself, without an envelope.
pub fn check_content(
    rule: &Structure,
    text: &str,
    request: Option<&Request<'_>>,
    will_read: bool,
    verdict: &mut Verdict,
) {
    verdict.pass(Dimension::Structure);
    if rule.non_empty && text.trim().is_empty() {
        verdict.add(finding("empty_answer", "the answer is empty"));
    } else if owes_json(rule, request) && !will_read {
        must_be_json(text, &"", verdict);
    }
}

/// A refusal or a filter ended this choice: the contract on its content does not apply.
pub fn owes_nothing(choice: &Choice<'_>) -> bool {
    choice.refusal.is_some() || matches!(choice.finish, Finish::ContentFilter | Finish::Refusal)
}

/// The contract or the request wants JSON.
pub fn owes_json(rule: &Structure, request: Option<&Request<'_>>) -> bool {
    rule.json || request.is_some_and(|request| request.wants_json)
}

pub fn not_json(error: Error, path: &dyn Display) -> Finding {
    finding("content_not_json", "the text is not JSON").expected("JSON").actual(error.to_string()).at(path.to_string())
}

/// Where the text of a choice stands. Written out only once there is something to find fault with.
pub struct Place(pub usize);

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/choices/{}/message/content", self.0)
    }
}

fn is_empty(choice: &Choice<'_>) -> bool {
    choice.tool_calls.is_empty()
        && !choice.has_media
        && choice.text.as_deref().is_none_or(|text| text.trim().is_empty())
}

/// An empty choice at the caller's own limit is the caller's doing: reasoning used the tokens up, and another
/// provider would run into the same limit.
fn empty(choice: &Choice<'_>, request: Option<&Request<'_>>) -> Finding {
    let limit = request.and_then(|request| request.max_tokens);
    match limit {
        Some(limit) if choice.finish == Finish::Length => {
            finding("output_limit_exhausted", "the request's own token limit was used up before any content came")
                .expected("content")
                .actual(format!("none within max tokens {limit}"))
        }
        _ => finding("empty_answer", "the answer is empty").expected("text, a tool call or a refusal"),
    }
}

pub fn must_be_json(text: &str, path: &dyn Display, verdict: &mut Verdict) {
    let mut reader = Reader::new(text);
    if let Err(error) = reader.skip().and_then(|()| reader.end()) {
        verdict.add(not_json(error, path));
    }
}

fn finding(fault: &'static str, reason: &str) -> Finding {
    Finding::fail(Dimension::Structure, fault, reason)
}
