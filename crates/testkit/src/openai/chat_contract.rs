//! What OpenAI refuses in a chat completion.

use serde_json::Value;

use super::{check_image_url, invalid_type, invalid_value, missing};
use crate::contract::{Object, array, flag, has, is_tool_name, schema_fault, string};
use crate::failure::Failure;

const ROLES: &str = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'";
const PARTS: &str = "'text', 'image_url', 'input_audio', 'refusal', and 'file'";

/// Checks everything that can be wrong in the body.
pub(super) fn check(body: &Object) -> Result<(), Failure> {
    match body.get("messages") {
        None => return Err(missing("messages")),
        Some(Value::Array(messages)) if messages.is_empty() => {
            return Err(Failure::new(
                400,
                "Invalid 'messages': empty array. Expected an array with minimum length 1, but \
                                          got an empty array instead.",
            )
            .with_param("messages")
            .with_code("empty_array"));
        }
        Some(Value::Array(_)) => {}
        Some(_) => return Err(invalid_type("messages", "an array of objects")),
    }
    check_options(body)?;
    check_messages(array(body, "messages"))?;
    for (index, tool) in array(body, "tools").iter().enumerate() {
        check_tool(tool, &format!("tools[{index}]"))?;
    }
    check_tool_choice(body)?;
    check_format(body)
}

fn check_options(body: &Object) -> Result<(), Failure> {
    if has(body, "stream_options") && !flag(body, "stream") {
        return Err(Failure::new(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
            .with_param("stream_options"));
    }
    for (name, most) in [("temperature", 2.0), ("top_p", 1.0)] {
        match body.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Number(number)) if number.as_f64().is_some_and(|value| (0.0..=most).contains(&value)) => {}
            Some(Value::Number(number)) => {
                let text = format!(
                    "Invalid '{name}': decimal out of range. Expected a value between 0 and {most}, but got {number} instead."
                );
                return Err(Failure::new(400, text).with_param(name).with_code("decimal_above_max_value"));
            }
            Some(_) => return Err(invalid_type(name, "a decimal")),
        }
    }
    for name in ["max_tokens", "max_completion_tokens", "n"] {
        if has(body, name) && body.get(name).and_then(Value::as_u64).is_none_or(|value| value == 0) {
            return Err(Failure::new(
                400,
                format!("Invalid '{name}': integer below minimum value. Expected a value >= 1."),
            )
            .with_param(name)
            .with_code("integer_below_min_value"));
        }
    }
    if has(body, "stream") && !body.get("stream").is_some_and(Value::is_boolean) {
        return Err(invalid_type("stream", "a boolean"));
    }
    Ok(())
}

fn check_messages(messages: &[Value]) -> Result<(), Failure> {
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let param = format!("messages[{index}]");
        let message = message.as_object().ok_or_else(|| invalid_type(&param, "an object"))?;
        let role = string(message, "role").ok_or_else(|| missing(&format!("{param}.role")))?;
        if role == "tool" {
            let id = string(message, "tool_call_id").ok_or_else(|| missing(&format!("{param}.tool_call_id")))?;
            let position = open.iter().position(|&waiting| waiting == id).ok_or_else(|| stray_tool(index))?;
            open.remove(position);
        } else if !open.is_empty() {
            return Err(unanswered(&open, index));
        }
        match role {
            "assistant" => open = check_assistant(message, &param)?,
            "system" | "developer" | "user" | "tool" => check_content(message, &param)?,
            "function" => {}
            other => return Err(invalid_value(&format!("{param}.role"), other, ROLES)),
        }
    }
    if open.is_empty() { Ok(()) } else { Err(unanswered(&open, messages.len())) }
}

fn stray_tool(index: usize) -> Failure {
    Failure::new(
        400,
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    )
    .with_param(format!("messages.[{index}].role"))
}

fn unanswered(open: &[&str], index: usize) -> Failure {
    Failure::new(
        400,
        format!(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
             'tool_call_id'. The following tool_call_ids did not have response messages: {}",
            open.join(", ")
        ),
    )
    .with_param(format!("messages.[{index}].role"))
}

fn check_assistant<'a>(message: &'a Object, param: &str) -> Result<Vec<&'a str>, Failure> {
    let mut ids = Vec::new();
    for (index, use_) in array(message, "tool_calls").iter().enumerate() {
        let param = format!("{param}.tool_calls[{index}]");
        let use_ = use_.as_object().ok_or_else(|| invalid_type(&param, "an object"))?;
        ids.push(string(use_, "id").ok_or_else(|| missing(&format!("{param}.id")))?);
        let kind = string(use_, "type").ok_or_else(|| missing(&format!("{param}.type")))?;
        let inner = use_.get(kind).and_then(Value::as_object);
        let inner = inner.ok_or_else(|| missing(&format!("{param}.{kind}")))?;
        let name = string(inner, "name").ok_or_else(|| missing(&format!("{param}.{kind}.name")))?;
        if !is_tool_name(name) {
            return Err(bad_name(&format!("{param}.{kind}.name")));
        }
    }
    let has_words = has(message, "content") || has(message, "refusal") || has(message, "audio");
    if ids.is_empty() && !has_words && !has(message, "function_call") {
        return Err(invalid_type(&format!("{param}.content"), "a string or an array of objects, but got null instead"));
    }
    Ok(ids)
}

