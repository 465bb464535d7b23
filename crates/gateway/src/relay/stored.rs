//! Responses that Sluice keeps, because the upstream that gave them keeps none: requests that name one are completed by
//! what came before, and calls about one are answered here.

mod answers;
mod keeper;
mod recall;
mod retention;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::UserId;
use sluice_domain::response::StoredResponse;
use sluice_protocol::operation::Dialect;
use sluice_store::StoreError;

use super::Shared;
use super::fault::{Fault, Kind};
use crate::record::{Parcel, Queue, Room, Share};
use crate::snapshot::Candidate;
pub(super) use answers::{OwnAnswer, deliver};
pub(crate) use keeper::Keeper;
pub(super) use keeper::Keeping;
pub(super) use recall::fit;
pub(super) use retention::Retention;

/// Responses that are remembered in memory take up to this; the others are asked from the database.
const CACHE_MAX_BYTES: u64 = 64 * 1024 * 1024;
/// A guess that the cache sizes its tables by.
const CACHE_ENTRIES: usize = 4_096;
/// Items of which memory knows the response.
const CACHED_ITEMS: usize = 50_000;
/// How long memory is believed without asking the database: another node may have deleted the response.
const BELIEVED_MS: i64 = 60_000;
/// Largest response that is kept, with all that it was made from.
pub(super) const KEPT_MAX_BYTES: usize = 8 * 1024 * 1024;

/// How responses are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep {
    /// How long.
    pub(crate) kept_for: Duration,
    /// Most that one owner may keep, bytes; `None` where nothing is kept.
    pub(crate) owner_max_bytes: Option<u64>,
}

/// The responses that Sluice keeps.
pub(crate) struct Responses {
    cache: Cache<String, Known, Weigh>,
    /// In which response an item stands.
    items: Cache<String, String>,
    /// For those that wait for the database.
    room: Arc<Room>,
    keep: Keep,
}

/// A response in memory.
#[derive(Clone)]
struct Known {
    response: Arc<StoredResponse>,
    is_forgotten: Arc<AtomicBool>,
    /// When it was made here or read from the database.
    seen_at: Timestamp,
}

#[derive(Clone)]
struct Weigh;

impl Weighter<String, Known> for Weigh {
    fn weight(&self, key: &String, known: &Known) -> u64 {
        (key.len() + known.response.size_bytes()) as u64
    }
}

/// What an upstream keeps of the answers that it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    /// Responses.
    Responses,
    /// Nothing.
    Nothing,
}

impl Keeps {
    /// Returns what the upstream of a candidate keeps.
    pub(super) fn of(candidate: &Candidate<'_>) -> Self {
        if keeps_responses(candidate) { Self::Responses } else { Self::Nothing }
    }
}

/// Returns whether the upstream of a candidate keeps what it answers, so that later calls may name it there.
pub(super) fn keeps_responses(candidate: &Candidate<'_>) -> bool {
    candidate.operation.dialect() == Dialect::OpenaiResponses && candidate.target.provider.keeps_responses()
}

impl Responses {
    /// Begins with nothing in memory.
    pub(crate) fn new(keep: Keep) -> Self {
        let cache = Cache::with_weighter(CACHE_ENTRIES, CACHE_MAX_BYTES, Weigh);
        Self { cache, items: Cache::new(CACHED_ITEMS), room: Arc::default(), keep }
    }

    /// Returns whether responses are kept at all.
    pub(super) const fn is_on(&self) -> bool {
        self.keep.owner_max_bytes.is_some()
    }

    /// Keeps a response, at once in memory and soon in the database.
    fn keep(&self, response: StoredResponse, queue: &Queue) {
        let Some(owner_max_bytes) = self.keep.owner_max_bytes else { return };
        let (response, is_forgotten) = (Arc::new(response), Arc::new(AtomicBool::new(false)));
        let known = Known {
            response: Arc::clone(&response),
            is_forgotten: Arc::clone(&is_forgotten),
            seen_at: response.created_at,
        };
        for item in &response.item_ids {
            self.items.insert(name(item, response.user_id), response.id.clone());
        }
        self.cache.insert(name(&response.id, response.user_id), known);
        let share = Share::of(&self.room, response.size_bytes());
        let parcel = share.map(|share| Parcel { response, is_forgotten, owner_max_bytes, _share: share });
        if !parcel.is_some_and(|parcel| queue.keep(parcel)) {
            tracing::warn!("too many responses wait for the database; one is only remembered in memory");
        }
    }

