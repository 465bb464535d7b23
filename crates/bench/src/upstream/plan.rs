//! What the mock answers: the plan as it is asked for, and the bytes prepared from it.

use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::dialect::{CALL_DIGITS, Dialect, find_call_digits};

/// The shape and pace of answers.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    /// Bytes of the body of a plain answer.
    #[arg(long, default_value_t = 760)]
    pub(crate) answer_bytes: usize,
    /// Content chunks of a streamed answer; opening and closing events come on top.
    #[arg(long, default_value_t = 100)]
    pub(crate) chunks: usize,
    /// Milliseconds between chunks; 0 sends them as fast as the socket takes them, each with a write of its own.
    #[arg(long, default_value_t = 0)]
    pub(crate) chunk_interval_ms: u64,
    /// Milliseconds before an answer starts.
    #[arg(long, default_value_t = 0)]
    pub(crate) latency_ms: u64,
    /// Every how many calls one fails; 0 means never.
    #[arg(long, default_value_t = 0)]
    #[serde(default)]
    pub(crate) fault_every: u64,
    /// How a call fails.
    #[arg(long, value_enum, default_value_t)]
    #[serde(default)]
    pub(crate) fault: Fault,
}

/// A way to fail a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// Answers 500 with an error document.
    #[default]
    ServerError,
    /// Answers 429 with `retry-after`.
    RateLimited,
    /// Closes the connection instead of answering.
    Disconnect,
    /// Never answers.
    Stall,
    /// Starts the answer and closes the connection in the middle of it.
    Cut,
    /// Answers a stream with status 200 whose first event is an error.
    ErrorEvent,
}

/// Bytes of an answer with the place where the number of the call goes.
#[derive(Debug)]
pub(crate) struct Numbered {
    bytes: Vec<u8>,
    digits_at: Option<usize>,
}

impl Numbered {
    fn new(bytes: Vec<u8>) -> Self {
        let digits_at = find_call_digits(&bytes);
        Self { bytes, digits_at }
    }

    /// Writes the answer to the call with these digits into `out`, replacing what was there.
    pub(crate) fn write_to(&self, digits: &[u8; CALL_DIGITS], out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(&self.bytes);
        let place = self.digits_at.and_then(|at| out.get_mut(at..at + CALL_DIGITS));
        if let Some(place) = place {
            place.copy_from_slice(digits);
        }
    }
}

/// The prepared bytes of one dialect.
#[derive(Debug)]
pub(crate) struct Answers {
    pub(crate) plain: Numbered,
    pub(crate) opening: Vec<u8>,
    pub(crate) chunk: Vec<u8>,
    pub(crate) closing: Numbered,
}

impl Answers {
    fn new(dialect: Dialect, answer_bytes: usize) -> Self {
        let parts = dialect.stream();
        let mut opening = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n\
            x-request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
        opening.extend(http_chunk(&parts.opening));
        let mut closing = http_chunk(&parts.closing);
        closing.extend_from_slice(b"0\r\n\r\n");
        Self {
            plain: Numbered::new(document("200 OK", "x-request-id: req_bench\r\n", &dialect.answer(answer_bytes))),
            opening,
            chunk: http_chunk(&parts.chunk),
            closing: Numbered::new(closing),
        }
    }
}

/// A plan turned into bytes.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) chunks: usize,
    pub(crate) chunk_interval: Duration,
    pub(crate) latency: Duration,
    pub(crate) fault_every: u64,
    pub(crate) fault: Fault,
    pub(crate) server_error: Vec<u8>,
    pub(crate) rate_limited: Vec<u8>,
    pub(crate) error_event: Vec<u8>,
    answers: [Answers; 4],
}

impl Prepared {
    pub(crate) fn new(plan: &Plan) -> Self {
        let error = r#"{"error":{"message":"the mock fails this call as told","type":"server_error","code":"mock"}}"#;
        let mut error_event = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
            transfer-encoding: chunked\r\n\r\n"
            .to_vec();
        error_event.extend(http_chunk(&format!("data: {error}\n\n")));
        error_event.extend_from_slice(b"0\r\n\r\n");
        Self {
            chunks: plan.chunks,
            chunk_interval: Duration::from_millis(plan.chunk_interval_ms),
            latency: Duration::from_millis(plan.latency_ms),
            fault_every: plan.fault_every,
            fault: plan.fault,
            server_error: document("500 Internal Server Error", "", error),
            rate_limited: document("429 Too Many Requests", "retry-after: 1\r\n", error),
            error_event,
            answers: Dialect::ALL.map(|dialect| Answers::new(dialect, plan.answer_bytes)),
        }
    }

    pub(crate) fn answers(&self, dialect: Dialect) -> &Answers {
        let [openai_chat, openai_responses, anthropic, gemini] = &self.answers;
        match dialect {
            Dialect::OpenaiChat => openai_chat,
            Dialect::OpenaiResponses => openai_responses,
            Dialect::Anthropic => anthropic,
            Dialect::Gemini => gemini,
        }
    }
}

/// Returns a complete response with a JSON body.
pub(crate) fn document(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn http_chunk(payload: &str) -> Vec<u8> {
    format!("{:x}\r\n{payload}\r\n", payload.len()).into_bytes()
}
