//! Headers as one flat string: `name\nvalue\nname\nvalue…`. One crossing instead of one per header.

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue};

/// What cannot stand in a header is left out; JavaScript's own `Headers` refused it before.
pub fn parse(flat: &str) -> HeaderMap {
    let mut lines = flat.split('\n');
    let mut headers = HeaderMap::with_capacity(16);
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), latin1(value)) {
            // Full at some 24,000 names: what is more than that no server reads.
            let _ = headers.try_append(name, value);
        }
    }
    headers
}

/// Header values of JavaScript are strings of code points up to 255, one byte each on the wire.
fn latin1(value: &str) -> Result<HeaderValue, ()> {
    if value.is_ascii() {
        return HeaderValue::from_str(value).map_err(drop);
    }
    let bytes: Result<Vec<u8>, _> = value.chars().map(|character| u8::try_from(u32::from(character))).collect();
    HeaderValue::from_bytes(&bytes.map_err(drop)?).map_err(drop)
}

/// As a `Headers` tells them: sorted by name, equal names joined, but each cookie by itself.
pub fn render(headers: &HeaderMap) -> String {
    let mut sorted: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value)).collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut out = String::with_capacity(headers.len() * 40);
    let mut before = "";
    for (name, value) in sorted {
        if name == before && name != SET_COOKIE.as_str() {
            out.push_str(", ");
        } else {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(name);
            out.push('\n');
        }
        before = name;
        match value.to_str() {
            Ok(text) => out.push_str(text),
            Err(_) => out.extend(value.as_bytes().iter().map(|byte| char::from(*byte))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_survive_the_crossing() {
        let flat = "set-cookie\nx\nb\n1\nset-cookie\ny\na\ncaf\u{e9}\nb\n\nb\n2";
        assert_eq!(render(&parse(flat)), "a\ncaf\u{e9}\nb\n1, , 2\nset-cookie\nx\nset-cookie\ny");
        assert!(parse("bad name\nx\nodd").is_empty());
    }
}
