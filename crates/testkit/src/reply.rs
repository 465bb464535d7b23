//! Replies: what a vendor says to a call, before a script decides how it is delivered.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

/// A vendor's answer: head and the body in the units in which the vendor sends it.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) frames: Vec<Bytes>,
    pub(crate) streamed: bool,
}

impl Reply {
    pub(crate) fn json(value: &Value) -> Self {
        Self::whole("application/json", value.to_string())
    }

    pub(crate) fn error(status: u16, body: &Value) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, ..Self::json(body) }
    }

    pub(crate) fn whole(content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { streamed: false, ..Self::stream(content_type, vec![body.into()]) }
    }

    pub(crate) fn events(frames: Vec<Bytes>) -> Self {
        Self::stream("text/event-stream; charset=utf-8", frames).with_header("cache-control", "no-cache")
    }

    pub(crate) fn stream(content_type: &str, frames: Vec<Bytes>) -> Self {
        let reply = Self { status: StatusCode::OK, headers: HeaderMap::new(), frames, streamed: true };
        reply.with_header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Sets a header; a name or value that HTTP does not allow is left out.
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// Writes an event with a name, as Anthropic and the Responses dialect do: the name is the value's `type`.
pub(crate) fn named_event(value: &Value) -> Bytes {
    let name = value.get("type").and_then(Value::as_str).unwrap_or("message");
    Bytes::from(format!("event: {name}\ndata: {value}\n\n"))
}

/// Writes an event without a name.
pub(crate) fn data_event(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}
