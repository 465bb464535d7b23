//! Methods of dates, durations and time zones: one line each.

use std::cmp::Ordering;

use chrono::{Datelike, Timelike};

use super::layout::{MONTHS, WEEKDAYS};
use super::{Moment, ZERO_SECS, Zone, print_duration};
use crate::error::Fault;
use crate::kind::Type;
use crate::limits::Gauge;
use crate::value::Value;

/// A method: which one it is may only be known once its value is.
#[derive(Debug)]
pub(crate) enum Method {
    Known(&'static Row),
    Unknown(String),
}

/// A method of a type.
#[derive(Debug)]
pub(crate) struct Row {
    of: Type,
    name: &'static str,
    pub(crate) takes: &'static [Type],
    pub(crate) gives: Type,
    pub(crate) run: Run,
}

type Run = for<'a> fn(&mut Gauge, &Value<'a>, &[Value<'a>]) -> Option<Value<'a>>;

const NANOS_PER_HOUR: f64 = 3_600_000_000_000.0;
const NANOS_PER_MINUTE: f64 = 60_000_000_000.0;
const NANOS_PER_SECOND: f64 = 1_000_000_000.0;

static METHODS: &[Row] = &[
    moment("Year", Type::Int, |_, of, _| Some(int(date(of)?.local().year()))),
    moment("Month", Type::Month, |_, of, _| Some(int(date(of)?.local().month()))),
    moment("Day", Type::Int, |_, of, _| Some(int(date(of)?.local().day()))),
    moment("Hour", Type::Int, |_, of, _| Some(int(date(of)?.local().hour()))),
    moment("Minute", Type::Int, |_, of, _| Some(int(date(of)?.local().minute()))),
    moment("Second", Type::Int, |_, of, _| Some(int(date(of)?.local().second()))),
    moment("Nanosecond", Type::Int, |_, of, _| Some(int(date(of)?.local().nanosecond()))),
    moment("Weekday", Type::Weekday, |_, of, _| Some(int(date(of)?.local().weekday().num_days_from_sunday()))),
    moment("YearDay", Type::Int, |_, of, _| Some(int(date(of)?.local().ordinal()))),
    moment("ISOWeek", Type::Int, |_, of, _| Some(int(date(of)?.local().iso_week().year()))),
    moment("Unix", Type::Int, |_, of, _| Some(int(date(of)?.instant.timestamp()))),
    moment("UnixMilli", Type::Int, |_, of, _| Some(int(date(of)?.instant.timestamp_millis()))),
    moment("UnixMicro", Type::Int, |_, of, _| Some(int(date(of)?.instant.timestamp_micros()))),
    moment("UnixNano", Type::Int, |_, of, _| date(of)?.instant.timestamp_nanos_opt().map(Value::Int)),
    moment("IsZero", Type::Bool, |_, of, _| Some(Value::Bool(date(of)?.instant.timestamp() == ZERO_SECS))),
    moment("UTC", Type::Moment, |_, of, _| Some(Value::Moment(date(of)?.seen_in(Zone::Utc)))),
    moment("Location", Type::Zone, |_, of, _| Some(Value::Zone(date(of)?.zone))),
    moment("Zone", Type::Text, |_, of, _| Some(Value::from(date(of)?.zone_name()))),
    moment("String", Type::Text, |_, of, _| Some(Value::from(date(of)?.print()))),
    moment_with("Format", &[Type::Text], Type::Text, format),
    moment_with("Add", &[Type::Duration], Type::Moment, |_, of, with| {
        Some(Value::Moment(date(of)?.later(nanos(with.first()?)?)?))
    }),
    moment_with("AddDate", &[Type::Int, Type::Int, Type::Int], Type::Moment, add_date),
    moment_with("Truncate", &[Type::Duration], Type::Moment, |_, of, with| {
        Some(Value::Moment(date(of)?.truncated(nanos(with.first()?)?)?))
    }),
    moment_with("Sub", &[Type::Moment], Type::Duration, |_, of, with| {
        Some(Value::Duration(date(of)?.since(date(with.first()?)?)))
    }),
    moment_with("Before", &[Type::Moment], Type::Bool, |_, of, with| Some(Value::Bool(order(of, with)?.is_lt()))),
    moment_with("After", &[Type::Moment], Type::Bool, |_, of, with| Some(Value::Bool(order(of, with)?.is_gt()))),
    moment_with("Equal", &[Type::Moment], Type::Bool, |_, of, with| Some(Value::Bool(order(of, with)?.is_eq()))),
    moment_with("Compare", &[Type::Moment], Type::Int, |_, of, with| Some(int(order(of, with)? as i8))),
    moment_with("In", &[Type::Zone], Type::Moment, |_, of, with| match with.first()? {
        Value::Zone(zone) => Some(Value::Moment(date(of)?.seen_in(*zone))),
        _ => None,
    }),
    duration("Hours", Type::Float, |_, of, _| Some(Value::Float(nanos(of)? as f64 / NANOS_PER_HOUR))),
    duration("Minutes", Type::Float, |_, of, _| Some(Value::Float(nanos(of)? as f64 / NANOS_PER_MINUTE))),
    duration("Seconds", Type::Float, |_, of, _| Some(Value::Float(nanos(of)? as f64 / NANOS_PER_SECOND))),
    duration("Milliseconds", Type::Int, |_, of, _| Some(Value::Int(nanos(of)? / 1_000_000))),
    duration("Microseconds", Type::Int, |_, of, _| Some(Value::Int(nanos(of)? / 1_000))),
    duration("Nanoseconds", Type::Int, |_, of, _| Some(Value::Int(nanos(of)?))),
    duration("Abs", Type::Duration, |_, of, _| Some(Value::Duration(nanos(of)?.saturating_abs()))),
    duration_with("Truncate", &[Type::Duration], Type::Duration, |_, of, with| {
        let (nanos, unit) = (nanos(of)?, nanos(with.first()?)?);
        Some(Value::Duration(if unit <= 0 { nanos } else { nanos - nanos % unit }))
    }),
    duration_with("Round", &[Type::Duration], Type::Duration, |_, of, with| {
        let (nanos, unit) = (nanos(of)?, nanos(with.first()?)?);
        Some(Value::Duration(if unit <= 0 { nanos } else { rounded(nanos, unit) }))
    }),
    duration("String", Type::Text, |_, of, _| Some(Value::from(print_duration(nanos(of)?)))),
    row(Type::Zone, "String", Type::Text, |_, of, _| match of {
        Value::Zone(zone) => Some(Value::from(zone.name())),
        _ => None,
    }),
    row(Type::Month, "String", Type::Text, |_, of, _| {
        let number = usize::try_from(of.as_int()?).ok()?.checked_sub(1)?;
        MONTHS.get(number).map(|name| Value::from(*name))
    }),
    row(Type::Weekday, "String", Type::Text, |_, of, _| {
        WEEKDAYS.get(usize::try_from(of.as_int()?).ok()?).map(|name| Value::from(*name))
    }),
];

impl Row {
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

const fn moment(name: &'static str, gives: Type, run: Run) -> Row {
    moment_with(name, &[], gives, run)
}

const fn moment_with(name: &'static str, takes: &'static [Type], gives: Type, run: Run) -> Row {
    Row { of: Type::Moment, name, takes, gives, run }
}

const fn duration(name: &'static str, gives: Type, run: Run) -> Row {
    row(Type::Duration, name, gives, run)
}

const fn duration_with(name: &'static str, takes: &'static [Type], gives: Type, run: Run) -> Row {
    Row { of: Type::Duration, name, takes, gives, run }
}

const fn row(of: Type, name: &'static str, gives: Type, run: Run) -> Row {
    Row { of, name, takes: &[], gives, run }
}

/// Returns a method of values of a type.
pub(crate) fn method(of: &Type, name: &str) -> Option<&'static Row> {
    METHODS.iter().find(|row| row.of == *of && row.name == name)
}

/// Returns a method of a value that so many arguments may be given to.
pub(crate) fn method_of(value: &Value<'_>, name: &str, arguments: usize) -> Result<&'static Row, Fault> {
    let of = match value {
        Value::Moment(_) => Some(Type::Moment),
        Value::Duration(_) => Some(Type::Duration),
        Value::Zone(_) => Some(Type::Zone),
        _ => None,
    };
    let row = of.and_then(|of| method(&of, name)).filter(|row| row.takes.len() == arguments);
    row.ok_or_else(|| Fault::NoMember { member: name.to_owned(), of: value.kind() })
}

fn date(value: &Value<'_>) -> Option<Moment> {
    if let Value::Moment(moment) = value { Some(*moment) } else { None }
}

fn order(of: &Value<'_>, with: &[Value<'_>]) -> Option<Ordering> {
    Some(date(of)?.cmp_instant(date(with.first()?)?))
}

fn nanos(value: &Value<'_>) -> Option<i64> {
    if let Value::Duration(nanos) = value { Some(*nanos) } else { None }
}

/// Returns the nearest multiple of a positive unit, the farther one from zero where two are as near.
fn rounded(nanos: i64, unit: i64) -> i64 {
    let rest = nanos % unit;
    let low = nanos - rest;
    if rest.unsigned_abs() >= unit.unsigned_abs() - rest.unsigned_abs() {
        low.saturating_add(unit * nanos.signum())
    } else {
        low
    }
}

fn int<'a>(value: impl Into<i64>) -> Value<'a> {
    Value::Int(value.into())
}

fn format<'a>(gauge: &mut Gauge, of: &Value<'a>, with: &[Value<'a>]) -> Option<Value<'a>> {
    let layout = with.first()?.as_str()?;
    // The longest part takes two bytes and becomes nine.
    gauge.grow(layout.len().saturating_mul(9)).ok()?;
    gauge.look(layout.len()).ok()?;
    Some(Value::from(date(of)?.format(layout)))
}

fn add_date<'a>(_: &mut Gauge, of: &Value<'a>, with: &[Value<'a>]) -> Option<Value<'a>> {
    let [years, months, days] = with else { return None };
    Some(Value::Moment(date(of)?.add_date(years.as_int()?, months.as_int()?, days.as_int()?)?))
}
