//! Limits on guessing: failed logins are counted by account and address, and each failure past a free number doubles
//! the time until the next try.

use std::collections::HashMap;
use std::net::IpAddr;

use parking_lot::Mutex;
use sluice_domain::clock::Timestamp;

use crate::admin::wire::{Failure, Problem};

/// More subjects than this are not remembered; the oldest are forgotten first.
const MAX_SUBJECTS: usize = 10_000;
const FORGET_AFTER_MS: i64 = 3_600_000;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// Tries at one account from one place.
    Pair(String, IpAddr),
    /// All tries from one place.
    Address(IpAddr),
    /// All tries at one account, from wherever.
    Account(String),
}

impl Subject {
    /// Returns all that a login counts for. Account names are compared without case; places are single IPv4
    /// addresses and IPv6 networks of 64 bits, because a home has a whole such network.
    pub(crate) fn of_login(account: &str, address: IpAddr) -> [Self; 3] {
        let account: String = account.trim().to_lowercase().chars().take(64).collect();
        let place = place(address);
        [Self::Pair(account.clone(), place), Self::Address(place), Self::Account(account)]
    }

    /// Returns what something without an account counts for.
    pub(crate) fn of_place(address: IpAddr) -> [Self; 1] {
        [Self::Address(place(address))]
    }

    /// Failures that cost nothing yet, and the longest wait in seconds after that. An account is never shut for long
    /// to its owner because of strangers elsewhere.
    const fn limits(&self) -> (u32, i64) {
        match self {
            Self::Pair(..) => (5, 900),
            Self::Address(_) => (20, 900),
            Self::Account(_) => (50, 30),
        }
    }
}

fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into()),
    }
}

#[derive(Debug, Clone, Copy)]
struct Record {
    failures: u32,
    last: Timestamp,
    open_again: Timestamp,
}

/// The failures of the last hour.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<Subject, Record>>);

impl Attempts {
    /// Counts one try before it is made, as if it failed, so that many at once gain nothing.
    pub(crate) fn begin(&self, subjects: &[Subject], now: Timestamp) -> Result<(), Failure> {
        let mut records = self.0.lock();
        let wait_ms =
            subjects.iter().filter_map(|subject| records.get(subject)).map(|record| record.open_again.0 - now.0);
        if let Some(wait_ms) = wait_ms.max().filter(|&wait_ms| wait_ms > 0) {
            let secs = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000);
            return Err(Failure::from(Problem::TooManyAttempts).retry_after(secs));
        }
        make_room(&mut records, now);
        for subject in subjects {
            let (free, longest_secs) = subject.limits();
            let before = records.get(subject).filter(|record| record.last.0 + FORGET_AFTER_MS > now.0);
            let failures = before.map_or(0, |record| record.failures).saturating_add(1);
            let doublings = failures.saturating_sub(free).min(20);
            let wait_secs = if failures < free { 0 } else { (1_i64 << doublings).min(longest_secs) };
            let record = Record { failures, last: now, open_again: Timestamp(now.0 + wait_secs * 1_000) };
            records.insert(subject.clone(), record);
        }
        Ok(())
    }

    /// Forgets the failures: the try succeeded.
    pub(crate) fn succeeded(&self, subjects: &[Subject]) {
        let mut records = self.0.lock();
        for subject in subjects {
            records.remove(subject);
        }
    }
}

fn make_room(records: &mut HashMap<Subject, Record>, now: Timestamp) {
    if records.len() < MAX_SUBJECTS {
        return;
    }
    records.retain(|_, record| record.last.0 + FORGET_AFTER_MS > now.0);
    if records.len() >= MAX_SUBJECTS {
        let mut times: Vec<i64> = records.values().map(|record| record.last.0).collect();
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().unwrap_or(now.0);
        records.retain(|_, record| record.last.0 > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn tries_until_refused(attempts: &Attempts, subjects: &[Subject], now: Timestamp) -> u32 {
        (0..1_000).find(|_| attempts.begin(subjects, now).is_err()).unwrap()
    }

    #[test]
    fn the_sixth_try_must_wait_and_each_failure_doubles_the_wait() {
        let attempts = Attempts::default();
        let subjects = Subject::of_login("root", address("10.0.0.1"));
        assert_eq!(tries_until_refused(&attempts, &subjects, Timestamp(0)), 5);
        assert!(attempts.begin(&subjects, Timestamp(999)).is_err());
        assert!(attempts.begin(&subjects, Timestamp(1_000)).is_ok());
        assert!(attempts.begin(&subjects, Timestamp(2_999)).is_err());
        assert!(attempts.begin(&subjects, Timestamp(3_000)).is_ok());
    }

    #[test]
    fn another_account_or_a_success_is_not_held_back() {
        let attempts = Attempts::default();
        let root = Subject::of_login("root", address("10.0.0.1"));
        tries_until_refused(&attempts, &root, Timestamp(0));
        assert!(attempts.begin(&Subject::of_login("mia", address("10.0.0.1")), Timestamp(0)).is_ok());
        attempts.succeeded(&root);
        assert!(attempts.begin(&root, Timestamp(0)).is_ok());
    }

    #[test]
    fn one_place_cannot_try_many_accounts_and_an_ipv6_home_is_one_place() {
        let attempts = Attempts::default();
        let refused = (0..40).find(|n| {
            let subjects = Subject::of_login(&format!("user{n}"), address(&format!("2001:db8::{n}")));
            attempts.begin(&subjects, Timestamp(0)).is_err()
        });
        assert_eq!(refused, Some(20));
    }

    #[test]
    fn memory_is_bounded_and_old_failures_are_forgotten() {
        let attempts = Attempts::default();
        for n in 0..u32::try_from(MAX_SUBJECTS).unwrap() {
            let address = IpAddr::V4(n.into());
            attempts.begin(&Subject::of_login("root", address), Timestamp(i64::from(n) * 60_000)).ok();
        }
        assert!(attempts.0.lock().len() <= MAX_SUBJECTS + 2);
        let subjects = Subject::of_login("mia", address("10.0.0.1"));
        tries_until_refused(&attempts, &subjects, Timestamp(0));
        assert_eq!(tries_until_refused(&attempts, &subjects, Timestamp(FORGET_AFTER_MS)), 5);
    }
}
