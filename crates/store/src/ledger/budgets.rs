//! Budgets, and the account that each has for each of its periods: what is posted there begins at the limit and only
//! falls.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, BudgetId};
use sluice_domain::ledger::{Account, Budget, BudgetScope, Holder, Period, Tz};
use sluice_domain::money::Micros;

use super::accounts;
use super::rows::to_budget;
use crate::entities::{account, budget};
use crate::store::{commit, db};
use crate::{Store, StoreError, What};

/// What a new budget starts with.
#[derive(Debug, Clone, Copy)]
pub struct NewBudget {
    /// Whose spending it limits.
    pub scope: BudgetScope,
    /// How often it starts anew.
    pub period: Period,
    /// Time zone that the periods begin and end by; never changes, or one period would be two.
    pub zone: Tz,
    /// What may be spent in one period, not negative.
    pub limit: Micros,
    /// Now.
    pub created_at: Timestamp,
}

impl Store {
    /// Makes a budget.
    ///
    /// # Errors
    /// `Conflict` when the scope has one for this period already, `Invalid` when the limit is negative.
    pub async fn create_budget(&self, new: NewBudget) -> Result<Budget, StoreError> {
        let row = budget::ActiveModel {
            id: NotSet,
            scope: Set(new.scope.name().to_owned()),
            owner_id: Set(new.scope.owner_id()),
            period: Set(new.period.as_str().to_owned()),
            zone: Set(new.zone.name().to_owned()),
            limit_micros: Set(checked_limit(new.limit)?),
            created_at: Set(new.created_at.0),
        };
        let tx = self.begin_change().await?;
        let inserted = budget::Entity::insert(row).exec(&tx).await.map_err(db(What::Budget))?;
        commit(tx).await?;
        let NewBudget { scope, period, zone, limit, .. } = new;
        Ok(Budget { id: BudgetId(inserted.last_insert_id), scope, period, zone, limit })
    }

    /// Returns budgets by id: those of one scope, or all.
    ///
    /// # Errors
    /// `Corrupt` when a row cannot be read.
    pub async fn list_budgets(&self, scope: Option<BudgetScope>) -> Result<Vec<Budget>, StoreError> {
        select(self.reader(), scope.map_or_else(Condition::all, in_scope)).await
    }

    /// Sets a budget's limit, for the period at hand too, and returns the budget as it is now. A limit below what was
    /// drawn already leaves the period overdrawn.
    ///
    /// # Errors
    /// `NotFound`, or `Invalid` when the limit is negative.
    pub async fn set_budget_limit(&self, id: BudgetId, limit: Micros, now: Timestamp) -> Result<Budget, StoreError> {
        checked_limit(limit)?;
        let tx = self.begin_change().await?;
        let budget = lock(&tx, id).await?;
        let updated = budget::Entity::update_many()
            .col_expr(budget::Column::LimitMicros, Expr::value(limit.0))
            .filter(budget::Column::Id.eq(id.0));
        updated.exec(&tx).await.map_err(db(What::Budget))?;
        let holder = Holder::Budget(id, budget.span(now).start);
        if let Some(period) = accounts::find_of(&tx, holder).await? {
            limit_period(&tx, period.id, limit).await?;
        }
        commit(tx).await?;
        Ok(Budget { limit, ..budget })
    }

    /// Deletes a budget; what was drawn from it stays on record.
    ///
    /// # Errors
    /// `NotFound` when it does not exist.
    pub async fn delete_budget(&self, id: BudgetId) -> Result<(), StoreError> {
        let tx = self.begin_change().await?;
        let deleted = budget::Entity::delete_by_id(id.0).exec(&tx).await.map_err(db(What::Budget))?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::NotFound { what: What::Budget });
        }
        commit(tx).await
    }

    /// Returns the account of the budget's period that holds `now`, and opens it with the budget's limit where there
    /// is none yet.
    ///
    /// # Errors
    /// `NotFound` when the budget was deleted.
    pub async fn open_budget(&self, budget: &Budget, now: Timestamp) -> Result<Account, StoreError> {
        let holder = Holder::Budget(budget.id, budget.span(now).start);
        if let Some(account) = self.find_account_of(holder).await? {
            return Ok(account);
        }
        let tx = self.begin_write().await?;
        // The limit as it is in the row, which stays locked: a node may know an older one.
        let limit = lock(&tx, budget.id).await?.limit;
        if accounts::find_of(&tx, holder).await?.is_none() {
            accounts::insert(&tx, holder, limit, now).await?;
        }
        let opened = accounts::find_of(&tx, holder).await?;
        commit(tx).await?;
        opened.ok_or(StoreError::NotFound { what: What::Account })
    }
}

/// Returns the budgets of any of `scopes`, by id.
pub(crate) async fn budgets_of<C: ConnectionTrait>(
    connection: &C,
    scopes: &[BudgetScope],
) -> Result<Vec<Budget>, StoreError> {
    let any = scopes.iter().fold(Condition::any(), |any, scope| any.add(in_scope(*scope)));
    select(connection, any).await
}

async fn select<C: ConnectionTrait>(connection: &C, wanted: Condition) -> Result<Vec<Budget>, StoreError> {
    let rows = budget::Entity::find().filter(wanted).order_by_asc(budget::Column::Id).all(connection).await;
    rows.map_err(db(What::Budget))?.iter().map(to_budget).collect()
}

fn in_scope(scope: BudgetScope) -> Condition {
    Condition::all().add(budget::Column::Scope.eq(scope.name())).add(budget::Column::OwnerId.eq(scope.owner_id()))
}

/// Moves what is left of a period by as much as its limit moves.
async fn limit_period(tx: &DatabaseTransaction, id: AccountId, limit: Micros) -> Result<(), StoreError> {
    let row = accounts::lock(tx, id).await?;
    let posted = row.posted_micros.saturating_add(limit.0.saturating_sub(row.limit_micros));
    let updated = account::Entity::update_many()
        .col_expr(account::Column::PostedMicros, Expr::value(posted))
        .col_expr(account::Column::LimitMicros, Expr::value(limit.0))
        .filter(account::Column::Id.eq(id.0));
    updated.exec(tx).await.map(drop).map_err(db(What::Account))
}

async fn lock<C: ConnectionTrait>(tx: &C, id: BudgetId) -> Result<Budget, StoreError> {
    let row = budget::Entity::find_by_id(id.0).lock_exclusive().one(tx).await.map_err(db(What::Budget))?;
    row.as_ref().map(to_budget).transpose()?.ok_or(StoreError::NotFound { what: What::Budget })
}

fn checked_limit(limit: Micros) -> Result<i64, StoreError> {
    if limit.0 < 0 {
        return Err(StoreError::Invalid { field: "limit", problem: "must not be negative".to_owned() });
    }
    Ok(limit.0)
}
