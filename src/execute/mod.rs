//! Sends one request to one provider and reads the answer: the native transport, and the only part of the core that
//! touches the network.
//!
//! It decides nothing about retries, money or blame. It is told where, what and by when; it answers with bytes and
//! the time each phase took, or with a [`Failure`] that says what broke, and whether the provider may have seen the
//! request.
//!
//! It is HTTP/1.1 over [`hyper::client::conn::http1`] with a pool of its own, because this is the hot path
//! (`benches/transport.rs`). A connection is driven by the task that waits for the answer rather than by a task of its
//! own: no task outlives its call, unread bodies stay in the kernel, and dropping the call *is* closing the connection.
//!
//! Deliberately absent: redirects (credentials must not travel; a 3xx is handed back), cookies, caches, proxies from
//! the environment, and any way to switch certificate checks off.

#![forbid(unsafe_code)]

mod alarm;
mod body;
mod connect;
mod decode;
mod failure;
mod http;
mod link;
mod pool;
mod pulse;
mod runtime;
mod socket;
mod target;
mod tls;
mod wire;

pub use body::BodyStream;
pub use failure::Failure;
pub use http::{Config, Head, Http};
pub use runtime::{RuntimeError, runtime};
pub use target::{Origin, Scheme, Target, TargetError};
pub use wire::{Limits, Wire};
