//! Providers: the configured upstream accounts.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sluice_domain::SecretString;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::provider::{Balance, Provider, TimeoutOverrides};
use sluice_domain::route::policy::Rotation;

use crate::entities::provider;
use crate::search::any_contains;
use crate::store::{commit, db};
use crate::{Page, PageRequest, Store, StoreError, What, prices};

mod rows;

pub(crate) use rows::to_provider;

/// What a new provider starts with; fields as in [`Provider`].
#[derive(Debug, Clone)]
pub struct NewProvider {
    /// See [`Provider::name`].
    pub name: String,
    /// See [`Provider::vendor`].
    pub vendor: String,
    /// See [`Provider::base_url`]; trailing slashes are cut.
    pub base_url: String,
    /// See [`Provider::enabled`].
    pub enabled: bool,
    /// See [`Provider::priority`].
    pub priority: i64,
    /// See [`Provider::weight`].
    pub weight: i64,
    /// See [`Provider::params`].
    pub params: BTreeMap<String, String>,
    /// See [`Provider::headers`].
    pub headers: BTreeMap<String, SecretString>,
    /// See [`Provider::rotation`].
    pub rotation: Rotation,
    /// See [`Provider::proxy_url`].
    pub proxy_url: Option<SecretString>,
    /// See [`Provider::timeouts`].
    pub timeouts: TimeoutOverrides,
    /// See [`Provider::model_alias`].
    pub model_alias: BTreeMap<String, String>,
    /// See [`Provider::access_token`].
    pub access_token: Option<SecretString>,
    /// See [`Provider::upstream_user_id`].
    pub upstream_user_id: Option<i64>,
    /// See [`Provider::checkin_enabled`].
    pub checkin_enabled: bool,
    /// See [`Provider::remark`].
    pub remark: String,
    /// Now.
    pub created_at: Timestamp,
}

/// A change of a provider; absent fields keep their value, `Some(None)` clears.
#[derive(Debug, Clone, Default)]
pub struct ProviderPatch {
    /// See [`Provider::name`].
    pub name: Option<String>,
    /// See [`Provider::vendor`].
    pub vendor: Option<String>,
    /// See [`Provider::base_url`].
    pub base_url: Option<String>,
    /// See [`Provider::enabled`].
    pub enabled: Option<bool>,
    /// See [`Provider::priority`].
    pub priority: Option<i64>,
    /// See [`Provider::weight`].
    pub weight: Option<i64>,
    /// See [`Provider::params`].
    pub params: Option<BTreeMap<String, String>>,
    /// See [`Provider::headers`]; all at once.
    pub headers: Option<BTreeMap<String, SecretString>>,
    /// See [`Provider::rotation`].
    pub rotation: Option<Rotation>,
    /// See [`Provider::balance`].
    pub balance: Option<Option<Balance>>,
    /// See [`Provider::proxy_url`].
    pub proxy_url: Option<Option<SecretString>>,
    /// See [`Provider::timeouts`]; all four at once.
    pub timeouts: Option<TimeoutOverrides>,
    /// See [`Provider::model_alias`].
    pub model_alias: Option<BTreeMap<String, String>>,
    /// See [`Provider::access_token`].
    pub access_token: Option<Option<SecretString>>,
    /// See [`Provider::upstream_user_id`].
    pub upstream_user_id: Option<Option<i64>>,
    /// See [`Provider::checkin_enabled`].
    pub checkin_enabled: Option<bool>,
    /// See [`Provider::remark`].
    pub remark: Option<String>,
}

/// Which providers are wanted.
#[derive(Debug, Clone, Default)]
pub struct ProviderFilter {
    /// Part of the name, vendor, base URL or remark, any case.
    pub keyword: Option<String>,
    /// Only enabled or only disabled ones.
    pub enabled: Option<bool>,
}

