//! Functions without an engine and without a network: validate, classify, and the facts JavaScript needs.

use super::engine::wrong;
use crate::audit::{self, Detail};
use crate::contract::Contract;
use crate::examine::{self, Exchange, Facts};
use crate::provider::brand::BRANDS;
use napi::Result;
use napi::bindgen_prelude::{Either, Uint8Array};
use napi_derive::napi;
use serde_json::json;
use std::sync::Arc;

/// The brands, as JSON: their rows live once, in Rust.
#[napi(catch_unwind)]
pub fn brands() -> String {
    let rows = BRANDS.iter().map(
        |brand| json!({ "name": brand.name, "dialect": brand.dialect, "baseUrl": brand.base_url, "env": brand.env }),
    );
    serde_json::Value::Array(rows.collect()).to_string()
}

/// Judges an exchange under a contract; see [`examine::examine`].
#[napi(catch_unwind)]
pub fn validate(
    facts: String,
    request: Option<String>,
    body: Either<String, Uint8Array>,
    contract: String,
) -> Result<String> {
    let facts: Facts =
        serde_json::from_str(&facts).map_err(|error| wrong("input", "an exchange", &error.to_string()))?;
    let contract = compiled(&contract)?;
    let exchange = Exchange { facts: &facts, request: request.as_deref(), body: bytes(&body) };
    Ok(examine::examine(&exchange, &contract))
}

/// Judges a batch of recorded lines, the first of which is line `first` of its file; see [`audit::audit`].
#[napi(catch_unwind)]
pub fn audit(lines: Either<String, Uint8Array>, first: f64, contract: String, explained: bool) -> Result<String> {
    let contract = compiled(&contract)?;
    let detail = if explained { Detail::Explained } else { Detail::Plain };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a line number; a cast saturates")]
    Ok(audit::audit(bytes(&lines), first as u64, &contract, detail))
}

/// Says what an error means; see [`examine::classify`].
#[napi(catch_unwind)]
pub fn classify(facts: String, body: Either<String, Uint8Array>) -> Result<String> {
    let facts: Facts =
        serde_json::from_str(&facts).map_err(|error| wrong("input", "status, headers and body", &error.to_string()))?;
    Ok(examine::classify(&facts, bytes(&body)))
}

fn compiled(contract: &str) -> Result<Arc<Contract>> {
    examine::contract(contract).map_err(|error| {
        let field = if error.field.is_empty() { "contract".into() } else { format!("contract.{}", error.field) };
        wrong(&field, &error.expected, &error.got)
    })
}

fn bytes(body: &Either<String, Uint8Array>) -> &[u8] {
    match body {
        Either::A(text) => text.as_bytes(),
        Either::B(bytes) => bytes,
    }
}
