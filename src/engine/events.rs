//! What listeners are told, after the fact. Payloads are made only while somebody listens.
#![forbid(unsafe_code)]

use super::Ask;
use crate::call::{Attempt, Call};
use crate::contract::{Finding, Outcome};
use crate::json::quote;
use crate::report;
use std::fmt::Write;

/// Tells that an attempt ended: itself, what its answer violated, and the switch to or from another provider.
pub fn announce(ask: &impl Ask, call_id: &str, call: &Call<'_>, index: usize, attempt: &Attempt) {
    ask.event("attempt-end", || {
        let mut out = format!("{{\"callId\":\"{call_id}\",\"index\":{index},\"attempt\":");
        report::render_attempt(&mut out, call, attempt);
        out.push('}');
        out
    });
    for finding in attempt.judged.iter().flat_map(|judged| judged.verdict().findings()) {
        let name = if finding.outcome == Outcome::Fail { "contract-violation" } else { "flag" };
        ask.event(name, || found(call_id, call, attempt, finding));
    }
    let name = |attempt: &Attempt| &*call.candidates[attempt.candidate].name;
    if let Some(before) = index.checked_sub(1).and_then(|index| call.attempts.get(index))
        && before.candidate != attempt.candidate
    {
        ask.event("failover-end", || {
            let mut out = switch(call_id, name(before), name(attempt));
            let _ = write!(out, ",\"passed\":{}}}", attempt.action == "deliver");
            out
        });
    }
    if let Some(next) = call.attempts.get(index + 1)
        && next.candidate != attempt.candidate
    {
        ask.event("failover-start", || {
            let mut out = switch(call_id, name(attempt), name(next));
            out.push_str(",\"fault\":");
            report::fault(&mut out, attempt.fault());
            out.push('}');
            out
        });
    }
}

fn switch(call_id: &str, from: &str, to: &str) -> String {
    let mut out = format!("{{\"callId\":\"{call_id}\",\"from\":");
    quote(&mut out, from);
    out.push_str(",\"to\":");
    quote(&mut out, to);
    out
}

fn found(call_id: &str, call: &Call<'_>, attempt: &Attempt, finding: &Finding) -> String {
    let candidate = &call.candidates[attempt.candidate];
    let mut out = format!("{{\"callId\":\"{call_id}\",\"provider\":");
    quote(&mut out, &candidate.name);
    out.push_str(",\"model\":");
    quote(&mut out, &candidate.model);
    let _ = write!(out, ",\"dimension\":\"{}\",\"result\":\"{}\"", finding.dimension.name(), finding.outcome.name());
    let rows = [
        ("reason", Some(finding.reason.as_str())),
        ("expected", finding.expected.as_deref()),
        ("actual", finding.actual.as_deref()),
        ("path", finding.path.as_deref()),
    ];
    for (name, value) in rows {
        if let Some(value) = value {
            let _ = write!(out, ",\"{name}\":");
            quote(&mut out, value);
        }
    }
    out.push('}');
    out
}
