//! The routing policy, as a document and as settings.

use super::*;
use crate::admin::tests::providers::declared_provider;
use rstest::rstest;
use serde_json::Map;
use sluice_domain::id::ProviderId;
use sluice_domain::limit::Limits;
use sluice_domain::route::policy::{
    Alias, AliasTarget, Choice, ModelPolicy, Policy, Rule, Strategy, Validity, ValueFactors,
};

/// A policy in which nothing is at its default.
fn policy() -> Policy {
    Policy {
        strategy: Strategy::Cheapest,
        models: vec![ModelPolicy {
            model: "o3*".to_owned(),
            strategy: Some(Strategy::Fastest),
            limits: Limits { requests_per_minute: Some(5), tokens_per_minute: Some(6), concurrency: Some(7) },
        }],
        aliases: vec![Alias {
            name: "smart".to_owned(),
            targets: vec![AliasTarget { model: "o3".to_owned(), weight: 2 }],
        }],
        rules: vec![Rule {
            name: "long".to_owned(),
            models: vec!["smart".to_owned()],
            when: "TokenCount > 100000".to_owned(),
            providers: vec![Choice { provider: "one".to_owned(), model: Some("o3-long".to_owned()) }],
            model: Some("o3".to_owned()),
            strategy: Some(Strategy::Listed),
        }],
        default_provider: Some("one".to_owned()),
        validity: Validity::Observe,
        factors: ValueFactors { health: false, health_max: 1.5, usage_window_hours: 48, ..ValueFactors::default() },
    }
}

async fn site_with_provider() -> (Site, Client) {
    let (site, root) = Site::ready().await;
    root.post("/api/provider/", json!({"name": "one", "base_url": "https://x.example"})).await.ok();
    (site, root)
}

#[tokio::test]
async fn the_policy_is_replaced_as_a_whole_and_read_back() {
    let (site, root) = site_with_provider().await;
    assert_eq!(root.get("/api/routing").await.ok(), &json!(Policy::default()));
    let written = root.put("/api/routing/", json!(policy())).await;
    assert_eq!(written.ok(), &json!(policy()));
    assert_eq!(root.get("/api/routing/").await.ok(), &json!(policy()));
    assert_eq!(site.state.store.load_catalog().await.unwrap().policy, policy());
    root.put("/api/routing/", json!({"strategy": "listed"})).await.ok();
    let expected = Policy { strategy: Strategy::Listed, ..Policy::default() };
    assert_eq!(root.get("/api/routing/").await.ok(), &json!(expected));
}

#[tokio::test]
async fn administrators_see_the_policy_and_root_changes_it() {
    let (site, root) = site_with_provider().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    ada.get("/api/routing/").await.ok();
    assert_eq!(ada.put("/api/routing/", json!({})).await.failure(), (403, "forbidden"));
    assert_eq!(mia.get("/api/routing/").await.failure(), (403, "forbidden"));
}

#[rstest]
#[case(json!({"strategi": "value"}), "invalid_body", "strategi")]
#[case(json!({"strategy": "dearest"}), "invalid_body", "dearest")]
#[case(json!({"models": [{"model": "m", "limits": {"rpm": 1}}]}), "invalid_body", "rpm")]
#[case(json!({"aliases": [{"name": "a", "targets": [{"model": "b"}, {"modle": "c"}]}]}), "invalid_body", "targets[1]")]
#[case(json!({"aliases": [{"name": "a", "targets": []}]}), "invalid_value", "aliases[0].targets")]
#[case(json!({"aliases": [{"name": "a", "targets": [{"model": "b"}]}, {"name": "A", "targets": [{"model": "b"}]}]}),
    "invalid_value", "aliases[1].name")]
#[case(json!({"aliases": [{"name": "a", "targets": [{"model": "b"}]}, {"name": "b", "targets": [{"model": "a"}]}]}),
    "invalid_value", "a → b → a")]
