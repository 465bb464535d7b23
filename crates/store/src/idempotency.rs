//! Idempotency keys: the first request with a key is done, every other one with the same input gets its outcome.

mod calls;

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use sha2::{Digest, Sha256};
use sluice_domain::clock::Timestamp;

use crate::batch;
use crate::entities::idempotency;
use crate::store::db;
use crate::text::checked_name;
use crate::{Store, StoreError, What};
pub use calls::{CallClaim, ClaimEnd, EndedClaim, KeptAnswer};

const SCOPE_CHARS: usize = 64;

/// What makes a request the same as another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Whose key it is and for what, such as `user:5/top_up`: the same text in another scope is another key.
    pub scope: String,
    /// What the caller sent; any length.
    pub key: String,
    /// SHA-256 of the request's input.
    pub input: [u8; 32],
}

/// Whether a request is the first with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is, and has to be done.
    First,
    /// It was done before, or is being done.
    Again {
        /// What was last stored as its outcome.
        outcome: String,
    },
}

impl Store {
    /// Takes a key for a request that is about to be done. `outcome` is what others with the same key get to see
    /// until [`Store::set_outcome`] says more.
    ///
    /// # Errors
    /// `Conflict` when the key was used with other input, `Invalid` when the scope is too long.
    pub async fn claim(&self, key: &IdempotencyKey, outcome: &str, now: Timestamp) -> Result<Claim, StoreError> {
        match insert(self.writer(), key, outcome, now).await {
            Ok(()) => Ok(Claim::First),
            Err(StoreError::Conflict { .. }) => outcome_of(self, key).await.map(|outcome| Claim::Again { outcome }),
            Err(error) => Err(error),
        }
    }

    /// Stores what came of a request whose key was claimed.
    ///
    /// # Errors
    /// `NotFound` when the key was not claimed, or purged since.
    pub async fn set_outcome(&self, key: &IdempotencyKey, outcome: &str) -> Result<(), StoreError> {
        let updated = idempotency::Entity::update_many()
            .col_expr(idempotency::Column::Outcome, Expr::value(outcome))
            .filter(idempotency::Column::Scope.eq(key.scope.trim()))
            .filter(idempotency::Column::KeyHash.eq(hash_of(&key.key)))
            .exec(self.writer())
            .await
            .map_err(db(What::IdempotencyKey))?;
        if updated.rows_affected == 1 { Ok(()) } else { Err(StoreError::NotFound { what: What::IdempotencyKey }) }
    }

    /// Gives a key back whose request was turned away before anything was done, so that it may be tried again.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn give_back(&self, key: &IdempotencyKey) -> Result<(), StoreError> {
        let claimed = idempotency::Entity::delete_by_id((key.scope.trim().to_owned(), hash_of(&key.key)));
        claimed.exec(self.writer()).await.map(drop).map_err(db(What::IdempotencyKey))
    }

    /// Forgets about `max_rows` keys claimed before `before`, oldest first, and returns how many; fewer than asked
    /// means done.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn purge_idempotency_before(&self, before: Timestamp, max_rows: u64) -> Result<u64, StoreError> {
        let mut purged = 0;
        while purged < max_rows {
            let step = (max_rows - purged).min(batch::PURGE_STEP);
            let found = self.purge_idempotency_step(before, step).await?;
            purged += found;
            if found < step {
                break;
            }
        }
        Ok(purged)
    }

    async fn purge_idempotency_step(&self, before: Timestamp, rows: u64) -> Result<u64, StoreError> {
        let hashes: Vec<String> = idempotency::Entity::find()
            .select_only()
            .column(idempotency::Column::KeyHash)
            .filter(idempotency::Column::CreatedAt.lt(before.0))
            .order_by_asc(idempotency::Column::CreatedAt)
            .limit(rows)
            .into_tuple()
            .all(self.writer())
            .await
            .map_err(db(What::IdempotencyKey))?;
        if hashes.is_empty() {
            return Ok(0);
        }
        // Two scopes may share a key: the age keeps the younger row.
        let old = idempotency::Entity::delete_many()
            .filter(idempotency::Column::KeyHash.is_in(hashes))
            .filter(idempotency::Column::CreatedAt.lt(before.0));
        old.exec(self.writer()).await.map(|deleted| deleted.rows_affected).map_err(db(What::IdempotencyKey))
    }
}

/// Inserts the key's row. `Conflict` means that it was used before, in whatever way.
pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    key: &IdempotencyKey,
    outcome: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = idempotency::ActiveModel {
        scope: Set(checked_name("scope", &key.scope, SCOPE_CHARS)?),
        key_hash: Set(hash_of(&key.key)),
        input_hash: Set(hex::encode(key.input)),
        outcome: Set(outcome.to_owned()),
        created_at: Set(now.0),
    };
    let inserted = idempotency::Entity::insert(row).exec_without_returning(connection).await;
    inserted.map(drop).map_err(db(What::IdempotencyKey))
}

/// Returns the outcome of the request that used the key before.
pub(crate) async fn outcome_of(store: &Store, key: &IdempotencyKey) -> Result<String, StoreError> {
    let id = (key.scope.trim().to_owned(), hash_of(&key.key));
    let row = idempotency::Entity::find_by_id(id).one(store.writer()).await.map_err(db(What::IdempotencyKey))?;
    match row {
        Some(row) if row.input_hash == hex::encode(key.input) => Ok(row.outcome),
        Some(_) => Err(StoreError::Conflict { what: What::IdempotencyKey }),
        None => Err(StoreError::Unavailable { reason: "the idempotency key was given back just now".to_owned() }),
    }
}

fn hash_of(key: &str) -> String {
    hex::encode(Sha256::digest(key))
}
