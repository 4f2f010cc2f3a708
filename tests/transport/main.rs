//! The native transport against real sockets, whose other end is scripted by hand.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own tools")]

mod bodies;
mod cancelling;
mod deadlines;
mod keep_alive;
mod messages;
mod server;
mod tls;
