//! Why a call ends without an answer, in words and as a status.
#![forbid(unsafe_code)]

use super::{Attempt, Terms};
use crate::analyze::fault::{Blame, Class, Fault};
use crate::attempt::Received;
use crate::plan::Stop;
use crate::plan::route::Candidate;

/// A call that could not be verified.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// The fault that decided.
    pub fault: Fault,
    pub message: String,
    /// The provider's own error, to be handed on with its keys masked.
    pub upstream: Option<Received>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// Answers came, and none met the contract.
    Contract,
    AllRoutes,
    Deadline,
    Budget,
    /// Nothing reached the provider and the mode forbids more (`observe`).
    Unreachable,
}

impl RefusalKind {
    /// The status through `fetch` where the provider's own is not handed on.
    pub const fn status(self) -> u16 {
        match self {
            Self::Contract => 502,
            Self::AllRoutes => 503,
            Self::Deadline => 504,
            Self::Budget => 429,
            Self::Unreachable => 0,
        }
    }

    /// The word in reports, and the class of the error in JavaScript.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::AllRoutes | Self::Unreachable => "all-routes",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
        }
    }

    /// The stable code users match on.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Contract => "ERR_CORRECTOVER_CONTRACT",
            Self::AllRoutes | Self::Unreachable => "ERR_CORRECTOVER_ALL_ROUTES_FAILED",
            Self::Deadline => "ERR_CORRECTOVER_DEADLINE_EXCEEDED",
            Self::Budget => "ERR_CORRECTOVER_BUDGET_EXCEEDED",
        }
    }
}

impl Refusal {
    /// After the plan gave up.
    pub fn after(
        stop: Stop,
        attempts: &[Attempt],
        candidates: &[Candidate],
        terms: &Terms,
        received: Option<Received>,
    ) -> Self {
        let Some(last) = attempts.last() else { return Self::internal() };
        let Some(fault) = last.fault() else { return Self::internal() };
        if stop == Stop::DeadlinePassed || last.ended.is_some_and(|ended| ended >= terms.deadline) {
            return Self::deadline(attempts, candidates, terms);
        }
        let usable = candidates.iter().filter(|candidate| candidate.filtered.is_none()).count();
        let error = received.filter(|received| !(200..300).contains(&received.status));
        let upstream = error.filter(|_| fault.blame() == Blame::Caller || usable == 1);
        // An answer came and failed, at the gate of a stream or whole; or the contract's own limit ended the attempt.
        let answered = last.status.is_some_and(|status| (200..300).contains(&status));
        let kind =
            if answered || fault.class() == Class::Economics { RefusalKind::Contract } else { RefusalKind::AllRoutes };
        Self { kind, fault, message: message(kind, attempts, candidates), upstream }
    }

    pub fn deadline(attempts: &[Attempt], candidates: &[Candidate], terms: &Terms) -> Self {
        let allowed = terms.deadline.since(terms.started).as_millis();
        let message = format!(
            "no verified answer within {allowed} ms ({})",
            last_words(attempts, candidates).unwrap_or_else(|| "no attempt was made".into())
        );
        Self {
            kind: RefusalKind::Deadline,
            fault: const { Fault::known("deadline_exceeded") },
            message,
            upstream: None,
        }
    }

    pub fn budget(limit: &str, attempts: &[Attempt], model: &str) -> Self {
        let message = format!(
            "the budget `{limit}` does not allow another attempt (model {model}, after {} attempts)",
            attempts.len()
        );
        Self { kind: RefusalKind::Budget, fault: const { Fault::known("budget_exceeded") }, message, upstream: None }
    }

    pub fn no_route(candidates: &[Candidate]) -> Self {
        let reasons: Vec<String> = candidates
            .iter()
            .filter_map(|candidate| Some(format!("{}: {}", candidate.name, candidate.filtered?)))
            .collect();
        let message = if reasons.is_empty() {
            "no provider is configured that this request could go to, or it is no JSON that can be read".into()
        } else {
            format!("no route can serve this request ({})", reasons.join("; "))
        };
        Self {
            kind: RefusalKind::AllRoutes,
            fault: const { Fault::known("no_eligible_route") },
            message,
            upstream: None,
        }
    }

    pub fn unreachable(attempts: &[Attempt], candidates: &[Candidate]) -> Self {
        let fault = attempts.last().and_then(Attempt::fault).unwrap_or(const { Fault::known("internal_error") });
        let message = last_words(attempts, candidates).unwrap_or_default();
        Self { kind: RefusalKind::Unreachable, fault, message, upstream: None }
    }

    /// The client's own URL is none that may be called.
    pub fn unusable_endpoint(why: &str) -> Self {
        let fault = const { Fault::known("no_eligible_route") };
        Self {
            kind: RefusalKind::AllRoutes,
            fault,
            message: format!("the request's URL cannot be used: {why}"),
            upstream: None,
        }
    }

    pub fn internal() -> Self {
        let message = "correctover lost track of this call; please report it".into();
        Self { kind: RefusalKind::AllRoutes, fault: const { Fault::known("internal_error") }, message, upstream: None }
    }

    /// The status through `fetch`: the provider's own where its error is handed on.
    pub fn status(&self) -> u16 {
        self.upstream.as_ref().map_or_else(|| self.kind.status(), |upstream| upstream.status)
    }

    /// Whether the same call may succeed later.
    pub fn retryable(&self) -> bool {
        match self.kind {
            RefusalKind::Deadline => true,
            RefusalKind::Contract | RefusalKind::AllRoutes | RefusalKind::Unreachable => self.fault.retryable(),
            RefusalKind::Budget => false,
        }
    }
}

fn message(kind: RefusalKind, attempts: &[Attempt], candidates: &[Candidate]) -> String {
    let head = match kind {
        RefusalKind::Contract => "no answer met its contract",
        _ => "no route gave an answer",
    };
    let count = attempts.len();
    let plural = if count == 1 { "attempt" } else { "attempts" };
    match last_words(attempts, candidates) {
        Some(words) => format!("{head} after {count} {plural}: {words}"),
        None => head.into(),
    }
}

/// The last attempt in one sentence: who, which fault, what was expected and what came.
fn last_words(attempts: &[Attempt], candidates: &[Candidate]) -> Option<String> {
    let last = attempts.last()?;
    let name = &candidates.get(last.candidate)?.name;
    let number = attempts.len();
    let Some(diagnosis) = &last.diagnosis else {
        return Some(format!("attempt {number} at {name} had not ended"));
    };
    let fault = diagnosis.fault.name();
    let violation = last.judged.as_ref().and_then(|judged| judged.verdict().violation());
    let detail = match violation {
        Some(finding) => match (&finding.expected, &finding.actual) {
            (Some(expected), Some(actual)) => format!("{}: expected {expected}, got {actual}", finding.reason),
            _ => finding.reason.clone(),
        },
        None => match (&diagnosis.message, last.status) {
            (Some(message), _) => message.clone(),
            (None, Some(status)) => format!("status {status}"),
            (None, None) => diagnosis.fault.meaning().to_owned(),
        },
    };
    Some(format!("{detail} ({fault}, provider: {name}, attempt {number})"))
}
