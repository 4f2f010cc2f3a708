//! A route as one call sees it: may it be used, was it tried, and when may it be tried again?
#![forbid(unsafe_code)]

use crate::knowledge::prices::Price;
use crate::time::Time;
use std::sync::Arc;
use std::time::Duration;

/// One provider with the model asked of it, among those a call may use. The order of the list is the preference.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Index into the engine's providers; `None` is the client's own endpoint.
    pub provider: Option<usize>,
    pub name: Arc<str>,
    pub model: Arc<str>,
    /// The client's own request goes there as it is.
    pub own: bool,
    /// Whose price list and error codes apply; empty where the brand is not known.
    pub brand: Arc<str>,
    pub host: Arc<str>,
    /// The model behind a deployment name, where the user declared it.
    pub deployment: Option<Arc<str>>,
    pub price: Option<Arc<Price>>,
    pub timeout: Option<Duration>,
    /// A lesser route, taken knowingly.
    pub downgrade: bool,
    /// Why this route cannot serve the request at all.
    pub filtered: Option<&'static str>,
    pub tries: u32,
    /// Not to be asked before this: it said so (Retry-After), or backoff does.
    pub not_before: Time,
    /// A fault closed it for the rest of the call.
    pub closed: bool,
}

impl Candidate {
    pub fn new(provider: Option<usize>, name: Arc<str>, model: Arc<str>) -> Self {
        Self {
            provider,
            name,
            model,
            own: false,
            brand: Arc::default(),
            host: Arc::default(),
            deployment: None,
            price: None,
            timeout: None,
            downgrade: false,
            filtered: None,
            tries: 0,
            not_before: Time::default(),
            closed: false,
        }
    }

    pub fn may_repeat(&self) -> bool {
        self.tries > 0 && !self.closed && self.filtered.is_none()
    }
}
