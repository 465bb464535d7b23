//! Routes of all keys of a site at once: hundreds of keys for hundreds of models are many rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Value};
use sluice_domain::id::{CredentialId, ProviderId};

use super::DiscoveredRoutes;
use super::discovery::{Presence, mark};
use crate::batch::{self, Row};
use crate::entities::{credential, route};
use crate::store::{commit, db};
use crate::text::{MODEL_CHARS, checked_name};
use crate::{Store, StoreError, What};

/// Rows per statement that deletes.
const CHUNK: usize = 250;

/// Models by credential.
pub type ModelsByCredential = BTreeMap<CredentialId, BTreeSet<String>>;

impl Store {
    /// Makes the discovered routes of several credentials of a provider equal `models`, all at once: adds what is missing with
    /// the credential's priority and weight, removes what vanished, and leaves alone what stays, what the operator made and
    /// what the operator disabled, so that it is still disabled when its model comes back. One that comes back has the
    /// priority and weight that the operator gave it. Credentials that are not named keep their routes.
    ///
    /// # Errors
    /// `Invalid` when a model's name is too long; then nothing is changed.
    pub async fn replace_site_routes(
        &self,
        provider: ProviderId,
        models: &ModelsByCredential,
    ) -> Result<DiscoveredRoutes, StoreError> {
        let tx = self.begin_change().await?;
        let known = known(&tx, provider).await?;
        let owners = owners(&tx, provider).await?;
        let plan = Plan::of(provider, known, models, &owners)?;
        let outcome = plan.outcome();
        if outcome.added + outcome.removed > 0 {
            mark(&tx, &plan.restore, Presence::Back).await?;
            mark(&tx, &plan.remember, Presence::Gone).await?;
            for ids in plan.remove.chunks(CHUNK) {
                let vanished = route::Entity::delete_many().filter(route::Column::Id.is_in(ids.iter().copied()));
                vanished.exec(&tx).await.map_err(db(What::Route))?;
            }
            batch::insert_all(&tx, &plan.add).await?;
            commit(tx).await?;
        }
        Ok(outcome)
    }
}

/// What is read of a route: id, credential, model, whether it is manual and enabled, priority, weight, whether it is missing.
type RouteFacts = (i64, i64, String, bool, bool, i64, i64, bool);

/// A route as it matters here.
struct KnownRoute {
    id: i64,
    credential: CredentialId,
    model: String,
    /// Whether it is the operator's own, or disabled.
    is_protected: bool,
    /// Its priority and weight.
    place: (i64, i64),
    /// Whether it is only remembered.
    is_missing: bool,
}

async fn known(tx: &DatabaseTransaction, provider: ProviderId) -> Result<Vec<KnownRoute>, StoreError> {
    let rows: Vec<RouteFacts> = route::Entity::find()
        .select_only()
        .columns([
            route::Column::Id,
            route::Column::CredentialId,
            route::Column::Model,
            route::Column::Manual,
            route::Column::Enabled,
            route::Column::Priority,
            route::Column::Weight,
            route::Column::IsMissing,
        ])
        .filter(route::Column::ProviderId.eq(provider.0))
        .into_tuple()
        .all(tx)
        .await
        .map_err(db(What::Route))?;
    let known = rows.into_iter().map(|row| {
        let (id, credential, model, is_manual, is_enabled, priority, weight, is_missing) = row;
        KnownRoute {
            id,
            credential: CredentialId(credential),
            model,
            is_protected: is_manual || !is_enabled,
            place: (priority, weight),
            is_missing,
        }
    });
    Ok(known.collect())
}

/// Reads priority and weight of the provider's credentials.
async fn owners(
    tx: &DatabaseTransaction,
    provider: ProviderId,
) -> Result<HashMap<CredentialId, (i64, i64)>, StoreError> {
    let rows: Vec<(i64, i64, i64)> = credential::Entity::find()
        .select_only()
        .columns([credential::Column::Id, credential::Column::Priority, credential::Column::Weight])
        .filter(credential::Column::ProviderId.eq(provider.0))
        .into_tuple()
        .all(tx)
        .await
        .map_err(db(What::Credential))?;
    Ok(rows.into_iter().map(|(id, priority, weight)| (CredentialId(id), (priority, weight))).collect())
}

#[derive(Default)]
struct Plan {
    add: Vec<NewRow>,
    /// Remembered routes whose model is back.
    restore: Vec<i64>,
    remove: Vec<i64>,
    /// Routes whose model is gone, with a priority or weight that somebody set by hand.
    remember: Vec<i64>,
    kept: usize,
}

impl Plan {
    fn of(
        provider: ProviderId,
        known: Vec<KnownRoute>,
        models: &ModelsByCredential,
        owners: &HashMap<CredentialId, (i64, i64)>,
    ) -> Result<Self, StoreError> {
        let mut plan = Self::default();
        let mut present: HashMap<CredentialId, BTreeSet<String>> = HashMap::new();
        for route in known {
            let Some(wanted) = models.get(&route.credential) else { continue };
            let is_own = owners.get(&route.credential).is_some_and(|place| *place != route.place);
            match (route.is_missing, route.is_protected || wanted.contains(&route.model)) {
                (false, true) => plan.kept += 1,
                (true, true) => plan.restore.push(route.id),
                (true, false) => continue,
                (false, false) => {
                    if is_own {
                        plan.remember.push(route.id);
                    } else {
                        plan.remove.push(route.id);
                    }
                    continue;
                }
            }
            present.entry(route.credential).or_default().insert(route.model);
        }
        let nothing = BTreeSet::new();
        for (credential, wanted) in models {
            // One that was deleted meanwhile has no routes.
            let Some(&(priority, weight)) = owners.get(credential) else { continue };
            let present = present.get(credential).unwrap_or(&nothing);
            for model in wanted.iter().filter(|model| !present.contains(*model)) {
                let model = checked_name("model", model, MODEL_CHARS)?;
                plan.add.push(NewRow { model, provider, credential: *credential, priority, weight });
            }
        }
        Ok(plan)
    }

    fn outcome(&self) -> DiscoveredRoutes {
        let (added, removed) = (self.add.len() + self.restore.len(), self.remove.len() + self.remember.len());
        DiscoveredRoutes { added, removed, kept: self.kept }
    }
}

/// A route to make.
struct NewRow {
    model: String,
    provider: ProviderId,
    credential: CredentialId,
    priority: i64,
    weight: i64,
}

impl Row for NewRow {
    const TABLE: &'static str = "routes";
    const COLUMNS: &'static [&'static str] =
        &["model", "provider_id", "credential_id", "upstream_model", "enabled", "priority", "weight", "manual"];
    const WHAT: What = What::Route;

    fn push_values(&self, values: &mut Vec<Value>) -> Result<(), StoreError> {
        values.push(self.model.clone().into());
        values.push(self.provider.0.into());
        values.push(self.credential.0.into());
        values.push(String::new().into());
        values.push(true.into());
        values.push(self.priority.into());
        values.push(self.weight.into());
        values.push(false.into());
        Ok(())
    }
}
