//! Attempts, repeats and money: each has one owner and one limit.

use crate::script::{Scenario, good, says, status};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn attempts_end_at_their_limit() {
    for (max, asked) in [(1, "a"), (2, "ab"), (3, "aba"), (4, "abab")] {
        let outcome = Scenario::new(vec![vec![status(500, "")], vec![status(500, "")]])
            .config("maxAttempts", json!(max))
            .run()
            .await;
        assert_eq!((outcome.asked.len(), outcome.status), (asked.len(), 503), "at most {max}: {}", outcome.asked);
        assert!(
            outcome.asked.starts_with(&asked[..asked.len().min(2)]),
            "untried routes come first: {}",
            outcome.asked
        );
    }
}

#[tokio::test(start_paused = true)]
async fn by_default_each_route_is_tried_once_and_a_single_one_twice() {
    for (routes, asked) in [(1, "aa"), (2, "ab"), (3, "abc")] {
        let outcome = Scenario::new(vec![vec![status(500, "")]; routes]).run().await;
        assert_eq!(outcome.asked, asked);
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_would_come_again_is_not_repeated() {
    let outcome = Scenario::new(vec![vec![status(401, "")]]).config("maxAttempts", json!(4)).run().await;
    assert_eq!(outcome.asked, "a");
}

#[tokio::test(start_paused = true)]
async fn a_contract_failure_is_asked_of_one_route_at_most_twice() {
    let outcome = Scenario::new(vec![vec![says("gpt-4o", "")]]).config("maxAttempts", json!(4)).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("aa", 502));
}

#[tokio::test(start_paused = true)]
async fn repeats_stop_when_their_budget_is_spent() {
    let scenario = || Scenario::new(vec![vec![status(500, "")]]);
    let engine = scenario().engine();
    let mut asked = 0;
    for _ in 0..50 {
        asked += scenario().run_on(&engine).await.asked.len();
    }
    // 50 calls, a fifth of them repeated, ten saved up, and what the seconds of waiting bring.
    assert!((60..=85).contains(&asked), "{asked} requests");
}

#[tokio::test(start_paused = true)]
async fn retries_can_be_switched_off() {
    let outcome = Scenario::new(vec![vec![status(500, ""), good()]]).config("retry", json!(false)).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("a", 500));
}

#[tokio::test(start_paused = true)]
async fn a_call_beyond_its_money_is_not_sent() {
    let outcome = Scenario::new(vec![vec![good()]]).config("budget", json!({ "usdPerCall": 0.000_001 })).run().await;
    assert_eq!((outcome.asked.as_str(), outcome.status, outcome.code()), ("", 429, "ERR_CORRECTOVER_BUDGET_EXCEEDED"));
}

#[tokio::test(start_paused = true)]
async fn tokens_a_minute_are_counted_as_they_were_used() {
    let scenario = || Scenario::new(vec![vec![good()]]).config("budget", json!({ "tokensPerMinute": 600 }));
    let engine = scenario().engine();
    let mut answered = 0;
    for _ in 0..10 {
        answered += u32::from(scenario().run_on(&engine).await.status == 200);
    }
    // Each is reserved at about 510 tokens and settled at 30: three fit before a reservation no longer does.
    assert_eq!(answered, 3);
}

#[tokio::test(start_paused = true)]
async fn the_money_of_all_attempts_is_summed() {
    let outcome = Scenario::new(vec![vec![says("gpt-4o-mini", "x")], vec![good()]])
        .provider(0, "price", json!({ "input": 1.0, "output": 10.0 }))
        .provider(1, "price", json!({ "input": 2.0, "output": 20.0 }))
        .run()
        .await;
    let micros = outcome.report["costUsd"].as_f64().unwrap() * 1e6;
    assert!((micros - (210.0 + 420.0)).abs() < 1e-6, "{micros}");
}
