//! Token counts: by the upstream where one counts, else estimated by Sluice, marked, free, and on record.

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

use crate::client::Answer;
use crate::gateway::{Gateway, provider, with};

const WORDS: &str = "Please tell me in a few words what this sentence is about, and do not forget its end.";

async fn upstream(kind: Kind) -> Upstream {
    Upstream::start(kind, Script::default()).await.unwrap()
}

/// A provider whose vendor counts no tokens.
fn uncounted(upstream: &Upstream) -> Value {
    with(provider("p", upstream, json!(["deepseek-chat"])), json!({"vendor": "deepseek"}))
}

fn anthropic(gateway: &Gateway, model: &str) -> RequestBuilder {
    let body = json!({"model": model, "messages": [{"role": "user", "content": WORDS}]});
    gateway.post("/v1/messages/count_tokens", body.to_string()).header("anthropic-version", "2023-06-01")
}

fn responses(gateway: &Gateway, model: &str) -> RequestBuilder {
    gateway.post("/v1/responses/input_tokens", json!({"model": model, "input": WORDS}).to_string())
}

fn gemini(gateway: &Gateway, model: &str) -> RequestBuilder {
    let body = json!({"contents": [{"role": "user", "parts": [{"text": WORDS}]}]});
    gateway.post(&format!("/v1beta/models/{model}:countTokens"), body.to_string())
}

/// Whether an answer is Sluice's own.
fn is_estimated(answer: &Answer) -> bool {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.header("x-sluice-token-count") == "estimated"
}

#[tokio::test]
async fn an_upstream_that_counts_is_asked() {
    let upstreams = [upstream(Kind::OpenAi).await, upstream(Kind::Anthropic).await, upstream(Kind::Gemini).await];
    let names = ["gpt-5", "claude-opus-5", "gemini-3-pro"];
    let providers =
        upstreams.iter().zip(names).map(|(upstream, model)| provider(model, upstream, json!([model]))).collect();
    let gateway = Gateway::before(providers).await;
    let answers = [
        gateway.call(responses(&gateway, "gpt-5")).await,
        gateway.call(anthropic(&gateway, "claude-opus-5")).await,
        gateway.call(gemini(&gateway, "gemini-3-pro")).await,
    ];
    for (answer, upstream) in answers.iter().zip(&upstreams) {
        assert!(!is_estimated(answer));
        assert_eq!(upstream.requests().len(), 1);
        let record = gateway.record(answer.call()).await;
        assert_eq!((&record["usage_source"], &record["usage"]["input"]), (&json!("missing"), &json!(0)));
    }
    assert_eq!(answers[0].json()["object"], "response.input_tokens");
    assert!(answers[0].json()["input_tokens"].as_u64().unwrap() > 10);
    gateway.finish().await;
}

#[tokio::test]
async fn an_upstream_counts_what_is_asked_in_another_dialect() {
    let upstreams = [upstream(Kind::OpenAi).await, upstream(Kind::Anthropic).await, upstream(Kind::Gemini).await];
    let names = ["gpt-5", "claude-opus-5", "gemini-3-pro"];
    let providers =
        upstreams.iter().zip(names).map(|(upstream, model)| provider(model, upstream, json!([model]))).collect();
    let gateway = Gateway::before(providers).await;
    let tool = json!({"name": "look", "description": "Looks.", "input_schema": {"type": "object", "properties": {}}});
    for (model, upstream) in names.iter().zip(&upstreams) {
        let body = json!({
            "model": model, "system": "Be brief.", "tools": [tool], "thinking": {"type": "adaptive"},
            "messages": [{"role": "user", "content": WORDS}],
        });
        let asked =
            gateway.post("/v1/messages/count_tokens", body.to_string()).header("anthropic-version", "2023-06-01");
        let of_messages = gateway.call(asked).await;
        let (of_responses, of_gemini) =
            (gateway.call(responses(&gateway, model)).await, gateway.call(gemini(&gateway, model)).await);
        for answer in [&of_messages, &of_responses, &of_gemini] {
            assert!(!is_estimated(answer), "{model}: {}", answer.text());
            let record = gateway.record(answer.call()).await;
            assert_eq!((&record["provider_name"], &record["cost"]), (&json!(model), &Value::Null), "{record}");
        }
        assert!(of_messages.json()["input_tokens"].as_u64().unwrap() > 10, "{model}");
        assert_eq!(of_messages.json().as_object().unwrap().len(), 1);
        assert_eq!(of_responses.json()["object"], "response.input_tokens");
        let (told, tokens) = (of_responses.json()["input_tokens"].clone(), of_gemini.json()["totalTokens"].clone());
        assert!(told == tokens && told.as_u64().unwrap() > 10, "{model}: {told} and {tokens}");
        assert_eq!(upstream.requests().len(), 3, "{model}");
    }
    gateway.finish().await;
}

#[tokio::test]
async fn an_upstream_that_fails_to_count_leaves_an_estimate() {
    let upstream = upstream(Kind::Gemini).await;
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["gemini-3-pro"]))]).await;
    upstream.stop().await;
    for request in [anthropic(&gateway, "gemini-3-pro"), gemini(&gateway, "gemini-3-pro")] {
        let answer = gateway.call(request).await;
        assert!(is_estimated(&answer));
        let record = gateway.record(answer.call()).await;
        assert_eq!(record["attempts"].as_array().unwrap().len(), 1, "{record}");
    }
    gateway.finish().await;
}

