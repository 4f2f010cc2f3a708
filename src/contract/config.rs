//! The contract as the user writes it, parsed once into types that cannot be wrong.
#![forbid(unsafe_code)]

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The JSON of a contract. Shorthands were expanded and functions taken out before it came here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    #[serde(default)]
    pub status: Setting<Status>,
    #[serde(default)]
    pub structure: Setting<Structure>,
    /// A JSON Schema, or `false` to ignore even the one in the request.
    pub schema: Option<Value>,
    /// Documents that `$ref` may name, by URI.
    #[serde(default)]
    pub schemas: BTreeMap<String, Value>,
    #[serde(default)]
    pub completeness: Setting<Completeness>,
    #[serde(default)]
    pub latency: Setting<Latency>,
    #[serde(default)]
    pub cost: Setting<Cost>,
    pub identity: Option<Identity>,
    #[serde(default)]
    pub integrity: Setting<Integrity>,
    /// The user's own checks exist; they run in JavaScript, last.
    #[serde(default)]
    pub checks: bool,
}

/// A dimension: absent (its default), switched by a boolean, or set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(untagged)]
pub enum Setting<T> {
    #[default]
    Default,
    Switch(bool),
    Set(T),
}

impl<T: Default> Setting<T> {
    /// The setting in force: `None` where the dimension is off.
    pub fn in_force(self) -> Option<T> {
        match self {
            Self::Default | Self::Switch(true) => Some(T::default()),
            Self::Switch(false) => None,
            Self::Set(value) => Some(value),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Status {
    /// Error statuses an answer may have. Only 0 means anything for one answer; it is there to be said aloud.
    #[serde(default)]
    pub max_errors: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Structure {
    #[serde(default = "yes")]
    pub non_empty: bool,
    /// The text must be JSON, whether the request says so or not.
    #[serde(default)]
    pub json: bool,
}

impl Default for Structure {
    fn default() -> Self {
        Self { non_empty: true, json: false }
    }
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Completeness {
    pub finish_reasons: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Latency {
    pub max_ms: Option<f64>,
    pub max_first_token_ms: Option<f64>,
    pub max_idle_ms: Option<f64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cost {
    pub max_usd: Option<f64>,
    pub max_tokens: Option<u64>,
    pub max_usd_per1k_tokens: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Identity {
    Switch(bool),
    Allow { allow: Vec<String> },
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Integrity {
    #[serde(default)]
    pub health: Option<HealthLevel>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum HealthLevel {
    Switch(bool),
    Named(HealthName),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HealthName {
    Hard,
    Soft,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parse(json: &str) -> Config {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn absent_means_the_default_and_false_means_off() {
        let config = parse(
            r#"{"completeness":false,"structure":{"json":true},"identity":{"allow":["a"]},"integrity":{"health":"soft"}}"#,
        );
        assert!(config.completeness.in_force().is_none());
        assert!(config.structure.clone().in_force().is_some_and(|structure| structure.json && structure.non_empty));
        assert!(config.latency.in_force().is_some_and(|latency| latency.max_ms.is_none()));
        assert!(matches!(config.identity, Some(Identity::Allow { .. })));
    }

    #[test]
    fn the_names_are_those_of_the_manual() {
        let config = parse(
            r#"{"cost":{"maxUsd":1,"maxTokens":2,"maxUsdPer1kTokens":3},"latency":{"maxMs":1,"maxFirstTokenMs":2,"maxIdleMs":3}}"#,
        );
        let cost = config.cost.in_force().unwrap();
        assert_eq!((cost.max_usd, cost.max_tokens, cost.max_usd_per1k_tokens), (Some(1.0), Some(2), Some(3.0)));
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<Config>(r#"{"latncy":{}}"#).is_err());
    }
}
