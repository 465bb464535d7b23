//! The budget for trying again: an outage must not be multiplied by those who suffer from it.

use std::time::Instant;

use parking_lot::Mutex;

/// Retries that are there at the start, and at most.
const START: f64 = 10.0;
const MOST: f64 = 500.0;
/// What each call adds.
const PER_CALL: f64 = 0.1;
/// What each second adds while little is left: a few callers alone may retry as they like.
const PER_SECOND: f64 = 5.0;

/// The budget of one relay thread.
pub(in crate::relay) struct Retries(Mutex<Budget>);

struct Budget {
    left: f64,
    at: Instant,
}

impl Default for Retries {
    fn default() -> Self {
        Self(Mutex::new(Budget { left: START, at: Instant::now() }))
    }
}

impl Retries {
    /// Notes a call.
    pub(in crate::relay) fn earn(&self) {
        let mut budget = self.0.lock();
        budget.left = (budget.left + PER_CALL).min(MOST);
    }

    /// Takes one retry. Returns whether there was one.
    pub(in crate::relay) fn spend(&self) -> bool {
        self.0.lock().spend(Instant::now())
    }
}

impl Budget {
    fn spend(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        if self.left < START {
            self.left = (self.left + elapsed * PER_SECOND).min(START);
        }
        let is_there = self.left >= 1.0;
        if is_there {
            self.left -= 1.0;
        }
        is_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_tenth_of_many_calls_may_be_repeated() {
        let start = Instant::now();
        let mut budget = Budget { left: START, at: start };
        let mut repeated = 0;
        for _ in 0..1_000 {
            budget.left += PER_CALL;
            repeated += u32::from(budget.spend(start));
        }
        assert!((108..=110).contains(&repeated), "{repeated}");
    }

    #[test]
    fn it_comes_back_with_time() {
        let start = Instant::now();
        let mut budget = Budget { left: 0.0, at: start };
        assert!(!budget.spend(start));
        let later = start + Duration::from_secs(1);
        assert_eq!((0..9).filter(|_| budget.spend(later)).count(), 5);
        assert_eq!((0..99).filter(|_| budget.spend(later + Duration::from_secs(3_600))).count(), 10);
    }
}
