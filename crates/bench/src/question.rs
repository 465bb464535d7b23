//! Questions as applications ask them: a system prompt and turns of prose and code, at an exact size.

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
        let per_turn = self.body_of(1, "").len() - bare;
        let turns = self.question_bytes.saturating_sub(bare) / per_turn;
        let missing = self.question_bytes.saturating_sub(self.body_of(turns, "").len());
        let last: String = LAST_TURN.chars().cycle().take(missing).collect();
        self.body_of(turns, &last)
    }

    /// Builds a body of `turns` long turns and a `last` one.
    fn body_of(&self, turns: usize, last: &str) -> String {
        let model = &self.model;
        let system = format!("You are a careful reviewer. {}", call_text());
        let said = std::iter::repeat_n(TURN, turns).chain([last]);
        let messages = |assistant: &'static str| -> Vec<Value> {
            let roles = ["user", assistant].into_iter().cycle();
            said.clone().zip(roles).map(|(text, role)| turn(self.dialect, role, text)).collect()
        };
        let mut body = match self.dialect {
            Dialect::OpenaiChat => {
                let mut all = vec![turn(self.dialect, "system", &system)];
                all.extend(messages("assistant"));
                json!({"model": model, "messages": all, "temperature": 0.7, "max_tokens": 1024})
            }
            Dialect::OpenaiResponses => {
                json!({"model": model, "instructions": system, "input": messages("assistant"), "store": false})
            }
            Dialect::Anthropic => {
                json!({"model": model, "max_tokens": 1024, "system": system, "messages": messages("assistant")})
            }
            Dialect::Gemini => {
                json!({"systemInstruction": {"parts": [{"text": system}]}, "contents": messages("model"),
                "generationConfig": {"temperature": 0.7, "maxOutputTokens": 1024}})
            }
        };
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

    fn question(dialect: Dialect, question_bytes: usize) -> Question {
        Question { dialect, model: "bench-model".to_owned(), question_bytes, stream: true, headers: Vec::new() }
    }

    #[test]
    fn a_body_is_json_of_exactly_the_size_asked_for() {
        for dialect in Dialect::ALL {
            for size in [800, 102_400, 1_048_576] {
                let body = question(dialect, size).body();
                assert_eq!(body.len(), size, "{dialect:?}");
                assert!(serde_json::from_str::<Value>(&body).is_ok(), "{dialect:?}");
            }
        }
    }

    #[test]
    fn each_call_carries_its_own_number() {
        let mut request = question(Dialect::Anthropic, 900).to_request("localhost");
        let first = request.numbered(1).to_vec();
        let second = request.numbered(2).to_vec();
        assert!(memchr::memmem::find(&first, b"bench-call 0000000000000001").is_some());
        assert_eq!(first.iter().zip(&second).filter(|(a, b)| a != b).count(), 1);
    }
}
