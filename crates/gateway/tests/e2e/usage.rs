//! What calls are recorded to have used: as the upstream reports it, asked for where it would not, else estimated.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Act, Contract, Kind, Script, Upstream};

use crate::gateway::{Gateway, provider};
use crate::samples::{Dialect, assert_counts, chat_stream};

const BILLED: &str = "ag-billed-billed-billed-billed";

#[tokio::test]
async fn each_dialect_is_counted_in_classes_whole_and_streamed() {
    for dialect in Dialect::ALL {
        let upstream = Upstream::start(dialect.kind(), Script::default()).await.unwrap();
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        for is_stream in [false, true] {
            let (content_type, text) = match is_stream {
                false => ("application/json", dialect.odd_answer()),
                true => ("text/event-stream", dialect.stream()),
            };
            upstream.set_script(Script::new(Act::bytes(content_type, text)).with_contract(Contract::Headers));
            let body = dialect.request("m", is_stream).to_string();
            let got = gateway.call(gateway.post(&dialect.path("m", is_stream), body)).await;
            let record = gateway.record(got.call()).await;
            assert_counts(&record, &dialect.counts());
            let written = dialect.counts().iter().skip(2).take(2).map(|(_, count)| count).sum::<u64>();
            let totals = (&record["prompt_tokens"], &record["completion_tokens"], &record["cache_creation_tokens"]);
            assert_eq!(totals, (&json!(100 + written), &json!(30), &json!(written)));
            assert_eq!((&record["usage_source"], &record["is_stream"]), (&json!("reported"), &json!(is_stream)));
            assert_eq!(record["provider_name"], "p");
            assert!(record["response_time_ms"].is_u64());
        }
        gateway.finish().await;
    }
}

#[tokio::test]
async fn what_the_vendors_report_is_recorded() {
    let system = "A long instruction that is worth keeping. ".repeat(200);
    let cached = |ttl: &str| {
        json!({"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "Hi"}],
            "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral", "ttl": ttl}}]})
    };
    let upstream = Upstream::start(Kind::Anthropic, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    for (ttl, class) in [("5m", "cache_write_5m"), ("1h", "cache_write_1h")] {
        for is_stream in [false, true] {
            let mut body = cached(ttl);
            body["stream"] = json!(is_stream);
            let request = gateway.post("/v1/messages", body.to_string()).header("anthropic-version", "2023-06-01");
            let got = gateway.call(request).await;
            assert_eq!(got.status, 200, "{}", got.text());
            let usage = gateway.record(got.call()).await["usage"].clone();
            assert!(usage[class].as_u64().unwrap() > 1_000, "{ttl} {is_stream}: {usage}");
            let other = if class == "cache_write_5m" { "cache_write_1h" } else { "cache_write_5m" };
            assert_eq!(usage[other], 0, "{ttl} {is_stream}");
            assert!(usage["input"].as_u64().unwrap() > 1_000 && usage["output"].as_u64().unwrap() > 0);
        }
    }
    gateway.finish().await;
}

#[tokio::test]
async fn reports_that_become_more_exact_in_a_stream_are_not_added_up() {
    let chunk = |usage: Value| format!("data: {}\n\n", json!({"choices": [], "usage": usage}));
    let content = |usage: Value| {
        let candidate = json!({"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"});
        format!("data: {}\r\n\r\n", json!({"candidates": [candidate], "usageMetadata": usage}))
    };
    let streams = [
        (
            Dialect::Chat,
            chunk(json!({"prompt_tokens": 100, "completion_tokens": 30}))
                + &chunk(json!({
                    "prompt_tokens": 100, "completion_tokens": 30, "prompt_tokens_details": {"cached_tokens": 40},
                    "completion_tokens_details": {"reasoning_tokens": 10},
                }))
                + "data: [DONE]\n\n",
        ),
        (
            Dialect::Gemini,
            content(json!({"promptTokenCount": 100}))
                + &content(json!({
                    "promptTokenCount": 100, "cachedContentTokenCount": 40, "candidatesTokenCount": 20,
                    "thoughtsTokenCount": 10, "totalTokenCount": 130,
                })),
        ),
    ];
    for (dialect, stream) in streams {
        let script = Script::new(Act::bytes("text/event-stream", stream)).with_contract(Contract::Headers);
        let upstream = Upstream::start(dialect.kind(), script).await.unwrap();
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        let got = gateway.call(gateway.post(&dialect.path("m", true), dialect.request("m", true).to_string())).await;
        assert_counts(&gateway.record(got.call()).await, &dialect.counts());
        gateway.finish().await;
    }
}

#[tokio::test]
async fn an_upstream_that_reports_nothing_is_estimated() {
    for dialect in Dialect::ALL {
        let upstream = Upstream::start(dialect.kind(), Script::default()).await.unwrap();
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        for is_stream in [false, true] {
            let (content_type, text) = match is_stream {
                false => ("application/json", dialect.odd_answer()),
                true => ("text/event-stream", dialect.stream()),
            };
            // The report is there, but under a name that nobody knows.
            let text = text.replace("\"usage\"", "\"consumed\"").replace("\"usageMetadata\"", "\"consumed\"");
            upstream.set_script(Script::new(Act::bytes(content_type, text)).with_contract(Contract::Headers));
            let body = dialect.request("m", is_stream).to_string();
            let got = gateway.call(gateway.post(&dialect.path("m", is_stream), body)).await;
            let record = gateway.record(got.call()).await;
            assert_eq!(record["usage_source"], "estimated", "{dialect:?} {is_stream}");
            let (input, output) = (record["usage"]["input"].as_u64(), record["usage"]["output"].as_u64());
            assert!((5..60).contains(&input.unwrap()), "{dialect:?} {is_stream}: {record}");
            let is_responses_without_text = dialect == Dialect::Responses && !is_stream;
            assert!(
                is_responses_without_text || (1..12).contains(&output.unwrap()),
                "{dialect:?} {is_stream}: {record}"
            );
        }
        gateway.finish().await;
    }
}

