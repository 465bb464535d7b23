//! What was used, whole and in parts, and calls as a file.

use super::*;
use sluice_domain::ledger::{Draw, Holder, SettledCall};
use sluice_domain::money::Micros;
use sluice_domain::price::CacheSaving;
use sluice_store::Settlement;

const DAY_MS: i64 = 86_400_000;

/// Settles calls of a user, one at each of these times before now.
async fn settle(site: &Site, user: i64, model: &str, ago_ms: &[i64]) {
    let store = &site.state.store;
    let now = Timestamp(NOW_MS);
    let revenue = store.open_account(Holder::Revenue(NODE), now).await.unwrap().id;
    let account = store.open_account(Holder::User(sluice_domain::id::UserId(user)), now).await.unwrap().id;
    let mut calls = Vec::new();
    for (n, ago) in ago_ms.iter().enumerate() {
        let mut record = super::logs::call(u8::try_from(n).unwrap(), user, "");
        let at = NOW_MS - ago;
        record.id = sluice_domain::id::CallId::new(u64::try_from(at).unwrap(), rand::random());
        record.created_at = Timestamp(at);
        record.model_asked = model.to_owned();
        calls.push(SettledCall {
            record,
            receipt: None,
            charge: Some(Draw { account, lease: None, amount: Micros(4_000) }),
            budgets: Vec::new(),
            saved: CacheSaving { cost: Micros(30), charge: Micros(50) },
        });
    }
    let settlement = Settlement { node: NODE, revenue, at: now, calls: &calls, counted: &[] };
    assert!(store.settle(&settlement).await.unwrap().rejected.is_empty());
}

#[tokio::test]
async fn usage_is_told_with_its_parts_and_the_time_before() {
    let (site, root) = Site::ready().await;
    let (mia_id, mia) = site.user(&root, "mia", 1).await;
    settle(&site, mia_id, "m", &[0, 1_000, DAY_MS, 8 * DAY_MS]).await;
    settle(&site, 1, "n", &[0]).await;
    let week = root.get("/api/dashboard/usage?by=model&offset_hours=0").await;
    let data = week.ok();
    assert_eq!((&data["total"]["calls"], &data["previous"]["calls"]), (&json!(4), &json!(1)));
    assert_eq!((&data["total"]["cost_micros"], &data["total"]["cache_saved_micros"]), (&json!(10_000), &json!(120)));
    assert_eq!((&data["speed"]["first_token_p50_ms"], &data["speed"]["duration_p95_ms"]), (&json!(150), &json!(800)));
    let points = data["points"].as_array().unwrap();
    let calls: Vec<_> = points.iter().map(|point| point["calls"].as_u64().unwrap()).collect();
    assert_eq!((data["step"].as_str(), calls), (Some("day"), vec![0, 0, 0, 0, 0, 1, 3]));
    let parts: Vec<_> = data["parts"].as_array().unwrap().iter().collect();
    let told: Vec<_> = parts.iter().map(|part| json!([part["name"], part["total"]["calls"]])).collect();
    assert_eq!(told, [json!(["m", 3]), json!(["n", 1])]);
    assert_eq!(parts[0]["previous"]["calls"], json!(1));
    assert_eq!(parts[0]["points"].as_array().unwrap().len(), 2);
    let by_user = root.get("/api/dashboard/usage?by=user&range=30d").await;
    assert_eq!((&by_user.ok()["parts"][0]["name"], &by_user.ok()["parts"][0]["id"]), (&json!("mia"), &json!(mia_id)));
    let own = mia.get("/api/dashboard/self/usage?range=90d&by=key").await;
    let total = &own.ok()["total"];
    assert_eq!(json!([total["calls"], total["cost_micros"], total["cache_saved_micros"]]), json!([4, 16_000, 200]));
    assert_eq!(mia.get("/api/dashboard/self/usage?by=provider").await.failure(), (400, "invalid_parameter"));
    assert_eq!(mia.get("/api/dashboard/usage").await.failure(), (403, "forbidden"));
}

#[tokio::test]
async fn a_key_tells_its_owner_and_administrators_what_was_used_with_it() {
    let (site, root) = Site::ready().await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    let (_, bob) = site.user(&root, "bob", 1).await;
    for name in ["a", "b", "c"] {
        mia.post("/api/agg-token/", json!({"name": name})).await.ok();
    }
    // The calls of these tests are made with the key of this id.
    settle(&site, 2, "m", &[0, 1_000]).await;
    let own = mia.get("/api/agg-token/3/usage?range=24h").await;
    assert_eq!((&own.ok()["total"]["calls"], &own.ok()["step"]), (&json!(2), &json!("hour")));
    assert_eq!(own.ok()["points"].as_array().unwrap().len(), 24);
    assert_eq!(mia.get("/api/agg-token/2/usage").await.ok()["total"]["calls"], json!(0));
    assert_eq!(root.get("/api/agg-token/3/usage").await.ok()["total"]["cost_micros"], json!(5_000));
    assert_eq!(bob.get("/api/agg-token/3/usage").await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn a_node_tells_what_it_is_doing() {
    let (_site, root) = Site::ready().await;
    let live = root.get("/api/dashboard/live").await;
    assert_eq!((&live.ok()["calls_per_second"], &live.ok()["open_calls"]), (&json!(0.0), &json!(0)));
}

#[tokio::test]
async fn calls_are_exported_with_the_filters_of_the_list() {
    let (site, root) = Site::ready().await;
    let (mia_id, mia) = site.user(&root, "mia", 1).await;
    settle(&site, mia_id, "=cmd|' /C calc'!A0", &[0, 1_000]).await;
    settle(&site, 1, "n", &[0, 1_000, 2_000]).await;
    let csv = root.get("/api/log/export").await;
    assert!(csv.headers[CONTENT_TYPE].to_str().unwrap().starts_with("text/csv"));
    assert!(csv.headers["content-disposition"].to_str().unwrap().contains("calls.csv"));
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines.len(), 6, "{}", csv.text);
    assert!(lines[0].starts_with("id,created_at,user_id,key_id,provider_id,provider,"));
    assert!(csv.text.contains(",'=cmd|' /C calc'!A0,") && csv.text.contains(",0.002500,0.004000,"), "{}", csv.text);
    assert_eq!(root.get("/api/log/export?model=n&limit=2").await.text.lines().count(), 3);
    assert_eq!(root.get("/api/log/export?keyword=calc").await.text.lines().count(), 3);
    let own = mia.get("/api/log/self/export?format=jsonl").await;
    let calls: Vec<Value> = own.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((calls.len(), &calls[0]["user_id"]), (2, &json!(mia_id)));
    assert!(!own.text.contains("hidden-provider") && !mia.get("/api/log/self/export").await.text.contains("hidden"));
    assert_eq!(mia.get("/api/log/export").await.failure(), (403, "forbidden"));
    assert_eq!(root.get("/api/log/export?status=odd").await.failure(), (400, "invalid_parameter"));
}
