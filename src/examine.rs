//! Judging what already happened: one exchange, no network, no effect on health. Behind `validate`, `classify` and
//! `audit`.
#![forbid(unsafe_code)]

use crate::analyze::fault::Fault;
use crate::analyze::{self, Diagnosis, Mask, Signal};
use crate::contract::identity::{self, Policy};
use crate::contract::subject::Pricing;
use crate::contract::{Contract, Dimension, Invalid, Judged, Outcome, Subject};
use crate::json::{self, quote};
use crate::knowledge::prices::Prices;
use crate::provider::{dialect, openai_chat, sse};
use crate::report;
use crate::request::Request;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// What is known of an exchange beside its two bodies.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Facts {
    pub dialect: Option<String>,
    pub host: Option<String>,
    pub path: Option<String>,
    pub status: Option<u16>,
    pub headers: HashMap<String, String>,
    pub latency_ms: Option<f64>,
    pub asked_model: Option<String>,
    /// The body is bare content, not an envelope.
    pub content: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Exchange<'e> {
    pub facts: &'e Facts,
    pub request: Option<&'e str>,
    pub body: &'e [u8],
}

/// What is to be said of an exchange.
#[derive(Debug)]
pub struct Finding<'e> {
    pub judged: Judged,
    /// The model that was asked for.
    pub asked: Option<Cow<'e, str>>,
    /// `match`, `unsure` or `mismatch`.
    pub identity: &'static str,
    pub fault: Option<Fault>,
}

/// The verdict, identity, cost and fault of an exchange, as JSON.
pub fn examine(exchange: &Exchange<'_>, contract: &Contract) -> String {
    let Finding { judged, identity, fault, .. } = judge(exchange, contract);
    let mut out = String::with_capacity(512);
    report::verdict(&mut out, Some(judged.verdict()));
    out.pop();
    let _ = write!(out, ",\"identity\":\"{identity}\",\"costUsd\":");
    report::money(&mut out, judged.cost);
    out.push_str(",\"fault\":");
    report::fault(&mut out, fault);
    out.push('}');
    out
}

/// Judges an exchange of the chat dialect.
pub fn judge<'e>(exchange: &Exchange<'e>, contract: &Contract) -> Finding<'e> {
    let facts = exchange.facts;
    let request = exchange.request.and_then(|text| openai_chat::request::parse(text).ok());
    let told = facts.asked_model.as_deref().map(Cow::Borrowed);
    let named = || request.as_ref()?.model.clone();
    let deployed = || dialect::deployment(facts.path.as_deref()?).map(Cow::Borrowed);
    let asked = told.or_else(named).or_else(deployed);
    let prices = Prices::builtin();
    let provider = facts.host.as_deref().and_then(brand_of).unwrap_or("");
    let subject = Subject {
        body: exchange.body,
        status: if facts.content { None } else { Some(facts.status.unwrap_or(200)) },
        request: request.as_ref(),
        asked_model: asked.as_deref(),
        deployment: None,
        latency: facts.latency_ms.map(|ms| Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 1e9))),
        pricing: Some(Pricing { table: &prices, provider, fixed: None }),
    };
    let judged = if facts.content {
        content(contract, &subject)
    } else if is_stream(exchange) {
        contract.judge_stream(&subject)
    } else {
        contract.judge(&subject)
    };
    let identity = identity_of(&judged, asked.as_deref(), request.as_ref());
    Finding { identity, fault: fault_of(exchange, &judged), judged, asked }
}

/// Judges an exchange of a dialect that is not read: only whether it is an error, and which.
pub fn judge_unread<'e>(exchange: &Exchange<'e>, contract: &Contract) -> Finding<'e> {
    let status = exchange.facts.status.filter(|status| *status >= 400);
    let judged = if status.is_some() { contract.judge_status(status) } else { Judged::default() };
    Finding { identity: "unsure", fault: fault_of(exchange, &judged), judged, asked: None }
}

fn content(contract: &Contract, subject: &Subject<'_>) -> Judged {
    match json::text(subject.body) {
        Ok(text) => contract.judge_content(text, subject),
        // The same finding as for a whole body that is no text.
        Err(_) => contract.judge(subject),
    }
}

