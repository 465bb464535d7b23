//! Points in time as Unix milliseconds, and the clock they come from.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Unix time in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the time `later` after this one, saturating at the end of the range.
    #[must_use]
    pub fn plus(self, later: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(later.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Returns whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn unix_secs(self) -> i64 {
        self.0.div_euclid(1_000)
    }
}

/// Where "now" comes from: the system, or a value that a test sets.
#[derive(Debug, Default)]
pub enum Clock {
    /// The operating system's clock.
    #[default]
    System,
    /// A clock that stands still until it is set.
    Fixed(AtomicI64),
}

impl Clock {
    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Fixed(now_ms) => Timestamp(now_ms.load(Ordering::Relaxed)),
        }
    }
}
