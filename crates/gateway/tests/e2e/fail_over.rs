//! Fail-over: before the first accepted frame another provider takes over and the client notices nothing; where there
//! is no other, the client gets the upstream's own words, or an error that says what happened.

use serde_json::{Value, json};
use sluice_testkit::{Act, Answer, Contract, Cut, Failure, Kind, Script, Turn, Upstream};

use crate::client::Answer as Got;
use crate::gateway::{Gateway, provider, with};
use crate::samples::Dialect;

/// A provider that fails with one that works behind it (`pair`), and alone (`alone`).
struct Pair {
    bad: Upstream,
    good: Upstream,
    gateway: Gateway,
}

impl Pair {
    async fn start() -> Self {
        let bad = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
        let good = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
        let timeouts = json!({"connect_ms": 150, "first_byte_ms": 250});
        let first =
            with(provider("bad", &bad, json!(["pair", "alone"])), json!({"priority": 10, "timeouts": timeouts}));
        let second = provider("good", &good, json!(["pair"]));
        Self { gateway: Gateway::before(vec![first, second]).await, bad, good }
    }

    /// Lets the bad one do this for the next call, and makes it.
    async fn call(&self, act: Act, model: &str, is_stream: bool) -> (Got, Value) {
        self.bad.set_script(Script::new(act).with_contract(Contract::Headers));
        self.bad.forget();
        self.good.forget();
        let body = Dialect::Chat.request(model, is_stream).to_string();
        let got = self.gateway.call(self.gateway.post("/v1/chat/completions", body)).await;
        let record = self.gateway.record(got.call()).await;
        (got, record)
    }

    /// Asserts that the good one answers and that the record tells of both attempts.
    async fn assert_taken_over(name: &str, act: Act, is_stream: bool, upstream_status: u16) {
        let pair = Self::start().await;
        let (got, record) = pair.call(act, "pair", is_stream).await;
        assert_eq!(got.status, 200, "{name}: {}", got.text());
        assert!(got.text().contains(if is_stream { "[DONE]" } else { "You said" }), "{name}: {}", got.text());
        assert_eq!(pair.good.requests().len(), 1, "{name}");
        let attempts: Vec<(&str, u64, bool)> = record["attempts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|attempt| {
                let status = attempt["status"].as_u64().unwrap();
                (attempt["provider_name"].as_str().unwrap(), status, attempt["error"].is_null())
            })
            .collect();
        assert_eq!(attempts, [("bad", u64::from(upstream_status), false), ("good", 200, true)], "{name}");
        assert_eq!((&record["provider_name"], &record["outcome"]), (&json!("good"), &json!("complete")), "{name}");
        pair.gateway.finish().await;
    }

    /// Asserts what the client gets when nobody else is there.
    async fn assert_alone(name: &str, act: Act, is_stream: bool, refusal: (u16, &str)) {
        let (status, code) = refusal;
        let pair = Self::start().await;
        let (got, record) = pair.call(act, "alone", is_stream).await;
        assert_eq!((got.status, got.json()["error"]["code"].as_str()), (status, Some(code)), "{name}: {}", got.text());
        assert_eq!(record["attempts"].as_array().unwrap().len(), 1, "{name}");
        assert_eq!(record["status_code"], status, "{name}");
        assert_eq!(record["outcome"], "broken", "{name}");
        assert_eq!(record["error_message"], code, "{name}");
        assert!(!got.text().contains("secret words"), "{}", got.text());
        pair.gateway.finish().await;
    }
}

