use super::siblings::SIBLINGS;
use super::{Identity, Part, Policy, compare, compare_names, judge};
use crate::knowledge::families::Name;
use proptest::prelude::*;

#[track_caller]
fn check(asked: &str, served: &str, expected: &str) {
    let identity = compare(asked, served);
    assert_eq!(identity.name(), expected, "{asked} answered by {served}: {identity:?}");
}

#[test]
fn a_cheaper_sibling_never_passes_for_the_model_asked() {
    assert!(SIBLINGS.len() >= 50);
    for (asked, siblings) in SIBLINGS {
        assert!(siblings.len() >= 2, "{asked} needs two siblings");
        check(asked, asked, "match");
        for sibling in *siblings {
            check(asked, sibling, "mismatch");
            check(sibling, asked, "mismatch");
        }
    }
}

#[test]
fn the_short_way_says_of_dated_snapshots_what_the_long_way_says() {
    for (asked, _) in SIBLINGS {
        let served = format!("{asked}-2031-05-06");
        let long = compare_names(&Name::parse(asked), &Name::parse(&served));
        assert_eq!(compare(asked, &served), Identity::Match);
        assert!(long == Identity::Match || Name::parse(asked).snapshot.is_some(), "{asked}: {long:?}");
    }
    check("gpt-4o", "gpt-4o-2024-8-06", "unsure");
}

#[test]
fn snapshots_prefixes_and_suffixes_of_the_model_asked_match() {
    for (asked, served) in MATCHES {
        check(asked, served, "match");
    }
}

