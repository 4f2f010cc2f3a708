//! The official JSON Schema test suite, drafts 4 to 2020-12: every required test, through the public type.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpora;

use correctover::contract::schema::{Checked, Options, Schema};
use serde_json::Value;
use std::collections::BTreeMap;

#[rustfmt::skip]
const DRAFTS: &[(&str, &str)] = &[
    ("draft4",       "http://json-schema.org/draft-04/schema#"),
    ("draft6",       "http://json-schema.org/draft-06/schema#"),
    ("draft7",       "http://json-schema.org/draft-07/schema#"),
    ("draft2019-09", "https://json-schema.org/draft/2019-09/schema"),
    ("draft2020-12", "https://json-schema.org/draft/2020-12/schema"),
];

#[derive(Default)]
struct Tally {
    tests: usize,
    one_pass: usize,
    wrong: Vec<String>,
    fallbacks: BTreeMap<String, usize>,
}

#[test]
#[expect(clippy::print_stderr, reason = "the share answered in one pass is a figure worth seeing")]
fn every_required_test_of_every_draft_is_met() {
    let Some(archive) = corpora::find("json-schema-test-suite.tar.gz") else { return };
    let files = corpora::files(archive);
    let remotes: Vec<(String, String)> = files
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix("remotes/")?, bytes)))
        .map(|(path, bytes)| (format!("http://localhost:1234/{path}"), String::from_utf8(bytes.clone()).unwrap()))
        .collect();
    let mut tally = Tally::default();
    for (draft, dialect) in DRAFTS {
        let folder = format!("tests/{draft}/");
        let remotes = draft_remotes(&remotes, draft);
        for (path, bytes) in files.range(folder.clone()..).take_while(|(path, _)| path.starts_with(&folder)) {
            let groups: Vec<Value> = serde_json::from_slice(bytes).unwrap();
            for group in groups {
                group_of_tests(path, dialect, &group, &remotes, &mut tally);
            }
        }
    }
    eprintln!("{} tests, {} answered in one pass", tally.tests, tally.one_pass);
    eprintln!("left to the authority: {:?}", tally.fallbacks);
    assert!(tally.tests > 4_900, "only {} tests found", tally.tests);
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    assert!(tally.one_pass * 2 > tally.tests, "one pass answered {} of {}", tally.one_pass, tally.tests);
}

/// Remotes of other drafts are other dialects; those outside a draft's folder take the draft of who refers to them.
fn draft_remotes(remotes: &[(String, String)], draft: &str) -> Vec<(String, String)> {
    let other = |uri: &str| {
        let path = uri.trim_start_matches("http://localhost:1234/");
        path.starts_with("v1/") || path.starts_with("draft") && !path.starts_with(&format!("{draft}/"))
    };
    // Cross-draft tests refer to their neighbours, which name their dialect themselves.
    remotes.iter().filter(|(uri, text)| !other(uri) || text.contains("\"$schema\"")).cloned().collect()
}

fn group_of_tests(path: &str, dialect: &str, group: &Value, remotes: &[(String, String)], tally: &mut Tally) {
    let mut schema = group["schema"].clone();
    if let Value::Object(map) = &mut schema {
        map.entry("$schema").or_insert_with(|| dialect.into());
    }
    let name = format!("{path}: {}", group["description"].as_str().unwrap());
    let options = Options { remotes, formats: false };
    let schema = match Schema::compile(&schema.to_string(), &options) {
        Ok(schema) => schema,
        Err(error) => return tally.wrong.push(format!("{name}: {error}")),
    };
    for test in group["tests"].as_array().unwrap() {
        let text = test["data"].to_string();
        let valid = test["valid"].as_bool().unwrap();
        tally.tests += 1;
        if (schema.check(&text) == Checked::Valid) != valid {
            tally.wrong.push(format!("{name}: {}: must be {valid}", test["description"]));
        }
        match schema.judge_in_one_pass(&text) {
            Some(said) if said == valid => tally.one_pass += 1,
            Some(said) => tally.wrong.push(format!("{name}: {}: one pass says {said}", test["description"])),
            None => *tally.fallbacks.entry(schema.fallback_reason().unwrap_or("limit").to_owned()).or_default() += 1,
        }
    }
}
