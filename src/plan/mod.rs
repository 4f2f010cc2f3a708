//! What to do next: a pure function from what is known to one move.
//!
//! The order of things (DESIGN, "The loop"): an untried route before a second try of any; a second try only where
//! the fault says that the unchanged request may succeed there, where the retry budget grants it, and where its
//! wait fits the deadline. A fault that no other route can heal is surfaced at once.
#![forbid(unsafe_code)]

pub mod backoff;
pub mod budget;
pub mod retry_after;
pub mod route;

use crate::analyze::fault::{Class, Fault};
use crate::time::Time;
use route::Candidate;
use std::time::Duration;

/// Waits, as providers and jitter count them.
pub type Millis = u64;

/// The next step of a call, and the rule that chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub rule: &'static str,
    pub action: Action,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Send {
        candidate: usize,
    },
    Wait {
        candidate: usize,
        until: Time,
    },
    /// Nothing more can be done: refuse.
    Stop(Stop),
}

impl Action {
    /// What reports say was done after an attempt at `from`.
    pub fn name(self, from: usize) -> &'static str {
        match self {
            Self::Send { candidate } | Self::Wait { candidate, .. } if candidate == from => "retry",
            Self::Send { .. } | Self::Wait { .. } => "failover",
            Self::Stop(_) => "refuse",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The fault is the caller's or cannot be healed by anybody.
    Surface,
    AttemptsSpent,
    RoutesSpent,
    RetryBudgetSpent,
    /// The wait that would be needed does not fit the deadline.
    WaitTooLong,
    DeadlinePassed,
}

/// What a call has left.
#[derive(Debug, Clone, Copy)]
pub struct Means {
    pub now: Time,
    pub deadline: Time,
    pub attempts_left: u32,
    /// The engine's retry budget grants one more repeat.
    pub may_repeat: bool,
    /// What the provider itself says of the unchanged request (`x-should-retry`); it knows best.
    pub told_to_repeat: Option<bool>,
}

/// A contract failure is not asked of the same route a third time: the model has shown what it answers.
const CONTRACT_TRIES_PER_ROUTE: u32 = 2;

/// The move after a failure. The candidates already know what happened to them.
pub fn next(candidates: &[Candidate], fault: Fault, means: &Means) -> Move {
    let stop = |rule, stop| Move { rule, action: Action::Stop(stop) };
    if means.now >= means.deadline {
        return stop("deadline-passed", Stop::DeadlinePassed);
    }
    if !fault.failover() && !means.told_to_repeat.unwrap_or(fault.retryable()) {
        return stop("surface-unhealable", Stop::Surface);
    }
    if means.attempts_left == 0 {
        return stop("attempts-spent", Stop::AttemptsSpent);
    }
    if fault.failover()
        && let Some(candidate) = first_untried(candidates, means.now)
    {
        return Move { rule: "next-untried-route", action: Action::Send { candidate } };
    }
    let contract = matches!(fault.class(), Class::Contract | Class::Economics);
    let repeat = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.may_repeat())
        .filter(|(_, candidate)| !contract || candidate.tries < CONTRACT_TRIES_PER_ROUTE)
        .min_by_key(|(index, candidate)| (candidate.not_before.max(means.now), *index));
    let Some((index, candidate)) = repeat else {
        return stop("routes-spent", Stop::RoutesSpent);
    };
    if !means.may_repeat {
        return stop("retry-budget-spent", Stop::RetryBudgetSpent);
    }
    if candidate.not_before >= means.deadline {
        return stop("wait-exceeds-deadline", Stop::WaitTooLong);
    }
    if candidate.not_before <= means.now {
        return Move { rule: "repeat-route", action: Action::Send { candidate: index } };
    }
    Move { rule: "wait-and-repeat", action: Action::Wait { candidate: index, until: candidate.not_before } }
}

/// The first route to try: the first eligible one that is not cooling down, or else the one that is free soonest;
/// the last usable route is never avoided.
pub fn first(candidates: &[Candidate], now: Time) -> Option<usize> {
    candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.filtered.is_none())
        .min_by_key(|(index, candidate)| (candidate.not_before.max(now), *index))
        .map(|(index, _)| index)
}

fn first_untried(candidates: &[Candidate], now: Time) -> Option<usize> {
    candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.filtered.is_none() && candidate.tries == 0)
        .min_by_key(|(index, candidate)| (candidate.not_before.max(now), *index))
        .map(|(index, _)| index)
}

/// How long an attempt may take: no more than its share while untried routes wait behind it.
pub fn share(candidates: &[Candidate], attempts_left: u32, now: Time, deadline: Time) -> Duration {
    let untried = candidates.iter().filter(|candidate| candidate.filtered.is_none() && candidate.tries == 0).count();
    let waiting = u32::try_from(untried).unwrap_or(u32::MAX).min(attempts_left);
    deadline.since(now) / (waiting + 1)
}
