//! `POST /chat`: one message in, one text out. It is a chat completion that goes the way of all calls, and is charged and
//! recorded as one.

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::{Map, Number, Value, json};
use sluice_protocol::operation::Operation;

use crate::relay::answer::refusal;
use crate::relay::fault::{Fault, Kind};
use crate::relay::inbound::intake::Inbound;
use crate::relay::wire::body::RelayBody;
use crate::relay::{Call, REQUEST_ID_HEADER, Relay, RelayResponse};

/// Largest answer that is made into a short one.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// What is asked for.
#[derive(Debug, PartialEq)]
struct Brief {
    message: String,
    model: Option<String>,
    system: Option<String>,
    temperature: Option<Number>,
    max_tokens: Option<i64>,
}

/// Answers a request; a refusal has its reason as `detail` too, where clients of the old gateway look for it.
pub(super) async fn answer(relay: &Relay, call: &Call, request: Request<Incoming>) -> RelayResponse {
    let response = match ask(relay, call, request).await {
        Ok(response) => response,
        Err(fault) => refusal(call, &fault),
    };
    if response.status().is_success() { response } else { detailed(response).await }
}

async fn ask(relay: &Relay, call: &Call, request: Request<Incoming>) -> Result<RelayResponse, Fault> {
    let snapshot = relay.shared.live.load();
    let client = relay.identify(call, &snapshot, &request).await?;
    let (mut parts, body) = request.into_parts();
    let payload = relay.shared.settings.intake.read(&parts.headers, Inbound::Wire(body)).await?;
    let brief = Brief::read(&payload.plain)?;
    let scope = &client.caller.key.scope;
    let model = brief.model.clone().or_else(|| scope.default_model.clone());
    let model =
        model.ok_or_else(|| Fault::about(Kind::MissingModel, "model", "the request names no `model`; add one"))?;
    let provider = scope.providers.first().map_or("", String::as_str);
    parts.headers.remove(header::CONTENT_ENCODING);
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let request = Request::from_parts(parts, Inbound::Made(brief.completion(&model)));
    let response = relay.relay(call, Operation::ChatCompletions, "", request).await?;
    if !response.status().is_success() {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let reply = reply_in(&collected(body).await?)?;
    let took_ms = (call.started.elapsed().as_secs_f64() * 100_000.0).round() / 100.0;
    let answer = json!({
        "reply": reply,
        "model": model,
        "request_id": call.id_text,
        "duration_ms": took_ms,
        "upstream_status": parts.status.as_u16(),
        "provider": provider,
    });
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_ENCODING);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // The upstream's own id would not be the one that the answer names.
    parts.headers.remove(REQUEST_ID_HEADER);
    Ok(RelayResponse::from_parts(parts, RelayBody::full(answer.to_string())))
}

impl Brief {
    fn read(body: &[u8]) -> Result<Self, Fault> {
        let wrong = |field: &'static str, what: &'static str| Fault::about(Kind::InvalidMessage, field, what);
        let value: Value = serde_json::from_slice(body)
            .map_err(|error| Fault::new(Kind::InvalidMessage, format!("the body is not JSON: {error}")))?;
        let Value::Object(members) = value else {
            return Err(Fault::new(Kind::InvalidMessage, "the body must be a JSON object"));
        };
        let member = |name: &str| members.get(name).filter(|value| !value.is_null());
        let text = |name: &'static str| match member(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(_) => Err(wrong(name, "must be text")),
        };
        let message = match members.get("message") {
            None => return Err(wrong("message", "Field required")),
            Some(Value::String(text)) => text.clone(),
            Some(_) => return Err(wrong("message", "must be text")),
        };
        if message.trim().is_empty() {
            return Err(wrong("message", "messages must contain at least one user message with text content"));
        }
        Ok(Self {
            message,
            model: text("model")?,
            system: text("system")?,
            temperature: member("temperature")
                .map(|value| number(value).ok_or_else(|| wrong("temperature", "must be a number")))
                .transpose()?,
            max_tokens: member("max_tokens")
                .map(|value| whole(value).ok_or_else(|| wrong("max_tokens", "must be a whole number")))
                .transpose()?,
        })
    }

    /// Returns the chat completion that is meant.
    fn completion(&self, model: &str) -> Bytes {
        let mut messages = Vec::with_capacity(2);
        messages.extend(self.system.as_ref().map(|system| json!({"role": "system", "content": system})));
        messages.push(json!({"role": "user", "content": self.message}));
        let mut body = Map::new();
        body.insert("model".to_owned(), model.into());
        body.insert("messages".to_owned(), messages.into());
        body.extend(self.temperature.clone().map(|number| ("temperature".to_owned(), Value::Number(number))));
        body.extend(self.max_tokens.map(|count| ("max_tokens".to_owned(), count.into())));
        Value::Object(body).to_string().into()
    }
}

