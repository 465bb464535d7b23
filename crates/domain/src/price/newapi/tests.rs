//! Amounts are micro-dollars: twice the quota that the old systems show, before they round it.

use super::*;
use crate::price::{Charge, ChargeError, Factors, Multiplier, Terms, charge};
use crate::usage::Usage;
use rstest::rstest;

fn ratios<'a>(model: &'a str, completion: &'a str) -> NewapiQuote<'a> {
    NewapiQuote { model_ratio: Some(model), completion_ratio: Some(completion), ..NewapiQuote::default() }
}

fn per_call(price: &str) -> NewapiQuote<'_> {
    NewapiQuote { quota_type: 1, model_price: Some(price), ..NewapiQuote::default() }
}

fn cost(quote: &NewapiQuote<'_>, usage: &Usage, terms: &Terms) -> i64 {
    charge(usage, &from_newapi_ratios(quote).unwrap(), terms).unwrap().micros.0
}

fn text(input: u64, output: u64) -> Usage {
    Usage { input, output, ..Usage::default() }
}

fn scaled(request: &str, group: &str) -> Terms {
    let factor = |text| Multiplier::parse(text).unwrap();
    Terms {
        factors: Factors { request: factor(request), group: factor(group), ..Factors::default() },
        ..Terms::default()
    }
}

/// Quota 3750; 3500 with 400 of the 1000 cached; 1.5 and 2.25, which the old system rounds to 2; 0.08, which it raises
/// to 1; 1287.5; 15255 and 15000 for a minute of speech; 0 at ratio 0.
#[rstest]
#[case::gpt_4o(ratios("1.25", "4"), text(1000, 500), 7_500)]
#[case::gpt_4o_cached(NewapiQuote { cache_ratio: Some("0.5"), ..ratios("1.25", "4") }, Usage { cache_read: 400, ..text(600, 500) }, 7_000)]
#[case::gpt_4o_mini_input(ratios("0.075", "4"), text(20, 0), 3)]
#[case::gpt_4o_mini(ratios("0.075", "4"), text(10, 5), 5)]
#[case::embedding(ratios("0.01", "1"), text(8, 0), 1)]
#[case::embedding_of_a_million(ratios("0.01", "1"), text(1_000_000, 0), 20_000)]
#[case::gpt_5(NewapiQuote { cache_ratio: Some("0.1"), ..ratios("0.625", "8") }, Usage { cache_read: 600, ..text(400, 200) }, 2_575)]
#[case::claude(NewapiQuote { cache_ratio: Some("0.1"), ..ratios("1.5", "5") }, Usage { cache_read: 10_000, cache_write_5m: 500, ..text(2_000, 300) }, 15_375)]
#[case::audio(
    NewapiQuote { audio_ratio: Some("16"), audio_completion_ratio: Some("2"), ..ratios("1.25", "4") },
    Usage { input_audio: 200, output_audio: 300, ..text(100, 50) },
    32_750
)]
#[case::speech(ratios("15", "1"), text(1_017, 0), 30_510)]
#[case::speech_of_a_minute(ratios("15", "1"), text(1_000, 0), 30_000)]
#[case::free_by_ratio(ratios("0", "1"), text(1_000, 1_000), 0)]
fn worked_examples_by_ratio(#[case] quote: NewapiQuote<'_>, #[case] usage: Usage, #[case] micros: i64) {
    assert_eq!(cost(&quote, &usage, &Terms::default()), micros);
}

/// Quota 3502 in a group at 0.8, 1875 in one at 0.5: as a factor of the call and as part of the provider's price.
#[rstest]
#[case("0.8", text(1_234, 567), 7_004)]
#[case("0.5", text(1_000, 500), 3_750)]
fn worked_examples_with_a_group(#[case] group: &str, #[case] usage: Usage, #[case] micros: i64) {
    let quote = ratios("1.25", "4");
    assert_eq!(cost(&quote, &usage, &scaled("1", group)), micros);
    assert_eq!(cost(&NewapiQuote { group_ratio: Some(group), ..quote }, &usage, &Terms::default()), micros);
}

/// Quota 20000; 120000 for two wide images in high quality; 50000 and 25000 per task; 1200000 for eight seconds;
/// 1666667 for four seconds in a large format.
#[rstest]
#[case::image("0.04", 1, "1", 40_000)]
#[case::two_wide_images_in_high_quality("0.04", 2, "3", 240_000)]
#[case::picture_task("0.1", 0, "1", 100_000)]
#[case::upscale("0.05", 0, "1", 50_000)]
#[case::video_of_eight_seconds("0.3", 0, "8", 2_400_000)]
#[case::large_video_of_four_seconds("0.5", 0, "6.666668", 3_333_334)]
fn worked_examples_per_call(#[case] price: &str, #[case] images: u64, #[case] request: &str, #[case] micros: i64) {
    let usage = Usage { images, ..Usage::default() };
    assert_eq!(cost(&per_call(price), &usage, &scaled(request, "1")), micros);
}

