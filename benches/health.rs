//! What looking a sound answer over costs: `cargo bench --no-default-features --bench health`.
//!
//! Prints the median and the 99th percentile of single calls, in nanoseconds and per byte. Every size is sound text
//! that differs in every sentence; the hostile ones are 1 MB and show that cost grows with length only.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use correctover::contract::integrity::{Kind, Prompt, inspect};
use correctover::request::Request;
use std::hint::black_box;
use std::time::Instant;

const SIZES: [usize; 4] = [300, 1_024, 8_192, 65_536];
const SAMPLES: usize = 2_000;
/// Calls timed together, so that the clock's own cost does not show.
const BATCH: u32 = 16;

fn main() {
    let question = "Tell me in a few hundred words what is known of the weather of the coming week, city by city. ";
    let conversation = serde_json::json!([{ "role": "system", "content": question.repeat(10) }, { "role": "user", "content": question }]);
    let conversation = conversation.to_string();
    let request = Request { conversation: Some(&conversation), ..Request::default() };
    println!("{:<28}{:>10}{:>12}{:>12}{:>12}", "text", "bytes", "p50 ns", "p99 ns", "ns/byte");
    for size in SIZES {
        row("prose", &prose(size), Kind::Prose, Some(&request));
    }
    for size in SIZES {
        row("prose, no request", &prose(size), Kind::Prose, None);
    }
    for size in SIZES {
        row("list of one form", &list(size), Kind::Prose, Some(&request));
    }
    for size in SIZES {
        row("code", &code(size), Kind::Prose, Some(&request));
    }
    for size in SIZES {
        row("checked JSON", &json(size), Kind::CheckedJson, Some(&request));
    }
    for hostile in ["<", "<|a", "`<|im_end|>` ", "aaaaaaaaaaab", "[INST"] {
        row(&format!("hostile {hostile}"), &hostile.repeat(1_000_000 / hostile.len()), Kind::Prose, None);
    }
}

fn row(name: &str, text: &str, kind: Kind, request: Option<&Request<'_>>) {
    let rounds = if text.len() > 500_000 { 20 } else { SAMPLES };
    let mut samples: Vec<f64> = (0..rounds)
        .map(|_| {
            let started = now();
            for _ in 0..BATCH {
                black_box(inspect(black_box(text), kind, &Prompt::of(request)));
            }
            started.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH)
        })
        .collect();
    samples.sort_by(f64::total_cmp);
    let (median, last) = (samples[samples.len() / 2], samples[samples.len() * 99 / 100]);
    #[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52 bytes")]
    let per_byte = median / text.len() as f64;
    println!("{name:<28}{:>10}{median:>12.0}{last:>12.0}{per_byte:>12.3}", text.len());
}

/// Words of a small vocabulary in ever new order: nothing long comes twice, as in sound prose.
fn prose(size: usize) -> String {
    const WORDS: [&str; 16] = [
        "the", "weather", "of", "a", "city", "was", "warm", "and", "people", "went", "out", "to", "see", "what", "it",
        "brought",
    ];
    let mut state = 7_u32;
    grown(size, |n| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let word = WORDS[(state >> 28) as usize];
        if n % 12 == 11 { format!("{word}. ") } else { format!("{word} ") }
    })
}

fn list(size: usize) -> String {
    grown(size, |n| {
        format!("{n}. In city {} the weather was warm, and so were the people of the place.\n", n * 31 % 97)
    })
}

fn code(size: usize) -> String {
    grown(size, |n| format!("    if (values[{n}] < limit) {{ results.push(Vec<u8>({})); }}\n", n * 31 % 97))
}

fn json(size: usize) -> String {
    format!(
        "[{}{{}}]",
        grown(size, |n| format!("{{\"id\": {n}, \"name\": \"city {}\", \"tags\": [\"a{n}\"]}}, ", n * 31 % 97))
    )
}

fn grown(size: usize, mut part: impl FnMut(usize) -> String) -> String {
    let mut text = String::new();
    let mut n = 0;
    while text.len() < size {
        text += &part(n);
        n += 1;
    }
    text.truncate(size);
    text
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn now() -> Instant {
    Instant::now()
}
