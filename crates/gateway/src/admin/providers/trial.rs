//! Trying a provider or a route: a real small call, its answer and its times, told as they come.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use sluice_domain::id::{CredentialId, ProviderId, RouteId};
use sluice_domain::provider::{Credential, Provider, Route};
use sluice_store::{PageRequest, RouteFilter, StoreError, What};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{credentials, find};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::input::text;
use crate::admin::wire::{At, Body, Failure, Problem};
use crate::upkeep::{Question, Sign, Unaskable, Verdict};

const USUAL_MESSAGE: &str = "hi";
const MAX_MESSAGE_CHARS: usize = 2_000;
const MAX_MODEL_CHARS: usize = 255;
/// Events that wait for a slow client.
const EVENTS_AHEAD: usize = 256;
const MAX_ROUTES: u64 = 1_000;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(try_provider))
}

/// What to try; everything has a default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct TrialInput {
    /// A route of the provider.
    route_id: Option<i64>,
    /// A credential of the provider; the route's, or the first that can be used.
    provider_token_id: Option<i64>,
    /// A model; the route's, or the first that has a route.
    model: Option<String>,
    /// What is said to the model; `hi`.
    message: Option<String>,
}

/// The event `start`.
#[derive(Debug, Serialize, ToSchema)]
struct StartView {
    provider_id: i64,
    provider_token_id: i64,
    /// The model's name at the provider.
    model: String,
    /// What is called, such as `chat_completions`.
    operation: &'static str,
}

/// The event `head`.
#[derive(Debug, Serialize)]
struct HeadView {
    status: u16,
    after_ms: u64,
}

/// The event `text`.
#[derive(Debug, Serialize)]
struct TextView {
    text: String,
}

/// The event `done`, the last one.
#[derive(Debug, Serialize)]
struct DoneView {
    success: bool,
    /// Why it failed.
    message: String,
    status: Option<u16>,
    answer: String,
    first_text_ms: Option<u64>,
    total_ms: u64,
}

impl From<Verdict> for DoneView {
    fn from(verdict: Verdict) -> Self {
        Self {
            success: verdict.failure.is_none(),
            message: verdict.failure.unwrap_or_default(),
            status: verdict.status,
            answer: verdict.answer,
            first_text_ms: verdict.first_text_ms,
            total_ms: verdict.total_ms,
        }
    }
}

/// Make a real small call to a provider, or by one of its routes, and tell what happens as events: `start`, `head` (status and
/// time), `text` (each piece of the answer) and `done` (whether it went well, the whole answer, times). It costs what such a call
/// costs, is not recorded and changes nothing.
#[utoipa::path(post, path = "/api/provider/{id}/test", tag = "Providers", request_body = TrialInput,
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "Events.", body = String, content_type = "text/event-stream")))]
async fn try_provider(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(id): At<i64>,
    Body(input): Body<TrialInput>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let provider = find(&state, ProviderId(id)).await?;
    let route = route_of(&state, &provider, &input).await?;
    let credential = credential_of(&state, &provider, (&input, route.as_ref())).await?;
    let model = model_of(&state, &provider, (&credential, &input), route).await?;
    let message = text("message", input.message.as_deref().unwrap_or(USUAL_MESSAGE), MAX_MESSAGE_CHARS)?;
    let question = Question { model, message };
    let probe = state.upkeep.probe(&provider, &credential, &question).map_err(|reason| unaskable(&provider, reason))?;
    let start = StartView {
        provider_id: provider.id.0,
        provider_token_id: credential.id.0,
        model: question.model,
        operation: probe.operation.as_str(),
    };
    let (sender, mut receiver) = mpsc::channel(EVENTS_AHEAD);
    sender.try_send(event("start", &start)).ok();
    tokio::spawn(async move {
        let told = sender.clone();
        // One that reads too slowly misses pieces; the last event has the whole.
        let run = probe.run(|sign| {
            let event = match sign {
                Sign::Head { status, after_ms } => event("head", &HeadView { status, after_ms }),
                Sign::Text(text) => event("text", &TextView { text }),
            };
            told.try_send(event).ok();
        });
        tokio::select! {
            verdict = run => drop(sender.send(event("done", &DoneView::from(verdict))).await),
            // A client that leaves frees the upstream.
            () = sender.closed() => {}
        }
    });
    Ok(Sse::new(stream::poll_fn(move |context| receiver.poll_recv(context))).keep_alive(KeepAlive::default()))
}

