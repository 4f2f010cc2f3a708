//! Whole calls through the real loop, over a scripted transport, under paused time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod budgets;
mod contract;
mod failover;
mod observe;
mod script;
mod time;
