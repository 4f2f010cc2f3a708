//! The engine's configuration as it crosses from JavaScript: checked there field by field, read here once.
#![forbid(unsafe_code)]

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    #[serde(default)]
    pub providers: Vec<Provider>,
    #[serde(default)]
    pub mode: Mode,
    #[serde(default)]
    pub contract: crate::contract::config::Config,
    /// Named contracts are merged and sent one by one as they are used.
    #[serde(default)]
    pub contracts: serde::de::IgnoredAny,
    pub deadline_ms: Option<f64>,
    pub max_attempts: Option<u32>,
    #[serde(default)]
    pub budget: Budget,
    #[serde(default)]
    pub retry: Setting,
    pub seed: Option<u64>,
    pub extra_ca_file: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    #[default]
    Enforce,
    Observe,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provider {
    pub name: String,
    pub dialect: Option<String>,
    pub base_url: Option<String>,
    pub api_key: Option<String>,
    #[serde(default)]
    pub api_keys: Vec<String>,
    /// The key is asked of JavaScript, for each attempt.
    #[serde(default)]
    pub key_function: bool,
    pub model: Option<String>,
    #[serde(default)]
    pub models: BTreeMap<String, String>,
    pub timeout_ms: Option<f64>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub insecure_http: bool,
    #[serde(default)]
    pub downgrade: bool,
    pub price: Option<Price>,
    pub capabilities: Option<Vec<String>>,
    #[serde(default)]
    pub deployments: BTreeMap<String, String>,
}

/// USD per million tokens.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    pub input: f64,
    pub output: f64,
    pub cache_read: Option<f64>,
    pub cache_write: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    pub usd_per_call: Option<f64>,
    pub usd_per_minute: Option<f64>,
    pub usd_per_day: Option<f64>,
    pub tokens_per_minute: Option<u64>,
}

/// `retry`: off, or set.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    Switch(bool),
    Set(Retry),
}

impl Default for Setting {
    fn default() -> Self {
        Self::Switch(true)
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retry {
    pub base_delay_ms: Option<u64>,
    pub max_delay_ms: Option<u64>,
    pub budget_ratio: Option<Ratio>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub enum Ratio {
    Switch(bool),
    Of(f64),
}
