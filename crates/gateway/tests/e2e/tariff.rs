//! A price that tests state themselves, so that they can work out what a call has to cost.

use serde_json::{Value, json};
use sluice_domain::clock::Timestamp;
use sluice_domain::price::{Class, Price, PriceEntry, PricePurpose, PriceSource, Rates, Scope};
use sluice_store::NewPrice;
use sluice_testkit::Upstream;

use crate::client::Answer;
use crate::gateway::{Gateway, KEY, provider};
use crate::samples::Dialect;

pub(crate) const MODEL: &str = "priced-by-hand";
/// Micros for a million tokens.
const INPUT: u64 = 3_000_000;
const OUTPUT: u64 = 15_000_000;

/// Pays from its own balance, half as much again as the price.
pub(crate) const BILLED: &str = "ag-billed-billed-billed-billed";

/// A gateway with a key that pays, in front of these upstreams.
pub(crate) async fn gateway_before(upstreams: &[&Upstream]) -> Gateway {
    let providers: Vec<Value> = upstreams
        .iter()
        .zip(["p", "q", "r"])
        .map(|(upstream, name)| provider(name, upstream, json!([MODEL])))
        .collect();
    let mut gateway = Gateway::start(json!({
        "providers": providers,
        "keys": [
            {"name": "main", "secret": KEY},
            {"name": "billed", "secret": BILLED, "billed": true, "multiplier": "1.5"},
        ],
    }))
    .await;
    state_price(&mut gateway).await;
    gateway
}

/// States the price and makes the gateway know it.
pub(crate) async fn state_price(gateway: &mut Gateway) {
    let store = gateway.store().await;
    let rates = Rates::default().with(Class::Input, INPUT).with(Class::Output, OUTPUT);
    let entry = PriceEntry {
        model: MODEL.to_owned(),
        scope: Scope::Any,
        source: PriceSource::Operator,
        effective_from: Timestamp(0),
        disputed: false,
        price: Price::flat(rates),
    };
    let new = NewPrice { purpose: PricePurpose::Cost, entry, remark: String::new(), created_at: Timestamp(0) };
    store.add_prices(&[new]).await.unwrap();
    store.close().await.unwrap();
    gateway.restart().await;
}

/// What so many tokens cost times these factors, in parts per million; rounded up once.
pub(crate) fn price_of(input: u64, output: u64, factors: &[u64]) -> i64 {
    let exact = u128::from(input) * u128::from(INPUT) + u128::from(output) * u128::from(OUTPUT);
    let product = factors.iter().fold(exact, |product, factor| product * u128::from(*factor));
    let scale = factors.iter().fold(1_000_000, |scale: u128, _| scale * 1_000_000);
    i64::try_from(product.div_ceil(scale)).unwrap()
}

/// Checks that a record's charge is what its usage comes to, and returns the charge.
pub(crate) fn assert_charged_for_usage(record: &Value, factors: &[u64]) -> i64 {
    let usage = |class: &str| record["usage"][class].as_u64().unwrap();
    for other in ["cache_read", "cache_write_5m", "cache_write_1h", "reasoning", "input_audio", "output_audio"] {
        assert_eq!(usage(other), 0, "{record}");
    }
    let charged = record["charged_micros"].as_i64().unwrap_or_else(|| panic!("not charged: {record}"));
    assert_eq!(charged, price_of(usage("input"), usage("output"), factors), "{record}");
    charged
}

/// Begins a call with this key.
pub(crate) fn ask(gateway: &Gateway, dialect: Dialect, key: &str, body: &Value) -> reqwest::RequestBuilder {
    let is_stream = body["stream"] == true || dialect == Dialect::Gemini;
    let request = gateway.bare(reqwest::Method::POST, &dialect.path(MODEL, is_stream)).bearer_auth(key);
    request.header("anthropic-version", "2023-06-01").json(body)
}

/// Makes a small call in one piece.
pub(crate) async fn small_call(gateway: &Gateway, key: &str) -> Answer {
    let mut body = Dialect::Chat.request(MODEL, false);
    body["max_tokens"] = json!(100);
    gateway.call(ask(gateway, Dialect::Chat, key, &body)).await
}

/// What [`small_call`] reserves at the price as it is: every third byte may be a token.
pub(crate) fn small_bound() -> i64 {
    let mut body = Dialect::Chat.request(MODEL, false);
    body["max_tokens"] = json!(100);
    price_of(body.to_string().len() as u64 / 3 + 1, 100, &[])
}
