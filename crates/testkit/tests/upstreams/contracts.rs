//! What the upstreams refuse, with the vendor's status and words.

use serde_json::{Value, json};
use sluice_testkit::{Contract, Kind, Script, Settings, Upstream};

use crate::support::{chat, client, contents, message, post, post_json, request, start, stream_call};

async fn refusal(kind: Kind, path: &str, body: &Value) -> (u16, String) {
    let upstream = start(kind).await;
    let (status, answer) = post_json(&upstream, path, body).await;
    let message = answer["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!(upstream.requests()[0].refusal.as_ref(), Some(&message), "{answer}");
    (status, message)
}

#[tokio::test]
async fn openai_refuses_bad_chats() {
    let user = json!({"role": "user", "content": "Hi"});
    let stray = json!({"role": "tool", "tool_call_id": "call_1", "content": "x"});
    let tool = |parameters: Value| json!([{"type": "function", "function": {"name": "f", "parameters": parameters}}]);
    let cases = [
        (json!({"messages": [user]}), "you must provide a model parameter"),
        (json!({"model": "gpt-4o"}), "Missing required parameter: 'messages'"),
        (chat(json!({"messages": [{"role": "bot", "content": "x"}]})), "Invalid value: 'bot'"),
        (chat(json!({"messages": [user, stray]})), "must be a response to a preceeding message with 'tool_calls'"),
        (chat(json!({"stream_options": {"include_usage": true}})), "only allowed when 'stream' is enabled"),
        (chat(json!({"tools": tool(json!({"type": "string"}))})), "Invalid schema for function 'f'"),
        (chat(json!({"temperature": 3})), "Invalid 'temperature'"),
        (
            chat(json!({"messages": [{"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}}
            ]}]})),
            "is not a PNG",
        ),
    ];
    for (body, expected) in cases {
        let (status, message) = refusal(Kind::OpenAi, "/v1/chat/completions", &body).await;
        assert!(status == 400 && message.contains(expected), "{status} {message}");
    }
}

#[tokio::test]
async fn an_unanswered_tool_call_is_refused_by_each_vendor() {
    let function = json!({"name": "f", "arguments": "{}"});
    let calls = json!([{"id": "c1", "type": "function", "function": function}]);
    let user = json!({"role": "user", "content": "Hi"});
    let body = chat(json!({"messages": [user, {"role": "assistant", "tool_calls": calls}, user]}));
    let (status, text) = refusal(Kind::OpenAi, "/v1/chat/completions", &body).await;
    assert!(status == 400 && text.contains("did not have response messages: c1"), "{text}");

    let block = json!({"type": "tool_use", "id": "t1", "name": "f", "input": {}});
    let body = message(json!({"messages": [user, {"role": "assistant", "content": [block]}, user]}));
    let (status, text) = refusal(Kind::Anthropic, "/v1/messages", &body).await;
    assert!(status == 400 && text.contains("were found without `tool_result` blocks"), "{text}");

    let part = json!({"functionCall": {"name": "f", "args": {}}});
    let turns = json!([{"parts": [{"text": "a"}]}, {"role": "model", "parts": [part]}, {"parts": [{"text": "b"}]}]);
    let path = "/v1beta/models/g:generateContent";
    let (status, text) = refusal(Kind::Gemini, path, &contents(json!({"contents": turns}))).await;
    assert!(status == 400 && text.contains("immediately after a function call turn"), "{text}");
}

#[tokio::test]
async fn anthropic_refuses_bad_messages() {
    let result = json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t9", "content": "x"}]});
    let cases = [
        (json!({"model": "c", "messages": [{"role": "user", "content": "Hi"}]}), "max_tokens: Field required"),
        (json!({"model": "c", "max_tokens": 5}), "messages: Field required"),
        (message(json!({"stream_options": {}})), "stream_options: Extra inputs are not permitted"),
        (message(json!({"messages": [{"role": "system", "content": "x"}]})), "Unexpected role \"system\""),
        (
            message(
                json!({"messages": [{"role": "user", "content": "a"}, {"role": "system", "content": "x"}, {"role": "user", "content": "b"}]}),
            ),
            "Unexpected role \"system\"",
        ),
        (message(json!({"messages": [result]})), "unexpected `tool_use_id` found in `tool_result` blocks: t9"),
        (message(json!({"tools": [{"name": "f"}]})), "tools.0.custom.input_schema: Field required"),
        (message(json!({"temperature": 1.5})), "temperature: range: 0..1"),
    ];
    for (body, expected) in cases {
        let (status, text) = refusal(Kind::Anthropic, "/v1/messages", &body).await;
        assert!(status == 400 && text.contains(expected), "{status} {text}");
    }
    let (status, text) = refusal(Kind::Anthropic, "/v1/messages/count_tokens", &message(json!({}))).await;
    assert!(status == 400 && text.contains("max_tokens: Extra inputs"), "{status} {text}");
}

#[tokio::test]
async fn gemini_refuses_bad_contents() {
    let declared = json!([{"functionDeclarations": [{"name": "f", "parameters": {"type": "STRING"}}]}]);
    let cases = [
        (json!({}), "contents is not specified"),
        (contents(json!({"messages": []})), "Unknown name \"messages\": Cannot find field."),
        (
            json!({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}),
            "Please use a valid role: user, model.",
        ),
        (json!({"contents": [{"role": "user", "parts": []}]}), "must not be empty"),
        (contents(json!({"tools": declared})), "should be of type OBJECT"),
    ];
    for (body, expected) in cases {
        let (status, text) = refusal(Kind::Gemini, "/v1beta/models/g:generateContent", &body).await;
        assert!(status == 400 && text.contains(expected), "{status} {text}");
    }
}

