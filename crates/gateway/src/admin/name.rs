//! A name for each request, which the client gets with the answer and the log has with each line about it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use sluice_domain::id::CallId;
use tracing::Instrument;

use super::AdminState;
use super::trail::ID_HEADER;

/// The same name, where clients of other systems look for it.
const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The name of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named(pub(super) CallId);

/// Names a request. A change has its entry in the audit log under this name.
pub(super) async fn name(State(state): State<Arc<AdminState>>, mut request: Request, next: Next) -> Response {
    let id = CallId::new(u64::try_from(state.clock.now().0).unwrap_or(0), rand::random());
    request.extensions_mut().insert(Named(id));
    let span = tracing::info_span!("admin", call = %id);
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().entry(REQUEST_ID_HEADER).or_insert_with(|| value.clone());
        response.headers_mut().entry(ID_HEADER).or_insert(value);
    }
    response
}
