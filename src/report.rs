//! What the caller gets back beside the answer: every attempt, verdict, fault, cost and time, as JSON text.
//!
//! Written by hand into one string: it is made for every call and read for few, so it must cost next to nothing and
//! hold nothing that was not asked for: no key, no prompt, no answer.
#![forbid(unsafe_code)]

use crate::analyze::Fault;
use crate::attempt::Phases;
use crate::call::{Attempt, Call, Refusal};
use crate::contract::{Dimension, Outcome, Verdict};
use crate::json::quote;
use crate::knowledge::prices::{Nanodollars, Usage};
use crate::time::Time;
use std::fmt::Write;
use std::time::Duration;

/// What the report tells beyond the call itself.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'f> {
    pub call_id: &'f str,
    pub verified: bool,
    /// An answer was delivered, verified or not.
    pub delivered: bool,
    pub settled: Time,
    /// Time spent waiting on purpose: backoff, Retry-After, the user's own checks and keys.
    pub waited: Duration,
    pub dropped: &'f [&'f str],
    pub refusal: Option<&'f Refusal>,
}

/// The whole report.
pub fn render(call: &Call<'_>, facts: &Facts<'_>) -> String {
    let mut out = String::with_capacity(1024);
    let last = call.attempts.last();
    let delivered = last.filter(|_| facts.delivered);
    let candidate = delivered.map(|attempt| &call.candidates[attempt.candidate]);
    out.push_str("{\"callId\":");
    quote(&mut out, facts.call_id);
    let _ = write!(out, ",\"verified\":{}", facts.verified);
    out.push_str(",\"provider\":");
    text(&mut out, candidate.map(|candidate| &*candidate.name));
    out.push_str(",\"model\":");
    text(&mut out, candidate.map(|candidate| &*candidate.model).filter(|model| !model.is_empty()));
    out.push_str(",\"servedModel\":");
    text(&mut out, delivered.and_then(served));
    let _ = write!(out, ",\"level\":\"{}\"", delivered.map_or("none", |attempt| attempt.level.name()));
    out.push_str(",\"verdict\":");
    verdict(&mut out, last.and_then(|attempt| attempt.judged.as_ref()).map(crate::contract::Judged::verdict));
    out.push_str(",\"attempts\":[");
    for (index, attempt) in call.attempts.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        render_attempt(&mut out, call, attempt);
    }
    out.push_str("],\"usage\":");
    usage(&mut out, total_usage(&call.attempts).as_ref());
    out.push_str(",\"costUsd\":");
    money(&mut out, total_cost(&call.attempts));
    let latency = facts.settled.since(call.terms().started);
    out.push_str(",\"latencyMs\":");
    milliseconds(&mut out, Some(latency));
    let upstream: Duration =
        call.attempts.iter().filter_map(|attempt| Some(attempt.ended?.since(attempt.started))).sum();
    let _ = write!(
        out,
        ",\"overheadMicros\":{}",
        latency.saturating_sub(upstream).saturating_sub(facts.waited).as_micros()
    );
    out.push_str(",\"dropped\":[");
    for (index, name) in facts.dropped.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        quote(&mut out, name);
    }
    out.push_str("],\"error\":");
    match facts.refusal {
        None => out.push_str("null"),
        Some(refusal) => render_refusal(&mut out, refusal),
    }
    out.push('}');
    out
}

/// The report of a call whose record was lost to a bug of ours.
pub fn lost(refusal: &Refusal) -> String {
    let mut out = String::from(
        "{\"callId\":\"\",\"verified\":false,\"provider\":null,\"model\":null,\"servedModel\":null,\"level\":\"none\",\
         \"verdict\":null,\"attempts\":[],\"usage\":null,\"costUsd\":null,\"latencyMs\":0,\"overheadMicros\":0,\"dropped\":[],\"error\":",
    );
    render_refusal(&mut out, refusal);
    out.push('}');
    out
}

/// One attempt, as reports and events show it.
pub fn render_attempt(out: &mut String, call: &Call<'_>, attempt: &Attempt) {
    let candidate = &call.candidates[attempt.candidate];
    out.push_str("{\"provider\":");
    quote(out, &candidate.name);
    out.push_str(",\"model\":");
    text(out, Some(&*candidate.model).filter(|model| !model.is_empty()));
    out.push_str(",\"servedModel\":");
    text(out, served(attempt));
    out.push_str(",\"startedMs\":");
    milliseconds(out, Some(attempt.started.since(call.terms().started)));
    out.push_str(",\"phases\":");
    phases(out, &attempt.phases);
    match attempt.status {
        Some(status) => drop(write!(out, ",\"status\":{status}")),
        None => out.push_str(",\"status\":null"),
    }
    out.push_str(",\"verdict\":");
    verdict(out, attempt.judged.as_ref().map(crate::contract::Judged::verdict));
    out.push_str(",\"fault\":");
    fault(out, attempt.fault());
    let _ = write!(out, ",\"rule\":\"{}\",\"action\":\"{}\"", attempt.rule, attempt.action);
    out.push_str(",\"usage\":");
    usage(out, attempt.judged.as_ref().and_then(|judged| judged.usage.as_ref()));
    out.push_str(",\"costUsd\":");
    money(out, attempt.judged.as_ref().and_then(|judged| judged.cost));
    out.push('}');
}

