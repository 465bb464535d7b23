//! Thoughts go back to the account that had them, in every dialect and through every client.

use serde_json::{Value, json};
use sluice_protocol::chat::{
    Target, Trait, carries_envelopes, convert_answer, decode_request, encode_request, restore_envelopes,
};
use sluice_protocol::operation::Dialect;

use crate::support::{DIALECTS, bridge, target};

/// An answer with a thought that its vendor wants back, and the field in which the proof stands in a request.
fn answers() -> [(Dialect, Value, &'static str); 3] {
    [
        (
            Dialect::Anthropic,
            json!({"id": "msg_1", "content": [
                {"type": "thinking", "thinking": "h\"m\n", "signature": "EqQB/+=="},
                {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
            ], "stop_reason": "tool_use", "usage": {"input_tokens": 1, "output_tokens": 1}}),
            r#"{"type":"thinking","thinking":"h\"m\n","signature":"EqQB/+=="}"#,
        ),
        (
            Dialect::OpenaiResponses,
            json!({"id": "resp_1", "status": "completed", "output": [
                {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "gAAA"},
                {"type": "function_call", "id": "fc_1", "call_id": "t1", "name": "f", "arguments": "{}"},
            ]}),
            r#"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"}"#,
        ),
        (
            Dialect::Gemini,
            json!({"candidates": [{"content": {"role": "model", "parts": [
                {"functionCall": {"id": "t1", "name": "f", "args": {}}, "thoughtSignature": "CiQB"},
            ]}, "finishReason": "STOP"}]}),
            r#""thoughtSignature":"CiQB""#,
        ),
    ]
}

/// Makes the client's next request: it returns what it was told.
fn next_request(client: Dialect, answer: &Value) -> Value {
    match client {
        Dialect::Anthropic => json!({"model": "m", "max_tokens": 9, "messages": [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": answer["content"]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "ok"}]},
        ]}),
        Dialect::OpenaiResponses => {
            let mut input = vec![json!({"role": "user", "content": "x"})];
            input.extend(answer["output"].as_array().unwrap().iter().cloned());
            input.push(json!({"type": "function_call_output", "call_id": "t1", "output": "ok"}));
            json!({"model": "m", "input": input})
        }
        Dialect::Gemini => json!({"contents": [
            {"role": "user", "parts": [{"text": "x"}]},
            answer["candidates"][0]["content"],
            {"role": "user", "parts": [{"functionResponse": {"id": "t1", "name": "f", "response": {"output": "ok"}}}]},
        ]}),
        Dialect::OpenaiChat => json!({"model": "m", "messages": [
            {"role": "user", "content": "x"},
            answer["choices"][0]["message"],
            {"role": "tool", "tool_call_id": "t1", "content": "ok"},
        ]}),
        Dialect::Single => unreachable!(),
    }
}

fn turn(client: Dialect, upstream: Dialect, answer: &Value) -> Value {
    let told = convert_answer(answer.to_string().as_bytes(), &bridge(upstream, client)).unwrap();
    next_request(client, &serde_json::from_slice(&told).unwrap())
}

const CLIENTS: [Dialect; 4] = DIALECTS;

/// Takes out what Gemini CLI and most clients of chat completions forget: thoughts that stand by themselves.
fn forgetful(mut request: Value) -> Value {
    let is_thought = |part: &Value| part["thought"] == true;
    for content in request["contents"].as_array_mut().into_iter().flatten() {
        content["parts"].as_array_mut().unwrap().retain(|part| !is_thought(part));
    }
    for message in request["messages"].as_array_mut().into_iter().flatten() {
        message.as_object_mut().unwrap().remove("reasoning_content");
    }
    request
}

#[test]
fn a_thought_comes_back_whole_to_its_account_through_any_client_and_to_no_other() {
    for (upstream, answer, expected) in answers() {
        for client in CLIENTS {
            let body = turn(client, upstream, &answer).to_string();
            let request = decode_request(client, body.as_bytes()).unwrap();
            let back = encode_request(upstream, &request, &target(&[])).unwrap();
            let back = String::from_utf8(back.body).unwrap();
            assert!(back.contains(expected), "{upstream:?} via {client:?}: {back}");
            let other = Target { issuer: "vendor/2", ..target(&[]) };
            let away = encode_request(upstream, &request, &other).unwrap();
            assert!(away.losses.iter().count() > 0 || upstream == Dialect::Gemini);
            let away = String::from_utf8(away.body).unwrap();
            for secret in ["EqQB", "gAAA", "CiQB", "c2x1aWNl"] {
                assert!(!away.contains(secret), "{upstream:?} via {client:?}: {away}");
            }
        }
    }
}

#[test]
fn a_thought_comes_back_from_a_client_that_keeps_only_what_stands_at_calls() {
    for (upstream, answer, expected) in answers() {
        for client in [Dialect::OpenaiChat, Dialect::Gemini] {
            let body = forgetful(turn(client, upstream, &answer)).to_string();
            let request = decode_request(client, body.as_bytes()).unwrap();
            let back = String::from_utf8(encode_request(upstream, &request, &target(&[])).unwrap().body).unwrap();
            assert_eq!(back.matches(expected).count(), 1, "{upstream:?} via {client:?}: {back}");
        }
    }
}

#[test]
fn several_thoughts_travel_at_one_call_ahead_of_what_was_said_and_once_only() {
    let answer = json!({"id": "msg_1", "content": [
        {"type": "thinking", "thinking": "a", "signature": "EqQB"},
        {"type": "redacted_thinking", "data": "xyz="},
        {"type": "text", "text": "So."},
        {"type": "tool_use", "id": "t1", "name": "f", "input": {}},
        {"type": "thinking", "thinking": "b", "signature": "EqQC"},
        {"type": "tool_use", "id": "t2", "name": "f", "input": {}},
    ], "stop_reason": "tool_use", "usage": {"input_tokens": 1, "output_tokens": 1}});
    for client in [Dialect::OpenaiChat, Dialect::Gemini] {
        let whole = turn(client, Dialect::Anthropic, &answer);
        for request in [forgetful(whole.clone()), whole] {
            let body = request.to_string();
            let request = decode_request(client, body.as_bytes()).unwrap();
            let back = encode_request(Dialect::Anthropic, &request, &target(&[])).unwrap();
            let back: Value = serde_json::from_slice(&back.body).unwrap();
            assert_eq!(back["messages"][1]["content"], answer["content"], "{client:?}: {body}");
        }
    }
}

#[test]
fn a_bare_thought_travels_at_its_call_for_vendors_that_want_it_back() {
    let answer = json!({"id": "c1", "choices": [{"message": {"role": "assistant", "reasoning_content": "hm", "tool_calls": [
        {"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
    ]}, "finish_reason": "tool_calls"}]});
    let body = forgetful(turn(Dialect::Gemini, Dialect::OpenaiChat, &answer)).to_string();
    let request = decode_request(Dialect::Gemini, body.as_bytes()).unwrap();
    let back = encode_request(Dialect::OpenaiChat, &request, &target(&[Trait::EchoesReasoning])).unwrap();
    let back: Value = serde_json::from_slice(&back.body).unwrap();
    assert_eq!(back["messages"][1]["reasoning_content"], "hm");
}

#[test]
fn a_call_whose_proof_was_another_vendors_has_the_mark_that_google_documents() {
    let [(_, answer, _), ..] = answers();
    let body = turn(Dialect::Gemini, Dialect::Anthropic, &answer).to_string();
    let restored = restore_envelopes(Dialect::Gemini, body.as_bytes(), &target(&[])).unwrap().unwrap();
    let restored: Value = serde_json::from_slice(&restored.body).unwrap();
    let call = json!({"functionCall": {"id": "t1", "name": "f", "args": {}}, "thoughtSignature": "skip_thought_signature_validator"});
    assert_eq!(restored["contents"][1]["parts"], json!([call]));
}

#[test]
fn a_source_that_another_vendor_found_is_told_and_never_shown_to_anthropic() {
    let answer = json!({"id": "c1", "choices": [{"message": {"role": "assistant", "content": "See X", "annotations": [
        {"type": "url_citation", "url_citation": {"start_index": 4, "end_index": 5, "title": "X", "url": "https://x.test"}},
    ]}, "finish_reason": "stop"}]});
    let request = turn(Dialect::Anthropic, Dialect::OpenaiChat, &answer);
    assert_eq!(request["messages"][1]["content"][0]["citations"][0]["url"], "https://x.test");
    let body = request.to_string();
    let restored = restore_envelopes(Dialect::Anthropic, body.as_bytes(), &target(&[])).unwrap().unwrap();
    assert!(!String::from_utf8(restored.body).unwrap().contains("x.test"));
}

#[test]
fn a_proof_in_an_envelope_never_reaches_a_vendor_of_the_clients_own_dialect() {
    for (upstream, answer, _) in answers() {
        for client in CLIENTS {
            let body = turn(client, upstream, &answer).to_string();
            assert!(carries_envelopes(body.as_bytes()));
            let restored = restore_envelopes(client, body.as_bytes(), &target(&[])).unwrap().unwrap();
            assert!(!carries_envelopes(&restored.body), "{}", String::from_utf8_lossy(&restored.body));
        }
    }
    let plain = json!({"model": "m", "messages": []}).to_string();
    assert!(restore_envelopes(Dialect::Anthropic, plain.as_bytes(), &target(&[])).unwrap().is_none());
}

#[test]
fn an_issuer_that_somebody_remembers_decides_over_a_bare_proof() {
    let body = json!({"model": "m", "max_tokens": 9, "messages": [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "EqQB"}, {"type": "text", "text": "y"}]},
    ]})
    .to_string();
    let mut request = decode_request(Dialect::Anthropic, body.as_bytes()).unwrap();
    request.attribute(|proof| (proof == "EqQB").then(|| "vendor/2".to_owned()));
    let encoded = encode_request(Dialect::Anthropic, &request, &target(&[])).unwrap();
    assert!(!String::from_utf8(encoded.body).unwrap().contains("EqQB"));
}

#[test]
fn addresses_are_fetched_once_and_only_where_the_upstream_does_not() {
    let image = json!({"type": "image_url", "image_url": {"url": "https://x.test/a.png?b=\"c"}});
    let body = json!({"model": "m", "messages": [{"role": "user", "content": [image, image]}]}).to_string();
    let mut request = decode_request(Dialect::OpenaiChat, body.as_bytes()).unwrap();
    assert_eq!(request.wanted_urls(Dialect::Anthropic, &target(&[])), Vec::<String>::new());
    let wanted = request.wanted_urls(Dialect::Gemini, &target(&[]));
    assert_eq!(wanted, ["https://x.test/a.png?b=\"c"]);
    request.supply(&wanted[0], "image/png", "iVBO");
    let encoded = encode_request(Dialect::Gemini, &request, &target(&[])).unwrap();
    assert!(encoded.losses.is_empty());
    assert_eq!(
        String::from_utf8(encoded.body).unwrap(),
        r#"{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"iVBO"}},{"inlineData":{"mimeType":"image/png","data":"iVBO"}}]}]}"#
    );
}
