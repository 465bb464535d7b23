//! Answers of sites of each generation, as they come over the wire.

use rstest::rstest;
use sluice_domain::ExposeSecret;

use super::*;

/// One-API: a bare list of whole keys, no groups, limits as `models`.
const ONE_API: &str = r#"{"success":true,"message":"","data":[
    {"id":3,"user_id":1,"key":"Aa11Bb22Cc33","status":1,"name":"main","created_time":1700000000,"accessed_time":1700000000,
     "expired_time":-1,"remain_quota":500000,"unlimited_quota":false,"used_quota":12,"models":"gpt-4o, gpt-4o-mini","subnet":""},
    {"id":2,"key":"Dd44","status":3,"name":"old","remain_quota":0,"unlimited_quota":true,"used_quota":0,"models":null}]}"#;
/// NewAPI before it masked keys: an object with `items`.
const PAGED: &str = r#"{"success":true,"message":"","data":{"page":1,"page_size":100,"total":1,"items":[
    {"id":9,"key":"Ee55Ff66","status":1,"name":"vip key","group":"vip","remain_quota":0,"unlimited_quota":true,"used_quota":7,
     "model_limits_enabled":false,"model_limits":"gpt-4o","allow_ips":"","cross_group_retry":false,"DeletedAt":null}]}}"#;
/// NewAPI that masks keys.
const MASKED: &str = r#"{"success":true,"message":"","data":{"page":1,"page_size":100,"total":1,"items":[
    {"id":9,"key":"Ee55**********Ff66","status":4,"name":"vip key","group":"vip","remain_quota":-3,"unlimited_quota":false,
     "used_quota":1e3,"model_limits_enabled":true,"model_limits":"gpt-4o","auto_groups":null}]}}"#;
/// One-Hub and its descendants.
const ONE_HUB: &str = r#"{"success":true,"message":"","data":{"data":[{"id":1,"key":"Gg77","name":"a","status":1,
    "remain_quota":0,"unlimited_quota":true}],"page":1,"size":10,"total_count":31}}"#;

fn shown(key: &SeenKey) -> (i64, String, &str, i64, Vec<&str>) {
    let secret = key.material.clone().into_plain().map_or(String::new(), |secret| secret.expose_secret().to_owned());
    (key.id, secret, &key.group, key.status, key.model_limits.iter().map(String::as_str).collect())
}

#[rstest]
#[case(ONE_API, None, &[(3, "sk-Aa11Bb22Cc33", "", 1, vec!["gpt-4o", "gpt-4o-mini"]), (2, "sk-Dd44", "", 3, vec![])])]
#[case(PAGED, Some(1), &[(9, "sk-Ee55Ff66", "vip", 1, vec![])])]
#[case(MASKED, Some(1), &[(9, "", "vip", 4, vec!["gpt-4o"])])]
#[case(ONE_HUB, Some(31), &[(1, "sk-Gg77", "", 1, vec![])])]
#[case(r#"{"success":true,"data":{"items":null,"total":0}}"#, Some(0), &[])]
fn lists_of_keys_of_every_generation_are_read(
    #[case] body: &str,
    #[case] total: Option<usize>,
    #[case] expected: &[(i64, &str, &str, i64, Vec<&str>)],
) {
    let page = read_key_page(body.as_bytes()).unwrap();
    assert_eq!(page.total, total);
    let keys: Vec<_> = page.keys.iter().map(shown).collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(id, secret, group, status, limits)| (*id, (*secret).to_owned(), *group, *status, limits.clone()))
        .collect();
    assert_eq!(keys, expected);
}

