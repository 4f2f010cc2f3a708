//! Integrity: is the text of an answer sound in itself, whatever it says?
//!
//! A provider can answer 200 with a text that no person would accept: the model's own control tokens, one phrase
//! again and again until the limit, the question handed back. These are the health signals. They look at the text
//! first and at the prompt only once something was found, because good answers are many and prompts are long.
#![forbid(unsafe_code)]

mod echo;
mod health;
mod layout;
mod prompt;
mod repetition;
mod tokens;
mod unit;

pub use health::{Kind, Level, Signal, SignalKind, check, inspect};
pub use prompt::Prompt;
