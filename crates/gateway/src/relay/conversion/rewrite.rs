//! An upstream's answer rewritten in its caller's dialect as it passes.

use bytes::Bytes;
use sluice_protocol::chat::{self, Bridge, Transcoder};
use sluice_protocol::failure::Failure;
use sluice_protocol::meter::Framing;
use sluice_protocol::operation::Operation;

use crate::relay::fault::{Fault, Kind};

/// Largest answer in one piece that is rewritten.
const WHOLE_MAX_BYTES: usize = 64 * 1024 * 1024;

/// How a client takes a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rendering {
    /// As server-sent events.
    Events,
    /// As one JSON array that grows, which is how Google streams unless it is asked for `alt=sse`.
    Array,
}

impl Rendering {
    /// Reads it from what a client asks.
    pub(in crate::relay) fn of(asked: Operation, query: &str) -> Self {
        let is_events = asked != Operation::GeminiStream || query.split('&').any(|pair| pair == "alt=sse");
        if is_events { Self::Events } else { Self::Array }
    }
}

/// What rewrites one answer.
pub(in crate::relay) enum Rewrite {
    /// Event by event; as the elements of an array where the client takes one.
    Events(Box<Transcoder>, Option<Array>),
    /// All at once, when all of it is there.
    Whole { bridge: Box<Bridge>, gathered: Vec<u8> },
}

impl Rewrite {
    /// Begins before the first byte of an answer that comes in this framing.
    pub(in crate::relay) fn new(bridge: Box<Bridge>, framing: Framing, rendering: Rendering) -> Option<Self> {
        match (framing, rendering) {
            (Framing::Events, _) => {
                let array = (rendering == Rendering::Array).then(Array::default);
                Some(Self::Events(Box::new(Transcoder::new(*bridge)?), array))
            }
            (Framing::Json, _) => Some(Self::Whole { bridge, gathered: Vec::new() }),
            (Framing::Opaque, _) => None,
        }
    }

    /// Takes the next bytes from the upstream, without coding; returns what the client gets.
    ///
    /// # Errors
    /// The answer is larger than what is rewritten.
    pub(in crate::relay) fn push(&mut self, plain: &[u8]) -> Result<Bytes, Fault> {
        match self {
            Self::Events(transcoder, array) => {
                let mut out = Vec::with_capacity(plain.len());
                transcoder.push(plain, &mut out);
                Ok(match array {
                    Some(array) => array.elements(&out).into(),
                    None => out.into(),
                })
            }
            Self::Whole { gathered, .. } if gathered.len() + plain.len() > WHOLE_MAX_BYTES => {
                Err(Fault::new(Kind::UpstreamInvalid, "the upstream's answer is too large to be converted"))
            }
            Self::Whole { gathered, .. } => {
                gathered.extend_from_slice(plain);
                Ok(Bytes::new())
            }
        }
    }

    /// Ends the answer; returns what is still to come for the client.
    ///
    /// # Errors
    /// The answer breaks its dialect's rules.
    pub(in crate::relay) fn finish(&mut self) -> Result<Bytes, Fault> {
        match self {
            Self::Events(transcoder, array) => {
                let mut out = Vec::new();
                transcoder.finish(&mut out);
                Ok(ended(array.as_mut(), out))
            }
            Self::Whole { bridge, gathered } => {
                let body = std::mem::take(gathered);
                if let Some(failure) = chat::failed_answer(bridge.upstream, &body) {
                    return Err(Fault::new(Kind::UpstreamBroken, format!("the upstream failed: {}", failure.message)));
                }
                chat::convert_answer(&body, bridge).map(Bytes::from).map_err(|error| {
                    tracing::warn!(call = %bridge.call, %error, "an upstream's answer cannot be converted");
                    Fault::new(Kind::UpstreamInvalid, "the upstream's answer breaks the rules of its own dialect")
                })
            }
        }
    }

    /// Ends the answer because its upstream went away; returns the client's last event, if it can be told.
    pub(in crate::relay) fn fail(&mut self, kind: Kind, message: &str) -> Option<Bytes> {
        let failure = Failure::new(kind.cause(), kind.facts().code, message);
        let mut out = Vec::new();
        match self {
            Self::Events(transcoder, array) => {
                transcoder.fail(failure, &mut out);
                Some(ended(array.as_mut(), out))
            }
            Self::Whole { .. } => None,
        }
    }

    /// Returns what must follow an error that the client was told of.
    pub(in crate::relay) fn close(&mut self) -> Option<Bytes> {
        match self {
            Self::Events(_, array) => array.as_mut().map(|array| array.end(b"").into()),
            Self::Whole { .. } => None,
        }
    }

    /// Returns whether the client was told of an error, after which nothing follows.
    pub(in crate::relay) fn has_failed(&self) -> bool {
        match self {
            Self::Events(transcoder, _) => transcoder.failure().is_some(),
            Self::Whole { .. } => false,
        }
    }
}

/// Returns the last events as the client takes them.
fn ended(array: Option<&mut Array>, events: Vec<u8>) -> Bytes {
    match array {
        Some(array) => array.end(&events).into(),
        None => events.into(),
    }
}

/// Turns events into the elements of a JSON array.
#[derive(Debug, Default)]
pub(in crate::relay) struct Array {
    has_begun: bool,
}

impl Array {
    /// Returns the elements that whole events stand for.
    fn elements(&mut self, events: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(events.len());
        for line in events.split(|&byte| byte == b'\n') {
            let Some(data) = line.strip_prefix(b"data: ") else { continue };
            out.extend_from_slice(if self.has_begun { b",\r\n" } else { b"[" });
            out.extend_from_slice(data);
            self.has_begun = true;
        }
        out
    }

    /// Returns the last elements and the array's end.
    fn end(&mut self, events: &[u8]) -> Vec<u8> {
        let mut out = self.elements(events);
        out.extend_from_slice(if self.has_begun { b"]" } else { b"[]" });
        out
    }
}
