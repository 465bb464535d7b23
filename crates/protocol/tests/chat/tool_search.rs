//! The search for tools that a client of the responses API does itself, through an upstream of another dialect.

use serde_json::{Value, json};
use sluice_protocol::chat::{Bridge, convert_answer, decode_request, encode_request};
use sluice_protocol::operation::Dialect;

use crate::support::{bridge, target, transcode};

/// Returns the way back of a request whose client searches for tools.
fn searching(upstream: Dialect) -> Bridge {
    let body = json!({"model": "m", "input": "Mail?", "tools": [
        {"type": "tool_search", "execution": "client", "description": "Finds tools.", "parameters": {"type": "object"}}]});
    let body = body.to_string();
    let request = decode_request(Dialect::OpenaiResponses, body.as_bytes()).unwrap();
    let encoded = encode_request(upstream, &request, &target(&[])).unwrap();
    assert!(encoded.losses.is_empty(), "{:?}", encoded.losses);
    Bridge { memo: encoded.memo, ..bridge(upstream, Dialect::OpenaiResponses) }
}

#[test]
fn a_call_of_the_search_comes_back_as_the_clients_own() {
    let answer = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use",
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "tool_search", "input": {"query": "mail"}}],
        "usage": {"input_tokens": 1, "output_tokens": 1}});
    let body = convert_answer(answer.to_string().as_bytes(), &searching(Dialect::Anthropic)).unwrap();
    let response: Value = serde_json::from_slice(&body).unwrap();
    let item = json!({"id": "fc_1_0", "type": "tool_search_call", "status": "completed", "call_id": "toolu_1",
        "execution": "client", "arguments": {"query": "mail"}});
    assert_eq!(response["output"], json!([item]));
}

#[test]
fn a_call_of_the_search_comes_back_in_a_stream_too() {
    let stream = [
        r#"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","function":{"name":"tool_search","arguments":"{\"query\":"}}]}}]}"#,
        r#"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"mail\"}"}}]},"finish_reason":"tool_calls"}]}"#,
        "[DONE]",
    ];
    let stream = stream.map(|data| format!("data: {data}\n\n")).concat();
    let told = transcode(searching(Dialect::OpenaiChat), [stream.as_bytes()]);
    let done = told.lines().find(|line| line.contains(r#""type":"response.output_item.done""#)).unwrap();
    let event: Value = serde_json::from_str(done.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(event["item"]["type"], "tool_search_call");
    assert_eq!(event["item"]["arguments"], json!({"query": "mail"}));
    assert!(!told.contains("function_call"), "{told}");
}

#[test]
fn a_function_of_that_name_stays_a_function() {
    let answer = json!({"id": "c", "choices": [{"message": {"tool_calls": [{"id": "call_1", "type": "function",
        "function": {"name": "tool_search", "arguments": "{}"}}]}, "finish_reason": "tool_calls"}]});
    let bridge = bridge(Dialect::OpenaiChat, Dialect::OpenaiResponses);
    let body = convert_answer(answer.to_string().as_bytes(), &bridge).unwrap();
    let response: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(response["output"][0]["type"], "function_call");
}
