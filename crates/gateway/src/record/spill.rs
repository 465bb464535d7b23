//! Finished calls that the queue had no room for: their records wait in the journal, and only what must be done once they
//! are posted is kept in memory.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;
use sluice_domain::ledger::SettledCall;
use sluice_domain::price::PriceVersion;

use super::replay::from_close;
use super::writer::Books;
use super::{Due, Finished};
use crate::bank::Claim;
use crate::journal::{self, Mark, Stage};

/// Calls settled at once.
const BATCH: usize = 500;

/// Calls that wait in the journal, by the segment that has their end.
#[derive(Debug, Default)]
pub(crate) struct Spill {
    segments: Mutex<BTreeMap<PathBuf, HashMap<CallId, Waiting>>>,
    length: AtomicUsize,
    dropped: AtomicU64,
}

/// What is left to do about a call once the database has it.
#[derive(Debug)]
pub(super) struct Waiting {
    marks: Vec<Mark>,
    /// Keep the leases that the call is drawn from until then.
    _claims: Vec<Claim>,
    versions: Vec<Arc<PriceVersion>>,
}

impl Spill {
    /// Returns how many calls wait.
    pub(super) fn len(&self) -> usize {
        self.length.load(Ordering::Relaxed)
    }

    /// Returns how many refused calls were not recorded.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Keeps what is needed of a call. One that is not in the journal never reached an upstream: it is counted and
    /// forgotten.
    pub(super) fn put(&self, finished: Box<Finished>) {
        let Finished { record, due, versions, marks } = *finished;
        let Some(path) = marks.last().map(|mark| mark.path().to_owned()) else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let settling = match due {
            Due::Settled(_, settling) => settling,
            // The journal has the rough count; there is no room to wait for a better one.
            Due::Count { deal, .. } => {
                let ended_at = record.created_at.0.saturating_add(record.duration_ms.cast_signed());
                let charge = deal.bill(&record).charge;
                deal.hold.settle(charge, Timestamp(ended_at))
            }
        };
        let waiting = Waiting { marks, _claims: settling.claims, versions };
        self.segments.lock().entry(path).or_default().insert(record.id, waiting);
        self.length.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes the calls of one segment.
    fn take(&self) -> Option<(PathBuf, HashMap<CallId, Waiting>)> {
        let taken = self.segments.lock().pop_first()?;
        self.length.fetch_sub(taken.1.len(), Ordering::Relaxed);
        Some(taken)
    }

    /// Settles the calls of one segment. Returns whether there was one.
    pub(super) async fn settle_some(&self, books: &Books) -> bool {
        let Some((path, mut waiting)) = self.take() else { return false };
        let read = path.clone();
        let found = tokio::task::spawn_blocking(move || journal::read_segment(&read)).await;
        let notes = match found {
            Ok(Ok(notes)) => notes,
            Ok(Err(error)) => {
                tracing::error!(%error, "a segment of the journal cannot be read; it is settled at the next start");
                return true;
            }
            Err(_) => return true,
        };
        let ends = notes.into_iter().filter(|note| note.stage == Stage::Close);
        let calls: Vec<SettledCall> =
            ends.map(|note| from_close(note.call)).filter(|call| waiting.contains_key(&call.record.id)).collect();
        for chunk in calls.chunks(BATCH) {
            let done: Vec<Waiting> = chunk.iter().filter_map(|call| waiting.remove(&call.record.id)).collect();
            books.keep_versions(done.iter().flat_map(|call| call.versions.iter().cloned()).collect()).await;
            if books.settle(chunk).await {
                done.into_iter().flat_map(|call| call.marks).for_each(Mark::settle);
            }
        }
        if !waiting.is_empty() {
            tracing::error!(count = waiting.len(), "ends of calls are missing from the journal");
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use sluice_domain::call::{CallRecord, Outcome};
    use sluice_domain::id::NodeId;
    use sluice_domain::ledger::Holder;
    use sluice_store::{CallFilter, DatabaseUrl, MasterKey, Store};

    use super::super::{Ending, Queue, Ticket, sample_record};
    use super::*;
    use crate::journal::Directory;

    #[tokio::test]
    async fn what_the_queue_has_no_room_for_is_settled_from_the_journal() {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(dir.path().join("calls.sqlite"));
        let master = MasterKey::load_or_create(&dir.path().join("key")).unwrap();
        let store = Arc::new(Store::open(&url, &master).await.unwrap());
        store.migrate().await.unwrap();
        let node = NodeId(1);
        let revenue = store.open_account(Holder::Revenue(node), Timestamp(0)).await.unwrap().id;
        let books = Books::new(Arc::clone(&store), node, revenue);
        let directory = Directory::take(&dir.path().join("journal")).unwrap();
        let journal = directory.open(0, 1 << 30).unwrap();
        let (queue, inbox) = Queue::new(1);
        for number in 0..6 {
            let record = CallRecord { id: CallId::new(number, [7; 10]), ..sample_record() };
            let mut ticket = Ticket::new(queue.clone(), record, Instant::now(), Arc::clone(&journal));
            // The last one is refused before any upstream is called.
            if number < 5 {
                ticket.note_open().unwrap();
            }
            ticket.finish(Ending { outcome: Outcome::Complete, error: "", metered: None });
        }
        assert_eq!((inbox.spill.len(), inbox.spill.dropped()), (4, 1));
        assert!(inbox.spill.settle_some(&books).await);
        assert!(!inbox.spill.settle_some(&books).await);
        assert_eq!(store.count_calls(&CallFilter::default(), 100).await.unwrap(), 4);
        // Only the one that waits in the queue is still needed.
        drop(journal);
        assert_eq!(crate::journal::read_left_over(directory.path()).unwrap().calls.len(), 5);
        drop(inbox);
    }
}
