//! Any client, any model: a call reaches an upstream of another dialect, and its answer comes back in the caller's.

use serde_json::{Value, json};
use sluice_testkit::{Act, Contract, Cut, Encoding, Failure, Kind, Pace, Script, Upstream};

use crate::client::{Answer, call_of};
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

/// A server whose connections are all that matters, so that its vendor is said apart.
async fn at(kind: Kind, vendor: &str, script: Script) -> (Upstream, Value) {
    let upstream = Upstream::start(kind, script.with_contract(Contract::Off)).await.unwrap();
    let provider = with(provider(vendor, &upstream, json!(["m"])), json!({"vendor": vendor}));
    (upstream, provider)
}

#[tokio::test]
async fn what_cannot_be_carried_is_told_to_the_caller_and_kept_in_the_record() {
    let foreign = Foreign::start(Dialect::Messages, Script::default()).await;
    let body = with(Dialect::Chat.request("m", false), json!({"seed": 40}));
    let (got, record) = foreign.call(Dialect::Chat, &body, false).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert!(got.header("x-sluice-losses").starts_with("seed;cosmetic;"), "{}", got.header("x-sluice-losses"));
    assert_eq!(record["attempts"][0]["losses"], got.header("x-sluice-losses"));
    let sent: Value = serde_json::from_slice(&foreign.upstream.requests()[0].body).unwrap();
    assert_eq!(sent.get("seed"), None, "{sent}");
    foreign.gateway.finish().await;
}

#[tokio::test]
async fn what_would_be_another_question_goes_where_it_can_be_asked_or_is_refused() {
    let two = with(Dialect::Gemini.request("m", false), json!({"generationConfig": {"candidateCount": 2}}));
    let (anthropic, narrow) = at(Kind::Anthropic, "anthropic", Script::default()).await;
    let (_openai, wide) = at(Kind::OpenAi, "mistral", Script::default()).await;
    let gateway = Gateway::before(vec![with(narrow.clone(), json!({"priority": 10})), wide]).await;
    let path = Dialect::Gemini.path("m", false);
    let got = gateway.call(gateway.post(&path, two.to_string())).await;
    let record = gateway.record(got.call()).await;
    assert_eq!((got.status, &record["provider_name"]), (200, &json!("mistral")), "{}", got.text());
    gateway.finish().await;

    let gateway = Gateway::before(vec![narrow]).await;
    let got = gateway.call(gateway.post(&path, two.to_string())).await;
    assert_eq!(got.status, 400);
    assert_eq!(Dialect::Gemini.error_name(&got.json()), "NOT_CONVERTIBLE");
    let message = "`generationConfig.candidateCount` cannot be carried to this model's provider: the upstream gives one answer; \
        leave it out, or ask for a model whose provider serves `/v1beta/models/{model}:generateContent`";
    assert_eq!(got.json()["error"]["message"], message);
    let record = gateway.record(got.call()).await;
    assert_eq!((&record["outcome"], &record["attempt_index"]), (&json!("refused"), &json!(0)));
    assert!(anthropic.requests().is_empty());
    gateway.finish().await;
}

#[tokio::test]
async fn an_error_comes_in_the_callers_words_with_the_time_to_wait() {
    for (asked, status, name) in
        [(Dialect::Chat, 429, "rate_limit_exceeded"), (Dialect::Gemini, 429, "RATE_LIMIT_EXCEEDED")]
    {
        for is_stream in [false, true] {
            let limited = Act::error(Failure::new(429, "slow down")).with_header("retry-after", "7");
            let foreign = Foreign::start(Dialect::Messages, Script::new(limited)).await;
            let (got, record) = foreign.call(asked, &asked.request("m", is_stream), is_stream).await;
            assert_eq!((got.status, asked.error_name(&got.json()).as_str()), (status, name), "{}", got.text());
            assert_eq!(got.header("retry-after"), "7");
            assert!(got.text().contains("slow down"), "{}", got.text());
            assert_eq!((&record["status_code"], &record["error_message"]), (&json!(status), &json!("upstream_error")));
            foreign.gateway.finish().await;
        }
    }
    let long = Failure::new(400, "maximum context length is 10 tokens").with_code("context_length_exceeded");
    let foreign = Foreign::start(Dialect::Chat, Script::new(Act::error(long))).await;
    let (got, _) = foreign.call(Dialect::Messages, &Dialect::Messages.request("m", false), false).await;
    let error = &got.json()["error"];
    assert_eq!((got.status, &error["type"]), (400, &json!("invalid_request_error")));
    assert!(error["message"].as_str().unwrap().starts_with("prompt is too long"), "{error}");
    foreign.gateway.finish().await;
}

