//! Budgets as people look through them.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::id::{BudgetId, UserId};
use sluice_domain::ledger::{Budget, BudgetScope};

use super::rows::to_budget;
use crate::entities::{budget, key};
use crate::store::db;
use crate::{MAX_PAGE_SIZE, Store, StoreError, What};

/// Which budgets are wanted; absent fields do not restrict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BudgetFilter {
    /// Only those with this scope.
    pub scope: Option<BudgetScope>,
    /// Only those of this user and of its keys.
    pub within: Option<UserId>,
}

impl Store {
    /// Returns the budget with this id.
    ///
    /// # Errors
    /// `Corrupt` when the row cannot be read.
    pub async fn find_budget(&self, id: BudgetId) -> Result<Option<Budget>, StoreError> {
        let row = budget::Entity::find_by_id(id.0).one(self.reader()).await.map_err(db(What::Budget))?;
        row.as_ref().map(to_budget).transpose()
    }

    /// Returns at most `limit` budgets after the one named, by id.
    ///
    /// # Errors
    /// `Corrupt` when a row cannot be read.
    pub async fn page_budgets(
        &self,
        filter: BudgetFilter,
        after: Option<BudgetId>,
        limit: u64,
    ) -> Result<Vec<Budget>, StoreError> {
        let wanted = Condition::all()
            .add(budget::Column::Id.gt(after.map_or(0, |after| after.0)))
            .add_option(filter.scope.map(is))
            .add_option(filter.within.map(within));
        let rows = budget::Entity::find()
            .filter(wanted)
            .order_by_asc(budget::Column::Id)
            .limit(limit.clamp(1, MAX_PAGE_SIZE))
            .all(self.reader())
            .await
            .map_err(db(What::Budget))?;
        rows.iter().map(to_budget).collect()
    }
}

fn is(scope: BudgetScope) -> Condition {
    Condition::all().add(budget::Column::Scope.eq(scope.name())).add(budget::Column::OwnerId.eq(scope.owner_id()))
}

fn within(user: UserId) -> Condition {
    let keys =
        Query::select().column(key::Column::Id).from(key::Entity).and_where(key::Column::UserId.eq(user.0)).take();
    let of_keys = Condition::all().add(budget::Column::Scope.eq("key")).add(budget::Column::OwnerId.in_subquery(keys));
    Condition::any().add(is(BudgetScope::User(user))).add(of_keys)
}
