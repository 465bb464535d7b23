//! Providers, their credentials and aliases.

use super::*;
use rstest::rstest;
use sluice_domain::id::{CredentialId, ProviderId, RouteId};
use sluice_domain::limit::Limits;
use sluice_domain::money::Micros;
use sluice_domain::provider::{Balance, Credential, Origin, Provider, Route, TimeoutOverrides};
use sluice_domain::route::policy::Rotation;
use sluice_store::ProviderPatch;
use std::collections::BTreeMap;

async fn make(root: &Client, body: Value) -> Value {
    root.post("/api/provider/", body).await.ok().clone()
}

#[tokio::test]
async fn a_provider_is_made_with_defaults_and_a_guessed_vendor() {
    let (site, root) = Site::ready().await;
    let made =
        make(&root, json!({"name": "main", "base_url": "https://api.openai.com/", "key": "sk-0123456789"})).await;
    let fields = ["vendor", "base_url", "status", "priority", "weight", "origin"].map(|name| made[name].clone());
    assert_eq!(json!(fields), json!(["openai", "https://api.openai.com", 1, 0, 10, "database"]));
    let credentials = root.get(&format!("/api/provider/{}/tokens", made["id"])).await;
    assert_eq!((&credentials.ok()[0]["sk_key"], &credentials.ok()[0]["weight"]), (&json!("****6789"), &json!(10)));
    let id = ProviderId(made["id"].as_i64().unwrap());
    let stored = site.state.store.list_credentials(id).await.unwrap();
    assert_eq!(stored[0].secret.expose_secret(), "sk-0123456789");
    let named = make(&root, json!({"name": "claude", "vendor": "anthropic"})).await;
    assert_eq!(named["base_url"], json!("https://api.anthropic.com"));
}

#[tokio::test]
async fn a_change_keeps_what_is_not_sent_and_writes_zero() {
    let (site, root) = Site::ready().await;
    let all = json!({"name": "p", "base_url": "https://relay.example", "vendor": "newapi", "priority": 5, "weight": 7,
        "access_token": "management", "user_id": "42", "proxy_url": "socks5://u:p@proxy.example:1080",
        "checkin_enabled": true, "remark": "mine", "model_alias_mapping": "{\"a\": \"b\"}",
        "timeouts": {"idle_ms": 5000}, "headers": {"X-Title": "team", "x-key": "hush"}, "rotation": "sticky"});
    let before = make(&root, all).await;
    assert_eq!((&before["user_id"], &before["model_alias_mapping"]), (&json!(42), &json!({"a": "b"})));
    let zero = json!({"id": before["id"], "priority": 0, "weight": 0, "remark": "", "checkin_enabled": false,
        "access_token": "", "proxy_url": "", "proxy_enabled": true, "headers": before["headers"]});
    assert_eq!(before["headers"], json!({"x-key": "", "x-title": ""}));
    assert_eq!((&before["rotation"], &before["balance"]), (&json!("sticky"), &json!("")));
    let changed = root.put("/api/provider/", zero).await;
    let mut expected = before.clone();
    for (name, value) in
        [("priority", json!(0)), ("weight", json!(0)), ("remark", json!("")), ("checkin_enabled", json!(false))]
    {
        expected[name] = value;
    }
    assert_eq!(changed.ok(), &expected);
    let id = ProviderId(before["id"].as_i64().unwrap());
    let stored = site.state.store.find_provider(id).await.unwrap().unwrap();
    assert_eq!(stored.access_token.unwrap().expose_secret(), "management");
    assert_eq!(stored.proxy_url.unwrap().expose_secret(), "socks5://u:p@proxy.example:1080");
    let headers: Vec<_> = stored.headers.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
    assert_eq!(headers, [("x-key", "hush"), ("x-title", "team")]);
    let cleared = json!({"id": before["id"], "access_token": null, "proxy_enabled": false, "user_id": null,
        "headers": {"x-title": ""}, "rotation": "strategy"});
    let cleared = root.put("/api/provider/", cleared).await;
    let fields = ["has_access_token", "proxy_enabled", "user_id"].map(|name| cleared.ok()[name].clone());
    assert_eq!(json!(fields), json!([false, false, null]));
    let fields = ["headers", "rotation"].map(|name| cleared.ok()[name].clone());
    assert_eq!(json!(fields), json!([{"x-title": ""}, "strategy"]));
}

