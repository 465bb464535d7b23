//! Scripts: what an upstream answers, how fast, and how it goes wrong. Plain data that also travels as JSON.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// How one upstream behaves, call by call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// How strictly requests are checked before anything is answered.
    pub contract: Contract,
    /// Acts for the first calls, in order.
    pub first: Vec<Turn>,
    /// The act for every call after those.
    pub then: Act,
}

/// How strictly a request is checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contract {
    /// Headers, secret and body, by the vendor's published contract.
    #[default]
    Strict,
    /// Headers and secret only; any body is taken.
    Headers,
    /// Nothing.
    Off,
}

/// One act for some calls in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// How many calls get it.
    pub calls: u64,
    /// What they get.
    pub act: Act,
}

/// How one call is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Act {
    /// What is said.
    pub answer: Answer,
    /// Replaces the answer's status.
    pub status: Option<u16>,
    /// Headers that are set on the answer, replacing those of the same name.
    pub headers: Vec<(String, String)>,
    /// When it is said.
    pub pace: Pace,
    /// How it goes wrong.
    pub cut: Option<Cut>,
    /// Compression of the answer's body.
    pub encoding: Option<Encoding>,
}

/// What is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// What the vendor would say, derived from the request.
    #[default]
    Vendor,
    /// The vendor's shape around this text.
    Text {
        /// The text.
        text: String,
    },
    /// The vendor's error shape.
    Error {
        /// What it reports.
        failure: Failure,
    },
    /// Exactly these bytes.
    Raw(Raw),
    /// A page, as a proxy in front of the vendor would send it.
    Html {
        /// Its status.
        status: u16,
    },
    /// No body at all.
    Empty {
        /// Its status.
        status: u16,
    },
    /// Nothing, ever.
    Hang,
}

/// A body given byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// Value of `content-type`.
    pub content_type: String,
    /// What is sent, each piece in a write of its own.
    pub pieces: Vec<Piece>,
}

/// Some bytes after a delay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Wait before sending.
    #[serde(default)]
    pub delay_ms: u64,
    /// What is sent; base64 in JSON.
    #[serde(with = "base64_bytes")]
    pub bytes: Bytes,
}

/// When things are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pace {
    /// Wait before the answer's head.
    pub before_head_ms: u64,
    /// Wait between the head and the body's first byte.
    pub before_body_ms: u64,
    /// Wait between two chunks.
    pub between_chunks_ms: u64,
    /// How many pieces of text a generated answer has.
    pub chunks: Option<usize>,
    /// How many bytes of text each of those pieces has; 16 by default.
    pub chunk_bytes: Option<usize>,
    /// Cuts the body after every so many bytes, wherever that falls.
    pub split_every: Option<usize>,
}

/// How an answer goes wrong. Chunks are those of the answer before any splitting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cut {
    /// TCP reset instead of an answer.
    ResetBeforeHead,
    /// TCP reset when the head and this many chunks were sent.
    ResetAfterChunks {
        /// Number of chunks.
        chunks: usize,
    },
    /// The connection closes when this many chunks were sent, with the body unfinished.
    CloseAfterChunks {
        /// Number of chunks.
        chunks: usize,
    },
    /// The body ends in good order after this many chunks, without what should have followed.
    EndAfterChunks {
        /// Number of chunks.
        chunks: usize,
    },
    /// Nothing more comes after this many chunks.
    HangAfterChunks {
        /// Number of chunks.
        chunks: usize,
    },
    /// `content-length` tells the whole, but only this many bytes are sent.
    Truncate {
        /// Number of bytes.
        bytes: usize,
    },
    /// The vendor's error event follows this many chunks; with 0 it is the first event of the stream.
    ErrorAfterChunks {
        /// Number of chunks.
        chunks: usize,
        /// What the event reports.
        failure: Failure,
    },
}

/// Compression of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// `gzip`.
    Gzip,
    /// `br`.
    Br,
}

impl Script {
    /// Makes a script that plays `act` for every call.
    #[must_use]
    pub fn new(act: Act) -> Self {
        Self { then: act, ..Self::default() }
    }

    /// Makes a script that plays `act` for the first `calls` calls and answers as the vendor after that.
    #[must_use]
    pub fn first(calls: u64, act: Act) -> Self {
        Self { first: vec![Turn { calls, act }], ..Self::default() }
    }

    /// Sets how strictly requests are checked.
    #[must_use]
    pub fn with_contract(mut self, contract: Contract) -> Self {
        self.contract = contract;
        self
    }

    /// Returns the act for the call with this index, counted from 0.
    pub(crate) fn act(&self, index: u64) -> &Act {
        let mut end = 0_u64;
        for turn in &self.first {
            end = end.saturating_add(turn.calls);
            if index < end {
                return &turn.act;
            }
        }
        &self.then
    }
}

impl Act {
    /// The vendor's shape around `text`.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Answer::Text { text: text.into() }.into()
    }

    /// The vendor's error shape.
    #[must_use]
    pub fn error(failure: Failure) -> Self {
        Answer::Error { failure }.into()
    }

    /// Exactly these bytes in one piece.
    #[must_use]
    pub fn bytes(content_type: &str, bytes: impl Into<Bytes>) -> Self {
        let piece = Piece { delay_ms: 0, bytes: bytes.into() };
        Answer::Raw(Raw { content_type: content_type.to_owned(), pieces: vec![piece] }).into()
    }

    /// Replaces the status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets a header of the answer.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the pace.
    #[must_use]
    pub fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Sets how it goes wrong.
    #[must_use]
    pub fn with_cut(mut self, cut: Cut) -> Self {
        self.cut = Some(cut);
        self
    }

    /// Compresses the answer.
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }
}

impl From<Answer> for Act {
    fn from(answer: Answer) -> Self {
        Self { answer, ..Self::default() }
    }
}

impl From<Cut> for Act {
    fn from(cut: Cut) -> Self {
        Self::default().with_cut(cut)
    }
}

impl From<Pace> for Act {
    fn from(pace: Pace) -> Self {
        Self::default().with_pace(pace)
    }
}

mod base64_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Bytes::from).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_calls_get_their_acts_and_the_rest_the_last() {
        let script = Script {
            first: vec![Turn { calls: 2, act: Act::text("a") }, Turn { calls: 1, act: Act::text("b") }],
            then: Act::text("c"),
            ..Script::default()
        };
        let played: Vec<Act> = (0..4).map(|index| script.act(index).clone()).collect();
        assert_eq!(played, [Act::text("a"), Act::text("a"), Act::text("b"), Act::text("c")]);
    }

    #[test]
    fn a_script_survives_the_trip_through_json() {
        let script = Script::first(3, Act::bytes("text/plain", &b"\x00\xff"[..]).with_status(201))
            .with_contract(Contract::Headers);
        let json = serde_json::to_string(&script).unwrap();
        assert_eq!(serde_json::from_str::<Script>(&json).unwrap(), script);
    }

    #[test]
    fn an_unknown_word_in_a_script_is_an_error() {
        assert!(serde_json::from_str::<Script>(r#"{"thn": {}}"#).is_err());
    }
}
