use super::*;
use crate::clock::Timestamp;
use crate::usage::Usage;
use rstest::rstest;

mod properties;

/// Claude Sonnet as it is sold: dearer above 200,000 tokens, half in batches.
fn sonnet() -> Price {
    let rates = |input, cache_read, cache_write, output| {
        let rates = Rates::default().with(Class::Input, input).with(Class::CacheRead, cache_read);
        rates.with(Class::CacheWrite5m, cache_write).with(Class::Output, output)
    };
    Price {
        standard: Schedule {
            base: rates(3_000_000, 300_000, 3_750_000, 15_000_000),
            tiers: vec![Tier { above: 200_000, rates: rates(6_000_000, 600_000, 7_500_000, 22_500_000) }],
        },
        batch: Some(rates(1_500_000, 150_000, 1_875_000, 7_500_000).into()),
        priority: Some(Rates::default().with(Class::Input, 9_000_000).into()),
        flex: None,
    }
}

fn micros(usage: &Usage, price: &Price, service: Service) -> Result<i64, ChargeError> {
    charge(usage, price, &Terms { service, ..Terms::default() }).map(|charge| charge.micros.0)
}

#[test]
fn every_class_is_charged_at_its_own_rate() {
    let usage = Usage { input: 1_000, cache_read: 2_000, cache_write_5m: 100, output: 10, ..Usage::default() };
    assert_eq!(micros(&usage, &sonnet(), Service::Standard), Ok(3_000 + 600 + 375 + 150));
}

#[test]
fn a_tier_holds_for_the_whole_request_once_all_input_is_above_it() {
    let usage = |cache_read| Usage { input: 100_000, cache_read, output: 1_000, ..Usage::default() };
    assert_eq!(micros(&usage(100_000), &sonnet(), Service::Standard), Ok(300_000 + 30_000 + 15_000));
    assert_eq!(micros(&usage(100_001), &sonnet(), Service::Standard), Ok(600_000 + 60_001 + 22_500));
}

#[test]
fn a_tier_that_names_a_class_for_the_first_time_does_not_make_it_cheaper() {
    let mut price = Price::flat(Rates::default().with(Class::Input, 10).with(Class::Output, 20));
    price.standard.tiers.push(Tier { above: 5, rates: Rates::default().with(Class::Reasoning, 1) });
    let reasoning = |total_input| price.rate(Service::Standard, total_input, Class::Reasoning);
    assert_eq!([reasoning(5), reasoning(6)], [Some(Found { rate: Rate(20), from: Class::Output }); 2]);
}

#[rstest]
#[case::stated(Service::Batch, 1_000, Class::Input, 1_500_000)]
#[case::no_tier_of_its_own_takes_the_dearer(Service::Batch, 300_000, Class::Input, 6_000_000)]
#[case::own_rate_dearer_than_the_standard_tier(Service::Priority, 300_000, Class::Input, 9_000_000)]
#[case::not_stated_takes_standard(Service::Priority, 1_000, Class::Output, 15_000_000)]
#[case::not_stated_takes_the_standard_tier(Service::Priority, 300_000, Class::Output, 22_500_000)]
#[case::no_schedule_at_all(Service::Flex, 1_000, Class::Input, 3_000_000)]
fn a_service_level_takes_what_it_states_and_never_less_for_what_it_does_not(
    #[case] service: Service,
    #[case] total_input: u64,
    #[case] class: Class,
    #[case] expected: u64,
) {
    assert_eq!(sonnet().rate(service, total_input, class).map(|found| found.rate.0), Some(expected));
}

#[rstest]
#[case(Class::CacheRead, 10, Class::Input)]
#[case(Class::CacheWrite5m, 10, Class::Input)]
#[case(Class::CacheWrite1h, 10, Class::Input)]
#[case(Class::InputAudio, 10, Class::Input)]
#[case(Class::InputImage, 10, Class::Input)]
#[case(Class::Reasoning, 20, Class::Output)]
#[case(Class::OutputAudio, 20, Class::Output)]
#[case(Class::OutputImage, 20, Class::Output)]
fn a_class_without_a_rate_takes_that_of_plain_text(#[case] class: Class, #[case] rate: u64, #[case] from: Class) {
    let price = Price::flat(Rates::default().with(Class::Input, 10).with(Class::Output, 20));
    assert_eq!(price.rate(Service::Standard, 0, class), Some(Found { rate: Rate(rate), from }));
}

