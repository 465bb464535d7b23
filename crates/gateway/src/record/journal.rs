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
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use parking_lot::Mutex;

pub(crate) use entry::{Note, Noted, Room, Stage, decode, encode};
pub(crate) use flushing::Bell;
use flushing::Flushing;
pub(crate) use replay::{Replay, read_segment};
pub(crate) use segment::Mark;
use segment::{Active, Segment};

/// Size of one segment.
const SEGMENT_BYTES: usize = 1024 * 1024;
/// The one that is written, the reserve, the one that is ready, and one that the database does not have yet.
const SEGMENTS_MIN: usize = 4;
/// How often notes are pushed to the disk.
pub(crate) const SYNC_INTERVAL: Duration = Duration::from_millis(10);
/// Longest wait for a segment; one is nearly always ready.
const SPARE_WAIT: Duration = Duration::from_millis(100);
/// Rest before a segment that could not be made is tried again.
const MAKE_PAUSE: Duration = Duration::from_millis(100);
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
        let maker = Maker { dir: self.path.clone(), thread, alive: Arc::default(), is_failing: Arc::default() };
        let (active, reserve) = (maker.make()?, maker.make()?);
        let current = Mutex::new(Arc::clone(active.segment()));
        // The maker itself holds the one that is ready.
        let (sender, spares) = sync_channel(0);
        let (alive, is_failing) = (Arc::clone(&maker.alive), Arc::clone(&maker.is_failing));
        std::thread::Builder::new().name(format!("sluice-spare-{thread}")).spawn(move || maker.supply(&sender))?;
        let rooms = Rooms { active: Some(active), reserve: Some(reserve), spares, is_failing };
        let flushing = Flushing::new(Arc::clone(&self.bell));
        let segments_max = usize::try_from(max_bytes / SEGMENT_BYTES as u64).unwrap_or(usize::MAX).max(SEGMENTS_MIN);
        let (rooms, retired) = (Mutex::new(rooms), Mutex::default());
        Ok(Arc::new(Journal { rooms, alive, current, retired, flushing, segments_max }))
    }

    /// Returns what wakes the thread that calls [`Journal::sync`].
    pub(crate) const fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    /// Returns the file that other processes find locked.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.path.join(LOCK_FILE)
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
    /// Whether the last one could not be made.
    is_failing: Arc<AtomicBool>,
}

impl Maker {
    fn make(&self) -> io::Result<Active> {
        Active::create(&self.dir, self.thread, SEGMENT_BYTES, &self.alive)
    }

    /// Keeps one segment ready until the journal is gone.
    fn supply(&self, ready: &SyncSender<io::Result<Active>>) {
        loop {
            let made = self.make();
            self.is_failing.store(made.is_err(), Ordering::Relaxed);
            if made.is_ok() {
                if ready.send(made).is_err() {
                    return;
                }
            } else if let Err(TrySendError::Disconnected(_)) = ready.try_send(made) {
                // Whoever does not wait for it now must not find an old failure later.
                return;
            } else {
                std::thread::sleep(MAKE_PAUSE);
            }
        }
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
    spares: Receiver<io::Result<Active>>,
    is_failing: Arc<AtomicBool>,
}

impl Rooms {
    /// Makes sure that there is a reserve: without one no call may begin.
    fn keep_reserve(&mut self) -> io::Result<()> {
        if self.reserve.is_none() {
            self.reserve = Some(self.spare()?);
        }
        Ok(())
    }

    /// Returns the next segment to write.
    fn next(&mut self, room: Room) -> io::Result<Active> {
        match room {
            Room::Free => self.spare(),
            Room::Reserved => self.spare().or_else(|error| self.reserve.take().ok_or(error)),
        }
    }

    fn spare(&self) -> io::Result<Active> {
        // A short wait is better than a refusal, but not when there is nothing to wait for.
        let wait = if self.is_failing.load(Ordering::Relaxed) { Duration::ZERO } else { SPARE_WAIT };
        self.spares.recv_timeout(wait).map_err(|_| io::Error::new(io::ErrorKind::StorageFull, "no segment is ready"))?
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
        if note.room == Room::Free {
            // Besides the segments, the journal itself and the maker hold it.
            if Arc::strong_count(&self.alive) > self.segments_max + 2 {
                return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "the journal is full"));
            }
            rooms.keep_reserve()?;
        }
        entry::with_bytes(note, |bytes| {
            if let Some(mark) = rooms.active.as_mut().and_then(|active| active.append(bytes)) {
                self.flushing.count();
                return Ok(mark);
            }
            let mut next = rooms.next(note.room)?;
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
