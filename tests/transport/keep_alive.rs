//! Which connection a call uses.

use crate::server::{Server, call, http, limits, ok, within};
use bytes::Bytes;
use correctover::analyze::TransportFailure;
use correctover::execute::{Config, Http};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

#[tokio::test]
async fn calls_in_turn_share_one_connection() {
    let server = Server::always(ok("fine")).await;
    let http = http();
    for number in 0..20 {
        let received = call(&http, &server).await.unwrap();
        assert_eq!((received.status, &received.body[..]), (200, &b"fine"[..]));
        assert_eq!(received.phases.reused, number > 0);
        assert_eq!(received.phases.connect.is_none(), number > 0);
        assert!(received.phases.first_byte <= received.phases.total);
    }
    assert_eq!((server.connections(), server.requests()), (1, 20));
}

#[tokio::test]
async fn a_chunked_or_empty_answer_gives_its_connection_back_too() {
    for answer in [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\nx-trailer: 1\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nfine",
        "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 4\r\n\r\nfine",
    ] {
        let server = Server::always(answer).await;
        let http = http();
        for _ in 0..3 {
            call(&http, &server).await.unwrap();
        }
        assert_eq!((server.connections(), server.requests()), (1, 3), "{answer}");
    }
}

#[tokio::test]
async fn a_server_that_says_close_gets_a_new_connection_each_time() {
    for answer in [
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\nfine",
        "HTTP/1.0 200 OK\r\ncontent-length: 4\r\n\r\nfine",
        "HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 4\r\n\r\nfine",
    ] {
        let server = Server::always(answer).await;
        let http = http();
        for _ in 0..3 {
            assert_eq!(call(&http, &server).await.unwrap().body, "fine");
        }
        assert_eq!(server.connections(), 3, "{answer}");
    }
}

#[tokio::test]
async fn a_rested_connection_that_the_server_closed_is_dropped_unasked() {
    let server = Server::once(ok("fine")).await;
    let http = http();
    for _ in 0..5 {
        assert!(!call(&http, &server).await.unwrap().phases.reused);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!((server.connections(), server.requests()), (5, 5));
}

#[tokio::test]
async fn a_rested_connection_is_closed_when_the_server_closes_without_any_call() {
    let closed = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&closed);
    let server = Server::start(move |mut peer| {
        let flag = Arc::clone(&flag);
        async move {
            peer.answer(ok("fine").as_bytes()).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            peer.stream.shutdown().await.unwrap();
            peer.closed_by_client().await;
            flag.store(true, Ordering::SeqCst);
        }
    })
    .await;
    let http = http();
    call(&http, &server).await.unwrap();
    within(Duration::from_millis(100), || closed.load(Ordering::SeqCst)).await;
}

/// The race that cannot be seen beforehand: the close crosses the request.
async fn stale(reset: bool, connections_that_break: usize) -> (Result<Bytes, TransportFailure>, usize, usize) {
    let server = Server::start(move |mut peer| async move {
        peer.answer(ok("first").as_bytes()).await;
        if peer.number < connections_that_break {
            peer.request().await;
            if reset {
                peer.reset();
            }
        } else {
            while peer.answer(ok("second").as_bytes()).await {}
        }
    })
    .await;
    let http = http();
    call(&http, &server).await.unwrap();
    let second = call(&http, &server).await;
    (second.map(|it| it.body).map_err(|it| it.kind), server.connections(), server.requests())
}

#[tokio::test]
async fn a_stale_connection_is_replaced_once_and_nobody_is_blamed() {
    assert_eq!(stale(false, 1).await, (Ok("first".into()), 2, 3), "closed");
    assert_eq!(stale(true, 1).await, (Ok("first".into()), 2, 3), "reset");
}

#[tokio::test]
async fn a_fresh_connection_that_breaks_is_a_failure_at_once() {
    let server = Server::start(|mut peer| async move {
        peer.request().await;
    })
    .await;
    let failure = call(&http(), &server).await.unwrap_err();
    assert_eq!((failure.kind, failure.sent), (TransportFailure::ClosedEarly, true));
    assert_eq!((server.connections(), server.requests()), (1, 1));
}

#[tokio::test]
async fn an_answer_that_had_begun_is_never_asked_for_again() {
    let server = Server::start(|mut peer| async move {
        peer.answer(ok("first").as_bytes()).await;
        peer.answer(b"HTTP/1.1 200 OK\r\ncont").await;
    })
    .await;
    let http = http();
    call(&http, &server).await.unwrap();
    let failure = call(&http, &server).await.unwrap_err();
    assert_eq!((failure.kind, failure.sent, failure.phases.reused), (TransportFailure::ClosedEarly, true, true));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_provider_that_breaks_after_working_is_not_asked_again() {
    let server = Server::start(|mut peer| async move {
        peer.answer(ok("first").as_bytes()).await;
        peer.request().await;
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    })
    .await;
    let http = http();
    call(&http, &server).await.unwrap();
    assert_eq!(call(&http, &server).await.unwrap_err().kind, TransportFailure::ClosedEarly);
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn unasked_bytes_on_a_rested_connection_end_it() {
    let server = Server::start(|mut peer| async move {
        peer.answer(ok("fine").as_bytes()).await;
        peer.write("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n").await;
        peer.closed_by_client().await;
    })
    .await;
    let http = http();
    for _ in 0..3 {
        assert_eq!(call(&http, &server).await.unwrap().body, "fine");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn connections_rest_no_longer_and_no_more_than_configured() {
    let server = Server::always(ok("fine")).await;
    let brief = Http::new(Config { idle_for: Duration::from_millis(20), ..Config::default() });
    call(&brief, &server).await.unwrap();
    tokio::time::sleep(Duration::from_millis(40)).await;
    assert!(!call(&brief, &server).await.unwrap().phases.reused);

    let none = Http::new(Config { max_idle: 0, ..Config::default() });
    call(&none, &server).await.unwrap();
    assert!(!call(&none, &server).await.unwrap().phases.reused);
}

#[tokio::test]
async fn five_hundred_calls_at_once_get_their_own_answers() {
    let server = Server::start(|mut peer| async move {
        while let Some(head) = peer.request().await {
            let path = head.split(' ').nth(1).unwrap().to_owned();
            peer.write(ok(&path)).await;
        }
    })
    .await;
    let http = Arc::new(http());
    for round in 0..2 {
        let mut calls = JoinSet::new();
        for number in 0..500 {
            let (http, target) = (Arc::clone(&http), server.target.at(&format!("/{round}/{number}")).unwrap());
            calls.spawn(async move {
                let received = http.whole(&crate::server::post(&target), &limits()).await.unwrap();
                assert_eq!(received.body, target.path());
            });
        }
        while let Some(done) = calls.join_next().await {
            done.unwrap();
        }
    }
    assert_eq!(server.requests(), 1000);
    assert!(server.connections() <= 1000 - 256, "{}", server.connections());
}

#[tokio::test]
async fn dropping_the_transport_closes_what_rests() {
    let closed = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&closed);
    let server = Server::start(move |mut peer| {
        let flag = Arc::clone(&flag);
        async move {
            while peer.answer(ok("fine").as_bytes()).await {}
            flag.store(true, Ordering::SeqCst);
        }
    })
    .await;
    let http = http();
    call(&http, &server).await.unwrap();
    drop(http);
    within(Duration::from_millis(50), || closed.load(Ordering::SeqCst)).await;
}
