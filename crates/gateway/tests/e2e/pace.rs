//! Streams keep the upstream's pace: what it writes, the client reads, before anything more is written.

use std::time::{Duration, Instant};

use serde_json::json;
use sluice_testkit::{Act, Answer, Piece, Raw, Script, Upstream};

use crate::gateway::{Gateway, provider};
use crate::samples::Dialect;

fn piece(delay_ms: u64, text: &str) -> Piece {
    Piece { delay_ms, bytes: text.to_owned().into() }
}

/// The beginning of a stream up to the first data; until there it may be held back to be judged.
fn first_event(stream: &str) -> &str {
    let data = stream.find("data: ").unwrap();
    let line = stream[data..].find('\n').unwrap();
    &stream[..=data + line]
}

#[tokio::test]
async fn each_piece_reaches_the_client_while_the_upstream_still_waits() {
    for dialect in Dialect::ALL {
        let stream = dialect.stream();
        let first = first_event(&stream);
        // Half an event, and half a letter of several bytes, do not wait for the other half.
        let (half, rest) = stream.as_bytes().split_at(stream.find('\u{1f600}').unwrap() + 2);
        let pieces = vec![
            piece(0, first),
            Piece { delay_ms: 200, bytes: half.to_vec().into() },
            Piece { delay_ms: 600_000, bytes: rest.to_vec().into() },
        ];
        let act = Act::from(Answer::Raw(Raw { content_type: "text/event-stream".to_owned(), pieces }));
        let upstream = Upstream::start(dialect.kind(), Script::new(act)).await.unwrap();
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        let request = gateway.post(&dialect.path("m", true), dialect.request("m", true).to_string());
        let mut response = gateway.open(request.header("anthropic-version", "2023-06-01")).await;
        let mut seen = Vec::new();
        while seen.len() < first.len() + half.len() {
            let next = tokio::time::timeout(Duration::from_secs(10), response.chunk()).await;
            seen.extend(next.expect("the piece is held back").unwrap().unwrap());
        }
        assert_eq!(seen, [first.as_bytes(), half].concat());
        drop(response);
        upstream.wait_for_cancellations(1).await;
        gateway.finish().await;
    }
}

#[tokio::test]
async fn the_time_to_the_first_token_and_the_whole_time_are_recorded() {
    let chunk = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
    let pieces = vec![piece(150, chunk), piece(300, "data: [DONE]\n\n")];
    let act = Act::from(Answer::Raw(Raw { content_type: "text/event-stream".to_owned(), pieces }));
    let upstream = Upstream::start(Dialect::Chat.kind(), Script::new(act)).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", true).to_string());
    let began = Instant::now();
    let got = gateway.call(request).await;
    let whole = u64::try_from(began.elapsed().as_millis()).unwrap();
    let record = gateway.record(got.call()).await;
    let first = record["first_token_ms"].as_u64().unwrap();
    let all = record["response_time_ms"].as_u64().unwrap();
    assert!(first >= 150 && all >= first + 290 && all <= whole, "{first} {all} {whole}");
    gateway.finish().await;
}

#[tokio::test]
async fn a_line_of_eight_megabytes_passes_in_one_stream() {
    let long = "y".repeat(8 << 20);
    let text =
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{long}\"}}}}]}}\n\ndata: [DONE]\n\n");
    let act = Act::bytes("text/event-stream", text.clone());
    let upstream = Upstream::start(Dialect::Chat.kind(), Script::new(act)).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", true).to_string());
    let got = gateway.call(request).await;
    assert!(got.status == 200 && got.body == text, "{} bytes of {}", got.body.len(), text.len());
    let record = gateway.record(got.call()).await;
    assert_eq!(record["outcome"], "complete");
    gateway.finish().await;
}
