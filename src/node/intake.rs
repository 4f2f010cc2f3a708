//! Calls on their way to the IO thread.
//!
//! Every task that another thread gives to the runtime costs a write to the kernel, whether the IO thread sleeps or not,
//! and JavaScript begins calls in bursts: the answers that come with one wake are followed by the next questions. So
//! calls wait here until JavaScript has begun all it had to begin, or some have gathered; then the IO thread is woken
//! once and takes all that wait. What can be done there is done there: the event loop's time is the host's.
#![forbid(unsafe_code)]

use super::ask::Line;
use super::headers;
use crate::engine::Job;
use std::sync::{Mutex, PoisonError};

/// So many are not kept waiting for more: the IO thread would idle while JavaScript works.
const MANY: usize = 8;

/// A call that was begun and has not been started.
pub struct Begun {
    /// Without its headers.
    pub job: Job,
    /// As they crossed.
    pub headers: String,
    pub line: Line,
    /// Attempts are asked of JavaScript.
    pub over_fetch: bool,
}

#[derive(Default)]
pub struct Intake(Mutex<Vec<Begun>>);

impl Intake {
    /// Says whether the IO thread is to be woken now.
    pub fn push(&self, begun: Begun) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(begun);
        waiting.len().is_multiple_of(MANY)
    }

    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub fn take(&self) -> Vec<Begun> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Begun {
    /// The job, complete.
    pub fn open(self) -> (Job, Line, bool) {
        let Self { mut job, headers, line, over_fetch } = self;
        job.headers = headers::parse(&headers);
        (job, line, over_fetch)
    }
}
