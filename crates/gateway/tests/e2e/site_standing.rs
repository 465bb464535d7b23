//! What a relay site says of a key, its group and its account decides whether calls go there, and what they cost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::site::{Generation, Site, SiteFacts, SiteKey, SiteModel};
use sluice_testkit::{Answer as Said, Script, Upstream};

use crate::client::Answer;
use crate::gateway::{Gateway, eventually};

/// A change at a site, and the word for what it does to its key.
type Change = (&'static str, fn(&mut SiteFacts));

fn facts(model: &str) -> SiteFacts {
    let mut facts = SiteFacts::new(Generation::Latest);
    facts.keys.push(SiteKey::new(1, "keyonepaddingpadding", "one"));
    facts.models.push(SiteModel { name: model.to_owned(), ratio: 1.25, groups: vec!["default".to_owned()] });
    facts
}

async fn add(gateway: &Gateway, name: &str, facts: SiteFacts, priority: i64) -> (i64, Upstream, Arc<Site>) {
    let (upstream, site) = Upstream::start_site(Site::new(facts), Script::default()).unwrap();
    let body = json!({"name": name, "vendor": "newapi", "base_url": upstream.base_url(), "priority": priority,
        "access_token": "management-token", "user_id": 7});
    let made = gateway.admin(Method::POST, "/api/provider/", Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let provider = made.json()["data"]["id"].as_i64().unwrap();
    sync(gateway, provider).await;
    (provider, upstream, site)
}

async fn sync(gateway: &Gateway, provider: i64) {
    eventually("a turn to synchronise", async || {
        let synced = gateway.admin(Method::POST, &format!("/api/provider/{provider}/sync"), Some(json!({}))).await;
        (synced.status != 409).then_some(())
    })
    .await;
}

async fn preview(gateway: &Gateway, model: &str) -> Value {
    gateway.admin(Method::POST, "/api/route/preview", Some(json!({"model": model}))).await.json()["data"].clone()
}

/// Waits until a provider's candidate is as expected: an obstacle's word, or `null` where there is none.
async fn until_it_is(gateway: &Gateway, provider: &str, obstacle: &Value) -> Value {
    eventually(&format!("{provider} to be at {obstacle}"), async || {
        let preview = preview(gateway, "m").await;
        let candidates = preview["decision"]["candidates"].as_array()?.clone();
        let of_provider = candidates.iter().find(|one| one["provider"] == provider)?;
        (of_provider["obstacle"]["code"] == *obstacle).then_some(preview)
    })
    .await
}

async fn call(gateway: &Gateway, key: &str) -> Answer {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]}).to_string();
    let request = gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(key);
    gateway.call(request.header("content-type", "application/json").body(body)).await
}

fn calls(upstream: &Upstream) -> usize {
    upstream.requests().iter().filter(|call| call.target == "/v1/chat/completions").count()
}

fn now_secs() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

/// What withholds a key or empties an account.
fn changes() -> Vec<Change> {
    vec![
        ("key_disabled", |site| site.keys[0].status = 2),
        ("key_expired", |site| site.keys[0].status = 3),
        ("key_expired", |site| site.keys[0].expires_at = now_secs() - 5),
        ("key_exhausted", |site| site.keys[0].quota = Some(0)),
        ("group_closed", |site| {
            site.group_ratio = BTreeMap::from([("vip".to_owned(), 1.0)]);
            site.group = "vip".to_owned();
            site.keys[0].group = "default".to_owned();
        }),
        ("balance_empty", |site| site.quota = -5),
    ]
}

