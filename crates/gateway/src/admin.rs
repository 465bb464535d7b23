//! The admin API: JSON under `/api`, and its OpenAPI document.
//!
//! Each group of endpoints is a module with one line in `endpoints`. `wire` reads requests and writes answers,
//! `access` knows who asks. What it changes goes to the store; the relay learns of it by its snapshot, never from here.

mod access;
mod bulk;
mod checkin;
mod docs;
mod keys;
mod logs;
mod mirror;
mod money;
mod name;
mod providers;
mod routing;
mod site;
mod state;
mod trail;
mod users;
mod wire;

#[cfg(test)]
mod tests;

use std::any::Any;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Uri};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;

pub use access::{CookiePolicy, SetupGate, hash_password};
pub use docs::openapi;
pub(crate) use site::Settings;
pub use state::{AdminState, Declared, Memory};
pub(crate) use wire::Language;
use wire::{Failure, Problem};

/// Returns everything under `/api`. Other paths are not registered and no fallback is set, so that the
/// router can be merged with others.
pub fn router(state: Arc<AdminState>) -> Router {
    let (api, document) = endpoints().split_for_parts();
    let document = docs::completed(document);
    let keeper = trail::Keeper::new(Arc::clone(&state), api.clone().with_state(Arc::clone(&state)), &document);
    let api = api.layer(from_fn_with_state(keeper, trail::keep));
    let whole = api.clone().with_state(Arc::clone(&state));
    let api = api.layer(Extension(bulk::Api(whole.clone())));
    let mirror = mirror::router(&state, whole, &document);
    api.merge(mirror)
        .merge(docs::router(&document))
        .route("/api", any(unknown_path))
        .route("/api/", any(unknown_path))
        .route("/api/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&state), tell_of_change))
        .layer(from_fn_with_state(Arc::clone(&state), access::refuse_cross_site))
        .layer(CatchPanicLayer::custom(|panic: Box<dyn Any + Send>| report_panic(panic.as_ref())))
        .layer(from_fn(wire::failure::write))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(from_fn_with_state(Arc::clone(&state), name::name))
        .with_state(state)
}

fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .merge(site::endpoints())
        .merge(access::endpoints())
        .merge(users::endpoints())
        .merge(keys::endpoints())
        .merge(providers::endpoints())
        .merge(checkin::endpoints())
        .merge(routing::endpoints())
        .merge(logs::endpoints())
        .merge(money::endpoints())
        .merge(trail::endpoints())
        .merge(bulk::endpoints())
}

async fn unknown_path(uri: Uri) -> Failure {
    Problem::UnknownPath.with("path", uri.path())
}

async fn method_not_allowed(method: Method) -> Failure {
    Problem::MethodNotAllowed.with("method", method)
}

/// Wakes the reader of the configuration after every request that may have changed it.
async fn tell_of_change(State(state): State<Arc<AdminState>>, request: Request, next: Next) -> Response {
    let may_change = !request.method().is_safe();
    let response = next.run(request).await;
    // A failure of ours may have come after a part was written.
    if may_change && !response.status().is_client_error() {
        state.changed.notify_one();
    }
    response
}

fn report_panic(panic: &(dyn Any + Send)) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(message = message.unwrap_or("unknown"), "a handler of the admin API panicked");
    Failure::from(Problem::Internal).into_response()
}
