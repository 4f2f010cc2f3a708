use super::*;
use crate::contract::identity::{Identity, compare};
use crate::knowledge::families::Name;
use proptest::prelude::*;

const FILE: &str = include_str!("prices.tsv");

#[track_caller]
fn check(provider: Option<&str>, model: &str, input: &str, output: &str) {
    let prices = Prices::builtin();
    let quote = prices.find(provider, model).unwrap_or_else(|| panic!("{model} has no price"));
    let read = |decimal| Picodollars::read(decimal).unwrap();
    assert_eq!(
        (quote.price.standard.input, quote.price.standard.output, quote.estimated),
        (read(input), read(output), false),
        "{provider:?} {model}"
    );
}

#[test]
fn the_file_is_whole() {
    let rows = read::rows(FILE);
    let lines = FILE.lines().filter(|line| !line.starts_with(['#', ' ', '['])).count();
    assert_eq!(rows.len(), lines, "a line was not read");
    let variants: usize = rows.iter().map(|row| row.price.variants.len()).sum();
    assert_eq!(variants, FILE.lines().filter(|line| line.starts_with(' ')).count(), "a variant was not read");
    assert!(rows.len() >= 2000);
    assert_eq!(Prices::count(), rows.len());
    assert_eq!(Prices::as_of().len(), "2026-11-21".len());
}

