//! What an earlier process left in the journal.

use std::collections::HashMap;
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

/// Calls that an earlier process noted and the database may lack.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    /// The calls; those that never ended are marked as broken.
    pub(crate) calls: Vec<Noted>,
    files: Vec<PathBuf>,
}

impl Replay {
    /// Removes the files: the database has all of it.
    pub(crate) fn done(self) {
        for file in self.files {
            if let Err(error) = fs::remove_file(&file) {
                tracing::warn!(%error, "a replayed segment of the journal cannot be removed");
            }
        }
    }
}

/// Reads every segment in `dir`. Must be called before new ones are made.
///
/// # Errors
/// The directory or a file cannot be read.
pub(crate) fn read_left_over(dir: &Path) -> io::Result<Replay> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION))
        .collect();
    files.sort();
    let mut readable = Vec::with_capacity(files.len());
    let mut open: HashMap<CallId, Noted> = HashMap::new();
    let mut ended: HashMap<CallId, Noted> = HashMap::new();
    for file in &files {
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            // One that was made ahead of need goes away with its maker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let (found, unreadable) = notes(&bytes);
        for note in found {
            let calls = match note.stage {
                Stage::Open => &mut open,
                Stage::Close => &mut ended,
            };
            calls.insert(note.call.record.id, note.call);
        }
        if unreadable == 0 {
            readable.push(file.clone());
        } else {
            tracing::warn!(file = %file.display(), unreadable, "notes of another version stay in the journal");
        }
    }
    for (id, call) in open {
        ended.entry(id).or_insert_with(|| died(call));
    }
    let mut calls: Vec<Noted> = ended.into_values().collect();
    calls.sort_by_key(|call| call.record.id);
    Ok(Replay { calls, files: readable })
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
