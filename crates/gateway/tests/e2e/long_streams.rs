//! Streams that are longer than what is reserved at first: they go on while there is money, and are cut when there is
//! none, in the grammar of their dialect.

use serde_json::{Value, json};
use sluice_domain::id::CallId;
use sluice_testkit::{Act, Kind as Vendor, Pace, Script, Upstream};

use crate::client::Answer;
use crate::gateway::Gateway;
use crate::samples::Dialect;
use crate::tariff::{BILLED, MODEL, ask, assert_charged_for_usage, gateway_before, price_of};
use crate::torn_streams::assert_error_event;

const FACTOR: &[u64] = &[1_500_000];
/// What is reserved of a stream's answer at a time, tokens.
const STEP: u64 = 8_192;
/// Much more than one step, and less than what a model is taken to write at most.
const CHUNKS: usize = 1_600;
const CHUNK_BYTES: usize = 64;

async fn talkative(dialect: Dialect, between_chunks_ms: u64) -> Upstream {
    let pace = Pace { between_chunks_ms, chunks: Some(CHUNKS), chunk_bytes: Some(CHUNK_BYTES), ..Pace::default() };
    Upstream::start(dialect.kind(), Script::new(pace.into())).await.unwrap()
}

async fn listen(dialect: Dialect, gateway: &Gateway) -> Answer {
    let mut body = dialect.request(MODEL, true);
    if dialect == Dialect::Messages {
        body["max_tokens"] = json!(32_000);
    }
    gateway.call(ask(gateway, dialect, BILLED, &body)).await
}

/// What the first step and the request reserve together, at most.
fn first_hold(dialect: Dialect) -> i64 {
    price_of(dialect.request(MODEL, true).to_string().len() as u64 / 3 + 20, STEP, FACTOR)
}

#[tokio::test]
async fn a_long_stream_goes_on_while_there_is_money() {
    for dialect in Dialect::ALL {
        let upstream = talkative(dialect, 0).await;
        let gateway = gateway_before(&[&upstream]).await;
        let paid_in = 10 * first_hold(dialect);
        gateway.pay_in("billed", paid_in).await;
        let got = listen(dialect, &gateway).await;
        let record = gateway.record(got.call()).await;
        assert_eq!((got.status, &record["outcome"]), (200, &json!("complete")), "{dialect:?}: {record}");
        assert!(record["usage"]["output"].as_u64().unwrap() > STEP, "{record}");
        let charged = assert_charged_for_usage(&record, FACTOR);
        assert_eq!(gateway.settled_balance("billed").await, paid_in - charged, "{dialect:?}");
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_long_stream_is_cut_when_nothing_is_left_to_pay_for_more() {
    for dialect in Dialect::ALL {
        // Slowly, so that it is still at it when the stream is cut.
        let upstream = talkative(dialect, 1).await;
        let gateway = gateway_before(&[&upstream]).await;
        let paid_in = first_hold(dialect) + 1_000;
        gateway.pay_in("billed", paid_in).await;
        let got = listen(dialect, &gateway).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert_error_event(dialect, got.text(), "insufficient_funds");
        upstream.wait_for_cancellations(1).await;
        let record = gateway.record(got.call()).await;
        let told = (&record["outcome"], &record["error_message"]);
        assert_eq!(told, (&json!("broken"), &json!("insufficient_funds")), "{dialect:?}: {record}");
        let charged = assert_charged_for_usage(&record, FACTOR);
        assert!((1..=paid_in).contains(&charged), "{dialect:?}: {charged} of {paid_in}");
        assert_eq!(gateway.settled_balance("billed").await, paid_in - charged, "{dialect:?}");
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_charge_above_what_was_reserved_is_taken_and_shown() {
    let usage = json!({"prompt_tokens": 5, "completion_tokens": 50_000, "total_tokens": 50_005});
    let answer = json!({"id": "c", "object": "chat.completion", "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}], "usage": usage});
    let act = Act::bytes("application/json", answer.to_string());
    let upstream = Upstream::start(Vendor::OpenAi, Script::new(act)).await.unwrap();
    let gateway = gateway_before(&[&upstream]).await;
    let mut body = Dialect::Chat.request(MODEL, false);
    body["max_tokens"] = json!(10);
    let paid_in = 2_000;
    gateway.pay_in("billed", paid_in).await;
    let got = gateway.call(ask(&gateway, Dialect::Chat, BILLED, &body)).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let record = gateway.record(got.call()).await;
    let charged = assert_charged_for_usage(&record, FACTOR);
    assert_eq!(charged, price_of(5, 50_000, FACTOR));
    let balance = gateway.settled_balance("billed").await;
    assert_eq!(balance, paid_in - charged);
    assert!(balance < 0);
    let refused = gateway.call(ask(&gateway, Dialect::Chat, BILLED, &body)).await;
    assert_eq!(refused.status, 402, "{}", refused.text());
    let store = gateway.store().await;
    let receipt = store.find_receipt(CallId(got.call().parse().unwrap())).await.unwrap().unwrap();
    let receipt: Value = serde_json::from_str(&receipt).unwrap();
    let held = receipt["held"].as_i64().unwrap_or_else(|| panic!("no hold in {receipt}"));
    assert!((1..=paid_in).contains(&held) && held < charged, "{receipt}");
    store.close().await.unwrap();
    gateway.finish().await;
}
