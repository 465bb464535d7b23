//! OpenAI: its paths, its way to know callers, and the words it refuses with.

mod chat;
mod chat_contract;
mod form;
mod media;
mod responses;
mod responses_contract;
mod responses_stream;
mod simple;

pub(crate) use simple::vector;

use http::Method;
use serde_json::{Value, json};

use crate::call::Call;
use crate::contract::{Object, string};
use crate::failure::{Dialect, Failure};
use crate::reply::Reply;

/// Models listed by default.
pub(crate) const MODELS: &[&str] = &[
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-5",
    "o3",
    "text-embedding-3-small",
    "omni-moderation-latest",
    "gpt-image-1",
    "gpt-4o-mini-tts",
    "whisper-1",
];

/// What a path asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    Chat,
    Completions,
    Embeddings,
    ImageGeneration,
    ImageEdit,
    ImageVariation,
    Speech,
    Transcription,
    Translation,
    Moderation,
    Rerank,
    VideoCreate,
    VideoGet(String),
    ResponseCreate,
    ResponseGet(String),
    ResponseDelete(String),
    ResponseCancel(String),
    ResponseInputItems(String),
    ResponseInputTokens,
    Models,
    Model(String),
}

/// Finds what a path below `/v1` asks for.
pub(crate) fn locate(method: &Method, rest: &[&str]) -> Option<Operation> {
    use Operation as O;
    if method == Method::POST {
        return Some(match rest {
            ["chat", "completions"] => O::Chat,
            ["completions"] => O::Completions,
            ["embeddings"] => O::Embeddings,
            ["images", "generations"] => O::ImageGeneration,
            ["images", "edits"] => O::ImageEdit,
            ["images", "variations"] => O::ImageVariation,
            ["audio", "speech"] => O::Speech,
            ["audio", "transcriptions"] => O::Transcription,
            ["audio", "translations"] => O::Translation,
            ["moderations"] => O::Moderation,
            ["rerank"] => O::Rerank,
            ["video", "generations"] => O::VideoCreate,
            ["responses"] => O::ResponseCreate,
            ["responses", "input_tokens"] => O::ResponseInputTokens,
            ["responses", id, "cancel"] => O::ResponseCancel((*id).to_owned()),
            _ => return None,
        });
    }
    match (method.as_str(), rest) {
        ("GET", ["responses", id]) => Some(O::ResponseGet((*id).to_owned())),
        ("DELETE", ["responses", id]) => Some(O::ResponseDelete((*id).to_owned())),
        ("GET", ["responses", id, "input_items"]) => Some(O::ResponseInputItems((*id).to_owned())),
        ("GET", ["video", "generations", id]) => Some(O::VideoGet((*id).to_owned())),
        ("GET", ["models"]) => Some(O::Models),
        ("GET", ["models", id @ ..]) if !id.is_empty() => Some(O::Model(id.join("/"))),
        _ => None,
    }
}

/// Returns the dialect of a path's errors.
pub(crate) fn dialect(call: &Call<'_>) -> Dialect {
    if call.inbound.segments().contains(&"responses") { Dialect::Responses } else { Dialect::OpenAi }
}

/// Checks the bearer secret.
pub(crate) fn authorize(call: &Call<'_>) -> Result<(), Failure> {
    match call.inbound.bearer() {
        Some(secret) if secret == call.settings.secret => Ok(()),
        Some(secret) => Err(Failure::new(
            401,
            format!(
                "Incorrect API key provided: {}. You can find your API key at https://platform.openai.com/account/api-keys.",
                masked(secret)
            ),
        )
        .with_code("invalid_api_key")),
        None => Err(Failure::new(
            401,
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer \
             auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from \
             https://platform.openai.com/account/api-keys.",
        )),
    }
}

fn masked(secret: &str) -> String {
    let chars: Vec<char> = secret.chars().collect();
    let last: String = chars.iter().skip(chars.len().saturating_sub(4)).collect();
    format!("{}{last}", "*".repeat(chars.len().saturating_sub(4).min(20)))
}

/// Answers a call below `/v1`.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply, Failure> {
    let segments = call.inbound.segments();
    let operation = match segments.split_first() {
        Some((&"v1", rest)) => locate(&call.inbound.method, rest),
        _ => None,
    };
    operate(call, &operation.ok_or_else(|| unknown_path(call))?)
}

