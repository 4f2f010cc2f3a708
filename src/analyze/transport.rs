//! Failures without a status: what a transport saw go wrong while bytes travelled.
//!
//! A plain list, so that every transport (native, the user's fetch, a script in a test) can speak of the same
//! failures, and each has its fault here and nowhere else.

#![forbid(unsafe_code)]

use super::fault::Fault;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransportFailure {
    /// The host name could not be resolved.
    Dns,
    /// The name resolved only to addresses no provider has (link-local, cloud metadata).
    AddressRefused,
    ConnectRefused,
    ConnectTimeout,
    /// No route to the network or the host.
    Unreachable,
    Tls(TlsFailure),
    /// The connection broke before the head of an answer came.
    Reset,
    /// The connection closed inside the body: fewer bytes than promised, or no last chunk.
    ClosedEarly,
    /// A stream closed properly, but without the end its dialect requires.
    EndMissing,
    FirstByteTimeout,
    /// Nothing came for too long inside the body.
    IdleTimeout,
    /// The attempt's own share of the time is used up.
    TotalTimeout,
    /// The deadline of the whole call passed during this attempt.
    Deadline,
    /// The caller withdrew.
    Aborted,
    /// More bytes than any answer should have.
    TooLarge,
    /// The compressed body is damaged.
    Decompression,
    /// The compressed body grows beyond bounds.
    BombSuspected,
    RedirectRefused,
    /// The other side does not speak HTTP.
    Protocol,
    /// This process or its host stood still: timers are late through no fault of the provider.
    HostStalled,
    /// No sockets, file descriptors or memory left here.
    HostExhausted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsFailure {
    Expired,
    WrongHost,
    /// Issuer unknown or self-signed.
    Untrusted,
    /// No agreement, an alert, a timeout of the handshake.
    Handshake,
}

impl TransportFailure {
    pub const ALL: [Self; 24] = [
        Self::Dns,
        Self::AddressRefused,
        Self::ConnectRefused,
        Self::ConnectTimeout,
        Self::Unreachable,
        Self::Tls(TlsFailure::Expired),
        Self::Tls(TlsFailure::WrongHost),
        Self::Tls(TlsFailure::Untrusted),
        Self::Tls(TlsFailure::Handshake),
        Self::Reset,
        Self::ClosedEarly,
        Self::EndMissing,
        Self::FirstByteTimeout,
        Self::IdleTimeout,
        Self::TotalTimeout,
        Self::Deadline,
        Self::Aborted,
        Self::TooLarge,
        Self::Decompression,
        Self::BombSuspected,
        Self::RedirectRefused,
        Self::Protocol,
        Self::HostStalled,
        Self::HostExhausted,
    ];

    pub const fn fault(self) -> Fault {
        match self {
            Self::Dns => const { Fault::known("dns_failure") },
            Self::AddressRefused => const { Fault::known("address_refused") },
            Self::ConnectRefused => const { Fault::known("connect_refused") },
            Self::ConnectTimeout => const { Fault::known("connect_timeout") },
            Self::Unreachable => const { Fault::known("network_unreachable") },
            Self::Tls(TlsFailure::Expired) => const { Fault::known("tls_certificate_expired") },
            Self::Tls(TlsFailure::WrongHost) => const { Fault::known("tls_wrong_host") },
            Self::Tls(TlsFailure::Untrusted) => const { Fault::known("tls_untrusted") },
            Self::Tls(TlsFailure::Handshake) => const { Fault::known("tls_handshake_failed") },
            Self::Reset => const { Fault::known("connection_reset") },
            Self::ClosedEarly => const { Fault::known("body_truncated") },
            Self::EndMissing => const { Fault::known("stream_end_missing") },
            Self::FirstByteTimeout => const { Fault::known("first_byte_timeout") },
            Self::IdleTimeout => const { Fault::known("idle_timeout") },
            Self::TotalTimeout => const { Fault::known("total_timeout") },
            Self::Deadline => const { Fault::known("deadline_exceeded") },
            Self::Aborted => const { Fault::known("aborted") },
            Self::TooLarge => const { Fault::known("body_too_large") },
            Self::Decompression => const { Fault::known("decompression_failed") },
            Self::BombSuspected => const { Fault::known("decompression_bomb") },
            Self::RedirectRefused => const { Fault::known("redirect_refused") },
            Self::Protocol => const { Fault::known("protocol_error") },
            Self::HostStalled => const { Fault::known("host_stalled") },
            Self::HostExhausted => const { Fault::known("host_exhausted") },
        }
    }
}
