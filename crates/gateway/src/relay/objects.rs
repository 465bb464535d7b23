//! Which credential made a stored response or a video task: later calls about it must go there.

use std::sync::Arc;

use quick_cache::sync::Cache;
use sluice_domain::call::UpstreamObject;
use sluice_domain::id::UserId;

use super::Shared;
use super::fault::{Fault, Kind};
use crate::record::Queue;
use crate::snapshot::{Snapshot, Target};

/// Objects that are remembered in memory; the others are asked from the database.
const CACHED_OBJECTS: usize = 20_000;

/// The objects that upstreams keep for our callers.
pub(crate) struct Objects {
    cache: Cache<String, Arc<UpstreamObject>>,
}

impl Default for Objects {
    fn default() -> Self {
        Self { cache: Cache::new(CACHED_OBJECTS) }
    }
}

impl Objects {
    /// Remembers an object, at once in memory and soon in the database.
    pub(super) fn remember(&self, object: UpstreamObject, queue: &Queue) {
        self.cache.insert(object.object_id.clone(), Arc::new(object.clone()));
        if !queue.remember(object) {
            tracing::warn!("the queue of records is full; an upstream object is only remembered in memory");
        }
    }

    /// Returns the credential that made `id`, if it is known, belongs to `owner` and is still in use.
    ///
    /// # Errors
    /// The object is not in memory and the database is away.
    pub(super) async fn target<'s>(
        &self,
        id: &str,
        owner: UserId,
        snapshot: &'s Snapshot,
        shared: &Shared,
    ) -> Result<Option<&'s Arc<Target>>, Fault> {
        // Two upstreams may give the same id to objects of two owners.
        let object = match self.cache.get(id).filter(|object| object.user_id == owner) {
            Some(object) => Some(object),
            None => {
                let asked = ask(id, owner, shared).await?;
                if let Some(object) = &asked {
                    self.cache.insert(id.to_owned(), Arc::clone(object));
                }
                asked
            }
        };
        Ok(object.and_then(|object| snapshot.target(object.credential_id)))
    }

    /// Forgets an object that was deleted upstream.
    pub(super) fn forget(&self, id: &str, owner: UserId, shared: &Arc<Shared>) {
        self.cache.remove(id);
        let (id, shared) = (id.to_owned(), Arc::clone(shared));
        let control = shared.control.clone();
        control.spawn(async move {
            if let Err(error) = shared.store.forget_object(&id, owner).await {
                tracing::warn!(%error, "a deleted upstream object could not be forgotten");
            }
        });
    }
}

async fn ask(id: &str, owner: UserId, shared: &Shared) -> Result<Option<Arc<UpstreamObject>>, Fault> {
    let (store, id) = (Arc::clone(&shared.store), id.to_owned());
    let found = shared.control.spawn(async move { store.find_object(&id, owner).await }).await;
    match found {
        Ok(Ok(object)) => Ok(object.map(Arc::new)),
        Ok(Err(error)) => {
            tracing::error!(%error, "looking up an upstream object failed");
            Err(unavailable())
        }
        Err(_) => Err(unavailable()),
    }
}

fn unavailable() -> Fault {
    Fault::later(Kind::StoreUnavailable, "the object cannot be looked up because the database is away; try again", 2)
}
