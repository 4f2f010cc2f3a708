//! One line of a recording, read with every tolerance that leaves its meaning alone.
#![forbid(unsafe_code)]

use super::base64;
use crate::json::{self, Kind, Reader};
use crate::provider::field;
use std::borrow::Cow;
use std::fmt;

/// `{id?, host, path, status, content_type, request, response, response_b64?, latency_ms?}`; anything else is ignored.
pub struct Line<'a> {
    /// As it is written: a string, a number, whatever the recording counts by.
    pub id: Option<&'a str>,
    pub host: Option<Cow<'a, str>>,
    pub path: Option<Cow<'a, str>>,
    pub status: u16,
    pub content_type: Option<Cow<'a, str>>,
    pub request: Option<Text<'a>>,
    pub response: Cow<'a, [u8]>,
    pub latency_ms: Option<f64>,
}

/// A body: the text that was sent, or where a log holds the JSON itself instead of its text, that JSON.
pub struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    pub fn get(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    NotUtf8(json::NotUtf8),
    NotJson(json::Error),
    NotAnExchange,
    NotBase64,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8(error) => error.fmt(f),
            Self::NotJson(error) => write!(f, "not JSON: {error}"),
            Self::NotAnExchange => f.write_str("expected an object with host, path, status, request and response"),
            Self::NotBase64 => f.write_str("response_b64 is not base64"),
        }
    }
}

impl From<json::NotUtf8> for Error {
    fn from(error: json::NotUtf8) -> Self {
        Self::NotUtf8(error)
    }
}

impl From<json::Error> for Error {
    fn from(error: json::Error) -> Self {
        Self::NotJson(error)
    }
}

pub fn read(bytes: &[u8]) -> Result<Line<'_>, Error> {
    let text = json::text(bytes)?;
    let mut reader = Reader::new(text.strip_prefix('\u{feff}').unwrap_or(text));
    if reader.peek()? != Kind::Object {
        reader.skip().and_then(|()| reader.end())?;
        return Err(Error::NotAnExchange);
    }
    let mut line = Line {
        id: None,
        host: None,
        path: None,
        status: 200,
        content_type: None,
        request: None,
        response: Cow::Borrowed(&[]),
        latency_ms: None,
    };
    let (mut response, mut encoded): (Option<Text<'_>>, Option<Cow<'_, str>>) = (None, None);
    let mut is_exchange = false;
    reader.object(|reader, key| {
        is_exchange |= matches!(key.as_ref(), "path" | "status" | "response" | "response_b64");
        match key.as_ref() {
            "id" => line.id = field::raw(reader)?,
            "host" => line.host = field::string(reader)?,
            "path" => line.path = field::string(reader)?,
            "status" => line.status = status(reader)?.unwrap_or(200),
            "content_type" => line.content_type = field::string(reader)?,
            "request" => line.request = body(reader)?,
            "response" => response = body(reader)?,
            "response_b64" => encoded = field::string(reader)?,
            "latency_ms" => line.latency_ms = number(reader)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    reader.end()?;
    if !is_exchange {
        return Err(Error::NotAnExchange);
    }
    line.response = match (encoded, response) {
        (Some(encoded), _) => Cow::Owned(base64::decode(&encoded).ok_or(Error::NotBase64)?),
        (None, Some(Text(Cow::Borrowed(text)))) => Cow::Borrowed(text.as_bytes()),
        (None, Some(Text(Cow::Owned(text)))) => Cow::Owned(text.into_bytes()),
        (None, None) => Cow::Borrowed(&[]),
    };
    Ok(line)
}

fn body<'a>(reader: &mut Reader<'a>) -> json::Result<Option<Text<'a>>> {
    match reader.peek()? {
        Kind::String => reader.string().map(|text| Some(Text(text))),
        _ => field::raw(reader).map(|raw| raw.map(|raw| Text(Cow::Borrowed(raw)))),
    }
}

/// A number, or the text of one.
fn status(reader: &mut Reader<'_>) -> json::Result<Option<u16>> {
    Ok(match reader.peek()? {
        Kind::String => reader.string()?.trim().parse().ok(),
        _ => field::count(reader)?.and_then(|status| u16::try_from(status).ok()),
    })
}

fn number(reader: &mut Reader<'_>) -> json::Result<Option<f64>> {
    match reader.peek()? {
        Kind::Number => reader.number().map(|number| Some(number.value())),
        _ => reader.skip().map(|()| None),
    }
}
