//! When a job is due: computed from when it last began, so that all nodes agree and a start at any time catches up once.

use std::time::Duration;

use chrono::{DateTime, Days, Local, MappedLocalTime, NaiveDate, TimeDelta, TimeZone};
use sha2::{Digest, Sha256};
use sluice_domain::clock::Timestamp;
use sluice_domain::ledger::Tz;

/// Where clocks skip an hour the job is due when they go on; some places have skipped a day.
const GAP_STEPS: usize = 200;
const GAP_STEP_MINS: i64 = 15;

/// When a job is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schedule {
    /// So long after it last began, and up to `jitter` later.
    Every { every: Duration, jitter: Duration },
    /// Once a day.
    Daily(Daily),
}

/// Once a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Daily {
    /// Minutes after midnight.
    pub(crate) minute: u32,
    pub(crate) zone: Zone,
    /// Up to so much later, another time each day.
    pub(crate) jitter: Duration,
    pub(crate) first: First,
}

/// Whose clocks count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Those of the machine.
    Server,
    /// Those of a zone.
    Named(Tz),
}

impl Zone {
    /// Returns the zone's name; `None` is the machine's.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Server => None,
            Self::Named(zone) => Some(zone.name()),
        }
    }

    /// Returns the date that people have there.
    pub(crate) fn day(self, at: Timestamp) -> Option<NaiveDate> {
        let at = DateTime::from_timestamp_millis(at.0)?;
        Some(match self {
            Self::Server => at.with_timezone(&Local).date_naive(),
            Self::Named(zone) => at.with_timezone(&zone).date_naive(),
        })
    }

    /// Returns when it is so many minutes after midnight there; of two such times the first, of none the one at which
    /// clocks go on.
    pub(crate) fn moment(self, day: NaiveDate, minute: u32) -> Option<Timestamp> {
        match self {
            Self::Server => moment(&Local, day, minute),
            Self::Named(zone) => moment(&zone, day, minute),
        }
    }
}

/// When a job runs that never did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    /// At once.
    AtOnce,
    /// At its time today, at once if that is over.
    InTime,
}

impl Schedule {
    /// Returns when the job `name` is due that last began at `last`: at once where its time has passed meanwhile.
    pub(crate) fn next(&self, name: &str, last: Option<Timestamp>, now: Timestamp) -> Timestamp {
        match self {
            Self::Every { every, jitter } => last.map_or(now, |last| {
                // A clock that was put back must not stop the job.
                let last = last.min(now);
                last.plus(*every).plus(spread(name, last.0, *jitter))
            }),
            Self::Daily(daily) => daily.next(name, last, now),
        }
    }
}

impl Daily {
    fn next(&self, name: &str, last: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let tomorrow = now.plus(Duration::from_secs(86_400));
        let last = match (last, self.first) {
            (None, First::AtOnce) => return now,
            (None, First::InTime) => return self.on(name, self.zone.day(now)).unwrap_or(tomorrow),
            (Some(last), _) => last.min(now),
        };
        let day = self.zone.day(last);
        // Where it is late in the day, that of a zone's day before may still come.
        let days = (0..4).map(|n| day.and_then(|day| day.pred_opt()?.checked_add_days(Days::new(n))));
        days.filter_map(|day| self.on(name, day)).find(|due| *due > last).unwrap_or(tomorrow)
    }

    /// Returns when it is due on a day.
    fn on(&self, name: &str, day: Option<NaiveDate>) -> Option<Timestamp> {
        let day = day?;
        let late = spread(name, i64::from(chrono::Datelike::num_days_from_ce(&day)), self.jitter);
        Some(self.zone.moment(day, self.minute)?.plus(late))
    }
}

fn moment<Z: TimeZone>(zone: &Z, day: NaiveDate, minute: u32) -> Option<Timestamp> {
    let mut local = day.and_hms_opt(minute / 60, minute % 60, 0)?;
    for _ in 0..GAP_STEPS {
        match zone.from_local_datetime(&local) {
            MappedLocalTime::Single(moment) | MappedLocalTime::Ambiguous(moment, _) => {
                return Some(Timestamp(moment.timestamp_millis()));
            }
            MappedLocalTime::None => local = local.checked_add_signed(TimeDelta::minutes(GAP_STEP_MINS))?,
        }
    }
    None
}

