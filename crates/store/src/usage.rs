//! What was used, by the hour: every chart is drawn from here, and none from the calls themselves.
//!
//! A settled batch adds to the hours of its calls in the same transaction. Each row belongs to one node, and is only
//! changed while that node's revenue account is locked, so that no two batches add to one row at once and no node waits
//! for another. Each call counts twice: by key and route together, and by route alone, so that a chart of all calls need
//! not read a row for every key.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, ProviderId, UserId};

mod counts;
mod hours;
mod query;
mod sums;

pub(crate) use counts::{Counted, calls_by_hour, calls_in_all};
pub(crate) use hours::add_calls;
pub use sums::{SpeedSums, UsageSums};

/// Which usage is wanted; absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// From the hour that holds this time.
    pub since: Timestamp,
    /// Up to the hour that holds this time, which is left out if the time is its beginning.
    pub until: Timestamp,
    /// Only calls of this user.
    pub user_id: Option<UserId>,
    /// Only calls with this key.
    pub key_id: Option<KeyId>,
    /// Only calls that this provider answered.
    pub provider_id: Option<ProviderId>,
    /// Only calls that asked for exactly this model.
    pub model: Option<String>,
}

/// What usage is split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Not at all.
    None,
    /// By key.
    Key,
    /// By model asked for.
    Model,
    /// By provider that answered.
    Provider,
    /// By user.
    User,
}

/// One part of a split.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UsageGroup {
    /// The whole.
    All,
    /// A key's part.
    Key(KeyId),
    /// A model's part.
    Model(String),
    /// A provider's part; `None` for calls that none answered.
    Provider(Option<ProviderId>),
    /// A user's part.
    User(UserId),
}

/// How long one point of a chart is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An hour.
    Hour,
    /// A day that begins so many whole hours before midnight UTC.
    Day {
        /// Hours that the clock is ahead of UTC, between -14 and 14.
        offset_hours: i8,
    },
}

/// One point of a chart. Points without calls are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsagePoint<S = UsageSums> {
    /// When the hour or day begins.
    pub start: Timestamp,
    /// Whose it is.
    pub group: UsageGroup,
    /// What was used, or how long it took.
    pub sums: S,
}

/// What one part used in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageTotal<S = UsageSums> {
    /// Whose it is.
    pub group: UsageGroup,
    /// What was used, or how long it took.
    pub sums: S,
}

/// Calls that used something that has no price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpriced {
    /// Model asked for.
    pub model: String,
    /// Provider that answered.
    pub provider_id: Option<ProviderId>,
    /// How many calls.
    pub calls: u64,
    /// When the last hour with such a call began.
    pub last_hour: Timestamp,
}

/// Which columns tell the rows of a grain apart; the others are 0 or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grain {
    /// Key, user, provider and model.
    Full = 0,
    /// Provider and model.
    Route = 1,
}

impl Grain {
    const ALL: [Self; 2] = [Self::Full, Self::Route];

    const fn number(self) -> u8 {
        self as u8
    }

    /// Returns the coarsest grain that can answer.
    fn of(filter: &UsageFilter, grouping: Grouping) -> Self {
        let by_caller =
            filter.user_id.is_some() || filter.key_id.is_some() || matches!(grouping, Grouping::Key | Grouping::User);
        if by_caller { Self::Full } else { Self::Route }
    }
}

/// Milliseconds of an hour.
pub(crate) const HOUR_MS: i64 = 3_600_000;

/// Returns the beginning of an hour.
fn start_of(hour: i64) -> Timestamp {
    Timestamp(hour.saturating_mul(HOUR_MS))
}

/// Returns the smallest id of a grain's hour. Hours before 1970 are none.
fn first_id(grain: Grain, hour: i64) -> Vec<u8> {
    let hour = u32::try_from(hour.max(0)).unwrap_or(u32::MAX);
    let mut id = vec![grain.number()];
    id.extend(hour.to_be_bytes());
    id.resize(16, 0);
    id
}
