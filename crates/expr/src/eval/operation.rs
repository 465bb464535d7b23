//! What operators do.

use std::cmp::Ordering;

use super::{At, Given, Run, Stop};
use crate::builtins::{add, truncated};
use crate::error::Fault;
use crate::limits::Gauge;
use crate::node::Expr;
use crate::pattern::Pattern;
use crate::syntax::Binary;
use crate::value::{Key, List, Value, is_equal, order};

impl<'a> Run<'a> {
    pub(super) fn binary(&mut self, expr: &'a Expr, operator: Binary, operands: &'a [Expr; 2]) -> Given<'a> {
        let [left, right] = operands;
        let left = self.eval(left)?;
        if operator == Binary::Coalesce {
            return if left.is_nil() { self.eval(right) } else { Ok(left) };
        }
        let right = self.eval(right)?;
        apply(&mut self.gauge, operator, &left, &right).at(expr)
    }

    pub(super) fn negate(&mut self, expr: &'a Expr, operand: &'a Expr) -> Given<'a> {
        match self.eval(operand)? {
            Value::Int(value) => Ok(Value::Int(value.wrapping_neg())),
            Value::Float(value) => Ok(Value::Float(-value)),
            other => Err(Fault::Kind { expected: "number", given: other.kind() }).at(expr),
        }
    }

    /// Looks for a value in a range without making the range.
    pub(super) fn between(&mut self, expr: &'a Expr, parts: &'a [Expr; 3]) -> Given<'a> {
        let [item, low, high] = parts;
        let (item, low, high) = (self.eval(item)?, self.int(low)?, self.int(high)?);
        self.gauge.step().at(expr)?;
        Ok(Value::Bool(match item {
            Value::Int(value) => (low..=high).contains(&value),
            Value::Float(value) => value.fract() == 0.0 && value >= low as f64 && value <= high as f64,
            _ => false,
        }))
    }

    fn int(&mut self, expr: &'a Expr) -> Result<i64, Stop> {
        match self.eval(expr)? {
            Value::Int(value) => Ok(value),
            // What is known to be a float is refused when a rule is compiled; others lose their fraction.
            Value::Float(value) => Ok(truncated(value)),
            other => Err(Fault::Kind { expected: "int", given: other.kind() }).at(expr),
        }
    }
}

fn apply<'a>(gauge: &mut Gauge, operator: Binary, left: &Value<'a>, right: &Value<'a>) -> Result<Value<'a>, Fault> {
    match operator {
        Binary::Equal => is_equal(gauge, left, right).map(Value::Bool),
        Binary::NotEqual => is_equal(gauge, left, right).map(|is_equal| Value::Bool(!is_equal)),
        Binary::Less | Binary::Greater | Binary::LessOrEqual | Binary::GreaterOrEqual => {
            compare(gauge, operator, left, right).map(Value::Bool)
        }
        Binary::In => contains(gauge, left, right).map(Value::Bool),
        Binary::Matches | Binary::Contains | Binary::StartsWith | Binary::EndsWith => {
            text_test(gauge, operator, left, right).map(Value::Bool)
        }
        Binary::Add => add(gauge, left, right),
        Binary::Range => range(gauge, left, right),
        Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder | Binary::Power => {
            arithmetic(operator, left, right)
        }
        // These look at their second operand only if they need it, elsewhere.
        Binary::Or | Binary::And | Binary::Coalesce => Ok(Value::Nil),
    }
}

/// Compares two values; a number that is none is in no order with any other.
pub(super) fn compare(gauge: &mut Gauge, operator: Binary, left: &Value<'_>, right: &Value<'_>) -> Result<bool, Fault> {
    let order = order(gauge, left, right).map_err(|fault| named(fault, sign(operator)))?;
    Ok(match operator {
        Binary::Less => order == Some(Ordering::Less),
        Binary::Greater => order == Some(Ordering::Greater),
        Binary::LessOrEqual => order.is_some_and(Ordering::is_le),
        _ => order.is_some_and(Ordering::is_ge),
    })
}

fn named(fault: Fault, operator: &'static str) -> Fault {
    match fault {
        Fault::Mismatch { left, right, .. } => Fault::Mismatch { operator, left, right },
        other => other,
    }
}

fn sign(operator: Binary) -> &'static str {
    match operator {
        Binary::Less => "<",
        Binary::Greater => ">",
        Binary::LessOrEqual => "<=",
        Binary::GreaterOrEqual => ">=",
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Remainder => "%",
        Binary::Power => "**",
        Binary::Matches => "matches",
        Binary::Contains => "contains",
        Binary::StartsWith => "startsWith",
        Binary::EndsWith => "endsWith",
        Binary::Range => "..",
        Binary::In => "in",
        Binary::Equal => "==",
        Binary::NotEqual => "!=",
        Binary::Add => "+",
        Binary::Or => "or",
        Binary::And => "and",
        Binary::Coalesce => "??",
    }
}

