//! Budgets: limits on what a key, user or organisation may spend per period, and when periods begin and end.

use chrono::{DateTime, Datelike, Days, MappedLocalTime, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{BudgetId, KeyId, OrganisationId, UserId};
use crate::money::Micros;

/// Clocks that skip midnight go on at a quarter of an hour; the longest skip was a day.
const GAP_STEP_MINS: i64 = 15;
const GAP_STEPS: usize = 2 * 96;

/// Whose spending a budget limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scope", content = "id")]
pub enum BudgetScope {
    /// Calls with one key.
    Key(KeyId),
    /// Calls of one user.
    User(UserId),
    /// Calls of one organisation.
    Organisation(OrganisationId),
}

impl BudgetScope {
    /// Returns the name of the kind, used in the database and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::User(_) => "user",
            Self::Organisation(_) => "organisation",
        }
    }

    /// Returns the number of whatever is limited.
    #[must_use]
    pub const fn owner_id(self) -> i64 {
        match self {
            Self::Key(id) => id.0,
            Self::User(id) => id.0,
            Self::Organisation(id) => id.0,
        }
    }

    /// Returns the scope that these two parts describe.
    #[must_use]
    pub fn from_parts(name: &str, owner_id: i64) -> Option<Self> {
        match name {
            "key" => Some(Self::Key(KeyId(owner_id))),
            "user" => Some(Self::User(UserId(owner_id))),
            "organisation" => Some(Self::Organisation(OrganisationId(owner_id))),
            _ => None,
        }
    }
}

/// How often a budget starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Never.
    Total,
    /// At midnight.
    Day,
    /// At the midnight that Monday begins with.
    Week,
    /// At the midnight that the first of the month begins with.
    Month,
}

impl Period {
    /// All periods.
    pub const ALL: [Self; 4] = [Self::Total, Self::Day, Self::Week, Self::Month];

    /// Returns the name used in the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.as_str() == name)
    }

    /// Returns the period that holds `at` where people live by `zone`. Periods follow each other without gap or
    /// overlap, also where clocks are changed at midnight.
    #[must_use]
    pub fn span(self, at: Timestamp, zone: Tz) -> Span {
        self.local_span(at, zone).unwrap_or(Span::ALWAYS)
    }

    fn local_span(self, at: Timestamp, zone: Tz) -> Option<Span> {
        let today = DateTime::<Utc>::from_timestamp_millis(at.0)?.with_timezone(&zone).date_naive();
        let (mut first, mut after) = (self.first_day(today)?, self.first_day_after(today)?);
        // Where clocks go back over midnight a date comes twice; the period begins when it comes first.
        if start_of(after, zone)? <= at {
            (first, after) = (after, self.first_day_after(after)?);
        }
        Some(Span { start: start_of(first, zone)?, end: start_of(after, zone)? })
    }

    fn first_day(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Total => None,
            Self::Day => Some(day),
            Self::Week => day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))),
            Self::Month => day.with_day(1),
        }
    }

    fn first_day_after(self, day: NaiveDate) -> Option<NaiveDate> {
        let first = self.first_day(day)?;
        match self {
            Self::Total => None,
            Self::Day => first.checked_add_days(Days::new(1)),
            Self::Week => first.checked_add_days(Days::new(7)),
            Self::Month => first.checked_add_months(Months::new(1)),
        }
    }
}

/// Returns the first moment of `day`: midnight, or where clocks skip it the moment they go on at.
fn start_of(day: NaiveDate, zone: Tz) -> Option<Timestamp> {
    let mut local = day.and_time(NaiveTime::MIN);
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

/// A stretch of time: from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First moment.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
}

impl Span {
    /// The span of a budget that never starts anew.
    pub const ALWAYS: Self = Self { start: Timestamp(0), end: Timestamp(i64::MAX) };

    /// Returns whether `at` lies in the span.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

/// A limit on spending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Row id.
    pub id: BudgetId,
    /// Whose spending it limits.
    pub scope: BudgetScope,
    /// How often it starts anew.
    pub period: Period,
    /// Time zone that the periods begin and end by.
    pub zone: Tz,
    /// What may be spent in one period.
    pub limit: Micros,
}

impl Budget {
    /// Returns the period that holds `at`.
    #[must_use]
    pub fn span(&self, at: Timestamp) -> Span {
        self.period.span(at, self.zone)
    }
}

/// A text that names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone; use a name of the IANA database such as `Asia/Shanghai` or `UTC`")]
pub struct UnknownZone(pub String);

/// Reads the name of a time zone.
///
/// # Errors
/// Names the text when it is not one of the IANA database.
pub fn parse_zone(name: &str) -> Result<Tz, UnknownZone> {
    name.trim().parse().map_err(|_| UnknownZone(name.to_owned()))
}

#[cfg(test)]
mod tests;
