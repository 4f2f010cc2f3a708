//! One exchange: take or open a connection, send, wait for the head, hand on the body.

#![forbid(unsafe_code)]

use super::alarm::Alarm;
use super::body::{Arriving, BodyStream};
use super::connect::connect;
use super::decode::Decoder;
use super::failure::{Failure, Fault};
use super::link::{Broken, Link};
use super::pool::Pool;
use super::target::Origin;
use super::tls::Tls;
use super::wire::{Limits, Wire};
use crate::analyze::TransportFailure;
use crate::attempt::{Phases, Received};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The native transport. Its futures are to be awaited on the runtime of [`runtime`](super::runtime()), or another
/// tokio runtime with IO and time.
pub struct Http {
    pool: Arc<Pool>,
    tls: Tls,
}

#[derive(Debug, Clone)]
pub struct Config {
    /// How long a connection may rest. Most providers close sooner, which is noticed.
    pub idle_for: Duration,
    /// Connections resting per origin; more may be busy.
    pub max_idle: usize,
    /// PEM file of authorities to trust besides Mozilla's.
    pub extra_roots: Option<PathBuf>,
}

/// Status and headers, as they came: `content-encoding` and `content-length` still speak of the bytes on the wire.
#[derive(Debug)]
pub struct Head {
    pub status: u16,
    pub headers: HeaderMap,
    pub phases: Phases,
}

/// A connection that was closed while it rested shows it within a round trip. What breaks later broke while the
/// provider was working, and is not repeated behind the caller's back.
const STALE_WITHIN: Duration = Duration::from_secs(1);

impl Default for Config {
    fn default() -> Self {
        Self { idle_for: Duration::from_secs(60), max_idle: 256, extra_roots: None }
    }
}

// === impl Http ===

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

impl Http {
    pub fn new(config: Config) -> Self {
        Self { pool: Pool::new(&config), tls: Tls::new(config.extra_roots) }
    }

    /// Closes connections at rest; those under way go on.
    pub fn close_idle(&self) {
        self.pool.clear();
    }

    /// Sends a request and reads the whole answer. Dropping the future closes the connection.
    pub async fn whole(&self, wire: &Wire, limits: &Limits) -> Result<Received, Failure> {
        let (Head { status, headers, .. }, mut stream) = self.streamed(wire, limits).await?;
        match stream.collect().await {
            Ok(body) => Ok(Received { status, headers, body, phases: stream.phases() }),
            Err(failure) => Err(Failure { head: Some(Box::new((status, headers))), ..failure }),
        }
    }

    /// Sends a request and reads the head of the answer. Dropping the future, or the body before its end, closes the
    /// connection.
    pub async fn streamed(&self, wire: &Wire, limits: &Limits) -> Result<(Head, BodyStream), Failure> {
        let mut attempt = Attempt { started: Instant::now(), phases: Phases::default(), sent: false };
        match self.exchange(wire, limits, &mut attempt).await {
            Ok(answer) => Ok(answer),
            Err((Fault { kind, detail }, head)) => {
                let phases = Phases { total: Some(attempt.started.elapsed()), ..attempt.phases };
                Err(Failure { kind, detail, phases, sent: attempt.sent, head })
            }
        }
    }

