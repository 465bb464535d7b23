//! Takes arguments for what they should be.

use crate::error::Fault;
use crate::value::{List, Map, Text, Value};

fn kind(expected: &'static str, value: Option<&Value<'_>>) -> Fault {
    Fault::Kind { expected, given: value.map_or("nil", Value::kind) }
}

pub(super) fn any<'v, 'a>(arguments: &'v [Value<'a>], number: usize) -> &'v Value<'a> {
    arguments.get(number).unwrap_or(&Value::Nil)
}

pub(super) fn text<'v, 'a>(arguments: &'v [Value<'a>], number: usize) -> Result<&'v Text<'a>, Fault> {
    match arguments.get(number) {
        Some(Value::Text(text)) => Ok(text),
        other => Err(kind("string", other)),
    }
}

/// Returns a text that may be left out.
pub(super) fn optional_text<'v, 'a>(arguments: &'v [Value<'a>], number: usize) -> Result<Option<&'v Text<'a>>, Fault> {
    if arguments.len() > number { text(arguments, number).map(Some) } else { Ok(None) }
}

pub(super) fn int(arguments: &[Value<'_>], number: usize) -> Result<i64, Fault> {
    match arguments.get(number) {
        Some(Value::Int(value)) => Ok(*value),
        other => Err(kind("int", other)),
    }
}

/// Returns a count: a whole number, cut off if need be, that may be left out.
pub(super) fn optional_int(arguments: &[Value<'_>], number: usize) -> Result<Option<i64>, Fault> {
    if arguments.len() > number { int(arguments, number).map(Some) } else { Ok(None) }
}

pub(super) fn number(arguments: &[Value<'_>], number: usize) -> Result<f64, Fault> {
    let argument = arguments.get(number);
    argument.and_then(Value::as_float).ok_or_else(|| kind("number", argument))
}

pub(super) fn list<'v, 'a>(arguments: &'v [Value<'a>], number: usize) -> Result<&'v List<'a>, Fault> {
    match arguments.get(number) {
        Some(Value::List(list)) => Ok(list),
        other => Err(kind("array", other)),
    }
}

pub(super) fn map<'v, 'a>(arguments: &'v [Value<'a>], number: usize) -> Result<&'v Map<'a>, Fault> {
    match arguments.get(number) {
        Some(Value::Map(map)) => Ok(map),
        other => Err(kind("map", other)),
    }
}
