//! Responses that are kept for their owners: sealed, bounded, and forgotten when their time is over.

mod bounds;
mod sealing;

use std::sync::Arc;

use sea_orm::sea_query::Condition;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Value,
};
use sha2::{Digest, Sha256};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::UserId;
use sluice_domain::response::StoredResponse;

use crate::batch::{self, Row};
use crate::entities::{response, response_item};
use crate::store::{commit, corrupt, db};
use crate::{Store, StoreError, What};
use sealing::{opened, sealed};

impl Store {
    /// Keeps responses; one that its owner has already is replaced. Those that are too large for the database are left
    /// out, and their ids are returned.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; then none is kept.
    pub async fn keep_responses(&self, responses: &[Arc<StoredResponse>]) -> Result<Vec<String>, StoreError> {
        if responses.is_empty() {
            return Ok(Vec::new());
        }
        let (vault, plain) = (self.shared_vault(), responses.to_vec());
        // Compressing a long conversation takes more time than the threads of the database have.
        let sealing = move || plain.iter().map(|response| sealed(&vault, response)).collect::<Vec<_>>();
        let texts = tokio::task::spawn_blocking(sealing)
            .await
            .map_err(|error| StoreError::Unavailable { reason: error.to_string() })?;
        let mut left_out = Vec::new();
        let tx = self.begin_write().await?;
        for (response, text) in responses.iter().zip(texts) {
            match text {
                Some(text) => write(&tx, response, text).await?,
                None => left_out.push(response.id.clone()),
            }
        }
        commit(tx).await?;
        Ok(left_out)
    }

    /// Returns a response that `owner` keeps, unless its time is over.
    ///
    /// # Errors
    /// `Corrupt` when it was sealed under another master key.
    pub async fn find_response(
        &self,
        id: &str,
        owner: UserId,
        now: Timestamp,
    ) -> Result<Option<StoredResponse>, StoreError> {
        let found = response::Entity::find_by_id((hash_id(id), owner.0))
            .filter(response::Column::ExpiresAt.gt(now.0))
            .one(self.reader())
            .await
            .map_err(db(What::Response))?;
        found.map(|row| opened(self.vault(), &row)).transpose()
    }

    /// Returns the responses of `owner` whose outputs have any of these items, each once.
    ///
    /// # Errors
    /// `Corrupt` when one was sealed under another master key.
    pub async fn find_responses_of_items(
        &self,
        item_ids: &[String],
        owner: UserId,
        now: Timestamp,
    ) -> Result<Vec<StoredResponse>, StoreError> {
        let hashes: Vec<String> = response_item::Entity::find()
            .select_only()
            .column(response_item::Column::ResponseHash)
            .filter(response_item::Column::UserId.eq(owner.0))
            .filter(response_item::Column::IdHash.is_in(item_ids.iter().map(|id| hash_id(id))))
            .distinct()
            .into_tuple()
            .all(self.reader())
            .await
            .map_err(db(What::Response))?;
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let rows = response::Entity::find()
            .filter(response::Column::UserId.eq(owner.0))
            .filter(response::Column::IdHash.is_in(hashes))
            .filter(response::Column::ExpiresAt.gt(now.0))
            .all(self.reader())
            .await
            .map_err(db(What::Response))?;
        rows.iter().map(|row| opened(self.vault(), row)).collect()
    }

    /// Forgets a response of `owner`. Returns whether there was one.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn forget_response(&self, id: &str, owner: UserId) -> Result<bool, StoreError> {
        let hash = hash_id(id);
        let tx = self.begin_write().await?;
        let items = response_item::Entity::delete_many()
            .filter(response_item::Column::ResponseHash.eq(&hash))
            .filter(response_item::Column::UserId.eq(owner.0));
        items.exec(&tx).await.map_err(db(What::Response))?;
        let kept = response::Entity::delete_by_id((hash, owner.0)).exec(&tx).await.map_err(db(What::Response))?;
        commit(tx).await?;
        Ok(kept.rows_affected > 0)
    }

    /// Forgets about `max_rows` responses whose time is over at `now`, oldest first, and returns how many; fewer than asked
    /// means done.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn purge_responses(&self, now: Timestamp, max_rows: u64) -> Result<u64, StoreError> {
        let mut purged = 0;
        while purged < max_rows {
            let step = (max_rows - purged).min(batch::PURGE_STEP);
            let found = self.purge_responses_step(now, step).await?;
            purged += found;
            if found < step {
                break;
            }
        }
        Ok(purged)
    }

    async fn purge_responses_step(&self, now: Timestamp, rows: u64) -> Result<u64, StoreError> {
        let hashes: Vec<String> = response::Entity::find()
            .select_only()
            .column(response::Column::IdHash)
            .filter(response::Column::ExpiresAt.lte(now.0))
            .order_by_asc(response::Column::ExpiresAt)
            .limit(rows)
            .into_tuple()
            .all(self.writer())
            .await
            .map_err(db(What::Response))?;
        // What a request may name ends with the response that it stands in.
        let items = response_item::Entity::delete_many().filter(response_item::Column::ExpiresAt.lte(now.0));
        items.exec(self.writer()).await.map_err(db(What::Response))?;
        if hashes.is_empty() {
            return Ok(0);
        }
        // Two owners may share an id: the age keeps the younger row.
        let old = response::Entity::delete_many()
            .filter(response::Column::IdHash.is_in(hashes))
            .filter(response::Column::ExpiresAt.lte(now.0));
        old.exec(self.writer()).await.map(|deleted| deleted.rows_affected).map_err(db(What::Response))
    }
}

