//! An attempt's request on the wire: the client's own untouched, another provider's in its own terms.
#![forbid(unsafe_code)]

use super::provider::bearer;
use super::{Engine, Job};
use crate::execute::{Target, Wire};
use crate::plan::route::Candidate;
use crate::provider::openai_chat::request::{Changes, render};
use crate::request::Request;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use std::borrow::Cow;

/// What can be decoded on the way back.
const ENCODINGS: HeaderValue = HeaderValue::from_static("gzip, deflate");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const AGENT: HeaderValue = HeaderValue::from_static(concat!("correctover/", env!("CARGO_PKG_VERSION")));
const IDEMPOTENCY: HeaderName = HeaderName::from_static("idempotency-key");

/// The client's own request, byte for byte.
pub fn own(job: &Job, target: &Target) -> Wire {
    let mut headers = job.headers.clone();
    headers.insert(header::ACCEPT_ENCODING, ENCODINGS);
    idempotent(job, &mut headers);
    Wire::new(Method::POST, target.clone(), headers, job.body.clone())
}

/// The same question to a configured provider, under its own key. Nothing of the client's headers travels along:
/// they hold another provider's credentials. `asked_key` is what a key function gave.
pub fn to_provider(
    engine: &Engine,
    job: &Job,
    request: &Request<'_>,
    candidate: &Candidate,
    asked_key: Option<&str>,
) -> Option<Wire> {
    let provider = engine.providers.get(candidate.provider?)?;
    let mut headers = HeaderMap::with_capacity(8 + provider.headers.len());
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::ACCEPT, if request.stream { HeaderValue::from_static("text/event-stream") } else { JSON });
    headers.insert(header::ACCEPT_ENCODING, ENCODINGS);
    headers.insert(header::USER_AGENT, AGENT);
    let key = match asked_key {
        Some(key) => bearer(key),
        None => provider.keys.next().cloned(),
    };
    if let Some(key) = key {
        headers.insert(header::AUTHORIZATION, key);
    }
    for (name, value) in &provider.headers {
        headers.insert(name, value.clone());
    }
    idempotent(job, &mut headers);
    let text = std::str::from_utf8(&job.body).ok()?;
    let changes = Changes { model: Some(&candidate.model), drop: lacking(engine, candidate) };
    let body = match render(text, request, &changes) {
        Cow::Borrowed(_) => job.body.clone(),
        Cow::Owned(body) => Bytes::from(body),
    };
    Some(Wire::new(Method::POST, provider.endpoint.clone(), headers, body))
}

/// Advisory parameters the route would refuse: left out, and listed in the report.
pub fn lacking(engine: &Engine, candidate: &Candidate) -> &'static [&'static str] {
    candidate.provider.and_then(|index| engine.providers.get(index)?.brand).map_or(&[], |brand| brand.lacks)
}

fn idempotent(job: &Job, headers: &mut HeaderMap) {
    if let Some(key) = job.idempotency_key.as_deref().and_then(|key| HeaderValue::try_from(key).ok()) {
        headers.insert(IDEMPOTENCY, key);
    }
}
