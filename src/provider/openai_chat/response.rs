//! Chat completion answers, read in one pass.
#![forbid(unsafe_code)]

use crate::json::{Kind, Reader, Result};
use crate::knowledge::prices::Usage;
use crate::provider::field;
use crate::response::{Answer, Choice, Finish, ToolCall};
use std::borrow::Cow;

/// Reads a whole answer. Only what is no JSON is an error; an answer of another shape is read as having no choices.
pub fn parse(body: &str) -> Result<Answer<'_>> {
    let mut answer = Answer::default();
    let mut reader = Reader::new(body);
    field::object(&mut reader, |reader, key| {
        match key.as_ref() {
            "model" => answer.model = field::string(reader)?,
            "error" => answer.error = field::raw(reader)?.map(Cow::Borrowed),
            "usage" => answer.usage = usage(reader)?,
            "service_tier" => answer.service = field::string(reader)?,
            "choices" => {
                answer.choices.clear();
                answer.has_choices = field::array(reader, |reader| {
                    answer.choices.push(choice(reader)?);
                    Ok(())
                })?;
            }
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    reader.end()?;
    Ok(answer)
}

fn choice<'a>(reader: &mut Reader<'a>) -> Result<Choice<'a>> {
    let mut choice = Choice::default();
    let mut finish = None;
    field::object(reader, |reader, key| {
        match key.as_ref() {
            "message" => choice = message(reader)?,
            "finish_reason" => finish = field::string(reader)?.filter(|reason| !reason.is_empty()),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    choice.finish = finish.as_deref().map_or(Finish::Missing, finish_reason);
    choice.finish_raw = finish;
    Ok(choice)
}

fn message<'a>(reader: &mut Reader<'a>) -> Result<Choice<'a>> {
    let mut choice = Choice::default();
    // Of each key the last counts, as in `JSON.parse`; each of these says it by itself.
    let (mut older, mut reasoning, mut audio, mut images) = (None, [false; 2], false, false);
    field::object(reader, |reader, key| {
        match key.as_ref() {
            "content" => {
                (choice.has_media, choice.has_reasoning) = (false, false);
                content(&mut choice, reader)?;
            }
            "refusal" => choice.refusal = field::string(reader)?.filter(|text| !text.is_empty()),
            "tool_calls" => {
                choice.tool_calls.clear();
                field::array(reader, |reader| {
                    choice.tool_calls.push(tool_call(reader)?);
                    Ok(())
                })?;
            }
            "function_call" => {
                let mut call = ToolCall::default();
                older = function(&mut call, reader)?.then_some(call);
            }
            "reasoning_content" | "reasoning" => {
                let said = field::raw(reader)?.is_some_and(|text| text != "\"\"");
                reasoning[usize::from(key == "reasoning")] = said;
            }
            "audio" => audio = holds_something(reader)?,
            "images" => images = holds_something(reader)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    choice.tool_calls.extend(older);
    choice.has_reasoning |= reasoning.contains(&true);
    choice.has_media |= audio || images;
    Ok(choice)
}

/// Neither `null` nor a list of nothing.
fn holds_something(reader: &mut Reader<'_>) -> Result<bool> {
    let list = |text: &str| text.strip_prefix('[')?.strip_suffix(']').map(|inner| inner.trim().is_empty());
    Ok(field::raw(reader)?.is_some_and(|text| list(text) != Some(true)))
}

/// A string, or the list of parts that Mistral and some others send.
pub(super) fn content<'a>(choice: &mut Choice<'a>, reader: &mut Reader<'a>) -> Result<()> {
    if reader.peek()? != Kind::Array {
        choice.text = field::string(reader)?;
        return Ok(());
    }
    let mut joined = String::new();
    reader.array(|reader| {
        let (mut kind, mut text) = (None, None);
        field::object(reader, |reader, key| {
            match key.as_ref() {
                "type" => kind = field::string(reader)?,
                "text" => text = field::string(reader)?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        match (kind.as_deref(), text) {
            (Some("thinking"), _) => choice.has_reasoning = true,
            (_, Some(text)) => joined.push_str(&text),
            (Some("text"), None) => {}
            _ => choice.has_media = true,
        }
        Ok(())
    })?;
    choice.text = Some(Cow::Owned(joined));
    Ok(())
}

fn tool_call<'a>(reader: &mut Reader<'a>) -> Result<ToolCall<'a>> {
    let mut call = ToolCall::default();
    field::object(reader, |reader, key| {
        match key.as_ref() {
            "function" => {
                call = ToolCall::default();
                function(&mut call, reader)?;
            }
            "custom" => {
                call = ToolCall { free_text: true, ..ToolCall::default() };
                function(&mut call, reader)?;
            }
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(call)
}

pub(super) fn function<'a>(call: &mut ToolCall<'a>, reader: &mut Reader<'a>) -> Result<bool> {
    field::object(reader, |reader, key| {
        match key.as_ref() {
            "name" => call.name = field::string(reader)?.unwrap_or_default(),
            // A string of JSON; some servers send the object itself.
            "arguments" | "input" => {
                call.arguments = match reader.peek()? {
                    Kind::String => reader.string()?,
                    _ => Cow::Borrowed(field::raw(reader)?.unwrap_or_default()),
                }
            }
            _ => reader.skip()?,
        }
        Ok(())
    })
}

/// Spellings of the compatible servers. An unknown one is never taken for a stop.
pub fn finish_reason(reason: &str) -> Finish {
    #[rustfmt::skip]
    const REASONS: [(&str, Finish); 20] = [
        ("stop",                         Finish::Stop),
        ("eos",                          Finish::Stop), // Together
        ("eos_token",                    Finish::Stop), // TGI
        ("stop_sequence",                Finish::Stop),
        ("end_turn",                     Finish::Stop), // Anthropic through routers
        ("complete",                     Finish::Stop),
        ("tool_calls",                   Finish::ToolCalls),
        ("function_call",                Finish::ToolCalls),
        ("tool_use",                     Finish::ToolCalls),
        ("length",                       Finish::Length),
        ("max_tokens",                   Finish::Length),
        ("model_length",                 Finish::Length), // Mistral: the context window
        ("content_filter",               Finish::ContentFilter),
        ("safety",                       Finish::ContentFilter),
        ("recitation",                   Finish::ContentFilter),
        ("refusal",                      Finish::Refusal),
        ("pause_turn",                   Finish::Pause),
        ("error",                        Finish::Error), // OpenRouter, Mistral
        ("insufficient_system_resource", Finish::Error), // DeepSeek
        ("abort",                        Finish::Error), // vLLM
    ];
    REASONS
        .iter()
        .find(|(spelling, _)| spelling.eq_ignore_ascii_case(reason))
        .map_or(Finish::Unknown, |&(_, finish)| finish)
}

/// Token counts. OpenAI counts cached, reasoning and audio tokens inside the totals; ours are disjoint.
pub fn usage(reader: &mut Reader<'_>) -> Result<Option<Usage>> {
    let (mut prompt, mut completion) = (None, None);
    let (mut cached, mut audio_input, mut reasoning, mut audio_output) = (0, 0, 0, 0);
    field::object(reader, |reader, key| {
        match key.as_ref() {
            "prompt_tokens" => prompt = field::count(reader)?,
            "completion_tokens" => completion = field::count(reader)?,
            "prompt_cache_hit_tokens" => cached = field::count(reader)?.unwrap_or(cached), // DeepSeek
            "prompt_tokens_details" => {
                field::object(reader, |reader, key| {
                    match key.as_ref() {
                        "cached_tokens" => cached = field::count(reader)?.unwrap_or(cached),
                        "audio_tokens" => audio_input = field::count(reader)?.unwrap_or(0),
                        _ => reader.skip()?,
                    }
                    Ok(())
                })?;
            }
            "completion_tokens_details" => {
                field::object(reader, |reader, key| {
                    match key.as_ref() {
                        "reasoning_tokens" => reasoning = field::count(reader)?.unwrap_or(0),
                        "audio_tokens" => audio_output = field::count(reader)?.unwrap_or(0),
                        _ => reader.skip()?,
                    }
                    Ok(())
                })?;
            }
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    // Half of it is no count: a limit that is held against it would be none.
    let (Some(prompt), Some(completion)) = (prompt, completion) else { return Ok(None) };
    // Details larger than their total are a provider's slip; the total stands.
    let cached = cached.min(prompt);
    let audio_input = audio_input.min(prompt - cached);
    let reasoning = reasoning.min(completion);
    let audio_output = audio_output.min(completion - reasoning);
    Ok(Some(Usage {
        input: prompt - cached - audio_input,
        cache_read: cached,
        output: completion - reasoning - audio_output,
        reasoning,
        audio_input,
        audio_output,
        ..Usage::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_whole() {
        let answer = parse(
            r#"{"id":"x","model":"gpt-4o-2024-08-06","choices":[{"index":0,"message":{"role":"assistant","content":"a\nb","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"tool_calls"}],
            "usage":{"prompt_tokens":10,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":5}}}"#,
        )
        .unwrap();
        let choice = &answer.choices[0];
        assert_eq!((answer.model.as_deref(), choice.text.as_deref()), (Some("gpt-4o-2024-08-06"), Some("a\nb")));
        assert_eq!((choice.tool_calls[0].name.as_ref(), choice.tool_calls[0].arguments.as_ref()), ("f", r#"{"a":1}"#));
        assert_eq!(choice.finish, Finish::ToolCalls);
        assert_eq!(answer.usage, Some(Usage { input: 6, cache_read: 4, output: 2, reasoning: 5, ..Usage::default() }));
    }

    #[test]
    fn odd_shapes_are_read_as_what_they_lack() {
        for (body, has_choices, choices) in [
            ("[]", false, 0),
            ("{}", false, 0),
            (r#"{"choices":null}"#, false, 0),
            (r#"{"choices":[]}"#, true, 0),
            (r#"{"choices":[1,{"message":null}]}"#, true, 2),
            (r#"{"choices":[{}],"choices":"x"}"#, false, 0),
        ] {
            let answer = parse(body).unwrap();
            assert_eq!((answer.has_choices, answer.choices.len()), (has_choices, choices), "{body}");
        }
        assert!(parse("<html>").is_err());
    }

    #[test]
    fn unknown_reasons_are_no_stop() {
        assert_eq!(finish_reason("STOP"), Finish::Stop);
        assert_eq!(finish_reason("network_error"), Finish::Unknown);
    }

    #[test]
    fn parts_are_joined_and_thinking_is_no_text() {
        let answer = parse(r#"{"choices":[{"message":{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]}"#).unwrap();
        assert_eq!((answer.choices[0].text.as_deref(), answer.choices[0].has_reasoning), (Some("ab"), true));
    }
}