/// By what the body begins with. The declared type decides only where that tells nothing: an error or a page in place
/// of a stream keeps its own form.
fn is_stream(exchange: &Exchange<'_>) -> bool {
    let declared = exchange.facts.headers.get("content-type").is_some_and(|kind| kind.contains("event-stream"));
    let first = exchange.body.trim_ascii_start().first();
    sse::begins_like_one(exchange.body) || (declared && !matches!(first, Some(b'{' | b'[' | b'<')))
}

/// As the contract sees it, which may allow more than the request; where it does not look, as anybody would.
fn identity_of(judged: &Judged, asked: Option<&str>, request: Option<&Request<'_>>) -> &'static str {
    match judged.verdict().outcome(Dimension::Identity) {
        Outcome::Pass => return "match",
        Outcome::Flag => return "unsure",
        Outcome::Fail => return "mismatch",
        Outcome::Skip => {}
    }
    let models: Vec<&str> = request.iter().flat_map(|request| &request.models).map(|model| &**model).collect();
    let identity = asked.zip(judged.served_model.as_deref());
    let identity = identity.and_then(|(asked, served)| identity::judge(&Policy::On, asked, served, &models));
    identity.map_or("unsure", |identity| identity.name())
}

/// An error status is classified by what the provider said; a violation by its own name.
fn fault_of(exchange: &Exchange<'_>, judged: &Judged) -> Option<Fault> {
    let violation = judged.verdict().violation()?;
    if let Some(error) = &judged.stream_error {
        let body = format!("{{\"error\":{error}}}");
        return diagnose(exchange.facts, body.as_bytes()).map(|diagnosis| diagnosis.fault);
    }
    if judged.verdict().outcome(Dimension::Status) == Outcome::Fail || violation.fault == "error_in_success" {
        return diagnose(exchange.facts, exchange.body).map(|diagnosis| diagnosis.fault);
    }
    Some(Fault::of_finding(violation.fault))
}

/// What an error means, as JSON.
pub fn classify(facts: &Facts, body: &[u8]) -> String {
    let Some(Diagnosis { fault, code, message, retry_after, .. }) = diagnose(facts, body) else {
        return "null".into();
    };
    let mut out = String::with_capacity(256);
    report::fault(&mut out, Some(fault));
    out.pop();
    let _ = write!(out, ",\"failover\":{}", fault.failover());
    for (name, value) in [("code", code), ("message", message)] {
        if let Some(value) = value {
            let _ = write!(out, ",\"{name}\":");
            quote(&mut out, &value);
        }
    }
    if let Some(wait) = retry_after {
        let _ = write!(out, ",\"retryAfterMs\":{wait}");
    }
    out.push('}');
    out
}

fn diagnose(facts: &Facts, body: &[u8]) -> Option<Diagnosis> {
    analyze::classify(&Signal {
        host: facts.host.as_deref(),
        brand: None,
        status: facts.status.unwrap_or(200),
        headers: &|name| facts.headers.get(name).map(String::as_str),
        body,
        mask: &Mask::default(),
        now_unix_ms: 0,
    })
}

fn brand_of(host: &str) -> Option<&'static str> {
    crate::provider::brand::of_host(host).map(|brand| brand.name)
}

/// Contracts that were examined by lately. Compiling costs a thousand times what checking does, and audits and tests
/// come with the same contract again and again.
pub fn contract(json: &str) -> Result<Arc<Contract>, Invalid> {
    const MOST: usize = 64;
    static CACHE: OnceLock<Mutex<HashMap<String, Arc<Contract>>>> = OnceLock::new();
    let cache = CACHE.get_or_init(Mutex::default);
    if let Some(contract) = cache.lock().unwrap_or_else(PoisonError::into_inner).get(json) {
        return Ok(Arc::clone(contract));
    }
    let contract = Arc::new(Contract::parse(json)?);
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= MOST {
        cache.clear();
    }
    cache.insert(json.to_owned(), Arc::clone(&contract));
    Ok(contract)
}
