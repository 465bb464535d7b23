//! The listener: TLS with certificates that change, both versions of HTTP, and browsers.

use std::path::Path;

use reqwest::{Method, Version};
use serde_json::json;
use sluice_testkit::{Kind, Script, Upstream};

use crate::client::{Answer, client_builder};
use crate::gateway::{Gateway, KEY, eventually, provider};
use crate::samples::Dialect;

/// Writes a fresh certificate for this machine and returns it as it is on the wire.
fn write_certificate(dir: &Path) -> Vec<u8> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    // The key first: the pair is read when both fit together.
    std::fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(dir.join("cert.pem"), made.cert.pem()).unwrap();
    made.cert.der().to_vec()
}

fn peer_certificate(response: &reqwest::Response) -> Vec<u8> {
    let info = response.extensions().get::<reqwest::tls::TlsInfo>().unwrap();
    info.peer_certificate().unwrap().to_vec()
}

#[tokio::test]
async fn tls_is_spoken_with_both_versions_of_http_and_a_renewed_certificate_is_taken() {
    let files = tempfile::tempdir().unwrap();
    let first = write_certificate(files.path());
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!(["m"]))],
        "listen": {"tls": {
            "certificate_file": files.path().join("cert.pem"), "key_file": files.path().join("key.pem"),
        }},
    }))
    .await;
    let clients = [
        (client_builder().tls_info(true).http1_only(), Version::HTTP_11),
        (client_builder().tls_info(true), Version::HTTP_2),
    ];
    for (builder, version) in clients {
        let client = builder.build().unwrap();
        for is_stream in [false, true] {
            let request = client.post(gateway.url("/v1/chat/completions")).bearer_auth(KEY);
            let response = gateway.open(request.json(&Dialect::Chat.request("m", is_stream))).await;
            assert_eq!((response.version(), peer_certificate(&response)), (version, first.clone()));
            assert_eq!(Answer::of(response).await.status, 200);
        }
    }
    assert!(upstream.requests().iter().all(|sent| sent.header("host") == Some(&upstream.address().to_string())));

    let second = write_certificate(files.path());
    assert_ne!(first, second);
    eventually("the renewed certificate", async || {
        let client = client_builder().tls_info(true).build().unwrap();
        let response = client.get(gateway.url("/healthz")).send().await.unwrap();
        (peer_certificate(&response) == second).then_some(())
    })
    .await;
    gateway.finish().await;
}

#[tokio::test]
async fn http2_without_tls_is_spoken_to_clients_that_know_it() {
    let upstream = Upstream::start(Kind::Anthropic, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let client = client_builder().http2_prior_knowledge().build().unwrap();
    for is_stream in [false, true] {
        let request = client.post(gateway.url("/v1/messages")).header("x-api-key", KEY);
        let response = gateway.open(request.json(&Dialect::Messages.request("m", is_stream))).await;
        assert_eq!(response.version(), Version::HTTP_2);
        let got = Answer::of(response).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert!(got.text().contains("You"), "{}", got.text());
    }
    gateway.finish().await;
}

#[tokio::test]
async fn a_browser_may_call_the_relay_from_any_page() {
    // A relay site sends CORS headers of its own, which must not come twice.
    let upstream = Upstream::start(Kind::NewApi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let preflight = gateway
        .bare(Method::OPTIONS, "/v1/chat/completions")
        .header("origin", "https://chat.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,x-stainless-os");
    let got = gateway.turned_away(preflight).await;
    assert_eq!((got.status, got.header("access-control-allow-origin")), (204, "*"));
    assert_eq!(got.header("access-control-allow-headers"), "authorization,content-type,x-stainless-os");
    assert!(got.header("access-control-allow-methods").contains("POST"));
    assert!(!got.headers.contains_key("access-control-allow-credentials"));

    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", false).to_string());
    let got = gateway.call(request.header("origin", "https://chat.example")).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let allowed: Vec<_> = got.headers.get_all("access-control-allow-origin").iter().collect();
    assert_eq!(allowed, ["*"]);
    assert!(!got.headers.contains_key("access-control-allow-credentials"));
    let refused = gateway.bare(Method::POST, "/v1/chat/completions").header("origin", "https://chat.example");
    let got = gateway.turned_away(refused.body("{}")).await;
    assert_eq!(
        (got.status, got.header("access-control-allow-origin")),
        (401, "*"),
        "pages must be able to read errors"
    );
    gateway.finish().await;
}

#[tokio::test]
async fn only_the_configured_pages_may_call_where_some_are_configured() {
    let upstream = Upstream::start(Kind::NewApi, Script::default()).await.unwrap();
    let gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!(["m"]))],
        "relay": {"cors_origins": ["https://chat.example"]},
    }))
    .await;
    for (origin, allowed) in [("https://chat.example", "https://chat.example"), ("https://evil.example", "")] {
        let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", false).to_string());
        let got = gateway.call(request.header("origin", origin)).await;
        assert_eq!((got.status, got.header("access-control-allow-origin")), (200, allowed));
        let preflight = gateway.bare(Method::OPTIONS, "/v1/models").header("origin", origin);
        let got = gateway.turned_away(preflight.header("access-control-request-method", "GET")).await;
        assert_eq!(got.header("access-control-allow-origin"), allowed);
    }
    gateway.finish().await;
}

#[tokio::test]
async fn no_page_of_another_site_may_use_the_admin_api() {
    let gateway = Gateway::before(Vec::new()).await;
    let preflight = gateway
        .bare(Method::OPTIONS, "/api/agg-token/")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST");
    let actual = gateway.bare(Method::GET, "/api/setup").header("origin", "https://evil.example");
    for request in [preflight, actual] {
        let got = gateway.turned_away(request).await;
        let cors = got.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
        assert_eq!(cors, None);
    }
    gateway.finish().await;
}
