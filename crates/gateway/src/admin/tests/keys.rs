//! Keys: shown once, changed field by field, and out of reach for others.

use super::*;
use rstest::rstest;
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::key::{Key, KeyBilling, key_body};
use sluice_domain::limit::Limits;
use sluice_domain::route::policy::Scope;

#[tokio::test]
async fn a_key_is_shown_once_and_works() {
    let (site, root) = Site::ready().await;
    let made = root.post("/api/agg-token/", json!({"name": "laptop"})).await;
    let key = made.ok().as_str().unwrap().to_owned();
    assert!(key.starts_with("ag-") && key.len() == 51);
    let caller = site.state.store.find_caller(&sluice_store::hash_key(&key)).await.unwrap().unwrap();
    assert_eq!(caller.key.name, "laptop");
    let list = root.get("/api/agg-token").await;
    assert!(!list.text.contains(key_body(&key)));
    let last4 = key.get(47..).unwrap();
    assert_eq!(
        (&made.body["id"], caller.key.id),
        (&list.ok()["items"][0]["id"], KeyId(made.body["id"].as_i64().unwrap()))
    );
    assert_eq!(list.ok()["items"][0]["key"], json!(format!("ag-****{last4}")));
}

#[tokio::test]
async fn another_users_key_can_be_neither_seen_nor_touched() {
    let (site, root) = Site::ready().await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    let (_, ben) = site.user(&root, "ben", 1).await;
    mia.post("/api/agg-token/", json!({})).await.ok();
    let id = mia.get("/api/agg-token/").await.ok()["items"][0]["id"].clone();
    assert_eq!(ben.get("/api/agg-token/").await.ok()["total"], json!(0));
    assert_eq!(ben.get(&format!("/api/agg-token/{id}")).await.failure(), (404, "not_found"));
    assert_eq!(ben.put("/api/agg-token/", json!({"id": id, "status": 2})).await.failure(), (404, "not_found"));
    assert_eq!(ben.delete(&format!("/api/agg-token/{id}")).await.failure(), (404, "not_found"));
    assert_eq!(ben.get("/api/agg-token/?all=true").await.failure(), (403, "forbidden"));
    assert_eq!(root.get("/api/agg-token/?all=true").await.ok()["total"], json!(1));
    assert_eq!(mia.get("/api/agg-token/").await.ok()["items"][0]["status"], json!(1));
}

#[tokio::test]
async fn an_administrator_does_not_widen_roots_key() {
    let (site, root) = Site::ready().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    root.post("/api/agg-token/", json!({"model_limits": "gpt-4o"})).await.ok();
    let id = root.get("/api/agg-token/").await.ok()["items"][0]["id"].clone();
    let widen = json!({"id": id, "model_limits_enabled": false});
    assert_eq!(ada.put("/api/agg-token/", widen).await.failure(), (403, "forbidden"));
}

#[tokio::test]
async fn a_change_of_a_key_keeps_what_is_not_sent() {
    let (_site, root) = Site::ready().await;
    let all = json!({"name": "k", "expired_time": 1_800_000_000, "model_limits": "gpt-4o,claude-*",
        "allow_ips": "10.0.0.0/8\n192.168.1.7", "limits": {"tokens_per_minute": 9}, "default_model": " o3 ",
        "strategy": "by_call"});
    root.post("/api/agg-token/", all).await.ok();
    let before = root.get("/api/agg-token/").await.ok()["items"][0].clone();
    assert_eq!(before["model_limits_enabled"], json!(true));
    let limits = json!({"requests_per_minute": null, "tokens_per_minute": 9, "concurrency": null});
    assert_eq!((&before["limits"], &before["default_model"]), (&limits, &json!("o3")));
    assert_eq!(before["strategy"], json!("by_call"));
    let changed = root.put("/api/agg-token/", json!({"id": before["id"], "status": 2})).await;
    let mut expected = before.clone();
    expected["status"] = json!(2);
    assert_eq!(changed.ok(), &expected);
    let opened = json!({"id": before["id"], "model_limits_enabled": false, "expired_time": -1, "allow_ips": "",
        "limits": {}, "default_model": null, "strategy": ""});
    let opened = root.put("/api/agg-token/", opened).await;
    let fields = ["model_limits", "expired_time", "allow_ips", "name"].map(|name| opened.ok()[name].clone());
    assert_eq!(json!(fields), json!(["", -1, "", "k"]));
    let none = json!({"requests_per_minute": null, "tokens_per_minute": null, "concurrency": null});
    let fields = ["limits", "default_model", "strategy"].map(|name| opened.ok()[name].clone());
    assert_eq!(json!(fields), json!([none, null, null]));
}

