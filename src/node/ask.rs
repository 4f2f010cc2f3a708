//! What a running call asks of JavaScript: keys, the user's own checks, a place to put a stream, and `fetch` itself.

use super::headers;
use super::message::Message;
use super::queue::Queue;
use crate::analyze::TransportFailure;
use crate::attempt::Received;
use crate::engine::{Ask, Transport};
use crate::execute::{BodyStream, Failure, Head, Http, Limits, Wire};
use bytes::Bytes;
use hashbrown::HashMap;
use http::HeaderMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, oneshot};

/// Questions that wait for an answer of JavaScript.
#[derive(Default)]
pub struct Open {
    next: AtomicU32,
    waiting: Mutex<HashMap<u32, oneshot::Sender<Reply>>>,
}

pub enum Reply {
    Key(Result<String, String>),
    Checks(Vec<String>),
    Fetched(Result<Received, String>),
}

impl Open {
    fn ask(&self) -> (u32, oneshot::Receiver<Reply>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, receiver) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(number, sender);
        (number, receiver)
    }

    /// An answer nobody waits for any more (the call was cancelled) is dropped.
    pub fn reply(&self, ask: u32, reply: Reply) {
        if let Some(sender) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&ask) {
            let _ = sender.send(reply);
        }
    }

    fn forget(&self, ask: u32) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&ask);
    }
}

/// Takes a question back when its call ends before the answer comes.
struct Pending<'o>(&'o Open, u32);

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.0.forget(self.1);
    }
}

/// One call's line to JavaScript.
pub struct Line {
    pub id: u32,
    pub contract: u32,
    pub queue: Arc<Queue>,
    pub open: Arc<Open>,
    pub listening: Arc<AtomicBool>,
    /// Chunks that JavaScript has room for.
    pub room: Arc<Semaphore>,
}

impl Line {
    async fn question(&self, message: impl FnOnce(u32) -> Message) -> Option<Reply> {
        let (number, answer) = self.open.ask();
        let _pending = Pending(&self.open, number);
        self.queue.push(message(number));
        answer.await.ok()
    }
}

impl Ask for Line {
    async fn key(&self, provider: &str) -> Result<String, String> {
        match self.question(|ask| Message::AskKey { id: self.id, ask, provider: provider.to_owned() }).await {
            Some(Reply::Key(key)) => key,
            _ => Err("no key came".into()),
        }
    }

    async fn checks(&self, body: &Bytes) -> Vec<String> {
        let message = |ask| Message::AskChecks { id: self.id, ask, body: body.clone(), contract: self.contract };
        match self.question(message).await {
            Some(Reply::Checks(failures)) => failures,
            _ => vec!["the checks gave no answer".into()],
        }
    }

    fn stream_opened(&self, status: u16, headers: &HeaderMap, report: String) {
        self.queue.push(Message::StreamOpened { id: self.id, status, headers: headers::render(headers), report });
    }

    async fn stream_chunk(&self, chunk: Bytes) -> bool {
        match self.room.acquire().await {
            Ok(permit) => {
                permit.forget();
                self.queue.push(Message::StreamChunk { id: self.id, chunk });
                true
            }
            Err(_) => false,
        }
    }

    fn event(&self, name: &'static str, payload: impl FnOnce() -> String) {
        if self.listening.load(Ordering::Relaxed) {
            self.queue.push(Message::Event { id: self.id, name, payload: payload() });
        }
    }
}

/// JavaScript names the failure of its `fetch` by the fault it is, and says more behind it.
fn named(name: &str) -> TransportFailure {
    TransportFailure::ALL.into_iter().find(|failure| failure.fault().name() == name).unwrap_or(TransportFailure::Reset)
}

/// Our own client.
pub struct Native<'e>(pub &'e Http);

impl Transport for Native<'_> {
    async fn whole(&self, wire: Wire, limits: Limits) -> Result<Received, Failure> {
        self.0.whole(&wire, &limits).await
    }

    async fn open(&self, wire: Wire, limits: Limits) -> Result<(Head, BodyStream), Failure> {
        self.0.streamed(&wire, &limits).await
    }
}

/// The user's own `fetch`, under the same loop and the same limits.
pub struct Asked<'l>(pub &'l Line);

impl Transport for Asked<'_> {
    async fn whole(&self, wire: Wire, limits: Limits) -> Result<Received, Failure> {
        let message = |ask| Message::AskFetch {
            id: self.0.id,
            ask,
            url: wire.target().url(),
            headers: headers::render(wire.headers()),
            body: wire.body().clone(),
            stream: false,
        };
        match tokio::time::timeout_at(limits.until, self.0.question(message)).await {
            Ok(Some(Reply::Fetched(Ok(received)))) if received.body.len() > limits.max_body => {
                Err(Failure::plain(TransportFailure::TooLarge, "the body is too large"))
            }
            Ok(Some(Reply::Fetched(Ok(received)))) => Ok(received),
            Ok(Some(Reply::Fetched(Err(why)))) => {
                let (name, words) = why.split_once(' ').unwrap_or((&why, &why));
                Err(Failure::plain(named(name), words))
            }
            Ok(_) => Err(Failure::plain(TransportFailure::Protocol, "fetch gave no response")),
            Err(_) => Err(Failure::plain(TransportFailure::TotalTimeout, "fetch did not end in time")),
        }
    }

    /// JavaScript passes streams of its own `fetch` through itself: they never come here.
    async fn open(&self, _: Wire, _: Limits) -> Result<(Head, BodyStream), Failure> {
        Err(Failure::plain(TransportFailure::Protocol, "streams of a custom fetch do not cross"))
    }
}
