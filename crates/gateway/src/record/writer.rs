//! Takes finished calls from a queue and writes them in batches, each batch in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sluice_domain::call::{CallRecord, UpstreamObject};
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::{AccountId, CallId, CredentialId, KeyId, NodeId};
use sluice_domain::ledger::SettledCall;
use sluice_domain::money::Micros;
use sluice_domain::price::{Basis, PriceVersion, VersionId};
use sluice_store::{EndedClaim, Settlement, Store, StoreError};
use tokio::task::JoinHandle;

use super::keeping::Share;
use super::spill::Waiting;
use super::{Due, Entry, Finished, Inbox, Parcel, estimate, parcel, replay};
use crate::money::bank::{Claim, Settling};
use crate::saying::{Saying, Word};
use crate::standing::quota::Quotas;

/// First pause before a failed batch is tried again; doubled up to [`RETRY_MAX`].
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_secs(5);
/// Pauses between tries to write what calls do not depend on.
const RETRY_PAUSES: [Duration; 4] =
    [Duration::from_millis(50), Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];
/// Longest wait for one batch: a lost connection in the middle of a statement would else hang for minutes.
const WRITE_LIMIT: Duration = Duration::from_secs(60);
/// Kind of the alerts about calls that were put aside.
pub(super) const PARKED_ALERT: &str = "parked_call";
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
    /// Prices that the database is known to have.
    kept: Arc<Mutex<HashSet<VersionId>>>,
    /// Whose calls are counted.
    quotas: Arc<Quotas>,
}

/// Starts writing what arrives in `inbox`. The task ends when the queue is closed and nothing waits.
pub(crate) fn spawn_writer(
    runtime: &tokio::runtime::Handle,
    books: Books,
    mut inbox: Inbox,
    batching: Batching,
) -> JoinHandle<()> {
    runtime.spawn(async move {
        let mut touched = HashMap::new();
        let mut batch = Vec::with_capacity(batching.rows);
        while inbox.gather(&mut batch, batching.rows, batching.linger).await {
            let Batch { calls, waiting, objects, parcels } = sort_out(std::mem::take(&mut batch)).await;
            let calls = inbox.spill.post(&books, calls, waiting).await;
            write_objects(&books.store, &objects).await;
            parcel::deliver(&books.store, parcels).await;
            touch_keys(&books.store, &calls, &mut touched).await;
            while inbox.is_calm() && inbox.spill.settle_some(&books).await {}
        }
        while inbox.spill.settle_some(&books).await {}
    })
}

/// What a batch of entries comes to.
#[derive(Default)]
struct Batch {
    calls: Vec<SettledCall>,
    /// What is to be done once the call at the same place is posted.
    waiting: Vec<Waiting>,
    objects: Vec<UpstreamObject>,
    parcels: Vec<Parcel>,
}

impl Batch {
    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Call(finished) => {
                let Finished { record, due, versions, marks, keeping, taken, .. } = *finished;
                let (call, claims) = settled(record, due, &versions);
                let ended = keeping.map(|keeping| keeping.end(&call.record, charged(&call)));
                self.calls.push(call);
                self.waiting.push(Waiting { marks, claims, versions, ended, _taken: taken });
            }
            Entry::Object(object) => self.objects.push(*object),
            Entry::Response(parcel) => self.parcels.push(*parcel),
        }
    }
}

