//! THE LOOP. One call as a value: it is told what happened and what time it is, and answers with the next step.
//!
//! ```text
//! request ─▶ plan ─▶ Send ─▶ answered / failed ─▶ judge ─▶ Deliver (verified)
//!              ▲                                    │
//!              └────────── Wait / next route ◀──────┤
//!                                                   └────▶ Refuse
//! ```
//!
//! It owns the deadline, the attempts and the money of the whole call, so that nothing inside or outside can spend
//! them twice. It reads no clock and draws no chance: both are arguments, and the native transport, the user's own
//! `fetch` and a test's script all drive the same value.
#![forbid(unsafe_code)]

mod outcome;
mod refusal;

pub use outcome::{Attempt, Level};
pub use refusal::{Refusal, RefusalKind};

use crate::analyze::fault::{Blame, Fault};
use crate::analyze::{Diagnosis, Mask, Signal, TransportFailure, classify};
use crate::attempt::{Phases, Received};
use crate::contract::subject::Pricing;
use crate::contract::{Contract, Judged, Subject, Verified};
use crate::knowledge::Knowledge;
use crate::knowledge::prices::{Nanodollars, Prices, Service, Usage};
use crate::plan::backoff::{self, Backoff};
use crate::plan::budget::Estimate;
use crate::plan::route::Candidate;
use crate::plan::{self, Action, Means, Move};
use crate::request::Request;
use crate::time::Time;
use std::time::Duration;

/// A provider in trouble is asked again after this, however long it wished to rest; quotas are waited for.
const LONGEST_REST: Duration = Duration::from_secs(600);

/// What holds for the whole call.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub started: Time,
    pub deadline: Time,
    pub max_attempts: u32,
    /// Deliver the original whatever the verdict, and send nothing more.
    pub observe: bool,
    /// The request was understood; what was not cannot be held against an answer.
    pub readable: bool,
    pub retry: Retry,
}

/// How the same route is asked again.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// Off: a route is never asked twice.
    pub enabled: bool,
    /// A longer wish of the provider is not waited for.
    pub longest_wait: Duration,
    pub backoff: Backoff,
}

impl Default for Retry {
    /// A minute: what SDKs wait at most; beyond it a person has gone away.
    fn default() -> Self {
        Self { enabled: true, longest_wait: Duration::from_secs(60), backoff: Backoff::default() }
    }
}

/// What the driver must do next.
#[derive(Debug)]
pub enum Step {
    Send(Send),
    /// Come back at this time, with [`Call::woken`].
    Wait(Time),
    /// Run the user's own checks on the held answer, then [`Call::checked`].
    Check,
    /// The call is settled: this answer met its contract.
    Deliver(Verified<Received>),
    /// The call is settled, unverified by the user's choice (`mode: 'observe'`).
    Observed(Received),
    /// The call is settled: no answer could be verified.
    Refuse(Box<Refusal>),
}

/// One attempt to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Send {
    pub candidate: usize,
    /// The attempt ends here at the latest.
    pub until: Time,
    pub first_byte: Option<Duration>,
    pub idle: Option<Duration>,
}

/// What the loop may look at and write to besides the call itself.
#[derive(Debug)]
pub struct World<'w> {
    pub knowledge: &'w mut Knowledge,
    pub prices: &'w Prices,
    pub random: &'w mut fastrand::Rng,
    /// The engine's own keys, to be taken out of what providers say.
    pub mask: &'w Mask,
    pub now: Time,
}

#[derive(Debug)]
pub struct Call<'c> {
    request: &'c Request<'c>,
    contract: &'c Contract,
    pub candidates: Vec<Candidate>,
    pub attempts: Vec<Attempt>,
    terms: Terms,
    /// An answer that passed everything but the user's own checks.
    held: Option<Received>,
    /// The next attempt, while the call waits for its time.
    pending: Option<(usize, &'static str)>,
}

