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
mod dues;
mod entry;
mod flushing;
mod replay;
mod segment;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use parking_lot::Mutex;

pub(crate) use entry::{Note, Noted, Stage, decode, encode};
pub(crate) use flushing::Bell;
use flushing::Flushing;
pub(crate) use replay::{Replay, read_left_over, read_segment};
pub(crate) use segment::Mark;
use segment::{Active, Segment};

/// Size of one segment.
const SEGMENT_BYTES: usize = 1024 * 1024;
/// The one that is written, the reserve, and the one that is ready.
const SEGMENTS_MIN: usize = 3;
/// How often notes are pushed to the disk.
pub(crate) const SYNC_INTERVAL: Duration = Duration::from_millis(10);
/// Longest wait for a segment; one is nearly always ready.
const SPARE_WAIT: Duration = Duration::from_millis(100);
const LOCK_FILE: &str = "lock";

/// The journal's directory, held by this process alone.
pub(crate) struct Directory {
    path: PathBuf,
    bell: Arc<Bell>,
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
        Ok(Self { path: path.to_owned(), bell: Arc::default(), _lock: lock })
    }

    /// Opens the journal of one relay thread, which takes `max_bytes` on the disk.
    ///
    /// # Errors
    /// Its first segment cannot be made, such as on a full disk.
    pub(crate) fn open(&self, thread: usize, max_bytes: u64) -> io::Result<Arc<Journal>> {
        let maker = Maker { dir: self.path.clone(), thread, alive: Arc::default() };
        let (active, reserve) = (maker.make()?, maker.make()?);
        let current = Mutex::new(Arc::clone(active.segment()));
        // The maker itself holds the one that is ready.
        let (sender, spares) = sync_channel(0);
        let alive = Arc::clone(&maker.alive);
        std::thread::Builder::new().name(format!("sluice-spare-{thread}")).spawn(move || maker.supply(&sender))?;
        let rooms = Rooms { active: Some(active), reserve: Some(reserve), is_on_reserve: false, spares };
        let flushing = Flushing::new(Arc::clone(&self.bell));
        let segments_max = usize::try_from(max_bytes / SEGMENT_BYTES as u64).unwrap_or(usize::MAX).max(SEGMENTS_MIN);
        let (rooms, retired) = (Mutex::new(rooms), Mutex::default());
        Ok(Arc::new(Journal { rooms, alive, current, retired, flushing, segments_max }))
    }

    /// Returns what wakes the thread that calls [`Journal::sync`].
    pub(crate) const fn bell(&self) -> &Arc<Bell> {
        &self.bell
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
    rooms: Mutex<Rooms>,
    /// Held once by each segment that still exists.
    alive: Arc<()>,
    /// The segment that is written now, for the thread that pushes notes to the disk.
    current: Mutex<Arc<Segment>>,
    /// Full segments that the disk may not have yet.
    retired: Mutex<Vec<Arc<Segment>>>,
    flushing: Flushing,
    /// Beyond so many new calls are refused until the database has caught up.
    segments_max: usize,
}

/// Where notes go.
struct Rooms {
    active: Option<Active>,
    /// Taken only for the ends of calls that are under way when no other segment can be had: they must not be lost.
    reserve: Option<Active>,
    /// Whether the reserve is what is written now.
    is_on_reserve: bool,
    spares: Receiver<io::Result<Active>>,
}

impl Rooms {
    /// Returns the next segment to write.
    fn next(&mut self, stage: Stage) -> io::Result<Active> {
        match stage {
            Stage::Open => {
                if self.reserve.is_none() {
                    self.reserve = Some(self.spare()?);
                }
                let spare = self.spare()?;
                self.is_on_reserve = false;
                Ok(spare)
            }
            Stage::Close => match self.spare() {
                Ok(spare) => {
                    self.is_on_reserve = false;
                    Ok(spare)
                }
                Err(error) => {
                    let reserve = self.reserve.take().ok_or(error)?;
                    self.is_on_reserve = true;
                    Ok(reserve)
                }
            },
        }
    }

    /// Returns where a note of this stage may be appended without asking for another segment.
    fn active_for(&mut self, stage: Stage) -> Option<&mut Active> {
        // What is left of the reserve belongs to the calls that are under way.
        let is_open = match stage {
            Stage::Open => !self.is_on_reserve,
            Stage::Close => true,
        };
        self.active.as_mut().filter(|_| is_open)
    }

    fn spare(&self) -> io::Result<Active> {
        // A short wait is better than a refusal.
        self.spares.recv_timeout(SPARE_WAIT).map_err(|_| io::Error::other("no segment is ready"))?
    }
}

impl Journal {
    /// Appends a note; it has reached the operating system when this returns. The mark stands for the note until the
    /// database has taken what it says.
    ///
    /// # Errors
    /// The journal is at its bound, or the disk is full.
    pub(crate) fn append(&self, note: &Note<'_>) -> io::Result<Mark> {
        let mut rooms = self.rooms.lock();
        entry::with_bytes(note, |bytes| {
            if let Some(mark) = rooms.active_for(note.stage).and_then(|active| active.append(bytes)) {
                self.flushing.count();
                return Ok(mark);
            }
            // Calls under way may always end.
            if note.stage == Stage::Open && self.segment_count() > self.segments_max {
                return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "the journal is full"));
            }
            let mut next = rooms.next(note.stage)?;
            let mark = next.append(bytes).ok_or_else(|| io::Error::other("a note is larger than a segment"))?;
            *self.current.lock() = Arc::clone(next.segment());
            if let Some(full) = rooms.active.replace(next) {
                self.retired.lock().push(Arc::clone(full.segment()));
                full.seal();
            }
            // Counted last: who waits for the disk must find the segment among those that are pushed to it.
            self.flushing.count();
            Ok(mark)
        })
    }

    /// Returns whether there is room for what may as well not be noted.
    pub(crate) fn is_calm(&self) -> bool {
        Arc::strong_count(&self.alive) * 2 <= self.segments_max
    }

    /// Waits until everything that was noted so far has reached the disk.
    pub(crate) async fn flushed(&self) {
        self.flushing.done().await;
    }

    /// Returns what the journal takes on the disk.
    pub(crate) fn bytes(&self) -> u64 {
        (self.segment_count() * SEGMENT_BYTES) as u64
    }

    /// Besides the segments, the journal itself and the maker hold it.
    fn segment_count(&self) -> usize {
        Arc::strong_count(&self.alive).saturating_sub(2)
    }

    /// Pushes what was noted to the disk.
    pub(crate) fn sync(&self) {
        let noted = self.flushing.noted();
        let retired = std::mem::take(&mut *self.retired.lock());
        let current = Arc::clone(&self.current.lock());
        retired.iter().chain([&current]).for_each(|segment| segment.sync());
        self.flushing.reached(noted);
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Journal")
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if let Some(active) = self.rooms.get_mut().active.take() {
            active.seal();
        }
    }
}

#[cfg(test)]
#[path = "journal/tests.rs"]
mod tests;
