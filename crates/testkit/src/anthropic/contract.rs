//! What Anthropic refuses in a body.

use serde_json::Value;

use crate::contract::{Object, array, has, image_fault, is_tool_name, string};
use crate::failure::Failure;

/// Every top-level field of Messages, beta fields included.
const FIELDS: [&str; 30] = [
    "billing_policy",
    "cache_control",
    "compaction",
    "container",
    "context_management",
    "diagnostics",
    "fallback_credit_token",
    "fallbacks",
    "inference_geo",
    "max_tokens",
    "mcp_servers",
    "messages",
    "metadata",
    "model",
    "output_config",
    "output_format",
    "service_tier",
    "speed",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "thread",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
    "user_profile_id",
    "workspace_id",
];
/// Fields of Messages that counting tokens does not take.
const NOT_FOR_COUNTING: [&str; 7] =
    ["max_tokens", "metadata", "service_tier", "stop_sequences", "stream", "temperature", "container"];
const BLOCKS: [&str; 13] = [
    "text",
    "image",
    "document",
    "search_result",
    "thinking",
    "redacted_thinking",
    "tool_use",
    "tool_result",
    "server_tool_use",
    "web_search_tool_result",
    "web_fetch_tool_result",
    "code_execution_tool_result",
    "container_upload",
];

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Create,
    Count,
}

/// Checks everything that can be wrong in the body.
pub(super) fn check(body: &Object, purpose: Purpose) -> Result<(), Failure> {
    for name in body.keys().map(String::as_str) {
        let is_known = FIELDS.contains(&name) && (purpose == Purpose::Create || !NOT_FOR_COUNTING.contains(&name));
        if !is_known {
            return Err(fault(name, "Extra inputs are not permitted"));
        }
    }
    if !body.get("model").is_some_and(Value::is_string) {
        return Err(required("model"));
    }
    if purpose == Purpose::Create {
        match body.get("max_tokens") {
            None => return Err(required("max_tokens")),
            Some(limit) if limit.as_u64().is_some_and(|limit| limit >= 1) => {}
            Some(Value::Number(_)) => return Err(fault("max_tokens", "must be greater than or equal to 1")),
            Some(_) => return Err(fault("max_tokens", "Input should be a valid integer")),
        }
    }
    check_messages(body)?;
    check_system(body)?;
    check_options(body)?;
    array(body, "tools").iter().enumerate().try_for_each(|(index, tool)| check_tool(tool, &format!("tools.{index}")))
}

fn fault(path: &str, what: &str) -> Failure {
    Failure::new(400, format!("{path}: {what}"))
}

fn required(path: &str) -> Failure {
    fault(path, "Field required")
}

fn check_options(body: &Object) -> Result<(), Failure> {
    for name in ["temperature", "top_p"] {
        match body.get(name) {
            None | Some(Value::Null) => {}
            Some(value) if value.as_f64().is_some_and(|value| (0.0..=1.0).contains(&value)) => {}
            Some(_) => return Err(fault(name, "range: 0..1")),
        }
    }
    if body.get("stream").is_some_and(|value| !value.is_boolean()) {
        return Err(fault("stream", "Input should be a valid boolean"));
    }
    let Some(thinking) = body.get("thinking").and_then(Value::as_object) else { return Ok(()) };
    let budget = thinking.get("budget_tokens").and_then(Value::as_u64);
    let limit = body.get("max_tokens").and_then(Value::as_u64);
    match (string(thinking, "type"), budget, limit) {
        (Some("enabled"), None, _) => Err(required("thinking.enabled.budget_tokens")),
        (Some("enabled"), Some(..1_024), _) => {
            Err(fault("thinking.enabled.budget_tokens", "Input should be greater than or equal to 1024"))
        }
        (Some("enabled"), Some(budget), Some(limit)) if budget >= limit => {
            Err(Failure::new(400, "`max_tokens` must be greater than `thinking.budget_tokens`."))
        }
        (None, ..) => Err(required("thinking.type")),
        _ => Ok(()),
    }
}

fn check_system(body: &Object) -> Result<(), Failure> {
    match body.get("system") {
        None | Some(Value::String(_)) => Ok(()),
        Some(Value::Array(blocks)) => blocks.iter().enumerate().try_for_each(|(index, block)| {
            let is_text = block.get("type").and_then(Value::as_str) == Some("text") && block.get("text").is_some();
            if is_text { Ok(()) } else { Err(fault(&format!("system.{index}.type"), "Input should be 'text'")) }
        }),
        Some(_) => Err(fault("system", "Input should be a valid string or list")),
    }
}

fn check_messages(body: &Object) -> Result<(), Failure> {
    let Some(messages) = body.get("messages") else { return Err(required("messages")) };
    let Some(messages) = messages.as_array() else { return Err(fault("messages", "Input should be a valid list")) };
    if messages.is_empty() {
        return Err(fault("messages", "at least one message is required"));
    }
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let path = format!("messages.{index}");
        let message = message.as_object().ok_or_else(|| fault(&path, "Input should be an object"))?;
        let role = string(message, "role").ok_or_else(|| required(&format!("{path}.role")))?;
        let is_instruction = role == "system" && takes_instructions(messages, index);
        if !is_instruction && !matches!(role, "user" | "assistant") {
            return Err(fault(
                "messages",
                &format!(
                    "Unexpected role \"{role}\". The Messages API accepts a top-level `system` parameter, not \"{role}\" as an input message role."
                ),
            ));
        }
        let blocks = check_content(message, &path)?;
        check_results(blocks, &path, &open)?;
        open = if role == "assistant" { tool_uses(blocks) } else { Vec::new() };
    }
    Ok(())
}

