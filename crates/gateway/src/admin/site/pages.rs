//! The set-up page: three static files, and a policy that lets them do nothing but talk to this API.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};

use crate::admin::AdminState;

const PAGE: &str = include_str!("../../../assets/setup.html");
const STYLE: &str = include_str!("../../../assets/setup.css");
const SCRIPT: &str = include_str!("../../../assets/setup.js");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

pub(super) fn router() -> Router<Arc<AdminState>> {
    Router::new()
        .route("/setup", get(|| async { serve("text/html; charset=utf-8", PAGE) }))
        .route("/setup/", get(|| async { serve("text/html; charset=utf-8", PAGE) }))
        .route("/setup/setup.css", get(|| async { serve("text/css; charset=utf-8", STYLE) }))
        .route("/setup/setup.js", get(|| async { serve("text/javascript; charset=utf-8", SCRIPT) }))
}

fn serve(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The link holds the set-up token.
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}
