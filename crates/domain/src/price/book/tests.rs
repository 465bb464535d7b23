use super::*;
use crate::price::{Class, Price, Rates, VersionId};
use rstest::rstest;

const AT: Timestamp = Timestamp(1_000);

fn entry(model: &str, scope: Scope, source: PriceSource, from: i64, input: u64) -> PriceEntry {
    let price = Price::flat(Rates::default().with(Class::Input, input));
    PriceEntry { model: model.to_owned(), scope, source, effective_from: Timestamp(from), disputed: false, price }
}

fn listed(model: &str, input: u64) -> PriceEntry {
    entry(model, Scope::Any, PriceSource::Builtin, 0, input)
}

fn found(book: &PriceBook, model: &str, at: Timestamp) -> Option<u64> {
    let buyer = Buyer { provider: ProviderId(7), group: None, vendor: "openai" };
    let version = book.find(buyer, model, at).ok()?;
    version.entry.price.standard.base.get(Class::Input).map(|rate| rate.0)
}

#[test]
fn the_operator_goes_before_the_provider_before_the_catalogue_and_the_narrower_scope_before_the_wider() {
    let vendor = |name: &str| Scope::Vendor(name.to_owned());
    let mut entries = vec![
        entry("m*", Scope::Any, PriceSource::Operator, 0, 1),
        entry("m", Scope::Provider(ProviderId(7)), PriceSource::Provider, 0, 2),
        entry("m", vendor("openai"), PriceSource::Builtin, 0, 3),
        entry("m", Scope::Any, PriceSource::Builtin, 0, 4),
    ];
    let others = [
        entry("m", Scope::Provider(ProviderId(8)), PriceSource::Operator, 0, 90),
        entry("m", vendor("azure"), PriceSource::Operator, 0, 91),
    ];
    for expected in 1..=4 {
        let book = PriceBook::new(others.iter().cloned().chain(entries.clone()));
        assert_eq!(found(&book, "m", AT), Some(expected));
        entries.remove(0);
    }
    assert_eq!(found(&PriceBook::new(others), "m", AT), None);
}

#[rstest]
#[case("GPT-4o", Some(1))]
#[case("openai/gpt-4o", Some(1))]
#[case("gpt-4o-2024-11-20", Some(1))]
#[case("gpt-4o-2024-05-13", Some(2))]
#[case("OpenAI/gpt-4o-2024-05-13", Some(2))]
#[case("gpt-4o-audio", Some(3))]
#[case("gpt-5", Some(4))]
#[case("gpt-4o-mini", Some(5))]
#[case("Pro/x/gpt-4o", None)]
#[case("o3", None)]
fn a_name_is_found_exactly_then_without_vendor_and_date_then_by_the_longest_wildcard(
    #[case] model: &str,
    #[case] expected: Option<u64>,
) {
    let entries = [("gpt-4o", 1), ("gpt-4o-2024-05-13", 2), ("gpt-4o-*", 3), ("gpt-*", 4), ("GPT-4o-Mini", 5)];
    let book = PriceBook::new(entries.map(|(model, input)| listed(model, input)));
    assert_eq!(found(&book, model, AT), expected);
}

#[test]
fn the_price_that_took_effect_last_holds_and_a_future_one_does_not() {
    let dated = |from, input| entry("m", Scope::Any, PriceSource::Builtin, from, input);
    let book = PriceBook::new([dated(2_000, 3), dated(0, 1), dated(1_000, 2)]);
    let prices = [-1, 0, 999, 1_000, 1_999, 2_000].map(|at| found(&book, "m", Timestamp(at)));
    assert_eq!(prices, [None, Some(1), Some(1), Some(2), Some(2), Some(3)]);
}

#[test]
fn a_price_that_is_not_yet_in_force_leaves_the_next_source_in_charge() {
    let book = PriceBook::new([entry("m", Scope::Any, PriceSource::Operator, 2_000, 9), listed("m", 1)]);
    assert_eq!(found(&book, "m", AT), Some(1));
}

#[test]
fn of_two_prices_from_the_same_moment_the_same_one_holds_in_any_order_of_building() {
    let (a, b) = (listed("m", 1), listed("m", 2));
    let one = found(&PriceBook::new([a.clone(), b.clone()]), "m", AT);
    assert_eq!(one, found(&PriceBook::new([b, a]), "m", AT));
}

#[test]
fn what_is_not_found_names_the_model_and_the_provider() {
    let buyer = Buyer { provider: ProviderId(7), group: None, vendor: "openai" };
    let error = PriceBook::default().find(buyer, "o9", AT).unwrap_err();
    assert_eq!(error.to_string(), "`o9` has no price at provider 7; add one under prices");
}

#[test]
fn a_version_is_named_by_its_content() {
    let id = |entry: &PriceEntry| VersionId::of(entry);
    let base = listed("m", 1);
    // Ledgers refer to this id for ever: a change of the canonical form shows here.
    assert_eq!(id(&base).to_string(), "8693fae891e9ee951393d59c8efe5f6b");
    assert_eq!(VersionId::parse(&id(&base).to_string()), Some(id(&base)));
    assert_eq!(id(&PriceEntry { disputed: true, ..base.clone() }), id(&base));
    let tiered = {
        let mut tiered = base.clone();
        tiered.price.standard.tiers.push(crate::price::Tier { above: 9, rates: Rates::default() });
        tiered
    };
    let others = [
        listed("n", 1),
        listed("m", 2),
        entry("m", Scope::Any, PriceSource::Operator, 0, 1),
        entry("m", Scope::Vendor("any".into()), PriceSource::Builtin, 0, 1),
        entry("m", Scope::Any, PriceSource::Builtin, 1, 1),
        tiered,
    ];
    let mut ids: Vec<VersionId> = others.iter().map(id).chain([id(&base)]).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), others.len() + 1);
}
