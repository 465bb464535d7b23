//! Gemini: content generation, token counts, embeddings and models, under `/v1beta` and `/v1`.

mod contract;
mod generate;

use http::Method;
use serde_json::{Value, json};

use crate::call::Call;
use crate::contract::{Object, array};
use crate::failure::Failure;
use crate::reply::Reply;

/// Models listed by default.
pub(crate) const MODELS: &[&str] = &["gemini-2.5-pro", "gemini-2.5-flash", "gemini-embedding-001"];

const DIMENSIONS: u64 = 16;

/// Checks `x-goog-api-key`, or `key` in the query.
pub(crate) fn authorize(call: &Call<'_>) -> Result<(), Failure> {
    match call.inbound.header("x-goog-api-key").or_else(|| call.inbound.query("key")) {
        Some(secret) if secret == call.settings.secret => Ok(()),
        Some(_) => {
            Err(Failure::new(400, "API key not valid. Please pass a valid API key.").with_code("API_KEY_INVALID"))
        }
        None => Err(Failure::new(
            403,
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or \
             other form of API consumer identity to call this API.",
        )),
    }
}

/// Answers a call below `/v1beta` or `/v1`.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    let segments = call.inbound.segments();
    let (version, rest) = match segments.split_first() {
        Some((&version @ ("v1" | "v1beta" | "v1alpha"), rest)) => (version, rest),
        _ => return Err(unknown_path()),
    };
    match (&call.inbound.method, rest) {
        (&Method::GET, ["models"]) => {
            let models: Vec<Value> = call.models().iter().map(|id| model(id)).collect();
            Ok(Reply::json(&json!({"models": models})))
        }
        (&Method::GET, ["models", id]) => {
            let known = call.models().into_iter().find(|model| model == id);
            known.map(|id| Reply::json(&model(&id))).ok_or_else(|| unknown_model(id, version, "get"))
        }
        (&Method::POST, ["models", target]) => {
            // Clients may percent-encode the colon.
            let target = target.replace("%3A", ":").replace("%3a", ":");
            let (id, method) = target.rsplit_once(':').ok_or_else(unknown_path)?;
            if call.is_strict() && !call.has_model(id) {
                return Err(unknown_model(id, version, method));
            }
            run(call, id, method)
        }
        _ => Err(unknown_path()),
    }
}

fn run(call: &Call<'_>, model: &str, method: &str) -> Result<Reply, Failure> {
    let body = read_body(call)?;
    match method {
        "generateContent" | "streamGenerateContent" => {
            if call.is_strict() {
                contract::check_generate(&body)?;
            }
            Ok(generate::answer(call, model, &body, method == "streamGenerateContent"))
        }
        "countTokens" => {
            if call.is_strict() {
                contract::check_count(&body)?;
            }
            Ok(generate::count(&body))
        }
        "embedContent" => {
            if call.is_strict() {
                contract::check_embed(&body)?;
            }
            Ok(Reply::json(&json!({"embedding": {"values": embedding(&Value::Object(body))}})))
        }
        "batchEmbedContents" => {
            if call.is_strict() {
                contract::check_batch(&body, model)?;
            }
            let one = |request: &Value| json!({"values": embedding(request)});
            let all: Vec<Value> = array(&body, "requests").iter().map(one).collect();
            Ok(Reply::json(&json!({"embeddings": all})))
        }
        _ => Err(unknown_path()),
    }
}

fn embedding(request: &Value) -> Vec<f32> {
    let dimensions = ["outputDimensionality", "output_dimensionality"]
        .iter()
        .find_map(|name| request.get(*name).and_then(Value::as_u64));
    let text = generate::content_text(request.get("content").unwrap_or(&Value::Null));
    crate::openai::vector(&text, dimensions.unwrap_or(DIMENSIONS).min(3_072))
}

fn model(id: &str) -> Value {
    let methods = if id.contains("embedding") {
        json!(["embedContent", "countTokens"])
    } else {
        json!(["generateContent", "countTokens", "createCachedContent", "batchGenerateContent"])
    };
    json!({
        "name": format!("models/{id}"), "version": "001", "displayName": id, "description": format!("Stands for {id}"),
        "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536, "supportedGenerationMethods": methods,
        "temperature": 1, "topP": 0.95, "topK": 64, "maxTemperature": 2,
    })
}

fn unknown_path() -> Failure {
    Failure::new(404, "Requested entity was not found.")
}

fn unknown_model(model: &str, version: &str, method: &str) -> Failure {
    Failure::new(
        404,
        format!(
            "models/{model} is not found for API version {version}, or is not supported for {method}. Call ListModels \
             to see the list of available models and their supported methods."
        ),
    )
}

/// Reads a JSON body; without strictness anything gives an object.
fn read_body(call: &Call<'_>) -> Result<Object, Failure> {
    let parsed: Result<Value, _> = serde_json::from_slice(&call.inbound.body);
    if !call.is_strict() {
        return Ok(parsed.ok().and_then(|value| value.as_object().cloned()).unwrap_or_default());
    }
    if call.inbound.media_type() != "application/json" {
        return Err(Failure::new(400, "Invalid JSON payload received. Unexpected content type."));
    }
    match parsed {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Failure::new(400, "Invalid JSON payload received. Root element must be a message.")),
        Err(_) => Err(Failure::new(400, "Invalid JSON payload received. Unexpected token.")),
    }
}
