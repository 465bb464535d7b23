//! Streams of responses, as the OpenAI SDKs and Codex accumulate them.

use serde_json::{Value, json};

use super::{Frame, demand};

#[derive(Default)]
struct State {
    id: Option<Value>,
    created: u64,
    /// Items that are done.
    output: Vec<Value>,
    item: Option<Value>,
    /// Parts of the open message that are done, and the open one with its text.
    parts: Vec<Value>,
    part: Option<(String, String)>,
    /// Text of the open thought or input of the open call.
    text: String,
    is_told: bool,
    annotations: u64,
    is_over: bool,
    has_error: bool,
}

pub(crate) fn check(frames: &[Frame]) -> Result<(), String> {
    let mut state = State::default();
    for (place, frame) in frames.iter().enumerate() {
        let event = frame.json()?;
        let kind = event["type"].as_str().ok_or("no type")?;
        demand!(frame.name.as_deref() == Some(kind), "event {:?} of type {kind}", frame.name);
        demand!(event["sequence_number"] == place as u64, "event {place} has number {}", event["sequence_number"]);
        demand!(!state.is_over, "something follows the end");
        demand!(!state.has_error || kind == "response.failed", "{kind} follows the error");
        state.event(kind, &event)?;
    }
    demand!(state.is_over, "no end");
    Ok(())
}

impl State {
    fn event(&mut self, kind: &str, event: &Value) -> Result<(), String> {
        demand!((kind == "response.created") == (self.created == 0), "{kind} out of place");
        demand!((kind == "response.in_progress") == (self.created == 1), "{kind} out of place");
        match kind {
            "response.created" | "response.in_progress" => {
                self.created += 1;
                self.response(&event["response"], "in_progress")
            }
            "response.output_item.added" => self.added(event),
            "response.output_item.done" => self.done(event),
            "response.content_part.added" => self.part_added(event),
            "response.content_part.done" => self.part_done(event),
            "response.output_text.delta" | "response.refusal.delta" => self.said(event),
            "response.output_text.done" => self.said_done(event, "text"),
            "response.refusal.done" => self.said_done(event, "refusal"),
            "response.output_text.annotation.added" => {
                demand!(event["annotation_index"] == self.annotations, "annotation {}", event["annotation_index"]);
                demand!(event["annotation"]["type"] == "url_citation", "bad annotation {event}");
                self.annotations += 1;
                self.place(event)
            }
            "response.reasoning_summary_part.added" | "response.reasoning_summary_part.done" => {
                demand!(event["summary_index"] == 0 && event["part"]["type"] == "summary_text", "bad part {event}");
                demand!(event["part"]["text"] == self.text.as_str(), "the part has {}", event["part"]["text"]);
                self.place(event)
            }
            "response.reasoning_summary_text.delta"
            | "response.function_call_arguments.delta"
            | "response.custom_tool_call_input.delta" => {
                demand!(!self.is_told, "a delta behind the end");
                self.text.push_str(event["delta"].as_str().ok_or("no delta")?);
                self.place(event)
            }
            "response.reasoning_summary_text.done" => self.told(event, "text"),
            "response.function_call_arguments.done" => self.told(event, "arguments"),
            "response.custom_tool_call_input.done" => self.told(event, "input"),
            "response.completed" => self.end(event, "completed"),
            "response.incomplete" => self.end(event, "incomplete"),
            "response.failed" => {
                demand!(event["response"]["error"]["message"].is_string(), "no error");
                self.is_over = true;
                self.response(&event["response"], "failed")
            }
            "error" => {
                demand!(event["message"].is_string() && event["code"].is_string(), "bad error {event}");
                self.has_error = true;
                Ok(())
            }
            other => Err(format!("unknown event {other}")),
        }
    }

    fn response(&mut self, response: &Value, status: &str) -> Result<(), String> {
        demand!(response["object"] == "response" && response["status"] == status, "bad response {response}");
        demand!(self.id.get_or_insert_with(|| response["id"].clone()) == &response["id"], "the id changes");
        demand!(response["id"].as_str().is_some_and(|id| id.starts_with("resp_")), "id is {}", response["id"]);
        demand!(response["created_at"].is_number() && response["model"].is_string(), "bad head {response}");
        for key in ["parallel_tool_calls", "tool_choice", "tools", "error", "incomplete_details", "usage", "text"] {
            demand!(response.get(key).is_some(), "no {key}");
        }
        demand!(response["output"] == json!(self.output), "output is {}", response["output"]);
        Ok(())
    }

