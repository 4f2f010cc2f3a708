use super::row::Row;
use super::*;
use crate::analyze::fault::Class;

/// 2026-02-03T04:05:06Z
const NOW: Millis = 1_770_091_506_000;

fn diagnose_at(host: &str, status: u16, headers: &[(&str, &str)], body: &[u8]) -> Option<Diagnosis> {
    let lookup = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    classify(&Signal {
        host: Some(host),
        brand: None,
        status,
        headers: &lookup,
        body,
        mask: &Mask::new(["canary-secret-value"]),
        now_unix_ms: NOW,
    })
}

fn diagnose(status: u16, body: &str) -> Option<Diagnosis> {
    diagnose_at("llm.test", status, &[], body.as_bytes())
}

fn name(diagnosis: Option<Diagnosis>) -> Option<&'static str> {
    diagnosis.map(|diagnosis| diagnosis.fault.name())
}

#[track_caller]
fn check(status: u16, body: &str, expected: &str) {
    assert_eq!(name(diagnose(status, body)), Some(expected), "{status} {body}");
}

#[track_caller]
fn check_at(host: &str, status: u16, body: &str, expected: &str) {
    assert_eq!(name(diagnose_at(host, status, &[], body.as_bytes())), Some(expected), "{host} {status} {body}");
}

