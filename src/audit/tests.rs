//! Lines as logs hold them, and what is said of each.

use super::{Detail, audit};
use crate::contract::Contract;
use serde_json::{Value, json};

fn contract() -> Contract {
    Contract::parse("{}").unwrap()
}

fn judged(line: &Value) -> Value {
    let out = audit(line.to_string().as_bytes(), 1, &contract(), Detail::Plain);
    serde_json::from_str(&out).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "`json!(null)` reads better than a reference to it")]
fn completion(model: &str, finish: Value) -> Value {
    json!({
        "model": model,
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Paris" }, "finish_reason": finish }],
        "usage": { "prompt_tokens": 1000, "completion_tokens": 100 },
    })
}

fn exchange(response: &Value) -> Value {
    json!({
        "host": "api.openai.com", "path": "/v1/chat/completions", "status": 200, "content_type": "application/json",
        "request": json!({ "model": "gpt-4o", "messages": [{ "role": "user", "content": "Capital of France?" }] }).to_string(),
        "response": response.to_string(),
    })
}

/// The dimensions that failed, and the fault.
#[track_caller]
fn check(line: &Value, failed: &[&str], fault: Option<&str>) {
    let judged = judged(line);
    let dimensions = judged["dimensions"].as_object().unwrap();
    let found: Vec<_> = dimensions.iter().filter(|(_, result)| *result == "fail").map(|(name, _)| name).collect();
    assert_eq!(found, failed, "{judged}");
    assert_eq!(judged["verdict"], if failed.is_empty() { "pass" } else { "fail" }, "{judged}");
    assert_eq!(judged["fault"]["name"].as_str(), fault, "{judged}");
}

#[test]
fn a_good_answer_is_said_in_full() {
    let line = exchange(&completion("gpt-4o-2024-08-06", json!("stop")));
    assert_eq!(
        audit(line.to_string().as_bytes(), 7, &contract(), Detail::Plain),
        concat!(
            r#"{"id":7,"verdict":"pass","dimensions":{"status":"pass","structure":"pass","completeness":"pass","#,
            r#""schema":"skip","identity":"pass","latency":"skip","cost":"skip","integrity":"pass","checks":"skip"},"#,
            r#""identity":"match","fault":null,"cost_usd":0.0035}"#
        )
    );
}

#[test]
fn what_is_wrong_is_named() {
    check(&exchange(&completion("gpt-4o-mini", json!("stop"))), &["identity"], Some("model_mismatch"));
    check(&exchange(&completion("gpt-4o", json!("length"))), &["completeness"], Some("truncated_answer"));
    check(&exchange(&json!({ "model": "gpt-4o", "choices": [] })), &["structure"], Some("no_choices"));
    let mut line = exchange(&Value::Null);
    line["response"] = "<html>".into();
    check(&line, &["structure"], Some("html_instead_of_json"));
    line["response"] = "".into();
    check(&line, &["structure"], Some("empty_answer"));
}

#[test]
fn an_error_is_classified_in_every_dialect() {
    let error = json!({ "error": { "message": "slow down", "type": "rate_limit_error" } });
    for path in ["/v1/chat/completions", "/v1/messages", "/v1/embeddings", "/anything"] {
        let mut line = exchange(&error);
        (line["path"], line["status"]) = (path.into(), 429.into());
        check(&line, &["status"], Some("rate_limited"));
        assert_eq!(judged(&line)["fault"]["class"], "quota");
    }
}

#[test]
fn what_is_not_read_passes_unjudged() {
    for path in ["/v1/messages", "/v1/responses", "/v1/embeddings", "/v1/models", "/v2/chat", "/model/x/invoke"] {
        let mut line = exchange(&json!({ "anything": 1 }));
        line["path"] = path.into();
        check(&line, &[], None);
        let judged = judged(&line);
        assert_eq!(judged["identity"], "unsure");
        assert!(judged["dimensions"].as_object().unwrap().values().all(|result| result == "skip"), "{judged}");
    }
}

#[test]
fn lines_are_read_with_tolerance() {
    let good = exchange(&completion("gpt-4o", json!("stop")));
    let with = |field: &str, value: Value| {
        let mut line = good.clone();
        line[field] = value;
        line
    };
    check(&with("status", Value::Null), &[], None);
    check(&with("status", "200".into()), &[], None);
    check(&with("surprise", json!({ "a": [1] })), &[], None);
    check(&with("request", serde_json::from_str(good["request"].as_str().unwrap()).unwrap()), &[], None);
    check(&with("request", Value::Null), &[], None);
    check(&with("request", "not json".into()), &[], None);
    check(&with("response", completion("gpt-4o", json!("stop"))), &[], None);
    check(&with("host", 7.into()), &[], None);
    check(&with("latency_ms", "fast".into()), &[], None);
    check(&with("latency_ms", json!(-1e308)), &[], None);
    check(&with("path", "/openai/deployments/gpt-4o/chat/completions?api-version=1".into()), &[], None);
}

