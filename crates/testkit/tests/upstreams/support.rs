//! A plain client, and the requests that every vendor takes.

use serde_json::{Value, json};
use sluice_testkit::{Act, Kind, Script, Upstream};

pub(crate) const SECRET: &str = "sk-upstream";

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub(crate) async fn start(kind: Kind) -> Upstream {
    Upstream::start(kind, Script::default()).await.unwrap()
}

pub(crate) async fn start_with(kind: Kind, act: impl Into<Act>) -> Upstream {
    Upstream::start(kind, Script::new(act.into())).await.unwrap()
}

/// A request with the vendor's own way to say who calls.
pub(crate) fn request(upstream: &Upstream, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
    let request = client().request(method, format!("{}{path}", upstream.base_url()));
    match upstream.settings().kind {
        Kind::OpenAi | Kind::NewApi => request.bearer_auth(SECRET),
        Kind::Anthropic => request.header("x-api-key", SECRET).header("anthropic-version", "2023-06-01"),
        Kind::Gemini => request.header("x-goog-api-key", SECRET),
        Kind::Azure => request.header("api-key", SECRET),
    }
}

pub(crate) fn post(upstream: &Upstream, path: &str, body: &Value) -> reqwest::RequestBuilder {
    request(upstream, reqwest::Method::POST, path).json(body)
}

pub(crate) async fn post_json(upstream: &Upstream, path: &str, body: &Value) -> (u16, Value) {
    let response = post(upstream, path, body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Path and body of a small chat in each dialect, streamed.
pub(crate) fn stream_call(kind: Kind) -> (&'static str, Value) {
    match kind {
        Kind::OpenAi | Kind::NewApi => ("/v1/chat/completions", chat(json!({"stream": true}))),
        Kind::Azure => {
            let path = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21";
            (path, chat(json!({"stream": true})))
        }
        Kind::Anthropic => ("/v1/messages", message(json!({"stream": true}))),
        Kind::Gemini => ("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", contents(json!({}))),
    }
}

pub(crate) fn chat(more: Value) -> Value {
    with(json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}), more)
}

pub(crate) fn message(more: Value) -> Value {
    let message = json!({"role": "user", "content": "Hi"});
    with(json!({"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": [message]}), more)
}

pub(crate) fn contents(more: Value) -> Value {
    with(json!({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}), more)
}

fn with(mut base: Value, more: Value) -> Value {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    base
}

/// The values of all `data:` lines but `[DONE]`.
pub(crate) fn events(text: &str) -> Vec<Value> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    lines.map(|data| serde_json::from_str(data).unwrap()).collect()
}

/// The `type` of every event.
pub(crate) fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}
