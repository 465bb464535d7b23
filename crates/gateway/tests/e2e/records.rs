//! Records survive the end of the process, and changes of the configuration are live at once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Pace, Script, Upstream};

use crate::client::Answer;
use crate::gateway::{Gateway, KEY, eventually, provider};
use crate::samples::Dialect;

/// How soon a change must be in force.
const LIVE_WITHIN: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_loses_no_record() {
    let pace = Pace { before_body_ms: 30, ..Pace::default() };
    let upstream = Upstream::start(Kind::OpenAi, Script::new(pace.into())).await.unwrap();
    // Records wait long enough that most of them are still in memory when the signal comes.
    let mut gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!(["m"]))],
        "records": {"batch_ms": 60_000, "batch_rows": 1_000},
    }))
    .await;
    let client = crate::client::plain_client();
    let (url, answered) = (gateway.url("/v1/chat/completions"), Arc::new(AtomicUsize::new(0)));
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..40 {
        let (client, url, answered) = (client.clone(), url.clone(), Arc::clone(&answered));
        calls.spawn(async move {
            let mut ids = Vec::new();
            // 500 calls and more; they end when nobody listens any more.
            for _ in 0..200 {
                let body = Dialect::Chat.request("m", number % 2 == 0);
                let Ok(response) = client.post(&url).bearer_auth(KEY).json(&body).send().await else { break };
                let got = Answer::of(response).await;
                assert_eq!(got.status, 200, "{}", got.text());
                ids.push(got.call().to_owned());
                answered.fetch_add(1, Ordering::Relaxed);
            }
            ids
        });
    }
    eventually("500 answers", async || (answered.load(Ordering::Relaxed) >= 500).then_some(())).await;
    gateway.terminate();
    let ids: Vec<String> = calls.join_all().await.into_iter().flatten().collect();
    gateway.wait_for_exit().await;
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "every call has an id of its own");
    assert!(ids.len() >= 500);
    gateway.expect_records(ids.len());
    gateway.finish().await;
}

#[tokio::test]
async fn a_stream_under_way_is_finished_before_the_process_ends() {
    let pace = Pace { between_chunks_ms: 50, chunks: Some(20), ..Pace::default() };
    let upstream = Upstream::start(Kind::OpenAi, Script::new(pace.into())).await.unwrap();
    let mut gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", true).to_string());
    let response = gateway.open(request).await;
    gateway.terminate();
    let got = Answer::of(response).await;
    assert!(got.text().ends_with("data: [DONE]\n\n"), "{}", got.text());
    gateway.wait_for_exit().await;
    gateway.finish().await;
}

/// Calls until `is_wanted`; returns how long it took since the call before.
async fn takes(gateway: &Gateway, key: &str, is_wanted: impl Fn(&Answer) -> bool) -> Duration {
    let began = Instant::now();
    eventually("the change to be in force", async || {
        let request = gateway.bare(Method::GET, "/v1/models").bearer_auth(key);
        let got = gateway.turned_away(request).await;
        is_wanted(&got).then_some(())
    })
    .await;
    began.elapsed()
}

#[tokio::test]
async fn changes_of_keys_are_live_within_a_second() {
    let gateway = Gateway::before(Vec::new()).await;
    let key = gateway.make_key("laptop").await;
    assert!(takes(&gateway, &key, |got| got.status == 200).await < LIVE_WITHIN);
    let listed = gateway.admin(Method::GET, "/api/agg-token/", None).await.json();
    let id =
        listed["data"]["items"].as_array().unwrap().iter().find(|key| key["name"] == "laptop").unwrap()["id"].clone();
    let change = async |change: Value| {
        let body = crate::gateway::with(json!({"id": id}), change);
        let changed = gateway.admin(Method::PUT, "/api/agg-token/", Some(body)).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
    };
    change(json!({"status": 2})).await;
    assert!(takes(&gateway, &key, |got| got.status == 401).await < LIVE_WITHIN);
    change(json!({"status": 1})).await;
    assert!(takes(&gateway, &key, |got| got.status == 200).await < LIVE_WITHIN);
    change(json!({"allow_ips": "192.0.2.0/24"})).await;
    assert!(takes(&gateway, &key, |got| got.status == 403).await < LIVE_WITHIN);
    change(json!({"allow_ips": "", "expired_time": 1})).await;
    assert!(takes(&gateway, &key, |got| got.status == 401).await < LIVE_WITHIN);
    change(json!({"expired_time": -1})).await;
    assert!(takes(&gateway, &key, |got| got.status == 200).await < LIVE_WITHIN);
    let deleted = gateway.admin(Method::DELETE, &format!("/api/agg-token/{id}"), None).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text());
    assert!(takes(&gateway, &key, |got| got.status == 401).await < LIVE_WITHIN);
    gateway.finish().await;
}

#[tokio::test]
async fn a_refused_call_is_recorded_with_its_reason_and_without_usage() {
    let gateway = Gateway::before(Vec::new()).await;
    let body = Dialect::Chat.request("nobody-has-this", false).to_string();
    let got = gateway.call(gateway.post("/v1/chat/completions", body)).await;
    let record = gateway.record(got.call()).await;
    let told = (&record["outcome"], &record["error_message"], &record["status_code"], &record["status"]);
    assert_eq!(told, (&json!("refused"), &json!("model_not_found"), &json!(404), &json!(0)));
    assert_eq!((&record["attempts"], &record["usage_source"]), (&json!([]), &json!("missing")));
    assert_eq!(record["provider_id"], Value::Null);
    gateway.finish().await;
}
