//! Heads: that of a request as bytes, and that of an answer read from them.

use std::ops::Range;

use bytes::BytesMut;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, Response, StatusCode, response};

use super::length::Length;
use crate::upstream::{Broken, OutBody};

/// Headers that an answer may have.
const HEADERS_MAX: usize = 128;

/// Writes the head of a request. Only a proxy that forwards is told the whole address (RFC 9112 §3.2.2).
pub(super) fn write(request: &Request<OutBody>) -> Vec<u8> {
    let uri = request.uri();
    let absolute = uri.scheme().map(|_| uri.to_string());
    let target = absolute.as_deref().or_else(|| uri.path_and_query().map(PathAndQuery::as_str)).unwrap_or("/");
    let length = request.body().len();
    let mut head = Vec::with_capacity(1024);
    for part in [request.method().as_str(), " ", target, " HTTP/1.1\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    for (name, value) in request.headers() {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    // A method that may have a body says so where it has none (RFC 9110 §8.6).
    let has_length = length > 0 || matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    if has_length && !request.headers().contains_key(header::CONTENT_LENGTH) {
        head.extend_from_slice(format!("content-length: {length}\r\n").as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// The head of an answer.
pub(super) struct Head {
    pub(super) parts: response::Parts,
    pub(super) length: Length,
    /// Whether the peer takes another request when the answer has ended.
    pub(super) stays_open: bool,
}

impl Head {
    /// Takes the head from what was read; `None` while it is not all there. Answers that only say that another one will
    /// come are dropped.
    pub(super) fn take(read: &mut BytesMut) -> Result<Option<Self>, Broken> {
        while !read.is_empty() {
            let Some(head) = Self::parse(read)? else { return Ok(None) };
            match head.parts.status {
                StatusCode::SWITCHING_PROTOCOLS => return Err(Broken::Nonsense("it changes the protocol unasked")),
                status if status.is_informational() => {}
                _ => return Ok(Some(head)),
            }
        }
        Ok(None)
    }

    fn parse(read: &mut BytesMut) -> Result<Option<Self>, Broken> {
        let nonsense = |_| Broken::Nonsense("its head cannot be read");
        let mut found = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut answer = httparse::Response::new(&mut found);
        let httparse::Status::Complete(end) = answer.parse(read).map_err(nonsense)? else { return Ok(None) };
        let is_new = answer.version == Some(1);
        let status = answer.code.and_then(|code| StatusCode::from_u16(code).ok());
        let status = status.ok_or(Broken::Nonsense("its status is none"))?;
        let fields: Vec<(HeaderName, Range<usize>)> = answer
            .headers
            .iter()
            .filter_map(|field| Some((HeaderName::from_bytes(field.name.as_bytes()).ok()?, place(read, field.value))))
            .collect();
        // Values share the memory of what was read.
        let text = read.split_to(end).freeze();
        let mut headers = HeaderMap::with_capacity(fields.len());
        for (name, range) in fields {
            let value = HeaderValue::from_maybe_shared(text.slice(range)).map_err(|_| Broken::Nonsense("a header"))?;
            headers.append(name, value);
        }
        let length = Length::of(status, &headers)?;
        let stays_open = length != Length::UntilClose && stays_open(&headers, is_new);
        let (mut parts, ()) = Response::new(()).into_parts();
        (parts.status, parts.headers) = (status, headers);
        Ok(Some(Self { parts, length, stays_open }))
    }
}

/// Returns where `part` stands in `whole`.
fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    start..start + part.len()
}

/// Returns whether a connection outlives its answer (RFC 9112 §9.3).
fn stays_open(headers: &HeaderMap, is_new: bool) -> bool {
    let says = |word: &str| {
        let values = headers.get_all(header::CONNECTION).iter();
        let mut words = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        words.any(|said| said.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
    };
    !says("close") && (is_new || says("keep-alive"))
}
