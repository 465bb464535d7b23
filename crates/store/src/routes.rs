//! Routes: which credential serves which model.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use sluice_domain::id::{CredentialId, ProviderId, RouteId};
use sluice_domain::provider::Route;

use crate::entities::{credential, route};
use crate::search::any_contains;
use crate::store::{commit, db};
use crate::text::{MODEL_CHARS, checked_name};
use crate::{Page, PageRequest, Store, StoreError, What, credentials};

mod discovery;
mod site;

pub use site::ModelsByCredential;

/// What a new route starts with. Its provider is the credential's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoute {
    /// See [`Route::model`].
    pub model: String,
    /// See [`Route::credential_id`].
    pub credential_id: CredentialId,
    /// See [`Route::upstream_model`].
    pub upstream_model: Option<String>,
    /// See [`Route::enabled`].
    pub enabled: bool,
    /// See [`Route::priority`].
    pub priority: i64,
    /// See [`Route::weight`].
    pub weight: i64,
}

/// A change of a route; absent fields keep their value. Moving it to another credential moves it to that provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoutePatch {
    /// See [`Route::model`].
    pub model: Option<String>,
    /// See [`Route::credential_id`].
    pub credential_id: Option<CredentialId>,
    /// See [`Route::upstream_model`]; `Some(None)` sends what was asked for.
    pub upstream_model: Option<Option<String>>,
    /// See [`Route::enabled`].
    pub enabled: Option<bool>,
    /// See [`Route::priority`].
    pub priority: Option<i64>,
    /// See [`Route::weight`].
    pub weight: Option<i64>,
}

/// Which routes are wanted.
#[derive(Debug, Clone, Default)]
pub struct RouteFilter {
    /// Part of the model's name, any case.
    pub model: Option<String>,
    /// Only those of this provider.
    pub provider_id: Option<ProviderId>,
    /// Only those of this credential.
    pub credential_id: Option<CredentialId>,
    /// Only enabled or only disabled ones.
    pub enabled: Option<bool>,
}

/// A route with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRow {
    /// The route.
    pub route: Route,
    /// Whether the operator made it; otherwise it follows the upstream's list of models.
    pub manual: bool,
}

/// What [`Store::replace_discovered_routes`] changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiscoveredRoutes {
    /// Routes that are new.
    pub added: usize,
    /// Discovered routes whose model the upstream no longer lists.
    pub removed: usize,
    /// Routes that stay as they were.
    pub kept: usize,
}

impl Store {
    /// Makes a route by hand.
    ///
    /// # Errors
    /// `NotFound` (credential) when that does not exist, `Conflict` when there is the same route already.
    pub async fn create_route(&self, new: NewRoute) -> Result<RouteRow, StoreError> {
        let tx = self.begin_change().await?;
        let credential = existing_credential(&tx, new.credential_id).await?;
        let model = checked_name("model", &new.model, MODEL_CHARS)?;
        // What is only remembered must not be in the way.
        let remembered = route::Entity::delete_many()
            .filter(route::Column::CredentialId.eq(credential.id))
            .filter(route::Column::Model.eq(model.as_str()))
            .filter(route::Column::IsMissing.eq(true));
        remembered.exec(&tx).await.map_err(db(What::Route))?;
        let row = route::ActiveModel {
            id: NotSet,
            model: Set(model),
            provider_id: Set(credential.provider_id),
            credential_id: Set(credential.id),
            upstream_model: Set(upstream_column(new.upstream_model)?),
            enabled: Set(new.enabled),
            priority: Set(new.priority),
            weight: Set(new.weight),
            manual: Set(true),
            is_missing: Set(false),
        };
        let inserted = route::Entity::insert(row).exec(&tx).await.map_err(db(What::Route))?;
        let made = existing(&tx, RouteId(inserted.last_insert_id)).await?;
        commit(tx).await?;
        Ok(to_row(made))
    }

