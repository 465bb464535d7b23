//! Finished calls that the queue had no room for: their records wait in the journal, and only what must be done once they
//! are posted is kept in memory.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sluice_domain::id::CallId;
use sluice_domain::ledger::SettledCall;
use sluice_domain::price::PriceVersion;
use sluice_store::EndedClaim;

use super::Finished;
use super::keeping::Share;
use super::replay::from_close;
use super::writer::{Books, charged, end_claims, settled_roughly};
use crate::money::bank::Claim;
use crate::record::journal::{self, Mark, Noted, Stage};
use crate::standing::quota::Taken;

/// Calls settled at once.
const BATCH: usize = 500;

/// Calls that wait in the journal, by the segment that has their end.
#[derive(Debug, Default)]
pub(crate) struct Spill {
    segments: Mutex<BTreeMap<PathBuf, HashMap<CallId, Waiting>>>,
    /// Calls that the database refused for now, or whose end the journal does not have.
    stranded: Mutex<Stranded>,
    length: AtomicUsize,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct Stranded {
    calls: Vec<(SettledCall, Waiting)>,
    /// When they are tried again.
    retry_at: Option<Instant>,
}

/// Pause before calls that the database refused are tried again.
const STRANDED_PAUSE: Duration = Duration::from_secs(10);

/// What is left to do about a call once the database has it.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) marks: Vec<Mark>,
    /// Keep the leases that the call is drawn from until then.
    pub(super) claims: Vec<Claim>,
    pub(super) versions: Vec<Arc<PriceVersion>>,
    /// What becomes of the call's idempotency key.
    pub(super) ended: Option<(EndedClaim, Share)>,
    /// Counts against a quota until then.
    pub(super) _taken: Option<Taken>,
}

impl Waiting {
    fn done(self) -> Option<(EndedClaim, Share)> {
        let Self { marks, claims, ended, .. } = self;
        marks.into_iter().for_each(Mark::settle);
        drop(claims);
        ended
    }
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
        let Finished { record, due, versions, marks, has_end, keeping, taken } = *finished;
        let Some(path) = marks.last().map(|mark| mark.path().to_owned()) else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let (call, claims) = settled_roughly(record, due, &versions);
        let ended = keeping.map(|keeping| keeping.end(&call.record, charged(&call)));
        let waiting = Waiting { marks, claims, versions, ended, _taken: taken };
        self.length.fetch_add(1, Ordering::Relaxed);
        if !has_end {
            self.stranded.lock().calls.push((call, waiting));
            return;
        }
        self.segments.lock().entry(path).or_default().insert(call.record.id, waiting);
    }

    /// Posts calls, each with what waits for that; keeps those that are not safe in the database, to try again. Returns the
    /// calls.
    pub(super) async fn post(&self, books: &Books, calls: Vec<SettledCall>, waiting: Vec<Waiting>) -> Vec<SettledCall> {
        books.keep_versions(waiting.iter().flat_map(|call| call.versions.iter().cloned()).collect()).await;
        let left = books.settle(&calls).await;
        let mut posted = Vec::with_capacity(calls.len());
        let mut ended = Vec::new();
        for (call, waiting) in calls.into_iter().zip(waiting) {
            if left.contains(&call.record.id) {
                let mut stranded = self.stranded.lock();
                stranded.calls.push((call, waiting));
                stranded.retry_at = Some(Instant::now() + STRANDED_PAUSE);
                self.length.fetch_add(1, Ordering::Relaxed);
            } else {
                ended.extend(waiting.done());
                posted.push(call);
            }
        }
        end_claims(&books.store, ended).await;
        posted
    }

    /// Tries stranded calls again when their time has come. Returns whether any were posted.
    async fn settle_stranded(&self, books: &Books) -> bool {
        let calls = {
            let mut stranded = self.stranded.lock();
            if stranded.calls.is_empty() || stranded.retry_at.is_some_and(|at| Instant::now() < at) {
                return false;
            }
            stranded.retry_at = Some(Instant::now() + STRANDED_PAUSE);
            std::mem::take(&mut stranded.calls)
        };
        self.length.fetch_sub(calls.len(), Ordering::Relaxed);
        let (calls, waiting) = calls.into_iter().unzip();
        !self.post(books, calls, waiting).await.is_empty()
    }

    /// Takes the calls of one segment.
    fn take(&self) -> Option<(PathBuf, HashMap<CallId, Waiting>)> {
        let taken = self.segments.lock().pop_first()?;
        self.length.fetch_sub(taken.1.len(), Ordering::Relaxed);
        Some(taken)
    }

    /// Settles the calls of one segment. Returns whether more may wait.
    pub(super) async fn settle_some(&self, books: &Books) -> bool {
        let Some((path, mut waiting)) = self.take() else { return self.settle_stranded(books).await };
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
        let settled = |call: Noted| {
            let waiting = waiting.get(&call.record.id)?;
            Some(from_close(call, &waiting.versions))
        };
        let calls: Vec<SettledCall> = ends.filter_map(|note| settled(note.call)).collect();
        for chunk in calls.chunks(BATCH) {
            let done: Vec<Waiting> = chunk.iter().filter_map(|call| waiting.remove(&call.record.id)).collect();
            self.post(books, chunk.to_vec(), done).await;
        }
        if !waiting.is_empty() {
            tracing::error!(count = waiting.len(), "ends of calls are missing from the journal");
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use sluice_domain::call::{CallRecord, Outcome};
    use sluice_domain::clock::Timestamp;
    use sluice_domain::id::NodeId;
    use sluice_domain::ledger::Holder;
    use sluice_store::{CallFilter, DatabaseUrl, MasterKey, Store};

    use super::super::{Ending, Queue, Ticket, sample_record};
    use super::*;
    use crate::record::journal::Directory;

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
        assert_eq!((inbox.spill.len(), inbox.spill.dropped()), (5, 0));
        assert!(inbox.spill.settle_some(&books).await);
        assert!(!inbox.spill.settle_some(&books).await);
        assert_eq!(store.count_calls(&CallFilter::default(), 100).await.unwrap(), 5);
        // Only the one that waits in the queue is still needed.
        drop(journal);
        let mut left_over = journal::Replay::find(directory.path()).unwrap();
        assert_eq!(left_over.next_calls().unwrap().map(|calls| calls.len()), Some(6));
        drop(inbox);
    }
}
