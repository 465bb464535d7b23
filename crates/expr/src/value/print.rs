//! How values look as text: what `string(v)` gives.

use super::{Key, Value};
use crate::error::Fault;
use crate::limits::Gauge;
use crate::time::print_duration;

/// Returns the text of a value.
pub(crate) fn print(gauge: &mut Gauge, value: &Value<'_>) -> Result<String, Fault> {
    let mut out = String::new();
    write(gauge, &mut out, value)?;
    Ok(out)
}

fn write(gauge: &mut Gauge, out: &mut String, value: &Value<'_>) -> Result<(), Fault> {
    gauge.step()?;
    let before = out.len();
    match value {
        Value::Nil => out.push_str("<nil>"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Float(value) => out.push_str(&float(*value)),
        Value::Text(text) => {
            gauge.grow(text.len())?;
            out.push_str(text);
            return Ok(());
        }
        Value::List(list) => {
            out.push('[');
            for (number, item) in list.items().iter().enumerate() {
                out.push_str(if number > 0 { " " } else { "" });
                write(gauge, out, item)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push_str("map[");
            for (number, (key, item)) in map.entries().iter().enumerate() {
                out.push_str(if number > 0 { " " } else { "" });
                write(gauge, out, &Key::to_value(key))?;
                out.push(':');
                write(gauge, out, item)?;
            }
            out.push(']');
        }
        Value::Moment(moment) => out.push_str(&moment.print()),
        Value::Duration(nanos) => out.push_str(&print_duration(*nanos)),
        Value::Zone(zone) => out.push_str(&zone.name()),
    }
    gauge.grow(out.len() - before)
}

/// Returns the shortest text of a number that reads back the same; with an exponent from a million on.
pub(crate) fn float(value: f64) -> String {
    if let Some(special) = special(value) {
        return special.to_owned();
    }
    let (digits, exponent) = parts(value);
    if (-4..6).contains(&exponent) && value != 0.0 || value == 0.0 {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

pub(super) fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        return Some("NaN");
    }
    if value.is_finite() {
        return None;
    }
    Some(if value > 0.0 { "+Inf" } else { "-Inf" })
}

/// Returns the digits with their point and the decimal exponent.
pub(super) fn parts(value: f64) -> (String, i32) {
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (digits.to_owned(), exponent.parse().unwrap_or(0))
}
