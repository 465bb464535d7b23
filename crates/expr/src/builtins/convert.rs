//! Functions that turn values of one type into another.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::argument::{any, text};
use crate::error::Fault;
use crate::limits::Gauge;
use crate::value::{self, Key, List, Map, Value};

type Given<'a> = Result<Value<'a>, Fault>;

pub(super) fn kind<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::from(any(arguments, 0).kind()))
}

pub(super) fn int<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    match any(arguments, 0) {
        Value::Int(value) | Value::Duration(value) => Ok(Value::Int(*value)),
        Value::Float(value) => Ok(Value::Int(truncated(*value))),
        Value::Text(text) => {
            gauge.read(text.len())?;
            text.parse().map(Value::Int).map_err(|_| unreadable(text, "an int"))
        }
        other => Err(Fault::Kind { expected: "number or string", given: other.kind() }),
    }
}

/// Returns the whole part; what does not fit is the least number, as it is on most processors.
pub(crate) fn truncated(value: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) { value as i64 } else { i64::MIN }
}

pub(super) fn float<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    match any(arguments, 0) {
        Value::Text(text) => {
            gauge.read(text.len())?;
            text.parse().map(Value::Float).map_err(|_| unreadable(text, "a float"))
        }
        Value::Duration(nanos) => Ok(Value::Float(*nanos as f64)),
        other => {
            let float = other.as_float().map(Value::Float);
            float.ok_or(Fault::Kind { expected: "number or string", given: other.kind() })
        }
    }
}

/// Longest part of a text that a message shows, in characters.
const MAX_SHOWN: usize = 40;

/// Returns the part of a text that a message shows, on one line.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(MAX_SHOWN).flat_map(char::escape_debug).collect()
}

pub(super) fn unreadable(text: &str, what: &'static str) -> Fault {
    Fault::Unreadable { value: shown(text), what }
}

pub(super) fn string<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    match any(arguments, 0) {
        Value::Text(text) => Ok(Value::Text(text.clone())),
        other => Ok(Value::from(value::print(gauge, other)?)),
    }
}

pub(super) fn to_json<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::from(value::to_json(gauge, any(arguments, 0))?))
}

pub(super) fn from_json<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let text = text(arguments, 0)?;
    // A byte of JSON may become a value, and some of its tree.
    gauge.grow(text.len().saturating_mul(size_of::<Value<'_>>()))?;
    let json = serde_json::from_str(text).map_err(|_| unreadable(text, "JSON"))?;
    owned(json)
}

/// Returns the value; every number is a floating point number.
fn owned<'a>(json: serde_json::Value) -> Given<'a> {
    Ok(match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => Value::from(text),
        serde_json::Value::Array(items) => {
            Value::List(List::new(items.into_iter().map(owned).collect::<Result<_, _>>()?)?)
        }
        serde_json::Value::Object(members) => {
            let members = members.into_iter().map(|(name, json)| Ok((Key::from(name), owned(json)?)));
            Value::Map(Map::new(members.collect::<Result<_, Fault>>()?)?)
        }
    })
}

pub(super) fn to_base64<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let text = text(arguments, 0)?;
    gauge.grow(text.len().saturating_mul(4) / 3)?;
    Ok(Value::from(STANDARD.encode(text.as_bytes())))
}

pub(super) fn from_base64<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let text = text(arguments, 0)?;
    gauge.grow(text.len())?;
    let bytes = STANDARD.decode(text.as_bytes()).map_err(|_| unreadable(text, "base64"))?;
    Ok(Value::from(lossy(&bytes)))
}

/// Returns the text of bytes; each byte that is not part of a character becomes U+FFFD.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}