#[case(json!({"aliases": [{"name": "a", "targets": [{"model": "b", "weight": 0}]}]}), "invalid_value", "weight 0")]
#[case(json!({"rules": [{"when": "true"}]}), "invalid_value", "rules[0]")]
#[case(json!({"rules": [{"when": " ", "model": "m"}]}), "invalid_value", "rules[0].when")]
#[case(json!({"rules": [{"when": "true", "providers": [{"provider": "gone"}]}]}), "invalid_value", "`gone`")]
#[case(json!({"default_provider": "gone"}), "invalid_value", "default_provider")]
#[case(json!({"factors": {"health_max": 11}}), "invalid_value", "factors.health_max")]
#[case(json!({"factors": {"health_min": 2}}), "invalid_value", "factors.health_min")]
#[case(json!({"models": [{"model": "m".repeat(256), "strategy": "value"}]}), "invalid_value", "255")]
#[tokio::test]
async fn a_policy_that_does_not_fit_is_refused_and_says_where(
    #[case] body: Value,
    #[case] code: &str,
    #[case] named: &str,
) {
    let (_site, root) = site_with_provider().await;
    root.put("/api/routing/", json!(policy())).await.ok();
    let refused = root.put("/api/routing/", body).await;
    assert_eq!(refused.failure(), (400, code));
    assert!(refused.message().contains(named), "{}", refused.message());
    assert_eq!(root.get("/api/routing/").await.ok(), &json!(policy()));
}

#[rstest]
#[case("RoutingStrategy", json!("Cheapest"), "cheapest")]
#[case("RoutingAliases", json!([{"name": "a", "targets": [{"model": "b"}]}]),
    r#"[{"name":"a","targets":[{"model":"b","weight":1}]}]"#)]
#[case("RoutingAliases", json!([]), "")]
#[case("RoutingRules", json!(r#"[{"when":"true","model":"m"}]"#), r#"[{"when":"true","model":"m"}]"#)]
#[case("RoutingDefaultProvider", json!("one"), "one")]
#[case("RoutingHealthAdjustmentEnabled", json!(false), "false")]
#[case("RoutingHealthMaxMultiplier", json!(2.50), "2.5")]
#[case("RoutingUsageWindowHours", json!("48"), "48")]
#[case("RelayResponseValidityGuardMode", json!("observe"), "observe")]
#[case("RoutingStrategy", json!(null), "value")]
#[tokio::test]
async fn each_part_is_a_setting_too(#[case] key: &str, #[case] value: Value, #[case] expected: &str) {
    let (_site, root) = site_with_provider().await;
    let saved = root.put("/api/option/", json!({"key": key, "value": value})).await;
    assert_eq!(saved.ok()["value"], json!(expected));
    let list = root.get("/api/option/").await;
    let shown = list.ok().as_array().unwrap().iter().find(|option| option["key"] == key).unwrap();
    assert_eq!(shown["value"], json!(expected));
}

