//! Structured answers come back as their callers asked for them, whatever stands in for them upstream.

use serde_json::{Value, json};
use sluice_protocol::chat::{Bridge, Trait, convert_answer, decode_request, encode_request};
use sluice_protocol::operation::Dialect;

use crate::support::{bridge, target, transcode};

/// Returns the way back of a Gemini client's question for an answer of this form.
fn way_back(upstream: Dialect, traits: &[Trait], config: &Value) -> Bridge {
    let body = json!({"contents": [{"parts": [{"text": "x"}]}], "generationConfig": config}).to_string();
    let request = decode_request(Dialect::Gemini, body.as_bytes()).unwrap();
    let encoded = encode_request(upstream, &request, &target(traits)).unwrap();
    Bridge { memo: encoded.memo, ..bridge(upstream, Dialect::Gemini) }
}

fn text_of(answer: &Value) -> &str {
    answer["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap()
}

#[test]
fn a_list_comes_out_of_the_object_that_it_travelled_in() {
    let config = json!({"responseMimeType": "application/json", "responseSchema": {"type": "ARRAY", "items": {"type": "INTEGER"}}});
    let answer =
        json!({"id": "1", "choices": [{"message": {"content": "{\"value\": [1, 2]}"}, "finish_reason": "stop"}]});
    let back = way_back(Dialect::OpenaiChat, &[], &config);
    let told: Value = serde_json::from_slice(&convert_answer(answer.to_string().as_bytes(), &back).unwrap()).unwrap();
    assert_eq!(text_of(&told), "[1, 2]");
    let pieces = ["{\"val", "ue\":", " [1,", " 2]", "}"].map(|piece| {
        let chunk = json!({"id": "1", "choices": [{"index": 0, "delta": {"content": piece}}]});
        format!("data: {chunk}\n\n")
    });
    let stream = pieces.concat() + "data: [DONE]\n\n";
    let told = transcode(back, [stream.as_bytes()]);
    let events = told.lines().filter_map(|line| line.strip_prefix("data: "));
    let texts = events.map(|data| text_of(&serde_json::from_str(data).unwrap()).to_owned());
    assert_eq!(texts.collect::<String>(), "[1, 2]");
}

#[test]
fn a_word_comes_without_its_quotes_also_from_a_forced_tool() {
    let config =
        json!({"responseMimeType": "text/x.enum", "responseSchema": {"type": "STRING", "enum": ["Drums", "Strings"]}});
    let back = way_back(Dialect::Anthropic, &[Trait::NoStructuredOutput], &config);
    let name = back.memo.answer_tool.clone().unwrap();
    let answer = json!({"id": "msg_1", "stop_reason": "tool_use", "content": [
        {"type": "tool_use", "id": "t1", "name": name, "input": {"value": "Drums"}},
    ]});
    let told: Value = serde_json::from_slice(&convert_answer(answer.to_string().as_bytes(), &back).unwrap()).unwrap();
    assert_eq!(text_of(&told), "Drums");
    assert_eq!(told["candidates"][0]["finishReason"], "STOP");
}