impl Store {
    /// Makes a provider.
    ///
    /// # Errors
    /// `Conflict` when the name is taken, `Invalid` when a text is too long or the name empty.
    pub async fn create_provider(&self, new: NewProvider) -> Result<Provider, StoreError> {
        let tx = self.begin_change().await?;
        let secrets = rows::Secrets::of(&new)?;
        let inserted = provider::Entity::insert(rows::new_row(new)?).exec(&tx).await.map_err(db(What::Provider))?;
        let id = ProviderId(inserted.last_insert_id);
        // Sealing binds a secret to its row, and the row's number is known only now.
        if let Some(sealed) = secrets.sealed(self.vault(), id)? {
            provider::Entity::update(sealed).exec_without_returning(&tx).await.map_err(db(What::Provider))?;
        }
        let made = find(&tx, id).await?.ok_or(StoreError::NotFound { what: What::Provider })?;
        commit(tx).await?;
        to_provider(self.vault(), made)
    }

    /// Returns the provider with this id.
    ///
    /// # Errors
    /// `Corrupt` when a secret does not open.
    pub async fn find_provider(&self, id: ProviderId) -> Result<Option<Provider>, StoreError> {
        find(self.reader(), id).await?.map(|row| to_provider(self.vault(), row)).transpose()
    }

    /// Returns the names of all providers.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn provider_names(&self) -> Result<BTreeSet<String>, StoreError> {
        let names = provider::Entity::find().select_only().column(provider::Column::Name).into_tuple::<String>();
        Ok(names.all(self.reader()).await.map_err(db(What::Provider))?.into_iter().collect())
    }

    /// Returns providers by priority, highest first, then by id.
    ///
    /// # Errors
    /// `Corrupt` when a secret does not open.
    pub async fn list_providers(
        &self,
        filter: &ProviderFilter,
        page: PageRequest,
    ) -> Result<Page<Provider>, StoreError> {
        let page = page.bounded();
        let wanted = provider::Entity::find().filter(condition(filter));
        let total = wanted.clone().count(self.reader()).await.map_err(db(What::Provider))?;
        let rows = wanted
            .order_by_desc(provider::Column::Priority)
            .order_by_asc(provider::Column::Id)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.reader())
            .await
            .map_err(db(What::Provider))?;
        let items = rows.into_iter().map(|row| to_provider(self.vault(), row)).collect::<Result<_, _>>()?;
        Ok(Page { items, total })
    }

    /// Changes a provider and returns it as it is now.
    ///
    /// # Errors
    /// `NotFound`, or `Conflict` when the new name is taken.
    pub async fn update_provider(&self, id: ProviderId, patch: ProviderPatch) -> Result<Provider, StoreError> {
        let tx = self.begin_change().await?;
        let row = find(&tx, id).await?.ok_or(StoreError::NotFound { what: What::Provider })?;
        let row = rows::patched(self.vault(), row, &patch)?;
        provider::Entity::update(row).exec_without_returning(&tx).await.map_err(db(What::Provider))?;
        let changed = find(&tx, id).await?.ok_or(StoreError::NotFound { what: What::Provider })?;
        commit(tx).await?;
        to_provider(self.vault(), changed)
    }

    /// Deletes a provider with its credentials, routes and prices, all at once; the records of its calls stay.
    ///
    /// # Errors
    /// `NotFound` when it does not exist.
    pub async fn delete_provider(&self, id: ProviderId) -> Result<(), StoreError> {
        let tx = self.begin_change().await?;
        // The schema takes credentials and routes with the provider; prices may be for one that has no row.
        let deleted = provider::Entity::delete_by_id(id.0).exec(&tx).await.map_err(db(What::Provider))?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::NotFound { what: What::Provider });
        }
        prices::delete_of(&tx, id).await?;
        commit(tx).await
    }
}

pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    id: ProviderId,
) -> Result<Option<provider::Model>, StoreError> {
    provider::Entity::find_by_id(id.0).one(connection).await.map_err(db(What::Provider))
}

fn condition(filter: &ProviderFilter) -> Condition {
    use provider::Column;
    let mut all = Condition::all();
    if let Some(enabled) = filter.enabled {
        all = all.add(Column::Enabled.eq(enabled));
    }
    if let Some(keyword) = &filter.keyword {
        all = all.add(any_contains(&[Column::Name, Column::Vendor, Column::BaseUrl, Column::Remark], keyword));
    }
    all
}
