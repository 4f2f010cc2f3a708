//! K: what is remembered between calls. Read by `plan`, written by what calls learn; in memory, one per engine.
#![forbid(unsafe_code)]

pub mod families;
pub mod prices;

use crate::analyze::{Blame, Fault};
use crate::plan::budget::{Limits, Purse, RetryBudget};
use crate::time::Time;
use hashbrown::HashMap;
use std::sync::Arc;

/// Everything an engine knows.
#[derive(Debug, Default)]
pub struct Knowledge {
    routes: HashMap<Arc<str>, Route>,
    pub retries: RetryBudget,
    pub purse: Purse,
}

/// What is known of one provider.
#[derive(Debug, Clone, Default)]
pub struct Route {
    pub attempts: u64,
    /// Of these, failed by a fault that is the provider's.
    pub failures: u64,
    /// It asked not to be called before this.
    pub rests_until: Time,
    pub last_fault: Option<Fault>,
}

impl Knowledge {
    /// `ratio`: repeats per call.
    pub fn new(limits: &Limits, ratio: f64) -> Self {
        Self { purse: Purse::new(limits), retries: RetryBudget::new(ratio), ..Self::default() }
    }

    pub fn rests_until(&self, name: &str) -> Time {
        self.routes.get(name).map(|route| route.rests_until).unwrap_or_default()
    }

    pub fn succeeded(&mut self, name: &Arc<str>) {
        let route = self.route(name);
        route.attempts += 1;
        route.rests_until = Time::default();
    }

    /// `rest` is the provider's own wish; every call to come honours it, not only the one that was told.
    pub fn failed(&mut self, name: &Arc<str>, fault: Fault, rest: Option<Time>) {
        let route = self.route(name);
        route.attempts += 1;
        route.failures += u64::from(fault.hurts_health());
        route.last_fault = Some(fault);
        // A wish that comes with the caller's own mistake says nothing about other requests.
        if let Some(rest) = rest.filter(|_| fault.blame() != Blame::Caller) {
            route.rests_until = route.rests_until.max(rest);
        }
    }

    pub fn routes(&self) -> impl Iterator<Item = (&Arc<str>, &Route)> {
        self.routes.iter()
    }

    fn route(&mut self, name: &Arc<str>) -> &mut Route {
        self.routes.entry_ref(name).or_default()
    }
}
