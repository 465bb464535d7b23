//! Requests that another site makes a browser send are refused.
//!
//! The rule, for every request that is not `GET`, `HEAD` or `OPTIONS` and has no `Authorization` header, and for the
//! two `GET`s that change something: a browser's own word counts first. `Sec-Fetch-Site` must be `same-origin`, or
//! `none` (typed or bookmarked). Browsers too old for that send `Origin`, which must be this host or the configured
//! public address. A request with neither comes from a program; it may change something if no form of a web page could
//! have made it: `PUT` and `DELETE`, a JSON body, or the header `X-Requested-With`. Besides, the session cookie is
//! `SameSite=Strict` and `/api` never answers CORS preflights.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderMap, Method};
use url::Url;

use crate::admin::AdminState;
use crate::admin::wire::{Failure, Problem};

/// `GET`s of the old gateways that change something.
const CHANGING_GETS: [&str; 2] = ["/api/user/logout", "/api/user/token"];

/// Turns away what came from another site.
pub(crate) async fn refuse_cross_site(State(state): State<Arc<AdminState>>, request: Request, next: Next) -> Response {
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let origin = Own { host: authority.as_deref(), public_url: state.public_url.as_ref() };
    if is_guarded(request.method(), request.uri().path(), request.headers())
        && !is_trusted(request.method(), request.headers(), &origin)
    {
        return Failure::from(Problem::CrossSite).into_response();
    }
    next.run(request).await
}

fn is_guarded(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    if headers.contains_key(AUTHORIZATION) {
        return false;
    }
    match *method {
        Method::GET | Method::HEAD => CHANGING_GETS.contains(&path.trim_end_matches('/')),
        Method::OPTIONS => false,
        _ => true,
    }
}

/// What this installation is called from outside.
struct Own<'a> {
    host: Option<&'a str>,
    public_url: Option<&'a Url>,
}

fn is_trusted(method: &Method, headers: &HeaderMap, own: &Own<'_>) -> bool {
    let text = |value: Option<&http::HeaderValue>| value.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let origin = text(headers.get(ORIGIN));
    let is_public = |origin: &str| own.public_url.is_some_and(|url| url.origin().ascii_serialization() == origin);
    if let Some(site) = text(headers.get("sec-fetch-site")) {
        return matches!(site.as_str(), "same-origin" | "none") || origin.as_deref().is_some_and(is_public);
    }
    if let Some(origin) = origin {
        let host = own.host.map(str::to_owned).or_else(|| text(headers.get(HOST)));
        return is_public(&origin) || host.is_some_and(|host| has_host(&origin, &host));
    }
    let is_json = text(headers.get(CONTENT_TYPE)).is_some_and(|value| value.to_ascii_lowercase().contains("json"));
    !matches!(*method, Method::POST) || is_json || headers.contains_key("x-requested-with")
}

fn has_host(origin: &str, host: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, origin_host)| origin_host.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("POST", &[("sec-fetch-site", "same-origin")], true)]
    #[case("POST", &[("sec-fetch-site", "cross-site"), ("content-type", "application/json")], false)]
    #[case("DELETE", &[("sec-fetch-site", "same-site")], false)]
    #[case("POST", &[("sec-fetch-site", "same-site"), ("origin", "https://sluice.example")], true)]
    #[case("POST", &[("origin", "http://127.0.0.1:3000")], true)]
    #[case("POST", &[("origin", "http://127.0.0.1:4000")], false)]
    #[case("POST", &[("origin", "null")], false)]
    #[case("POST", &[("content-type", "application/json")], true)]
    #[case("POST", &[("content-type", "text/plain")], false)]
    #[case("POST", &[], false)]
    #[case("POST", &[("x-requested-with", "XMLHttpRequest")], true)]
    #[case("PUT", &[], true)]
    fn only_this_site_and_programs_are_trusted(
        #[case] method: Method,
        #[case] headers: &[(&'static str, &'static str)],
        #[case] expected: bool,
    ) {
        let pairs = headers
            .iter()
            .map(|&(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)));
        let mut headers: HeaderMap = pairs.collect();
        headers.insert(HOST, http::HeaderValue::from_static("127.0.0.1:3000"));
        let public_url = Url::parse("https://sluice.example/").unwrap();
        let own = Own { host: None, public_url: Some(&public_url) };
        assert_eq!(is_trusted(&method, &headers, &own), expected);
    }

    #[rstest]
    #[case("GET", "/api/user/self", false)]
    #[case("GET", "/api/user/token/", true)]
    #[case("POST", "/api/user/login", true)]
    fn what_changes_something_is_guarded(#[case] method: Method, #[case] path: &str, #[case] expected: bool) {
        assert_eq!(is_guarded(&method, path, &HeaderMap::new()), expected);
    }
}
