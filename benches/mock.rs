//! The server of the benches: answers chat completions at once, from a thread of its own process, so that what is
//! measured is the client. `cargo bench --no-default-features --bench mock` builds it; the scripts start it.
//!
//! It prints `{"ports":[a,b]}` and ends when its standard input does. `POST /SIZE/…` is answered with SIZE kilobytes
//! under the strict schema, made unique by the nonce that the request must hold (`nonce-` and 16 hex digits, which
//! also come back in the answer's text); `POST /bad/…` with text that violates the schema. `GET /take` tells what
//! happened since the last time: requests, distinct nonces, CPU time, and for each nonce that was answered badly on one
//! port and asked again on the other, the microseconds between.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints, measures, and fails by panicking"
)]

mod answers;

use memchr::memmem;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const NONCE: usize = "nonce-0123456789abcdef".len();
/// How the bodies hold the place of the nonce.
const PLACE: &str = "nonce-################";

struct Server {
    /// Whole responses by what the path asks for.
    responses: HashMap<&'static str, Response>,
    seen: Mutex<Seen>,
}

struct Response {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

#[derive(Default)]
struct Seen {
    requests: u64,
    nonces: HashSet<[u8; NONCE]>,
    failed: HashMap<[u8; NONCE], Instant>,
    gaps: Vec<f64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // `cargo bench` without a filter runs every bench; there is nothing to serve then.
    if std::env::var_os("CORRECTOVER_BENCH_MOCK").is_none() {
        return;
    }
    let server = Arc::new(Server {
        responses: [("1", 1_024), ("8", 8_192), ("64", 65_536), ("bad", 0)]
            .map(|(name, size)| (name, response(size)))
            .into(),
        seen: Mutex::default(),
    });
    let mut ports = Vec::new();
    for _ in 0..2 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        ports.push(listener.local_addr().unwrap().port());
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let server = Arc::clone(&server);
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
    }
    println!("{{\"ports\":{ports:?}}}");
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
}

fn response(size: usize) -> Response {
    let body = if size == 0 { bad() } else { answers::answer(7, size).replacen("Order 0000000000000007", PLACE, 1) };
    let mut text = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\ndate: Sat, 21 Nov 2026 04:06:00 GMT\r\n\
         openai-processing-ms: 512\r\nopenai-version: 2020-10-01\r\nx-ratelimit-limit-requests: 10000\r\n\
         x-ratelimit-remaining-requests: 9999\r\nx-request-id: {PLACE}\r\n\r\n",
        body.len()
    );
    text.push_str(&body);
    let places = memmem::find_iter(text.as_bytes(), PLACE).collect();
    Response { bytes: text.into_bytes(), places }
}

/// Good in every dimension but the schema.
fn bad() -> String {
    answers::answer(7, 1_024).replacen("\\\"quantity\\\":", "\\\"quantity\\\":-", 1)
}

impl Server {
    async fn serve(&self, mut stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let mut input = Vec::with_capacity(16 * 1024);
        let mut output = Vec::new();
        loop {
            let Some(length) = whole(&input) else {
                match stream.read_buf(&mut input).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => continue,
                }
            };
            let now = Instant::now();
            output.clear();
            let nonce = self.answer(&input[..length], now, &mut output);
            if stream.write_all(&output).await.is_err() {
                return;
            }
            if let Some(nonce) = nonce {
                self.seen.lock().unwrap().failed.insert(nonce, Instant::now());
            }
            input.drain(..length);
        }
    }

    /// The nonce comes back where the answer was a bad one.
    fn answer(&self, request: &[u8], now: Instant, output: &mut Vec<u8>) -> Option<[u8; NONCE]> {
        if request.starts_with(b"GET /take") {
            self.take(output);
            return None;
        }
        let path = request.split(|byte| *byte == b'/').nth(1).and_then(|name| std::str::from_utf8(name).ok()).unwrap();
        let response = &self.responses[path];
        let at = memmem::find(request, b"nonce-").unwrap();
        let nonce: [u8; NONCE] = request[at..at + NONCE].try_into().unwrap();
        let start = output.len();
        output.extend_from_slice(&response.bytes);
        for place in &response.places {
            output[start + place..start + place + NONCE].copy_from_slice(&nonce);
        }
        let mut seen = self.seen.lock().unwrap();
        seen.requests += 1;
        seen.nonces.insert(nonce);
        if let Some(failed) = seen.failed.remove(&nonce) {
            seen.gaps.push(now.duration_since(failed).as_secs_f64() * 1e6);
        }
        (path == "bad").then_some(nonce)
    }

    /// Empties what was seen and tells of it.
    fn take(&self, output: &mut Vec<u8>) {
        let mut seen = self.seen.lock().unwrap();
        let mut body = String::new();
        write!(
            body,
            "{{\"requests\":{},\"distinct\":{},\"cpuMicros\":{},\"gaps\":{:?}}}",
            seen.requests,
            seen.nonces.len(),
            cpu_micros(),
            seen.gaps
        )
        .unwrap();
        // Emptied, not dropped: a set that grows anew in every run would slow down the first arms after it.
        seen.nonces.clear();
        seen.failed.clear();
        seen.gaps.clear();
        seen.requests = 0;
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        output.extend_from_slice(head.as_bytes());
        output.extend_from_slice(body.as_bytes());
    }
}

/// The length of the first request, once it is whole.
fn whole(input: &[u8]) -> Option<usize> {
    let head = memmem::find(input, b"\r\n\r\n")? + 4;
    let lower = input[..head].to_ascii_lowercase();
    let length = memmem::find(&lower, b"content-length:").map_or(0, |at| {
        let digits = lower[at + 15..].iter().skip_while(|byte| **byte == b' ').take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'))
    });
    (input.len() >= head + length).then_some(head + length)
}

/// CPU time of this process since its start; only Linux tells it so.
fn cpu_micros() -> u64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|nanos| nanos.parse::<u64>().ok()).unwrap_or_default() / 1000
}