#[rstest]
#[case(json!({"base_url": "https://x.example"}), "name")]
#[case(json!({"name": "p"}), "base_url")]
#[case(json!({"name": "p", "base_url": "x.example"}), "http://")]
#[case(json!({"name": "p", "base_url": "https://x.example?k=1"}), "query")]
#[case(json!({"name": "p", "base_url": "https://x.example", "vendor": "opnai"}), "`openai`")]
#[case(json!({"name": "p", "base_url": "https://x.example", "proxy_url": "proxy:80"}), "proxy_url")]
#[case(json!({"name": "p", "base_url": "https://x.example", "proxy_enabled": true}), "proxy_url")]
#[case(json!({"name": "p", "base_url": "https://x.example", "weight": -1}), "weight")]
#[case(json!({"name": "p", "base_url": "https://x.example", "params": {"api_version": "1"}}), "api_version")]
#[case(json!({"name": "p", "base_url": "https://x.example", "user_id": "seven"}), "user_id")]
#[case(json!({"name": "p", "base_url": "https://x.example", "rotation": "sometimes"}), "`least_used`")]
#[case(json!({"name": "p", "base_url": "https://x.example", "headers": {"Host": "y"}}), "headers.host")]
#[case(json!({"name": "p", "base_url": "https://x.example", "headers": {"x-a": ""}}), "headers.x-a")]
#[tokio::test]
async fn a_provider_that_cannot_work_is_refused_by_name_of_the_field(#[case] body: Value, #[case] named: &str) {
    let (_site, root) = Site::ready().await;
    let refused = root.post("/api/provider/", body).await;
    assert_eq!(refused.failure(), (400, "invalid_value"));
    assert!(refused.message().contains(named), "{}", refused.message());
    assert_eq!(root.get("/api/provider/").await.ok()["total"], json!(0));
}

#[tokio::test]
async fn a_balance_is_shown_and_not_taken_from_clients() {
    let (site, root) = Site::ready().await;
    let made = make(&root, json!({"name": "p", "base_url": "https://x.example", "balance": "$9.99"})).await;
    assert_eq!((&made["balance"], &made["balance_updated"]), (&json!(""), &json!(0)));
    let balance = Balance { left: Micros(12_340_000), updated_at: Timestamp(NOW_MS) };
    let patch = ProviderPatch { balance: Some(Some(balance)), ..ProviderPatch::default() };
    site.state.store.update_provider(ProviderId(1), patch).await.unwrap();
    let changed = root.put("/api/provider/", json!({"id": 1, "remark": "r", "balance": "$0.00"})).await;
    assert_eq!(changed.ok()["balance"], json!("$12.34"));
    assert_eq!(changed.ok()["balance_updated"], json!(NOW_MS / 1_000));
}