#[rstest]
#[case(json!({"expired_time": -2}), "expired_time")]
#[case(json!({"allow_ips": "10.0.0.0/8, nowhere"}), "nowhere")]
#[case(json!({"model_limits_enabled": true}), "model_limits")]
#[case(json!({"status": 7}), "7")]
#[case(json!({"providers": ["gone"]}), "`gone`")]
#[case(json!({"strategy": "dearest"}), "`cheapest`")]
#[case(json!({"default_model": "m".repeat(256)}), "default_model")]
#[case(json!({"name": "n".repeat(51)}), "name")]
#[tokio::test]
async fn a_value_that_makes_no_sense_is_named(#[case] body: Value, #[case] named: &str) {
    let (_site, root) = Site::ready().await;
    let refused = root.post("/api/agg-token/", body).await;
    assert_eq!(refused.failure(), (400, "invalid_value"));
    assert!(refused.message().contains(named), "{}", refused.message());
}

#[tokio::test]
async fn administrators_say_where_the_calls_of_a_key_go_and_its_owner_which_model_is_the_default() {
    let (site, root) = Site::ready().await;
    root.post("/api/provider/", json!({"name": "one", "base_url": "https://x.example"})).await.ok();
    let (_, mia) = site.user(&root, "mia", 1).await;
    assert_eq!(mia.post("/api/agg-token/", json!({"providers": ["one"]})).await.failure(), (403, "forbidden"));
    assert_eq!(mia.post("/api/agg-token/", json!({"strategy": "fastest"})).await.failure(), (403, "forbidden"));
    mia.post("/api/agg-token/", json!({"default_model": "o3", "providers": []})).await.ok();
    let id = mia.get("/api/agg-token/").await.ok()["items"][0]["id"].clone();
    let bound = json!({"id": id, "providers": [" one ", ""], "strategy": "listed"});
    let bound = root.put("/api/agg-token/", bound).await;
    let fields = ["providers", "strategy", "default_model"].map(|name| bound.ok()[name].clone());
    assert_eq!(json!(fields), json!([["one"], "listed", "o3"]));
    assert_eq!(mia.put("/api/agg-token/", json!({"id": id, "providers": []})).await.failure(), (403, "forbidden"));
    let renamed = mia.put("/api/agg-token/", json!({"id": id, "name": "n", "default_model": "o4"})).await;
    let fields = ["providers", "strategy", "default_model"].map(|name| renamed.ok()[name].clone());
    assert_eq!(json!(fields), json!([["one"], "listed", "o4"]));
}

/// A key of the configuration file.
pub(super) fn declared_key(name: &str) -> Key {
    Key {
        id: KeyId(-1),
        user_id: UserId(1),
        name: name.to_owned(),
        last4: "wxyz".to_owned(),
        enabled: true,
        expires_at: None,
        models: ModelList::default(),
        addresses: AddressList::default(),
        billing: KeyBilling::default(),
        limits: Limits::NONE,
        scope: Scope::default(),
        created_at: Timestamp(0),
        accessed_at: None,
        previous_until: None,
    }
}

#[tokio::test]
async fn a_declared_key_is_listed_first_and_read_only() {
    let key = declared_key("declared");
    let site = Site::with(Declared { keys: vec![key], ..Declared::default() }).await;
    let root = site.set_up().await;
    root.post("/api/agg-token/", json!({"name": "stored"})).await.ok();
    let list = root.get("/api/agg-token/?all=true").await;
    let shown: Vec<_> =
        list.ok()["items"].as_array().unwrap().iter().map(|key| (&key["name"], &key["origin"])).collect();
    assert_eq!(json!(shown), json!([["declared", "file"], ["stored", "database"]]));
    assert_eq!(root.put("/api/agg-token/", json!({"id": -1, "status": 2})).await.failure(), (409, "read_only"));
    assert_eq!(root.delete("/api/agg-token/-1").await.failure(), (409, "read_only"));
}

