//! Who calls: the presented key, looked up in a bounded cache of this relay thread.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use quick_cache::unsync::Cache;
use sluice_domain::key::{Caller, KeyHash};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::money::bank::Purse;
use crate::relay::Shared;
use crate::relay::admission::Limited;
use crate::relay::fault::{Fault, Kind};
use crate::snapshot::Snapshot;

/// Longest key that is looked at; ours are far shorter.
const MAX_KEY_BYTES: usize = 256;
/// Most look-ups of one relay thread that the database works on at once, so that made-up keys cannot drown it.
const LOOKUPS_MAX: usize = 32;
/// Longest wait for one of these places.
const LOOKUP_WAIT: Duration = Duration::from_secs(2);
/// Longest wait for the database's answer.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// The keys that one relay thread has seen lately, unknown ones included.
pub(crate) struct Callers {
    cache: Mutex<Cache<KeyHash, Known>>,
    lookups: Lookups,
}

/// What is known of a key, and as of which revision of the configuration. Any change of it asks again.
#[derive(Clone)]
struct Known {
    revision: i64,
    client: Option<Arc<Client>>,
}

/// A caller with what its calls are reserved from and counted against.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) caller: Arc<Caller>,
    pub(crate) purse: Purse,
    /// Its key, its user and their group, as far as they have limits.
    pub(crate) limited: Vec<Limited>,
}

impl Client {
    /// Makes the caller's client.
    pub(crate) fn new(caller: Arc<Caller>, shared: &Shared) -> Self {
        Self { purse: shared.bank.purse(&caller), limited: shared.limiters.of_caller(&caller), caller }
    }
}

impl Callers {
    /// Makes an empty cache of `capacity` keys.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { cache: Mutex::new(Cache::new(capacity.max(1))), lookups: Lookups::new(LOOKUPS_MAX) }
    }

    /// Returns the caller that a key stands for.
    ///
    /// # Errors
    /// The key is unknown, or it is not cached and the database is away.
    pub(crate) async fn find(
        &self,
        presented: &str,
        snapshot: &Snapshot,
        shared: &Shared,
    ) -> Result<Arc<Client>, Fault> {
        if presented.len() > MAX_KEY_BYTES {
            return Err(unknown_key());
        }
        let hash = sluice_store::hash_key(presented);
        let known = self.cache.lock().get(&hash).filter(|known| known.revision == snapshot.revision).cloned();
        let client = match (known, snapshot.declared_keys.get(&hash)) {
            (Some(known), _) => known.client,
            (None, Some(declared)) => self.keep(hash, snapshot.revision, Some(Arc::clone(declared)), shared),
            (None, None) => {
                let ask = |permit| self.ask(hash, snapshot.revision, permit, shared);
                // Boxed, because nearly every key is known and all calls would make room for it.
                Box::pin(self.lookups.once((hash, snapshot.revision), ask)).await?
            }
        };
        client.ok_or_else(unknown_key)
    }

    fn keep(&self, hash: KeyHash, revision: i64, caller: Option<Arc<Caller>>, shared: &Shared) -> Option<Arc<Client>> {
        let client = caller.map(|caller| Arc::new(Client::new(caller, shared)));
        self.cache.lock().insert(hash, Known { revision, client: client.clone() });
        client
    }

    async fn ask(
        &self,
        hash: KeyHash,
        revision: i64,
        permit: OwnedSemaphorePermit,
        shared: &Shared,
    ) -> Result<Option<Arc<Client>>, Fault> {
        let store = Arc::clone(&shared.store);
        let looking = shared.control.spawn(async move {
            // Held by the look-up itself, which goes on when the client that asked for it leaves.
            let _permit = permit;
            tokio::time::timeout(ANSWER_WAIT, store.find_caller(&hash)).await
        });
        match looking.await {
            Ok(Ok(Ok(caller))) => Ok(self.keep(hash, revision, caller.map(Arc::new), shared)),
            Ok(Ok(Err(error))) => {
                tracing::error!(%error, "looking up a key failed");
                Err(unavailable())
            }
            Ok(Err(_)) | Err(_) => Err(unavailable()),
        }
    }
}

type Sought = (KeyHash, i64);
type Answer = Arc<OnceCell<Option<Arc<Client>>>>;

/// Look-ups under way: one for each key, and a bounded number in all.
struct Lookups {
    under_way: Mutex<HashMap<Sought, Answer>>,
    places: Arc<Semaphore>,
}

impl Lookups {
    fn new(places: usize) -> Self {
        Self { under_way: Mutex::default(), places: Arc::new(Semaphore::new(places)) }
    }

    /// Answers with `ask`, or with what another call asks for at the same time.
    async fn once<F>(
        &self,
        sought: Sought,
        ask: impl FnOnce(OwnedSemaphorePermit) -> F,
    ) -> Result<Option<Arc<Client>>, Fault>
    where
        F: Future<Output = Result<Option<Arc<Client>>, Fault>>,
    {
        let answer = Arc::clone(self.under_way.lock().entry(sought).or_default());
        let waiting = Waiting { lookups: self, sought, answer };
        let asked = waiting.answer.get_or_try_init(|| async {
            let place = tokio::time::timeout(LOOKUP_WAIT, Arc::clone(&self.places).acquire_owned()).await;
            match place {
                Ok(Ok(permit)) => ask(permit).await,
                Ok(Err(_)) | Err(_) => Err(unavailable()),
            }
        });
        asked.await.cloned()
    }
}

/// A call that waits for an answer. The last one to leave clears it away.
struct Waiting<'a> {
    lookups: &'a Lookups,
    sought: Sought,
    answer: Answer,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut under_way = self.lookups.under_way.lock();
        // The map's and this one.
        if Arc::strong_count(&self.answer) <= 2 {
            under_way.remove(&self.sought);
        }
    }
}

fn unknown_key() -> Fault {
    Fault::new(Kind::InvalidKey, "this key is not known here; check it or make a new one")
}

fn unavailable() -> Fault {
    Fault::later(
        Kind::StoreUnavailable,
        "the key cannot be checked right now because the database is away; try again",
        2,
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_key_that_many_calls_present_at_once_is_looked_up_once() {
        let (lookups, asked) = (Lookups::new(4), AtomicUsize::new(0));
        let sought = (sluice_store::hash_key("made-up"), 1);
        let calls = (0..50).map(|_| {
            lookups.once(sought, |_permit| async {
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok(None)
            })
        });
        let answers = futures_util::future::join_all(calls).await;
        assert!(answers.into_iter().all(|answer| matches!(answer, Ok(None))));
        assert_eq!(asked.into_inner(), 1);
        assert!(lookups.under_way.lock().is_empty());
    }

    #[tokio::test]
    async fn no_more_keys_than_there_are_places_are_looked_up_at_once() {
        let (lookups, now, most) = (Lookups::new(3), AtomicUsize::new(0), AtomicUsize::new(0));
        let (now, most) = (&now, &most);
        let calls = (0..12).map(|number| {
            lookups.once((sluice_store::hash_key(&format!("key-{number}")), 1), move |permit| async move {
                most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(5)).await;
                now.fetch_sub(1, Ordering::Relaxed);
                drop(permit);
                Ok(None)
            })
        });
        futures_util::future::join_all(calls).await;
        assert_eq!(most.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_look_up_that_finds_no_place_in_time_says_that_the_database_is_away() {
        let lookups = Lookups::new(0);
        let answer = lookups.once((sluice_store::hash_key("x"), 1), |_permit| async { Ok(None) }).await;
        assert!(answer.is_err());
        assert!(lookups.under_way.lock().is_empty());
    }
}
