//! Getting notes to the disk: in groups by themselves, and at once for those who wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tokio::sync::watch;

/// Wakes the thread that pushes notes to the disk.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    has_rung: Mutex<bool>,
    rings: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.has_rung.lock() = true;
        self.rings.notify_one();
    }

    /// Waits for a ring, but no longer than `longest`.
    pub(crate) fn wait(&self, longest: Duration) {
        let mut has_rung = self.has_rung.lock();
        if !*has_rung {
            self.rings.wait_for(&mut has_rung, longest);
        }
        *has_rung = false;
    }
}

/// How far the disk is behind one journal.
#[derive(Debug)]
pub(super) struct Flushing {
    noted: AtomicU64,
    flushed: watch::Sender<u64>,
    bell: Arc<Bell>,
}

impl Flushing {
    pub(super) fn new(bell: Arc<Bell>) -> Self {
        Self { noted: AtomicU64::new(0), flushed: watch::Sender::new(0), bell }
    }

    pub(super) fn count(&self) {
        self.noted.fetch_add(1, Ordering::Release);
    }

    /// Returns how many notes there are.
    pub(super) fn noted(&self) -> u64 {
        self.noted.load(Ordering::Acquire)
    }

    /// The disk has this many.
    pub(super) fn reached(&self, notes: u64) {
        self.flushed.send_if_modified(|flushed| std::mem::replace(flushed, notes) != notes);
    }

    /// Waits until the disk has what was noted so far.
    pub(super) async fn done(&self) {
        let (noted, mut flushed) = (self.noted(), self.flushed.subscribe());
        self.bell.ring();
        // The sender lives as long as this does.
        let _ = flushed.wait_for(|&flushed| flushed >= noted).await;
    }
}