async fn billed_gateway(upstream: &Upstream) -> Gateway {
    let gateway = Gateway::start(json!({
        "providers": [provider("p", upstream, json!(["gpt-4o"]))],
        "keys": [
            {"name": "main", "secret": crate::gateway::KEY},
            {"name": "billed", "secret": BILLED, "billed": true},
        ],
    }))
    .await;
    gateway.pay_in("billed", 100_000_000).await;
    gateway
}

fn streamed(options: Value) -> Value {
    let mut body = Dialect::Chat.request("gpt-4o", true);
    if !options.is_null() {
        body["stream_options"] = options;
    }
    body
}

fn usage_chunks(text: &str) -> usize {
    text.matches("\"choices\":[]").count()
}

#[tokio::test]
async fn a_billed_stream_asks_for_usage_and_keeps_it_from_a_client_that_did_not() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = billed_gateway(&upstream).await;
    let call = |key: &str, body: &Value| {
        gateway.bare(reqwest::Method::POST, "/v1/chat/completions").bearer_auth(key).json(body)
    };
    for options in [Value::Null, json!({}), json!({"include_usage": false}), json!({"include_obfuscation": false})] {
        upstream.forget();
        let got = gateway.call(call(BILLED, &streamed(options.clone())).header("accept-encoding", "gzip")).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert!(usage_chunks(got.text()) == 0 && got.text().ends_with("data: [DONE]\n\n"), "{}", got.text());
        let sent: Value = serde_json::from_slice(&upstream.requests()[0].body).unwrap();
        assert_eq!(sent["stream_options"]["include_usage"], true);
        assert_eq!(sent["stream_options"]["include_obfuscation"], options["include_obfuscation"]);
        let record = gateway.record(got.call()).await;
        assert_eq!(record["usage_source"], "reported", "{record}");
    }
    // Who asks gets it, billed or not.
    for key in [BILLED, crate::gateway::KEY] {
        let got = gateway.call(call(key, &streamed(json!({"include_usage": true})))).await;
        assert_eq!(usage_chunks(got.text()), 1, "{}", got.text());
    }
    // Who is not billed is not asked for.
    upstream.forget();
    let body = streamed(Value::Null);
    let got = gateway.call(call(crate::gateway::KEY, &body)).await;
    assert_eq!(upstream.requests()[0].body, body.to_string());
    assert_eq!(gateway.record(got.call()).await["usage_source"], "estimated");
    gateway.finish().await;
}

#[tokio::test]
async fn the_event_that_is_kept_back_is_found_wherever_the_stream_is_split() {
    let pace = sluice_testkit::Pace { split_every: Some(1), ..sluice_testkit::Pace::default() };
    let act = Act::bytes("text/event-stream", chat_stream(true)).with_pace(pace);
    let upstream = Upstream::start(Kind::OpenAi, Script::new(act)).await.unwrap();
    let gateway = billed_gateway(&upstream).await;
    let request = gateway.bare(reqwest::Method::POST, "/v1/chat/completions").bearer_auth(BILLED);
    let got = gateway.call(request.json(&streamed(Value::Null))).await;
    assert_eq!(got.text(), chat_stream(false));
    assert_counts(&gateway.record(got.call()).await, &Dialect::Chat.counts());
    gateway.finish().await;
}

#[tokio::test]
async fn endpoints_of_one_shape_are_counted() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m", "gpt-image-1"]))]).await;
    let body = json!({"model": "m", "input": ["some words to embed", "and some more"]});
    let got = gateway.call(gateway.post("/v1/embeddings", body.to_string())).await;
    let record = gateway.record(got.call()).await;
    let reported = got.json()["usage"]["prompt_tokens"].as_u64().unwrap();
    assert_counts(&record, &[("input", reported), ("output", 0)]);
    let body = json!({"model": "gpt-image-1", "prompt": "A lighthouse", "n": 2});
    let got = gateway.call(gateway.post("/v1/images/generations", body.to_string())).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let record = gateway.record(got.call()).await;
    assert_counts(&record, &[("images", 2), ("calls", 1)]);
    gateway.finish().await;
}

/// Makes one call and returns what is recorded as its usage.
async fn usage_of(gateway: &Gateway, request: reqwest::RequestBuilder) -> (u16, serde_json::Value) {
    let got = gateway.call(request).await;
    let record = gateway.record(got.call()).await;
    (got.status, json!([record["usage"]["input"], record["usage"]["output"], record["usage_source"]]))
}

#[tokio::test]
async fn asking_for_what_is_stored_and_counting_tokens_consume_nothing() {
    let openai = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let anthropic = Upstream::start(Kind::Anthropic, Script::default()).await.unwrap();
    let providers = vec![provider("o", &openai, json!(["m"])), provider("a", &anthropic, json!(["c"]))];
    let gateway = Gateway::before(providers).await;
    let made = gateway.call(gateway.post("/v1/responses", r#"{"model":"m","input":"Hi"}"#)).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let nothing = (200, json!([0, 0, "missing"]));
    let get = gateway.ask(Method::GET, &format!("/v1/responses/{id}"));
    assert_eq!(usage_of(&gateway, get).await, nothing);
    let count = gateway
        .post("/v1/messages/count_tokens", r#"{"model":"c","messages":[{"role":"user","content":"Hi"}]}"#)
        .header("anthropic-version", "2023-06-01");
    assert_eq!(usage_of(&gateway, count).await, nothing);
    gateway.finish().await;
}