/// Returns whether instructions may stand amid the conversation: behind the user, before the model or the end.
fn takes_instructions(messages: &[Value], index: usize) -> bool {
    let role = |index: Option<usize>| messages.get(index?)?.get("role")?.as_str();
    role(index.checked_sub(1)) == Some("user") && matches!(role(index.checked_add(1)), None | Some("assistant"))
}

fn check_content<'a>(message: &'a Object, path: &str) -> Result<&'a [Value], Failure> {
    let path = format!("{path}.content");
    match message.get("content") {
        None => Err(required(&path)),
        Some(Value::String(text)) if text.is_empty() => {
            Err(Failure::new(400, format!("{path}: text content blocks must be non-empty")))
        }
        Some(Value::String(_)) => Ok(&[]),
        Some(Value::Array(blocks)) => {
            for (index, block) in blocks.iter().enumerate() {
                check_block(block, &format!("{path}.{index}"))?;
            }
            Ok(blocks)
        }
        Some(_) => Err(fault(&path, "Input should be a valid string or list")),
    }
}

fn check_block(block: &Value, path: &str) -> Result<(), Failure> {
    let block = block.as_object().ok_or_else(|| fault(path, "Input should be an object"))?;
    let kind = string(block, "type").ok_or_else(|| required(&format!("{path}.type")))?;
    if !BLOCKS.contains(&kind) && !kind.starts_with("mcp_") && !kind.ends_with("_tool_result") {
        let what = format!("Input tag '{kind}' found using 'type' does not match any of the expected tags");
        return Err(fault(path, &what));
    }
    let needs: &[&str] = match kind {
        "text" => &["text"],
        "image" | "document" => &["source"],
        "tool_use" => &["id", "name", "input"],
        "tool_result" => &["tool_use_id"],
        "thinking" => &["thinking", "signature"],
        "redacted_thinking" => &["data"],
        _ => &[],
    };
    if let Some(missing) = needs.iter().find(|name| !has(block, name)) {
        return Err(required(&format!("{path}.{kind}.{missing}")));
    }
    match kind {
        "text" if string(block, "text") == Some("") => {
            Err(Failure::new(400, "messages: text content blocks must be non-empty"))
        }
        "image" => check_image(block, path),
        "tool_use" if !block.get("input").is_some_and(Value::is_object) => {
            Err(fault(&format!("{path}.tool_use.input"), "Input should be a valid dictionary"))
        }
        _ => Ok(()),
    }
}

fn check_image(block: &Object, path: &str) -> Result<(), Failure> {
    let path = format!("{path}.image.source");
    let source = block.get("source").and_then(Value::as_object).ok_or_else(|| required(&path))?;
    match string(source, "type") {
        Some("base64") => {
            let kind = string(source, "media_type").ok_or_else(|| required(&format!("{path}.base64.media_type")))?;
            if !matches!(kind, "image/jpeg" | "image/png" | "image/gif" | "image/webp") {
                let what = "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'";
                return Err(fault(&format!("{path}.base64.media_type"), what));
            }
            let data = string(source, "data").ok_or_else(|| required(&format!("{path}.base64.data")))?;
            image_fault(data).map_or(Ok(()), |_| Err(Failure::new(400, "Could not process image")))
        }
        Some("url") if string(source, "url").is_some() => Ok(()),
        Some("file") if string(source, "file_id").is_some() => Ok(()),
        Some(_) | None => Err(required(&format!("{path}.type"))),
    }
}

fn tool_uses(blocks: &[Value]) -> Vec<&str> {
    let uses = blocks.iter().filter(|block| block.get("type").and_then(Value::as_str) == Some("tool_use"));
    uses.filter_map(|block| block.get("id").and_then(Value::as_str)).collect()
}

/// Results follow uses one to one, in the next message and before anything else in it.
fn check_results(blocks: &[Value], path: &str, open: &[&str]) -> Result<(), Failure> {
    let mut waiting: Vec<&str> = open.to_vec();
    for (index, block) in blocks.iter().enumerate() {
        if block.get("type").and_then(Value::as_str) != Some("tool_result") {
            continue;
        }
        let id = block.get("tool_use_id").and_then(Value::as_str).unwrap_or_default();
        let Some(position) = waiting.iter().position(|&open| open == id) else {
            let what = format!(
                "unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block must have a \
                 corresponding `tool_use` block in the previous message."
            );
            return Err(fault(&format!("{path}.content.{index}"), &what));
        };
        waiting.remove(position);
    }
    if waiting.is_empty() {
        return Ok(());
    }
    let what = format!(
        "`tool_use` ids were found without `tool_result` blocks immediately after: {}. Each `tool_use` block must have \
         a corresponding `tool_result` block in the next message.",
        waiting.join(", ")
    );
    Err(fault(path, &what))
}

fn check_tool(tool: &Value, path: &str) -> Result<(), Failure> {
    let tool = tool.as_object().ok_or_else(|| fault(path, "Input should be an object"))?;
    let kind = string(tool, "type").unwrap_or("custom");
    let name = string(tool, "name").unwrap_or_default();
    if kind == "mcp_toolset" {
        return Ok(());
    }
    if name.is_empty() {
        return Err(required(&format!("{path}.{kind}.name")));
    }
    if !is_tool_name(name) {
        return Err(fault(&format!("{path}.{kind}.name"), "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"));
    }
    if kind != "custom" {
        return Ok(());
    }
    let schema = tool.get("input_schema").ok_or_else(|| required(&format!("{path}.custom.input_schema")))?;
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => Ok(()),
        Some(_) => Err(fault(&format!("{path}.custom.input_schema.type"), "Input should be 'object'")),
        None => Err(required(&format!("{path}.custom.input_schema.type"))),
    }
}
