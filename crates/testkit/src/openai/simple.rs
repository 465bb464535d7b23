//! Endpoints with one shape: legacy completions, embeddings, moderations, rerank.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{invalid_type, missing, read_body, read_model};
use crate::call::Call;
use crate::compose::{Finish, Prompt, speak, tokens_of};
use crate::contract::{Object, array, flag, has, string, text_chars};
use crate::failure::Failure;
use crate::reply::{Reply, data_event};

const DEFAULT_DIMENSIONS: u64 = 16;
const MAX_DIMENSIONS: u64 = 3_072;
const CATEGORIES: [&str; 13] = [
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
];

/// Answers a legacy completion.
pub(super) fn completions(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    let model = read_model(call, &body)?;
    if call.is_strict() && !has(&body, "prompt") {
        return Err(missing("prompt"));
    }
    if call.is_strict() && has(&body, "stream_options") && !flag(&body, "stream") {
        return Err(Failure::new(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
            .with_param("stream_options"));
    }
    let question = match body.get("prompt") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    let prompt = Prompt {
        chars: question.chars().count(),
        question,
        max_output: body.get("max_tokens").and_then(Value::as_u64),
        ..Prompt::default()
    };
    let speech = speak(&prompt, call.style());
    let usage = json!({
        "prompt_tokens": speech.input, "completion_tokens": speech.output, "total_tokens": speech.input + speech.output,
    });
    let finish = if speech.finish == Finish::Length { "length" } else { "stop" };
    let envelope = |choices: Value| {
        json!({
            "id": call.id("cmpl-", 29), "object": "text_completion", "created": call.created(), "model": model,
            "choices": choices,
        })
    };
    let choice = |text: &str, finish: Option<&str>| json!([{"text": text, "index": 0, "logprobs": null, "finish_reason": finish}]);
    if !flag(&body, "stream") {
        return Ok(Reply::json(&with_usage(envelope(choice(&speech.text(), Some(finish))), &usage)));
    }
    let wants_usage = body.get("stream_options").and_then(|options| options.get("include_usage")) == Some(&json!(true));
    let chunk = |choices: Value, usage: &Value| {
        let chunk = envelope(choices);
        data_event(&if wants_usage { with_usage(chunk, usage) } else { chunk })
    };
    let mut frames: Vec<Bytes> = speech.pieces.iter().map(|piece| chunk(choice(piece, None), &Value::Null)).collect();
    frames.push(chunk(choice("", Some(finish)), &Value::Null));
    if wants_usage {
        frames.push(chunk(json!([]), &usage));
    }
    frames.push(Bytes::from_static(b"data: [DONE]\n\n"));
    Ok(Reply::events(frames))
}

fn with_usage(mut value: Value, usage: &Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.insert("usage".to_owned(), usage.clone());
    }
    value
}

/// Answers with vectors that depend on the text alone.
pub(super) fn embeddings(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    let model = read_model(call, &body)?;
    let inputs = embedding_inputs(&body).or_else(|failure| if call.is_strict() { Err(failure) } else { Ok(vec![]) })?;
    let dimensions = body.get("dimensions").and_then(Value::as_u64).unwrap_or(DEFAULT_DIMENSIONS).min(MAX_DIMENSIONS);
    let is_base64 = string(&body, "encoding_format") == Some("base64");
    let entry = |(index, text): (usize, &String)| {
        let vector = vector(text, dimensions);
        let embedding = if is_base64 {
            let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
            json!(STANDARD.encode(bytes))
        } else {
            json!(vector)
        };
        json!({"object": "embedding", "index": index, "embedding": embedding})
    };
    let data: Vec<Value> = inputs.iter().enumerate().map(entry).collect();
    let tokens = tokens_of(inputs.iter().map(|text| text.chars().count()).sum());
    let usage = json!({"prompt_tokens": tokens, "total_tokens": tokens});
    Ok(Reply::json(&json!({"object": "list", "data": data, "model": model, "usage": usage})))
}