#[tokio::test]
async fn what_a_site_withholds_carries_no_call_until_it_gives_it_back() {
    let gateway = Gateway::start(json!({})).await;
    let key = gateway.make_key("k").await;
    let (first, first_upstream, first_site) = add(&gateway, "first", facts("m"), 9).await;
    let (second, second_upstream, second_site) = add(&gateway, "second", facts("m"), 0).await;
    until_it_is(&gateway, "first", &Value::Null).await;
    until_it_is(&gateway, "second", &Value::Null).await;
    for (obstacle, change) in changes() {
        first_site.change(change);
        sync(&gateway, first).await;
        let preview = until_it_is(&gateway, "first", &json!(obstacle)).await;
        assert_eq!(
            (&preview["refusal"], &preview["decision"]["candidates"][0]["provider"]),
            (&Value::Null, &json!("second"))
        );
        let before = (calls(&first_upstream), calls(&second_upstream));
        assert_eq!(call(&gateway, &key).await.status, 200, "{obstacle}");
        assert_eq!((calls(&first_upstream), calls(&second_upstream)), (before.0, before.1 + 1), "{obstacle}");
        // Without another way the caller is told why.
        second_site.change(|site| site.keys[0].status = 2);
        sync(&gateway, second).await;
        until_it_is(&gateway, "second", &json!("key_disabled")).await;
        let refused = call(&gateway, &key).await;
        assert!(
            refused.status >= 400 && refused.text().contains("no provider of `m` can be used"),
            "{}",
            refused.text()
        );
        assert_eq!((calls(&first_upstream), calls(&second_upstream)), (before.0, before.1 + 1), "{obstacle}");
        // Both are used again once their sites let them.
        first_site.change(|site| *site = facts("m"));
        second_site.change(|site| *site = facts("m"));
        sync(&gateway, first).await;
        sync(&gateway, second).await;
        until_it_is(&gateway, "first", &Value::Null).await;
        until_it_is(&gateway, "second", &Value::Null).await;
        assert_eq!(call(&gateway, &key).await.status, 200, "{obstacle}");
        assert_eq!(calls(&first_upstream), before.0 + 1, "{obstacle}");
    }
    gateway.finish().await;
}

#[tokio::test]
async fn a_key_that_expires_between_two_looks_is_not_used_from_that_second_on() {
    let gateway = Gateway::start(json!({})).await;
    let mut site = facts("m");
    site.keys[0].expires_at = now_secs() + 4;
    add(&gateway, "site", site, 0).await;
    until_it_is(&gateway, "site", &Value::Null).await;
    until_it_is(&gateway, "site", &json!("key_expired")).await;
    gateway.finish().await;
}

#[tokio::test]
async fn limits_of_a_key_to_models_take_effect_with_the_next_look() {
    let gateway = Gateway::start(json!({})).await;
    let (provider, _upstream, site) = add(&gateway, "site", facts("m"), 0).await;
    until_it_is(&gateway, "site", &Value::Null).await;
    let serves = async |wanted: bool| {
        eventually("the limit to take effect", async || {
            (preview(&gateway, "m").await["refusal"].is_null() == wanted).then_some(())
        })
        .await;
    };
    for (limits, is_served) in [("other", false), ("other,m*", true), ("", true)] {
        site.change(|site| site.keys[0].model_limits = limits.to_owned());
        sync(&gateway, provider).await;
        serves(is_served).await;
    }
    gateway.finish().await;
}

#[tokio::test]
async fn a_site_that_is_away_is_asked_only_where_there_is_no_other() {
    let gateway = Gateway::start(json!({})).await;
    let key = gateway.make_key("k").await;
    let (first, first_upstream, first_site) = add(&gateway, "first", facts("m"), 9).await;
    let (_, second_upstream, _) = add(&gateway, "second", facts("m"), 0).await;
    until_it_is(&gateway, "second", &Value::Null).await;
    first_site.fail_all(Said::Html { status: 502 }.into());
    sync(&gateway, first).await;
    until_it_is(&gateway, "first", &json!("site_unavailable")).await;
    assert_eq!(call(&gateway, &key).await.status, 200);
    assert_eq!((calls(&first_upstream), calls(&second_upstream)), (0, 1));
    let disabled = json!({"name": "second", "status": 2});
    let page = gateway.admin(Method::GET, "/api/provider/?keyword=second", None).await.json();
    let mut body = disabled.clone();
    body["id"] = page["data"]["items"][0]["id"].clone();
    assert_eq!(gateway.admin(Method::PUT, "/api/provider/", Some(body)).await.status, 200);
    until_it_is(&gateway, "second", &json!("disabled")).await;
    assert_eq!(call(&gateway, &key).await.status, 200, "only the management side is away");
    assert_eq!(calls(&first_upstream), 1);
    first_site.heal();
    sync(&gateway, first).await;
    until_it_is(&gateway, "first", &Value::Null).await;
    gateway.finish().await;
}

