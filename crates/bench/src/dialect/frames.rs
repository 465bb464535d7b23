//! The events of a stream, dialect by dialect, in the order in which the vendors send them.

use serde_json::{Value, json};

use super::{
    CHUNK_TEXT, StreamParts, anthropic_usage, call_text, gemini_usage, openai_usage, responses_message,
    responses_object,
};

fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

fn named(value: &Value) -> String {
    let name = value.get("type").and_then(Value::as_str).unwrap_or_default();
    format!("event: {name}\ndata: {value}\n\n")
}

pub(super) fn openai_chat() -> StreamParts {
    let event = |choices: Value, usage: Value| {
        data(&json!({
            "id": "chatcmpl-BxTq0yXcWJ2rQd6m1sQ0cV5uKf3aE", "object": "chat.completion.chunk",
            "created": 1_760_000_000, "model": "bench-model", "service_tier": "default",
            "system_fingerprint": "fp_07871e2ad8", "choices": choices, "usage": usage
        }))
    };
    let choice =
        |delta: Value, finish: Value| json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]);
    let last_words = choice(json!({"content": call_text()}), Value::Null);
    StreamParts {
        opening: event(choice(json!({"role": "assistant", "content": "", "refusal": null}), Value::Null), Value::Null),
        chunk: event(choice(json!({"content": CHUNK_TEXT}), Value::Null), Value::Null),
        closing: [
            event(last_words, Value::Null),
            event(choice(json!({}), json!("stop")), Value::Null),
            event(json!([]), openai_usage()),
            "data: [DONE]\n\n".to_owned(),
        ]
        .concat(),
    }
}

pub(super) fn anthropic() -> StreamParts {
    let message = json!({"id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant",
        "model": "bench-model", "content": [], "stop_reason": null, "stop_sequence": null,
        "usage": anthropic_usage(1)});
    let text = |text: &str| {
        named(&json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}))
    };
    StreamParts {
        opening: [
            named(&json!({"type": "message_start", "message": message})),
            named(&json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})),
            named(&json!({"type": "ping"})),
        ]
        .concat(),
        chunk: text(CHUNK_TEXT),
        closing: [
            text(&call_text()),
            named(&json!({"type": "content_block_stop", "index": 0})),
            named(&json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
                "usage": {"output_tokens": 57}})),
            named(&json!({"type": "message_stop"})),
        ]
        .concat(),
    }
}

pub(super) fn openai_responses() -> StreamParts {
    let item = "msg_67ccd3acc8d48190a77525dc6de64b4104becb25c45c1d41";
    let text = |text: &str| {
        named(&json!({"type": "response.output_text.delta", "sequence_number": 4, "item_id": item, "output_index": 0,
            "content_index": 0, "delta": text, "logprobs": []}))
    };
    let opening_item = json!({"id": item, "type": "message", "status": "in_progress", "content": [],
        "role": "assistant"});
    let message = responses_message(&call_text());
    let in_progress = responses_object("in_progress", &json!([]));
    StreamParts {
        opening: [
            named(&json!({"type": "response.created", "sequence_number": 0, "response": in_progress})),
            named(&json!({"type": "response.in_progress", "sequence_number": 1, "response": in_progress})),
            named(&json!({"type": "response.output_item.added", "sequence_number": 2, "output_index": 0,
                "item": opening_item})),
        ]
        .concat(),
        chunk: text(CHUNK_TEXT),
        closing: [
            text(&call_text()),
            named(&json!({"type": "response.output_text.done", "sequence_number": 5, "item_id": item,
                "output_index": 0, "content_index": 0, "text": call_text(), "logprobs": []})),
            named(&json!({"type": "response.output_item.done", "sequence_number": 6, "output_index": 0,
                "item": message})),
            named(&json!({"type": "response.completed", "sequence_number": 7,
                "response": responses_object("completed", &json!([message]))})),
        ]
        .concat(),
    }
}

pub(super) fn gemini() -> StreamParts {
    let event = |text: &str| {
        data(&json!({
            "candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}],
            "usageMetadata": {"promptTokenCount": 183, "totalTokenCount": 183},
            "modelVersion": "bench-model", "responseId": "mAitaLmkHPSs1MkPm5yyiAE"
        }))
    };
    let last = json!({
        "candidates": [{"content": {"parts": [{"text": call_text()}], "role": "model"}, "finishReason": "STOP",
            "index": 0}],
        "usageMetadata": gemini_usage(), "modelVersion": "bench-model", "responseId": "mAitaLmkHPSs1MkPm5yyiAE"
    });
    StreamParts { opening: event(""), chunk: event(CHUNK_TEXT), closing: data(&last) }
}
