//! The journal: an append-only local file of what calls are under way and how they ended.
//!
//! A call is noted before its upstream is called and again when it has ended; the notes reach the operating system at
//! once, so that a killed process loses nothing, and the disk in groups. What the database has taken is settled; a
//! segment whose notes are all settled is removed. What is found at start is replayed, which is harmless as often as it
//! happens, because every row has its id from before the upstream was called.
//!
//! Segments are memory-mapped: a note costs a copy instead of a system call. Their blocks are allocated when they are
//! made, on a thread of their own, so that a full disk refuses new calls instead of killing the process.

mod codec;
mod entry;
mod replay;
mod segment;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use parking_lot::Mutex;

pub(crate) use entry::Note;
pub(crate) use replay::{Replay, read_left_over};
pub(crate) use segment::Mark;
use segment::{Active, Segment};

/// Size of one segment.
const SEGMENT_BYTES: usize = 1024 * 1024;
/// Most segments of one relay thread; beyond that new calls are refused until the database has caught up.
const SEGMENTS_MAX: usize = 1_024;
/// How often notes are pushed to the disk.
pub(crate) const SYNC_INTERVAL: Duration = Duration::from_millis(10);
/// Segments that are made ahead of need, and the longest wait for one.
const SPARES: usize = 2;
const SPARE_WAIT: Duration = Duration::from_millis(100);
const LOCK_FILE: &str = "lock";

/// The journal's directory, held by this process alone.
pub(crate) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Takes the directory.
    ///
    /// # Errors
    /// It cannot be made, or another process serves from it.
    pub(crate) fn take(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        let lock = File::create(path.join(LOCK_FILE))?;
        lock.try_lock().map_err(|_| {
            io::Error::new(
                io::ErrorKind::ResourceBusy,
                "another process serves from this data directory; stop it first",
            )
        })?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Opens the journal of one relay thread.
    ///
    /// # Errors
    /// Its first segment cannot be made, such as on a full disk.
    pub(crate) fn open(&self, thread: usize) -> io::Result<Arc<Journal>> {
        let maker = Maker { dir: self.path.clone(), thread, alive: Arc::default() };
        let active = maker.make()?;
        let current = Mutex::new(Arc::clone(active.segment()));
        let (sender, spares) = sync_channel(SPARES);
        let alive = Arc::clone(&maker.alive);
        std::thread::Builder::new().name(format!("sluice-spare-{thread}")).spawn(move || maker.supply(&sender))?;
        let (active, spares) = (Mutex::new(Some(active)), Mutex::new(spares));
        Ok(Arc::new(Journal { active, spares, alive, current, retired: Mutex::default() }))
    }

    /// Returns the directory.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes segments ahead of need.
struct Maker {
    dir: PathBuf,
    thread: usize,
    alive: Arc<()>,
}

impl Maker {
    fn make(&self) -> io::Result<Active> {
        Active::create(&self.dir, self.thread, SEGMENT_BYTES, &self.alive)
    }

    /// Keeps one segment ready until the journal is gone.
    fn supply(&self, ready: &SyncSender<io::Result<Active>>) {
        while ready.send(self.make()).is_ok() {}
    }
}

/// The journal of one relay thread. No other thread writes to it, so its lock is never contended.
pub(crate) struct Journal {
    active: Mutex<Option<Active>>,
    spares: Mutex<Receiver<io::Result<Active>>>,
    /// Held once by each segment that still exists.
    alive: Arc<()>,
    /// The segment that is written now, for the thread that pushes notes to the disk.
    current: Mutex<Arc<Segment>>,
    /// Full segments that the disk may not have yet.
    retired: Mutex<Vec<Arc<Segment>>>,
}

impl Journal {
    /// Appends a note; it has reached the operating system when this returns. The mark stands for the note until the
    /// database has taken what it says.
    ///
    /// # Errors
    /// The journal is at its bound, or the disk is full.
    pub(crate) fn append(&self, note: &Note<'_>) -> io::Result<Mark> {
        let mut active = self.active.lock();
        entry::with_bytes(note, |bytes| {
            if let Some(mark) = active.as_mut().and_then(|active| active.append(bytes)) {
                return Ok(mark);
            }
            let mut next = self.next_segment()?;
            let mark = next.append(bytes).ok_or_else(|| io::Error::other("a note is larger than a segment"))?;
            *self.current.lock() = Arc::clone(next.segment());
            if let Some(full) = active.replace(next) {
                self.retired.lock().push(Arc::clone(full.segment()));
                full.seal();
            }
            Ok(mark)
        })
    }

    fn next_segment(&self) -> io::Result<Active> {
        // Besides the segments, the journal itself and the maker hold it.
        if Arc::strong_count(&self.alive) > SEGMENTS_MAX + SPARES + 2 {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "the journal is full"));
        }
        // One is nearly always ready; a short wait is better than a refusal.
        self.spares.lock().recv_timeout(SPARE_WAIT).map_err(|_| io::Error::other("no segment is ready"))?
    }

    /// Pushes what was noted to the disk.
    pub(crate) fn sync(&self) {
        let retired = std::mem::take(&mut *self.retired.lock());
        let current = Arc::clone(&self.current.lock());
        retired.iter().chain([&current]).for_each(|segment| segment.sync());
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Journal")
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if let Some(active) = self.active.get_mut().take() {
            active.seal();
        }
    }
}

#[cfg(test)]
#[path = "journal/tests.rs"]
mod tests;
