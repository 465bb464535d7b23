//! What every vendor's contract has in common: headers that must not be there, secrets, JSON fields.

use serde_json::{Map, Value};

use crate::call::Call;
use crate::failure::Failure;

/// Headers that only something between client and vendor adds, or that belong to one connection.
const FORBIDDEN: [&str; 17] = [
    "cdn-loop",
    "cookie",
    "forwarded",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "true-client-ip",
    "upgrade",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-uri",
    "x-real-ip",
];
const FORBIDDEN_PREFIXES: [&str; 4] = ["x-forwarded", "x-sluice", "sluice-", "x-envoy"];
/// Headers that may appear once at most.
const SINGLE: [&str; 12] = [
    "accept",
    "anthropic-version",
    "api-key",
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
    "x-api-key",
    "x-goog-api-key",
];
const SECRET_HEADERS: [&str; 4] = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];

/// Refuses what no client of a vendor sends by itself: traces of a gateway, foreign secrets, doubled headers.
pub(crate) fn check_head(call: &Call<'_>) -> Result<(), Failure> {
    refuse_forbidden(call)?;
    refuse_doubled(call)?;
    refuse_foreign_secrets(call)?;
    let host = call.inbound.header("host").unwrap_or_default();
    let port = call.address.port();
    if host == call.address.to_string() || host == format!("localhost:{port}") {
        return Ok(());
    }
    Err(breach(format!("`host` is `{host}`, not the upstream's own address")))
}

fn refuse_forbidden(call: &Call<'_>) -> Result<(), Failure> {
    for name in call.inbound.headers.keys().map(http::HeaderName::as_str) {
        let is_forbidden = FORBIDDEN.contains(&name)
            || FORBIDDEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || call.settings.forbidden_headers.iter().any(|forbidden| forbidden.eq_ignore_ascii_case(name));
        if is_forbidden {
            return Err(breach(format!("the header `{name}` must not reach an upstream")));
        }
    }
    Ok(())
}

fn refuse_doubled(call: &Call<'_>) -> Result<(), Failure> {
    let doubled = SINGLE.iter().find(|&&name| call.inbound.headers.get_all(name).iter().count() > 1);
    doubled.map_or(Ok(()), |name| Err(breach(format!("the header `{name}` is there more than once"))))
}

fn refuse_foreign_secrets(call: &Call<'_>) -> Result<(), Failure> {
    if call.inbound.query.iter().any(|(_, value)| value.starts_with("ag-")) {
        return Err(breach("a gateway's key is in the query".to_owned()));
    }
    let secrets: Vec<(&str, &str)> =
        SECRET_HEADERS.iter().filter_map(|&name| Some((name, secret(call, name)?))).collect();
    if let Some((name, _)) = secrets.iter().find(|(_, secret)| secret.starts_with("ag-")) {
        return Err(breach(format!("a gateway's key is in the header `{name}`")));
    }
    // A wrong secret is the vendor's to refuse; beside the right one it is somebody else's that was let through.
    let own = call.settings.secret.as_str();
    let foreign = secrets.iter().find(|(_, secret)| *secret != own);
    match foreign {
        Some((name, _)) if secrets.iter().any(|(_, secret)| *secret == own) => {
            Err(breach(format!("the header `{name}` holds a secret that is not the upstream's")))
        }
        _ => Ok(()),
    }
}

fn secret<'a>(call: &'a Call<'_>, name: &str) -> Option<&'a str> {
    let value = call.inbound.header(name)?;
    Some(value.split_once(' ').map_or(value, |(_, secret)| secret).trim())
}

fn breach(message: String) -> Failure {
    Failure::new(400, message).with_code("unexpected_request")
}

/// A JSON object with the accessors that the contracts need.
pub(crate) type Object = Map<String, Value>;

/// Returns a member that is a string.
pub(crate) fn string<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}

/// Returns a member that is an array; empty when it is absent or something else.
pub(crate) fn array<'a>(object: &'a Object, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Returns whether a member is `true`.
pub(crate) fn flag(object: &Object, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// Returns whether a member is there and not null.
pub(crate) fn has(object: &Object, name: &str) -> bool {
    object.get(name).is_some_and(|value| !value.is_null())
}

/// Returns the length in characters of all text in a value: strings at any depth, keys left out.
pub(crate) fn text_chars(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.iter().map(text_chars).sum(),
        Value::Object(members) => members.values().map(text_chars).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Returns why a base64 image cannot be one, if so: the vendors look at the first bytes, not at the declared type.
pub(crate) fn image_fault(base64_text: &str) -> Option<&'static str> {
    use base64::Engine;
    let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(base64_text) else {
        return Some("is not valid base64");
    };
    let is_known = bytes.starts_with(b"\x89PNG\r\n\x1a\n")
        || bytes.starts_with(b"\xff\xd8\xff")
        || bytes.starts_with(b"GIF8")
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"));
    if is_known { None } else { Some("is not a PNG, JPEG, GIF or WebP image") }
}

/// Returns why a value cannot be the JSON schema of a tool's input, if so.
pub(crate) fn schema_fault(schema: &Value) -> Option<String> {
    let Some(object) = schema.as_object() else {
        return Some(format!("{schema} is not of type 'object', 'boolean'."));
    };
    let kind = object.get("type").map_or_else(|| "None".to_owned(), Value::to_string);
    if !kind.eq_ignore_ascii_case("\"object\"") {
        return Some(format!("schema must be a JSON Schema of 'type: \"object\"', got 'type: {kind}'."));
    }
    match object.get("properties") {
        None | Some(Value::Object(_)) => None,
        Some(other) => Some(format!("{other} is not of type 'object'.")),
    }
}

/// Returns whether a tool's name is one that the vendors take.
pub(crate) fn is_tool_name(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !name.is_empty() && name.len() <= 128 && name.bytes().all(is_word)
}
