//! Clients that leave between an answer's last word and its usage: reasoning that nobody saw is paid for, and an upstream
//! that tells nothing more is not waited for.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sluice_testkit::{Act, Answer, Cut, Kind, Piece, Raw, Script, Upstream};

use crate::client::call_of;
use crate::gateway::Gateway;
use crate::samples::Dialect;
use crate::tariff::{BILLED, MODEL, ask, gateway_before, price_of};

const PAID_IN: i64 = 1_000_000_000;
/// How long the upstream takes for its usage, after the client has gone.
const LATER_MS: u64 = 300;
/// How long the gateway waits for a usage that does not come, with what a busy machine needs.
const WAITS: std::ops::Range<Duration> = Duration::from_millis(900)..Duration::from_secs(4);

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}

/// A few words and how they ended.
fn answer() -> String {
    let choice =
        |delta: Value, reason: Value| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
    let words = choice(json!({"role": "assistant", "content": "It is blue."}), Value::Null);
    event(&words) + &event(&choice(json!({}), json!("stop")))
}

fn usage() -> String {
    let details = json!({"reasoning_tokens": 900});
    let usage = json!({"prompt_tokens": 20, "completion_tokens": 904, "completion_tokens_details": details});
    event(&json!({"choices": [], "usage": usage}))
}

/// Sends the pieces and then nothing.
fn hanging(pieces: &[(u64, String)]) -> Act {
    let piece = |(delay_ms, text): &(u64, String)| Piece { delay_ms: *delay_ms, bytes: text.clone().into() };
    let raw = Raw { content_type: "text/event-stream".to_owned(), pieces: pieces.iter().map(piece).collect() };
    Act::from(Answer::Raw(raw)).with_cut(Cut::HangAfterChunks { chunks: pieces.len() })
}

/// Reads until the answer has ended, leaves, and returns the record and how long it took until the upstream knew.
async fn leave_after_last_word(upstream: &Upstream, gateway: &Gateway) -> (Value, Duration) {
    let mut response = gateway.open(ask(gateway, Dialect::Chat, BILLED, &Dialect::Chat.request(MODEL, true))).await;
    let call = call_of(&response);
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("\"stop\"") {
        seen.extend(response.chunk().await.unwrap().unwrap());
    }
    let left = Instant::now();
    drop(response);
    let cancelled = upstream.wait_for_cancellations(1).await;
    (gateway.record(&call).await, cancelled[0].instant.saturating_duration_since(left))
}

async fn prepared(act: Act) -> (Upstream, Gateway) {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = gateway_before(&[&upstream]).await;
    gateway.pay_in("billed", PAID_IN).await;
    upstream.set_script(Script::new(act));
    (upstream, gateway)
}

#[tokio::test]
async fn hidden_reasoning_is_paid_for_by_a_client_that_leaves_before_the_usage() {
    let (upstream, gateway) = prepared(hanging(&[(0, answer()), (LATER_MS, usage())])).await;
    let (record, delay) = leave_after_last_word(&upstream, &gateway).await;
    let told = (&record["outcome"], &record["usage_source"], &record["usage"]["reasoning"]);
    assert_eq!(told, (&json!("complete"), &json!("reported"), &json!(900)), "{record}");
    let charge = price_of(20, 904, &[1_500_000]);
    assert_eq!(record["charged_micros"], json!(charge));
    // It is closed as soon as the usage is there, though the upstream goes on.
    assert!(delay < WAITS.start, "{delay:?}");
    assert_eq!(gateway.settled_balance("billed").await, PAID_IN - charge);
    gateway.finish().await;
}

#[tokio::test]
async fn an_upstream_that_never_tells_its_usage_is_not_waited_for_longer_than_a_moment() {
    let (upstream, gateway) = prepared(hanging(&[(0, answer())])).await;
    let (record, delay) = leave_after_last_word(&upstream, &gateway).await;
    assert_eq!((&record["outcome"], &record["usage_source"]), (&json!("complete"), &json!("estimated")), "{record}");
    assert!(WAITS.contains(&delay), "{delay:?}");
    gateway.finish().await;
}

#[tokio::test]
async fn an_upstream_that_goes_on_and_on_without_its_usage_is_closed() {
    let comment = format!(": {}\n\n", "x".repeat(16 * 1024));
    let mut pieces = vec![(0, answer())];
    pieces.extend((0..8).map(|_| (20, comment.clone())));
    let (upstream, gateway) = prepared(hanging(&pieces)).await;
    let (record, delay) = leave_after_last_word(&upstream, &gateway).await;
    assert_eq!(record["usage_source"], "estimated", "{record}");
    assert!(delay < WAITS.start, "{delay:?}");
    gateway.finish().await;
}
