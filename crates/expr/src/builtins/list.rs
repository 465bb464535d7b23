//! Functions over lists.

use std::cmp::Ordering;

use super::argument::{any, int, list, optional_text};
use crate::error::Fault;
use crate::eval::element_of;
use crate::limits::Gauge;
use crate::value::{List, Value, is_equal, order};

type Given<'a> = Result<Value<'a>, Fault>;

pub(super) fn len<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let length = match any(arguments, 0) {
        Value::Text(text) => {
            gauge.read(text.len())?;
            text.chars().count()
        }
        Value::List(list) => list.items().len(),
        Value::Map(map) => map.entries().len(),
        other => return Err(Fault::Kind { expected: "string, list or map", given: other.kind() }),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

pub(super) fn first<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(list(arguments, 0)?.items().first().cloned().unwrap_or_default())
}

pub(super) fn last<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(list(arguments, 0)?.items().last().cloned().unwrap_or_default())
}

/// Gives an element, or nothing where there is none.
pub(super) fn get<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    match element_of(any(arguments, 0), any(arguments, 1)) {
        Err(Fault::OutOfRange { .. }) => Ok(Value::Nil),
        found => found,
    }
}

pub(super) fn take<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (items, count) = (list(arguments, 0)?.items(), int(arguments, 1)?);
    let negative = Fault::Argument { name: "take", reason: "the number of elements is negative" };
    let count = usize::try_from(count).map_err(|_| negative)?.min(items.len());
    gauge.grow_values(count)?;
    Ok(Value::List(List::new(items.iter().take(count).cloned().collect())?))
}

pub(super) fn reverse<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let items = list(arguments, 0)?.items();
    gauge.grow_values(items.len())?;
    Ok(Value::List(List::new(items.iter().rev().cloned().collect())?))
}

pub(super) fn uniq<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let items = list(arguments, 0)?.items();
    let mut kept: Vec<Value<'a>> = Vec::new();
    'items: for item in items {
        for known in &kept {
            if is_equal(gauge, known, item)? {
                continue 'items;
            }
        }
        gauge.grow_values(1)?;
        kept.push(item.clone());
    }
    Ok(Value::List(List::new(kept)?))
}

pub(super) fn concat<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let mut joined = Vec::new();
    for number in 0..arguments.len() {
        let items = list(arguments, number)?.items();
        gauge.grow_values(items.len())?;
        joined.extend(items.iter().cloned());
    }
    Ok(Value::List(List::new(joined)?))
}

pub(super) fn flatten<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let mut flat = Vec::new();
    pour(gauge, list(arguments, 0)?.items(), &mut flat)?;
    Ok(Value::List(List::new(flat)?))
}

fn pour<'a>(gauge: &mut Gauge, items: &[Value<'a>], into: &mut Vec<Value<'a>>) -> Result<(), Fault> {
    gauge.grow_values(items.len())?;
    for item in items {
        match item {
            Value::List(inner) => pour(gauge, inner.items(), into)?,
            other => into.push(other.clone()),
        }
    }
    Ok(())
}

pub(super) fn sort<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let direction = direction(optional_text(arguments, 1)?.map(|text| &**text))?;
    let items = list(arguments, 0)?.items();
    gauge.grow_values(items.len())?;
    let pairs = items.iter().map(|item| (item.clone(), ())).collect();
    let sorted = sorted(gauge, pairs, direction)?;
    Ok(Value::List(List::new(sorted.into_iter().map(|(item, ())| item).collect())?))
}

/// Which way to sort.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

/// Returns the direction of a name.
pub(crate) fn direction(name: Option<&str>) -> Result<Direction, Fault> {
    match name {
        None | Some("asc") => Ok(Direction::Ascending),
        Some("desc") => Ok(Direction::Descending),
        Some(_) => Err(Fault::Argument { name: "sort", reason: "the order must be `asc` or `desc`" }),
    }
}

/// Sorts pairs by their first parts, those that are alike in the order they had. Each comparison is a step.
///
/// Numbers of two types have no total order, for which the sorts of the standard library may panic.
pub(crate) fn sorted<'a, T>(
    gauge: &mut Gauge,
    mut pairs: Vec<(Value<'a>, T)>,
    direction: Direction,
) -> Result<Vec<(Value<'a>, T)>, Fault> {
    if pairs.len() < 2 {
        return Ok(pairs);
    }
    let first = if direction == Direction::Ascending { Ordering::Less } else { Ordering::Greater };
    let rest = pairs.split_off(pairs.len() / 2);
    let mut merged = Vec::with_capacity(pairs.len() + rest.len());
    let mut right = sorted(gauge, rest, direction)?.into_iter().peekable();
    for left in sorted(gauge, pairs, direction)? {
        while let Some((value, _)) = right.peek() {
            gauge.step()?;
            if order(gauge, value, &left.0)? != Some(first) {
                break;
            }
            merged.extend(right.next());
        }
        merged.push(left);
    }
    merged.extend(right);
    Ok(merged)
}
