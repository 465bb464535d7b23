//! Errors in the shape that a caller's SDK expects.

use serde_json::{Value, json};

use crate::operation::Family;

/// What an error says, apart from its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem<'a> {
    /// HTTP status.
    pub status: u16,
    /// Stable code, such as `model_not_found`.
    pub code: &'a str,
    /// What happened and what to do.
    pub message: &'a str,
    /// Parameter of the request that is wrong; only OpenAI's shape has a place for it.
    pub param: Option<&'a str>,
    /// Id of the call, for support.
    pub call: &'a str,
    /// Seconds after which a retry makes sense; only Google's shape has a place for it.
    pub retry_after_secs: Option<u32>,
}

impl Problem<'_> {
    /// Returns the JSON body of an error answer.
    ///
    /// Sources: OpenAI "Error codes" guide, Anthropic "Errors" page, Google `google.rpc.Status`.
    #[must_use]
    pub fn body(&self, family: Family) -> Vec<u8> {
        self.wording(family).body(family)
    }

    /// Returns the error as the last event of a stream that is already under way.
    #[must_use]
    pub fn event(&self, family: Family, sequence: EventStyle) -> Vec<u8> {
        self.wording(family).event(family, sequence)
    }

    fn wording(&self, family: Family) -> Wording<'_> {
        let kind = match family {
            Family::OpenAi => openai_type(self.status),
            Family::Anthropic => anthropic_type(self.status),
            Family::Gemini => google_status(self.status),
        };
        Wording {
            status: self.status,
            kind,
            code: Some(self.code),
            param: self.param,
            message: self.message,
            reason: self.code,
            call: self.call,
            retry_after_secs: self.retry_after_secs.map(u64::from),
        }
    }
}

/// Everything that an error says in any family's shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wording<'a> {
    /// HTTP status.
    pub(crate) status: u16,
    /// OpenAI's and Anthropic's `type`, Google's `status`.
    pub(crate) kind: &'a str,
    /// OpenAI's `code`.
    pub(crate) code: Option<&'a str>,
    /// OpenAI's `param`.
    pub(crate) param: Option<&'a str>,
    /// What happened.
    pub(crate) message: &'a str,
    /// Google's reason, in any spelling.
    pub(crate) reason: &'a str,
    /// Id of the call.
    pub(crate) call: &'a str,
    /// Delay that Google puts into the body.
    pub(crate) retry_after_secs: Option<u64>,
}

impl Wording<'_> {
    /// Returns the JSON body of an error answer.
    pub(crate) fn body(&self, family: Family) -> Vec<u8> {
        self.value(family).to_string().into_bytes()
    }

    /// Returns the last event of a stream.
    pub(crate) fn event(&self, family: Family, sequence: EventStyle) -> Vec<u8> {
        match (family, sequence) {
            (Family::Anthropic, _) => format!("event: error\ndata: {}\n\n", self.value(family)),
            (Family::OpenAi, EventStyle::Responses { sequence_number }) => {
                let event = json!({
                    "type": "error", "code": self.code, "message": self.message, "param": self.param,
                    "sequence_number": sequence_number,
                });
                format!("event: error\ndata: {event}\n\n")
            }
            (Family::OpenAi | Family::Gemini, _) => format!("data: {}\n\n", self.value(family)),
        }
        .into_bytes()
    }

    fn value(&self, family: Family) -> Value {
        match family {
            Family::OpenAi => json!({"error": {
                "message": self.message, "type": self.kind, "param": self.param, "code": self.code,
            }}),
            Family::Anthropic => json!({
                "type": "error",
                "error": {"type": self.kind, "message": self.message},
                "request_id": self.call,
            }),
            Family::Gemini => json!({"error": {
                "code": self.status, "message": self.message, "status": self.kind, "details": self.details(),
            }}),
        }
    }

    /// Google's clients read the delay in the body, not in the header.
    fn details(&self) -> Value {
        let mut details = vec![json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": google_reason(self.reason), "domain": "sluice", "metadata": {"call": self.call},
        })];
        if let Some(secs) = self.retry_after_secs {
            details
                .push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{secs}s")}));
        }
        details.into()
    }
}

/// Returns a word as Google writes reasons.
fn google_reason(word: &str) -> String {
    let upper = |character: char| {
        if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' }
    };
    word.chars().map(upper).collect()
}

/// How a stream of the dialect numbers its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventStyle {
    /// Events carry no number.
    Plain,
    /// The Responses API numbers each event.
    Responses {
        /// Number of the error event.
        sequence_number: u64,
    },
}

const fn openai_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "permission_error",
        402 | 429 => "rate_limit_error",
        400..=499 => "invalid_request_error",
        _ => "server_error",
    }
}

const fn anthropic_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        400..=499 => "invalid_request_error",
        504 => "timeout_error",
        503 | 529 => "overloaded_error",
        _ => "api_error",
    }
}

const fn google_status(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        402 | 429 => "RESOURCE_EXHAUSTED",
        405 => "UNIMPLEMENTED",
        400..=499 => "INVALID_ARGUMENT",
        503 | 529 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROBLEM: Problem<'_> = Problem {
        status: 404,
        code: "model_not_found",
        message: "no provider serves `x`",
        param: None,
        call: "c1",
        retry_after_secs: None,
    };

    #[test]
    fn each_family_gets_its_own_shape() {
        let bodies = [Family::OpenAi, Family::Anthropic, Family::Gemini]
            .map(|family| String::from_utf8(PROBLEM.body(family)).unwrap());
        assert_eq!(
            bodies,
            [
                r#"{"error":{"message":"no provider serves `x`","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
                r#"{"type":"error","error":{"type":"not_found_error","message":"no provider serves `x`"},"request_id":"c1"}"#,
                r#"{"error":{"code":404,"message":"no provider serves `x`","status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"MODEL_NOT_FOUND","domain":"sluice","metadata":{"call":"c1"}}]}}"#,
            ]
        );
    }

    #[test]
    fn google_is_told_in_the_body_when_to_try_again() {
        let body = Problem { status: 429, retry_after_secs: Some(7), ..PROBLEM }.body(Family::Gemini);
        let body: Value = serde_json::from_slice(&body).unwrap();
        let expected = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"});
        assert_eq!((&body["error"]["status"], &body["error"]["details"][1]), (&json!("RESOURCE_EXHAUSTED"), &expected));
    }

    #[test]
    fn an_error_event_ends_with_a_blank_line_and_responses_are_numbered() {
        let plain = PROBLEM.event(Family::OpenAi, EventStyle::Plain);
        assert!(plain.starts_with(b"data: {\"error\"") && plain.ends_with(b"}\n\n"));
        let numbered = PROBLEM.event(Family::OpenAi, EventStyle::Responses { sequence_number: 7 });
        assert_eq!(
            String::from_utf8(numbered).unwrap(),
            "event: error\ndata: {\"type\":\"error\",\"code\":\"model_not_found\",\"message\":\"no provider serves `x`\",\"param\":null,\"sequence_number\":7}\n\n"
        );
    }
}
