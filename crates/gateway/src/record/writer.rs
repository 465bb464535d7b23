//! Takes finished calls from a queue and writes them in batches, each batch in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use sluice_domain::call::{CallRecord, UpstreamObject};
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::{AccountId, CallId, KeyId, NodeId};
use sluice_domain::ledger::SettledCall;
use sluice_domain::money::Micros;
use sluice_domain::price::{Basis, PriceVersion, VersionId};
use sluice_store::{EndedClaim, Settlement, Store, StoreError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::keeping::Share;
use super::{Due, Entry, Finished, estimate, replay};
use crate::bank::{Claim, Settling};
use crate::journal::Mark;

/// First pause before a failed batch is tried again; doubled up to [`RETRY_MAX`].
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_secs(5);
/// Pauses between tries to write what calls do not depend on.
const RETRY_PAUSES: [Duration; 4] =
    [Duration::from_millis(50), Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];
/// Longest wait for one batch: a lost connection in the middle of a statement would else hang for minutes.
const WRITE_LIMIT: Duration = Duration::from_secs(60);
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

/// Where calls are written to.
#[derive(Debug, Clone)]
pub(crate) struct Books {
    pub(crate) store: Arc<Store>,
    /// Node that settles.
    pub(crate) node: NodeId,
    /// The account that its charges are paid into.
    pub(crate) revenue: AccountId,
}

/// Starts writing what arrives on `queue`. The task ends when the queue is closed and empty.
pub(crate) fn spawn_writer(
    runtime: &tokio::runtime::Handle,
    books: Books,
    mut queue: mpsc::Receiver<Entry>,
    batching: Batching,
) -> JoinHandle<()> {
    runtime.spawn(async move {
        let (mut touched, mut kept) = (HashMap::new(), HashSet::new());
        let mut batch = Vec::with_capacity(batching.rows);
        while gather(&mut queue, &mut batch, batching).await {
            let Batch { calls, claims, marks, versions, objects, ended } = sort_out(std::mem::take(&mut batch)).await;
            keep_versions(&books.store, versions, &mut kept).await;
            if books.settle(&calls).await {
                marks.into_iter().for_each(Mark::settle);
            }
            drop(claims);
            end_claims(&books.store, ended).await;
            write_objects(&books.store, &objects).await;
            touch_keys(&books.store, &calls, &mut touched).await;
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
    calls: Vec<SettledCall>,
    claims: Vec<Claim>,
    marks: Vec<Mark>,
    versions: Vec<Arc<PriceVersion>>,
    objects: Vec<UpstreamObject>,
    ended: Vec<(EndedClaim, Share)>,
}

impl Batch {
    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Call(finished) => {
                let Finished { record, due, versions, marks, keeping } = *finished;
                let (call, claims) = settled(record, due);
                self.ended.extend(keeping.map(|keeping| keeping.end(&call.record, charged(&call))));
                self.calls.push(call);
                self.claims.extend(claims);
                self.marks.extend(marks);
                self.versions.extend(versions);
            }
            Entry::Object(object) => self.objects.push(*object),
        }
    }
}

/// Works out what each call comes to, on a thread that may take its time where text must be counted.
async fn sort_out(entries: Vec<Entry>) -> Batch {
    let needs_counting = entries.iter().any(|entry| match entry {
        Entry::Call(finished) => matches!(finished.due, Due::Count { .. }),
        Entry::Object(_) => false,
    });
    let work = move || {
        let mut batch = Batch::default();
        entries.into_iter().for_each(|entry| batch.add(entry));
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

/// Returns what the database takes of a call, and the claims on its leases until it has it.
fn settled(mut record: CallRecord, due: Due) -> (SettledCall, Vec<Claim>) {
    let (bill, settling) = match due {
        Due::Settled(bill, settling) => (bill, settling),
        Due::Count { deal, metered, request } => {
            (record.usage, record.usage_source) = estimate::count(&record, &metered, &request);
            let bill = deal.bill(&record);
            record.cost = bill.cost;
            let now = Timestamp(record.created_at.0.saturating_add(record.duration_ms.cast_signed()));
            (bill, deal.hold.settle(bill.charge, now))
        }
    };
    let Settling { charge, budgets, claims } = settling;
    (SettledCall { record, receipt: bill.basis.as_ref().and_then(receipt), charge, budgets }, claims)
}

/// Returns what is drawn for a call from its account, or from its budgets if it has no account.
fn charged(call: &SettledCall) -> Micros {
    call.charge.or_else(|| call.budgets.first().copied()).map_or(Micros(0), |draw| draw.amount)
}

/// Writes what a call's sums can be computed again from.
pub(super) fn receipt(basis: &Basis) -> Option<String> {
    serde_json::to_string(basis).inspect_err(|error| tracing::error!(%error, "a receipt cannot be written")).ok()
}

/// Makes sure that the database has the prices that the calls name. Without them no receipt could be proven.
pub(super) async fn keep_versions(store: &Store, mut versions: Vec<Arc<PriceVersion>>, kept: &mut HashSet<VersionId>) {
    versions.retain(|version| !kept.contains(&version.id));
    versions.sort_by_key(|version| version.id);
    versions.dedup_by_key(|version| version.id);
    if versions.is_empty() {
        return;
    }
    let now = Clock::System.now();
    let keep = || store.keep_price_versions(&versions, now);
    if insist("keeping prices", keep).await.is_ok() {
        kept.extend(versions.iter().map(|version| version.id));
    }
}

impl Books {
    /// Posts the calls, until it is done: a call is never given up while the database may come back. Returns whether the
    /// database has all of them.
    pub(super) async fn settle(&self, calls: &[SettledCall]) -> bool {
        if calls.is_empty() {
            return true;
        }
        let settlement = || Settlement { node: self.node, revenue: self.revenue, at: Clock::System.now(), calls };
        let settle = || async move { self.store.settle(&settlement()).await };
        match insist("settling calls", settle).await {
            Ok(settled) => self.park(calls, settled.rejected).await,
            Err(error) => {
                tracing::error!(%error, calls = calls.len(), "calls could not be settled; they stay in the journal");
                false
            }
        }
    }

    /// Puts aside what can never be posted, where the operator sees it. Returns whether nothing is lost by that.
    async fn park(&self, calls: &[SettledCall], rejected: Vec<(CallId, StoreError)>) -> bool {
        let mut is_safe = true;
        for (id, reason) in rejected {
            tracing::error!(error = %reason, call = %id, "a call cannot be posted; it is put aside");
            let Some(call) = calls.iter().find(|call| call.record.id == id) else { continue };
            let (reason, entry) = (reason.to_string(), replay::parked(call));
            let now = Clock::System.now();
            if let Err(error) = self.store.park_call(id, &reason, &entry, now).await {
                tracing::error!(%error, call = %id, "a call could not be put aside; it stays in the journal");
                is_safe = false;
            }
            let message = format!("call {id} cannot be posted: {reason}; it is tried again at the next start");
            if let Err(error) = self.store.raise_alert("parked_call", &id.to_string(), &message, now).await {
                tracing::warn!(%error, "an alert could not be raised");
            }
        }
        is_safe
    }
}

/// Repeats what the database could not do for now, with growing pauses.
async fn insist<T, F>(what: &str, mut ask: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut pause = RETRY_FIRST;
    loop {
        match tokio::time::timeout(WRITE_LIMIT, ask()).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) if !error.is_retryable() => return Err(error),
            Ok(Err(error)) => tracing::warn!(%error, what, "the database is away; trying again"),
            Err(_) => tracing::warn!(what, "the database takes too long; trying again"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(RETRY_MAX);
    }
}

async fn write_objects(store: &Store, objects: &[UpstreamObject]) {
    let remember = || async { store.remember_objects(objects).await.map(drop) };
    if !objects.is_empty() && !try_some_times("remembering upstream objects", remember).await {
        tracing::error!(count = objects.len(), "upstream objects are only remembered until the next start");
    }
}

/// Stores what becomes of the idempotency keys of calls that ended.
async fn end_claims(store: &Store, ended: Vec<(EndedClaim, Share)>) {
    let (ended, shares): (Vec<EndedClaim>, Vec<Share>) = ended.into_iter().unzip();
    if !ended.is_empty() && !try_some_times("keeping answers", || store.end_claims(&ended)).await {
        tracing::error!(count = ended.len(), "answers are not kept; sending their idempotency keys again is refused");
    }
    drop(shares);
}

/// Repeats what the database could not do for now, but not for good. Returns whether it did it.
async fn try_some_times<F>(what: &str, ask: impl Fn() -> F) -> bool
where
    F: Future<Output = Result<(), StoreError>>,
{
    for pause in RETRY_PAUSES {
        match ask().await {
            Ok(()) => return true,
            Err(error) => tracing::warn!(%error, what, "the database could not do it; trying again"),
        }
        tokio::time::sleep(pause).await;
    }
    false
}

async fn touch_keys(store: &Store, calls: &[SettledCall], touched: &mut HashMap<KeyId, i64>) {
    let mut uses: HashMap<KeyId, Timestamp> = HashMap::new();
    for record in calls.iter().map(|call| &call.record).filter(|record| record.key_id.0 > 0) {
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