#[tokio::test]
async fn names_are_unique_and_missing_providers_are_404() {
    let (_site, root) = Site::ready().await;
    let body = json!({"name": "p", "base_url": "https://x.example"});
    make(&root, body.clone()).await;
    assert_eq!(root.post("/api/provider/", body).await.failure(), (409, "conflict"));
    assert_eq!(root.get("/api/provider/99").await.failure(), (404, "not_found"));
    assert_eq!(root.put("/api/provider/", json!({"id": 99})).await.failure(), (404, "not_found"));
    assert_eq!(root.delete("/api/provider/99").await.failure(), (404, "not_found"));
    assert_eq!(root.post("/api/provider/99/tokens", json!({"key": "sk-1"})).await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn an_export_can_be_imported_again() {
    let (_site, root) = Site::ready().await;
    for name in ["one", "two"] {
        let body = json!({"name": name, "base_url": "https://x.example", "priority": 3, "key": "sk-0123456789ab",
            "access_token": "management", "model_alias_mapping": {"a": "b"}, "remark": "r", "status": 2,
            "rotation": "least_used"});
        make(&root, body).await;
    }
    let export = root.get("/api/provider/export").await.ok().clone();
    assert_eq!(export[0]["rotation"], json!("least_used"));
    let unchanged = root.post("/api/provider/import", export.clone()).await;
    assert_eq!(unchanged.ok(), &json!({"created": 0, "updated": 2, "skipped": 0, "problems": []}));
    assert_eq!(root.get("/api/provider/1").await.ok()["has_access_token"], json!(true));
    let (_other, root) = Site::ready().await;
    let elsewhere = root.post("/api/provider/import", export.clone()).await;
    assert_eq!(elsewhere.ok()["created"], json!(2));
    assert_eq!(root.get("/api/provider/export").await.ok(), &export);
}

#[tokio::test]
async fn root_exports_secrets_when_asked_and_they_round_trip() {
    let (site, root) = Site::ready().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    let body = json!({"name": "one", "vendor": "newapi", "base_url": "https://x.example", "key": "sk-0123456789ab",
        "access_token": "management", "proxy_url": "http://user:pass@proxy.example:8080",
        "headers": {"x-team": "header-secret"}});
    make(&root, body).await;
    let body = json!({"name": "two", "vendor": "newapi", "base_url": "https://y.example", "proxy_url": "socks5://proxy.example:1080"});
    make(&root, body).await;
    let spare = json!({"name": "spare", "key": "sk-spare-secret-22", "group_name": "vip", "status": 2, "priority": 3,
        "weight": 0, "limits": {"concurrency": 4}, "call_quota": 90});
    root.post("/api/provider/1/tokens", spare).await.ok();
    root.post("/api/provider/2/tokens", json!({"name": "other", "key": "sk-other-secret-33"})).await.ok();
    let plain = root.get("/api/provider/export").await;
    for secret in ["sk-0123456789ab", "sk-spare-secret-22", "management", "user:pass", "header-secret"] {
        assert!(!plain.text.contains(secret), "{secret}");
    }
    assert_eq!(plain.ok()[0].get("proxy_enabled"), None, "an import leaves the proxy as it is");
    assert_eq!(plain.ok()[1]["proxy_url"], json!("socks5://proxy.example:1080"));
    assert_eq!(ada.post("/api/provider/export", json!({})).await.failure(), (403, "forbidden"));
    let whole = root.post("/api/provider/export", json!({})).await.ok().clone();
    assert_eq!(whole[0]["headers"], json!({"x-team": "header-secret"}));
    let limits = json!({"requests_per_minute": null, "tokens_per_minute": null, "concurrency": 4});
    let spare = json!({"name": "spare", "key": "sk-spare-secret-22", "group_name": "vip", "status": 2, "priority": 3,
        "weight": 0, "limits": limits, "call_quota": 90});
    assert_eq!((&whole[0]["credentials"][1], &whole[1]["credentials"][0]["name"]), (&spare, &json!("other")));
    let entry = root.get("/api/audit/?action=POST%20/api/provider/export&status=success").await;
    assert_eq!(entry.ok()["total"], json!(1));
    assert!(!root.get("/api/audit/").await.text.contains("header-secret"));
    let (_other, root) = Site::ready().await;
    assert_eq!(root.post("/api/provider/import", whole.clone()).await.ok()["created"], json!(2));
    assert_eq!(root.post("/api/provider/export", json!({})).await.ok(), &whole);
    let mut changed = whole.clone();
    changed[0]["credentials"][1]["weight"] = json!(7);
    assert_eq!(root.post("/api/provider/import", changed.clone()).await.ok()["updated"], json!(2));
    assert_eq!(root.post("/api/provider/export", json!({})).await.ok(), &changed, "none was made twice");
    assert!(!root.get("/api/audit/").await.text.contains("sk-spare-secret-22"));
    let twice = json!([{"name": "x", "base_url": "https://z.example",
        "credentials": [{"name": "a", "key": "sk-1"}, {"name": "a", "key": "sk-2"}]}]);
    let skipped = root.post("/api/provider/import", twice).await;
    assert!(skipped.ok()["problems"][0]["message"].as_str().unwrap().contains("twice"), "{}", skipped.text);
    assert_eq!(root.get("/api/provider/").await.ok()["total"], json!(2));
}

#[tokio::test]
async fn keys_of_a_site_are_imported_as_keys_of_that_site() {
    let (site, root) = Site::ready().await;
    let file = json!([{"name": "s", "vendor": "newapi", "base_url": "https://s.example", "access_token": "t", "user_id": 7,
        "credentials": [{"name": "k", "key": "sk-site-secret-11", "upstream_token_id": 12, "weight": 5},
            {"name": "hidden", "upstream_token_id": 13}]}]);
    for (done, weight) in [("created", 5), ("updated", 6)] {
        let mut file = file.clone();
        file[0]["credentials"][0]["weight"] = json!(weight);
        assert_eq!(root.post("/api/provider/import", file).await.ok()[done], json!(1));
        let keys = site.state.store.list_site_keys(ProviderId(1)).await.unwrap();
        let upstream = keys.iter().map(|key| (key.upstream.as_ref().map(|upstream| upstream.id), key.is_usable()));
        assert_eq!(upstream.collect::<Vec<_>>(), [(Some(12), true), (Some(13), false)]);
        assert_eq!(keys[0].credential.weight, weight);
    }
}

#[tokio::test]
async fn an_import_skips_what_cannot_be_used_and_says_why() {
    let (_site, root) = Site::ready().await;
    let old = json!([
        {"name": "a", "base_url": "https://a.example", "access_token": "t", "user_id": "12", "model_alias_mapping": "{\"x\":\"y\"}"},
        {"name": "b", "base_url": "nowhere"},
        {"name": "renamed", "base_url": "https://a.example/", "user_id": 12, "weight": 0},
    ]);
    let done = root.post("/api/provider/import", old).await;
    let counts = ["created", "updated", "skipped"].map(|name| done.ok()[name].clone());
    assert_eq!(json!(counts), json!([1, 1, 1]));
    assert_eq!((&done.ok()["problems"][0]["index"], &done.ok()["problems"][0]["name"]), (&json!(1), &json!("b")));
    let kept = root.get("/api/provider/1").await;
    let fields = ["name", "vendor", "weight", "model_alias_mapping"].map(|name| kept.ok()[name].clone());
    assert_eq!(json!(fields), json!(["renamed", "newapi", 0, {"x": "y"}]));
}

#[tokio::test]
async fn aliases_are_replaced_as_a_whole() {
    let (_site, root) = Site::ready().await;
    make(&root, json!({"name": "p", "base_url": "https://x.example"})).await;
    let path = "/api/provider/1/model-alias-mapping";
    let body = json!({"model_alias_mapping": {" fast ": " gpt-4o-mini ", "empty": " "}});
    assert_eq!(root.put(path, body).await.ok(), &json!({"fast": "gpt-4o-mini"}));
    assert_eq!(root.get(path).await.ok(), &json!({"fast": "gpt-4o-mini"}));
}

#[tokio::test]
async fn a_credential_is_changed_field_by_field() {
    let (site, root) = Site::ready().await;
    make(&root, json!({"name": "p", "base_url": "https://x.example", "priority": 4, "weight": 6})).await;
    let body = json!({"name": "c", "key": "sk-first-secret-1111", "group_name": "vip", "limits": {"concurrency": 3}});
    let made = root.post("/api/provider/1/tokens", body).await.ok().clone();
    assert_eq!((&made["priority"], &made["weight"], &made["sk_key"]), (&json!(4), &json!(6), &json!("****1111")));
    let limits = json!({"requests_per_minute": null, "tokens_per_minute": null, "concurrency": 3});
    assert_eq!(made["limits"], limits);
    let path = format!("/api/provider/token/{}", made["id"]);
    let changed = root.put(&path, json!({"weight": 0, "key": ""})).await;
    let mut expected = made.clone();
    expected["weight"] = json!(0);
    assert_eq!(changed.ok(), &expected);
    root.put(&path, json!({"key": "sk-second-secret-2222"})).await.ok();
    let stored = site.state.store.list_credentials(ProviderId(1)).await.unwrap();
    assert_eq!(stored[0].secret.expose_secret(), "sk-second-secret-2222");
    assert_eq!(root.put(&path, json!({"key": "line\nbreak"})).await.failure(), (400, "invalid_value"));
    assert_eq!(root.post("/api/provider/1/tokens", json!({"name": "d"})).await.failure(), (400, "invalid_value"));
    let bounded = root.put(&path, json!({"call_quota": 40})).await;
    assert_eq!((&bounded.ok()["call_quota"], &bounded.ok()["calls_left"]), (&json!(40), &json!(40)));
    assert_eq!(root.put(&path, json!({"weight": 1})).await.ok()["call_quota"], json!(40));
    assert_eq!(root.put(&path, json!({"call_quota": null})).await.ok()["calls_left"], Value::Null);
    root.delete(&path).await.ok();
    assert_eq!(root.get("/api/provider/1/tokens").await.ok(), &json!([]));
}

/// A provider of the configuration file.
pub(super) fn declared_provider() -> Provider {
    Provider {
        id: ProviderId(-1),
        name: "declared".to_owned(),
        vendor: "openai".to_owned(),
        base_url: "https://api.openai.com".to_owned(),
        enabled: true,
        priority: 0,
        weight: 10,
        params: BTreeMap::new(),
        headers: BTreeMap::new(),
        rotation: Rotation::default(),
        balance: None,
        proxy_url: None,
        timeouts: TimeoutOverrides::default(),
        model_alias: BTreeMap::new(),
        access_token: Some(SecretString::from("declared-secret")),
        upstream_user_id: None,
        checkin_enabled: false,
        remark: String::new(),
        origin: Origin::File,
        created_at: Timestamp(0),
    }
}

#[tokio::test]
async fn what_the_file_declares_is_listed_without_secrets_and_read_only() {
    let provider = declared_provider();
    let credential = Credential {
        id: CredentialId(-1),
        provider_id: provider.id,
        name: "default".to_owned(),
        secret: SecretString::from("declared-secret"),
        limits: Limits::NONE,
        call_quota: None,
        group_name: String::new(),
        enabled: true,
        priority: 0,
        weight: 10,
        created_at: Timestamp(0),
    };
    let route = Route {
        id: RouteId(-1),
        model: "gpt-*".to_owned(),
        provider_id: provider.id,
        credential_id: credential.id,
        upstream_model: None,
        enabled: true,
        priority: 0,
        weight: 10,
    };
    let declared = Declared {
        providers: vec![provider],
        credentials: vec![credential],
        routes: vec![route],
        ..Declared::default()
    };
    let site = Site::with(declared).await;
    let root = site.set_up().await;
    for path in ["/api/provider/", "/api/provider/?keyword=DECL", "/api/route/", "/api/route/overview"] {
        let list = root.get(path).await;
        assert_eq!((&list.ok()["total"], &list.ok()["items"][0]["origin"]), (&json!(1), &json!("file")), "{path}");
        assert!(!list.text.contains("declared-secret"));
    }
    assert_eq!(root.get("/api/provider/-1/tokens").await.ok()[0]["sk_key"], json!("****cret"));
    let read_only = [
        root.put("/api/provider/", json!({"id": -1, "weight": 1})).await,
        root.delete("/api/provider/-1").await,
        root.post("/api/provider/-1/tokens", json!({"key": "sk-0123456789ab"})).await,
        root.put("/api/provider/token/-1", json!({"weight": 1})).await,
        root.put("/api/route/-1", json!({"weight": 1})).await,
        root.post("/api/route/", json!({"model_name": "m", "provider_token_id": -1})).await,
    ];
    for answer in read_only {
        assert_eq!(answer.failure(), (409, "read_only"));
    }
    let twin = json!({"name": "declared", "base_url": "https://x.example"});
    assert_eq!(root.post("/api/provider/", twin).await.failure(), (409, "conflict"));
}
