//! Chat completion requests: read as a client sends them, written as a route needs them.
#![forbid(unsafe_code)]

use crate::json::{self, Kind, Reader, Result};
use crate::provider::field;
use crate::request::{Field, Request, Tool};
use std::borrow::Cow;

/// Reads a request body. One that is no JSON object is an error: it is forwarded unjudged, and the provider says so.
pub fn parse(body: &str) -> Result<Request<'_>> {
    let mut request = Request::default();
    let mut reader = Reader::new(body);
    reader.object(|reader, key| {
        reader.peek()?;
        let start = reader.position();
        top(&mut request, reader, &key)?;
        request.fields.push(Field { key, value: &body[start..reader.position()] });
        Ok(())
    })?;
    reader.end()?;
    request.needs.tools = !request.tools.is_empty();
    request.needs.schema = request.schema.is_some();
    request.needs.choices = request.choices.is_some_and(|count| count > 1);
    request.needs.images = request.conversation.is_some_and(|text| text.contains("\"image_url\""));
    Ok(request)
}

/// One field at the top. Assignments overwrite, so that the last of two equal keys wins as it does for the provider.
fn top<'a>(request: &mut Request<'a>, reader: &mut Reader<'a>, key: &str) -> Result<()> {
    match key {
        "model" => request.model = field::string(reader)?,
        "models" => {
            request.models.clear();
            field::array(reader, |reader| {
                request.models.extend(field::string(reader)?);
                Ok(())
            })?;
        }
        "messages" => request.conversation = field::raw(reader)?,
        "stream" => request.stream = field::truth(reader)?,
        "n" => request.choices = field::count(reader)?,
        "max_completion_tokens" | "max_tokens" => request.max_tokens = field::count(reader)?.or(request.max_tokens),
        "response_format" => response_format(request, reader)?,
        "tools" => {
            request.tools.clear();
            field::array(reader, |reader| tool(request, reader))?;
        }
        "functions" => {
            field::array(reader, |reader| {
                let mut function = Tool::default();
                describe(&mut function, reader)?;
                request.tools.push(function);
                Ok(())
            })?;
        }
        "logprobs" => request.needs.logprobs = field::truth(reader)?,
        "audio" => request.needs.audio = field::raw(reader)?.is_some(),
        _ => reader.skip()?,
    }
    Ok(())
}

fn response_format<'a>(request: &mut Request<'a>, reader: &mut Reader<'a>) -> Result<()> {
    let (mut kind, mut schema) = (None, None);
    field::object(reader, |reader, key| match key.as_ref() {
        "type" => {
            kind = field::string(reader)?;
            Ok(())
        }
        "json_schema" => field::object(reader, |reader, key| {
            if key == "schema" {
                schema = field::raw(reader)?;
                return Ok(());
            }
            reader.skip()
        })
        .map(drop),
        _ => reader.skip(),
    })?;
    request.wants_json = matches!(kind.as_deref(), Some("json_object" | "json_schema"));
    request.schema = if kind.as_deref() == Some("json_schema") { schema } else { None };
    Ok(())
}

fn tool<'a>(request: &mut Request<'a>, reader: &mut Reader<'a>) -> Result<()> {
    let mut tool = Tool::default();
    field::object(reader, |reader, key| match key.as_ref() {
        "function" | "custom" => describe(&mut tool, reader),
        _ => reader.skip(),
    })?;
    request.tools.push(tool);
    Ok(())
}

fn describe<'a>(tool: &mut Tool<'a>, reader: &mut Reader<'a>) -> Result<()> {
    field::object(reader, |reader, key| {
        match key.as_ref() {
            "name" => tool.name = field::string(reader)?.unwrap_or_default(),
            "parameters" => tool.parameters = field::raw(reader)?,
            "strict" => tool.strict = field::truth(reader)?,
            _ => reader.skip()?,
        }
        Ok(())
    })
    .map(drop)
}