/// Quota 345: text by ratio and audio at $1 per million.
#[test]
fn worked_example_with_an_absolute_audio_rate() {
    let mut price = from_newapi_ratios(&ratios("0.15", "8.33333")).unwrap();
    price.standard.base.set(Class::InputAudio, Rate(1_000_000));
    let usage = Usage { input_audio: 200, ..text(800, 100) };
    assert_eq!(charge(&usage, &price, &Terms::default()).map(|charge| charge.micros.0), Ok(690));
}

/// The estimates that the relay sites' users compare with: $0.0075, $0.00375, $0.02, $0.000125. The fourth is free in
/// the old system, which forgets a price per call as soon as tokens are reported.
#[rstest]
#[case("0", "1.25", "4", text(1_000, 500), 7_500)]
#[case("0", "1.25", "0", text(1_000, 500), 3_750)]
#[case("0.02", "0", "0", text(0, 0), 20_000)]
#[case("0.02", "0", "0", text(10, 10), 20_000)]
#[case("0.02", "1.25", "4", text(10, 10), 125)]
fn worked_examples_of_relay_sites(
    #[case] price: &str,
    #[case] ratio: &str,
    #[case] completion: &str,
    #[case] usage: Usage,
    #[case] micros: i64,
) {
    let quote = NewapiQuote { model_price: Some(price), ..ratios(ratio, completion) };
    assert_eq!(cost(&quote, &usage, &Terms::default()), micros);
}

#[test]
fn a_price_per_call_includes_its_tokens() {
    let price = from_newapi_ratios(&per_call("0.02")).unwrap();
    let Charge { lines, micros } = charge(&text(5_000, 5_000), &price, &Terms::default()).unwrap();
    assert_eq!((lines.len(), micros.0), (1, 20_000));
}

#[test]
fn the_kind_of_price_is_what_the_site_says_unless_that_kind_is_absent() {
    let both = NewapiQuote { model_price: Some("0.1"), ..ratios("1", "1") };
    let is_per_call = |quote| from_newapi_ratios(&quote).unwrap().standard.base.get(Class::Call).is_some();
    assert!(is_per_call(NewapiQuote { quota_type: 1, ..both }));
    assert!(!is_per_call(both));
    assert!(!is_per_call(NewapiQuote { quota_type: 1, model_price: Some("0"), ..both }));
    assert!(is_per_call(NewapiQuote { model_ratio: None, ..both }));
}

#[test]
fn float_noise_of_a_site_does_not_reach_the_rate() {
    let price = from_newapi_ratios(&ratios("0.13500000000000001", "4")).unwrap();
    assert_eq!(price.standard.base.get(Class::Input), Some(Rate(270_000)));
}

#[test]
fn ratios_with_all_digits_of_a_float_still_make_a_price() {
    let quote =
        NewapiQuote { group_ratio: Some("0.3333333333333333"), ..ratios("8.333333333333334", "4.666666666666667") };
    let base = from_newapi_ratios(&quote).unwrap().standard.base;
    assert_eq!(
        [Class::Input, Class::Output].map(|class| base.get(class)),
        [Some(Rate(5_555_556)), Some(Rate(25_925_926))]
    );
}

#[test]
fn a_quote_without_numbers_or_with_negative_ones_is_no_price() {
    assert_eq!(from_newapi_ratios(&NewapiQuote::default()), Err(QuoteError::Missing));
    assert_eq!(from_newapi_ratios(&NewapiQuote { quota_type: 1, ..NewapiQuote::default() }), Err(QuoteError::Missing));
    assert!(matches!(from_newapi_ratios(&ratios("-1", "1")), Err(QuoteError::BadNumber(BadDecimal::Negative(_)))));
    assert!(matches!(from_newapi_ratios(&ratios("1", "x")), Err(QuoteError::BadNumber(BadDecimal::NotANumber(_)))));
}

#[test]
fn images_are_not_counted_as_calls_where_they_have_a_rate_of_their_own() {
    let rates = Rates::default().with(Class::Call, 1_000_000).with(Class::Image, 5_000_000);
    let usage = Usage { images: 3, ..Usage::default() };
    let charged = charge(&usage, &Price::flat(rates), &Terms::default()).map(|charge| charge.micros.0);
    assert_eq!(charged, Ok::<_, ChargeError>(1 + 15));
}
