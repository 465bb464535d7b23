//! Errors in the middle of a stream, from and into every dialect.

use super::wire::wire;
use crate::chat::answer::Failure;
use crate::chat::bridge::Bridge;
use crate::chat::text::{Json, Number, Text};
use crate::problem::{EventStyle, Problem};

wire! {
    struct ErrorObject<'a> {
        "type" kind: Text<'a>,
        "code" code: Json<'a>,
        "message" message: Text<'a>,
        "status" status: Text<'a>,
        "param" param: Json<'a>,
    }
}

/// Reads an error object of any dialect.
pub(in crate::chat) fn failure_of(error: &Json<'_>) -> Failure {
    let text = error.as_str();
    let object: ErrorObject<'_> = serde_json::from_str(text).unwrap_or_default();
    let word = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.to_plain().into_owned());
    let code = object.code.as_ref().and_then(|code| serde_json::from_str::<Text<'_>>(code.as_str()).ok());
    let number = object.code.as_ref().and_then(|code| serde_json::from_str::<Number<'_>>(code.as_str()).ok());
    let code = word(&code).or_else(|| word(&object.kind)).or_else(|| word(&object.status));
    let code = code.filter(|code| !code.is_empty()).unwrap_or_else(|| "upstream_error".to_owned());
    let status = number.and_then(|number| number.as_u64()).and_then(|status| u16::try_from(status).ok());
    Failure {
        status: status.filter(|status| (400..600).contains(status)).unwrap_or_else(|| status_of(&code)),
        message: word(&object.message).unwrap_or_else(|| "the upstream failed in the middle of the answer".to_owned()),
        code,
    }
}

/// Returns the status that a vendor's word for an error stands for.
fn status_of(code: &str) -> u16 {
    match code {
        "invalid_request_error" | "INVALID_ARGUMENT" | "invalid_prompt" | "FAILED_PRECONDITION" => 400,
        "authentication_error" | "UNAUTHENTICATED" | "invalid_api_key" => 401,
        "billing_error" | "insufficient_quota" => 402,
        "permission_error" | "PERMISSION_DENIED" => 403,
        "not_found_error" | "NOT_FOUND" | "model_not_found" => 404,
        "request_too_large" | "context_length_exceeded" => 413,
        "rate_limit_error" | "rate_limit_exceeded" | "RESOURCE_EXHAUSTED" => 429,
        "timeout_error" | "DEADLINE_EXCEEDED" => 504,
        "overloaded_error" | "UNAVAILABLE" => 529,
        _ => 500,
    }
}

/// Writes an error event in the client's dialect.
pub(in crate::chat) fn write_failure(failure: &Failure, bridge: &Bridge, style: EventStyle, out: &mut Vec<u8>) {
    let problem = Problem {
        status: failure.status,
        code: &failure.code,
        message: &failure.message,
        param: None,
        call: &bridge.call,
    };
    out.extend_from_slice(&problem.event(bridge.client.family(), style));
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"type":"overloaded_error","message":"Overloaded"}"#, 529, "overloaded_error", "Overloaded")]
    #[case(
        r#"{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}"#,
        429,
        "RESOURCE_EXHAUSTED",
        "slow down"
    )]
    #[case(r#"{"message":"x","type":"server_error","param":null,"code":null}"#, 500, "server_error", "x")]
    #[case(r#""text""#, 500, "upstream_error", "the upstream failed in the middle of the answer")]
    fn errors_of_every_dialect_are_read(
        #[case] json: &str,
        #[case] status: u16,
        #[case] code: &str,
        #[case] message: &str,
    ) {
        let failure = failure_of(&Json::trusted(json));
        assert_eq!((failure.status, failure.code.as_str(), failure.message.as_str()), (status, code, message));
    }
}
