//! Functions over numbers.

use std::cmp::Ordering;

use super::argument::{any, number};
use crate::error::Fault;
use crate::limits::Gauge;
use crate::value::{Value, order};

type Given<'a> = Result<Value<'a>, Fault>;

pub(super) fn abs<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    match any(arguments, 0) {
        Value::Int(value) => Ok(Value::Int(value.wrapping_abs())),
        Value::Float(value) => Ok(Value::Float(value.abs())),
        other => Err(Fault::Kind { expected: "number", given: other.kind() }),
    }
}

pub(super) fn ceil<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Float(number(arguments, 0)?.ceil()))
}

pub(super) fn floor<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Float(number(arguments, 0)?.floor()))
}

pub(super) fn round<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Float(number(arguments, 0)?.round()))
}

pub(super) fn max<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    extreme(gauge, arguments, Ordering::Greater)
}

pub(super) fn min<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    extreme(gauge, arguments, Ordering::Less)
}

fn extreme<'a>(gauge: &mut Gauge, arguments: &[Value<'a>], wanted: Ordering) -> Given<'a> {
    let mut found = Value::Nil;
    each(gauge, arguments, &mut |gauge, value| {
        if found.is_nil() || order(gauge, value, &found)? == Some(wanted) {
            found = value.clone();
        }
        Ok(())
    })?;
    Ok(found)
}

pub(super) fn mean<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (mut sum, mut count) = (0.0, 0.0);
    each(gauge, arguments, &mut |_, value| {
        sum += value.as_float().unwrap_or(0.0);
        count += 1.0;
        Ok(())
    })?;
    Ok(Value::Float(if count == 0.0 { 0.0 } else { sum / count }))
}

pub(super) fn median<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let mut numbers = Vec::new();
    each(gauge, arguments, &mut |gauge, value| {
        gauge.grow(size_of::<f64>())?;
        numbers.push(value.as_float().unwrap_or(0.0));
        Ok(())
    })?;
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let at = |number: usize| numbers.get(number).copied().unwrap_or(0.0);
    Ok(Value::Float(match numbers.len() {
        0 => 0.0,
        length if length % 2 == 1 => at(middle),
        _ => (at(middle - 1) + at(middle)) / 2.0,
    }))
}

type Visit<'v, 'a> = &'v mut dyn FnMut(&mut Gauge, &Value<'a>) -> Result<(), Fault>;

/// Visits each number of the arguments and of the lists among them.
fn each<'a>(gauge: &mut Gauge, values: &[Value<'a>], visit: Visit<'_, 'a>) -> Result<(), Fault> {
    gauge.look(values.len())?;
    for value in values {
        match value {
            Value::Int(_) | Value::Float(_) => visit(gauge, value)?,
            Value::List(list) => each(gauge, list.items(), visit)?,
            other => return Err(Fault::Kind { expected: "number", given: other.kind() }),
        }
    }
    Ok(())
}

/// Adds two values: numbers, texts, or times.
pub(crate) fn add<'a>(gauge: &mut Gauge, left: &Value<'a>, right: &Value<'a>) -> Given<'a> {
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) => Value::Int(left.wrapping_add(*right)),
        (Value::Text(left), Value::Text(right)) => {
            gauge.grow(left.len() + right.len())?;
            let mut sum = String::with_capacity(left.len() + right.len());
            sum.push_str(left);
            sum.push_str(right);
            Value::from(sum)
        }
        (Value::Duration(left), Value::Duration(right)) => Value::Duration(left.wrapping_add(*right)),
        (Value::Moment(moment), Value::Duration(nanos)) | (Value::Duration(nanos), Value::Moment(moment)) => {
            Value::Moment(moment.later(*nanos).ok_or(Fault::Argument { name: "+", reason: "the date is too far off" })?)
        }
        _ => match (left.as_float(), right.as_float()) {
            (Some(left), Some(right)) => Value::Float(left + right),
            _ => return Err(Fault::Mismatch { operator: "+", left: left.kind(), right: right.kind() }),
        },
    })
}
