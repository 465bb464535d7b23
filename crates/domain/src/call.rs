//! The record of one call: who asked for what, which attempts were made, how it ended and what it used.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{CallId, CredentialId, KeyId, ProviderId, UserId};
use crate::money::Micros;
use crate::route::Reasons;
use crate::usage::{Usage, UsageSource};

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The upstream's answer reached its end, be it good or an error.
    Complete,
    /// The client left before the end.
    Abandoned,
    /// The upstream broke off, or every attempt failed.
    Broken,
    /// Sluice turned the call away; no upstream was called.
    Refused,
}

impl Outcome {
    /// Returns the name used in the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Abandoned => "abandoned",
            Self::Broken => "broken",
            Self::Refused => "refused",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Complete, Self::Abandoned, Self::Broken, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.as_str() == name)
    }
}

/// One try of a call at one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Provider that was called.
    pub provider_id: ProviderId,
    /// Its name at that time.
    pub provider_name: String,
    /// Credential that was used.
    pub credential_id: CredentialId,
    /// Model name that was sent.
    pub model: String,
    /// Upstream HTTP status; 0 when none came.
    pub status: u16,
    /// Start, in milliseconds after the call began.
    pub started_ms: u64,
    /// From start to the attempt's end, milliseconds.
    pub duration_ms: u64,
    /// What went wrong, as a stable code with details; of an accepted answer, what was noted about it. `None` when all was well.
    pub error: Option<String>,
    /// The dialect that the request was converted into; `None` where it went as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// What the conversion could not carry, as callers are told of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub losses: String,
}

impl Attempt {
    /// Returns whether the upstream took the call, so that it counts against a quota of calls there.
    #[must_use]
    pub const fn was_taken(&self) -> bool {
        is_taken(self.status)
    }
}

/// Returns whether an upstream that answers with `status` took the call.
#[must_use]
pub const fn is_taken(status: u16) -> bool {
    status >= 200 && status < 300
}

/// All that is kept of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// Made before the upstream was called; writing it twice is harmless.
    pub id: CallId,
    /// When the request head arrived.
    pub created_at: Timestamp,
    /// Key presented.
    pub key_id: KeyId,
    /// Its owner.
    pub user_id: UserId,
    /// Dialect of the caller, such as `openai_chat`.
    pub dialect: &'static str,
    /// Operation, such as `chat_completions`.
    pub operation: &'static str,
    /// Model asked for.
    pub model_asked: String,
    /// Model sent to the upstream that answered; empty if none did.
    pub model_used: String,
    /// Provider that answered.
    pub provider_id: Option<ProviderId>,
    /// Its name at that time.
    pub provider_name: String,
    /// Credential that was used for the answer.
    pub credential_id: Option<CredentialId>,
    /// HTTP status sent to the client; 0 when the client left before any.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// Stable code of the error the client got; empty for none.
    pub error: String,
    /// What was consumed.
    pub usage: Usage,
    /// Where the numbers come from.
    pub usage_source: UsageSource,
    /// Cost; `None` when no price is known.
    pub cost: Option<Micros>,
    /// From the request's arrival to the first byte of the answer's body, milliseconds.
    pub first_token_ms: Option<u64>,
    /// From the request's arrival to the end, milliseconds.
    pub duration_ms: u64,
    /// Whether the answer was a stream.
    pub stream: bool,
    /// The client.
    pub client_ip: Option<IpAddr>,
    /// The upstream's own request id, empty if it sent none.
    pub upstream_request_id: String,
    /// Every try, in order.
    pub attempts: Vec<Attempt>,
    /// Why it went where it went; `None` for calls that were never routed.
    pub decision: Option<Reasons>,
}

/// An object that lives at an upstream, such as a stored response or a video task: later calls about it must go to
/// the credential that made it, and only its owner may make them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamObject {
    /// The upstream's id, such as `resp_…`.
    pub object_id: String,
    /// Owner of the key that made it.
    pub user_id: UserId,
    /// Provider where it lives.
    pub provider_id: ProviderId,
    /// Credential that made it.
    pub credential_id: CredentialId,
    /// Model it was made with.
    pub model: String,
    /// When it was made.
    pub created_at: Timestamp,
}