    async fn exchange(
        &self,
        wire: &Wire,
        limits: &Limits,
        attempt: &mut Attempt,
    ) -> Result<(Head, BodyStream), Refused> {
        let Answering { link, response, alarm, answered } = self.response(wire, limits, attempt).await?;
        let (head, body) = response.into_parts();
        if head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Fault::new(TransportFailure::Protocol, "the peer switched protocols, unasked").into());
        }
        let refuse = |fault: Fault, headers| (fault, Some(Box::new((head.status.as_u16(), headers))));
        let decoder = match Decoder::new(&head.headers, limits) {
            Ok(decoder) => decoder,
            Err(fault) => return Err(refuse(fault, head.headers)),
        };
        let patience = patience(&head.headers);
        let origin = Arc::clone(wire.target().shared_origin());
        let arriving = Arriving { link, body, alarm, pool: Arc::clone(&self.pool), origin, patience };
        let stream = BodyStream::new(arriving, decoder, *limits, (attempt.started, answered), attempt.phases);
        if let Some(length) = stream.announced().filter(|length| *length > limits.max_body) {
            let detail = format!("the body has {length} bytes, {} are allowed", limits.max_body);
            return Err(refuse(Fault::new(TransportFailure::TooLarge, detail), head.headers));
        }
        Ok((Head { status: head.status.as_u16(), headers: head.headers, phases: attempt.phases }, stream))
    }

    /// The head of the response, over a rested connection if there is one. Such a connection may turn out to have
    /// been closed by the peer; then, once, a new one is opened and nobody is to blame.
    async fn response(&self, wire: &Wire, limits: &Limits, attempt: &mut Attempt) -> Result<Answering, Fault> {
        if attempt.started >= limits.until {
            return Err(late(limits, limits.until));
        }
        let origin = wire.target().origin();
        let mut rested = self.pool.take(origin, attempt.started);
        loop {
            attempt.phases.reused = rested.is_some();
            // Reading a clock costs as much as reading a header: what happens at once shares one reading.
            let (mut link, asked) = match rested.take() {
                Some(link) => (link, attempt.started),
                None => (Box::new(self.connect(origin, limits, &mut attempt.phases).await?), Instant::now()),
            };
            let due = limits.first_byte.map_or(limits.until, |limit| limits.until.min(asked + limit));
            let mut alarm = Alarm::set(due);
            let result = link.send(request(wire), &mut alarm, due).await;
            attempt.sent |= link.sent();
            let fault = match result {
                Ok(response) => {
                    let answered = Instant::now();
                    attempt.phases.first_byte = Some(answered - asked);
                    return Ok(Answering { link, response, alarm, answered });
                }
                Err(Broken::Late) => return Err(late(limits, due)),
                Err(broken) => Fault::from(broken),
            };
            let closed = matches!(fault.kind, TransportFailure::Reset | TransportFailure::ClosedEarly);
            let stale = attempt.phases.reused && closed && !link.heard() && asked.elapsed() < STALE_WITHIN;
            if !stale {
                return Err(fault);
            }
        }
    }

    async fn connect(&self, origin: &Origin, limits: &Limits, phases: &mut Phases) -> Result<Link, Fault> {
        let due = limits.until.min(Instant::now() + limits.connect);
        if let Ok(result) = timeout_at(due, connect(origin, &self.tls, phases)).await {
            return result;
        }
        let kind = if due == limits.until { TransportFailure::TotalTimeout } else { TransportFailure::ConnectTimeout };
        let stage = match (phases.dns, phases.connect) {
            (None, _) => "resolving",
            (Some(_), None) => "connecting to",
            (Some(_), Some(_)) => "the TLS handshake with",
        };
        Err(Fault::new(kind, format!("{stage} {} took too long", origin.host)))
    }
}

/// What is known of an attempt when it fails.
struct Attempt {
    started: Instant,
    phases: Phases,
    sent: bool,
}

struct Answering {
    link: Box<Link>,
    response: Response<Incoming>,
    alarm: Alarm,
    answered: Instant,
}

/// A fault, with the head of the response that it struck.
type Refused = (Fault, Option<Box<(u16, HeaderMap)>>);

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        (fault, None)
    }
}

fn late(limits: &Limits, due: Instant) -> Fault {
    if due == limits.until {
        Fault::new(TransportFailure::TotalTimeout, "the time for this attempt ended before the answer began")
    } else {
        let limit = limits.first_byte.unwrap_or_default();
        Fault::new(TransportFailure::FirstByteTimeout, format!("no answer within {limit:?} of the request"))
    }
}

fn request(wire: &Wire) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(wire.body().clone()));
    *request.method_mut() = wire.method().clone();
    *request.uri_mut() = wire.target().line().clone();
    *request.headers_mut() = wire.headers().clone();
    request
}

/// `Keep-Alive: timeout=5`, as Node's servers send it.
fn patience(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("keep-alive")?.to_str().ok()?;
    let seconds = value.split(',').find_map(|part| part.trim().strip_prefix("timeout="))?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}
