use std::collections::HashSet;
use std::time::Instant;

use rstest::rstest;
use sluice_domain::id::ProviderId;
use sluice_domain::price::{Buyer, Class, Estimate, Rate, Receipt, Service, Terms, bound, charge};
use sluice_domain::usage::Usage;

use super::*;

/// The day the tests live on; prices from later days do not count.
const NOW: Timestamp = Timestamp(1_795_219_200_000);

fn found<'a>(book: &'a PriceBook, vendor: &str, model: &str) -> Option<&'a Arc<PriceVersion>> {
    book.find(Buyer { provider: ProviderId(1), group: None, vendor }, model, NOW).ok()
}

/// Dollars per million tokens as vendors publish them: input, cached input, output.
#[rstest]
#[case("openai", "gpt-4o", [2_500_000, 1_250_000, 10_000_000])]
#[case("openai", "gpt-4o-2024-11-20", [2_500_000, 1_250_000, 10_000_000])]
#[case("openai", "gpt-4o-2024-05-13", [5_000_000, 5_000_000, 15_000_000])]
#[case("openai", "gpt-4o-mini", [150_000, 75_000, 600_000])]
#[case("openai", "gpt-4.1", [2_000_000, 500_000, 8_000_000])]
#[case("openai", "gpt-5", [1_250_000, 125_000, 10_000_000])]
#[case("openai", "o3", [2_000_000, 500_000, 8_000_000])]
#[case("anthropic", "claude-sonnet-4-5-20250929", [3_000_000, 300_000, 15_000_000])]
#[case("anthropic", "claude-opus-4-1", [15_000_000, 1_500_000, 75_000_000])]
#[case("anthropic", "claude-opus-4-5", [5_000_000, 500_000, 25_000_000])]
#[case("anthropic", "claude-haiku-4-5", [1_000_000, 100_000, 5_000_000])]
#[case("gemini", "gemini-2.5-pro", [1_250_000, 125_000, 10_000_000])]
#[case("gemini", "models/gemini-2.5-flash", [300_000, 30_000, 2_500_000])]
#[case("xai", "grok-4", [3_000_000, 750_000, 15_000_000])]
#[case("azure", "gpt-4o", [2_500_000, 1_250_000, 10_000_000])]
#[case("openrouter", "anthropic/claude-sonnet-4.5", [3_000_000, 300_000, 15_000_000])]
#[case("openai_compatible", "OpenAI/gpt-4o", [2_500_000, 1_250_000, 10_000_000])]
fn well_known_models_cost_what_their_vendors_publish(
    #[case] vendor: &str,
    #[case] model: &str,
    #[case] expected: [u64; 3],
) {
    let book = builtin().unwrap().book();
    let price = &found(&book, vendor, model).unwrap().entry.price;
    let rate = |class| price.rate(Service::Standard, 1_000, class).map_or(0, |found| found.rate.0);
    assert_eq!([Class::Input, Class::CacheRead, Class::Output].map(rate), expected);
}

#[test]
fn long_requests_cache_writes_and_service_levels_have_their_own_rates() {
    let book = builtin().unwrap().book();
    let rate = |vendor: &str, model: &str, service, total_input, class| {
        found(&book, vendor, model).unwrap().entry.price.rate(service, total_input, class).map(|found| found.rate)
    };
    let sonnet = |class| rate("anthropic", "claude-sonnet-4-5", Service::Standard, 1_000, class);
    assert_eq!(sonnet(Class::CacheWrite5m), Some(Rate(3_750_000)));
    assert_eq!(sonnet(Class::CacheWrite1h), Some(Rate(6_000_000)));
    let gemini = |total_input| rate("gemini", "gemini-2.5-pro", Service::Standard, total_input, Class::Output);
    assert_eq!([gemini(200_000), gemini(200_001)], [Some(Rate(10_000_000)), Some(Rate(15_000_000))]);
    let gpt_5 = |service| rate("openai", "gpt-5", service, 1_000, Class::Input);
    let rates = [Service::Priority, Service::Flex, Service::Batch].map(gpt_5);
    assert_eq!(rates, [Some(Rate(2_500_000)), Some(Rate(625_000)), Some(Rate(625_000))]);
}

#[test]
fn what_is_not_charged_by_the_token_has_its_own_measure() {
    let book = builtin().unwrap().book();
    let cost = |vendor: &str, model: &str, usage: Usage| {
        let version = found(&book, vendor, model).unwrap();
        charge(&usage, &version.entry.price, &Terms::default()).map(|charge| charge.micros.0)
    };
    let minute = Usage { duration_ms: 60_000, ..Usage::default() };
    assert_eq!(cost("openai", "whisper-1", minute), Ok(6_000));
    let searches = Usage { calls: 3, ..Usage::default() };
    assert_eq!(cost("cohere", "rerank-v3.5", searches), Ok(6_000));
    let embedding = Usage { input: 1_000_000, ..Usage::default() };
    assert_eq!(cost("openai", "text-embedding-3-small", embedding), Ok(20_000));
}

