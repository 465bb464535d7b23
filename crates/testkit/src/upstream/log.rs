//! What an upstream saw: requests as they came, and clients that left.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;

/// Requests remembered at most, whatever their size.
const KEPT_REQUESTS: usize = 100_000;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Counts the requests of this upstream, from 0.
    pub number: u64,
    /// Method.
    pub method: String,
    /// Path and query exactly as sent.
    pub target: String,
    /// Headers in the order in which their names first came; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body exactly as sent.
    pub body: Bytes,
    /// When it had arrived in full.
    pub at: SystemTime,
    /// Why it was refused by the contract, if it was.
    pub refusal: Option<String>,
}

impl Received {
    /// Returns the first header of this name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A client that left before the end of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancellation {
    /// [`Received::number`] of its request.
    pub request: u64,
    /// When it was noticed.
    pub at: SystemTime,
    /// The same on the monotonic clock.
    pub instant: Instant,
    /// Chunks of the answer's body that had been sent.
    pub chunks_sent: usize,
}

/// The log of one upstream.
#[derive(Debug)]
pub(crate) struct Log {
    entries: Mutex<Entries>,
    changed: watch::Sender<()>,
    kept_bytes: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Entries {
    requests: VecDeque<Received>,
    cancellations: VecDeque<Cancellation>,
    bytes: usize,
    next_number: u64,
    seen: usize,
    cancelled: usize,
}

impl Entries {
    pub(crate) fn seen(&self) -> usize {
        self.seen
    }

    pub(crate) fn cancelled(&self) -> usize {
        self.cancelled
    }
}

impl Log {
    pub(crate) fn new(kept_bytes: usize) -> Arc<Self> {
        Arc::new(Self { entries: Mutex::default(), changed: watch::Sender::new(()), kept_bytes })
    }

    /// Adds a request and returns its number.
    pub(crate) fn add(&self, mut received: Received) -> u64 {
        let mut entries = self.entries.lock();
        let number = entries.next_number;
        received.number = number;
        entries.next_number += 1;
        entries.seen += 1;
        if self.kept_bytes > 0 {
            entries.bytes += received.body.len();
            entries.requests.push_back(received);
        }
        while entries.bytes > self.kept_bytes || entries.requests.len() > KEPT_REQUESTS {
            let Some(oldest) = entries.requests.pop_front() else { break };
            entries.bytes -= oldest.body.len();
        }
        drop(entries);
        self.changed.send_replace(());
        number
    }

    pub(crate) fn refuse(&self, number: u64, reason: &str) {
        let mut entries = self.entries.lock();
        if let Some(received) = entries.requests.iter_mut().rev().find(|received| received.number == number) {
            received.refusal = Some(reason.to_owned());
        }
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.entries.lock().requests.iter().cloned().collect()
    }

    pub(crate) fn cancellations(&self) -> Vec<Cancellation> {
        self.entries.lock().cancellations.iter().copied().collect()
    }

    pub(crate) fn clear(&self) {
        let mut entries = self.entries.lock();
        let next_number = entries.next_number;
        *entries = Entries { next_number, ..Entries::default() };
    }

    pub(crate) async fn wait_until(&self, is_met: impl Fn(&Entries) -> bool) {
        let mut changes = self.changed.subscribe();
        while !is_met(&self.entries.lock()) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    fn cancel(&self, request: u64, chunks_sent: usize) {
        let cancellation = Cancellation { request, at: SystemTime::now(), instant: Instant::now(), chunks_sent };
        let mut entries = self.entries.lock();
        entries.cancelled += 1;
        entries.cancellations.push_back(cancellation);
        if entries.cancellations.len() > KEPT_REQUESTS {
            entries.cancellations.pop_front();
        }
        drop(entries);
        self.changed.send_replace(());
    }
}

/// Watches over one answer: dropped before its end, it tells the log that the client left.
#[derive(Debug)]
pub(crate) struct Guard {
    log: Arc<Log>,
    request: u64,
    chunks_sent: usize,
    finished: bool,
}

impl Guard {
    pub(crate) fn new(log: &Arc<Log>, request: u64) -> Self {
        Self { log: Arc::clone(log), request, chunks_sent: 0, finished: false }
    }

    pub(crate) fn sent(&mut self) {
        self.chunks_sent += 1;
    }

    /// The answer is over, or breaks off because the script says so.
    pub(crate) fn finish(&mut self) {
        self.finished = true;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.finished {
            self.log.cancel(self.request, self.chunks_sent);
        }
    }
}
