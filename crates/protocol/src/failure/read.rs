//! Taking errors apart: every vendor's shape, and what relays and proxies make of them.

use http::HeaderMap;
use http::header::RETRY_AFTER;
use serde_json::Value;

use super::words::{cause_in, cause_of, cause_of_status, general_cause_of};
use super::{Cause, Failure, Speaker};

/// Most bytes of an error's body that are looked at.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Most characters of a message that are passed on.
const MAX_MESSAGE_CHARS: usize = 2_000;

/// Most bytes of a word or a field's name that are passed on.
const MAX_WORD_BYTES: usize = 128;

/// Keys under which a message stands, the usual first.
const MESSAGE_KEYS: [&str; 8] =
    ["message", "msg", "status_msg", "error_msg", "error_description", "detail", "title", "error"];

/// Keys under which a word for the error stands, the most exact first.
const WORD_KEYS: [&str; 5] = ["code", "error_code", "reason", "type", "status"];

/// What an error says, before it is understood.
#[derive(Debug, Default)]
struct Said {
    words: Vec<String>,
    status: Option<u16>,
    param: Option<String>,
    message: Option<String>,
    retry_after_secs: Option<u64>,
    speaker: Option<Speaker>,
}

impl Failure {
    /// Reads an error answer of any dialect and shape: `status` and `headers` as they came, the body decoded from its
    /// transfer and content encoding. Bytes past 256 KiB of the body are not looked at.
    #[must_use]
    pub fn read(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body.get(..MAX_BODY_BYTES).unwrap_or(body));
        let said = said_in(text.trim_start_matches('\u{feff}').trim());
        let mut failure = understand(said, Some(status));
        failure.retry_after = header_delay(headers).or(failure.retry_after);
        failure
    }

    /// Reads the error object of an event in the middle of a stream.
    #[must_use]
    pub fn read_event(error: &str) -> Self {
        understand(serde_json::from_str(error).map(|value| said_by(&value)).unwrap_or_default(), None)
    }
}

fn understand(said: Said, status: Option<u16>) -> Failure {
    let message = said.message.map(|message| clipped(message.trim())).filter(|message| !message.is_empty());
    // Relays answer 200 or 500 and tell the true status inside.
    let status = match (status, said.status) {
        (Some(outer @ (400..=499 | 501..=599)), _) => Some(outer),
        (outer, inner) => inner.or(outer.filter(|status| *status >= 400)),
    };
    let by_word = said.words.iter().find_map(|word| cause_of(word));
    let by_phrase = message.as_deref().and_then(cause_in);
    let by_class = || said.words.iter().find_map(|word| general_cause_of(word)).unwrap_or(Cause::Server);
    let cause = by_word.or(by_phrase).unwrap_or_else(|| status.map_or_else(by_class, cause_of_status));
    let names_model = message.as_ref().is_some_and(|message| message.to_lowercase().contains("model"));
    let cause = if cause == Cause::NotFound && names_model { Cause::ModelNotFound } else { cause };
    let retry_after = said.retry_after_secs.or_else(|| message.as_deref().and_then(delay_in));
    let told =
        status.filter(|status| *status != 500).map(|status| format!("the upstream answered with status {status}"));
    Failure {
        cause,
        status: status.unwrap_or_else(|| Failure::new(cause, "", "").status),
        code: said.words.into_iter().next().unwrap_or_else(|| "upstream_error".to_owned()),
        param: said.param,
        message: message.or(told).unwrap_or_else(|| "the upstream failed without saying why".to_owned()),
        retry_after: retry_after.map(|secs| secs.to_string()),
        speaker: said.speaker.unwrap_or(Speaker::Other),
    }
}

/// Reads a body: JSON, an event stream with it, or a text. Web pages say nothing that a client could use.
fn said_in(text: &str) -> Said {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return said_by(&value);
    }
    let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
    if let Some(value) = data.filter_map(|data| serde_json::from_str::<Value>(data.trim()).ok()).next() {
        return said_by(&value);
    }
    let is_page = text.starts_with('<') || text.contains("<html");
    let message = if is_page { "the upstream answered with a web page instead of a reason" } else { text };
    with_inner(Said { message: Some(message.to_owned()), ..Said::default() }, &Value::Null)
}

fn said_by(value: &Value) -> Said {
    let error = error_object(value);
    let mut said = Said { message: message_of(error).or_else(|| message_of(value)), ..Said::default() };
    if let Some(number) = value.pointer("/base_resp/status_code").and_then(Value::as_u64) {
        said.words.push(format!("base_resp_{number}"));
    }
    said.words.extend(error.pointer("/innererror/code").and_then(word_of));
    for object in [error, value] {
        let found: Vec<&Value> = WORD_KEYS.iter().filter_map(|key| object.get(*key)).collect();
        let status = found.iter().find_map(|word| word.as_u64()).and_then(|status| u16::try_from(status).ok());
        said.status = said.status.or(status.filter(|status| (400..600).contains(status)));
        said.words.extend(found.into_iter().filter_map(word_of).filter(|word| word != "error"));
    }
    said.param = error.get("param").and_then(Value::as_str).filter(|param| !param.is_empty()).map(short);
    read_details(error, &mut said);
    let is_google = error.get("status").is_some_and(Value::is_string) && error.get("code").is_some_and(Value::is_u64);
    let is_anthropic = value.get("type").is_some_and(|kind| kind == "error") && error.get("code").is_none();
    said.speaker = Some(if is_google || is_anthropic { Speaker::Other } else { Speaker::OpenAi });
    with_inner(said, error)
}