#[test]
fn the_azure_deployment_is_the_model_asked_where_the_body_names_none() {
    let mut line = exchange(&completion("gpt-35-turbo", json!("stop")));
    line["request"] = r#"{"messages":[]}"#.into();
    line["path"] = "/openai/deployments/gpt-4/chat/completions".into();
    check(&line, &["identity"], Some("model_mismatch"));
}

#[test]
fn a_body_may_come_as_base64() {
    let mut line = exchange(&Value::Null);
    // {"choices":[]}
    line["response_b64"] = "eyJjaG9pY2VzIjpbXX0=".into();
    check(&line, &["structure"], Some("no_choices"));
}

#[test]
fn the_contract_of_the_user_is_the_measure() {
    let slow = r#"{"path":"/chat/completions","latency_ms":2000,"response":{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}}"#;
    let contract = Contract::parse(r#"{"latency":{"maxMs":1000}}"#).unwrap();
    let out: Value = serde_json::from_str(&audit(slow.as_bytes(), 1, &contract, Detail::Plain)).unwrap();
    assert_eq!((&out["dimensions"]["latency"], &out["fault"]["name"]), (&json!("fail"), &json!("too_slow")));

    let line = exchange(&completion("gpt-4o-mini", json!("stop"))).to_string();
    let contract = Contract::parse(r#"{"identity":{"allow":["gpt-4o-mini"]}}"#).unwrap();
    let out: Value = serde_json::from_str(&audit(line.as_bytes(), 1, &contract, Detail::Plain)).unwrap();
    assert_eq!((&out["verdict"], &out["identity"]), (&json!("pass"), &json!("match")));
}

#[test]
fn a_line_that_cannot_be_read_has_its_error_and_the_others_are_judged() {
    let good = exchange(&completion("gpt-4o", json!("stop")));
    let mut named = good.clone();
    named["id"] = "call-1".into();
    let lines = format!("{good}\n{{\"path\":\r\n\n[]\n{{}}\n{{\"response_b64\":\"*\"}}\n{named}\n");
    let out = audit(lines.as_bytes(), 10, &contract(), Detail::Plain);
    let out: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(out[0]["id"], 10);
    assert_eq!(out[1], json!({ "line": 11, "error": "not JSON: the text ends too early at byte 8" }));
    assert_eq!(out[2]["line"], 13);
    assert_eq!(out[3]["error"], "expected an object with host, path, status, request and response");
    assert_eq!(out[4], json!({ "line": 15, "error": "response_b64 is not base64" }));
    assert_eq!(out[5]["id"], "call-1");
    assert_eq!(out.len(), 6);
}

#[test]
fn bytes_that_are_no_text_spoil_their_line_alone() {
    let out = audit(b"{\"path\":\"\xff\"}\n{\"path\":\"/\"}", 1, &contract(), Detail::Plain);
    assert!(out.starts_with(r#"{"line":1,"error":"the text is not UTF-8 at byte 9"}"#), "{out}");
    assert_eq!(out.lines().count(), 2);
}

#[test]
fn people_are_told_why() {
    let line = exchange(&completion("gpt-4o-mini", json!("stop"))).to_string();
    let out: Value = serde_json::from_str(&audit(line.as_bytes(), 1, &contract(), Detail::Explained)).unwrap();
    assert_eq!((&out["asked"], &out["served"]), (&json!("gpt-4o"), &json!("gpt-4o-mini")));
    assert_eq!(out["findings"][0]["fault"], "model_mismatch");
    assert_eq!(out["findings"][0]["expected"], "gpt-4o");
}

#[test]
fn a_stream_is_judged_as_a_whole() {
    let chunk = |delta: Value, finish: Value| {
        let chunk = json!({ "model": "gpt-4o-2024-08-06", "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] });
        format!("data: {chunk}\n\n")
    };
    let text = chunk(json!({ "role": "assistant", "content": "Par" }), Value::Null);
    let end = chunk(json!({ "content": "is" }), json!("stop"));
    let error = "data: {\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\"}}\n\n";
    let done = "data: [DONE]\n\n";
    for (stream, failed, fault) in [
        (format!("{text}{end}{done}"), &[][..], None),
        (format!("{text}{end}"), &[], None),
        (format!("{text}{}", end.trim_end()), &[], None),
        (format!("{text}{}", &end[..end.len() - 5]), &["completeness"], Some("stream_end_missing")),
        (format!("{text}{done}"), &["completeness"], Some("stream_end_missing")),
        (text.clone(), &["completeness"], Some("stream_end_missing")),
        (done.to_owned(), &["completeness"], Some("stream_end_missing")),
        (String::new(), &["completeness"], Some("stream_end_missing")),
        (format!("{text}{error}"), &["structure", "completeness"], Some("server_error")),
        (
            format!("{text}event: error\ndata: {{\"message\":\"x\"}}\n\n"),
            &["structure", "completeness"],
            Some("stream_error"),
        ),
        (format!("{text}data: nonsense\n\n"), &["structure"], Some("invalid_json")),
        (
            "{\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\"}}".to_owned(),
            &["structure"],
            Some("overloaded"),
        ),
    ] {
        let mut line = exchange(&Value::Null);
        (line["content_type"], line["response"]) = ("text/event-stream; charset=utf-8".into(), stream.into());
        check(&line, failed, fault);
    }
}