/// Works out what each call comes to, on a thread that may take its time where text must be counted.
async fn sort_out(entries: Vec<Entry>) -> Batch {
    let needs_counting = entries.iter().any(|entry| match entry {
        Entry::Call(finished) => matches!(finished.due, Due::Count { .. }),
        Entry::Object(_) | Entry::Response(_) => false,
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
fn settled(mut record: CallRecord, due: Due, versions: &[Arc<PriceVersion>]) -> (SettledCall, Vec<Claim>) {
    let (bill, settling) = match due {
        Due::Settled(bill, settling) => (bill, settling),
        Due::Count { deal, metered, request } => {
            (record.usage, record.usage_source) = estimate::count(&record, &metered, &request);
            let bill = deal.bill(&record);
            record.cost = bill.cost;
            (bill, deal.hold.settle(bill.charge, ended_at(&record)))
        }
    };
    let Settling { charge, budgets, claims } = settling;
    let saved = bill.basis.map(|basis| basis.cache_saving(&record.usage, versions)).unwrap_or_default();
    (SettledCall { record, receipt: bill.basis.as_ref().and_then(receipt), charge, budgets, saved }, claims)
}

/// Returns the same without counting any text: the usage is as rough as it is noted.
pub(super) fn settled_roughly(
    record: CallRecord,
    due: Due,
    versions: &[Arc<PriceVersion>],
) -> (SettledCall, Vec<Claim>) {
    let due = match due {
        Due::Settled(..) => due,
        Due::Count { deal, .. } => {
            let bill = deal.bill(&record);
            Due::Settled(bill, deal.hold.settle(bill.charge, ended_at(&record)))
        }
    };
    settled(record, due, versions)
}

fn ended_at(record: &CallRecord) -> Timestamp {
    Timestamp(record.created_at.0.saturating_add(record.duration_ms.cast_signed()))
}

/// Returns what is drawn for a call from its account, or from its budgets if it has no account.
pub(super) fn charged(call: &SettledCall) -> Micros {
    call.charge.or_else(|| call.budgets.first().copied()).map_or(Micros(0), |draw| draw.amount)
}

/// Writes what a call's sums can be computed again from.
pub(super) fn receipt(basis: &Basis) -> Option<String> {
    serde_json::to_string(basis).inspect_err(|error| tracing::error!(%error, "a receipt cannot be written")).ok()
}

impl Books {
    /// Opens the books of a node, whose revenue account is known.
    pub(crate) fn new(store: Arc<Store>, node: NodeId, revenue: AccountId) -> Self {
        Self { store, node, revenue, kept: Arc::default(), quotas: Arc::default() }
    }

    /// Counts the calls of credentials that have a quota.
    pub(crate) fn counting(self, quotas: &Arc<Quotas>) -> Self {
        Self { quotas: Arc::clone(quotas), ..self }
    }

    /// Makes sure that the database has the prices that calls name. Without them no receipt could be proven.
    pub(super) async fn keep_versions(&self, mut versions: Vec<Arc<PriceVersion>>) {
        versions.sort_by_key(|version| version.id);
        versions.dedup_by_key(|version| version.id);
        {
            let kept = self.kept.lock();
            versions.retain(|version| !kept.contains(&version.id));
        }
        if versions.is_empty() {
            return;
        }
        let now = Clock::System.now();
        match insist("keeping prices", || self.store.keep_price_versions(&versions, now)).await {
            Ok(()) => self.kept.lock().extend(versions.iter().map(|version| version.id)),
            Err(error) => tracing::error!(%error, "prices that calls were charged at cannot be kept"),
        }
    }

    /// Posts the calls: a call is never given up while the database may come back. Returns those that are not safe in the
    /// database.
    pub(super) async fn settle(&self, calls: &[SettledCall]) -> HashSet<CallId> {
        if calls.is_empty() {
            return HashSet::new();
        }
        let counted = self.quotas.credentials();
        let settlement =
            || Settlement { node: self.node, revenue: self.revenue, at: Clock::System.now(), calls, counted: &counted };
        let settle = || async move { self.store.settle(&settlement()).await };
        match insist("settling calls", settle).await {
            Ok(settled) => {
                self.learn_counts(calls, &counted).await;
                self.park(calls, settled.rejected).await
            }
            Err(error) => {
                tracing::error!(%error, calls = calls.len(), "calls could not be settled; this is tried again");
                calls.iter().map(|call| call.record.id).collect()
            }
        }
    }

    /// Reads how many calls the credentials with a quota have answered now, those of other nodes among them.
    async fn learn_counts(&self, calls: &[SettledCall], counted: &[CredentialId]) {
        let used = |id: &CredentialId| {
            let mut attempts = calls.iter().flat_map(|call| &call.record.attempts);
            attempts.any(|attempt| attempt.credential_id == *id)
        };
        let used: Vec<CredentialId> = counted.iter().copied().filter(used).collect();
        if used.is_empty() {
            return;
        }
        match insist("reading quotas", || self.store.calls_answered(&used)).await {
            Ok(answered) => self.quotas.learn(&answered),
            Err(error) => tracing::error!(%error, "the calls of credentials with a quota cannot be counted"),
        }
    }

    /// Puts aside what can never be posted, where the operator sees it. Returns what could not even be put aside.
    async fn park(&self, calls: &[SettledCall], rejected: Vec<(CallId, StoreError)>) -> HashSet<CallId> {
        let mut unsafe_calls = HashSet::new();
        for (id, reason) in rejected {
            tracing::error!(error = %reason, call = %id, "a call cannot be posted; it is put aside");
            let Some(call) = calls.iter().find(|call| call.record.id == id) else { continue };
            let (reason, entry) = (reason.to_string(), replay::parked(call));
            let now = Clock::System.now();
            if let Err(error) = self.store.park_call(id, &reason, &entry, now).await {
                tracing::error!(%error, call = %id, "a call could not be put aside; it stays in the journal");
                unsafe_calls.insert(id);
            }
            let message = Saying::of(Word::CallParked, &[("id", id.to_string().into()), ("reason", reason.into())]);
            if let Err(error) = self.store.raise_alert(PARKED_ALERT, &id.to_string(), &message.kept(), now).await {
                tracing::warn!(%error, "an alert could not be raised");
            }
        }
        unsafe_calls
    }
}

/// Repeats what the database could not do for now, with growing pauses.
pub(super) async fn insist<T, F>(what: &str, mut ask: impl FnMut() -> F) -> Result<T, StoreError>
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
pub(super) async fn end_claims(store: &Store, ended: Vec<(EndedClaim, Share)>) {
    let (ended, shares): (Vec<EndedClaim>, Vec<Share>) = ended.into_iter().unzip();
    if !ended.is_empty() && !try_some_times("keeping answers", || store.end_claims(&ended)).await {
        tracing::error!(count = ended.len(), "answers are not kept; sending their idempotency keys again is refused");
    }
    drop(shares);
}

/// Repeats what the database could not do for now, but not for good. Returns whether it did it.
pub(super) async fn try_some_times<F>(what: &str, ask: impl Fn() -> F) -> bool
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
