//! Strict readers of each dialect's streams: what the official SDKs rely on, and nothing more.

mod anthropic;
mod gemini;
mod openai_chat;
mod openai_responses;

use serde_json::Value;
use sluice_protocol::operation::Dialect;

/// One event of a stream.
pub(crate) struct Frame {
    pub(crate) name: Option<String>,
    pub(crate) data: String,
}

impl Frame {
    pub(crate) fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.data).map_err(|error| format!("{error}: {}", self.data))
    }
}

/// Says what in a stream breaks its dialect's grammar.
pub(crate) fn check(dialect: Dialect, stream: &str) -> Result<(), String> {
    let frames = frames(stream)?;
    match dialect {
        Dialect::OpenaiChat => openai_chat::check(&frames),
        Dialect::Anthropic => anthropic::check(&frames),
        Dialect::OpenaiResponses => openai_responses::check(&frames),
        Dialect::Gemini => gemini::check(&frames),
        Dialect::Single => Err("no grammar".to_owned()),
    }
}

/// As `check`, for a stream whose upstream may have been broken: what the model wrote, such as arguments that are no
/// JSON, is not the converter's fault.
pub(crate) fn check_form(dialect: Dialect, stream: &str) -> Result<(), String> {
    match check(dialect, stream) {
        Err(reason) if WRITTEN_BY_MODEL.iter().any(|start| reason.starts_with(start)) => Ok(()),
        verdict => verdict,
    }
}

/// Halves of surrogate pairs are carried as they came: JSON's grammar has them, and streams cut pairs in two.
const WRITTEN_BY_MODEL: [&str; 4] = [
    "input is no JSON",
    "arguments are no JSON",
    "unexpected end of hex escape",
    "lone leading surrogate in hex escape",
];

fn frames(stream: &str) -> Result<Vec<Frame>, String> {
    if !stream.ends_with("\n\n") {
        return Err("the stream does not end with a blank line".to_owned());
    }
    stream.trim_end_matches('\n').split("\n\n").map(frame).collect()
}

fn frame(text: &str) -> Result<Frame, String> {
    let (name, data) = match text.strip_prefix("event: ").and_then(|rest| rest.split_once('\n')) {
        Some((name, data)) => (Some(name.to_owned()), data),
        None => (None, text),
    };
    match data.strip_prefix("data: ").filter(|data| !data.contains('\n')) {
        Some(data) => Ok(Frame { name, data: data.to_owned() }),
        None => Err(format!("not one event and one line of data: {text}")),
    }
}

/// Fails with a reason unless the condition holds.
macro_rules! demand {
    ($condition:expr, $($reason:tt)+) => {
        if !$condition {
            return Err(format!($($reason)+));
        }
    };
}
pub(crate) use demand;
