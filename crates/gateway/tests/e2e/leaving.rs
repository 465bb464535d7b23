//! Clients that leave: the upstream learns of it at once, and what was seen until then is recorded.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sluice_testkit::{Act, Answer, Pace, Script, Upstream};

use crate::client::{call_of, client_builder};
use crate::gateway::{Gateway, KEY, provider};
use crate::samples::Dialect;

/// How soon an upstream must know. The best of a few tries counts: a busy machine is not the gateway's fault.
const AT_ONCE: Duration = Duration::from_millis(100);
const TRIES: usize = 5;

async fn talkative(dialect: Dialect) -> Upstream {
    let pace = Pace { between_chunks_ms: 20, chunks: Some(2_000), ..Pace::default() };
    Upstream::start(dialect.kind(), Script::new(pace.into())).await.unwrap()
}

fn assert_abandoned(dialect: Dialect, record: &Value) {
    let told = (&record["outcome"], &record["error_message"], &record["status_code"]);
    assert_eq!(told, (&json!("abandoned"), &json!("client_left"), &json!(200)), "{dialect:?}");
    let usage = &record["usage"];
    assert!(usage["input"].as_u64().unwrap() > 0 && usage["output"].as_u64().unwrap() > 0, "{dialect:?}: {record}");
    assert_eq!(record["usage_source"], "estimated", "{dialect:?}");
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_frees_the_upstream_and_pays_for_what_it_saw() {
    for dialect in Dialect::ALL {
        let upstream = talkative(dialect).await;
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        let mut delays = Vec::new();
        for tries in 1..=TRIES {
            let request = gateway.post(&dialect.path("m", true), dialect.request("m", true).to_string());
            let mut response = gateway.open(request.header("anthropic-version", "2023-06-01")).await;
            let call = call_of(&response);
            let mut seen = Vec::new();
            while seen.iter().filter(|&&byte| byte == b'x').count() < 100 {
                seen.extend(response.chunk().await.unwrap().unwrap());
            }
            let left = Instant::now();
            drop(response);
            let cancelled = upstream.wait_for_cancellations(tries).await;
            delays.push(cancelled[tries - 1].instant.saturating_duration_since(left));
            assert_abandoned(dialect, &gateway.record(&call).await);
        }
        assert!(*delays.iter().min().unwrap() < AT_ONCE, "{delays:?}");
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_client_that_leaves_before_the_answer_frees_the_upstream() {
    for (name, act) in [
        ("before the head", Act::from(Answer::Hang)),
        ("before the body", Act::from(Pace { before_body_ms: 600_000, ..Pace::default() })),
    ] {
        let upstream = Upstream::start(Dialect::Chat.kind(), Script::new(act)).await.unwrap();
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        let mut delays = Vec::new();
        for tries in 1..=TRIES {
            let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", true).to_string());
            gateway.expect_records(1);
            let calling = tokio::spawn(request.send());
            upstream.wait_for_requests(tries).await;
            let left = Instant::now();
            calling.abort();
            let cancelled = upstream.wait_for_cancellations(tries).await;
            delays.push(cancelled[tries - 1].instant.saturating_duration_since(left));
        }
        assert!(*delays.iter().min().unwrap() < AT_ONCE, "{name}: {delays:?}");
        let record = gateway.newest_record().await;
        let told = (&record["outcome"], &record["error_message"], &record["attempts"][0]["error"]);
        assert_eq!(told, (&json!("abandoned"), &json!("client_left"), &json!("client_left")), "{name}: {record}");
        assert_eq!(record["request_model_original"], "m");
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_stream_of_http2_that_is_reset_frees_the_upstream_and_leaves_the_others_alone() {
    let upstream = talkative(Dialect::Chat).await;
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let client = client_builder().http2_prior_knowledge().build().unwrap();
    let open = || {
        gateway.expect_records(1);
        let request = client.post(gateway.url("/v1/chat/completions")).bearer_auth(KEY);
        request.json(&Dialect::Chat.request("m", true)).send()
    };
    let (mut stays, mut leaves) = (open().await.unwrap(), open().await.unwrap());
    let call = call_of(&leaves);
    let mut seen = 0;
    while seen < 2_000 {
        seen += leaves.chunk().await.unwrap().unwrap().len();
    }
    let left = Instant::now();
    drop(leaves);
    let cancelled = upstream.wait_for_cancellations(1).await;
    let delay = cancelled[0].instant.saturating_duration_since(left);
    assert!(delay < Duration::from_secs(1), "{delay:?}");
    assert_abandoned(Dialect::Chat, &gateway.record(&call).await);
    for _ in 0..5 {
        assert!(!stays.chunk().await.unwrap().unwrap().is_empty());
    }
    assert_eq!(upstream.cancellations().len(), 1);
    drop(stays);
    upstream.wait_for_cancellations(2).await;
    gateway.finish().await;
}

#[tokio::test]
async fn a_client_that_leaves_after_the_last_event_has_a_complete_call() {
    // The stream is told to its end, but the connection's own end does not come.
    let act = Act::bytes("text/event-stream", Dialect::Chat.stream());
    let act = act.with_cut(sluice_testkit::Cut::HangAfterChunks { chunks: 1 });
    let upstream = Upstream::start(Dialect::Chat.kind(), Script::new(act)).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", true).to_string());
    let mut response = gateway.open(request).await;
    let call = call_of(&response);
    let mut seen = Vec::new();
    while !seen.ends_with(b"[DONE]\n\n") {
        seen.extend(response.chunk().await.unwrap().unwrap());
    }
    drop(response);
    let record = gateway.record(&call).await;
    assert_eq!((&record["outcome"], &record["usage_source"]), (&json!("complete"), &json!("reported")), "{record}");
    gateway.finish().await;
}
