//! Prices: stated, looked up, built in, and missing.

use super::*;
use crate::money::scene;
use rstest::rstest;
use sluice_domain::id::ProviderId;

async fn with_provider(vendor: &str, model: &str) -> (Site, Client) {
    let (site, root) = Site::ready().await;
    let provider = json!({"name": "p", "vendor": vendor, "base_url": "http://127.0.0.1:1", "key": "sk-credential",
        "model_alias_mapping": {"alias": "invented-9"}});
    root.post("/api/provider/", provider).await.ok();
    root.post("/api/route/", json!({"model_name": model, "provider_token_id": 1})).await.ok();
    (site, root)
}

#[tokio::test]
async fn a_price_is_stated_listed_and_deleted() {
    let (_site, root) = with_provider("openai", "m").await;
    let price = json!({"standard": {"base": {"input": 2_500_000, "output": 10_000_000},
        "tiers": [{"above": 200_000, "rates": {"input": 5_000_000}}]}, "batch": {"base": {"input": 1}}});
    let body = json!({"model": " GPT-x ", "provider_id": 1, "effective_from": 1_800_000_000, "remark": "contract",
        "price": price});
    let made = root.post("/api/price/", body).await;
    let expected = json!({"id": made.ok()["id"], "purpose": "cost", "remark": "contract",
        "created_time": NOW_MS / 1_000, "version": made.ok()["version"], "model": "GPT-x", "scope": "provider",
        "provider_id": 1, "group_name": null, "vendor": null, "source": "operator", "effective_from": 1_800_000_000,
        "disputed": false, "price": price});
    assert_eq!(made.ok(), &expected);
    assert_eq!(made.ok()["version"].as_str().unwrap().len(), 32);
    let sell = json!({"model": "gpt-x", "purpose": "sell", "vendor": "openai", "rates": {"output": 5, "call": 0}});
    let sell = root.post("/api/price/", sell).await;
    let facts = ["purpose", "scope", "vendor", "effective_from"].map(|name| sell.ok()[name].clone());
    assert_eq!(json!(facts), json!(["sell", "vendor", "openai", NOW_MS / 1_000]));
    assert_eq!(sell.ok()["price"], json!({"standard": {"base": {"output": 5, "call": 0}}}));
    for (query, count) in
        [("", 2), ("?purpose=sell", 1), ("?provider_id=1", 1), ("?model=PT-X", 2), ("?source=provider", 0)]
    {
        assert_eq!(root.get(&format!("/api/price/{query}")).await.ok()["total"], json!(count), "{query}");
    }
    root.delete(&format!("/api/price/{}", made.ok()["id"])).await.ok();
    assert_eq!(root.delete(&format!("/api/price/{}", made.ok()["id"])).await.failure(), (404, "not_found"));
    assert_eq!(root.get("/api/price/").await.ok()["items"], json!([sell.ok()]));
    assert_eq!(root.get("/api/price/?source=builtin").await.failure(), (400, "invalid_parameter"));
}

#[tokio::test]
async fn ratios_are_read_digit_by_digit() {
    let (_site, root) = Site::ready().await;
    let ratios = json!({"model_ratio": 1.25, "completion_ratio": "4", "cache_ratio": 0.1, "group_ratio": 0.3});
    let made = root.post("/api/price/", json!({"model": "m", "ratios": ratios})).await;
    let rates = json!({"input": 750_000, "cache_read": 75_000, "cache_write_5m": 937_500, "output": 3_000_000});
    assert_eq!(made.ok()["price"]["standard"]["base"], rates);
    let by_call = json!({"model": "mj", "ratios": {"quota_type": 1, "model_price": 0.02}});
    let by_call = root.post("/api/price/", by_call).await;
    assert_eq!(by_call.ok()["price"]["standard"]["base"], json!({"call": 20_000_000_000_u64}));
}

