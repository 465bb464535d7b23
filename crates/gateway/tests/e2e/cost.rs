//! What a call cost, told to callers whose key asks for it.

use bytes::Bytes;
use http::{HeaderMap, Request, Version};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Act, Cut, Kind, Script, Upstream};
use tokio::net::TcpStream;

use crate::gateway::{Gateway, KEY, provider};
use crate::samples::{Dialect, chat_stream};

const MODEL: &str = "gpt-4o";
const UNPRICED: &str = "model-that-nobody-prices";
const CHAT: &str = "/v1/chat/completions";
const BILLED: &str = "ag-billed-and-told-billed-and-told";
const TOLD: &str = "ag-told-told-told-told-told-told";

async fn telling(act: Act) -> (Upstream, Gateway) {
    let upstream = Upstream::start(Kind::OpenAi, Script::new(act)).await.unwrap();
    let gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!([MODEL, UNPRICED]))],
        "keys": [
            {"name": "main", "secret": KEY},
            {"name": "billed", "secret": BILLED, "billed": true, "multiplier": "1.5", "shows_cost": true},
            {"name": "told", "secret": TOLD, "shows_cost": true},
        ],
    }))
    .await;
    gateway.pay_in("billed", 10_000_000).await;
    (upstream, gateway)
}

fn ask(gateway: &Gateway, key: &str, body: &Value) -> reqwest::RequestBuilder {
    gateway.bare(Method::POST, CHAT).bearer_auth(key).json(body)
}

/// What a client of a protocol got: head, body, trailers.
struct Got {
    headers: HeaderMap,
    body: Bytes,
    trailers: Option<HeaderMap>,
}

/// Calls with a client that can see trailers.
async fn call(gateway: &Gateway, version: Version, key: &str, more: &[(&str, &str)], body: &Value) -> Got {
    gateway.expect_records(1);
    let io = TokioIo::new(TcpStream::connect(gateway.address()).await.unwrap());
    let mut request = Request::post(gateway.url(CHAT)).header("authorization", format!("Bearer {key}"));
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    let request = request
        .header("host", gateway.address().to_string())
        .header("content-type", "application/json")
        .body(Full::<Bytes>::from(body.to_string()))
        .unwrap();
    let response = if version == Version::HTTP_2 {
        let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    };
    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    let collected = response.into_body().collect().await.unwrap();
    let trailers = collected.trailers().cloned();
    Got { headers, body: collected.to_bytes(), trailers }
}

fn usd(micros: &Value) -> String {
    format!("0.{:06}", micros.as_u64().unwrap())
}

fn amounts(headers: &HeaderMap) -> (Option<&str>, Option<&str>) {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap());
    (text("x-sluice-cost"), text("x-sluice-charge"))
}

/// Asserts that the amounts are those of the call's record.
async fn assert_told(gateway: &Gateway, got: &Got, told: &HeaderMap) {
    let record = gateway.record(got.headers["x-sluice-call"].to_str().unwrap()).await;
    let (cost, charge) = (usd(&record["cost_micros"]), usd(&record["charged_micros"]));
    assert!(cost != "0.000000" && charge > cost, "{record}");
    // What the operator pays is not told to who pays more.
    assert_eq!(amounts(told), (Some(charge.as_str()), Some(charge.as_str())));
}

#[tokio::test]
async fn a_whole_answer_says_in_its_head_what_it_cost_and_what_is_paid() {
    let (_upstream, gateway) = telling(Act::bytes("application/json", Dialect::Chat.odd_answer())).await;
    let body = Dialect::Chat.request(MODEL, false);
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let got = call(&gateway, version, BILLED, &[("te", "trailers")], &body).await;
        assert_eq!((&got.body[..], got.trailers.is_none()), (Dialect::Chat.odd_answer().as_bytes(), true));
        assert_eq!(got.headers["content-length"], got.body.len().to_string());
        assert_told(&gateway, &got, &got.headers).await;
    }
    let free = gateway.call(ask(&gateway, TOLD, &body)).await;
    let cost = usd(&gateway.record(free.call()).await["cost_micros"]);
    assert_eq!(amounts(&free.headers), (Some(cost.as_str()), None), "nobody is billed");
    gateway.finish().await;
}

#[tokio::test]
async fn who_does_not_ask_is_not_told_whatever_the_upstream_says() {
    let act = Act::default().with_header("x-sluice-cost", "9.999999").with_header("x-sluice-charge", "9.999999");
    let (_upstream, gateway) = telling(act).await;
    for is_stream in [false, true] {
        let body = Dialect::Chat.request(MODEL, is_stream);
        let got = call(&gateway, Version::HTTP_2, KEY, &[], &body).await;
        assert_eq!((amounts(&got.headers), got.trailers), ((None, None), None));
        assert!(!got.headers.contains_key("trailer"));
    }
    gateway.finish().await;
}

#[tokio::test]
async fn an_unknown_price_is_said_to_be_unknown() {
    let (upstream, gateway) = telling(Act::default()).await;
    let whole = gateway.call(ask(&gateway, TOLD, &Dialect::Chat.request(UNPRICED, false))).await;
    assert_eq!(amounts(&whole.headers), (Some("unknown"), None));
    let streamed = call(&gateway, Version::HTTP_2, TOLD, &[], &Dialect::Chat.request(UNPRICED, true)).await;
    assert_eq!(amounts(&streamed.trailers.unwrap()), (Some("unknown"), None));
    upstream.set_script(Script::new(Act::bytes("text/event-stream", chat_stream(false))));
    let counted = call(&gateway, Version::HTTP_2, TOLD, &[], &Dialect::Chat.request(UNPRICED, true)).await;
    assert_eq!(amounts(&counted.trailers.unwrap()), (Some("unknown"), None));
    gateway.finish().await;
}