    /// Returns a response that is in memory and was there, or in the database, a moment ago.
    pub(super) fn recent(&self, id: &str, owner: UserId, now: Timestamp) -> Option<Arc<StoredResponse>> {
        let known = self.cache.get(&name(id, owner))?;
        let is_recent = now.0.saturating_sub(known.seen_at.0) < BELIEVED_MS;
        (is_recent && known.is_good(now)).then_some(known.response)
    }

    /// Returns a response that `owner` keeps.
    ///
    /// # Errors
    /// It is not in memory and the database is away.
    pub(super) async fn find(
        &self,
        id: &str,
        owner: UserId,
        shared: &Shared,
    ) -> Result<Option<Arc<StoredResponse>>, Fault> {
        let now = shared.clock.now();
        if let Some(response) = self.recent(id, owner, now) {
            return Ok(Some(response));
        }
        let (store, asked) = (Arc::clone(&shared.store), id.to_owned());
        let asking = shared.control.spawn(async move { store.find_response(&asked, owner, now).await });
        let found =
            asking.await.map_err(|error| error.to_string()).and_then(|found| found.map_err(|error| error.to_string()));
        match found {
            Ok(Some(response)) => {
                let response = Arc::new(response);
                let known = Known { response: Arc::clone(&response), is_forgotten: Arc::default(), seen_at: now };
                self.cache.insert(name(id, owner), known);
                Ok(Some(response))
            }
            Ok(None) => {
                self.cache.remove(&name(id, owner));
                Ok(None)
            }
            Err(error) => {
                tracing::error!(%error, "looking up a response failed");
                let remembered = self.cache.get(&name(id, owner)).filter(|known| known.is_good(now));
                remembered.map(|known| Some(known.response)).ok_or_else(unavailable)
            }
        }
    }

    /// Returns the responses of `owner` whose outputs have these items; nothing of those that nobody knows.
    ///
    /// # Errors
    /// One is not in memory and the database is away.
    pub(super) async fn find_of_items(
        &self,
        items: &[String],
        owner: UserId,
        shared: &Shared,
    ) -> Result<Vec<Arc<StoredResponse>>, Fault> {
        let now = shared.clock.now();
        let mut found: Vec<Arc<StoredResponse>> = Vec::new();
        let mut unknown = Vec::new();
        for item in items {
            if found.iter().any(|response| response.item_ids.contains(item)) {
                continue;
            }
            let response = self.items.get(&name(item, owner)).and_then(|id| self.recent(&id, owner, now));
            match response {
                Some(response) => found.push(response),
                None => unknown.push(item.clone()),
            }
        }
        if unknown.is_empty() {
            return Ok(found);
        }
        let store = Arc::clone(&shared.store);
        let asking = async move { store.find_responses_of_items(&unknown, owner, now).await };
        let stored = shared.control.spawn(asking).await.map_err(|_| unavailable())?;
        found.extend(stored.map_err(|error| failed(&error))?.into_iter().map(Arc::new));
        Ok(found)
    }

    /// Forgets a response of `owner`. Returns whether there was one.
    ///
    /// # Errors
    /// The database is away; it may be there again.
    pub(super) async fn forget(&self, id: &str, owner: UserId, shared: &Shared) -> Result<bool, Fault> {
        let known = self.cache.remove(&name(id, owner)).map(|(_, known)| known);
        let was_known = known.is_some_and(|known| {
            let was_good = known.is_good(shared.clock.now());
            known.is_forgotten.store(true, Ordering::Release);
            was_good
        });
        let (store, asked) = (Arc::clone(&shared.store), id.to_owned());
        let forgetting = shared.control.spawn(async move { store.forget_response(&asked, owner).await });
        let was_stored = forgetting.await.map_err(|_| unavailable())?.map_err(|error| failed(&error))?;
        // Who asked for it meanwhile may have put it back.
        self.cache.remove(&name(id, owner));
        Ok(was_known || was_stored)
    }
}

impl Known {
    fn is_good(&self, now: Timestamp) -> bool {
        self.response.expires_at > now && !self.is_forgotten.load(Ordering::Acquire)
    }
}

/// Ids belong to their owners: two may have the same.
fn name(id: &str, owner: UserId) -> String {
    format!("{owner}/{id}")
}

fn failed(error: &StoreError) -> Fault {
    tracing::error!(%error, "asking for responses that are kept failed");
    unavailable()
}

fn unavailable() -> Fault {
    Fault::later(Kind::StoreUnavailable, "the response cannot be looked up because the database is away; try again", 2)
}
