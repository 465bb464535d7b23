//! Routes that follow the upstream's list of models.

use std::collections::BTreeSet;

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::DiscoveredRoutes;
use crate::entities::{credential, route};
use crate::store::db;
use crate::text::{MODEL_CHARS, checked_name};
use crate::{StoreError, What};

/// Rows per statement.
const CHUNK: usize = 250;

/// Whether the upstream lists a route's model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Back,
    Gone,
}

/// What must change.
pub(super) struct Plan {
    add: Vec<String>,
    /// Remembered routes whose model is back.
    restore: Vec<i64>,
    remove: Vec<i64>,
    /// Routes whose model is gone, with a priority or weight that somebody set by hand.
    remember: Vec<i64>,
    kept: usize,
}

impl Plan {
    pub(super) fn outcome(&self) -> DiscoveredRoutes {
        let (added, removed) = (self.add.len() + self.restore.len(), self.remove.len() + self.remember.len());
        DiscoveredRoutes { added, removed, kept: self.kept }
    }
}

/// Reads the routes that the credential has.
pub(super) async fn known(
    tx: &DatabaseTransaction,
    credential: &credential::Model,
) -> Result<Vec<route::Model>, StoreError> {
    let of_credential = route::Entity::find().filter(route::Column::CredentialId.eq(credential.id));
    of_credential.all(tx).await.map_err(db(What::Route))
}

pub(super) fn plan(
    credential: &credential::Model,
    known: &[route::Model],
    models: &[String],
) -> Result<Plan, StoreError> {
    let mut missing: BTreeSet<String> =
        models.iter().map(|model| checked_name("model", model, MODEL_CHARS)).collect::<Result<_, _>>()?;
    let listed = missing.clone();
    let mut plan = Plan { add: Vec::new(), restore: Vec::new(), remove: Vec::new(), remember: Vec::new(), kept: 0 };
    for row in known {
        missing.remove(&row.model);
        let is_own = (row.priority, row.weight) != (credential.priority, credential.weight);
        match (row.is_missing, row.manual || listed.contains(&row.model)) {
            (false, true) => plan.kept += 1,
            (true, true) => plan.restore.push(row.id),
            (true, false) => {}
            (false, false) if is_own => plan.remember.push(row.id),
            (false, false) => plan.remove.push(row.id),
        }
    }
    plan.add = missing.into_iter().collect();
    Ok(plan)
}

pub(super) async fn carry_out(
    tx: &DatabaseTransaction,
    credential: &credential::Model,
    plan: Plan,
) -> Result<(), StoreError> {
    mark(tx, &plan.restore, Presence::Back).await?;
    mark(tx, &plan.remember, Presence::Gone).await?;
    for ids in plan.remove.chunks(CHUNK) {
        let vanished = route::Entity::delete_many().filter(route::Column::Id.is_in(ids.iter().copied()));
        vanished.exec(tx).await.map_err(db(What::Route))?;
    }
    for models in plan.add.chunks(CHUNK) {
        let rows = models.iter().map(|model| route::ActiveModel {
            id: NotSet,
            model: Set(model.clone()),
            provider_id: Set(credential.provider_id),
            credential_id: Set(credential.id),
            upstream_model: Set(String::new()),
            enabled: Set(true),
            priority: Set(credential.priority),
            weight: Set(credential.weight),
            manual: Set(false),
            is_missing: Set(false),
        });
        route::Entity::insert_many(rows).exec_without_returning(tx).await.map_err(db(What::Route))?;
    }
    Ok(())
}

/// Notes that the models of these routes are gone, or are back.
pub(super) async fn mark(tx: &DatabaseTransaction, ids: &[i64], presence: Presence) -> Result<(), StoreError> {
    for ids in ids.chunks(CHUNK) {
        let marked = route::Entity::update_many()
            .col_expr(route::Column::IsMissing, Expr::value(presence == Presence::Gone))
            .filter(route::Column::Id.is_in(ids.iter().copied()));
        marked.exec(tx).await.map_err(db(What::Route))?;
    }
    Ok(())
}