#[tokio::test]
async fn a_stream_that_breaks_ends_with_the_callers_own_error_event() {
    for (asked, spoken) in pairs() {
        let failure = Failure::new(529, "too much to do");
        let told = Cut::ErrorAfterChunks { chunks: 4, failure };
        for (cut, error) in [
            (Cut::ResetAfterChunks { chunks: 4 }, "upstream_broken"),
            (Cut::EndAfterChunks { chunks: 4 }, "upstream_truncated"),
            (told, "upstream_error_event"),
        ] {
            let foreign = Foreign::start(spoken, Script::new(cut.clone().into())).await;
            let (got, record) = foreign.call(asked, &asked.request("m", true), true).await;
            let what = format!("{asked:?} at {spoken:?}, {cut:?}: {}", got.text());
            assert_eq!(got.status, 200, "{what}");
            assert!(!has_ended(asked, got.text()), "{what}");
            let last = events(got.text()).pop().unwrap();
            let is_error = last["type"] == "error" || last["error"].is_object() || last["type"] == "response.failed";
            assert!(is_error, "{what}");
            assert_eq!((&record["outcome"], &record["error_message"]), (&json!("broken"), &json!(error)), "{what}");
            foreign.gateway.finish().await;
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_its_own_rules_is_a_bad_gateway_and_costs_nothing() {
    for body in [r#"{"choices":"none"}"#, r#"{"choices":[{"message":{"content":7}}],"usage":{"prompt_tokens":1}"#] {
        let act = Act::bytes("application/json", body);
        let foreign = Foreign::start(Dialect::Chat, Script::new(act)).await;
        let (got, record) = foreign.call(Dialect::Messages, &Dialect::Messages.request("m", false), false).await;
        assert_eq!((got.status, &got.json()["error"]["type"]), (502, &json!("api_error")), "{}", got.text());
        assert_eq!((&record["status_code"], &record["outcome"]), (&json!(502), &json!("broken")), "{record}");
        foreign.gateway.finish().await;
    }
}

#[tokio::test]
async fn an_answer_that_says_of_itself_that_it_failed_is_no_good_answer() {
    let failed = json!({"id": "resp_1", "object": "response", "status": "failed", "model": "m", "output": [],
        "error": {"code": "server_error", "message": "the model fell over"}, "usage": null});
    let (_upstream, provider) =
        at(Kind::OpenAi, "openai", Script::new(Act::bytes("application/json", failed.to_string()))).await;
    let gateway = Gateway::before(vec![provider]).await;
    let body = Dialect::Messages.request("m", false).to_string();
    let got = gateway.call(gateway.post("/v1/messages", body)).await;
    assert_eq!((got.status, &got.json()["error"]["type"]), (502, &json!("api_error")), "{}", got.text());
    assert!(got.text().contains("the model fell over"), "{}", got.text());
    let record = gateway.record(got.call()).await;
    assert_eq!((&record["status_code"], &record["outcome"]), (&json!(502), &json!("broken")), "{record}");
    gateway.finish().await;
}

#[tokio::test]
async fn an_encoded_answer_is_read_all_the_same() {
    for encoding in [Encoding::Gzip, Encoding::Br] {
        let foreign =
            Foreign::start(Dialect::Messages, Script::new(Act::text("encoded").with_encoding(encoding))).await;
        for is_stream in [false, true] {
            let (got, _) = foreign.call(Dialect::Chat, &Dialect::Chat.request("m", is_stream), is_stream).await;
            assert_eq!(text_of(Dialect::Chat, &got, is_stream), "encoded", "{}", got.text());
            assert_eq!(got.header("content-encoding"), "");
        }
        foreign.gateway.finish().await;
    }
}

#[tokio::test]
async fn an_upstream_that_lacks_a_dialect_is_asked_in_one_that_it_has() {
    // It knows OpenAI's paths only, whatever its vendor file says.
    let (upstream, provider) = at(Kind::OpenAi, "vllm", Script::default()).await;
    let gateway = Gateway::before(vec![provider]).await;
    let mut paths = Vec::new();
    for round in 0..2 {
        let body = Dialect::Messages.request("m", true).to_string();
        let got = gateway.call(gateway.post("/v1/messages", body)).await;
        assert!(has_ended(Dialect::Messages, got.text()), "{round}: {}", got.text());
        let record = gateway.record(got.call()).await;
        assert_eq!(record["outcome"], "complete");
        paths.push(
            record["attempts"]
                .as_array()
                .unwrap()
                .iter()
                .map(|attempt| attempt["status"].as_u64().unwrap())
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(paths, [vec![404, 200], vec![200]], "what it lacks is remembered");
    assert_eq!(upstream.requests().last().unwrap().target, "/v1/chat/completions");
    gateway.finish().await;
}

#[tokio::test]
async fn a_client_that_leaves_a_converted_stream_frees_the_upstream_and_is_metered() {
    let pace = Pace { between_chunks_ms: 20, chunks: Some(2_000), ..Pace::default() };
    let foreign = Foreign::start(Dialect::Gemini, Script::new(pace.into())).await;
    let request = foreign.gateway.post("/v1/messages", Dialect::Messages.request("m", true).to_string());
    let mut response = foreign.gateway.open(request).await;
    let call = call_of(&response);
    let mut seen = Vec::new();
    while seen.iter().filter(|&&byte| byte == b'x').count() < 100 {
        seen.extend(response.chunk().await.unwrap().unwrap());
    }
    drop(response);
    foreign.upstream.wait_for_cancellations(1).await;
    let record = foreign.gateway.record(&call).await;
    assert_eq!((&record["outcome"], &record["usage_source"]), (&json!("abandoned"), &json!("estimated")));
    assert!(record["usage"]["output"].as_u64().unwrap() > 0, "{record}");
    foreign.gateway.finish().await;
}

#[tokio::test]
async fn images_by_address_are_fetched_for_upstreams_that_take_bytes() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000";
    let pictures =
        Upstream::start(Kind::OpenAi, Script::new(Act::bytes("image/png", PNG)).with_contract(Contract::Off))
            .await
            .unwrap();
    let url = format!("{}/v1/chat/completions", pictures.base_url());
    let (upstream, provider) = at(Kind::Gemini, "gemini", Script::default()).await;
    let port = pictures.address().port();
    let media = json!({"allow_private_addresses": ["127.0.0.0/8"], "allow_ports": [port]});
    let gateway = Gateway::start(json!({"providers": [provider.clone()], "media": media})).await;
    let image = json!({"type": "image", "source": {"type": "url", "url": url}});
    let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [image]}]}).to_string();
    let got = gateway.call(gateway.post("/v1/messages", body.clone())).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let sent: Value = serde_json::from_slice(&upstream.requests()[0].body).unwrap();
    let inline = &sent["contents"][0]["parts"][0]["inlineData"];
    assert_eq!((&inline["mimeType"], &inline["data"]), (&json!("image/png"), &json!("iVBORw0KGgowMDAw")), "{sent}");
    gateway.finish().await;

    let gateway = Gateway::before(vec![provider]).await;
    let got = gateway.call(gateway.post("/v1/messages", body)).await;
    assert_eq!((got.status, &got.json()["error"]["type"]), (400, &json!("invalid_request_error")), "{}", got.text());
    gateway.finish().await;
}