impl<'c> Call<'c> {
    pub fn new(request: &'c Request<'c>, contract: &'c Contract, candidates: Vec<Candidate>, terms: Terms) -> Self {
        Self { request, contract, candidates, attempts: Vec::with_capacity(2), terms, held: None, pending: None }
    }

    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The answer that waits for the user's own checks.
    pub fn held(&self) -> Option<&Received> {
        self.held.as_ref()
    }

    pub fn begin(&mut self, world: &mut World<'_>) -> Step {
        world.knowledge.retries.deposit(world.now);
        for candidate in &mut self.candidates {
            candidate.not_before = world.knowledge.rests_until(&candidate.name);
        }
        self.leave_out_unpriced(world);
        match plan::first(&self.candidates, world.now) {
            Some(candidate) => self.send(candidate, "preferred-route", world),
            None => self.refuse(Refusal::no_route(&self.candidates)),
        }
    }

    /// A whole answer came, good or bad.
    pub fn answered(&mut self, received: Received, world: &mut World<'_>) -> Step {
        let Some(running) = self.attempts.last_mut() else { return self.lost() };
        running.ended(world.now, Some(received.status), received.phases);
        if !(200..300).contains(&received.status) {
            self.release(world);
            let unknown = || Diagnosis::of(const { Fault::known("status_error") });
            let diagnosis = self.told(&received, world).unwrap_or_else(unknown);
            return self.failed_with(diagnosis, Some(received), world);
        }
        let mut judged = self.judge(&received, world);
        if !self.terms.readable {
            judged.unread();
        }
        if !judged.verdict().findings().is_empty() {
            judged.rewrite(|text| world.mask.text(text).into_owned());
        }
        self.account(&judged, world);
        self.decide(received, judged, world)
    }

    /// The transport gave no answer. What was never sent costs nothing.
    pub fn failed(
        &mut self,
        failure: TransportFailure,
        detail: String,
        sent: bool,
        phases: Phases,
        world: &mut World<'_>,
    ) -> Step {
        if !sent {
            self.release(world);
        }
        let Some(running) = self.attempts.last_mut() else { return self.lost() };
        running.ended(world.now, None, phases);
        let slow = matches!(failure, TransportFailure::TotalTimeout) && running.latency_bound;
        let fault = if slow { const { Fault::known("too_slow") } } else { failure.fault() };
        self.failed_with(Diagnosis { message: Some(detail), ..Diagnosis::of(fault) }, None, world)
    }

    /// The attempt could not be sent: no key, or nothing that could be written for this route.
    pub fn unsent(&mut self, diagnosis: Diagnosis, world: &mut World<'_>) -> Step {
        self.release(world);
        let Some(running) = self.attempts.last_mut() else { return self.lost() };
        running.ended(world.now, None, Phases::default());
        self.failed_with(diagnosis, None, world)
    }

    /// A stream's gate has passed: from here on its bytes go to the caller as they come, and nothing is healed.
    pub fn opened(&mut self, status: u16, phases: Phases, world: &mut World<'_>) {
        if let Some(running) = self.attempts.last_mut() {
            running.ended(world.now, Some(status), phases);
            running.action = "deliver";
            let name = &self.candidates[running.candidate].name;
            world.knowledge.succeeded(name);
        }
    }

    /// A stream that was let through broke: nothing is healed, but nothing is denied.
    pub fn broke(&mut self, failure: TransportFailure, detail: String, world: &mut World<'_>) {
        if let Some(running) = self.attempts.last_mut() {
            let fault = failure.fault();
            running.diagnosis = Some(Diagnosis { message: Some(detail), ..Diagnosis::of(fault) });
            world.knowledge.failed(&self.candidates[running.candidate].name, fault, None);
        }
    }

    /// What came at the head of a stream is a fault.
    pub fn gate_failed(&mut self, diagnosis: Diagnosis, received: Received, world: &mut World<'_>) -> Step {
        let Some(running) = self.attempts.last_mut() else { return self.lost() };
        running.ended(world.now, Some(received.status), received.phases);
        self.failed_with(diagnosis, Some(received), world)
    }