#[tokio::test]
async fn a_wrong_or_missing_secret_is_refused_as_the_vendor_does() {
    let expected = [
        (Kind::OpenAi, "authorization", "Bearer sk-wrong", (401, "invalid_api_key"), 401),
        (Kind::NewApi, "authorization", "Bearer sk-wrong", (401, ""), 401),
        (Kind::Anthropic, "x-api-key", "sk-wrong", (401, "authentication_error"), 401),
        (Kind::Gemini, "x-goog-api-key", "sk-wrong", (400, "API_KEY_INVALID"), 403),
        (Kind::Azure, "api-key", "sk-wrong", (401, "401"), 401),
    ];
    for (kind, header, wrong, (status, word), missing) in expected {
        let upstream = start(kind).await;
        let (path, body) = stream_call(kind);
        let url = format!("{}{path}", upstream.base_url());
        let response = client().post(&url).json(&body).header(header, wrong).send().await.unwrap();
        let got = response.status().as_u16();
        let text = response.text().await.unwrap();
        assert!(got == status && text.contains(word), "{kind} {got} {text}");
        let response = client().post(&url).json(&body).send().await.unwrap();
        assert_eq!(response.status().as_u16(), missing, "{kind}");
    }
}

#[tokio::test]
async fn traces_of_a_gateway_are_refused_by_every_kind() {
    for kind in Kind::ALL {
        let settings = Settings::new(kind).forbidding(["OpenAI-Organization"]);
        let upstream = Upstream::start_with(settings, Script::default()).unwrap();
        let (path, body) = stream_call(kind);
        let bad = [
            ("x-forwarded-for", "1.2.3.4"),
            ("via", "1.1 gateway"),
            ("forwarded", "for=1.2.3.4"),
            ("x-sluice-call", "1"),
            ("cookie", "session=1"),
            ("openai-organization", "org-1"),
            ("x-real-ip", "1.2.3.4"),
            ("x-goog-api-key", "the-callers-own"),
            ("x-api-key", "ag-0123456789"),
        ];
        for (name, value) in bad {
            let response = post(&upstream, path, &body).header(name, value).send().await.unwrap();
            assert_eq!(response.status().as_u16(), 400, "{kind} {name}");
        }
        let join = if path.contains('?') { '&' } else { '?' };
        let with_key = format!("{path}{join}key=ag-{}", "a".repeat(48));
        let response = post(&upstream, &with_key, &body).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 400, "{kind} key in query");
        let doubled = post(&upstream, path, &body).header("accept", "a/b").header("accept", "c/d");
        assert_eq!(doubled.send().await.unwrap().status().as_u16(), 400, "{kind} doubled");
        let gone = upstream.requests();
        assert!(gone.iter().all(|received| received.refusal.is_some()) && gone.len() == bad.len() + 2);
    }
}

#[tokio::test]
async fn invalid_json_and_wrong_media_types_are_refused() {
    for kind in Kind::ALL {
        let upstream = start(kind).await;
        let (path, body) = stream_call(kind);
        for (media_type, text) in [("application/json", "{\"a\":".to_owned()), ("text/plain", body.to_string())] {
            let sent = request(&upstream, reqwest::Method::POST, path).header("content-type", media_type).body(text);
            assert_eq!(sent.send().await.unwrap().status().as_u16(), 400, "{kind} {media_type}");
        }
    }
}

#[tokio::test]
async fn anthropic_needs_its_version_and_azure_its_own() {
    let upstream = start(Kind::Anthropic).await;
    let url = format!("{}/v1/messages", upstream.base_url());
    let sent = client().post(url).header("x-api-key", "sk-upstream").json(&message(json!({})));
    let answer: Value = sent.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["error"]["message"], "anthropic-version: header is required");

    let upstream = start(Kind::Azure).await;
    let (status, answer) = post_json(&upstream, "/openai/deployments/gpt-4o/chat/completions", &chat(json!({}))).await;
    assert_eq!((status, answer), (404, json!({"error": {"code": "404", "message": "Resource not found"}})));
}

#[tokio::test]
async fn a_model_that_is_not_there_is_refused_as_the_vendor_does() {
    let expected =
        [(Kind::OpenAi, 404), (Kind::Anthropic, 404), (Kind::Gemini, 404), (Kind::Azure, 404), (Kind::NewApi, 503)];
    for (kind, status) in expected {
        let upstream = Upstream::start_with(Settings::new(kind).with_models(["other"]), Script::default()).unwrap();
        let (path, body) = stream_call(kind);
        assert_eq!(post(&upstream, path, &body).send().await.unwrap().status().as_u16(), status, "{kind}");
    }
}

#[tokio::test]
async fn an_unknown_path_is_refused_in_the_dialect() {
    for (kind, pointer) in
        [(Kind::OpenAi, "/error/type"), (Kind::Anthropic, "/error/type"), (Kind::Gemini, "/error/status")]
    {
        let upstream = start(kind).await;
        let (status, answer) = post_json(&upstream, "/v1/nothing", &json!({})).await;
        assert!(status == 404 && answer.pointer(pointer).is_some(), "{kind} {answer}");
    }
}

#[tokio::test]
async fn a_lax_script_takes_any_body_but_not_any_caller() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default().with_contract(Contract::Headers)).await.unwrap();
    let odd = request(&upstream, reqwest::Method::POST, "/v1/chat/completions").body("[1, 2");
    assert_eq!(odd.send().await.unwrap().status().as_u16(), 200);
    let stranger = client().post(format!("{}/v1/chat/completions", upstream.base_url())).body("{}");
    assert_eq!(stranger.send().await.unwrap().status().as_u16(), 401);
}