#[test]
fn writing_for_an_hour_costs_double_input_where_writing_costs_at_all() {
    let rate = |write: u64| {
        let price = Price::flat(Rates::default().with(Class::Input, 10).with(Class::CacheWrite5m, write));
        price.rate(Service::Standard, 0, Class::CacheWrite1h).map(|found| (found.rate.0, found.from))
    };
    assert_eq!([rate(12), rate(30)], [Some((20, Class::Input)), Some((30, Class::CacheWrite5m))]);
}

#[rstest]
#[case::output(Usage { input: 5, output: 5, ..Usage::default() }, Rates::default().with(Class::Input, 1), Class::Output)]
#[case::input(Usage { input: 5, ..Usage::default() }, Rates::default().with(Class::Output, 1), Class::Input)]
#[case::seconds(Usage { duration_ms: 5, ..Usage::default() }, Rates::default().with(Class::Input, 1), Class::Second)]
#[case::images(Usage { images: 1, ..Usage::default() }, Rates::default().with(Class::Input, 1), Class::Image)]
#[case::searches(Usage { calls: 1, ..Usage::default() }, Rates::default().with(Class::Input, 1), Class::Call)]
#[case::tokens_only(Usage { input: 5, ..Usage::default() }, Rates::default().with(Class::Second, 1), Class::Input)]
#[case::nothing_stated(Usage { input: 5, ..Usage::default() }, Rates::default(), Class::Input)]
fn what_the_price_says_nothing_about_is_never_free(#[case] usage: Usage, #[case] rates: Rates, #[case] lacks: Class) {
    assert_eq!(micros(&usage, &Price::flat(rates), Service::Standard), Err(ChargeError::Incomplete(lacks)));
}

#[test]
fn a_measure_without_a_rate_is_included_in_one_that_has_one() {
    let usage = Usage { input: 10, output: 1, duration_ms: 61_000, ..Usage::default() };
    let by_second = Price::flat(Rates::default().with(Class::Second, 100_000_000));
    assert_eq!(micros(&usage, &by_second, Service::Standard), Ok(6_100));
    let by_token = Price::flat(Rates::default().with(Class::Input, 1_000_000).with(Class::Output, 2_000_000));
    assert_eq!(micros(&usage, &by_token, Service::Standard), Ok(12));
}

#[test]
fn a_rate_of_zero_is_a_rate() {
    let price = Price::flat(Rates::default().with(Class::Input, 0).with(Class::Output, 0));
    let usage = Usage { input: 10, output: 1, ..Usage::default() };
    assert_eq!(micros(&usage, &price, Service::Standard), Ok(0));
    assert!(price.is_free() && !Price::default().is_free() && Price::default().is_empty());
}

#[test]
fn an_amount_that_does_not_fit_is_an_error() {
    let dear = Price::flat(Rates::default().with(Class::Input, u64::MAX));
    let usage = |input| Usage { input, ..Usage::default() };
    assert_eq!(micros(&usage(u64::MAX), &dear, Service::Standard), Err(ChargeError::Overflow));
    assert_eq!(micros(&usage(1_000_000), &dear, Service::Standard), Err(ChargeError::Overflow));
    let huge = Factors { group: Multiplier(u64::MAX), key: Multiplier(u64::MAX), ..Factors::default() };
    let terms = Terms { factors: huge, ..Terms::default() };
    assert_eq!(charge(&usage(1_000), &sonnet(), &terms), Err(ChargeError::Overflow));
}

#[test]
fn a_bound_expects_the_dearest_classes_in_the_tier_that_the_input_reaches() {
    let estimate = |input_tokens| Estimate { input_tokens, output_tokens: 1_000, ..Estimate::default() };
    let at = |input_tokens, service| {
        bound(&estimate(input_tokens), &sonnet(), &Terms { service, ..Terms::default() }).map(|micros| micros.0)
    };
    // Writing to the cache for an hour costs 2 × input: $6, above 200,000 tokens $12.
    assert_eq!(at(100_000, Service::Standard), Ok(600_000 + 15_000));
    assert_eq!(at(200_001, Service::Standard), Ok(2_400_012 + 22_500));
    assert_eq!(at(100_000, Service::Batch), Ok(600_000 + 15_000));
    assert_eq!(at(100_000, Service::Priority), Ok(1_800_000 + 15_000));
}

