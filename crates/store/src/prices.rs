//! Prices that the operator states or a provider publishes. The built-in ones are in the binary.

use std::sync::Arc;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{PriceId, ProviderId};
use sluice_domain::price::{PriceEntry, PricePurpose, PriceSource, PriceVersion, Scope};

use crate::entities::price;
use crate::search::any_contains;
use crate::store::{commit, db};
use crate::{Page, PageRequest, Store, StoreError, What, providers};

mod published;
mod rows;
mod versions;

use rows::new_row;
pub(crate) use rows::to_price_row;

/// Most prices of one call of [`Store::add_prices`].
const MAX_NEW: usize = 1_000;
/// Most prices that one provider may publish, those of its groups included.
const MAX_PUBLISHED: usize = 50_000;

/// A price with its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// Row id.
    pub id: PriceId,
    /// What it is for.
    pub purpose: PricePurpose,
    /// The price, for whom it holds, by whom and from when.
    pub version: Arc<PriceVersion>,
    /// Note for people.
    pub remark: String,
    /// When the row was made.
    pub created_at: Timestamp,
}

/// A price that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrice {
    /// What it is for.
    pub purpose: PricePurpose,
    /// The price, for whom it holds, by whom and from when.
    pub entry: PriceEntry,
    /// Note for people.
    pub remark: String,
    /// Now.
    pub created_at: Timestamp,
}

/// Which prices are wanted; absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceFilter {
    /// Only those for this.
    pub purpose: Option<PricePurpose>,
    /// Only those that this source states.
    pub source: Option<PriceSource>,
    /// Part of the model's name, any case.
    pub model: Option<String>,
    /// Only those that hold at this provider and at no other.
    pub provider: Option<ProviderId>,
}

impl Store {
    /// Keeps prices, all or none, and returns them in the same order.
    ///
    /// # Errors
    /// `Invalid` when a price states no rate, a name is empty or too long, the source is the binary itself, or there
    /// are too many at once; `NotFound` (provider) when one is for a provider that does not exist.
    pub async fn add_prices(&self, new: &[NewPrice]) -> Result<Vec<PriceRow>, StoreError> {
        check_number(new.len(), MAX_NEW)?;
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let rows = new.iter().map(new_row).collect::<Result<Vec<_>, _>>()?;
        let tx = self.begin_change().await?;
        let mut added = Vec::with_capacity(rows.len());
        for (new, row) in new.iter().zip(rows) {
            if let Scope::Provider(provider) | Scope::Group(provider, _) = new.entry.scope {
                check_provider(&tx, provider).await?;
            }
            let inserted = price::Entity::insert(row).exec(&tx).await.map_err(db(What::Price))?;
            let made = price::Entity::find_by_id(inserted.last_insert_id).one(&tx).await.map_err(db(What::Price))?;
            added.push(made.ok_or(StoreError::NotFound { what: What::Price }).and_then(to_price_row)?);
        }
        commit(tx).await?;
        Ok(added)
    }

    /// Returns one price, if it exists.
    ///
    /// # Errors
    /// `Corrupt` when it cannot be read.
    pub async fn find_price(&self, id: PriceId) -> Result<Option<PriceRow>, StoreError> {
        let row = price::Entity::find_by_id(id.0).one(self.reader()).await.map_err(db(What::Price))?;
        row.map(to_price_row).transpose()
    }

    /// Deletes a price. The version that calls were charged at stays, see [`Store::find_price_version`].
    ///
    /// # Errors
    /// `NotFound` when it does not exist.
    pub async fn delete_price(&self, id: PriceId) -> Result<(), StoreError> {
        let tx = self.begin_change().await?;
        let deleted = price::Entity::delete_by_id(id.0).exec(&tx).await.map_err(db(What::Price))?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::NotFound { what: What::Price });
        }
        commit(tx).await
    }

    /// Returns prices by model, then from the latest to take effect to the earliest.
    ///
    /// # Errors
    /// `Corrupt` when a row cannot be read.
    pub async fn list_prices(&self, filter: &PriceFilter, page: PageRequest) -> Result<Page<PriceRow>, StoreError> {
        let page = page.bounded();
        let wanted = price::Entity::find().filter(condition(filter));
        let total = wanted.clone().count(self.reader()).await.map_err(db(What::Price))?;
        let rows = wanted
            .order_by_asc(price::Column::Model)
            .order_by_desc(price::Column::EffectiveFrom)
            .order_by_desc(price::Column::Id)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.reader())
            .await
            .map_err(db(What::Price))?;
        Ok(Page { items: rows.into_iter().map(to_price_row).collect::<Result<_, _>>()?, total })
    }

    /// Makes what a provider charges equal to what it publishes, the whole of which `published` is: adds what is new
    /// or costs something else, from `now` on, and deletes the models that are missing. Returns for how many models
    /// something changed, counting them once for each group that has a price of its own; 0 changes nothing, not even the
    /// revision. Of the entries only group, model, price and `disputed` count, and of several for one place the first.
    ///
    /// An empty list changes nothing either: a refused or failed answer must not wipe what is known.
    ///
    /// # Errors
    /// As [`Store::add_prices`]; then nothing is changed.
    pub async fn replace_provider_prices(
        &self,
        provider: ProviderId,
        published: &[PriceEntry],
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        check_number(published.len(), MAX_PUBLISHED)?;
        if published.is_empty() {
            return Ok(0);
        }
        let tx = self.begin_change().await?;
        check_provider(&tx, provider).await?;
        let known = published::known(&tx, provider).await?;
        let plan = published::plan(known, published, now)?;
        let changed = plan.changed();
        if changed > 0 {
            published::carry_out(&tx, provider, plan).await?;
            commit(tx).await?;
        }
        Ok(changed)
    }
}

/// Reads all prices by id.
pub(crate) async fn all<C: ConnectionTrait>(connection: &C) -> Result<Vec<price::Model>, StoreError> {
    price::Entity::find().order_by_asc(price::Column::Id).all(connection).await.map_err(db(What::Price))
}

/// Deletes the prices that hold at one provider only.
pub(crate) async fn delete_of(tx: &DatabaseTransaction, provider: ProviderId) -> Result<(), StoreError> {
    let own = price::Entity::delete_many().filter(price::Column::ProviderId.eq(provider.0));
    own.exec(tx).await.map(drop).map_err(db(What::Price))
}

/// Refuses a provider that does not exist; those of the file have negative ids and no row.
async fn check_provider(tx: &DatabaseTransaction, id: ProviderId) -> Result<(), StoreError> {
    if id.0 >= 0 && providers::find(tx, id).await?.is_none() {
        return Err(StoreError::NotFound { what: What::Provider });
    }
    Ok(())
}

fn check_number(prices: usize, max: usize) -> Result<(), StoreError> {
    if prices > max {
        let problem = format!("must not be more than {max} at once; send them in several calls");
        return Err(StoreError::Invalid { field: "prices", problem });
    }
    Ok(())
}

fn condition(filter: &PriceFilter) -> Condition {
    let mut all = Condition::all();
    if let Some(purpose) = filter.purpose {
        all = all.add(price::Column::Purpose.eq(purpose.as_str()));
    }
    if let Some(source) = filter.source {
        all = all.add(price::Column::Source.eq(source.as_str()));
    }
    if let Some(model) = &filter.model {
        all = all.add(any_contains(&[price::Column::Model], model));
    }
    if let Some(provider) = filter.provider {
        all = all.add(price::Column::ProviderId.eq(provider.0));
    }
    all
}