#[rstest]
#[case(json!({"model": ""}), "invalid_value")]
#[case(json!({"rates": {}}), "invalid_value")]
#[case(json!({"rates": {"input": -1}}), "invalid_body")]
#[case(json!({"rates": {"input": 1.5}}), "invalid_body")]
#[case(json!({"rates": {"inputs": 1}}), "invalid_body")]
#[case(json!({"rates": {"input": 1_000_000_000_000_001_i64}}), "invalid_value")]
#[case(json!({"ratios": {"model_ratio": 1}}), "invalid_value")]
#[case(json!({"rates": null}), "invalid_value")]
#[case(json!({"rates": null, "ratios": {"model_ratio": -1}}), "invalid_value")]
#[case(json!({"rates": null, "ratios": {"model_ratio": "dear"}}), "invalid_value")]
#[case(json!({"rates": null, "ratios": {"ratio": 1}}), "invalid_body")]
#[case(json!({"rates": null, "price": {"standard": {"bases": {}}}}), "invalid_body")]
#[case(json!({"vendor": "opanai"}), "invalid_value")]
#[case(json!({"vendor": "openai", "provider_id": 1}), "invalid_value")]
#[case(json!({"effective_from": -1}), "invalid_value")]
#[case(json!({"purpose": "gift"}), "invalid_body")]
#[tokio::test]
async fn a_price_that_makes_no_sense_is_refused(#[case] odd: Value, #[case] code: &str) {
    let (_site, root) = with_provider("openai", "m").await;
    let mut body = json!({"model": "m", "rates": {"input": 1}});
    body.as_object_mut().unwrap().extend(odd.as_object().unwrap().clone());
    assert_eq!(root.post("/api/price/", body).await.failure(), (400, code));
    assert_eq!(root.get("/api/price/").await.ok()["total"], json!(0));
}

