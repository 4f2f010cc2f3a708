//! OpenAI's chat completions, and everybody who speaks like it.
#![forbid(unsafe_code)]

pub mod refusal;
pub mod request;
pub mod response;
pub mod stream;
