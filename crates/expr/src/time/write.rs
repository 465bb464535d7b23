//! Writes dates by layouts.

use chrono::{DateTime, Datelike, FixedOffset, Timelike};

use super::layout::{Digits, HOURS_ONLY, MONTHS, Part, Piece, WEEKDAYS, Zero, pieces};
use super::{Moment, Zone};

impl Moment {
    /// Returns the date as its layout says.
    pub(super) fn format(self, layout: &str) -> String {
        let local = self.local();
        let mut out = String::new();
        for piece in pieces(layout) {
            match piece {
                Piece::Plain(text) => out.push_str(text),
                Piece::Part(Part::ZoneName) => out.push_str(&self.zone_name()),
                Piece::Part(part) => write(&mut out, part, local),
            }
        }
        out
    }

    /// Returns the date as `string(v)` shows it.
    pub(crate) fn print(self) -> String {
        let zone = if let Zone::Fixed(_) = self.zone { "-0700" } else { "MST" };
        self.format(&format!("2006-01-02 15:04:05.999999999 -0700 {zone}"))
    }

    /// Returns the date as JSON has it.
    pub(crate) fn rfc3339(self) -> String {
        self.format("2006-01-02T15:04:05.999999999Z07:00")
    }
}

fn write(out: &mut String, part: Part, local: DateTime<FixedOffset>) {
    let hour12 = (local.hour() + 11) % 12 + 1;
    let is_afternoon = local.hour() >= 12;
    out.push_str(&match part {
        Part::Month => month(local).to_owned(),
        Part::MonthShort => format!("{:.3}", month(local)),
        Part::MonthNumber => format!("{}", local.month()),
        Part::MonthPadded => format!("{:02}", local.month()),
        Part::Weekday => weekday(local).to_owned(),
        Part::WeekdayShort => format!("{:.3}", weekday(local)),
        Part::Day => format!("{}", local.day()),
        Part::DaySpaced => format!("{:2}", local.day()),
        Part::DayPadded => format!("{:02}", local.day()),
        Part::DayOfYear => format!("{:03}", local.ordinal()),
        Part::Year => format!("{:04}", local.year()),
        Part::YearShort => format!("{:02}", local.year().rem_euclid(100)),
        Part::Hour => format!("{:02}", local.hour()),
        Part::Hour12 => format!("{hour12}"),
        Part::Hour12Padded => format!("{hour12:02}"),
        Part::Minute => format!("{}", local.minute()),
        Part::MinutePadded => format!("{:02}", local.minute()),
        Part::Second => format!("{}", local.second()),
        Part::SecondPadded => format!("{:02}", local.second()),
        Part::Half => if is_afternoon { "PM" } else { "AM" }.to_owned(),
        Part::HalfSmall => if is_afternoon { "pm" } else { "am" }.to_owned(),
        Part::ZoneName => String::new(),
        Part::Offset(between, zero) => {
            let secs = local.offset().local_minus_utc();
            let is_letter = secs == 0 && zero == Zero::Letter;
            if is_letter { "Z".to_owned() } else { offset(secs, between) }
        }
        Part::Fraction(count, digits) => {
            let all = format!("{:09}", local.nanosecond() % 1_000_000_000);
            let shown = all.get(..count).unwrap_or_default();
            let shown = if digits == Digits::Needed { shown.trim_end_matches('0') } else { shown };
            if shown.is_empty() { String::new() } else { format!(".{shown}") }
        }
    });
}

/// Returns an offset such as `+02:00`.
pub(super) fn offset(secs: i32, between: &str) -> String {
    let sign = if secs < 0 { '-' } else { '+' };
    let minutes = secs.unsigned_abs() / 60;
    if between == HOURS_ONLY {
        return format!("{sign}{:02}", minutes / 60);
    }
    format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
}

fn month(local: DateTime<FixedOffset>) -> &'static str {
    MONTHS.get(local.month0() as usize).copied().unwrap_or_default()
}

fn weekday(local: DateTime<FixedOffset>) -> &'static str {
    WEEKDAYS.get(local.weekday().num_days_from_sunday() as usize).copied().unwrap_or_default()
}
