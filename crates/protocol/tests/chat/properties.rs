//! What holds for any input: no panic, valid output, exact usage.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use sluice_domain::usage::Usage;
use sluice_protocol::chat::{convert_answer, decode_request, encode_request};
use sluice_protocol::meter::read_report;
use sluice_protocol::operation::Dialect;

use crate::fixture::{files, read};
use crate::grammar;
use crate::support::{DIALECTS, bridge, convention, dialect, target, transcode};

/// What a damaged input has instead of something.
const SNIPPETS: [&str; 16] = [
    "null",
    "{}",
    "[]",
    "\"\"",
    "0",
    "-1",
    "1e999",
    "true",
    "\"\\ud800\"",
    "[[[[[[[[",
    "\"x\"",
    ",",
    "}",
    "\\",
    "\u{fffd}",
    "99999999999999999999999",
];

/// One way to damage a text.
#[derive(Debug, Clone)]
struct Damage {
    at: Index,
    length: usize,
    snippet: Index,
}

fn damage() -> impl Strategy<Value = Damage> {
    (any::<Index>(), 0_usize..24, any::<Index>()).prop_map(|(at, length, snippet)| Damage { at, length, snippet })
}

fn damaged(text: &str, damages: &[Damage]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for damage in damages {
        let start = damage.at.index(bytes.len() + 1);
        let end = (start + damage.length).min(bytes.len());
        bytes.splice(start..end, damage.snippet.get(&SNIPPETS).bytes());
    }
    bytes
}

fn corpus(folder: &str) -> Vec<(Dialect, String)> {
    let cases = files(folder).into_iter().flat_map(|path| read(&path));
    cases.map(|case| (dialect(&case.input.dialect), case.input.body)).collect()
}

/// A conversation that every dialect can say: words, none of them white space alone, and calls by turns.
fn conversation() -> impl Strategy<Value = Vec<(String, Vec<(String, i64)>)>> {
    let call = ("[a-z]{1,8}", any::<i64>());
    prop::collection::vec(("[^\\pC\\s]\\PC{0,19}", prop::collection::vec(call, 0..3)), 1..5)
}

/// Writes the conversation as a chat completions request.
fn chat_request(conversation: &[(String, Vec<(String, i64)>)]) -> Value {
    let mut messages = vec![json!({"role": "system", "content": "s"})];
    let mut calls = 0;
    for (text, tools) in conversation {
        messages.push(json!({"role": "user", "content": text}));
        let made: Vec<Value> = tools
            .iter()
            .enumerate()
            .map(|(index, (name, number))| {
                let arguments = json!({"n": number, "t": text}).to_string();
                json!({"id": format!("call_{}", calls + index), "type": "function", "function": {"name": name, "arguments": arguments}})
            })
            .collect();
        let mut answer = json!({"role": "assistant", "content": format!("re: {text}")});
        if !made.is_empty() {
            answer["tool_calls"] = made.into();
        }
        messages.push(answer);
        for (name, _) in tools {
            messages.push(
                json!({"role": "tool", "tool_call_id": format!("call_{calls}"), "content": format!("{name} {text}")}),
            );
            calls += 1;
        }
    }
    messages.push(json!({"role": "user", "content": "last"}));
    json!({"model": "m", "max_completion_tokens": 100, "messages": messages})
}

