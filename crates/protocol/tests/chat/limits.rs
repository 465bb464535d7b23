//! What is too long to be converted.

use sluice_protocol::chat::Transcoder;
use sluice_protocol::operation::Dialect;
use sluice_protocol::sse::MAX_LINE_BYTES;

use crate::grammar;
use crate::support::{DIALECTS, bridge};

const BEFORE: &str = r#"data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"before"}}]}

data: {"id":"c","choices":[{"index":0,"delta":{"content":""#;
const AFTER: &str = r#""}}]}

data: {"id":"c","choices":[{"index":0,"delta":{"content":"after"},"finish_reason":"stop"}]}

data: [DONE]

"#;

#[test]
fn a_line_that_is_too_long_ends_the_stream_with_an_error_in_every_dialect() {
    let piece = vec![b'x'; 1024 * 1024];
    for client in DIALECTS.into_iter().filter(|client| *client != Dialect::OpenaiChat) {
        let mut transcoder = Transcoder::new(bridge(Dialect::OpenaiChat, client)).unwrap();
        let mut out = Vec::new();
        transcoder.push(BEFORE.as_bytes(), &mut out);
        for _ in 0..=MAX_LINE_BYTES / piece.len() {
            transcoder.push(&piece, &mut out);
        }
        assert!(transcoder.failure().is_some(), "told before the line ends");
        transcoder.push(AFTER.as_bytes(), &mut out);
        transcoder.finish(&mut out);
        let told = String::from_utf8(out).unwrap();
        assert!(told.contains("before") && told.contains("too long") && !told.contains("after"), "{told}");
        grammar::check(client, &told).unwrap_or_else(|reason| panic!("{}: {reason}\n{told}", client.as_str()));
    }
}

#[test]
fn an_event_of_many_lines_that_is_too_long_ends_the_stream_too() {
    let mut transcoder = Transcoder::new(bridge(Dialect::OpenaiChat, Dialect::Anthropic)).unwrap();
    let mut out = Vec::new();
    let line = format!("data: \"{}\",\n", "x".repeat(1024 * 1024));
    transcoder.push(b"data: {\n", &mut out);
    for _ in 0..17 {
        transcoder.push(line.as_bytes(), &mut out);
    }
    assert!(transcoder.failure().is_some_and(|failure| failure.message.contains("too long")));
}