#[rstest]
#[case("<!doctype html><html></html>", "web page")]
#[case("upstream connect error", "not JSON")]
#[case(r#"{"success":false,"message":"无权进行此操作，access token 无效","data":[]}"#, "无权")]
#[case(r#"{"success":false}"#, "no reason")]
#[case(r#"{"data":[]}"#, "whether it succeeded")]
#[case(r#"{"error":{"message":"token expired"}}"#, "token expired")]
#[case(r#"{"success":true,"data":"hello"}"#, "shape that is not known")]
#[case(r#"{"success":true,"data":null}"#, "no `data`")]
#[case(r#"{"success":true,"data":{"page":1}}"#, "lists no keys")]
#[case(r#"{"success":true,"data":{"items":null,"total":4}}"#, "lists no keys")]
#[case(r#"{"success":true,"data":[{"id":1,"key":"a"},{"key":"b"}]}"#, "shape that is not known")]
#[case(r#"{"success":true,"data":[{"id":0,"key":"a"}]}"#, "no number")]
fn what_is_no_list_of_keys_is_refused_with_a_reason(#[case] body: &str, #[case] reason: &str) {
    let fault = read_key_page(body.as_bytes()).unwrap_err().to_string();
    assert!(fault.contains(reason), "{fault}");
}

#[test]
fn revealed_keys_come_as_a_text_an_object_or_many_at_once() {
    let plain = |material: Material| material.into_plain().map(|secret| secret.expose_secret().to_owned());
    let revealed = |body: &str| plain(read_revealed(body.as_bytes()).unwrap());
    assert_eq!(revealed(r#"{"success":true,"data":{"key":"abc"}}"#).as_deref(), Some("sk-abc"));
    assert_eq!(revealed(r#"{"success":true,"data":"sk-abc"}"#).as_deref(), Some("sk-abc"));
    assert_eq!(revealed(r#"{"success":true,"data":{"key":"ab**********yz"}}"#), None);
    assert!(read_revealed(br#"{"success":true,"data":null}"#).is_err());
    let many = read_revealed_many(br#"{"success":true,"data":{"keys":{"7":"abc","9":"x**y"}}}"#).unwrap();
    let many: Vec<_> = many.into_iter().map(|(id, material)| (id, plain(material))).collect();
    assert_eq!(many, [(7, Some("sk-abc".to_owned())), (9, None)]);
}

#[test]
fn an_account_without_a_quota_or_with_a_refusal_is_no_account() {
    let read = |body: &str| read_account(body.as_bytes()).map(|account| (account.quota, account.group));
    assert_eq!(
        read(r#"{"success":true,"data":{"id":1,"quota":1234567,"group":"vip"}}"#),
        Ok((1_234_567, "vip".to_owned()))
    );
    assert_eq!(read(r#"{"success":true,"data":{"quota":-250000}}"#), Ok((-250_000, String::new())));
    assert!(read(r#"{"success":true,"data":{"id":1}}"#).is_err());
    assert!(read(r#"{"success":false,"message":"no","data":{"quota":0}}"#).is_err());
}

#[test]
fn a_site_says_what_its_quota_is_worth_or_nothing() {
    let read = |body: &str| read_facts(body.as_bytes()).map(|facts| facts.quota_per_dollar);
    assert_eq!(read(r#"{"success":true,"data":{"version":"v1","quota_per_unit":1000000}}"#), Ok(Some(1_000_000)));
    assert_eq!(read(r#"{"success":true,"data":{"version":"v1"}}"#), Ok(None));
    assert!(read(r#"{"success":true,"data":{"quota_per_unit":0}}"#).is_err());
}

#[rstest]
#[case(500_000, 1_000_000)]
#[case(1_234_567, 2_469_134)]
#[case(0, 0)]
#[case(-250_000, -500_000)]
#[case(2_499, 4_998)]
fn half_a_million_of_quota_is_a_dollar(#[case] quota: i64, #[case] micros: i64) {
    assert_eq!(quota_to_micros(quota, 500_000), micros);
}

#[test]
fn quota_is_never_rounded_up_and_never_overflows() {
    assert_eq!([quota_to_micros(1, 3_000_000), quota_to_micros(-1, 3_000_000)], [0, -1]);
    assert_eq!([quota_to_micros(i64::MAX, 1), quota_to_micros(i64::MIN, 1)], [i64::MAX, i64::MIN]);
}

#[test]
fn a_created_key_is_named_where_the_site_says() {
    assert_eq!(read_created(br#"{"success":true,"message":""}"#), Ok(None));
    assert_eq!(read_created(br#"{"success":true,"data":{"id":5,"key":"x"}}"#), Ok(Some(5)));
    assert!(read_created(br#"{"success":false,"message":"limit"}"#).is_err());
}
