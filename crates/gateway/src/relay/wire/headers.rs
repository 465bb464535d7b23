//! Which headers pass, in both directions. The lists stand here and nowhere else.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use sluice_protocol::operation::Family;

/// Headers that concern one connection only (RFC 9110 §7.6.1).
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Request headers that tell the upstream of the way here, or that are bound to the client's own account.
const REQUEST_PRIVATE: [&str; 23] = [
    "host",
    "content-length",
    "expect",
    "cookie",
    "origin",
    "referer",
    "authorization",
    "x-api-key",
    "x-goog-api-key",
    "api-key",
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "cdn-loop",
    "openai-organization",
    "openai-project",
    "x-goog-user-project",
    "new-api-user",
    "http2-settings",
];

/// Prefixes of request headers that stay here.
const REQUEST_PRIVATE_PREFIXES: [&str; 5] =
    ["x-forwarded-", "x-sluice-", "sec-fetch-", "access-control-request-", "cf-"];

/// Response headers that belong to the upstream's own site.
const RESPONSE_PRIVATE: [&str; 5] =
    ["set-cookie", "alt-svc", "strict-transport-security", "clear-site-data", "idempotent-replayed"];

/// Prefixes of response headers that are not the upstream's to send: browsers' rules, and what we say ourselves.
const RESPONSE_PRIVATE_PREFIXES: [&str; 2] = ["access-control-", "x-sluice-"];

/// Prefixes of response headers by which vendors tell what is left of their limits.
const RATE_PREFIXES: [&str; 2] = ["x-ratelimit-", "anthropic-ratelimit-"];

/// Request headers that say how long a body is or where it goes, and that only the relay can know.
const FRAMING: [&str; 3] = ["host", "content-length", "expect"];

/// Why calls cannot carry a header. The value may be a secret, so no message repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderFault {
    /// No header has such a name.
    #[error("is not the name of a header")]
    Name,
    /// It belongs to the connection or to the body.
    #[error("is set by the relay itself")]
    Reserved,
    /// No header has such a value.
    #[error("has a value with line breaks or control characters")]
    Value,
}

/// Checks a header that the operator wants calls to carry.
pub(crate) fn check_own_header(name: &str, value: &str) -> Result<(), HeaderFault> {
    let name = HeaderName::try_from(name).map_err(|_| HeaderFault::Name)?;
    if HOP_BY_HOP.contains(&name.as_str()) || FRAMING.contains(&name.as_str()) {
        return Err(HeaderFault::Reserved);
    }
    HeaderValue::try_from(value).map(drop).map_err(|_| HeaderFault::Value)
}

/// Removes from a client's headers what the upstream must not see.
pub(crate) fn keep_for_upstream(headers: &mut HeaderMap) {
    remove(headers, is_private_request_header);
}

fn is_private_request_header(name: &str) -> bool {
    REQUEST_PRIVATE.contains(&name) || REQUEST_PRIVATE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Request headers that speak of the caller's own SDK and dialect. An upstream of another dialect would wonder.
const DIALECT_PRIVATE: [&str; 9] = [
    "accept",
    "accept-encoding",
    "anthropic-version",
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
    "x-app",
    "session_id",
    "conversation_id",
    "originator",
];
const DIALECT_PRIVATE_PREFIXES: [&str; 6] =
    ["x-stainless-", "openai-", "x-goog-", "x-claude-", "x-codex-", "anthropic-"];

/// Makes a client's headers those of a JSON request in another dialect.
pub(crate) fn translate_for_upstream(headers: &mut HeaderMap, is_stream: bool) {
    let is_private = |name: &str| {
        DIALECT_PRIVATE.contains(&name) || DIALECT_PRIVATE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    };
    let unwanted: Vec<HeaderName> = headers.keys().filter(|name| is_private(name.as_str())).cloned().collect();
    for name in unwanted {
        headers.remove(name);
    }
    let accept = if is_stream { "text/event-stream" } else { "application/json" };
    headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

/// Returns the headers of an answer that was converted for `family`: what the upstream says of its own dialect does not
/// pass, but when to try again does.
pub(crate) fn translate_for_client(upstream: &HeaderMap, family: Family, call: &str, is_stream: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let content_type = if is_stream { "text/event-stream; charset=utf-8" } else { "application/json" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if is_stream {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    for name in ["retry-after", "retry-after-ms", "date"] {
        if let Some(value) = upstream.get(name) {
            headers.insert(HeaderName::from_static(name), value.clone());
        }
    }
    if let (Family::Anthropic, Ok(call)) = (family, HeaderValue::try_from(call)) {
        headers.insert(HeaderName::from_static("request-id"), call);
    }
    headers
}

/// Removes from an upstream's headers what the client must not see.
pub(crate) fn keep_for_client(headers: &mut HeaderMap) {
    remove(headers, is_private_response_header);
}

/// Removes what an upstream tells of the limits of the operator's account.
pub(crate) fn remove_rate_limits(headers: &mut HeaderMap) {
    let tells = |name: &&HeaderName| RATE_PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix));
    let unwanted: Vec<HeaderName> = headers.keys().filter(tells).cloned().collect();
    for name in unwanted {
        headers.remove(name);
    }
}

fn is_private_response_header(name: &str) -> bool {
    RESPONSE_PRIVATE.contains(&name) || RESPONSE_PRIVATE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Removes what concerns one connection only, what `Connection` names as such, and what `is_private`. The names are looked at
/// once, because most of what may be there seldom is.
fn remove(headers: &mut HeaderMap, is_private: impl Fn(&str) -> bool) {
    let named = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok());
    let is_unwanted = |name: &str| HOP_BY_HOP.contains(&name) || is_private(name);
    let unwanted = headers.keys().filter(|name| is_unwanted(name.as_str())).cloned();
    let names: Vec<HeaderName> = named.chain(unwanted).collect();
    for name in names {
        headers.remove(name);
    }
}

/// Returns whether a request wants to become a WebSocket (RFC 6455 §4.1).
pub(crate) fn asks_for_websocket(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Returns the key that a caller presents: the first that is there of `authorization`, `x-api-key`, `x-goog-api-key`
/// and the query's `key`.
pub(crate) fn presented_key<'a>(headers: &'a HeaderMap, query: Option<&'a str>) -> Option<std::borrow::Cow<'a, str>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let bearer = text("authorization").map(|value| match value.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
        None if value.eq_ignore_ascii_case("bearer") => "",
        _ => value,
    });
    [bearer, text("x-api-key"), text("x-goog-api-key")]
        .into_iter()
        .flatten()
        .find(|key| !key.is_empty())
        .map(std::borrow::Cow::Borrowed)
        .or_else(|| {
            let (_, value) = query?.split('&').find(|pair| names_key(pair))?.split_once('=')?;
            (!value.is_empty()).then(|| sluice_protocol::operation::decode(value))
        })
}

/// Returns a query without our key.
pub(crate) fn query_without_key(query: &str) -> std::borrow::Cow<'_, str> {
    if !query.split('&').any(names_key) {
        return query.into();
    }
    let kept: Vec<&str> = query.split('&').filter(|pair| !names_key(pair)).collect();
    kept.join("&").into()
}