#[tokio::test]
async fn a_rotated_key_works_with_both_secrets_until_the_grace_ends() {
    let (site, root) = Site::ready().await;
    let first = root.post("/api/agg-token/", json!({"name": "k"})).await.ok().as_str().unwrap().to_owned();
    let second = root.post("/api/agg-token/1/rotate", json!({"grace_secs": 60})).await;
    assert!(second.message().contains("only once"));
    let second = second.ok().as_str().unwrap().to_owned();
    let expiry = async |key: &str| {
        let caller =
            site.state.store.find_caller(&sluice_store::hash_key(sluice_domain::key::key_body(key))).await.unwrap();
        caller.map(|caller| (caller.key.id, caller.key.expires_at))
    };
    let ends = Some(Timestamp(NOW_MS + 60_000));
    assert_eq!(expiry(&first).await, Some((KeyId(1), ends)));
    assert_eq!(expiry(&second).await, Some((KeyId(1), None)));
    let shown = root.get("/api/agg-token/1").await;
    assert_eq!(shown.ok()["previous_until"], json!(NOW_MS / 1_000 + 60));
    assert!(shown.ok()["key"].as_str().unwrap().ends_with(second.get(second.len() - 4..).unwrap()));
    let third = root.post("/api/agg-token/1/rotate", json!({"grace_secs": 0})).await.ok().as_str().unwrap().to_owned();
    assert_eq!((expiry(&first).await, expiry(&second).await), (None, None));
    assert_eq!(expiry(&third).await, Some((KeyId(1), None)));
    let long = root.post("/api/agg-token/1/rotate", json!({"grace_secs": 2_592_001})).await;
    assert_eq!(long.failure(), (400, "invalid_value"));
    let (_, mia) = site.user(&root, "mia", 1).await;
    assert_eq!(mia.post("/api/agg-token/1/rotate", json!({})).await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn a_key_is_made_and_changed_with_its_budgets() {
    let (_site, root) = Site::ready().await;
    let day = json!({"period": "day", "zone": "Asia/Shanghai", "limit_micros": 5_000_000});
    let body = json!({"name": "k", "budgets": [day, {"period": "total", "limit_micros": 9_000_000}]});
    root.post("/api/agg-token/", body).await.ok();
    let budgets = async || {
        let page = root.get("/api/budget/?scope=key&owner_id=1").await;
        let items = page.ok()["items"].as_array().unwrap().clone();
        let shown = |budget: &Value| json!([budget["period"], budget["zone"], budget["limit_micros"]]);
        (items[0]["id"].clone(), items.iter().map(shown).collect::<Vec<_>>())
    };
    let (id, made) = budgets().await;
    assert_eq!(made, [json!(["day", "Asia/Shanghai", 5_000_000]), json!(["total", "UTC", 9_000_000])]);
    let raised = json!({"id": 1, "budgets": [{"period": "day", "limit_micros": 6_000_000}]});
    root.put("/api/agg-token/", raised).await.ok();
    assert_eq!(budgets().await, (id, vec![json!(["day", "Asia/Shanghai", 6_000_000])]), "the budget itself stays");
    root.put("/api/agg-token/", json!({"id": 1, "name": "renamed"})).await.ok();
    assert_eq!(budgets().await.1.len(), 1);
    for (budgets, field) in [
        (json!([{"period": "day", "zone": "UTC", "limit_micros": 1}]), "budgets.zone"),
        (json!([{"period": "day", "limit_micros": -1}]), "budgets.limit_micros"),
        (json!([{"period": "day", "limit_micros": 1}, {"period": "day", "limit_micros": 2}]), "budgets"),
    ] {
        let refused = root.put("/api/agg-token/", json!({"id": 1, "budgets": budgets})).await;
        assert_eq!((refused.failure().0, &refused.body["field"]), (400, &json!(field)));
    }
    let refused = json!({"name": "x", "budgets": [{"period": "day", "zone": "Mars", "limit_micros": 1}]});
    assert_eq!(root.post("/api/agg-token/", refused).await.failure(), (400, "invalid_value"));
    assert_eq!(root.get("/api/agg-token/").await.ok()["total"], json!(1), "no key without the budgets asked for");
}
