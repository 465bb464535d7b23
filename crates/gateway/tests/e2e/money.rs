//! Calls that somebody pays for: what they may cost is reserved, what they cost is charged, once.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

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
    assert_eq!(gateway.settled_balance("billed").await, 10_000_000 - charged);
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
    assert_eq!(gateway.settled_balance("billed").await, 10_000_000);
    gateway.finish().await;
}
