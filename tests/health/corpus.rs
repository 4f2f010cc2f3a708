//! The answers of real providers: none may be called unhealthy. The recordings stand beside the repository, not in it.

use correctover::contract::integrity::{Kind, Prompt, inspect};
use correctover::request::Request;
use flate2::read::GzDecoder;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Where the texts of an answer stand, over the dialects: every string under one of these keys, at any depth.
const TEXT_KEYS: [&str; 6] = ["content", "text", "output_text", "parts", "message", "refusal"];

#[test]
#[expect(clippy::print_stderr, reason = "flags are listed, and an absent corpus must be seen")]
fn no_recorded_answer_is_unhealthy() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/recorded.jsonl.gz");
    let Ok(file) = File::open(&path) else {
        eprintln!("skipped: the recorded corpus is not at {}", path.display());
        return;
    };
    let (mut texts_seen, mut bytes_seen, mut failures) = (0, 0, Vec::new());
    for (line, record) in BufReader::new(GzDecoder::new(file)).lines().enumerate() {
        let record: Value = serde_json::from_str(&record.unwrap()).unwrap();
        let request = record["request"].as_str().unwrap_or_default();
        let body: Value = serde_json::from_str(request).unwrap_or_default();
        let conversation =
            ["messages", "input", "contents", "prompt"].iter().map(|key| &body[*key]).find(|said| !said.is_null());
        let conversation = conversation.map(Value::to_string);
        let request = Request { conversation: conversation.as_deref(), ..Request::default() };
        for text in answer_texts(&record) {
            (texts_seen, bytes_seen) = (texts_seen + 1, bytes_seen + text.len());
            for signal in inspect(&text, Kind::Prose, &Prompt::of(Some(&request))) {
                eprintln!("line {}: {signal:?}", line + 1);
                if signal.hard {
                    failures.push((line + 1, signal));
                }
            }
        }
    }
    eprintln!("{texts_seen} texts, {bytes_seen} bytes");
    assert!(texts_seen > 500, "the corpus was read");
    assert!(failures.is_empty(), "{failures:?}");
}

/// Every text of the answer; of a stream, its deltas put together.
fn answer_texts(record: &Value) -> Vec<String> {
    let response = record["response"].as_str().unwrap_or_default();
    if record["status"].as_u64() != Some(200) {
        return Vec::new();
    }
    if let Ok(body) = serde_json::from_str::<Value>(response) {
        let mut texts = Vec::new();
        collect(&body, false, &mut texts);
        return texts;
    }
    let mut whole = String::new();
    for data in response.lines().filter_map(|line| line.strip_prefix("data:")) {
        let Ok(event) = serde_json::from_str::<Value>(data.trim()) else { continue };
        let delta = [&event["choices"][0]["delta"]["content"], &event["delta"]["text"], &event["delta"]];
        let part =
            delta.into_iter().chain([&event["candidates"][0]["content"]["parts"][0]["text"]]).find_map(Value::as_str);
        whole.push_str(part.unwrap_or_default());
    }
    Vec::from_iter((!whole.is_empty()).then_some(whole))
}

fn collect(value: &Value, is_text: bool, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if is_text => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, is_text, texts)),
        Value::Object(fields) => {
            for (key, field) in fields {
                if matches!(key.as_str(), "citations" | "annotations" | "instructions" | "prompt") {
                    continue;
                }
                collect(field, TEXT_KEYS.contains(&key.as_str()), texts);
            }
        }
        _ => {}
    }
}
