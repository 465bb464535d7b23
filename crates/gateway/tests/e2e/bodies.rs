//! Bodies: large, slow, without a length, broken, and bombs.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use reqwest::Method;
use serde_json::json;
use sluice_testkit::{Act, Contract, Kind, Script, Upstream};

use crate::client::{exchange, parts};
use crate::gateway::{Gateway, KEY, provider};
use crate::samples::Dialect;

const MEGABYTE: usize = 1 << 20;

async fn lenient() -> Upstream {
    let answer = Act::bytes("application/json", Dialect::Chat.odd_answer());
    Upstream::start(Kind::OpenAi, Script::new(answer).with_contract(Contract::Headers)).await.unwrap()
}

/// A chat of about so many bytes, with the model at its end.
fn large_chat(model: &str, bytes: usize) -> String {
    let text = "0123456789abcde\u{e9}".repeat(bytes / 17);
    format!("{{\"messages\":[{{\"role\":\"user\",\"content\":\"{text}\"}}],\"model\" : \"{model}\"}}")
}

/// A form with a file of so many bytes and the model behind it.
fn large_form(model: &str, bytes: usize) -> Vec<u8> {
    let mut form = b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n".to_vec();
    form.extend((0..=255u8).cycle().take(bytes));
    form.extend(b"\r\n--b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\n");
    form.extend(model.as_bytes());
    form.extend(b"\r\n--b--\r\n");
    form
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn large_bodies_arrive_as_they_were_and_leave_no_file() {
    let upstream = lenient().await;
    let models = json!(["m", {"name": "renamed", "upstream": "m"}]);
    let gateway = Gateway::before(vec![provider("p", &upstream, models)]).await;
    for bytes in [6 * MEGABYTE, 30 * MEGABYTE] {
        upstream.forget();
        let body = Bytes::from(large_chat("m", bytes));
        let got = gateway.call(gateway.post("/v1/chat/completions", body.clone())).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert!(upstream.requests()[0].body == body, "{bytes}");

        upstream.forget();
        let form = Bytes::from(large_form("m", bytes));
        let request = gateway.ask(Method::POST, "/v1/audio/transcriptions").body(form.clone());
        let got = gateway.call(request.header("content-type", "multipart/form-data; boundary=b")).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert!(upstream.requests()[0].body == form, "{bytes}");
    }
    upstream.forget();
    let got = gateway.call(gateway.post("/v1/chat/completions", large_chat("renamed", 6 * MEGABYTE))).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let sent = &upstream.requests()[0];
    assert!(sent.body == large_chat("m", 6 * MEGABYTE));
    assert_eq!(sent.header("content-length"), Some(sent.body.len().to_string().as_str()));
    assert_eq!(std::fs::read_dir(gateway.data_dir().join("spool")).unwrap().count(), 0);
    gateway.finish().await;
}

#[tokio::test]
async fn a_body_without_a_length_is_taken_whatever_its_size() {
    let upstream = lenient().await;
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    for bytes in [100, 6 * MEGABYTE] {
        upstream.forget();
        let body = Bytes::from(large_chat("m", bytes));
        let pieces: Vec<Bytes> = body.chunks(10_000).map(Bytes::copy_from_slice).collect();
        let chunked = reqwest::Body::wrap_stream(stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>)));
        let got = gateway.call(gateway.post("/v1/chat/completions", chunked)).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let sent = &upstream.requests()[0];
        assert!(sent.body == body);
        assert_eq!(sent.header("content-length"), Some(body.len().to_string().as_str()));
    }
    gateway.finish().await;
}

