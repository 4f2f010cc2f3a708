//! A configured provider, parsed into what an attempt needs of it.
#![forbid(unsafe_code)]

use super::config;
use crate::execute::{Scheme, Target};
use crate::knowledge::prices::{PerMillion, Price};
use crate::plan::route::Candidate;
use crate::provider::brand::{self, Brand};
use crate::request::{Needs, Request};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub struct Provider {
    pub name: Arc<str>,
    pub host: Arc<str>,
    pub brand: Option<&'static Brand>,
    /// The endpoint of chat completions.
    pub endpoint: Target,
    /// Everything below it is this provider.
    pub base: Base,
    pub keys: Keys,
    model: Option<Arc<str>>,
    models: Vec<(String, Arc<str>)>,
    deployments: Vec<(String, Arc<str>)>,
    pub headers: HeaderMap,
    pub timeout: Option<Duration>,
    pub downgrade: bool,
    price: Option<Arc<Price>>,
    capabilities: Option<Vec<String>>,
}

/// Where keys come from.
pub enum Keys {
    None,
    Fixed(Vec<HeaderValue>, AtomicUsize),
    /// A function of the user's, asked for each attempt.
    Asked,
}

/// A base URL as far as requests are matched against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    target: Target,
    path: String,
}

/// A provider that cannot be built: the field, what was expected, what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub field: &'static str,
    pub expected: String,
    pub got: String,
}

impl Provider {
    pub fn new(config: &config::Provider) -> Result<Self, Wrong> {
        let wrong = |field, expected: &str, got: &str| Wrong { field, expected: expected.into(), got: got.into() };
        let brand = brand::named(&config.name);
        let url = config.base_url.as_deref().or(brand.map(|brand| brand.base_url));
        let url = url.ok_or_else(|| wrong("baseUrl", "a URL (the name is no known brand)", "nothing"))?;
        let target = Target::parse(url).map_err(|error| wrong("baseUrl", &error.to_string(), "another URL"))?;
        if target.origin().scheme == Scheme::Http && !target.is_loopback() && !config.insecure_http {
            return Err(wrong("baseUrl", "https, or `insecureHttp: true`", "plain http to another machine"));
        }
        let path = target.path().trim_end_matches('/').to_owned();
        let endpoint = target
            .at(&format!("{path}/chat/completions"))
            .map_err(|error| wrong("baseUrl", &error.to_string(), "another URL"))?;
        if config.dialect.as_deref().is_some_and(|dialect| dialect != "openai") {
            return Err(wrong("dialect", "openai", config.dialect.as_deref().unwrap_or_default()));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &config.headers {
            let name = HeaderName::try_from(name).map_err(|_| wrong("headers", "legal header names", name))?;
            let value = HeaderValue::try_from(value).map_err(|_| wrong("headers", "legal header values", "another"))?;
            headers.insert(name, value);
        }
        Ok(Self {
            name: config.name.as_str().into(),
            host: target.origin().host.as_str().into(),
            brand,
            endpoint,
            base: Base { target, path },
            keys: Keys::new(config)?,
            model: config.model.as_deref().map(Arc::from),
            models: pairs(&config.models),
            deployments: pairs(&config.deployments),
            headers,
            timeout: config.timeout_ms.map(|ms| Duration::from_secs_f64((ms / 1000.0).clamp(0.001, 1e6))),
            downgrade: config.downgrade,
            price: match config.price {
                None => None,
                Some(config::Price { input, output, cache_read, cache_write }) => {
                    let price = PerMillion { input, output, cache_read, cache_write }.price();
                    Some(Arc::new(
                        price.map_err(|_| wrong("price", "US dollars per million tokens", "another number"))?,
                    ))
                }
            },
            capabilities: config.capabilities.clone(),
        })
    }

    /// This provider as a candidate for a request. `own` where the request is the client's own to this provider: its
    /// model is kept.
    pub fn candidate(&self, index: usize, request: &Request<'_>, own: bool) -> Candidate {
        let asked = request.model.as_deref().unwrap_or_default();
        let mapped = self.models.iter().find(|(name, _)| name == asked).map(|(_, model)| Arc::clone(model));
        let model = if own { None } else { mapped.or_else(|| self.model.clone()) };
        let model = model.unwrap_or_else(|| asked.into());
        let deployment = self.deployments.iter().find(|(name, _)| **name == *model).map(|(_, model)| Arc::clone(model));
        Candidate {
            timeout: self.timeout,
            downgrade: self.downgrade,
            filtered: self.filter(request.needs, &model),
            price: self.price.clone(),
            deployment,
            brand: self.brand.map(|brand| brand.name).unwrap_or_default().into(),
            host: Arc::clone(&self.host),
            own,
            ..Candidate::new(Some(index), Arc::clone(&self.name), model)
        }
    }

    fn filter(&self, needs: Needs, model: &str) -> Option<&'static str> {
        if model.is_empty() {
            return Some("no model is named, neither by the request nor by the provider");
        }
        let capabilities = self.capabilities.as_ref()?;
        needs.names().find(|need| !capabilities.iter().any(|capability| capability == need)).map(|need| match need {
            "tools" => "lacks tools",
            "schema" => "lacks schema",
            "images" => "lacks images",
            "audio" => "lacks audio",
            "logprobs" => "lacks logprobs",
            _ => "lacks choices",
        })
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("name", &self.name).field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Keys {
    fn new(config: &config::Provider) -> Result<Self, Wrong> {
        if config.key_function {
            return Ok(Self::Asked);
        }
        let keys = config.api_key.iter().chain(&config.api_keys);
        let values: Option<Vec<_>> = keys.map(|key| bearer(key)).collect();
        let values = values.ok_or_else(|| Wrong {
            field: "apiKey",
            expected: "a key of visible ASCII characters".into(),
            got: "one that cannot stand in a header".into(),
        })?;
        Ok(if values.is_empty() { Self::None } else { Self::Fixed(values, AtomicUsize::new(0)) })
    }

    /// The key for the next attempt; several take turns.
    pub fn next(&self) -> Option<&HeaderValue> {
        match self {
            Self::Fixed(values, turn) => values.get(turn.fetch_add(1, Ordering::Relaxed) % values.len()),
            Self::None | Self::Asked => None,
        }
    }
}

/// The value of an authorization header, marked as secret; `None` for a key that cannot stand in a header.
pub fn bearer(key: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {key}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Base {
    /// Whether a request to this URL is one to this provider.
    pub fn covers(&self, target: &Target) -> bool {
        self.target.origin() == target.origin()
            && target.path().strip_prefix(self.path.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }
}

fn pairs(map: &std::collections::BTreeMap<String, String>) -> Vec<(String, Arc<str>)> {
    map.iter().map(|(from, to)| (from.clone(), to.as_str().into())).collect()
}
