//! The response a door hands out: the provider's own with our headers, or a refusal in the caller's dialect.
#![forbid(unsafe_code)]

use crate::analyze::Mask;
use crate::call::Refusal;
use crate::provider::openai_chat::refusal;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};

const CALL_ID: HeaderName = HeaderName::from_static("x-correctover-call-id");
const PROVIDER: HeaderName = HeaderName::from_static("x-correctover-provider");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// SDKs obey it: this call has one owner of retries, and it has finished.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// Adds what every response of ours carries. All others stay as the provider sent them, also those that speak of the
/// bytes on the wire: a fetch shows them too.
pub fn own_headers(headers: &mut HeaderMap, call_id: &str, provider: &str) {
    headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
    if let Ok(id) = HeaderValue::try_from(call_id) {
        if !headers.contains_key(REQUEST_ID) {
            headers.insert(REQUEST_ID, id.clone());
        }
        headers.insert(CALL_ID, id);
    }
    if let Ok(provider) = HeaderValue::try_from(provider) {
        headers.insert(PROVIDER, provider);
    }
}

/// A verified answer is JSON, whatever its provider calls it: SDKs hand out a body of any other type as bare text.
pub fn say_json(headers: &mut HeaderMap) {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("json")) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
}

/// A provider that shows what it was sent may do so in its headers, too.
fn masked(mask: &Mask, headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for value in headers.values_mut() {
        let shown = mask.bytes(value.as_bytes());
        if shown.as_bytes() != value.as_bytes() {
            *value = HeaderValue::from_str(&shown).unwrap_or(HeaderValue::from_static("[masked]"));
        }
    }
    headers
}

/// A refusal as status, headers and body.
pub fn refused(mask: &Mask, refusal: &Refusal, call_id: &str, provider: &str) -> (u16, HeaderMap, Bytes) {
    if let Some(upstream) = &refusal.upstream {
        let mut headers = masked(mask, &upstream.headers);
        own_headers(&mut headers, call_id, provider);
        let body = Bytes::from(mask.bytes(&upstream.body));
        if body != upstream.body {
            headers.remove(header::CONTENT_LENGTH);
        }
        return (upstream.status, headers, body);
    }
    let mut headers = HeaderMap::with_capacity(5);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    own_headers(&mut headers, call_id, provider);
    (refusal.status(), headers, Bytes::from(refusal::body(refusal.kind.code(), refusal.kind.name(), &refusal.message)))
}
