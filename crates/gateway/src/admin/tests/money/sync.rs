//! Prices that providers publish, taken over from a small site.

use super::*;
use axum::extract::State;
use axum::routing::get;
use parking_lot::Mutex;
use std::collections::VecDeque;

type Answers = Arc<Mutex<VecDeque<(u16, String)>>>;

/// A site that gives these answers in turn to its management account.
async fn publisher(answers: &[(u16, Value)]) -> String {
    async fn answer(State(answers): State<Answers>, headers: HeaderMap) -> (StatusCode, String) {
        let is = |name: &str, wanted: &str| headers.get(name).is_some_and(|value| value == wanted);
        if !is("authorization", "Bearer management-secret") || !is("new-api-user", "7") {
            return (StatusCode::UNAUTHORIZED, json!({"message": "who are you, management-secret?"}).to_string());
        }
        let (status, body) = answers.lock().pop_front().unwrap();
        (StatusCode::from_u16(status).unwrap(), body)
    }
    let answers: VecDeque<_> = answers.iter().map(|(status, body)| (*status, body.to_string())).collect();
    let answers: Answers = Arc::new(Mutex::new(answers));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/api/pricing", get(answer)).with_state(answers);
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

async fn with_publisher(answers: &[(u16, Value)]) -> (Site, Client) {
    let (site, root) = Site::ready().await;
    let body = json!({"name": "p", "vendor": "newapi", "base_url": format!("{}/v1", publisher(answers).await),
        "access_token": "management-secret", "user_id": 7});
    root.post("/api/provider/", body).await.ok();
    let credential = json!({"name": "vip", "key": "sk-credential", "group_name": "vip"});
    root.post("/api/provider/1/tokens", credential).await.ok();
    (site, root)
}

fn row(model: &str, ratio: f64) -> Value {
    json!({"model_name": model, "quota_type": 0, "model_ratio": ratio, "completion_ratio": 2,
        "enable_groups": ["default", "vip"]})
}

fn answer(rows: &[Value]) -> (u16, Value) {
    (200, json!({"success": true, "data": rows, "group_ratio": {"default": 1, "vip": 0.5}}))
}

async fn input_rates(root: &Client) -> Value {
    let prices = root.get("/api/price/?provider_id=1&source=provider&page_size=100").await;
    let rate = |price: &Value| json!([price["model"], price["price"]["standard"]["base"]["input"]]);
    prices.ok()["items"].as_array().unwrap().iter().map(rate).collect()
}

#[tokio::test]
async fn published_prices_are_taken_over_by_the_factor_of_the_credentials_group() {
    let first = answer(&[row("a", 1.0), row("b", 1.0), json!({"model_name": "c", "billing_expr": "p"})]);
    let second = answer(&[row("a", 3.0), row("d", 1.0)]);
    let (site, root) = with_publisher(&[first.clone(), first, second]).await;
    let synced = root.post("/api/provider/1/prices/sync", json!({})).await;
    assert_eq!(synced.message(), "2 prices read, 2 changed, 1 left out");
    let counts = ["models", "changed", "skipped"].map(|name| synced.ok()[name].clone());
    assert_eq!(json!(counts), json!([2, 2, 1]));
    assert_eq!(synced.ok()["left_out"][0]["model"], json!("c"));
    assert_eq!(input_rates(&root).await, json!([["a", 1_000_000], ["b", 1_000_000]]));
    let effective = root.get("/api/price/effective?model=a&provider_id=1").await;
    assert_eq!(effective.ok()["cost"]["source"], json!("provider"));
    let again = root.post("/api/provider/1/prices/sync/", json!({})).await;
    assert_eq!(again.ok()["changed"], json!(0));
    site.set_clock(NOW_MS + 60_000);
    let changed = root.post("/api/provider/1/prices/sync", json!({})).await;
    // `a` costs something else, `b` is gone, `d` is new.
    assert_eq!(changed.ok()["changed"], json!(3));
    assert_eq!(input_rates(&root).await, json!([["a", 3_000_000], ["a", 1_000_000], ["d", 1_000_000]]));
}

#[tokio::test]
async fn an_answer_that_is_refused_partial_or_malformed_changes_nothing_and_says_why() {
    let bad_row = row("a", -1.0);
    let refusals = [
        (200, json!({"success": false, "message": "no access", "data": []}), "no access"),
        (200, json!({"success": true, "data": []}), "no price"),
        (200, json!("hello"), "not a list of prices"),
        (503, json!({"message": "down for repair"}), "503: down for repair"),
        (302, json!({}), "302"),
        (200, answer(&[row("z", 1.0), bad_row]).1, "`a` is malformed"),
        (200, json!({"data": [row("z", 1.0)], "group_ratio": {"default": 1}}), "`vip`"),
        (200, answer(&[row(&"m".repeat(300), 1.0)]).1, "model"),
    ];
    let mut answers = vec![answer(&[row("a", 1.0)])];
    answers.extend(refusals.iter().map(|(status, body, _)| (*status, body.clone())));
    let (_site, root) = with_publisher(&answers).await;
    root.post("/api/provider/1/prices/sync", json!({})).await.ok();
    for (_, _, reason) in refusals {
        let refused = root.post("/api/provider/1/prices/sync", json!({})).await;
        assert_eq!(refused.failure(), (502, "upstream_failed"));
        assert!(refused.message().contains(reason), "{}", refused.message());
        assert_eq!(input_rates(&root).await, json!([["a", 1_000_000]]));
    }
}

#[tokio::test]
async fn a_secret_is_not_shown_and_a_site_that_is_away_is_named() {
    let (_site, root) = with_publisher(&[]).await;
    root.put("/api/provider/", json!({"id": 1, "user_id": 8})).await.ok();
    let refused = root.post("/api/provider/1/prices/sync", json!({})).await;
    assert!(refused.message().ends_with("401: who are you, ****?"), "{}", refused.message());
    root.put("/api/provider/", json!({"id": 1, "base_url": "http://127.0.0.1:1"})).await.ok();
    let away = root.post("/api/provider/1/prices/sync", json!({})).await;
    assert_eq!(away.failure(), (502, "upstream_failed"));
    assert!(away.message().contains("could not be reached"));
    root.post("/api/provider/", json!({"name": "bare", "base_url": "http://127.0.0.1:1"})).await.ok();
    assert_eq!(root.post("/api/provider/2/prices/sync", json!({})).await.failure(), (409, "conflict"));
}
