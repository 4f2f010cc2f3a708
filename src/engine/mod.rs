//! The runtime put together: configured providers, compiled contracts, knowledge, and the driver that walks a call
//! from its request to its one settlement.
#![forbid(unsafe_code)]

pub mod clock;
pub mod config;
pub mod drive;
mod events;
mod gate;
mod job;
pub mod provider;
mod respond;
mod routes;
mod wire;

pub use drive::Transport;
pub use job::{Ask, Door, Job, Settled};

use crate::analyze::Mask;
use crate::call::{Refusal, Retry};
use crate::contract::{self, Contract};
use crate::execute::Http;
use crate::json::quote;
use crate::knowledge::Knowledge;
use crate::knowledge::prices::{Nanodollars, Prices};
use crate::plan::backoff::Backoff;
use crate::plan::budget::{Limits, RATIO};
use crate::provider::openai_chat;
use crate::report;
use clock::Clock;
use config::{Config, Mode};
use http::HeaderMap;
use provider::Provider;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Everything one `CorrectoverEngine` owns.
#[derive(Debug)]
pub struct Engine {
    pub providers: Vec<Provider>,
    pub contract: Arc<Contract>,
    pub observe: bool,
    deadline: Option<Duration>,
    max_attempts: Option<u32>,
    retry: Retry,
    knowledge: Mutex<Knowledge>,
    random: Mutex<fastrand::Rng>,
    prices: Prices,
    pub http: Http,
    pub mask: Mask,
    pub clock: Clock,
}

/// A configuration that cannot be used: which field, what was expected, what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub field: String,
    pub expected: String,
    pub got: String,
}

/// The time a call may take where nobody said: as long as openai-node waits.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(600);

impl Engine {
    /// `seed` drives jitter and ids where the configuration names none.
    pub fn new(config: Config, seed: u64) -> Result<Self, Wrong> {
        let mut providers = Vec::with_capacity(config.providers.len());
        for (index, provider) in config.providers.iter().enumerate() {
            providers.push(Provider::new(provider).map_err(|wrong| Wrong {
                field: format!("providers[{index}].{}", wrong.field),
                expected: wrong.expected,
                got: wrong.got,
            })?);
        }
        let contract = Contract::compile(config.contract).map_err(Wrong::from)?;
        let secrets = config.providers.iter().flat_map(|provider| provider.api_key.iter().chain(&provider.api_keys));
        let money = |usd: Option<f64>| usd.map(|usd| Nanodollars::from_usd(usd).unwrap_or_default());
        Ok(Self {
            mask: Mask::new(secrets.map(String::as_str)),
            providers,
            contract: Arc::new(contract),
            observe: config.mode == Mode::Observe,
            deadline: config.deadline_ms.map(|ms| Duration::from_secs_f64((ms / 1000.0).clamp(0.001, 1e7))),
            max_attempts: config.max_attempts,
            retry: retry(config.retry),
            knowledge: Mutex::new(Knowledge::new(
                &Limits {
                    per_call: money(config.budget.usd_per_call),
                    per_minute: money(config.budget.usd_per_minute),
                    per_day: money(config.budget.usd_per_day),
                    tokens_per_minute: config.budget.tokens_per_minute,
                },
                ratio(config.retry),
            )),
            random: Mutex::new(fastrand::Rng::with_seed(config.seed.unwrap_or(seed))),
            prices: Prices::builtin(),
            http: Http::new(crate::execute::Config {
                extra_roots: config.extra_ca_file.map(Into::into),
                ..Default::default()
            }),
            clock: Clock::start(),
        })
    }

    /// Locked for the length of one decision, never across a wait. A poisoned lock only means that another call
    /// panicked; what it knew is still the best there is.
    pub fn knowledge(&self) -> MutexGuard<'_, Knowledge> {
        self.knowledge.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of the providers, as the JSON of `Health`.
    pub fn health(&self, in_flight: usize) -> String {
        let mut out = format!("{{\"inFlight\":{in_flight},\"routes\":[");
        let knowledge = self.knowledge();
        for (index, (name, route)) in knowledge.routes().enumerate() {
            out.push_str(if index > 0 { ",{\"provider\":" } else { "{\"provider\":" });
            quote(&mut out, name);
            let _ = write!(
                out,
                ",\"attempts\":{},\"failures\":{},\"restsMs\":{}",
                route.attempts,
                route.failures,
                route.rests_until.since(self.clock.now()).as_millis()
            );
            out.push_str(",\"lastFault\":");
            report::fault(&mut out, route.last_fault);
            out.push('}');
        }
        out.push_str("]}");
        out
    }

    /// What a caller gets whose call ran into a bug of ours: a refusal, never silence.
    pub fn panicked() -> Settled {
        let refusal = Refusal::internal();
        let mut headers = HeaderMap::new();
        respond::own_headers(&mut headers, "", "");
        Settled {
            status: refusal.status(),
            headers,
            body: openai_chat::refusal::body(refusal.kind.code(), refusal.kind.name(), &refusal.message).into(),
            report: report::lost(&refusal),
            refused: true,
        }
    }

    pub fn random(&self) -> MutexGuard<'_, fastrand::Rng> {
        self.random.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<contract::Invalid> for Wrong {
    fn from(invalid: contract::Invalid) -> Self {
        let field = if invalid.field.is_empty() { "contract".into() } else { format!("contract.{}", invalid.field) };
        Self { field, expected: invalid.expected, got: invalid.got }
    }
}

fn retry(setting: config::Setting) -> Retry {
    let default = Retry::default();
    match setting {
        config::Setting::Switch(enabled) => Retry { enabled, ..default },
        config::Setting::Set(set) => Retry {
            enabled: true,
            longest_wait: set.max_delay_ms.map_or(default.longest_wait, Duration::from_millis),
            backoff: Backoff {
                base: set.base_delay_ms.unwrap_or(default.backoff.base),
                cap: set.max_delay_ms.unwrap_or(default.backoff.cap),
            },
        },
    }
}

/// Repeats per call that the engine grants.
fn ratio(setting: config::Setting) -> f64 {
    match setting {
        config::Setting::Set(config::Retry { budget_ratio: Some(config::Ratio::Of(ratio)), .. }) => ratio,
        config::Setting::Set(config::Retry { budget_ratio: Some(config::Ratio::Switch(false)), .. }) => f64::INFINITY,
        config::Setting::Switch(_) | config::Setting::Set(_) => RATIO,
    }
}
