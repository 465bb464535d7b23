//! How an answer's body is framed: by what its header says, or by how it begins where the header says nothing.

use crate::operation::{Dialect, Operation};

/// How an answer's body is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events.
    Events,
    /// One JSON text, possibly sent piece by piece.
    Json,
    /// Bytes that say nothing about usage, such as audio.
    Opaque,
}

impl Framing {
    /// Returns the framing that a content type stands for.
    #[must_use]
    pub fn of(content_type: &str) -> Self {
        let essence = essence(content_type);
        if essence.eq_ignore_ascii_case("text/event-stream") {
            Self::Events
        } else if essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json") {
            Self::Json
        } else {
            Self::Opaque
        }
    }

    /// Returns whether a content type says so little that the first bytes must tell the framing. Relays are sloppy
    /// here; an absent content type is the empty one. Only operations whose answers are always JSON or events qualify.
    #[must_use]
    pub fn needs_sniffing(operation: Operation, content_type: &str) -> bool {
        let essence = essence(content_type);
        operation.dialect() != Dialect::Single
            && ["", "text/plain", "application/octet-stream"].iter().any(|vague| essence.eq_ignore_ascii_case(vague))
    }

    /// Returns the framing that an answer's first bytes show; `None` while they are too few to tell.
    #[must_use]
    pub fn sniff(first_bytes: &[u8]) -> Option<Self> {
        const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
        const FIELDS: [&[u8]; 5] = [b"data:", b"event:", b":", b"id:", b"retry:"];
        let text = first_bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(first_bytes).trim_ascii_start();
        if matches!(text, [b'{' | b'[', ..]) {
            Some(Self::Json)
        } else if FIELDS.iter().any(|field| text.starts_with(field)) {
            Some(Self::Events)
        } else if FIELDS.iter().any(|field| field.starts_with(text)) || BYTE_ORDER_MARK.starts_with(first_bytes) {
            None
        } else {
            Some(Self::Opaque)
        }
    }
}

fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(b"{", Some(Framing::Json))]
    #[case(b"\r\n [1", Some(Framing::Json))]
    #[case(b"\xef\xbb\xbf{\"id\"", Some(Framing::Json))]
    #[case(b"data: {}", Some(Framing::Events))]
    #[case(b"\n\nevent: ping", Some(Framing::Events))]
    #[case(b": processing", Some(Framing::Events))]
    #[case(b"id:1", Some(Framing::Events))]
    #[case(b"retry: 5", Some(Framing::Events))]
    #[case(b"\xef\xbb\xbfdata:", Some(Framing::Events))]
    #[case(b"", None)]
    #[case(b" \n", None)]
    #[case(b"dat", None)]
    #[case(b"\xef\xbb", None)]
    #[case(b"\xef\xbb\xbf", None)]
    #[case(b"dates are", Some(Framing::Opaque))]
    #[case(b"RIFF", Some(Framing::Opaque))]
    #[case(b"\"text\"", Some(Framing::Opaque))]
    fn the_first_bytes_show_the_framing(#[case] first: &[u8], #[case] expected: Option<Framing>) {
        assert_eq!(Framing::sniff(first), expected);
    }

    #[test]
    fn only_a_vague_type_of_a_text_answer_is_looked_into() {
        let needs = Framing::needs_sniffing;
        for vague in ["", "text/plain; charset=utf-8", "Application/Octet-Stream"] {
            for operation in
                [Operation::ChatCompletions, Operation::Responses, Operation::Messages, Operation::GeminiStream]
            {
                assert!(needs(operation, vague), "{vague}");
            }
            assert!(!needs(Operation::AudioSpeech, vague), "{vague}");
        }
        assert!(!needs(Operation::Messages, "application/json"));
        assert!(!needs(Operation::Messages, "audio/mpeg"));
    }
}
