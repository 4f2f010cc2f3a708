//! Bodies: whole, encoded, too large, cut off.

use crate::server::{Server, call, http, limits, ok};
use correctover::analyze::TransportFailure;
use correctover::execute::Limits;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use std::io::Write;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn encoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn fetch(answer: Vec<u8>, limits: &Limits) -> Result<Vec<u8>, TransportFailure> {
    let server = Server::once(answer).await;
    http().whole(&server.wire(), limits).await.map(|it| it.body.to_vec()).map_err(|it| it.kind)
}

async fn check(answer: impl Into<Vec<u8>>, expected: Result<&[u8], TransportFailure>) {
    let answer = answer.into();
    let shown = String::from_utf8_lossy(&answer[..answer.len().min(120)]).into_owned();
    assert_eq!(fetch(answer, &limits()).await, expected.map(<[u8]>::to_vec), "{shown}");
}

#[tokio::test]
async fn bodies_arrive_whole_in_every_framing() {
    let long = "x".repeat(300_000);
    check(ok("fine"), Ok(b"fine")).await;
    check(ok(&long), Ok(long.as_bytes())).await;
    check("HTTP/1.1 200 OK\r\n\r\nuntil the end", Ok(b"until the end")).await;
    check("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nfi\r\n2;ext=1\r\nne\r\n0\r\n\r\n", Ok(b"fine"))
        .await;
    check(encoded("gzip", &gzip(long.as_bytes())), Ok(long.as_bytes())).await;
    check(encoded("deflate", &zlib(b"fine")), Ok(b"fine")).await;
    check(encoded("gzip", b""), Ok(b"")).await;
}

#[tokio::test]
async fn a_body_cut_off_is_never_whole() {
    let cut = gzip(b"a text that was cut off by somebody");
    check("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfine", Err(TransportFailure::ClosedEarly)).await;
    check("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\n", Err(TransportFailure::ClosedEarly))
        .await;
    check("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nfine", Err(TransportFailure::ClosedEarly)).await;
    check(encoded("gzip", &cut[..cut.len() - 9]), Err(TransportFailure::ClosedEarly)).await;
}

#[tokio::test]
async fn a_body_that_breaks_keeps_the_status_that_came() {
    let server = Server::once("HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: 100\r\n\r\n{").await;
    let failure = call(&http(), &server).await.unwrap_err();
    let (status, headers) = *failure.head.unwrap();
    assert_eq!((status, headers["retry-after"].as_bytes()), (429, &b"7"[..]));
    assert!(failure.phases.first_byte.is_some() && failure.phases.total.is_some() && failure.sent);
}

#[tokio::test]
async fn a_reset_within_the_body_leaves_the_answer_unfinished() {
    let server = Server::start(|mut peer| async move {
        peer.answer(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfine").await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        peer.reset();
    })
    .await;
    assert_eq!(call(&http(), &server).await.unwrap_err().kind, TransportFailure::ClosedEarly);
}

#[tokio::test]
async fn chunks_that_are_none_are_a_protocol_fault() {
    for chunk in ["zz\r\nfine\r\n", "-1\r\n", "fffffffffffffffffff\r\n", "4\r\nfineXX0\r\n\r\n"] {
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}");
        check(answer, Err(TransportFailure::Protocol)).await;
    }
}

#[tokio::test]
async fn an_encoding_nobody_asked_for_is_named() {
    let server = Server::once(encoded("br", b"xx")).await;
    let failure = call(&http(), &server).await.unwrap_err();
    assert_eq!(failure.kind, TransportFailure::Protocol);
    assert!(failure.detail.contains("content-encoding br "), "{}", failure.detail);
    assert_eq!(failure.head.unwrap().0, 200);
}

#[tokio::test]
async fn a_large_body_is_refused_by_its_length_or_by_its_bytes() {
    let limits = Limits { max_body: 1000, ..limits() };
    let exact = "x".repeat(1000);
    let chunked =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n{}\r\n0\r\n\r\n", "x".repeat(1001));
    for (answer, expected) in [
        (ok(&exact), Ok(exact.clone().into_bytes())),
        (ok(&"x".repeat(1001)), Err(TransportFailure::TooLarge)),
        ("HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n".to_owned(), Err(TransportFailure::TooLarge)),
        (chunked, Err(TransportFailure::TooLarge)),
        (format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1001)), Err(TransportFailure::TooLarge)),
    ] {
        assert_eq!(fetch(answer.into_bytes(), &limits).await, expected);
    }
}

#[tokio::test]
async fn a_bomb_goes_off_in_a_bounded_space() {
    // 320 MiB of zeros in about 1 MB, ten times what is allowed.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..320 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoded("gzip", &encoder.finish().unwrap());
    let before = resident();
    let generous = Limits { max_ratio: u32::MAX, ..limits() };
    assert!(matches!(
        fetch(bomb.clone(), &limits()).await,
        Err(TransportFailure::BombSuspected | TransportFailure::TooLarge)
    ));
    assert_eq!(fetch(bomb, &generous).await, Err(TransportFailure::TooLarge));
    assert!(resident().saturating_sub(before) < 128 << 20, "{} bytes grew", resident() - before);
}

/// The most memory this process ever had, from Linux; elsewhere the bound goes untested.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or(0, |it| it.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10)
}

#[tokio::test]
async fn events_of_a_stream_come_out_as_they_came_in() {
    let server = Server::start(|mut peer| async move {
        peer.answer(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n").await;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        for event in ["data: one\n\n", "data: two\n\n", "data: three\n\n"] {
            encoder.write_all(event.as_bytes()).unwrap();
            encoder.flush().unwrap();
            let piece = std::mem::take(encoder.get_mut());
            peer.write([format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"].concat()).await;
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
        let end = encoder.finish().unwrap();
        peer.write([format!("{:x}\r\n", end.len()).as_bytes(), &end, b"\r\n0\r\n\r\n"].concat()).await;
    })
    .await;
    let (head, mut stream) = http().streamed(&server.wire(), &limits()).await.unwrap();
    assert_eq!(head.status, 200);
    for event in ["data: one\n\n", "data: two\n\n", "data: three\n\n"] {
        assert_eq!(stream.next().await.unwrap().unwrap(), event);
    }
    assert!(stream.next().await.is_none());
    assert!(stream.next().await.is_none());
    assert!(stream.phases().total.is_some());
}