fn error_object(value: &Value) -> &Value {
    let Value::Object(object) = value else {
        return value.as_array().and_then(|list| list.first()).map_or(value, error_object);
    };
    let inner = object.get("error").or_else(|| value.pointer("/response/error"));
    inner.or_else(|| object.get("base_resp")).filter(|inner| inner.is_object()).unwrap_or(value)
}

/// Reads Google's details: the reason, and when to try again.
fn read_details(error: &Value, said: &mut Said) {
    for detail in error.get("details").and_then(Value::as_array).into_iter().flatten() {
        said.words.extend(detail.get("reason").and_then(word_of));
        let delay = detail.get("retryDelay").and_then(Value::as_str).and_then(secs_of);
        said.retry_after_secs = said.retry_after_secs.or(delay);
    }
}

/// Follows an error that has another vendor's whole error as its message, as relays nest them.
fn with_inner(mut outer: Said, error: &Value) -> Said {
    let raw = error.pointer("/metadata/raw").and_then(Value::as_str).or(outer.message.as_deref());
    let Some(text) = raw.and_then(|raw| raw.find('{').and_then(|start| raw.get(start..))) else { return outer };
    // A nested error is a text inside a text, so that each level is shorter than the one before.
    let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(text) else { return outer };
    let inner = said_by(&value);
    let Some(message) = inner.message else { return outer };
    outer.message = Some(message);
    outer.words.splice(0..0, inner.words);
    outer.param = inner.param.or(outer.param);
    outer.retry_after_secs = inner.retry_after_secs.or(outer.retry_after_secs);
    outer.speaker = inner.speaker.or(outer.speaker);
    outer
}

fn message_of(error: &Value) -> Option<String> {
    MESSAGE_KEYS.iter().filter_map(|key| error.get(*key)).find_map(text_of).filter(|text| !text.trim().is_empty())
}

/// Returns a message that may be a text, a list of what is wrong where, or an object around one of them.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => {
            let texts: Vec<String> = list.iter().filter_map(text_of).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        Value::Object(_) => {
            let message = message_of(value)?;
            let place =
                value.get("loc").and_then(Value::as_array).map(|place| place.iter().map(plain).collect::<Vec<_>>());
            Some(place.map(|place| format!("{}: {message}", place.join("."))).unwrap_or(message))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn word_of(value: &Value) -> Option<String> {
    let word = match value {
        Value::String(word) => short(word),
        Value::Number(number) if number.as_u64().is_none_or(|number| number >= 600) => number.to_string(),
        _ => return None,
    };
    (!word.is_empty()).then_some(word)
}

fn short(text: &str) -> String {
    text.get(..text.floor_char_boundary(MAX_WORD_BYTES)).unwrap_or_default().to_owned()
}

fn clipped(message: &str) -> String {
    match message.char_indices().nth(MAX_MESSAGE_CHARS) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

/// Returns the delay of `retry-after-ms`, else of `retry-after` as it stands there.
fn header_delay(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let millis = text("retry-after-ms").and_then(|millis| millis.parse::<f64>().ok());
    if let Some(secs) = millis.and_then(|millis| whole_secs(millis / 1_000.0)) {
        return Some(secs.to_string());
    }
    let delay = text(RETRY_AFTER.as_str()).filter(|delay| !delay.is_empty() && delay.len() <= 40)?;
    match delay.parse::<f64>() {
        Ok(secs) => whole_secs(secs).map(|secs| secs.to_string()),
        Err(_) => delay.ends_with("GMT").then(|| delay.to_owned()),
    }
}

/// Reads the delay that OpenAI writes into messages: `Please try again in 1m2.5s.`
fn delay_in(message: &str) -> Option<u64> {
    let (_, rest) = message.split_once("try again in ")?;
    let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && character != '.').unwrap_or(rest.len());
    secs_of(rest.get(..end)?.trim_end_matches('.'))
}

/// Reads `34s`, `1.5s`, `350ms` or `1h2m3s`; whole seconds, rounded up.
fn secs_of(text: &str) -> Option<u64> {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let unit = tail.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit)?;
        total += number.parse::<f64>().ok()? * secs_per(unit)?;
        rest = tail;
    }
    (!text.is_empty()).then(|| whole_secs(total)).flatten()
}

fn secs_per(unit: &str) -> Option<f64> {
    match unit {
        "ms" => Some(0.001),
        "s" => Some(1.0),
        "m" => Some(60.0),
        "h" => Some(3_600.0),
        _ => None,
    }
}

/// Rounds up; `None` for what is no delay that anybody would wait.
fn whole_secs(secs: f64) -> Option<u64> {
    const MAX_SECS: f64 = 30.0 * 86_400.0;
    let is_delay = secs.is_finite() && (0.0..=MAX_SECS).contains(&secs);
    is_delay.then(|| format!("{:.0}", secs.ceil()).parse().ok()).flatten()
}
