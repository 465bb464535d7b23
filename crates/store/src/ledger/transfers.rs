//! Statements of accounts, and the export of everything.

use std::fmt;
use std::str::FromStr;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, CallId, TransferId};
use sluice_domain::ledger::{BookedTransfer, TransferKind};
use uuid::Uuid;

use super::rows::{id_bytes, to_booked};
use crate::entities::transfer;
use crate::entities::transfer::Column;
use crate::store::db;
use crate::{MAX_PAGE_SIZE, Store, StoreError, What};

/// What the index by call is restricted to, in its words: a charge is found by its own id.
const NO_CHARGE: &str = "kind <> 'charge'";
/// An account's chain is the one and the other side's transfers together.
const SIDES: [(Column, Column); 2] =
    [(Column::DebitAccount, Column::DebitSeq), (Column::CreditAccount, Column::CreditSeq)];

/// Which transfers an export holds; absent fields do not restrict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TransferRange {
    /// Only transfers ordered at this time or later.
    pub since: Option<Timestamp>,
    /// Only transfers ordered before this time.
    pub until: Option<Timestamp>,
}

/// The place after one transfer of an export: the next page begins there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferCursor {
    /// When the last transfer of the page was ordered.
    pub created_at: Timestamp,
    /// Its id.
    pub id: TransferId,
}

impl TransferRange {
    /// Returns whether a transfer ordered at `at` is in it.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at < until)
    }
}

impl TransferCursor {
    /// Returns the place after `booked`.
    #[must_use]
    pub const fn after(booked: &BookedTransfer) -> Self {
        Self { created_at: booked.transfer.created_at, id: booked.transfer.id }
    }
}

impl fmt::Display for TransferCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at.0, self.id.0.simple())
    }
}

impl FromStr for TransferCursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let bad = || StoreError::Invalid { field: "cursor", problem: "is not one that a list gave out".to_owned() };
        let (created_at, id) = text.split_once('.').ok_or_else(bad)?;
        let created_at = Timestamp(created_at.parse().map_err(|_| bad())?);
        Ok(Self { created_at, id: TransferId(Uuid::try_parse(id).map_err(|_| bad())?) })
    }
}

impl Store {
    /// Returns the transfer with this id.
    ///
    /// # Errors
    /// `Corrupt` when the row cannot be read.
    pub async fn find_transfer(&self, id: TransferId) -> Result<Option<BookedTransfer>, StoreError> {
        find(self.reader(), id).await
    }

    /// Returns the transfers about a call, oldest first: its charge, and what was refunded or corrected since.
    ///
    /// # Errors
    /// `Corrupt` when a row cannot be read.
    pub async fn transfers_of_call(&self, call: CallId) -> Result<Vec<BookedTransfer>, StoreError> {
        of_call(self.reader(), call).await
    }

    /// Returns at most `limit` transfers of an account, newest first: those before the account's `before_seq`th.
    ///
    /// # Errors
    /// `Corrupt` when a row cannot be read.
    pub async fn list_transfers(
        &self,
        account: AccountId,
        before_seq: Option<i64>,
        limit: u64,
    ) -> Result<Vec<BookedTransfer>, StoreError> {
        let limit = limit.clamp(1, MAX_PAGE_SIZE);
        let mut rows = Vec::new();
        for (side, seq) in SIDES {
            let found = transfer::Entity::find()
                .filter(side.eq(account.0))
                .filter(seq.lt(before_seq.unwrap_or(i64::MAX)))
                .order_by_desc(seq)
                .limit(limit)
                .all(self.reader())
                .await;
            rows.extend(found.map_err(db(What::Transfer))?);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(seq_in(row, account)));
        rows.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX)).map(to_booked).collect()
    }

    /// Returns at most `limit` transfers of an account in the order of its chain: those after the account's
    /// `after_seq`th.
    ///
    /// # Errors
    /// `Corrupt` when a row cannot be read.
    pub async fn follow_transfers(
        &self,
        account: AccountId,
        after_seq: i64,
        limit: u64,
    ) -> Result<Vec<BookedTransfer>, StoreError> {
        let limit = limit.clamp(1, MAX_PAGE_SIZE);
        let mut rows = Vec::new();
        for (side, seq) in SIDES {
            let found = transfer::Entity::find()
                .filter(side.eq(account.0))
                .filter(seq.gt(after_seq))
                .order_by_asc(seq)
                .limit(limit)
                .all(self.reader())
                .await;
            rows.extend(found.map_err(db(What::Transfer))?);
        }
        rows.sort_by_key(|row| seq_in(row, account));
        rows.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX)).map(to_booked).collect()
    }

    /// Returns at most `limit` transfers after `cursor`, oldest first, of all accounts.
    ///
    /// # Errors
    /// `Corrupt` when a row cannot be read.
    pub async fn export_transfers(
        &self,
        range: TransferRange,
        cursor: Option<TransferCursor>,
        limit: u64,
    ) -> Result<Vec<BookedTransfer>, StoreError> {
        let wanted = Condition::all()
            .add_option(range.since.map(|since| Column::CreatedAt.gte(since.0)))
            .add_option(range.until.map(|until| Column::CreatedAt.lt(until.0)))
            .add_option(cursor.map(beyond));
        let rows = transfer::Entity::find()
            .filter(wanted)
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .limit(limit.clamp(1, MAX_PAGE_SIZE))
            .all(self.reader())
            .await
            .map_err(db(What::Transfer))?;
        rows.into_iter().map(to_booked).collect()
    }
}

/// Returns the place of a transfer in the chain of one of its accounts.
pub(super) fn seq_in(row: &transfer::Model, account: AccountId) -> i64 {
    if row.debit_account == account.0 { row.debit_seq } else { row.credit_seq }
}

pub(super) async fn find<C: ConnectionTrait>(
    connection: &C,
    id: TransferId,
) -> Result<Option<BookedTransfer>, StoreError> {
    let row = transfer::Entity::find_by_id(id_bytes(id.0)).one(connection).await.map_err(db(What::Transfer))?;
    row.map(to_booked).transpose()
}

pub(super) async fn of_call<C: ConnectionTrait>(
    connection: &C,
    call: CallId,
) -> Result<Vec<BookedTransfer>, StoreError> {
    let charge = find(connection, TransferId::of_charge(call)).await?;
    let rows = transfer::Entity::find()
        .filter(Column::CallId.eq(id_bytes(call.0)))
        .filter(Expr::cust(NO_CHARGE))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(connection)
        .await
        .map_err(db(What::Transfer))?;
    let charge = charge.filter(|charge| charge.transfer.kind == TransferKind::Charge);
    charge.map(Ok).into_iter().chain(rows.into_iter().map(to_booked)).collect()
}

/// The first part alone is what an index can seek to.
fn beyond(cursor: TransferCursor) -> Condition {
    let later = Column::CreatedAt.gt(cursor.created_at.0);
    Condition::all()
        .add(Column::CreatedAt.gte(cursor.created_at.0))
        .add(Condition::any().add(later).add(Column::Id.gt(id_bytes(cursor.id.0))))
}
