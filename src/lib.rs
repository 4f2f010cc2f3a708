//! correctover: a reliability runtime for calls to large language models.
//!
//! ```text
//! request ─▶ PLAN      candidates → one move                                     plan/
//!         ─▶ EXECUTE   native HTTP, the user's fetch, or a script                execute/
//!         ─▶ ANALYZE   contract verdict → fault → diagnosis                      contract/ analyze/
//!         ─▶ deliver Verified  |  PLAN again with what is now known              call.rs
//!              KNOWLEDGE   budgets, routes that rest, prices, identities         knowledge/
//! ```
//!
//! The heart (`call`, `plan`, `analyze`, `contract`) is pure: no IO, no clock, no chance. `engine` puts it to work over
//! a transport; `node` is the only module that knows JavaScript exists.

pub mod analyze;
pub mod attempt;
pub mod audit;
pub mod call;
pub mod contract;
pub mod engine;
pub mod examine;
pub mod execute;
pub mod json;
pub mod knowledge;
#[cfg(feature = "node")]
pub mod node;
pub mod plan;
pub mod provider;
pub mod report;
pub mod request;
pub mod response;
pub mod time;
