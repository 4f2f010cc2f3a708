//! Budgets that span calls: repeats of a request, and money and tokens over time. All are buckets told the time.
#![forbid(unsafe_code)]

use crate::knowledge::prices::Nanodollars;
use crate::time::Time;
use std::time::Duration;

/// Repeats on a route that already failed: a fifth of recent calls and one a second on top (Linkerd's and tower's
/// proportions), so that a provider in trouble is not hit harder for being in trouble. Failover is not a repeat.
#[derive(Debug, Clone)]
pub struct RetryBudget {
    /// Repeats per call; infinite where the user wants no limit.
    ratio: f64,
    tokens: f64,
    refilled: Time,
}

/// What may be saved up: the floor of ten seconds.
const MOST: f64 = 10.0;
/// Repeats per call where the user says nothing.
pub const RATIO: f64 = 0.2;
const PER_SECOND: f64 = 1.0;

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(RATIO)
    }
}

impl RetryBudget {
    pub fn new(ratio: f64) -> Self {
        Self { ratio, tokens: MOST, refilled: Time::default() }
    }

    pub fn deposit(&mut self, now: Time) {
        self.refill(now);
        self.tokens = (self.tokens + self.ratio).min(MOST);
    }

    pub fn allows(&mut self, now: Time) -> bool {
        self.refill(now);
        self.tokens >= 1.0 || self.ratio.is_infinite()
    }

    pub fn withdraw(&mut self) {
        self.tokens -= 1.0;
    }

    fn refill(&mut self, now: Time) {
        self.tokens = (self.tokens + now.since(self.refilled).as_secs_f64() * PER_SECOND).min(MOST);
        self.refilled = self.refilled.max(now);
    }
}

/// A hard limit of an amount in a sliding window: what is reserved before sending counts until it is settled.
#[derive(Debug, Clone)]
pub struct Window {
    limit: u64,
    length: Duration,
    spent: f64,
    updated: Time,
}

impl Window {
    pub fn new(limit: u64, length: Duration) -> Self {
        Self { limit, length, spent: 0.0, updated: Time::default() }
    }

    /// Whether `amount` still fits. What was spent leaks away evenly over the window.
    pub fn fits(&mut self, amount: u64, now: Time) -> bool {
        self.leak(now);
        #[expect(clippy::cast_precision_loss, reason = "amounts of money and tokens lie far below 2^53")]
        let (amount, limit) = (amount as f64, self.limit as f64);
        self.spent + amount <= limit && self.spent < limit
    }

    pub fn spend(&mut self, amount: u64, now: Time) {
        self.leak(now);
        #[expect(clippy::cast_precision_loss, reason = "amounts of money and tokens lie far below 2^53")]
        let amount = amount as f64;
        self.spent += amount;
    }

    /// Gives back what was reserved and not spent.
    pub fn release(&mut self, amount: u64) {
        #[expect(clippy::cast_precision_loss, reason = "amounts of money and tokens lie far below 2^53")]
        let amount = amount as f64;
        self.spent = (self.spent - amount).max(0.0);
    }

    fn leak(&mut self, now: Time) {
        #[expect(clippy::cast_precision_loss, reason = "amounts of money and tokens lie far below 2^53")]
        let limit = self.limit as f64;
        let leaked = limit * now.since(self.updated).as_secs_f64() / self.length.as_secs_f64();
        self.spent = (self.spent - leaked).max(0.0);
        self.updated = self.updated.max(now);
    }
}

/// The limits of an engine, as configured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    pub per_call: Option<Nanodollars>,
    pub per_minute: Option<Nanodollars>,
    pub per_day: Option<Nanodollars>,
    pub tokens_per_minute: Option<u64>,
}

/// Money and tokens of one engine.
#[derive(Debug, Clone, Default)]
pub struct Purse {
    per_call: Option<Nanodollars>,
    minute: Option<Window>,
    day: Option<Window>,
    tokens: Option<Window>,
}

/// What an attempt is expected to take, reserved before it is sent. `money` is `None` where no price is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Estimate {
    pub money: Option<Nanodollars>,
    pub tokens: u64,
}

impl Purse {
    pub fn new(limits: &Limits) -> Self {
        const MINUTE: Duration = Duration::from_secs(60);
        const DAY: Duration = Duration::from_secs(86_400);
        Self {
            per_call: limits.per_call,
            minute: limits.per_minute.map(|limit| Window::new(limit.0, MINUTE)),
            day: limits.per_day.map(|limit| Window::new(limit.0, DAY)),
            tokens: limits.tokens_per_minute.map(|limit| Window::new(limit, MINUTE)),
        }
    }

    pub fn limits_money(&self) -> bool {
        self.per_call.is_some() || self.minute.is_some() || self.day.is_some()
    }

