//! What is judged: one attempt's outcome with the facts the dimensions measure it by.
#![forbid(unsafe_code)]

use crate::knowledge::prices::{Nanodollars, Price, Prices, Service, Usage};
use crate::request::Request;
use std::time::Duration;

/// An answer under judgement. The body is foreign bytes; nothing about it is taken for granted.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    pub body: &'s [u8],
    /// `None` where only the content of an answer is judged, without its envelope.
    pub status: Option<u16>,
    /// What was asked; without it, checks that compare with the request skip.
    pub request: Option<&'s Request<'s>>,
    /// The model asked of the provider that answered.
    pub asked_model: Option<&'s str>,
    /// A declared deployment: the names this provider may truthfully answer with.
    pub deployment: Option<&'s str>,
    /// From request sent to body complete.
    pub latency: Option<Duration>,
    pub pricing: Option<Pricing<'s>>,
}

/// How the tokens of an answer are priced.
#[derive(Debug, Clone, Copy)]
pub struct Pricing<'s> {
    pub table: &'s Prices,
    /// The provider, by the name the table has it under; empty where it is none of them.
    pub provider: &'s str,
    /// The user's own price, which comes before the table's.
    pub fixed: Option<&'s Price>,
}

impl Pricing<'_> {
    pub fn cost(&self, model: &str, usage: &Usage, service: Service) -> Option<Nanodollars> {
        if let Some(price) = self.fixed {
            return Some(price.cost(usage, service));
        }
        let provider = Some(self.provider).filter(|name| !name.is_empty());
        self.table.find(provider, model).map(|quote| quote.price.cost(usage, service))
    }
}
