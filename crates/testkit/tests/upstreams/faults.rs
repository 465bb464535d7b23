//! How the upstreams fail when they are told to, and what they notice.

use std::io::Read;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use sluice_testkit::{Act, Answer, Cut, Encoding, Failure, Kind, Pace, Piece, Raw, Script};

use crate::support::{chat, events, post, post_json, start, start_with, stream_call};

fn is_reset(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionReset) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[tokio::test]
async fn a_reset_before_the_head_is_a_reset() {
    let upstream = start_with(Kind::OpenAi, Cut::ResetBeforeHead).await;
    let (path, body) = stream_call(Kind::OpenAi);
    let error = post(&upstream, path, &body).send().await.unwrap_err();
    assert!(is_reset(&error), "{error:?}");
}

#[tokio::test]
async fn a_reset_after_chunks_comes_after_exactly_those() {
    for chunks in [0, 2] {
        let upstream = start_with(Kind::OpenAi, Cut::ResetAfterChunks { chunks }).await;
        let (path, body) = stream_call(Kind::OpenAi);
        let mut stream = post(&upstream, path, &body).send().await.unwrap().bytes_stream();
        let mut text = String::new();
        let error = loop {
            match stream.next().await.unwrap() {
                Ok(bytes) => text.push_str(std::str::from_utf8(&bytes).unwrap()),
                Err(error) => break error,
            }
        };
        assert!(is_reset(&error), "{error:?}");
        assert_eq!(events(&text).len(), chunks);
        assert_eq!(upstream.cancellations(), [], "the script broke it, not the client");
    }
}

#[tokio::test]
async fn an_error_event_comes_where_it_is_told_in_every_dialect() {
    for kind in Kind::ALL {
        let failure = Failure::new(529, "overloaded");
        let upstream = start_with(kind, Cut::ErrorAfterChunks { chunks: 1, failure }).await;
        let (path, body) = stream_call(kind);
        let response = post(&upstream, path, &body).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        let events = events(&response.text().await.unwrap());
        assert_eq!((events.len(), &events[1]["error"]["message"]), (2, &json!("overloaded")), "{kind}");
    }
}

#[tokio::test]
async fn errors_have_the_vendors_shape() {
    let expected = [
        (Kind::OpenAi, "/error/code", json!("rate_limit_exceeded")),
        (Kind::Anthropic, "/error/type", json!("rate_limit_error")),
        (Kind::Gemini, "/error/status", json!("RESOURCE_EXHAUSTED")),
    ];
    for (kind, pointer, value) in expected {
        let act = Act::error(Failure::new(429, "slow down")).with_header("retry-after", "7");
        let upstream = start_with(kind, act).await;
        let (path, body) = stream_call(kind);
        let response = post(&upstream, path, &body).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "7"));
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer.pointer(pointer), Some(&value), "{kind}");
    }
}

#[tokio::test]
async fn the_first_calls_fail_and_then_it_works() {
    let upstream = start(Kind::OpenAi).await;
    upstream.set_script(Script::first(2, Act::error(Failure::new(500, "broken"))));
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(post_json(&upstream, "/v1/chat/completions", &chat(json!({}))).await.0);
    }
    assert_eq!(seen, [500, 500, 200]);
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed_at_once() {
    for pace in
        [Pace { before_head_ms: 60_000, ..Pace::default() }, Pace { between_chunks_ms: 60_000, ..Pace::default() }]
    {
        let is_before_head = pace.before_head_ms > 0;
        let upstream = start_with(Kind::Anthropic, pace).await;
        let (path, body) = stream_call(Kind::Anthropic);
        let sending = post(&upstream, path, &body).send();
        if is_before_head {
            tokio::select! {
                _ = sending => panic!("the upstream has not answered yet"),
                _ = upstream.wait_for_requests(1) => {}
            }
        } else {
            let mut response = sending.await.unwrap();
            response.chunk().await.unwrap();
            drop(response);
        }
        let left = Instant::now();
        let seen = tokio::time::timeout(Duration::from_secs(5), upstream.wait_for_cancellations(1)).await.unwrap();
        assert!(seen[0].instant.duration_since(left) < Duration::from_millis(100), "{:?}", seen[0]);
        assert_eq!(seen[0].chunks_sent, usize::from(!is_before_head));
    }
}