#[test]
fn a_price_that_begins_on_a_later_day_does_not_hold_before() {
    let json = r#"{"format":1,"as_of":"2026-11-21","sources":[],"vendors":{"v":[{"names":["m"],"sources":[],"prices":[
        {"from":0,"price":{"standard":{"base":{"input":1}}}},
        {"from":1000,"price":{"standard":{"base":{"input":2}}}}]}]}}"#;
    let book = Catalogue::parse(json).unwrap().book();
    let input = |at| {
        let version =
            book.find(Buyer { provider: ProviderId(1), group: None, vendor: "v" }, "m", Timestamp(at)).unwrap();
        version.entry.price.standard.base.get(Class::Input)
    };
    assert_eq!([input(999), input(1_000)], [Some(Rate(1)), Some(Rate(2))]);
}

#[test]
fn every_price_can_charge_and_bound_what_it_measures() {
    for version in builtin().unwrap().versions() {
        let price = &version.entry.price;
        let name = &version.entry.model;
        assert!(!price.is_empty(), "{name} has no rate");
        let states = |class: Class| u64::from(price.standard.base.get(class).is_some()) * 1_000;
        let usage = Usage {
            input: states(Class::Input),
            output: states(Class::Output),
            calls: states(Class::Call),
            duration_ms: states(Class::Second),
            images: states(Class::Image),
            ..Usage::default()
        };
        let estimate = Estimate {
            input_tokens: usage.input,
            output_tokens: usage.output,
            calls: usage.calls,
            duration_ms: usage.duration_ms,
            images: usage.images,
            ..Estimate::default()
        };
        let charged = charge(&usage, price, &Terms::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let bound = bound(&estimate, price, &Terms::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(charged.micros <= bound, "{name}: {} > {bound}", charged.micros);
    }
}

#[test]
fn no_name_is_priced_twice_from_the_same_day_and_no_price_is_free() {
    let mut seen = HashSet::new();
    for version in builtin().unwrap().versions() {
        let entry = &version.entry;
        assert!(seen.insert((&entry.scope, &entry.model, entry.effective_from)), "{} {}", entry.scope, entry.model);
        assert!(!entry.price.is_free(), "{} is free", entry.model);
    }
}

#[rstest]
#[case("openai", "gpt-4o-2024-11-20", Some(128_000), Some(16_384))]
#[case("anthropic", "claude-sonnet-4-5", Some(200_000), Some(64_000))]
#[case("newapi", "openai/gpt-4o", Some(128_000), Some(16_384))]
#[case("newapi", "nobody-knows", None, None)]
fn limits_are_found_as_prices_are(
    #[case] vendor: &str,
    #[case] model: &str,
    #[case] context: Option<u64>,
    #[case] max_output: Option<u64>,
) {
    assert_eq!(builtin().unwrap().limits(vendor, model), ModelLimits { context, max_output });
}

#[test]
fn disputed_prices_are_marked_and_say_what_each_side_says() {
    let catalogue = builtin().unwrap();
    let dispute = catalogue.disputes().first().unwrap();
    assert!(dispute.rates.values().all(|said| said.len() == 2));
    let version = found(&catalogue.book(), &dispute.vendor, &dispute.models[0]).cloned().unwrap();
    assert!(version.entry.disputed);
    assert!(!found(&catalogue.book(), "openai", "gpt-4o").unwrap().entry.disputed);
}

#[test]
fn every_data_set_is_under_the_mit_licence_and_its_notice_is_passed_on() {
    for source in builtin().unwrap().sources() {
        assert_eq!(source.license, "MIT");
        assert!(NOTICES.contains(&format!("{} {}", source.name, source.version)), "{}", source.name);
    }
}

#[test]
fn a_catalogue_of_another_form_is_refused() {
    let json = r#"{"format":2,"as_of":"","sources":[],"vendors":{}}"#;
    assert!(matches!(Catalogue::parse(json), Err(CatalogueError::UnknownFormat(2))));
    let json = r#"{"format":1,"as_of":"","sources":[],"vendors":{"v":[{"names":["m"],"sources":[],"prices":[{"from":0,"price":{"standard":{"base":{"input":1.5}}}}]}]}}"#;
    assert!(matches!(Catalogue::parse(json), Err(CatalogueError::Malformed(_))));
}

#[test]
fn a_receipt_survives_storage_with_amounts_beyond_what_a_float_keeps() {
    let book = builtin().unwrap().book();
    let version = found(&book, "anthropic", "claude-sonnet-4-5").unwrap();
    let usage = Usage { input: 123_456_789_012, output: 7, ..Usage::default() };
    let receipt = Receipt::new(&usage, version, &Terms::default()).unwrap();
    let stored = serde_json::to_string(&receipt).unwrap();
    assert!(stored.contains(r#""product":"740740734072000000000""#), "{stored}");
    let read: Receipt = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, receipt);
    assert!(read.is_proven_by(version));
}

#[test]
fn reading_the_catalogue_is_quick_enough_for_every_start() {
    let start = Instant::now();
    let catalogue = Catalogue::parse(EMBEDDED).unwrap();
    let parsed = start.elapsed();
    let start = Instant::now();
    let book = catalogue.book();
    println!("{} versions: parsed in {parsed:?}, book in {:?}", book.len(), start.elapsed());
    assert_eq!(book.versions().count(), catalogue.versions().len());
}
