//! What can break between us and a provider, before its answer means anything.

#![forbid(unsafe_code)]

use crate::analyze::TransportFailure;
use crate::attempt::Phases;
use http::HeaderMap;
use std::fmt;

/// One attempt that brought no whole answer.
///
/// Carries neither keys nor bodies: `detail` is made of our own words, host names and the texts of errors that only
/// speak of the protocol.
#[derive(Debug)]
pub struct Failure {
    pub kind: TransportFailure,
    pub detail: String,
    pub phases: Phases,
    /// Bytes of the request may have reached the provider, so it may have acted, and billed.
    pub sent: bool,
    /// Status and headers, where they had come before the body broke.
    pub head: Option<Box<(u16, HeaderMap)>>,
}

/// A failure before it is dressed with the phases and the head of its attempt.
#[derive(Debug)]
pub(super) struct Fault {
    pub kind: TransportFailure,
    pub detail: String,
}

impl Fault {
    pub fn new(kind: TransportFailure, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

// === impl Failure ===

impl Failure {
    /// A failure of a transport that sees neither phases nor heads.
    pub fn plain(kind: TransportFailure, detail: &str) -> Self {
        Self { kind, detail: detail.to_owned(), phases: Phases::default(), sent: true, head: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Failure {}

// === reading the errors of hyper and of the system ===

impl From<&hyper::Error> for Fault {
    fn from(error: &hyper::Error) -> Self {
        match io_source(error) {
            // The kernel's probes went unanswered.
            Some(io) if io.kind() == std::io::ErrorKind::TimedOut => {
                return Self::new(TransportFailure::Reset, "the peer is gone without a word");
            }
            Some(io) => return Self::from(io),
            None => {}
        }
        if error.is_parse() {
            return Self::new(TransportFailure::Protocol, format!("not valid HTTP/1.1: {error}"));
        }
        if error.is_user() {
            return Self::new(TransportFailure::Protocol, format!("the exchange broke off: {error}"));
        }
        Self::new(TransportFailure::ClosedEarly, "the connection was closed before the message was whole")
    }
}

impl From<&std::io::Error> for Fault {
    fn from(error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        // EMFILE and ENFILE have no name in `ErrorKind`; the numbers are the same on every Unix.
        const NO_DESCRIPTORS: [i32; 2] = [23, 24];
        let kind = match error.kind() {
            Io::ConnectionRefused => TransportFailure::ConnectRefused,
            Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe => TransportFailure::Reset,
            Io::TimedOut => TransportFailure::ConnectTimeout,
            // Permission is what a firewall of this machine denies.
            Io::HostUnreachable | Io::NetworkUnreachable | Io::NetworkDown | Io::PermissionDenied => {
                TransportFailure::Unreachable
            }
            Io::AddrNotAvailable | Io::AddrInUse | Io::OutOfMemory => TransportFailure::HostExhausted,
            Io::InvalidData | Io::InvalidInput => TransportFailure::Protocol,
            _ if cfg!(unix) && error.raw_os_error().is_some_and(|code| NO_DESCRIPTORS.contains(&code)) => {
                TransportFailure::HostExhausted
            }
            _ => TransportFailure::ClosedEarly,
        };
        Self::new(kind, error.to_string())
    }
}

fn io_source(error: &hyper::Error) -> Option<&std::io::Error> {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref() {
            return Some(io);
        }
        source = cause.source();
    }
    None
}
