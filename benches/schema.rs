//! A schema checked over the text, by the walk and by the authority (tree and `jsonschema`), for answers of three
//! sizes. `cargo bench --bench schema --no-default-features [-- --profile fast]`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench measures and prints"
)]

use correctover::contract::schema::{Checked, Options, Schema};
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

const SCHEMA: &str = r#"{"type":"object","properties":{
    "title":{"type":"string"},
    "items":{"type":"array","items":{"type":"object","properties":{
        "name":{"type":"string"},"summary":{"type":"string","minLength":1},
        "category":{"type":"string","enum":["alpha","beta","gamma"]},
        "score":{"type":"number","minimum":0,"maximum":1},
        "count":{"type":"integer"},"note":{"type":["string","null"]}
    },"required":["name","summary","category","score","count","note"],"additionalProperties":false}}
},"required":["title","items"],"additionalProperties":false}"#;

const SAMPLES: usize = 2_000;

fn main() {
    let schema = Schema::compile(SCHEMA, &Options::default()).unwrap();
    assert!(schema.one_pass());
    println!("{:>8}  {:<10} {:>8} {:>10} {:>10} {:>9}", "bytes", "judge", "samples", "P50 µs", "P99 µs", "ns/byte");
    for size in [1_000, 8_000, 64_000] {
        let text = answer(size);
        measure(&text, "one pass", || assert_eq!(schema.check(black_box(&text)), Checked::Valid));
        measure(&text, "authority", || assert_eq!(schema.judge_by_authority(black_box(&text)), Some(true)));
    }
}

/// An answer of about this many bytes, as models write them: mostly prose, some of it escaped.
fn answer(size: usize) -> String {
    let mut text = String::from(r#"{"title":"A list of things","items":["#);
    let mut at = 0;
    while text.len() < size {
        let comma = if at == 0 { "" } else { "," };
        write!(
            text,
            r#"{comma}{{"name":"Thing {at}","summary":"A thing of some length, said to be \"useful\" in most cases, and described here in a sentence or two.","category":"beta","score":0.{at},"count":{at},"note":null}}"#
        )
        .unwrap();
        at += 1;
    }
    text + "]}"
}

/// Each sample is the mean of enough runs to be long against the clock.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "figures for reading")]
fn measure(text: &str, judge: &str, mut run: impl FnMut()) {
    let runs = (64_000 / text.len()).max(1) as u32;
    let mut micros: Vec<f64> = (0..SAMPLES + SAMPLES / 10)
        .map(|_| {
            let start = Instant::now();
            (0..runs).for_each(|_| run());
            start.elapsed().as_secs_f64() * 1e6 / f64::from(runs)
        })
        .skip(SAMPLES / 10)
        .collect();
    micros.sort_by(f64::total_cmp);
    let (p50, p99) = (micros[SAMPLES / 2], micros[SAMPLES * 99 / 100]);
    let per_byte = p50 * 1e3 / text.len() as f64;
    println!("{:>8}  {judge:<10} {SAMPLES:>8} {p50:>10.2} {p99:>10.2} {per_byte:>9.2}", text.len());
}