async fn write(tx: &DatabaseTransaction, response: &StoredResponse, sealed: String) -> Result<(), StoreError> {
    let hash = hash_id(&response.id);
    let old = response::Entity::delete_by_id((hash.clone(), response.user_id.0));
    old.exec(tx).await.map_err(db(What::Response))?;
    let row = response::ActiveModel {
        id_hash: Set(hash.clone()),
        user_id: Set(response.user_id.0),
        key_id: Set(response.key_id.0),
        created_at: Set(response.created_at.0),
        expires_at: Set(response.expires_at.0),
        bytes: Set(i64::try_from(sealed.len()).unwrap_or(i64::MAX)),
        sealed: Set(sealed),
    };
    response::Entity::insert(row).exec_without_returning(tx).await.map_err(db(What::Response))?;
    write_items(tx, response, &hash).await
}

async fn write_items(tx: &DatabaseTransaction, response: &StoredResponse, hash: &str) -> Result<(), StoreError> {
    let mut hashes: Vec<String> = response.item_ids.iter().map(|id| hash_id(id)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    if hashes.is_empty() {
        return Ok(());
    }
    let known = Condition::all()
        .add(response_item::Column::UserId.eq(response.user_id.0))
        .add(response_item::Column::IdHash.is_in(hashes.iter().cloned()));
    response_item::Entity::delete_many().filter(known).exec(tx).await.map_err(db(What::Response))?;
    let row = |id_hash| ItemRow {
        id_hash,
        user_id: response.user_id,
        response_hash: hash.to_owned(),
        expires_at: response.expires_at,
    };
    let rows: Vec<ItemRow> = hashes.into_iter().map(row).collect();
    batch::insert_all(tx, &rows).await
}

/// Where an item stands.
struct ItemRow {
    id_hash: String,
    user_id: UserId,
    response_hash: String,
    expires_at: Timestamp,
}

impl Row for ItemRow {
    const TABLE: &'static str = "response_items";
    const COLUMNS: &'static [&'static str] = &["id_hash", "user_id", "response_hash", "expires_at"];
    const WHAT: What = What::Response;

    fn push_values(&self, values: &mut Vec<Value>) -> Result<(), StoreError> {
        values.push(self.id_hash.clone().into());
        values.push(self.user_id.0.into());
        values.push(self.response_hash.clone().into());
        values.push(self.expires_at.0.into());
        Ok(())
    }
}

fn hash_id(id: &str) -> String {
    hex::encode(Sha256::digest(id))
}

/// Deletes responses, of one owner or of all, and what of them requests may name.
async fn delete<C: ConnectionTrait>(
    tx: &C,
    owner: Option<UserId>,
    hashes: &[String],
    made_until: i64,
) -> Result<u64, StoreError> {
    // Two owners may share an id: the age keeps the younger row. That an item is not found by its name any more is no harm.
    let named = Condition::all()
        .add(response_item::Column::ResponseHash.is_in(hashes.iter().cloned()))
        .add_option(owner.map(|owner| response_item::Column::UserId.eq(owner.0)));
    response_item::Entity::delete_many().filter(named).exec(tx).await.map_err(db(What::Response))?;
    let old = Condition::all()
        .add(response::Column::IdHash.is_in(hashes.iter().cloned()))
        .add(response::Column::CreatedAt.lte(made_until))
        .add_option(owner.map(|owner| response::Column::UserId.eq(owner.0)));
    let deleted = response::Entity::delete_many().filter(old).exec(tx).await;
    deleted.map(|deleted| deleted.rows_affected).map_err(db(What::Response))
}

fn broken(row: &response::Model) -> StoreError {
    let problem = "it was sealed under another master key; start with the one that was in use when it was kept";
    corrupt(What::Response, &row.id_hash, problem)
}
