//! Any client, any model: a call reaches an upstream of another dialect, and its answer comes back in the caller's.

use serde_json::{Value, json};
use sluice_testkit::{Act, Cut, Failure, Kind, Pace, Script, Upstream};

use crate::client::Answer;
use crate::gateway::{Gateway, provider, with};
use crate::samples::Dialect;

/// An upstream that speaks one dialect only, and a gateway in front of it.
struct Foreign {
    upstream: Upstream,
    gateway: Gateway,
}

impl Foreign {
    async fn start(spoken: Dialect, script: Script) -> Self {
        let upstream = Upstream::start(spoken.kind(), script).await.unwrap();
        let vendor = json!({"vendor": vendor_of(spoken)});
        let gateway = Gateway::before(vec![with(provider("p", &upstream, json!(["m"])), vendor)]).await;
        Self { upstream, gateway }
    }

    async fn call(&self, asked: Dialect, body: &Value, is_stream: bool) -> (Answer, Value) {
        let got = self.gateway.call(self.gateway.post(&asked.path("m", is_stream), body.to_string())).await;
        let record = self.gateway.record(got.call()).await;
        (got, record)
    }
}

/// A vendor that has this dialect and none that the caller speaks.
const fn vendor_of(spoken: Dialect) -> &'static str {
    match spoken {
        Dialect::Chat => "mistral",
        Dialect::Responses => "openai",
        Dialect::Messages => "anthropic",
        Dialect::Gemini => "gemini",
    }
}

const fn name_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Chat => "openai_chat",
        Dialect::Responses => "openai_responses",
        Dialect::Messages => "anthropic",
        Dialect::Gemini => "gemini",
    }
}

/// Every pair in which the upstream does not speak the caller's dialect.
fn pairs() -> impl Iterator<Item = (Dialect, Dialect)> {
    let all = Dialect::ALL.into_iter().flat_map(|asked| Dialect::ALL.map(|spoken| (asked, spoken)));
    // These two vendors have chat completions as well.
    all.filter(|(asked, spoken)| {
        asked != spoken && !matches!((asked, spoken), (Dialect::Chat, Dialect::Responses | Dialect::Gemini))
    })
}

/// The text of an answer in the caller's dialect.
fn text_of(dialect: Dialect, answer: &Answer, is_stream: bool) -> String {
    if is_stream {
        events(answer.text()).iter().map(|event| piece_of(dialect, event)).collect()
    } else {
        whole_text(dialect, &answer.json())
    }
}

fn whole_text(dialect: Dialect, body: &Value) -> String {
    let text = match dialect {
        Dialect::Chat => &body["choices"][0]["message"]["content"],
        Dialect::Responses => &body["output"][0]["content"][0]["text"],
        Dialect::Messages => &body["content"][0]["text"],
        Dialect::Gemini => &body["candidates"][0]["content"]["parts"][0]["text"],
    };
    text.as_str().unwrap_or_else(|| panic!("no text: {body}")).to_owned()
}

fn piece_of(dialect: Dialect, event: &Value) -> String {
    let text = match dialect {
        Dialect::Chat => &event["choices"][0]["delta"]["content"],
        Dialect::Responses if event["type"] == "response.output_text.delta" => &event["delta"],
        Dialect::Responses => &Value::Null,
        Dialect::Messages => &event["delta"]["text"],
        Dialect::Gemini => &event["candidates"][0]["content"]["parts"][0]["text"],
    };
    text.as_str().unwrap_or_default().to_owned()
}

/// The data of a stream's events.
fn events(stream: &str) -> Vec<Value> {
    let data = stream.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    data.map(|data| serde_json::from_str(data).unwrap_or_else(|error| panic!("{error} in {data}"))).collect()
}

/// Whether a stream ended as the dialect's clients expect.
fn has_ended(dialect: Dialect, stream: &str) -> bool {
    let last = events(stream).pop().unwrap_or_default();
    match dialect {
        Dialect::Chat => stream.trim_end().ends_with("data: [DONE]"),
        Dialect::Responses => last["type"] == "response.completed",
        Dialect::Messages => last["type"] == "message_stop",
        Dialect::Gemini => last["candidates"][0]["finishReason"] == "STOP",
    }
}

async fn reaches_the_other_dialect(asked: Dialect, spoken: Dialect) {
    let foreign = Foreign::start(spoken, Script::new(Act::text("The sea is grüße 😀 wide."))).await;
    for is_stream in [false, true] {
        let (got, record) = foreign.call(asked, &asked.request("m", is_stream), is_stream).await;
        let what = format!("{asked:?} at {spoken:?}, stream {is_stream}: {}", got.text());
        assert_eq!(got.status, 200, "{what}");
        assert_eq!(text_of(asked, &got, is_stream), "The sea is grüße 😀 wide.", "{what}");
        let content_type = if is_stream { "text/event-stream" } else { "application/json" };
        assert!(got.header("content-type").starts_with(content_type), "{what}");
        assert!(!is_stream || has_ended(asked, got.text()), "{what}");
        assert_eq!((&record["outcome"], &record["status_code"]), (&json!("complete"), &json!(200)), "{what}");
        assert_eq!(record["attempts"][0]["dialect"], name_of(spoken), "{what}");
        let no_usage = spoken == Dialect::Chat && is_stream;
        assert_eq!(record["usage_source"], if no_usage { "estimated" } else { "reported" }, "{what}");
        assert!(record["usage"]["output"].as_u64().unwrap() > 0, "{what}");
    }
    assert_eq!(foreign.upstream.requests().len(), 2);
    foreign.gateway.finish().await;
}

#[tokio::test]
async fn every_dialect_reaches_every_other() {
    for (asked, spoken) in pairs() {
        reaches_the_other_dialect(asked, spoken).await;
    }
}
