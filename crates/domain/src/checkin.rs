//! Check-ins: what sites give once a day to those who ask for it.

use crate::clock::Timestamp;
use crate::id::{CheckinItemId, CheckinRunId, ProviderId};

/// Why sites are checked in at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It was time.
    Schedule,
    /// Somebody asked for all that are missing today.
    Manual,
    /// Somebody asked for one site.
    Single,
}

impl Cause {
    const ALL: [Self; 3] = [Self::Schedule, Self::Manual, Self::Single];

    /// Returns the stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "cron",
            Self::Manual => "manual",
            Self::Single => "manual-provider",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == name)
    }
}

/// A run over one or more sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckinRun {
    /// Row id.
    pub id: CheckinRunId,
    /// Why.
    pub cause: Cause,
    /// Time zone that its day goes by.
    pub zone: String,
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; `None` while it goes on, or where its node died.
    pub ended_at: Option<Timestamp>,
    /// What came of it.
    pub counts: Counts,
}

/// What came of a run, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sites that it was for.
    pub total: u64,
    /// Of those, sites that count the day.
    pub succeeded: u64,
    /// Of those, sites that do not.
    pub failed: u64,
    /// Sites that were still missing at its end, whatever it was for.
    pub missing: u64,
}

/// What a site answered, or why it did not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckinResult {
    /// Whether the site counts the day.
    pub is_success: bool,
    /// What the site said.
    pub message: String,
    /// Why there is no answer, as JSON; `None` where there is one.
    pub fault: Option<String>,
    /// Whether no more check-ins are tried there, because it has none.
    pub is_auto_disabled: bool,
    /// What it awarded, in its own units.
    pub quota_awarded: Option<i64>,
}

/// One check-in at one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckinItem {
    /// Row id.
    pub id: CheckinItemId,
    /// The run that it was made in.
    pub run_id: CheckinRunId,
    /// The site.
    pub provider_id: ProviderId,
    /// Its name at the time.
    pub provider_name: String,
    /// What came of it.
    pub result: CheckinResult,
    /// When.
    pub checked_at: Timestamp,
}

/// Where a site's check-in of a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayState {
    /// Under way.
    Running,
    /// Counted.
    Done,
    /// Tried in vain.
    Failed,
}

/// What is known of a site's check-ins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckinSite {
    /// The site.
    pub provider_id: ProviderId,
    /// The last day that it was tried on, `YYYY-MM-DD`.
    pub day: String,
    /// Where that is.
    pub state: DayState,
    /// When one last succeeded.
    pub succeeded_at: Option<Timestamp>,
    /// The last result, and when it came.
    pub last: Option<(CheckinResult, Timestamp)>,
}

impl CheckinSite {
    /// Returns whether the site counts this day.
    #[must_use]
    pub fn is_done_on(&self, day: &str) -> bool {
        self.day == day && self.state == DayState::Done
    }
}