#[tokio::test]
async fn what_no_upstream_counts_is_estimated_in_every_dialect() {
    let upstream = upstream(Kind::OpenAi).await;
    let gateway = Gateway::before(vec![uncounted(&upstream)]).await;
    let from_anthropic = gateway.call(anthropic(&gateway, "deepseek-chat")).await;
    let from_responses = gateway.call(responses(&gateway, "deepseek-chat")).await;
    let from_gemini = gateway.call(gemini(&gateway, "deepseek-chat")).await;
    let counted = from_anthropic.json()["input_tokens"].as_u64().unwrap();
    assert!((20..35).contains(&counted), "{counted}");
    assert_eq!(from_anthropic.json(), json!({"input_tokens": counted}));
    assert_eq!(from_responses.json(), json!({"object": "response.input_tokens", "input_tokens": counted}));
    let details = json!([{"modality": "TEXT", "tokenCount": counted}]);
    assert_eq!(from_gemini.json(), json!({"totalTokens": counted, "promptTokensDetails": details}));
    for answer in [&from_anthropic, &from_responses, &from_gemini] {
        assert!(is_estimated(answer));
        let record = gateway.record(answer.call()).await;
        let told =
            ["outcome", "status_code", "usage_source", "provider_id", "model_name"].map(|name| record[name].clone());
        assert_eq!(told, [json!("complete"), json!(200), json!("missing"), Value::Null, json!("deepseek-chat")]);
        assert_eq!((&record["usage"]["input"], &record["attempts"]), (&json!(0), &json!([])));
    }
    assert_eq!(upstream.requests().len(), 0);
    gateway.finish().await;
}

#[tokio::test]
async fn the_model_that_serves_an_alias_decides_the_rules() {
    let upstream = upstream(Kind::OpenAi).await;
    let models = json!([{"name": "fast", "upstream": "gpt-4o"}, {"name": "old", "upstream": "gpt-4"}]);
    let provider = with(provider("p", &upstream, models), json!({"vendor": "deepseek"}));
    let gateway = Gateway::before(vec![provider]).await;
    let mut counts = Vec::new();
    for model in ["fast", "old"] {
        let body = json!({"model": model, "messages": [{"role": "user", "content": "你好，世界，今天天气怎么样？"}]});
        let answer = gateway.call(gateway.post("/v1/messages/count_tokens", body.to_string())).await;
        assert!(is_estimated(&answer));
        counts.push(answer.json()["input_tokens"].as_u64().unwrap());
    }
    assert!(counts[1] > counts[0] + 3, "{counts:?}");
    gateway.finish().await;
}

#[tokio::test]
async fn a_count_costs_nothing_and_needs_no_money() {
    let upstream = upstream(Kind::OpenAi).await;
    let keys = json!([{"name": "k", "secret": crate::gateway::KEY, "billed": true}]);
    let config = json!({"providers": [provider("p", &upstream, json!(["gpt-4o"]))], "keys": keys});
    let gateway = Gateway::start(config).await;
    let answer = gateway.call(anthropic(&gateway, "gpt-4o")).await;
    assert!(!is_estimated(&answer));
    assert_eq!(gateway.record(answer.call()).await["cost"], Value::Null);
    gateway.finish().await;
}

#[tokio::test]
async fn a_count_needs_the_key_the_model_and_a_body_that_can_be_read() {
    let upstream = upstream(Kind::OpenAi).await;
    let keys = json!([{"name": "k", "secret": crate::gateway::KEY, "models": ["gpt-4o", "gone"]}]);
    let base = json!({"providers": [provider("p", &upstream, json!(["gpt-4o", "gpt-5"]))]});
    let gateway = Gateway::start(with(base, json!({"keys": keys}))).await;
    let nobody = gateway.bare(reqwest::Method::POST, "/v1/messages/count_tokens").body("{}");
    assert_eq!(gateway.turned_away(nobody).await.status, 401);
    let forbidden = gateway.call(anthropic(&gateway, "gpt-5")).await;
    assert_eq!((forbidden.status, &forbidden.json()["type"]), (403, &json!("error")));
    assert_eq!(gateway.call(anthropic(&gateway, "gone")).await.status, 404);
    let broken = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": 5}]});
    let broken = gateway.call(gateway.post("/v1/messages/count_tokens", broken.to_string())).await;
    assert_eq!((broken.status, &broken.json()["error"]["type"]), (400, &json!("invalid_request_error")));
    assert_eq!(upstream.requests().len(), 0);
    gateway.finish().await;
}

#[tokio::test]
async fn what_only_a_provider_has_is_not_guessed() {
    let upstream = upstream(Kind::OpenAi).await;
    let gateway = Gateway::before(vec![uncounted(&upstream)]).await;
    let body = json!({"model": "deepseek-chat", "input": "Hi", "conversation": "conv_1"});
    let answer = gateway.call(gateway.post("/v1/responses/input_tokens", body.to_string())).await;
    assert_eq!(answer.status, 400);
    let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("`conversation`") && message.contains("send the whole conversation"), "{message}");
    gateway.finish().await;
}

#[tokio::test]
async fn a_long_conversation_is_counted_whole() {
    let upstream = upstream(Kind::OpenAi).await;
    let gateway = Gateway::before(vec![uncounted(&upstream)]).await;
    let turns: Vec<Value> = (0..2_000).map(|_| json!({"role": "user", "content": WORDS})).collect();
    let body = json!({"model": "deepseek-chat", "messages": turns});
    let long = gateway.call(gateway.post("/v1/messages/count_tokens", body.to_string())).await;
    let short = gateway.call(anthropic(&gateway, "deepseek-chat")).await;
    let counts = [&long, &short].map(|answer| answer.json()["input_tokens"].as_u64().unwrap());
    assert!(is_estimated(&long));
    assert!(counts[0] > (counts[1] - 5) * 2_000, "{counts:?}");
    gateway.finish().await;
}
