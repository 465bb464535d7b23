//! An upstream's answer rewritten in its caller's dialect as it passes.

use bytes::Bytes;
use sluice_protocol::chat::{self, Bridge, Transcoder};
use sluice_protocol::failure::Failure;
use sluice_protocol::meter::Framing;

use super::fault::{Fault, Kind};

/// Largest answer in one piece that is rewritten.
const WHOLE_MAX_BYTES: usize = 64 * 1024 * 1024;

/// What rewrites one answer.
pub(super) enum Rewrite {
    /// Event by event.
    Events(Box<Transcoder>),
    /// All at once, when all of it is there.
    Whole { bridge: Box<Bridge>, gathered: Vec<u8> },
}

impl Rewrite {
    /// Begins before the first byte of an answer that comes in this framing.
    pub(super) fn new(bridge: Box<Bridge>, framing: Framing) -> Option<Self> {
        match framing {
            Framing::Events => Some(Self::Events(Box::new(Transcoder::new(*bridge)?))),
            Framing::Json => Some(Self::Whole { bridge, gathered: Vec::new() }),
            Framing::Opaque => None,
        }
    }

    /// Takes the next bytes from the upstream, without coding; returns what the client gets.
    ///
    /// # Errors
    /// The answer is larger than what is rewritten.
    pub(super) fn push(&mut self, plain: &[u8]) -> Result<Bytes, Fault> {
        match self {
            Self::Events(transcoder) => {
                let mut out = Vec::with_capacity(plain.len());
                transcoder.push(plain, &mut out);
                Ok(out.into())
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
    pub(super) fn finish(&mut self) -> Result<Bytes, Fault> {
        match self {
            Self::Events(transcoder) => {
                let mut out = Vec::new();
                transcoder.finish(&mut out);
                Ok(out.into())
            }
            Self::Whole { bridge, gathered } => {
                let body = std::mem::take(gathered);
                chat::convert_answer(&body, bridge).map(Bytes::from).map_err(|error| {
                    tracing::warn!(call = %bridge.call, %error, "an upstream's answer cannot be converted");
                    Fault::new(Kind::UpstreamInvalid, "the upstream's answer breaks the rules of its own dialect")
                })
            }
        }
    }

    /// Ends the answer because its upstream went away; returns the client's last event, if it can be told.
    pub(super) fn fail(&mut self, kind: Kind, message: &str) -> Option<Bytes> {
        let Self::Events(transcoder) = self else { return None };
        let facts = kind.facts();
        let failure = Failure::new(kind.cause(), facts.code, message);
        let mut out = Vec::new();
        transcoder.fail(failure, &mut out);
        Some(out.into())
    }

    /// Returns whether the client was told of an error, after which nothing follows.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self, Self::Events(transcoder) if transcoder.failure().is_some())
    }
}
