//! Cost: what did this answer cost, and was that too much?
#![forbid(unsafe_code)]

use super::config;
use super::verdict::{Dimension, Finding, Verdict};
use crate::knowledge::prices::{Nanodollars, Usage};

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    pub max: Option<Nanodollars>,
    pub max_tokens: Option<u64>,
    pub max_per_1k_tokens: Option<Nanodollars>,
}

impl Cost {
    /// `Err` names the field that is no amount of money.
    pub fn compile(config: &config::Cost) -> Result<Self, &'static str> {
        let money = |field, usd: Option<f64>| usd.map(|usd| Nanodollars::from_usd(usd).ok_or(field)).transpose();
        Ok(Self {
            max: money("maxUsd", config.max_usd)?,
            max_tokens: config.max_tokens,
            max_per_1k_tokens: money("maxUsdPer1kTokens", config.max_usd_per1k_tokens)?,
        })
    }

    /// `cost` is `None` where the model's price is unknown: a limit on money then fails closed, because the answer
    /// might have cost anything.
    pub fn check(&self, usage: Option<&Usage>, cost: Option<Nanodollars>, verdict: &mut Verdict) {
        if self.max.is_none() && self.max_tokens.is_none() && self.max_per_1k_tokens.is_none() {
            return;
        }
        verdict.pass(Dimension::Cost);
        let Some(usage) = usage else {
            return verdict.add(
                fail("price_unknown", "the answer does not say how many tokens it used").expected("a usage report"),
            );
        };
        let tokens = usage.total();
        if let Some(max) = self.max_tokens
            && tokens > max
        {
            verdict.add(
                fail("too_many_tokens", "the answer used too many tokens")
                    .expected(format!("at most {max} tokens"))
                    .actual(format!("{tokens} tokens")),
            );
        }
        if self.max.is_none() && self.max_per_1k_tokens.is_none() {
            return;
        }
        let Some(cost) = cost else {
            return verdict.add(
                fail("price_unknown", "the price of the model is unknown")
                    .expected("a known price, or `price` set on the provider"),
            );
        };
        if let Some(max) = self.max
            && cost > max
        {
            verdict.add(too_expensive("the answer cost too much", max, cost, ""));
        }
        if let Some(max) = self.max_per_1k_tokens
            && tokens > 0
        {
            let rate = Nanodollars(u64::try_from(u128::from(cost.0) * 1000 / u128::from(tokens)).unwrap_or(u64::MAX));
            if rate > max {
                verdict.add(too_expensive("the answer cost too much for its size", max, rate, " per 1,000 tokens"));
            }
        }
    }
}

fn too_expensive(reason: &str, max: Nanodollars, actual: Nanodollars, unit: &str) -> Finding {
    fail("too_expensive", reason)
        .expected(format!("at most ${}{unit}", max.usd()))
        .actual(format!("${}{unit}", actual.usd()))
}

fn fail(fault: &'static str, reason: &str) -> Finding {
    Finding::fail(Dimension::Cost, fault, reason)
}