fn through(request: &str, path: &[Dialect]) -> String {
    let mut body = request.to_owned();
    for pair in path.windows(2) {
        let request = decode_request(pair[0], body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"));
        let encoded = encode_request(pair[1], &request, &target(&[])).unwrap();
        assert!(encoded.losses.first_semantic().is_none(), "{:?}", encoded.losses);
        body = String::from_utf8(encoded.body).unwrap();
    }
    body
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_request_makes_a_converter_panic_or_write_broken_json(
        pick in any::<Index>(),
        damages in prop::collection::vec(damage(), 0..4),
    ) {
        let corpus = corpus("requests");
        let (client, body) = pick.get(&corpus);
        let body = damaged(body, &damages);
        if let Ok(request) = decode_request(*client, &body) {
            for upstream in DIALECTS {
                let encoded = encode_request(upstream, &request, &target(&[])).unwrap();
                prop_assert!(
                    serde_json::from_slice::<&serde_json::value::RawValue>(&encoded.body).is_ok(),
                    "{}",
                    String::from_utf8_lossy(&encoded.body)
                );
            }
        }
    }

    #[test]
    fn no_answer_makes_a_converter_panic_or_write_broken_json(
        pick in any::<Index>(),
        damages in prop::collection::vec(damage(), 0..4),
    ) {
        let corpus = corpus("answers");
        let (upstream, body) = pick.get(&corpus);
        let body = damaged(body, &damages);
        for client in DIALECTS {
            if let Ok(answer) = convert_answer(&body, &bridge(*upstream, client)) {
                prop_assert!(
                    serde_json::from_slice::<&serde_json::value::RawValue>(&answer).is_ok(),
                    "{}",
                    String::from_utf8_lossy(&answer)
                );
            }
        }
    }

    #[test]
    fn any_stream_becomes_a_valid_one(pick in any::<Index>(), damages in prop::collection::vec(damage(), 0..4)) {
        let corpus = corpus("streams");
        let (upstream, body) = pick.get(&corpus);
        let body = damaged(&format!("{body}\n\n"), &damages);
        for client in DIALECTS {
            let stream = transcode(bridge(*upstream, client), [body.as_slice()]);
            if let Err(reason) = grammar::check_form(client, &stream) {
                return Err(TestCaseError::fail(format!("{upstream:?} → {client:?}: {reason}\n{stream}")));
            }
        }
    }

    #[test]
    fn a_conversation_survives_every_way_round(conversation in conversation(), ways in prop::collection::vec(0_usize..4, 1..4)) {
        let request = chat_request(&conversation).to_string();
        let start = through(&request, &[Dialect::OpenaiChat, Dialect::OpenaiChat]);
        let mut path = vec![Dialect::OpenaiChat];
        path.extend(ways.into_iter().map(|way| DIALECTS[way]));
        path.push(Dialect::OpenaiChat);
        let end = through(&request, &path);
        let messages = |body: &str| {
            let mut value: Value = serde_json::from_str(body).unwrap();
            // Arguments are JSON; their layout may change on the way.
            for call in value["messages"].as_array_mut().unwrap().iter_mut().filter_map(|m| m.get_mut("tool_calls")).flat_map(|c| c.as_array_mut().unwrap()) {
                let arguments = call["function"]["arguments"].as_str().unwrap().to_owned();
                call["function"]["arguments"] = serde_json::from_str(&arguments).unwrap();
            }
            value["messages"].take()
        };
        prop_assert_eq!(messages(&end), messages(&start));
    }

    #[test]
    fn usage_is_the_same_in_every_dialect(counts in prop::array::uniform5(0_u64..1_000_000)) {
        let [input, cache_read, cache_write_5m, output, reasoning] = counts;
        let usage = json!({
            "input_tokens": input, "cache_read_input_tokens": cache_read, "cache_creation_input_tokens": cache_write_5m,
            "output_tokens": output + reasoning, "output_tokens_details": {"thinking_tokens": reasoning},
        });
        let answer = json!({"id": "msg_1", "type": "message", "content": [], "stop_reason": "end_turn", "usage": usage}).to_string();
        for client in DIALECTS {
            let written = convert_answer(answer.as_bytes(), &bridge(Dialect::Anthropic, client)).unwrap();
            let value: Value = serde_json::from_slice(&written).unwrap();
            let report = value.get("usage").or_else(|| value.get("usageMetadata")).unwrap().to_string();
            let read = read_report(report.as_bytes(), convention(client)).unwrap_or_default();
            let expected = Usage { cache_read, reasoning, output, ..Usage::default() };
            prop_assert_eq!((read.cache_read, read.reasoning, read.output), (expected.cache_read, expected.reasoning, expected.output));
            prop_assert_eq!(read.total_input(), input + cache_read + cache_write_5m);
        }
    }
}
