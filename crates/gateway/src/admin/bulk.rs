//! The same done to many things in one request. Each is done as if it had been asked for by itself: with its own rights,
//! its own result and its own entry in the audit log.

use std::sync::Arc;

use axum::body::Body as RequestBody;
use axum::extract::Request;
use axum::{Extension, Router};
use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AdminState;
use super::access::{AsAdmin, AsUser};
use super::docs::Spellings;
use super::trail::ID_HEADER;
use super::wire::{Body, Envelope, Failure, Language, Problem, Reply, found};
use crate::server::client_address::ClientAddress;

/// Things that one request may name.
const MAX_THINGS: usize = 500;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(change_providers)).serve(routes!(change_keys)).serve(routes!(change_routes))
}

/// The API that single things are asked for at, with its audit log.
#[derive(Clone)]
pub(super) struct Api(pub(super) Router);

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BulkAction {
    Enable,
    Disable,
    Delete,
}

/// What is to be done to which things.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulkInput {
    action: BulkAction,
    /// Their ids, at most 500; they are done in this order.
    ids: Vec<i64>,
}

impl BulkInput {
    fn check(&self) -> Result<(), Failure> {
        if self.ids.is_empty() {
            return Err(Problem::ValueMissing.with("field", "ids"));
        }
        if self.ids.len() > MAX_THINGS {
            return Err(Problem::TooManyEntries.with("field", "ids").with("limit", MAX_THINGS));
        }
        Ok(())
    }
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
struct BulkView {
    /// To how many things it was done.
    done: usize,
    /// To how many it was not.
    failed: usize,
    /// Each of them, in the order of the request.
    items: Vec<BulkItemView>,
}

/// What was done to one thing.
#[derive(Debug, Serialize, ToSchema)]
struct BulkItemView {
    id: i64,
    success: bool,
    /// HTTP status that it would have been answered with by itself.
    status: u16,
    /// Stable code of the failure; empty for none.
    code: &'static str,
    /// What is wrong; empty for nothing.
    message: String,
    /// Id of its entry in the audit log.
    audit_id: Option<String>,
}

/// Who asks, and where.
struct Asker {
    api: Router,
    headers: HeaderMap,
    address: Option<ClientAddress>,
    language: Language,
}

/// A request for one thing: how, where, and what is sent along.
type Single = (Method, String, Option<Value>);

impl Asker {
    fn of(Api(api): Api, request: &HeaderMap, address: Option<Extension<ClientAddress>>) -> Self {
        let names = [AUTHORIZATION, COOKIE, ACCEPT_LANGUAGE].into_iter();
        let headers = names.filter_map(|name| request.get(&name).map(|value| (name, value.clone()))).collect();
        let language = Language::of(request);
        Self { api, headers, address: address.map(|Extension(address)| address), language }
    }

    /// Does it to one thing after the other: many at once would only wait for each other.
    async fn run(&self, input: &BulkInput, single: impl Fn(BulkAction, i64) -> Single) -> Reply<BulkView> {
        input.check()?;
        let mut items = Vec::with_capacity(input.ids.len());
        for id in input.ids.iter().copied() {
            items.push(self.ask(id, single(input.action, id)).await?);
        }
        let done = items.iter().filter(|item| item.success).count();
        found(BulkView { done, failed: items.len() - done, items })
    }

    async fn ask(&self, id: i64, (method, path, body): Single) -> Result<BulkItemView, Failure> {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder().method(method).uri(path).body(RequestBody::from(body));
        let mut request = request.map_err(|_| Problem::Internal)?;
        request.headers_mut().clone_from(&self.headers);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(address) = self.address {
            request.extensions_mut().insert(address);
        }
        let response = match self.api.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let failure = response.extensions().get::<Failure>();
        let audit_id = response.headers().get(&ID_HEADER).and_then(|id| id.to_str().ok());
        Ok(BulkItemView {
            id,
            success: response.status() == StatusCode::OK,
            status: response.status().as_u16(),
            code: failure.map_or("", |failure| failure.problem().kind().code()),
            message: failure.map(|failure| failure.message(self.language)).unwrap_or_default(),
            audit_id: audit_id.map(str::to_owned),
        })
    }
}

/// Returns the request for one of the things that are listed at `list` and switched by `status`.
fn by_status(list: &'static str) -> impl Fn(BulkAction, i64) -> Single {
    move |action, id| match action {
        BulkAction::Enable => (Method::PUT, format!("{list}/"), Some(json!({"id": id, "status": 1}))),
        BulkAction::Disable => (Method::PUT, format!("{list}/"), Some(json!({"id": id, "status": 2}))),
        BulkAction::Delete => (Method::DELETE, format!("{list}/{id}"), None),
    }
}

/// Enable, disable or delete many providers. Each is told by itself; one that fails stops no other.
#[utoipa::path(post, path = "/api/provider/bulk", tag = "Providers", request_body = BulkInput,
    responses((status = 200, description = "What was done.", body = Envelope<BulkView>)))]
async fn change_providers(
    _: AsAdmin,
    Extension(api): Extension<Api>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    Body(input): Body<BulkInput>,
) -> Reply<BulkView> {
    Asker::of(api, &headers, address).run(&input, by_status("/api/provider")).await
}

/// Enable, disable or delete many keys, otherwise as with providers.
#[utoipa::path(post, path = "/api/agg-token/bulk", tag = "Keys", request_body = BulkInput,
    responses((status = 200, description = "What was done.", body = Envelope<BulkView>)))]
async fn change_keys(
    _: AsUser,
    Extension(api): Extension<Api>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    Body(input): Body<BulkInput>,
) -> Reply<BulkView> {
    Asker::of(api, &headers, address).run(&input, by_status("/api/agg-token")).await
}

/// Enable, disable or delete many routes, otherwise as with providers.
#[utoipa::path(post, path = "/api/route/bulk", tag = "Routes", request_body = BulkInput,
    responses((status = 200, description = "What was done.", body = Envelope<BulkView>)))]
async fn change_routes(
    _: AsAdmin,
    Extension(api): Extension<Api>,
    address: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    Body(input): Body<BulkInput>,
) -> Reply<BulkView> {
    let single = |action, id| match action {
        BulkAction::Enable => (Method::PUT, format!("/api/route/{id}"), Some(json!({"enabled": true}))),
        BulkAction::Disable => (Method::PUT, format!("/api/route/{id}"), Some(json!({"enabled": false}))),
        BulkAction::Delete => (Method::DELETE, format!("/api/route/{id}"), None),
    };
    Asker::of(api, &headers, address).run(&input, single).await
}
