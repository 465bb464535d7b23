//! Same dialect, same bytes: what client and upstream say to each other passes unchanged, and is metered all the same.

use std::io::Write;

use reqwest::Method;
use serde_json::json;
use sluice_testkit::{Act, Contract, Pace, Script, Upstream};

use crate::gateway::{Gateway, provider};
use crate::samples::{Dialect, ODD, assert_counts};

async fn start(dialect: Dialect, act: Act) -> Upstream {
    Upstream::start(dialect.kind(), Script::new(act).with_contract(Contract::Headers)).await.unwrap()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4_096, 5, 20);
    encoder.write_all(plain).unwrap();
    encoder.into_inner()
}

async fn request_and_answer_pass_unchanged(dialect: Dialect) {
    let answer = dialect.odd_answer();
    let upstream = start(dialect, Act::bytes("application/json", answer.clone())).await;
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["public"]))]).await;
    let request = dialect.odd_request("public", false);
    let got = gateway.call(gateway.post(&dialect.path("public", false), request.clone())).await;
    assert_eq!((got.status, got.text()), (200, answer.as_str()));
    let sent = upstream.requests();
    assert_eq!(sent.len(), 1);
    assert_eq!(std::str::from_utf8(&sent[0].body).unwrap(), request);
    assert_eq!(sent[0].target, dialect.path("public", false));
    let record = gateway.record(got.call()).await;
    assert_counts(&record, &dialect.counts());
    assert_eq!(record["usage_source"], "reported");
    gateway.finish().await;
}

#[tokio::test]
async fn a_chat_passes_unchanged() {
    request_and_answer_pass_unchanged(Dialect::Chat).await;
}

#[tokio::test]
async fn a_response_passes_unchanged() {
    request_and_answer_pass_unchanged(Dialect::Responses).await;
}

#[tokio::test]
async fn a_message_passes_unchanged() {
    request_and_answer_pass_unchanged(Dialect::Messages).await;
}

#[tokio::test]
async fn gemini_content_passes_unchanged() {
    request_and_answer_pass_unchanged(Dialect::Gemini).await;
}

