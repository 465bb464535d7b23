//! Anthropic: Messages, token counts and models.

mod contract;
mod messages;

use http::Method;
use serde_json::{Value, json};

use crate::call::Call;
use crate::contract::{Object, string};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::reply::Reply;

/// Models listed by default.
pub(crate) const MODELS: &[&str] = &["claude-opus-5", "claude-sonnet-5", "claude-haiku-4-5"];

const VERSIONS: [&str; 3] = ["2023-01-01", "2023-06-01", "2026-10-21"];

/// Checks the secret: in `x-api-key`, as plain clients send it, or as a bearer, as the newer SDKs do.
pub(crate) fn authorize(call: &Call<'_>) -> Result<(), Failure> {
    let secret = Some(call.settings.secret.as_str());
    match (call.inbound.header("x-api-key"), call.inbound.bearer()) {
        (given @ Some(_), _) if given == secret => Ok(()),
        (None, given @ Some(_)) if given == secret => Ok(()),
        (Some(_), _) => Err(Failure::new(401, "invalid x-api-key")),
        (None, Some(_)) => Err(Failure::new(401, "Invalid bearer token")),
        (None, None) => Err(Failure::new(401, "x-api-key header is required")),
    }
}

/// Answers a call below `/v1`.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    let is_direct = call.settings.kind == Kind::Anthropic;
    match call.inbound.header("anthropic-version") {
        None if is_direct => return Err(Failure::new(400, "anthropic-version: header is required")),
        Some(version) if VERSIONS.contains(&version) => {}
        None => {}
        Some(other) => {
            return Err(Failure::new(400, format!("anthropic-version: \"{other}\" is not a valid version")));
        }
    }
    let segments = call.inbound.segments();
    match (&call.inbound.method, segments.as_slice()) {
        (&Method::POST, ["v1", "messages"]) => messages::create(call),
        (&Method::POST, ["v1", "messages", "count_tokens"]) => messages::count(call),
        (&Method::GET, ["v1", "models"]) => Ok(Reply::json(&model_list(call))),
        (&Method::GET, ["v1", "models", id]) => {
            let known = call.models().into_iter().find(|model| model == id);
            known.map(|id| Reply::json(&model(&id))).ok_or_else(|| unknown_model(id))
        }
        (_, ["v1", "messages" | "models", ..]) => Err(Failure::new(405, "Method Not Allowed")),
        _ => Err(Failure::new(404, "Not Found")),
    }
}

fn model_list(call: &Call<'_>) -> Value {
    let models = call.models();
    let data: Vec<Value> = models.iter().map(|id| model(id)).collect();
    json!({"data": data, "has_more": false, "first_id": models.first(), "last_id": models.last()})
}

fn model(id: &str) -> Value {
    json!({
        "type": "model", "id": id, "display_name": id, "created_at": "2025-09-29T00:00:00Z", "lifecycle": "active",
    })
}

fn unknown_model(model: &str) -> Failure {
    Failure::new(404, format!("model: {model}")).with_code("model_not_found")
}

/// Reads a JSON body; without strictness anything gives an object.
fn read_body(call: &Call<'_>) -> Result<Object, Failure> {
    let parsed: Result<Value, _> = serde_json::from_slice(&call.inbound.body);
    if !call.is_strict() {
        return Ok(parsed.ok().and_then(|value| value.as_object().cloned()).unwrap_or_default());
    }
    if call.inbound.media_type() != "application/json" {
        return Err(Failure::new(400, "content-type: must be `application/json`"));
    }
    match parsed {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::new(400, "Input should be a valid dictionary or object to extract fields from")),
        Err(error) => Err(Failure::new(400, format!("The request body is not valid JSON: {error}"))),
    }
}

fn read_model(call: &Call<'_>, body: &Object) -> Result<String, Failure> {
    let model = string(body, "model").unwrap_or_default().to_owned();
    if !call.is_strict() || call.has_model(&model) { Ok(model) } else { Err(unknown_model(&model)) }
}
