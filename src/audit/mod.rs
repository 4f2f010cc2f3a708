//! Recorded exchanges judged after the fact: one line of JSON each, one line of JSON back.
//!
//! Lines come in batches, so that a file of any size is read with bounded memory and few crossings into Node. Nothing
//! is taken for granted about them: logs are cut, proxies rewrite hosts, people edit by hand. A line that cannot be
//! read gives an error in its place and the audit goes on.
#![forbid(unsafe_code)]

mod base64;
mod line;

use crate::contract::{Contract, Dimension, Outcome, Verdict};
use crate::examine::{self, Exchange, Facts, Finding};
use crate::json::quote;
use crate::provider::dialect::{self, Dialect};
use crate::report;
use line::{Line, Text};
use std::fmt::Write;

/// How much is said about each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The fields of the format.
    Plain,
    /// And for people: the models, and every finding in words.
    Explained,
}

/// Judges a batch of lines; the first is line `first` of its file, counted from 1. Blank lines give none.
///
/// ```
/// use correctover::audit::{Detail, audit};
/// use correctover::contract::Contract;
///
/// let line = r#"{"path":"/v1/chat/completions","status":429,"response":"{}"}"#;
/// let out = audit(line.as_bytes(), 1, &Contract::parse("{}").unwrap(), Detail::Plain);
/// assert!(out.starts_with(r#"{"id":1,"verdict":"fail""#));
/// ```
pub fn audit(lines: &[u8], first: u64, contract: &Contract, detail: Detail) -> String {
    let mut out = String::with_capacity(lines.len() / 8 + 256);
    let lines = (first..).zip(lines.split(|byte| *byte == b'\n'));
    for (number, text) in lines.filter(|(_, text)| !text.trim_ascii().is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        match line::read(text.trim_ascii_end()) {
            Ok(line) => judge(&mut out, &line, number, contract, detail),
            Err(error) => {
                let _ = write!(out, "{{\"line\":{number},\"error\":");
                quote(&mut out, &error.to_string());
                out.push('}');
            }
        }
    }
    out
}

fn judge(out: &mut String, line: &Line<'_>, number: u64, contract: &Contract, detail: Detail) {
    let facts = Facts {
        host: line.host.as_deref().map(str::to_ascii_lowercase),
        path: line.path.as_deref().map(str::to_owned),
        status: Some(line.status),
        headers: line.content_type.iter().map(|kind| ("content-type".into(), kind.to_ascii_lowercase())).collect(),
        latency_ms: line.latency_ms,
        ..Facts::default()
    };
    let request = line.request.as_ref().map(Text::get);
    let exchange = Exchange { facts: &facts, request, body: &line.response };
    let finding = match dialect::of(facts.path.as_deref(), request, &line.response) {
        Dialect::OpenaiChat => examine::judge(&exchange, contract),
        Dialect::Other => examine::judge_unread(&exchange, contract),
    };
    out.push_str("{\"id\":");
    match line.id {
        Some(id) => out.push_str(id),
        None => drop(write!(out, "{number}")),
    }
    render(out, &finding);
    if detail == Detail::Explained {
        explain(out, line, &finding);
    }
    out.push('}');
}

fn render(out: &mut String, Finding { judged, identity, fault, .. }: &Finding<'_>) {
    let verdict = judged.verdict();
    let _ = write!(out, ",\"verdict\":\"{}\",\"dimensions\":{{", if verdict.passed() { "pass" } else { "fail" });
    for dimension in Dimension::ALL {
        let comma = if dimension == Dimension::ALL[0] { "" } else { "," };
        let _ = write!(out, "{comma}\"{}\":\"{}\"", dimension.name(), verdict.outcome(dimension).name());
    }
    let _ = write!(out, "}},\"identity\":\"{identity}\",\"fault\":");
    report::fault(out, *fault);
    out.push_str(",\"cost_usd\":");
    report::money(out, judged.cost);
}

fn explain(out: &mut String, line: &Line<'_>, finding: &Finding<'_>) {
    let names = [
        ("host", line.host.as_deref()),
        ("asked", finding.asked.as_deref()),
        ("served", finding.judged.served_model.as_deref()),
    ];
    for (name, value) in names {
        if let Some(value) = value {
            let _ = write!(out, ",\"{name}\":");
            quote(out, value);
        }
    }
    findings(out, finding.judged.verdict());
}

fn findings(out: &mut String, verdict: &Verdict) {
    out.push_str(",\"findings\":[");
    for (index, finding) in verdict.findings().iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let result = if finding.outcome == Outcome::Fail { "fail" } else { "flag" };
        let _ = write!(
            out,
            "{comma}{{\"dimension\":\"{}\",\"result\":\"{result}\",\"fault\":\"{}\",\"reason\":",
            finding.dimension.name(),
            finding.fault
        );
        quote(out, &finding.reason);
        for (name, value) in [("expected", &finding.expected), ("actual", &finding.actual), ("path", &finding.path)] {
            if let Some(value) = value {
                let _ = write!(out, ",\"{name}\":");
                quote(out, value);
            }
        }
        out.push('}');
    }
    out.push(']');
}

#[cfg(test)]
mod tests;
