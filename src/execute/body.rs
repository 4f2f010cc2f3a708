//! A body as it arrives: decoded, bounded, under its deadlines.

#![forbid(unsafe_code)]

use super::alarm::Alarm;
use super::decode::Decoder;
use super::failure::{Failure, Fault};
use super::link::{Broken, Link};
use super::pool::Pool;
use super::target::Origin;
use super::wire::Limits;
use crate::analyze::TransportFailure;
use crate::attempt::Phases;
use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Incoming};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The rest of a response.
///
/// Read to its end it gives its connection back for the next call; dropped before, it closes it.
pub struct BodyStream {
    state: State,
    decoder: Decoder,
    limits: Limits,
    started: Instant,
    /// When the last bytes came, from where idleness counts.
    progress: Instant,
    phases: Phases,
}

/// Arriving -> Arrived -> Over; any failure leads to Over.
enum State {
    /// More bytes are to come.
    Arriving(Arriving),
    /// The last byte is here; whether the encoding ended with it is still to be seen.
    Arrived,
    Over,
}

pub(super) struct Arriving {
    pub link: Box<Link>,
    pub body: Incoming,
    pub alarm: Alarm,
    pub pool: Arc<Pool>,
    pub origin: Arc<Origin>,
    /// How long the peer said it keeps the connection.
    pub patience: Option<Duration>,
}

/// Reserved at most on the word of a content-length: a header is cheap to write.
const TRUSTED_LENGTH: usize = 1 << 20;

/// Later than any stream ends, and still a time that a timer can hold.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

impl BodyStream {
    pub(super) fn new(
        arriving: Arriving,
        decoder: Decoder,
        limits: Limits,
        (started, progress): (Instant, Instant),
        phases: Phases,
    ) -> Self {
        let mut stream = Self { state: State::Arriving(arriving), decoder, limits, started, progress, phases };
        stream.release_if_done();
        stream
    }

    /// The next decoded bytes, never empty; `None` after the proper end. After a failure there is nothing more.
    /// Cancel safe: a future dropped halfway loses no bytes.
    pub async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        match self.step().await {
            Ok(Some(bytes)) => Some(Ok(bytes)),
            Ok(None) => None,
            Err(fault) => {
                self.end();
                let Fault { kind, detail } = fault;
                Some(Err(Failure { kind, detail, phases: self.phases, sent: true, head: None }))
            }
        }
    }

    /// The times so far; `total` is known once the stream is over.
    pub fn phases(&self) -> Phases {
        self.phases
    }

    /// The whole body in one piece, without a copy where it came in one.
    pub(super) async fn collect(&mut self) -> Result<Bytes, Failure> {
        let announced = self.announced().unwrap_or(0).min(TRUSTED_LENGTH);
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        let Some(second) = self.next().await.transpose()? else { return Ok(first) };
        let mut whole = BytesMut::with_capacity(announced.max(first.len() + second.len()));
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        while let Some(piece) = self.next().await.transpose()? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// The length the peer announced, where it is also the length we deliver.
    pub(super) fn announced(&self) -> Option<usize> {
        match &self.state {
            State::Arriving(it) if self.decoder.is_identity() => it.body.size_hint().exact()?.try_into().ok(),
            State::Arriving(_) | State::Arrived | State::Over => None,
        }
    }

    /// From here on it may take until `until`, or for ever, while something comes within `idle`.
    pub fn keep(&mut self, until: Option<Instant>, idle: Duration) {
        self.limits.until = until.unwrap_or_else(|| Instant::now() + NEVER);
        self.limits.idle.get_or_insert(idle);
    }

    async fn step(&mut self) -> Result<Option<Bytes>, Fault> {
        loop {
            let arriving = match &mut self.state {
                State::Arriving(arriving) => arriving,
                State::Arrived => {
                    let rest = self.decoder.finish()?;
                    self.end();
                    return Ok((!rest.is_empty()).then_some(rest));
                }
                State::Over => return Ok(None),
            };
            let until = self.limits.until;
            let due = self.limits.idle.map_or(until, |idle| until.min(self.progress + idle));
            let chunk = match arriving.link.read(&mut arriving.body, &mut arriving.alarm, due).await {
                None => {
                    self.progress = Instant::now();
                    self.release();
                    continue;
                }
                Some(Ok(chunk)) => chunk,
                Some(Err(Broken::Late)) => return Err(self.late(due)),
                Some(Err(broken)) => return Err(within_body(broken.into())),
            };
            self.progress = Instant::now();
            self.release_if_done();
            // A peer that always has more never lets the alarm be polled.
            if matches!(self.state, State::Arriving(_)) && self.progress >= until {
                return Err(self.late(until));
            }
            let bytes = self.decoder.feed(chunk)?;
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    fn late(&self, due: Instant) -> Fault {
        if due == self.limits.until {
            Fault::new(TransportFailure::TotalTimeout, "the time for this attempt ended within the body")
        } else {
            let idle = self.limits.idle.unwrap_or_default();
            Fault::new(TransportFailure::IdleTimeout, format!("the body stood still for {idle:?}"))
        }
    }

    /// With a known length the last byte is the end; no need to ask again.
    fn release_if_done(&mut self) {
        if matches!(&self.state, State::Arriving(it) if it.body.is_end_stream()) {
            self.release();
        }
    }

    /// Gives the connection back.
    fn release(&mut self) {
        if let State::Arriving(it) = std::mem::replace(&mut self.state, State::Arrived) {
            self.phases.total = Some(self.progress - self.started);
            it.pool.put(&it.origin, it.link, self.progress, it.patience);
        }
    }

    /// Closes the connection, if it was not given back.
    fn end(&mut self) {
        self.state = State::Over;
        self.phases.total.get_or_insert_with(|| self.started.elapsed());
    }
}

/// However the connection broke, an answer had begun and is not whole.
fn within_body(fault: Fault) -> Fault {
    match fault.kind {
        TransportFailure::Reset => Fault { kind: TransportFailure::ClosedEarly, ..fault },
        _ => fault,
    }
}
