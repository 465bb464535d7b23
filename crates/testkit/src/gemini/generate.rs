//! Content generation: reading the prompt and giving a speech its shape, whole, as events or as an array.

use bytes::Bytes;
use serde_json::{Value, json};

use super::contract::field;
use crate::call::Call;
use crate::compose::{Choice, Finish, Prompt, Speech, Tool, speak, tokens_of};
use crate::contract::{Object, array, text_chars};
use crate::reply::Reply;

/// Answers a generation; streamed as events with `alt=sse`, else as one array.
pub(super) fn answer(call: &Call<'_>, model: &str, body: &Object, is_stream: bool) -> Reply {
    let speech = speak(&prompt(body), call.style());
    let generation = Generation { call, model, speech };
    if !is_stream {
        return Reply::json(&generation.whole());
    }
    let chunks = generation.chunks();
    if call.inbound.query("alt") == Some("sse") {
        let event = |chunk: &Value| Bytes::from(format!("data: {chunk}\r\n\r\n"));
        return Reply::stream("text/event-stream", chunks.iter().map(event).collect());
    }
    let count = chunks.len();
    let element = |(index, chunk): (usize, &Value)| {
        let start = if index == 0 { "[" } else { ",\r\n" };
        let end = if index + 1 == count { "\n]\n" } else { "\n" };
        Bytes::from(format!("{start}{chunk:#}{end}"))
    };
    Reply::stream("application/json; charset=UTF-8", chunks.iter().enumerate().map(element).collect())
}

/// Answers a count of tokens.
pub(super) fn count(body: &Object) -> Reply {
    let inner = field(body, "generateContentRequest").and_then(Value::as_object).unwrap_or(body);
    let prompt = prompt(inner);
    let total = tokens_of(prompt.chars) + prompt.images * 85;
    let details = json!([{"modality": "TEXT", "tokenCount": total}]);
    Reply::json(&json!({"totalTokens": total, "promptTokensDetails": details}))
}

struct Generation<'a> {
    call: &'a Call<'a>,
    model: &'a str,
    speech: Speech,
}

impl Generation<'_> {
    fn whole(&self) -> Value {
        let mut parts = self.thought_parts();
        parts.extend(self.tool_parts());
        if self.speech.tools.is_empty() {
            parts.push(json!({"text": self.speech.text()}));
        }
        self.response(&json!(parts), Some(self.finish_reason()))
    }

    fn chunks(&self) -> Vec<Value> {
        let mut chunks: Vec<Value> =
            self.thought_parts().iter().map(|part| self.response(&json!([part]), None)).collect();
        let tools = self.tool_parts();
        if !tools.is_empty() {
            chunks.push(self.response(&json!(tools), Some(self.finish_reason())));
            return chunks;
        }
        let last = self.speech.pieces.len().saturating_sub(1);
        for (index, piece) in self.speech.pieces.iter().enumerate() {
            let finish = (index == last).then(|| self.finish_reason());
            chunks.push(self.response(&json!([{"text": piece}]), finish));
        }
        if self.speech.pieces.is_empty() {
            chunks.push(self.response(&json!([{"text": ""}]), Some(self.finish_reason())));
        }
        chunks
    }

    fn thought_parts(&self) -> Vec<Value> {
        self.speech.reasoning.iter().map(|text| json!({"text": text, "thought": true})).collect()
    }

    fn tool_parts(&self) -> Vec<Value> {
        let part = |(at, tool): (usize, &crate::compose::ToolUse)| {
            let id = self.call.id(&format!("call{at}"), 8);
            let mut part = json!({"functionCall": {"id": id, "name": tool.name, "args": tool.arguments}});
            // Only the first of several parallel calls carries the signature of the thought behind them.
            if let (0, Some(fields)) = (at, part.as_object_mut()) {
                fields.insert("thoughtSignature".to_owned(), json!(self.call.id("CiQB", 64)));
            }
            part
        };
        self.speech.tools.iter().enumerate().map(part).collect()
    }

    const fn finish_reason(&self) -> &'static str {
        match self.speech.finish {
            Finish::Stop | Finish::Tools => "STOP",
            Finish::Length => "MAX_TOKENS",
        }
    }

    fn response(&self, parts: &Value, finish: Option<&str>) -> Value {
        let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
        if let (Some(finish), Some(fields)) = (finish, candidate.as_object_mut()) {
            fields.insert("finishReason".to_owned(), json!(finish));
        }
        json!({
            "candidates": [candidate],
            "usageMetadata": self.usage(finish.is_some()),
            "modelVersion": self.model,
            "responseId": self.call.id("", 22),
        })
    }

    /// Every chunk tells the input; thoughts and output are known at the end.
    fn usage(&self, is_last: bool) -> Value {
        let speech = &self.speech;
        let (candidates, thoughts) = if is_last { (speech.output - speech.thinking, speech.thinking) } else { (0, 0) };
        let mut usage = json!({
            "promptTokenCount": speech.input,
            "candidatesTokenCount": candidates,
            "totalTokenCount": speech.input + candidates + thoughts,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": speech.input}],
        });
        if let Some(fields) = usage.as_object_mut() {
            if speech.cached > 0 {
                fields.insert("cachedContentTokenCount".to_owned(), json!(speech.cached));
            }
            if thoughts > 0 {
                fields.insert("thoughtsTokenCount".to_owned(), json!(thoughts));
            }
            if !is_last {
                fields.remove("candidatesTokenCount");
            }
        }
        usage
    }
}

