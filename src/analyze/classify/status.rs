//! The widest net: what a status means when nothing else is known.
//!
//! Statuses as in RFC 9110, and those that edges and providers have added: 498 (Groq), 499 (nginx), 520-527 and 530
//! (Cloudflare), 529 (Anthropic, Together), 598 and 599 (proxies).

#![forbid(unsafe_code)]

use super::Brand::{Azure, Fireworks, Google, Groq, OpenRouter, Perplexity, Together};
use super::row::{ANYONE, Clue, Row, first, only, when};
use crate::analyze::fault::Fault;

pub(super) fn net(clue: &Clue<'_>) -> Option<Fault> {
    first(ROWS, clue, |_| true)
}

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    //   provider          statuses        fault
    when(ANYONE,           (300, 303), "", "redirect_refused"),
    when(ANYONE,           (307, 308), "", "redirect_refused"),
    when(ANYONE,           only(400),  "", "invalid_request"),
    when(ANYONE,           only(401),  "", "invalid_api_key"),
    when(ANYONE,           only(402),  "", "payment_required"),
    when(ANYONE,           only(403),  "", "permission_denied"),
    when(ANYONE,           only(404),  "", "endpoint_not_found"),
    when(ANYONE,           only(405),  "", "method_not_allowed"),
    when(ANYONE,           only(407),  "", "proxy_auth_required"),
    when(ANYONE,           only(408),  "", "request_timeout"),
    when(ANYONE,           only(409),  "", "conflict"),
    when(ANYONE,           only(413),  "", "request_too_large"),
    when(ANYONE,           only(414),  "", "request_too_large"),
    when(ANYONE,           only(415),  "", "unsupported_media_type"),
    when(ANYONE,           only(422),  "", "invalid_request"),
    when(ANYONE,           only(424),  "", "dependency_failed"),
    when(ANYONE,           only(425),  "", "request_timeout"),
    when(ANYONE,           only(429),  "", "rate_limited"),
    when(ANYONE,           only(431),  "", "request_too_large"),
    when(ANYONE,           only(451),  "", "legal_block"),
    when(ANYONE,           only(498),  "", "capacity_exceeded"),
    when(ANYONE,           only(499),  "", "cancelled"),
    when(ANYONE,           only(500),  "", "server_error"),
    when(ANYONE,           only(501),  "", "not_implemented"),
    when(ANYONE,           only(502),  "", "bad_gateway"),
    when(ANYONE,           only(503),  "", "service_unavailable"),
    when(ANYONE,           only(504),  "", "gateway_timeout"),
    when(ANYONE,           only(520),  "", "edge_error"),
    when(ANYONE,           only(521),  "", "edge_error"),
    when(ANYONE,           only(522),  "", "gateway_timeout"),
    when(ANYONE,           only(523),  "", "edge_error"),
    when(ANYONE,           only(524),  "", "gateway_timeout"),
    when(ANYONE,           (525, 527), "", "edge_error"),
    when(ANYONE,           only(529),  "", "overloaded"),
    when(ANYONE,           only(530),  "", "edge_error"),
    when(ANYONE,           (598, 599), "", "gateway_timeout"),

    // A model or deployment in the path: a 404 is about it (Google, Azure), or always about the model (Fireworks).
    when(Some(Google),     only(404),  "", "model_not_found"),
    when(Some(Fireworks),  only(404),  "", "model_not_found"),
    when(Some(Fireworks),  only(412),  "", "account_suspended"),      // also a LoRA that did not load: docs of Fireworks
    when(Some(Groq),       only(422),  "", "generation_rejected"),    // "semantic errors", a redraw may do: docs of Groq
    when(Some(Together),   only(403),  "", "context_length_exceeded"),// input and output over the model's limit: docs of Together
    when(Some(OpenRouter), only(402),  "", "credit_balance_exhausted"),
    when(Some(OpenRouter), only(503),  "", "no_upstream"),
    when(Some(Perplexity), only(401),  "", "invalid_api_key"),        // also an empty account: the status is all it says
    when(Some(Azure),      only(424),  "", "dependency_failed"),
];