fn check_content(message: &Object, param: &str) -> Result<(), Failure> {
    let param = format!("{param}.content");
    match message.get("content") {
        None => Err(missing(&param)),
        Some(Value::String(_)) => Ok(()),
        Some(Value::Array(parts)) => {
            parts.iter().enumerate().try_for_each(|(index, part)| check_part(part, &format!("{param}[{index}]")))
        }
        Some(_) => Err(invalid_type(&param, "one of a string or an array of objects")),
    }
}

fn check_part(part: &Value, param: &str) -> Result<(), Failure> {
    let part = part.as_object().ok_or_else(|| invalid_type(param, "an object"))?;
    let kind = string(part, "type").ok_or_else(|| missing(&format!("{param}.type")))?;
    match kind {
        "text" => string(part, "text").map(|_| ()).ok_or_else(|| missing(&format!("{param}.text"))),
        "image_url" => {
            let param = format!("{param}.image_url");
            let image = part.get("image_url").and_then(Value::as_object).ok_or_else(|| missing(&param))?;
            let url = string(image, "url").ok_or_else(|| missing(&format!("{param}.url")))?;
            check_image_url(url, &param)
        }
        "input_audio" | "file" | "refusal" if has(part, kind) => Ok(()),
        "input_audio" | "file" | "refusal" => Err(missing(&format!("{param}.{kind}"))),
        other => Err(invalid_value(&format!("{param}.type"), other, PARTS)),
    }
}

fn check_tool(tool: &Value, param: &str) -> Result<(), Failure> {
    let tool = tool.as_object().ok_or_else(|| invalid_type(param, "an object"))?;
    let kind = string(tool, "type").ok_or_else(|| missing(&format!("{param}.type")))?;
    if kind == "custom" {
        return if has(tool, "custom") { Ok(()) } else { Err(missing(&format!("{param}.custom"))) };
    }
    if kind != "function" {
        return Err(invalid_value(&format!("{param}.type"), kind, "'function' and 'custom'"));
    }
    let param = format!("{param}.function");
    let function = tool.get("function").and_then(Value::as_object).ok_or_else(|| missing(&param))?;
    check_function(function, &param)
}

/// Checks a function's name and schema.
pub(super) fn check_function(function: &Object, param: &str) -> Result<(), Failure> {
    let name = string(function, "name").ok_or_else(|| missing(&format!("{param}.name")))?;
    if !is_tool_name(name) {
        return Err(bad_name(&format!("{param}.name")));
    }
    let Some(schema) = function.get("parameters").filter(|schema| !schema.is_null()) else { return Ok(()) };
    schema_fault(schema).map_or(Ok(()), |fault| {
        Err(Failure::new(400, format!("Invalid schema for function '{name}': {fault}"))
            .with_param(format!("{param}.parameters"))
            .with_code("invalid_function_parameters"))
    })
}

fn bad_name(param: &str) -> Failure {
    let text = format!(
        "Invalid '{param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
    );
    Failure::new(400, text).with_param(param).with_code("invalid_value")
}

fn check_tool_choice(body: &Object) -> Result<(), Failure> {
    if has(body, "tool_choice") && array(body, "tools").is_empty() {
        return Err(Failure::new(
            400,
            "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are \
                                      specified.",
        )
        .with_param("tool_choice"));
    }
    match body.get("tool_choice").and_then(Value::as_str) {
        None | Some("none" | "auto" | "required") => Ok(()),
        Some(other) => Err(invalid_value("tool_choice", other, "'none', 'auto', and 'required'")),
    }
}

fn check_format(body: &Object) -> Result<(), Failure> {
    let Some(format) = body.get("response_format").and_then(Value::as_object) else { return Ok(()) };
    match string(format, "type").ok_or_else(|| missing("response_format.type"))? {
        "text" | "json_object" => Ok(()),
        "json_schema" => {
            let schema = format.get("json_schema").and_then(Value::as_object);
            let schema = schema.ok_or_else(|| missing("response_format.json_schema"))?;
            string(schema, "name").map(|_| ()).ok_or_else(|| missing("response_format.json_schema.name"))
        }
        other => Err(invalid_value("response_format.type", other, "'json_object', 'json_schema', and 'text'")),
    }
}