    /// Returns routes by model, then by priority, highest first, then by id.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_routes(&self, filter: &RouteFilter, page: PageRequest) -> Result<Page<RouteRow>, StoreError> {
        let page = page.bounded();
        let wanted = present().filter(condition(filter));
        let total = wanted.clone().count(self.reader()).await.map_err(db(What::Route))?;
        let rows = wanted
            .order_by_asc(route::Column::Model)
            .order_by_desc(route::Column::Priority)
            .order_by_asc(route::Column::Id)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.reader())
            .await
            .map_err(db(What::Route))?;
        Ok(Page { items: rows.into_iter().map(to_row).collect(), total })
    }

    /// Returns the route with this id.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_route(&self, id: RouteId) -> Result<Option<RouteRow>, StoreError> {
        find(self.reader(), id).await.map(|row| row.map(to_row))
    }

    /// Changes a route and returns it as it is now. A discovered route whose model, credential or upstream model
    /// changes becomes the operator's own.
    ///
    /// # Errors
    /// `NotFound` (route or credential), or `Conflict` when it would equal another route.
    pub async fn update_route(&self, id: RouteId, patch: RoutePatch) -> Result<RouteRow, StoreError> {
        let tx = self.begin_change().await?;
        let changed = update(&tx, id, &patch).await?;
        commit(tx).await?;
        Ok(to_row(changed))
    }

    /// Changes several routes, all or none, and returns how many were changed.
    ///
    /// # Errors
    /// As [`Store::update_route`]; then nothing is changed.
    pub async fn update_routes(&self, changes: &[(RouteId, RoutePatch)]) -> Result<usize, StoreError> {
        if changes.is_empty() {
            return Ok(0);
        }
        let tx = self.begin_change().await?;
        for (id, patch) in changes {
            update(&tx, *id, patch).await?;
        }
        commit(tx).await?;
        Ok(changes.len())
    }

    /// Deletes a route.
    ///
    /// # Errors
    /// `NotFound` when it does not exist.
    pub async fn delete_route(&self, id: RouteId) -> Result<(), StoreError> {
        let tx = self.begin_change().await?;
        let deleted = route::Entity::delete_by_id(id.0).exec(&tx).await.map_err(db(What::Route))?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::NotFound { what: What::Route });
        }
        commit(tx).await
    }

    /// Makes the credential's discovered routes equal `models`: adds what is missing with the credential's priority
    /// and weight, removes discovered ones that vanished, and leaves alone what stays and what the operator made. A
    /// model that the operator routed to this credential by hand gets no second route, and one that comes back has the
    /// priority and weight that the operator gave it.
    ///
    /// # Errors
    /// `NotFound` when the provider has no such credential, `Invalid` when a model's name is too long.
    pub async fn replace_discovered_routes(
        &self,
        provider: ProviderId,
        credential: CredentialId,
        models: &[String],
    ) -> Result<DiscoveredRoutes, StoreError> {
        let tx = self.begin_change().await?;
        let credential = existing_credential(&tx, credential).await?;
        if credential.provider_id != provider.0 {
            return Err(StoreError::NotFound { what: What::Credential });
        }
        let plan = discovery::plan(&credential, &discovery::known(&tx, &credential).await?, models)?;
        let outcome = plan.outcome();
        if outcome.added + outcome.removed > 0 {
            discovery::carry_out(&tx, &credential, plan).await?;
            commit(tx).await?;
        }
        Ok(outcome)
    }
}

/// Returns the routes that are there: not those that are only remembered.
pub(crate) fn present() -> Select<route::Entity> {
    route::Entity::find().filter(route::Column::IsMissing.eq(false))
}

async fn find<C: ConnectionTrait>(connection: &C, id: RouteId) -> Result<Option<route::Model>, StoreError> {
    present().filter(route::Column::Id.eq(id.0)).one(connection).await.map_err(db(What::Route))
}

async fn existing(tx: &DatabaseTransaction, id: RouteId) -> Result<route::Model, StoreError> {
    find(tx, id).await?.ok_or(StoreError::NotFound { what: What::Route })
}

async fn existing_credential(tx: &DatabaseTransaction, id: CredentialId) -> Result<credential::Model, StoreError> {
    credentials::find(tx, id).await?.ok_or(StoreError::NotFound { what: What::Credential })
}

async fn update(tx: &DatabaseTransaction, id: RouteId, patch: &RoutePatch) -> Result<route::Model, StoreError> {
    let mut row = existing(tx, id).await?.into_active_model();
    if let Some(model) = &patch.model {
        row.model.set_if_not_equals(checked_name("model", model, MODEL_CHARS)?);
    }
    if let Some(upstream_model) = &patch.upstream_model {
        row.upstream_model.set_if_not_equals(upstream_column(upstream_model.clone())?);
    }
    if let Some(credential) = patch.credential_id {
        let credential = existing_credential(tx, credential).await?;
        row.credential_id.set_if_not_equals(credential.id);
        row.provider_id.set_if_not_equals(credential.provider_id);
    }
    // What the operator made different is not the upstream's list any more, and must survive the next look at it.
    if row.model.is_set() || row.upstream_model.is_set() || row.credential_id.is_set() {
        row.manual = Set(true);
    }
    row.enabled = patch.enabled.map_or(row.enabled, Set);
    row.priority = patch.priority.map_or(row.priority, Set);
    row.weight = patch.weight.map_or(row.weight, Set);
    route::Entity::update(row).exec_without_returning(tx).await.map_err(db(What::Route))?;
    existing(tx, id).await
}

fn upstream_column(model: Option<String>) -> Result<String, StoreError> {
    match model {
        Some(model) if !model.trim().is_empty() => checked_name("upstream_model", &model, MODEL_CHARS),
        Some(_) | None => Ok(String::new()),
    }
}

fn condition(filter: &RouteFilter) -> Condition {
    let mut all = Condition::all();
    if let Some(model) = &filter.model {
        all = all.add(any_contains(&[route::Column::Model], model));
    }
    if let Some(provider) = filter.provider_id {
        all = all.add(route::Column::ProviderId.eq(provider.0));
    }
    if let Some(credential) = filter.credential_id {
        all = all.add(route::Column::CredentialId.eq(credential.0));
    }
    if let Some(enabled) = filter.enabled {
        all = all.add(route::Column::Enabled.eq(enabled));
    }
    all
}

fn to_row(row: route::Model) -> RouteRow {
    RouteRow { manual: row.manual, route: to_route(row) }
}

pub(crate) fn to_route(row: route::Model) -> Route {
    Route {
        id: RouteId(row.id),
        model: row.model,
        provider_id: ProviderId(row.provider_id),
        credential_id: CredentialId(row.credential_id),
        upstream_model: Some(row.upstream_model).filter(|model| !model.is_empty()),
        enabled: row.enabled,
        priority: row.priority,
        weight: row.weight,
    }
}
