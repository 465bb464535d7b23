//! Members, elements and slices.

use super::{At, Given, Run, Stop};
use crate::builtins::{lossy, shown};
use crate::error::Fault;
use crate::node::{Absence, Expr};
use crate::value::{Key, List, Text, Value};

impl<'a> Run<'a> {
    pub(super) fn member(&mut self, expr: &'a Expr, parts: &'a [Expr; 2], absence: Absence) -> Given<'a> {
        let [of, key] = parts;
        let of = self.eval(of)?;
        if of.is_nil() && absence == Absence::Skip {
            return Err(Stop::Skip);
        }
        let key = self.eval(key)?;
        element_of(&of, &key).at(expr)
    }

    pub(super) fn slice(&mut self, expr: &'a Expr, of: &'a Expr, bounds: [Option<&'a Expr>; 2]) -> Given<'a> {
        let of = self.eval(of)?;
        let length = match &of {
            Value::Text(text) => text.len(),
            Value::List(list) => list.items().len(),
            other => return Err(Fault::Kind { expected: "string or array", given: other.kind() }).at(expr),
        };
        let [from, to] = bounds;
        let from = self.bound(expr, from, length, 0)?;
        let to = self.bound(expr, to, length, length)?.max(from);
        self.gauge.step().at(expr)?;
        match &of {
            Value::Text(text) => {
                self.gauge.grow(to - from).at(expr)?;
                Ok(Value::Text(text_slice(text, from, to)))
            }
            Value::List(list) => {
                self.gauge.grow_values(to - from).at(expr)?;
                let items = list.items().get(from..to).unwrap_or_default().to_vec();
                Ok(Value::List(List::new(items).at(expr)?))
            }
            _ => Ok(Value::Nil),
        }
    }

    /// Returns a bound of a slice: negative ones count from the end, all of them end where the whole does.
    fn bound(&mut self, expr: &Expr, bound: Option<&'a Expr>, length: usize, default: usize) -> Result<usize, Stop> {
        let Some(bound) = bound else { return Ok(default) };
        match self.eval(bound)? {
            Value::Int(value) if value < 0 => {
                Ok(length.saturating_sub(usize::try_from(value.unsigned_abs()).unwrap_or(usize::MAX)))
            }
            Value::Int(value) => Ok(usize::try_from(value).unwrap_or(usize::MAX).min(length)),
            other => Err(Fault::Kind { expected: "int", given: other.kind() }).at(expr),
        }
    }
}

/// Returns a part of a text by bytes; those of characters that are cut through become U+FFFD each.
fn text_slice<'a>(text: &Text<'a>, from: usize, to: usize) -> Text<'a> {
    if text.is_char_boundary(from) && text.is_char_boundary(to) {
        return text.part(|whole| whole.get(from..to).unwrap_or_default());
    }
    Text::Shared(lossy(text.as_bytes().get(from..to).unwrap_or_default()).into())
}

/// Returns an element of a list by its number, or of a map by its key, nothing if the map has no such key.
pub(crate) fn element_of<'a>(of: &Value<'a>, key: &Value<'a>) -> Result<Value<'a>, Fault> {
    let missing = || Fault::NoMember { member: name(key), of: of.kind() };
    match (of, key) {
        (Value::Map(map), key) => {
            let key = Key::of(key).ok_or(Fault::Key(key.kind()))?;
            Ok(map.entries().get(&key).cloned().unwrap_or_default())
        }
        (Value::List(list), key) => {
            let items = list.items();
            let index = index(key)?;
            let found = position(index, items.len()).and_then(|position| items.get(position));
            found.cloned().ok_or(Fault::OutOfRange { index, length: items.len() })
        }
        (Value::Text(text), key @ (Value::Int(_) | Value::Float(_))) => {
            let index = index(key)?;
            let found = position(index, text.len()).and_then(|position| text.as_bytes().get(position));
            found.map(|byte| Value::Int(i64::from(*byte))).ok_or(Fault::OutOfRange { index, length: text.len() })
        }
        _ => Err(missing()),
    }
}

fn index(key: &Value<'_>) -> Result<i64, Fault> {
    match key {
        Value::Int(value) => Ok(*value),
        Value::Float(value) => Ok(*value as i64),
        other => Err(Fault::Kind { expected: "int", given: other.kind() }),
    }
}

/// Returns where an element is; negative numbers count from the end.
fn position(index: i64, length: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

fn name(key: &Value<'_>) -> String {
    match key {
        Value::Text(text) => shown(text),
        Value::Int(value) => value.to_string(),
        other => other.kind().to_owned(),
    }
}
