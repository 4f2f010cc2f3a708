//! The price of one model and what an answer costs by it.

#![forbid(unsafe_code)]

use super::{Nanodollars, Picodollars, Usage};

/// How a request is served, where that changes its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Service {
    #[default]
    Standard,
    Batch,
    Flex,
    Priority,
    Fast,
}

impl Service {
    /// From `service_tier` of an answer. What is unknown is billed as standard until a row says otherwise.
    pub fn named(name: &str) -> Self {
        match name {
            "batch" => Self::Batch,
            "flex" => Self::Flex,
            "priority" => Self::Priority,
            "fast" => Self::Fast,
            _ => Self::Standard,
        }
    }
}

/// Prices by kind of token, each resolved: a kind that its provider does not price apart has the price of its kin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates {
    pub input: Picodollars,
    pub output: Picodollars,
    pub cache_read: Picodollars,
    pub cache_write: Picodollars,
    pub cache_write_1h: Picodollars,
    pub reasoning: Picodollars,
    pub audio_input: Picodollars,
    pub audio_output: Picodollars,
    /// For the request itself.
    pub request: Picodollars,
}

/// What the file or the user states: the columns in their order, empty where nothing is said.
pub type Stated = [Option<Picodollars>; 9];

impl Rates {
    pub fn resolve(stated: &Stated) -> Self {
        let [input, output, cache_read, cache_write, cache_write_1h, reasoning, audio_input, audio_output, request] =
            *stated;
        let (input, output) = (input.unwrap_or_default(), output.unwrap_or_default());
        let cache_write = cache_write.unwrap_or(input);
        Self {
            input,
            output,
            cache_read: cache_read.unwrap_or(input),
            cache_write,
            cache_write_1h: cache_write_1h.unwrap_or(cache_write),
            reasoning: reasoning.unwrap_or(output),
            audio_input: audio_input.unwrap_or(input),
            audio_output: audio_output.unwrap_or(output),
            request: request.unwrap_or_default(),
        }
    }

    fn cost(&self, usage: &Usage) -> Nanodollars {
        let pico = [
            (usage.input, self.input),
            (usage.output, self.output),
            (usage.cache_read, self.cache_read),
            (usage.cache_write, self.cache_write),
            (usage.cache_write_1h, self.cache_write_1h),
            (usage.reasoning, self.reasoning),
            (usage.audio_input, self.audio_input),
            (usage.audio_output, self.audio_output),
            (1, self.request),
        ]
        .into_iter()
        .fold(0_u128, |sum, (tokens, price)| sum.saturating_add(u128::from(tokens) * u128::from(price.0)));
        Nanodollars(u64::try_from(pico.saturating_add(500) / 1000).unwrap_or(u64::MAX))
    }
}

/// The price of one model with its variants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Price {
    pub standard: Rates,
    pub variants: Box<[Variant]>,
}

/// Other rates for a service, or for prompts longer than so many tokens. They hold for all tokens of the request,
/// not only for those beyond the limit: that is how providers bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    pub service: Service,
    pub beyond: u64,
    pub rates: Rates,
}

impl Price {
    /// What one answer costs, rounded to the nearest nanodollar and never overflowing.
    pub fn cost(&self, usage: &Usage, service: Service) -> Nanodollars {
        self.rates(usage.prompt(), service).cost(usage)
    }

    /// The rates for a prompt of so many tokens. A service without rates of its own is billed as standard.
    pub fn rates(&self, prompt: u64, service: Service) -> &Rates {
        let of = |service: Service| {
            self.variants
                .iter()
                .filter(move |variant| variant.service == service)
                .filter(|variant| variant.beyond == 0 || prompt > variant.beyond)
                .max_by_key(|variant| variant.beyond)
        };
        of(service).or_else(|| of(Service::Standard)).map_or(&self.standard, |variant| &variant.rates)
    }
}
