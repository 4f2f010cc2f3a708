//! What comes in through a door, and what goes out.
#![forbid(unsafe_code)]

use crate::contract::Contract;
use bytes::Bytes;
use http::HeaderMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Which way a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// A client's own HTTP request, with its own URL, headers and key.
    Fetch,
    /// `engine.chat`: the engine's providers only.
    Chat,
}

/// One call to make.
#[derive(Debug, Clone)]
pub struct Job {
    pub door: Door,
    /// Where the client sent its request; empty for `engine.chat`.
    pub url: String,
    /// The client's headers, as they would go to its own endpoint.
    pub headers: HeaderMap,
    pub body: Bytes,
    pub contract: Arc<Contract>,
    pub observe: bool,
    pub deadline: Option<Duration>,
    /// The deadline is the client's own timeout, which SDKs end when the head of an answer is there: a stream that has
    /// begun is not bound by it.
    pub patient: bool,
    pub max_attempts: Option<u32>,
    /// The provider to ask first.
    pub route: Option<String>,
    pub idempotency_key: Option<String>,
}

/// How a call ended, ready to cross: a whole response, and the report on it.
#[derive(Debug)]
pub struct Settled {
    /// 0 where no response can be made and the caller must see a network failure (`observe`).
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub report: String,
    pub refused: bool,
}

/// What a call asks of its host while it runs: the things only the user's own code can give.
pub trait Ask {
    /// The key of a provider whose key is a function. The error is shown, so it must not hold the key.
    fn key(&self, provider: &str) -> impl Future<Output = Result<String, String>> + Send;
    /// The user's own checks on this body: what each failed one said.
    fn checks(&self, body: &Bytes) -> impl Future<Output = Vec<String>> + Send;
    /// A stream's gate has passed: status and headers are final, and the caller may begin to read. `report` is what is
    /// known so far.
    fn stream_opened(&self, status: u16, headers: &HeaderMap, report: String);
    /// More of a stream. Resolves when the caller wants more; `false` once it has gone away.
    fn stream_chunk(&self, chunk: Bytes) -> impl Future<Output = bool> + Send;
    /// Something observable happened.
    fn event(&self, name: &'static str, payload: impl FnOnce() -> String);
}
