use super::*;
use rstest::rstest;
use serde_json::{Value, json};

async fn total(operation: Operation, model: &str, body: Value) -> u64 {
    count_chat(operation, &Bytes::from(body.to_string()), model).await.unwrap().total()
}

/// What the count may be off, in parts of 100.
fn is_within(percent: u64, counted: u64, expected: u64) -> bool {
    counted.abs_diff(expected) * 100 <= expected * percent
}

#[test]
fn every_vocabulary_of_the_table_is_built_in() {
    let table = Tokenizers::embedded().unwrap();
    for name in table.vocabularies() {
        assert!(tiktoken::list_encodings().contains(&name), "{name}");
    }
}

/// The conversation of OpenAI's cookbook, "How to count tokens with tiktoken", which tells what the API counts.
fn jargon() -> Value {
    let said = |role: &str, name: &str, content: &str| json!({"role": role, "name": name, "content": content});
    json!([
        {"role": "system", "content": "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."},
        said("system", "example_user", "New synergies will help drive top-line growth."),
        said("system", "example_assistant", "Things working well together will increase revenue."),
        said("system", "example_user", "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."),
        said("system", "example_assistant", "Let's talk later when we're less busy about how to do better."),
        {"role": "user", "content": "This late pivot means we don't have time to boil the ocean for the client deliverable."},
    ])
}

#[rstest]
#[case("gpt-4o", 124)]
#[case("gpt-4o-mini", 124)]
#[case("gpt-4-0613", 129)]
#[case("openai/gpt-3.5-turbo", 129)]
#[tokio::test]
async fn messages_count_what_openai_says(#[case] model: &str, #[case] expected: u64) {
    let body = json!({"model": "m", "input": jargon()});
    let request = json!({"model": "m", "messages": body["input"]});
    let rules = TOKENIZERS.rules(model);
    let text = request.to_string();
    let decoded = decode_request(sluice_protocol::operation::Dialect::OpenaiChat, text.as_bytes()).unwrap();
    let mut cutter = Cutter::new(rules.vocabulary());
    assert_eq!(estimate(&decoded, &rules, &mut |text| cutter.cut(text)).total(), expected);
}

#[tokio::test]
async fn tools_count_what_openai_says() {
    let body = json!({
        "input": [
            {"role": "system", "content": "You are a helpful assistant that can answer to questions about the weather."},
            {"role": "user", "content": "What's the weather like in San Francisco?"},
        ],
        "tools": [{"type": "function", "name": "get_current_weather",
            "description": "Get the current weather in a given location",
            "parameters": {"type": "object", "required": ["location"], "properties": {
                "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
                "unit": {"type": "string", "description": "The unit of temperature to return", "enum": ["celsius", "fahrenheit"]},
            }}}],
    });
    let counted = total(Operation::ResponseInputTokens, "gpt-4o", body).await;
    assert!(is_within(2, counted, 101), "{counted}");
}

#[tokio::test]
async fn tools_count_what_anthropic_says() {
    let body = json!({
        "tools": [{"name": "get_weather", "description": "Get the current weather in a given location",
            "input_schema": {"type": "object", "required": ["location"], "properties": {
                "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"}}}}],
        "messages": [{"role": "user", "content": "What's the weather like in San Francisco?"}],
    });
    for model in ["claude-opus-4-1", "claude-opus-5"] {
        let counted = total(Operation::CountTokens, model, body.clone()).await;
        assert!(is_within(15, counted, 403), "{model} {counted}");
    }
}

/// Texts with what the vendors' own tokenizers make of them: Claude before and from Opus 4.7, Gemini.
#[rstest]
#[case::prose(include_str!("../../../../LICENSE"), [2_448, 3_514, 2_318])]
#[case::code(include_str!("samples/code.txt"), [2_613, 3_443, 2_422])]
#[case::data(include_str!("samples/data.txt"), [2_345, 2_966, 2_847])]
#[case::chinese(include_str!("samples/chinese.txt"), [1_138, 1_273, 850])]
#[tokio::test]
async fn texts_count_within_a_tenth(#[case] text: &str, #[case] expected: [u64; 3]) {
    let claude = json!({"messages": [{"role": "user", "content": text}]});
    let gemini = json!({"contents": [{"parts": [{"text": text}]}]});
    let counted = [
        total(Operation::CountTokens, "claude-sonnet-4-5", claude.clone()).await,
        total(Operation::CountTokens, "anthropic/claude-opus-5", claude).await,
        total(Operation::GeminiCountTokens, "gemini-3-flash", gemini).await,
    ];
    for (counted, expected) in counted.into_iter().zip(expected) {
        assert!(is_within(10, counted, expected), "{counted} for {expected}");
    }
}

#[tokio::test]
async fn every_dialect_counts_the_same_words_alike() {
    let words = "You say goodbye and I say hello. ".repeat(40);
    let counts = [
        total(Operation::CountTokens, "qwen3-max", json!({"messages": [{"role": "user", "content": words}]})).await,
        total(Operation::ResponseInputTokens, "qwen3-max", json!({"input": words})).await,
        total(Operation::GeminiCountTokens, "qwen3-max", json!({"contents": [{"parts": [{"text": words}]}]})).await,
        total(
            Operation::GeminiCountTokens,
            "qwen3-max",
            json!({"generateContentRequest": {"model": "models/x", "contents": [{"parts": [{"text": words}]}]}}),
        )
        .await,
    ];
    assert_eq!(counts, [counts[0]; 4]);
    assert!((320..=340).contains(&counts[0]), "{counts:?}");
}

#[tokio::test]
async fn a_large_request_counts_like_its_parts() {
    let piece = "All work and no play makes Jack a dull boy. ";
    let small = total(Operation::ResponseInputTokens, "gpt-5", json!({"input": piece.repeat(100)})).await;
    let large = total(Operation::ResponseInputTokens, "gpt-5", json!({"input": piece.repeat(40_000)})).await;
    assert!(is_within(2, large, small * 400), "{large} for {small}");
}

#[rstest]
#[case(Operation::ResponseInputTokens, json!({"input": "x", "previous_response_id": "resp_1"}), "previous_response_id")]
#[case(Operation::ResponseInputTokens, json!({"input": "x", "conversation": {"id": "conv_1"}}), "conversation")]
#[case(Operation::GeminiCountTokens, json!({"generateContentRequest": {"cachedContent": "c", "contents": []}}), "cachedContent")]
#[tokio::test]
async fn what_is_kept_elsewhere_is_not_guessed(
    #[case] operation: Operation,
    #[case] body: Value,
    #[case] name: &'static str,
) {
    let counted = count_chat(operation, &Bytes::from(body.to_string()), "m").await;
    assert_eq!(counted, Err(CountError::Elsewhere(name)));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused() {
    let counted = count_chat(Operation::CountTokens, &Bytes::from_static(b"{\"messages\":5}"), "m").await;
    assert!(matches!(counted, Err(CountError::Invalid(_))), "{counted:?}");
}
