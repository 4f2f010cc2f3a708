//! Latency: did the answer come in time? The same limits act as the attempt's timeouts, so this check only sees
//! what slipped through between a timer and a clock.
#![forbid(unsafe_code)]

use super::config;
use super::verdict::{Dimension, Finding, Verdict};
use std::time::Duration;

/// Limits of one attempt, from request sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latency {
    pub max: Option<Duration>,
    pub max_first_token: Option<Duration>,
    pub max_idle: Option<Duration>,
}

impl Latency {
    pub fn compile(config: &config::Latency) -> Self {
        let limit = |ms: Option<f64>| ms.map(|ms| Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 1e9)));
        Self {
            max: limit(config.max_ms),
            max_first_token: limit(config.max_first_token_ms),
            max_idle: limit(config.max_idle_ms),
        }
    }

    pub fn check(&self, latency: Option<Duration>, verdict: &mut Verdict) {
        let (Some(max), Some(latency)) = (self.max, latency) else { return };
        verdict.pass(Dimension::Latency);
        if latency > max {
            verdict.add(
                Finding::fail(Dimension::Latency, "too_slow", "the answer took too long")
                    .expected(format!("at most {} ms", max.as_millis()))
                    .actual(format!("{} ms", latency.as_millis())),
            );
        }
    }
}
