//! Chat completions: reading the prompt and giving a speech their shape, whole or streamed.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{chat_contract, read_body, read_model};
use crate::call::Call;
use crate::compose::{Choice, Finish, Prompt, Speech, Tool, ToolUse, speak};
use crate::contract::{Object, array, flag, has, string, text_chars};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::reply::{Reply, data_event};

const FINGERPRINT: &str = "fp_50cad350e4";
/// Arguments of a tool arrive in pieces of about this many characters.
const ARGUMENT_CHARS: usize = 8;

pub(super) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    let model = read_model(call, &body)?;
    if call.is_strict() {
        chat_contract::check(&body)?;
    }
    let speech = speak(&prompt(&body), call.style());
    let chat = Chat {
        call,
        model,
        speech,
        choices: body.get("n").and_then(Value::as_u64).unwrap_or(1),
        has_logprobs: flag(&body, "logprobs"),
        wants_usage: body.get("stream_options").and_then(|options| options.get("include_usage")) == Some(&json!(true)),
    };
    Ok(if flag(&body, "stream") { Reply::events(chat.stream()) } else { Reply::json(&chat.whole()) })
}

struct Chat<'a> {
    call: &'a Call<'a>,
    model: String,
    speech: Speech,
    choices: u64,
    has_logprobs: bool,
    wants_usage: bool,
}

impl Chat<'_> {
    fn whole(&self) -> Value {
        let choices: Vec<Value> = (0..self.choices).map(|index| self.choice(index)).collect();
        let mut answer = json!({
            "id": self.call.id("chatcmpl-", 29),
            "object": "chat.completion",
            "created": self.call.created(),
            "model": self.model,
            "choices": choices,
            "usage": usage(&self.speech),
            "service_tier": "default",
            "system_fingerprint": FINGERPRINT,
        });
        if self.call.settings.kind == Kind::Azure
            && let Some(answer) = answer.as_object_mut()
        {
            answer
                .insert("prompt_filter_results".to_owned(), json!([{"prompt_index": 0, "content_filter_results": {}}]));
        }
        answer
    }

    fn choice(&self, index: u64) -> Value {
        let text = self.speech.text();
        let content = if self.speech.tools.is_empty() { json!(text) } else { Value::Null };
        let mut message = json!({"role": "assistant", "content": content, "refusal": null, "annotations": []});
        if let Some(fields) = message.as_object_mut() {
            if let Some(reasoning) = self.spoken_reasoning() {
                fields.insert("reasoning_content".to_owned(), json!(reasoning));
            }
            if !self.speech.tools.is_empty() {
                let uses: Vec<Value> =
                    self.speech.tools.iter().enumerate().map(|(at, tool)| self.tool_call(at, tool)).collect();
                fields.insert("tool_calls".to_owned(), json!(uses));
            }
        }
        let finish = finish_reason(self.speech.finish);
        json!({"index": index, "message": message, "logprobs": self.logprobs(&text), "finish_reason": finish})
    }

    fn tool_call(&self, at: usize, tool: &ToolUse) -> Value {
        let function = json!({"name": tool.name, "arguments": tool.arguments.to_string()});
        json!({"id": self.tool_id(at), "type": "function", "function": function})
    }

    fn tool_id(&self, at: usize) -> String {
        self.call.id(&format!("call_{at}"), 23)
    }

    /// OpenAI keeps the reasoning of a chat to itself; relay sites pass it on under this name.
    fn spoken_reasoning(&self) -> Option<&str> {
        self.speech.reasoning.as_deref().filter(|_| self.call.settings.kind == Kind::NewApi)
    }

    fn logprobs(&self, text: &str) -> Value {
        if !self.has_logprobs || text.is_empty() {
            return Value::Null;
        }
        let entry =
            |token: &str| json!({"token": token, "logprob": -0.125, "bytes": token.as_bytes(), "top_logprobs": []});
        json!({"content": text.split_inclusive(' ').map(entry).collect::<Vec<_>>(), "refusal": null})
    }

    fn stream(&self) -> Vec<Bytes> {
        let mut frames = Vec::new();
        for index in 0..self.choices {
            frames.push(self.chunk(index, &json!({"role": "assistant", "content": "", "refusal": null}), None));
            if let Some(reasoning) = self.spoken_reasoning() {
                frames.push(self.chunk(index, &json!({"reasoning_content": reasoning}), None));
            }
            for piece in &self.speech.pieces {
                frames.push(self.chunk(index, &json!({"content": piece}), None));
            }
            for (at, tool) in self.speech.tools.iter().enumerate() {
                self.push_tool(&mut frames, index, at, tool);
            }
            frames.push(self.chunk(index, &json!({}), Some(finish_reason(self.speech.finish))));
        }
        if self.wants_usage {
            frames.push(data_event(&self.envelope(json!([]), usage(&self.speech))));
        }
        frames.push(Bytes::from_static(b"data: [DONE]\n\n"));
        frames
    }

    fn push_tool(&self, frames: &mut Vec<Bytes>, index: u64, at: usize, tool: &ToolUse) {
        let function = json!({"name": tool.name, "arguments": ""});
        let start = json!({"index": at, "id": self.tool_id(at), "type": "function", "function": function});
        frames.push(self.chunk(index, &json!({"tool_calls": [start]}), None));
        for part in slices(&tool.arguments.to_string(), ARGUMENT_CHARS) {
            let delta = json!({"tool_calls": [{"index": at, "function": {"arguments": part}}]});
            frames.push(self.chunk(index, &delta, None));
        }
    }

    fn chunk(&self, index: u64, delta: &Value, finish: Option<&str>) -> Bytes {
        let piece = delta.get("content").and_then(Value::as_str).unwrap_or_default();
        let logprobs = self.logprobs(piece);
        let choice = json!({"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish});
        data_event(&self.envelope(json!([choice]), Value::Null))
    }

    /// Every chunk carries `usage` when the client asked for it: null but in the last one.
    #[expect(clippy::needless_pass_by_value, reason = "built for this one use")]
    fn envelope(&self, choices: Value, usage: Value) -> Value {
        let mut chunk = json!({
            "id": self.call.id("chatcmpl-", 29),
            "object": "chat.completion.chunk",
            "created": self.call.created(),
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": FINGERPRINT,
            "choices": choices,
        });
        if self.wants_usage
            && let Some(fields) = chunk.as_object_mut()
        {
            fields.insert("usage".to_owned(), usage);
        }
        chunk
    }
}

/// Cuts a text into slices of so many characters.
pub(super) fn slices(text: &str, chars: usize) -> Vec<String> {
    let all: Vec<char> = text.chars().collect();
    all.chunks(chars.max(1)).map(|slice| slice.iter().collect()).collect()
}

/// Returns `usage` as chat completions report it.
pub(super) fn usage(speech: &Speech) -> Value {
    json!({
        "prompt_tokens": speech.input,
        "completion_tokens": speech.output,
        "total_tokens": speech.input + speech.output,
        "prompt_tokens_details": {"cached_tokens": speech.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": speech.thinking, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        },
    })
}

const fn finish_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Tools => "tool_calls",
        Finish::Length => "length",
    }
}

