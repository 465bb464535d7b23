//! The browser plugin's way to providers: some endpoints of `/api/provider` again under `/api/plugin/provider`, for
//! personal access tokens alone. A page that the plugin visits can make a browser send its cookies, but not a token.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http::{Method, Uri, uri};
use tower::ServiceExt;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{OpenApi, PathItem};

use super::AdminState;
use super::access::{Identity, Proof};
use super::docs::other_spelling;
use super::wire::{Failure, Problem};
use crate::server::client_address::{ClientAddress, SecureTransport};

const ORIGINAL: &str = "/api/provider";
const MIRROR: &str = "/api/plugin/provider";
/// What is mirrored, below the two.
const MIRRORED: [(&str, &[Method]); 9] = [
    ("/", &[Method::GET, Method::POST, Method::PUT]),
    ("/export", &[Method::GET]),
    ("/import", &[Method::POST]),
    ("/{id}", &[Method::GET]),
    ("/{id}/sync", &[Method::POST]),
    ("/{id}/tokens", &[Method::GET, Method::POST]),
    ("/{id}/pricing", &[Method::GET]),
    ("/{id}/model-alias-mapping", &[Method::GET, Method::PUT]),
    ("/token/{token_id}", &[Method::PUT, Method::DELETE]),
];

#[derive(Clone)]
struct Mirror {
    state: Arc<AdminState>,
    api: Router,
}

/// Returns the mirror of `api`, as far as the document has what is mirrored.
pub(super) fn router(state: &Arc<AdminState>, api: Router, document: &OpenApi) -> Router<Arc<AdminState>> {
    let mirror = Mirror { state: Arc::clone(state), api };
    let mut router = Router::new();
    for (path, methods) in MIRRORED {
        let served = methods.iter().filter(|method| original(document, path, method).is_some());
        let filters = served.filter_map(|method| MethodFilter::try_from(method.clone()).ok());
        if let Some(filter) = filters.reduce(MethodFilter::or) {
            let path = format!("{MIRROR}{path}");
            let handlers = on(filter, pass);
            router = router.route(&other_spelling(&path), handlers.clone()).route(&path, handlers);
        }
    }
    router.with_state(mirror)
}

async fn pass(State(mirror): State<Mirror>, ids: RawPathParams, request: Request) -> Result<Response, Failure> {
    // A word in the place of an id would lead to what is not mirrored.
    if let Some((name, word)) = ids.iter().find(|(_, id)| id.parse::<i64>().is_err()) {
        return Err(Problem::ParameterInvalid.with("reason", format!("`{name}` cannot be `{word}`")));
    }
    let identity = Identity::of(request.headers(), &mirror.state).await?;
    match identity.proof {
        Proof::AccessToken => {}
        Proof::Session(_) => return Err(Problem::TokenRequired.into()),
    }
    let (parts, body) = request.into_parts();
    // A new request: what the router noted about this one is about another path.
    let mut passed = Request::new(body);
    *passed.method_mut() = parts.method;
    *passed.uri_mut() = original_uri(&parts.uri).ok_or(Problem::Internal)?;
    *passed.headers_mut() = parts.headers;
    if let Some(address) = parts.extensions.get::<ClientAddress>() {
        passed.extensions_mut().insert(*address);
    }
    if let Some(secure) = parts.extensions.get::<SecureTransport>() {
        passed.extensions_mut().insert(*secure);
    }
    Ok(mirror.api.oneshot(passed).await.into_response())
}

fn original_uri(mirrored: &Uri) -> Option<Uri> {
    let rest = mirrored.path_and_query()?.as_str().strip_prefix(MIRROR)?;
    uri::Builder::new().path_and_query(format!("{ORIGINAL}{rest}")).build().ok()
}

fn original<'d>(document: &'d OpenApi, path: &str, method: &Method) -> Option<&'d Operation> {
    let item = document.paths.paths.get(&format!("{ORIGINAL}{path}"))?;
    match *method {
        Method::GET => item.get.as_ref(),
        Method::POST => item.post.as_ref(),
        Method::PUT => item.put.as_ref(),
        Method::DELETE => item.delete.as_ref(),
        _ => None,
    }
}

/// Describes the mirror in the document.
pub(super) fn describe(document: &mut OpenApi) {
    for (path, methods) in MIRRORED {
        let mut item = PathItem::default();
        for method in methods {
            let Some(operation) = original(document, path, method).map(mirrored) else { continue };
            let place = match *method {
                Method::GET => &mut item.get,
                Method::POST => &mut item.post,
                Method::PUT => &mut item.put,
                _ => &mut item.delete,
            };
            *place = Some(operation);
        }
        if item != PathItem::default() {
            document.paths.paths.insert(format!("{MIRROR}{path}"), item);
        }
    }
}

fn mirrored(original: &Operation) -> Operation {
    let none: [String; 0] = [];
    let mut operation = original.clone();
    operation.operation_id = original.operation_id.as_ref().map(|id| format!("{id}_by_plugin"));
    operation.tags = Some(vec!["Plugin".to_owned()]);
    operation.security = Some(vec![SecurityRequirement::new("access_token", none)]);
    operation
}
