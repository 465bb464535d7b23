//! Streams that break after their first frame: nothing is tried again, and the client learns of it in its own dialect.

use serde_json::{Value, json};
use sluice_testkit::{Cut, Pace, Script, Upstream};

use crate::gateway::{Gateway, provider, with};
use crate::samples::Dialect;

/// The last event of a stream, parsed.
fn last_event(text: &str) -> (Option<String>, Value) {
    let text = text.replace("\r\n", "\n");
    let event = text.trim_end().rsplit("\n\n").next().unwrap();
    let name = event.lines().find_map(|line| line.strip_prefix("event: ")).map(str::to_owned);
    let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    (name, serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {text}")))
}

pub(crate) fn assert_error_event(dialect: Dialect, text: &str, code: &str) {
    let (name, event) = last_event(text);
    let name = name.as_deref();
    match dialect {
        Dialect::Chat => assert_eq!((name, &event["error"]["code"]), (None, &json!(code)), "{text}"),
        Dialect::Responses => {
            assert_eq!(
                (name, &event["type"], &event["code"]),
                (Some("error"), &json!("error"), &json!(code)),
                "{text}"
            );
            // It carries the number after the last event that came.
            let events = text.matches("\ndata: {\"type\":\"response.").count();
            assert_eq!(event["sequence_number"], events, "{text}");
        }
        Dialect::Messages => {
            assert_eq!((name, &event["type"]), (Some("error"), &json!("error")), "{text}");
            assert!(
                ["api_error", "timeout_error", "billing_error"].contains(&event["error"]["type"].as_str().unwrap())
            );
        }
        Dialect::Gemini => {
            assert_eq!(event["error"]["details"][0]["reason"], code.to_ascii_uppercase(), "{text}");
        }
    }
}

/// How many chunks it takes until an answer has said something; up to there, another provider would take over.
const fn said_something(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Messages => 5,
        Dialect::Chat | Dialect::Responses | Dialect::Gemini => 2,
    }
}

async fn breaks(cut: fn(usize) -> Cut, timeouts: Value, code: &str) {
    for dialect in Dialect::ALL {
        let script = Script::new(cut(said_something(dialect)).into());
        let bad = Upstream::start(dialect.kind(), script).await.unwrap();
        let good = Upstream::start(dialect.kind(), Script::default()).await.unwrap();
        let first = with(provider("bad", &bad, json!(["m"])), json!({"priority": 1, "timeouts": timeouts}));
        let gateway = Gateway::before(vec![first, provider("good", &good, json!(["m"]))]).await;
        let request = gateway.post(&dialect.path("m", true), dialect.request("m", true).to_string());
        let got = gateway.call(request.header("anthropic-version", "2023-06-01")).await;
        assert_eq!(got.status, 200, "{dialect:?}: {}", got.text());
        assert_error_event(dialect, got.text(), code);
        assert!(good.requests().is_empty(), "{dialect:?}");
        let record = gateway.record(got.call()).await;
        let told = (&record["outcome"], &record["error_message"], &record["attempt_index"]);
        assert_eq!(told, (&json!("broken"), &json!(code), &json!(1)), "{dialect:?}");
        assert!(record["usage"]["input"].as_u64().unwrap() > 0, "{record}");
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_reset_becomes_an_error_event() {
    breaks(|chunks| Cut::ResetAfterChunks { chunks }, json!({}), "upstream_broken").await;
}

#[tokio::test]
async fn a_closed_connection_becomes_an_error_event() {
    breaks(|chunks| Cut::CloseAfterChunks { chunks }, json!({}), "upstream_broken").await;
}

#[tokio::test]
async fn silence_becomes_an_error_event_when_the_idle_time_is_over() {
    breaks(|chunks| Cut::HangAfterChunks { chunks }, json!({"idle_ms": 200}), "upstream_timeout").await;
}

#[tokio::test]
async fn an_answer_that_never_ends_is_cut_when_its_whole_time_is_over() {
    for dialect in Dialect::ALL {
        let pace = Pace { between_chunks_ms: 20, chunks: Some(2_000), ..Pace::default() };
        let upstream = Upstream::start(dialect.kind(), Script::new(pace.into())).await.unwrap();
        let slow = with(provider("p", &upstream, json!(["m"])), json!({"timeouts": {"total_ms": 600}}));
        let gateway = Gateway::before(vec![slow]).await;
        let request = gateway.post(&dialect.path("m", true), dialect.request("m", true).to_string());
        let got = gateway.call(request.header("anthropic-version", "2023-06-01")).await;
        assert_error_event(dialect, got.text(), "upstream_timeout");
        let cancelled = upstream.wait_for_cancellations(1).await;
        assert!(cancelled[0].chunks_sent > 3);
        let record = gateway.record(got.call()).await;
        assert!(record["response_time_ms"].as_u64().unwrap() >= 600);
        gateway.finish().await;
    }
}

#[tokio::test]
async fn an_event_that_was_torn_apart_is_closed_before_the_error() {
    let whole = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
    let torn = format!("{whole}data: {{\"choices\":[{{\"ind");
    let act = sluice_testkit::Act::bytes("text/event-stream", torn.clone());
    let act = act.with_cut(Cut::CloseAfterChunks { chunks: 1 });
    let upstream = Upstream::start(Dialect::Chat.kind(), Script::new(act)).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", true).to_string());
    let got = gateway.call(request).await;
    assert!(got.text().starts_with(&format!("{torn}\n\ndata: ")), "{}", got.text());
    assert_error_event(Dialect::Chat, got.text(), "upstream_broken");
    gateway.finish().await;
}

#[tokio::test]
async fn a_stream_that_ends_too_early_in_good_order_is_recorded_as_broken() {
    for dialect in Dialect::ALL {
        let cut = Cut::EndAfterChunks { chunks: said_something(dialect) };
        let upstream = Upstream::start(dialect.kind(), Script::new(cut.into())).await.unwrap();
        let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
        let request = gateway.post(&dialect.path("m", true), dialect.request("m", true).to_string());
        let got = gateway.call(request.header("anthropic-version", "2023-06-01")).await;
        let record = gateway.record(got.call()).await;
        let told = (&record["outcome"], &record["error_message"]);
        assert_eq!(told, (&json!("broken"), &json!("upstream_truncated")), "{dialect:?}");
        gateway.finish().await;
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_that_breaks_ends_the_connection() {
    // It is longer than what is held back until its end.
    let act = sluice_testkit::Act::text("long ".repeat(20_000)).with_cut(Cut::Truncate { bytes: 80_000 });
    let upstream = Upstream::start(Dialect::Chat.kind(), Script::new(act)).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", false).to_string());
    let response = gateway.open(request).await;
    let call = crate::client::call_of(&response);
    assert!(response.bytes().await.is_err(), "half an answer must not look like a whole one");
    let record = gateway.record(&call).await;
    assert_eq!((&record["outcome"], &record["error_message"]), (&json!("broken"), &json!("upstream_broken")));
    gateway.finish().await;
}
