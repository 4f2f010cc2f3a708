//! What checking one answer costs: all six dimensions through `Contract::judge`, for answers of 1, 8 and 64 kB.
//!
//! `cargo bench --no-default-features --bench validate [-- 1024]`, or beside V8: `npm run bench:validate`.
//!
//! Every sample is one check of a body that differs from the one before, timed alone; the cost of reading the clock
//! is measured and taken off. The request, its schema and the contract are compiled before, as they are in a running
//! engine. With `CORRECTOVER_BENCH_FOLDER` the bodies are written there, and the figures as JSON, for the bench of V8.
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints, and fails by panicking")]

#[path = "answers/mod.rs"]
mod answers;

use correctover::contract::subject::Pricing;
use correctover::contract::{Contract, Dimension, Outcome, Subject};
use correctover::knowledge::prices::Prices;
use correctover::provider::openai_chat;
use correctover::request::Request;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const CONTRACT: &str = r#"{"latency":{"maxMs":30000},"cost":{"maxUsd":1,"maxTokens":200000},"identity":true}"#;
const VARIANTS: u64 = 300;
const SAMPLES: usize = 30_000;

/// Bytes of the answer, and the goals for P50 and P99 in µs.
const SIZES: [(usize, f64, f64); 3] = [(1_024, 3.0, 5.0), (8_192, 20.0, 40.0), (65_536, 160.0, 300.0)];

fn main() {
    let folder = std::env::var_os("CORRECTOVER_BENCH_FOLDER").map(PathBuf::from);
    let contract = Contract::parse(CONTRACT).unwrap();
    let body = answers::request("Dear all, please send us what we spoke about on the phone. Best, Ana");
    let request = openai_chat::request::parse(&body).unwrap();
    let clock = clock();
    println!("contract check, six dimensions; {VARIANTS} bodies, clock {:.0} ns taken off", clock.as_secs_f64() * 1e9);
    println!("{:>7} {:>8} {:>9} {:>9} {:>9}  goal", "bytes", "samples", "P50 µs", "P99 µs", "mean µs");
    let mut figures = Vec::new();
    let only: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = SIZES.iter().filter(|(bytes, ..)| only.is_empty() || only.contains(bytes));
    for &(bytes, p50_goal, p99_goal) in sizes {
        let bodies: Vec<String> = (0..VARIANTS).map(|number| answers::answer(number, bytes)).collect();
        let size = bodies.iter().map(String::len).sum::<usize>() / bodies.len();
        let samples = if bytes > 32_768 { SAMPLES / 10 } else { SAMPLES };
        let (p50, p99, mean) = measure(&contract, &request, &bodies, samples, clock);
        let verdict = if p50 <= p50_goal && p99 <= p99_goal { "holds" } else { "FALLS SHORT" };
        println!(
            "{size:>7} {samples:>8} {p50:>9.2} {p99:>9.2} {mean:>9.2}  P50 <= {p50_goal}, P99 <= {p99_goal}: {verdict}"
        );
        figures.push(serde_json::json!({ "bytes": bytes, "p50": p50, "p99": p99, "mean": mean }));
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{bytes}.json")), serde_json::to_string(&bodies).unwrap()).unwrap();
        }
    }
    if let Some(folder) = folder {
        std::fs::write(folder.join("request.json"), &body).unwrap();
        std::fs::write(folder.join("native.json"), serde_json::Value::Array(figures).to_string()).unwrap();
    }
}

/// P50, P99 and the mean of a batch, in µs.
#[expect(clippy::cast_precision_loss, reason = "figures for reading")]
fn measure(
    contract: &Contract,
    request: &Request<'_>,
    bodies: &[String],
    samples: usize,
    clock: Duration,
) -> (f64, f64, f64) {
    let table = Prices::builtin();
    let pricing = Pricing { table: &table, provider: "openai", fixed: None };
    let subject = |body| Subject {
        body,
        status: Some(200),
        request: Some(request),
        asked_model: Some("gpt-4o"),
        deployment: None,
        latency: Some(Duration::from_millis(900)),
        pricing: Some(pricing),
    };
    for body in bodies {
        let judged = contract.judge(&subject(body.as_bytes()));
        let looked = Dimension::ALL.iter().filter(|dimension| judged.verdict().outcome(**dimension) == Outcome::Pass);
        // Status and the user's own checks apart from the six and completeness: everything must have been looked at.
        assert_eq!(looked.count(), Dimension::ALL.len() - 1, "{:?}", judged.verdict());
    }
    let mut micros: Vec<f64> = (0..samples + samples / 10)
        .map(|sample| {
            let subject = subject(black_box(bodies[sample % bodies.len()].as_bytes()));
            let start = Instant::now();
            black_box(contract.judge(&subject));
            start.elapsed().saturating_sub(clock).as_secs_f64() * 1e6
        })
        .skip(samples / 10)
        .collect();
    micros.sort_by(f64::total_cmp);
    let start = Instant::now();
    for sample in 0..samples {
        black_box(contract.judge(&subject(black_box(bodies[sample % bodies.len()].as_bytes()))));
    }
    let mean = start.elapsed().as_secs_f64() * 1e6 / samples as f64;
    (micros[samples / 2], micros[samples * 99 / 100], mean)
}

/// What two readings of the clock cost, as the median of many.
fn clock() -> Duration {
    let mut costs: Vec<Duration> = (0..10_001).map(|_| Instant::now().elapsed()).collect();
    costs.sort();
    costs[costs.len() / 2]
}