#[tokio::test]
async fn a_stream_says_it_behind_its_last_byte_to_clients_that_take_trailers() {
    let (_upstream, gateway) = telling(Act::bytes("text/event-stream", Dialect::Chat.stream())).await;
    let mut body = Dialect::Chat.request(MODEL, true);
    body["stream_options"] = json!({"include_usage": true});
    for (version, te) in [(Version::HTTP_11, &[("te", "deflate, Trailers")][..]), (Version::HTTP_2, &[])] {
        let got = call(&gateway, version, BILLED, te, &body).await;
        assert_eq!(got.body, Dialect::Chat.stream(), "{version:?}");
        assert_eq!(got.headers["trailer"], "x-sluice-cost, x-sluice-charge");
        assert_eq!(amounts(&got.headers), (None, None));
        assert_told(&gateway, &got, got.trailers.as_ref().unwrap()).await;
    }
    let got = call(&gateway, Version::HTTP_11, BILLED, &[], &body).await;
    assert_eq!((got.body, got.trailers), (Dialect::Chat.stream().into(), None));
    assert!(!got.headers.contains_key("trailer"));
    gateway.finish().await;
}

#[tokio::test]
async fn a_stream_without_the_usage_that_was_asked_for_behind_the_clients_back_says_it_too() {
    let (_upstream, gateway) = telling(Act::bytes("text/event-stream", chat_stream(true))).await;
    let got = call(&gateway, Version::HTTP_2, BILLED, &[], &Dialect::Chat.request(MODEL, true)).await;
    assert_eq!(got.body, chat_stream(false));
    assert_told(&gateway, &got, got.trailers.as_ref().unwrap()).await;
    gateway.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_too_large_to_wait_for_is_passed_on_as_it_comes() {
    let filling = "x".repeat(5 * 1024 * 1024);
    let large = Dialect::Chat.odd_answer().replacen('{', &format!("{{\"filling\":\"{filling}\","), 1);
    let (_upstream, gateway) = telling(Act::bytes("application/json", large.clone())).await;
    let body = Dialect::Chat.request(MODEL, false);
    for (version, te) in [(Version::HTTP_11, &[("te", "trailers")][..]), (Version::HTTP_2, &[])] {
        let got = call(&gateway, version, BILLED, te, &body).await;
        assert!(got.body == large, "{version:?}");
        assert_eq!(amounts(&got.headers), (None, None));
        assert_told(&gateway, &got, got.trailers.as_ref().unwrap()).await;
    }
    let got = call(&gateway, Version::HTTP_11, BILLED, &[], &body).await;
    assert!(got.body == large && got.trailers.is_none() && !got.headers.contains_key("trailer"));
    gateway.finish().await;
}

#[tokio::test]
async fn nothing_is_said_where_text_must_be_counted_first() {
    let answer = r#"{"id":"c","choices":[{"index":0,"finish_reason":"stop","message":{"content":"Hi there"}}]}"#;
    let (_upstream, gateway) = telling(Act::bytes("application/json", answer)).await;
    let got = gateway.call(ask(&gateway, BILLED, &Dialect::Chat.request(MODEL, false))).await;
    assert_eq!((got.text(), amounts(&got.headers)), (answer, (None, None)));
    let record = gateway.record(got.call()).await;
    assert!(record["charged_micros"].as_i64().unwrap() > 0, "{record}");
    gateway.finish().await;
}

#[tokio::test]
async fn an_answer_that_breaks_while_it_is_waited_for_is_a_failure_and_costs_nothing() {
    let (_upstream, gateway) = telling(Act::default().with_cut(Cut::Truncate { bytes: 40 })).await;
    let got = gateway.call(ask(&gateway, BILLED, &Dialect::Chat.request(MODEL, false))).await;
    assert_eq!((got.status, got.json()["error"]["code"].as_str()), (502, Some("upstream_broken")));
    assert_eq!(amounts(&got.headers), (None, None));
    let record = gateway.record(got.call()).await;
    let told = (&record["outcome"], &record["status_code"], record["charged_micros"].as_i64().unwrap_or(0));
    assert_eq!(told, (&json!("broken"), &json!(502), 0), "{record}");
    gateway.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_told_and_kept_is_replayed_as_it_was() {
    for is_stream in [false, true] {
        let (upstream, gateway) = telling(Act::default()).await;
        let body = Dialect::Chat.request(MODEL, is_stream);
        let once = [("idempotency-key", "k")];
        let first = call(&gateway, Version::HTTP_2, BILLED, &once, &body).await;
        gateway.record(first.headers["x-sluice-call"].to_str().unwrap()).await;
        let repeat = crate::gateway::eventually("the answer to be kept", async || {
            let answer = gateway.call(ask(&gateway, BILLED, &body).header("idempotency-key", "k")).await;
            (answer.status == 200).then_some(answer)
        })
        .await;
        assert_eq!((&repeat.body, repeat.header("idempotent-replayed")), (&first.body, "true"));
        assert_eq!((amounts(&repeat.headers), upstream.requests().len()), ((None, None), 1));
        gateway.finish().await;
    }
}
