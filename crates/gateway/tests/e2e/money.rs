//! Calls that somebody pays for: what they may cost is reserved, what they cost is charged, once.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Pace, Script, Upstream};

use crate::gateway::{Gateway, KEY, eventually, provider};
use crate::samples::Dialect;

pub(crate) const BILLED: &str = "ag-billed-billed-billed-billed";
pub(crate) const MODEL: &str = "gpt-4o";

pub(crate) async fn billed_gateway(upstream: &Upstream) -> Gateway {
    Gateway::start(json!({
        "providers": [provider("p", upstream, json!([MODEL, "model-that-nobody-prices"]))],
        "keys": [
            {"name": "main", "secret": KEY},
            {"name": "billed", "secret": BILLED, "billed": true, "multiplier": "1.5"},
        ],
    }))
    .await
}

fn ask(gateway: &Gateway, body: &Value) -> reqwest::RequestBuilder {
    gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(BILLED).json(body)
}

/// Waits until everything that was borrowed is given back, and returns what is left.
async fn settled_balance(gateway: &Gateway) -> i64 {
    eventually("the leases to be given back", async || {
        let account = gateway.account_of_key("billed").await;
        (account["leased_micros"] == 0).then(|| account["posted_micros"].as_i64().unwrap())
    })
    .await
}

#[tokio::test]
async fn a_call_is_charged_at_cost_times_the_factor_of_its_key() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = billed_gateway(&upstream).await;
    gateway.pay_in("billed", 10_000_000).await;
    let mut charged = 0;
    for is_stream in [false, true] {
        let got = gateway.call(ask(&gateway, &Dialect::Chat.request(MODEL, is_stream))).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let record = gateway.record(got.call()).await;
        let cost = record["cost_micros"].as_i64().unwrap();
        let charge = record["charged_micros"].as_i64().unwrap();
        assert!(cost > 0 && charge >= cost * 3 / 2 && charge <= cost * 3 / 2 + 2, "{cost} {charge}");
        charged += charge;
    }
    assert_eq!(settled_balance(&gateway).await, 10_000_000 - charged);
    gateway.finish().await;
}

#[tokio::test]
async fn without_money_no_upstream_is_called() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = billed_gateway(&upstream).await;
    let refused = gateway.call(ask(&gateway, &Dialect::Chat.request(MODEL, false))).await;
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (402, Some("insufficient_funds")));
    assert!(refused.text().contains("top it up"), "{}", refused.text());
    gateway.pay_in("billed", 10_000_000).await;
    let got = eventually("the money to be seen", async || {
        let got = gateway.call(ask(&gateway, &Dialect::Chat.request(MODEL, false))).await;
        (got.status == 200).then_some(got)
    })
    .await;
    assert_eq!(gateway.record(got.call()).await["outcome"], "complete");
    assert_eq!(upstream.requests().len(), 1);
    gateway.finish().await;
}

#[tokio::test]
async fn a_model_without_a_price_fails_closed_for_those_who_pay() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = billed_gateway(&upstream).await;
    gateway.pay_in("billed", 10_000_000).await;
    let body = Dialect::Chat.request("model-that-nobody-prices", false);
    let refused = gateway.call(ask(&gateway, &body)).await;
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (403, Some("model_unpriced")));
    assert!(refused.text().contains("model-that-nobody-prices"), "{}", refused.text());
    let free = gateway.call(gateway.post("/v1/chat/completions", body.to_string())).await;
    let record = gateway.record(free.call()).await;
    assert_eq!((free.status, &record["cost_micros"]), (200, &Value::Null), "{record}");
    assert_eq!(settled_balance(&gateway).await, 10_000_000);
    gateway.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_calls_at_once_on_money_for_two_hundred() {
    let pace = Pace { before_body_ms: 4_000, ..Pace::default() };
    let upstream = Upstream::start(Kind::OpenAi, Script::new(pace.into())).await.unwrap();
    let gateway = Arc::new(billed_gateway(&upstream).await);
    let mut body = Dialect::Chat.request(MODEL, false);
    body["max_tokens"] = json!(100);
    // What one call reserves: its input at 2.5 and 100 tokens at 10 micros, times 1.5.
    let input = body.to_string().len() as u64 / 3 + 1;
    let bound = i64::try_from(((input * 25 + 100 * 100) * 15).div_ceil(100)).unwrap();
    gateway.pay_in("billed", 200 * bound).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..2_000 {
        let (gateway, body) = (Arc::clone(&gateway), body.clone());
        calls.spawn(async move { gateway.call(ask(&gateway, &body)).await });
    }
    let answers = calls.join_all().await;
    let paid: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(answers.iter().all(|answer| [200, 402].contains(&answer.status)));
    assert_eq!(paid.len(), upstream.requests().len());
    assert!((150..=200).contains(&paid.len()), "{} calls were admitted", paid.len());
    let mut charged = 0;
    for answer in &paid {
        charged += gateway.record(answer.call()).await["charged_micros"].as_i64().unwrap();
    }
    assert_eq!(settled_balance(&gateway).await, 200 * bound - charged);
    Arc::into_inner(gateway).unwrap().finish().await;
}