#[rustfmt::skip]
const MATCHES: &[(&str, &str)] = &[
    // a dated snapshot answers for its alias
    ("gpt-4o",                                      "gpt-4o-2024-08-06"),
    ("gpt-4o-mini",                                 "gpt-4o-mini-2024-07-18"),
    ("gpt-4",                                       "gpt-4-0613"),
    ("gpt-4-32k",                                   "gpt-4-32k-0613"),
    ("gpt-4-turbo",                                 "gpt-4-turbo-2024-04-09"),
    ("gpt-4-turbo-preview",                         "gpt-4-0125-preview"),
    ("gpt-4-turbo-preview",                         "gpt-4-1106-preview"),
    ("gpt-4-vision-preview",                        "gpt-4-1106-vision-preview"),
    ("gpt-3.5-turbo",                               "gpt-3.5-turbo-0125"),
    ("gpt-3.5-turbo-16k",                           "gpt-3.5-turbo-16k-0613"),
    ("gpt-3.5-turbo-instruct",                      "gpt-3.5-turbo-instruct:20230824-v2"),
    ("gpt-35-turbo",                                "gpt-3.5-turbo-0125"),
    ("gpt-35-turbo-16k",                            "gpt-3.5-turbo-16k"),
    ("gpt-4.1",                                     "gpt-4.1-2025-04-14"),
    ("gpt-5",                                       "gpt-5-2025-08-07"),
    ("gpt-5-chat-latest",                           "gpt-5-chat"),
    ("gpt-5.4-nano",                                "gpt-5.4-nano-2026-03-17"),
    ("gpt-5.1-codex",                               "gpt-5.1-codex-2025-11-13"),
    ("gpt-audio",                                   "gpt-audio-2025-08-28"),
    ("gpt-4o-mini-search-preview",                  "gpt-4o-mini-search-preview-2025-03-11"),
    ("gpt-4o-realtime-preview",                     "gpt-4o-realtime-preview-2024-12-17"),
    ("chatgpt-4o-latest",                           "chatgpt-4o-latest-2025-03-27"),
    ("o1",                                          "o1-2024-12-17"),
    ("o1-preview",                                  "o1-preview-2024-09-12"),
    ("o3-mini",                                     "o3-mini-2025-01-31"),
    ("o3-deep-research",                            "o3-deep-research-2025-06-26"),
    ("computer-use-preview",                        "computer-use-preview-2025-03-11"),
    ("text-embedding-ada-002",                      "text-embedding-ada-002-v2"),
    ("claude-sonnet-4-5",                           "claude-sonnet-4-5-20250929"),
    ("claude-3-5-sonnet-latest",                    "claude-3-5-sonnet-20241022"),
    ("claude-opus-4-0",                             "claude-opus-4-20250514"),
    ("claude-sonnet-4",                             "claude-sonnet-4-20250514"),
    ("claude-haiku-4-5",                            "claude-haiku-4-5@20251001"),
    ("gemini-1.5-pro",                              "gemini-1.5-pro-002"),
    ("gemini-2.0-flash",                            "gemini-2.0-flash-001"),
    ("gemini-2.5-pro",                              "gemini-2.5-pro-preview-05-06"),
    ("gemini-2.5-flash",                            "gemini-2.5-flash-preview-04-17"),
    ("gemini-flash-latest",                         "gemini-2.5-flash-preview-09-2025"),
    ("gemini-pro",                                  "gemini-1.0-pro"),
    ("gemini-2.0-flash-lite",                       "gemini-2.0-flash-lite-preview-02-05"),
    ("mistral-large-latest",                        "mistral-large-2411"),
    ("mistral-small",                               "mistral-small-3.1-24b-instruct-2503"),
    ("codestral-latest",                            "codestral-2501"),
    ("open-mistral-nemo",                           "open-mistral-nemo-2407"),
    ("command-r",                                   "command-r-08-2024"),
    ("command-a",                                   "command-a-03-2025"),
    ("grok-4",                                      "grok-4-0709"),
    ("grok-2-latest",                               "grok-2-1212"),
    ("grok-3-mini",                                 "grok-3-mini-beta"),
    ("grok-4-fast",                                 "grok-4-fast-reasoning"),
    ("kimi-k2",                                     "kimi-k2-0905-preview"),
    ("kimi-latest",                                 "kimi-k2-0711-preview"),
    ("deepseek-r1",                                 "deepseek-r1-0528"),
    ("deepseek-chat",                               "deepseek-v3"),
    ("deepseek-chat",                               "deepseek-v3-0324"),
    ("deepseek-chat",                               "deepseek-v4-flash"),
    ("deepseek-reasoner",                           "deepseek-v4-flash"),
    ("deepseek-reasoner",                           "deepseek-r1"),
    ("qwen-plus",                                   "qwen-plus-2025-07-28"),
    ("qwen-max-latest",                             "qwen-max-2025-01-25"),
    ("qwen3-235b-a22b",                             "qwen3-235b-a22b-2507"),
    ("glm-4-9b-chat",                               "glm-4-9b-0414"),
    ("jamba-large",                                 "jamba-large-1.7-2025-07"),
    ("olmo-2-32b-instruct",                         "olmo-2-0325-32b-instruct"),
    // a dated one answered by its plain name
    ("gpt-4o-2024-08-06",                           "gpt-4o"),
    ("claude-3-5-sonnet-20240620",                  "claude-3-5-sonnet"),
    // prefixes of vendors, regions, clouds, hosts
    ("openai/gpt-4o",                               "gpt-4o-2024-08-06"),
    ("gpt-4o",                                      "openai/gpt-4o"),
    ("openrouter/openai/gpt-4o-mini",               "openai/gpt-4o-mini"),
    ("azure/gpt-4o",                                "gpt-4o-2024-11-20"),
    ("anthropic/claude-haiku-4.5",                  "anthropic/claude-4.5-haiku-20251001"),
    ("anthropic/claude-3.7-sonnet:thinking",        "claude-3-7-sonnet-20250219"),
    ("us.anthropic.claude-3-5-haiku-20241022-v1:0", "claude-3-5-haiku-20241022"),
    ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0","claude-sonnet-4-5-20250929"),
    ("global.anthropic.claude-opus-4-5-20251101-v1:0", "claude-opus-4-5-20251101"),
    ("anthropic.claude-3-5-sonnet-20240620-v1",     "claude-3-5-sonnet-20240620"),
    ("anthropic.claude-v2",                         "claude-2.0"),
    ("anthropic.claude-v2:1",                       "claude-2.1"),
    ("anthropic.claude-instant-v1",                 "claude-instant-1.2"),
    ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-20250514"),
    ("publishers/google/models/gemini-2.0-flash",   "gemini-2.0-flash-001"),
    ("projects/p/locations/us-central1/publishers/google/models/gemini-1.5-pro-002", "gemini-1.5-pro-002"),
    ("models/gemini-2.5-flash",                     "gemini-2.5-flash"),
    ("google/gemini-2.5-flash",                     "models/gemini-2.5-flash"),
    ("vertex_ai/claude-sonnet-4@20250514",          "claude-sonnet-4-20250514"),
    ("accounts/fireworks/models/llama-v3p1-70b-instruct", "meta-llama/Llama-3.1-70B-Instruct"),
    ("accounts/fireworks/models/qwen2p5-72b-instruct", "Qwen/Qwen2.5-72B-Instruct"),
    ("accounts/fireworks/models/deepseek-v3p1",     "deepseek-ai/DeepSeek-V3.1"),
    ("accounts/fireworks/models/glm-4p5",           "zai-org/GLM-4.5"),
    ("@cf/meta/llama-3.1-8b-instruct",              "llama-3.1-8b-instruct"),
    ("@cf/meta/llama-3.1-8b-instruct-fp8-fast",     "meta-llama/Meta-Llama-3.1-8B-Instruct"),
    ("meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo", "meta-llama/Llama-3.1-8B-Instruct"),
    ("meta.llama3-1-70b-instruct-v1:0",             "llama-3.1-70b"),
    ("meta.llama3-8b-instruct-v1:0",                "Meta-Llama-3-8B-Instruct"),
    ("databricks-meta-llama-3-3-70b-instruct",      "meta-llama-3.3-70b-instruct-121024"),
    ("databricks-claude-sonnet-4",                  "claude-sonnet-4-20250514"),
    ("mistral.mistral-7b-instruct-v0:2",            "mistralai/Mistral-7B-Instruct-v0.2"),
    ("mistral.mistral-large-2402-v1:0",             "mistral-large-2402"),
    ("ai21.jamba-1-5-mini-v1",                      "jamba-1.5-mini"),
    ("ai21.jamba-1-5-large-v1:0",                   "jamba-1.5-large"),
    ("amazon.nova-pro-v1:0",                        "us.amazon.nova-pro-v1:0"),
    ("us.amazon.nova-lite-v1:0",                    "nova-lite"),
    ("us.amazon.nova-2-lite-v1",                    "amazon.nova-2-lite-v1:0"),
    ("cohere.command-r-plus-v1:0",                  "command-r-plus-08-2024"),
    ("cohere.command-r-v1:0",                       "command-r"),
    ("cohere.embed-english-v3",                     "embed-english-v3.0"),
    ("Cohere-embed-v3-english",                     "embed-english-v3.0"),
    ("deepseek.r1-v1:0",                            "deepseek-r1"),
    ("us.deepseek.r1-v1:0",                         "deepseek.r1-v1:0"),
    ("deepseek.v3-v1:0",                            "deepseek-v3"),
    ("openai.gpt-oss-20b-1:0",                      "openai.gpt-oss-20b"),
    ("gpt-oss:120b",                                "openai/gpt-oss-120b"),
    ("qwen.qwen3-32b-v1:0",                         "Qwen/Qwen3-32B"),
    ("moonshotai/Kimi-K2-Instruct-0905",            "kimi-k2-0905"),
    ("moonshotai/kimi-k2p5",                        "kimi-k2.5"),
    ("nvidia/llama-3.1-nemotron-70b-instruct",      "nvidia/Llama-3.1-Nemotron-70B-Instruct-HF"),
    ("x-ai/grok-4",                                 "grok-4-0709"),
    ("voyageai/rerank-2.5-lite",                    "rerank-2.5-lite"),
    ("openai/text-embedding-3-small",               "text-embedding-3-small"),
    ("perplexity/sonar-pro",                        "sonar-pro"),
    ("microsoft/phi-4",                             "Phi-4"),
    ("ibm/granite-3-8b-instruct",                   "granite-3-8b-instruct"),
    // suffixes of routers and hosts
    ("meta-llama/llama-3.3-70b-instruct:free",      "meta-llama/llama-3.3-70b-instruct"),
    ("~anthropic/claude-sonnet-latest",             "anthropic/claude-sonnet-4.5"),
    ("openai/gpt-4o:nitro",                         "openai/gpt-4o"),
    ("openai/gpt-4o:online",                        "openai/gpt-4o-2024-11-20"),
    ("deepseek/deepseek-r1:free",                   "deepseek/deepseek-r1"),
    ("openai/o3-mini-high",                         "openai/o3-mini-2025-01-31"),
    ("llama-3.3-70b-versatile",                     "llama-3.3-70b"),
    ("llama-3.1-8b-instant",                        "meta-llama/Llama-3.1-8B-Instruct"),
    ("llama3-70b-8192",                             "meta-llama-3-70b-instruct"),
    ("mixtral-8x7b-32768",                          "mistralai/Mixtral-8x7B-Instruct-v0.1"),
    ("llama3.1",                                    "llama3.1:8b"),
    ("llama3.1:8b-instruct-q4_K_M",                 "llama3.1:8b"),
    ("llama3:latest",                               "llama3:8b"),
    ("hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M", "llama-3.2-3b-instruct"),
    ("qwen2.5-coder:32b",                           "Qwen2.5-Coder-32B-Instruct-AWQ"),
    ("phi-3-mini-128k-instruct",                    "phi-3-mini"),
    ("gpt-4o-extended",                             "gpt-4o"),
    // case and separators
    ("GPT-4o",                                      "gpt-4o"),
    ("Meta-Llama-3.1-70B-Instruct",                 "meta_llama_3_1_70b_instruct"),
    ("claude-3.5-sonnet",                           "claude-3-5-sonnet-20241022"),
    ("claude-sonnet-4.5",                           "claude-sonnet-4-5"),
    ("qwen2.5-72b-instruct",                        "Qwen2.5 72B Instruct"),
    ("MiniMax-M2",                                  "minimax/minimax-m2"),
    ("GLM-4.5-Air",                                 "z-ai/glm-4.5-air"),
    // no table knows the model, but the words are the same
    ("acme/zorblax-7b",                             "zorblax-7b"),
    ("zorblax-7b",                                  "zorblax-7b-2025-06-01"),
];

