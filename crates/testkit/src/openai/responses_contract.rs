//! What OpenAI refuses in a response's creation.

use serde_json::Value;

use super::chat_contract::check_function;
use super::{check_image_url, invalid_type, invalid_value, missing};
use crate::call::Call;
use crate::contract::{Object, array, flag, has, string};
use crate::failure::Failure;

const ROLES: &str = "'assistant', 'system', 'developer', and 'user'";

/// Every parameter that the reference lists for creating a response.
const PARAMETERS: [&str; 34] = [
    "access_programs",
    "background",
    "client_metadata",
    "context_management",
    "conversation",
    "image",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "moderation",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];

/// Checks everything that can be wrong in the body.
pub(super) fn check(call: &Call<'_>, body: &Object) -> Result<(), Failure> {
    if let Some(unknown) = body.keys().find(|name| !PARAMETERS.contains(&name.as_str())) {
        let failure = Failure::new(400, format!("Unknown parameter: '{unknown}'."));
        return Err(failure.with_param(unknown.as_str()).with_code("unknown_parameter"));
    }
    if has(body, "stream_options") && !flag(body, "stream") {
        return Err(Failure::new(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
            .with_param("stream_options"));
    }
    if let Some(id) = string(body, "previous_response_id")
        && call.shelf.get(id).is_none()
    {
        return Err(Failure::new(400, format!("Previous response with id '{id}' not found."))
            .with_param("previous_response_id")
            .with_code("previous_response_not_found"));
    }
    check_input(body)?;
    for (index, tool) in array(body, "tools").iter().enumerate() {
        let param = format!("tools[{index}]");
        let tool = tool.as_object().ok_or_else(|| invalid_type(&param, "an object"))?;
        let kind = string(tool, "type").ok_or_else(|| missing(&format!("{param}.type")))?;
        if kind == "function" {
            check_function(tool, &param)?;
        }
    }
    Ok(())
}

fn check_input(body: &Object) -> Result<(), Failure> {
    match body.get("input") {
        Some(Value::String(_)) => Ok(()),
        Some(Value::Array(items)) => check_items(items, has(body, "previous_response_id") || has(body, "conversation")),
        None | Some(Value::Null) if has(body, "prompt") || has(body, "conversation") => Ok(()),
        None | Some(Value::Null) => Err(missing("input")),
        Some(_) => Err(invalid_type("input", "one of a string or an array of input items")),
    }
}

fn check_items(items: &[Value], has_history: bool) -> Result<(), Failure> {
    let mut called: Vec<&str> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let param = format!("input[{index}]");
        let item = item.as_object().ok_or_else(|| invalid_type(&param, "an object"))?;
        match string(item, "type").unwrap_or("message") {
            "message" => check_message(item, &param)?,
            "function_call" => {
                let id = string(item, "call_id").ok_or_else(|| missing(&format!("{param}.call_id")))?;
                string(item, "name").ok_or_else(|| missing(&format!("{param}.name")))?;
                string(item, "arguments").ok_or_else(|| missing(&format!("{param}.arguments")))?;
                called.push(id);
            }
            "function_call_output" => {
                let id = string(item, "call_id").ok_or_else(|| missing(&format!("{param}.call_id")))?;
                if !item.contains_key("output") {
                    return Err(missing(&format!("{param}.output")));
                }
                if !called.contains(&id) && !has_history {
                    let text = format!("No tool call found for function call output with call_id {id}.");
                    return Err(Failure::new(400, text).with_param("input"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_message(item: &Object, param: &str) -> Result<(), Failure> {
    let role = string(item, "role").ok_or_else(|| missing(&format!("{param}.role")))?;
    if !matches!(role, "assistant" | "system" | "developer" | "user") {
        return Err(invalid_value(&format!("{param}.role"), role, ROLES));
    }
    let param = format!("{param}.content");
    let parts = match item.get("content") {
        None => return Err(missing(&param)),
        Some(Value::String(_)) => return Ok(()),
        Some(Value::Array(parts)) => parts,
        Some(_) => return Err(invalid_type(&param, "one of a string or an array of objects")),
    };
    for (index, part) in parts.iter().enumerate() {
        let param = format!("{param}[{index}]");
        let part = part.as_object().ok_or_else(|| invalid_type(&param, "an object"))?;
        match string(part, "type").ok_or_else(|| missing(&format!("{param}.type")))? {
            "input_text" | "output_text" if string(part, "text").is_none() => {
                return Err(missing(&format!("{param}.text")));
            }
            "input_image" => {
                if let Some(url) = string(part, "image_url") {
                    check_image_url(url, &format!("{param}.image_url"))?;
                } else if !has(part, "file_id") {
                    return Err(missing(&format!("{param}.image_url")));
                }
            }
            "input_text" | "output_text" | "input_file" | "input_audio" | "refusal" => {}
            other => {
                let supported = "'input_text', 'input_image', 'output_text', 'refusal', 'input_file'";
                return Err(invalid_value(&format!("{param}.type"), other, supported));
            }
        }
    }
    Ok(())
}
