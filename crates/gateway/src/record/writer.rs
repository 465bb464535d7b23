//! Takes finished calls from a queue and writes them in batches, each batch in one transaction.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sluice_domain::call::{CallRecord, UpstreamObject};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::KeyId;
use sluice_store::{Store, StoreError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::cost::cost;
use super::estimate::complete;
use super::{Entry, Finished};
use crate::journal::{Mark, Replay};
use crate::live::Live;

/// First pause before a failed batch is tried again; doubled up to [`RETRY_MAX`].
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_secs(5);
/// Pauses between tries to remember upstream objects.
const RETRY_PAUSES: [Duration; 4] =
    [Duration::from_millis(50), Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];
/// Longest wait for one batch: a lost connection in the middle of a statement would else hang for minutes.
const WRITE_LIMIT: Duration = Duration::from_secs(60);
/// Rows written at once when the journal is replayed.
const REPLAY_ROWS: usize = 500;
/// A key's last use is written at most this often.
const TOUCH_INTERVAL_MS: i64 = 60_000;
/// Keys whose last use is remembered to keep to that interval.
const TOUCHED_KEYS_MAX: usize = 100_000;

/// How records are gathered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batching {
    /// Most rows in one transaction.
    pub(crate) rows: usize,
    /// How long the first record of a batch waits for company.
    pub(crate) linger: Duration,
}

/// Starts writing what arrives on `queue`. The task ends when the queue is closed and empty.
pub(crate) fn spawn_writer(
    runtime: &tokio::runtime::Handle,
    store: Arc<Store>,
    live: Arc<Live>,
    mut queue: mpsc::Receiver<Entry>,
    batching: Batching,
) -> JoinHandle<()> {
    runtime.spawn(async move {
        let mut touched = HashMap::new();
        let mut batch = Vec::with_capacity(batching.rows);
        while gather(&mut queue, &mut batch, batching).await {
            let Batch { mut records, marks, objects } = sort_out(std::mem::take(&mut batch)).await;
            price(&mut records, &live);
            if write_records(&store, &records).await {
                marks.into_iter().for_each(Mark::settle);
            }
            write_objects(&store, &objects).await;
            touch_keys(&store, &records, &mut touched).await;
        }
    })
}

/// Fills `batch`; returns false when nothing more will ever come.
async fn gather(queue: &mut mpsc::Receiver<Entry>, batch: &mut Vec<Entry>, batching: Batching) -> bool {
    if queue.recv_many(batch, batching.rows).await == 0 {
        return false;
    }
    let deadline = tokio::time::Instant::now() + batching.linger;
    while batch.len() < batching.rows {
        let room = batching.rows - batch.len();
        match tokio::time::timeout_at(deadline, queue.recv_many(batch, room)).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    true
}

/// What a batch of entries comes to.
#[derive(Default)]
struct Batch {
    records: Vec<CallRecord>,
    marks: Vec<Mark>,
    objects: Vec<UpstreamObject>,
}

/// Works out the usage of each call, on a thread that may take its time.
async fn sort_out(entries: Vec<Entry>) -> Batch {
    let needs_counting = entries.iter().any(|entry| match entry {
        Entry::Call(finished) => may_need_tokenizer(finished),
        Entry::Object(_) => false,
    });
    let work = move || {
        let mut batch = Batch::default();
        for entry in entries {
            match entry {
                Entry::Call(mut finished) => {
                    batch.marks.append(&mut finished.marks);
                    batch.records.push(complete(*finished));
                }
                Entry::Object(object) => batch.objects.push(*object),
            }
        }
        batch
    };
    if !needs_counting {
        return work();
    }
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "counting tokens failed; these records come from the journal at the next start");
        Batch::default()
    })
}

fn may_need_tokenizer(finished: &Finished) -> bool {
    finished.metered.as_ref().is_some_and(|metered| metered.reported.is_none() || !metered.is_finished)
}

/// Writes until it is done: a record is never given up while the database may come back. Returns whether the database
/// has all of them.
async fn write_records(store: &Store, records: &[CallRecord]) -> bool {
    let mut pause = RETRY_FIRST;
    while !records.is_empty() {
        let written = tokio::time::timeout(WRITE_LIMIT, store.record_calls(records)).await;
        match written {
            Ok(Ok(_)) => break,
            Ok(Err(error)) if !error.is_retryable() => return write_one_by_one(store, records, &error).await,
            Ok(Err(error)) => tracing::warn!(%error, rows = records.len(), "writing call records failed; trying again"),
            Err(_) => tracing::warn!(rows = records.len(), "writing call records took too long; trying again"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(RETRY_MAX);
    }
    true
}

/// Saves what can be saved of a batch that the database refuses. The journal keeps the rest for the next start.
async fn write_one_by_one(store: &Store, records: &[CallRecord], reason: &StoreError) -> bool {
    tracing::error!(error = %reason, rows = records.len(), "the database refused a batch of call records");
    let mut has_all = true;
    for record in records {
        if let Err(error) = store.record_calls(std::slice::from_ref(record)).await {
            tracing::error!(%error, call = %record.id, "a call record could not be written; it stays in the journal");
            has_all = false;
        }
    }
    has_all
}

/// Notes what each call cost.
fn price(records: &mut [CallRecord], live: &Live) {
    let snapshot = live.load();
    for record in records {
        record.cost = cost(record, &snapshot);
    }
}

/// Writes what an earlier process left in the journal, then removes it there.
pub(crate) async fn replay(store: &Store, live: &Live, mut left_over: Replay) {
    price(&mut left_over.records, live);
    let mut has_all = true;
    for chunk in left_over.records.chunks(REPLAY_ROWS) {
        has_all &= write_records(store, chunk).await;
    }
    if has_all {
        let count = left_over.records.len();
        if count > 0 {
            tracing::info!(count, "calls of an earlier run were recorded from the journal");
        }
        left_over.done();
    }
}

async fn write_objects(store: &Store, objects: &[UpstreamObject]) {
    if objects.is_empty() {
        return;
    }
    for pause in RETRY_PAUSES {
        match store.remember_objects(objects).await {
            Ok(_) => return,
            Err(error) => tracing::warn!(%error, "upstream objects could not be remembered; trying again"),
        }
        tokio::time::sleep(pause).await;
    }
    tracing::error!(count = objects.len(), "upstream objects are only remembered until the next start");
}

async fn touch_keys(store: &Store, records: &[CallRecord], touched: &mut HashMap<KeyId, i64>) {
    let mut uses: HashMap<KeyId, Timestamp> = HashMap::new();
    for record in records.iter().filter(|record| record.key_id.0 > 0) {
        let last = touched.get(&record.key_id).copied().unwrap_or(i64::MIN);
        if record.created_at.0.saturating_sub(last) >= TOUCH_INTERVAL_MS {
            uses.insert(record.key_id, record.created_at);
        }
    }
    if uses.is_empty() {
        return;
    }
    let uses: Vec<(KeyId, Timestamp)> = uses.into_iter().collect();
    match store.touch_keys(&uses).await {
        Ok(()) => {
            if touched.len() > TOUCHED_KEYS_MAX {
                touched.clear();
            }
            touched.extend(uses.into_iter().map(|(key, at)| (key, at.0)));
        }
        Err(error) => tracing::warn!(%error, "the last use of keys could not be noted"),
    }
}