#[tokio::test]
async fn an_upstream_that_says_nothing_useful_is_passed_over() {
    let redirect = || Act::from(Answer::Empty { status: 302 }).with_header("location", "https://elsewhere.example/");
    let envelope = || Act::bytes("application/json", r#"{"error":{"message":"no channel","code":"x"}}"#);
    let cases: [(&str, Act, bool, u16, u16, &str); 8] = [
        ("reset before head", Cut::ResetBeforeHead.into(), false, 0, 502, "upstream_broken"),
        ("reset after head", Cut::ResetAfterChunks { chunks: 0 }.into(), true, 200, 502, "upstream_broken"),
        ("no first byte", Answer::Hang.into(), false, 0, 504, "upstream_timeout"),
        ("no first frame", Cut::HangAfterChunks { chunks: 0 }.into(), true, 200, 504, "upstream_timeout"),
        ("empty answer", Answer::Empty { status: 200 }.into(), false, 200, 502, "upstream_invalid_answer"),
        ("empty stream", Cut::EndAfterChunks { chunks: 0 }.into(), true, 200, 502, "upstream_invalid_answer"),
        ("web page", Answer::Html { status: 200 }.into(), false, 200, 502, "upstream_invalid_answer"),
        ("redirect", redirect(), false, 302, 502, "upstream_invalid_answer"),
    ];
    for (name, act, is_stream, upstream_status, status, code) in cases {
        Pair::assert_taken_over(name, act.clone(), is_stream, upstream_status).await;
        Pair::assert_alone(name, act, is_stream, (status, code)).await;
    }
    Pair::assert_taken_over("error envelope", envelope(), false, 200).await;
    let pair = Pair::start().await;
    let (got, _) = pair.call(envelope(), "alone", false).await;
    assert_eq!(got.text(), r#"{"error":{"message":"no channel","code":"x"}}"#);
    pair.gateway.finish().await;
}

#[tokio::test]
async fn an_upstream_that_is_busy_or_broken_is_passed_over_and_alone_speaks_for_itself() {
    for status in [403, 408, 409, 425, 429, 500, 502, 503, 504, 529] {
        let name = status.to_string();
        let act = || Act::error(Failure::new(status, "the upstream's own words")).with_header("retry-after", "7");
        Pair::assert_taken_over(&name, act(), false, status).await;
        let pair = Pair::start().await;
        let (got, record) = pair.call(act(), "alone", false).await;
        assert_eq!((got.status, got.header("retry-after")), (status, "7"));
        assert_eq!(got.json()["error"]["message"], "the upstream's own words");
        assert!(got.header("x-request-id").starts_with("req_"));
        assert_eq!((&record["status_code"], &record["status"]), (&json!(status), &json!(0)));
        assert_eq!(record["error_message"], "upstream_error");
        pair.gateway.finish().await;
    }
}

#[tokio::test]
async fn trouble_with_the_operators_account_is_not_shown_as_the_callers() {
    for (status, shown, code) in [(401, 502, "upstream_auth_failed"), (402, 503, "upstream_quota_exhausted")] {
        let act = || Act::error(Failure::new(status, "secret words about the account sk-upstream"));
        Pair::assert_taken_over(&status.to_string(), act(), false, status).await;
        Pair::assert_alone(&status.to_string(), act(), false, (shown, code)).await;
    }
}

#[tokio::test]
async fn an_error_in_the_first_frame_of_a_stream_is_passed_over() {
    for dialect in Dialect::ALL {
        let failure = Failure::new(529, "overloaded");
        let cut = Cut::ErrorAfterChunks { chunks: 0, failure };
        let bad = Upstream::start(dialect.kind(), Script::new(cut.into())).await.unwrap();
        let good = Upstream::start(dialect.kind(), Script::default()).await.unwrap();
        let gateway = Gateway::before(vec![
            with(provider("bad", &bad, json!(["pair", "alone"])), json!({"priority": 1})),
            provider("good", &good, json!(["pair"])),
        ])
        .await;
        let call = |model: &str| {
            let request = gateway.post(&dialect.path(model, true), dialect.request(model, true).to_string());
            request.header("anthropic-version", "2023-06-01")
        };
        let got = gateway.call(call("pair")).await;
        assert_eq!((got.status, got.text().contains("overloaded")), (200, false), "{dialect:?}: {}", got.text());
        let record = gateway.record(got.call()).await;
        assert_eq!((&record["provider_name"], &record["attempt_index"]), (&json!("good"), &json!(2)));
        // Alone, the upstream's event goes to the client as it came.
        let got = gateway.call(call("alone")).await;
        assert_eq!((got.status, got.text().contains("overloaded")), (200, true), "{dialect:?}: {}", got.text());
        let record = gateway.record(got.call()).await;
        assert_eq!(record["outcome"], "broken", "{dialect:?}");
        assert_eq!((bad.requests().len(), good.requests().len()), (2, 1));
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_fault_of_the_client_is_returned_at_once() {
    let pair = Pair::start().await;
    for status in [400, 404, 413, 422] {
        let act = Act::error(Failure::new(status, "your fault").with_param("messages"));
        let (got, record) = pair.call(act, "pair", false).await;
        assert_eq!((got.status, &got.json()["error"]["message"]), (status, &json!("your fault")));
        assert_eq!((pair.bad.requests().len(), pair.good.requests().len()), (1, 0));
        assert_eq!(record["attempts"].as_array().unwrap().len(), 1);
        assert_eq!((&record["status_code"], &record["usage"]["input"]), (&json!(status), &json!(0)));
    }
    pair.gateway.finish().await;
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_passed_over() {
    let gone = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let good = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let first = with(provider("gone", &gone, json!(["pair", "alone"])), json!({"priority": 1}));
    gone.stop().await;
    let gateway = Gateway::before(vec![first, provider("good", &good, json!(["pair"]))]).await;
    let call = |model: &str| gateway.post("/v1/chat/completions", Dialect::Chat.request(model, false).to_string());
    let got = gateway.call(call("pair")).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert_eq!(gateway.record(got.call()).await["attempt_index"], 2);
    let got = gateway.call(call("alone")).await;
    assert_eq!((got.status, &got.json()["error"]["code"]), (502, &json!("upstream_unreachable")));
    gateway.finish().await;
}

#[tokio::test]
async fn no_call_tries_more_providers_than_it_may() {
    let busy = Upstream::start(Kind::OpenAi, Script::new(Act::error(Failure::new(503, "busy")))).await.unwrap();
    let providers: Vec<Value> = (0..6).map(|number| provider(&format!("p{number}"), &busy, json!(["m"]))).collect();
    let gateway = Gateway::start(json!({"providers": providers, "relay": {"max_attempts": 3}})).await;
    let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", false).to_string());
    let got = gateway.call(request).await;
    assert_eq!((got.status, busy.requests().len()), (503, 3));
    gateway.finish().await;
}

#[tokio::test]
async fn a_reused_connection_that_breaks_costs_no_attempt() {
    let turn = |act: Act| Turn { calls: 1, act };
    let first = vec![turn(Act::default()), turn(Cut::ResetBeforeHead.into())];
    let script = Script { first, ..Script::default() };
    let upstream = Upstream::start(Kind::OpenAi, script).await.unwrap();
    let gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!(["m"]))],
        "relay": {"threads": 1},
    }))
    .await;
    let call = || gateway.post("/v1/chat/completions", Dialect::Chat.request("m", false).to_string());
    assert_eq!(gateway.call(call()).await.status, 200);
    // The second goes over the same connection, which breaks, and once more over a fresh one.
    let got = gateway.call(call()).await;
    assert_eq!((got.status, upstream.requests().len()), (200, 3), "{}", got.text());
    assert_eq!(gateway.record(got.call()).await["attempt_index"], 1);
    gateway.finish().await;
}

#[tokio::test]
async fn a_provider_that_was_restarted_is_reached_again() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let call = || gateway.post("/v1/chat/completions", Dialect::Chat.request("m", false).to_string());
    for _ in 0..4 {
        assert_eq!(gateway.call(call()).await.status, 200);
    }
    let settings = upstream.settings().clone().with_port(upstream.address().port());
    upstream.stop().await;
    let upstream = Upstream::start_with(settings, Script::default()).unwrap();
    for _ in 0..4 {
        let got = gateway.call(call()).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert_eq!(gateway.record(got.call()).await["attempt_index"], 1);
    }
    assert_eq!(upstream.requests().len(), 4);
    gateway.finish().await;
}
