//! Load and mock against each other: what the mock does wrong, the load generator has to see.

use std::net::SocketAddr;

use clap::Parser;
use serde_json::Value;

use super::*;
use crate::upstream;

#[derive(Parser)]
struct LoadLine {
    #[command(flatten)]
    options: Options,
}

fn load(upstream: SocketAddr, line: &str) -> Value {
    let target = upstream.to_string();
    let words = ["load"].into_iter().chain(line.split(' ')).chain(["--target", &target]);
    LoadLine::parse_from(words).options.measure().unwrap()
}

fn count(result: &Value, field: &str) -> u64 {
    result.get(field).and_then(Value::as_u64).unwrap()
}

#[test]
fn every_dialect_is_answered_right_plain_and_streamed_at_every_size() {
    let mock = upstream::start("--chunks 7");
    for dialect in ["openai_chat", "openai_responses", "anthropic", "gemini"] {
        for shape in ["", " --tools", " --stream", " --stream --tools"] {
            for size in [800, 102_400] {
                let line = format!(
                    "closed --dialect {dialect}{shape} --question-bytes {size} --calls 40 --connections 4 --chunks 7"
                );
                let result = load(mock, &line);
                assert_eq!((count(&result, "right"), &result["wrong"]), (40, &serde_json::json!({})), "{line}");
            }
        }
    }
}

#[test]
fn each_kind_of_fault_is_seen_as_what_it_is() {
    for (fault, shape, seen) in [
        ("server_error", "", "status_500"),
        ("rate_limited", "", "status_429"),
        ("disconnect", "", "closed"),
        ("cut", "", "closed"),
        ("cut", " --stream", "closed"),
        ("error_event", " --stream", "no_end_event"),
    ] {
        let mock = upstream::start(&format!("--fault-every 4 --fault {fault} --chunks 5"));
        let result = load(mock, &format!("closed --calls 40 --connections 1 --chunks 5{shape}"));
        assert_eq!((count(&result, "right"), count(&result["wrong"], seen)), (30, 10), "{fault}{shape}");
    }
}

#[test]
fn a_stalled_call_ends_with_the_grace_and_counts_as_wrong() {
    let mock = upstream::start("--fault-every 1 --fault stall");
    let result = load(mock, "closed --calls 1 --connections 1 --secs 0.1 --grace-secs 0.1");
    assert_eq!((count(&result, "right"), count(&result["wrong"], "timed_out")), (0, 1));
}

#[test]
fn an_open_loop_counts_waiting_for_a_busy_connection_as_latency() {
    let mock = upstream::start("--latency-ms 50");
    let result = load(mock, "open --rate 100 --secs 0.2 --connections 1");
    assert_eq!(count(&result, "right"), 20);
    // Calls are due 10 ms apart and take 50 ms on the only connection, so the last one waits for about 800 ms.
    assert!(result["latency"]["max_us"].as_f64().unwrap() > 700_000.0, "{result}");
}

#[test]
fn answers_of_another_size_or_number_of_chunks_are_refused() {
    let mock = upstream::start("--answer-bytes 900 --chunks 9");
    let result = load(mock, "closed --calls 10 --connections 2");
    assert_eq!(count(&result["wrong"], "size"), 10);
    let result = load(mock, "closed --calls 10 --connections 2 --any-size");
    assert_eq!(count(&result, "right"), 10);
    let result = load(mock, "closed --calls 10 --connections 2 --any-size --stream --chunks 8");
    assert_eq!(count(&result["wrong"], "chunks"), 10);
}
