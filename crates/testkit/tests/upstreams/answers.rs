//! What the upstreams say when all is well.

use serde_json::{Value, json};
use sluice_testkit::{Act, Kind, Pace, Script, Settings, Upstream};

use crate::support::{
    chat, contents, events, message, post, post_json, request, start, start_with, stream_call, types,
};

#[tokio::test]
async fn a_chat_is_answered_in_the_vendors_shape() {
    let upstream = start(Kind::OpenAi).await;
    let (status, answer) = post_json(&upstream, "/v1/chat/completions", &chat(json!({}))).await;
    assert_eq!(status, 200);
    let message = json!({"role": "assistant", "content": "You said: Hi", "refusal": null, "annotations": []});
    assert_eq!(answer["choices"], json!([{"index": 0, "message": message, "logprobs": null, "finish_reason": "stop"}]));
    assert_eq!((&answer["usage"]["prompt_tokens"], &answer["usage"]["completion_tokens"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn a_chat_stream_reports_usage_only_when_asked() {
    let upstream = start(Kind::OpenAi).await;
    for (options, expected) in [(json!({"include_usage": true}), 1), (json!({"include_usage": false}), 0)] {
        let body = chat(json!({"stream": true, "stream_options": options}));
        let text = post(&upstream, "/v1/chat/completions", &body).send().await.unwrap().text().await.unwrap();
        assert!(text.ends_with("data: [DONE]\n\n"));
        let chunks = events(&text);
        let with_usage = chunks.iter().filter(|chunk| chunk["usage"].is_object()).count();
        assert_eq!(with_usage, expected);
        let said: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
        assert_eq!(said, "You said: Hi");
    }
}

#[tokio::test]
async fn an_anthropic_stream_has_the_documented_order() {
    let upstream = start(Kind::Anthropic).await;
    let body =
        message(json!({"stream": true, "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}));
    let text = post(&upstream, "/v1/messages", &body).send().await.unwrap().text().await.unwrap();
    let events = events(&text);
    let mut order = types(&events);
    order.dedup();
    let block = ["content_block_start", "content_block_delta", "content_block_stop"];
    let expected = [
        &["message_start", "content_block_start", "ping", "content_block_delta", "content_block_stop"][..],
        &block[..],
        &["message_delta", "message_stop"][..],
    ];
    assert_eq!(order, expected.concat());
    let deltas: Vec<&str> = events.iter().filter_map(|event| event["delta"]["type"].as_str()).collect();
    assert!(deltas.contains(&"signature_delta") && deltas.contains(&"thinking_delta"));
    assert!(events.iter().any(|event| event["usage"]["output_tokens"].as_u64() > Some(1)));
}

#[tokio::test]
async fn a_response_stream_is_numbered_and_ends_with_the_whole() {
    let upstream = start(Kind::OpenAi).await;
    let body = json!({"model": "gpt-4o", "input": "Hi", "stream": true, "reasoning": {"effort": "low"}});
    let text = post(&upstream, "/v1/responses", &body).send().await.unwrap().text().await.unwrap();
    let events = events(&text);
    let numbers: Vec<usize> = events.iter().map(|event| event["sequence_number"].as_u64().unwrap() as usize).collect();
    assert_eq!(numbers, (0..events.len()).collect::<Vec<_>>());
    let mut order = types(&events);
    order.dedup();
    let expected = [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done",
        "response.output_item.done",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ];
    assert_eq!(order, expected);
    let last = events.last().unwrap();
    assert_eq!(last["response"]["output"][1]["content"][0]["text"], "You said: Hi");
}

#[tokio::test]
async fn a_gemini_stream_is_events_or_one_array() {
    let upstream = start(Kind::Gemini).await;
    let path = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";
    let body = contents(json!({}));
    let text = post(&upstream, &format!("{path}?alt=sse"), &body).send().await.unwrap().text().await.unwrap();
    let streamed = events(&text);
    let array: Vec<Value> = post(&upstream, path, &body).send().await.unwrap().json().await.unwrap();
    for chunks in [&streamed, &array] {
        let said: String =
            chunks.iter().filter_map(|chunk| chunk["candidates"][0]["content"]["parts"][0]["text"].as_str()).collect();
        assert_eq!(said, "You said: Hi");
        let last = chunks.last().unwrap();
        assert_eq!(last["candidates"][0]["finishReason"], "STOP");
        assert_eq!(last["usageMetadata"]["candidatesTokenCount"], 3);
    }
}

#[tokio::test]
async fn tools_are_used_and_their_results_answered() {
    let upstream = start(Kind::OpenAi).await;
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let tools = json!([{"type": "function", "function": {"name": "weather", "parameters": parameters}}]);
    let question = json!({"role": "user", "content": "What is the weather in Oslo?"});
    let body = chat(json!({"messages": [question], "tools": tools}));
    let (_, answer) = post_json(&upstream, "/v1/chat/completions", &body).await;
    let said = &answer["choices"][0]["message"];
    assert_eq!(said["tool_calls"][0]["function"], json!({"name": "weather", "arguments": "{\"city\":\"Oslo\"}"}));
    let result = json!({"role": "tool", "tool_call_id": said["tool_calls"][0]["id"], "content": "snow"});
    let body = chat(json!({"messages": [question, said, result], "tools": tools}));
    let (status, answer) = post_json(&upstream, "/v1/chat/completions", &body).await;
    assert_eq!((status, &answer["choices"][0]["message"]["content"]), (200, &json!("The tool says: snow")));
}

#[tokio::test]
async fn responses_are_kept_until_they_are_deleted() {
    let upstream = start(Kind::OpenAi).await;
    let (_, made) = post_json(&upstream, "/v1/responses", &json!({"model": "gpt-4o", "input": "Hi"})).await;
    let path = format!("/v1/responses/{}", made["id"].as_str().unwrap());
    let get = || async {
        let response = request(&upstream, reqwest::Method::GET, &path).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    assert_eq!(get().await, (200, made.clone()));
    let deleted: Value = request(&upstream, reqwest::Method::DELETE, &path).send().await.unwrap().json().await.unwrap();
    assert_eq!(deleted["deleted"], true);
    assert_eq!(get().await.0, 404);
}

#[tokio::test]
async fn only_background_responses_can_be_cancelled() {
    let upstream = start(Kind::OpenAi).await;
    for (background, expected) in [(true, (200, json!("cancelled"))), (false, (400, Value::Null))] {
        let body = json!({"model": "gpt-4o", "input": "Hi", "background": background});
        let (_, made) = post_json(&upstream, "/v1/responses", &body).await;
        let path = format!("/v1/responses/{}/cancel", made["id"].as_str().unwrap());
        let (status, answer) = post_json(&upstream, &path, &json!({})).await;
        assert_eq!((status, answer["status"].clone()), expected);
    }
}

#[tokio::test]
async fn a_form_upload_is_read() {
    let upstream = start(Kind::OpenAi).await;
    let file = reqwest::multipart::Part::bytes(vec![7_u8; 3_000_000]).file_name("speech.wav");
    let form = reqwest::multipart::Form::new().text("model", "whisper-1").part("file", file);
    let request = request(&upstream, reqwest::Method::POST, "/v1/audio/transcriptions").multipart(form);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["text"], "This recording has 3000000 bytes.");
}

#[tokio::test]
async fn every_single_shape_endpoint_answers() {
    let upstream = start(Kind::NewApi).await;
    let calls = [
        ("/v1/completions", json!({"model": "m", "prompt": "Hi"}), "/choices/0/text", json!("You said: Hi")),
        ("/v1/embeddings", json!({"model": "m", "input": ["a", "b"]}), "/data/1/index", json!(1)),
        ("/v1/moderations", json!({"input": "violence"}), "/results/0/categories/violence", json!(true)),
        (
            "/v1/images/generations",
            json!({"model": "m", "prompt": "a cat", "n": 2}),
            "/usage/output_tokens",
            json!(544),
        ),
        ("/v1/video/generations", json!({"model": "m", "prompt": "a cat"}), "/status", json!("queued")),
        (
            "/v1/rerank",
            json!({"model": "m", "query": "blue sky", "documents": ["grass", "the blue sky"]}),
            "/results/0",
            json!({"index": 1, "relevance_score": 1.0, "document": {"text": "the blue sky"}}),
        ),
    ];
    for (path, body, pointer, expected) in calls {
        let (status, answer) = post_json(&upstream, path, &body).await;
        assert_eq!((status, answer.pointer(pointer)), (200, Some(&expected)), "{path}");
    }
}

#[tokio::test]
async fn a_relay_site_speaks_three_dialects_under_one_secret() {
    let upstream = start(Kind::NewApi).await;
    let (_, answer) = post_json(&upstream, "/v1/messages", &message(json!({}))).await;
    assert_eq!(answer["content"][0]["text"], "You said: Hi");
    let (_, answer) = post_json(&upstream, "/v1beta/models/g:generateContent", &contents(json!({}))).await;
    assert_eq!(answer["candidates"][0]["content"]["parts"][0]["text"], "You said: Hi");
}

#[tokio::test]
async fn models_are_listed_in_the_vendors_shape() {
    let pointers = [
        (Kind::OpenAi, "/v1/models", "/data/0/id"),
        (Kind::NewApi, "/v1/models", "/data/0/id"),
        (Kind::Anthropic, "/v1/models", "/data/0/id"),
        (Kind::Gemini, "/v1beta/models", "/models/0/displayName"),
    ];
    for (kind, path, pointer) in pointers {
        let settings = Settings::new(kind).with_models(["only-one"]);
        let upstream = Upstream::start_with(settings, Script::default()).unwrap();
        let list: Value = request(&upstream, reqwest::Method::GET, path).send().await.unwrap().json().await.unwrap();
        assert_eq!(list.pointer(pointer), Some(&json!("only-one")), "{kind}");
    }
}

#[tokio::test]
async fn a_script_sets_text_chunks_and_headers() {
    for kind in Kind::ALL {
        let pace = Pace { chunks: Some(4), chunk_bytes: Some(8), split_every: Some(1), ..Pace::default() };
        let upstream = start_with(kind, Act::from(pace).with_header("x-extra", "yes").with_status(203)).await;
        let (path, body) = stream_call(kind);
        let response = post(&upstream, path, &body).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.headers()["x-extra"].to_str().unwrap()), (203, "yes"));
        assert_eq!(response.text().await.unwrap().matches("xxxxxx").count(), 4, "{kind}");
    }
}

#[tokio::test]
async fn the_demo_tells_what_it_is() {
    for kind in Kind::ALL {
        let upstream = Upstream::demo(kind).await.unwrap();
        let (path, body) = stream_call(kind);
        let text = post(&upstream, path, &body).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("demo"), "{kind}");
        assert_eq!(upstream.requests(), [], "a server that runs for long keeps nothing");
    }
}
