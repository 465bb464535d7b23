//! Questions as applications ask them: a system prompt and turns of prose and code, at an exact size.

mod tools;

use clap::Args;
use serde_json::{Value, json};

use crate::dialect::{Dialect, Shape, call_digits, call_text, find_call_digits};

/// A long turn: prose, code with quotes, tabs and line ends, and text beyond ASCII, so that escapes are in the bytes.
const TURN: &str = "Please look at the function below and say why the retry never happens when the peer closes early.\n\n\
    ```rust\nfn first_line(text: &str) -> Option<&str> {\n\tlet line = text.lines().next()?;\n\t\
    (line != \"\").then_some(line) // the \"empty\" case\n}\n```\n\nThe log says: {\"level\":\"warn\",\"path\":\"C:\\\\tmp\"}. \
    请用中文简要说明原因，然后给出修改后的代码。 I would like to keep the public signature as it is. ";
/// What the last turn repeats to reach the size asked for; one byte a character, so that the size is met exactly.
const LAST_TURN: &str = "Now say in two sentences what changed and why it is safe to ship. ";

/// What is asked, and with which headers.
#[derive(Debug, Clone, Args)]
pub(crate) struct Question {
    /// Dialect of the call.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) dialect: Dialect,
    /// Model to ask for.
    #[arg(long, default_value = "bench-model")]
    pub(crate) model: String,
    /// Bytes of the request body.
    #[arg(long, default_value_t = 800)]
    pub(crate) question_bytes: usize,
    /// Ask for a stream of events.
    #[arg(long)]
    pub(crate) stream: bool,
    /// Declare a tool, and have each turn of the assistant use it before it speaks.
    #[arg(long)]
    pub(crate) tools: bool,
    /// Header to send, as `name: value`; may be given several times.
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
}

impl Question {
    pub(crate) fn shape(&self) -> Shape {
        if self.stream { Shape::Stream } else { Shape::Plain }
    }

    /// Returns the whole request as bytes, ready to be sent again and again.
    pub(crate) fn to_request(&self, host: &str) -> Request {
        let body = self.body();
        let path = self.dialect.path(&self.model, self.shape());
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: sluice-bench\r\naccept: */*\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        for header in &self.headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        let bytes = [head.into_bytes(), body.into_bytes()].concat();
        let digits_at = find_call_digits(&bytes).unwrap_or(bytes.len());
        Request { bytes, digits_at }
    }

    fn body(&self) -> String {
        let bare = self.body_of(0, "").len();
        let per_round = self.body_of(1, "").len() - bare;
        let rounds = self.question_bytes.saturating_sub(bare + LAST_TURN.len()) / per_round;
        let missing = self.question_bytes.saturating_sub(self.body_of(rounds, "").len());
        let last: String = LAST_TURN.chars().cycle().take(missing).collect();
        self.body_of(rounds, &last)
    }

    /// Builds a body of `rounds`, in which the user and the assistant take long turns, and a `last` turn of the user.
    fn body_of(&self, rounds: usize, last: &str) -> String {
        let (model, dialect) = (&self.model, self.dialect);
        let system = format!("You are a careful reviewer. {}", call_text());
        let mut turns = Vec::new();
        if dialect == Dialect::OpenaiChat {
            turns.push(turn(dialect, "system", &system));
        }
        for round in 0..rounds {
            turns.push(turn(dialect, "user", TURN));
            if self.tools {
                turns.extend(tools::use_of(dialect, round, TURN));
            }
            turns.push(turn(dialect, "assistant", TURN));
        }
        turns.push(turn(dialect, "user", last));
        let mut body = match dialect {
            Dialect::OpenaiChat => json!({"model": model, "messages": turns, "temperature": 0.7, "max_tokens": 1024}),
            Dialect::OpenaiResponses => {
                json!({"model": model, "instructions": system, "input": turns, "store": false})
            }
            Dialect::Anthropic => json!({"model": model, "max_tokens": 1024, "system": system, "messages": turns}),
            Dialect::Gemini => json!({"systemInstruction": {"parts": [{"text": system}]}, "contents": turns,
                "generationConfig": {"temperature": 0.7, "maxOutputTokens": 1024}}),
        };
        if let Some(fields) = body.as_object_mut().filter(|_| self.tools) {
            fields.insert("tools".to_owned(), tools::declaration(dialect));
        }
        self.ask_for_stream(&mut body);
        body.to_string()
    }

    fn ask_for_stream(&self, body: &mut Value) {
        let Some(fields) = body.as_object_mut().filter(|_| self.stream && self.dialect != Dialect::Gemini) else {
            return;
        };
        fields.insert("stream".to_owned(), json!(true));
        if self.dialect == Dialect::OpenaiChat {
            fields.insert("stream_options".to_owned(), json!({"include_usage": true}));
        }
    }
}

fn turn(dialect: Dialect, role: &str, text: &str) -> Value {
    if dialect == Dialect::Gemini {
        let role = if role == "assistant" { "model" } else { role };
        json!({"role": role, "parts": [{"text": text}]})
    } else {
        json!({"role": role, "content": text})
    }
}

/// A request as bytes, with the place where each call writes its number.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    digits_at: usize,
}

impl Request {
    /// Returns the bytes to send for the call of this number.
    pub(crate) fn numbered(&mut self, number: u64) -> &[u8] {
        let digits = call_digits(number);
        if let Some(place) = self.bytes.get_mut(self.digits_at..self.digits_at + digits.len()) {
            place.copy_from_slice(&digits);
        }
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(dialect: Dialect, question_bytes: usize, tools: bool) -> Question {
        let model = "bench-model".to_owned();
        Question { dialect, model, question_bytes, stream: true, tools, headers: Vec::new() }
    }

    #[test]
    fn a_body_is_json_of_exactly_the_size_asked_for() {
        for dialect in Dialect::ALL {
            for (size, tools) in [(800, false), (102_400, false), (102_400, true), (1_048_576, false)] {
                let body = question(dialect, size, tools).body();
                assert_eq!(body.len(), size, "{dialect:?}");
                assert!(serde_json::from_str::<Value>(&body).is_ok(), "{dialect:?}");
            }
        }
    }

    #[test]
    fn a_conversation_ends_with_words_of_the_user_whatever_its_size() {
        for dialect in Dialect::ALL {
            for size in (1_200..6_000).step_by(77) {
                let body: Value = serde_json::from_str(&question(dialect, size, true).body()).unwrap();
                let turns = ["messages", "input", "contents"].iter().find_map(|name| body.get(name)).unwrap();
                let last = turns.as_array().unwrap().last().unwrap();
                assert_eq!(last["role"], "user", "{dialect:?} at {size}");
                assert!(last.to_string().contains("Now say in two sentences"), "{dialect:?} at {size}");
            }
        }
    }

    #[test]
    fn each_call_carries_its_own_number() {
        let mut request = question(Dialect::Anthropic, 900, false).to_request("localhost");
        let first = request.numbered(1).to_vec();
        let second = request.numbered(2).to_vec();
        assert!(memchr::memmem::find(&first, b"bench-call 0000000000000001").is_some());
        assert_eq!(first.iter().zip(&second).filter(|(a, b)| a != b).count(), 1);
    }
}
