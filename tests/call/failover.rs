//! Who is asked, in which order, and what is delivered.

use crate::script::{Scenario, Turn, breaks, bytes, good, says, status};
use correctover::analyze::TransportFailure;
use serde_json::json;

fn rate_limit() -> Turn {
    status(429, r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#)
}

fn no_money() -> Turn {
    status(
        429,
        r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
    )
}

#[tokio::test(start_paused = true)]
async fn a_good_answer_is_delivered_byte_for_byte_after_one_attempt() {
    let body = r#"{ "choices":[{"message":{"content":"\u00e9","x":1.0e1},"finish_reason":"stop"}],"model":"gpt-4o","zz":[1 , 2] }"#;
    let outcome = Scenario::new(vec![vec![bytes(body.as_bytes())], vec![good()]]).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status, outcome.body.as_str()), ("a", 200, body));
    assert_eq!((&outcome.report["verified"], &outcome.report["level"]), (&json!(true), &json!("none")));
}

#[tokio::test(start_paused = true)]
async fn every_fault_that_another_provider_can_heal_is_healed_by_the_second() {
    #[rustfmt::skip]
    let faults: Vec<(&str, Turn)> = vec![
        ("rate_limit",            rate_limit()),
        ("insufficient_quota",    no_money()),
        ("server_error",          status(500, r#"{"error":{"message":"oops","type":"server_error"}}"#)),
        ("bad_gateway",           status(502, "<html>Bad gateway</html>")),
        ("service_unavailable",   status(503, "")),
        ("overloaded",            status(529, "")),
        ("invalid_api_key",       status(401, r#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#)),
        ("permission_denied",     status(403, "{}")),
        ("model_not_found",       status(404, r#"{"error":{"message":"The model does not exist","code":"model_not_found"}}"#)),
        ("context_length",        status(400, r#"{"error":{"message":"maximum context length is 8192 tokens","code":"context_length_exceeded"}}"#)),
        ("redirect",              status(307, "").header("location", "https://evil.test/")),
        ("dns_failure",           breaks(TransportFailure::Dns)),
        ("connect_refused",       breaks(TransportFailure::ConnectRefused)),
        ("connection_reset",      breaks(TransportFailure::Reset)),
        ("body_truncated",        breaks(TransportFailure::ClosedEarly)),
        ("bomb",                  breaks(TransportFailure::BombSuspected)),
        ("html",                  status(200, "<!doctype html><title>Login</title>")),
        ("empty body",            status(200, "")),
        ("broken envelope",       status(200, r#"{"choices":[{"message":{"content":"half"#)),
        ("not an answer",         status(200, r#"{"object":"list"}"#)),
        ("error in success",      status(200, r#"{"error":{"message":"upstream failed","code":502}}"#)),
        ("no choices",            status(200, r#"{"model":"gpt-4o","choices":[]}"#)),
        ("empty answer",          says("gpt-4o", " \n")),
        ("wrong model",           says("gpt-4o-mini", "All is well.")),
        ("invalid utf-8",         bytes(b"{\"choices\":[{\"message\":{\"content\":\"\xff\"},\"finish_reason\":\"stop\"}]}")),
        ("cut without a limit",   status(200, r#"{"model":"gpt-4o","choices":[{"message":{"content":"All is"},"finish_reason":"length"}]}"#)),
        ("unknown finish",        status(200, r#"{"model":"gpt-4o","choices":[{"message":{"content":"All is"},"finish_reason":"network_error"}]}"#)),
        ("finish error",          status(200, r#"{"model":"gpt-4o","choices":[{"message":{"content":"All is"},"finish_reason":"error"}]}"#)),
    ];
    for (name, fault) in faults {
        let outcome = Scenario::new(vec![vec![fault], vec![good()]]).run().await;
        assert_eq!((outcome.asked.as_str(), outcome.status), ("ab", 200), "{name}: {}", outcome.report);
        assert_eq!(outcome.report["level"], "L3", "{name}");
        assert_eq!(outcome.report["provider"], "b", "{name}");
        assert_ne!(outcome.fault(0), "none", "{name}");
        assert!(outcome.milliseconds <= 25, "{name}: {} ms", outcome.milliseconds);
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_of_the_second_must_pass_the_same_contract() {
    let outcome = Scenario::new(vec![vec![status(500, "")], vec![says("gpt-4o-mini", "hi")]]).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status, outcome.code()), ("ab", 502, "ERR_CORRECTOVER_CONTRACT"));
    assert_eq!((outcome.fault(1), &outcome.report["verified"]), ("model_mismatch", &json!(false)));
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_the_callers_is_surfaced_at_once_with_the_providers_own_words() {
    let body = r#"{"error":{"message":"messages must be an array","type":"invalid_request_error","param":"messages","code":null}}"#;
    let outcome =
        Scenario::new(vec![vec![status(400, body).header("x-request-id", "req_1")], vec![good()]]).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status, outcome.body.as_str()), ("a", 400, body));
    assert_eq!(outcome.headers["x-request-id"], "req_1");
    assert_eq!(outcome.headers["x-should-retry"], "false");
}

#[tokio::test(start_paused = true)]
async fn refused_everywhere_says_so_once_and_tells_every_attempt() {
    let outcome = Scenario::new(vec![vec![status(500, "")], vec![status(503, "")]]).run().await;
    assert_eq!(
        (outcome.asked.as_str(), outcome.status, outcome.code()),
        ("ab", 503, "ERR_CORRECTOVER_ALL_ROUTES_FAILED")
    );
    assert_eq!(outcome.report["attempts"].as_array().map(Vec::len), Some(2));
    assert!(outcome.body.contains("\"code\":\"ERR_CORRECTOVER_ALL_ROUTES_FAILED\""), "{}", outcome.body);
}

#[tokio::test(start_paused = true)]
async fn a_single_routes_own_error_is_handed_on_with_its_keys_masked() {
    let body = r#"{"error":{"message":"Incorrect API key provided: sk-canary-a-0123456789"}}"#;
    let outcome = Scenario::new(vec![vec![status(401, body)]]).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("a", 401));
    assert!(!outcome.body.contains("canary") && !outcome.report.to_string().contains("canary"), "{}", outcome.body);
}

#[tokio::test(start_paused = true)]
async fn another_route_is_asked_in_its_own_terms() {
    let outcome = Scenario::new(vec![vec![status(500, "")], vec![says("llama-3.3-70b", "fine")]])
        .provider(1, "models", json!({ "gpt-4o": "llama-3.3-70b" }))
        .provider(1, "model", json!("other"))
        .request("model", json!("gpt-4o"))
        .run()
        .await;
    assert_eq!(outcome.status, 200, "{}", outcome.report);
    assert!(outcome.bodies[1].contains(r#""model":"llama-3.3-70b""#), "{}", outcome.bodies[1]);
    assert_eq!(outcome.report["model"], "llama-3.3-70b");
}

#[tokio::test(start_paused = true)]
async fn a_route_that_lacks_what_the_request_needs_is_passed_over() {
    let outcome = Scenario::new(vec![vec![good()], vec![good()]])
        .provider(0, "capabilities", json!(["schema"]))
        .request("tools", json!([{ "type": "function", "function": { "name": "f" } }]))
        .run()
        .await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("b", 200));
}

#[tokio::test(start_paused = true)]
async fn a_downgrade_comes_last_and_is_named() {
    let outcome = Scenario::new(vec![vec![good()], vec![status(500, "")], vec![status(500, "")]])
        .provider(0, "downgrade", json!(true))
        .run()
        .await;
    assert_eq!((outcome.asked.as_str(), &outcome.report["level"]), ("bca", &json!("L2")));
}

#[tokio::test(start_paused = true)]
async fn a_pinned_route_goes_first() {
    let mut scenario = Scenario::new(vec![vec![good()], vec![good()]]);
    scenario.route = Some("b".into());
    assert_eq!(scenario.run().await.asked, "b");
}

#[tokio::test(start_paused = true)]
async fn events_tell_the_switch_and_no_secret() {
    let outcome = Scenario::new(vec![vec![status(500, "sk-canary-a-0123456789")], vec![good()]]).run().await;
    let names: Vec<&str> = outcome.events.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["attempt-end", "failover-start", "attempt-end", "failover-end", "call-end"]);
    assert!(outcome.events.iter().all(|(_, payload)| !payload.contains("canary")));
    assert!(outcome.events.iter().all(|(_, payload)| serde_json::from_str::<serde_json::Value>(payload).is_ok()));
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_says_of_repeating_counts_more_than_its_status() {
    for (turn, asked, ends) in [
        (status(500, "").header("x-should-retry", "false"), "a", 500),
        (status(400, "").header("x-should-retry", "true"), "aa", 200),
    ] {
        let outcome = Scenario::new(vec![vec![turn, good()]]).run().await;
        assert_eq!((outcome.asked.as_str(), outcome.status), (asked, ends));
    }
    let turns = vec![vec![status(500, "").header("x-should-retry", "false")], vec![good()]];
    let outcome = Scenario::new(turns).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("ab", 200), "another route is not meant");
}