#[test]
fn a_substitution_names_what_differs() {
    #[track_caller]
    fn differs(asked: &str, served: &str, expected: Part) {
        let identity = compare(asked, served);
        assert!(
            matches!(&identity, Identity::Mismatch { differs, .. } if *differs == expected),
            "{asked} answered by {served}: {identity:?}"
        );
    }
    differs("gpt-4.1-mini", "moonshotai/kimi-k2", Part::Family);
    differs("pixtral-12b", "ministral-14b-latest", Part::Family);
    differs("gpt-4o", "claude-sonnet-4-5", Part::Family);
    differs("qwen3-32b", "deepseek-r1-distill-qwen-32b", Part::Family);
    differs("llama-3.1-70b", "llama-3.1-nemotron-70b-instruct", Part::Family);
    differs("gpt-4", "gpt-3.5-turbo", Part::Version);
    differs("gemini-1.5-pro", "gemini-2.0-flash", Part::Version);
    differs("claude-3-5-sonnet-20241022", "claude-sonnet-4-5-20250929", Part::Version);
    differs("gpt-4o", "gpt-4o-mini", Part::Tier);
    differs("claude-sonnet-4-5", "us.anthropic.claude-haiku-4-5-20251001-v1:0", Part::Tier);
    differs("gpt-4-0613", "gpt-4-0125-preview", Part::Tier);
    differs("gpt-4-32k", "gpt-4-0613", Part::Tier);
    differs("llama-3.1-70b", "llama-3.1-8b", Part::Size);
    differs("qwen3-30b-a3b", "qwen3-8b", Part::Size);
    differs("meta.llama3-1-70b-instruct-v1:0", "meta.llama3-1-8b-instruct-v1:0", Part::Size);
}