    /// The time that [`Step::Wait`] named has come.
    pub fn woken(&mut self, world: &mut World<'_>) -> Step {
        match self.pending.take() {
            Some((candidate, rule)) => self.send(candidate, rule, world),
            None => self.lost(),
        }
    }

    /// The user's own checks have spoken on the held answer.
    pub fn checked(&mut self, failures: &[String], world: &mut World<'_>) -> Step {
        let (Some(received), Some(mut judged)) =
            (self.held.take(), self.attempts.last_mut().and_then(|attempt| attempt.judged.take()))
        else {
            return self.lost();
        };
        judged.add_checks(failures);
        self.decide(received, judged, world)
    }

    /// The driver's clock has passed the deadline while something else was running (the user's own checks).
    pub fn expired(&mut self, world: &mut World<'_>) -> Step {
        let held = self.held.take();
        if let Some(running) = self.attempts.last_mut() {
            running.ended.get_or_insert(world.now);
        }
        if let (true, Some(held)) = (self.terms.observe, held) {
            return Step::Observed(held);
        }
        self.refuse(Refusal::deadline(&self.attempts, &self.candidates, &self.terms))
    }

    /// The money of all attempts so far, as far as it is known.
    pub fn spent(&self) -> Nanodollars {
        let known = self.attempts.iter().filter_map(|attempt| attempt.judged.as_ref()?.cost);
        known.fold(Nanodollars::ZERO, Nanodollars::saturating_add)
    }

    /// Where money is limited, a route without a price gives way to those that have one.
    fn leave_out_unpriced(&mut self, world: &World<'_>) {
        if self.terms.observe || !world.knowledge.purse.limits_money() {
            return;
        }
        let priced: Vec<bool> =
            (0..self.candidates.len()).map(|index| self.estimate(index, world).money.is_some()).collect();
        if priced.contains(&true) {
            for (candidate, _) in self.candidates.iter_mut().zip(priced).filter(|(_, priced)| !priced) {
                candidate.filtered.get_or_insert("price_unknown");
            }
        }
    }

    fn send(&mut self, candidate: usize, rule: &'static str, world: &mut World<'_>) -> Step {
        let (estimate, model) = (self.estimate(candidate, world), self.candidates[candidate].model.clone());
        if !self.terms.observe
            && !world.knowledge.purse.is_unlimited()
            && let Err(limit) = world.knowledge.purse.reserve(&estimate, self.spent(), world.now)
        {
            return self.refuse(Refusal::budget(limit, &self.attempts, &model));
        }
        let level = self.level_of(candidate);
        let chosen = &mut self.candidates[candidate];
        if chosen.tries > 0 {
            world.knowledge.retries.withdraw();
        }
        chosen.tries += 1;
        let mut attempt = Attempt::new(candidate, level, rule, world.now, estimate);
        let left = self.attempts_left().saturating_sub(1);
        let enforced = !self.terms.observe;
        let share = if enforced {
            plan::share(&self.candidates, left, world.now, self.terms.deadline)
        } else {
            self.terms.deadline.since(world.now)
        };
        let limit = self.candidates[candidate].timeout.filter(|_| enforced).map_or(share, |own| own.min(share));
        let latency = self.contract.latency.max.filter(|_| enforced);
        attempt.latency_bound = latency.is_some_and(|max| max < limit);
        let limit = latency.map_or(limit, |max| max.min(limit));
        // A whole answer sends its head when its last token is written: these speak of streams only.
        let streams = enforced && self.request.stream;
        self.attempts.push(attempt);
        Step::Send(Send {
            candidate,
            until: (world.now + limit).min(self.terms.deadline),
            first_byte: self.contract.latency.max_first_token.filter(|_| streams),
            idle: self.contract.latency.max_idle.filter(|_| streams),
        })
    }

