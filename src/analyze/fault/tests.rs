use super::*;
use crate::analyze::TransportFailure;
use crate::analyze::classify;
use std::collections::BTreeSet;

/// The names that findings of the contract carry.
const FINDINGS: [&str; 34] = [
    "status_error",
    "empty_answer",
    "no_choices",
    "not_an_answer",
    "invalid_json",
    "invalid_utf8",
    "error_in_success",
    "truncated_answer",
    "output_limit_exhausted",
    "request_unreadable",
    "finish_missing",
    "finish_unknown",
    "finish_error",
    "content_not_json",
    "schema_violation",
    "tool_undeclared",
    "tool_arguments_invalid",
    "tool_arguments_violation",
    "model_mismatch",
    "too_slow",
    "too_expensive",
    "too_many_tokens",
    "price_unknown",
    "template_token",
    "repetition_loop",
    "prompt_echo",
    "refusal",
    "content_filtered",
    "custom_check_failed",
    "html_instead_of_json",
    "json_too_deep",
    "stream_error",
    "unclassified",
    "edge_challenge",
];

/// Faults that the loop itself finds, before anything is sent or after everything failed.
const OF_THE_LOOP: [&str; 4] = ["key_unavailable", "no_eligible_route", "budget_exceeded", "internal_error"];

#[test]
fn every_finding_of_the_contract_is_a_fault() {
    for name in FINDINGS {
        assert_eq!(named(name).map(Fault::name), Some(name));
    }
    assert_eq!(named("no_such_fault"), None);
}

#[test]
fn names_are_unique_within_their_class_and_well_formed() {
    let mut seen = BTreeSet::new();
    for row in TABLE {
        assert!(seen.insert((row.class, row.name)), "{} twice", row.name);
        assert!(row.name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')), "{}", row.name);
        assert!(row.meaning.len() > 10 && !row.meaning.ends_with('.'), "{}", row.name);
    }
    let unclassified = TABLE.iter().filter(|row| row.name == "unclassified").count();
    assert_eq!(seen.iter().map(|(_, name)| name).collect::<BTreeSet<_>>().len(), TABLE.len() - unclassified + 1);
}

#[test]
fn rows_of_a_class_stand_together() {
    assert!(TABLE.is_sorted_by_key(|row| row.class));
}

#[test]
fn every_fault_can_be_reached() {
    let mut reached: BTreeSet<_> = FINDINGS.into_iter().collect();
    reached.extend(TransportFailure::ALL.map(|failure| failure.fault().name()));
    reached.extend(OF_THE_LOOP);
    reached.extend(classify::faults_of_all_rows().map(Fault::name));
    for row in TABLE {
        assert!(reached.contains(row.name), "nothing leads to {}", row.name);
    }
}

#[test]
fn waiting_never_heals_money() {
    for name in ["insufficient_quota", "credit_balance_exhausted", "spend_limit_reached", "payment_required"] {
        let fault = named(name).unwrap();
        assert_eq!((fault.retryable(), fault.failover(), fault.hurts_health()), (false, true, false), "{name}");
    }
}

#[test]
fn only_the_provider_s_own_faults_hurt_its_health() {
    for row in TABLE {
        assert_eq!(Fault(row).hurts_health(), row.blame == Blame::Provider);
        let is_never_the_provider_s = matches!(row.class, Class::Auth | Class::Quota | Class::Request | Class::Policy);
        assert!(!is_never_the_provider_s || row.blame != Blame::Provider, "{}", row.name);
    }
}

#[test]
fn refusals_and_the_caller_s_own_limits_are_not_taken_elsewhere() {
    for name in ["refusal", "content_filtered", "content_policy_violation", "output_limit_exhausted", "aborted"] {
        assert!(!named(name).unwrap().failover(), "{name}");
    }
}

#[test]
fn the_document_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/FAULTS.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, table_markdown()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == table_markdown(), "docs/FAULTS.md is stale: UPDATE=1 cargo test fault renders it");
}
