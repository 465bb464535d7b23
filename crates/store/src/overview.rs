//! What lists show besides their rows: the names behind ids, and counts.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use sluice_domain::id::{KeyId, ProviderId, UserId};

use crate::entities::{credential, key, route, user};
use crate::store::db;
use crate::{MAX_PAGE_SIZE, Store, StoreError, What};

/// How much a provider serves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offer {
    /// Different models of its enabled routes.
    pub models: u64,
    /// Its credentials.
    pub credentials: u64,
    /// Those of them that are enabled.
    pub enabled_credentials: u64,
}

impl Store {
    /// Returns the names of those of these keys that exist, of the first 1,000.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn key_names(&self, ids: &[KeyId]) -> Result<HashMap<KeyId, String>, StoreError> {
        let wanted = key::Entity::find().filter(key::Column::Id.is_in(bounded(ids, |id| id.0))).select_only();
        let named = wanted.columns([key::Column::Id, key::Column::Name]).into_tuple::<(i64, String)>();
        let named = named.all(self.reader()).await.map_err(db(What::Key))?;
        Ok(named.into_iter().map(|(id, name)| (KeyId(id), name)).collect())
    }

    /// Returns the login names of those of these users that exist, of the first 1,000.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn user_names(&self, ids: &[UserId]) -> Result<HashMap<UserId, String>, StoreError> {
        let wanted = user::Entity::find().filter(user::Column::Id.is_in(bounded(ids, |id| id.0))).select_only();
        let named = wanted.columns([user::Column::Id, user::Column::Username]).into_tuple::<(i64, String)>();
        let named = named.all(self.reader()).await.map_err(db(What::User))?;
        Ok(named.into_iter().map(|(id, name)| (UserId(id), name)).collect())
    }

    /// Returns how much each of these providers serves, of the first 1,000; those that serve nothing are left out.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn offers(&self, ids: &[ProviderId]) -> Result<HashMap<ProviderId, Offer>, StoreError> {
        let mut offers: HashMap<ProviderId, Offer> = HashMap::new();
        let ids = bounded(ids, |id| id.0);
        let models = route::Entity::find()
            .filter(route::Column::ProviderId.is_in(ids.clone()))
            .filter(route::Column::Enabled.eq(true))
            .select_only()
            .column(route::Column::ProviderId)
            .column_as(Expr::col(route::Column::Model).count_distinct(), "models")
            .group_by(route::Column::ProviderId);
        let models = models.into_tuple::<(i64, i64)>().all(self.reader()).await.map_err(db(What::Route))?;
        for (id, models) in models {
            offers.entry(ProviderId(id)).or_default().models = u64::try_from(models).unwrap_or(0);
        }
        let credentials = credential::Entity::find()
            .filter(credential::Column::ProviderId.is_in(ids))
            .select_only()
            .columns([credential::Column::ProviderId, credential::Column::Enabled])
            .column_as(credential::Column::Id.count(), "credentials")
            .group_by(credential::Column::ProviderId)
            .group_by(credential::Column::Enabled);
        let counted = credentials.into_tuple::<(i64, bool, i64)>().all(self.reader()).await;
        for (id, enabled, count) in counted.map_err(db(What::Credential))? {
            let count = u64::try_from(count).unwrap_or(0);
            let offer = offers.entry(ProviderId(id)).or_default();
            offer.credentials += count;
            offer.enabled_credentials += if enabled { count } else { 0 };
        }
        Ok(offers)
    }
}

fn bounded<I: Copy>(ids: &[I], number: impl Fn(I) -> i64) -> Vec<i64> {
    let most = usize::try_from(MAX_PAGE_SIZE).unwrap_or(usize::MAX);
    ids.iter().take(most).map(|id| number(*id)).collect()
}
