//! A process that is killed without warning loses no record and doubles none.

use std::collections::HashSet;
use std::sync::Arc;

use reqwest::Method;
use serde_json::json;
use sluice_testkit::{Kind, Pace, Script, Upstream};
use tokio::sync::Mutex;

use crate::gateway::{Gateway, KEY, eventually, provider};
use crate::samples::Dialect;

/// Times that the process is killed; `make crash` does many more.
const ROUNDS: usize = 3;
const CLIENTS: usize = 20;

/// What the clients saw: ids of the calls that were answered to their end, and of those that were begun.
#[derive(Default)]
struct Seen {
    answered: HashSet<String>,
    begun: HashSet<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_has_recorded_every_call_that_was_answered() {
    let rounds = std::env::var("CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let pace = Pace { before_body_ms: 3, between_chunks_ms: 2, chunks: Some(4), ..Pace::default() };
    let upstream = Upstream::start(Kind::OpenAi, Script::new(pace.into())).await.unwrap();
    let mut gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    gateway.admin(Method::GET, "/api/user/self", None).await;
    let seen = Arc::new(Mutex::new(Seen::default()));
    for round in 0..rounds {
        let mut clients = tokio::task::JoinSet::new();
        let answered_before = seen.lock().await.answered.len();
        for number in 0..CLIENTS {
            clients.spawn(call_until_it_dies(gateway.url("/v1/chat/completions"), number % 2 == 0, Arc::clone(&seen)));
        }
        let wanted = answered_before + 40 + 17 * (round % 5);
        eventually("answers", async || (seen.lock().await.answered.len() >= wanted).then_some(())).await;
        gateway.kill_and_restart().await;
        clients.join_all().await;
    }
    let seen = seen.lock().await;
    for id in &seen.answered {
        assert_eq!(gateway.record(id).await["outcome"], "complete", "call {id}");
    }
    for id in &seen.begun {
        gateway.record(id).await;
    }
    // A call that was under way may have a record although its client saw nothing, but the upstream never has more.
    let records = eventually("all records", async || {
        let page = gateway.admin(Method::GET, "/api/log/?p=0&page_size=1", None).await;
        page.json()["data"]["total"].as_u64()
    })
    .await;
    let requests = upstream.requests().len() as u64;
    assert!(records >= requests, "{records} records of {requests} calls that the upstream saw");
    assert!(records <= requests + (rounds * CLIENTS) as u64, "{records} records of {requests} calls");
    gateway.expect_records(usize::try_from(records).unwrap());
    gateway.finish().await;
}

async fn call_until_it_dies(url: String, streams: bool, seen: Arc<Mutex<Seen>>) {
    let client = crate::client::plain_client();
    loop {
        let body = Dialect::Chat.request("m", streams);
        let Ok(response) = client.post(&url).bearer_auth(KEY).json(&body).send().await else { return };
        let id = response.headers()["x-sluice-call"].to_str().unwrap().to_owned();
        seen.lock().await.begun.insert(id.clone());
        let Ok(bytes) = response.bytes().await else { return };
        if !streams || bytes.ends_with(b"data: [DONE]\n\n") {
            seen.lock().await.answered.insert(id);
        }
    }
}
