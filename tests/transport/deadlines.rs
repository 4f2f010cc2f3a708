//! Every phase ends in time, and says which it was.

use crate::server::{Server, http, limits, ok};
use bytes::Bytes;
use correctover::analyze::TransportFailure;
use correctover::execute::{Limits, Target, Wire};
use http::{HeaderMap, Method};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const LIMIT: Duration = Duration::from_millis(100);
/// What the scheduler of a busy machine may add.
const TOLERANCE: Duration = Duration::from_millis(400);

async fn check(wire: &Wire, limits: Limits, expected: TransportFailure) {
    let start = Instant::now();
    let failure = http().whole(wire, &limits).await.unwrap_err();
    assert_eq!(failure.kind, expected, "{failure}");
    let took = start.elapsed();
    assert!(took >= LIMIT && took < LIMIT + TOLERANCE, "{expected:?} after {took:?}");
}

fn first_byte() -> Limits {
    Limits { first_byte: Some(LIMIT), ..limits() }
}

fn idle() -> Limits {
    Limits { idle: Some(LIMIT), ..limits() }
}

fn total() -> Limits {
    Limits::until(Instant::now() + LIMIT)
}

/// A server that writes these bytes, then stands still.
async fn stall(prefix: &'static str) -> Server {
    Server::start(move |mut peer| async move {
        peer.answer(prefix.as_bytes()).await;
        peer.closed_by_client().await;
    })
    .await
}

/// A server that writes a prefix, then one more piece every 10 ms.
async fn drip(prefix: &'static str, piece: &'static str) -> Server {
    Server::start(move |mut peer| async move {
        peer.answer(prefix.as_bytes()).await;
        loop {
            sleep(Duration::from_millis(10)).await;
            peer.write(piece).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_stall_before_the_head_ends_at_the_first_byte_limit() {
    check(&stall("").await.wire(), first_byte(), TransportFailure::FirstByteTimeout).await;
    check(&stall("HTTP/1.1 200 OK\r\n").await.wire(), first_byte(), TransportFailure::FirstByteTimeout).await;
    check(&stall("").await.wire(), total(), TransportFailure::TotalTimeout).await;
}

#[tokio::test]
async fn a_head_that_drips_ends_at_the_first_byte_limit() {
    check(&drip("HTTP/1.1 200 OK\r\nx: ", "y").await.wire(), first_byte(), TransportFailure::FirstByteTimeout).await;
    let hints = drip("", "HTTP/1.1 103 Early Hints\r\n\r\n").await;
    check(&hints.wire(), first_byte(), TransportFailure::FirstByteTimeout).await;
}

#[tokio::test]
async fn a_stall_in_the_body_ends_at_the_idle_limit() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
    check(&stall(head).await.wire(), idle(), TransportFailure::IdleTimeout).await;
    check(&stall(head).await.wire(), total(), TransportFailure::TotalTimeout).await;
    check(&stall("HTTP/1.1 200 OK\r\n\r\nsome").await.wire(), idle(), TransportFailure::IdleTimeout).await;
}

#[tokio::test]
async fn a_body_that_drips_is_not_idle_but_ends_in_total() {
    let server = drip("HTTP/1.1 200 OK\r\n\r\n", "x").await;
    let limits = Limits { idle: Some(LIMIT / 2), first_byte: Some(LIMIT / 2), ..total() };
    check(&server.wire(), limits, TransportFailure::TotalTimeout).await;
}

/// A server that never stops writing.
async fn flood(prefix: &'static str, piece: &'static str) -> Server {
    let pieces = piece.repeat(4096 / piece.len());
    Server::start(move |mut peer| {
        let pieces = pieces.clone();
        async move {
            peer.answer(prefix.as_bytes()).await;
            loop {
                peer.write(&pieces).await;
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_flood_of_hints_ends_at_the_first_byte_limit() {
    let server = flood("", "HTTP/1.1 103 Early Hints\r\n\r\n").await;
    check(&server.wire(), first_byte(), TransportFailure::FirstByteTimeout).await;
}

#[tokio::test]
async fn a_flood_ends_in_total_however_it_is_read() {
    let server = flood("HTTP/1.1 200 OK\r\n\r\n", "x").await;
    check(&server.wire(), Limits { max_body: usize::MAX, ..total() }, TransportFailure::TotalTimeout).await;

    let limits = Limits { max_body: usize::MAX, ..total() };
    let http = http();
    let (_, mut stream) = http.streamed(&server.wire(), &limits).await.unwrap();
    let failure = loop {
        // A reader that yields between chunks finds the next one there already, each time.
        tokio::task::yield_now().await;
        if let Err(failure) = stream.next().await.unwrap() {
            break failure;
        }
        assert!(Instant::now() < limits.until + TOLERANCE);
    };
    assert_eq!(failure.kind, TransportFailure::TotalTimeout);
}

#[tokio::test]
async fn a_server_that_reads_nothing_ends_at_the_first_byte_limit() {
    let server = Server::start(move |peer| async move {
        sleep(Duration::from_secs(5)).await;
        drop(peer);
    })
    .await;
    let body = Bytes::from(vec![b' '; 32 << 20]);
    let wire = Wire::new(Method::POST, server.target.clone(), HeaderMap::new(), body);
    check(&wire, first_byte(), TransportFailure::FirstByteTimeout).await;
}

#[tokio::test]
async fn a_connection_that_does_not_open_ends_at_the_connect_limit() {
    // A listener whose queue is full answers no further handshake.
    let listener = tokio::net::TcpSocket::new_v4().unwrap();
    listener.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = listener.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held = Vec::new();
    while let Ok(stream) = tokio::time::timeout(LIMIT, tokio::net::TcpStream::connect(address)).await {
        held.push(stream.unwrap());
    }
    let wire = crate::server::post(&Target::parse(&format!("http://{address}/")).unwrap());
    check(&wire, Limits { connect: LIMIT, ..limits() }, TransportFailure::ConnectTimeout).await;
    check(&wire, total(), TransportFailure::TotalTimeout).await;
}

#[tokio::test]
async fn a_tls_handshake_that_stalls_ends_at_the_connect_limit() {
    let server = Server::start(|mut peer| async move { peer.closed_by_client().await }).await;
    let target = Target::parse(&format!("https://127.0.0.1:{}/", server.target.origin().port)).unwrap();
    let limits = Limits { connect: LIMIT, ..limits() };
    check(&crate::server::post(&target), limits, TransportFailure::ConnectTimeout).await;
    let failure = http().whole(&crate::server::post(&target), &limits).await.unwrap_err();
    assert!(failure.detail.contains("TLS") && failure.phases.connect.is_some() && !failure.sent, "{failure}");
}

#[tokio::test]
async fn an_attempt_without_time_sends_nothing() {
    let server = Server::always(ok("fine")).await;
    let http = http();
    http.whole(&server.wire(), &limits()).await.unwrap();
    let failure = http.whole(&server.wire(), &Limits::until(Instant::now())).await.unwrap_err();
    assert_eq!((failure.kind, failure.sent), (TransportFailure::TotalTimeout, false));
    sleep(Duration::from_millis(20)).await;
    assert_eq!(server.requests(), 1);
}
