//! What is known of upstreams, as it is kept from one run to the next.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};
use sluice_domain::id::{CredentialId, ProviderId};

use super::history::Kept;
use super::vital::{EARLIER_RUN, KeptGate, RouteVital, Vital};
use super::{Health, Place};

/// Routes that are kept: those that were used last.
const ROUTES_MAX: usize = 5_000;
/// Gates of providers and of credentials that are kept.
const GATES_MAX: usize = 5_000;

/// All that is worth keeping. Times are points in time, so that ages count as if nobody had been away.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeptHealth {
    providers: Vec<(ProviderId, KeptGate)>,
    credentials: Vec<(CredentialId, KeptGate)>,
    routes: Vec<KeptRoute>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct KeptRoute {
    credential: CredentialId,
    model: Box<str>,
    gate: Option<KeptGate>,
    history: Option<Kept>,
}

impl Health {
    /// Returns what is worth keeping.
    pub(crate) fn keep(&self) -> KeptHealth {
        let providers = self.providers.lock().iter().filter_map(|(id, vital)| Some((*id, vital.kept()?))).collect();
        let credentials = self.credentials.lock().iter().filter_map(|(id, vital)| Some((*id, vital.kept()?))).collect();
        let known: Vec<(Place, Arc<RouteVital>)> =
            self.routes.lock().iter().map(|(place, vital)| (place.clone(), Arc::clone(vital))).collect();
        let mut routes: Vec<KeptRoute> = known
            .into_iter()
            .filter_map(|((credential, model), vital)| {
                let (gate, history) = vital.kept()?;
                Some(KeptRoute { credential, model: (*model).into(), gate, history })
            })
            .collect();
        routes.sort_by_cached_key(|route| std::cmp::Reverse(route.history.as_ref().map(Kept::last_day)));
        let mut kept = KeptHealth { providers, credentials, routes };
        kept.bound();
        kept
    }

    /// Makes the health of upstreams of which something was known in an earlier run.
    pub(crate) fn of(mut kept: KeptHealth) -> Self {
        kept.bound();
        let health = Self::default();
        health.generation.store(EARLIER_RUN, Ordering::Relaxed);
        let gates = kept.providers.into_iter().map(|(id, gate)| (id, Arc::new(Vital::of(gate))));
        health.providers.lock().extend(gates);
        let gates = kept.credentials.into_iter().map(|(id, gate)| (id, Arc::new(Vital::of(gate))));
        health.credentials.lock().extend(gates);
        let routes = kept.routes.into_iter().map(|route| {
            let vital = RouteVital::of(route.gate, route.history.as_ref());
            ((route.credential, route.model.into()), Arc::new(vital))
        });
        health.routes.lock().extend(routes);
        health
    }
}

impl KeptHealth {
    fn bound(&mut self) {
        self.providers.truncate(GATES_MAX);
        self.credentials.truncate(GATES_MAX);
        self.routes.truncate(ROUTES_MAX);
    }
}
