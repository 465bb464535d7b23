//! Quotas: how many calls a credential may still answer in all. The database has those that are settled; those under way, and
//! those that wait for their settlement, are counted here.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use sluice_domain::id::CredentialId;

/// The quotas of all credentials that have one.
#[derive(Debug, Default)]
pub(crate) struct Quotas(Mutex<BTreeMap<CredentialId, Arc<Quota>>>);

impl Quotas {
    /// Returns the quota of a credential that may answer so many calls; `None` for one without bound.
    pub(crate) fn of(&self, credential: CredentialId, allowed: Option<u64>) -> Option<Arc<Quota>> {
        let mut quotas = self.0.lock();
        let Some(allowed) = allowed else {
            quotas.remove(&credential);
            return None;
        };
        let quota = quotas.entry(credential).or_default();
        quota.allowed.store(allowed, Ordering::Relaxed);
        Some(Arc::clone(quota))
    }

    /// Returns the credentials that have one.
    pub(crate) fn credentials(&self) -> Vec<CredentialId> {
        self.0.lock().keys().copied().collect()
    }

    /// Takes up what the database has counted.
    pub(crate) fn learn(&self, answered: &HashMap<CredentialId, u64>) {
        let quotas = self.0.lock();
        for (credential, calls) in answered {
            if let Some(quota) = quotas.get(credential) {
                // Two that read the database at once may come here in any order, and calls only become more.
                quota.settled.fetch_max(*calls, Ordering::Relaxed);
            }
        }
    }

    /// Forgets those of other credentials.
    pub(super) fn keep(&self, is_known: impl Fn(&CredentialId) -> bool) {
        self.0.lock().retain(|credential, _| is_known(credential));
    }
}

/// What one credential may answer, and what it has answered.
#[derive(Debug, Default)]
pub(crate) struct Quota {
    allowed: AtomicU64,
    /// As the database has them, of all nodes.
    settled: AtomicU64,
    /// Those that the database does not have yet.
    pending: AtomicU64,
}

impl Quota {
    /// Returns how many more calls there may be.
    pub(crate) fn left(&self) -> u64 {
        self.room().saturating_sub(self.pending.load(Ordering::Relaxed))
    }

    /// Takes one call, which counts until it is dropped: then the database has it, or the upstream did not take it. `None` where
    /// nothing is left.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Taken> {
        let next = |pending| (pending < self.room()).then_some(pending + 1);
        self.pending.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).ok()?;
        Some(Taken(Arc::clone(self)))
    }

    fn room(&self) -> u64 {
        self.allowed.load(Ordering::Relaxed).saturating_sub(self.settled.load(Ordering::Relaxed))
    }
}

/// One call of a quota.
#[derive(Debug)]
pub(crate) struct Taken(Arc<Quota>);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.pending.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_counts_while_it_is_under_way_and_once_it_is_settled() {
        let (quotas, id) = (Quotas::default(), CredentialId(1));
        let quota = quotas.of(id, Some(2)).unwrap();
        let first = quota.take().unwrap();
        drop(quota.take().unwrap());
        assert_eq!(quota.left(), 1, "what the upstream did not take is free again");
        quotas.learn(&HashMap::from([(id, 1), (CredentialId(9), 5)]));
        drop(first);
        let _second = quota.take().unwrap();
        assert!(quota.take().is_none());
        quotas.learn(&HashMap::from([(id, 0)]));
        assert_eq!((quota.left(), quotas.of(id, Some(5)).unwrap().left()), (0, 3));
        assert!(quotas.of(id, None).is_none());
        assert_eq!(quotas.credentials(), []);
    }

    #[test]
    fn many_threads_never_take_more_than_there_is() {
        let quota = Quotas::default().of(CredentialId(1), Some(100)).unwrap();
        let taken: Vec<Taken> = std::thread::scope(|scope| {
            let take = || (0..100).filter_map(|_| quota.take()).collect::<Vec<_>>();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!((taken.len(), quota.left()), (100, 0));
    }
}
