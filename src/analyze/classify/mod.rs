//! From status, headers and body to a fault: four nets, from wide to narrow.
//!
//! 1. `status` always holds something: each status has a meaning.
//! 2. `kind` reads the provider's word for the family of the error (`invalid_request_error`).
//! 3. `text` reads the message, where the word is too vague. Error text is not evidence of its own class,
//!    because providers echo the prompt in it: a phrase counts only under the statuses of its row, outside of
//!    quotes, near the beginning.
//! 4. `code` reads the provider's word for exactly this error (`context_length_exceeded`).
//!
//! The narrowest net that holds something wins. What no row knows stays `unclassified`, with its evidence.

#![forbid(unsafe_code)]

mod body;
mod brand;
mod code;
mod kind;
mod quoted;
mod row;
mod status;
mod text;

pub use brand::Brand;

use super::fault::{Fault, Retry, UnclassifiedClass};
use super::mask::Mask;
use crate::plan::{Millis, retry_after};
use body::{Said, Shape};
use row::Clue;

/// Evidence is for people: a few lines at most.
const MESSAGE_CHARACTERS: usize = 300;

/// What came back.
#[derive(Clone, Copy)]
pub struct Signal<'a> {
    pub host: Option<&'a str>,
    /// Who answered, where that is known better than by the host.
    pub brand: Option<Brand>,
    pub status: u16,
    /// Looks a header up by its lower-case name.
    pub headers: retry_after::Headers<'a>,
    pub body: &'a [u8],
    /// Our own keys, to be taken out of the evidence.
    pub mask: &'a Mask,
    pub now_unix_ms: Millis,
}

/// What it means, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    pub fault: Fault,
    /// The provider's own word, keys masked.
    pub code: Option<String>,
    /// The provider's own message: bounded, keys masked, long quotations (which are the prompt) left out.
    pub message: Option<String>,
    /// How long the provider asks to be left alone.
    pub retry_after: Option<Millis>,
    /// The provider's own word on whether the call is worth repeating (`x-should-retry`).
    pub should_retry: Option<bool>,
}

impl Diagnosis {
    /// A fault whose name says everything.
    pub fn of(fault: Fault) -> Self {
        Self { fault, code: None, message: None, retry_after: None, should_retry: None }
    }
}

/// The fault, or `None` where nothing says that there is one: whether a 2xx answer without an error inside is a good
/// one is for the contract.
pub fn classify(signal: &Signal<'_>) -> Option<Diagnosis> {
    let said = body::read(signal.body, signal.headers);
    let fault = if (200..300).contains(&signal.status) {
        in_success(signal, &said)?
    } else {
        by_nets(&clue(signal, &said, signal.status))
            .or_else(|| edge_page(signal, &said))
            .unwrap_or_else(|| by_status(signal, &said))
    };
    Some(diagnosis(signal, &said, fault))
}

fn diagnosis(signal: &Signal<'_>, said: &Said, fault: Fault) -> Diagnosis {
    let message = said.message.as_deref().map(|message| {
        let clean = signal.mask.text(message).into_owned();
        quoted::without_long_quotations(&clean).chars().take(MESSAGE_CHARACTERS).collect()
    });
    let retry_after = retry_after::from_header(signal.headers, signal.now_unix_ms)
        .or(said.wait)
        .or_else(|| retry_after::from_limits(signal.headers, signal.now_unix_ms))
        .or_else(|| match fault.retry() {
            Retry::Later => said.message.as_deref().and_then(retry_after::from_message),
            // A wish in the text of another fault is more likely the prompt's than the provider's.
            Retry::Never | Retry::Now => None,
        });
    let should_retry = (signal.headers)("x-should-retry").and_then(|value| value.trim().parse().ok());
    let code = said.code.as_deref().map(|word| signal.mask.text(word).into_owned());
    Diagnosis { fault, code, message, retry_after, should_retry }
}

fn clue<'a>(signal: &Signal<'_>, said: &'a Said, status: u16) -> Clue<'a> {
    let brand = signal.brand.or_else(|| signal.host.and_then(Brand::of_host));
    Clue { brand, status, words: &said.words, message: said.message.as_deref().unwrap_or_default() }
}

/// The three narrow nets.
fn by_nets(clue: &Clue<'_>) -> Option<Fault> {
    code::net(clue).or_else(|| text::net(clue)).or_else(|| kind::net(clue))
}

/// The wide net; and where the status says little but the provider named an error that no row knows, we know no
/// more than the class.
fn by_status(signal: &Signal<'_>, said: &Said) -> Fault {
    let unknown_word = !said.words.is_empty() && !said.words.iter().any(|word| code::knows(word) || kind::knows(word));
    match status::net(&clue(signal, said, signal.status)) {
        Some(_) if signal.status == 400 && unknown_word => Fault::unclassified(UnclassifiedClass::Request),
        Some(fault) => fault,
        None if (400..500).contains(&signal.status) => Fault::unclassified(UnclassifiedClass::Request),
        None => Fault::unclassified(UnclassifiedClass::Availability),
    }
}

/// A page in front of the API that wants a browser.
fn edge_page(signal: &Signal<'_>, said: &Said) -> Option<Fault> {
    let challenged = signal.status == 403 && said.shape == Shape::Html && (signal.headers)("cf-ray").is_some();
    challenged.then_some(const { Fault::known("edge_challenge") })
}

fn in_success(signal: &Signal<'_>, said: &Said) -> Option<Fault> {
    let streams = (signal.headers)("content-type").is_some_and(|kind| kind.contains("event-stream"));
    if said.is_error {
        // Routers put the upstream's status into the body.
        let status = said.status.filter(|status| (400..600).contains(status)).unwrap_or(signal.status);
        let clue = clue(signal, said, status);
        let unknown =
            if streams { const { Fault::known("stream_error") } } else { const { Fault::known("error_in_success") } };
        return Some(by_nets(&clue).or_else(|| status::net(&clue)).unwrap_or(unknown));
    }
    match said.shape {
        Shape::Json | Shape::Empty => None,
        Shape::Html => Some(const { Fault::known("html_instead_of_json") }),
        Shape::NotUtf8 => Some(const { Fault::known("invalid_utf8") }),
        Shape::TooDeep => Some(const { Fault::known("json_too_deep") }),
        Shape::Text => (!streams).then_some(const { Fault::known("invalid_json") }),
    }
}

/// Everything the rows can lead to.
#[cfg(test)]
pub(super) fn faults_of_all_rows() -> impl Iterator<Item = Fault> {
    [status::ROWS, kind::ROWS, text::ROWS, code::ROWS].into_iter().flatten().map(|row| row.fault)
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
