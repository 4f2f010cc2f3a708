//! What is sent, and what is taken for an answer.

use crate::server::{Server, call, http, limits, ok};
use bytes::Bytes;
use correctover::analyze::TransportFailure;
use correctover::execute::{Target, Wire};
use http::{HeaderMap, HeaderValue, Method};
use std::sync::{Arc, Mutex};

/// Sends a request with these headers and returns its head as the server saw it.
async fn sent(method: Method, headers: &[(&'static str, &'static str)], body: &'static [u8]) -> (Wire, String) {
    let seen = Arc::new(Mutex::new(String::new()));
    let slot = Arc::clone(&seen);
    let server = Server::start(move |mut peer| {
        let slot = Arc::clone(&slot);
        async move {
            let head = peer.request().await.unwrap();
            *slot.lock().unwrap() = head;
            peer.write(ok("")).await;
        }
    })
    .await;
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::from_static(value));
    }
    let target = server.target.at("/v1/chat?key=canary").unwrap();
    let wire = Wire::new(method, target, map, Bytes::from_static(body));
    http().whole(&wire, &limits()).await.unwrap();
    let head = seen.lock().unwrap().clone();
    (wire, head)
}

#[tokio::test]
async fn a_request_has_one_host_and_one_framing_of_our_own() {
    let headers = [("transfer-encoding", "chunked"), ("content-length", "7"), ("connection", "close"), ("x-kept", "1")];
    let (wire, head) = sent(Method::POST, &headers, b"{}").await;
    let mut lines: Vec<_> = head.trim_end().lines().collect();
    assert_eq!(lines.remove(0), "POST /v1/chat?key=canary HTTP/1.1");
    lines.sort_unstable();
    let host = format!("host: 127.0.0.1:{}", wire.target().origin().port);
    assert_eq!(lines, ["content-length: 2", &host, "x-kept: 1"]);
}

#[tokio::test]
async fn a_get_has_no_body_and_an_empty_post_says_so() {
    assert!(!sent(Method::GET, &[], b"").await.1.contains("content-length"));
    assert!(sent(Method::POST, &[], b"").await.1.contains("content-length: 0\r\n"));
}

#[tokio::test]
async fn a_printed_request_shows_neither_key_nor_prompt() {
    for name in ["authorization", "x-api-key", "api-key", "x-goog-api-key", "x-unheard-of-key"] {
        let (wire, head) = sent(Method::POST, &[(name, "canary")], b"canary").await;
        assert!(head.contains(&format!("{name}: canary\r\n")));
        assert!(!format!("{wire:?}").contains("canary"), "{wire:?}");
        assert_eq!(wire.headers()[name].is_sensitive(), name != "x-unheard-of-key");
    }
}

#[tokio::test]
async fn answers_that_are_no_http_are_protocol_faults() {
    let long_head = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(20_000));
    let many_headers = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(1000));
    for answer in [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "HTTP/1.1 9999 What\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad name : x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        &long_head,
        &many_headers,
    ] {
        let server = Server::once(answer.to_owned()).await;
        let failure = call(&http(), &server).await.unwrap_err();
        assert_eq!(failure.kind, TransportFailure::Protocol, "{:?} {failure}", &answer[..answer.len().min(60)]);
        assert!(failure.sent);
    }
}

#[tokio::test]
async fn odd_but_lawful_answers_are_read() {
    for (answer, status) in [
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine",
            200,
        ),
        ("HTTP/1.1 200\r\ncontent-length: 4\r\n\r\nfine", 200),
        ("HTTP/1.1 599 \r\nContent-Length:4\r\n\r\nfine", 599),
        ("HTTP/1.1 200 OK\r\nx-latin: caf\u{e9}\r\ncontent-length: 4\r\n\r\nfine", 200),
        ("HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 4\r\n\r\nfine", 200),
    ] {
        let server = Server::once(answer).await;
        let received = call(&http(), &server).await.unwrap();
        assert_eq!((received.status, &received.body[..]), (status, &b"fine"[..]), "{answer}");
    }
}

#[tokio::test]
async fn a_redirect_is_handed_back_and_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Server::always(ok("stolen")).await;
        let location = format!("http://127.0.0.1:{}/", elsewhere.target.origin().port);
        let answer = format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let received = call(&http(), &Server::always(answer).await).await.unwrap();
        assert_eq!((received.status, received.headers["location"].to_str().unwrap()), (status, &location[..]));
        assert_eq!(elsewhere.connections(), 0);
    }
}

#[tokio::test]
async fn no_connection_is_a_failure_that_was_never_sent() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, kind) in [
        (format!("http://{unused}/"), TransportFailure::ConnectRefused),
        ("http://no-such-host.invalid/".to_owned(), TransportFailure::Dns),
    ] {
        let wire = crate::server::post(&Target::parse(&url).unwrap());
        let failure = http().whole(&wire, &limits()).await.unwrap_err();
        assert_eq!((failure.kind, failure.sent), (kind, false), "{failure}");
        assert!(failure.head.is_none() && failure.phases.first_byte.is_none() && !failure.phases.reused);
    }
}

#[tokio::test]
async fn an_answer_before_the_request_was_read_is_an_answer() {
    let server = Server::start(|mut peer| async move {
        // Nothing is read: the request is far larger than what the kernel takes.
        peer.write("HTTP/1.1 413 Content Too Large\r\nconnection: close\r\ncontent-length: 4\r\n\r\nmuch").await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    })
    .await;
    let body = Bytes::from(vec![b' '; 32 << 20]);
    let wire = Wire::new(Method::POST, server.target.clone(), HeaderMap::new(), body);
    let received = http().whole(&wire, &limits()).await.unwrap();
    assert_eq!((received.status, &received.body[..]), (413, &b"much"[..]));
}
