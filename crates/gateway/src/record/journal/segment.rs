//! One file of the journal.
//!
//! Layout: 8 bytes of magic, then notes, each `length: u32 LE`, `CRC-32 of the payload: u32 LE`, payload. Zeros follow
//! the last note. A note that was cut off by a power failure fails its checksum and ends the segment.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use memmap2::MmapMut;

/// First bytes of a segment; the last one is the version of the format.
pub(super) const MAGIC: &[u8; 8] = b"SLUICEJ1";
/// Length and checksum before each payload.
pub(super) const HEAD_BYTES: usize = 8;
/// Ending of a segment's name.
pub(super) const EXTENSION: &str = "journal";

/// Numbers segments, so that their names sort in the order in which they were made.
static SERIAL: AtomicU64 = AtomicU64::new(0);

/// A file with how many of its notes are still needed.
#[derive(Debug)]
pub(crate) struct Segment {
    path: PathBuf,
    file: File,
    unsettled: AtomicUsize,
    is_sealed: AtomicBool,
    is_dirty: AtomicBool,
    _alive: Arc<()>,
}

impl Segment {
    /// Returns its file.
    #[cfg(test)]
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Pushes what was written to the disk.
    pub(super) fn sync(&self) {
        if !self.is_dirty.swap(false, Ordering::AcqRel) {
            return;
        }
        if let Err(error) = self.file.sync_data() {
            tracing::error!(%error, "the journal cannot be pushed to the disk");
        }
    }

    fn remove_if_done(&self) {
        let is_done = self.is_sealed.load(Ordering::Acquire) && self.unsettled.load(Ordering::Acquire) == 0;
        // Both the last settlement and the sealing may get here; the second finds the file gone.
        if is_done
            && let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a settled segment of the journal cannot be removed");
        }
    }
}

/// Stands for one note. Dropping it settles nothing: the note stays and is replayed at the next start.
#[derive(Debug)]
pub(crate) struct Mark(Arc<Segment>);

impl Mark {
    /// Returns the file that has the note.
    pub(crate) fn path(&self) -> &Path {
        &self.0.path
    }

    /// The database has what the note says.
    pub(crate) fn settle(self) {
        self.0.unsettled.fetch_sub(1, Ordering::AcqRel);
        self.0.remove_if_done();
    }
}

/// The segment that is being written.
pub(super) struct Active {
    segment: Arc<Segment>,
    map: MmapMut,
    at: usize,
}

impl Active {
    /// Makes a segment whose blocks are all allocated.
    pub(super) fn create(dir: &Path, thread: usize, bytes: usize, alive: &Arc<()>) -> io::Result<Self> {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let name = format!("{:020}-{thread:03}-{serial:06}.{EXTENSION}", since_epoch.as_nanos());
        let path = dir.join(name);
        let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        let result = allocate(&mut file, bytes).and_then(|()| map(&file));
        let mut map = result.inspect_err(|_| drop(fs::remove_file(&path)))?;
        if let Some(front) = map.get_mut(..MAGIC.len()) {
            front.copy_from_slice(MAGIC);
        }
        let segment = Segment {
            path,
            file,
            unsettled: AtomicUsize::new(0),
            is_sealed: AtomicBool::new(false),
            is_dirty: AtomicBool::new(false),
            _alive: Arc::clone(alive),
        };
        Ok(Self { segment: Arc::new(segment), map, at: MAGIC.len() })
    }

    pub(super) fn segment(&self) -> &Arc<Segment> {
        &self.segment
    }

    /// Appends one payload; `None` when there is no room left.
    pub(super) fn append(&mut self, payload: &[u8]) -> Option<Mark> {
        let length = u32::try_from(payload.len()).ok()?;
        let end = self.at.checked_add(HEAD_BYTES + payload.len())?;
        let place = self.map.get_mut(self.at..end)?;
        let (head, body) = place.split_at_mut(HEAD_BYTES);
        let (length_place, sum_place) = head.split_at_mut(4);
        body.copy_from_slice(payload);
        sum_place.copy_from_slice(&checksum(payload).to_le_bytes());
        length_place.copy_from_slice(&length.to_le_bytes());
        self.at = end;
        self.segment.unsettled.fetch_add(1, Ordering::AcqRel);
        self.segment.is_dirty.store(true, Ordering::Release);
        Some(Mark(Arc::clone(&self.segment)))
    }

    /// Nothing more is written here.
    pub(super) fn seal(self) {
        self.segment.is_sealed.store(true, Ordering::Release);
        self.segment.remove_if_done();
    }
}

impl Drop for Active {
    /// A segment that was made ahead of need and never written goes away with its maker.
    fn drop(&mut self) {
        if self.at == MAGIC.len() {
            drop(fs::remove_file(&self.segment.path));
        }
    }
}

pub(super) fn checksum(payload: &[u8]) -> u32 {
    crc32fast::hash(payload)
}

/// Writes zeros over the whole length: a sparse file would only meet the full disk when a note is written, as a signal
/// that kills the process.
fn allocate(file: &mut File, bytes: usize) -> io::Result<()> {
    const CHUNK_BYTES: usize = 256 * 1024;
    let zeros = vec![0; CHUNK_BYTES];
    let mut left = bytes;
    while left > 0 {
        let chunk = zeros.get(..left.min(CHUNK_BYTES)).unwrap_or(&zeros);
        file.write_all(chunk)?;
        left -= chunk.len();
    }
    Ok(())
}

#[expect(unsafe_code, reason = "a note must cost a copy and no system call")]
fn map(file: &File) -> io::Result<MmapMut> {
    // SAFETY: the directory is locked for this process, and only this mapping writes to the file.
    unsafe { memmap2::MmapOptions::new().populate().map_mut(file) }
}
