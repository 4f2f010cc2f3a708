//! Status: an answer comes with a 2xx, or it is no answer.
#![forbid(unsafe_code)]

use super::verdict::{Dimension, Finding, Verdict};

/// Content without an envelope has no status.
pub fn check(status: Option<u16>, verdict: &mut Verdict) {
    let Some(status) = status else { return };
    verdict.pass(Dimension::Status);
    if !(200..300).contains(&status) {
        verdict.add(
            Finding::fail(Dimension::Status, "status_error", "the provider answered with an error status")
                .expected("2xx")
                .actual(status.to_string()),
        );
    }
}

/// Some gateways answer half-way, and say in the same body that it went wrong.
pub fn error_beside_an_answer() -> Finding {
    Finding::fail(Dimension::Status, "error_in_success", "the body carries an error beside its answer")
        .expected("no error")
        .actual("an error")
}
