//! Routes.

use super::*;

async fn with_provider() -> (Site, Client, Value) {
    let (site, root) = Site::ready().await;
    let body = json!({"name": "p", "base_url": "https://x.example", "key": "sk-0123456789ab",
        "model_alias_mapping": {"fast": "gpt-4o-mini"}});
    root.post("/api/provider/", body).await.ok();
    let credential = root.get("/api/provider/1/tokens").await.ok()[0]["id"].clone();
    (site, root, credential)
}

#[tokio::test]
async fn a_route_is_made_by_hand_and_changed_field_by_field() {
    let (_site, root, credential) = with_provider().await;
    let made = root.post("/api/route/", json!({"model_name": "gpt-*", "provider_token_id": credential})).await;
    let made = made.ok().clone();
    assert_eq!((&made["weight"], &made["manual"], &made["provider_id"]), (&json!(10), &json!(true), &json!(1)));
    let path = format!("/api/route/{}", made["id"]);
    let changed = root.put(&path, json!({"weight": 0, "enabled": false})).await;
    let mut expected = made.clone();
    expected["weight"] = json!(0);
    expected["enabled"] = json!(false);
    assert_eq!(changed.ok(), &expected);
    assert_eq!(root.put(&path, json!({"priority": null})).await.failure(), (400, "invalid_value"));
    let twin = json!({"model_name": "gpt-*", "provider_token_id": credential});
    assert_eq!(root.post("/api/route/", twin).await.failure(), (409, "conflict"));
    assert_eq!(root.post("/api/route/", json!({"model_name": "m", "provider_token_id": 99})).await.failure().0, 404);
    root.delete(&path).await.ok();
    assert_eq!(root.put(&path, json!({"weight": 1})).await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn a_batch_changes_all_or_nothing() {
    let (_site, root, credential) = with_provider().await;
    for model in ["a", "b"] {
        root.post("/api/route/", json!({"model_name": model, "provider_token_id": credential})).await.ok();
    }
    let broken = json!({"items": [{"id": 1, "weight": 3}, {"id": 99, "weight": 3}]});
    assert_eq!(root.post("/api/route/batch-update", broken).await.failure(), (404, "not_found"));
    let whole = json!({"items": [{"id": 1, "priority": 3}, {"id": 2, "priority": 3}]});
    assert_eq!(root.post("/api/route/batch-update", whole).await.ok(), &json!({"updated": 2}));
    let list = root.get("/api/route/").await;
    let shown: Vec<_> =
        list.ok()["items"].as_array().unwrap().iter().map(|route| (&route["weight"], &route["priority"])).collect();
    assert_eq!(json!(shown), json!([[10, 3], [10, 3]]));
    assert_eq!(root.post("/api/route/batch-update", json!({"items": []})).await.failure(), (400, "invalid_value"));
}

#[tokio::test]
async fn the_overview_says_where_a_route_leads_and_its_share() {
    let (_site, root, credential) = with_provider().await;
    root.post("/api/provider/1/tokens", json!({"name": "second", "key": "sk-9876543210zz", "weight": 30})).await.ok();
    let second = root.get("/api/provider/1/tokens").await.ok()[1]["id"].clone();
    for credential in [&credential, &second] {
        root.post("/api/route/", json!({"model_name": "gpt-4o-mini", "provider_token_id": credential})).await.ok();
    }
    root.post("/api/route/", json!({"model_name": "other", "provider_token_id": second, "enabled": false})).await.ok();
    let overview = root.get("/api/route/overview?model=gpt").await;
    let rows: Vec<_> = overview.ok()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (&row["display_model_name"], &row["provider_name"], &row["token_name"], &row["effective_share_percent"])
        })
        .collect();
    assert_eq!(json!(rows), json!([["fast", "p", "default", 25.0], ["fast", "p", "second", 75.0]]));
    assert_eq!(
        root.get("/api/route/overview?model=other").await.ok()["items"][0]["effective_share_percent"],
        Value::Null
    );
    assert_eq!(root.get("/api/route/models").await.ok(), &json!(["gpt-4o-mini"]));
}
