//! The face towards Node: the only place that knows JavaScript exists.
//!
//! The crossing is thin and cheap. JavaScript begins a call with one synchronous function call; what happens comes back
//! through a completion queue that one threadsafe function wakes JavaScript for, not one per promise; bodies cross as
//! one string that `JSON.parse` reads once. JavaScript objects are never built from Rust.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]

mod allocator;
mod ask;
pub mod engine;
mod headers;
mod intake;
pub mod message;
mod queue;
pub mod sync;
