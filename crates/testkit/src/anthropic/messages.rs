//! Messages: reading the prompt and giving a speech their shape, whole or streamed.

use bytes::Bytes;
use serde_json::{Value, json};

use super::contract::{self, Purpose};
use super::{read_body, read_model};
use crate::call::Call;
use crate::compose::{Choice, Finish, Prompt, Speech, Tool, speak, tokens_of};
use crate::contract::{Object, array, flag, string, text_chars};
use crate::failure::Failure;
use crate::reply::{Reply, named_event};

/// Input of a tool arrives in pieces of about this many characters.
const INPUT_CHARS: usize = 8;

/// Answers with a message.
pub(super) fn create(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    if call.is_strict() {
        contract::check(&body, Purpose::Create)?;
    }
    let model = read_model(call, &body)?;
    let speech = speak(&prompt(&body), call.style());
    let message = Message { call, model, cache: Cache::of(&body, speech.input), speech };
    Ok(if flag(&body, "stream") { Reply::events(message.stream()) } else { Reply::json(&message.whole()) })
}

/// Answers with the number of input tokens.
pub(super) fn count(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    if call.is_strict() {
        contract::check(&body, Purpose::Count)?;
    }
    read_model(call, &body)?;
    let prompt = prompt(&body);
    let input = tokens_of(prompt.chars) + prompt.images * 85;
    Ok(Reply::json(&json!({"input_tokens": input})))
}

/// How the input divides between new tokens and the two kinds of cache write.
#[derive(Debug, Clone, Copy, Default)]
struct Cache {
    for_5m: u64,
    for_1h: u64,
}

impl Cache {
    /// A request with a breakpoint writes half of its input to the cache.
    fn of(body: &Object, input: u64) -> Self {
        let text = Value::Object(body.clone()).to_string();
        match (text.contains("\"cache_control\":{"), text.contains("\"ttl\":\"1h\"")) {
            (false, _) => Self::default(),
            (true, false) => Self { for_5m: input / 2, for_1h: 0 },
            (true, true) => Self { for_5m: 0, for_1h: input / 2 },
        }
    }

    const fn total(self) -> u64 {
        self.for_5m + self.for_1h
    }
}

struct Message<'a> {
    call: &'a Call<'a>,
    model: String,
    speech: Speech,
    cache: Cache,
}

impl Message<'_> {
    fn whole(&self) -> Value {
        self.envelope(&json!(self.blocks()), &json!(self.stop_reason()), self.speech.output)
    }

    fn envelope(&self, content: &Value, stop_reason: &Value, output: u64) -> Value {
        json!({
            "model": self.model,
            "id": self.call.id("msg_01", 22),
            "type": "message",
            "role": "assistant",
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": null,
            "usage": self.usage(output),
        })
    }

    /// `input_tokens` leaves out what went to or came from the cache.
    fn usage(&self, output: u64) -> Value {
        json!({
            "input_tokens": self.speech.input - self.cache.total(),
            "cache_creation_input_tokens": self.cache.total(),
            "cache_read_input_tokens": 0,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.cache.for_5m,
                "ephemeral_1h_input_tokens": self.cache.for_1h,
            },
            "output_tokens": output,
            "service_tier": "standard",
        })
    }

    fn blocks(&self) -> Vec<Value> {
        let mut blocks = Vec::new();
        if let Some(thinking) = &self.speech.reasoning {
            blocks.push(json!({"type": "thinking", "thinking": thinking, "signature": self.signature()}));
        }
        if self.speech.tools.is_empty() {
            blocks.push(json!({"type": "text", "text": self.speech.text()}));
        }
        for (at, tool) in self.speech.tools.iter().enumerate() {
            blocks
                .push(json!({"type": "tool_use", "id": self.tool_id(at), "name": tool.name, "input": tool.arguments}));
        }
        blocks
    }

    fn tool_id(&self, at: usize) -> String {
        self.call.id(&format!("toolu_01{at}"), 21)
    }

    fn signature(&self) -> String {
        self.call.id("EqQB", 80)
    }

    const fn stop_reason(&self) -> &'static str {
        match self.speech.finish {
            Finish::Stop => "end_turn",
            Finish::Tools => "tool_use",
            Finish::Length => "max_tokens",
        }
    }

    fn stream(&self) -> Vec<Bytes> {
        let start = self.envelope(&json!([]), &Value::Null, 1);
        let mut events = vec![json!({"type": "message_start", "message": start})];
        for (index, block) in self.blocks().iter().enumerate() {
            let (empty, deltas) = self.parts(block);
            events.push(json!({"type": "content_block_start", "index": index, "content_block": empty}));
            if index == 0 {
                events.push(json!({"type": "ping"}));
            }
            for delta in deltas {
                events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
            }
            events.push(json!({"type": "content_block_stop", "index": index}));
        }
        let delta = json!({"stop_reason": self.stop_reason(), "stop_sequence": null});
        let usage = json!({
            "input_tokens": self.speech.input - self.cache.total(),
            "cache_creation_input_tokens": self.cache.total(),
            "cache_read_input_tokens": 0,
            "output_tokens": self.speech.output,
        });
        events.push(json!({"type": "message_delta", "delta": delta, "usage": usage}));
        events.push(json!({"type": "message_stop"}));
        events.iter().map(named_event).collect()
    }

    /// Returns a block as it starts, and what is added to it.
    fn parts(&self, block: &Value) -> (Value, Vec<Value>) {
        match block.get("type").and_then(Value::as_str) {
            Some("thinking") => {
                let text = self.speech.reasoning.as_deref().unwrap_or_default();
                let words = text.split_inclusive(' ').map(|word| json!({"type": "thinking_delta", "thinking": word}));
                let signature = json!({"type": "signature_delta", "signature": self.signature()});
                (json!({"type": "thinking", "thinking": "", "signature": ""}), words.chain([signature]).collect())
            }
            Some("tool_use") => {
                let input = block.get("input").map(Value::to_string).unwrap_or_default();
                let letters: Vec<char> = input.chars().collect();
                let part = |part: &[char]| json!({"type": "input_json_delta", "partial_json": part.iter().collect::<String>()});
                let first = json!({"type": "input_json_delta", "partial_json": ""});
                let deltas = std::iter::once(first).chain(letters.chunks(INPUT_CHARS).map(part)).collect();
                let mut empty = block.clone();
                if let Some(fields) = empty.as_object_mut() {
                    fields.insert("input".to_owned(), json!({}));
                }
                (empty, deltas)
            }
            _ => {
                let words = self.speech.pieces.iter().map(|piece| json!({"type": "text_delta", "text": piece}));
                (json!({"type": "text", "text": ""}), words.collect())
            }
        }
    }
}

