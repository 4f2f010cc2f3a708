//! What it means: from what came back to a fault with its evidence.
//!
//! Everything here is a function of its arguments. Saying what happened is kept apart from choosing what to do
//! about it: a classifier returns a fault, `plan` picks the cure.

pub mod classify;
pub mod fault;
pub mod mask;
pub mod transport;

pub use classify::{Brand, Diagnosis, Signal, classify};
pub use fault::{Blame, Class, Fault, Retry};
pub use mask::Mask;
pub use transport::{TlsFailure, TransportFailure};
