//! What a site charges, as prices of a provider: one for each model, and others where the group of a key pays less.

use std::collections::{BTreeMap, BTreeSet};

use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::price::{Price, PriceEntry, PriceSource, Scope};

use crate::newapi::{Published, Sheet};

/// By what credentials call their group, the groups whose factors they pay.
pub(crate) type PaidGroups = BTreeMap<String, BTreeSet<String>>;

/// Returns the prices that a page makes for credentials in these groups. Which credential serves a call is known when its
/// price is looked up, so that each pays what its group does; the dearest holds for those of which nothing is known.
///
/// # Errors
/// Says which price or factor cannot be used.
pub(crate) fn entries_of(
    provider: ProviderId,
    sheet: &Sheet,
    paid: &PaidGroups,
    now: Timestamp,
) -> Result<(Vec<PriceEntry>, Published), String> {
    let published = sheet.priced_for(&paid.values().flatten().cloned().collect())?;
    let entry = |scope: Scope, (model, price): (String, Price)| PriceEntry {
        model,
        scope,
        source: PriceSource::Provider,
        effective_from: now,
        disputed: false,
        price,
    };
    let dearest = published.prices.iter().map(|(model, price)| (model.clone(), price.clone()));
    let mut entries: Vec<PriceEntry> = dearest.map(|row| entry(Scope::Provider(provider), row)).collect();
    for (name, groups) in paid.iter().filter(|_| paid.len() > 1) {
        let own = sheet.priced_for(groups)?.prices.into_iter();
        let cheaper = own.filter(|(model, price)| published.prices.get(model) != Some(price));
        entries.extend(cheaper.map(|row| entry(Scope::Group(provider, name.clone()), row)));
    }
    Ok((entries, published))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_domain::price::Class;

    const PAGE: &str = r#"{"success": true, "data": [
        {"model_name": "gpt-4o", "model_ratio": 1.25, "completion_ratio": 4, "enable_groups": ["default", "vip"]},
        {"model_name": "mj", "quota_type": 1, "model_price": 0.02, "enable_groups": ["vip"]}],
        "group_ratio": {"default": 1, "vip": 0.5}}"#;

    fn paid(groups: &[(&str, &[&str])]) -> PaidGroups {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        groups.iter().map(|&(name, names)| (name.to_owned(), set(names))).collect()
    }

    fn shown(groups: &[(&str, &[&str])]) -> Vec<(String, Scope, u64)> {
        let sheet = Sheet::read(PAGE.as_bytes()).unwrap();
        let (entries, _) = entries_of(ProviderId(7), &sheet, &paid(groups), Timestamp(1)).unwrap();
        let rate = |entry: &PriceEntry| {
            let rates = &entry.price.standard.base;
            rates.get(Class::Call).or(rates.get(Class::Input)).map_or(0, |rate| rate.0)
        };
        entries.iter().map(|entry| (entry.model.clone(), entry.scope.clone(), rate(entry))).collect()
    }

    #[test]
    fn each_group_pays_its_own_factor_and_what_is_the_same_is_said_once() {
        let all = Scope::Provider(ProviderId(7));
        let expected = [
            ("gpt-4o".to_owned(), all.clone(), 2_500_000),
            ("mj".to_owned(), all.clone(), 10_000_000_000),
            ("gpt-4o".to_owned(), Scope::Group(ProviderId(7), "vip".to_owned()), 1_250_000),
        ];
        assert_eq!(shown(&[("", &["default"]), ("vip", &["vip"])]), expected);
        assert_eq!(
            shown(&[("vip", &["vip"])]),
            [("gpt-4o".to_owned(), all.clone(), 1_250_000), ("mj".to_owned(), all, 10_000_000_000)]
        );
    }

    #[test]
    fn a_key_that_goes_through_several_groups_pays_the_dearest() {
        let entries = shown(&[("auto", &["default", "vip"]), ("vip", &["vip"])]);
        let of =
            |scope: &str| entries.iter().find(|(model, of, _)| model == "gpt-4o" && format!("{of}").contains(scope));
        assert_eq!((of("auto"), of("vip").map(|(_, _, rate)| *rate)), (None, Some(1_250_000)));
    }
}
