//! Chat in any dialect: a request, an answer or a stream is read into one model and written from it.
//!
//! `decode → model → encode` is the only way between two dialects; no pair has code of its own. What a dialect cannot
//! say is a [`Loss`]. Texts, tool arguments and schemas are carried as they stood on the wire.

mod answer;
mod anthropic;
mod bridge;
mod codec;
mod gemini;
mod loss;
mod openai_chat;
mod openai_responses;
mod proofs;
mod reasoning;
mod request;
mod signature;
mod stream;
mod text;
mod visit;

pub use answer::{Answer, Choice, Event, Finish, Head, Opening};
pub use bridge::{AnswerShape, Bridge, Encoded, Memo, Target, Trait};
pub use codec::names::Names;
pub use codec::wire::{DecodeError, Extra};
pub use loss::{Loss, Losses, MAX_LOSSES, Severity};
pub use proofs::{ProofId, ProofScanner};
pub use reasoning::{Amount, Effort, Reasoning, Show};
pub use request::{
    CacheMark, Citation, Content, Delivery, Format, FormatSchema, Function, HostedKind, Input, Limits, Media,
    MediaKind, Namespaced, Origin, Output, Part, Request, Role, Sampling, Source, Thinking, Tier, Tool, ToolCall,
    ToolChoice, ToolResult, Toolbox, Turn,
};
pub use signature::{Signature, SignatureKind};
pub use stream::Transcoder;
pub use text::{Json, Number, Text};

pub use crate::failure::{Cause, Failure};

use std::ops::Range;

use memchr::memmem::Finder;

use crate::needles::Needle;
use crate::operation::Dialect;
use crate::raw::RawObject;
use crate::tokens;

/// Reads a request.
///
/// # Errors
/// Says what in the body breaks the dialect's rules.
pub fn decode_request(dialect: Dialect, body: &[u8]) -> Result<Request<'_>, DecodeError> {
    let text = text_of(body)?;
    match dialect {
        Dialect::OpenaiChat => openai_chat::decode_request(text),
        Dialect::OpenaiResponses => openai_responses::decode_request(text),
        Dialect::Anthropic => anthropic::decode_request(text),
        Dialect::Gemini => gemini::decode_request(text),
        Dialect::Single => Err(unknown(dialect)),
    }
}

/// Writes a request for an upstream.
///
/// # Errors
/// Only for a dialect that is not one of chat.
pub fn encode_request(dialect: Dialect, request: &Request<'_>, target: &Target<'_>) -> Result<Encoded, DecodeError> {
    let mut encoded = match codec::settle::settled(request, dialect, target) {
        Some(settled) => {
            let mut encoded = encode_settled(dialect, &settled.request, target)?;
            encoded.memo.searches_tools = settled.searches_tools;
            let later = std::mem::replace(&mut encoded.losses, settled.losses);
            encoded.losses.append(later);
            encoded
        }
        None => encode_settled(dialect, request, target)?,
    };
    encoded.losses.name_for(request.dialect);
    Ok(encoded)
}

fn encode_settled(dialect: Dialect, request: &Request<'_>, target: &Target<'_>) -> Result<Encoded, DecodeError> {
    match dialect {
        Dialect::OpenaiChat => Ok(openai_chat::encode_request(request, target)),
        Dialect::OpenaiResponses => Ok(openai_responses::encode_request(request, target)),
        Dialect::Anthropic => Ok(anthropic::encode_request(request, target)),
        Dialect::Gemini => Ok(gemini::encode_request(request, target)),
        Dialect::Single => Err(unknown(dialect)),
    }
}

static ENVELOPE: Needle = Needle::new(|| Finder::new(signature::MAGIC_BASE64));

/// Returns whether a request carries proofs in envelopes, which only Sluice understands. A request that goes to a vendor
/// of its own dialect without conversion must be looked at then, see [`restore_envelopes`].
#[must_use]
pub fn carries_envelopes(body: &[u8]) -> bool {
    ENVELOPE.find(body).is_some()
}

/// Takes a request's proofs out of their envelopes: those that the upstream's account issued stand bare again, others
/// go with their thoughts. `None` when there is none, so that the request can go as it is.
///
/// # Errors
/// Says what in the body breaks the dialect's rules.
pub fn restore_envelopes(dialect: Dialect, body: &[u8], target: &Target<'_>) -> Result<Option<Encoded>, DecodeError> {
    if !carries_envelopes(body) {
        return Ok(None);
    }
    let request = decode_request(dialect, body)?;
    encode_request(dialect, &request, target).map(Some)
}