    fn added(&mut self, event: &Value) -> Result<(), String> {
        demand!(self.item.is_none(), "an item begins inside another");
        demand!(event["output_index"] == self.output.len(), "output_index is {}", event["output_index"]);
        let item = &event["item"];
        demand!(item["id"].as_str().is_some_and(|id| !id.is_empty()), "no id");
        demand!(self.output.iter().all(|other| other["id"] != item["id"]), "the id {} comes twice", item["id"]);
        match item["type"].as_str() {
            Some("message") => {
                demand!(item["content"] == json!([]) && item["role"] == "assistant", "bad message {item}");
                demand!(item["status"] == "in_progress", "status is {}", item["status"]);
            }
            Some("reasoning") => demand!(item["summary"] == json!([]), "summary is {}", item["summary"]),
            Some("function_call") => demand!(item["arguments"] == "", "arguments are {}", item["arguments"]),
            Some("custom_tool_call") => demand!(item["input"] == "", "input is {}", item["input"]),
            other => return Err(format!("unknown item {other:?}")),
        }
        (self.parts, self.text, self.is_told) = (Vec::new(), String::new(), false);
        self.item = Some(item.clone());
        Ok(())
    }

    fn done(&mut self, event: &Value) -> Result<(), String> {
        let added = self.item.take().ok_or("no item to end")?;
        demand!(event["output_index"] == self.output.len(), "output_index is {}", event["output_index"]);
        let item = &event["item"];
        demand!(item["id"] == added["id"] && item["type"] == added["type"], "another item ends: {item}");
        demand!(
            item.get("call_id") == added.get("call_id") && item.get("name") == added.get("name"),
            "the call changes"
        );
        match item["type"].as_str().unwrap_or_default() {
            "message" => demand!(item["content"] == json!(self.parts) && self.part.is_none(), "content is {item}"),
            "reasoning" => {
                let parts = item["summary"].as_array().ok_or("no summary")?;
                let told: String = parts.iter().filter_map(|part| part["text"].as_str()).collect();
                demand!(told == self.text, "the summary is {told}");
            }
            "function_call" => {
                demand!(self.is_told && item["arguments"] == self.text.as_str(), "arguments are {item}");
                let is_whole = serde_json::from_str::<Value>(&self.text).is_ok();
                demand!(is_whole || item["status"] == "incomplete", "arguments are no JSON: {}", self.text);
            }
            _ => demand!(self.is_told && item["input"] == self.text.as_str(), "input is {item}"),
        }
        self.output.push(item.clone());
        Ok(())
    }

    fn place(&self, event: &Value) -> Result<(), String> {
        let item = self.item.as_ref().ok_or("outside an item")?;
        demand!(event["item_id"] == item["id"], "item_id is {}", event["item_id"]);
        demand!(event["output_index"] == self.output.len(), "output_index is {}", event["output_index"]);
        Ok(())
    }

    fn part_added(&mut self, event: &Value) -> Result<(), String> {
        demand!(self.part.is_none() && event["content_index"] == self.parts.len(), "a part out of place: {event}");
        let kind = event["part"]["type"].as_str().ok_or("no type")?;
        demand!(["output_text", "refusal"].contains(&kind), "unknown part {kind}");
        self.part = Some((kind.to_owned(), String::new()));
        (self.is_told, self.annotations) = (false, 0);
        self.place(event)
    }

    fn said(&mut self, event: &Value) -> Result<(), String> {
        self.place(event)?;
        let (kind, text) = self.part.as_mut().ok_or("a delta outside a part")?;
        demand!(!self.is_told, "a delta behind the end");
        demand!((kind == "refusal") == (event["type"] == "response.refusal.delta"), "{event} in {kind}");
        demand!(kind == "refusal" || event["logprobs"].is_array(), "no logprobs");
        demand!(event["content_index"] == self.parts.len(), "content_index is {}", event["content_index"]);
        text.push_str(event["delta"].as_str().ok_or("no delta")?);
        Ok(())
    }

    fn said_done(&mut self, event: &Value, field: &str) -> Result<(), String> {
        self.place(event)?;
        let (_, text) = self.part.as_ref().ok_or("no part to end")?;
        demand!(event[field] == text.as_str(), "{field} is {}", event[field]);
        self.is_told = true;
        Ok(())
    }

    fn part_done(&mut self, event: &Value) -> Result<(), String> {
        self.place(event)?;
        let (kind, text) = self.part.take().ok_or("no part to end")?;
        let part = &event["part"];
        let field = if kind == "refusal" { "refusal" } else { "text" };
        demand!(self.is_told && part["type"] == kind.as_str() && part[field] == text.as_str(), "the part is {part}");
        self.parts.push(part.clone());
        Ok(())
    }

    fn told(&mut self, event: &Value, field: &str) -> Result<(), String> {
        demand!(!self.is_told && event[field] == self.text.as_str(), "{field} is {}", event[field]);
        self.is_told = true;
        self.place(event)
    }

    fn end(&mut self, event: &Value, status: &str) -> Result<(), String> {
        demand!(self.item.is_none(), "the end inside an item");
        self.is_over = true;
        let usage = &event["response"]["usage"];
        for key in ["input_tokens", "output_tokens", "total_tokens"] {
            demand!(usage[key].is_u64(), "usage without {key}");
        }
        demand!(usage["input_tokens_details"]["cached_tokens"].is_u64(), "usage without details");
        self.response(&event["response"], status)
    }
}
