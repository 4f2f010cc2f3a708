//! A server that does what a test says, byte by byte, and counts what came.

use bytes::Bytes;
use correctover::attempt::Received;
use correctover::execute::{Config, Failure, Http, Limits, Target, Wire};
use http::{HeaderMap, Method};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

pub struct Server {
    pub target: Target,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

/// One accepted connection.
pub struct Peer {
    /// Counted from zero.
    pub number: usize,
    pub stream: TcpStream,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// Runs the script for each connection.
    pub async fn start<F>(script: impl Fn(Peer) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Target::parse(&format!("http://{}/v1/chat", listener.local_addr().unwrap())).unwrap();
        let (connections, requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let server = Self { target, connections: Arc::clone(&connections), requests: Arc::clone(&requests) };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let number = connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(script(Peer { number, stream, requests: Arc::clone(&requests) }));
            }
        });
        server
    }

    /// Answers every request of every connection with the same bytes.
    pub async fn always(answer: impl Into<Bytes>) -> Self {
        let answer = answer.into();
        Self::start(move |mut peer| {
            let answer = answer.clone();
            async move { while peer.answer(&answer).await {} }
        })
        .await
    }

    /// Answers the first request of every connection with these bytes, then closes.
    pub async fn once(answer: impl Into<Bytes>) -> Self {
        let answer = answer.into();
        Self::start(move |mut peer| {
            let answer = answer.clone();
            async move {
                peer.answer(&answer).await;
            }
        })
        .await
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub fn wire(&self) -> Wire {
        post(&self.target)
    }
}

impl Peer {
    /// Reads one request and writes these bytes; false once the client has closed.
    pub async fn answer(&mut self, bytes: &[u8]) -> bool {
        self.request().await.is_some() && self.stream.write_all(bytes).await.is_ok()
    }

    /// The head of the next request, its body read and dropped; `None` once the client has closed.
    pub async fn request(&mut self) -> Option<String> {
        let head = read_request(&mut self.stream).await?;
        self.requests.fetch_add(1, Ordering::SeqCst);
        Some(head)
    }

    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Closes in a way that the client sees as a reset.
    pub fn reset(self) {
        socket_reset(&self.stream);
        drop(self.stream);
    }

    /// Waits for the client to close, then for ever.
    pub async fn closed_by_client(&mut self) {
        let mut byte = [0];
        while matches!(self.stream.read(&mut byte).await, Ok(1)) {}
    }
}

fn socket_reset(stream: &TcpStream) {
    stream.set_zero_linger().unwrap();
}

pub async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |it| it.parse().unwrap());
    stream.read_exact(&mut vec![0; length]).await.ok()?;
    Some(head)
}

pub fn post(target: &Target) -> Wire {
    Wire::new(Method::POST, target.clone(), HeaderMap::new(), Bytes::from_static(br#"{"model":"m"}"#))
}

pub fn http() -> Http {
    Http::new(Config::default())
}

/// Ten seconds, which no test should need.
pub fn limits() -> Limits {
    Limits::until(Instant::now() + Duration::from_secs(10))
}

pub async fn call(http: &Http, server: &Server) -> Result<Received, Failure> {
    http.whole(&server.wire(), &limits()).await
}

/// A response with a content-length.
pub fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Waits until a fact holds, which must be within the time given.
#[track_caller]
pub fn within(time: Duration, fact: impl Fn() -> bool) -> impl Future<Output = Duration> {
    let caller = std::panic::Location::caller();
    async move {
        let start = Instant::now();
        while !fact() {
            assert!(start.elapsed() < time, "not within {time:?} at {caller}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        start.elapsed()
    }
}