/// What a route must have changed in a request before it can be sent there.
#[derive(Debug, Default)]
pub struct Changes<'c> {
    /// The model the route is asked for; `None` keeps the caller's.
    pub model: Option<&'c str>,
    /// Fields the route would refuse.
    pub drop: &'c [&'c str],
}

/// The body for a route. Where nothing changes, the caller's own bytes.
pub fn render<'b>(body: &'b str, request: &Request<'_>, changes: &Changes<'_>) -> Cow<'b, str> {
    let model = changes.model.filter(|model| request.model.as_deref() != Some(model));
    let drops = |key: &str| changes.drop.contains(&key);
    if model.is_none() && !request.fields.iter().any(|field| drops(&field.key)) {
        return Cow::Borrowed(body);
    }
    let mut out = String::with_capacity(body.len() + 32);
    let mut write = |key: &str, value: &dyn Fn(&mut String)| {
        out.push(if out.is_empty() { '{' } else { ',' });
        json::quote(&mut out, key);
        out.push(':');
        value(&mut out);
    };
    if let Some(model) = model {
        write("model", &|out| json::quote(out, model));
    }
    for field in &request.fields {
        if drops(&field.key) || (model.is_some() && field.key == "model") {
            continue;
        }
        write(&field.key, &|out| out.push_str(field.value));
    }
    out.push('}');
    Cow::Owned(out)
}

/// A body that asks for a chat completion, whatever its path says: an object with `messages`.
pub fn is_chat(body: &str) -> bool {
    let mut found = false;
    let mut reader = Reader::new(body);
    if reader.peek() != Ok(Kind::Object) {
        return false;
    }
    let read = reader.object(|reader, key| {
        found |= key == "messages" && reader.peek()? == Kind::Array;
        reader.skip()
    });
    read.is_ok() && found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_the_contract_needs_is_read_in_one_pass() {
        let body = r#"{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"n":2,"max_tokens":5,"stream":true,
            "response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"object"}}},
            "tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object"}}},{"type":"custom","custom":{"name":"g"}}]}"#;
        let request = parse(body).unwrap();
        assert_eq!(request.model.as_deref(), Some("gpt-4o"));
        assert_eq!((request.choices, request.max_tokens, request.stream), (Some(2), Some(5), true));
        assert_eq!((request.schema, request.wants_json), (Some(r#"{"type":"object"}"#), true));
        assert_eq!(
            request.tools.iter().map(|tool| (tool.name.as_ref(), tool.strict)).collect::<Vec<_>>(),
            [("f", true), ("g", false)]
        );
        assert_eq!(request.needs.names().collect::<Vec<_>>(), ["tools", "schema", "n"]);
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let request = parse(r#"{"model":"a","model":"b","tools":[{"function":{"name":"f"}}],"tools":[]}"#).unwrap();
        assert_eq!((request.model.as_deref(), request.tools.len()), (Some("b"), 0));
    }

    #[test]
    fn a_body_for_the_same_model_is_the_callers_own_bytes() {
        let body = r#"{ "model" : "a", "x": 1.0 }"#;
        let request = parse(body).unwrap();
        assert!(matches!(render(body, &request, &Changes { model: Some("a"), drop: &["y"] }), Cow::Borrowed(_)));
    }

    #[test]
    fn another_model_replaces_every_spelling_and_keeps_the_rest_as_written() {
        let body = r#"{"x":1.00,"model":"a","é":{"k": [1]},"seed":3,"model":"a2"}"#;
        let request = parse(body).unwrap();
        let changes = Changes { model: Some("b\""), drop: &["seed"] };
        assert_eq!(render(body, &request, &changes), r#"{"model":"b\"","x":1.00,"é":{"k": [1]}}"#);
    }

    #[test]
    fn a_chat_body_is_told_from_other_json() {
        for (body, expected) in [(r#"{"messages":[]}"#, true), (r#"{"input":"x"}"#, false), ("[]", false), ("x", false)]
        {
            assert_eq!(is_chat(body), expected, "{body}");
        }
    }
}
