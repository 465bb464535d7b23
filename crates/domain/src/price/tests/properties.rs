//! What holds for every price and every usage.

use proptest::prelude::*;

use super::super::*;
use crate::clock::Timestamp;
use crate::usage::Usage;

fn rates() -> impl Strategy<Value = Rates> {
    let rate = prop_oneof![Just(None), (0..200_000_000u64).prop_map(Some), Just(Some(1))];
    proptest::collection::vec(rate, Class::ALL.len()).prop_map(|values| {
        let stated = Class::ALL.into_iter().zip(values);
        stated.filter_map(|(class, value)| value.map(|value| (class, Rate(value)))).collect()
    })
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let tier = (0..400_000u64, rates()).prop_map(|(above, rates)| Tier { above, rates });
    (rates(), proptest::collection::vec(tier, 0..3)).prop_map(|(base, tiers)| Schedule { base, tiers })
}

/// Any price; input and output always have a rate in half of them, so that most usages can be charged.
fn price() -> impl Strategy<Value = Price> {
    let variant = || proptest::option::of(schedule());
    (schedule(), variant(), variant(), variant(), any::<bool>()).prop_map(
        |(mut standard, batch, flex, priority, is_whole)| {
            for class in [Class::Input, Class::Output].into_iter().filter(|_| is_whole) {
                let rate = standard.base.get(class).unwrap_or(Rate(2_500_000));
                standard.base.set(class, rate);
            }
            Price { standard, batch, flex, priority }
        },
    )
}

fn usage() -> impl Strategy<Value = Usage> {
    let quantity = prop_oneof![3 => Just(0u64), 2 => 0..300_000u64, 1 => Just(1)];
    proptest::collection::vec(quantity, 13).prop_map(|q| Usage {
        input: q[0],
        cache_read: q[1],
        cache_write_5m: q[2],
        cache_write_1h: q[3],
        input_audio: q[4],
        input_image: q[5],
        output: q[6],
        reasoning: q[7],
        output_audio: q[8],
        output_image: q[9],
        calls: q[10] % 10,
        duration_ms: q[11],
        images: q[12] % 10,
    })
}

fn terms() -> impl Strategy<Value = Terms> {
    let factor = || prop_oneof![Just(1_000_000u64), 0..5_000_000u64].prop_map(Multiplier);
    let service = proptest::sample::select(Service::ALL.to_vec());
    (service, factor(), factor(), factor())
        .prop_map(|(service, request, group, key)| Terms { service, factors: Factors { request, group, key } })
}

fn sum(a: &Usage, b: &Usage) -> Usage {
    Usage {
        input: a.input + b.input,
        cache_read: a.cache_read + b.cache_read,
        cache_write_5m: a.cache_write_5m + b.cache_write_5m,
        cache_write_1h: a.cache_write_1h + b.cache_write_1h,
        input_audio: a.input_audio + b.input_audio,
        input_image: a.input_image + b.input_image,
        output: a.output + b.output,
        reasoning: a.reasoning + b.reasoning,
        output_audio: a.output_audio + b.output_audio,
        output_image: a.output_image + b.output_image,
        calls: a.calls + b.calls,
        duration_ms: a.duration_ms + b.duration_ms,
        images: a.images + b.images,
    }
}

/// Cuts every class of `usage` in two at `permille`.
fn split(usage: &Usage, permille: u64) -> (Usage, Usage) {
    let part = |whole: u64| whole * permille / 1_000;
    let first = Usage {
        input: part(usage.input),
        cache_read: part(usage.cache_read),
        cache_write_5m: part(usage.cache_write_5m),
        cache_write_1h: part(usage.cache_write_1h),
        input_audio: part(usage.input_audio),
        input_image: part(usage.input_image),
        output: part(usage.output),
        reasoning: part(usage.reasoning),
        output_audio: part(usage.output_audio),
        output_image: part(usage.output_image),
        calls: part(usage.calls),
        duration_ms: part(usage.duration_ms),
        images: part(usage.images),
    };
    let rest = |whole: u64, first: u64| whole - first;
    let second = Usage {
        input: rest(usage.input, first.input),
        cache_read: rest(usage.cache_read, first.cache_read),
        cache_write_5m: rest(usage.cache_write_5m, first.cache_write_5m),
        cache_write_1h: rest(usage.cache_write_1h, first.cache_write_1h),
        input_audio: rest(usage.input_audio, first.input_audio),
        input_image: rest(usage.input_image, first.input_image),
        output: rest(usage.output, first.output),
        reasoning: rest(usage.reasoning, first.reasoning),
        output_audio: rest(usage.output_audio, first.output_audio),
        output_image: rest(usage.output_image, first.output_image),
        calls: rest(usage.calls, first.calls),
        duration_ms: rest(usage.duration_ms, first.duration_ms),
        images: rest(usage.images, first.images),
    };
    (first, second)
}

