//! Opening accounts and looking at them.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::AccountId;
use sluice_domain::ledger::{Account, AccountKind, Holder, Link};
use sluice_domain::money::Micros;

use super::rows::to_account;
use crate::entities::account;
use crate::store::db;
use crate::{MAX_PAGE_SIZE, Store, StoreError, What};

impl Store {
    /// Returns the account of `holder`, and opens it where there is none yet.
    ///
    /// # Errors
    /// `Invalid` for a budget: those are opened by [`Store::open_budget`], which knows the limit.
    pub async fn open_account(&self, holder: Holder, now: Timestamp) -> Result<Account, StoreError> {
        if holder.kind() == AccountKind::Budget {
            return Err(StoreError::Invalid { field: "holder", problem: "must not be a budget".to_owned() });
        }
        if let Some(account) = self.find_account_of(holder).await? {
            return Ok(account);
        }
        match insert(self.writer(), holder, Micros(0), now).await {
            // Somebody else was faster.
            Ok(()) | Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        let opened = find_of(self.writer(), holder).await?;
        opened.ok_or(StoreError::NotFound { what: What::Account })
    }

    /// Returns the account with this id.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let row = account::Entity::find_by_id(id.0).one(self.reader()).await.map_err(db(What::Account))?;
        row.as_ref().map(to_account).transpose()
    }

    /// Returns the account of `holder`, if it was opened.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_account_of(&self, holder: Holder) -> Result<Option<Account>, StoreError> {
        find_of(self.reader(), holder).await
    }

    /// Returns at most `limit` accounts after the one named, in the order in which they were opened.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_accounts(
        &self,
        kind: Option<AccountKind>,
        after: Option<AccountId>,
        limit: u64,
    ) -> Result<Vec<Account>, StoreError> {
        let of_kind = kind.map(|kind| account::Column::Kind.eq(kind.as_str()));
        let rows = account::Entity::find()
            .filter(Condition::all().add(account::Column::Id.gt(after.map_or(0, |after| after.0))).add_option(of_kind))
            .order_by_asc(account::Column::Id)
            .limit(limit.clamp(1, MAX_PAGE_SIZE))
            .all(self.reader())
            .await
            .map_err(db(What::Account))?;
        rows.iter().map(to_account).collect()
    }
}

pub(super) async fn find_of<C: ConnectionTrait>(connection: &C, holder: Holder) -> Result<Option<Account>, StoreError> {
    let row = account::Entity::find()
        .filter(account::Column::Kind.eq(holder.kind().as_str()))
        .filter(account::Column::OwnerId.eq(holder.owner_id()))
        .filter(account::Column::PeriodStart.eq(holder.period_start().0))
        .one(connection)
        .await
        .map_err(db(What::Account))?;
    row.as_ref().map(to_account).transpose()
}

pub(super) async fn insert<C: ConnectionTrait>(
    connection: &C,
    holder: Holder,
    limit: Micros,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = account::ActiveModel {
        id: NotSet,
        kind: Set(holder.kind().as_str().to_owned()),
        owner_id: Set(holder.owner_id()),
        period_start: Set(holder.period_start().0),
        posted_micros: Set(limit.0),
        leased_micros: Set(0),
        limit_micros: Set(limit.0),
        head_seq: Set(Link::START.seq),
        head_hash: Set(Link::START.hash.0.to_vec()),
        created_at: Set(now.0),
    };
    account::Entity::insert(row).exec_without_returning(connection).await.map(drop).map_err(db(What::Account))
}

/// Locks one account until the end of the transaction.
pub(super) async fn lock<C: ConnectionTrait>(tx: &C, id: AccountId) -> Result<account::Model, StoreError> {
    let row = account::Entity::find_by_id(id.0).lock_exclusive().one(tx).await.map_err(db(What::Account))?;
    row.ok_or(StoreError::NotFound { what: What::Account })
}

/// Changes what is leased from a locked account, unless more would be leased than is there. Giving back always works.
/// Returns whether it was changed.
pub(super) async fn shift_leased<C: ConnectionTrait>(tx: &C, id: AccountId, by: Micros) -> Result<bool, StoreError> {
    use sea_orm::ExprTrait;
    let leased = Expr::col(account::Column::LeasedMicros);
    let available = Expr::col(account::Column::PostedMicros).sub(leased.clone());
    let mut update = account::Entity::update_many()
        .col_expr(account::Column::LeasedMicros, leased.add(by.0))
        .filter(account::Column::Id.eq(id.0));
    if by.0 > 0 {
        update = update.filter(available.gte(by.0));
    }
    let updated = update.exec(tx).await.map_err(db(What::Account))?;
    Ok(updated.rows_affected == 1)
}
