//! Discovery of models against a small upstream.

use super::*;
use axum::extract::State;
use axum::routing::get;
use parking_lot::Mutex;
use std::collections::VecDeque;

type Answers = Arc<Mutex<VecDeque<(u16, String)>>>;

/// An upstream that gives these answers in turn to callers with the right credential.
async fn upstream(answers: &[(u16, Value)]) -> String {
    async fn answer(State(answers): State<Answers>, headers: HeaderMap) -> (StatusCode, String) {
        if headers.get("authorization").is_none_or(|value| value != "Bearer sk-right-credential") {
            let echo = json!({"error": {"message": "no such key: sk-wrong-credential"}});
            return (StatusCode::UNAUTHORIZED, echo.to_string());
        }
        let (status, body) = answers.lock().pop_front().unwrap();
        (StatusCode::from_u16(status).unwrap(), body)
    }
    let answers: VecDeque<_> = answers.iter().map(|(status, body)| (*status, body.to_string())).collect();
    let answers: Answers = Arc::new(Mutex::new(answers));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/v1/models", get(answer)).with_state(answers);
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

async fn with_upstream(answers: &[(u16, Value)]) -> (Site, Client) {
    let (site, root) = Site::ready().await;
    let body = json!({"name": "p", "base_url": upstream(answers).await, "key": "sk-right-credential", "weight": 4});
    root.post("/api/provider/", body).await.ok();
    (site, root)
}

async fn models(root: &Client) -> Value {
    root.get("/api/route/models").await.ok().clone()
}

#[tokio::test]
async fn routes_follow_the_upstreams_list_and_hand_made_ones_stay() {
    let first = json!({"data": [{"id": "a"}, {"id": "b"}]});
    let second = json!({"data": [{"id": "b"}, {"id": "c"}]});
    let (_site, root) = with_upstream(&[(200, first), (200, second)]).await;
    let found = root.post("/api/provider/1/models", json!({})).await;
    let counts = ["models", "added", "removed", "kept"].map(|name| found.ok()["credentials"][0][name].clone());
    assert_eq!(json!(counts), json!([["a", "b"], 2, 0, 0]));
    let routes = root.get("/api/route/").await;
    assert_eq!((&routes.ok()["items"][0]["weight"], &routes.ok()["items"][0]["manual"]), (&json!(4), &json!(false)));
    let off = routes.ok()["items"][1]["id"].clone();
    root.put(&format!("/api/route/{off}"), json!({"enabled": false})).await.ok();
    root.post("/api/route/", json!({"model_name": "mine", "provider_token_id": 1})).await.ok();
    let again = root.post("/api/provider/1/sync/", json!({})).await;
    let counts = ["added", "removed", "kept"].map(|name| again.ok()["credentials"][0][name].clone());
    assert_eq!(json!(counts), json!([1, 1, 2]));
    // `b` was switched off by hand and stays so.
    assert_eq!(models(&root).await, json!(["c", "mine"]));
}

#[tokio::test]
async fn an_answer_that_is_no_list_changes_nothing_and_says_why() {
    let good = json!({"data": [{"id": "a"}]});
    let refusals = [
        (200, json!({"success": false, "message": "quota exhausted", "data": []}), "quota exhausted"),
        (200, json!({"data": []}), "no models"),
        (200, json!("hello"), "not a list"),
        (503, json!({"error": {"message": "down for repair"}}), "503: down for repair"),
        (302, json!({}), "302"),
    ];
    let mut answers = vec![(200, good)];
    answers.extend(refusals.iter().map(|(status, body, _)| (*status, body.clone())));
    let (_site, root) = with_upstream(&answers).await;
    root.post("/api/provider/1/models", json!({})).await.ok();
    for (_, _, reason) in refusals {
        let refused = root.post("/api/provider/1/models", json!({})).await;
        assert_eq!(refused.failure(), (502, "upstream_failed"));
        assert!(refused.message().contains(reason), "{}", refused.message());
        assert_eq!(models(&root).await, json!(["a"]));
    }
}

#[tokio::test]
async fn one_bad_credential_does_not_spoil_the_other_and_is_not_shown() {
    let (_site, root) = with_upstream(&[(200, json!({"data": [{"id": "a"}]}))]).await;
    root.post("/api/provider/1/tokens", json!({"name": "bad", "key": "sk-wrong-credential"})).await.ok();
    let found = root.post("/api/provider/1/models", json!({})).await;
    let error = found.ok()["credentials"][1]["error"].as_str().unwrap();
    assert_eq!(error, "the upstream answered 401: no such key: ****");
    assert_eq!(models(&root).await, json!(["a"]));
}

#[tokio::test]
async fn pages_of_a_list_are_read_to_the_end() {
    let first = json!({"data": [{"id": "a"}], "has_more": true, "last_id": "a"});
    let (_site, root) = with_upstream(&[(200, first), (200, json!({"data": [{"id": "b"}]}))]).await;
    root.post("/api/provider/1/models", json!({})).await.ok();
    assert_eq!(models(&root).await, json!(["a", "b"]));
}

#[tokio::test]
async fn without_a_credential_or_an_upstream_the_answer_says_so() {
    let (_site, root) = Site::ready().await;
    let gone = json!({"name": "gone", "base_url": "http://127.0.0.1:1", "key": "sk-right-credential"});
    root.post("/api/provider/", gone).await.ok();
    let refused = root.post("/api/provider/1/models", json!({})).await;
    assert_eq!(refused.failure(), (502, "upstream_failed"));
    assert!(refused.message().contains("could not be reached"));
    root.post("/api/provider/", json!({"name": "bare", "base_url": "http://127.0.0.1:1"})).await.ok();
    assert_eq!(root.post("/api/provider/2/models", json!({})).await.failure(), (409, "conflict"));
}
