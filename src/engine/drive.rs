//! The driver: walks a [`Call`] from its request to its one settlement over a real transport.
//!
//! It decides nothing. It reads the clock, sends what the call says, waits as long as the call says, and turns the end
//! into a response and a report.
#![forbid(unsafe_code)]

use super::gate::{self, Gate, Held};
use super::routes::{self, Routes};
use super::{Ask, DEFAULT_DEADLINE, Engine, Job, Settled, respond, wire};
use crate::analyze::fault::Fault;
use crate::analyze::{Diagnosis, Mask, Signal, classify};
use crate::attempt::Received;
use crate::call::{Call, Refusal, Send, Step, Terms, World};
use crate::execute::{BodyStream, Failure, Head, Limits, Wire};
use crate::json;
use crate::provider::openai_chat::request::parse;
use crate::provider::sse;
use crate::report::{self, Facts};
use crate::request::Request;
use bytes::{Bytes, BytesMut};
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// Who does the IO of an attempt.
pub trait Transport {
    /// Sends and reads the answer to its end.
    fn whole(&self, wire: Wire, limits: Limits) -> impl Future<Output = Result<Received, Failure>> + std::marker::Send;
    /// Sends and reads the answer's head.
    fn open(
        &self,
        wire: Wire,
        limits: Limits,
    ) -> impl Future<Output = Result<(Head, BodyStream), Failure>> + std::marker::Send;
}

/// How a call ended.
#[derive(Debug)]
pub enum Ended {
    Whole(Settled),
    /// The stream went through [`Ask::stream_opened`]; this is its end.
    Streamed {
        error: Option<String>,
        report: String,
    },
}

/// Makes one call.
pub async fn drive<T: Transport, A: Ask>(engine: &Engine, job: &Job, transport: &T, ask: &A) -> Ended {
    let text = json::text(&job.body).ok();
    let parsed = text.and_then(|text| parse(text).ok());
    let readable = parsed.is_some();
    let request = parsed.unwrap_or_default();
    let started = engine.clock.now();
    let terms = |routes: usize| Terms {
        started,
        deadline: started + job.deadline.or(engine.deadline).unwrap_or(DEFAULT_DEADLINE),
        max_attempts: job.max_attempts.or(engine.max_attempts).unwrap_or_else(|| default_attempts(routes)),
        observe: job.observe,
        readable,
        retry: engine.retry,
    };
    let (own, candidates, unusable) = match routes::of(engine, job, &request, readable) {
        Ok(Routes { own, candidates }) => (own, candidates, None),
        Err(error) => (None, Vec::new(), Some(error.to_string())),
    };
    let terms = terms(candidates.len());
    let call = Call::new(&request, &job.contract, candidates, terms);
    let call_id = format!("cor_{:016x}", engine.random().u64(..));
    let mask = engine.mask.with_client(&job.headers);
    let run =
        Run { engine, job, request: &request, own, call, call_id, ask, mask, waited: Duration::ZERO, announced: 0 };
    match unusable {
        Some(why) => run.refuse(&Refusal::unusable_endpoint(&why)),
        None => run.go(transport).await,
    }
}

/// A stream that stands still for so long is dead; undici waits as long.
const SILENCE: Duration = Duration::from_secs(300);

/// DESIGN, "The loop": at least two attempts, one for each route, at most four.
fn default_attempts(routes: usize) -> u32 {
    u32::try_from(routes).unwrap_or(u32::MAX).clamp(2, 4)
}

struct Run<'r, A> {
    engine: &'r Engine,
    job: &'r Job,
    request: &'r Request<'r>,
    own: Option<crate::execute::Target>,
    call: Call<'r>,
    call_id: String,
    ask: &'r A,
    /// Of every key that this call sends.
    mask: Mask,
    /// Time spent waiting on purpose.
    waited: Duration,
    /// Attempts whose end was told to listeners.
    announced: usize,
}

