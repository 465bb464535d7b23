//! Which headers pass, seen from both ends.

use reqwest::Method;
use serde_json::json;
use sluice_testkit::{Act, Kind, Script, Upstream};

use crate::gateway::{Gateway, KEY, provider};
use crate::samples::Dialect;

#[tokio::test]
async fn the_upstream_sees_the_client_and_nothing_of_the_gateway() {
    let upstream = Upstream::start(Kind::Anthropic, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway
        .bare(Method::POST, "/v1/messages?beta=true&key=ag-in-the-query&x=%20y")
        .header("x-api-key", KEY)
        .header("user-agent", "claude-cli/2.0 (external, cli)")
        .header("anthropic-version", "2023-06-01")
        .header("anthropic-beta", "context-1m-2025-08-07,interleaved-thinking-2025-05-14")
        .header("x-stainless-lang", "js")
        .header("accept", "application/json")
        .header("accept-language", "*")
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-forwarded-proto", "https")
        .header("forwarded", "for=203.0.113.9")
        .header("x-real-ip", "203.0.113.9")
        .header("via", "1.1 proxy")
        .header("cookie", "session=secret")
        .header("origin", "https://page.example")
        .header("referer", "https://page.example/a")
        .header("sec-fetch-site", "cross-site")
        .header("openai-organization", "org-of-the-client")
        .header("openai-project", "proj")
        .header("x-sluice-trace", "1")
        .header("te", "trailers")
        .header("connection", "keep-alive, x-hop")
        .header("x-hop", "1")
        .json(&Dialect::Messages.request("m", false));
    let got = gateway.call(request).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let sent = &upstream.requests()[0];
    assert_eq!(sent.target, "/v1/messages?beta=true&x=%20y");
    let mut headers: Vec<(&str, &str)> =
        sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    headers.sort_unstable();
    let (host, length) = (upstream.address().to_string(), sent.body.len().to_string());
    let expected = [
        ("accept", "application/json"),
        ("accept-language", "*"),
        ("anthropic-beta", "context-1m-2025-08-07,interleaved-thinking-2025-05-14"),
        ("anthropic-version", "2023-06-01"),
        ("content-length", length.as_str()),
        ("content-type", "application/json"),
        ("host", host.as_str()),
        ("user-agent", "claude-cli/2.0 (external, cli)"),
        ("x-api-key", "sk-upstream"),
        ("x-stainless-lang", "js"),
    ];
    assert_eq!(headers, expected);
    gateway.finish().await;
}

#[tokio::test]
async fn a_client_without_user_agent_gets_none_from_the_gateway() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", false).to_string());
    assert_eq!(gateway.call(request).await.status, 200);
    assert_eq!(upstream.requests()[0].header("user-agent"), None);
    gateway.finish().await;
}

#[tokio::test]
async fn each_vendor_gets_its_secret_where_it_looks_for_it() {
    let carriers = [
        (Dialect::Chat, "authorization", "Bearer sk-upstream"),
        (Dialect::Responses, "authorization", "Bearer sk-upstream"),
        (Dialect::Messages, "x-api-key", "sk-upstream"),
        (Dialect::Gemini, "x-goog-api-key", "sk-upstream"),
    ];
    for (dialect, name, value) in carriers {
        let upstream = Upstream::start(dialect.kind(), Script::default()).await.unwrap();
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        let body = dialect.request("m", false).to_string();
        let got = gateway.call(gateway.post(&dialect.path("m", false), body)).await;
        assert_eq!(got.status, 200, "{dialect:?}: {}", got.text());
        let sent = &upstream.requests()[0];
        let secrets = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];
        let found: Vec<(&str, &str)> =
            secrets.into_iter().filter_map(|name| Some((name, sent.header(name)?))).collect();
        assert_eq!(found, [(name, value)]);
        gateway.finish().await;
    }
}

#[tokio::test]
async fn the_client_sees_the_upstreams_headers_without_cookies_and_cors() {
    let act = Act::default()
        .with_header("access-control-allow-origin", "https://upstream.example")
        .with_header("access-control-allow-credentials", "true")
        .with_header("strict-transport-security", "max-age=1")
        .with_header("x-sluice-call", "forged")
        .with_header("x-custom", "kept");
    let upstream = Upstream::start(Kind::OpenAi, Script::new(act)).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", false).to_string());
    let got = gateway.call(request).await;
    for name in ["set-cookie", "access-control-allow-origin", "access-control-allow-credentials"] {
        assert!(!got.headers.contains_key(name), "{name}");
    }
    assert!(!got.headers.contains_key("strict-transport-security"));
    assert_eq!((got.header("x-custom"), got.header("x-ratelimit-remaining-requests")), ("kept", "9999"));
    assert_eq!(got.header("openai-processing-ms"), "12");
    // The request id is the upstream's, the call id is ours.
    assert!(got.header("x-request-id").starts_with("req_"));
    let record = gateway.record(got.call()).await;
    assert_eq!((&record["id"], &record["request_id"]), (&json!(got.call()), &json!(got.header("x-request-id"))));
    gateway.finish().await;
}

#[tokio::test]
async fn a_request_id_is_made_where_the_upstream_sends_none() {
    let upstream = Upstream::start(Kind::Gemini, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let body = Dialect::Gemini.request("m", false).to_string();
    let got = gateway.call(gateway.post(&Dialect::Gemini.path("m", false), body)).await;
    assert_eq!(got.header("x-request-id"), got.call());
    assert!(!got.call().is_empty());
    gateway.finish().await;
}
