//! What became of one attempt: everything the report and the explanation tell of it.
#![forbid(unsafe_code)]

use crate::analyze::{Diagnosis, Fault};
use crate::attempt::Phases;
use crate::contract::Judged;
use crate::plan::budget::Estimate;
use crate::time::Time;

/// How far the call had to go for an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The first attempt.
    None,
    /// The same route again.
    L1,
    /// A lesser route, marked as one.
    L2,
    /// Another provider under the same contract.
    L3,
}

impl Level {
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Attempt {
    pub candidate: usize,
    pub level: Level,
    /// The rule that chose this attempt.
    pub rule: &'static str,
    pub started: Time,
    pub ended: Option<Time>,
    pub status: Option<u16>,
    pub phases: Phases,
    pub judged: Option<Judged>,
    pub diagnosis: Option<Diagnosis>,
    /// What was done after it; empty while it runs.
    pub action: &'static str,
    /// What was reserved for it.
    pub estimate: Estimate,
    /// The contract's latency was its tightest limit: running into it is a violation, not a timeout.
    pub latency_bound: bool,
}

impl Attempt {
    pub fn new(candidate: usize, level: Level, rule: &'static str, started: Time, estimate: Estimate) -> Self {
        Self {
            candidate,
            level,
            rule,
            started,
            ended: None,
            status: None,
            phases: Phases::default(),
            judged: None,
            diagnosis: None,
            action: "",
            estimate,
            latency_bound: false,
        }
    }

    pub fn ended(&mut self, now: Time, status: Option<u16>, phases: Phases) {
        self.ended = Some(now);
        self.status = status;
        self.phases = phases;
    }

    pub fn fault(&self) -> Option<Fault> {
        self.diagnosis.as_ref().map(|diagnosis| diagnosis.fault)
    }
}
