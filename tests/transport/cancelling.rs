//! Who stops waiting stops the provider.

use crate::server::{Server, http, limits, ok, within};
use correctover::analyze::TransportFailure;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// The time in which a dropped call must have closed its connection.
const SOON: Duration = Duration::from_millis(50);

/// A server that answers with a prefix, and counts the clients that then closed.
async fn watching(prefix: &'static str) -> (Server, Arc<AtomicUsize>) {
    let closed = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&closed);
    let server = Server::start(move |mut peer| {
        let counter = Arc::clone(&counter);
        async move {
            peer.answer(prefix.as_bytes()).await;
            peer.closed_by_client().await;
            counter.fetch_add(1, Ordering::SeqCst);
        }
    })
    .await;
    (server, closed)
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection_in_every_phase() {
    for prefix in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome"] {
        let (server, closed) = watching(prefix).await;
        let http = http();
        let (wire, limits) = (server.wire(), limits());
        let call = timeout(Duration::from_millis(30), http.whole(&wire, &limits));
        assert!(call.await.is_err(), "the answer should not have been whole");
        within(SOON, || closed.load(Ordering::SeqCst) == 1).await;
    }
}

#[tokio::test]
async fn a_dropped_stream_closes_its_connection() {
    let (server, closed) = watching("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome").await;
    let http = http();
    let (_, mut stream) = http.streamed(&server.wire(), &limits()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), "some");
    assert_eq!(closed.load(Ordering::SeqCst), 0);
    drop(stream);
    within(SOON, || closed.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn a_stream_read_to_its_end_gives_its_connection_back() {
    let server = Server::always(ok("fine")).await;
    let http = http();
    for _ in 0..3 {
        let (_, mut stream) = http.streamed(&server.wire(), &limits()).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), "fine");
        drop(stream);
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn waiting_for_a_chunk_can_be_given_up_without_losing_it() {
    let server = Server::start(|mut peer| async move {
        peer.answer(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfi").await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        peer.write("ne").await;
        peer.closed_by_client().await;
    })
    .await;
    let http = http();
    let (_, mut stream) = http.streamed(&server.wire(), &limits()).await.unwrap();
    let mut text = Vec::new();
    while text.len() < 4 {
        if let Ok(Some(piece)) = timeout(Duration::from_millis(5), stream.next()).await {
            text.extend_from_slice(&piece.unwrap());
        }
    }
    assert_eq!(text, b"fine");
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_stream_that_failed_says_so_once_and_closes() {
    let server = Server::once("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome").await;
    let http = http();
    let (_, mut stream) = http.streamed(&server.wire(), &limits()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), "some");
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind, TransportFailure::ClosedEarly);
    assert!(stream.next().await.is_none());
}
