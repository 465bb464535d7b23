//! Values from and to JSON.

use std::collections::BTreeMap;

use super::print::{parts, special};
use super::{Key, List, Map, Text, TooDeep, Value};
use crate::error::Fault;
use crate::limits::Gauge;

/// Returns the value of a JSON value, borrowing its texts. Numbers without a fraction or exponent are whole numbers.
///
/// # Errors
///
/// Fails when it nests too deep.
pub fn from_json(json: &serde_json::Value) -> Result<Value<'_>, TooDeep> {
    Ok(match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(value) => Value::Int(value),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::Text(Text::Borrowed(text)),
        serde_json::Value::Array(items) => {
            Value::List(List::new(items.iter().map(from_json).collect::<Result<_, _>>()?)?)
        }
        serde_json::Value::Object(members) => {
            let entry = |(name, json)| Ok((Key::from(String::as_str(name)), from_json(json)?));
            Value::Map(Map::new(members.iter().map(entry).collect::<Result<BTreeMap<_, _>, _>>()?)?)
        }
    })
}

/// Returns the JSON of a value, two spaces a level, safe inside HTML.
pub(crate) fn to_json(gauge: &mut Gauge, value: &Value<'_>) -> Result<String, Fault> {
    let mut out = String::new();
    write(gauge, &mut out, value, 0)?;
    Ok(out)
}

fn write(gauge: &mut Gauge, out: &mut String, value: &Value<'_>, level: usize) -> Result<(), Fault> {
    gauge.step()?;
    gauge.grow(8 + 2 * level)?;
    match value {
        Value::Nil => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) | Value::Duration(value) => out.push_str(&format!("{value}")),
        Value::Float(value) => out.push_str(&number(*value)?),
        Value::Text(text) => quote(gauge, out, text)?,
        Value::List(list) => {
            let items = list.items().iter();
            block(out, ['[', ']'], level, items, |out, item| write(gauge, out, item, level + 1))?;
        }
        Value::Map(map) => {
            let entries = map.entries().iter();
            block(out, ['{', '}'], level, entries, |out, (key, item)| {
                let Key::Text(name) = key else { return Err(Fault::NoJson) };
                quote(gauge, out, name)?;
                out.push_str(": ");
                write(gauge, out, item, level + 1)
            })?;
        }
        Value::Moment(moment) => out.push_str(&format!("\"{}\"", moment.rfc3339())),
        Value::Zone(_) => out.push_str("{}"),
    }
    Ok(())
}

fn block<T>(
    out: &mut String,
    [open, close]: [char; 2],
    level: usize,
    items: impl ExactSizeIterator<Item = T>,
    mut write: impl FnMut(&mut String, T) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let is_empty = items.len() == 0;
    out.push(open);
    for (number, item) in items.enumerate() {
        out.push_str(if number > 0 { ",\n" } else { "\n" });
        (0..=level).for_each(|_| out.push_str("  "));
        write(out, item)?;
    }
    if !is_empty {
        out.push('\n');
        (0..level).for_each(|_| out.push_str("  "));
    }
    out.push(close);
    Ok(())
}

fn quote(gauge: &mut Gauge, out: &mut String, text: &str) -> Result<(), Fault> {
    gauge.grow(text.len())?;
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    Ok(())
}

fn number(value: f64) -> Result<String, Fault> {
    if special(value).is_some() {
        return Err(Fault::NoJson);
    }
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return Ok(format!("{value}"));
    }
    let (digits, exponent) = parts(value);
    let sign = if exponent < 0 { '-' } else { '+' };
    Ok(format!("{digits}e{sign}{}", exponent.unsigned_abs()))
}
