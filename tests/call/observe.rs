//! Observing changes no answer and adds no request.

use crate::script::{Scenario, breaks, good, says, status};
use correctover::analyze::TransportFailure;
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn the_original_is_delivered_whatever_the_verdict() {
    for turn in [says("gpt-4o", ""), says("gpt-4o-mini", "x"), status(500, "oops"), status(200, "<html>")] {
        let outcome = Scenario::new(vec![vec![turn], vec![good()]]).config("mode", json!("observe")).run().await;
        assert_eq!((outcome.asked.as_str(), &outcome.report["verified"]), ("a", &json!(false)));
        assert!(!outcome.headers.contains_key("x-should-retry"));
        assert_eq!(outcome.report["attempts"][0]["action"], "failover", "what would have been done");
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_stays_a_broken_connection() {
    let outcome = Scenario::new(vec![vec![breaks(TransportFailure::Reset)], vec![good()]])
        .config("mode", json!("observe"))
        .run()
        .await;
    assert_eq!((outcome.asked.as_str(), outcome.status), ("a", 0));
}
