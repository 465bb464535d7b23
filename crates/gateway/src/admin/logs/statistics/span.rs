//! The time that is asked about, and the time before it.

use chrono::{Local, Offset, TimeZone};
use serde::Deserialize;
use sluice_domain::clock::Timestamp;
use sluice_store::Step;
use utoipa::IntoParams;

use crate::admin::wire::{Failure, Problem};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Longest time by hours, and by days.
const MAX_BY_HOUR_MS: i64 = 31 * DAY_MS;
const MAX_BY_DAY_MS: i64 = 799 * DAY_MS;
/// Up to this length points are hours if nobody says.
const USUALLY_BY_HOUR_MS: i64 = 2 * DAY_MS;

/// Which time is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SpanQuery {
    /// `24h`, or `7d` (default), `30d`, `90d` up to now, of which each day begins at midnight.
    range: Option<String>,
    /// Begin of any other time, Unix seconds; goes before `range`.
    from: Option<i64>,
    /// Its end, Unix seconds; now by default.
    to: Option<i64>,
    /// How long one point is: `hour` (up to 31 days) or `day`; by default hours up to two days.
    step: Option<String>,
    /// Hours that the clock is ahead of UTC where days begin, from -14 to 14; the server's by default.
    offset_hours: Option<i8>,
}

/// A time of whole hours, in steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    pub(super) step: Step,
}

fn refused(name: &'static str, value: impl ToString, expected: &'static str) -> Failure {
    Problem::FilterInvalid.with("name", name).with("value", value).with("expected", expected)
}

/// Returns how many hours the clock is ahead of UTC where days begin.
pub(in crate::admin) fn days_offset(asked: Option<i8>, now: Timestamp) -> Result<i8, Failure> {
    match asked {
        Some(hours @ -14..=14) => Ok(hours),
        Some(other) => Err(refused("offset_hours", other, "-14 to 14")),
        None => {
            let zone = Local.timestamp_millis_opt(now.0).single().map(|time| time.offset().fix().local_minus_utc());
            Ok(i8::try_from(zone.unwrap_or(0) / 3_600).unwrap_or(0))
        }
    }
}

impl Span {
    pub(super) fn of(query: &SpanQuery, now: Timestamp) -> Result<Self, Failure> {
        let offset_hours = days_offset(query.offset_hours, now)?;
        let by_day = Step::Day { offset_hours };
        let end_of_hour = floor(now.0, HOUR_MS, 0) + HOUR_MS;
        let (since, until) = match query.from {
            Some(from) => custom(from, query.to, end_of_hour)?,
            None => {
                let days_before = |days: i64| start_of(by_day, now.0) - (days - 1) * DAY_MS;
                let since = match query.range.as_deref().map(str::trim) {
                    None | Some("" | "7d") => days_before(7),
                    Some("24h") => end_of_hour - DAY_MS,
                    Some("30d") => days_before(30),
                    Some("90d") => days_before(90),
                    Some(other) => {
                        return Err(refused("range", other, "`24h`, `7d`, `30d`, `90d`, or `from` and `to`"));
                    }
                };
                (since, end_of_hour)
            }
        };
        let step = match query.step.as_deref().map(str::trim) {
            Some("hour") => Step::Hour,
            Some("day") => by_day,
            None | Some("") if until - since <= USUALLY_BY_HOUR_MS => Step::Hour,
            None | Some("") => by_day,
            Some(other) => return Err(refused("step", other, "`hour`, `day`")),
        };
        let longest = if step == Step::Hour { MAX_BY_HOUR_MS } else { MAX_BY_DAY_MS };
        if until - since > longest {
            return Err(refused("from", since / 1_000, "at most 31 days by hours or 799 by days before the end"));
        }
        Ok(Self { since: Timestamp(since), until: Timestamp(until), step })
    }

    /// Returns the name of the step.
    pub(super) const fn step_name(&self) -> &'static str {
        match self.step {
            Step::Hour => "hour",
            Step::Day { .. } => "day",
        }
    }

    /// Returns the time before: as long, and ending at the same time of the day where it is cut into days, so that half a
    /// day is compared with half a day.
    pub(super) fn before(&self) -> (Timestamp, Timestamp) {
        let length = step_ms(self.step);
        let steps = (self.until.0 - self.since.0 + length - 1).div_euclid(length);
        let shift = steps * length;
        (Timestamp(self.since.0 - shift), Timestamp(self.until.0 - shift))
    }

    /// Returns when each step begins.
    pub(super) fn starts(&self) -> impl Iterator<Item = Timestamp> {
        let (first, end) = (start_of(self.step, self.since.0), self.until.0);
        let length = step_ms(self.step);
        (0..).map(move |nth| first + nth * length).take_while(move |start| *start < end).map(Timestamp)
    }
}

