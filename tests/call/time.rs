//! One deadline spans the whole call: attempts, waits, checks.

use crate::script::{Scenario, good, says, stalls, status};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn a_stalled_route_may_use_only_its_share_while_another_waits() {
    let outcome = Scenario::new(vec![vec![stalls()], vec![good()]]).config("deadlineMs", json!(10_000)).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("ab", 200));
    assert_eq!((outcome.fault(0), outcome.milliseconds), ("total_timeout", 5_010));
}

#[tokio::test(start_paused = true)]
async fn a_call_settles_at_its_deadline() {
    for routes in 1..=3 {
        let outcome = Scenario::new(vec![vec![stalls()]; routes]).config("deadlineMs", json!(6_000)).run().await;
        assert_eq!((outcome.status, outcome.code()), (504, "ERR_CORRECTOVER_DEADLINE_EXCEEDED"), "{routes} routes");
        assert!((6_000..=6_100).contains(&outcome.milliseconds), "{routes} routes: {} ms", outcome.milliseconds);
    }
}

#[tokio::test(start_paused = true)]
async fn a_single_route_is_asked_again_after_the_wait_it_wishes() {
    let turns = vec![vec![status(429, "").header("retry-after", "2"), good()]];
    let outcome = Scenario::new(turns).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status, &outcome.report["level"]), ("aa", 200, &json!("L1")));
    assert!((2_020..=2_225).contains(&outcome.milliseconds), "{} ms", outcome.milliseconds);
    assert!(outcome.report["overheadMicros"].as_u64() < Some(5_000), "waiting on purpose is no overhead");
}

#[tokio::test(start_paused = true)]
async fn a_wish_in_milliseconds_and_one_in_words_are_honoured() {
    let in_words =
        r#"{"error":{"message":"Rate limit reached. Please try again in 1.2s.","code":"rate_limit_exceeded"}}"#;
    for (turn, least) in [(status(429, "").header("retry-after-ms", "1200"), 1_200), (status(429, in_words), 1_200)] {
        let outcome = Scenario::new(vec![vec![turn, good()]]).run().await;
        assert_eq!(outcome.asked, "aa");
        assert!((least..=least + 200).contains(&outcome.milliseconds), "{} ms", outcome.milliseconds);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_does_not_fit_the_deadline_is_not_waited() {
    let turns = vec![vec![status(429, "").header("retry-after", "90"), good()]];
    let outcome = Scenario::new(turns).config("deadlineMs", json!(30_000)).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("a", 429));
    assert!(outcome.milliseconds < 100, "{} ms", outcome.milliseconds);
}

#[tokio::test(start_paused = true)]
async fn another_route_is_not_kept_waiting_by_a_wish() {
    let turns = vec![vec![status(429, "").header("retry-after", "2")], vec![good()]];
    let outcome = Scenario::new(turns).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.milliseconds), ("ab", 20));
}

#[tokio::test(start_paused = true)]
async fn later_calls_leave_a_route_that_asked_for_rest_alone() {
    let scenario = |first| Scenario::new(vec![vec![first], vec![good()]]);
    let engine = scenario(good()).engine();
    let first = scenario(status(429, "").header("retry-after", "2")).run_on(&engine).await;
    let second = scenario(good()).run_on(&engine).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let third = scenario(good()).run_on(&engine).await;
    assert_eq!([first.asked, second.asked, third.asked], ["ab", "b", "a"]);
}

#[tokio::test(start_paused = true)]
async fn delays_without_a_wish_are_jittered_and_bounded() {
    let outcome = Scenario::new(vec![vec![status(500, ""), good()]]).run().await;
    assert_eq!(outcome.asked, "aa");
    assert!((20..=520).contains(&outcome.milliseconds), "{} ms", outcome.milliseconds);
}

#[tokio::test(start_paused = true)]
async fn the_contracts_latency_is_a_timeout_and_a_violation() {
    let outcome = Scenario::new(vec![vec![good().after(900)], vec![good()]])
        .config("contract", json!({ "latency": { "maxMs": 500 } }))
        .run()
        .await;
    assert_eq!((outcome.asked.as_str(), outcome.status, outcome.fault(0)), ("ab", 200, "too_slow"));
    assert_eq!(outcome.milliseconds, 510);
    let alone = Scenario::new(vec![vec![good().after(900)]])
        .config("contract", json!({ "latency": { "maxMs": 500 } }))
        .config("maxAttempts", json!(1))
        .run()
        .await;
    assert_eq!((alone.status, alone.code()), (502, "ERR_CORRECTOVER_CONTRACT"));
}

#[tokio::test(start_paused = true)]
async fn a_providers_own_timeout_ends_its_attempt() {
    let outcome =
        Scenario::new(vec![vec![stalls()], vec![says("gpt-4o", "x")]]).provider(0, "timeoutMs", json!(300)).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.milliseconds), ("ab", 310));
}

#[tokio::test(start_paused = true)]
async fn a_rest_that_is_over_costs_a_route_no_place() {
    let mut turns = vec![vec![status(500, "")], vec![status(503, "").header("retry-after", "1")], vec![good()]];
    let engine = Scenario::new(turns.clone()).engine();
    let first = Scenario::new(turns.clone()).run_on(&engine).await;
    assert_eq!(first.asked, "abc");
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    turns[1] = vec![good()];
    let later = Scenario::new(turns).run_on(&engine).await;
    assert_eq!(later.asked, "ab");
}