    fn decide(&mut self, received: Received, mut judged: Judged, world: &mut World<'_>) -> Step {
        self.excuse(&mut judged);
        let Some(attempt) = self.attempts.last_mut() else { return self.lost() };
        let name = &self.candidates[attempt.candidate].name;
        let received = match self.contract.admit(received, &judged) {
            Ok(verified) => {
                attempt.judged = Some(judged);
                attempt.action = "deliver";
                world.knowledge.succeeded(name);
                return Step::Deliver(verified);
            }
            Err(received) => received,
        };
        let violation = judged.verdict().violation().map(|finding| finding.fault);
        attempt.judged = Some(judged);
        let Some(name) = violation else {
            self.held = Some(received);
            return Step::Check;
        };
        let fault = Fault::of_finding(name);
        // An error behind a 200 means what it would have meant behind its own status.
        let told = if fault.name() == "error_in_success" { self.told(&received, world) } else { None };
        self.failed_with(told.unwrap_or_else(|| Diagnosis::of(fault)), Some(received), world)
    }

    /// A sign of ill health that another route showed as well is the question's doing.
    fn excuse(&self, judged: &mut Judged) {
        let Some((last, earlier)) = self.attempts.split_last() else { return };
        for attempt in earlier.iter().filter(|attempt| attempt.candidate != last.candidate) {
            if let Some(fault) = attempt.fault() {
                judged.excuse(fault.name());
            }
        }
    }

    /// The one place where a failed attempt becomes the next step.
    fn failed_with(&mut self, diagnosis: Diagnosis, received: Option<Received>, world: &mut World<'_>) -> Step {
        let fault = diagnosis.fault;
        self.learn(&diagnosis, world);
        let means = Means {
            now: world.now,
            deadline: self.terms.deadline,
            attempts_left: self.attempts_left(),
            may_repeat: self.terms.retry.enabled && world.knowledge.retries.allows(world.now),
            told_to_repeat: diagnosis.should_retry,
        };
        let Move { rule, action } = plan::next(&self.candidates, fault, &means);
        let Some(attempt) = self.attempts.last_mut() else { return self.lost() };
        attempt.diagnosis = Some(diagnosis);
        attempt.action = action.name(attempt.candidate);
        if self.terms.observe {
            return match received {
                Some(received) => Step::Observed(received),
                None => self.refuse(Refusal::unreachable(&self.attempts, &self.candidates)),
            };
        }
        match action {
            Action::Send { candidate } => self.send(candidate, rule, world),
            Action::Wait { candidate, until } => {
                self.pending = Some((candidate, rule));
                Step::Wait(until)
            }
            Action::Stop(stop) => {
                self.refuse(Refusal::after(stop, &self.attempts, &self.candidates, &self.terms, received))
            }
        }
    }

    /// What the failure says about its route, for this call and for the calls to come.
    fn learn(&mut self, diagnosis: &Diagnosis, world: &mut World<'_>) {
        let Some(attempt) = self.attempts.last() else { return };
        let candidate = &mut self.candidates[attempt.candidate];
        let fault = diagnosis.fault;
        let wish = diagnosis.retry_after.map(Duration::from_millis);
        let may_succeed = diagnosis.should_retry.unwrap_or(fault.retryable());
        if may_succeed && wish.is_none_or(|wish| wish <= self.terms.retry.longest_wait) {
            let wait = match diagnosis.retry_after {
                Some(wish) => backoff::after(wish, world.random),
                None => self.terms.retry.backoff.delay(candidate.tries.saturating_sub(1), world.random),
            };
            candidate.not_before = world.now + Duration::from_millis(wait);
        } else {
            candidate.closed = true;
        }
        if !self.terms.observe {
            let longest = if fault.blame() == Blame::Provider { LONGEST_REST } else { Duration::MAX };
            let rest = wish.map(|wish| world.now + wish.min(longest));
            world.knowledge.failed(&candidate.name, fault, rest);
        }
    }

