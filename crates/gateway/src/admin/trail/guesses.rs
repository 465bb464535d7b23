//! Failed logins: they stand in the log, but in so few entries that nobody who guesses can fill it. The same place at the
//! same account has one entry an hour, which counts; beyond so many entries an hour all others share one.

use std::collections::HashMap;
use std::net::IpAddr;

use parking_lot::Mutex;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;

/// Entries of one hour.
const MAX_ENTRIES: usize = 50;
const HOUR_MS: i64 = 3_600_000;

/// Where somebody tried to get in, and as whom: the path of a user that exists, else nothing.
pub(super) type Guess = (Option<IpAddr>, String);

/// The failed logins of this hour.
#[derive(Debug, Default)]
pub(in crate::admin) struct Guesses(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    hour: i64,
    entries: HashMap<Guess, Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    id: CallId,
    tries: u64,
}

/// What is to be written of one more failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Note {
    /// A new entry, about this.
    Begin(Guess),
    /// The entry of this id has counted so many.
    Count(CallId, u64),
    /// Nothing: the count is written at powers of two.
    Nothing,
}

impl Guesses {
    /// Counts a failure, whose entry would have the id.
    pub(super) fn count(&self, guess: Guess, id: CallId, now: Timestamp) -> Note {
        let mut counted = self.0.lock();
        let hour = now.0.div_euclid(HOUR_MS);
        if counted.hour != hour {
            *counted = Counted { hour, entries: HashMap::new() };
        }
        let is_told = counted.entries.contains_key(&guess) || counted.entries.len() + 1 < MAX_ENTRIES;
        let guess = if is_told { guess } else { (None, String::new()) };
        if let Some(entry) = counted.entries.get_mut(&guess) {
            entry.tries += 1;
            return if entry.tries.is_power_of_two() { Note::Count(entry.id, entry.tries) } else { Note::Nothing };
        }
        counted.entries.insert(guess.clone(), Entry { id, tries: 1 });
        Note::Begin(guess)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u64) -> CallId {
        CallId::new(n, [0; 10])
    }

    fn at(place: u32) -> Guess {
        (Some(IpAddr::V4(place.into())), "/api/user/1".to_owned())
    }

    #[test]
    fn the_same_guess_has_one_entry_an_hour_that_is_written_at_powers_of_two() {
        let guesses = Guesses::default();
        assert_eq!(guesses.count(at(1), id(1), Timestamp(0)), Note::Begin(at(1)));
        let notes: Vec<Note> = (2..=8).map(|n| guesses.count(at(1), id(n), Timestamp(1))).collect();
        let written: Vec<&Note> = notes.iter().filter(|note| **note != Note::Nothing).collect();
        assert_eq!(written, [2, 4, 8].map(|tries| Note::Count(id(1), tries)).iter().collect::<Vec<_>>());
        assert_eq!(guesses.count(at(1), id(9), Timestamp(HOUR_MS)), Note::Begin(at(1)));
    }

    #[test]
    fn an_hour_has_so_many_entries_however_many_places_guess() {
        let guesses = Guesses::default();
        let notes: Vec<Note> = (0..10_000).map(|n| guesses.count(at(n), id(u64::from(n)), Timestamp(0))).collect();
        let begun = notes.iter().filter(|note| matches!(note, Note::Begin(_))).count();
        assert_eq!(begun, MAX_ENTRIES);
        assert!(notes.contains(&Note::Begin((None, String::new()))), "the others share one");
        let writes = notes.iter().filter(|note| **note != Note::Nothing).count();
        assert!(writes < MAX_ENTRIES + 20, "{writes}");
        assert_eq!(guesses.0.lock().entries.len(), MAX_ENTRIES);
    }
}