fn prompt(body: &Object) -> Prompt {
    let messages = array(body, "messages");
    let user = messages.iter().rev().find(|message| role(message) == "user");
    let results: Vec<String> =
        messages.iter().rev().take_while(|message| role(message) == "tool").map(content_text).collect();
    let schema = body.get("response_format").and_then(|format| format.pointer("/json_schema/schema")).cloned();
    let json_mode = body.get("response_format").and_then(|format| format.get("type")) == Some(&json!("json_object"));
    Prompt {
        question: user.map(content_text).unwrap_or_default(),
        chars: messages.iter().map(|message| content_text(message).chars().count()).sum::<usize>()
            + body.get("tools").map_or(0, text_chars),
        images: messages.iter().map(image_count).sum(),
        tools: array(body, "tools").iter().filter_map(tool).collect(),
        choice: choice(body),
        is_parallel: body.get("parallel_tool_calls") != Some(&Value::Bool(false)),
        result: (!results.is_empty()).then(|| results.join(" ")),
        schema: schema.or_else(|| json_mode.then(|| json!({"properties": {"answer": {"type": "string"}}}))),
        is_reasoning: has(body, "reasoning_effort"),
        max_output: ["max_completion_tokens", "max_tokens"]
            .iter()
            .find_map(|name| body.get(*name).and_then(Value::as_u64)),
    }
}

fn role(message: &Value) -> &str {
    message.get("role").and_then(Value::as_str).unwrap_or_default()
}

fn content_text(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

fn image_count(message: &Value) -> u64 {
    let parts = message.get("content").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let images = parts.iter().filter(|part| part.get("type") == Some(&json!("image_url")));
    u64::try_from(images.count()).unwrap_or(0)
}

fn tool(tool: &Value) -> Option<Tool> {
    let function = tool.get("function")?.as_object()?;
    let parameters = function.get("parameters").cloned().unwrap_or(json!({"type": "object"}));
    Some(Tool { name: string(function, "name")?.to_owned(), parameters })
}

fn choice(body: &Object) -> Choice {
    match body.get("tool_choice") {
        Some(Value::String(word)) if word == "none" => Choice::None,
        Some(Value::String(word)) if word == "required" => Choice::Any,
        Some(Value::Object(named)) => {
            let name = named.get("function").and_then(|function| function.get("name")).and_then(Value::as_str);
            name.map_or(Choice::Auto, |name| Choice::Named(name.to_owned()))
        }
        _ => Choice::Auto,
    }
}
