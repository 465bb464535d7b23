//! Every way in which the relay itself says no, with its facts stated once.

use std::borrow::Cow;

use http::StatusCode as S;
use sluice_domain::key::Denial;
use sluice_protocol::failure::Cause;

use crate::upstream::media::{self, Blame};

/// Who is to blame, for logs and statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The client sent something that cannot be served.
    Client,
    /// The upstream failed.
    Upstream,
    /// Sluice itself is not able to.
    Sluice,
}

/// A kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    MissingKey,
    InvalidKey,
    AddressNotAllowed,
    ModelNotAllowed,
    RateLimited,
    InvalidBody,
    BodyTooLarge,
    BodyTimeout,
    UnsupportedEncoding,
    MissingModel,
    InvalidMessage,
    InsufficientFunds,
    BudgetExhausted,
    ModelUnpriced,
    IdempotencyKeyInvalid,
    IdempotencyConflict,
    IdempotencyInProgress,
    IdempotencyNotReplayable,
    ModelNotFound,
    OperationNotServed,
    NotConvertible,
    ObjectNotFound,
    PreviousResponseNotFound,
    ResponseNotCancellable,
    InvalidQuery,
    UnknownPath,
    WrongMethod,
    WrongTransport,
    UpstreamUnreachable,
    UpstreamTimeout,
    UpstreamBroken,
    UpstreamInvalid,
    UpstreamAuth,
    UpstreamQuota,
    UpstreamLimited,
    NoneHealthy,
    RecordsFull,
    StoreUnavailable,
    SpoolFailed,
    MediaNotFetched,
    MediaTooLarge,
    MediaAddressNotAllowed,
}

/// The facts of a kind.
pub(crate) struct Facts {
    /// Stable code.
    pub(crate) code: &'static str,
    /// Status for the client.
    pub(crate) status: S,
    /// Whose fault it is.
    pub(crate) origin: Origin,
    /// Whether another candidate may do better.
    pub(crate) tries_next: bool,
}

impl Kind {
    /// Returns the facts.
    pub(crate) const fn facts(self) -> Facts {
        let (code, status, origin, tries_next) = match self {
            Self::MissingKey => ("missing_api_key", S::UNAUTHORIZED, Origin::Client, false),
            Self::InvalidKey => ("invalid_api_key", S::UNAUTHORIZED, Origin::Client, false),
            Self::AddressNotAllowed => ("ip_not_allowed", S::FORBIDDEN, Origin::Client, false),
            Self::ModelNotAllowed => ("model_not_allowed", S::FORBIDDEN, Origin::Client, false),
            Self::RateLimited => ("rate_limit_exceeded", S::TOO_MANY_REQUESTS, Origin::Client, false),
            Self::InvalidBody => ("invalid_body", S::BAD_REQUEST, Origin::Client, false),
            Self::BodyTooLarge => ("body_too_large", S::PAYLOAD_TOO_LARGE, Origin::Client, false),
            Self::BodyTimeout => ("body_timeout", S::REQUEST_TIMEOUT, Origin::Client, false),
            Self::UnsupportedEncoding => ("unsupported_encoding", S::UNSUPPORTED_MEDIA_TYPE, Origin::Client, false),
            Self::MissingModel => ("missing_model", S::BAD_REQUEST, Origin::Client, false),
            Self::InvalidMessage => ("invalid_message", S::UNPROCESSABLE_ENTITY, Origin::Client, false),
            Self::InsufficientFunds => ("insufficient_funds", S::PAYMENT_REQUIRED, Origin::Client, false),
            Self::BudgetExhausted => ("budget_exhausted", S::PAYMENT_REQUIRED, Origin::Client, false),
            Self::ModelUnpriced => ("model_unpriced", S::FORBIDDEN, Origin::Sluice, false),
            Self::IdempotencyKeyInvalid => ("idempotency_key_invalid", S::BAD_REQUEST, Origin::Client, false),
            Self::IdempotencyConflict => ("idempotency_conflict", S::CONFLICT, Origin::Client, false),
            Self::IdempotencyInProgress => ("idempotency_in_progress", S::CONFLICT, Origin::Client, false),
            Self::IdempotencyNotReplayable => ("idempotency_not_replayable", S::CONFLICT, Origin::Client, false),
            Self::ModelNotFound => ("model_not_found", S::NOT_FOUND, Origin::Client, false),
            Self::OperationNotServed => ("operation_not_served", S::BAD_REQUEST, Origin::Client, false),
            Self::NotConvertible => ("not_convertible", S::BAD_REQUEST, Origin::Client, false),
            Self::ObjectNotFound => ("object_not_found", S::NOT_FOUND, Origin::Client, false),
            Self::PreviousResponseNotFound => ("previous_response_not_found", S::BAD_REQUEST, Origin::Client, false),
            Self::ResponseNotCancellable => ("response_not_cancellable", S::BAD_REQUEST, Origin::Client, false),
            Self::InvalidQuery => ("invalid_query", S::BAD_REQUEST, Origin::Client, false),
            Self::UnknownPath => ("unknown_path", S::NOT_FOUND, Origin::Client, false),
            Self::WrongMethod => ("method_not_allowed", S::METHOD_NOT_ALLOWED, Origin::Client, false),
            Self::WrongTransport => ("upgrade_required", S::UPGRADE_REQUIRED, Origin::Client, false),
            Self::UpstreamUnreachable => ("upstream_unreachable", S::BAD_GATEWAY, Origin::Upstream, true),
            Self::UpstreamTimeout => ("upstream_timeout", S::GATEWAY_TIMEOUT, Origin::Upstream, true),
            Self::UpstreamBroken => ("upstream_broken", S::BAD_GATEWAY, Origin::Upstream, true),
            Self::UpstreamInvalid => ("upstream_invalid_answer", S::BAD_GATEWAY, Origin::Upstream, true),
            Self::UpstreamAuth => ("upstream_auth_failed", S::BAD_GATEWAY, Origin::Upstream, true),
            Self::UpstreamQuota => ("upstream_quota_exhausted", S::SERVICE_UNAVAILABLE, Origin::Upstream, true),
            Self::UpstreamLimited => ("upstream_rate_limited", S::TOO_MANY_REQUESTS, Origin::Upstream, true),
            Self::NoneHealthy => ("no_healthy_provider", S::SERVICE_UNAVAILABLE, Origin::Upstream, true),
            Self::RecordsFull => ("records_full", S::SERVICE_UNAVAILABLE, Origin::Sluice, false),
            Self::StoreUnavailable => ("store_unavailable", S::SERVICE_UNAVAILABLE, Origin::Sluice, false),
            Self::MediaNotFetched => ("media_not_fetched", S::BAD_REQUEST, Origin::Client, false),
            Self::MediaTooLarge => ("media_too_large", S::BAD_REQUEST, Origin::Client, false),
            Self::MediaAddressNotAllowed => ("media_address_not_allowed", S::BAD_REQUEST, Origin::Client, false),
            Self::SpoolFailed => ("spool_failed", S::INSUFFICIENT_STORAGE, Origin::Sluice, false),
        };
        Facts { code, status, origin, tries_next }
    }
}

