//! The provider's word for the family of an error: `error.type` at OpenAI and Anthropic, `error.status` at Google,
//! the exception's name at vLLM and AWS. It refines the status, and is refined by message and code.
//!
//! Rows with a status are words so vague that they must not overrule a telling status: OpenAI sends
//! `invalid_request_error` with 401 and 404 too, Ollama `api_error` with 401.

#![forbid(unsafe_code)]

use super::Brand::{Azure, Bedrock, Google, Together};
use super::row::{ANY, ANYONE, CLIENT, Clue, IN_BAND, Row, SERVER, first, only, when};
use crate::analyze::fault::Fault;

pub(super) fn net(clue: &Clue<'_>) -> Option<Fault> {
    first(ROWS, clue, |row| clue.words.iter().any(|word| word == row.says))
}

/// Some row speaks of the word, whatever the status.
pub(super) fn knows(word: &str) -> bool {
    ROWS.iter().any(|row| row.says == word)
}

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    //   provider        statuses   says                            fault
    // The most telling first: a body may say several.
    when(ANYONE,         ANY,       "insufficient_quota",           "insufficient_quota"),
    when(ANYONE,         ANY,       "billing_error",                "payment_required"),
    when(ANYONE,         ANY,       "exceeded_current_quota_error", "insufficient_quota"),
    when(ANYONE,         ANY,       "overloaded_error",             "overloaded"),
    when(ANYONE,         ANY,       "engine_overloaded_error",      "overloaded"),
    when(ANYONE,         ANY,       "authentication_error",         "invalid_api_key"),
    when(ANYONE,         ANY,       "invalid_authentication_error", "invalid_api_key"),
    when(ANYONE,         ANY,       "authenticationerror",          "invalid_api_key"),
    when(ANYONE,         ANY,       "unauthenticated",              "invalid_api_key"),
    when(ANYONE,         ANY,       "permission_error",             "permission_denied"),
    when(ANYONE,         ANY,       "permission_denied",            "permission_denied"),
    when(ANYONE,         ANY,       "permission_denied_error",      "permission_denied"),
    when(ANYONE,         ANY,       "permissiondeniederror",        "permission_denied"),
    when(ANYONE,          ANY,       "permissiondenied",             "permission_denied"),
    when(ANYONE,         ANY,       "content_policy_error",         "content_policy_violation"),
    when(ANYONE,         ANY,       "requests",                     "rate_limit_requests"),
    when(ANYONE,         ANY,       "tokens",                       "rate_limit_tokens"),
    when(ANYONE,         ANY,       "rate_limit_error",             "rate_limited"),
    when(ANYONE,         ANY,       "rate_limit_exceeded",          "rate_limited"),
    when(ANYONE,         ANY,       "rate_limit_reached_error",     "rate_limited"),
    when(ANYONE,         ANY,       "rate_limited",                 "rate_limited"),
    when(ANYONE,         ANY,       "ratelimitreached",             "rate_limited"),
    when(ANYONE,         ANY,       "ratelimiterror",               "rate_limited"),
    when(ANYONE,         ANY,       "too_many_requests",            "rate_limited"),
    when(ANYONE,         ANY,       "too_many_requests_error",      "rate_limited"),
    when(ANYONE,         ANY,       "toomanyrequests",              "rate_limited"),
    when(ANYONE,         ANY,       "resource_exhausted",           "rate_limited"),
    when(ANYONE,          ANY,       "request_limit_exceeded",       "rate_limited"),
    when(ANYONE,          ANY,       "throttling_error",             "rate_limited"),
    when(ANYONE,         ANY,       "request_too_large",            "request_too_large"),
    when(ANYONE,         only(408), "timeout_error",                "request_timeout"),
    when(ANYONE,         ANY,       "timeout_error",                "gateway_timeout"),
    when(ANYONE,         ANY,       "deadline_exceeded",            "gateway_timeout"),
    when(ANYONE,         ANY,       "conflict_error",               "conflict"),
    when(ANYONE,         only(409), "aborted",                      "conflict"),
    when(ANYONE,         only(404), "not_found_error",              "model_not_found"),
    when(ANYONE,         only(404), "notfounderror",                "model_not_found"),
    when(ANYONE,         only(404), "not_found",                    "endpoint_not_found"),
    when(Some(Google),   only(404), "not_found",                    "model_not_found"),
    when(ANYONE,         SERVER,    "unavailable_error",            "service_unavailable"),
    when(ANYONE,         SERVER,    "unavailable",                  "service_unavailable"),
    when(ANYONE,         IN_BAND,   "unavailable",                  "service_unavailable"),
    when(ANYONE,         SERVER,    "service_unavailable",          "service_unavailable"),
    when(ANYONE,         SERVER,    "service_unavailable_error",    "service_unavailable"),
    when(ANYONE,         SERVER,    "not_supported_error",          "not_implemented"),
    when(ANYONE,         ANY,       "unimplemented",                "not_implemented"),
    when(ANYONE,         IN_BAND,   "internal",                     "server_error"),
    when(ANYONE,         IN_BAND,   "api_error",                    "server_error"),
    when(ANYONE,         IN_BAND,   "server_error",                 "server_error"),
    when(ANYONE,         IN_BAND,   "internal_error",               "server_error"),
    when(ANYONE,         IN_BAND,   "internal_server_error",        "server_error"),
    when(ANYONE,         IN_BAND,   "internalservererror",          "server_error"),
    when(ANYONE,         IN_BAND,   "invalid_request_error",        "invalid_request"),
    when(ANYONE,         IN_BAND,   "badrequesterror",              "invalid_request"),
    when(ANYONE,         IN_BAND,   "invalid_argument",             "invalid_request"),
    when(ANYONE,         only(400), "invalid_request_error",        "invalid_request"),
    when(ANYONE,         only(400), "invalid_request",              "invalid_request"),
    when(ANYONE,         only(400), "badrequesterror",              "invalid_request"),
    when(ANYONE,         only(400), "bad_request",                  "invalid_request"),
    when(ANYONE,         only(400), "badrequest",                   "invalid_request"),
    when(ANYONE,         only(400), "invalid_argument",             "invalid_request"),
    when(ANYONE,         only(400), "out_of_range",                 "invalid_request"),
    when(ANYONE,         only(400), "wrong_api_format",             "invalid_request"),
    when(ANYONE,          only(400), "bad_request_error",            "invalid_request"),
    when(ANYONE,          only(400), "invalid_parameter",            "invalid_request"),
    when(ANYONE,          only(400), "invalid_parameter_error",      "invalid_request"),
    when(ANYONE,          only(400), "invalid_parameter_value",      "invalid_request"),
    when(ANYONE,          only(400), "invalid_value",                "invalid_request"),
    when(ANYONE,          only(400), "invalid_type",                 "invalid_request"),
    when(ANYONE,          only(400), "invalid_input",                "invalid_request"),
    when(ANYONE,          only(400), "invalid_payload",              "invalid_request"),
    when(ANYONE,          only(400), "validation",                   "invalid_request"),
    when(ANYONE,          only(400), "validation_error",             "invalid_request"),
    when(ANYONE,          only(400), "value_error",                  "invalid_request"),
    when(ANYONE,          only(400), "malformed_request",            "invalid_request"),
    when(ANYONE,          only(400), "json_invalid",                 "invalid_request"),
    when(ANYONE,         only(400), "invalid_message",              "message_order"),           // Perplexity: roles must alternate
    when(ANYONE,         only(422), "invalid_request_error",        "invalid_request"),
    when(Some(Google),   only(400), "failed_precondition",          "region_not_supported"),    // free tier not in this country, billing off
    when(Some(Azure),    CLIENT,    "operationnotsupported",        "capability_missing"),
    when(Some(Together), SERVER,    "service_unavailable",          "overloaded"),

    // AWS names its exceptions.
    when(Some(Bedrock),  ANY,       "throttlingexception",          "rate_limited"),
    when(Some(Bedrock),  ANY,       "servicequotaexceededexception","insufficient_quota"),
    when(Some(Bedrock),  ANY,       "accessdeniedexception",        "permission_denied"),
    when(Some(Bedrock),  ANY,       "expiredtokenexception",        "token_expired"),
    when(Some(Bedrock),  ANY,       "requestexpired",               "token_expired"),
    when(Some(Bedrock),  ANY,       "unrecognizedclientexception",  "invalid_api_key"),
    when(Some(Bedrock),  ANY,       "incompletesignature",          "invalid_api_key"),
    when(Some(Bedrock),  ANY,       "signaturedoesnotmatch",        "invalid_api_key"),
    when(Some(Bedrock),  ANY,       "notauthorized",                "permission_denied"),
    when(Some(Bedrock),  ANY,       "ftuformnotfilled",             "service_not_enabled"),
    when(Some(Bedrock),  ANY,       "resourcenotfoundexception",    "model_not_found"),
    when(Some(Bedrock),  ANY,       "modelnotreadyexception",       "model_loading"),
    when(Some(Bedrock),  ANY,       "modelerrorexception",          "model_failed"),
    when(Some(Bedrock),  ANY,       "modelstreamerrorexception",    "stream_error"),
    when(Some(Bedrock),  ANY,       "modeltimeoutexception",        "request_timeout"),
    when(Some(Bedrock),  ANY,       "serviceunavailableexception",  "service_unavailable"),
    when(Some(Bedrock),  ANY,       "internalserverexception",      "server_error"),
    when(Some(Bedrock),  ANY,       "internalfailure",              "server_error"),
    when(Some(Bedrock),  CLIENT,    "validationexception",          "invalid_request"),
];
