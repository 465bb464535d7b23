//! Requests and answers of every dialect, written by hand: what must pass unchanged, and what it counts.

use serde_json::{Value, json};
use sluice_testkit::Kind;

/// Everything that a parser and a writer of JSON would change.
pub(crate) const ODD: &str = "\"seed\":9007199254740993, \"big\" : 123456789012345678901234567890,\"f\":1.0e+2,\
    \"z\":-0.0,\t\"huge\":1E400,\r\n  \"nested\":{\"a\":1,\"a\":2,\"b\":{\"model\":\"x\",\"model\":\"y\"}},\
    \"esc\":\"\\u00e9\\/\\ud83d\\ude00\\u0000 \u{e9}\u{1f600}\\\"\\\\\",\"unknown_field\":[1.10,  true ,{ }]";

/// A chat dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Chat,
    Responses,
    Messages,
    Gemini,
}

impl Dialect {
    pub(crate) const ALL: [Self; 4] = [Self::Chat, Self::Responses, Self::Messages, Self::Gemini];

    /// The upstream that speaks it.
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Chat | Self::Responses => Kind::OpenAi,
            Self::Messages => Kind::Anthropic,
            Self::Gemini => Kind::Gemini,
        }
    }

    pub(crate) fn path(self, model: &str, is_stream: bool) -> String {
        match (self, is_stream) {
            (Self::Chat, _) => "/v1/chat/completions".to_owned(),
            (Self::Responses, _) => "/v1/responses".to_owned(),
            (Self::Messages, _) => "/v1/messages".to_owned(),
            (Self::Gemini, false) => format!("/v1beta/models/{model}:generateContent"),
            (Self::Gemini, true) => format!("/v1beta/models/{model}:streamGenerateContent?alt=sse"),
        }
    }

    /// A small request that the vendor takes.
    pub(crate) fn request(self, model: &str, is_stream: bool) -> Value {
        let user = json!({"role": "user", "content": "Say something about the sea, please."});
        let mut body = match self {
            Self::Chat => json!({"model": model, "messages": [user]}),
            Self::Responses => json!({"model": model, "input": "Say something about the sea, please."}),
            Self::Messages => json!({"model": model, "max_tokens": 1000, "messages": [user]}),
            Self::Gemini => {
                json!({"contents": [{"role": "user", "parts": [{"text": "Say something about the sea."}]}]})
            }
        };
        if is_stream && self != Self::Gemini {
            body["stream"] = json!(true);
        }
        body
    }

    /// A request that only survives if nobody parses and writes it. The model's name also stands where it must stay.
    pub(crate) fn odd_request(self, model: &str, is_stream: bool) -> String {
        let stream = if is_stream { "true" } else { "false" };
        let rest = match self {
            Self::Chat => format!("\"messages\":[{{\"content\":\"{model}\",\"role\":\"user\"}}]"),
            Self::Responses => format!("\"input\":\"{model}\""),
            Self::Messages => {
                format!("\"max_tokens\":100,\"messages\":[{{\"content\":\"{model}\",\"role\":\"user\"}}]")
            }
            Self::Gemini => return format!(" \n{{ {ODD},\"contents\":[{{\"parts\":[{{\"text\":\"{model}\"}}]}}] }}\n"),
        };
        format!(" \n{{ {ODD},{rest}, \"model\" : \"{model}\"  ,\"stream\":{stream} }}\n")
    }

    /// An answer as odd as the request, with the usage that [`Dialect::counts`] tells.
    pub(crate) fn odd_answer(self) -> String {
        let rest = match self {
            Self::Chat => format!(
                "\"choices\":[{{\"finish_reason\":\"stop\",\"index\":0,\"message\":{{\"content\":\"Hi\"}}}}],\
                 \"usage\" : {CHAT_USAGE}"
            ),
            Self::Responses => format!("\"object\":\"response\",\"output\":[],\"usage\" : {RESPONSES_USAGE}"),
            Self::Messages => format!(
                "\"type\":\"message\",\"content\":[{{\"type\":\"text\",\"text\":\"Hi\"}}],\"usage\": {MESSAGES_USAGE}"
            ),
            Self::Gemini => format!(
                "\"candidates\":[{{\"content\":{{\"parts\":[{{\"text\":\"Hi\"}}]}},\"finishReason\":\"STOP\"}}],\
                 \"usageMetadata\" : {GEMINI_USAGE}"
            ),
        };
        format!("\n{{ \"id\":\"made-by-hand\" ,{ODD}, {rest} }}\n")
    }

    /// A stream with comments, letters of several bytes and the line ends of its vendor.
    pub(crate) fn stream(self) -> String {
        match self {
            Self::Chat => chat_stream(true),
            Self::Responses => named_events(&[
                ("response.created", json!({"sequence_number": 0, "response": {"id": "made-by-hand", "usage": null}})),
                ("response.output_text.delta", json!({"sequence_number": 1, "delta": "Grüße 😀"})),
                (
                    "response.completed",
                    json!({"sequence_number": 2, "response": {
                        "id": "made-by-hand", "status": "completed", "usage": parsed(RESPONSES_USAGE),
                    }}),
                ),
            ]),
            Self::Messages => {
                let mut start = parsed(MESSAGES_USAGE);
                start["output_tokens"] = json!(1);
                named_events(&[
                    ("message_start", json!({"message": {"id": "m", "content": [], "usage": start}})),
                    ("ping", json!({})),
                    ("content_block_delta", json!({"index": 0, "delta": {"type": "text_delta", "text": "Grüße 😀"}})),
                    ("message_delta", json!({"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 30}})),
                    ("message_stop", json!({})),
                ])
            }
            Self::Gemini => {
                let part = |text: &str| json!({"content": {"parts": [{"text": text}]}});
                let mut last = part("!");
                last["finishReason"] = json!("STOP");
                let first = json!({"candidates": [part("Grüße 😀")]});
                let last = json!({"candidates": [last], "usageMetadata": parsed(GEMINI_USAGE)});
                format!("data: {first}\r\n\r\ndata: {last}\r\n\r\n")
            }
        }
    }

    /// The classes that the answers above count, in the words of a record.
    pub(crate) const fn counts(self) -> [(&'static str, u64); 6] {
        let (output, reasoning, write_5m, write_1h) = match self {
            Self::Chat | Self::Responses | Self::Gemini => (20, 10, 0, 0),
            Self::Messages => (30, 0, 11, 22),
        };
        [
            ("input", 60),
            ("cache_read", 40),
            ("cache_write_5m", write_5m),
            ("cache_write_1h", write_1h),
            ("output", output),
            ("reasoning", reasoning),
        ]
    }

    /// What an error of Sluice says in this dialect: its code, or where the dialect has none, its type.
    pub(crate) fn error_name(self, body: &Value) -> String {
        let error = &body["error"];
        let name = match self {
            Self::Chat | Self::Responses => &error["code"],
            Self::Messages => {
                assert_eq!((&body["type"], body["request_id"].is_string()), (&json!("error"), true), "{body}");
                &error["type"]
            }
            Self::Gemini => {
                assert!(error["code"].is_u64() && error["status"].is_string(), "{body}");
                &error["details"][0]["reason"]
            }
        };
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
        name.as_str().unwrap_or_else(|| panic!("no error of this dialect: {body}")).to_owned()
    }
}

const CHAT_USAGE: &str = r#"{"prompt_tokens":100,"completion_tokens":30,"total_tokens":130,"prompt_tokens_details":{"cached_tokens":40},"completion_tokens_details":{"reasoning_tokens":10}}"#;
const RESPONSES_USAGE: &str = r#"{"input_tokens":100,"input_tokens_details":{"cached_tokens":40},"output_tokens":30,"output_tokens_details":{"reasoning_tokens":10},"total_tokens":130}"#;
const MESSAGES_USAGE: &str = r#"{"input_tokens":60,"cache_creation_input_tokens":33,"cache_read_input_tokens":40,"cache_creation":{"ephemeral_5m_input_tokens":11,"ephemeral_1h_input_tokens":22},"output_tokens":30}"#;
const GEMINI_USAGE: &str = r#"{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":20,"thoughtsTokenCount":10,"totalTokenCount":130}"#;

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// A chat stream, with or without the last event that tells its usage.
pub(crate) fn chat_stream(has_usage: bool) -> String {
    let chunk = |delta: Value, finish: Value| json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
    let first = chunk(json!({"role": "assistant", "content": "Grüße 😀"}), Value::Null);
    let last = chunk(json!({}), json!("stop"));
    let usage = json!({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": parsed(CHAT_USAGE)});
    let usage = if has_usage { format!("data: {usage}\n\n") } else { String::new() };
    format!(": keep-alive\n\ndata: {first}\n\ndata: {last}\n\n{usage}data: [DONE]\n\n")
}

fn named_events(events: &[(&str, Value)]) -> String {
    let event = |(name, fields): &(&str, Value)| {
        let mut data = json!({"type": name});
        data.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        format!("event: {name}\ndata: {data}\n\n")
    };
    events.iter().map(event).collect()
}

/// Asserts the token classes of a record.
pub(crate) fn assert_counts(record: &Value, expected: &[(&str, u64)]) {
    let counted: Vec<(&str, u64)> =
        expected.iter().map(|(class, _)| (*class, record["usage"][*class].as_u64().unwrap())).collect();
    assert_eq!(counted, expected, "{record}");
}
