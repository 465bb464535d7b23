//! Functions that make dates, durations and time zones.

use super::argument::{optional_text, text};
use super::convert::unreadable;
use crate::error::Fault;
use crate::limits::Gauge;
use crate::time::{Zone, parse_date, parse_duration, parse_layout};
use crate::value::Value;

type Given<'a> = Result<Value<'a>, Fault>;

pub(super) fn duration<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let text = text(arguments, 0)?;
    gauge.read(text.len())?;
    parse_duration(text).map(Value::Duration).ok_or_else(|| unreadable(text, "a duration"))
}

pub(super) fn date<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let (text, layout, zone) = (text(arguments, 0)?, optional_text(arguments, 1)?, optional_text(arguments, 2)?);
    gauge.read(text.len())?;
    let zone = zone.map_or(Ok(Zone::Utc), |name| named(name))?;
    let moment = match layout {
        Some(layout) => {
            gauge.look(layout.len())?;
            parse_layout(text, layout, zone)
        }
        None => parse_date(text),
    };
    moment.map(Value::Moment).ok_or_else(|| unreadable(text, "a date"))
}

pub(super) fn timezone<'a>(_: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    named(text(arguments, 0)?).map(Value::Zone)
}

fn named(name: &str) -> Result<Zone, Fault> {
    Zone::named(name).ok_or_else(|| unreadable(name, "a time zone"))
}
