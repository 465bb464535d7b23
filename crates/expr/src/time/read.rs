//! Reads dates by layouts.

use chrono::NaiveDate;

use super::layout::{HOURS_ONLY, MONTHS, Part, Piece, WEEKDAYS, Zero, pieces};
use super::{Moment, Zone};

/// Layouts that are tried where none is given.
const USUAL: [&str; 7] = [
    "2006-01-02",
    "15:04:05",
    "2006-01-02 15:04:05",
    "2006-01-02T15:04:05Z07:00",
    "02 Jan 06 15:04 MST",
    "Monday, 02-Jan-06 15:04:05 MST",
    "Mon, 02 Jan 2006 15:04:05 MST",
];

/// Returns the date of a text in one of the usual layouts.
pub(crate) fn parse_date(text: &str) -> Option<Moment> {
    USUAL.into_iter().find_map(|layout| parse_layout(text, layout, Zone::Utc))
}

/// Returns the date of a text in a layout; in the zone that is given where the text has none.
pub(crate) fn parse_layout(text: &str, layout: &str, zone: Zone) -> Option<Moment> {
    let mut found = Found { month: 1, day: 1, ..Found::default() };
    let mut rest = text;
    for piece in pieces(layout) {
        rest = match piece {
            Piece::Plain(plain) => rest.strip_prefix(plain)?,
            Piece::Part(part) => found.read(part, rest)?,
        };
    }
    if rest.is_empty() { found.moment(zone) } else { None }
}

#[derive(Default)]
struct Found {
    year: i32,
    month: u32,
    day: u32,
    day_of_year: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
    is_afternoon: Option<bool>,
    zone: Option<Zone>,
}

