//! What a request asks for, read from its body once.

use std::ops::Range;
use std::sync::OnceLock;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use sluice_protocol::chat;
use sluice_protocol::edit::{Edits, Segment};
use sluice_protocol::fingerprint::Fingerprint;
use sluice_protocol::form::Form;
use sluice_protocol::operation::{ModelPlace, Operation};
use sluice_protocol::raw::{RawObject, json_string};
use sluice_protocol::suffix::{self, Suffixed};

use crate::relay::fault::{Fault, Kind};
use crate::relay::inbound::estimate::{Asks, Bulk};
use crate::relay::inbound::intake::Payload;
use crate::relay::routing::may_be_cached;
use crate::relay::stored::{Keeps, Retention};
use crate::snapshot::Wanted;
use crate::upstream::OutBody;

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Demand {
    pub(crate) operation: Operation,
    /// Public model name; empty for calls about an object.
    pub(crate) model: String,
    /// The name without the provider, where that stands before it though the caller did not write it so.
    unpinned: Option<String>,
    /// Whether the client wants a stream.
    pub(crate) is_stream: bool,
    /// An earlier response that this one goes on from.
    pub(crate) previous_response: Option<String>,
    /// What it says about the size of the answer.
    pub(crate) asks: Asks,
    /// What it says about what is kept.
    pub(crate) retention: Retention,
    /// How the conversation begins, if it is one that a vendor may have cached.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// Where the fields stand that the answer repeats, if it is converted.
    pub(in crate::relay) echoed: Vec<(&'static str, Range<usize>)>,
    payload: Payload,
    bulk: OnceLock<Bulk>,
    /// Whether the body names no model, so that the key's must be put in.
    lacks_model: bool,
    model_place: Option<BodyModel>,
    usage_request: Option<(Range<usize>, Vec<u8>)>,
}

/// What must change in a body for one upstream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'c> {
    /// The model's name there.
    pub(crate) model: &'c str,
    /// Whether a stream must tell its usage though the caller did not ask.
    pub(crate) asks_for_usage: bool,
    /// What the upstream keeps.
    pub(crate) keeps: Keeps,
    /// What the name that was asked for says beside the model.
    pub(crate) wish: Option<(Suffixed<'c, 'c>, suffix::Target<'c>)>,
}

/// Where the model stands in the body.
#[derive(Debug)]
enum BodyModel {
    Json(Range<usize>),
    Form(Range<usize>),
    /// Google's embedding requests repeat the path's model as `models/…`, in a batch once for each text.
    Resource(Vec<Range<usize>>),
}

/// What a body tells.
#[derive(Debug, Default)]
struct Told {
    model: Option<String>,
    model_place: Option<BodyModel>,
    is_stream: bool,
    previous_response: Option<String>,
    asks: Asks,
    retention: Retention,
    fingerprint: Option<Fingerprint>,
    echoed: Vec<(&'static str, Range<usize>)>,
    usage_request: Option<(Range<usize>, Vec<u8>)>,
}

/// Longest name of a model.
const MODEL_MAX_BYTES: usize = 255;
/// Bodies above this are read on a thread that may take its time.
pub(in crate::relay) const INLINE_MAX_BYTES: usize = 512 * 1024;

impl Demand {
    /// Reads a request. `subject` is the model or the object's id from the path, `default_model` what a request that names
    /// none is for.
    ///
    /// # Errors
    /// Says what is wrong with the body.
    pub(crate) async fn read(
        operation: Operation,
        (subject, default_model): (&str, Option<&str>),
        headers: &HeaderMap,
        payload: Payload,
    ) -> Result<Self, Fault> {
        if operation.model_place() == ModelPlace::Object {
            let told = Told::default();
            return Ok(Self::new(operation, String::new(), told, payload));
        }
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
        let plain = payload.plain.clone();
        let told = if plain.len() <= INLINE_MAX_BYTES {
            read_body(operation, &plain, is_form.then_some(content_type))?
        } else {
            let content_type = content_type.to_owned();
            tokio::task::spawn_blocking(move || read_body(operation, &plain, is_form.then_some(&content_type)))
                .await
                .map_err(|_| Fault::new(Kind::InvalidBody, "the body could not be read"))??
        };
        let is_named = told.model.as_ref().is_some_and(|model| !model.trim().is_empty());
        let model = match operation.model_place() {
            ModelPlace::Path => subject.to_owned(),
            ModelPlace::Body | ModelPlace::Object => told
                .model
                .clone()
                .filter(|model| !model.trim().is_empty())
                .or_else(|| default_model.or_else(|| usual_model(operation)).map(str::to_owned))
                .ok_or_else(|| Fault::new(Kind::MissingModel, "the request names no `model`; add one"))?,
        };
        if model.len() > MODEL_MAX_BYTES {
            let message = format!("the model's name is longer than {MODEL_MAX_BYTES} bytes; no model is called so");
            return Err(Fault::new(Kind::ModelNotFound, message));
        }
        let lacks_model = operation.model_place() == ModelPlace::Body && !is_named && default_model.is_some();
        Ok(Self { lacks_model, ..Self::new(operation, model, told, payload) })
    }

    fn new(operation: Operation, model: String, told: Told, payload: Payload) -> Self {
        Self {
            operation,
            model,
            unpinned: None,
            is_stream: told.is_stream || operation == Operation::GeminiStream,
            previous_response: told.previous_response,
            asks: told.asks,
            retention: told.retention,
            fingerprint: told.fingerprint,
            echoed: told.echoed,
            payload,
            bulk: OnceLock::new(),
            lacks_model: false,
            model_place: told.model_place,
            usage_request: told.usage_request,
        }
    }

    /// Returns the same for one provider only: its name stands before the model's.
    pub(crate) fn pinned_to(self, provider: &str) -> Self {
        Self { model: format!("{provider}/{}", self.model), unpinned: Some(self.model), ..self }
    }

    /// Returns the same for the model that `other` asks for.
    pub(crate) fn asking_as(self, other: &Self) -> Self {
        Self {
            model: other.model.clone(),
            unpinned: other.unpinned.clone(),
            fingerprint: other.fingerprint.or(self.fingerprint),
            ..self
        }
    }

    /// Returns the model's name as the caller wrote it.
    pub(crate) fn model_as_written(&self) -> &str {
        self.unpinned.as_deref().unwrap_or(&self.model)
    }

    /// Returns what is wanted of a model.
    pub(crate) const fn wanted(&self) -> Wanted {
        Wanted { operation: self.operation, is_stream: self.is_stream }
    }

    /// Returns the decoded body.
    pub(crate) fn plain(&self) -> &Bytes {
        &self.payload.plain
    }

    /// Returns what the body tells about its size; it is looked through once.
    pub(crate) fn bulk(&self) -> &Bulk {
        self.bulk.get_or_init(|| Bulk::of(self.operation, &self.payload.plain))
    }

    /// Returns about how many tokens the request has, told from its length alone.
    pub(crate) fn rough_tokens(&self) -> u64 {
        rough_tokens(&self.payload.plain)
    }

    /// Returns whether the client left out the usage that a chat stream can carry.
    pub(crate) fn lacks_usage_request(&self) -> bool {
        self.usage_request.is_some()
    }

    /// Returns the body to send for the upstream's `model`, and whether it still has the client's encoding.
    pub(crate) fn body_for(&self, change: &Change<'_>) -> (OutBody, bool) {
        let Change { model, asks_for_usage, keeps, wish } = *change;
        let mut edits = Edits::default();
        if let Some((wish, target)) = wish
            && let Ok(object) = RawObject::parse(&self.payload.plain)
        {
            wish.edit(&target, &object, &mut edits);
        }
        if let Some(range) = self.retention.vain_wish().filter(|_| keeps == Keeps::Nothing) {
            edits.replace(range, b"false".to_vec());
        }
        if model != self.model || self.lacks_model {
            match &self.model_place {
                Some(BodyModel::Json(range)) => edits.replace(range.clone(), json_string(model)),
                Some(BodyModel::Form(range)) => edits.replace(range.clone(), model.as_bytes().to_vec()),
                Some(BodyModel::Resource(ranges)) => {
                    let name = json_string(&format!("models/{model}"));
                    ranges.iter().for_each(|range| edits.replace(range.clone(), name.clone()));
                }
                None if self.lacks_model => {
                    if let Ok(object) = RawObject::parse(&self.payload.plain) {
                        object.set("model", &json_string(model), &mut edits);
                    }
                }
                None => {}
            }
        }
        if let Some((range, value)) = self.usage_request.as_ref().filter(|_| asks_for_usage) {
            edits.replace(range.clone(), value.clone());
        }
        if edits.is_empty() {
            return (OutBody::new(vec![self.payload.wire.clone()]), self.payload.is_encoded);
        }
        let plain = &self.payload.plain;
        /// Below this one copy is cheaper than several writes.
        const COPY_MAX_BYTES: usize = 64 * 1024;
        if plain.len() <= COPY_MAX_BYTES {
            return (OutBody::new(vec![edits.apply(plain).into()]), false);
        }
        let pieces = edits
            .segments(plain.len())
            .into_iter()
            .map(|segment| match segment {
                Segment::Kept(range) => plain.slice(range),
                Segment::New(bytes) => Bytes::copy_from_slice(bytes),
            })
            .collect();
        (OutBody::new(pieces), false)
    }
}

fn rough_tokens(body: &[u8]) -> u64 {
    body.len() as u64 / 4
}

fn read_body(operation: Operation, body: &[u8], form_type: Option<&str>) -> Result<Told, Fault> {
    let invalid = |error: &dyn std::fmt::Display| Fault::new(Kind::InvalidBody, error.to_string());
    if let Some(content_type) = form_type {
        let form = Form::parse(body, content_type).map_err(|error| invalid(&error))?;
        return Ok(Told {
            model: form.text("model").map(str::to_owned),
            model_place: form.range("model").map(BodyModel::Form),
            is_stream: form.text("stream").is_some_and(|text| text.eq_ignore_ascii_case("true")),
            asks: Asks::of_form(&form),
            ..Told::default()
        });
    }
    let object = RawObject::parse(body).map_err(|error| invalid(&error))?;
    let in_path = operation.model_place() == ModelPlace::Path;
    let is_unset = || matches!(object.get("model"), None | Some(b"null"));
    if !in_path && !is_unset() && object.string("model").is_none() {
        return Err(Fault::new(Kind::MissingModel, "`model` must be a string"));
    }
    let is_stream = object.is_true("stream");
    Ok(Told {
        model: object.string("model").map(std::borrow::Cow::into_owned),
        model_place: if in_path {
            Some(BodyModel::Resource(resource_names(&object, body)))
        } else {
            object.range("model").map(BodyModel::Json)
        },
        is_stream,
        previous_response: object.string("previous_response_id").map(std::borrow::Cow::into_owned),
        asks: Asks::of(operation, &object),
        retention: if operation.has_state() { Retention::of(&object, body) } else { Retention::default() },
        fingerprint: (operation.is_chat() && may_be_cached(rough_tokens(body)))
            .then(|| Fingerprint::of(operation.dialect(), &object))
            .flatten(),
        usage_request: (is_stream && reports_usage_on_request(operation)).then(|| usage_request(&object)).flatten(),
        echoed: chat::echoed(operation.dialect(), &object),
    })
}

/// Returns where a Google request repeats the name of its model.
fn resource_names(object: &RawObject<'_>, body: &[u8]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = object.range("model").into_iter().collect();
    let requests = object.get("requests").unwrap_or_default();
    let requests: Vec<&serde_json::value::RawValue> = serde_json::from_slice(requests).unwrap_or_default();
    for request in requests {
        let text = request.get().as_bytes();
        let offset = text.as_ptr().addr().wrapping_sub(body.as_ptr().addr());
        if let Some(range) = RawObject::parse(text).ok().and_then(|request| request.range("model")) {
            ranges.push(range.start + offset..range.end + offset);
        }
    }
    ranges
}

/// Returns whether streams of this operation tell their usage only to those who ask.
const fn reports_usage_on_request(operation: Operation) -> bool {
    matches!(operation, Operation::ChatCompletions | Operation::Completions)
}

/// Returns the edit that makes a chat stream report its usage; `None` when it does already.
fn usage_request(object: &RawObject<'_>) -> Option<(Range<usize>, Vec<u8>)> {
    let mut edits = Edits::default();
    match object.get("stream_options").filter(|options| *options != b"null") {
        None => object.set("stream_options", br#"{"include_usage":true}"#, &mut edits),
        Some(options) => {
            let inner = RawObject::parse(options).ok()?;
            if inner.is_true("include_usage") {
                return None;
            }
            let mut inner_edits = Edits::default();
            inner.set("include_usage", b"true", &mut inner_edits);
            object.set("stream_options", &inner_edits.apply(options), &mut edits);
        }
    }
    edits.into_single()
}

/// Returns the model that the vendor takes when a request of this operation names none.
const fn usual_model(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::ImageGenerations | Operation::ImageEdits | Operation::ImageVariations => Some("dall-e-2"),
        Operation::Moderations => Some("omni-moderation-latest"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    async fn demand(operation: Operation, body: &str) -> Result<Demand, Fault> {
        let plain = Bytes::from(body.to_owned());
        let payload = Payload { wire: plain.clone(), plain, is_encoded: false };
        Demand::read(operation, ("", None), &HeaderMap::new(), payload).await
    }

    async fn sent(demand: &Demand, model: &str, asks_for_usage: bool) -> String {
        let change = Change { model, asks_for_usage, keeps: Keeps::Responses, wish: None };
        let (body, _) = demand.body_for(&change);
        String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn only_the_model_changes_and_only_when_it_must() {
        let body = r#"{"model":"gpt-4o","b":1.0,"a":"<x>&","seed":9007199254740993}"#;
        let demand = demand(Operation::ChatCompletions, body).await.unwrap();
        assert_eq!(sent(&demand, "gpt-4o", false).await, body);
        assert_eq!(sent(&demand, "gpt-x", false).await, body.replace("gpt-4o", "gpt-x"));
    }

    #[tokio::test]
    async fn the_model_of_a_key_is_put_where_none_is_named() {
        for (body, expected) in [
            (r#"{"messages":[]}"#, r#"{"messages":[],"model":"dm"}"#),
            (r#"{"model":null}"#, r#"{"model":"dm"}"#),
            (r#"{"model":""}"#, r#"{"model":"dm"}"#),
            ("{}", r#"{"model":"dm"}"#),
        ] {
            let plain = Bytes::from_static(body.as_bytes());
            let payload = Payload { wire: plain.clone(), plain, is_encoded: false };
            let default = ("", Some("dm"));
            let demand = Demand::read(Operation::ChatCompletions, default, &HeaderMap::new(), payload).await.unwrap();
            assert_eq!((demand.model.as_str(), sent(&demand, "dm", false).await.as_str()), ("dm", expected));
        }
    }

    #[tokio::test]
    async fn only_a_prompt_that_may_be_cached_is_known_again() {
        let body = |words: &str| format!(r#"{{"model":"m","messages":[{{"role":"user","content":"{words}"}}]}}"#);
        let short = demand(Operation::ChatCompletions, &body(&"x".repeat(3_000))).await.unwrap();
        let long = demand(Operation::ChatCompletions, &body(&"x".repeat(5_000))).await.unwrap();
        assert_eq!((short.fingerprint.is_some(), long.fingerprint.is_some()), (false, true));
    }

    #[tokio::test]
    async fn a_stream_asks_for_usage_once() {
        let cases = [
            (
                r#"{"model":"m","stream":true}"#,
                Some(r#"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#),
            ),
            (
                r#"{"model":"m","stream_options":{"x":1,"include_usage":false},"stream":true}"#,
                Some(r#"{"model":"m","stream_options":{"x":1,"include_usage":true},"stream":true}"#),
            ),
            (r#"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#, None),
            (r#"{"model":"m","stream":false}"#, None),
        ];
        for (body, expected) in cases {
            let demand = demand(Operation::ChatCompletions, body).await.unwrap();
            assert_eq!(demand.lacks_usage_request(), expected.is_some());
            assert_eq!(sent(&demand, "m", true).await, expected.unwrap_or(body));
        }
    }

    #[tokio::test]
    async fn google_requests_repeat_the_renamed_model_everywhere() {
        let body = r#"{"requests":[{"model":"models/a","content":1},{ "content":2, "model" : "models/a" }]}"#;
        let plain = Bytes::from_static(body.as_bytes());
        let payload = Payload { wire: plain.clone(), plain, is_encoded: false };
        let demand = Demand::read(Operation::GeminiBatchEmbed, ("a", None), &HeaderMap::new(), payload).await.unwrap();
        assert_eq!(sent(&demand, "b", false).await, body.replace("models/a", "models/b"));
    }

    #[tokio::test]
    async fn a_body_without_model_is_refused_unless_the_vendor_has_a_default() {
        assert_eq!(demand(Operation::ChatCompletions, "{}").await.unwrap_err().kind, Kind::MissingModel);
        assert_eq!(demand(Operation::ChatCompletions, r#"{"model":5}"#).await.unwrap_err().kind, Kind::MissingModel);
        assert_eq!(demand(Operation::ChatCompletions, "[1]").await.unwrap_err().kind, Kind::InvalidBody);
        assert_eq!(demand(Operation::ImageGenerations, "{}").await.unwrap().model, "dall-e-2");
    }
}
