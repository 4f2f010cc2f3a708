//! The answers of real providers under the default contract. The recordings stand beside the repository, not in it;
//! what is kept here are counts, in `__test__/snapshots/corpus.json` (`UPDATE=1 cargo test --test audit_corpus`
//! writes it).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpora;

use correctover::audit::{Detail, audit};
use correctover::contract::Contract;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/__test__/snapshots/corpus.json");

type Counts = BTreeMap<String, u32>;

#[test]
fn real_answers_are_judged_as_they_were_before() {
    let Some(path) = corpora::find("recorded.jsonl.gz") else { return };
    let mut lines = Vec::new();
    GzDecoder::new(File::open(path).unwrap()).read_to_end(&mut lines).unwrap();
    let out = audit(&lines, 1, &Contract::parse("{}").unwrap(), Detail::Explained);
    let judged: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    tell(&judged);
    let counted = count(&judged);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(SNAPSHOT, serde_json::to_string_pretty(&counted).unwrap() + "\n").unwrap();
    }
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(SNAPSHOT).unwrap()).unwrap();
    assert_eq!(counted, expected, "run with UPDATE=1 if this is meant, and look at each line that changed");
}

fn count(judged: &[Value]) -> Value {
    let (mut verdicts, mut identities, mut faults) = (Counts::new(), Counts::new(), Counts::new());
    let mut dimensions: BTreeMap<String, Counts> = BTreeMap::new();
    let add = |counts: &mut Counts, name: &Value| {
        if let Some(name) = name.as_str() {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
    };
    for line in judged {
        add(&mut verdicts, &line["verdict"]);
        add(&mut identities, &line["identity"]);
        add(&mut faults, &line["fault"]["name"]);
        for (name, result) in line["dimensions"].as_object().unwrap() {
            add(dimensions.entry(name.clone()).or_default(), result);
        }
    }
    let mut findings = Counts::new();
    for finding in answered(judged).flat_map(|line| line["findings"].as_array().unwrap()) {
        let [dimension, result, reason] = ["dimension", "result", "reason"].map(|name| finding[name].as_str().unwrap());
        *findings.entry(format!("{dimension}, {result}: {reason}")).or_default() += 1;
    }
    let priced = judged.iter().filter(|line| line["cost_usd"].is_number()).count();
    json!({
        "lines": judged.len(), "verdicts": verdicts, "dimensions": dimensions,
        "identities": identities, "faults": faults, "findings": findings, "priced": priced,
    })
}

/// Without those that were errors already: each of them fails by its status.
fn answered(judged: &[Value]) -> impl Iterator<Item = &Value> {
    judged.iter().filter(|line| line["dimensions"]["status"] != "fail")
}

#[expect(clippy::print_stderr, reason = "what fails or flags is for a person to look at")]
fn tell(judged: &[Value]) {
    for line in answered(judged) {
        for finding in line["findings"].as_array().unwrap() {
            let told = ["dimension", "result", "fault", "reason", "expected", "actual", "path"]
                .map(|name| finding[name].as_str());
            eprintln!("{}: {}", line["id"], told.into_iter().flatten().collect::<Vec<_>>().join(" | "));
        }
    }
}