impl Found {
    /// Takes a part from the front of a text; returns the rest.
    fn read<'t>(&mut self, part: Part, text: &'t str) -> Option<&'t str> {
        let rest = match part {
            Part::Month => named(text, &MONTHS, usize::MAX, &mut self.month)?,
            Part::MonthShort => named(text, &MONTHS, 3, &mut self.month)?,
            Part::Weekday => named(text, &WEEKDAYS, usize::MAX, &mut 0)?,
            Part::WeekdayShort => named(text, &WEEKDAYS, 3, &mut 0)?,
            Part::MonthNumber => digits(text, 1..=2, &mut self.month)?,
            Part::MonthPadded => digits(text, 2..=2, &mut self.month)?,
            Part::Day => digits(text, 1..=2, &mut self.day)?,
            Part::DaySpaced => digits(text.trim_start_matches(' '), 1..=2, &mut self.day)?,
            Part::DayPadded => digits(text, 2..=2, &mut self.day)?,
            Part::DayOfYear => digits(text, 3..=3, self.day_of_year.insert(0))?,
            Part::Year | Part::YearShort => self.read_year(part, text)?,
            Part::Hour | Part::Hour12Padded => digits(text, 2..=2, &mut self.hour)?,
            Part::Hour12 => digits(text, 1..=2, &mut self.hour)?,
            Part::Minute => digits(text, 1..=2, &mut self.minute)?,
            Part::MinutePadded => digits(text, 2..=2, &mut self.minute)?,
            Part::Second | Part::SecondPadded => {
                let least = if part == Part::Second { 1 } else { 2 };
                let rest = digits(text, least..=2, &mut self.second)?;
                self.read_fraction(rest)
            }
            Part::Half => self.read_half(text, ["AM", "PM"])?,
            Part::HalfSmall => self.read_half(text, ["am", "pm"])?,
            Part::ZoneName => self.read_zone_name(text)?,
            Part::Offset(between, zero) => self.read_offset(text, between, zero)?,
            // Seconds have taken it along.
            Part::Fraction(..) => self.read_fraction(text),
        };
        let is_hour12 = matches!(part, Part::Hour12 | Part::Hour12Padded);
        (!is_hour12 || self.hour <= 12).then_some(rest)
    }

    fn read_year<'t>(&mut self, part: Part, text: &'t str) -> Option<&'t str> {
        let (mut year, length) = (0, if part == Part::Year { 4 } else { 2 });
        let rest = digits(text, length..=length, &mut year)?;
        let century = if part == Part::Year {
            0
        } else if year < 69 {
            2000
        } else {
            1900
        };
        self.year = i32::try_from(year).ok()? + century;
        Some(rest)
    }

    /// Takes a fraction of a second, which may follow whether or not the layout says so.
    fn read_fraction<'t>(&mut self, text: &'t str) -> &'t str {
        let Some(fraction) = text.strip_prefix(['.', ',']) else { return text };
        let count = fraction.chars().take_while(char::is_ascii_digit).count();
        let (Some(shown), Some(rest)) = (fraction.get(..count), fraction.get(count..)) else { return text };
        if count == 0 {
            return text;
        }
        let nine = format!("{shown:0<9}");
        self.nanos = nine.get(..9).and_then(|nine| nine.parse().ok()).unwrap_or(0);
        rest
    }

    fn read_half<'t>(&mut self, text: &'t str, halves: [&str; 2]) -> Option<&'t str> {
        let number = halves.iter().position(|half| text.starts_with(half))?;
        self.is_afternoon = Some(number == 1);
        text.get(2..)
    }

    /// Takes an abbreviation: only that of UTC says which zone it is.
    fn read_zone_name<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let length = text.chars().take_while(char::is_ascii_uppercase).count();
        let (name, rest) = text.split_at_checked(length)?;
        self.zone = Some(if name == "UTC" { Zone::Utc } else { Zone::Fixed(0) });
        (3..=5).contains(&length).then_some(rest)
    }

    fn read_offset<'t>(&mut self, text: &'t str, between: &str, zero: Zero) -> Option<&'t str> {
        if let Some(rest) = text.strip_prefix('Z').filter(|_| zero == Zero::Letter) {
            self.zone = Some(Zone::Utc);
            return Some(rest);
        }
        let sign = if text.starts_with('-') { -1 } else { 1 };
        let (mut hours, mut minutes) = (0, 0);
        let mut rest = digits(text.strip_prefix(['+', '-'])?, 2..=2, &mut hours)?;
        if between != HOURS_ONLY {
            rest = digits(rest.strip_prefix(between)?, 2..=2, &mut minutes)?;
        }
        let secs = i32::try_from(hours * 3600 + minutes * 60).ok()?;
        self.zone = Some(if secs == 0 { Zone::Utc } else { Zone::Fixed(sign * secs) });
        (hours <= 23 && minutes <= 59).then_some(rest)
    }

    fn moment(&self, zone: Zone) -> Option<Moment> {
        let date = match self.day_of_year {
            Some(day) => NaiveDate::from_yo_opt(self.year, day)?,
            None => NaiveDate::from_ymd_opt(self.year, self.month, self.day)?,
        };
        let hour = match self.is_afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let time = date.and_hms_nano_opt(hour, self.minute, self.second, self.nanos)?;
        Moment::of_local(time, self.zone.unwrap_or(zone))
    }
}

/// Takes so many digits from the front of a text; returns the rest.
fn digits<'t>(text: &'t str, count: std::ops::RangeInclusive<usize>, into: &mut u32) -> Option<&'t str> {
    let found = text.chars().take(*count.end()).take_while(char::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(found)?;
    *into = number.parse().ok()?;
    count.contains(&found).then_some(rest)
}

/// Takes a name, or so many letters of it, from the front of a text, whatever its case; returns the rest.
fn named<'t>(text: &'t str, names: &[&str], letters: usize, into: &mut u32) -> Option<&'t str> {
    for (number, name) in (1..).zip(names) {
        let name = name.get(..letters.min(name.len()))?;
        if text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            *into = number;
            return text.get(name.len()..);
        }
    }
    None
}
