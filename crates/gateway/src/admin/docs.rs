//! The OpenAPI document, made from the handlers, and the page to browse it.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, InfoBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::AdminState;
use super::wire::failure::FailureBody;
use super::wire::problem::Kind;

const DOCUMENT_PATH: &str = "/api/openapi.json";
/// The page brings its own scripts; its styles are partly inline.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
/// What anybody may call.
const PUBLIC: &[&str] = &[
    "/api/status",
    "/api/notice",
    "/api/about",
    "/api/setup",
    "/api/user/login",
    "/api/user/logout",
    "/api/user/register",
];

/// Returns the OpenAPI document of the admin API.
#[must_use]
pub fn openapi() -> OpenApi {
    completed(super::endpoints().into_openapi())
}

/// Adds what all handlers have in common.
pub(super) fn completed(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Sluice admin API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(introduction()))
        .build();
    let components = document.components.get_or_insert_default();
    components.schemas.insert(FailureBody::name().into_owned(), FailureBody::schema());
    let session = ApiKey::Cookie(ApiKeyValue::with_description("sluice_session", "Set by `POST /api/user/login`."));
    components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    let bearer =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A personal access token.")).build();
    components.add_security_scheme("access_token", SecurityScheme::Http(bearer));
    for (path, item) in &mut document.paths.paths {
        let is_public = PUBLIC.contains(&path.as_str());
        for operation in operations(item) {
            complete(operation, is_public);
        }
    }
    super::mirror::describe(&mut document);
    document
}

fn complete(operation: &mut Operation, is_public: bool) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(FailureBody::name()))).build();
    let failure = ResponseBuilder::new()
        .description("What went wrong, with a true HTTP status and a stable `code`.")
        .content("application/json", content)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(failure));
    if !is_public {
        let none: [String; 0] = [];
        operation.security =
            Some(["session", "access_token"].map(|scheme| SecurityRequirement::new(scheme, none.clone())).into());
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().filter_map(Option::as_mut)
}

fn introduction() -> String {
    let mut text =
        "Answers are `{\"success\", \"message\", \"data\"}` with a true HTTP status; failures carry a stable \
                    `code` too. `message` follows `Accept-Language` (en, zh-CN). Times are Unix seconds unless the \
                    name ends in `_ms`. A path works with and without a final slash.\n\n| code | status |\n|---|---|\n"
            .to_owned();
    for kind in Kind::ALL {
        text.push_str(&format!("| `{}` | {} |\n", kind.code(), kind.status().as_u16()));
    }
    text
}

/// Serves the document and the page to browse it.
pub(super) fn router(document: &OpenApi) -> Router<Arc<AdminState>> {
    let document: Arc<str> = document.to_json().unwrap_or_default().into();
    let page: Router<Arc<AdminState>> = SwaggerUi::new("/api/docs").config(Config::new([DOCUMENT_PATH])).into();
    let policy = SetResponseHeaderLayer::overriding(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    page.layer(policy).route(DOCUMENT_PATH, get(move || async move { json(&document) }))
}

fn json(document: &Arc<str>) -> Response {
    ([(CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}

/// Registers handlers under both spellings of their path, with and without a final slash; the document has one.
pub(super) trait Spellings {
    /// Adds the handlers that `routes!` collected.
    fn serve(self, handlers: UtoipaMethodRouter<Arc<AdminState>>) -> Self;
}

impl Spellings for OpenApiRouter<Arc<AdminState>> {
    fn serve(self, handlers: UtoipaMethodRouter<Arc<AdminState>>) -> Self {
        let others: Vec<String> = handlers.1.paths.keys().map(|path| other_spelling(path)).collect();
        let methods = handlers.2.clone();
        others.iter().fold(self.routes(handlers), |router, path| router.route(path, methods.clone()))
    }
}

/// Returns a path with a final slash where it has none, and without where it has one.
pub(super) fn other_spelling(path: &str) -> String {
    path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned)
}