/// Answers a call whose path is understood.
pub(crate) fn operate(call: &Call<'_>, operation: &Operation) -> Result<Reply, Failure> {
    match operation {
        Operation::Chat => chat::answer(call),
        Operation::Completions => simple::completions(call),
        Operation::Embeddings => simple::embeddings(call),
        Operation::Moderation => simple::moderations(call),
        Operation::Rerank => simple::rerank(call),
        Operation::VideoCreate => media::create_video(call),
        Operation::VideoGet(id) => media::video(call, id),
        Operation::ImageGeneration => media::generate_image(call),
        Operation::ImageEdit => media::edit_image(call, media::Edit::Prompted),
        Operation::ImageVariation => media::edit_image(call, media::Edit::Variation),
        Operation::Speech => media::speech(call),
        Operation::Transcription => media::transcribe(call, "transcribe"),
        Operation::Translation => media::transcribe(call, "translate"),
        Operation::ResponseCreate => responses::create(call),
        Operation::ResponseGet(id) => responses::get(call, id),
        Operation::ResponseDelete(id) => responses::delete(call, id),
        Operation::ResponseCancel(id) => responses::cancel(call, id),
        Operation::ResponseInputItems(id) => responses::input_items(call, id),
        Operation::ResponseInputTokens => responses::input_tokens(call),
        Operation::Models => Ok(Reply::json(&json!({"object": "list", "data": model_list(call)}))),
        Operation::Model(id) => {
            let known = call.models().into_iter().find(|model| model == id).ok_or_else(|| unknown_model(id))?;
            Ok(Reply::json(&model(call, &known)))
        }
    }
}

fn model_list(call: &Call<'_>) -> Vec<Value> {
    call.models().iter().map(|id| model(call, id)).collect()
}

fn model(call: &Call<'_>, id: &str) -> Value {
    let (created, owner) = match call.settings.kind {
        crate::Kind::NewApi => (1_626_777_600_u64, "custom"),
        _ => (1_715_367_049, "system"),
    };
    json!({"id": id, "object": "model", "created": created, "owned_by": owner})
}

/// Refuses a path that does not exist.
pub(crate) fn unknown_path(call: &Call<'_>) -> Failure {
    Failure::new(404, format!("Invalid URL ({} {})", call.inbound.method, call.inbound.path))
}

fn unknown_model(model: &str) -> Failure {
    Failure::new(404, format!("The model `{model}` does not exist or you do not have access to it."))
        .with_code("model_not_found")
}

fn missing(param: &str) -> Failure {
    Failure::new(400, format!("Missing required parameter: '{param}'."))
        .with_param(param)
        .with_code("missing_required_parameter")
}

fn invalid_type(param: &str, expected: &str) -> Failure {
    Failure::new(400, format!("Invalid type for '{param}': expected {expected}."))
        .with_param(param)
        .with_code("invalid_type")
}

fn invalid_value(param: &str, value: &str, supported: &str) -> Failure {
    Failure::new(400, format!("Invalid value: '{value}'. Supported values are: {supported}."))
        .with_param(param)
        .with_code("invalid_value")
}

/// Reads a JSON body and the model in it; without strictness anything gives an object.
fn read_body(call: &Call<'_>) -> Result<Object, Failure> {
    let parsed: Result<Value, _> = serde_json::from_slice(&call.inbound.body);
    if !call.is_strict() {
        return Ok(parsed.ok().and_then(|value| value.as_object().cloned()).unwrap_or_default());
    }
    if call.inbound.media_type() != "application/json" {
        let given = call.inbound.header("content-type").unwrap_or_default();
        return Err(Failure::new(
            400,
            format!(
                "Unsupported content type: '{given}'. This API method only accepts 'application/json' requests, but \
                 you specified the header 'Content-Type: {given}'. Please try again with a supported content type."
            ),
        )
        .with_code("unsupported_content_type"));
    }
    match parsed {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Failure::new(
            400,
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP \
             library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you \
             have trouble figuring out how to fix this, please contact us through our help center at \
             help.openai.com.)",
        )),
    }
}

/// Returns the model that a body names, if the upstream has it.
fn read_model(call: &Call<'_>, body: &Object) -> Result<String, Failure> {
    let model = string(body, "model").unwrap_or_default();
    if !call.is_strict() {
        return Ok(model.to_owned());
    }
    // Azure names its models in the path.
    if model.is_empty() && call.settings.kind != crate::Kind::Azure {
        return Err(Failure::new(400, "you must provide a model parameter"));
    }
    if call.has_model(model) || model.is_empty() { Ok(model.to_owned()) } else { Err(unknown_model(model)) }
}

/// Returns the bodies of data URLs and refuses those that are no images.
fn check_image_url(url: &str, param: &str) -> Result<(), Failure> {
    let invalid = |why: &str| {
        Failure::new(400, format!("Invalid image: the image in '{param}' {why}."))
            .with_param(param)
            .with_code("invalid_image_url")
    };
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(());
    }
    let data = url.strip_prefix("data:").ok_or_else(|| invalid("is neither a URL nor a data URL"))?;
    let (head, base64) = data.split_once(',').ok_or_else(|| invalid("has no data"))?;
    if !head.starts_with("image/") || !head.ends_with(";base64") {
        return Err(invalid("is not a base64 image"));
    }
    crate::contract::image_fault(base64).map_or(Ok(()), |fault| Err(invalid(fault)))
}