impl Kind {
    /// Returns what it means to a client in the middle of an answer.
    pub(crate) const fn cause(self) -> Cause {
        match self.facts().status {
            S::PAYMENT_REQUIRED => Cause::Quota,
            S::GATEWAY_TIMEOUT => Cause::Timeout,
            _ => Cause::Server,
        }
    }
}

/// A refusal: its kind and what to tell the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    /// What kind it is.
    pub(crate) kind: Kind,
    /// What happened and what to do.
    pub(crate) message: Cow<'static, str>,
    /// Parameter of the request that is wrong.
    pub(crate) param: Option<&'static str>,
    /// Seconds after which a retry makes sense.
    pub(crate) retry_after_secs: Option<u32>,
}

impl Fault {
    /// Makes a refusal.
    pub(crate) fn new(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into(), param: None, retry_after_secs: None }
    }

    /// Makes a refusal because of one parameter.
    pub(crate) fn about(kind: Kind, param: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { param: Some(param), ..Self::new(kind, message) }
    }

    /// Makes a refusal that says when to try again.
    pub(crate) fn later(kind: Kind, message: impl Into<Cow<'static, str>>, retry_after_secs: u32) -> Self {
        Self { retry_after_secs: Some(retry_after_secs), ..Self::new(kind, message) }
    }
}

impl From<media::Refusal> for Fault {
    fn from(refusal: media::Refusal) -> Self {
        let kind = match refusal.cause.blame() {
            Blame::Fetching => Kind::MediaNotFetched,
            Blame::Size => Kind::MediaTooLarge,
            Blame::Address => Kind::MediaAddressNotAllowed,
        };
        Self::new(kind, refusal.to_string())
    }
}

impl From<Denial> for Fault {
    fn from(denial: Denial) -> Self {
        let kind = match denial {
            Denial::Disabled | Denial::Expired | Denial::OwnerDisabled => Kind::InvalidKey,
            Denial::Address(_) => Kind::AddressNotAllowed,
        };
        Self::new(kind, denial.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_faults_of_the_upstream_are_tried_elsewhere() {
        for kind in [Kind::InvalidBody, Kind::UpstreamTimeout, Kind::RecordsFull, Kind::UpstreamAuth] {
            let facts = kind.facts();
            assert_eq!(facts.tries_next, facts.origin == Origin::Upstream, "{kind:?}");
        }
    }
}
