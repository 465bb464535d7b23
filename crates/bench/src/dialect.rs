//! The four chat dialects as this bench speaks them: paths, prepared answers, prepared streams.
//!
//! Answers look like those of the vendors in fields and size, carry a usage block, and repeat the number of the call
//! they answer, so that a gateway that mixes two calls up is found out. The number is patched into prepared bytes.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

mod frames;

/// Stands before the number of a call, in questions and answers.
pub(crate) const CALL_MARK: &str = "bench-call ";
/// Hexadecimal digits of a call's number.
pub(crate) const CALL_DIGITS: usize = 16;
/// Text of every content chunk; no other part of a stream contains it.
pub(crate) const CHUNK_TEXT: &str = " ~tok~";
/// The same at the end of a JSON string: it ends so in its own event, but never where an event repeats the whole answer.
pub(crate) const CHUNK_DELTA: &str = " ~tok~\"";

/// A chat dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub(crate) enum Dialect {
    #[default]
    OpenaiChat,
    OpenaiResponses,
    Anthropic,
    Gemini,
}

impl Dialect {
    pub(crate) const ALL: [Self; 4] = [Self::OpenaiChat, Self::OpenaiResponses, Self::Anthropic, Self::Gemini];

    /// Returns the path a client of this dialect posts to.
    pub(crate) fn path(self, model: &str, shape: Shape) -> String {
        match (self, shape) {
            (Self::OpenaiChat, _) => "/v1/chat/completions".to_owned(),
            (Self::OpenaiResponses, _) => "/v1/responses".to_owned(),
            (Self::Anthropic, _) => "/v1/messages".to_owned(),
            (Self::Gemini, Shape::Plain) => format!("/v1beta/models/{model}:generateContent"),
            (Self::Gemini, Shape::Stream) => format!("/v1beta/models/{model}:streamGenerateContent?alt=sse"),
        }
    }

    /// Returns the dialect of a request path, wherever below the host an upstream mounts it.
    pub(crate) fn of_path(path: &[u8]) -> Option<Self> {
        let path = path.split(|byte| *byte == b'?').next().unwrap_or_default();
        let holds = |part: &str| memchr::memmem::find(path, part.as_bytes()).is_some();
        if path.ends_with(b"/chat/completions") {
            Some(Self::OpenaiChat)
        } else if path.ends_with(b"/responses") {
            Some(Self::OpenaiResponses)
        } else if path.ends_with(b"/messages") {
            Some(Self::Anthropic)
        } else if holds(":generateContent") || holds(":streamGenerateContent") {
            Some(Self::Gemini)
        } else {
            None
        }
    }

    /// Returns what the last event of a complete stream contains.
    pub(crate) fn stream_end(self) -> &'static str {
        match self {
            Self::OpenaiChat => "data: [DONE]",
            Self::OpenaiResponses => "response.completed",
            Self::Anthropic => "message_stop",
            Self::Gemini => "\"finishReason\":\"STOP\"",
        }
    }

    /// Returns a plain answer of exactly `size_bytes`, or of the least size that is possible.
    pub(crate) fn answer(self, size_bytes: usize) -> String {
        let bare = self.answer_saying("").len();
        let mut text = String::from(" ");
        while text.len() + bare < size_bytes {
            text.push_str("The sluice opens a little, and the water finds its way down. ");
        }
        text.truncate(size_bytes.saturating_sub(bare));
        self.answer_saying(&text)
    }

    fn answer_saying(self, text: &str) -> String {
        let text = format!("{}{text}", call_text());
        match self {
            Self::OpenaiChat => json!({
                "id": "chatcmpl-BxTq0yXcWJ2rQd6m1sQ0cV5uKf3aE", "object": "chat.completion", "created": 1_760_000_000,
                "model": "bench-model",
                "choices": [{"index": 0, "message": {"role": "assistant", "content": text, "refusal": null},
                    "logprobs": null, "finish_reason": "stop"}],
                "usage": openai_usage(), "service_tier": "default", "system_fingerprint": "fp_07871e2ad8"
            }),
            Self::OpenaiResponses => responses_object("completed", &json!([responses_message(&text)])),
            Self::Anthropic => json!({
                "id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant", "model": "bench-model",
                "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
                "usage": anthropic_usage(57)
            }),
            Self::Gemini => json!({
                "candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP",
                    "index": 0}],
                "usageMetadata": gemini_usage(), "modelVersion": "bench-model", "responseId": "mAitaLmkHPSs1MkPm5yyiAE"
            }),
        }
        .to_string()
    }

    /// Returns the parts of a stream.
    pub(crate) fn stream(self) -> StreamParts {
        match self {
            Self::OpenaiChat => frames::openai_chat(),
            Self::OpenaiResponses => frames::openai_responses(),
            Self::Anthropic => frames::anthropic(),
            Self::Gemini => frames::gemini(),
        }
    }
}

