//! What Gemini refuses in a body. Names come in camel case or in snake case, as its JSON reader takes both.

use serde_json::Value;

use crate::contract::{Object, array, image_fault, is_tool_name, string};
use crate::failure::Failure;

const GENERATE: [&str; 9] = [
    "contents",
    "tools",
    "toolConfig",
    "safetySettings",
    "systemInstruction",
    "generationConfig",
    "cachedContent",
    "model",
    "serviceTier",
];
const COUNT: [&str; 3] = ["contents", "generateContentRequest", "model"];
const EMBED: [&str; 6] = ["model", "content", "taskType", "title", "outputDimensionality", "embedContentConfig"];
const PARTS: [&str; 13] = [
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "thought",
    "thoughtSignature",
    "videoMetadata",
    "mediaResolution",
    "toolCall",
    "toolResponse",
];
const SCHEMA_TYPES: [&str; 7] = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"];

/// Checks a generation.
pub(super) fn check_generate(body: &Object) -> Result<(), Failure> {
    refuse_unknown(body, &GENERATE, "")?;
    check_contents(body, "GenerateContentRequest")?;
    if let Some(system) = field(body, "systemInstruction") {
        check_parts(system, "system_instruction")?;
    }
    for (index, tool) in array(body, "tools").iter().enumerate() {
        check_tool(tool, index)?;
    }
    let Some(config) = field(body, "generationConfig").and_then(Value::as_object) else { return Ok(()) };
    match field(config, "temperature").map(Value::as_f64) {
        None | Some(Some(0.0..=2.0)) => Ok(()),
        Some(_) => Err(Failure::new(
            400,
            "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].\n",
        )),
    }
}

/// Checks a count of tokens.
pub(super) fn check_count(body: &Object) -> Result<(), Failure> {
    refuse_unknown(body, &COUNT, "")?;
    match field(body, "generateContentRequest").and_then(Value::as_object) {
        Some(inner) => check_generate(inner),
        None => check_contents(body, "CountTokensRequest"),
    }
}

/// Checks one embedding.
pub(super) fn check_embed(body: &Object) -> Result<(), Failure> {
    refuse_unknown(body, &EMBED, "")?;
    match body.get("content") {
        Some(content) => check_parts(content, "content"),
        None => Err(Failure::new(400, "* EmbedContentRequest.content: contents is required and can not be empty.\n")),
    }
}

/// Checks a batch of embeddings; each names the model of the path.
pub(super) fn check_batch(body: &Object, model: &str) -> Result<(), Failure> {
    refuse_unknown(body, &["requests", "model"], "")?;
    let requests = array(body, "requests");
    if requests.is_empty() {
        return Err(Failure::new(
            400,
            "* BatchEmbedContentsRequest.requests: requests is required and can not be empty.\n",
        ));
    }
    for request in requests {
        let request = request.as_object().ok_or_else(|| Failure::new(400, "Invalid value at 'requests'."))?;
        if string(request, "model") != Some(&format!("models/{model}")) {
            return Err(Failure::new(
                400,
                "* BatchEmbedContentsRequest.model: request model must match the model in the path.\n",
            ));
        }
        check_embed(request)?;
    }
    Ok(())
}

/// Returns a member by its name in camel case or in snake case.
pub(super) fn field<'a>(object: &'a Object, camel: &str) -> Option<&'a Value> {
    object.get(camel).or_else(|| object.get(&snake(camel)))
}

