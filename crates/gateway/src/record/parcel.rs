//! Responses on their way to the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sluice_domain::id::UserId;
use sluice_domain::response::StoredResponse;
use sluice_store::Store;

use super::keeping::Share;
use super::writer::try_some_times;

/// A response that is to be kept.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) response: Arc<StoredResponse>,
    /// Set when its owner deletes it, which may be before the database has it.
    pub(crate) is_forgotten: Arc<AtomicBool>,
    /// Most that its owner may keep, bytes.
    pub(crate) owner_max_bytes: u64,
    /// The memory that it takes until then.
    pub(crate) _share: Share,
}

impl Parcel {
    fn is_wanted(&self) -> bool {
        !self.is_forgotten.load(Ordering::Acquire)
    }
}

/// Stores responses, and makes their owners keep to what each may have.
pub(super) async fn deliver(store: &Store, parcels: Vec<Parcel>) {
    let wanted: Vec<&Parcel> = parcels.iter().filter(|parcel| parcel.is_wanted()).collect();
    if wanted.is_empty() {
        return;
    }
    let responses: Vec<Arc<StoredResponse>> = wanted.iter().map(|parcel| Arc::clone(&parcel.response)).collect();
    let keep = || async {
        let left_out = store.keep_responses(&responses).await?;
        if !left_out.is_empty() {
            tracing::warn!(count = left_out.len(), "responses are too large to be kept in the database");
        }
        Ok(())
    };
    if !try_some_times("keeping responses", keep).await {
        tracing::error!(count = responses.len(), "responses are only remembered until the next start");
        return;
    }
    // A deletion that came while they were written found nothing to delete.
    for parcel in wanted.iter().filter(|parcel| !parcel.is_wanted()) {
        let StoredResponse { id, user_id, .. } = parcel.response.as_ref();
        let forget = || async { store.forget_response(id, *user_id).await.map(drop) };
        if !try_some_times("forgetting a response", forget).await {
            tracing::error!("a response that was deleted is kept until its time is over");
        }
    }
    let limits: BTreeMap<UserId, u64> =
        wanted.iter().map(|parcel| (parcel.response.user_id, parcel.owner_max_bytes)).collect();
    for (owner, max_bytes) in limits {
        match store.trim_responses_of(owner, max_bytes).await {
            Ok(0) => {}
            Ok(count) => tracing::debug!(%owner, count, "old responses made room for new ones"),
            Err(error) => tracing::warn!(%error, "how much a user keeps could not be checked; this is tried again"),
        }
    }
}