    /// What the provider says of its own failure.
    fn told(&self, received: &Received, world: &World<'_>) -> Option<Diagnosis> {
        let host = self.attempts.last().map(|attempt| &*self.candidates[attempt.candidate].host);
        classify(&Signal {
            host,
            brand: None,
            status: received.status,
            headers: &|name| received.headers.get(name)?.to_str().ok(),
            body: &received.body,
            mask: world.mask,
            now_unix_ms: world.now.micros() / 1000,
        })
    }

    fn judge(&self, received: &Received, world: &World<'_>) -> Judged {
        let candidate = &self.candidates[self.attempts.last().map_or(0, |attempt| attempt.candidate)];
        self.contract.judge(&Subject {
            body: &received.body,
            status: Some(received.status),
            request: Some(self.request),
            asked_model: Some(&candidate.model),
            deployment: candidate.deployment.as_deref(),
            latency: received.phases.total,
            pricing: Some(Pricing {
                table: world.prices,
                provider: &candidate.brand,
                fixed: candidate.price.as_deref(),
            }),
        })
    }

    /// Replaces the reserved estimate by what the answer says it used.
    fn account(&mut self, judged: &Judged, world: &mut World<'_>) {
        if world.knowledge.purse.is_unlimited() || self.terms.observe {
            return;
        }
        let Some(attempt) = self.attempts.last() else { return };
        if let Some(usage) = &judged.usage {
            let actual = Estimate { money: judged.cost.or(attempt.estimate.money), tokens: usage.total() };
            world.knowledge.purse.settle(&attempt.estimate, &actual, world.now);
        }
    }

    /// Gives back what was reserved for an attempt that is not billed.
    fn release(&mut self, world: &mut World<'_>) {
        let Some(attempt) = self.attempts.last_mut() else { return };
        let reserved = std::mem::take(&mut attempt.estimate);
        if !world.knowledge.purse.is_unlimited() && !self.terms.observe {
            world.knowledge.purse.settle(&reserved, &Estimate::default(), world.now);
        }
    }

    /// What an attempt may cost: the prompt at four bytes a token, and the caller's own limit, or a page of text.
    fn estimate(&self, candidate: usize, world: &World<'_>) -> Estimate {
        const PAGE: u64 = 500;
        if world.knowledge.purse.is_unlimited() {
            return Estimate::default();
        }
        let candidate = &self.candidates[candidate];
        let usage = Usage {
            input: self.request.conversation.map_or(0, |text| text.len() as u64 / 4),
            output: self.request.max_tokens.unwrap_or(PAGE),
            ..Default::default()
        };
        let pricing = Pricing { table: world.prices, provider: &candidate.brand, fixed: candidate.price.as_deref() };
        Estimate { money: pricing.cost(&candidate.model, &usage, Service::default()), tokens: usage.total() }
    }

    fn level_of(&self, candidate: usize) -> Level {
        if self.attempts.is_empty() {
            return Level::None;
        }
        if self.candidates[candidate].downgrade {
            Level::L2
        } else if self.attempts.iter().any(|attempt| attempt.candidate == candidate) {
            Level::L1
        } else {
            Level::L3
        }
    }

    fn attempts_left(&self) -> u32 {
        self.terms.max_attempts.saturating_sub(u32::try_from(self.attempts.len()).unwrap_or(u32::MAX))
    }

    fn refuse(&mut self, refusal: Refusal) -> Step {
        if let Some(attempt) = self.attempts.last_mut()
            && attempt.action.is_empty()
        {
            attempt.action = "refuse";
        }
        Step::Refuse(Box::new(refusal))
    }

    /// The driver spoke out of turn: a bug of ours, told as a refusal and never as a panic.
    fn lost(&mut self) -> Step {
        self.refuse(Refusal::internal())
    }
}
