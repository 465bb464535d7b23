//! What an upstream's error means, whatever its dialect or shape, and how each dialect's clients are told.
//!
//! `Failure::read` takes any error answer apart into a [`Cause`] and what else is worth keeping; `status_for`,
//! `body_for` and `event_for` say it again as the client's vendor would.

mod facts;
mod read;
mod words;

use crate::operation::{Dialect, Family};
use crate::problem::{EventStyle, Wording};

/// Why an upstream failed, as far as a client can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The request breaks a rule.
    Invalid,
    /// The conversation is longer than the model can take.
    ContextLength,
    /// A filter declined the request or its answer.
    Filtered,
    /// The credential is not accepted.
    Auth,
    /// The credential may not do this.
    Permission,
    /// The account's money or allowance is used up.
    Quota,
    /// Too much was asked in too short a time.
    RateLimit,
    /// What is asked for does not exist.
    NotFound,
    /// The model does not exist, or not for this account.
    ModelNotFound,
    /// The request has too many bytes.
    TooLarge,
    /// Another request got in the way.
    Conflict,
    /// It took too long.
    Timeout,
    /// The vendor has more to do than it can.
    Overloaded,
    /// Anything else that is the vendor's fault.
    Server,
}

/// Who chose the words of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Speaker {
    /// A vendor whose codes are OpenAI's or made like them.
    OpenAi,
    /// A vendor whose codes mean nothing to other vendors' clients.
    Other,
    /// Sluice itself.
    Sluice,
}

/// An error of an upstream, as an answer or in the middle of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What it means.
    pub cause: Cause,
    /// The status that it had, or would have had as an answer.
    pub status: u16,
    /// The most exact word that the vendor had for it, for records.
    pub code: String,
    /// The field of the request that is to blame.
    pub param: Option<String>,
    /// What happened.
    pub message: String,
    /// When to try again, as the header `retry-after` says it: seconds or a date.
    pub retry_after: Option<String>,
    speaker: Speaker,
}

impl Failure {
    /// Makes a failure that Sluice itself noticed.
    #[must_use]
    pub fn new(cause: Cause, code: &str, message: impl Into<String>) -> Self {
        Self {
            cause,
            status: cause.facts(Dialect::OpenaiChat).status,
            code: code.to_owned(),
            param: None,
            message: message.into(),
            retry_after: None,
            speaker: Speaker::Sluice,
        }
    }

    /// Makes the failure of a stream that broke the vendor's own rules.
    #[must_use]
    pub fn broken(message: impl Into<String>) -> Self {
        Self { status: 502, ..Self::new(Cause::Server, "upstream_stream_broken", message) }
    }

    /// Returns the status for a client of `dialect`.
    #[must_use]
    pub fn status_for(&self, dialect: Dialect) -> u16 {
        match (self.cause, self.status) {
            // What the client may do about them is the same; what stands between is not its vendor.
            (Cause::Server, 501..=599) => 502,
            _ => self.cause.facts(dialect).status,
        }
    }

    /// Returns the code for a client of `dialect`: the vendor's own where it is one of OpenAI's kind and says more than
    /// the cause.
    #[must_use]
    pub fn code_for(&self, dialect: Dialect) -> Option<&str> {
        let usual = self.cause.facts(dialect).code;
        match self.speaker {
            Speaker::Sluice => Some(&self.code),
            Speaker::OpenAi if self.cause.leaves_code_open() && !words::is_general(&self.code) => Some(&self.code),
            Speaker::OpenAi | Speaker::Other => usual,
        }
    }

    /// Returns the JSON body of an error answer to a client of `dialect`; `call` is the call's id, for support.
    #[must_use]
    pub fn body_for(&self, dialect: Dialect, call: &str) -> Vec<u8> {
        self.worded(dialect, call, |wording| wording.body(dialect.family()))
    }

    /// Returns the error as the last event of a client's stream that is already under way.
    #[must_use]
    pub fn event_for(&self, dialect: Dialect, style: EventStyle, call: &str) -> Vec<u8> {
        self.worded(dialect, call, |wording| match style {
            EventStyle::Plain => wording.event(dialect.family(), style),
            EventStyle::Responses { .. } => {
                Wording { code: Some(self.event_code()), ..*wording }.event(dialect.family(), style)
            }
        })
    }

    /// Returns the code in events of the responses API, which always have one.
    #[must_use]
    pub fn event_code(&self) -> &str {
        let dialect = Dialect::OpenaiResponses;
        self.code_for(dialect).unwrap_or(self.cause.facts(dialect).kind)
    }

    /// Returns the seconds after which a retry makes sense, where they are told as such.
    #[must_use]
    pub fn retry_after_secs(&self) -> Option<u64> {
        self.retry_after.as_ref()?.parse().ok()
    }

    fn worded(&self, dialect: Dialect, call: &str, write: impl FnOnce(&Wording<'_>) -> Vec<u8>) -> Vec<u8> {
        let message = self.message_for(dialect.family());
        let code = self.code_for(dialect);
        write(&Wording {
            status: self.status_for(dialect),
            kind: self.cause.facts(dialect).kind,
            code,
            param: self.param.as_deref(),
            message: &message,
            reason: code.unwrap_or(&self.code),
            call,
            retry_after_secs: self.retry_after_secs(),
        })
    }

    /// Claude Code shortens a conversation when it reads Anthropic's words for one that is too long.
    fn message_for(&self, family: Family) -> std::borrow::Cow<'_, str> {
        const MARKS: [&str; 2] = ["prompt is too long", "exceed context limit"];
        let is_too_long = self.cause == Cause::ContextLength && family == Family::Anthropic;
        if is_too_long && !MARKS.iter().any(|mark| self.message.to_ascii_lowercase().contains(mark)) {
            return format!("prompt is too long: {}", self.message).into();
        }
        self.message.as_str().into()
    }
}

#[cfg(test)]
mod tests;
