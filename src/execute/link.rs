//! One connection, driven by whoever uses it.
//!
//! hyper gives two halves: a sender of requests, and a future that moves the bytes, usually spawned as a task of its
//! own. Here the task that waits for the answer polls both. That gives backpressure for nothing (unread bodies are
//! not read from the socket), makes dropping a link close it at once, and leaves the CPU of the second task to pay
//! for the pool and the deadlines.

#![forbid(unsafe_code)]

use super::alarm::Alarm;
use super::failure::Fault;
use super::socket::{Socket, Stream, Traffic};
use crate::analyze::TransportFailure;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::task::coop::unconstrained;
use tokio::time::Instant;

/// Head of a response, all headers together: twice what any provider was seen to send with its rate limits, policies
/// and tracing, and the same as Node's own limit.
const MAX_HEAD: usize = 16 << 10;

/// hyper's read and write buffers. It also bounds how much of a body is read at once.
const MAX_BUFFER: usize = 256 << 10;

pub(super) struct Link {
    sender: SendRequest<Full<Bytes>>,
    connection: Connection<TokioIo<Socket>, Full<Bytes>>,
    /// The connection has ended and must not be polled again.
    ended: bool,
    traffic: Arc<Traffic>,
}

/// Why nothing came over a link.
pub(super) enum Broken {
    /// The deadline passed.
    Late,
    Link(hyper::Error),
    /// It ended without telling why.
    Gone,
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Link(error) => Self::from(&error),
            Broken::Late => Self::new(TransportFailure::TotalTimeout, "the deadline passed"),
            Broken::Gone => Self::new(TransportFailure::ClosedEarly, "the connection ended without a word"),
        }
    }
}

impl Link {
    pub async fn new(stream: Stream) -> Result<Self, hyper::Error> {
        let traffic = Arc::new(Traffic::default());
        let socket = TokioIo::new(Socket::new(stream, Arc::clone(&traffic)));
        let (sender, connection) =
            Builder::new().max_buf_size(MAX_BUFFER).max_header_size(MAX_HEAD).handshake(socket).await?;
        Ok(Self { sender, connection, ended: false, traffic })
    }

    /// Whether another request can be sent. Polling notices a peer that closed meanwhile, and leaves `context` to be
    /// woken when it does so later.
    pub fn is_open(&mut self, context: &mut Context<'_>) -> bool {
        self.drive(context);
        !self.ended && self.sender.is_ready()
    }

    /// Bytes of the current request went out.
    pub fn sent(&self) -> bool {
        self.traffic.sent()
    }

    /// Bytes of the current response came in.
    pub fn heard(&self) -> bool {
        self.traffic.heard()
    }

    /// Sends a request and waits for the head of its response.
    pub async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
        alarm: &mut Alarm,
        due: Instant,
    ) -> Result<Response<Incoming>, Broken> {
        self.traffic.clear();
        // Unconstrained, because it is polled with a waker that wakes nobody: only the connection can bring news.
        let mut response = pin!(unconstrained(self.sender.send_request(request)));
        poll_fn(|context| {
            self.drive(context);
            if let Poll::Ready(response) = response.as_mut().poll(&mut nobody()) {
                return Poll::Ready(response.map_err(Broken::Link));
            }
            if self.ended {
                return Poll::Ready(Err(Broken::Gone));
            }
            alarm.poll(context, due).map(|()| Err(Broken::Late))
        })
        .await
    }

    /// The next piece of a body; `None` after its proper end.
    pub async fn read(
        &mut self,
        body: &mut Incoming,
        alarm: &mut Alarm,
        due: Instant,
    ) -> Option<Result<Bytes, Broken>> {
        poll_fn(|context| {
            if let Poll::Ready(piece) = poll_data(body) {
                return Poll::Ready(piece);
            }
            self.drive(context);
            if let Poll::Ready(piece) = poll_data(body) {
                return Poll::Ready(piece);
            }
            if self.ended {
                return Poll::Ready(Some(Err(Broken::Gone)));
            }
            alarm.poll(context, due).map(|()| Some(Err(Broken::Late)))
        })
        .await
    }

    /// Moves bytes as far as they go. An error of the connection reaches us through the response or its body.
    fn drive(&mut self, context: &mut Context<'_>) {
        if !self.ended {
            self.ended = Pin::new(&mut self.connection).poll(context).is_ready();
        }
    }
}

/// The next data of a body; trailers say nothing that a contract reads.
fn poll_data(body: &mut Incoming) -> Poll<Option<Result<Bytes, Broken>>> {
    loop {
        match Pin::new(&mut *body).poll_frame(&mut nobody()) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    return Poll::Ready(Some(Ok(data)));
                }
            }
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(Broken::Link(error)))),
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Pending => return Poll::Pending,
        }
    }
}

/// A context for what only the connection, polled right beside it, can move on.
fn nobody() -> Context<'static> {
    Context::from_waker(Waker::noop())
}
