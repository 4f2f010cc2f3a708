//! One request ready to be sent, the limits it is sent under, and the times it took.

#![forbid(unsafe_code)]

use super::target::Target;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// One request, ready to send.
///
/// Made once per attempt by [`Wire::new`], which drops what belongs to a connection rather than to a request, so that
/// headers of a foreign client can be passed through without smuggling a second framing.
#[derive(Clone)]
pub struct Wire {
    method: Method,
    target: Target,
    headers: HeaderMap,
    body: Bytes,
}

/// How long each phase may take and how much may come. Every phase also ends at `until`.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For name, TCP and TLS together.
    pub connect: Duration,
    /// From the first byte of the request sent to the end of the response's headers.
    pub first_byte: Option<Duration>,
    /// Between two reads of the body.
    pub idle: Option<Duration>,
    /// The end of the attempt, whatever it is doing.
    pub until: Instant,
    /// Bytes of body, after decompression.
    pub max_body: usize,
    /// Decompressed over compressed bytes; judged from [`Limits::RATIO_FLOOR`] on.
    pub max_ratio: u32,
}

/// Headers whose values are credentials: never printed.
fn is_credential(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "authorization"
            | "api-key"
            | "cookie"
            | "ocp-apim-subscription-key"
            | "x-amz-security-token"
            | "x-api-key"
            | "x-auth-token"
            | "x-goog-api-key"
    )
}

/// Headers that speak of one connection or of the framing, both of which are ours (RFC 9110 section 7.6.1).
/// `expect` is among them because nobody waits for its 100.
fn is_of_the_connection(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "content-length"
            | "expect"
            | "keep-alive"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

// === impl Wire ===

impl Wire {
    pub fn new(method: Method, target: Target, mut headers: HeaderMap, body: Bytes) -> Self {
        while let Some(name) = headers.keys().find(|name| is_of_the_connection(name)).cloned() {
            headers.remove(name);
        }
        for (name, value) in &mut headers {
            if is_credential(name) {
                value.set_sensitive(true);
            }
        }
        // hyper announces every length but this one; without it some servers answer 411 (RFC 9110, section 8.6).
        if body.is_empty() && matches!(method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if !headers.contains_key(header::HOST) {
            headers.insert(header::HOST, target.host_header().clone());
        }
        Self { method, target, headers, body }
    }

    pub fn method(&self) -> &Method {
        &self.method
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl fmt::Debug for Wire {
    /// Names of headers and the size of the body: values are credentials and prompts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

// === impl Limits ===

impl Limits {
    /// The largest answer read by default, 64 MiB. Providers give no limit; openai-node promises its users more than 32.
    pub const MAX_BODY: usize = 64 << 20;
    /// Deflate itself cannot exceed 1032; text of a model stays below 20, a model in a loop below 300.
    pub const MAX_RATIO: u32 = 400;
    /// Below this many decompressed bytes no ratio is judged: so little harms nobody.
    pub const RATIO_FLOOR: usize = 1 << 20;

    /// Everything by default, until the given end.
    pub fn until(until: Instant) -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: None,
            idle: None,
            until,
            max_body: Self::MAX_BODY,
            max_ratio: Self::MAX_RATIO,
        }
    }
}
