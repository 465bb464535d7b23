//! How upstreams are doing: what calls learned about providers, credentials and routes, kept from one configuration to the
//! next. Reading it takes no lock while all is well.

mod history;
mod kept;
mod visit;
mod vital;

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use sluice_domain::id::{CredentialId, ProviderId};

pub(crate) use history::{Finish, Learned};
pub(crate) use kept::KeptHealth;
pub(crate) use visit::{Refusal, Visit, Visited};
use vital::Setup;
pub(crate) use vital::{RouteVital, Vital, Windows};

use crate::standing::quota::Quotas;

/// A model at a credential, by the name that it has there or by the route's pattern.
type Place = (CredentialId, Arc<str>);

/// All that is known.
#[derive(Default)]
pub(crate) struct Health {
    providers: Mutex<HashMap<ProviderId, Arc<Vital>>>,
    credentials: Mutex<HashMap<CredentialId, Arc<Vital>>>,
    routes: Mutex<HashMap<Place, Arc<RouteVital>>>,
    generation: AtomicU64,
    quotas: Arc<Quotas>,
}

impl Health {
    /// Begins a configuration. What it does not ask for is not in use.
    pub(crate) fn begin(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns what is known of a provider. `way` is all that calls to it depend on; what failed in another way, or before it
    /// was switched off, does not count.
    pub(crate) fn provider(&self, id: ProviderId, way: impl Hash) -> Arc<Vital> {
        let vital = Arc::clone(self.providers.lock().entry(id).or_default());
        vital.set_up(self.setup(way));
        vital
    }

    /// Returns what is known of a credential; `way` as for providers.
    pub(crate) fn credential(&self, id: CredentialId, way: impl Hash) -> Arc<Vital> {
        let vital = Arc::clone(self.credentials.lock().entry(id).or_default());
        vital.set_up(self.setup(way));
        vital
    }

    /// Returns what is known of a model at a credential; `model` is the name it has there, or the route's pattern.
    pub(crate) fn route(
        &self,
        credential: CredentialId,
        model: impl Into<Arc<str>>,
        way: impl Hash,
    ) -> Arc<RouteVital> {
        let vital = Arc::clone(self.routes.lock().entry((credential, model.into())).or_default());
        vital.set_up(self.setup(way));
        vital
    }

    /// Returns the quotas of credentials.
    pub(crate) const fn quotas(&self) -> &Arc<Quotas> {
        &self.quotas
    }

    fn setup(&self, way: impl Hash) -> Setup {
        let mut hasher = DefaultHasher::new();
        way.hash(&mut hasher);
        Setup { generation: self.generation.load(Ordering::Relaxed), way: hasher.finish() }
    }

    /// Forgets all that nobody holds any more, and of which nothing is known that would be missed.
    pub(crate) fn forget(&self, providers: &HashSet<ProviderId>, credentials: &HashSet<CredentialId>) {
        keep(&self.providers, |id| providers.contains(id));
        keep(&self.credentials, |id| credentials.contains(id));
        keep(&self.routes, |(credential, _)| credentials.contains(credential));
        self.quotas.keep(|credential| credentials.contains(credential));
    }
}

fn keep<K: Eq + Hash, V>(map: &Mutex<HashMap<K, Arc<V>>>, is_known: impl Fn(&K) -> bool) {
    map.lock().retain(|key, value| is_known(key) || Arc::strong_count(value) > 1);
}

#[cfg(test)]
mod tests;