#[tokio::test]
async fn a_price_for_a_provider_that_does_not_exist_is_refused() {
    let (_site, root) = Site::ready().await;
    let body = json!({"model": "m", "provider_id": 9, "rates": {"input": 1}});
    assert_eq!(root.post("/api/price/", body).await.failure(), (404, "not_found"));
    assert_eq!(root.get("/api/price/effective?model=m&provider_id=9").await.failure(), (404, "not_found"));
    assert_eq!(root.post("/api/provider/9/prices/sync", json!({})).await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn a_price_is_stated_once_under_its_key() {
    let (_site, root) = Site::ready().await;
    let body = json!({"model": "m", "rates": {"input": 1}});
    let first = root.post_once("/api/price/", &body, "k").await;
    let again = root.post_once("/api/price", &body, "k").await;
    assert_eq!((first.is_replay(), again.is_replay(), again.ok()), (false, true, first.ok()));
    let other = json!({"model": "m", "rates": {"input": 2}});
    assert_eq!(root.post_once("/api/price/", &other, "k").await.failure(), (409, "idempotency_conflict"));
    let refused = json!({"model": "m", "provider_id": 9, "rates": {"input": 2}});
    assert_eq!(root.post_once("/api/price/", &refused, "l").await.failure(), (404, "not_found"));
    assert!(!root.post_once("/api/price/", &other, "l").await.is_replay());
    assert_eq!(root.get("/api/price/").await.ok()["total"], json!(2));
}

#[tokio::test]
async fn the_effective_price_says_who_states_it_and_what_callers_pay() {
    let (site, root) = with_provider("openai", "gpt-4o").await;
    let path = "/api/price/effective?model=gpt-4o&provider_id=1";
    let builtin = root.get(path).await;
    let facts = ["model", "provider_name", "sell", "group", "group_multiplier"].map(|name| builtin.ok()[name].clone());
    assert_eq!(json!(facts), json!(["gpt-4o", "p", null, "default", "1"]));
    assert_eq!(builtin.ok()["cost"]["source"], json!("builtin"));
    let later = NOW_MS / 1_000 + 60;
    for (effective_from, rate) in [(NOW_MS / 1_000, 7), (later, 8)] {
        let own = json!({"model": "gpt-4o", "effective_from": effective_from, "rates": {"input": rate, "output": 9}});
        root.post("/api/price/", own).await.ok();
    }
    let sell = json!({"model": "gpt-*", "purpose": "sell", "rates": {"input": 11, "output": 12}});
    root.post("/api/price/", sell).await.ok();
    root.put("/api/group/friends", json!({"multiplier": "0.8"})).await.ok();
    let own = root.get(&format!("{path}&group=friends")).await;
    let own = own.ok();
    assert_eq!((&own["cost"]["source"], &own["sell"]["model"]), (&json!("operator"), &json!("gpt-*")));
    let input = |price: &Value| price["price"]["standard"]["base"]["input"].clone();
    assert_eq!(json!([input(&own["cost"]), input(&own["sell"]), own["group_multiplier"]]), json!([7, 11, "0.8"]));
    site.set_clock(later * 1_000);
    assert_eq!(input(&root.get(path).await.ok()["cost"]), json!(8));
    let aliased = root.get("/api/price/effective?model=alias&provider_id=1").await;
    assert_eq!((&aliased.ok()["model"], &aliased.ok()["cost"]), (&json!("invented-9"), &Value::Null));
    assert_eq!(root.get("/api/price/effective?model=&provider_id=1").await.failure(), (400, "invalid_value"));
    assert_eq!(root.get("/api/price/effective?model=m").await.failure(), (400, "invalid_parameter"));
}

#[tokio::test]
async fn models_without_a_price_are_those_that_routes_in_use_lead_to() {
    let (_site, root) = with_provider("openai", "alias").await;
    for (model, upstream) in
        [("also", Some("invented-9")), ("gpt-4o", None), ("free-*", None), ("off", None), ("lonely", None)]
    {
        let route = json!({"model_name": model, "provider_token_id": 1, "upstream_model": upstream});
        let id = root.post("/api/route/", route).await.ok()["id"].clone();
        if model == "off" {
            root.put(&format!("/api/route/{id}"), json!({"enabled": false})).await.ok();
        }
    }
    let list = root.get("/api/price/unpriced").await;
    let view = |model: &str, is_pattern: bool, routes: Value| {
        json!({"model": model, "is_pattern": is_pattern, "provider_id": 1, "provider_name": "p", "routes": routes,
            "unpriced_calls": 0, "last_used_at": null})
    };
    let expected = [
        view("free-*", true, json!(["free-*"])),
        view("invented-9", false, json!(["alias", "also"])),
        view("lonely", false, json!(["lonely"])),
    ];
    assert_eq!(list.ok()["items"], json!(expected));
    for pattern in ["invented-*", "fr*"] {
        root.post("/api/price/", json!({"model": pattern, "rates": {"input": 0}})).await.ok();
    }
    let list = root.get("/api/price/unpriced").await;
    assert_eq!((&list.ok()["total"], &list.ok()["items"][0]["model"]), (&json!(1), &json!("lonely")));
    root.put("/api/provider/", json!({"id": 1, "status": 2})).await.ok();
    assert_eq!(root.get("/api/price/unpriced").await.ok()["total"], json!(0));
}

#[tokio::test]
async fn models_that_were_used_without_a_price_are_listed_until_they_have_one() {
    let (site, root) = with_provider("openai", "alias").await;
    let route = json!({"model_name": "free-*", "provider_token_id": 1});
    root.post("/api/route/", route).await.ok();
    let used = |number: u8, model: &str, days_ago: i64| {
        let at = Timestamp(NOW_MS - days_ago * 86_400_000);
        let record = CallRecord {
            model_asked: model.to_owned(),
            provider_id: Some(ProviderId(1)),
            cost: None,
            usage: scene::USAGE,
            ..scene::record(number, at)
        };
        SettledCall { record, receipt: None, charge: None, budgets: Vec::new(), saved: CacheSaving::default() }
    };
    let calls = [("free-one", 1), ("free-one", 3), ("alias", 2), ("forgotten", 40), ("gpt-4o", 1)];
    for (number, (model, days_ago)) in (1..).zip(calls) {
        site.settle(used(number, model, days_ago)).await;
    }
    let listed = async || {
        let list = root.get("/api/price/unpriced").await;
        let items = list.ok()["items"].as_array().unwrap().clone();
        let told = |item: &Value| json!([item["model"], item["routes"], item["unpriced_calls"], item["last_used_at"]]);
        items.iter().map(told).collect::<Vec<_>>()
    };
    let hour = |days_ago: i64| NOW_MS / 3_600_000 * 3_600 - days_ago * 86_400;
    let pattern = json!(["free-*", ["free-*"], 0, null]);
    let invented = json!(["invented-9", ["alias"], 1, hour(2)]);
    assert_eq!(listed().await, [pattern.clone(), json!(["free-one", [], 2, hour(1)]), invented.clone()]);
    root.post("/api/price/", json!({"model": "free-one", "rates": {"input": 1}})).await.ok();
    assert_eq!(listed().await, [pattern, invented]);
}

#[tokio::test]
async fn the_built_in_prices_are_paged_and_narrowed() {
    let (_site, root) = Site::ready().await;
    let all = root.get("/api/price/builtin?page_size=3").await;
    assert!(all.ok()["total"].as_u64().unwrap() > 1_000 && all.ok()["items"].as_array().unwrap().len() == 3);
    let cursor = all.ok()["next_cursor"].as_str().unwrap();
    let next = root.get(&format!("/api/price/builtin?page_size=3&cursor={cursor}")).await;
    assert_ne!(next.ok()["items"], all.ok()["items"]);
    let openai = root.get("/api/price/builtin?model=GPT-4o&vendor=openai&page_size=100").await;
    let items = openai.ok()["items"].as_array().unwrap();
    assert!(!items.is_empty());
    for item in items {
        let facts = ["scope", "vendor", "source"].map(|name| item[name].clone());
        assert_eq!(json!(facts), json!(["vendor", "openai", "builtin"]), "{item}");
        assert!(item["model"].as_str().unwrap().contains("gpt-4o"));
    }
    assert_eq!(root.get("/api/price/builtin?vendor=nobody").await.ok()["total"], json!(0));
}

#[tokio::test]
async fn disputed_prices_show_what_each_data_set_says() {
    let (_site, root) = Site::ready().await;
    let disputes = root.get("/api/price/disputed?page_size=100").await;
    let items = disputes.ok()["items"].as_array().unwrap();
    assert!(!items.is_empty());
    for item in items {
        let mut by_class = item["rates"].as_object().unwrap().values();
        assert!(by_class.any(|said| said.as_object().unwrap().len() >= 2), "{item}");
        assert!(!item["models"].as_array().unwrap().is_empty(), "{item}");
    }
    let one = &items[0];
    let query = format!("?vendor={}&model={}", one["vendor"].as_str().unwrap(), one["models"][0].as_str().unwrap());
    let found = root.get(&format!("/api/price/disputed{query}")).await;
    assert!(found.ok()["items"].as_array().unwrap().contains(one));
}

#[tokio::test]
async fn only_administrators_see_and_state_prices() {
    let (site, root) = with_provider("newapi", "m").await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    for path in ["", "builtin", "disputed", "unpriced", "effective?model=m&provider_id=1"] {
        assert_eq!(mia.get(&format!("/api/price/{path}")).await.failure(), (403, "forbidden"), "{path}");
    }
    let body = json!({"model": "m", "rates": {"input": 1}});
    assert_eq!(mia.post("/api/price/", body).await.failure(), (403, "forbidden"));
    assert_eq!(mia.delete("/api/price/1").await.failure(), (403, "forbidden"));
    assert_eq!(mia.post("/api/provider/1/prices/sync", json!({})).await.failure(), (403, "forbidden"));
}