fn version(price: Price) -> PriceVersion {
    let (model, scope, source) = ("m".to_owned(), Scope::Any, PriceSource::Operator);
    PriceVersion::from(PriceEntry { model, scope, source, effective_from: Timestamp(0), disputed: false, price })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_charge_is_never_negative_and_grows_with_every_class(
        a in usage(), more in usage(), price in price(), terms in terms(),
    ) {
        let (less, more) = (charge(&a, &price, &terms), charge(&sum(&a, &more), &price, &terms));
        if let (Ok(less), Ok(more)) = (less, more) {
            prop_assert!(less.micros.0 >= 0);
            prop_assert!(less.micros <= more.micros, "{less:?} {more:?}");
        }
    }

    #[test]
    fn a_charge_equals_its_receipt(usage in usage(), price in price(), terms in terms()) {
        let version = version(price);
        if let Ok(charged) = charge(&usage, &version.entry.price, &terms) {
            let receipt = Receipt::new(&usage, &version, &terms).unwrap();
            prop_assert_eq!(receipt.micros, charged.micros);
            prop_assert_eq!(receipt.recompute(), Ok(charged.micros));
            prop_assert!(receipt.is_proven_by(&version));
        }
    }

    #[test]
    fn parts_charged_apart_differ_from_the_whole_by_their_rounding_only(
        usage in usage(), permille in 0..=1_000u64, price in price(), terms in terms(),
    ) {
        // A price without steps: no tiers, no minimum of one call.
        let rates = price.standard.base.iter().filter(|&(class, _)| class != Class::Call).collect();
        let price = Price::flat(rates);
        let (first, second) = split(&usage, permille);
        let micros = |usage: &Usage| charge(usage, &price, &terms).map(|charge| charge.micros.0);
        if let (Ok(first), Ok(second), Ok(whole)) = (micros(&first), micros(&second), micros(&usage)) {
            prop_assert!((whole..=whole + 1).contains(&(first + second)), "{first} + {second} != {whole}");
        }
    }

    #[test]
    fn rounding_adds_less_than_one_micro(usage in usage(), price in price(), terms in terms()) {
        if let Ok(charged) = charge(&usage, &price, &terms) {
            let exact: f64 = charged.lines.iter().map(|line| line.product as f64).sum();
            let factors: f64 = terms.factors.all().iter().map(|factor| factor.0 as f64 / 1e6).product();
            let excess = charged.micros.0 as f64 - exact / 1e9 * factors;
            let float_error = 1e-9 * (1.0 + charged.micros.0 as f64);
            prop_assert!((-float_error..1.0 + float_error).contains(&excess), "{excess}");
        }
    }

    #[test]
    fn a_bound_is_never_exceeded(usage in usage(), slack in 0..1_000u64, price in price(), terms in terms()) {
        let estimate = Estimate {
            input_tokens: usage.total_input() + slack,
            output_tokens: usage.total_output() + slack,
            calls: usage.calls,
            duration_ms: usage.duration_ms + slack,
            images: usage.images,
            media: Media {
                audio_in: usage.input_audio > 0,
                image_in: usage.input_image > 0,
                audio_out: usage.output_audio > 0,
                image_out: usage.output_image > 0,
            },
        };
        let standard = Terms { service: Service::Standard, ..terms };
        for given in [terms, standard] {
            if let (Ok(bound), Ok(charged)) = (bound(&estimate, &price, &terms), charge(&usage, &price, &given)) {
                prop_assert!(charged.micros <= bound, "{charged:?} {bound:?}");
            }
        }
    }

    #[test]
    fn something_used_is_an_error_or_has_a_line(usage in usage(), price in price(), terms in terms()) {
        if let Ok(charged) = charge(&usage, &price, &terms) {
            prop_assert!(usage.is_empty() || !charged.lines.is_empty());
        }
    }
}
