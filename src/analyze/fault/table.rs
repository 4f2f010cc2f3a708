//! The rows. Add a fault here, a row that leads to it in `analyze/classify`, and run `UPDATE=1 cargo test fault`
//! to render `docs/FAULTS.md`.

#![forbid(unsafe_code)]

use super::Blame::{Account, Caller, Network, Provider, Us};
use super::Class::{Auth, Availability, Contract, Economics, Policy, Quota, Request, Stream, Transport};
use super::Retry::{Later, Never, Now};
use super::{Blame, Class, FaultRow, Retry};

/// The columns `failover` in words.
const ELSEWHERE: bool = true;
const NOWHERE: bool = false;

const fn fault(
    name: &'static str,
    class: Class,
    blame: Blame,
    retry: Retry,
    failover: bool,
    meaning: &'static str,
) -> FaultRow {
    FaultRow { name, class, blame, retry, failover, meaning }
}

#[rustfmt::skip]
pub static TABLE: &[FaultRow] = &[
    //    name                                 class         blame     same route  failover   meaning
    // Transport: did bytes travel?
    fault("dns_failure",                       Transport,    Network,  Later,      ELSEWHERE, "the host name could not be resolved"),
    fault("address_refused",                   Transport,    Network,  Never,      ELSEWHERE, "the host name leads to an address that no provider has"),
    fault("connect_refused",                   Transport,    Provider, Later,      ELSEWHERE, "nothing listens at the provider's address"),
    fault("connect_timeout",                   Transport,    Provider, Later,      ELSEWHERE, "no connection within the time allowed for it"),
    fault("network_unreachable",               Transport,    Network,  Later,      ELSEWHERE, "no way from this host to the provider's address"),
    fault("tls_handshake_failed",              Transport,    Provider, Later,      ELSEWHERE, "the secure connection could not be agreed"),
    fault("tls_certificate_expired",           Transport,    Provider, Never,      ELSEWHERE, "the provider's certificate has expired, or this host's clock is wrong"),
    fault("tls_wrong_host",                    Transport,    Network,  Never,      ELSEWHERE, "the certificate belongs to another host"),
    fault("tls_untrusted",                     Transport,    Network,  Never,      ELSEWHERE, "the certificate's issuer is not trusted here: often a proxy that looks inside"),
    fault("connection_reset",                  Transport,    Provider, Now,        ELSEWHERE, "the connection broke before an answer began"),
    fault("protocol_error",                    Transport,    Provider, Now,        ELSEWHERE, "the other side did not speak HTTP as it must"),
    fault("request_timeout",                   Transport,    Provider, Now,        ELSEWHERE, "the provider gave up waiting for the request or for its own model"),
    fault("gateway_timeout",                   Transport,    Provider, Later,      ELSEWHERE, "the provider's edge gave up waiting for the model behind it"),
    fault("total_timeout",                     Transport,    Provider, Never,      ELSEWHERE, "the answer was not whole within the time allowed for the attempt"),
    fault("deadline_exceeded",                 Transport,    Caller,   Never,      NOWHERE,   "the call's own deadline passed"),
    fault("redirect_refused",                  Transport,    Caller,   Never,      ELSEWHERE, "a redirect, which is not followed because the key would travel along"),
    fault("proxy_auth_required",               Transport,    Network,  Never,      ELSEWHERE, "the proxy in between wants credentials"),
    fault("edge_challenge",                    Transport,    Network,  Never,      ELSEWHERE, "a protective page before the API, made for browsers"),
    fault("host_stalled",                      Transport,    Us,       Now,        ELSEWHERE, "this process stood still while the answer came"),
    fault("internal_error",                    Transport,    Us,       Never,      NOWHERE,   "a mistake in correctover itself"),
    fault("host_exhausted",                    Transport,    Us,       Later,      NOWHERE,   "this host has no sockets or file descriptors left"),

    // Auth: may we call?
    fault("invalid_api_key",                   Auth,         Account,  Never,      ELSEWHERE, "the key is missing, wrong or revoked"),
    fault("token_expired",                     Auth,         Account,  Never,      ELSEWHERE, "a short-lived credential has run out and must be renewed"),
    fault("permission_denied",                 Auth,         Account,  Never,      ELSEWHERE, "the key is known but may not do this"),
    fault("not_an_organization_member",        Auth,         Account,  Never,      ELSEWHERE, "the key's owner is not a member of the organization"),
    fault("ip_not_allowed",                    Auth,         Account,  Never,      ELSEWHERE, "the account admits only other network addresses"),
    fault("region_not_supported",              Auth,         Account,  Never,      ELSEWHERE, "the provider does not serve this country or region"),
    fault("account_suspended",                 Auth,         Account,  Never,      ELSEWHERE, "the account or key has been blocked"),
    fault("service_not_enabled",               Auth,         Account,  Never,      ELSEWHERE, "the API has to be enabled or agreed to first"),
    fault("legal_block",                       Auth,         Account,  Never,      ELSEWHERE, "refused for legal reasons"),
    fault("key_unavailable",                   Auth,         Us,       Now,        ELSEWHERE, "the function that gives the key gave none"),

    // Quota: how much may we call? Waiting heals a rate, it never heals money.
    fault("rate_limited",                      Quota,        Account,  Later,      ELSEWHERE, "more calls than the account may make in this time"),
    fault("rate_limit_requests",               Quota,        Account,  Later,      ELSEWHERE, "more requests than the account may send in this time"),
    fault("rate_limit_tokens",                 Quota,        Account,  Later,      ELSEWHERE, "more tokens than the account may use in this time"),
    fault("ramp_too_fast",                     Quota,        Account,  Later,      ELSEWHERE, "traffic grew faster than the provider lets it grow"),
    fault("request_exceeds_rate_limit",        Quota,        Account,  Never,      ELSEWHERE, "this one request is larger than the whole rate limit: waiting never helps"),
    fault("daily_quota_exceeded",              Quota,        Account,  Never,      ELSEWHERE, "the quota of the day is used up"),
    fault("in_flight_budget",                  Quota,        Account,  Later,      ELSEWHERE, "calls under way have reserved the money left: it comes back when they end"),
    fault("insufficient_quota",                Quota,        Account,  Never,      ELSEWHERE, "no quota or money left on the account"),
    fault("credit_balance_exhausted",          Quota,        Account,  Never,      ELSEWHERE, "the prepaid credit is used up"),
    fault("organization_spend_limit_exceeded", Quota,        Account,  Never,      ELSEWHERE, "the organization's own spending limit is reached"),
    fault("project_spend_limit_exceeded",      Quota,        Account,  Never,      ELSEWHERE, "the project's own spending limit is reached"),
    fault("organization_usage_limit_exceeded", Quota,        Account,  Never,      ELSEWHERE, "the provider's usage limit for the organization is reached"),
    fault("spend_limit_reached",               Quota,        Account,  Never,      ELSEWHERE, "a spending limit is reached, until it is raised or the month ends"),
    fault("payment_required",                  Quota,        Account,  Never,      ELSEWHERE, "the provider wants to be paid first"),

    // Availability: can the provider serve anyone now?
    fault("server_error",                      Availability, Provider, Later,      ELSEWHERE, "the provider failed inside"),
    fault("bad_gateway",                       Availability, Provider, Later,      ELSEWHERE, "the provider's edge got no proper answer from behind it"),
    fault("service_unavailable",               Availability, Provider, Later,      ELSEWHERE, "the provider serves nobody for now"),
    fault("overloaded",                        Availability, Provider, Later,      ELSEWHERE, "the provider has more work than it can do"),
    fault("capacity_exceeded",                 Availability, Provider, Later,      ELSEWHERE, "no capacity left for this model or tier"),
    fault("model_loading",                     Availability, Provider, Later,      ELSEWHERE, "the model is being loaded"),
    fault("model_failed",                      Availability, Provider, Later,      ELSEWHERE, "the model could not be loaded or broke down while it ran"),
    fault("dependency_failed",                 Availability, Provider, Later,      ELSEWHERE, "something the provider depends on failed"),
    fault("edge_error",                        Availability, Provider, Later,      ELSEWHERE, "the network in front of the provider could not reach it"),
    fault("conflict",                          Availability, Provider, Later,      ELSEWHERE, "the provider was busy with a conflicting operation"),
    fault("no_upstream",                       Availability, Provider, Later,      ELSEWHERE, "a router found no provider that meets the request"),
    fault("first_byte_timeout",                Availability, Provider, Later,      ELSEWHERE, "no answer began within the time allowed for it"),
    fault("unclassified",                      Availability, Provider, Later,      ELSEWHERE, "a failure nobody has described yet, kept with its evidence"),

    // Request: is it acceptable to this model?
    fault("invalid_request",                   Request,      Caller,   Never,      NOWHERE,   "the request is malformed: it would fail anywhere"),
    fault("request_unreadable",                Request,      Caller,   Never,      NOWHERE,   "the request is no JSON that can be read, so that no answer can be held against it"),
    fault("context_length_exceeded",           Request,      Caller,   Never,      ELSEWHERE, "the prompt is longer than the model's context"),
    fault("max_tokens_too_large",              Request,      Caller,   Never,      ELSEWHERE, "more output asked for than the model can give"),
    fault("request_too_large",                 Request,      Caller,   Never,      ELSEWHERE, "the request has more bytes than the provider takes"),
    fault("parameter_unsupported",             Request,      Caller,   Never,      ELSEWHERE, "a parameter or value that this model does not take"),
    fault("capability_missing",                Request,      Caller,   Never,      ELSEWHERE, "the model lacks something the request needs: tools, images, a JSON mode"),
    fault("schema_unsupported",                Request,      Caller,   Never,      ELSEWHERE, "the provider cannot hold the model to this schema"),
    fault("prefill_unsupported",               Request,      Caller,   Never,      ELSEWHERE, "the model does not continue an assistant turn begun by the caller"),
    fault("message_order",                     Request,      Caller,   Never,      ELSEWHERE, "the provider wants turns in another order"),
    fault("foreign_reasoning",                 Request,      Caller,   Never,      ELSEWHERE, "signed or encrypted reasoning that this provider did not write"),
    fault("invalid_image",                     Request,      Caller,   Never,      NOWHERE,   "an image or file that cannot be read"),
    fault("attachment_unreachable",            Request,      Caller,   Later,      ELSEWHERE, "the provider could not download an image or file"),
    fault("model_not_found",                   Request,      Caller,   Never,      ELSEWHERE, "the provider does not have this model, or not for this account"),
    fault("endpoint_not_found",                Request,      Caller,   Never,      ELSEWHERE, "nothing at this path: a wrong base URL or API version"),
    fault("method_not_allowed",                Request,      Caller,   Never,      ELSEWHERE, "the path does not take this method: a wrong base URL"),
    fault("unsupported_media_type",            Request,      Caller,   Never,      ELSEWHERE, "the path does not take this content type"),
    fault("not_implemented",                   Request,      Caller,   Never,      ELSEWHERE, "the provider does not offer this function"),
    fault("cancelled",                         Request,      Caller,   Never,      NOWHERE,   "the provider saw the caller go away"),
    fault("aborted",                           Request,      Caller,   Never,      NOWHERE,   "the caller withdrew the call"),
    fault("no_eligible_route",                 Request,      Caller,   Never,      NOWHERE,   "no configured route can serve the request"),
    fault("unclassified",                      Request,      Caller,   Never,      ELSEWHERE, "a refusal nobody has described yet, kept with its evidence"),

    // Policy: was it refused for reasons of safety? Another vendor is asked only if the user says so.
    fault("content_policy_violation",          Policy,       Caller,   Never,      NOWHERE,   "the prompt was refused by the provider's rules on content"),
    fault("content_filtered",                  Policy,       Caller,   Never,      NOWHERE,   "the answer was withheld by the provider's filter"),
    fault("refusal",                           Policy,       Caller,   Never,      NOWHERE,   "the model declined to answer"),

    // Stream: did the reply arrive whole and well formed?
    fault("body_truncated",                    Stream,       Provider, Now,        ELSEWHERE, "the connection closed before the answer was whole"),
    fault("idle_timeout",                      Stream,       Provider, Now,        ELSEWHERE, "the answer began and then stood still"),
    fault("stream_end_missing",                Stream,       Provider, Now,        ELSEWHERE, "the stream closed without its proper end"),
    fault("stream_error",                      Stream,       Provider, Later,      ELSEWHERE, "the provider reported an error inside a running stream"),
    fault("body_too_large",                    Stream,       Provider, Never,      ELSEWHERE, "the answer is larger than any answer should be"),
    fault("decompression_failed",              Stream,       Provider, Now,        ELSEWHERE, "the compressed answer is damaged"),
    fault("decompression_bomb",                Stream,       Provider, Never,      ELSEWHERE, "a small compressed answer that grows without bounds"),
    fault("html_instead_of_json",              Stream,       Provider, Now,        ELSEWHERE, "a web page came where an answer was due"),
    fault("invalid_utf8",                      Stream,       Provider, Now,        ELSEWHERE, "the answer is not UTF-8"),
    fault("invalid_json",                      Stream,       Provider, Now,        ELSEWHERE, "the answer's envelope is not JSON"),
    fault("json_too_deep",                     Stream,       Provider, Never,      ELSEWHERE, "the answer is nested deeper than any answer should be"),

    // Contract: is the whole reply what was asked for?
    fault("status_error",                      Contract,     Provider, Later,      ELSEWHERE, "the answer's status says that it failed"),
    fault("empty_answer",                      Contract,     Provider, Now,        ELSEWHERE, "the answer says nothing"),
    fault("no_choices",                        Contract,     Provider, Now,        ELSEWHERE, "the list of choices is empty"),
    fault("not_an_answer",                     Contract,     Provider, Now,        ELSEWHERE, "JSON, but not in the shape of an answer"),
    fault("error_in_success",                  Contract,     Provider, Later,      ELSEWHERE, "an error inside a reply that claims success"),
    fault("truncated_answer",                  Contract,     Provider, Never,      ELSEWHERE, "cut short by a limit that the caller did not set"),
    fault("output_limit_exhausted",            Contract,     Caller,   Never,      NOWHERE,   "reasoning used up the caller's own limit before any answer"),
    fault("finish_missing",                    Contract,     Provider, Now,        ELSEWHERE, "no word on why the answer ended"),
    fault("finish_unknown",                    Contract,     Provider, Now,        ELSEWHERE, "ended for a reason that no table knows"),
    fault("finish_error",                      Contract,     Provider, Later,      ELSEWHERE, "ended because the provider failed"),
    fault("content_not_json",                  Contract,     Provider, Now,        ELSEWHERE, "JSON was asked for and something else was written"),
    fault("schema_violation",                  Contract,     Provider, Now,        ELSEWHERE, "the answer does not satisfy its schema"),
    fault("tool_undeclared",                   Contract,     Provider, Now,        ELSEWHERE, "a call of a tool that was not offered"),
    fault("tool_arguments_invalid",            Contract,     Provider, Now,        ELSEWHERE, "the arguments of a tool call are not JSON"),
    fault("tool_arguments_violation",          Contract,     Provider, Now,        ELSEWHERE, "the arguments of a tool call do not satisfy its schema"),
    fault("generation_rejected",               Contract,     Provider, Now,        ELSEWHERE, "the provider itself rejected what its model wrote"),
    fault("model_mismatch",                    Contract,     Provider, Never,      ELSEWHERE, "another model answered than the one asked"),
    fault("template_token",                    Contract,     Provider, Now,        ELSEWHERE, "control tokens of the chat template stand in the text"),
    fault("repetition_loop",                   Contract,     Provider, Now,        ELSEWHERE, "the text repeats itself without end"),
    fault("prompt_echo",                       Contract,     Provider, Now,        ELSEWHERE, "the answer repeats the prompt"),
    fault("custom_check_failed",               Contract,     Provider, Now,        ELSEWHERE, "the user's own check said no"),

    // Economics: was it worth its time and money? The limits are the caller's; only slowness is the provider's.
    fault("too_slow",                          Economics,    Provider, Later,      ELSEWHERE, "slower than the contract allows"),
    fault("too_expensive",                     Economics,    Caller,   Never,      ELSEWHERE, "dearer than the contract allows"),
    fault("too_many_tokens",                   Economics,    Caller,   Never,      ELSEWHERE, "more tokens than the contract allows"),
    fault("budget_exceeded",                   Economics,    Caller,   Never,      NOWHERE,   "the engine's budget of money or tokens is spent"),
    fault("price_unknown",                     Economics,    Us,       Never,      ELSEWHERE, "no price is known for this model, and a money limit is set"),
];