/// Returns a time between two moments in whole hours.
fn custom(from: i64, to: Option<i64>, end_of_hour: i64) -> Result<(i64, i64), Failure> {
    let ms = |secs: i64| secs.saturating_mul(1_000).clamp(0, end_of_hour.saturating_add(MAX_BY_DAY_MS));
    let since = floor(ms(from), HOUR_MS, 0);
    let until = to.map_or(end_of_hour, |to| floor(ms(to) + HOUR_MS - 1, HOUR_MS, 0));
    if until <= since { Err(refused("to", to.unwrap_or_default(), "a time after `from`")) } else { Ok((since, until)) }
}

const fn step_ms(step: Step) -> i64 {
    match step {
        Step::Hour => HOUR_MS,
        Step::Day { .. } => DAY_MS,
    }
}

/// Returns when the step began that a moment is in.
fn start_of(step: Step, at: i64) -> i64 {
    match step {
        Step::Hour => floor(at, HOUR_MS, 0),
        Step::Day { offset_hours } => floor(at, DAY_MS, i64::from(offset_hours) * HOUR_MS),
    }
}

/// Returns the last multiple of `length` that is not after `at`, on a clock that is so much ahead.
const fn floor(at: i64, length: i64, ahead: i64) -> i64 {
    (at + ahead).div_euclid(length) * length - ahead
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// 2023-11-14 22:13:20 UTC.
    const NOW: Timestamp = Timestamp(1_700_000_000_000);
    const MIDNIGHT: i64 = 1_699_920_000;

    fn span(range: &str, offset_hours: i8) -> Span {
        let query =
            SpanQuery { range: Some(range.to_owned()), offset_hours: Some(offset_hours), ..SpanQuery::default() };
        Span::of(&query, NOW).unwrap()
    }

    #[rstest]
    #[case("24h", 0, 1_699_916_400, 24)]
    #[case("7d", 0, MIDNIGHT - 6 * 86_400, 7)]
    // In Shanghai the next day has begun.
    #[case("7d", 8, MIDNIGHT - 5 * 86_400 - 8 * 3_600, 7)]
    #[case("90d", 0, MIDNIGHT - 89 * 86_400, 90)]
    fn ranges_begin_at_midnight_and_end_with_this_hour(
        #[case] range: &str,
        #[case] offset: i8,
        #[case] since: i64,
        #[case] steps: usize,
    ) {
        let span = span(range, offset);
        assert_eq!((span.since.unix_secs(), span.until.unix_secs()), (since, 1_700_002_800));
        assert_eq!(span.starts().count(), steps);
        assert_eq!(span.starts().next(), Some(span.since));
    }

    #[test]
    fn the_time_before_ends_at_the_same_time_of_the_day() {
        let week = span("7d", 0);
        let (since, until) = week.before();
        assert_eq!((week.since.0 - since.0, week.until.0 - until.0), (7 * DAY_MS, 7 * DAY_MS));
        let day = span("24h", 0);
        assert_eq!(day.before().1, day.since);
    }

    #[rstest]
    #[case(SpanQuery { range: Some("1y".to_owned()), ..SpanQuery::default() })]
    #[case(SpanQuery { step: Some("week".to_owned()), ..SpanQuery::default() })]
    #[case(SpanQuery { offset_hours: Some(15), ..SpanQuery::default() })]
    #[case(SpanQuery { from: Some(1_700_000_000), to: Some(1_600_000_000), ..SpanQuery::default() })]
    #[case(SpanQuery { from: Some(1_500_000_000), ..SpanQuery::default() })]
    #[case(SpanQuery { range: Some("90d".to_owned()), step: Some("hour".to_owned()), ..SpanQuery::default() })]
    fn what_makes_no_sense_or_is_too_long_is_refused(#[case] query: SpanQuery) {
        assert!(Span::of(&query, NOW).is_err(), "{query:?}");
    }
}