#[rstest]
#[case("RoutingStrategy", json!("dearest"), "`cheapest`")]
#[case("RoutingAliases", json!("[{"), "JSON")]
#[case("RoutingAliases", json!([{"name": "a", "target": "b"}]), "`target`")]
#[case("RoutingAliases", json!([{"name": "a", "targets": [{"model": "a"}]}]), "a → a")]
#[case("RoutingRules", json!([{"when": "", "model": "m"}]), "rules[0].when")]
#[case("RoutingRules", json!([{"when": "true", "providers": [{"provider": "gone"}]}]), "`gone`")]
#[case("RoutingModels", json!({"model": "m"}), "RoutingModels")]
#[case("RoutingDefaultProvider", json!("gone"), "`gone`")]
#[case("RoutingHealthAdjustmentEnabled", json!("perhaps"), "`false`")]
#[case("RoutingHealthMinMultiplier", json!(1.2), "health_max")]
#[case("RoutingHealthMinMultiplier", json!("10.1"), "from 0 to 10")]
#[case("RoutingHealthMinSamples", json!(0), "from 1 to 1000")]
#[case("RelayResponseValidityGuardMode", json!("on"), "`enforce`")]
#[tokio::test]
async fn a_part_that_does_not_fit_is_refused(#[case] key: &str, #[case] value: Value, #[case] named: &str) {
    let (site, root) = site_with_provider().await;
    let refused = root.put("/api/option/", json!({"key": key, "value": value})).await;
    assert_eq!(refused.failure(), (400, "invalid_value"));
    assert!(refused.message().contains(named), "{}", refused.message());
    assert!(site.state.store.options().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_part_can_be_saved_while_another_one_does_not_fit_any_more() {
    let (site, root) = site_with_provider().await;
    root.put("/api/routing/", json!(policy())).await.ok();
    site.state.store.delete_provider(ProviderId(1)).await.unwrap();
    root.put("/api/option/", json!({"key": "RoutingStrategy", "value": "weighted"})).await.ok();
    assert_eq!(root.get("/api/routing/").await.ok()["strategy"], json!("weighted"));
}

#[tokio::test]
async fn a_provider_that_rules_or_keys_name_keeps_its_name_and_stays() {
    let (_site, root) = site_with_provider().await;
    root.put("/api/routing/", json!(policy())).await.ok();
    root.post("/api/agg-token/", json!({"name": "laptop", "providers": ["one"]})).await.ok();
    let renamed = root.put("/api/provider/", json!({"id": 1, "name": "two"})).await;
    assert_eq!(renamed.failure(), (409, "conflict"));
    let by = "`rules[0].providers[0].provider`, `default_provider`, `laptop`";
    assert!(renamed.message().contains(by), "{}", renamed.message());
    assert_eq!(root.delete("/api/provider/1").await.failure(), (409, "conflict"));
    root.put("/api/provider/", json!({"id": 1, "name": "one", "remark": "r"})).await.ok();
    root.put("/api/routing/", json!({})).await.ok();
    assert_eq!(root.delete("/api/provider/1").await.failure(), (409, "conflict"));
    root.delete("/api/agg-token/1").await.ok();
    root.delete("/api/provider/1").await.ok();
}

#[tokio::test]
async fn providers_of_the_file_may_be_named() {
    let site = Site::with(Declared { providers: vec![declared_provider()], ..Declared::default() }).await;
    let root = site.set_up().await;
    root.put("/api/routing/", json!({"default_provider": "declared"})).await.ok();
}

/// The keys of an object and of every object in it.
fn keys_of(value: &Value, path: &str, found: &mut Vec<String>) {
    let mut below = |fields: &Map<String, Value>| {
        for (key, value) in fields {
            found.push(format!("{path}/{key}"));
            keys_of(value, &format!("{path}/{key}"), found);
        }
    };
    match value {
        Value::Object(fields) => below(fields),
        Value::Array(items) => items.iter().for_each(|item| keys_of(item, path, found)),
        _ => {}
    }
}

/// The properties of a described object and of every object that it leads to.
fn described(document: &Value, schema: &Value, path: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return described(document, document.pointer(reference.trim_start_matches('#')).unwrap(), path, found);
    }
    for part in schema["oneOf"].as_array().into_iter().flatten() {
        described(document, part, path, found);
    }
    described_items(document, schema, path, found);
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        found.push(format!("{path}/{key}"));
        described(document, value, &format!("{path}/{key}"), found);
    }
}

fn described_items(document: &Value, schema: &Value, path: &str, found: &mut Vec<String>) {
    if schema["items"].is_object() {
        described(document, &schema["items"], path, found);
    }
}

#[test]
fn the_description_has_the_fields_of_the_document() {
    let document = serde_json::to_value(crate::admin::openapi()).unwrap();
    let (mut shown, mut told) = (Vec::new(), Vec::new());
    keys_of(&json!(policy()), "", &mut shown);
    described(&document, &document["components"]["schemas"]["RoutingPolicy"], "", &mut told);
    shown.sort();
    told.sort();
    assert_eq!(told, shown);
    let strategies = &document["components"]["schemas"]["RoutingPolicy"]["properties"]["strategy"].to_string();
    for strategy in Strategy::ALL {
        assert!(strategies.contains(&format!("\"{}\"", strategy.as_str())), "{strategies}");
    }
    let validities = &document["components"]["schemas"]["RoutingPolicy"]["properties"]["validity"].to_string();
    for validity in Validity::ALL {
        assert!(validities.contains(&format!("\"{}\"", validity.as_str())), "{validities}");
    }
}
