//! Answers that need no upstream: Sluice's own, and refusals in the caller's dialect.

pub(super) mod counting;
mod listing;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Response};
use sluice_domain::key::Caller;
use sluice_protocol::operation::{Endpoint, Family};
use sluice_protocol::problem::Problem;

use super::fault::{self, Fault, Kind};
use super::wire::body::RelayBody;
use super::{Call, RelayResponse, clipped};
use crate::snapshot::Snapshot;

/// Answers from the snapshot: models, and what old OpenAI clients ask of a balance.
pub(super) fn own_answer(
    snapshot: &Snapshot,
    caller: &Caller,
    family: Family,
    endpoint: &Endpoint<'_>,
) -> Result<RelayResponse, Fault> {
    let value = match endpoint {
        Endpoint::ListModels => listing::list_models(snapshot, caller, family),
        Endpoint::GetModel(name) => listing::get_model(snapshot, caller, family, name).ok_or_else(|| {
            let message = format!("the model `{}` does not exist here, or this key may not use it", clipped(name));
            Fault::new(Kind::ModelNotFound, message)
        })?,
        Endpoint::BillingSubscription => listing::billing_subscription(),
        Endpoint::BillingUsage => listing::billing_usage(),
        Endpoint::Relay { .. }
        | Endpoint::Brief
        | Endpoint::Usage
        | Endpoint::UsageDetail
        | Endpoint::DetailedModels
        | Endpoint::Capabilities
        | Endpoint::WrongMethod(_)
        | Endpoint::Unknown => {
            return Err(Fault::new(Kind::UnknownPath, "there is nothing here"));
        }
    };
    let mut response = Response::new(RelayBody::full(value.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Refuses a method that a known path does not take.
pub(super) fn wrong_method(call: &Call, path: &str, method: &Method, allowed: &'static str) -> RelayResponse {
    let fault = Fault::new(Kind::WrongMethod, format!("`{path}` does not take {method}; use {allowed}"));
    let mut response = refusal(call, &fault);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// Refuses a transport that is not spoken here. Codex tries a WebSocket first and goes on with HTTP at once when it is told
/// so by this status; any other makes it try again for many seconds.
pub(super) fn wrong_transport(call: &Call, path: &str) -> RelayResponse {
    let message = format!("`{path}` is not served over WebSocket; send a POST request, with `stream` for events");
    let mut response = refusal(call, &Fault::new(Kind::WrongTransport, message));
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Writes a fault in the caller's dialect.
pub(super) fn refusal(call: &Call, fault: &Fault) -> RelayResponse {
    let facts = fault.kind.facts();
    let problem = Problem {
        status: facts.status.as_u16(),
        code: facts.code,
        message: &fault.message,
        param: fault.param,
        call: &call.id_text,
        retry_after_secs: fault.retry_after_secs,
    };
    if facts.origin == fault::Origin::Sluice {
        tracing::warn!(call = %call.id_text, error = %fault, "a call was refused");
    }
    let mut response = Response::new(RelayBody::full(problem.body(call.family)));
    *response.status_mut() = facts.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(secs) = fault.retry_after_secs {
        headers.insert(header::RETRY_AFTER, secs.into());
    }
    response
}

/// Returns the family whose shapes a caller expects, also where the path is unknown.
pub(super) fn family_of(path: &str, headers: &HeaderMap) -> Family {
    let is_chat_of = |prefix: &str| path.starts_with(prefix);
    if is_chat_of("/v1/messages") {
        return Family::Anthropic;
    }
    let is_gemini_action = path.rsplit_once(':').is_some_and(|(front, _)| front.contains("/models/"));
    if is_chat_of("/v1beta") || is_gemini_action {
        return Family::Gemini;
    }
    if is_chat_of("/v1/models") || !is_chat_of("/v1/") {
        if headers.contains_key("anthropic-version") {
            return Family::Anthropic;
        }
        if headers.contains_key("x-goog-api-key") {
            return Family::Gemini;
        }
    }
    Family::OpenAi
}
