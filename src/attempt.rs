//! One attempt's raw outcome, as any transport reports it to the loop: plain data, no sockets.
#![forbid(unsafe_code)]

use bytes::Bytes;
use http::HeaderMap;
use std::time::Duration;

/// A whole response, read to its end.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub phases: Phases,
}

/// Where the time of an attempt went. `None` where a phase did not happen (a reused connection) or is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Phases {
    pub dns: Option<Duration>,
    pub connect: Option<Duration>,
    pub tls: Option<Duration>,
    /// From the request sent to the head of the answer.
    pub first_byte: Option<Duration>,
    pub total: Option<Duration>,
    /// The connection had served a call before, so it cost no dns, connect or tls.
    pub reused: bool,
}
