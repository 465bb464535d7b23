//! The event stream of a response, numbered and in the vendor's order.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::chat::slices;
use super::responses::unfinished;
use crate::compose::Speech;
use crate::reply::named_event;

const ARGUMENT_CHARS: usize = 8;

/// Writes all events of `response`, whose output items are `output`.
pub(super) fn stream(response: &Value, output: &[Value], speech: &Speech) -> Vec<Bytes> {
    let mut events = Events::default();
    let early = unfinished(response, "in_progress");
    events.push("response.created", json!({"response": early}));
    events.push("response.in_progress", json!({"response": early}));
    for (index, item) in output.iter().enumerate() {
        match item.get("type").and_then(Value::as_str) {
            Some("reasoning") => reasoning(&mut events, index, item, speech),
            Some("function_call") => function_call(&mut events, index, item),
            _ => message(&mut events, index, item, speech),
        }
    }
    let is_short = response.get("status") == Some(&json!("incomplete"));
    let last = if is_short { "response.incomplete" } else { "response.completed" };
    events.push(last, json!({"response": response}));
    events.frames
}

#[derive(Default)]
struct Events {
    frames: Vec<Bytes>,
}

impl Events {
    /// Adds an event: its type, its number, and its own fields after those.
    #[expect(clippy::needless_pass_by_value, reason = "built for this one use")]
    fn push(&mut self, kind: &str, fields: Value) {
        let mut event = Map::new();
        event.insert("type".to_owned(), json!(kind));
        event.insert("sequence_number".to_owned(), json!(self.frames.len()));
        event.extend(fields.as_object().cloned().unwrap_or_default());
        self.frames.push(named_event(&Value::Object(event)));
    }
}

fn id(item: &Value) -> &Value {
    item.get("id").unwrap_or(&Value::Null)
}

fn with(item: &Value, changes: &[(&str, Value)]) -> Value {
    let mut changed = item.clone();
    if let Some(fields) = changed.as_object_mut() {
        for (name, value) in changes {
            fields.insert((*name).to_owned(), value.clone());
        }
    }
    changed
}

fn reasoning(events: &mut Events, index: usize, item: &Value, speech: &Speech) {
    let id = id(item);
    let text = speech.reasoning.as_deref().unwrap_or_default();
    let place = |extra: Value| {
        let mut fields = json!({"item_id": id, "output_index": index, "summary_index": 0});
        if let (Some(fields), Some(extra)) = (fields.as_object_mut(), extra.as_object()) {
            fields.extend(extra.clone());
        }
        fields
    };
    let early = with(item, &[("summary", json!([]))]);
    events.push("response.output_item.added", json!({"output_index": index, "item": early}));
    let empty = json!({"type": "summary_text", "text": ""});
    events.push("response.reasoning_summary_part.added", place(json!({"part": empty})));
    for piece in text.split_inclusive(' ') {
        events.push("response.reasoning_summary_text.delta", place(json!({"delta": piece})));
    }
    events.push("response.reasoning_summary_text.done", place(json!({"text": text})));
    let part = json!({"type": "summary_text", "text": text});
    events.push("response.reasoning_summary_part.done", place(json!({"part": part})));
    events.push("response.output_item.done", json!({"output_index": index, "item": item}));
}

fn function_call(events: &mut Events, index: usize, item: &Value) {
    let id = id(item);
    let arguments = item.get("arguments").and_then(Value::as_str).unwrap_or_default();
    let early = with(item, &[("status", json!("in_progress")), ("arguments", json!(""))]);
    events.push("response.output_item.added", json!({"output_index": index, "item": early}));
    for part in slices(arguments, ARGUMENT_CHARS) {
        let fields = json!({"item_id": id, "output_index": index, "delta": part});
        events.push("response.function_call_arguments.delta", fields);
    }
    let fields = json!({
        "item_id": id, "output_index": index, "name": item.get("name"), "arguments": arguments,
    });
    events.push("response.function_call_arguments.done", fields);
    events.push("response.output_item.done", json!({"output_index": index, "item": item}));
}

fn message(events: &mut Events, index: usize, item: &Value, speech: &Speech) {
    let id = id(item);
    let early = with(item, &[("status", json!("in_progress")), ("content", json!([]))]);
    events.push("response.output_item.added", json!({"output_index": index, "item": early}));
    let empty = json!({"type": "output_text", "annotations": [], "logprobs": [], "text": ""});
    let place = json!({"item_id": id, "output_index": index, "content_index": 0, "part": empty});
    events.push("response.content_part.added", place);
    for piece in &speech.pieces {
        let fields = json!({"item_id": id, "output_index": index, "content_index": 0, "delta": piece, "logprobs": []});
        events.push("response.output_text.delta", fields);
    }
    let text = speech.text();
    let fields = json!({"item_id": id, "output_index": index, "content_index": 0, "text": text, "logprobs": []});
    events.push("response.output_text.done", fields);
    let part = item.pointer("/content/0").unwrap_or(&Value::Null);
    let fields = json!({"item_id": id, "output_index": index, "content_index": 0, "part": part});
    events.push("response.content_part.done", fields);
    events.push("response.output_item.done", json!({"output_index": index, "item": item}));
}
