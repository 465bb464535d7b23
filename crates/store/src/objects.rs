//! Where objects live that callers come back to, such as stored responses and video tasks.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use sha2::{Digest, Sha256};
use sluice_domain::call::UpstreamObject;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CredentialId, ProviderId, UserId};

use crate::batch::{self, Row};
use crate::entities::upstream_object;
use crate::store::db;
use crate::text::{LONG_CHARS, MODEL_CHARS, fitted};
use crate::{Store, StoreError, What};

impl Store {
    /// Remembers where objects live; one that is known already stays as it is. Returns how many are new.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; then none is remembered.
    pub async fn remember_objects(&self, objects: &[UpstreamObject]) -> Result<usize, StoreError> {
        self.insert_new(objects).await
    }

    /// Returns where the object lives, if `owner` made it.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_object(&self, object_id: &str, owner: UserId) -> Result<Option<UpstreamObject>, StoreError> {
        let row = upstream_object::Entity::find_by_id((hash_id(object_id), owner.0)).one(self.reader()).await;
        Ok(row.map_err(db(What::UpstreamObject))?.map(to_object))
    }

    /// Forgets an object of `owner`; one that is gone already is fine.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn forget_object(&self, object_id: &str, owner: UserId) -> Result<(), StoreError> {
        let known = upstream_object::Entity::delete_by_id((hash_id(object_id), owner.0));
        known.exec(self.writer()).await.map(drop).map_err(db(What::UpstreamObject))
    }

    /// Forgets about `max_rows` objects made before `before`, oldest first, and returns how many; fewer than asked
    /// means done.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn purge_objects_before(&self, before: Timestamp, max_rows: u64) -> Result<u64, StoreError> {
        let mut purged = 0;
        while purged < max_rows {
            let step = (max_rows - purged).min(batch::PURGE_STEP);
            let found = self.purge_objects_step(before, step).await?;
            purged += found;
            if found < step {
                break;
            }
        }
        Ok(purged)
    }

    async fn purge_objects_step(&self, before: Timestamp, rows: u64) -> Result<u64, StoreError> {
        let hashes: Vec<String> = upstream_object::Entity::find()
            .select_only()
            .column(upstream_object::Column::IdHash)
            .filter(upstream_object::Column::CreatedAt.lt(before.0))
            .order_by_asc(upstream_object::Column::CreatedAt)
            .limit(rows)
            .into_tuple()
            .all(self.writer())
            .await
            .map_err(db(What::UpstreamObject))?;
        if hashes.is_empty() {
            return Ok(0);
        }
        // Two owners may share an id: the age keeps the younger row.
        let old = upstream_object::Entity::delete_many()
            .filter(upstream_object::Column::IdHash.is_in(hashes))
            .filter(upstream_object::Column::CreatedAt.lt(before.0));
        old.exec(self.writer()).await.map(|deleted| deleted.rows_affected).map_err(db(What::UpstreamObject))
    }
}

fn hash_id(object_id: &str) -> String {
    hex::encode(Sha256::digest(object_id))
}

impl Row for UpstreamObject {
    const TABLE: &'static str = "upstream_objects";
    const COLUMNS: &'static [&'static str] =
        &["id_hash", "user_id", "object_id", "provider_id", "credential_id", "model", "created_at"];
    const WHAT: What = What::UpstreamObject;

    fn push_values(&self, values: &mut Vec<Value>) -> Result<(), StoreError> {
        values.push(hash_id(&self.object_id).into());
        values.push(self.user_id.0.into());
        values.push(fitted(&self.object_id, LONG_CHARS).into());
        values.push(self.provider_id.0.into());
        values.push(self.credential_id.0.into());
        values.push(fitted(&self.model, MODEL_CHARS).into());
        values.push(self.created_at.0.into());
        Ok(())
    }
}

fn to_object(row: upstream_object::Model) -> UpstreamObject {
    UpstreamObject {
        object_id: row.object_id,
        user_id: UserId(row.user_id),
        provider_id: ProviderId(row.provider_id),
        credential_id: CredentialId(row.credential_id),
        model: row.model,
        created_at: Timestamp(row.created_at),
    }
}
