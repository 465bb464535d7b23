//! Functions over the bits of whole numbers.

use super::argument::int;
use crate::error::Fault;
use crate::limits::Gauge;
use crate::value::Value;

type Given<'a> = Result<Value<'a>, Fault>;

pub(super) fn and<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Int(int(arguments, 0)? & int(arguments, 1)?))
}

pub(super) fn or<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Int(int(arguments, 0)? | int(arguments, 1)?))
}

pub(super) fn xor<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Int(int(arguments, 0)? ^ int(arguments, 1)?))
}

pub(super) fn and_not<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Int(int(arguments, 0)? & !int(arguments, 1)?))
}

pub(super) fn not<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    Ok(Value::Int(!int(arguments, 0)?))
}

pub(super) fn shift_left<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (value, count) = (int(arguments, 0)?, count("bitshl", arguments)?);
    Ok(Value::Int(value.checked_shl(count).unwrap_or(0)))
}

pub(super) fn shift_right<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (value, count) = (int(arguments, 0)?, count("bitshr", arguments)?);
    Ok(Value::Int(value >> count.min(i64::BITS - 1)))
}

pub(super) fn shift_right_unsigned<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (value, count) = (int(arguments, 0)?, count("bitushr", arguments)?);
    Ok(Value::Int(value.cast_unsigned().checked_shr(count).unwrap_or(0).cast_signed()))
}

/// Returns by how many bits to shift; all counts above 64 are alike.
fn count(name: &'static str, arguments: &[Value<'_>]) -> Result<u32, Fault> {
    let count = int(arguments, 1)?;
    if count < 0 {
        return Err(Fault::Argument { name, reason: "the number of bits is negative" });
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
