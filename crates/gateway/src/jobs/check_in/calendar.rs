//! When check-ins are made, and which day it is there.

use chrono::{DateTime, NaiveTime, Timelike};
use sluice_domain::clock::Timestamp;
use sluice_domain::ledger::{Tz, parse_zone};

use crate::admin::Settings;
use crate::jobs::Zone;

/// The time of day and the zone that the settings name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Calendar {
    /// Minutes after midnight.
    pub(crate) minute: u32,
    pub(crate) zone: Zone,
}

impl Calendar {
    /// Reads the settings; `None` where the schedule is off or its time cannot be read.
    pub(crate) fn read(settings: &Settings) -> Option<Self> {
        if settings.text("CheckinScheduleEnabled") != "true" {
            return None;
        }
        let minute = read_time(&settings.text("CheckinScheduleTime"))?;
        Some(Self { minute, zone: Zone::Named(zone(settings)) })
    }
}

/// Reads a time of day such as `09:00` into minutes after midnight.
fn read_time(text: &str) -> Option<u32> {
    let time = NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()?;
    Some(time.hour() * 60 + time.minute())
}

fn zone(settings: &Settings) -> Tz {
    parse_zone(&settings.text("CheckinScheduleTimezone")).unwrap_or(Tz::UTC)
}

/// A day by the clocks of the schedule's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Today {
    /// Name of the zone.
    pub(crate) zone: String,
    /// `YYYY-MM-DD`.
    pub(crate) day: String,
}

impl Today {
    /// Returns the day that `now` is in.
    pub(crate) fn read(settings: &Settings, now: Timestamp) -> Self {
        let zone = zone(settings);
        let here = DateTime::from_timestamp_millis(now.0).unwrap_or_default().with_timezone(&zone);
        Self { zone: zone.name().to_owned(), day: here.format("%Y-%m-%d").to_string() }
    }

    /// Returns when the day began.
    pub(crate) fn began_at(&self) -> Option<Timestamp> {
        let zone = Zone::Named(parse_zone(&self.zone).ok()?);
        zone.moment(self.day.parse().ok()?, 0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("09:00", Some(540))]
    #[case(" 00:00 ", Some(0))]
    #[case("23:59", Some(1_439))]
    #[case("24:00", None)]
    #[case("9", None)]
    #[case("09:00:00", None)]
    #[case("", None)]
    fn a_time_of_day_has_hours_and_minutes(#[case] text: &str, #[case] expected: Option<u32>) {
        assert_eq!(read_time(text), expected);
    }

    #[test]
    fn the_day_is_that_of_the_zone() {
        let settings = Settings::default();
        let at = |text: &str| Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis());
        let today = Today::read(&settings, at("2026-02-24T17:00:00Z"));
        assert_eq!((today.zone.as_str(), today.day.as_str()), ("Asia/Shanghai", "2026-02-25"));
        assert_eq!(today.began_at(), Some(at("2026-02-25T00:00:00+08:00")));
        let calendar = Calendar::read(&settings).unwrap();
        assert_eq!((calendar.minute, calendar.zone), (540, Zone::Named(Tz::Asia__Shanghai)));
    }
}