    pub fn is_unlimited(&self) -> bool {
        !self.limits_money() && self.tokens.is_none()
    }

    /// Reserves an attempt's estimate, or names the limit it breaks. `spent` is what this call has cost so far.
    /// A route without a price fails closed where money is limited: it might cost anything.
    pub fn reserve(&mut self, estimate: &Estimate, spent: Nanodollars, now: Time) -> Result<(), &'static str> {
        if estimate.money.is_none() && self.limits_money() {
            return Err("price unknown");
        }
        let money = estimate.money.unwrap_or_default().0;
        if self.per_call.is_some_and(|limit| spent.0.saturating_add(money) > limit.0) {
            return Err("usdPerCall");
        }
        let fits = |window: &mut Option<Window>, amount| window.as_mut().is_none_or(|window| window.fits(amount, now));
        if !fits(&mut self.minute, money) {
            return Err("usdPerMinute");
        }
        if !fits(&mut self.day, money) {
            return Err("usdPerDay");
        }
        if !fits(&mut self.tokens, estimate.tokens) {
            return Err("tokensPerMinute");
        }
        for window in [&mut self.minute, &mut self.day].into_iter().flatten() {
            window.spend(money, now);
        }
        if let Some(window) = &mut self.tokens {
            window.spend(estimate.tokens, now);
        }
        Ok(())
    }

    /// Replaces an estimate by what was really spent.
    pub fn settle(&mut self, estimate: &Estimate, actual: &Estimate, now: Time) {
        for window in [&mut self.minute, &mut self.day].into_iter().flatten() {
            window.release(estimate.money.unwrap_or_default().0);
            window.spend(actual.money.unwrap_or_default().0, now);
        }
        if let Some(window) = &mut self.tokens {
            window.release(estimate.tokens);
            window.spend(actual.tokens, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(1_000_000_000);

    #[test]
    fn repeats_are_a_fifth_of_calls_and_one_a_second() {
        let mut budget = RetryBudget::default();
        let mut granted = 0;
        for _ in 0..1000 {
            budget.deposit(START);
            if budget.allows(START) {
                budget.withdraw();
                granted += 1;
            }
        }
        assert!((205..=210).contains(&granted), "{granted}");
        assert!(budget.allows(START + Duration::from_secs(1)));
    }

    #[test]
    fn a_window_fills_and_leaks() {
        let mut window = Window::new(100, Duration::from_secs(60));
        assert!(window.fits(100, START));
        window.spend(100, START);
        assert!(!window.fits(1, START));
        assert!(window.fits(50, START + Duration::from_secs(30)));
        assert!(!window.fits(51, START + Duration::from_secs(30)));
    }

    #[test]
    fn each_limit_is_named_when_it_breaks() {
        let cent = Nanodollars(10_000_000);
        let estimate = Estimate { money: Some(cent), tokens: 100 };
        for (limits, expected) in [
            (Limits { per_call: Some(Nanodollars(1)), ..Limits::default() }, Err("usdPerCall")),
            (Limits { per_minute: Some(Nanodollars(1)), ..Limits::default() }, Err("usdPerMinute")),
            (Limits { per_day: Some(Nanodollars(1)), ..Limits::default() }, Err("usdPerDay")),
            (Limits { tokens_per_minute: Some(99), ..Limits::default() }, Err("tokensPerMinute")),
            (Limits { tokens_per_minute: Some(100), per_call: Some(cent), ..Limits::default() }, Ok(())),
        ] {
            assert_eq!(Purse::new(&limits).reserve(&estimate, Nanodollars(0), START), expected);
        }
        let limits = Limits { per_call: Some(cent), ..Limits::default() };
        assert_eq!(Purse::new(&limits).reserve(&estimate, Nanodollars(1), START), Err("usdPerCall"));
        let unknown = Estimate { money: None, tokens: 1 };
        assert_eq!(Purse::new(&limits).reserve(&unknown, Nanodollars(0), START), Err("price unknown"));
    }

    #[test]
    fn settling_gives_back_what_was_not_spent() {
        let limits = Limits { per_minute: Some(Nanodollars(100)), ..Limits::default() };
        let mut purse = Purse::new(&limits);
        let estimate = Estimate { money: Some(Nanodollars(100)), tokens: 0 };
        assert_eq!(purse.reserve(&estimate, Nanodollars(0), START), Ok(()));
        assert_eq!(purse.reserve(&estimate, Nanodollars(0), START), Err("usdPerMinute"));
        purse.settle(&estimate, &Estimate { money: Some(Nanodollars(0)), tokens: 0 }, START);
        assert_eq!(purse.reserve(&estimate, Nanodollars(0), START), Ok(()));
    }
}
