//! Limits on guessing: failed logins are counted by account and address, and each failure past a free number doubles
//! the time until the next try.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use parking_lot::Mutex;
use sluice_domain::clock::Timestamp;

use crate::admin::wire::{Failure, Problem};

/// More subjects than this are not remembered; the oldest are forgotten first.
const MAX_SUBJECTS: usize = 10_000;
/// Places where people have logged in that are remembered.
const MAX_KNOWN: usize = 1_000;
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
    /// to its owner because of strangers elsewhere, and not at all where its owner has logged in before.
    const fn limits(&self) -> (u32, i64) {
        match self {
            Self::Pair(..) => (5, 900),
            Self::Address(_) => (20, 900),
            Self::Account(_) => (20, 60),
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

/// The failures of the last hour, and where people have logged in.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    records: HashMap<Subject, Record>,
    /// Pairs from which a login has succeeded, the oldest first.
    known: VecDeque<Subject>,
}

impl Memory {
    /// Returns whether a subject counts for a try of these.
    fn counts(&self, subject: &Subject, all: &[Subject]) -> bool {
        let is_known = || all.iter().any(|other| self.known.contains(other));
        !matches!(subject, Subject::Account(_)) || !is_known()
    }
}

impl Attempts {
    /// Counts one try before it is made, as if it failed, so that many at once gain nothing.
    pub(crate) fn begin(&self, subjects: &[Subject], now: Timestamp) -> Result<(), Failure> {
        let mut memory = self.0.lock();
        let counted: Vec<&Subject> = subjects.iter().filter(|subject| memory.counts(subject, subjects)).collect();
        let waits = counted.iter().filter_map(|subject| memory.records.get(*subject));
        let wait_ms = waits.map(|record| record.open_again.0 - now.0).max();
        if let Some(wait_ms) = wait_ms.filter(|&wait_ms| wait_ms > 0) {
            let secs = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000);
            return Err(Failure::from(Problem::TooManyAttempts).retry_after(secs));
        }
        make_room(&mut memory.records, now);
        for subject in counted {
            let (free, longest_secs) = subject.limits();
            let before = memory.records.get(subject).filter(|record| record.last.0 + FORGET_AFTER_MS > now.0);
            let failures = before.map_or(0, |record| record.failures).saturating_add(1);
            let doublings = failures.saturating_sub(free).min(20);
            let wait_secs = if failures < free { 0 } else { (1_i64 << doublings).min(longest_secs) };
            let record = Record { failures, last: now, open_again: Timestamp(now.0 + wait_secs * 1_000) };
            memory.records.insert(subject.clone(), record);
        }
        Ok(())
    }

    /// Forgets the failures: the try succeeded. Strangers elsewhere cannot shut the account here any more.
    pub(crate) fn succeeded(&self, subjects: &[Subject]) {
        let mut memory = self.0.lock();
        for subject in subjects {
            // Who has one account must not be able to wipe out what it tried at others.
            if let Subject::Address(_) = subject {
                if let Some(record) = memory.records.get_mut(subject) {
                    record.failures = record.failures.saturating_sub(1);
                    record.open_again = record.last;
                }
                continue;
            }
            memory.records.remove(subject);
            if matches!(subject, Subject::Pair(..)) && !memory.known.contains(subject) {
                if memory.known.len() >= MAX_KNOWN {
                    memory.known.pop_front();
                }
                memory.known.push_back(subject.clone());
            }
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
    fn an_account_of_ones_own_does_not_help_to_guess_at_others() {
        let attempts = Attempts::default();
        let own = Subject::of_login("eve", address("10.0.0.1"));
        let refused = (0..200).find(|n| {
            let guess = Subject::of_login(&format!("user{n}"), address("10.0.0.1"));
            let is_refused =
                attempts.begin(&guess, Timestamp(0)).is_err() || attempts.begin(&own, Timestamp(0)).is_err();
            attempts.succeeded(&own);
            is_refused
        });
        assert!(refused.is_some_and(|n| n <= 20), "{refused:?}");
    }

    #[test]
    fn many_places_together_cannot_guess_at_one_account_and_its_owner_stays_at_home() {
        let attempts = Attempts::default();
        let home = Subject::of_login("root", address("10.0.0.1"));
        attempts.begin(&home, Timestamp(0)).unwrap();
        attempts.succeeded(&home);
        let from = |n: u32| Subject::of_login("root", IpAddr::V4((0x0b00_0000 + n).into()));
        let refused = (0..40).find(|n| attempts.begin(&from(*n), Timestamp(0)).is_err());
        assert_eq!(refused, Some(20));
        assert!(attempts.begin(&from(99), Timestamp(1_000)).is_ok(), "after a moment there is one more try");
        assert!(attempts.begin(&from(100), Timestamp(1_000)).is_err());
        assert!(attempts.begin(&home, Timestamp(1_000)).is_ok());
        assert_eq!(tries_until_refused(&attempts, &home, Timestamp(1_000)), 4, "there as many as anywhere");
    }

    #[test]
    fn memory_is_bounded_and_old_failures_are_forgotten() {
        let attempts = Attempts::default();
        for n in 0..u32::try_from(MAX_SUBJECTS).unwrap() {
            let address = IpAddr::V4(n.into());
            attempts.begin(&Subject::of_login("root", address), Timestamp(i64::from(n) * 60_000)).ok();
        }
        assert!(attempts.0.lock().records.len() <= MAX_SUBJECTS + 2);
        let subjects = Subject::of_login("mia", address("10.0.0.1"));
        tries_until_refused(&attempts, &subjects, Timestamp(0));
        assert_eq!(tries_until_refused(&attempts, &subjects, Timestamp(FORGET_AFTER_MS)), 5);
    }
}