fn event<T: Serialize>(name: &str, data: &T) -> Result<Event, Infallible> {
    Ok(Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default()))
}

fn unaskable(provider: &Provider, reason: Unaskable) -> Failure {
    match reason {
        Unaskable::Vendor | Unaskable::NoModelList => Problem::NothingToTry.with("vendor", &provider.vendor),
        Unaskable::BaseUrl(reason) => Problem::UrlInvalid.with("field", "base_url").with("reason", reason),
        Unaskable::Proxy => {
            Problem::ValueInvalid.with("field", "proxy_url").with("reason", "cannot be used for outgoing calls")
        }
    }
}

async fn route_of(state: &AdminState, provider: &Provider, input: &TrialInput) -> Result<Option<Route>, Failure> {
    let Some(id) = input.route_id else { return Ok(None) };
    let declared = state.declared.routes.iter().find(|route| route.id.0 == id).cloned();
    let route = match declared {
        Some(route) => Some(route),
        None => state.store.find_route(RouteId(id)).await?.map(|row| row.route),
    };
    let own = route.filter(|route| route.provider_id == provider.id);
    Ok(Some(own.ok_or(StoreError::NotFound { what: What::Route })?))
}

async fn credential_of(
    state: &AdminState,
    provider: &Provider,
    (input, route): (&TrialInput, Option<&Route>),
) -> Result<Credential, Failure> {
    let all = credentials::all_of(state, provider.id).await?;
    let wanted = input.provider_token_id.map(CredentialId).or(route.map(|route| route.credential_id));
    match wanted {
        Some(id) => {
            let found = all.into_iter().find(|credential| credential.id == id);
            Ok(found.ok_or(StoreError::NotFound { what: What::Credential })?)
        }
        None => all.into_iter().find(|credential| credential.enabled).ok_or_else(|| Problem::NoCredentials.into()),
    }
}

/// Returns the name of the model to try, as the provider knows it.
async fn model_of(
    state: &AdminState,
    provider: &Provider,
    (credential, input): (&Credential, &TrialInput),
    route: Option<Route>,
) -> Result<String, Failure> {
    let sent = input.model.as_deref().map(str::trim).filter(|model| !model.is_empty());
    if let Some(model) = sent {
        return aliased(provider, text("model", model, MAX_MODEL_CHARS)?);
    }
    let route = match route {
        Some(route) => Some(route),
        None => first_route(state, credential).await?,
    };
    match route {
        Some(Route { upstream_model: Some(model), .. }) => Ok(model),
        Some(route) if !route.model.contains('*') => aliased(provider, route.model),
        Some(_) | None => Err(Problem::ValueMissing.with("field", "model")),
    }
}

fn aliased(provider: &Provider, model: String) -> Result<String, Failure> {
    Ok(provider.model_alias.get(&model).cloned().unwrap_or(model))
}

async fn first_route(state: &AdminState, credential: &Credential) -> Result<Option<Route>, Failure> {
    let is_plain = |route: &Route| route.credential_id == credential.id && route.enabled && !route.model.contains('*');
    if let Some(route) = state.declared.routes.iter().find(|route| is_plain(route)) {
        return Ok(Some(route.clone()));
    }
    let filter = RouteFilter { credential_id: Some(credential.id), enabled: Some(true), ..RouteFilter::default() };
    let routes = state.store.list_routes(&filter, PageRequest::nth(0, MAX_ROUTES)).await?.items;
    Ok(routes.into_iter().map(|row| row.route).find(is_plain))
}
