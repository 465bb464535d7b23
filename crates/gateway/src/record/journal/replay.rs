//! What an earlier process left in the journal.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sluice_domain::call::Outcome;
use sluice_domain::id::CallId;

use super::entry::{Found, Noted, Stage, read};
use super::segment::{EXTENSION, HEAD_BYTES, MAGIC, checksum};

/// Code of calls that were under way when the process ended without warning.
const DIED: &str = "gateway_died";

impl Noted {
    /// Returns whether the call was under way when its process ended.
    pub(crate) fn was_cut_off(&self) -> bool {
        self.record.error == DIED
    }
}

/// What an earlier process noted and the database may lack, read one segment at a time: a database that was away for long
/// leaves more behind than fits into memory.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    unread: VecDeque<PathBuf>,
    /// Files of which everything was understood.
    readable: Vec<PathBuf>,
    /// Calls that have not ended as far as was read.
    pub(super) open: HashMap<CallId, Noted>,
    /// Calls whose end came before their beginning: the reserve was made before the segments that were filled before it.
    pub(super) ended: HashSet<CallId>,
}

impl Replay {
    /// Finds every segment in `dir`. Must be called before new ones are made.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub(crate) fn find(dir: &Path) -> io::Result<Self> {
        let mut files: Vec<PathBuf> = fs::read_dir(dir)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION))
            .collect();
        files.sort();
        Ok(Self { unread: files.into(), ..Self::default() })
    }

    /// Returns the calls that ended in the next segment, oldest first. After the last segment come those that never ended,
    /// marked as broken, and then `None`.
    ///
    /// # Errors
    /// The segment cannot be read.
    pub(crate) fn next_calls(&mut self) -> io::Result<Option<Vec<Noted>>> {
        let mut calls = match self.unread.pop_front() {
            Some(file) => self.read(file)?,
            None if self.open.is_empty() => return Ok(None),
            None => std::mem::take(&mut self.open).into_values().map(died).collect(),
        };
        calls.sort_by_key(|call| call.record.id);
        Ok(Some(calls))
    }

    fn read(&mut self, file: PathBuf) -> io::Result<Vec<Noted>> {
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            // One that was made ahead of need goes away with its maker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let (found, unreadable) = notes(&bytes);
        let calls = found.into_iter().filter_map(|note| self.take(note)).collect();
        if unreadable == 0 {
            self.readable.push(file);
        } else {
            tracing::warn!(file = %file.display(), unreadable, "notes of another version stay in the journal");
        }
        Ok(calls)
    }

    /// Returns the call of a note if it has ended.
    fn take(&mut self, Found { stage, call }: Found) -> Option<Noted> {
        let id = call.record.id;
        match stage {
            Stage::Open if self.ended.contains(&id) => None,
            // One that went on for long was noted again, with what it had used by then.
            Stage::Open => self.open.insert(id, call).and(None),
            Stage::Close => {
                // What was never sent to anybody has no beginning.
                if self.open.remove(&id).is_none() && !call.record.attempts.is_empty() {
                    self.ended.insert(id);
                }
                Some(call)
            }
        }
    }

    /// Removes the files that were read: the database has all of it.
    pub(crate) fn done(self) {
        for file in self.readable {
            if let Err(error) = fs::remove_file(&file) {
                tracing::warn!(%error, "a replayed segment of the journal cannot be removed");
            }
        }
    }
}

/// Reads what one segment has, be it still written to or not.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn read_segment(path: &Path) -> io::Result<Vec<Found>> {
    Ok(notes(&fs::read(path)?).0)
}

fn died(mut call: Noted) -> Noted {
    call.record.outcome = Outcome::Broken;
    DIED.clone_into(&mut call.record.error);
    call
}

/// Returns the notes of one segment, up to its end or to the first that is damaged, and how many whole ones cannot be
/// understood, as after a downgrade.
fn notes(segment: &[u8]) -> (Vec<Found>, usize) {
    let mut found = Vec::new();
    let mut unreadable = 0;
    let Some(mut rest) = segment.strip_prefix(MAGIC) else { return (found, unreadable) };
    while let Some((payload, after)) = next_payload(rest) {
        match read(payload) {
            Some(note) => found.push(note),
            None => unreadable += 1,
        }
        rest = after;
    }
    (found, unreadable)
}

fn next_payload(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
    let (length, sum) = head.split_at_checked(4)?;
    let length = usize::try_from(u32::from_le_bytes(length.try_into().ok()?)).ok()?;
    let (payload, after) = rest.split_at_checked(length)?;
    let is_whole = length > 0 && checksum(payload) == u32::from_le_bytes(sum.try_into().ok()?);
    is_whole.then_some((payload, after))
}