#[test]
fn what_the_names_do_not_tell_is_unsure() {
    for (asked, served) in UNSURE {
        check(asked, served, "unsure");
    }
}

#[rustfmt::skip]
const UNSURE: &[(&str, &str)] = &[
    ("",                            "gpt-4o"),
    ("gpt-4o",                      ""),
    ("gpt-4o",                      "   "),
    ("gpt-4o",                      "unknown"),
    ("my-deployment",               "gpt-4o-2024-08-06"),
    ("my-gpt-4o",                   "gpt-4o-mini"),
    ("prod-claude",                 "claude-3-5-haiku-20241022"),
    ("gpt-4o-prod",                 "gpt-4o-mini-2024-07-18"),
    ("gpt-4o-prod",                 "gpt-4o-2024-08-06"),
    ("llama-3.1-8b",                "/models/llama-3.1-70b"),
    ("llama-3.1-8b",                "/models/foo.gguf"),
    ("llama-3.1-8b",                "./llama-3.1-8b.Q4_K_M.gguf"),
    ("llama-3.1-8b",                "C:\\models\\llama"),
    ("llama-3.1-8b",                "file:///models/llama"),
    ("llama-3.1-8b",                "s3://bucket/llama-3.1-70b"),
    ("gpt-4o",                      "ft:gpt-4o-2024-08-06:acme::abc123"),
    ("ft:gpt-4o-mini-2024-07-18:acme::abc", "gpt-4o-mini-2024-07-18"),
    ("ft:gpt-4o-mini-2024-07-18:acme::abc", "ft:gpt-4o-mini-2024-07-18:acme::xyz"),
    ("zorblax-7b",                  "zorblax-70b"),
    ("zorblax-7b",                  "quuxly-7b"),
    ("@preset/writer",              "openai/gpt-4o"),
    // another snapshot than the one asked for by date
    ("gpt-4o-2024-05-13",           "gpt-4o-2024-08-06"),
    ("gpt-4-0314",                  "gpt-4-0613"),
    ("gemini-2.5-pro-exp-03-25",    "gemini-2.5-pro-preview-05-06"),
    // less said than asked
    ("claude-sonnet-4-5",           "claude-sonnet"),
    ("gemma2-9b-it",                "gemma2"),
    // a word that no table knows
    ("gpt-7-zeta",                  "gpt-7-omega"),
    ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6", "claude-sonnet-4"),
];

