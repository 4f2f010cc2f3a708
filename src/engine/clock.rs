//! Where time comes from for a running engine: the wall clock read once, the monotonic clock from there on.
#![forbid(unsafe_code)]

use crate::time::Time;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Moments count from the Unix epoch, so that dates in headers compare with them, and never jump.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
    unix: Time,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the rim: the one place where the wall clock is read")]
    pub fn start() -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), unix: Time::default() + unix }
    }

    pub fn now(&self) -> Time {
        self.unix + self.started.elapsed()
    }

    pub fn instant(&self, time: Time) -> Instant {
        self.started + time.since(self.unix).min(Duration::from_secs(1 << 31))
    }
}
