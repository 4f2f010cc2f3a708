//! What one call costs in the transport: CPU time of the IO thread per call, over loopback, 64 calls in flight.
//!
//! `cargo bench --no-default-features --bench transport`
//!
//! The server runs on a thread of its own and answers every request with the same 1 kB completion. Arms are
//! interleaved; `bare sockets` writes and reads the same bytes without HTTP, and is what the kernel and tokio cost
//! alone; `hyper spawned` is hyper as it is usually used, its connection a task of its own, without pool, limits or
//! deadlines. Only Linux tells the CPU time of a thread (`/proc/thread-self/schedstat`).

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints, and fails by panicking")]

use bytes::Bytes;
use correctover::execute::{Config, Http, Limits, Target, Wire};
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio::time::Instant;

const CALLS: usize = 20_000;
const IN_FLIGHT: usize = 64;
const ROUNDS: usize = 7;
/// A chat request with a strict schema, and a short completion.
const REQUEST_BODY: usize = 1_879;
const ANSWER_BODY: usize = 1_095;

type Arm = fn(&Runtime, SocketAddr);

fn main() {
    let address = serve();
    let runtime = runtime();
    let arms: [(&str, Arm); 4] =
        [("bare sockets", bare_sockets), ("hyper spawned", hyper_spawned), ("whole", whole), ("streamed", streamed)];
    let mut samples = [const { Vec::new() }; 4];
    for round in 0..=ROUNDS {
        for ((_, arm), samples) in arms.iter().zip(&mut samples) {
            let sample = measure(|| arm(&runtime, address));
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    println!("{CALLS} calls, {IN_FLIGHT} in flight, {ROUNDS} rounds: median (least) CPU µs a call, median calls/s");
    for ((name, _), mut samples) in arms.iter().zip(samples) {
        samples.sort_by(|a, b| a.0.total_cmp(&b.0));
        let cpu = samples[samples.len() / 2].0;
        let least = samples[0].0;
        samples.sort_by(|a, b| a.1.total_cmp(&b.1));
        println!("{name:>14}  {cpu:6.2} ({least:.2})  {:8.0}", samples[samples.len() / 2].1);
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// CPU microseconds of this thread per call, and calls per second.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a second or two, and small counts")]
fn measure(run: impl FnOnce()) -> (f64, f64) {
    let (start, cpu) = (Instant::now(), cpu_nanos());
    run();
    let (spent, took) = (cpu_nanos() - cpu, start.elapsed());
    (spent as f64 / 1e3 / CALLS as f64, CALLS as f64 / took.as_secs_f64())
}

fn cpu_nanos() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

// === arms ===

fn whole(runtime: &Runtime, address: SocketAddr) {
    calls(runtime, address, false);
}

fn streamed(runtime: &Runtime, address: SocketAddr) {
    calls(runtime, address, true);
}

fn calls(runtime: &Runtime, address: SocketAddr, streamed: bool) {
    let http = Arc::new(Http::new(Config::default()));
    let target = Target::parse(&format!("http://{address}/v1/chat/completions")).unwrap();
    let wire = Wire::new(Method::POST, target, headers(), Bytes::from(vec![b' '; REQUEST_BODY]));
    in_flight(runtime, move || {
        let (http, wire) = (Arc::clone(&http), wire.clone());
        async move {
            for _ in 0..CALLS / IN_FLIGHT {
                let limits = Limits {
                    first_byte: Some(Duration::from_secs(30)),
                    idle: Some(Duration::from_secs(30)),
                    ..Limits::until(Instant::now() + Duration::from_secs(60))
                };
                let length = if streamed {
                    let (_, mut stream) = http.streamed(&wire, &limits).await.unwrap();
                    let mut length = 0;
                    while let Some(piece) = stream.next().await {
                        length += piece.unwrap().len();
                    }
                    length
                } else {
                    http.whole(&wire, &limits).await.unwrap().body.len()
                };
                assert_eq!(length, ANSWER_BODY);
            }
        }
    });
}

fn hyper_spawned(runtime: &Runtime, address: SocketAddr) {
    in_flight(runtime, move || async move {
        let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let mut headers = headers();
        headers.insert("host", HeaderValue::from_static("localhost"));
        let body = Bytes::from(vec![b' '; REQUEST_BODY]);
        for _ in 0..CALLS / IN_FLIGHT {
            let mut request = Request::post("/v1/chat/completions").body(Full::new(body.clone())).unwrap();
            *request.headers_mut() = headers.clone();
            sender.ready().await.unwrap();
            let response = sender.send_request(request).await.unwrap();
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes().len(), ANSWER_BODY);
        }
    });
}

fn bare_sockets(runtime: &Runtime, address: SocketAddr) {
    let mut request = Vec::from("POST /v1/chat/completions HTTP/1.1\r\n");
    for (name, value) in &headers() {
        request.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    request.extend(format!("host: {address}\r\ncontent-length: {REQUEST_BODY}\r\n\r\n").into_bytes());
    request.resize(request.len() + REQUEST_BODY, b' ');
    let request = Bytes::from(request);
    in_flight(runtime, move || {
        let request = request.clone();
        async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let mut answer = [0; 8192];
            for _ in 0..CALLS / IN_FLIGHT {
                stream.write_all(&request).await.unwrap();
                assert!(stream.read(&mut answer).await.unwrap() > ANSWER_BODY);
            }
        }
    });
}

fn in_flight<F>(runtime: &Runtime, caller: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    runtime.block_on(async {
        let mut callers = JoinSet::new();
        for _ in 0..IN_FLIGHT {
            callers.spawn(caller());
        }
        while let Some(done) = callers.join_next().await {
            done.unwrap();
        }
    });
}

/// As many as an SDK sends.
fn headers() -> HeaderMap {
    [
        ("accept", "application/json"),
        ("authorization", "Bearer sk-0123456789abcdefghijklmnopqrstuvwxyz0123456789"),
        ("content-type", "application/json"),
        ("user-agent", "OpenAI/JS 7.55.0"),
        ("x-stainless-arch", "x64"),
        ("x-stainless-lang", "js"),
        ("x-stainless-os", "Linux"),
        ("x-stainless-package-version", "7.55.0"),
        ("x-stainless-retry-count", "0"),
        ("x-stainless-runtime", "node"),
        ("x-stainless-runtime-version", "v24.21.0"),
    ]
    .into_iter()
    .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
    .collect::<HeaderMap>()
}

// === the server ===

/// Answers whatever ends like the request, with the headers a provider sends.
fn serve() -> SocketAddr {
    let (sender, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(stream));
            }
        });
    });
    address.recv().unwrap()
}

async fn answer(mut stream: TcpStream) {
    let answer = format!(
        "HTTP/1.1 200 OK\r\ndate: Sat, 01 Jan 2028 00:00:00 GMT\r\ncontent-type: application/json\r\n\
         content-length: {ANSWER_BODY}\r\nopenai-organization: org\r\nopenai-processing-ms: 321\r\n\
         openai-version: 2020-10-01\r\nx-ratelimit-limit-requests: 10000\r\nx-ratelimit-limit-tokens: 200000\r\n\
         x-ratelimit-remaining-requests: 9999\r\nx-ratelimit-remaining-tokens: 199999\r\n\
         x-request-id: req_0123456789abcdef\r\n\r\n{}",
        "x".repeat(ANSWER_BODY)
    );
    stream.set_nodelay(true).unwrap();
    let (mut buffer, mut got) = (vec![0; 16 << 10], 0);
    while let Ok(read @ 1..) = stream.read(&mut buffer[got..]).await {
        got += read;
        let head = buffer[..got].windows(4).position(|it| it == b"\r\n\r\n").map(|it| it + 4);
        if head.is_some_and(|head| got == head + REQUEST_BODY) {
            got = 0;
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}