#[tokio::test]
async fn a_body_that_comes_slowly_is_waited_for() {
    let upstream = lenient().await;
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let body = Dialect::Chat.odd_request("m", false);
    let pieces: Vec<Bytes> = body.as_bytes().chunks(40).map(Bytes::copy_from_slice).collect();
    let slow = stream::unfold(pieces.into_iter(), |mut pieces| async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, std::io::Error>(pieces.next()?), pieces))
    });
    let got = gateway.call(gateway.post("/v1/chat/completions", reqwest::Body::wrap_stream(slow))).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert_eq!(upstream.requests()[0].body, body);
    gateway.finish().await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_before_it_is_sent() {
    let gateway = Gateway::before(Vec::new()).await;
    let names = [
        (Dialect::Chat, "body_too_large"),
        (Dialect::Responses, "body_too_large"),
        (Dialect::Messages, "request_too_large"),
        (Dialect::Gemini, "BODY_TOO_LARGE"),
    ];
    for (dialect, name) in names {
        let (path, length) = (dialect.path("m", false), 101 * MEGABYTE);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {length}\r\n\r\n{{"
        );
        gateway.expect_records(1);
        let answer = exchange(gateway.address(), &[head.as_bytes()]).await;
        let (status, _, body) = parts(&answer);
        assert_eq!((status, dialect.error_name(&serde_json::from_str(body).unwrap()).as_str()), (413, name));
        assert!(body.contains("100 MiB"), "{body}");
    }
    gateway.finish().await;
}

#[tokio::test]
async fn a_body_that_grows_above_the_limit_is_refused() {
    let upstream = lenient().await;
    let gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!(["m"]))],
        "relay": {"max_body_bytes": 3 * MEGABYTE, "spool_above_bytes": MEGABYTE},
    }))
    .await;
    let fits = large_chat("m", 2 * MEGABYTE);
    assert_eq!(gateway.call(gateway.post("/v1/chat/completions", fits)).await.status, 200);
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n\
         content-type: application/json\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    // Just above the limit, so that the refusal is not lost by a reset over unread bytes.
    let chunk = format!("100000\r\n{}\r\n", "{".repeat(MEGABYTE));
    gateway.expect_records(1);
    let pieces = [head.as_bytes(), chunk.as_bytes(), chunk.as_bytes(), chunk.as_bytes(), b"1\r\n{\r\n"];
    let answer = exchange(gateway.address(), &pieces).await;
    let (status, _, body) = parts(&answer);
    assert!(status == 413 && body.contains("body_too_large"), "{answer}");
    assert_eq!(upstream.requests().len(), 1);
    gateway.finish().await;
}

#[tokio::test]
async fn a_decompression_bomb_is_refused() {
    let upstream = lenient().await;
    let gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!(["m"]))],
        "relay": {"max_body_bytes": 6 * MEGABYTE},
    }))
    .await;
    let bomb = gzip(&vec![b' '; 12 * MEGABYTE]);
    for dialect in [Dialect::Chat, Dialect::Messages, Dialect::Gemini] {
        let request = gateway.post(&dialect.path("m", false), bomb.clone()).header("content-encoding", "gzip");
        let got = gateway.call(request).await;
        assert_eq!(got.status, 413, "{}", got.text());
        dialect.error_name(&got.json());
    }
    let text = "a".repeat(5 * MEGABYTE);
    let plain = format!("{{\"model\":\"m\",\"messages\":[{{\"role\":\"user\",\"content\":\"{text}\"}}]}}");
    let dense = gzip(plain.as_bytes());
    let request = gateway.post("/v1/chat/completions", dense.clone()).header("content-encoding", "gzip");
    let got = gateway.call(request).await;
    assert_eq!(got.status, 200, "a body that shrinks well is no bomb: {}", got.text());
    assert_eq!(upstream.requests()[0].body, dense);
    gateway.finish().await;
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_in_the_callers_dialect() {
    let gateway = Gateway::before(Vec::new()).await;
    for dialect in Dialect::ALL {
        let whole = dialect.request("m", false).to_string();
        let doubled = whole.replacen('{', "{\"temperature\":1,\"temperature\":2,", 1);
        let escaped = whole.replacen('{', "{\"top_p\":1,\"top\\u005fp\":2,", 1);
        let torn = &whole[..whole.len() - 2];
        let trailing = format!("{whole}{whole}");
        for body in [doubled.as_str(), escaped.as_str(), torn, trailing.as_str(), "[1]", "", "null"] {
            let got = gateway.call(gateway.post(&dialect.path("m", false), body.to_owned())).await;
            assert_eq!(got.status, 400, "{dialect:?} {body}: {}", got.text());
            let name = dialect.error_name(&got.json());
            let known = ["invalid_body", "INVALID_BODY", "invalid_request_error"];
            assert!(known.contains(&name.as_str()), "{name}");
        }
        let request = gateway.post(&dialect.path("m", false), whole.clone());
        let got = gateway.call(request.header("content-encoding", "gzip")).await;
        assert_eq!(got.status, 400, "{}", got.text());
        let request = gateway.post(&dialect.path("m", false), whole.clone());
        let got = gateway.call(request.header("content-encoding", "snappy")).await;
        assert_eq!(got.status, 415, "{}", got.text());
    }
    let got = gateway.call(gateway.post("/v1/chat/completions", r#"{"messages":[]}"#)).await;
    assert_eq!((got.status, &got.json()["error"]["code"]), (400, &json!("missing_model")));
    gateway.finish().await;
}
