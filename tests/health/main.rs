//! The health signals of whole texts: what must never be called unhealthy, and what must.
#![expect(clippy::format_collect, reason = "test texts are small")]

mod benign;
mod corpus;
mod degenerate;
mod hostile;

use correctover::contract::integrity::{Kind, Prompt, Signal, SignalKind, inspect};
use correctover::request::Request;

/// The signals of a text that answers a prompt.
fn signals(text: &str, prompt: &str) -> Vec<Signal> {
    let conversation = serde_json::json!([{ "role": "user", "content": prompt }]).to_string();
    let request = Request { conversation: Some(&conversation), ..Request::default() };
    inspect(text, Kind::Prose, &Prompt::of(Some(&request)))
}

#[track_caller]
fn sound(name: &str, text: &str, prompt: &str) {
    let found = signals(text, prompt);
    assert!(found.is_empty(), "{name}: {found:?}");
}

#[track_caller]
fn flagged(name: &str, text: &str, prompt: &str) {
    let found = signals(text, prompt);
    assert!(!found.is_empty() && found.iter().all(|signal| !signal.hard), "{name}: {found:?}");
}

#[track_caller]
fn unhealthy(name: &str, text: &str, prompt: &str, kind: SignalKind) {
    let found = signals(text, prompt);
    assert!(found.iter().any(|signal| signal.hard && signal.kind == kind), "{name}: {found:?}");
}