#[test]
fn a_bound_fails_closed_where_the_price_lacks_what_the_call_will_use() {
    let embedding = Price::flat(Rates::default().with(Class::Input, 20_000));
    let estimate = |output_tokens| Estimate { input_tokens: 100, output_tokens, ..Estimate::default() };
    assert_eq!(bound(&estimate(0), &embedding, &Terms::default()).map(|micros| micros.0), Ok(2));
    assert_eq!(bound(&estimate(1), &embedding, &Terms::default()), Err(ChargeError::Incomplete(Class::Output)));
    assert_eq!(bound(&estimate(1), &Price::default(), &Terms::default()), Err(ChargeError::Incomplete(Class::Input)));
}

#[test]
fn a_bound_of_a_price_per_call_counts_at_least_one_call_and_each_image() {
    let per_call = Price::flat(Rates::default().with(Class::Call, 40_000_000_000));
    let at = |images| bound(&Estimate { images, ..Estimate::default() }, &per_call, &Terms::default()).map(|m| m.0);
    assert_eq!([at(0), at(3)], [Ok(40_000), Ok(120_000)]);
}

fn version() -> PriceVersion {
    PriceVersion::from(PriceEntry {
        model: "claude-sonnet".into(),
        scope: Scope::Vendor("anthropic".into()),
        source: PriceSource::Builtin,
        effective_from: Timestamp(0),
        disputed: false,
        price: sonnet(),
    })
}

#[test]
fn a_receipt_shows_the_whole_computation_and_proves_itself() {
    let usage = Usage { input: 1_234, reasoning: 7, output: 500, ..Usage::default() };
    let group = Multiplier::parse("0.8").unwrap();
    let terms = Terms { factors: Factors { group, ..Factors::default() }, ..Terms::default() };
    let receipt = Receipt::new(&usage, &version(), &terms).unwrap();
    assert_eq!(receipt.formula, "(1234 input × 3 + 500 output × 15 + 7 reasoning × 15) ÷ 1000000 × 0.8 = 0.009046 USD");
    assert_eq!(receipt.lines.last().map(|line| (line.class, line.rate_of)), Some((Class::Reasoning, Class::Output)));
    assert_eq!(receipt.recompute(), Ok(receipt.micros));
    assert!(receipt.is_proven_by(&version()));
    let forged = Receipt { micros: crate::money::Micros(1), ..receipt.clone() };
    assert!(!forged.is_proven_by(&version()));
    let mut dearer = version();
    dearer.entry.price.standard.base.set(Class::Input, Rate(1));
    assert!(!receipt.is_proven_by(&PriceVersion::from(dearer.entry)));
}

#[test]
fn a_fixed_sell_price_knows_no_factors_of_group_and_key() {
    let cost = std::sync::Arc::new(version());
    let fixed = std::sync::Arc::new(PriceVersion::from(PriceEntry {
        price: Price::flat(Rates::default().with(Class::Input, 1_000_000)),
        source: PriceSource::Operator,
        ..version().entry
    }));
    let usage = Usage { input: 100, ..Usage::default() };
    let sold = |sale: &Sale| {
        let (version, terms) = sale.terms(&cost, Service::Standard, Multiplier::ONE);
        charge(&usage, &version.entry.price, &terms).map(|charge| charge.micros.0)
    };
    let marked = Sale::Marked { group: Multiplier(1_500_000), key: Multiplier(2_000_000) };
    assert_eq!([sold(&marked), sold(&Sale::Fixed(fixed))], [Ok(900), Ok(100)]);
}

#[test]
fn names_are_read_as_they_are_written() {
    for class in Class::ALL {
        assert_eq!(Class::from_name(class.as_str()), Some(class));
    }
    for service in Service::ALL {
        assert_eq!(Service::from_tier(service.as_str()), service);
    }
    for source in PriceSource::ALL {
        assert_eq!(PriceSource::from_name(source.as_str()), Some(source));
    }
    for purpose in PricePurpose::ALL {
        assert_eq!(PricePurpose::from_name(purpose.as_str()), Some(purpose));
    }
    assert_eq!(
        ["default", "auto", "fast"].map(Service::from_tier),
        [Service::Standard, Service::Standard, Service::Priority]
    );
    let shown = [0, 1, 800_000, 1_000_000, 1_666_667, 25_000_000].map(|ppm| Multiplier(ppm).to_string());
    assert_eq!(shown, ["0", "0.000001", "0.8", "1", "1.666667", "25"]);
}
