//! The configuration in force, and the task that keeps it so.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use sluice_domain::clock::Clock;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::key::{Caller, KeyHash};
use sluice_domain::ledger::BudgetScope;
use sluice_domain::limit::Limits;
use sluice_domain::provider::{Credential, Provider, Timeouts};
use sluice_domain::user::Group;
use sluice_protocol::vendor::Vendors;
use sluice_store::{Catalog, Store, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::config::Declared;
use crate::money::bank::Bank;
use crate::money::prices::PriceList;
use crate::snapshot::{OriginNumbers, SiteStanding, Snapshot, Sources};
use crate::standing::health::Health;
use crate::upkeep::{SiteState, is_managed, stale_from, zone_of_days};

/// How often the database is asked whether another node changed the configuration. Changes are live within a second.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Longest wait for the database's answers to one look: a connection that leads nowhere must not stop the looking.
const LOOK_LIMIT: Duration = Duration::from_secs(30);

/// What a snapshot is made of besides the database.
pub(crate) struct Ingredients {
    pub(crate) store: Arc<Store>,
    pub(crate) vendors: Arc<Vendors>,
    pub(crate) declared: Declared,
    pub(crate) timeouts: Timeouts,
    /// Most candidates that one call tries.
    pub(crate) max_attempts: usize,
    /// Must know how long calls may last.
    pub(crate) bank: Arc<Bank>,
    /// What calls learned of upstreams.
    pub(crate) health: Arc<Health>,
}

/// The snapshot in force. Readers take it once per call.
pub(crate) struct Live {
    current: ArcSwap<Snapshot>,
    ingredients: Ingredients,
    declared_keys: HashMap<KeyHash, Arc<Caller>>,
    origins: OriginNumbers,
    /// Those that calls may still hold. They are freed here: a relay thread that dropped the last hold on tens of thousands
    /// of routes would keep its other calls waiting meanwhile.
    retired: Mutex<Vec<Arc<Snapshot>>>,
}

impl Live {
    /// Loads the configuration for the first time.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(crate) async fn load_first(ingredients: Ingredients) -> Result<Self, StoreError> {
        let declared_keys =
            ingredients.declared.keys.iter().map(|key| (key.hash, Arc::new(key.caller.clone()))).collect();
        let origins = OriginNumbers::default();
        let snapshot = compile(&ingredients, &declared_keys, &origins).await?;
        let current = ArcSwap::from_pointee(snapshot);
        Ok(Self { current, ingredients, declared_keys, origins, retired: Mutex::default() })
    }

    /// Returns the snapshot in force.
    pub(crate) fn load(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Follows the database until `stop`. `changed` tells of a change made on this node.
    pub(crate) async fn follow(&self, changed: &Notify, stop: &CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = changed.notified() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
            if tokio::time::timeout(LOOK_LIMIT, self.look()).await.is_err() {
                tracing::warn!("the database does not answer; the last good configuration stays in force");
            }
            self.retired.lock().retain(|snapshot| Arc::strong_count(snapshot) > 1);
        }
    }

    async fn look(&self) {
        match self.ingredients.store.config_revision().await {
            Ok(revision) if revision == self.current.load().revision && !self.has_new_price() => {}
            Ok(_) => self.reload().await,
            Err(error) => tracing::debug!(%error, "the configuration's revision cannot be read"),
        }
    }

    /// Returns whether a price took effect since the snapshot was made.
    fn has_new_price(&self) -> bool {
        let next = self.current.load().prices.next_change();
        next.is_some_and(|next| next <= Clock::System.now())
    }

    /// Reads the configuration again. The last good one stays in force when that fails.
    async fn reload(&self) {
        match compile(&self.ingredients, &self.declared_keys, &self.origins).await {
            Ok(snapshot) => {
                let old = self.current.swap(Arc::new(snapshot));
                self.retired.lock().push(old);
            }
            Err(error) => tracing::error!(%error, "the configuration cannot be read; the last good one stays in force"),
        }
    }
}

async fn compile(
    ingredients: &Ingredients,
    declared_keys: &HashMap<KeyHash, Arc<Caller>>,
    origins: &OriginNumbers,
) -> Result<Snapshot, StoreError> {
    let mut catalog = ingredients.store.load_catalog().await?;
    let declared = &ingredients.declared;
    catalog.providers.extend(declared.providers.iter().cloned());
    catalog.credentials.extend(declared.credentials.iter().cloned());
    catalog.routes.extend(declared.routes.iter().cloned());
    let declared_keys = with_rows(&ingredients.store, declared_keys, &catalog.groups).await?;
    let answered = ingredients.store.calls_answered(&with_quota(&catalog.credentials)).await?;
    let started = Instant::now();
    let prices = PriceList::of(&catalog, Clock::System.now());
    let (snapshot, problems) = Snapshot::compile(Sources {
        revision: catalog.revision,
        providers: &catalog.providers,
        credentials: &catalog.credentials,
        key_standings: &catalog.key_standings,
        sites: &site_standings(&catalog, &ingredients.vendors),
        routes: &catalog.routes,
        policy: &declared.policy.over(catalog.policy.clone()),
        declared_keys: &declared_keys,
        vendors: &ingredients.vendors,
        timeouts: ingredients.timeouts,
        origins,
        health: &ingredients.health,
        prices,
    });
    note_compiled(&snapshot, catalog.routes.len(), started);
    ingredients.health.quotas().learn(&answered);
    ingredients.bank.set_longest_call(snapshot.longest_call(ingredients.max_attempts));
    for problem in problems.into_iter().chain(catalog.problems) {
        tracing::error!(%problem, "part of the configuration cannot be used");
    }
    Ok(snapshot)
}

fn with_quota(credentials: &[Credential]) -> Vec<CredentialId> {
    let with_quota = credentials.iter().filter(|credential| credential.call_quota.is_some());
    with_quota.map(|credential| credential.id).collect()
}

/// Returns what is known of the sites of providers that are managed through them.
fn site_standings(catalog: &Catalog, vendors: &Vendors) -> BTreeMap<ProviderId, SiteStanding> {
    let zone = zone_of_days(catalog.zone.as_deref());
    let standing = |provider: &Provider| SiteStanding {
        away_until: catalog.site_states.get(&provider.id).and_then(|state| SiteState::read(state).away_until()),
        stale_from: provider.balance.map(|balance| stale_from(balance.updated_at, zone)),
    };
    let managed = catalog.providers.iter().filter(|provider| is_managed(provider, vendors));
    managed.map(|provider| (provider.id, standing(provider))).collect()
}

fn note_compiled(snapshot: &Snapshot, routes: usize, started: Instant) {
    let (providers, credentials, models) = snapshot.sizes();
    let (revision, took_ms) = (snapshot.revision, started.elapsed().as_millis());
    tracing::info!(revision, providers, credentials, models, routes, took_ms, "configuration compiled");
}

/// Returns the keys of the file with what the database has for them: their budgets and the limits of their groups.
async fn with_rows(
    store: &Store,
    declared: &HashMap<KeyHash, Arc<Caller>>,
    groups: &[Group],
) -> Result<HashMap<KeyHash, Arc<Caller>>, StoreError> {
    let mut callers = HashMap::with_capacity(declared.len());
    for (hash, caller) in declared {
        let budgets = store.list_budgets(Some(BudgetScope::Key(caller.key.id))).await?;
        let group = groups.iter().find(|group| group.name == caller.group);
        let group_limits = group.map_or(Limits::NONE, |group| group.limits);
        callers.insert(*hash, Arc::new(Caller { budgets, group_limits, ..Caller::clone(caller) }));
    }
    Ok(callers)
}