fn snake(camel: &str) -> String {
    let mut name = String::with_capacity(camel.len() + 4);
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

fn refuse_unknown(object: &Object, known: &[&str], at: &str) -> Result<(), Failure> {
    let is_known = |name: &str| known.iter().any(|known| *known == name || snake(known) == name);
    let Some(unknown) = object.keys().find(|name| !is_known(name)) else { return Ok(()) };
    let place = if at.is_empty() { String::new() } else { format!(" at '{at}'") };
    let text = format!("Invalid JSON payload received. Unknown name \"{unknown}\"{place}: Cannot find field.");
    Err(Failure::new(400, text))
}

fn check_contents(body: &Object, request: &str) -> Result<(), Failure> {
    let Some(contents) = body.get("contents").and_then(Value::as_array).filter(|contents| !contents.is_empty()) else {
        return Err(Failure::new(400, format!("* {request}.contents: contents is not specified\n")));
    };
    let mut open: usize = 0;
    for (index, content) in contents.iter().enumerate() {
        let at = format!("contents[{index}]");
        let content = content.as_object().ok_or_else(|| Failure::new(400, format!("Invalid value at '{at}'.")))?;
        refuse_unknown(content, &["parts", "role"], &at)?;
        match string(content, "role") {
            None | Some("user" | "model" | "function") => {}
            Some(_) => return Err(Failure::new(400, "Please use a valid role: user, model.")),
        }
        check_parts(&Value::Object(content.clone()), &at)?;
        let responses = count_parts(content, "functionResponse");
        if responses > 0 && responses != open {
            return Err(Failure::new(
                400,
                "Please ensure that the number of function response parts is equal to the number of function call \
                 parts of the function call turn.",
            ));
        }
        if open > 0 && responses == 0 {
            return Err(Failure::new(
                400,
                "Please ensure that function response turn comes immediately after a function call turn.",
            ));
        }
        open = count_parts(content, "functionCall");
    }
    Ok(())
}

fn count_parts(content: &Object, name: &str) -> usize {
    let parts = array(content, "parts").iter().filter_map(Value::as_object);
    parts.filter(|part| field(part, name).is_some()).count()
}

fn check_parts(content: &Value, at: &str) -> Result<(), Failure> {
    let parts = content.get("parts").and_then(Value::as_array).filter(|parts| !parts.is_empty());
    let Some(parts) = parts else {
        return Err(Failure::new(
            400,
            format!("* GenerateContentRequest.{at}.parts: contents.parts must not be empty.\n"),
        ));
    };
    for (index, part) in parts.iter().enumerate() {
        let at = format!("{at}.parts[{index}]");
        let part = part.as_object().ok_or_else(|| Failure::new(400, format!("Invalid value at '{at}'.")))?;
        refuse_unknown(part, &PARTS, &at)?;
        let Some(data) = field(part, "inlineData").and_then(Value::as_object) else { continue };
        let kind = field(data, "mimeType").and_then(Value::as_str).unwrap_or_default();
        // Bytes in this JSON come in either alphabet of base64.
        let base64 = string(data, "data").unwrap_or_default().replace('-', "+").replace('_', "/");
        if kind.starts_with("image/") && image_fault(&base64).is_some() {
            return Err(Failure::new(
                400,
                "Unable to process input image. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
            ));
        }
    }
    Ok(())
}

fn check_tool(tool: &Value, index: usize) -> Result<(), Failure> {
    let Some(tool) = tool.as_object() else { return Err(Failure::new(400, "Invalid value at 'tools'.")) };
    let declared = field(tool, "functionDeclarations").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (at, function) in declared.iter().enumerate() {
        let place = format!("GenerateContentRequest.tools[{index}].function_declarations[{at}]");
        let name = function.get("name").and_then(Value::as_str).unwrap_or_default();
        if !is_tool_name(&name.replace(['.', ':'], "_")) {
            return Err(Failure::new(400, format!("* {place}.name: [FIELD_INVALID] Invalid function name.\n")));
        }
        let kind = function.get("parameters").and_then(|schema| schema.get("type")).and_then(Value::as_str);
        let Some(kind) = kind else { continue };
        if !SCHEMA_TYPES.contains(&kind.to_ascii_uppercase().as_str()) {
            return Err(Failure::new(
                400,
                format!(
                    "Invalid value at 'tools[{index}].function_declarations[{at}].parameters.type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type), \"{kind}\""
                ),
            ));
        }
        if !kind.eq_ignore_ascii_case("object") {
            return Err(Failure::new(
                400,
                format!("* {place}.parameters: parameters schema should be of type OBJECT.\n"),
            ));
        }
    }
    Ok(())
}
