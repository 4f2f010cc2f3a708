//! Phrases of error messages, where the provider's word is too vague or missing. They are looked for outside of
//! quotations, and only under the statuses with which their provider really sends them.

#![forbid(unsafe_code)]

use super::Brand::{Anthropic, Azure, Bedrock, Cerebras, Cohere, Google, OpenRouter, Together, Xai};
use super::quoted::without_quotations;
use super::row::{ANYONE, CLIENT, Clue, Row, SERVER, Statuses, first, only, when};
use crate::analyze::fault::Fault;

/// Providers say what is wrong first; what comes later is more and more the prompt's.
const HEAD_BYTES: usize = 600;

/// A request refused for what it is.
const REFUSED: Statuses = (400, 422);
/// The same, by servers that answer 500 where they should answer 400 (llama.cpp, Ollama, TGI).
const REFUSED_OR_500: Statuses = (400, 500);

pub(super) fn net(clue: &Clue<'_>) -> Option<Fault> {
    if clue.message.is_empty() {
        return None;
    }
    let mut plain = without_quotations(clue.message).to_lowercase().replace('’', "'");
    let end = (0..=HEAD_BYTES.min(plain.len())).rev().find(|&at| plain.is_char_boundary(at)).unwrap_or(0);
    plain.truncate(end);
    first(ROWS, clue, |row| plain.contains(row.says))
}

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    //   provider          statuses        says                                          fault
    // Context: every server has its own words for it.
    when(ANYONE,           REFUSED_OR_500, "maximum context length",                     "context_length_exceeded"),
    when(ANYONE,           REFUSED_OR_500, "max context length",                         "context_length_exceeded"),
    when(ANYONE,           REFUSED_OR_500, "exceeds the context window",                 "context_length_exceeded"),
    when(ANYONE,           REFUSED_OR_500, "exceeds the available context size",         "context_length_exceeded"),
    when(ANYONE,           REFUSED_OR_500, "exceed context limit",                       "context_length_exceeded"),
    when(ANYONE,           REFUSED_OR_500, "context length exceeded",                    "context_length_exceeded"),
    when(ANYONE,           REFUSED_OR_500, "context window exceeded",                    "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "context window",                             "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "prompt is too long",                         "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "prompt too long",                            "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "prompt: length",                             "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "input is too long",                          "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "too many input tokens",                      "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "too many tokens",                            "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "input tokens exceeded",                      "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "input tokens exceed",                        "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "exceeds the maximum number of tokens",       "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "exceeds the maximum allowed input",          "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "tokens + `…` must be <=",                    "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "total length of all messages is too long",   "context_length_exceeded"),
    when(ANYONE,           REFUSED,        "reduce the length of the messages",          "context_length_exceeded"),
    when(Some(Cerebras),   REFUSED,        "current length is",                          "context_length_exceeded"),
    when(Some(Together),   only(403),      "tokens",                                     "context_length_exceeded"),
    when(Some(Cohere),     REFUSED,        "max tokens must be less than or equal",      "max_tokens_too_large"),
    when(ANYONE,           only(400),      "max_tokens is too large",                    "max_tokens_too_large"),
    when(ANYONE,            only(400),      "maximum allowed number of output tokens",    "max_tokens_too_large"),
    when(ANYONE,           only(400),      "max_tokens must be less than or equal",      "max_tokens_too_large"),

    // Money
    when(ANYONE,           CLIENT,         "credit balance is too low",                  "credit_balance_exhausted"),
    when(ANYONE,           CLIENT,         "insufficient balance",                       "credit_balance_exhausted"),
    when(ANYONE,           (402, 429),     "insufficient credits",                       "credit_balance_exhausted"),
    when(ANYONE,           (402, 429),     "used all available credits",                 "credit_balance_exhausted"),
    when(Some(Xai),        (402, 429),     "credits",                                    "credit_balance_exhausted"),
    when(Some(Xai),        (402, 429),     "spending limit",                             "spend_limit_reached"),
    when(Some(Anthropic),  only(400),      "spend limit",                                "spend_limit_reached"),
    when(Some(Anthropic),  only(400),      "specified api usage limits",                 "spend_limit_reached"),
    when(ANYONE,           only(429),      "spending limit",                             "spend_limit_reached"),

    // Rates and what looks like them
    when(ANYONE,           (413, 429),     "request too large for",                      "request_exceeds_rate_limit"),
    when(ANYONE,           only(429),      "request too large",                          "request_exceeds_rate_limit"),
    when(ANYONE,           only(429),      "perday",                                     "daily_quota_exceeded"),
    when(ANYONE,           only(429),      "requests per day",                           "rate_limit_requests"),
    when(ANYONE,           only(429),      "requests per min",                           "rate_limit_requests"),
    when(ANYONE,           only(429),      "tokens per min",                             "rate_limit_tokens"),
    when(ANYONE,           only(429),      "tokens per day",                             "rate_limit_tokens"),
    when(ANYONE,           only(429),      "acceleration",                               "ramp_too_fast"),
    when(ANYONE,           (429, 503),     "overloaded",                                 "overloaded"),
    when(Some(Azure),      only(429),      "high demand",                                "overloaded"),
    when(ANYONE,           (429, 503),     "out of capacity",                            "capacity_exceeded"),
    when(ANYONE,            (429, 503),     "capacity exceeded",                          "capacity_exceeded"),
    when(ANYONE,           (429, 503),     "at capacity",                                "capacity_exceeded"),

    // Keys and rights
    when(ANYONE,           (400, 403),     "incorrect api key",                          "invalid_api_key"),
    when(ANYONE,           (400, 403),     "invalid api key",                            "invalid_api_key"),
    when(ANYONE,           (400, 403),     "api key not valid",                          "invalid_api_key"),
    when(ANYONE,           (400, 403),     "api key expired",                            "invalid_api_key"),
    when(ANYONE,           (400, 403),     "no api key provided",                        "invalid_api_key"),
    when(Some(Bedrock),     (401, 403),     "security token included in the request is expired","token_expired"),
    when(Some(Bedrock),     (401, 403),     "security token included in the request",     "invalid_api_key"),
    when(ANYONE,           (401, 403),     "ip not authorized",                          "ip_not_allowed"),
    when(ANYONE,           (401, 403),     "member of an organization",                  "not_an_organization_member"),
    when(ANYONE,           (400, 403),     "country, region, or territory not supported","region_not_supported"),
    when(ANYONE,           (400, 403),     "user location is not supported",             "region_not_supported"),
    when(ANYONE,           only(403),      "has not been used in project",               "service_not_enabled"),
    when(ANYONE,           only(403),      "network access",                             "ip_not_allowed"),
    when(ANYONE,           only(403),      "virtual network",                            "ip_not_allowed"),
    when(ANYONE,           only(403),      "temporarily blocked",                        "account_suspended"),
    when(ANYONE,           (401, 403),     "deactivated",                                "account_suspended"),
    when(Some(Xai),        only(403),      "blocked",                                    "account_suspended"),

    // The model
    when(ANYONE,            only(404),      "no endpoints found that support",            "capability_missing"),
    when(ANYONE,            only(404),      "not a chat model",                           "capability_missing"),
    when(ANYONE,            only(404),      "is a chat model",                            "capability_missing"),
    when(ANYONE,           REFUSED,        "model identifier is invalid",                "model_not_found"),
    when(ANYONE,           REFUSED,        "model does not exist",                       "model_not_found"),
    when(ANYONE,           REFUSED,        "is not a valid model",                       "model_not_found"),
    when(ANYONE,           REFUSED,        "no endpoints found for",                     "model_not_found"),
    when(ANYONE,           REFUSED,        "has been decommissioned",                    "model_not_found"),
    when(ANYONE,           only(404),      "model",                                      "model_not_found"),
    when(ANYONE,           only(404),      "deployment",                                 "model_not_found"),
    when(ANYONE,           only(400),      "invalid model name",                         "model_not_found"),
    when(ANYONE,           (500, 503),     "loading model",                              "model_loading"),
    when(ANYONE,           (500, 503),     "model is loading",                           "model_loading"),
    when(ANYONE,           (500, 503),     "currently loading",                          "model_loading"),
    when(ANYONE,           SERVER,         "failed to load model",                       "model_failed"),
    when(ANYONE,           SERVER,         "failed to generate a response",              "model_failed"),
    when(Some(Bedrock),    only(400),      "on-demand throughput",                       "model_not_found"),

    // What it can do
    when(ANYONE,           only(400),      "does not support assistant message prefill", "prefill_unsupported"),
    when(ANYONE,           REFUSED,        "does not support tools",                     "capability_missing"),
    when(ANYONE,           REFUSED,        "does not support images",                    "capability_missing"),
    when(ANYONE,           REFUSED,        "does not support image",                     "capability_missing"),
    when(ANYONE,           REFUSED,        "does not support function calling",          "capability_missing"),
    when(ANYONE,           REFUSED,        "unsupported parameter",                      "parameter_unsupported"),
    when(ANYONE,           REFUSED,        "unrecognized request argument",              "parameter_unsupported"),
    when(ANYONE,           REFUSED,        "extra inputs are not permitted",             "parameter_unsupported"),
    when(ANYONE,           REFUSED,        "is not supported with this model",           "parameter_unsupported"),
    when(ANYONE,           REFUSED,        "is not supported by this model",             "parameter_unsupported"),
    when(ANYONE,           REFUSED,        "does not support",                           "capability_missing"),
    when(ANYONE,           only(400),      "invalid schema for",                         "schema_unsupported"),
    when(ANYONE,           only(400),      "failed to parse grammar",                    "schema_unsupported"),
    when(ANYONE,           only(400),      "guided_json",                                "schema_unsupported"),
    when(Some(Cohere),     only(400),      "is not supported by",                        "capability_missing"),

    // How it was asked
    when(ANYONE,           only(400),      "thought_signature",                          "foreign_reasoning"),
    when(ANYONE,           only(400),      "roles must alternate",                       "message_order"),
    when(ANYONE,           only(400),      "must start with a user message",             "message_order"),
    when(ANYONE,           only(400),      "error while downloading",                    "attachment_unreachable"),
    when(ANYONE,           only(400),      "could not process image",                    "invalid_image"),
    when(Some(Bedrock),    only(500),      "could not process image",                    "invalid_image"),
    when(Some(Google),     only(400),      "request payload size exceeds",               "request_too_large"),
    when(ANYONE,           only(413),      "context",                                    "context_length_exceeded"),

    // Policy
    when(ANYONE,           (400, 403),     "content filtering policy",                   "content_policy_violation"),
    when(ANYONE,           (400, 403),     "content management policy",                  "content_policy_violation"),
    when(ANYONE,           (400, 403),     "content management",                         "content_policy_violation"),
    when(ANYONE,           (400, 403),     "violating our usage policy",                 "content_policy_violation"),
    when(ANYONE,           (400, 403),     "safety system",                              "content_policy_violation"),
    when(ANYONE,           only(403),      "violates",                                   "content_policy_violation"),
    when(Some(OpenRouter), only(403),      "flagged",                                    "content_policy_violation"),
    when(Some(OpenRouter), only(403),      "moderation",                                 "content_policy_violation"),

    // The model's own failure under the status of a bad request
    when(ANYONE,           only(400),      "the model produced invalid content",         "generation_rejected"),
    when(ANYONE,           only(400),      "failed to call a function",                  "generation_rejected"),
    when(ANYONE,           only(400),      "failed to generate json",                    "generation_rejected"),

    when(ANYONE,           only(499),      "streaming error",                            "stream_error"),
];
