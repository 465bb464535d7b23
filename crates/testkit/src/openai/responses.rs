//! Responses: created, streamed, kept, fetched, cancelled and deleted.

use serde_json::{Value, json};

use super::responses_stream::stream;
use super::{read_body, read_model, responses_contract};
use crate::call::Call;
use crate::compose::{Choice, Finish, Prompt, Speech, Tool, speak};
use crate::contract::{Object, array, flag, has, string, text_chars};
use crate::failure::Failure;
use crate::reply::Reply;

pub(super) fn create(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    let model = read_model(call, &body)?;
    if call.is_strict() {
        responses_contract::check(call, &body)?;
    }
    let speech = speak(&prompt(&body), call.style());
    let id = call.id("resp_", 48);
    let output = output(call, &speech);
    let response = response(call, &body, (&id, &model), &speech, &output);
    let is_background = flag(&body, "background");
    if body.get("store") != Some(&Value::Bool(false)) {
        // Input is listed newest first, as the vendor does by default.
        let input: Vec<Value> = items_with_ids(call, &body).into_iter().rev().collect();
        call.shelf.put(&id, json!({"response": response, "input": input, "background": is_background}));
    }
    if flag(&body, "stream") {
        return Ok(Reply::events(stream(&response, &output, &speech)));
    }
    if is_background {
        return Ok(Reply::json(&unfinished(&response, "queued")));
    }
    Ok(Reply::json(&response))
}

/// Returns a kept response.
pub(super) fn get(call: &Call<'_>, id: &str) -> Result<Reply, Failure> {
    let kept = find(call, id)?;
    Ok(Reply::json(kept.get("response").unwrap_or(&Value::Null)))
}

/// Deletes a kept response.
pub(super) fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Failure> {
    if !call.shelf.remove(id) {
        return Err(not_found(id));
    }
    Ok(Reply::json(&json!({"id": id, "object": "response", "deleted": true})))
}

/// Cancels a kept response, if it runs in the background.
pub(super) fn cancel(call: &Call<'_>, id: &str) -> Result<Reply, Failure> {
    let mut kept = find(call, id)?;
    if kept.get("background") != Some(&Value::Bool(true)) {
        return Err(Failure::new(400, "Cannot cancel a synchronous response."));
    }
    let cancelled = unfinished(kept.get("response").unwrap_or(&Value::Null), "cancelled");
    if let Some(fields) = kept.as_object_mut() {
        fields.insert("response".to_owned(), cancelled.clone());
    }
    call.shelf.put(id, kept);
    Ok(Reply::json(&cancelled))
}

/// Lists what a kept response was made from.
pub(super) fn input_items(call: &Call<'_>, id: &str) -> Result<Reply, Failure> {
    let kept = find(call, id)?;
    let items = kept.get("input").and_then(Value::as_array).cloned().unwrap_or_default();
    let name = |item: Option<&Value>| item.and_then(|item| item.get("id")).cloned().unwrap_or(Value::Null);
    let list = json!({
        "object": "list", "first_id": name(items.first()), "last_id": name(items.last()),
        "has_more": false, "data": items,
    });
    Ok(Reply::json(&list))
}

/// Counts what a response would read.
pub(super) fn input_tokens(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    read_model(call, &body)?;
    if call.is_strict() {
        responses_contract::check(call, &body)?;
    }
    let speech = speak(&prompt(&body), call.style());
    Ok(Reply::json(&json!({"object": "response.input_tokens", "input_tokens": speech.input})))
}

fn find(call: &Call<'_>, id: &str) -> Result<Value, Failure> {
    call.shelf.get(id).filter(|kept| kept.get("response").is_some()).ok_or_else(|| not_found(id))
}

fn not_found(id: &str) -> Failure {
    Failure::new(404, format!("Response with id '{id}' not found."))
}

/// Returns a response as it looks before it has an output.
pub(super) fn unfinished(response: &Value, status: &str) -> Value {
    let mut early = response.clone();
    if let Some(fields) = early.as_object_mut() {
        fields.insert("status".to_owned(), json!(status));
        fields.insert("output".to_owned(), json!([]));
        fields.insert("usage".to_owned(), Value::Null);
        fields.insert("completed_at".to_owned(), Value::Null);
        fields.insert("incomplete_details".to_owned(), Value::Null);
    }
    early
}

fn output(call: &Call<'_>, speech: &Speech) -> Vec<Value> {
    let mut items = Vec::new();
    if let Some(reasoning) = &speech.reasoning {
        let summary = json!([{"type": "summary_text", "text": reasoning}]);
        items.push(json!({"id": call.id("rs_", 48), "type": "reasoning", "summary": summary}));
    }
    for (at, tool) in speech.tools.iter().enumerate() {
        items.push(json!({
            "id": call.id(&format!("fc_{at}"), 47), "type": "function_call", "status": "completed",
            "arguments": tool.arguments.to_string(), "call_id": call.id(&format!("call_{at}"), 23), "name": tool.name,
        }));
    }
    if speech.tools.is_empty() {
        let status = if speech.finish == Finish::Length { "incomplete" } else { "completed" };
        let part = json!({"type": "output_text", "annotations": [], "logprobs": [], "text": speech.text()});
        items.push(json!({
            "id": call.id("msg_", 48), "type": "message", "status": status, "content": [part], "role": "assistant",
        }));
    }
    items
}