/// Whether a call asks for one document or for a stream of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    Stream,
}

/// A stream cut where its pace applies: the opening comes at once, then content chunks in their rhythm, then the end.
#[derive(Debug)]
pub(crate) struct StreamParts {
    pub(crate) opening: String,
    pub(crate) chunk: String,
    pub(crate) closing: String,
}

impl StreamParts {
    /// Returns the size of the whole stream as the client sees it.
    pub(crate) fn size_bytes(&self, chunks: usize) -> usize {
        self.opening.len() + chunks * self.chunk.len() + self.closing.len()
    }
}

/// Writes the number of a call the way questions and answers carry it.
pub(crate) fn call_digits(number: u64) -> [u8; CALL_DIGITS] {
    let mut digits = [b'0'; CALL_DIGITS];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        let nibble = (rest & 0xf) as u8;
        *digit = if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
        rest >>= 4;
    }
    digits
}

/// Returns where in `bytes` the digits of the first call number start.
pub(crate) fn find_call_digits(bytes: &[u8]) -> Option<usize> {
    let at = memchr::memmem::find(bytes, CALL_MARK.as_bytes())? + CALL_MARK.len();
    (bytes.len() >= at + CALL_DIGITS).then_some(at)
}

/// The mark with the number zero, for prepared texts.
pub(crate) fn call_text() -> String {
    format!("{CALL_MARK}{:0>CALL_DIGITS$}", 0)
}

fn openai_usage() -> Value {
    json!({
        "prompt_tokens": 183, "completion_tokens": 57, "total_tokens": 240,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
    })
}

fn anthropic_usage(output_tokens: u32) -> Value {
    json!({"input_tokens": 183, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
        "output_tokens": output_tokens})
}

fn gemini_usage() -> Value {
    json!({"promptTokenCount": 183, "candidatesTokenCount": 57, "totalTokenCount": 240,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 183}]})
}

fn responses_message(text: &str) -> Value {
    json!({"id": "msg_67ccd3acc8d48190a77525dc6de64b4104becb25c45c1d41", "type": "message", "status": "completed",
        "content": [{"type": "output_text", "annotations": [], "text": text}], "role": "assistant"})
}

fn responses_object(status: &str, output: &Value) -> Value {
    let usage = json!({"input_tokens": 183, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 57,
        "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 240});
    json!({
        "id": "resp_67ccd3a9da748190baa7f1570fe91ac604becb25c45c1d41", "object": "response",
        "created_at": 1_760_000_000, "status": status, "error": null, "model": "bench-model", "output": output,
        "parallel_tool_calls": true, "store": false, "tool_choice": "auto", "tools": [],
        "usage": if status == "completed" { usage } else { Value::Null }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_the_size_asked_for_and_a_call_number() {
        for dialect in Dialect::ALL {
            let answer = dialect.answer(900);
            assert_eq!(answer.len(), 900, "{dialect:?}");
            assert!(serde_json::from_str::<Value>(&answer).is_ok(), "{dialect:?}");
            assert!(find_call_digits(answer.as_bytes()).is_some(), "{dialect:?}");
        }
    }

    #[test]
    fn every_event_of_a_stream_is_json_and_the_chunk_text_is_in_chunks_only() {
        for dialect in Dialect::ALL {
            let StreamParts { opening, chunk, closing } = dialect.stream();
            assert_eq!(chunk.matches(CHUNK_TEXT).count(), 1, "{dialect:?}");
            assert_eq!(chunk.matches(CHUNK_DELTA).count(), 1, "{dialect:?}");
            assert_eq!(format!("{opening}{closing}").matches(CHUNK_TEXT).count(), 0, "{dialect:?}");
            assert!(closing.contains(dialect.stream_end()) && closing.contains(CALL_MARK), "{dialect:?}");
            for line in format!("{opening}{chunk}{closing}").lines().filter_map(|line| line.strip_prefix("data: ")) {
                assert!(line == "[DONE]" || serde_json::from_str::<Value>(line).is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn a_path_belongs_to_the_dialect_that_made_it() {
        for dialect in Dialect::ALL {
            for shape in [Shape::Plain, Shape::Stream] {
                assert_eq!(Dialect::of_path(dialect.path("m", shape).as_bytes()), Some(dialect));
            }
        }
        assert_eq!(Dialect::of_path(b"/v1/models"), None);
    }

    #[test]
    fn call_numbers_are_written_in_hexadecimal() {
        assert_eq!(&call_digits(0xbeef), b"000000000000beef");
    }
}
