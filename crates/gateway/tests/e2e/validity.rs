//! Answers that look well and say nothing: passed over, noted or left alone, as the operator wants it.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testkit::{Act, Answer, Encoding, Kind, Piece, Raw, Script, Upstream};

use crate::gateway::{Gateway, eventually, provider, with};
use crate::samples::Dialect;

const SILENT: &str = r#"{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"stop"}]}"#;
const SILENT_STREAM: &str = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n\
    data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

fn silent(is_stream: bool) -> Act {
    if is_stream { Act::bytes("text/event-stream", SILENT_STREAM) } else { Act::bytes("application/json", SILENT) }
}

/// A gateway in front of an upstream that does this and one that is well.
async fn gateway(mode: &str, act: Act) -> (Gateway, [Upstream; 2]) {
    let upstreams = [
        Upstream::start(Kind::OpenAi, Script::new(act)).await.unwrap(),
        Upstream::start(Kind::OpenAi, Script::default()).await.unwrap(),
    ];
    let first = with(provider("silent", &upstreams[0], json!(["m"])), json!({"priority": 10}));
    let providers = [first, provider("good", &upstreams[1], json!(["m"]))];
    (Gateway::start(json!({"providers": providers, "routing": {"validity": mode}})).await, upstreams)
}

fn errors(record: &Value) -> Vec<Option<&str>> {
    record["attempts"].as_array().unwrap().iter().map(|one| one["error"].as_str()).collect()
}

#[rstest]
#[case::plain(false, "no_actionable_output")]
#[case::stream(true, "stream_no_meaningful_delta")]
#[tokio::test]
async fn an_answer_that_says_nothing_is_treated_as_the_operator_wants(#[case] is_stream: bool, #[case] reason: &str) {
    let observed = format!("observed: {reason}");
    let enforced = format!("upstream_invalid_answer: the upstream's answer says nothing ({reason}); try again");
    for (mode, expected) in
        [("off", vec![None]), ("observe", vec![Some(&*observed)]), ("enforce", vec![Some(&*enforced), None])]
    {
        let (gateway, _upstreams) = gateway(mode, silent(is_stream)).await;
        let body = Dialect::Chat.request("m", is_stream).to_string();
        let got = gateway.call(gateway.post("/v1/chat/completions", body)).await;
        let record = gateway.record(got.call()).await;
        assert_eq!((got.status, errors(&record)), (200, expected), "{mode}: {}", got.text());
        let is_silent = got.text() == if is_stream { SILENT_STREAM } else { SILENT };
        assert_eq!(is_silent, mode != "enforce", "{mode}: {}", got.text());
        let counted = u64::from(mode != "off");
        // Sums are some seconds old at most.
        let is_counted = async || {
            let providers = gateway.admin(Method::GET, "/api/provider/", None).await.json()["data"]["items"].clone();
            let of_silent = providers.as_array().unwrap().iter().find(|one| one["name"] == "silent").cloned()?;
            (of_silent["invalid_answers"] == counted).then_some(())
        };
        eventually("the count", is_counted).await;
        let explained = async || {
            let preview = gateway.admin(Method::POST, "/api/route/preview", Some(json!({"model": "m"}))).await.json();
            let candidates = preview["data"]["decision"]["candidates"].as_array()?.clone();
            let of_silent = candidates.into_iter().find(|one| one["provider"] == "silent")?;
            (of_silent["invalid_answers"] == counted).then_some(())
        };
        eventually("the count of the candidate", explained).await;
        gateway.finish().await;
    }
}

#[tokio::test]
async fn encoded_answers_are_judged_by_what_they_say() {
    for (act, attempts) in [(silent(false), 2), (Act::text("The sea is wide."), 1)] {
        let (gateway, _upstreams) = gateway("enforce", act.with_encoding(Encoding::Gzip)).await;
        let body = Dialect::Chat.request("m", false).to_string();
        let request = gateway.post("/v1/chat/completions", body).header("accept-encoding", "gzip");
        let got = gateway.call(request).await;
        assert_eq!((got.status, &gateway.record(got.call()).await["attempt_index"]), (200, &json!(attempts)));
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_model_that_thinks_before_its_first_word_is_not_held_back_for_long() {
    let start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\n";
    let rest = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
    let pieces = [(0, start), (600_000, rest)].map(|(delay_ms, text)| Piece { delay_ms, bytes: text.into() });
    let raw = Raw { content_type: "text/event-stream".to_owned(), pieces: pieces.into() };
    let upstream = Upstream::start(Kind::Anthropic, Script::new(Answer::Raw(raw).into())).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let request = gateway.post("/v1/messages", Dialect::Messages.request("m", true).to_string());
    let opening = gateway.open(request.header("anthropic-version", "2023-06-01"));
    let mut response = tokio::time::timeout(Duration::from_secs(10), opening).await.expect("the answer is held back");
    assert_eq!(response.chunk().await.unwrap().unwrap(), start);
    drop(response);
    upstream.wait_for_cancellations(1).await;
    gateway.finish().await;
}
