//! What crosses to JavaScript: flat groups of seven values, one group for each thing that happened.

use bytes::Bytes;
use napi::bindgen_prelude::{BufferSlice, Null, ToNapiValue};
use napi::{Result, sys};

/// One value of a group.
#[derive(Debug)]
pub enum Value {
    Null,
    Number(u32),
    Static(&'static str),
    Text(String),
    /// A body: a string where it is valid UTF-8, else a `Buffer`.
    Body(Bytes),
    /// Always a `Buffer`: a piece of a stream may end inside a character.
    Chunk(Bytes),
}

/// The groups, in the order that `js/calls.ts` and `js/asks.ts` read.
#[derive(Debug)]
pub enum Message {
    Done { id: u32, status: u16, headers: String, body: Bytes, report: String, refused: bool },
    StreamOpened { id: u32, status: u16, headers: String, report: String },
    StreamChunk { id: u32, chunk: Bytes },
    StreamEnded { id: u32, error: Option<String>, report: String },
    AskFetch { id: u32, ask: u32, url: String, headers: String, body: Bytes, stream: bool },
    AskChecks { id: u32, ask: u32, body: Bytes, contract: u32 },
    AskKey { id: u32, ask: u32, provider: String },
    Event { id: u32, name: &'static str, payload: String },
}

impl Message {
    /// Appends the seven values of this message.
    pub fn flatten(self, out: &mut Vec<Value>) {
        use Value::{Body, Chunk, Null, Number, Static, Text};
        out.extend(match self {
            Self::Done { id, status, headers, body, report, refused } => [
                Number(0),
                Number(id),
                Number(status.into()),
                Text(headers),
                Body(body),
                Text(report),
                Number(refused.into()),
            ],
            Self::StreamOpened { id, status, headers, report } => {
                [Number(1), Number(id), Number(status.into()), Text(headers), Null, Text(report), Null]
            }
            Self::StreamChunk { id, chunk } => [Number(2), Number(id), Chunk(chunk), Null, Null, Null, Null],
            Self::StreamEnded { id, error, report } => {
                [Number(3), Number(id), error.map_or(Null, Text), Null, Null, Text(report), Null]
            }
            Self::AskFetch { id, ask, url, headers, body, stream } => {
                [Number(4), Number(id), Number(ask), Text(url), Text(headers), Body(body), Number(stream.into())]
            }
            Self::AskChecks { id, ask, body, contract } => {
                [Number(5), Number(id), Number(ask), Body(body), Number(contract), Null, Null]
            }
            Self::AskKey { id, ask, provider } => {
                [Number(6), Number(id), Number(ask), Text(provider), Null, Null, Null]
            }
            Self::Event { id, name, payload } => [Number(7), Number(id), Static(name), Text(payload), Null, Null, Null],
        });
    }
}

impl ToNapiValue for Value {
    #[expect(unsafe_code, reason = "the signature is napi's; every arm hands on to a safe value of its own")]
    unsafe fn to_napi_value(env: sys::napi_env, value: Self) -> Result<sys::napi_value> {
        // SAFETY: `env` is the one napi called us with, on its own thread.
        unsafe {
            match value {
                Self::Null => ToNapiValue::to_napi_value(env, Null),
                Self::Number(number) => ToNapiValue::to_napi_value(env, number),
                Self::Static(text) => ToNapiValue::to_napi_value(env, text),
                Self::Text(text) => ToNapiValue::to_napi_value(env, text.as_str()),
                Self::Body(bytes) => match simdutf8::basic::from_utf8(&bytes) {
                    Ok(text) => ToNapiValue::to_napi_value(env, text),
                    Err(_) => ToNapiValue::to_napi_value(env, Self::Chunk(bytes)),
                },
                Self::Chunk(bytes) => {
                    let env_ref = napi::Env::from_raw(env);
                    ToNapiValue::to_napi_value(env, BufferSlice::copy_from(&env_ref, &bytes[..])?)
                }
            }
        }
    }
}
