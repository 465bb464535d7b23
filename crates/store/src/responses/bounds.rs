//! How much is kept: of one owner and of all. What is oldest goes first.

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::id::UserId;

use super::delete;
use crate::batch;
use crate::entities::response;
use crate::sql::Sql;
use crate::store::{commit, db};
use crate::{Store, StoreError, What};

impl Store {
    /// Forgets the oldest responses of `owner` until the others take at most `max_bytes`. Returns how many it forgot.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn trim_responses_of(&self, owner: UserId, max_bytes: u64) -> Result<u64, StoreError> {
        self.trim(Some(owner), max_bytes).await
    }

    /// Forgets the oldest responses of all until the others take at most `max_bytes`. Returns how many it forgot.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn trim_responses(&self, max_bytes: u64) -> Result<u64, StoreError> {
        self.trim(None, max_bytes).await
    }

    async fn trim(&self, owner: Option<UserId>, max_bytes: u64) -> Result<u64, StoreError> {
        let max_bytes = i64::try_from(max_bytes).unwrap_or(i64::MAX);
        let mut forgotten = 0;
        loop {
            // Most of the time there is nothing to do, and nobody has to wait to learn that.
            if sum(self.reader(), owner).await? <= max_bytes {
                return Ok(forgotten);
            }
            let tx = self.begin_write().await?;
            let step = trim_step(&tx, owner, max_bytes).await?;
            commit(tx).await?;
            forgotten += step;
            if step == 0 {
                return Ok(forgotten);
            }
        }
    }
}

async fn trim_step(tx: &DatabaseTransaction, owner: Option<UserId>, max_bytes: i64) -> Result<u64, StoreError> {
    let mut excess = sum(tx, owner).await?.saturating_sub(max_bytes);
    let oldest: Vec<(String, i64, i64)> = of(owner)
        .select_only()
        .columns([response::Column::IdHash, response::Column::CreatedAt, response::Column::Bytes])
        .order_by_asc(response::Column::CreatedAt)
        .limit(batch::PURGE_STEP)
        .into_tuple()
        .all(tx)
        .await
        .map_err(db(What::Response))?;
    let (mut hashes, mut made_until) = (Vec::new(), i64::MIN);
    for (hash, created_at, bytes) in oldest {
        if excess <= 0 {
            break;
        }
        excess = excess.saturating_sub(bytes);
        made_until = made_until.max(created_at);
        hashes.push(hash);
    }
    if hashes.is_empty() { Ok(0) } else { delete(tx, owner, &hashes, made_until).await }
}

fn of(owner: Option<UserId>) -> sea_orm::Select<response::Entity> {
    let all = response::Entity::find();
    match owner {
        Some(owner) => all.filter(response::Column::UserId.eq(owner.0)),
        None => all,
    }
}

async fn sum<C: sea_orm::ConnectionTrait>(connection: &C, owner: Option<UserId>) -> Result<i64, StoreError> {
    let mut sql = Sql::new(connection);
    sql.push(&format!("SELECT {} FROM responses", sql.whole_sum("bytes")));
    if let Some(owner) = owner {
        sql.push(" WHERE user_id = ");
        sql.bind(owner.0);
    }
    let rows = sql.query(connection, What::Response).await?;
    let sum = rows.first().map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose().map_err(db(What::Response))?;
    Ok(sum.flatten().unwrap_or(0))
}