/// Both sources agree on each of these.
#[test]
fn well_known_prices_are_found() {
    #[rustfmt::skip]
    let known = [
        // provider          model                                           input     output
        (Some("openai"),     "gpt-4o",                                       "2.5",    "10"),
        (Some("openai"),     "gpt-4o-2024-08-06",                            "2.5",    "10"),
        (Some("openai"),     "gpt-4o-mini",                                  "0.15",   "0.6"),
        (Some("openai"),     "gpt-4o-mini-2024-07-18",                       "0.15",   "0.6"),
        (Some("openai"),     "gpt-4.1",                                      "2",      "8"),
        (Some("openai"),     "gpt-4.1-nano-2025-04-14",                      "0.1",    "0.4"),
        (Some("openai"),     "gpt-5",                                        "1.25",   "10"),
        (Some("openai"),     "gpt-5-mini-2025-08-07",                        "0.25",   "2"),
        (Some("openai"),     "gpt-5-nano",                                   "0.05",   "0.4"),
        (Some("openai"),     "o1",                                           "15",     "60"),
        (Some("openai"),     "o3-mini-2025-01-31",                           "1.1",    "4.4"),
        (Some("openai"),     "gpt-3.5-turbo-0125",                           "0.5",    "1.5"),
        (Some("openai"),     "text-embedding-3-small",                       "0.02",   "0"),
        (Some("anthropic"),  "claude-sonnet-4-5-20250929",                   "3",      "15"),
        (Some("anthropic"),  "claude-haiku-4-5",                             "1",      "5"),
        (Some("anthropic"),  "claude-3-5-haiku-20241022",                    "0.8",    "4"),
        (Some("anthropic"),  "claude-opus-4-1-20250805",                     "15",     "75"),
        (Some("google"),     "gemini-2.5-flash",                             "0.3",    "2.5"),
        (Some("google"),     "gemini-2.5-pro",                               "1.25",   "10"),
        (Some("gemini"),     "models/gemini-2.0-flash-001",                  "0.1",    "0.4"),
        (Some("bedrock"),    "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "3.3",    "16.5"),
        (Some("bedrock"),    "amazon.nova-pro-v1:0",                         "0.8",    "3.2"),
        (Some("xai"),        "grok-3",                                       "3",      "15"),
        (Some("cohere"),     "command-r-plus",                               "2.5",    "10"),
        (Some("openai"),     "ft:gpt-4o-mini-2024-07-18:acme::abc",          "0.3",    "1.2"),
        (None,               "claude-sonnet-4-5",                            "3",      "15"),
        (None,               "openai/gpt-4o-mini",                           "0.15",   "0.6"),
    ];
    for (provider, model, input, output) in known {
        check(provider, model, input, output);
    }
}

#[test]
fn a_long_prompt_has_its_own_price_for_all_its_tokens() {
    let prices = Prices::builtin();
    let price = prices.find(Some("google"), "gemini-2.5-pro").unwrap().price;
    let cost = |input| price.cost(&Usage { input, ..Usage::default() }, Service::Standard);
    assert_eq!(cost(200_000), Nanodollars(200_000 * 1250));
    assert_eq!(cost(200_001), Nanodollars(200_001 * 2500));
}

#[test]
fn a_service_has_its_own_price_and_else_the_standard_one() {
    let prices = Prices::builtin();
    let gpt = prices.find(Some("openai"), "gpt-4o").unwrap().price;
    let usage = Usage { input: 1_000_000, ..Usage::default() };
    assert_eq!(gpt.cost(&usage, Service::Batch), Nanodollars(1_250_000_000));
    assert_eq!(gpt.cost(&usage, Service::Standard), Nanodollars(2_500_000_000));
    let nova = prices.find(Some("aws"), "amazon.nova-pro-v1:0").unwrap().price;
    assert_eq!(nova.cost(&usage, Service::Fast), nova.cost(&usage, Service::Standard));
}

#[test]
fn kinds_of_tokens_are_priced_apart() {
    let prices = Prices::builtin();
    let claude = prices.find(Some("anthropic"), "claude-sonnet-4-5").unwrap().price;
    let cost = |usage: Usage| claude.cost(&usage, Service::Standard);
    assert_eq!(cost(Usage { cache_read: 1000, ..Usage::default() }), Nanodollars(300_000));
    assert_eq!(cost(Usage { cache_write: 1000, ..Usage::default() }), Nanodollars(3_750_000));
    assert_eq!(cost(Usage { cache_write_1h: 1000, ..Usage::default() }), Nanodollars(6_000_000));
    assert_eq!(cost(Usage { reasoning: 1000, ..Usage::default() }), Nanodollars(15_000_000));
}

#[test]
fn a_price_below_a_nanodollar_is_not_lost() {
    let price = PerMillion { input: 0.000_5, output: 0.0, ..PerMillion::default() }.price().unwrap();
    let usage = Usage { input: 10_000, ..Usage::default() };
    assert_eq!(price.cost(&usage, Service::Standard), Nanodollars(5_000));
}

#[test]
fn an_unlisted_version_is_estimated_and_an_unlisted_model_is_not_priced() {
    let prices = Prices::builtin();
    assert!(prices.find(Some("openai"), "gpt-99-mini").unwrap().estimated);
    assert!(prices.find(Some("groq"), "claude-sonnet-4-5").unwrap().estimated, "another host's price");
    for model in ["", "my-deployment", "/models/foo.gguf", "zorblax-7b"] {
        assert_eq!(prices.find(None, model), None, "{model}");
    }
}

#[test]
fn the_users_price_comes_first() {
    let price = PerMillion { input: 1.0, output: 2.0, cache_read: Some(0.5), cache_write: None }.price().unwrap();
    let of =
        |model: Option<&str>| Override { provider: "local".into(), model: model.map(Into::into), price: price.clone() };
    let all = Prices::with_overrides(vec![of(None)]);
    assert_eq!(all.find(Some("local"), "anything").unwrap().price, &price);
    assert_ne!(all.find(Some("openai"), "gpt-4o").unwrap().price, &price);
    let one = Prices::with_overrides(vec![of(Some("smollm2"))]);
    assert_eq!(one.find(Some("local"), "smollm2").unwrap().price, &price);
    assert_eq!(one.find(Some("local"), "zorblax"), None);
    assert_eq!(PerMillion { input: f64::NAN, ..PerMillion::default() }.price(), Err("input"));
    assert_eq!(PerMillion { cache_read: Some(-1.0), ..PerMillion::default() }.price(), Err("cacheRead"));
}

#[test]
fn every_listed_name_is_its_own_match_dated_or_not() {
    for id in read::rows(FILE).iter().flat_map(|row| row.ids.split('|')) {
        assert_eq!(compare(id, id), Identity::Match, "{id}");
        let name = Name::parse(id);
        if name.is_known() && name.snapshot.is_none() {
            let dated = format!("{id}-20250131");
            assert_eq!(compare(id, &dated), Identity::Match, "{id} answered by {dated}");
        }
    }
}

fn usages() -> impl Strategy<Value = Usage> {
    prop::array::uniform8(0_u64..1_000_000_000).prop_map(|kinds| {
        let [input, cache_read, cache_write, cache_write_1h, output, reasoning, audio_input, audio_output] = kinds;
        Usage { input, cache_read, cache_write, cache_write_1h, output, reasoning, audio_input, audio_output }
    })
}

proptest! {
    #[test]
    fn more_output_never_costs_less_and_a_cost_is_the_sum_of_its_parts(usage in usages(), more in 0_u64..1_000_000) {
        let price = PerMillion { input: 2.5, output: 10.0, cache_read: Some(1.25), cache_write: None }.price().unwrap();
        let cost = |usage: &Usage| price.cost(usage, Service::Standard).0;
        let longer = Usage { output: usage.output + more, ..usage };
        prop_assert!(cost(&longer) >= cost(&usage));
        let sent = Usage { output: 0, reasoning: 0, audio_output: 0, ..usage };
        let received = Usage {
            output: usage.output,
            reasoning: usage.reasoning,
            audio_output: usage.audio_output,
            ..Usage::default()
        };
        prop_assert!(cost(&usage).abs_diff(cost(&sent) + cost(&received)) <= 1);
    }

    #[test]
    fn no_usage_overflows(tokens in any::<u64>()) {
        let price = PerMillion { input: 1e12, output: 1e12, ..PerMillion::default() }.price().unwrap();
        let usage = Usage { input: tokens, output: tokens, ..Usage::default() };
        let _ = (price.cost(&usage, Service::Standard), usage.total());
    }

    #[test]
    fn hostile_names_find_nothing_or_something(provider in "\\PC{0,20}", model in "\\PC{0,200}") {
        let _ = Prices::builtin().find(Some(&provider), &model);
    }
}
