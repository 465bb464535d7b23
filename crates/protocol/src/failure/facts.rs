//! How each dialect's vendor says each cause.
//!
//! Sources: OpenAI "Error codes" guide and `ResponseError` of its SDK, Codex CLI's reading of `response.failed`;
//! Anthropic "Errors" page and the error types of its SDK; Google `google.rpc.Code` and Gemini "Troubleshooting".

use super::Cause;
use crate::operation::{Dialect, Family};

/// What a dialect says of a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    /// HTTP status.
    pub(super) status: u16,
    /// The vendor's general word: OpenAI's and Anthropic's `type`, Google's `status`.
    pub(super) kind: &'static str,
    /// OpenAI's `code`, where there is one.
    pub(super) code: Option<&'static str>,
}

impl Cause {
    /// Returns what a dialect says of this cause.
    pub(super) const fn facts(self, dialect: Dialect) -> Facts {
        match dialect.family() {
            Family::OpenAi => self.openai(dialect),
            Family::Anthropic => self.anthropic(),
            Family::Gemini => self.gemini(),
        }
    }

    /// Returns whether the vendor's code may say more than the cause.
    pub(super) const fn leaves_code_open(self) -> bool {
        matches!(self, Self::Invalid | Self::Auth | Self::Permission | Self::NotFound | Self::Conflict | Self::Server)
    }

    const fn openai(self, dialect: Dialect) -> Facts {
        let is_responses = matches!(dialect, Dialect::OpenaiResponses);
        let (status, kind, code) = match self {
            Self::Invalid => (400, "invalid_request_error", None),
            Self::ContextLength => (400, "invalid_request_error", Some("context_length_exceeded")),
            Self::Filtered if is_responses => (400, "invalid_request_error", Some("invalid_prompt")),
            Self::Filtered => (400, "invalid_request_error", Some("content_filter")),
            Self::Auth => (401, "invalid_request_error", Some("invalid_api_key")),
            Self::Permission => (403, "permission_error", None),
            Self::Quota => (429, "insufficient_quota", Some("insufficient_quota")),
            Self::RateLimit => (429, "rate_limit_error", Some("rate_limit_exceeded")),
            Self::NotFound => (404, "invalid_request_error", None),
            Self::ModelNotFound => (404, "invalid_request_error", Some("model_not_found")),
            Self::TooLarge => (413, "invalid_request_error", Some("request_too_large")),
            Self::Conflict => (409, "invalid_request_error", None),
            Self::Timeout => (504, "server_error", Some("timeout")),
            Self::Overloaded => (503, "server_error", Some("server_is_overloaded")),
            // The responses API has no failure without a code.
            Self::Server if is_responses => (500, "server_error", Some("server_error")),
            Self::Server => (500, "server_error", None),
        };
        Facts { status, kind, code }
    }

    const fn anthropic(self) -> Facts {
        let (status, kind) = match self {
            Self::Invalid | Self::ContextLength | Self::Filtered => (400, "invalid_request_error"),
            Self::Auth => (401, "authentication_error"),
            Self::Permission => (403, "permission_error"),
            Self::Quota => (402, "billing_error"),
            Self::RateLimit => (429, "rate_limit_error"),
            Self::NotFound | Self::ModelNotFound => (404, "not_found_error"),
            Self::TooLarge => (413, "request_too_large"),
            Self::Conflict => (409, "invalid_request_error"),
            Self::Timeout => (504, "timeout_error"),
            Self::Overloaded => (529, "overloaded_error"),
            Self::Server => (500, "api_error"),
        };
        Facts { status, kind, code: None }
    }

    const fn gemini(self) -> Facts {
        let (status, kind) = match self {
            Self::Invalid | Self::ContextLength | Self::Filtered | Self::TooLarge => (400, "INVALID_ARGUMENT"),
            Self::Auth => (401, "UNAUTHENTICATED"),
            Self::Permission => (403, "PERMISSION_DENIED"),
            Self::Quota | Self::RateLimit => (429, "RESOURCE_EXHAUSTED"),
            Self::NotFound | Self::ModelNotFound => (404, "NOT_FOUND"),
            Self::Conflict => (409, "ABORTED"),
            Self::Timeout => (504, "DEADLINE_EXCEEDED"),
            Self::Overloaded => (503, "UNAVAILABLE"),
            Self::Server => (500, "INTERNAL"),
        };
        Facts { status, kind, code: self.openai(Dialect::OpenaiChat).code }
    }
}