/// Turns a whole answer of the upstream's dialect into one of the client's.
///
/// # Errors
/// Says what in the body breaks the upstream dialect's rules.
pub fn convert_answer(body: &[u8], bridge: &Bridge) -> Result<Vec<u8>, DecodeError> {
    if bridge.counts_tokens {
        let tokens = tokens::counted(bridge.upstream, body)
            .ok_or_else(|| DecodeError { path: String::new(), reason: "holds no token count".to_owned() })?;
        return Ok(tokens::count_answer(bridge.client, tokens).to_string().into_bytes());
    }
    let answer = decode_answer(body, bridge)?;
    encode_answer(&answer, bridge)
}

/// Reads the error of an answer that came with a good status and says of itself that it failed, as responses do.
#[must_use]
pub fn failed_answer(upstream: Dialect, body: &[u8]) -> Option<Failure> {
    let object = RawObject::parse(body).ok()?;
    let error = object.get("error").and_then(|error| std::str::from_utf8(error).ok());
    let has_failed = match upstream {
        Dialect::OpenaiResponses => object.string("status").as_deref() == Some("failed"),
        // OpenRouter answers with what it has, and the error beside it.
        Dialect::OpenaiChat => object.has("choices") && error.is_some_and(|error| error.starts_with('{')),
        Dialect::Anthropic | Dialect::Gemini | Dialect::Single => false,
    };
    has_failed.then(|| Failure::read_event(error.unwrap_or("null")))
}

/// Reads a whole answer of the upstream's dialect.
///
/// # Errors
/// Says what in the body breaks the upstream dialect's rules.
pub fn decode_answer<'a>(body: &'a [u8], bridge: &'a Bridge) -> Result<Answer<'a>, DecodeError> {
    let text = text_of(body)?;
    let mut answer = match bridge.upstream {
        Dialect::OpenaiChat => openai_chat::decode_answer(text, bridge)?,
        Dialect::OpenaiResponses => openai_responses::decode_answer(text, bridge)?,
        Dialect::Anthropic => anthropic::decode_answer(text, bridge)?,
        Dialect::Gemini => gemini::decode_answer(text, bridge)?,
        Dialect::Single => return Err(unknown(bridge.upstream)),
    };
    codec::restore::restore_answer(&mut answer, bridge);
    let broken = answer.choices.iter().find(|choice| choice.finish == Finish::Broken);
    match broken.filter(|_| bridge.client != Dialect::Gemini) {
        Some(Choice { stop: Some(why), .. }) => {
            Err(codec::wire::Path::Root.error(format!("the answer broke off: {}", why.to_plain())))
        }
        Some(_) => Err(codec::wire::Path::Root.error("the answer broke off")),
        None => Ok(answer),
    }
}

/// Writes a whole answer in the client's dialect.
///
/// # Errors
/// Only for a dialect that is not one of chat.
pub fn encode_answer(answer: &Answer<'_>, bridge: &Bridge) -> Result<Vec<u8>, DecodeError> {
    match bridge.client {
        Dialect::OpenaiChat => Ok(openai_chat::encode_answer(answer, bridge)),
        Dialect::OpenaiResponses => Ok(openai_responses::encode_answer(answer, bridge)),
        Dialect::Anthropic => Ok(anthropic::encode_answer(answer, bridge)),
        Dialect::Gemini => Ok(gemini::encode_answer(answer, bridge)),
        Dialect::Single => Err(unknown(bridge.client)),
    }
}

/// Returns where the top-level fields of a request stand that its answer must repeat, for [`Bridge::echo`].
#[must_use]
pub fn echoed(dialect: Dialect, body: &RawObject<'_>) -> Vec<(&'static str, Range<usize>)> {
    if dialect != Dialect::OpenaiResponses {
        return Vec::new();
    }
    let given = |key: &'static str| Some((key, body.range(key).filter(|_| body.has(key))?));
    openai_responses::ECHOED.iter().filter_map(|(key, _)| given(key)).collect()
}

fn text_of(body: &[u8]) -> Result<&str, DecodeError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // Text beyond ASCII is where the standard library's check takes a byte at a time.
    simdutf8::basic::from_utf8(body).map_err(|_| codec::wire::Path::Root.error("the body is not valid UTF-8"))
}

fn unknown(dialect: Dialect) -> DecodeError {
    codec::wire::Path::Root.error(format!("`{}` is no dialect of chat", dialect.as_str()))
}
