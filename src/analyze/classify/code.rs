//! The provider's word for exactly this error. Nothing overrules it, not even the status.

#![forbid(unsafe_code)]

use super::Brand::{Cerebras, Google};
use super::row::{ANY, ANYONE, Clue, Row, first, only, when};
use crate::analyze::fault::Fault;

pub(super) fn net(clue: &Clue<'_>) -> Option<Fault> {
    first(ROWS, clue, |row| clue.words.iter().any(|word| word == row.says))
}

/// Some row speaks of the word.
pub(super) fn knows(word: &str) -> bool {
    ROWS.iter().any(|row| row.says == word)
}

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    //   provider        statuses   says                                 fault
    // Money. Waiting never heals it, though most of it comes as 429.
    when(ANYONE,         ANY,       "credit_balance_exhausted",          "credit_balance_exhausted"),
    when(ANYONE,         ANY,       "organization_spend_limit_exceeded", "organization_spend_limit_exceeded"),
    when(ANYONE,         ANY,       "project_spend_limit_exceeded",      "project_spend_limit_exceeded"),
    when(ANYONE,         ANY,       "organization_usage_limit_exceeded", "organization_usage_limit_exceeded"),
    when(ANYONE,         ANY,       "enforced_spend_limit_reached",      "spend_limit_reached"),
    when(ANYONE,         ANY,       "billing_hard_limit_reached",        "spend_limit_reached"),
    when(ANYONE,         ANY,       "billing_not_active",                "payment_required"),
    when(ANYONE,         ANY,       "payment_required",                  "payment_required"),
    when(ANYONE,         ANY,       "insufficient_balance",              "credit_balance_exhausted"),
    when(ANYONE,         ANY,       "insufficient_credits",              "credit_balance_exhausted"),
    when(ANYONE,         ANY,       "credit_limit",                      "credit_balance_exhausted"),
    when(ANYONE,          ANY,       "arrearage",                         "credit_balance_exhausted"),
    when(ANYONE,          ANY,       "budget_exceeded",                   "spend_limit_reached"),
    when(ANYONE,         only(402), "openrouter_in_flight_budget",       "in_flight_budget"),

    // Rates
    when(ANYONE,         ANY,       "slow_down",                         "ramp_too_fast"),
    when(ANYONE,         ANY,       "request_quota_exceeded",            "rate_limit_requests"),
    when(ANYONE,         ANY,       "token_quota_exceeded",              "rate_limit_tokens"),
    when(ANYONE,         ANY,       "token_quota_reached",               "rate_limit_tokens"),
    when(ANYONE,          ANY,       "limit_requests",                    "rate_limit_requests"),
    when(ANYONE,          ANY,       "limit_burst_rate",                  "ramp_too_fast"),
    when(Some(Google),    only(429), "generaterequestsperdayperprojectpermodel_freetier","daily_quota_exceeded"),
    when(Some(Google),    only(429), "generaterequestsperdayperprojectpermodel","daily_quota_exceeded"),
    when(Some(Google),    only(429), "generatecontentinputtokensperdayperprojectpermodel","daily_quota_exceeded"),
    when(Some(Google),    only(429), "generatecontentinputtokenspermodelperday_freetier","daily_quota_exceeded"),
    when(Some(Google),   only(429), "quota_exceeded",                    "daily_quota_exceeded"),

    // Availability
    when(ANYONE,         ANY,       "server_is_overloaded",              "overloaded"),
    when(ANYONE,         ANY,       "engine_overloaded",                 "overloaded"),
    when(ANYONE,         ANY,       "model_overloaded",                  "overloaded"),
    when(ANYONE,         ANY,       "capacity_exceeded",                 "capacity_exceeded"),
    when(ANYONE,          ANY,       "service_tier_capacity_exceeded",    "capacity_exceeded"),
    when(ANYONE,         ANY,       "queue_exceeded",                    "capacity_exceeded"),
    when(ANYONE,         ANY,       "nocapacity",                        "capacity_exceeded"),
    when(ANYONE,         ANY,       "vector_store_timeout",              "server_error"),

    // Keys and rights
    when(ANYONE,         ANY,       "invalid_api_key",                   "invalid_api_key"),
    when(ANYONE,         ANY,       "api_key_invalid",                   "invalid_api_key"),
    when(ANYONE,         ANY,       "api_key_expired",                   "invalid_api_key"),
    when(ANYONE,         ANY,       "missing_api_key",                   "invalid_api_key"),
    when(ANYONE,         ANY,       "wrong_api_key",                     "invalid_api_key"),
    when(ANYONE,         ANY,       "expired_api_key",                   "invalid_api_key"),
    when(ANYONE,          ANY,       "expired_key",                       "invalid_api_key"),
    when(ANYONE,          ANY,       "token_not_found_in_db",             "invalid_api_key"),
    when(ANYONE,          ANY,       "key_model_access_denied",           "permission_denied"),
    when(ANYONE,          ANY,       "team_model_access_denied",          "permission_denied"),
    when(ANYONE,         ANY,       "account_deactivated",               "account_suspended"),
    when(ANYONE,         ANY,       "organization_restricted",           "account_suspended"),
    when(ANYONE,         ANY,       "consumer_suspended",                "account_suspended"),
    when(ANYONE,         ANY,       "ip_not_authorized",                 "ip_not_allowed"),
    when(ANYONE,         ANY,       "unsupported_country_region_territory", "region_not_supported"),
    when(ANYONE,         ANY,       "user_location_invalid",             "region_not_supported"),
    when(ANYONE,         ANY,       "data_residency_mismatch",           "region_not_supported"),
    when(ANYONE,         ANY,       "service_disabled",                  "service_not_enabled"),
    when(ANYONE,         ANY,       "billing_disabled",                  "payment_required"),
    when(ANYONE,         only(400), "model_terms_required",              "service_not_enabled"),

    // The request
    when(ANYONE,         ANY,       "context_length_exceeded",           "context_length_exceeded"),
    when(ANYONE,         ANY,       "exceed_context_size_error",         "context_length_exceeded"),
    when(ANYONE,         ANY,       "too_many_prompt_tokens",            "context_length_exceeded"),
    when(ANYONE,          ANY,       "tokens_limit_reached",              "context_length_exceeded"),
    when(ANYONE,         only(400), "too_many_tokens",                   "context_length_exceeded"),
    when(ANYONE,         ANY,       "model_not_found",                   "model_not_found"),
    when(ANYONE,         ANY,       "unknown_model",                     "model_not_found"),
    when(ANYONE,         ANY,       "invalid_model",                     "model_not_found"),
    when(ANYONE,         ANY,       "model_not_available",               "model_not_found"),
    when(ANYONE,         ANY,       "model_decommissioned",              "model_not_found"),
    when(ANYONE,         ANY,       "model_not_active",                  "model_not_found"),
    when(ANYONE,         ANY,       "model_deprecated",                  "model_not_found"),
    when(ANYONE,         ANY,       "deploymentnotfound",                "model_not_found"),
    when(ANYONE,         ANY,       "unsupported_parameter",             "parameter_unsupported"),
    when(ANYONE,         ANY,       "unsupported_value",                 "parameter_unsupported"),
    when(ANYONE,         ANY,       "unknown_parameter",                 "parameter_unsupported"),
    when(ANYONE,         ANY,       "parameter_unknown",                 "parameter_unsupported"),
    when(ANYONE,         ANY,       "unsupported_model",                 "capability_missing"),
    when(ANYONE,         ANY,       "invalid_json_schema",               "schema_unsupported"),
    when(ANYONE,         ANY,       "invalid_encrypted_content",         "foreign_reasoning"),
    when(ANYONE,          ANY,       "invalid_request_message_order",     "message_order"),
    when(ANYONE,         ANY,       "string_above_max_length",           "invalid_request"),
    when(ANYONE,         ANY,       "decimal_above_max_value",           "invalid_request"),
    when(ANYONE,         ANY,       "integer_above_max_value",           "invalid_request"),
    when(ANYONE,         ANY,       "missing_required_parameter",        "invalid_request"),
    when(ANYONE,         only(409), "already_exists",                    "invalid_request"),
    when(ANYONE,         only(416), "out_of_range",                      "invalid_request"),
    when(Some(Cerebras), only(400), "wrong_api_format",                  "invalid_request"),

    // Images and files: the codes of the Responses API, and their cousins.
    when(ANYONE,         ANY,       "invalid_image",                     "invalid_image"),
    when(ANYONE,         ANY,       "invalid_image_file",                "invalid_image"),
    when(ANYONE,         ANY,       "invalid_image_format",              "invalid_image"),
    when(ANYONE,         ANY,       "invalid_image_mode",                "invalid_image"),
    when(ANYONE,         ANY,       "invalid_image_url",                 "invalid_image"),
    when(ANYONE,         ANY,       "invalid_base64_image",              "invalid_image"),
    when(ANYONE,         ANY,       "image_too_large",                   "invalid_image"),
    when(ANYONE,         ANY,       "image_too_small",                   "invalid_image"),
    when(ANYONE,         ANY,       "image_parse_error",                 "invalid_image"),
    when(ANYONE,         ANY,       "image_file_too_large",              "invalid_image"),
    when(ANYONE,         ANY,       "image_file_not_found",              "invalid_image"),
    when(ANYONE,         ANY,       "empty_image_file",                  "invalid_image"),
    when(ANYONE,         ANY,       "unsupported_image_media_type",      "invalid_image"),
    when(ANYONE,         ANY,       "failed_to_download_image",          "attachment_unreachable"),

    // Policy
    when(ANYONE,         ANY,       "content_policy_violation",          "content_policy_violation"),
    when(ANYONE,         ANY,       "image_content_policy_violation",    "content_policy_violation"),
    when(ANYONE,         ANY,       "moderation_blocked",                "content_policy_violation"),
    when(ANYONE,         ANY,       "responsibleaipolicyviolation",      "content_policy_violation"),
    when(ANYONE,         ANY,       "content_filter",                    "content_policy_violation"),
    when(ANYONE,         ANY,       "data_inspection_failed",            "content_policy_violation"),
    when(ANYONE,         ANY,       "invalid_prompt",                    "content_policy_violation"),
    when(ANYONE,         ANY,       "bio_policy",                        "content_policy_violation"),
    when(ANYONE,         ANY,       "cyber_policy",                      "content_policy_violation"),

    // The model wrote something that the provider's own check refused: another draw may do.
    when(ANYONE,         ANY,       "tool_use_failed",                   "generation_rejected"),
    when(ANYONE,         ANY,       "json_validate_failed",              "generation_rejected"),
];