/// Returns a number, also one in a text; as before it has a fraction.
fn number(value: &Value) -> Option<Number> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.and_then(Number::from_f64)
}

/// Returns a whole number, also one in a text.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => {
            let fraction = || number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
            number.as_i64().or_else(|| fraction().map(|number| number as i64))
        }
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

async fn collected(body: RelayBody) -> Result<Bytes, Fault> {
    let broken = |_| Fault::new(Kind::UpstreamBroken, "the upstream's answer broke off or is too long");
    Ok(Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(broken)?.to_bytes())
}

/// Returns the text of a chat completion; a list of parts as JSON, and nothing where a tool is called instead.
fn reply_in(answer: &[u8]) -> Result<String, Fault> {
    let invalid = || Fault::new(Kind::UpstreamInvalid, "the upstream's answer is no chat completion");
    let answer: Value = serde_json::from_slice(answer).map_err(|_| invalid())?;
    match answer.pointer("/choices/0/message/content") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Null) => Ok(String::new()),
        Some(other) => Ok(other.to_string()),
        None if answer.pointer("/choices/0/message").is_some() => Ok(String::new()),
        None => Err(invalid()),
    }
}

/// Adds the reason of a refusal as `detail`.
async fn detailed(response: RelayResponse) -> RelayResponse {
    let (mut parts, body) = response.into_parts();
    let bytes = collected(body).await.unwrap_or_default();
    let mut value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let reason = value.pointer("/error/message").and_then(Value::as_str).map(str::to_owned);
    let reason = reason.unwrap_or_else(|| parts.status.canonical_reason().unwrap_or("failed").to_owned());
    if !value.is_object() {
        value = json!({});
    }
    if let Some(members) = value.as_object_mut() {
        members.insert("detail".to_owned(), reason.into());
    }
    // An answer that cannot be passed on as it is has no length any more.
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_ENCODING);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if parts.status.is_redirection() {
        parts.status = StatusCode::BAD_GATEWAY;
    }
    RelayResponse::from_parts(parts, RelayBody::full(value.to_string()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn completion(body: &str) -> String {
        String::from_utf8(Brief::read(body.as_bytes()).unwrap().completion("dm").to_vec()).unwrap()
    }

    #[test]
    fn a_message_becomes_a_chat_completion() {
        let plain = r#"{"model":"dm","messages":[{"role":"user","content":"hi"}]}"#;
        assert_eq!(completion(r#"{"message":"hi","zz":1}"#), plain);
        assert_eq!(completion(r#"{"message":"hi","system":"","temperature":null}"#), plain);
        let full = concat!(
            r#"{"model":"dm","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"#,
            r#""temperature":0.0,"max_tokens":5}"#
        );
        assert_eq!(completion(r#"{"message":"hi","system":"s","temperature":0,"max_tokens":"5","model":"mm"}"#), full);
    }

    #[rstest]
    #[case("{}", Some("message"))]
    #[case(r#"{"message":5}"#, Some("message"))]
    #[case(r#"{"message":"   "}"#, Some("message"))]
    #[case(r#"{"message":"x","temperature":"hot"}"#, Some("temperature"))]
    #[case(r#"{"message":"x","max_tokens":1.5}"#, Some("max_tokens"))]
    #[case("[1]", None)]
    #[case("nope", None)]
    fn what_is_no_message_is_refused(#[case] body: &str, #[case] param: Option<&str>) {
        let fault = Brief::read(body.as_bytes()).unwrap_err();
        assert_eq!((fault.kind, fault.param), (Kind::InvalidMessage, param));
    }

    #[rstest]
    #[case(r#"{"choices":[{"message":{"content":"yes"}}]}"#, Some("yes"))]
    #[case(r#"{"choices":[{"message":{"content":null,"tool_calls":[]}}]}"#, Some(""))]
    #[case(r#"{"choices":[{"message":{"tool_calls":[]}}]}"#, Some(""))]
    #[case(r#"{"choices":[{"message":{"content":[{"a":1}]}}]}"#, Some(r#"[{"a":1}]"#))]
    #[case(r#"{"choices":[]}"#, None)]
    #[case("<html>", None)]
    fn the_text_of_an_answer_is_the_reply(#[case] answer: &str, #[case] expected: Option<&str>) {
        assert_eq!(reply_in(answer.as_bytes()).ok().as_deref(), expected);
    }
}