#[test]
fn a_fine_tune_of_another_model_is_a_substitution() {
    check("ft:gpt-4o-2024-08-06:acme::abc", "gpt-4o-mini-2024-07-18", "mismatch");
    check("gpt-4o", "ft:gpt-3.5-turbo-0125:acme::abc", "mismatch");
}

proptest! {
    #[test]
    fn hostile_names_are_read_without_harm(asked in "\\PC{0,200}", served in "[-a-z0-9.:/@_ ]{0,200}") {
        let _ = compare(&asked, &served);
        let _ = compare(&served, &asked);
        prop_assert_ne!(compare(&asked, &asked).name(), "mismatch");
        prop_assert_ne!(compare(&served, &served).name(), "mismatch");
    }

    #[test]
    fn numbers_beyond_any_size_are_read_without_harm(number in "[0-9]{1,60}", unit in "[bmtkxvea]?[0-9]{0,30}b?") {
        let _ = compare(&format!("gpt-{number}{unit}"), &format!("llama-v{number}:{number}.{number}"));
    }
}

#[test]
fn a_router_asked_to_choose_is_not_judged() {
    for asked in [
        "openrouter/auto",
        "auto",
        "AUTO",
        "acme/auto",
        "model-router",
        "model-router-2025-08-07",
        "openrouter/auto:online",
    ] {
        assert_eq!(judge(&Policy::On, asked, "openai/gpt-4o", &[]), None, "{asked}");
    }
    assert!(judge(&Policy::On, "acme/auto-7b", "openai/gpt-4o", &[]).is_some());
}

#[test]
fn the_requests_own_list_and_the_users_list_are_accepted() {
    let models = ["anthropic/claude-sonnet-4.5", "google/gemini-2.5-pro"];
    let judged = |policy: &Policy, asked, served| judge(policy, asked, served, &models).map(|identity| identity.name());
    assert_eq!(judged(&Policy::On, "openai/gpt-4o", "google/gemini-2.5-pro"), Some("match"));
    assert_eq!(judged(&Policy::On, "openai/gpt-4o", "openai/gpt-4o-mini"), Some("mismatch"));
    assert_eq!(judged(&Policy::On, "openrouter/auto", "anthropic/claude-4.5-sonnet-20250929"), Some("match"));
    assert_eq!(judged(&Policy::On, "openrouter/auto", "openai/gpt-4o"), Some("mismatch"));
    assert_eq!(judged(&Policy::Off, "openai/gpt-4o", "openai/gpt-4o-mini"), None);
    let allow = Policy::Allow(vec!["gpt-4o-mini".into(), "my-deployment".into()]);
    assert_eq!(judge(&allow, "gpt-4o", "gpt-4o-mini-2024-07-18", &[]), Some(Identity::Match));
    assert_eq!(judge(&allow, "gpt-4o", "claude-sonnet-4-5", &[]).map(|identity| identity.name()), Some("unsure"));
}
