//! Streams of messages, as the Anthropic SDKs and Claude Code accumulate them.

use serde_json::Value;

use super::{Frame, demand};

#[derive(Default)]
struct State {
    has_started: bool,
    /// Type of the open block, and its input so far.
    open: Option<(String, String)>,
    blocks: u64,
    is_sealed: bool,
    has_delta: bool,
    is_stopped: bool,
    has_calls: bool,
    /// Input that is no JSON, which only a limit explains.
    cut: Option<String>,
}

pub(crate) fn check(frames: &[Frame]) -> Result<(), String> {
    let mut state = State::default();
    for (place, frame) in frames.iter().enumerate() {
        let event = frame.json()?;
        let kind = event["type"].as_str().ok_or("no type")?;
        demand!(frame.name.as_deref() == Some(kind), "event {:?} of type {kind}", frame.name);
        demand!(!state.is_stopped, "something follows message_stop");
        if kind == "error" {
            demand!(event["error"]["type"].is_string() && event["error"]["message"].is_string(), "bad error {event}");
            demand!(place + 1 == frames.len(), "something follows the error");
            return Ok(());
        }
        state.event(kind, &event)?;
    }
    demand!(state.is_stopped, "no message_stop");
    Ok(())
}

impl State {
    fn event(&mut self, kind: &str, event: &Value) -> Result<(), String> {
        demand!(self.has_started != (kind == "message_start"), "{kind} out of place");
        match kind {
            "message_start" => self.start(&event["message"]),
            "ping" => Ok(()),
            "content_block_start" => self.block_start(event),
            "content_block_delta" => self.block_delta(event),
            "content_block_stop" => self.block_stop(event),
            "message_delta" => self.message_delta(event),
            "message_stop" => {
                demand!(self.has_delta && self.open.is_none(), "message_stop out of place");
                self.is_stopped = true;
                Ok(())
            }
            other => Err(format!("unknown event {other}")),
        }
    }

    fn start(&mut self, message: &Value) -> Result<(), String> {
        self.has_started = true;
        demand!(message["id"].as_str().is_some_and(|id| id.starts_with("msg_")), "id is {}", message["id"]);
        demand!(message["type"] == "message" && message["role"] == "assistant", "bad message {message}");
        demand!(message["content"] == serde_json::json!([]), "content is {}", message["content"]);
        demand!(message["stop_reason"].is_null() && message["stop_sequence"].is_null(), "stops at the start");
        demand!(message.get("stop_reason").is_some() && message.get("stop_sequence").is_some(), "missing null");
        for key in ["input_tokens", "output_tokens"] {
            demand!(message["usage"][key].is_u64(), "usage without {key}");
        }
        Ok(())
    }

    fn block_start(&mut self, event: &Value) -> Result<(), String> {
        demand!(self.open.is_none() && !self.has_delta, "a block begins inside another");
        demand!(event["index"] == self.blocks, "index is {}", event["index"]);
        let block = &event["content_block"];
        let kind = block["type"].as_str().ok_or("no type")?;
        match kind {
            "text" => demand!(block["text"] == "", "text is {}", block["text"]),
            "thinking" => demand!(block["thinking"] == "" && block["signature"] == "", "bad thinking {block}"),
            "tool_use" => {
                self.has_calls = true;
                let is_id =
                    |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
                demand!(block["id"].as_str().is_some_and(is_id), "id is {}", block["id"]);
                demand!(block["name"].as_str().is_some_and(|name| !name.is_empty()), "no name");
                demand!(block["input"] == serde_json::json!({}), "input is {}", block["input"]);
            }
            other => return Err(format!("unknown block {other}")),
        }
        self.open = Some((kind.to_owned(), String::new()));
        self.is_sealed = false;
        Ok(())
    }

    fn block_delta(&mut self, event: &Value) -> Result<(), String> {
        let (block, input) = self.open.as_mut().ok_or("a delta outside a block")?;
        demand!(event["index"] == self.blocks, "index is {}", event["index"]);
        let delta = &event["delta"];
        let (kind, field) = match (block.as_str(), delta["type"].as_str().unwrap_or_default()) {
            (_, "text_delta") => ("text", "text"),
            (_, "input_json_delta") => ("tool_use", "partial_json"),
            (_, "thinking_delta") => ("thinking", "thinking"),
            (_, "signature_delta") => ("thinking", "signature"),
            ("text", "citations_delta") => {
                demand!(delta["citation"]["type"].is_string(), "bad source {delta}");
                return Ok(());
            }
            (_, other) => return Err(format!("unknown delta {other}")),
        };
        demand!(block == kind, "{} in a block of {block}", delta["type"]);
        demand!(!self.is_sealed, "something follows the signature");
        let text = delta[field].as_str().ok_or("no text")?;
        input.push_str(text);
        self.is_sealed = field == "signature";
        Ok(())
    }

    fn block_stop(&mut self, event: &Value) -> Result<(), String> {
        demand!(event["index"] == self.blocks, "index is {}", event["index"]);
        let (kind, input) = self.open.take().ok_or("a stop outside a block")?;
        if kind == "tool_use" && !input.is_empty() {
            demand!(self.cut.is_none(), "input is no JSON: {:?}", self.cut);
            self.cut = serde_json::from_str::<Value>(&input).is_err().then_some(input);
        }
        demand!(kind != "thinking" || self.is_sealed, "a thought without signature");
        self.blocks += 1;
        Ok(())
    }

    fn message_delta(&mut self, event: &Value) -> Result<(), String> {
        demand!(self.open.is_none() && !self.has_delta, "message_delta out of place");
        self.has_delta = true;
        let reason = event["delta"]["stop_reason"].as_str().ok_or("no stop_reason")?;
        let known = [
            "end_turn",
            "max_tokens",
            "stop_sequence",
            "tool_use",
            "pause_turn",
            "refusal",
            "model_context_window_exceeded",
        ];
        demand!(known.contains(&reason), "stop_reason is {reason}");
        demand!((reason == "tool_use") <= self.has_calls, "tool_use without calls");
        demand!(self.cut.is_none() || reason == "max_tokens", "input is no JSON: {:?}", self.cut);
        let has_stop = event["delta"]["stop_sequence"].is_string();
        demand!(has_stop == (reason == "stop_sequence"), "stop_sequence is {}", event["delta"]["stop_sequence"]);
        demand!(event["usage"]["output_tokens"].is_u64(), "no usage");
        Ok(())
    }
}