#[tokio::test]
async fn sealed_thoughts_go_back_to_the_account_that_made_them() {
    let thought = json!({"type": "thinking", "thinking": "hm", "signature": "c2lnbmF0dXJl"});
    let call = json!({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}});
    let answer = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [thought, call],
        "stop_reason": "tool_use", "stop_sequence": null, "usage": {"input_tokens": 3, "output_tokens": 4}});
    let act = Act::bytes("application/json", answer.to_string());
    let (upstream, provider) = at(Kind::Anthropic, "anthropic", Script::new(act)).await;
    let gateway = Gateway::before(vec![provider]).await;
    let tools =
        json!([{"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}, "strict": false}]);
    let user = json!({"role": "user", "content": "go"});
    let first = json!({"model": "m", "store": false, "include": ["reasoning.encrypted_content"], "tools": tools, "input": [user],
        "reasoning": {"effort": "medium"}});
    let got = gateway.call(gateway.post("/v1/responses", first.to_string())).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let mut input = vec![user];
    input.extend(got.json()["output"].as_array().unwrap().iter().cloned());
    input.push(json!({"type": "function_call_output", "call_id": "toolu_1", "output": "done"}));
    let second = with(first, json!({"input": input}));
    let got = gateway.call(gateway.post("/v1/responses", second.to_string())).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let sent: Value = serde_json::from_slice(&upstream.requests()[1].body).unwrap();
    let returned = &sent["messages"][1]["content"][0];
    assert_eq!((&returned["type"], &returned["signature"]), (&json!("thinking"), &json!("c2lnbmF0dXJl")), "{sent}");
    assert_eq!(sent["messages"][1]["content"][1]["id"], "toolu_1", "{sent}");
    gateway.finish().await;
}

#[tokio::test]
async fn a_conversation_of_responses_goes_on_where_the_upstream_keeps_none() {
    let foreign = Foreign::start(Dialect::Messages, Script::new(Act::text("I am here."))).await;
    let first = json!({"model": "m", "input": "Remember the number 7."});
    let (got, _) = foreign.call(Dialect::Responses, &first, false).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let id = got.json()["id"].as_str().unwrap().to_owned();
    let second = json!({"model": "m", "input": "Which number?", "previous_response_id": id});
    let (got, _) = foreign.call(Dialect::Responses, &second, false).await;
    assert_eq!((got.status, &got.json()["previous_response_id"]), (200, &json!(id)), "{}", got.text());
    let sent: Value = serde_json::from_slice(&foreign.upstream.requests()[1].body).unwrap();
    let said: Vec<_> = sent["messages"].as_array().unwrap().iter().map(|turn| turn["role"].clone()).collect();
    assert_eq!(said, ["user", "assistant", "user"], "{sent}");
    assert!(sent.to_string().contains("Remember the number 7.") && sent.to_string().contains("I am here."), "{sent}");
    let kept = foreign.gateway.call(foreign.gateway.ask(reqwest::Method::GET, &format!("/v1/responses/{id}"))).await;
    assert_eq!((kept.status, &kept.json()["id"]), (200, &json!(id)), "{}", kept.text());
    foreign.gateway.finish().await;
}

#[tokio::test]
async fn a_websocket_is_refused_so_that_codex_goes_on_with_http_at_once() {
    let foreign = Foreign::start(Dialect::Messages, Script::default()).await;
    let upgrade = foreign.gateway.ask(reqwest::Method::GET, "/v1/responses").header("upgrade", "websocket");
    let got = foreign.gateway.turned_away(upgrade.header("connection", "upgrade")).await;
    assert_eq!((got.status, got.json()["error"]["code"].as_str()), (426, Some("upgrade_required")), "{}", got.text());
    let got = foreign.gateway.turned_away(foreign.gateway.ask(reqwest::Method::GET, "/v1/responses")).await;
    assert_eq!(got.status, 405);
    foreign.gateway.finish().await;
}

#[tokio::test]
async fn googles_stream_is_an_array_unless_events_are_asked_for() {
    let path = "/v1beta/models/m:streamGenerateContent";
    let body = Dialect::Gemini.request("m", true).to_string();
    for (act, is_good) in [
        (Act::text("The sea is wide."), true),
        (Act::text("The sea is wide.").with_cut(Cut::ResetAfterChunks { chunks: 4 }), false),
    ] {
        let foreign = Foreign::start(Dialect::Messages, Script::new(act)).await;
        let got = foreign.gateway.call(foreign.gateway.post(path, body.clone())).await;
        assert_eq!((got.status, got.header("content-type")), (200, "application/json"));
        let elements = got.json();
        let text: String = elements.as_array().unwrap().iter().map(|event| piece_of(Dialect::Gemini, event)).collect();
        assert!("The sea is wide.".starts_with(&text) && !text.is_empty(), "{}", got.text());
        let last = elements.as_array().unwrap().last().unwrap();
        assert_eq!((last["error"].is_object(), text.len() == 16), (!is_good, is_good), "{}", got.text());
        foreign.gateway.finish().await;
    }
}

#[tokio::test]
async fn a_proof_does_not_go_to_another_account_of_the_same_vendor() {
    let thought = json!({"type": "thinking", "thinking": "hm", "signature": "c2lnbmF0dXJlIG9mIEE="});
    let said = json!({"type": "text", "text": "Yes."});
    let answer = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [thought, said],
        "stop_reason": "end_turn", "stop_sequence": null, "usage": {"input_tokens": 3, "output_tokens": 4}});
    let (first, one) =
        at(Kind::Anthropic, "anthropic", Script::new(Act::bytes("application/json", answer.to_string()))).await;
    let (second, other) = at(Kind::Anthropic, "anthropic", Script::default()).await;
    let other = with(other, json!({"name": "other"}));
    let gateway = Gateway::before(vec![with(one, json!({"priority": 10})), other]).await;
    let user = |text: &str| json!({"role": "user", "content": text});
    let body = |turns: Vec<Value>| {
        let thinking = json!({"type": "enabled", "budget_tokens": 1024});
        json!({"model": "m", "max_tokens": 2000, "thinking": thinking, "messages": turns}).to_string()
    };
    let got = gateway.call(gateway.post("/v1/messages", body(vec![user("Well?")]))).await;
    let assistant = json!({"role": "assistant", "content": got.json()["content"]});
    let next = body(vec![user("Well?"), assistant, user("Sure?")]);
    gateway.call(gateway.post("/v1/messages", next.clone())).await;
    assert_eq!(std::str::from_utf8(&first.requests()[1].body).unwrap(), next, "it goes back to its issuer untouched");
    first.set_script(Script::new(Act::error(Failure::new(529, "busy"))).with_contract(Contract::Off));
    let got = gateway.call(gateway.post("/v1/messages", next)).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let sent = String::from_utf8(second.requests()[0].body.to_vec()).unwrap();
    assert!(!sent.contains("c2lnbmF0dXJl") && sent.contains("Yes."), "{sent}");
    gateway.finish().await;
}

