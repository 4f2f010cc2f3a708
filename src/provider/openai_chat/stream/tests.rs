use super::*;
use crate::knowledge::prices::Usage;
use crate::response::Finish;

/// Reads chunks given as JSON, each as one event.
fn read_chunks(chunks: &[&str]) -> Answer<'static> {
    let stream = chunks.iter().fold(String::new(), |stream, chunk| stream + "data: " + chunk + "\n\n");
    read(stream.as_bytes()).unwrap()
}

fn delta(index: u64, delta: &str, finish: &str) -> String {
    format!(r#"{{"model":"m","choices":[{{"index":{index},"delta":{delta},"finish_reason":{finish}}}]}}"#)
}

/// The text of each choice and why it ended.
#[track_caller]
fn check(chunks: &[String], expected: &[(Option<&str>, Finish)]) {
    let answer = read_chunks(&chunks.iter().map(String::as_str).collect::<Vec<_>>());
    let found: Vec<_> = answer.choices.iter().map(|choice| (choice.text.as_deref(), choice.finish)).collect();
    assert_eq!(found, expected);
}

/// The calls that parts of them add up to, as name and arguments.
#[track_caller]
fn check_calls(parts: &[&str], expected: &[(&str, &str)]) {
    let chunks: Vec<_> = parts.iter().map(|part| delta(0, &format!(r#"{{"tool_calls":[{part}]}}"#), "null")).collect();
    let answer = read_chunks(&chunks.iter().map(String::as_str).collect::<Vec<_>>());
    let calls = answer.choices[0].tool_calls.iter().map(|call| (call.name.as_ref(), call.arguments.as_ref()));
    assert_eq!(calls.collect::<Vec<_>>(), expected);
}

#[test]
fn deltas_add_up_to_a_text() {
    check(
        &[
            delta(0, r#"{"role":"assistant","content":""}"#, "null"),
            delta(0, r#"{"content":"Par"}"#, r#""""#),
            delta(0, r#"{"content":"is"}"#, "null"),
            delta(0, "{}", r#""stop""#),
        ],
        &[(Some("Paris"), Finish::Stop)],
    );
}

#[test]
fn several_choices_come_mixed_and_leave_in_order() {
    check(
        &[
            delta(1, r#"{"content":"b"}"#, "null"),
            delta(0, r#"{"content":"a"}"#, r#""stop""#),
            delta(1, r#"{"content":"B"}"#, r#""length""#),
        ],
        &[(Some("a"), Finish::Stop), (Some("bB"), Finish::Length)],
    );
}

#[test]
fn a_reason_once_given_stands() {
    check(
        &[delta(0, r#"{"content":"a"}"#, r#""tool_calls""#), delta(0, r#"{"content":""}"#, "null")],
        &[(Some("a"), Finish::ToolCalls)],
    );
}

#[test]
fn parts_of_calls_are_put_together_by_index() {
    check_calls(
        &[
            r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#,
            r#"{"index":0,"function":{"arguments":"{\"x\""}}"#,
            r#"{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}"#,
            r#"{"index":0,"id":"","function":{"name":null,"arguments":":1}"}}"#,
        ],
        &[("f", r#"{"x":1}"#), ("g", "{}")],
    );
}

#[test]
fn servers_number_calls_in_their_own_ways() {
    // Gemini: whole calls, each numbered 0.
    check_calls(
        &[
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
            r#"{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}"#,
        ],
        &[("f", "{}"), ("f", "{}")],
    );
    // No numbers at all.
    check_calls(
        &[
            r#"{"id":"a","function":{"name":"f","arguments":"{"}}"#,
            r#"{"function":{"arguments":"}"}}"#,
            r#"{"id":"b","function":{"name":"g","arguments":"{}"}}"#,
        ],
        &[("f", "{}"), ("g", "{}")],
    );
    // The id and the name again in every part.
    check_calls(
        &[
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}"#,
            r#"{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}"#,
        ],
        &[("f", "{}")],
    );
    check_calls(&[r#"{"index":0,"id":"a","function":{"name":"f","arguments":null}}"#], &[("f", "")]);
    check_calls(&[r#"{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}"#], &[("f", r#"{"x":1}"#)]);
}

#[test]
fn the_old_function_call_is_a_call() {
    let answer = read_chunks(&[
        &delta(0, r#"{"function_call":{"name":"f","arguments":"{"}}"#, "null"),
        &delta(0, r#"{"function_call":{"arguments":"}"}}"#, r#""function_call""#),
    ]);
    let call = &answer.choices[0].tool_calls[0];
    assert_eq!((call.name.as_ref(), call.arguments.as_ref()), ("f", "{}"));
}

#[test]
fn the_last_usage_and_the_first_model_count() {
    let answer = read_chunks(&[
        r#"{"model":"","choices":[],"prompt_filter_results":[]}"#,
        r#"{"model":"m-1","choices":[],"usage":null}"#,
        r#"{"model":"m-2","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#,
        r#"{"choices":[],"x_groq":{"id":"x","usage":{"prompt_tokens":3,"completion_tokens":2}}}"#,
        "[DONE]",
        "what follows the end is not read",
    ]);
    assert_eq!(answer.model.as_deref(), Some("m-1"));
    assert_eq!(answer.usage, Some(Usage { input: 3, output: 2, ..Usage::default() }));
    assert_eq!((answer.end, answer.has_choices, answer.is_cut()), (End::Marker, true, true));
}

#[test]
fn reasoning_refusal_and_media_are_told_from_text() {
    let answer = read_chunks(&[
        &delta(0, r#"{"reasoning_content":"hm"}"#, "null"),
        &delta(0, r#"{"refusal":"I can"}"#, "null"),
        &delta(0, r#"{"refusal":"not","audio":{"data":"x"},"content":[{"type":"text","text":"a"}]}"#, r#""stop""#),
    ]);
    let choice = &answer.choices[0];
    assert_eq!((choice.refusal.as_deref(), choice.text.as_deref()), (Some("I cannot"), Some("a")));
    assert!(choice.has_reasoning && choice.has_media);
}

#[test]
fn an_error_is_kept_however_it_comes() {
    for (event, expected) in [
        (r#"data: {"error":{"code":1},"choices":[]}"#, r#"{"code":1}"#),
        ("event: error\ndata: {\"error\":\"x\"}", r#""x""#),
        ("event: error\ndata: {\"message\":\"x\"}", r#"{"message":"x"}"#),
        ("event: error\ndata: out of \"order\"", r#""out of \"order\"""#),
    ] {
        let answer = read(format!("{event}\n\n").as_bytes()).unwrap();
        assert_eq!(answer.error.as_deref(), Some(expected), "{event}");
    }
}

#[test]
fn what_is_no_chunk_is_refused() {
    assert!(matches!(read(b"data: x\n\n"), Err(Unreadable::Chunk(_))));
    assert!(matches!(read(b"data: {\"a\":\"\xff\"}\n\n"), Err(Unreadable::Events(Broken::NotUtf8))));
    let choices = (0..2000).fold(String::new(), |all, index| all + "data: " + &delta(index, "{}", "null") + "\n\n");
    assert!(matches!(read(choices.as_bytes()), Err(Unreadable::TooMany)));
    assert!(read(format!("data: {}\n\n", "[".repeat(100_000)).as_bytes()).is_err());
}

#[test]
fn a_last_event_without_its_blank_line_counts_if_it_is_whole() {
    let end = delta(0, r#"{"content":"a"}"#, r#""stop""#);
    for (tail, cut) in [("\n", false), ("", false), ("\n\n", false)] {
        assert_eq!(read(format!("data: {end}{tail}").as_bytes()).unwrap().is_cut(), cut);
    }
    for length in 1..end.len() {
        assert!(read(format!("data: {}", &end[..length]).as_bytes()).unwrap().is_cut(), "{length}");
    }
}