#[tokio::test]
async fn a_route_with_another_name_changes_the_model_and_nothing_else() {
    for dialect in Dialect::ALL {
        let upstream = start(dialect, Act::bytes("application/json", dialect.odd_answer())).await;
        let models = json!([{"name": "public", "upstream": "real/Name-1"}]);
        let gateway = Gateway::before(vec![provider("p", &upstream, models)]).await;
        let request = dialect.odd_request("public", false);
        let got = gateway.call(gateway.post(&dialect.path("public", false), request.clone())).await;
        assert_eq!((got.status, got.text()), (200, dialect.odd_answer().as_str()));
        let expected = request.replacen("\"model\" : \"public\"", "\"model\" : \"real/Name-1\"", 1);
        let sent = upstream.requests();
        assert_eq!(std::str::from_utf8(&sent[0].body).unwrap(), expected);
        let record = gateway.record(got.call()).await;
        let models = (&record["request_model_original"], &record["request_model_resolved"]);
        assert_eq!(models, (&json!("public"), &json!("real/Name-1")));
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_stream_that_is_split_at_every_byte_arrives_as_it_was() {
    for dialect in Dialect::ALL {
        let pace = Pace { split_every: Some(1), ..Pace::default() };
        let upstream = start(dialect, Act::bytes("text/event-stream", dialect.stream()).with_pace(pace)).await;
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        let got = gateway.call(gateway.post(&dialect.path("m", true), dialect.odd_request("m", true))).await;
        assert_eq!((got.status, got.text()), (200, dialect.stream().as_str()));
        assert_eq!(got.header("content-type"), "text/event-stream");
        let record = gateway.record(got.call()).await;
        assert_counts(&record, &dialect.counts());
        assert_eq!((&record["is_stream"], &record["outcome"]), (&json!(true), &json!("complete")));
        gateway.finish().await;
    }
}

#[tokio::test]
async fn embeddings_and_forms_pass_unchanged() {
    let upstream = start(Dialect::Chat, Act::default()).await;
    // The upstream cannot read so odd a body, and answers with an empty list.
    let providers = [provider("p", &upstream, json!(["m", "whisper-1"]))];
    let gateway = Gateway::start(json!({"providers": providers, "routing": {"validity": "off"}})).await;

    let body = format!("{{\"input\":[ \"a\",\"b\" ],{ODD},\"model\":\"m\"}}");
    let got = gateway.call(gateway.post("/v1/embeddings", body.clone())).await;
    assert_eq!(got.status, 200, "{}", got.text());

    let mut form = b"--B0undary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\
        Content-Type: audio/wav\r\nX-Odd:  1\r\n\r\n"
        .to_vec();
    form.extend((0..=255u8).cycle().take(5_000));
    form.extend(b"\r\n--B0undar\r\n--B0undary\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nwhisper-1");
    form.extend(b"\r\n--B0undary--\r\n");
    let request = gateway.ask(Method::POST, "/v1/audio/transcriptions").body(form.clone());
    let got = gateway.call(request.header("content-type", "multipart/form-data; boundary=B0undary")).await;
    assert_eq!(got.status, 200, "{}", got.text());

    let sent = upstream.requests();
    assert_eq!((&sent[0].body[..], &sent[1].body[..]), (body.as_bytes(), &form[..]));
    gateway.finish().await;
}

#[tokio::test]
async fn the_model_of_a_form_is_renamed_and_its_file_stays() {
    let upstream = start(Dialect::Chat, Act::default()).await;
    let models = json!([{"name": "ears", "upstream": "whisper-1"}]);
    let gateway = Gateway::before(vec![provider("p", &upstream, models)]).await;
    let form = |model: &str| {
        format!(
            "--b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\n{model}\r\n--b\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"ears\"\r\n\r\nears\r\n--b--\r\n"
        )
    };
    let request = gateway
        .ask(Method::POST, "/v1/audio/transcriptions")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(form("ears"));
    let got = gateway.call(request).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert_eq!(upstream.requests()[0].body, form("whisper-1"));
    gateway.finish().await;
}

#[tokio::test]
async fn a_compressed_request_is_forwarded_as_it_came() {
    let upstream = start(Dialect::Chat, Act::default()).await;
    let models = json!(["m", {"name": "renamed", "upstream": "m"}]);
    let gateway = Gateway::before(vec![provider("p", &upstream, models)]).await;
    let plain = Dialect::Chat.odd_request("m", false);
    for (coding, wire) in [("gzip", gzip(plain.as_bytes())), ("br", brotli(plain.as_bytes()))] {
        upstream.forget();
        let request = gateway.post("/v1/chat/completions", wire.clone()).header("content-encoding", coding);
        let got = gateway.call(request).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let sent = &upstream.requests()[0];
        assert_eq!((sent.header("content-encoding"), &sent.body[..]), (Some(coding), &wire[..]));
        assert_eq!(gateway.record(got.call()).await["request_model_original"], "m");
    }
    upstream.forget();
    let renamed = Dialect::Chat.odd_request("renamed", false);
    let request = gateway.post("/v1/chat/completions", gzip(renamed.as_bytes())).header("content-encoding", "gzip");
    assert_eq!(gateway.call(request).await.status, 200);
    let sent = &upstream.requests()[0];
    let expected = renamed.replacen("\"model\" : \"renamed\"", "\"model\" : \"m\"", 1);
    assert_eq!((sent.header("content-encoding"), &sent.body[..]), (None, expected.as_bytes()));
    gateway.finish().await;
}

#[tokio::test]
async fn a_compressed_answer_passes_unchanged_and_is_metered() {
    for dialect in Dialect::ALL {
        let upstream = start(dialect, Act::default()).await;
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        let plain = [("application/json", dialect.odd_answer(), false), ("text/event-stream", dialect.stream(), true)];
        for (content_type, plain, is_stream) in plain {
            for (coding, wire) in [("gzip", gzip(plain.as_bytes())), ("br", brotli(plain.as_bytes()))] {
                let pace = Pace { split_every: Some(3), ..Pace::default() };
                let act = Act::bytes(content_type, wire.clone()).with_header("content-encoding", coding);
                upstream.set_script(Script::new(act.with_pace(pace)).with_contract(Contract::Headers));
                let body = dialect.odd_request("m", is_stream);
                let request = gateway.post(&dialect.path("m", is_stream), body).header("accept-encoding", "gzip, br");
                let got = gateway.call(request).await;
                assert_eq!((got.status, got.header("content-encoding"), &got.body[..]), (200, coding, &wire[..]));
                let record = gateway.record(got.call()).await;
                assert_counts(&record, &dialect.counts());
                assert_eq!(record["usage_source"], "reported", "{record}");
            }
        }
        gateway.finish().await;
    }
}