#[tokio::test]
async fn a_raw_body_arrives_byte_for_byte() {
    let pieces = [&b"\xff\x00"[..], b"data: {\"a\": 1.0e+5}\n", b"\n"];
    let raw = Raw {
        content_type: "text/event-stream".to_owned(),
        pieces: pieces.iter().map(|bytes| Piece { delay_ms: 5, bytes: Bytes::copy_from_slice(bytes) }).collect(),
    };
    let upstream = start_with(Kind::OpenAi, Answer::Raw(raw)).await;
    let (path, body) = stream_call(Kind::OpenAi);
    let mut stream = post(&upstream, path, &body).send().await.unwrap().bytes_stream();
    let mut seen = Vec::new();
    while let Some(bytes) = stream.next().await {
        seen.push(bytes.unwrap());
    }
    assert_eq!(seen, pieces);
}

#[tokio::test]
async fn a_truncated_body_breaks_off() {
    let upstream = start_with(Kind::OpenAi, Cut::Truncate { bytes: 10 }).await;
    let response = post(&upstream, "/v1/chat/completions", &chat(json!({}))).send().await.unwrap();
    assert!(response.content_length().unwrap() > 10);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn compressed_streams_can_be_read_as_they_come() {
    for encoding in [Encoding::Gzip, Encoding::Br] {
        let upstream = start_with(Kind::OpenAi, Act::default().with_encoding(encoding)).await;
        let (path, body) = stream_call(Kind::OpenAi);
        let response = post(&upstream, path, &body).send().await.unwrap();
        let name = response.headers()["content-encoding"].to_str().unwrap().to_owned();
        let bytes = response.bytes().await.unwrap();
        let mut text = String::new();
        match name.as_str() {
            "gzip" => flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap(),
            _ => brotli::Decompressor::new(&bytes[..], 4_096).read_to_string(&mut text).unwrap(),
        };
        assert!(text.ends_with("data: [DONE]\n\n"), "{name}");
    }
}

#[tokio::test]
async fn pages_and_empty_bodies_come_with_their_status() {
    let upstream = start_with(Kind::Gemini, Answer::Html { status: 502 }).await;
    let (path, body) = stream_call(Kind::Gemini);
    let response = post(&upstream, path, &body).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 502);
    assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    upstream.set_script(Script::new(Answer::Empty { status: 200 }.into()));
    let response = post(&upstream, path, &body).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (200, ""));
}

#[tokio::test]
async fn compressed_requests_are_read() {
    let upstream = start(Kind::OpenAi).await;
    let plain = chat(json!({})).to_string();
    let packed = zstd::encode_all(plain.as_bytes(), 3).unwrap();
    let sent = crate::support::request(&upstream, reqwest::Method::POST, "/v1/chat/completions")
        .header("content-type", "application/json")
        .header("content-encoding", "zstd")
        .body(packed.clone());
    assert_eq!(sent.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(upstream.requests()[0].body, packed, "the log keeps what was sent");
}

#[tokio::test]
async fn a_stopped_upstream_gives_its_port_back() {
    let upstream = start(Kind::OpenAi).await;
    let settings = upstream.settings().clone().with_port(upstream.address().port());
    post_json(&upstream, "/v1/chat/completions", &chat(json!({}))).await;
    upstream.stop().await;
    let again = sluice_testkit::Upstream::start_with(settings, Script::default()).unwrap();
    assert_eq!(post_json(&again, "/v1/chat/completions", &chat(json!({}))).await.0, 200);
}
