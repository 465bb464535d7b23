//! The queue between a relay thread and its writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sluice_domain::call::UpstreamObject;
use tokio::sync::mpsc;

use super::spill::Spill;
use super::{Due, Entry, Finished, Parcel};

/// Pause between looks at the queue while a batch is gathered. Being woken for every call would cost the core that serves
/// calls more than handing them over.
const LOOK_INTERVAL: Duration = Duration::from_millis(25);
/// What requests that wait for their tokens to be counted may hold in memory together.
const SAMPLES_MAX_BYTES: usize = 64 * 1024 * 1024;

/// One relay thread's end of the queue.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    sender: mpsc::Sender<Entry>,
    samples: Arc<AtomicUsize>,
    spill: Arc<Spill>,
}

/// The writer's end.
#[derive(Debug)]
pub(crate) struct Inbox {
    receiver: mpsc::Receiver<Entry>,
    samples: Arc<AtomicUsize>,
    pub(super) spill: Arc<Spill>,
}

impl Queue {
    /// Makes a queue of `capacity` entries with its reading end.
    pub(crate) fn new(capacity: usize) -> (Self, Inbox) {
        let (sender, receiver) = mpsc::channel(capacity);
        let (samples, spill) = (Arc::new(AtomicUsize::new(0)), Arc::new(Spill::default()));
        let queue = Self { sender, samples: Arc::clone(&samples), spill: Arc::clone(&spill) };
        (queue, Inbox { receiver, samples, spill })
    }

    /// Hands over a finished call. Where the queue has no room it waits in the journal.
    pub(crate) fn send(&self, finished: Box<Finished>) {
        let weight = weight(&finished);
        if self.samples.fetch_add(weight, Ordering::Relaxed) + weight > SAMPLES_MAX_BYTES && weight > 0 {
            self.samples.fetch_sub(weight, Ordering::Relaxed);
            return self.spill.put(finished);
        }
        let Err(error) = self.sender.try_send(Entry::Call(finished)) else { return };
        self.samples.fetch_sub(weight, Ordering::Relaxed);
        if let Entry::Call(finished) = error.into_inner() {
            self.spill.put(finished);
        }
    }

    /// Adds an object; when the queue is full it is only kept in memory.
    pub(crate) fn remember(&self, object: UpstreamObject) -> bool {
        self.sender.try_send(Entry::Object(Box::new(object))).is_ok()
    }

    /// Adds a response that is to be kept; when the queue is full it is only kept in memory.
    pub(crate) fn keep(&self, parcel: Parcel) -> bool {
        self.sender.try_send(Entry::Response(Box::new(parcel))).is_ok()
    }

    /// Returns a view of the queue that does not keep it open.
    pub(crate) fn watch(&self) -> QueueWatch {
        QueueWatch(self.sender.downgrade(), Arc::clone(&self.spill))
    }
}

impl Inbox {
    /// Fills `batch` with up to `rows` entries: the first is waited for, and others for `linger` after it. Returns false
    /// when nothing more will ever come.
    pub(super) async fn gather(&mut self, batch: &mut Vec<Entry>, rows: usize, linger: Duration) -> bool {
        if self.receiver.recv_many(batch, rows).await == 0 {
            return false;
        }
        let deadline = tokio::time::Instant::now() + linger;
        while batch.len() < rows && tokio::time::Instant::now() < deadline && !self.receiver.is_closed() {
            let next_look = tokio::time::Instant::now() + LOOK_INTERVAL;
            tokio::time::sleep_until(next_look.min(deadline)).await;
            while batch.len() < rows
                && let Ok(entry) = self.receiver.try_recv()
            {
                batch.push(entry);
            }
        }
        let calls = batch.iter().filter_map(|entry| match entry {
            Entry::Call(finished) => Some(weight(finished)),
            Entry::Object(_) | Entry::Response(_) => None,
        });
        self.samples.fetch_sub(calls.sum(), Ordering::Relaxed);
        true
    }

    /// Returns whether the writer keeps up with the queue, so that it may turn to what waits in the journal.
    pub(super) fn is_calm(&self) -> bool {
        self.receiver.len() * 2 <= self.receiver.max_capacity()
    }
}

fn weight(finished: &Finished) -> usize {
    match &finished.due {
        Due::Settled(..) => 0,
        Due::Count { request, .. } => request.text.len(),
    }
}

/// Looks at a queue from outside.
#[derive(Debug)]
pub(crate) struct QueueWatch(mpsc::WeakSender<Entry>, Arc<Spill>);

impl QueueWatch {
    /// Returns how many entries wait, those in the journal included.
    pub(crate) fn waiting(&self) -> usize {
        let queued = self.0.upgrade().map_or(0, |sender| sender.max_capacity() - sender.capacity());
        queued + self.1.len()
    }

    /// Returns how many refused calls were not recorded because nothing had room for them.
    pub(crate) fn dropped(&self) -> u64 {
        self.1.dropped()
    }
}