/// What one attempt gave.
enum Got {
    Answer(Received),
    Stream(Box<(Head, BodyStream, BytesMut)>),
    GateFailed(Diagnosis, Received),
    Failed(Failure),
    /// It could not even be sent.
    Unsent(Diagnosis),
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "only a closure is general over both lifetimes")]
impl<A: Ask> Run<'_, A> {
    async fn go<T: Transport>(mut self, transport: &T) -> Ended {
        let mut step = self.told(|call, world| call.begin(world));
        loop {
            self.announce();
            step = match step {
                Step::Send(send) => match self.attempt(transport, &send).await {
                    Got::Answer(received) => self.told(|call, world| call.answered(received, world)),
                    Got::GateFailed(diagnosis, received) => {
                        self.told(|call, world| call.gate_failed(diagnosis, received, world))
                    }
                    Got::Failed(Failure { kind, detail, sent, phases, .. }) => {
                        // The words of a fetch may quote the request.
                        let detail = self.mask.text(&detail).into_owned();
                        self.told(|call, world| call.failed(kind, detail, sent, phases, world))
                    }
                    Got::Unsent(diagnosis) => self.told(|call, world| call.unsent(diagnosis, world)),
                    Got::Stream(open) => return self.stream(*open).await,
                },
                Step::Wait(until) => {
                    let since = self.engine.clock.now();
                    tokio::time::sleep_until(self.engine.clock.instant(until)).await;
                    self.waited += self.engine.clock.now().since(since);
                    self.told(|call, world| call.woken(world))
                }
                Step::Check => self.check().await,
                Step::Deliver(verified) => return self.deliver(verified.into_inner(), true),
                Step::Observed(received) => return self.deliver(received, false),
                Step::Refuse(refusal) => return self.refuse(&refusal),
            }
        }
    }

    /// Tells the call what happened, with the world as it is now.
    fn told(&mut self, tell: impl FnOnce(&mut Call<'_>, &mut World<'_>) -> Step) -> Step {
        let (mut knowledge, mut random) = (self.engine.knowledge(), self.engine.random());
        tell(
            &mut self.call,
            &mut World {
                knowledge: &mut knowledge,
                prices: &self.engine.prices,
                random: &mut random,
                mask: &self.mask,
                now: self.engine.clock.now(),
            },
        )
    }

    async fn attempt<T: Transport>(&mut self, transport: &T, send: &Send) -> Got {
        let wire = match self.wire(send).await {
            Ok(wire) => wire,
            Err(diagnosis) => return Got::Unsent(diagnosis),
        };
        let limits = Limits {
            first_byte: send.first_byte,
            idle: send.idle,
            ..Limits::until(self.engine.clock.instant(send.until))
        };
        if !self.request.stream {
            return match transport.whole(wire, limits).await {
                Ok(received) => Got::Answer(received),
                Err(failure) => Got::Failed(failure),
            };
        }
        match transport.open(wire, limits).await {
            Ok((head, body)) => self.gate(head, body).await,
            Err(failure) => Got::Failed(failure),
        }
    }

    async fn wire(&mut self, send: &Send) -> Result<Wire, Diagnosis> {
        let candidate = &self.call.candidates[send.candidate];
        if let (true, Some(target)) = (candidate.own, &self.own) {
            return Ok(wire::own(self.job, target));
        }
        let mut key = None;
        let asked = candidate.provider.and_then(|index| self.engine.providers.get(index));
        if asked.is_some_and(|provider| matches!(provider.keys, super::provider::Keys::Asked)) {
            let since = self.engine.clock.now();
            let until = self.engine.clock.instant(send.until);
            let answer = tokio::time::timeout_at(until, self.ask.key(&candidate.name)).await;
            self.waited += self.engine.clock.now().since(since);
            key = match answer {
                Ok(Ok(key)) => {
                    self.mask.extend(super::provider::bearer(&key));
                    Some(key)
                }
                Ok(Err(why)) => return Err(keyless(why)),
                Err(_) => return Err(keyless("the function did not answer in time".into())),
            };
        }
        wire::to_provider(self.engine, self.job, self.request, candidate, key.as_deref())
            .ok_or_else(|| contract_fault("internal_error"))
    }

    /// Holds a stream's head until its first event is known.
    async fn gate(&self, head: Head, mut body: BodyStream) -> Got {
        let good = (200..300).contains(&head.status);
        let (mut seen, mut lines) = (BytesMut::new(), Held::default());
        let mut streams = good && gate::is_event_stream(&head.headers);
        loop {
            // Some servers call their streams JSON or plain text.
            streams |= good && sse::begins_like_one(&seen);
            if streams || (good && self.job.observe) {
                match if self.job.observe { Gate::Open } else { lines.judge(&seen) } {
                    Gate::Open => return Got::Stream(Box::new((head, body, seen))),
                    Gate::Error(error) => {
                        let diagnosis = self.diagnose(&head, error.as_bytes()).unwrap_or_else(stream_error);
                        return Got::GateFailed(diagnosis, received(head, Bytes::from(error)));
                    }
                    Gate::NoStream => {
                        return Got::GateFailed(contract_fault("not_an_answer"), received(head, seen.freeze()));
                    }
                    Gate::Undecided => {}
                }
            }
            match body.next().await {
                Some(Ok(chunk)) => seen.extend_from_slice(&chunk),
                Some(Err(failure)) => return Got::Failed(failure),
                None if streams => {
                    return Got::GateFailed(contract_fault("empty_answer"), received(head, seen.freeze()));
                }
                None if good => {
                    let diagnosis = self.diagnose(&head, &seen).unwrap_or_else(|| contract_fault("not_an_answer"));
                    return Got::GateFailed(diagnosis, received(head, seen.freeze()));
                }
                None => return Got::Answer(received(head, seen.freeze())),
            }
        }
    }

    fn diagnose(&self, head: &Head, body: &[u8]) -> Option<Diagnosis> {
        let host = self.call.attempts.last().map(|attempt| &*self.call.candidates[attempt.candidate].host);
        classify(&Signal {
            host,
            brand: None,
            status: head.status,
            headers: &|name| head.headers.get(name)?.to_str().ok(),
            body,
            mask: &self.mask,
            now_unix_ms: self.engine.clock.now().micros() / 1000,
        })
    }

    async fn check(&mut self) -> Step {
        let Some(body) = self.call.held().map(|received| received.body.clone()) else {
            return self.told(|call, world| call.expired(world));
        };
        let since = self.engine.clock.now();
        let until = self.engine.clock.instant(self.call.terms().deadline);
        let answer = tokio::time::timeout_at(until, self.ask.checks(&body)).await;
        self.waited += self.engine.clock.now().since(since);
        match answer {
            Ok(failures) => self.told(|call, world| call.checked(&failures, world)),
            Err(_) => self.told(|call, world| call.expired(world)),
        }
    }

    /// Passes an opened stream on, as fast as the caller reads.
    async fn stream(mut self, (head, mut body, seen): (Head, BodyStream, BytesMut)) -> Ended {
        let phases = head.phases;
        {
            let (mut knowledge, mut random) = (self.engine.knowledge(), self.engine.random());
            let now = self.engine.clock.now();
            let (prices, mask) = (&self.engine.prices, &self.mask);
            let mut world = World { knowledge: &mut knowledge, prices, random: &mut random, mask, now };
            self.call.opened(head.status, phases, &mut world);
        }
        self.announce();
        body.keep(self.stream_ends(), SILENCE);
        let mut headers = head.headers;
        if !self.job.observe {
            respond::own_headers(&mut headers, &self.call_id, &self.provider());
        }
        // Readers may stop at the last event, before the end is told: what is known now is told now.
        let so_far = self.render(false, true, None);
        self.ask.stream_opened(head.status, &headers, so_far);
        let mut error = None;
        let mut wanted = seen.is_empty() || self.ask.stream_chunk(seen.freeze()).await;
        while wanted {
            match body.next().await {
                Some(Ok(chunk)) => wanted = self.ask.stream_chunk(chunk).await,
                Some(Err(failure)) => {
                    error = Some(failure.to_string());
                    self.broke(&failure);
                    break;
                }
                None => break,
            }
        }
        let report = self.report(false, true, None);
        Ended::Streamed { error, report }
    }

    /// No longer the attempt's share: nothing can be healed any more, so that nothing need be saved up.
    fn stream_ends(&self) -> Option<Instant> {
        if self.job.observe {
            return None;
        }
        let deadline = (!self.job.patient).then(|| self.call.terms().deadline);
        let began = self.call.attempts.last().map(|attempt| attempt.started).unwrap_or_default();
        let slow = self.job.contract.latency.max.map(|max| began + max);
        [deadline, slow].into_iter().flatten().min().map(|end| self.engine.clock.instant(end))
    }

    fn broke(&mut self, failure: &Failure) {
        let detail = self.mask.text(&failure.detail).into_owned();
        let (mut knowledge, mut random) = (self.engine.knowledge(), self.engine.random());
        let (now, prices, mask) = (self.engine.clock.now(), &self.engine.prices, &self.mask);
        let mut world = World { knowledge: &mut knowledge, prices, random: &mut random, mask, now };
        self.call.broke(failure.kind, detail, &mut world);
    }

    fn deliver(mut self, received: Received, verified: bool) -> Ended {
        self.announce();
        let mut headers = received.headers;
        // Observed: the original, and nothing of ours in the way of the SDK's own retries.
        if !self.job.observe {
            respond::own_headers(&mut headers, &self.call_id, &self.provider());
            respond::say_json(&mut headers);
        }
        let report = self.report(verified && !self.job.observe, true, None);
        Ended::Whole(Settled { status: received.status, headers, body: received.body, report, refused: false })
    }

    fn refuse(mut self, refusal: &Refusal) -> Ended {
        self.announce();
        let (status, headers, body) = respond::refused(&self.mask, refusal, &self.call_id, &self.provider());
        self.ask.event("refusal", || {
            let mut out =
                format!("{{\"callId\":\"{}\",\"code\":\"{}\",\"message\":", self.call_id, refusal.kind.code());
            json::quote(&mut out, &refusal.message);
            out.push_str(",\"fault\":");
            report::fault(&mut out, Some(refusal.fault));
            out.push('}');
            out
        });
        // Tells of the end of the call, and so comes last.
        let report = self.report(false, false, Some(refusal));
        Ended::Whole(Settled { status, headers, body, report, refused: true })
    }

    fn provider(&self) -> String {
        let candidate = self.call.attempts.last().map(|attempt| &self.call.candidates[attempt.candidate]);
        candidate.map(|candidate| candidate.name.to_string()).unwrap_or_default()
    }

    /// The report at the end of the call, told to listeners too.
    fn report(&self, verified: bool, delivered: bool, refusal: Option<&Refusal>) -> String {
        let report = self.render(verified, delivered, refusal);
        self.ask.event("call-end", || format!("{{\"callId\":\"{}\",\"report\":{report}}}", self.call_id));
        report
    }

    fn render(&self, verified: bool, delivered: bool, refusal: Option<&Refusal>) -> String {
        let candidate = self.call.attempts.last().map(|attempt| &self.call.candidates[attempt.candidate]);
        let lacking = candidate
            .filter(|candidate| !candidate.own)
            .map_or(&[][..], |candidate| wire::lacking(self.engine, candidate));
        let dropped: Vec<&str> =
            lacking.iter().copied().filter(|name| self.request.fields.iter().any(|field| field.key == *name)).collect();
        report::render(
            &self.call,
            &Facts {
                call_id: &self.call_id,
                verified,
                delivered,
                settled: self.engine.clock.now(),
                waited: self.waited,
                dropped: &dropped,
                refusal,
            },
        )
    }

    /// Tells listeners of attempts that ended since the last time.
    fn announce(&mut self) {
        while let Some(attempt) = self.call.attempts.get(self.announced).filter(|attempt| !attempt.action.is_empty()) {
            tracing::debug!(
                call = self.call_id,
                attempt = self.announced,
                provider = &*self.call.candidates[attempt.candidate].name,
                fault = attempt.fault().map(tracing::field::display),
                action = attempt.action,
                "attempt ended"
            );
            super::events::announce(self.ask, &self.call_id, &self.call, self.announced, attempt);
            self.announced += 1;
        }
    }
}

fn received(head: Head, body: Bytes) -> Received {
    let Head { status, headers, phases } = head;
    Received { status, headers, body, phases }
}

/// `why` is what the user's own function said; it is theirs, and shown to them.
fn keyless(why: String) -> Diagnosis {
    Diagnosis { message: Some(why), ..contract_fault("key_unavailable") }
}

fn stream_error() -> Diagnosis {
    contract_fault("stream_error")
}

fn contract_fault(name: &str) -> Diagnosis {
    Diagnosis::of(Fault::of_finding(name))
}
