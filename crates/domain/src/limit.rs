//! Limits on how much may be asked for: calls and tokens per minute, and calls at once.

use serde::{Deserialize, Serialize};

/// What a key, a user, a group, a model or a credential may ask for. `None` is no limit; 0 allows nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Calls in a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens read and written in a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u64>,
    /// Calls under way at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
}

impl Limits {
    /// Limits nothing.
    pub const NONE: Self = Self { requests_per_minute: None, tokens_per_minute: None, concurrency: None };

    /// Returns whether nothing is limited.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.requests_per_minute.is_none() && self.tokens_per_minute.is_none() && self.concurrency.is_none()
    }
}

/// A meter of something that flows, such as calls per minute: the generic cell rate algorithm (ITU-T I.371, annex A),
/// which needs one number and forgets nothing at the edge of a minute.
///
/// A whole minute's allowance may be used at once; after that it comes back evenly. Times are nanoseconds of any clock
/// that never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Allowance of a minute; never 0.
    per_minute: u64,
}

const MINUTE_NANOS: u64 = 60_000_000_000;

impl Rate {
    /// Makes a meter; `None` where nothing is allowed at all.
    #[must_use]
    pub const fn per_minute(allowance: u64) -> Option<Self> {
        if allowance == 0 { None } else { Some(Self { per_minute: allowance }) }
    }

    /// Returns how long `amount` takes to come back, in nanoseconds.
    #[must_use]
    pub fn span(self, amount: u64) -> u64 {
        let nanos = u128::from(amount) * u128::from(MINUTE_NANOS) / u128::from(self.per_minute);
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }

    /// Returns the meter's new state if `amount` may be taken at `now`. `full_at` is its state: when the whole allowance
    /// will be there again. More than a whole minute's allowance may be taken once nothing is owed, and is owed then.
    ///
    /// # Errors
    /// Says for how many nanoseconds it may not.
    pub fn take(self, full_at: u64, now: u64, amount: u64) -> Result<u64, u64> {
        let owed = full_at.saturating_sub(now);
        let room = MINUTE_NANOS.saturating_sub(self.span(amount).min(MINUTE_NANOS));
        if owed > room {
            return Err(owed - room);
        }
        Ok(now.max(full_at).saturating_add(self.span(amount)))
    }

    /// Returns how much is left at `now`.
    #[must_use]
    pub fn left(self, full_at: u64, now: u64) -> u64 {
        let free = MINUTE_NANOS.saturating_sub(full_at.saturating_sub(now));
        let left = u128::from(free) * u128::from(self.per_minute) / u128::from(MINUTE_NANOS);
        u64::try_from(left).unwrap_or(u64::MAX)
    }

    /// Returns the allowance of a minute.
    #[must_use]
    pub const fn allowance(self) -> u64 {
        self.per_minute
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_minutes_allowance_may_go_at_once_and_comes_back_evenly() {
        let rate = Rate::per_minute(60).unwrap();
        let mut state = 0;
        for _ in 0..60 {
            state = rate.take(state, 100 * SECOND, 1).unwrap();
        }
        assert_eq!(rate.take(state, 100 * SECOND, 1), Err(SECOND));
        assert_eq!(rate.left(state, 100 * SECOND), 0);
        assert_eq!(rate.left(state, 110 * SECOND), 10);
        assert!(rate.take(state, 101 * SECOND, 1).is_ok());
    }

    #[test]
    fn what_is_larger_than_a_minutes_allowance_waits_until_nothing_is_owed() {
        let rate = Rate::per_minute(100).unwrap();
        let state = rate.take(0, SECOND, 250).unwrap();
        assert_eq!(rate.take(state, SECOND, 1), Err(rate.span(250) - (MINUTE_NANOS - rate.span(1))));
    }

    #[test]
    fn nothing_allowed_is_no_rate() {
        assert_eq!(Rate::per_minute(0), None);
    }

    proptest! {
        #[test]
        fn no_window_of_a_minute_sees_more_than_twice_the_allowance(
            allowance in 1u64..500,
            steps in prop::collection::vec((0u64..5_000, 1u64..20), 1..300),
        ) {
            let rate = Rate::per_minute(allowance).unwrap();
            let (mut now, mut state) = (SECOND, 0);
            let mut taken: Vec<(u64, u64)> = Vec::new();
            for (pause_ms, amount) in steps {
                now += pause_ms * 1_000_000;
                let amount = amount.min(allowance);
                if let Ok(next) = rate.take(state, now, amount) {
                    state = next;
                    taken.push((now, amount));
                }
            }
            for &(start, _) in &taken {
                let inside = taken.iter().filter(|(at, _)| (start..start + MINUTE_NANOS).contains(at));
                let sum: u64 = inside.map(|(_, amount)| amount).sum();
                prop_assert!(sum <= 2 * allowance + 1, "{sum} of {allowance}");
            }
        }
    }
}
