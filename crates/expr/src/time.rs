//! Dates, durations and time zones, with the methods and layouts that Go gives them.

mod duration;
mod layout;
mod method;
mod read;
mod write;

use std::cmp::Ordering;
use std::fmt;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetName, Tz};

pub(crate) use duration::{parse_duration, print_duration};
pub(crate) use method::{Method, Row, method, method_of};
pub(crate) use read::{parse_date, parse_layout};

/// Years that dates may be in; beyond them arithmetic on dates would leave what can be counted.
const YEARS: std::ops::RangeInclusive<i32> = 0..=9999;

/// The first second of the year 1, where Go's time begins.
const ZERO_SECS: i64 = -62_135_596_800;

/// A point in time as seen in a time zone.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    instant: DateTime<Utc>,
    zone: Zone,
}

/// A time zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Zone {
    /// Coordinated universal time.
    Utc,
    /// So many seconds ahead of it.
    Fixed(i32),
    /// One that has a name.
    Named(Tz),
}

impl Zone {
    /// Returns the time zone of a name such as `Europe/Zurich`; nothing where there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if matches!(name, "" | "UTC") { Some(Self::Utc) } else { name.parse().ok().map(Self::Named) }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Utc => "UTC".to_owned(),
            Self::Fixed(_) => String::new(),
            Self::Named(zone) => zone.name().to_owned(),
        }
    }

    fn offset(self, instant: DateTime<Utc>) -> FixedOffset {
        match self {
            Self::Utc => Utc.fix(),
            Self::Fixed(secs) => FixedOffset::east_opt(secs).unwrap_or(Utc.fix()),
            Self::Named(zone) => zone.offset_from_utc_datetime(&instant.naive_utc()).fix(),
        }
    }

    /// Returns the instant that clocks of this zone show so; the earlier one where they show it twice.
    fn instant(self, local: NaiveDateTime) -> DateTime<Utc> {
        let found = match self {
            Self::Utc | Self::Fixed(_) => {
                let offset = self.offset(local.and_utc());
                offset.from_local_datetime(&local).earliest().map(|found| found.with_timezone(&Utc))
            }
            Self::Named(zone) => zone.from_local_datetime(&local).earliest().map(|found| found.with_timezone(&Utc)),
        };
        // Clocks that are put forward skip an hour; it is counted as if they had not been yet.
        found.unwrap_or_else(|| {
            let before = local.and_utc() - TimeDelta::hours(24);
            local.and_utc() - TimeDelta::seconds(i64::from(self.offset(before).local_minus_utc()))
        })
    }
}

impl fmt::Display for Moment {
    /// Shows the date as RFC 3339 has it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.rfc3339())
    }
}

impl Moment {
    /// Returns a point in time as seen in a zone; nothing beyond the years 0 to 9999.
    #[must_use]
    pub fn new(instant: DateTime<Utc>, zone: Zone) -> Option<Self> {
        YEARS.contains(&instant.year()).then_some(Self { instant, zone })
    }

    fn of_local(local: NaiveDateTime, zone: Zone) -> Option<Self> {
        if YEARS.contains(&local.year()) { Self::new(zone.instant(local), zone) } else { None }
    }

    /// Returns the point in time.
    #[must_use]
    pub fn instant(self) -> DateTime<Utc> {
        self.instant
    }

    pub(crate) fn cmp_instant(self, other: Self) -> Ordering {
        self.instant.cmp(&other.instant)
    }

    /// Returns the point in time so many nanoseconds later.
    pub(crate) fn later(self, nanos: i64) -> Option<Self> {
        Self::new(self.instant.checked_add_signed(TimeDelta::nanoseconds(nanos))?, self.zone)
    }

    /// Returns the nanoseconds since another point in time, as many as can be counted.
    pub(crate) fn since(self, other: Self) -> i64 {
        let delta = self.instant.signed_duration_since(other.instant);
        let farthest = if delta < TimeDelta::zero() { i64::MIN } else { i64::MAX };
        delta.num_nanoseconds().unwrap_or(farthest)
    }

    fn seen_in(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    fn local(self) -> DateTime<FixedOffset> {
        self.instant.with_timezone(&self.zone.offset(self.instant))
    }

    /// Returns what the zone is called at that time.
    fn zone_name(self) -> String {
        match self.zone {
            Zone::Utc => "UTC".to_owned(),
            Zone::Fixed(_) => write::offset(self.local().offset().local_minus_utc(), ""),
            Zone::Named(zone) => {
                let offset = zone.offset_from_utc_datetime(&self.instant.naive_utc());
                offset.abbreviation().unwrap_or_default().to_owned()
            }
        }
    }

    /// Returns the latest multiple of so many nanoseconds since the year 1 that is not later.
    fn truncated(self, nanos: i64) -> Option<Self> {
        if nanos <= 0 {
            return Some(self);
        }
        let since = i128::from(self.instant.timestamp()) - i128::from(ZERO_SECS);
        let total = since * 1_000_000_000 + i128::from(self.instant.timestamp_subsec_nanos());
        self.later(i64::try_from(-total.rem_euclid(i128::from(nanos))).ok()?)
    }

    /// Adds to each part of the date; days that a month does not have are those of the next.
    fn add_date(self, years: i64, months: i64, days: i64) -> Option<Self> {
        let local = self.local().naive_local();
        let months = years.checked_mul(12)?.checked_add(months)?.checked_add(i64::from(local.month0()))?;
        let year = i32::try_from(i64::from(local.year()).checked_add(months.div_euclid(12))?).ok()?;
        let month = u32::try_from(months.rem_euclid(12)).ok()? + 1;
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        let days = TimeDelta::try_days(days.checked_add(i64::from(local.day0()))?)?;
        Self::of_local(first.checked_add_signed(days)?.and_time(local.time()), self.zone)
    }
}