fn prompt(body: &Object) -> Prompt {
    let contents = array(body, "contents");
    let is_user = |content: &&Value| content.get("role").and_then(Value::as_str).unwrap_or("user") == "user";
    let user = contents.iter().rev().find(|content| is_user(content) && !content_text(content).is_empty());
    let config = field(body, "generationConfig").and_then(Value::as_object).cloned().unwrap_or_default();
    let thinking = field(&config, "thinkingConfig").and_then(Value::as_object);
    let json_mode = field(&config, "responseMimeType").and_then(Value::as_str) == Some("application/json");
    let schema = ["responseJsonSchema", "responseSchema"].iter().find_map(|name| field(&config, name)).cloned();
    let results = contents.last().map(results).unwrap_or_default();
    Prompt {
        question: user.map(content_text).unwrap_or_default(),
        chars: contents.iter().map(|content| content_text(content).chars().count()).sum::<usize>()
            + ["systemInstruction", "tools"].iter().filter_map(|name| field(body, name)).map(text_chars).sum::<usize>(),
        images: contents.iter().map(images).sum(),
        tools: array(body, "tools").iter().flat_map(tools).collect(),
        choice: choice(body),
        is_parallel: true,
        result: (!results.is_empty()).then(|| results.join(" ")),
        schema: schema.or_else(|| json_mode.then(|| json!({"properties": {"answer": {"type": "string"}}}))),
        is_reasoning: thinking.is_some_and(|thinking| field(thinking, "includeThoughts") == Some(&Value::Bool(true))),
        max_output: field(&config, "maxOutputTokens").and_then(Value::as_u64),
    }
}

fn parts(content: &Value) -> impl Iterator<Item = &Object> {
    content.get("parts").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// Returns the text of a content's parts.
pub(super) fn content_text(content: &Value) -> String {
    let texts = parts(content).filter_map(|part| part.get("text").and_then(Value::as_str));
    texts.collect::<Vec<_>>().join(" ")
}

fn images(content: &Value) -> u64 {
    let is_media = |part: &&Object| field(part, "inlineData").is_some() || field(part, "fileData").is_some();
    u64::try_from(parts(content).filter(is_media).count()).unwrap_or(0)
}

fn results(content: &Value) -> Vec<String> {
    let responses = parts(content).filter_map(|part| field(part, "functionResponse"));
    responses.filter_map(|response| response.get("response").map(Value::to_string)).collect()
}

fn tools(tool: &Value) -> Vec<Tool> {
    let declared = tool.as_object().and_then(|tool| field(tool, "functionDeclarations")).and_then(Value::as_array);
    let tool = |function: &Value| {
        let function = function.as_object()?;
        let schema = ["parametersJsonSchema", "parameters"].iter().find_map(|name| field(function, name));
        let parameters = schema.cloned().unwrap_or(json!({"type": "object"}));
        Some(Tool { name: function.get("name")?.as_str()?.to_owned(), parameters })
    };
    declared.into_iter().flatten().filter_map(tool).collect()
}

fn choice(body: &Object) -> Choice {
    let config = field(body, "toolConfig").and_then(Value::as_object);
    let calling = config.and_then(|config| field(config, "functionCallingConfig")).and_then(Value::as_object);
    let Some(calling) = calling else { return Choice::Auto };
    let named = field(calling, "allowedFunctionNames").and_then(|names| names.get(0)).and_then(Value::as_str);
    match calling.get("mode").and_then(Value::as_str) {
        Some("NONE") => Choice::None,
        Some("ANY") => named.map_or(Choice::Any, |name| Choice::Named(name.to_owned())),
        _ => Choice::Auto,
    }
}