/// Returns whether a part of a query is our key, however its name is encoded.
fn names_key(pair: &str) -> bool {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    sluice_protocol::operation::decode(name) == "key"
}

/// Returns a header value that is not shown in logs.
pub(crate) fn secret_value(prefix: &str, secret: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("{prefix}{secret}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap()))
            .collect()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(HeaderName::as_str).collect()
    }

    #[test]
    fn the_upstream_sees_what_the_client_sent_and_nothing_of_the_way() {
        let mut headers = map(&[
            ("user-agent", "sdk/1"),
            ("anthropic-beta", "x"),
            ("connection", "keep-alive, x-hop"),
            ("x-hop", "1"),
            ("x-forwarded-for", "1.2.3.4"),
            ("authorization", "Bearer ag-1"),
            ("openai-organization", "org"),
            ("cookie", "a=b"),
            ("x-stainless-lang", "python"),
        ]);
        keep_for_upstream(&mut headers);
        assert_eq!(names(&headers), ["user-agent", "anthropic-beta", "x-stainless-lang"]);
    }

    #[test]
    fn the_client_sees_what_the_upstream_sent_without_cookies_and_cors() {
        let mut headers = map(&[
            ("content-type", "application/json"),
            ("set-cookie", "a=b"),
            ("access-control-allow-origin", "*"),
            ("x-ratelimit-remaining-requests", "9"),
            ("x-sluice-cost", "0.1"),
            ("idempotent-replayed", "true"),
            ("transfer-encoding", "chunked"),
        ]);
        keep_for_client(&mut headers);
        assert_eq!(names(&headers), ["content-type", "x-ratelimit-remaining-requests"]);
    }

    #[test]
    fn the_first_place_that_has_a_key_wins() {
        let key = |pairs: &[(&str, &str)], query| presented_key(&map(pairs), query).map(std::borrow::Cow::into_owned);
        assert_eq!(key(&[("authorization", "bearer  ag-1"), ("x-api-key", "2")], None).as_deref(), Some("ag-1"));
        assert_eq!(key(&[("x-api-key", "2")], Some("key=3")).as_deref(), Some("2"));
        assert_eq!(key(&[("authorization", "Bearer ")], Some("a=1&key=ag%2D3")).as_deref(), Some("ag-3"));
        assert_eq!(key(&[], Some("monkey=1")), None);
    }

    #[test]
    fn a_key_in_the_query_is_taken_out_and_the_rest_stays_as_it_was() {
        assert_eq!(query_without_key("alt=sse&key=ag-1&$x=%20"), "alt=sse&$x=%20");
        assert_eq!(query_without_key("alt=sse&monkey=1"), "alt=sse&monkey=1");
        assert_eq!(query_without_key("%6Bey=ag-1&a=1"), "a=1");
    }
}
