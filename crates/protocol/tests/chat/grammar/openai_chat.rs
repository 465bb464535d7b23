//! Streams of chat completions, as the OpenAI SDKs accumulate them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Frame, demand};

#[derive(Default)]
struct Choice {
    has_role: bool,
    is_finished: bool,
    calls: Vec<Call>,
}

struct Call {
    /// Free text may be empty; JSON is something.
    is_free: bool,
    input: String,
}

pub(crate) fn check(frames: &[Frame]) -> Result<(), String> {
    let Some((last, chunks)) = frames.split_last() else { return Err("empty".to_owned()) };
    let mut choices: BTreeMap<u64, Choice> = BTreeMap::new();
    let mut head: Option<(Value, Value, Value)> = None;
    let is_failed = last.data.starts_with("{\"error\"");
    demand!(is_failed || last.data == "[DONE]", "the last event is {}", last.data);
    let mut has_usage = false;
    for frame in chunks {
        demand!(frame.name.is_none(), "chunks have no event name");
        demand!(!has_usage, "something follows the usage");
        let chunk = frame.json()?;
        demand!(chunk["object"] == "chat.completion.chunk", "object is {}", chunk["object"]);
        let this = (chunk["id"].clone(), chunk["created"].clone(), chunk["model"].clone());
        demand!(this.0.is_string() && this.1.is_u64() && this.2.is_string(), "bad head {this:?}");
        demand!(head.get_or_insert_with(|| this.clone()) == &this, "the head changes: {this:?}");
        let list = chunk["choices"].as_array().ok_or("no choices")?;
        if list.is_empty() {
            demand!(chunk["usage"]["total_tokens"].is_u64(), "a chunk without choices must have usage");
            has_usage = true;
        } else {
            demand!(chunk.get("usage").is_none_or(Value::is_null), "usage beside choices");
        }
        for choice in list {
            let index = choice["index"].as_u64().ok_or("no index")?;
            one(choices.entry(index).or_default(), choice)?;
        }
    }
    for (index, choice) in &choices {
        demand!(is_failed || choice.is_finished, "choice {index} does not finish");
        for call in &choice.calls {
            demand!(is_failed || call.is_free || !call.input.is_empty(), "a call without arguments");
        }
    }
    Ok(())
}

fn one(choice: &mut Choice, chunk: &Value) -> Result<(), String> {
    demand!(!choice.is_finished, "something follows the finish");
    let delta = chunk["delta"].as_object().ok_or("no delta")?;
    demand!(delta.contains_key("role") != choice.has_role, "the role must come once, at first: {chunk}");
    choice.has_role = true;
    demand!(delta.get("content").is_none_or(|content| content.is_string() || content.is_null()), "bad content");
    for call in delta.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
        let index = usize::try_from(call["index"].as_u64().ok_or("no index")?).unwrap();
        demand!(index <= choice.calls.len(), "call {index} comes too early");
        let kind = if call.get("custom").is_some() { ("custom", "input") } else { ("function", "arguments") };
        if index == choice.calls.len() {
            demand!(call["type"] == kind.0, "type is {}", call["type"]);
            demand!(call["id"].as_str().is_some_and(|id| !id.is_empty() && id.len() <= 40), "id is {}", call["id"]);
            demand!(call[kind.0]["name"].as_str().is_some_and(|name| !name.is_empty()), "no name");
            choice.calls.push(Call { is_free: kind.0 == "custom", input: String::new() });
        } else {
            demand!(call.get("id").is_none() && call[kind.0].get("name").is_none(), "id and name come once");
            demand!(index + 1 == choice.calls.len(), "call {index} goes on behind the next one");
        }
        choice.calls[index].input.push_str(call[kind.0][kind.1].as_str().ok_or("no arguments")?);
    }
    match &chunk["finish_reason"] {
        Value::Null => {}
        Value::String(reason) => {
            let known = ["stop", "length", "tool_calls", "content_filter"];
            demand!(known.contains(&reason.as_str()), "finish_reason is {reason}");
            demand!((reason == "tool_calls") <= !choice.calls.is_empty(), "no calls");
            choice.is_finished = true;
        }
        other => return Err(format!("finish_reason is {other}")),
    }
    Ok(())
}