fn prompt(body: &Object) -> Prompt {
    let messages = array(body, "messages");
    let user = messages.iter().rev().find(|message| message.get("role") == Some(&json!("user")));
    let last = messages.iter().rev().find(|message| message.get("role") != Some(&json!("system")));
    let results: Vec<String> = last.map(results).unwrap_or_default();
    let choice = body.get("tool_choice");
    let thinking = body.get("thinking").and_then(|thinking| thinking.get("type")).and_then(Value::as_str);
    let schema = ["/output_config/format/schema", "/output_format/schema"]
        .iter()
        .find_map(|pointer| Value::Object(body.clone()).pointer(pointer).cloned());
    Prompt {
        question: user.map(text).unwrap_or_default(),
        chars: messages.iter().map(|message| text(message).chars().count()).sum::<usize>()
            + ["system", "tools"].iter().filter_map(|name| body.get(*name)).map(text_chars).sum::<usize>(),
        images: messages.iter().map(images).sum(),
        tools: array(body, "tools").iter().filter_map(tool).collect(),
        choice: choice.map(tool_choice).unwrap_or_default(),
        is_parallel: choice.and_then(|choice| choice.get("disable_parallel_tool_use")) != Some(&Value::Bool(true)),
        result: (!results.is_empty()).then(|| results.join(" ")),
        schema,
        is_reasoning: matches!(thinking, Some("enabled" | "adaptive")),
        max_output: body.get("max_tokens").and_then(Value::as_u64),
    }
}

fn blocks(message: &Value) -> &[Value] {
    message.get("content").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(message: &Value) -> String {
    if let Some(text) = message.get("content").and_then(Value::as_str) {
        return text.to_owned();
    }
    let texts = blocks(message).iter().filter_map(|block| block.get("text").and_then(Value::as_str));
    texts.collect::<Vec<_>>().join(" ")
}

fn images(message: &Value) -> u64 {
    let images = blocks(message).iter().filter(|block| block.get("type") == Some(&json!("image")));
    u64::try_from(images.count()).unwrap_or(0)
}

fn results(message: &Value) -> Vec<String> {
    let results = blocks(message).iter().filter(|block| block.get("type") == Some(&json!("tool_result")));
    results.map(text).collect()
}

fn tool(tool: &Value) -> Option<Tool> {
    let tool = tool.as_object()?;
    Some(Tool { name: string(tool, "name")?.to_owned(), parameters: tool.get("input_schema")?.clone() })
}

fn tool_choice(choice: &Value) -> Choice {
    match choice.get("type").and_then(Value::as_str) {
        Some("none") => Choice::None,
        Some("any") => Choice::Any,
        Some("tool") => {
            let name = choice.get("name").and_then(Value::as_str);
            name.map_or(Choice::Auto, |name| Choice::Named(name.to_owned()))
        }
        _ => Choice::Auto,
    }
}
