//! Who calls: the presented key, looked up in a bounded cache of this relay thread.

use std::sync::Arc;

use parking_lot::Mutex;
use quick_cache::unsync::Cache;
use sluice_domain::key::{Caller, KeyHash};
use sluice_store::Store;

use super::fault::{Fault, Kind};
use crate::snapshot::Snapshot;

/// The keys that one relay thread has seen lately, unknown ones included.
pub(crate) struct Callers {
    cache: Mutex<Cache<KeyHash, Known>>,
}

/// What is known of a key, and as of which revision of the configuration. Any change of it asks again.
#[derive(Clone)]
struct Known {
    revision: i64,
    caller: Option<Arc<Caller>>,
}

impl Callers {
    /// Makes an empty cache of `capacity` keys.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { cache: Mutex::new(Cache::new(capacity.max(1))) }
    }

    /// Returns the caller that a key stands for.
    ///
    /// # Errors
    /// The key is unknown, or it is not cached and the database is away.
    pub(crate) async fn find(
        &self,
        presented: &str,
        snapshot: &Snapshot,
        store: &Arc<Store>,
        control: &tokio::runtime::Handle,
    ) -> Result<Arc<Caller>, Fault> {
        let hash = sluice_store::hash_key(presented);
        if let Some(caller) = snapshot.declared_keys.get(&hash) {
            return Ok(Arc::clone(caller));
        }
        let known = self.cache.lock().get(&hash).filter(|known| known.revision == snapshot.revision).cloned();
        let caller = match known {
            Some(known) => known.caller,
            None => self.ask(hash, snapshot.revision, store, control).await?,
        };
        caller.ok_or_else(|| Fault::new(Kind::InvalidKey, "this key is not known here; check it or make a new one"))
    }

    async fn ask(
        &self,
        hash: KeyHash,
        revision: i64,
        store: &Arc<Store>,
        control: &tokio::runtime::Handle,
    ) -> Result<Option<Arc<Caller>>, Fault> {
        let store = Arc::clone(store);
        let found = control.spawn(async move { store.find_caller(&hash).await }).await;
        match found {
            Ok(Ok(caller)) => {
                let caller = caller.map(Arc::new);
                self.cache.lock().insert(hash, Known { revision, caller: caller.clone() });
                Ok(caller)
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "looking up a key failed");
                Err(unavailable())
            }
            Err(_) => Err(unavailable()),
        }
    }
}

fn unavailable() -> Fault {
    Fault::later(
        Kind::StoreUnavailable,
        "the key cannot be checked right now because the database is away; try again",
        2,
    )
}
