//! Reads one request from a connection, keeping the body only as far as the answer depends on it.

use bytes::{Buf, BytesMut};
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::dialect::{CALL_DIGITS, Dialect, Shape, find_call_digits};
use crate::wire::{Body, Framing, Head};

/// Bytes at either end of a body in which `"stream"` is looked for; clients put it there.
const EDGE_BYTES: usize = 512;
/// Largest body the mock accepts.
const MAX_BODY_BYTES: usize = 128 * 1024 * 1024;

/// A request, as far as the answer depends on it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Call { dialect: Dialect, shape: Shape, digits: [u8; CALL_DIGITS], size_bytes: usize },
    Other { method: String, path: String, body: Vec<u8> },
}

struct Framed {
    method: String,
    path: String,
    dialect: Option<Dialect>,
    framing: Framing,
    expects_continue: bool,
    head_bytes: usize,
}

/// Reads the next request; `None` when the peer closed the connection between two.
pub(crate) async fn read(stream: &mut TcpStream, buffer: &mut BytesMut) -> anyhow::Result<Option<Request>> {
    let framed = loop {
        if let Some(framed) = parse(buffer)? {
            break framed;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    if framed.expects_continue {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    buffer.advance(framed.head_bytes);
    if let Framing::Length(size_bytes) = framed.framing {
        anyhow::ensure!(size_bytes <= MAX_BODY_BYTES, "body of {size_bytes} bytes is too large");
        buffer.reserve(size_bytes.saturating_sub(buffer.len()));
        while buffer.len() < size_bytes {
            anyhow::ensure!(stream.read_buf(buffer).await? > 0, "connection closed inside a body");
        }
        let request = framed.with_body(buffer.get(..size_bytes).unwrap_or_default());
        buffer.advance(size_bytes);
        return Ok(Some(request));
    }
    let body = read_unsized(stream, buffer, framed.framing).await?;
    Ok(Some(framed.with_body(&body)))
}

fn parse(buffer: &BytesMut) -> anyhow::Result<Option<Framed>> {
    let Some(head) = Head::parse(buffer)? else { return Ok(None) };
    let (method, path) = head.request_target().unwrap_or_default();
    let dialect = if method == b"POST" { Dialect::of_path(path) } else { None };
    // Calls do not need the words again, and it is the calls that must cost little.
    let word = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (method, path) = match dialect {
        Some(Dialect::Gemini) | None => (word(method), word(path)),
        Some(_) => (String::new(), String::new()),
    };
    Ok(Some(Framed {
        method,
        path,
        dialect,
        framing: head.framing,
        expects_continue: head.expects_continue,
        head_bytes: head.size_bytes,
    }))
}

async fn read_unsized(stream: &mut TcpStream, buffer: &mut BytesMut, framing: Framing) -> anyhow::Result<Vec<u8>> {
    let mut body = Body::new(framing);
    let mut payload = Vec::new();
    loop {
        let used = body.take(buffer, |bytes| payload.extend_from_slice(bytes))?;
        buffer.advance(used);
        anyhow::ensure!(payload.len() <= MAX_BODY_BYTES, "chunked body is too large");
        if body.is_done() {
            return Ok(payload);
        }
        anyhow::ensure!(stream.read_buf(buffer).await? > 0, "connection closed inside a body");
    }
}

impl Framed {
    fn with_body(self, body: &[u8]) -> Request {
        let Some(dialect) = self.dialect else {
            return Request::Other { method: self.method, path: self.path, body: body.to_vec() };
        };
        let is_stream = match dialect {
            Dialect::Gemini => self.path.contains(":streamGenerateContent"),
            Dialect::OpenaiChat | Dialect::OpenaiResponses | Dialect::Anthropic => asks_for_stream(body),
        };
        let found = find_call_digits(body).and_then(|at| body.get(at..at + CALL_DIGITS));
        let digits = found.and_then(|digits| digits.try_into().ok()).unwrap_or([b'0'; CALL_DIGITS]);
        let shape = if is_stream { Shape::Stream } else { Shape::Plain };
        Request::Call { dialect, shape, digits, size_bytes: body.len() }
    }
}

fn asks_for_stream(body: &[u8]) -> bool {
    let front = body.get(..EDGE_BYTES).unwrap_or(body);
    let back = body.get(body.len().saturating_sub(EDGE_BYTES)..).unwrap_or_default();
    [front, back].iter().any(|edge| {
        let after = memmem::find(edge, b"\"stream\":").and_then(|at| edge.get(at + 9..)).unwrap_or_default();
        after.trim_ascii_start().starts_with(b"true")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_asked_for_at_either_end_of_the_body_and_with_any_spacing() {
        let filler = "x".repeat(2_000);
        for (body, expected) in [
            (format!(r#"{{"stream":true,"input":"{filler}"}}"#), true),
            (format!(r#"{{"input":"{filler}","stream": true}}"#), true),
            (format!(r#"{{"input":"{filler}","stream":false}}"#), false),
            (format!(r#"{{"input":"{filler}"}}"#), false),
        ] {
            assert_eq!(asks_for_stream(body.as_bytes()), expected);
        }
    }
}