fn response(call: &Call<'_>, body: &Object, named: (&str, &str), speech: &Speech, output: &[Value]) -> Value {
    let (id, model) = named;
    let or = |name: &str, default: Value| body.get(name).filter(|value| !value.is_null()).cloned().unwrap_or(default);
    let is_short = speech.finish == Finish::Length;
    json!({
        "id": id,
        "object": "response",
        "created_at": call.created(),
        "status": if is_short { "incomplete" } else { "completed" },
        "background": or("background", json!(false)),
        "completed_at": call.created() + 1,
        "error": null,
        "incomplete_details": is_short.then(|| json!({"reason": "max_output_tokens"})),
        "instructions": or("instructions", Value::Null),
        "max_output_tokens": or("max_output_tokens", Value::Null),
        "model": model,
        "output": output,
        "parallel_tool_calls": or("parallel_tool_calls", json!(true)),
        "previous_response_id": or("previous_response_id", Value::Null),
        "reasoning": or("reasoning", json!({"effort": null, "summary": null})),
        "service_tier": "default",
        "store": or("store", json!(true)),
        "temperature": or("temperature", json!(1.0)),
        "text": or("text", json!({"format": {"type": "text"}})),
        "tool_choice": or("tool_choice", json!("auto")),
        "tools": or("tools", json!([])),
        "top_p": or("top_p", json!(1.0)),
        "truncation": or("truncation", json!("disabled")),
        "usage": {
            "input_tokens": speech.input,
            "input_tokens_details": {"cached_tokens": speech.cached, "cache_write_tokens": 0},
            "output_tokens": speech.output,
            "output_tokens_details": {"reasoning_tokens": speech.thinking},
            "total_tokens": speech.input + speech.output,
        },
        "user": or("user", Value::Null),
        "metadata": or("metadata", json!({})),
    })
}

fn input_items_of(body: &Object) -> Vec<Value> {
    match body.get("input") {
        Some(Value::String(text)) => {
            vec![json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})]
        }
        Some(Value::Array(items)) => items.clone(),
        _ => Vec::new(),
    }
}

fn prompt(body: &Object) -> Prompt {
    let items = input_items_of(body);
    let user = items.iter().rev().find(|item| item.get("role") == Some(&json!("user")));
    let is_result = |item: &&Value| item.get("type") == Some(&json!("function_call_output"));
    let results: Vec<String> = items.iter().rev().take_while(is_result).map(result_text).collect();
    let format = body.get("text").and_then(|text| text.get("format"));
    let images = items.iter().flat_map(parts).filter(|part| part.get("type") == Some(&json!("input_image")));
    Prompt {
        question: user.map(item_text).unwrap_or_default(),
        chars: items.iter().map(|item| item_text(item).chars().count()).sum::<usize>()
            + ["instructions", "tools"].iter().filter_map(|name| body.get(*name)).map(text_chars).sum::<usize>(),
        images: u64::try_from(images.count()).unwrap_or(0),
        tools: array(body, "tools").iter().filter_map(tool).collect(),
        choice: choice(body),
        is_parallel: body.get("parallel_tool_calls") != Some(&Value::Bool(false)),
        result: (!results.is_empty()).then(|| results.join(" ")),
        schema: format.and_then(|format| format.get("schema")).cloned(),
        is_reasoning: has(body, "reasoning"),
        max_output: body.get("max_output_tokens").and_then(Value::as_u64),
    }
}

fn parts(item: &Value) -> &[Value] {
    item.get("content").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn item_text(item: &Value) -> String {
    if let Some(text) = item.get("content").and_then(Value::as_str) {
        return text.to_owned();
    }
    let texts = parts(item).iter().filter_map(|part| part.get("text").and_then(Value::as_str));
    texts.collect::<Vec<_>>().join(" ")
}

fn result_text(item: &Value) -> String {
    match item.get("output") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn tool(tool: &Value) -> Option<Tool> {
    let tool = tool.as_object().filter(|tool| string(tool, "type") == Some("function"))?;
    let parameters = tool.get("parameters").cloned().unwrap_or(json!({"type": "object"}));
    Some(Tool { name: string(tool, "name")?.to_owned(), parameters })
}

fn choice(body: &Object) -> Choice {
    match body.get("tool_choice") {
        Some(Value::String(word)) if word == "none" => Choice::None,
        Some(Value::String(word)) if word == "required" => Choice::Any,
        Some(Value::Object(named)) => string(named, "name").map_or(Choice::Auto, |name| Choice::Named(name.to_owned())),
        _ => Choice::Auto,
    }
}

fn items_with_ids(call: &Call<'_>, body: &Object) -> Vec<Value> {
    let mut items = input_items_of(body);
    for (index, item) in items.iter_mut().enumerate() {
        let id = call.id(&format!("msg_in{index}"), 40);
        if let Some(fields) = item.as_object_mut() {
            fields.entry("id").or_insert_with(|| json!(id));
            fields.entry("type").or_insert_with(|| json!("message"));
            fields.entry("status").or_insert_with(|| json!("completed"));
            // A plain string stands for one part of text.
            if let Some(Value::String(text)) = fields.get("content") {
                let part = json!([{"type": "input_text", "text": text}]);
                fields.insert("content".to_owned(), part);
            }
        }
    }
    items
}