/// Returns a part of `jitter` that differs between jobs and turns and is the same on all nodes.
fn spread(name: &str, turn: i64, jitter: Duration) -> Duration {
    let jitter_ms = u64::try_from(jitter.as_millis()).unwrap_or(u64::MAX);
    let digest = Sha256::new().chain_update(name).chain_update(turn.to_be_bytes()).finalize();
    let drawn = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    Duration::from_millis(drawn.checked_rem(jitter_ms).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const HOUR: i64 = 3_600_000;

    fn at(text: &str) -> Timestamp {
        Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
    }

    fn daily(zone: &str, minute: u32) -> Schedule {
        let zone = Zone::Named(zone.parse().unwrap());
        Schedule::Daily(Daily { minute, zone, jitter: Duration::ZERO, first: First::InTime })
    }

    #[rstest]
    #[case::today("Asia/Shanghai", "2026-02-24T08:00:00+08:00", "2026-02-24T09:00:00+08:00")]
    #[case::tomorrow("Asia/Shanghai", "2026-02-24T09:00:00+08:00", "2026-02-25T09:00:00+08:00")]
    #[case::another_date_there("America/New_York", "2026-02-24T03:00:00Z", "2026-02-24T14:00:00Z")]
    #[case::clocks_put_forward("Europe/Berlin", "2026-03-28T09:00:00+01:00", "2026-03-29T09:00:00+02:00")]
    #[case::clocks_put_back("Europe/Berlin", "2026-10-24T09:00:00+02:00", "2026-10-25T09:00:00+01:00")]
    #[case::a_day_that_never_was("Pacific/Apia", "2011-12-29T09:00:00-10:00", "2011-12-31T00:00:00+14:00")]
    fn a_daily_job_is_due_at_its_time_by_the_clocks_of_its_zone(
        #[case] zone: &str,
        #[case] last: &str,
        #[case] expected: &str,
    ) {
        let now = at(last).plus(Duration::from_secs(60));
        assert_eq!(daily(zone, 540).next("x", Some(at(last)), now), at(expected));
    }

    #[test]
    fn a_time_that_clocks_skip_is_when_they_go_on_and_one_that_comes_twice_is_the_first() {
        let half_past_two = daily("Europe/Berlin", 150);
        let skipped = half_past_two.next("x", Some(at("2026-03-28T12:00:00Z")), at("2026-03-28T13:00:00Z"));
        assert_eq!(skipped, at("2026-03-29T03:00:00+02:00"));
        let twice = half_past_two.next("x", Some(at("2026-10-24T12:00:00Z")), at("2026-10-24T13:00:00Z"));
        assert_eq!(twice, at("2026-10-25T02:30:00+02:00"));
        let after = half_past_two.next("x", Some(twice), twice.plus(Duration::from_secs(3_600)));
        assert_eq!(after, at("2026-10-26T02:30:00+01:00"), "not once more an hour later");
    }

    #[test]
    fn what_never_ran_waits_for_its_time_or_is_late_the_same_day() {
        let shanghai = daily("Asia/Shanghai", 540);
        assert_eq!(shanghai.next("x", None, at("2026-02-24T10:05:00+08:00")), at("2026-02-24T09:00:00+08:00"));
        assert_eq!(shanghai.next("x", None, at("2026-02-24T08:59:00+08:00")), at("2026-02-24T09:00:00+08:00"));
    }

    #[test]
    fn after_days_of_silence_it_is_due_once_at_once() {
        let (shanghai, last) = (daily("Asia/Shanghai", 540), at("2026-02-20T09:00:00+08:00"));
        let now = at("2026-02-24T10:00:00+08:00");
        assert!(shanghai.next("x", Some(last), now) < now);
        let again = shanghai.next("x", Some(now), now.plus(Duration::from_secs(1)));
        assert_eq!(again, at("2026-02-25T09:00:00+08:00"));
    }

    #[test]
    fn a_clock_that_was_put_back_does_not_stop_a_job() {
        let every = Schedule::Every { every: Duration::from_secs(300), jitter: Duration::ZERO };
        let now = Timestamp(1_700_000_000_000);
        assert_eq!(every.next("x", Some(Timestamp(now.0 + 90 * 24 * HOUR)), now), now.plus(Duration::from_secs(300)));
        assert!(
            daily("UTC", 540).next("x", Some(Timestamp(now.0 + 90 * 24 * HOUR)), now) <= Timestamp(now.0 + 24 * HOUR)
        );
    }

    proptest! {
        #[test]
        fn jitter_is_the_same_on_all_nodes_and_within_its_bound(last in 0_i64..4_000_000_000_000, jitter in 0_u64..7_200) {
            let jitter = Duration::from_secs(jitter);
            let every = Schedule::Every { every: Duration::from_secs(300), jitter };
            let (last, now) = (Timestamp(last), Timestamp(last));
            let due = every.next("x", Some(last), now);
            prop_assert!(due >= last.plus(Duration::from_secs(300)));
            prop_assert!(due <= last.plus(Duration::from_secs(300) + jitter));
            prop_assert_eq!(due, every.next("x", Some(last), now.plus(Duration::from_secs(100))));
        }

        #[test]
        fn a_daily_job_is_due_once_between_two_midnights(last in 1_000_000_000_000_i64..2_000_000_000_000, minute in 0_u32..1_440) {
            for zone in ["UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"] {
                let schedule = daily(zone, minute);
                let first = schedule.next("x", Some(Timestamp(last)), Timestamp(last));
                prop_assert!(first.0 > last && first.0 - last <= 25 * HOUR);
                let second = schedule.next("x", Some(first), first);
                prop_assert!((22 * HOUR..=26 * HOUR).contains(&(second.0 - first.0)), "{}", second.0 - first.0);
            }
        }
    }
}
