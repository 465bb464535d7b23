//! Failures: one fact sheet that every dialect dresses in its own error shape.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A wire protocol, as far as errors are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Chat completions and the single-shape endpoints of OpenAI.
    OpenAi,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Anthropic,
    /// Gemini.
    Gemini,
    /// Azure's front door.
    Azure,
}

/// Why an upstream refuses a call, before it is dressed in a vendor's shape.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Failure {
    /// HTTP status.
    pub status: u16,
    /// What went wrong, in the vendor's words.
    pub message: String,
    /// The vendor's error type; by default the one that belongs to the status.
    pub kind: Option<String>,
    /// The vendor's error code.
    pub code: Option<String>,
    /// The parameter at fault.
    pub param: Option<String>,
}

impl Failure {
    /// Makes a failure with the error type that the vendor uses for this status.
    #[must_use]
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), ..Self::default() }
    }

    /// Sets the error type.
    #[must_use]
    pub fn with_kind(mut self, kind: &str) -> Self {
        self.kind = Some(kind.to_owned());
        self
    }

    /// Sets the error code.
    #[must_use]
    pub fn with_code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    /// Sets the parameter at fault.
    #[must_use]
    pub fn with_param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Returns the body of an error answer.
    pub(crate) fn body(&self, dialect: Dialect, request_id: &str) -> Value {
        match dialect {
            Dialect::OpenAi | Dialect::Responses => json!({"error": self.openai()}),
            Dialect::Anthropic => json!({"type": "error", "error": self.anthropic(), "request_id": request_id}),
            Dialect::Gemini => json!({"error": self.gemini()}),
            Dialect::Azure => {
                let code = self.code.clone().unwrap_or_else(|| self.status.to_string());
                json!({"error": {"code": code, "message": self.message}})
            }
        }
    }

    /// Returns the event that reports the failure inside a stream; `position` counts the events before it.
    pub(crate) fn event(&self, dialect: Dialect, request_id: &str, position: usize) -> Bytes {
        let text = match dialect {
            Dialect::OpenAi | Dialect::Azure => format!("data: {}\n\n", json!({"error": self.openai()})),
            Dialect::Gemini => format!("data: {}\r\n\r\n", json!({"error": self.gemini()})),
            Dialect::Anthropic => format!("event: error\ndata: {}\n\n", self.body(dialect, request_id)),
            Dialect::Responses => {
                let code = self.code.clone().unwrap_or_else(|| openai_kind(self.status).to_owned());
                let event = json!({
                    "type": "error", "sequence_number": position, "code": code,
                    "message": self.message, "param": self.param,
                });
                format!("event: error\ndata: {event}\n\n")
            }
        };
        Bytes::from(text)
    }

    fn openai(&self) -> Value {
        let kind = self.kind.clone().unwrap_or_else(|| openai_kind(self.status).to_owned());
        let usual_code = (self.status == 429).then(|| "rate_limit_exceeded".to_owned());
        let code = self.code.clone().or(usual_code);
        json!({"message": self.message, "type": kind, "param": self.param, "code": code})
    }

    fn anthropic(&self) -> Value {
        let kind = self.kind.clone().unwrap_or_else(|| anthropic_kind(self.status).to_owned());
        json!({"type": kind, "message": self.message})
    }

    fn gemini(&self) -> Value {
        let kind = self.kind.clone().unwrap_or_else(|| gemini_kind(self.status).to_owned());
        let mut error = json!({"code": self.status, "message": self.message, "status": kind});
        if let (Some(code), Some(error)) = (&self.code, error.as_object_mut()) {
            let info = json!({
                "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code,
                "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"},
            });
            error.insert("details".to_owned(), json!([info]));
        }
        error
    }
}

const fn openai_kind(status: u16) -> &'static str {
    match status {
        429 => "requests",
        500.. => "server_error",
        _ => "invalid_request_error",
    }
}

const fn anthropic_kind(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

const fn gemini_kind(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        501 => "UNIMPLEMENTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        500.. => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    }
}
