//! Streams of generated content, as the Google SDKs read them: each event is a response.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Frame, demand};

pub(crate) fn check(frames: &[Frame]) -> Result<(), String> {
    let mut finished: BTreeMap<u64, bool> = BTreeMap::new();
    let mut head: Option<(Value, Value)> = None;
    for (place, frame) in frames.iter().enumerate() {
        demand!(frame.name.is_none(), "events have no name");
        let response = frame.json()?;
        if response.get("error").is_some() {
            demand!(place + 1 == frames.len(), "something follows the error");
            demand!(response["error"]["code"].is_u64() && response["error"]["status"].is_string(), "bad error");
            return Ok(());
        }
        let this = (response["responseId"].clone(), response["modelVersion"].clone());
        demand!(this.0.is_string() && this.1.is_string(), "no head: {response}");
        demand!(head.get_or_insert_with(|| this.clone()) == &this, "the head changes");
        let is_last = place + 1 == frames.len();
        demand!(response.get("usageMetadata").is_some() == is_last, "usage must come at the end, and once");
        demand!(!is_last || response["usageMetadata"]["totalTokenCount"].is_u64(), "bad usage");
        for candidate in response["candidates"].as_array().ok_or("no candidates")? {
            let index = candidate["index"].as_u64().ok_or("no index")?;
            let is_finished = finished.entry(index).or_default();
            demand!(!*is_finished, "something follows the finish");
            demand!(candidate["content"]["role"] == "model", "role is {}", candidate["content"]["role"]);
            candidate["content"]["parts"].as_array().ok_or("no parts")?.iter().try_for_each(part)?;
            if let Some(reason) = candidate.get("finishReason") {
                let known = ["STOP", "MAX_TOKENS", "SAFETY", "OTHER"];
                demand!(reason.as_str().is_some_and(|reason| known.contains(&reason)), "finishReason is {reason}");
                *is_finished = true;
            }
        }
    }
    demand!(finished.values().all(|is_finished| *is_finished) && !finished.is_empty(), "no finish");
    Ok(())
}

fn part(part: &Value) -> Result<(), String> {
    let kinds = ["text", "functionCall", "inlineData", "fileData"];
    demand!(kinds.iter().filter(|kind| part.get(**kind).is_some()).count() == 1, "not one kind: {part}");
    if let Some(call) = part.get("functionCall") {
        demand!(
            call["name"].as_str().is_some_and(|name| !name.is_empty()) && call["args"].is_object(),
            "bad call {call}"
        );
    }
    if let Some(signature) = part.get("thoughtSignature") {
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        demand!(signature.as_str().is_some_and(|text| text.bytes().all(is_base64)), "no base64: {signature}");
    }
    Ok(())
}
