use rstest::rstest;
use sluice_domain::price::{Class, Rates};

use super::*;

fn groups(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn read(body: &[u8], groups: &BTreeSet<String>) -> Result<Published, String> {
    Sheet::read(body)?.priced_for(groups)
}

#[test]
fn the_factors_of_the_account_go_before_those_that_the_page_shows_everybody() {
    let of_account = BTreeMap::from([("default".to_owned(), serde_json::from_str("0.5").unwrap())]);
    let sheet = Sheet::read(ROWS.as_bytes()).unwrap().with_ratios(&of_account);
    let published = sheet.priced_for(&groups(&["default"])).unwrap();
    assert_eq!(input_and_output(&published, "gpt-4o"), Some((1_250_000, 5_000_000)));
}

fn input_and_output(published: &Published, model: &str) -> Option<(u64, u64)> {
    let rates = &published.prices.get(model)?.standard.base;
    let of = |class| rates.get(class).map_or(0, |rate| rate.0);
    Some((of(Class::Input), of(Class::Output)))
}

const ROWS: &str = r#"{"success": true, "data": [
    {"model_name": "gpt-4o", "quota_type": 0, "model_ratio": 1.25, "model_price": 0, "completion_ratio": 4,
     "cache_ratio": 0.5, "owner_by": "", "enable_groups": ["default", "vip"], "supported_endpoint_types": ["openai"]},
    {"model_name": "mj", "quota_type": 1, "model_ratio": 0, "model_price": 0.1, "completion_ratio": 0,
     "enable_groups": ["vip"]},
    {"model_name": "formula", "quota_type": 0, "model_ratio": 1, "billing_expr": "p * 2", "enable_groups": ["default"]},
    {"model_name": "nothing", "quota_type": 0, "enable_groups": ["default"]},
    {"model_name": "everybodys", "quota_type": 0, "model_ratio": 0.30000000000000004, "enable_groups": ["all"]}],
    "group_ratio": {"default": 1, "vip": 0.6, "svip": 0.1}, "usable_group": {"default": "x"}, "vendors": []}"#;

#[test]
fn rows_become_prices_by_the_factor_of_the_credentials_group() {
    let usual = read(ROWS.as_bytes(), &groups(&["default"])).unwrap();
    assert_eq!(input_and_output(&usual, "gpt-4o"), Some((2_500_000, 10_000_000)));
    assert_eq!(usual.prices["gpt-4o"].standard.base.get(Class::CacheRead).unwrap().0, 1_250_000);
    assert_eq!(input_and_output(&usual, "everybodys"), Some((600_000, 600_000)));
    let skipped: Vec<_> = usual.skipped.iter().map(|(model, _)| model.as_str()).collect();
    assert_eq!(skipped, ["mj", "formula", "nothing"]);
    let vip = read(ROWS.as_bytes(), &groups(&["vip"])).unwrap();
    assert_eq!(input_and_output(&vip, "gpt-4o"), Some((1_500_000, 6_000_000)));
    // 0.1 dollars a call, times 0.6.
    let by_call = Rates::default().with(Class::Call, 60_000_000_000);
    assert_eq!(vip.prices["mj"], Price::flat(by_call));
}

#[test]
fn of_several_groups_the_dearest_counts_that_may_use_the_model() {
    let both = read(ROWS.as_bytes(), &groups(&["default", "vip", "svip"])).unwrap();
    assert_eq!(input_and_output(&both, "gpt-4o"), Some((2_500_000, 10_000_000)));
    assert_eq!(both.prices["mj"].standard.base.get(Class::Call).unwrap().0, 60_000_000_000);
}

#[test]
fn credentials_in_no_group_pay_the_usual_factor() {
    let rows = ROWS.replace(r#""default": 1,"#, r#""default": 2,"#);
    let usual = read(rows.as_bytes(), &groups(&[""])).unwrap();
    assert_eq!(input_and_output(&usual, "gpt-4o"), Some((5_000_000, 20_000_000)));
    assert!(usual.prices.contains_key("mj"), "which groups the account may use is not known");
    let without = r#"{"data": [{"model_name": "m", "quota_type": 0, "model_ratio": 1}]}"#;
    assert_eq!(input_and_output(&read(without.as_bytes(), &groups(&[""])).unwrap(), "m"), Some((2_000_000, 2_000_000)));
}

#[test]
fn tables_of_ratios_become_prices_too() {
    let tables = r#"{"success": true, "data": {
        "model_ratio": {"a": 0.5, "b": "1.5"}, "completion_ratio": {"a": 3}, "cache_ratio": {"a": 0.1},
        "create_cache_ratio": {}, "model_price": {"b": 0.02, "c": 1}}}"#;
    let published = read(tables.as_bytes(), &groups(&["default"])).unwrap();
    assert_eq!(input_and_output(&published, "a"), Some((1_000_000, 3_000_000)));
    assert_eq!(published.prices["b"].standard.base.get(Class::Call).unwrap().0, 20_000_000_000);
    assert_eq!(published.prices["c"].standard.base.get(Class::Call).unwrap().0, 1_000_000_000_000);
    assert_eq!(published.prices.len(), 3);
}

#[rstest]
#[case("<html>", "not a list of prices")]
#[case("[]", "not a list of prices")]
#[case(r#"{"data": null}"#, "not a list of prices")]
#[case(r#"{"data": 5}"#, "not a list of prices")]
#[case(r#"{"data": {"models": []}}"#, "not a list of prices")]
#[case(r#"{"success": false, "message": "not logged in", "data": []}"#, "not logged in")]
#[case(r#"{"data": [{"model_ratio": 1}]}"#, "malformed")]
#[case(r#"{"data": [{"model_name": " ", "model_ratio": 1}]}"#, "without a model")]
#[case(r#"{"data": [{"model_name": "m", "model_ratio": -1}]}"#, "`m` is malformed")]
#[case(r#"{"data": [{"model_name": "m", "model_ratio": "many"}]}"#, "`m` is malformed")]
#[case(r#"{"data": [{"model_name": "m", "model_ratio": {}}]}"#, "`m` is malformed")]
#[case(r#"{"data": [{"model_name": "good", "model_ratio": 1}, {"model_name": "m", "model_ratio": 1e99}]}"#, "`m`")]
#[case(r#"{"data": [{"model_name": "m", "model_ratio": 1}], "group_ratio": {"default": -1}}"#, "group `default`")]
#[case(r#"{"data": [{"model_name": "m", "model_ratio": 1}"#, "not a list of prices")]
fn what_is_not_understood_wholly_is_refused_with_a_reason(#[case] body: &str, #[case] reason: &str) {
    let refused = read(body.as_bytes(), &groups(&["default"])).unwrap_err();
    assert!(refused.contains(reason), "{refused}");
}

#[test]
fn a_credential_in_a_group_without_a_factor_refuses_the_answer() {
    let refused = read(ROWS.as_bytes(), &groups(&["default", "gold"]));
    // `gold` is offered nothing by name, but what is for everybody is for it too.
    assert!(refused.unwrap_err().contains("`gold`"));
    let tables = r#"{"data": {"model_ratio": {"a": 1}}}"#;
    assert!(read(tables.as_bytes(), &groups(&["vip"])).unwrap_err().contains("`vip`"));
}
