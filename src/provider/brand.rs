//! Brands that speak a known dialect: one row each. What differs between them beyond these columns belongs in a new
//! column, not in code.
#![forbid(unsafe_code)]

/// A service people name in `providers`.
#[derive(Debug, Clone, Copy)]
pub struct Brand {
    pub name: &'static str,
    pub dialect: &'static str,
    pub base_url: &'static str,
    /// Environment variables that usually hold its key, first match wins.
    pub env: &'static [&'static str],
    /// Advisory parameters of the dialect that it refuses; they are left out for it, and reported.
    pub lacks: &'static [&'static str],
}

/// What only OpenAI itself keeps, bills or steers by; elsewhere these are unknown or refused.
const LACKS: &[&str] = &["store", "metadata", "service_tier", "safety_identifier", "prompt_cache_key", "prediction"];

#[rustfmt::skip]
pub const BRANDS: &[Brand] = &[
    // name          dialect        base URL                                    key in environment                      lacks
    brand("openai",     "openai", "https://api.openai.com/v1",                  &["OPENAI_API_KEY"],                    &[]),
    brand("deepseek",   "openai", "https://api.deepseek.com/v1",                &["DEEPSEEK_API_KEY"],                  LACKS),
    brand("mistral",    "openai", "https://api.mistral.ai/v1",                  &["MISTRAL_API_KEY"],                   LACKS),
    brand("groq",       "openai", "https://api.groq.com/openai/v1",             &["GROQ_API_KEY"],                      LACKS),
    brand("together",   "openai", "https://api.together.xyz/v1",                &["TOGETHER_API_KEY"],                  LACKS),
    brand("fireworks",  "openai", "https://api.fireworks.ai/inference/v1",      &["FIREWORKS_API_KEY"],                 LACKS),
    brand("xai",        "openai", "https://api.x.ai/v1",                        &["XAI_API_KEY"],                       LACKS),
    brand("openrouter", "openai", "https://openrouter.ai/api/v1",               &["OPENROUTER_API_KEY"],                LACKS),
    brand("perplexity", "openai", "https://api.perplexity.ai",                  &["PERPLEXITY_API_KEY"],                LACKS),
    brand("cerebras",   "openai", "https://api.cerebras.ai/v1",                 &["CEREBRAS_API_KEY"],                  LACKS),
];

const fn brand(
    name: &'static str,
    dialect: &'static str,
    base_url: &'static str,
    env: &'static [&'static str],
    lacks: &'static [&'static str],
) -> Brand {
    Brand { name, dialect, base_url, env, lacks }
}

pub fn named(name: &str) -> Option<&'static Brand> {
    BRANDS.iter().find(|brand| brand.name == name)
}

/// The brand whose public endpoint this host is.
pub fn of_host(host: &str) -> Option<&'static Brand> {
    BRANDS
        .iter()
        .find(|brand| brand.base_url.strip_prefix("https://").and_then(|rest| rest.split('/').next()) == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_hosts_are_unique() {
        for (index, brand) in BRANDS.iter().enumerate() {
            assert!(BRANDS[index + 1..].iter().all(|other| other.name != brand.name), "{}", brand.name);
        }
        assert_eq!(of_host("api.groq.com").map(|brand| brand.name), Some("groq"));
        assert_eq!(of_host("api.groq.com.evil.example").map(|brand| brand.name), None);
    }
}
