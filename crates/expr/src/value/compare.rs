//! When values are equal, and which comes first.

use std::cmp::Ordering;

use super::Value;
use crate::error::Fault;
use crate::limits::Gauge;

/// Returns whether two values are equal; whole and floating point numbers compare as numbers.
pub(crate) fn is_equal(gauge: &mut Gauge, left: &Value<'_>, right: &Value<'_>) -> Result<bool, Fault> {
    gauge.step()?;
    Ok(match (left, right) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Int(left), Value::Float(right)) => (*left as f64) == *right,
        (Value::Float(left), Value::Int(right)) => *left == (*right as f64),
        (Value::Float(left), Value::Float(right)) => left == right,
        (Value::Text(left), Value::Text(right)) => {
            gauge.read(left.len().min(right.len()))?;
            left == right
        }
        (Value::List(left), Value::List(right)) => are_equal(gauge, left.items(), right.items())?,
        (Value::Map(left), Value::Map(right)) => {
            let (left, right) = (left.entries(), right.entries());
            gauge.look(left.len().min(right.len()))?;
            if left.len() != right.len() || !left.keys().eq(right.keys()) {
                return Ok(false);
            }
            for (left, right) in left.values().zip(right.values()) {
                if !is_equal(gauge, left, right)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Moment(left), Value::Moment(right)) => left.cmp_instant(*right) == Ordering::Equal,
        (Value::Duration(left), Value::Duration(right)) => left == right,
        (Value::Zone(left), Value::Zone(right)) => left == right,
        _ => false,
    })
}

fn are_equal(gauge: &mut Gauge, left: &[Value<'_>], right: &[Value<'_>]) -> Result<bool, Fault> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (left, right) in left.iter().zip(right) {
        if !is_equal(gauge, left, right)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the order of two values, nothing where one of them is not a number, and fails for values without an order.
pub(crate) fn order(gauge: &mut Gauge, left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, Fault> {
    Ok(match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Float(right)) => (*left as f64).partial_cmp(right),
        (Value::Float(left), Value::Int(right)) => left.partial_cmp(&(*right as f64)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        (Value::Text(left), Value::Text(right)) => {
            gauge.read(left.len().min(right.len()))?;
            Some(left.cmp(right))
        }
        (Value::Moment(left), Value::Moment(right)) => Some(left.cmp_instant(*right)),
        (Value::Duration(left), Value::Duration(right)) => Some(left.cmp(right)),
        _ => return Err(Fault::Mismatch { operator: "<", left: left.kind(), right: right.kind() }),
    })
}
