//! The dialects providers speak. An adapter translates and nothing else: policy lives in `plan` and `contract`.
#![forbid(unsafe_code)]

pub mod brand;
pub mod dialect;
pub(crate) mod field;
pub mod openai_chat;
pub mod sse;
