//! The console: the web pages inside the binary, and the policy under which browsers run them.
//!
//! `npm run build` in `web/` puts them into `web/dist`, with each file compressed besides (`.br`, `.gz`); a build of
//! the binary takes them in from there, a debug build reads them there each time. Names under `/assets/` hold a hash of
//! their content and never change. Everything else is asked for anew. A path that is nothing else may be a page of the
//! console: browsers, which ask for HTML, get the console, and programs a true 404.

use axum::Router;
use axum::body::Body;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Method, StatusCode, Uri};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

const INDEX: &str = "index.html";
/// What `web/vite.config.ts` writes where the nonce belongs.
const NONCE_PLACE: &str = "SLUICE-STYLE-NONCE";
const NONCE_BYTES: usize = 16;
const NEVER_CHANGES: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
const NOT_FOUND: &str =
    r#"{"success":false,"message":"there is nothing at this path; see `/api/docs`","code":"unknown_path"}"#;
/// What stands in the place of the console in a binary that was built without it.
const NOT_BUILT: &str = include_str!("../assets/no-console.html");

/// Returns the console, and the answer to every path that nobody else knows.
pub(crate) fn router() -> Router {
    let page = get(async || page());
    Router::new()
        .route("/", page.clone())
        .route("/setup", page.clone())
        .route("/setup/", page.clone())
        .route("/dashboard", page.clone())
        .route("/dashboard/", page)
        .fallback(other)
}

async fn other(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if !matches!(method, Method::GET | Method::HEAD) || path.starts_with("api/") {
        return not_found();
    }
    match file(path, &headers) {
        Some(response) => response,
        None if !path.starts_with("assets/") && wants_page(&headers) => page(),
        None => not_found(),
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/json")], NOT_FOUND).into_response()
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/html"))
}

/// Returns the console with a nonce of its own: without it a browser refuses styles that were not served here.
fn page() -> Response {
    let Some(index) = Files::get(INDEX) else { return not_built() };
    let nonce = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; NONCE_BYTES]>());
    let html = String::from_utf8_lossy(&index.data).replace(NONCE_PLACE, &nonce);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    (common(ASK_AGAIN), [(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
}

fn not_built() -> Response {
    let policy = "default-src 'none'; frame-ancestors 'none'";
    (common(ASK_AGAIN), [(CONTENT_SECURITY_POLICY, policy)], Html(NOT_BUILT)).into_response()
}

fn common(caching: &'static str) -> [(HeaderName, &'static str); 3] {
    // The set-up link holds a token.
    [(CACHE_CONTROL, caching), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "no-referrer")]
}

/// Returns a file that the pages consist of, compressed as the client takes it.
fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let content_type = content_type(path)?;
    let (encoding, found) = encoded(path, headers)?;
    let caching = if path.starts_with("assets/") { NEVER_CHANGES } else { ASK_AGAIN };
    let body = Body::from(Bytes::from(found.data.into_owned()));
    let mut response =
        (common(caching), [(CONTENT_TYPE, content_type), (VARY, "accept-encoding")], body).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(CONTENT_ENCODING, http::HeaderValue::from_static(encoding));
    }
    Some(response)
}

fn encoded(path: &str, headers: &HeaderMap) -> Option<(Option<&'static str>, EmbeddedFile)> {
    let taken = |(encoding, ending): (&'static str, &str)| {
        let file = takes(headers, encoding).then(|| Files::get(&format!("{path}{ending}"))).flatten()?;
        Some((Some(encoding), file))
    };
    [("br", ".br"), ("gzip", ".gz")].into_iter().find_map(taken).or_else(|| Files::get(path).map(|file| (None, file)))
}

/// Returns whether the client says that it takes an encoding.
fn takes(headers: &HeaderMap, encoding: &str) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|offer| {
        let (name, quality) = offer.split_once(';').unwrap_or((offer, ""));
        let is_refused = matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case(encoding) && !is_refused
    })
}

/// Returns what a file is by its name; `None` for what is not served by itself.
fn content_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use rstest::rstest;
    use tower::ServiceExt;

    use super::*;

    async fn ask(method: Method, path: &str, accept: &str) -> Response {
        let request = Request::builder().method(method).uri(path).header(ACCEPT, accept).body(Body::empty()).unwrap();
        router().oneshot(request).await.unwrap()
    }

    #[rstest]
    #[case(Method::GET, "/", "*/*", StatusCode::OK)]
    #[case(Method::GET, "/dashboard", "*/*", StatusCode::OK)]
    #[case(Method::GET, "/logs/0190", "text/html,*/*", StatusCode::OK)]
    #[case(Method::GET, "/logs/0190", "*/*", StatusCode::NOT_FOUND)]
    #[case(Method::GET, "/assets/gone-12345678.js", "text/html", StatusCode::NOT_FOUND)]
    #[case(Method::POST, "/logs", "text/html", StatusCode::NOT_FOUND)]
    #[case(Method::GET, "/api/nothing", "text/html", StatusCode::NOT_FOUND)]
    #[case(Method::GET, "/.vite/manifest.json", "*/*", StatusCode::NOT_FOUND)]
    #[case(Method::GET, "/../Cargo.toml", "*/*", StatusCode::NOT_FOUND)]
    #[tokio::test]
    async fn browsers_get_the_console_and_programs_true_answers(
        #[case] method: Method,
        #[case] path: &str,
        #[case] accept: &str,
        #[case] status: StatusCode,
    ) {
        let response = ask(method, path, accept).await;
        assert_eq!(response.status(), status);
        let kind = if status == StatusCode::OK { "text/html; charset=utf-8" } else { "application/json" };
        assert_eq!(response.headers()[CONTENT_TYPE], kind);
    }

    #[tokio::test]
    async fn a_page_runs_no_script_and_no_style_that_was_not_served_here() {
        let response = ask(Method::GET, "/", "text/html").await;
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(response.headers()[CACHE_CONTROL], ASK_AGAIN);
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let html = String::from_utf8(body.to_vec()).unwrap();
        assert!(!html.contains("<style") && !html.contains("onclick") && !html.contains(NONCE_PLACE), "{html}");
        assert_eq!(html.matches("<script").count(), html.matches("src=\"/").count(), "{html}");
    }

    #[rstest]
    #[case("gzip, deflate, br, zstd", "br", true)]
    #[case("gzip;q=0.8, br;q=0", "br", false)]
    #[case("gzip;q=0.8, br;q=0", "gzip", true)]
    #[case("brotli", "br", false)]
    #[case("", "gzip", false)]
    fn encodings_are_taken_as_offered(#[case] offered: &str, #[case] encoding: &str, #[case] expected: bool) {
        let headers: HeaderMap =
            [(ACCEPT_ENCODING, http::HeaderValue::from_str(offered).unwrap())].into_iter().collect();
        assert_eq!(takes(&headers, encoding), expected);
    }
}
