//! How long a conversation of 100 kB takes from one dialect into another.
//!
//! `cargo bench -p sluice-protocol --bench conversion`. Prints the medians in µs for reading a request and for writing it
//! in each other dialect, next to the one look that a request gets which is passed on. `-- --only gemini` measures one
//! caller's dialect alone, `-- --rounds 5000` more rounds. Nothing is asserted but that nothing is lost.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and fails by panicking"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sluice_protocol::chat::{Target, decode_request, encode_request};
use sluice_protocol::operation::Dialect;
use sluice_protocol::raw::RawObject;

/// The allocator of the gateway.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DIALECTS: [Dialect; 4] = [Dialect::OpenaiChat, Dialect::OpenaiResponses, Dialect::Anthropic, Dialect::Gemini];
const TARGET: Target<'_> = Target { model: "bench-model", issuer: "bench", traits: &[], default_max_tokens: 8_192 };
const BODY_BYTES: usize = 100 * 1024;

/// What people and models say: prose, code with quotes, tabs and line ends, and text beyond ASCII.
const WORDS: &str = "Please look at the function below and say why the retry never happens when the peer closes early.\n\n\
    ```rust\nfn first_line(text: &str) -> Option<&str> {\n\tlet line = text.lines().next()?;\n\t\
    (line != \"\").then_some(line) // the \"empty\" case\n}\n```\n\nThe log says: {\"level\":\"warn\",\"path\":\"C:\\\\tmp\"}. \
    请用中文简要说明原因，然后给出修改后的代码。 I would like to keep the public signature as it is. ";

fn main() {
    let option = |name: &str| std::env::args().skip_while(|argument| argument != name).nth(1);
    let rounds = option("--rounds").map_or(500, |rounds| rounds.parse().unwrap());
    let only = option("--only");
    for client in DIALECTS.into_iter().filter(|client| only.as_deref().is_none_or(|only| only == client.as_str())) {
        let body = conversation(client);
        let looked = median(rounds, || RawObject::parse(black_box(&body)).unwrap());
        let read = median(rounds, || decode_request(client, black_box(&body)).unwrap());
        println!("{} of {} bytes: looked at {looked:.1}, read {read:.1}", client.as_str(), body.len());
        let request = decode_request(client, &body).unwrap();
        for upstream in DIALECTS.into_iter().filter(|upstream| *upstream != client) {
            let written = median(rounds, || encode_request(upstream, black_box(&request), &TARGET).unwrap());
            let encoded = encode_request(upstream, &request, &TARGET).unwrap();
            assert!(encoded.losses.is_empty(), "{:?}", encoded.losses);
            println!("  written as {} {written:.1}, {:.1} in all", upstream.as_str(), read + written);
        }
    }
}

/// Returns the median time of a round in microseconds.
fn median<T>(rounds: usize, mut round: impl FnMut() -> T) -> f64 {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let started = Instant::now();
            drop(black_box(round()));
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[rounds / 2].as_secs_f64() * 1e6
}

fn conversation(dialect: Dialect) -> Vec<u8> {
    let mut turns = Vec::new();
    while turns.iter().map(|turn: &Value| turn.to_string().len()).sum::<usize>() < BODY_BYTES {
        turns.extend(exchange(dialect, turns.len()));
    }
    let body = match dialect {
        Dialect::OpenaiChat => json!({"model": "m", "messages": turns, "max_completion_tokens": 1_024}),
        Dialect::OpenaiResponses => json!({"model": "m", "input": turns, "store": false}),
        Dialect::Anthropic => json!({"model": "m", "max_tokens": 1_024, "messages": turns}),
        Dialect::Gemini | Dialect::Single => json!({"contents": turns, "generationConfig": {"maxOutputTokens": 1_024}}),
    };
    body.to_string().into_bytes()
}

/// Returns a question, a call of a tool, its result and an answer.
fn exchange(dialect: Dialect, number: usize) -> Vec<Value> {
    let id = format!("call_{number:08}");
    let input = json!({"path": "src/wire/lines.rs", "first_line": 120});
    let said = |role: &str| match dialect {
        Dialect::Gemini => json!({"role": role, "parts": [{"text": WORDS}]}),
        _ => json!({"role": role, "content": WORDS}),
    };
    let (call, result) = match dialect {
        Dialect::OpenaiChat => (
            json!({"role": "assistant", "content": null, "tool_calls": [{"id": id, "type": "function",
                "function": {"name": "read_file", "arguments": input.to_string()}}]}),
            json!({"role": "tool", "tool_call_id": id, "content": WORDS}),
        ),
        Dialect::OpenaiResponses => (
            json!({"type": "function_call", "call_id": id, "name": "read_file", "arguments": input.to_string()}),
            json!({"type": "function_call_output", "call_id": id, "output": WORDS}),
        ),
        Dialect::Anthropic => (
            json!({"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "read_file", "input": input}]}),
            json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": WORDS}]}),
        ),
        Dialect::Gemini | Dialect::Single => (
            json!({"role": "model", "parts": [{"functionCall": {"id": id, "name": "read_file", "args": input}}]}),
            json!({"role": "user", "parts": [{"functionResponse": {"id": id, "name": "read_file",
                "response": {"output": WORDS}}}]}),
        ),
    };
    let model = if dialect == Dialect::Gemini { "model" } else { "assistant" };
    vec![said("user"), call, result, said(model)]
}