#[tokio::test]
async fn a_wish_at_the_end_of_a_models_name_becomes_a_setting() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let declared = with(provider("p", &upstream, json!(["o3-mini", "gpt-5-low"])), json!({"vendor": "openai"}));
    let gateway = Gateway::before(vec![declared]).await;
    let mut sent = Vec::new();
    for (asked, model) in
        [(Dialect::Chat, "o3-mini-high"), (Dialect::Messages, "o3-mini-high"), (Dialect::Chat, "gpt-5-low")]
    {
        let body = asked.request(model, false).to_string();
        let got = gateway.call(gateway.post(&asked.path(model, false), body)).await;
        assert_eq!(
            (got.status, &got.json()["model"]),
            (200, &json!(if asked == Dialect::Chat { model.trim_end_matches("-high") } else { model }))
        );
        let body: Value = serde_json::from_slice(&upstream.requests().last().unwrap().body).unwrap();
        sent.push((body["model"].clone(), body["reasoning_effort"].clone(), body["reasoning"]["effort"].clone()));
    }
    let null = Value::Null;
    assert_eq!(
        sent,
        [
            (json!("o3-mini"), json!("high"), null.clone()),
            (json!("o3-mini"), null.clone(), json!("high")),
            (json!("gpt-5-low"), null.clone(), null),
        ]
    );
    gateway.finish().await;
}