/// A verdict with all its dimensions.
pub fn verdict(out: &mut String, verdict: Option<&Verdict>) {
    let Some(verdict) = verdict else { return out.push_str("null") };
    let _ = write!(out, "{{\"passed\":{},\"dimensions\":{{", verdict.passed());
    for dimension in Dimension::ALL {
        if dimension != Dimension::ALL[0] {
            out.push(',');
        }
        let outcome = verdict.outcome(dimension);
        out.push('"');
        out.push_str(dimension.name());
        out.push_str("\":{\"result\":\"");
        out.push_str(outcome.name());
        out.push('"');
        if matches!(outcome, Outcome::Flag | Outcome::Fail)
            && let Some(finding) = verdict.finding(dimension)
        {
            field(out, "reason", Some(&finding.reason));
            field(out, "expected", finding.expected.as_deref());
            field(out, "actual", finding.actual.as_deref());
            field(out, "path", finding.path.as_deref());
        }
        out.push('}');
    }
    out.push_str("}}");
}

pub fn fault(out: &mut String, fault: Option<Fault>) {
    let Some(fault) = fault else { return out.push_str("null") };
    let _ = write!(
        out,
        "{{\"class\":\"{}\",\"name\":\"{}\",\"blame\":\"{}\",\"retryable\":{}}}",
        fault.class().name(),
        fault.name(),
        fault.blame().name(),
        fault.retryable()
    );
}

fn render_refusal(out: &mut String, refusal: &Refusal) {
    let _ = write!(out, "{{\"kind\":\"{}\",\"code\":\"{}\",\"message\":", refusal.kind.name(), refusal.kind.code());
    quote(out, &refusal.message);
    out.push_str(",\"fault\":");
    fault(out, Some(refusal.fault));
    let _ = write!(out, ",\"retryable\":{},\"status\":{}}}", refusal.retryable(), refusal.status());
}

fn served(attempt: &Attempt) -> Option<&str> {
    attempt.judged.as_ref()?.served_model.as_deref()
}

fn total_usage(attempts: &[Attempt]) -> Option<Usage> {
    let mut known = attempts.iter().filter_map(|attempt| attempt.judged.as_ref()?.usage);
    let first = known.next()?;
    Some(known.fold(first, |sum, usage| sum.plus(&usage)))
}

/// `None` where an answered attempt has no known cost: a part is unknown, so the sum is. Attempts that gave no answer
/// are taken to cost nothing.
fn total_cost(attempts: &[Attempt]) -> Option<Nanodollars> {
    let answered = attempts.iter().filter_map(|attempt| attempt.judged.as_ref());
    answered.map(|judged| judged.cost).try_fold(Nanodollars::ZERO, |sum, cost| Some(sum.saturating_add(cost?)))
}

fn text(out: &mut String, value: Option<&str>) {
    match value {
        Some(value) => quote(out, value),
        None => out.push_str("null"),
    }
}

fn field(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        let _ = write!(out, ",\"{name}\":");
        quote(out, value);
    }
}

fn usage(out: &mut String, usage: Option<&Usage>) {
    let Some(usage) = usage else { return out.push_str("null") };
    let _ = write!(
        out,
        "{{\"input\":{},\"cacheRead\":{},\"cacheWrite\":{},\"output\":{},\"reasoning\":{},\"audioInput\":{},\"audioOutput\":{}}}",
        usage.input,
        usage.cache_read,
        usage.cache_write,
        usage.output,
        usage.reasoning,
        usage.audio_input,
        usage.audio_output
    );
}

pub fn money(out: &mut String, amount: Option<Nanodollars>) {
    match amount {
        Some(amount) => drop(write!(out, "{}", amount.usd())),
        None => out.push_str("null"),
    }
}

fn phases(out: &mut String, phases: &Phases) {
    out.push('{');
    let rows = [
        ("dns", phases.dns),
        ("connect", phases.connect),
        ("tls", phases.tls),
        ("firstByte", phases.first_byte),
        ("total", phases.total),
    ];
    for (index, (name, duration)) in rows.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let _ = write!(out, "\"{name}\":");
        milliseconds(out, duration);
    }
    out.push('}');
}

/// Milliseconds with the microseconds behind the point.
fn milliseconds(out: &mut String, duration: Option<Duration>) {
    let Some(duration) = duration else { return out.push_str("null") };
    let micros = duration.as_micros();
    let _ = write!(out, "{}", micros / 1000);
    let rest = micros % 1000;
    if rest > 0 {
        let digits = format!("{rest:03}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}