fn embedding_inputs(body: &Object) -> Result<Vec<String>, Failure> {
    let empty = || {
        Failure::new(
            400,
            "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.",
        )
    };
    match body.get("input") {
        None | Some(Value::Null) => Err(missing("input")),
        Some(Value::String(text)) if text.is_empty() => Err(empty()),
        Some(Value::String(text)) => Ok(vec![text.clone()]),
        Some(Value::Array(items)) if items.is_empty() => Err(empty()),
        Some(Value::Array(items)) if items.iter().all(Value::is_number) => Ok(vec![body_text(items)]),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| match item {
                Value::String(text) => Ok(text.clone()),
                Value::Array(tokens) => Ok(body_text(tokens)),
                _ => Err(empty()),
            })
            .collect(),
        Some(_) => Err(invalid_type("input", "a string or an array")),
    }
}

fn body_text(tokens: &[Value]) -> String {
    tokens.iter().map(Value::to_string).collect::<Vec<_>>().join(" ")
}

/// Makes a vector of unit-sized numbers from a text, the same in every run.
pub(crate) fn vector(text: &str, dimensions: u64) -> Vec<f32> {
    let mut state =
        text.bytes().fold(0x811C_9DC5_u32, |state, byte| (state ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (0..dimensions)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let high = u16::try_from(state >> 16).unwrap_or(0);
            f32::from(high) / 32_768.0 - 1.0
        })
        .collect()
}

/// Flags texts with the word "violence".
pub(super) fn moderations(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    if call.is_strict() && !has(&body, "input") {
        return Err(missing("input"));
    }
    let model = string(&body, "model").unwrap_or("omni-moderation-latest");
    let inputs: Vec<Value> = match body.get("input") {
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => items.clone(),
        Some(other) => vec![other.clone()],
        None => Vec::new(),
    };
    let result = |input: &Value| {
        let is_violent = input.to_string().to_lowercase().contains("violence");
        let flags: Object =
            CATEGORIES.iter().map(|&name| (name.to_owned(), json!(is_violent && name == "violence"))).collect();
        let score = |name: &str| if is_violent && name == "violence" { json!(0.98) } else { json!(0.0001) };
        let scores: Object = CATEGORIES.iter().map(|&name| (name.to_owned(), score(name))).collect();
        let kinds: Object = CATEGORIES.iter().map(|&name| (name.to_owned(), json!(["text"]))).collect();
        json!({
            "flagged": is_violent, "categories": flags, "category_scores": scores,
            "category_applied_input_types": kinds,
        })
    };
    let results: Vec<Value> = inputs.iter().map(result).collect();
    Ok(Reply::json(&json!({"id": call.id("modr-", 29), "model": model, "results": results})))
}

/// Ranks documents by the number of words that they share with the query.
pub(super) fn rerank(call: &Call<'_>) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    let model = read_model(call, &body)?;
    for name in ["query", "documents"] {
        if call.is_strict() && !has(&body, name) {
            return Err(missing(name));
        }
    }
    let query = string(&body, "query").unwrap_or_default().to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let documents = array(&body, "documents");
    let text = |document: &Value| match document {
        Value::String(text) => text.clone(),
        other => other.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    let mut ranked: Vec<(usize, usize)> = documents
        .iter()
        .map(|document| {
            let text = text(document).to_lowercase();
            words.iter().filter(|word| text.contains(*word)).count()
        })
        .enumerate()
        .collect();
    ranked.sort_by_key(|&(index, shared)| (std::cmp::Reverse(shared), index));
    let most = body.get("top_n").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
    ranked.truncate(most.unwrap_or(usize::MAX));
    let wants_documents = body.get("return_documents") != Some(&Value::Bool(false));
    let results: Vec<Value> = ranked
        .iter()
        .map(|&(index, shared)| {
            let hundredths = (shared * 100).checked_div(words.len()).unwrap_or(0);
            let score = f64::from(u32::try_from(hundredths).unwrap_or(0)) / 100.0;
            let mut result = json!({"index": index, "relevance_score": score});
            if let (true, Some(document), Some(fields)) =
                (wants_documents, documents.get(index), result.as_object_mut())
            {
                fields.insert("document".to_owned(), json!({"text": text(document)}));
            }
            result
        })
        .collect();
    let tokens = tokens_of(query.chars().count() + documents.iter().map(text_chars).sum::<usize>());
    let usage = json!({"total_tokens": tokens, "prompt_tokens": tokens});
    Ok(Reply::json(&json!({"model": model, "results": results, "usage": usage})))
}
