//! What tokens cost.
//!
//! The table is a file (`prices.tsv`), because prices change monthly; `scripts/prices.py` makes it from two maintained
//! sources. It is read once, when the first price is asked for. A price that is only estimated says so: under a hard
//! budget that is the caller's to refuse.

#![forbid(unsafe_code)]

mod index;
mod money;
mod price;
mod read;
#[cfg(test)]
mod tests;
mod usage;

pub use money::{Nanodollars, Picodollars};
pub use price::{Price, Rates, Service, Variant};
pub use usage::Usage;

use index::Index;
use std::sync::LazyLock;

static BUILTIN: LazyLock<Index> = LazyLock::new(|| Index::read(include_str!("prices.tsv")));

/// The built-in table, with what the user knows better before it.
///
/// ```
/// use correctover::knowledge::prices::{Prices, Service, Usage};
///
/// let prices = Prices::builtin();
/// let quote = prices.find(Some("openai"), "gpt-4o-2024-08-06").unwrap();
/// let usage = Usage { input: 1000, output: 100, ..Usage::default() };
/// assert_eq!(quote.price.cost(&usage, Service::Standard).usd(), 0.0035);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Prices {
    overrides: Vec<Override>,
}

/// A user's own price for a provider, and for one model of it or for all.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    pub provider: String,
    pub model: Option<String>,
    pub price: Price,
}

/// A price as users write it: US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PerMillion {
    pub input: f64,
    pub output: f64,
    pub cache_read: Option<f64>,
    pub cache_write: Option<f64>,
}

impl PerMillion {
    /// `Err` names the field that is no price.
    pub fn price(&self) -> Result<Price, &'static str> {
        let read = |field: &'static str, usd: f64| Picodollars::from_usd_per_million(usd).ok_or(field);
        let cached = |field: &'static str, usd: Option<f64>| usd.map(|usd| read(field, usd)).transpose();
        let mut stated = price::Stated::default();
        stated[0] = Some(read("input", self.input)?);
        stated[1] = Some(read("output", self.output)?);
        stated[2] = cached("cacheRead", self.cache_read)?;
        stated[3] = cached("cacheWrite", self.cache_write)?;
        Ok(Price { standard: Rates::resolve(&stated), variants: Box::default() })
    }
}

/// A price found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quote<'a> {
    pub price: &'a Price,
    /// It is the price of another host or of another version of the model.
    pub estimated: bool,
}

impl Prices {
    pub fn builtin() -> Self {
        Self::default()
    }

    pub fn with_overrides(overrides: Vec<Override>) -> Self {
        Self { overrides }
    }

    /// The date the built-in prices were current.
    pub fn as_of() -> &'static str {
        BUILTIN.as_of
    }

    /// How many models the built-in table has.
    pub fn count() -> usize {
        BUILTIN.len()
    }

    /// The price of a model at a provider; without a provider that of its maker.
    pub fn find(&self, provider: Option<&str>, model: &str) -> Option<Quote<'_>> {
        if let Some(own) = self.own(provider, model) {
            return Some(Quote { price: &own.price, estimated: false });
        }
        BUILTIN.find(provider, model).map(|(price, estimated)| Quote { price, estimated })
    }

    /// The user's price for this very model before the one for the whole provider.
    fn own(&self, provider: Option<&str>, model: &str) -> Option<&Override> {
        let of_provider = || self.overrides.iter().filter(|own| Some(own.provider.as_str()) == provider);
        of_provider()
            .find(|own| own.model.as_deref() == Some(model))
            .or_else(|| of_provider().find(|own| own.model.is_none()))
    }
}