fn mismatch(operator: Binary, left: &Value<'_>, right: &Value<'_>) -> Fault {
    Fault::Mismatch { operator: sign(operator), left: left.kind(), right: right.kind() }
}

fn contains(gauge: &mut Gauge, item: &Value<'_>, of: &Value<'_>) -> Result<bool, Fault> {
    match of {
        Value::List(list) => {
            for known in list.items() {
                if is_equal(gauge, item, known)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Map(map) => match Key::of(item) {
            Some(key) => Ok(map.entries().contains_key(&key)),
            None => Err(Fault::Key(item.kind())),
        },
        Value::Nil => Ok(false),
        other => Err(mismatch(Binary::In, item, other)),
    }
}

fn text_test(gauge: &mut Gauge, operator: Binary, left: &Value<'_>, right: &Value<'_>) -> Result<bool, Fault> {
    let (Value::Text(text), Value::Text(part)) = (left, right) else {
        return Err(mismatch(operator, left, right));
    };
    match operator {
        Binary::StartsWith => Ok(text.starts_with(&**part)),
        Binary::EndsWith => Ok(text.ends_with(&**part)),
        Binary::Contains => {
            gauge.read(text.len())?;
            Ok(text.contains(&**part))
        }
        _ => {
            // The text of a pattern may be large, and compiling it takes long.
            gauge.grow(part.len().saturating_mul(PATTERN_FACTOR).saturating_add(text.len()))?;
            gauge.look(PATTERN_STEPS.saturating_add(part.len().saturating_mul(PATTERN_FACTOR)))?;
            Pattern::compile(part).map_err(Fault::Regex)?.is_match(gauge, text)
        }
    }
}

/// How many steps the compilation of a pattern counts for, and how many times more each of its bytes.
const PATTERN_STEPS: usize = 1000;
const PATTERN_FACTOR: usize = 64;

fn range<'a>(gauge: &mut Gauge, left: &Value<'a>, right: &Value<'a>) -> Result<Value<'a>, Fault> {
    let bound = |value: &Value<'a>| match value {
        Value::Int(value) => Ok(*value),
        Value::Float(value) => Ok(truncated(*value)),
        _ => Err(mismatch(Binary::Range, left, right)),
    };
    let (low, high) = (bound(left)?, bound(right)?);
    let span = i128::from(high) - i128::from(low) + 1;
    gauge.grow_values(usize::try_from(span.max(0)).map_err(|_| Fault::TooLarge)?)?;
    Ok(Value::List(List::new((low..=high).map(Value::Int).collect())?))
}

fn arithmetic<'a>(operator: Binary, left: &Value<'a>, right: &Value<'a>) -> Result<Value<'a>, Fault> {
    let value = match (left, right) {
        (Value::Int(left), Value::Int(right)) => ints(operator, *left, *right)?,
        (Value::Duration(left), Value::Duration(right)) if operator == Binary::Subtract => {
            Value::Duration(left.wrapping_sub(*right))
        }
        (Value::Moment(left), Value::Moment(right)) if operator == Binary::Subtract => {
            Value::Duration(left.since(*right))
        }
        (Value::Moment(moment), Value::Duration(nanos)) if operator == Binary::Subtract => {
            let earlier = nanos.checked_neg().and_then(|nanos| moment.later(nanos));
            Value::Moment(earlier.ok_or(Fault::Argument { name: "-", reason: "the date is too far off" })?)
        }
        (Value::Duration(nanos), Value::Int(times)) | (Value::Int(times), Value::Duration(nanos))
            if operator == Binary::Multiply =>
        {
            Value::Duration(nanos.wrapping_mul(*times))
        }
        (Value::Duration(nanos), Value::Float(times)) | (Value::Float(times), Value::Duration(nanos))
            if operator == Binary::Multiply =>
        {
            Value::Float(*nanos as f64 * times)
        }
        _ => match (left.as_float(), right.as_float()) {
            (Some(one), Some(other)) if operator != Binary::Remainder => floats(operator, one, other),
            _ => return Err(mismatch(operator, left, right)),
        },
    };
    Ok(value)
}

fn ints<'a>(operator: Binary, left: i64, right: i64) -> Result<Value<'a>, Fault> {
    Ok(match operator {
        Binary::Subtract => Value::Int(left.wrapping_sub(right)),
        Binary::Multiply => Value::Int(left.wrapping_mul(right)),
        Binary::Remainder if right == 0 => return Err(Fault::DivideByZero),
        Binary::Remainder => Value::Int(left.wrapping_rem(right)),
        other => floats(other, left as f64, right as f64),
    })
}

fn floats<'a>(operator: Binary, left: f64, right: f64) -> Value<'a> {
    Value::Float(match operator {
        Binary::Subtract => left - right,
        Binary::Multiply => left * right,
        Binary::Divide => left / right,
        _ => left.powf(right),
    })
}
