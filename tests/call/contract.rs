//! What the contract lets through, seen from outside.

use crate::script::{Host, Scenario, bytes, good, says, status};
use serde_json::{Value, json};

fn person() -> Value {
    json!({ "type": "object", "properties": { "name": { "type": "string" }, "age": { "type": "integer" } }, "required": ["name", "age"], "additionalProperties": false })
}

fn structured(scenario: Scenario) -> Scenario {
    scenario.request(
        "response_format",
        json!({ "type": "json_schema", "json_schema": { "name": "person", "schema": person() } }),
    )
}

#[tokio::test(start_paused = true)]
async fn the_requests_own_schema_is_checked_without_being_asked() {
    let good = r#"{"name":"Ada","age":36}"#;
    for (text, asked, fault) in [
        (good, "a", "none"),
        (r#"{"name":"Ada","age":"36"}"#, "ab", "schema_violation"),
        (r#"{"name":"Ada"}"#, "ab", "schema_violation"),
        (r#"{"name":"Ada","age":36,"x":1}"#, "ab", "schema_violation"),
        (r#"{"name":"Ada","age":36"#, "ab", "content_not_json"),
        ("```json\n{\"name\":\"Ada\",\"age\":36}\n```", "ab", "content_not_json"),
        (r#"{"name":"Ada","age":"x","age":36}"#, "a", "none"),
    ] {
        let outcome =
            structured(Scenario::new(vec![vec![says("gpt-4o", text)], vec![says("gpt-4o", good)]])).run().await;
        assert_eq!((outcome.asked.as_str(), outcome.fault(0), outcome.status), (asked, fault, 200), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn tool_calls_must_be_of_declared_tools_with_arguments_that_parse() {
    let call = |name: &str, arguments: &str| {
        status(200, &json!({ "model": "gpt-4o", "choices": [{ "message": { "content": null, "tool_calls": [{ "id": "1", "type": "function", "function": { "name": name, "arguments": arguments } }] }, "finish_reason": "tool_calls" }] }).to_string())
    };
    for (name, arguments, strict, asked, fault) in [
        ("register", r#"{"name":"Ada","age":1}"#, false, "a", "none"),
        ("register", r#"{"name":"Ada","age":"x"}"#, false, "a", "none"),
        ("register", r#"{"name":"Ada","age":"x"}"#, true, "ab", "tool_arguments_violation"),
        ("register", r#"{"name":"#, false, "ab", "tool_arguments_invalid"),
        ("delete", "{}", false, "ab", "tool_undeclared"),
    ] {
        let tools = json!([{ "type": "function", "function": { "name": "register", "strict": strict, "parameters": person() } }]);
        let outcome =
            Scenario::new(vec![vec![call(name, arguments)], vec![good()]]).request("tools", tools).run().await;
        assert_eq!((outcome.asked.as_str(), outcome.fault(0)), (asked, fault), "{name} {arguments} strict: {strict}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_and_filters_are_delivered_flagged() {
    let refused = json!({ "model": "gpt-4o", "choices": [{ "message": { "content": null, "refusal": "I cannot." }, "finish_reason": "stop" }] });
    let filtered =
        json!({ "model": "gpt-4o", "choices": [{ "message": { "content": "" }, "finish_reason": "content_filter" }] });
    for body in [refused, filtered] {
        let outcome = structured(Scenario::new(vec![vec![status(200, &body.to_string())], vec![good()]])).run().await;
        assert_eq!((outcome.asked.as_str(), outcome.status), ("a", 200), "{body}");
        assert_eq!(outcome.report["verdict"]["dimensions"]["schema"]["result"], "skip");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_at_the_callers_own_limit_is_theirs() {
    let cut = |text: &str| {
        status(
            200,
            &json!({ "model": "gpt-4o", "choices": [{ "message": { "content": text }, "finish_reason": "length" }] })
                .to_string(),
        )
    };
    let flagged = Scenario::new(vec![vec![cut("All is")], vec![good()]]).request("max_tokens", json!(2)).run().await;
    assert_eq!(
        (flagged.asked.as_str(), &flagged.report["verdict"]["dimensions"]["completeness"]["result"]),
        ("a", &json!("flag"))
    );
    let demanded = Scenario::new(vec![vec![cut("All is")], vec![good()]])
        .request("max_tokens", json!(2))
        .config("contract", json!({ "completeness": { "finishReasons": ["stop"] } }))
        .run()
        .await;
    assert_eq!((demanded.asked.as_str(), demanded.fault(0)), ("ab", "truncated_answer"));
    let empty = Scenario::new(vec![vec![cut("")], vec![good()]]).request("max_tokens", json!(2)).run().await;
    assert_eq!((empty.asked.as_str(), empty.fault(0), empty.status), ("a", "output_limit_exhausted", 502));
}

#[tokio::test(start_paused = true)]
async fn every_choice_must_pass() {
    let body = json!({ "model": "gpt-4o", "choices": [{ "message": { "content": "x" }, "finish_reason": "stop" }, { "message": { "content": "" }, "finish_reason": "stop" }] });
    let outcome = Scenario::new(vec![
        vec![status(200, &body.to_string())],
        vec![status(200, &body.to_string().replace("\"\"", "\"y\""))],
    ])
    .request("n", json!(2))
    .run()
    .await;
    assert_eq!((outcome.asked.as_str(), outcome.fault(0), outcome.status), ("ab", "empty_answer", 200));
}

#[tokio::test(start_paused = true)]
async fn the_users_own_checks_decide_last() {
    let scenario = || Scenario::new(vec![vec![good()], vec![good()]]).config("contract", json!({ "checks": true }));
    let mut objecting = scenario();
    objecting.host = Host { objections: vec![vec!["no source is cited".into()], vec![]], ..Host::default() };
    let outcome = objecting.run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status, outcome.fault(0)), ("ab", 200, "custom_check_failed"));
    assert_eq!(outcome.report["attempts"][0]["verdict"]["dimensions"]["checks"]["reason"], "no source is cited");
    assert_eq!(scenario().run().await.asked, "a");
}

#[tokio::test(start_paused = true)]
async fn cost_and_tokens_are_limits_when_set() {
    for (cost, asked, fault) in [
        (json!({ "maxTokens": 30 }), "a", "none"),
        (json!({ "maxTokens": 29 }), "ab", "too_many_tokens"),
        (json!({ "maxUsd": 0.001 }), "a", "none"),
        (json!({ "maxUsd": 0.000_1 }), "ab", "too_expensive"),
        (json!({ "maxUsdPer1kTokens": 0.000_1 }), "ab", "too_expensive"),
    ] {
        let outcome = Scenario::new(vec![vec![good()], vec![good()]])
            .provider(0, "price", json!({ "input": 2.5, "output": 10.0 }))
            .provider(1, "price", json!({ "input": 0.0, "output": 0.0 }))
            .config("contract", json!({ "cost": cost }))
            .run()
            .await;
        assert_eq!((outcome.asked.as_str(), outcome.fault(0)), (asked, fault), "{cost}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_price_fails_a_limit_on_money() {
    let outcome = Scenario::new(vec![vec![says("house-model", "x")]])
        .provider(0, "model", json!("house-model"))
        .config("contract", json!({ "cost": { "maxUsd": 1.0 } }))
        .run()
        .await;
    assert_eq!((outcome.status, outcome.fault(0)), (502, "price_unknown"));
}

#[tokio::test(start_paused = true)]
async fn dimensions_can_be_switched_off() {
    let outcome = Scenario::new(vec![vec![says("gpt-4o-mini", "x")]])
        .config("contract", json!({ "identity": false }))
        .run()
        .await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("a", 200));
    let allowed = Scenario::new(vec![vec![says("gpt-4o-mini", "x")]])
        .config("contract", json!({ "identity": { "allow": ["gpt-4o-mini"] } }))
        .run()
        .await;
    assert_eq!((allowed.asked.as_str(), allowed.status), ("a", 200));
}

#[tokio::test(start_paused = true)]
async fn a_declared_deployment_is_judged_by_the_model_behind_it() {
    for (served, status) in [("gpt-4o-2024-08-06", 200), ("gpt-4o-mini", 502)] {
        let outcome = Scenario::new(vec![vec![says(served, "x")]])
            .provider(0, "model", json!("prod-chat"))
            .provider(0, "deployments", json!({ "prod-chat": "gpt-4o" }))
            .config("maxAttempts", json!(1))
            .run()
            .await;
        assert_eq!(outcome.status, status, "{served}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_leaked_token_fails_unless_an_independent_route_sends_it_too() {
    let leaking = || says("gpt-4o", "All is well.<|im_end|>");
    let healed = Scenario::new(vec![vec![leaking()], vec![good()]]).run().await;
    assert_eq!((healed.asked.as_str(), healed.fault(0), healed.status), ("ab", "template_token", 200));
    let excused = Scenario::new(vec![vec![leaking()], vec![leaking()]]).run().await;
    assert_eq!((excused.asked.as_str(), excused.status), ("ab", 200), "{}", excused.report);
    assert_eq!(excused.report["verdict"]["dimensions"]["integrity"]["result"], "flag");
    let alone = Scenario::new(vec![vec![leaking()]]).run().await;
    assert_eq!((alone.asked.as_str(), alone.status), ("aa", 502), "the same route twice proves nothing");
}

#[tokio::test(start_paused = true)]
async fn limits_of_a_stream_are_not_held_against_whole_answers() {
    let contract = json!({ "latency": { "maxFirstTokenMs": 5, "maxIdleMs": 5 } });
    let outcome = Scenario::new(vec![vec![good()]]).config("contract", contract).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("a", 200));
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_cannot_hide() {
    let message = r#"{"role":"assistant","content":"partial"}"#;
    let refused = r#"{"role":"assistant","content":null,"refusal":"I cannot help."}"#;
    let wiped =
        r#"{"role":"assistant","content":null,"function_call":{"name":"evil","arguments":"{}"},"tool_calls":[]}"#;
    let gone = r#"{"role":"assistant","content":null,"audio":{"id":"a"},"audio":null}"#;
    let answer = |message: &str, rest: &str| {
        let body = format!(
            r#"{{"model":"gpt-4o","choices":[{{"index":0,"message":{message},"finish_reason":"stop"}}]{rest}}}"#
        );
        bytes(body.as_bytes())
    };
    for (turn, asked, fault) in [
        (answer(message, r#","error":{"message":"upstream exploded","code":502}"#), "ab", "bad_gateway"),
        (answer(wiped, ""), "ab", "tool_undeclared"),
        (answer(gone, ""), "ab", "empty_answer"),
        (answer(message, r#","error":null"#), "a", ""),
        (answer(refused, ""), "a", ""),
    ] {
        let outcome = Scenario::new(vec![vec![turn], vec![good()]]).run().await;
        assert_eq!((outcome.asked.as_str(), outcome.status), (asked, 200), "{fault}");
        if !fault.is_empty() {
            assert_eq!(outcome.fault(0), fault);
        }
    }
    let outcome = Scenario::new(vec![vec![answer(refused, "")]]).run().await;
    assert_eq!(outcome.report["verdict"]["dimensions"]["completeness"]["result"], "flag");
}

#[tokio::test(start_paused = true)]
async fn a_schema_that_cannot_be_read_is_told_not_forgotten() {
    let format = json!({ "type": "json_schema", "json_schema": { "name": "q", "schema": { "type": "objekt" } } });
    let outcome = Scenario::new(vec![vec![says("gpt-4o", "{}")]]).request("response_format", format).run().await;
    assert_eq!(outcome.report["verdict"]["dimensions"]["schema"]["result"], "flag");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_answer_repeats_is_in_no_report() {
    let body = r#"{"model":"sk-canary-0123456789","choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"sk-canary-0123456789"}]}"#;
    let outcome = Scenario::new(vec![vec![bytes(body.as_bytes())], vec![good()]]).run().await;
    assert_eq!(outcome.asked, "ab");
    assert!(!outcome.report.to_string().contains("canary"), "{}", outcome.report);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_verified_against_a_request_that_could_not_be_read() {
    let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    for (depth, status) in [(100, 200), (300, 502)] {
        let scenario = Scenario::new(vec![vec![good(), good()]]).request("model", json!("gpt-4o"));
        let outcome = scenario.request("metadata", nested(depth)).through_fetch().run().await;
        assert_eq!((outcome.asked.as_str(), outcome.status), ("a", status), "{depth}: {}", outcome.report);
    }
}