#[test]
fn a_bare_status_has_a_meaning() {
    for (status, expected) in [
        (301, "redirect_refused"),
        (400, "invalid_request"),
        (401, "invalid_api_key"),
        (402, "payment_required"),
        (403, "permission_denied"),
        (404, "endpoint_not_found"),
        (408, "request_timeout"),
        (409, "conflict"),
        (413, "request_too_large"),
        (422, "invalid_request"),
        (429, "rate_limited"),
        (498, "capacity_exceeded"),
        (500, "server_error"),
        (502, "bad_gateway"),
        (503, "service_unavailable"),
        (504, "gateway_timeout"),
        (520, "edge_error"),
        (524, "gateway_timeout"),
        (529, "overloaded"),
    ] {
        check(status, "", expected);
        check(status, "<html><head><title>nginx</title></head></html>", expected);
        check(status, "\u{feff} something went wrong", expected);
        check(status, r#"{"error":null}"#, expected);
    }
}

#[test]
fn every_status_that_is_no_success_has_a_fault() {
    for status in (0..200).chain(300..1_000) {
        let found = diagnose(status, "").unwrap().fault;
        let caller = (400..500).contains(&status);
        assert!(!found.is_unclassified() || (found.class() == Class::Request) == caller, "{status} {found:?}");
    }
    check(418, "", "unclassified");
    check(555, "", "unclassified");
}

#[test]
fn every_shape_of_an_error_is_read() {
    let message = "This model's maximum context length is 8192 tokens";
    for body in [
        format!(r#"{{"error":{{"message":"{message}","type":"invalid_request_error","param":null,"code":null}}}}"#),
        format!(r#"{{"error":"{message}"}}"#),
        format!(r#"{{"detail":"{message}"}}"#),
        format!(r#"{{"detail":[{{"loc":["body"],"msg":"{message}","type":"value_error"}}]}}"#),
        format!(r#"{{"object":"error","message":"{message}","type":"BadRequestError","param":null,"code":400}}"#),
        format!(r#"{{"message":"{message}"}}"#),
        format!(r#"{{"type":"error","error":{{"type":"invalid_request_error","message":"{message}"}}}}"#),
        format!(r#"[{{"error":{{"code":400,"message":"{message}","status":"INVALID_ARGUMENT"}}}}]"#),
        format!(r#"{{"error":{{"code":"BadRequest","message":"x","innererror":{{"message":"{message}"}}}}}}"#),
        format!(r#"{{"error":{{"message":"{{\"error\":{{\"message\":\"{message}\"}}}}"}}}}"#),
        format!(
            r#"{{"error":{{"message":"Provider returned error","code":400,"metadata":{{"raw":"{{\"message\":\"{message}\"}}"}}}}}}"#
        ),
        format!("data: {{\"error\":{{\"message\":\"{message}\"}}}}\n\n"),
        format!("event: error\ndata: {{\"error\":{{\"message\":\"{message}\"}}}}\n\n"),
        format!(r#"{{"error":{{"message":"{message}","type":"#),
        message.to_owned(),
    ] {
        check(400, &body, "context_length_exceeded");
    }
}

#[test]
fn rates_and_money_share_a_status() {
    let body = |kind: &str, code: &str| format!(r#"{{"error":{{"message":"m","type":"{kind}","code":"{code}"}}}}"#);
    check(429, &body("insufficient_quota", "insufficient_quota"), "insufficient_quota");
    check(429, &body("insufficient_quota", "some_new_code"), "insufficient_quota");
    for code in [
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
    ] {
        check(429, &body("insufficient_quota", code), code);
    }
    check(429, &body("requests", "rate_limit_exceeded"), "rate_limit_requests");
    check(429, &body("tokens", "rate_limit_exceeded"), "rate_limit_tokens");
    check(429, &body("x", "slow_down"), "ramp_too_fast");
    check(503, &body("x", "slow_down"), "ramp_too_fast");
    check(
        429,
        r#"{"error":{"message":"Request too large for gpt-4o in organization o on tokens per min (TPM): Limit 30000, Requested 40000.","type":"tokens","code":"rate_limit_exceeded"}}"#,
        "request_exceeds_rate_limit",
    );
    check(
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}"#,
        "credit_balance_exhausted",
    );
    check(
        429,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
        "spend_limit_reached",
    );
    check_at(
        "api.x.ai",
        429,
        r#"{"code":"x","error":"Your team has used all its credits"}"#,
        "credit_balance_exhausted",
    );
}

#[test]
fn statuses_that_mislead_are_not_followed() {
    check_at(
        "api.x.ai",
        400,
        r#"{"code":"invalid-argument","error":"Incorrect API key provided. You can obtain one."}"#,
        "invalid_api_key",
    );
    check_at(
        "generativelanguage.googleapis.com",
        400,
        r#"{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
        "invalid_api_key",
    );
    check_at(
        "api.groq.com",
        413,
        r#"{"error":{"message":"Request too large for model `x` on TPM","type":"tokens","code":"rate_limit_exceeded"}}"#,
        "request_exceeds_rate_limit",
    );
    check_at(
        "api.groq.com",
        400,
        r#"{"error":{"message":"m","type":"invalid_request_error","code":"tool_use_failed"}}"#,
        "generation_rejected",
    );
    check(
        401,
        r#"{"error":{"message":"Unauthorized","type":"api_error","param":null,"code":null}}"#,
        "invalid_api_key",
    );
    check(
        403,
        r#"{"error":{"message":"You are not allowed to sample from this model","type":"invalid_request_error"}}"#,
        "permission_denied",
    );
    check(
        404,
        r#"{"error":{"message":"m","type":"invalid_request_error","code":"model_not_found"}}"#,
        "model_not_found",
    );
    check(
        404,
        r#"{"error":{"message":"model \"llama9\" not found, try pulling it first","type":"api_error"}}"#,
        "model_not_found",
    );
    check(404, r#"{"detail":"Not Found"}"#, "endpoint_not_found");
    check(503, r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, "model_loading");
    check(
        400,
        r#"{"error":{"code":"content_filter","message":"m","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
        "content_policy_violation",
    );
}

#[test]
fn servers_people_run_themselves_are_understood() {
    check(
        400,
        r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
        "context_length_exceeded",
    );
    check(
        404,
        r#"{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}"#,
        "model_not_found",
    );
    check(
        422,
        r#"{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096","error_type":"validation"}"#,
        "context_length_exceeded",
    );
    check(503, r#"{"error":"Model x is currently loading","estimated_time":20.0}"#, "model_loading");
    check(
        400,
        r#"{"error":{"message":"m","type":"budget_exceeded","param":null,"code":"400"}}"#,
        "spend_limit_reached",
    );
    check(400, r#"{"error":"registry.ollama.ai/library/x does not support tools"}"#, "capability_missing");
}

#[test]
fn the_quota_of_the_day_is_told_from_that_of_the_minute() {
    let body = |quota: &str| {
        format!(
            r#"{{"error":{{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{{"violations":[{{"quotaId":"{quota}"}}]}},{{"retryDelay":"12s"}}]}}}}"#
        )
    };
    let host = "generativelanguage.googleapis.com";
    check_at(host, 429, &body("GenerateRequestsPerDayPerProjectPerModel-FreeTier"), "daily_quota_exceeded");
    check_at(host, 429, &body("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"), "rate_limited");
}

#[test]
fn a_sentence_where_a_code_should_be_is_a_message() {
    let found = diagnose_at("api.x.ai", 400, &[], br#"{"code":"Client specified an invalid argument","error":"Bad."}"#)
        .unwrap();
    assert_eq!((found.fault.name(), found.code), ("invalid_request", None));
    assert_eq!(found.message.as_deref(), Some("Client specified an invalid argument; Bad."));
}

#[test]
fn an_echoed_prompt_is_no_evidence() {
    let echo =
        |text: &str| format!(r#"{{"error":{{"message":{},"type":"invalid_request_error"}}}}"#, serde_json::json!(text));
    for text in [
        "Invalid value: 'HTTP 429 rate limit exceeded, try again in 20s'",
        "Invalid value: \"the maximum context length is small\"",
        "Invalid content: tell me about error 429, rate_limit_exceeded, insufficient_quota and overloaded",
        "Invalid 'messages': `Incorrect API key provided`",
    ] {
        let found = diagnose(400, &echo(text)).unwrap();
        assert_eq!((found.fault.name(), found.retry_after), ("invalid_request", None), "{text}");
    }
    check(
        500,
        r#"{"error":{"message":"insufficient balance, credit balance is too low","type":"server_error"}}"#,
        "server_error",
    );
    check(
        400,
        r#"{"error":{"message":"m","param":"rate_limit_exceeded","type":"invalid_request_error","input":{"code":"insufficient_quota"}}}"#,
        "invalid_request",
    );
}

#[test]
fn a_phrase_does_not_overrule_an_exact_code() {
    check(
        400,
        r#"{"error":{"message":"Refused: what is the maximum context length","code":"content_policy_violation"}}"#,
        "content_policy_violation",
    );
}

#[test]
fn what_no_row_knows_stays_with_its_evidence() {
    let found =
        diagnose(400, r#"{"error":{"message":"the flux is off","type":"quantum_error","code":"flux_off"}}"#).unwrap();
    assert!(found.fault.is_unclassified());
    assert_eq!(found.fault.class(), Class::Request);
    assert_eq!((found.code.as_deref(), found.message.as_deref()), (Some("flux_off"), Some("the flux is off")));
    check(500, r#"{"error":{"message":"m","type":"quantum_error"}}"#, "server_error");
}

#[test]
fn a_success_is_a_fault_only_where_it_says_so() {
    for body in [
        r#"{"id":"x","object":"chat.completion","choices":[{"message":{"content":"error: 429"},"finish_reason":"stop"}]}"#,
        r#"{"error":null,"status":"completed","output":[],"metadata":{"error":"mine"}}"#,
        r#"{"error":"","choices":[]}"#,
        r#"{"error":{},"object":"fine_tuning.job"}"#,
        r#"{"error":{"code":null,"message":null,"param":null},"status":"succeeded"}"#,
        r#"{"errors":[],"object":"batch"}"#,
        "null",
        r#"{"type":"message","content":[{"type":"text","text":"{\"error\":1}"}]}"#,
        r#"{"model":"m","message":{"role":"assistant","content":"x"},"done":true}"#,
        r#"{"response":"error","done":true}"#,
        "[]",
        "",
    ] {
        assert_eq!(diagnose(200, body), None, "{body}");
    }
    check(200, r#"{"error":{"message":"m"}}"#, "error_in_success");
    check(200, r#"{"error":"boom"}"#, "error_in_success");
    check(200, r#"{"error":{"message":"m","code":429}}"#, "rate_limited");
    check(200, r#"{"error":{"message":"m","code":502,"metadata":{}},"choices":[]}"#, "bad_gateway");
    check(200, r#"{"choices":[{"error":{"message":"m","code":503}}]}"#, "service_unavailable");
    check(200, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "overloaded");
    check(
        200,
        r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"m"}}}"#,
        "server_error",
    );
    check(200, r#"{"status":"failed","error":{"code":"rate_limit_exceeded","message":"m"}}"#, "rate_limited");
    check(200, "<!DOCTYPE html><title>Sign in</title>", "html_instead_of_json");
    check(200, "OK", "invalid_json");
    check(200, r#"{"choices":[{"#, "invalid_json");
    check(200, &"[".repeat(10_000), "json_too_deep");
    assert_eq!(name(diagnose_at("h", 200, &[], b"{\"a\":\"\xff\"}")), Some("invalid_utf8"));
    let stream = [("content-type", "text/event-stream; charset=utf-8")];
    assert_eq!(diagnose_at("h", 200, &stream, b"data: {\"choices\":[]}\n\n"), None);
    assert_eq!(name(diagnose_at("h", 200, &stream, br#"data: {"error":{"message":"m"}}"#)), Some("stream_error"));
}

#[test]
fn evidence_is_bounded_and_masked() {
    let long = "x ".repeat(5_000);
    let body = format!(
        r#"{{"error":{{"message":"Incorrect key canary-secret-value and sk-abc***xyz. {long}","code":"canary-secret-value"}}}}"#
    );
    let found = diagnose(401, &body).unwrap();
    let message = found.message.unwrap();
    assert_eq!(message.chars().count(), MESSAGE_CHARACTERS);
    assert!(message.starts_with("Incorrect key [masked] and [masked]. x"), "{message}");
    assert_eq!(found.code.as_deref(), Some("[masked]"));
}

#[test]
fn long_quotations_are_left_out_of_the_evidence() {
    let prompt = "my dear diary, today I ".repeat(8);
    let found = diagnose(400, &format!(r#"{{"detail":"Bad value '{prompt}' for 'input'"}}"#)).unwrap();
    assert_eq!(found.message.as_deref(), Some("Bad value '…' for 'input'"));
}

#[test]
fn wishes_to_be_left_alone_are_heard_in_order() {
    let body = br#"{"error":{"code":429,"message":"Please retry in 9s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}"#;
    let text = br#"{"error":{"message":"Rate limit reached. Please try again in 1.2s.","code":"rate_limit_exceeded"}}"#;
    let limits = [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "6m0s")];
    for (headers, body, expected) in [
        (&[("retry-after", "3")][..], &body[..], Some(3_000)),
        (&[("retry-after-ms", "30"), ("retry-after", "3")], body, Some(30)),
        (&[("retry-after", "Tue, 03 Feb 2026 04:05:36 GMT")], body, Some(30_000)),
        (&[], body, Some(7_000)),
        (&limits, body, Some(7_000)),
        (&limits, text, Some(360_000)),
        (&[], text, Some(1_200)),
        (&[("retry-after", "-3")], text, Some(1_200)),
        (&[], br#"{"error":{"message":"m","retry_after":2.5}}"#, Some(2_500)),
        (&[], b"", None),
    ] {
        let found = diagnose_at("llm.test", 429, headers, body).unwrap();
        assert_eq!(found.retry_after, expected, "{headers:?} {}", String::from_utf8_lossy(body));
    }
}

#[test]
fn the_provider_s_word_on_repeating_is_kept() {
    for (value, expected) in [("true", Some(true)), ("false", Some(false)), ("maybe", None)] {
        assert_eq!(diagnose_at("h", 500, &[("x-should-retry", value)], b"").unwrap().should_retry, expected);
    }
}

#[test]
fn a_page_before_the_api_is_not_the_provider_s_refusal() {
    let page = b"<html><title>Just a moment...</title></html>";
    let found = diagnose_at("h", 403, &[("cf-ray", "8c1")], page).unwrap();
    assert_eq!((found.fault.name(), found.message.as_deref()), ("edge_challenge", Some("Just a moment...")));
}

#[test]
fn rows_are_written_in_the_alphabet_that_is_compared() {
    let lower = |rows: &[Row]| rows.iter().all(|row| row.says == row.says.to_lowercase().replace('’', "'"));
    assert!([status::ROWS, kind::ROWS, text::ROWS, code::ROWS].into_iter().all(lower));
    assert!([kind::ROWS, code::ROWS].into_iter().flatten().all(|row| !row.says.contains('-')));
}

#[test]
fn no_row_stands_behind_one_that_hides_it() {
    for rows in [status::ROWS, kind::ROWS, text::ROWS, code::ROWS] {
        for (at, late) in rows.iter().enumerate() {
            let hidden = rows[..at].iter().find(|early| {
                early.brand == late.brand
                    && early.statuses.0 <= late.statuses.0
                    && early.statuses.1 >= late.statuses.1
                    && (if early.says.is_empty() || !std::ptr::eq(rows, text::ROWS) {
                        early.says == late.says
                    } else {
                        late.says.contains(early.says)
                    })
            });
            assert!(hidden.is_none(), "{:?} {:?} {:?}", late.brand, late.statuses, late.says);
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_body_panics(body: Vec<u8>, status: u16) {
        let _ = diagnose_at("api.openai.com", status, &[], &body);
    }

    #[test]
    fn no_body_that_looks_like_an_error_panics(body in r#"(\{"error":|\[|"message":|"é\\u00|"code":|"raw":"\{|[{}\[\],:"]|retry|<title>|</title>|data:|\n|4){0,30}"#, status in 200u16..600) {
        let _ = diagnose_at("api.openai.com", status, &[("retry-after", &body)], body.as_bytes());
    }
}