/// The account pays 0.5 in its group, while the page shows visitors only what the usual one costs.
fn grouped(generation: Generation) -> SiteFacts {
    let mut site = facts("m");
    site.generation = generation;
    site.models[0].groups = vec!["default".to_owned(), "vip".to_owned()];
    site.group_ratio = BTreeMap::from([("default".to_owned(), 1.0), ("vip".to_owned(), 0.5)]);
    site.visitor_ratio = Some(BTreeMap::from([("default".to_owned(), 2.0)]));
    site.keys.push(SiteKey { group: "vip".to_owned(), ..SiteKey::new(2, "keytwopaddingpadding", "two") });
    site
}

#[tokio::test]
async fn a_call_costs_what_the_group_of_the_key_pays_that_carries_it() {
    for generation in [Generation::Whole, Generation::Masked, Generation::Latest] {
        let gateway = Gateway::start(json!({"routing": {"strategy": "cheapest"}})).await;
        let key = gateway.make_key("k").await;
        let (provider, upstream, site) = add(&gateway, "site", grouped(generation), 0).await;
        until_it_is(&gateway, "site", &Value::Null).await;
        let seen = preview(&gateway, "m").await;
        let costs: Vec<i64> = seen["decision"]["candidates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["cost_micros"].as_i64().unwrap())
            .collect();
        assert!(costs.len() == 2 && (costs[1] - 2 * costs[0]).abs() <= 1, "{generation:?}: {costs:?}");
        let dear = cost_of(&gateway, &key).await;
        let sent = upstream.requests();
        let secret = sent.iter().rev().find_map(|call| call.headers.iter().find(|(name, _)| name == "authorization"));
        assert_eq!(secret.unwrap().1, "Bearer sk-keytwopaddingpadding", "the cheaper group carries the call");
        // The same call through the key of the usual group costs twice as much.
        site.change(|site| site.keys[1].status = 2);
        sync(&gateway, provider).await;
        eventually("one key to be left", async || {
            let candidates = preview(&gateway, "m").await["decision"]["candidates"].as_array()?.clone();
            candidates.iter().any(|one| one["obstacle"]["code"] == "key_disabled").then_some(())
        })
        .await;
        let usual = cost_of(&gateway, &key).await;
        assert!((usual - 2 * dear).abs() <= 1 && dear > 0, "{generation:?}: {dear}, {usual}");
        gateway.finish().await;
    }
}

async fn cost_of(gateway: &Gateway, key: &str) -> i64 {
    let answer = call(gateway, key).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let record = gateway.record(answer.call()).await;
    record["cost_micros"].as_i64().unwrap_or_else(|| panic!("{record}"))
}

#[tokio::test]
async fn a_list_of_all_users_keys_gives_the_accounts_own() {
    let gateway = Gateway::start(json!({})).await;
    let mut site = facts("m");
    site.keys.push(SiteKey { user_id: Some(8), ..SiteKey::new(2, "keyofsomebodyelse000", "not mine") });
    let (provider, _upstream, _site) = add(&gateway, "site", site, 0).await;
    let keys = gateway.admin(Method::GET, &format!("/api/provider/{provider}/tokens"), None).await.json();
    let names: Vec<&str> = keys["data"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["one"]);
    gateway.finish().await;
}

#[tokio::test]
async fn an_empty_wallet_beside_a_live_subscription_is_no_empty_account() {
    let gateway = Gateway::start(json!({})).await;
    let key = gateway.make_key("k").await;
    let (provider, upstream, site) = add(&gateway, "first", facts("m"), 0).await;
    let view =
        async || gateway.admin(Method::GET, &format!("/api/provider/{provider}"), None).await.json()["data"].clone();
    for (subscription, obstacle) in [
        (Some((500_000, 0)), Value::Null),
        (Some((500_000, 500_000)), json!("balance_empty")),
        // No bound.
        (Some((0, 900_000)), Value::Null),
        (None, json!("balance_empty")),
    ] {
        site.change(|site| (site.quota, site.subscription) = (0, subscription));
        sync(&gateway, provider).await;
        until_it_is(&gateway, "first", &obstacle).await;
        let before = calls(&upstream);
        let is_open = obstacle.is_null();
        assert_eq!(call(&gateway, &key).await.status == 200, is_open, "{subscription:?}");
        assert_eq!(calls(&upstream) - before, usize::from(is_open), "{subscription:?}");
        let expected = match subscription {
            Some((500_000, 0)) => "$1.00",
            Some((0, _)) => "",
            Some(_) | None => "$0.00",
        };
        assert_eq!(view().await["balance"], expected, "{subscription:?}");
    }
    gateway.finish().await;
}
