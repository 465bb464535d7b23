//! Questions for token counts, and their answers, in the words of another dialect.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::edit::Edits;
use crate::operation::{Dialect, Operation};
use crate::raw::{RawObject, json_string};

/// Fields of a Messages request that its token count does not take
/// (<https://docs.claude.com/en/api/messages-count-tokens>).
const NOT_COUNTED_BY_ANTHROPIC: [&str; 11] = [
    "container",
    "inference_geo",
    "max_tokens",
    "metadata",
    "service_tier",
    "speed",
    "stop_sequences",
    "stream",
    "temperature",
    "top_k",
    "top_p",
];
/// Fields that a count of input tokens takes (<https://platform.openai.com/docs/api-reference/responses/input-tokens>).
const COUNTED_BY_OPENAI: [&str; 12] = [
    "conversation",
    "input",
    "instructions",
    "model",
    "parallel_tool_calls",
    "personality",
    "previous_response_id",
    "reasoning",
    "text",
    "tool_choice",
    "tools",
    "truncation",
];

/// Returns the question how many tokens `chat` comes to, a request of `dialect` to `model`; `None` where the dialect has
/// no such question.
#[must_use]
pub fn count_request(dialect: Dialect, chat: &[u8], model: &str) -> Option<Vec<u8>> {
    let object = RawObject::parse(chat).ok()?;
    let mut edits = Edits::default();
    match dialect {
        Dialect::Anthropic => object.remove(&NOT_COUNTED_BY_ANTHROPIC, &mut edits),
        Dialect::OpenaiResponses => {
            let others: Vec<&str> = object.keys().filter(|key| !COUNTED_BY_OPENAI.contains(key)).collect();
            object.remove(&others, &mut edits);
        }
        Dialect::Gemini => {
            object.set("model", &json_string(&format!("models/{model}")), &mut edits);
            let whole = edits.apply(chat);
            return Some([b"{\"generateContentRequest\":".as_slice(), &whole, b"}"].concat());
        }
        Dialect::OpenaiChat | Dialect::Single => return None,
    }
    Some(edits.apply(chat))
}

/// Reads how many tokens an upstream of `dialect` has counted; `None` where it does not say.
#[must_use]
pub fn counted(dialect: Dialect, answer: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Counted {
        input_tokens: Option<u64>,
        #[serde(rename = "totalTokens", alias = "total_tokens")]
        total_tokens: Option<u64>,
    }
    let Counted { input_tokens, total_tokens } = serde_json::from_slice(answer).ok()?;
    if dialect == Dialect::Gemini { total_tokens } else { input_tokens }
}

/// Tells a count in the words of `dialect`.
#[must_use]
pub fn count_answer(dialect: Dialect, tokens: u64) -> Value {
    match dialect {
        Dialect::Gemini => json!({"totalTokens": tokens}),
        Dialect::OpenaiResponses => json!({"object": "response.input_tokens", "input_tokens": tokens}),
        Dialect::OpenaiChat | Dialect::Anthropic | Dialect::Single => json!({"input_tokens": tokens}),
    }
}

/// Returns the question for a token count in `dialect`; `None` where it has none.
#[must_use]
pub const fn count_in(dialect: Dialect) -> Option<Operation> {
    match dialect {
        Dialect::Anthropic => Some(Operation::CountTokens),
        Dialect::Gemini => Some(Operation::GeminiCountTokens),
        Dialect::OpenaiResponses => Some(Operation::ResponseInputTokens),
        Dialect::OpenaiChat | Dialect::Single => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_holds_what_its_vendor_takes() {
        let chat = br#"{"model":"m","max_tokens":9,"messages":[],"temperature":1,"system":"s"}"#;
        let asked = count_request(Dialect::Anthropic, chat, "m").unwrap();
        assert_eq!(asked, br#"{"model":"m","messages":[],"system":"s"}"#);
        let chat = br#"{"model":"m","input":"hi","stream":false,"store":false,"tools":[]}"#;
        let asked = count_request(Dialect::OpenaiResponses, chat, "m").unwrap();
        assert_eq!(asked, br#"{"model":"m","input":"hi","tools":[]}"#);
        let asked = count_request(Dialect::Gemini, br#"{"contents":[]}"#, "gemini-3-pro").unwrap();
        let asked: Value = serde_json::from_slice(&asked).unwrap();
        assert_eq!(asked, json!({"generateContentRequest": {"model": "models/gemini-3-pro", "contents": []}}));
        assert_eq!(count_request(Dialect::OpenaiChat, b"{}", "m"), None);
    }

    #[test]
    fn a_count_is_told_as_it_was_counted() {
        for dialect in [Dialect::Anthropic, Dialect::Gemini, Dialect::OpenaiResponses] {
            let answer = count_answer(dialect, 42).to_string();
            assert_eq!(counted(dialect, answer.as_bytes()), Some(42));
            assert_eq!(counted(dialect, b"{}"), None);
            assert_eq!(counted(dialect, b"<html>"), None);
        }
    }
}
