//! The versions that calls were charged at, under the id that their content makes. They are never changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::{ActiveValue::Set, EntityTrait};
use sluice_domain::clock::Timestamp;
use sluice_domain::price::{PriceEntry, PriceVersion, VersionId};

use crate::batch::Batch;
use crate::entities::price_version;
use crate::json::{from_text, to_text};
use crate::store::{corrupt, db};
use crate::{Store, StoreError, What};

impl Store {
    /// Keeps versions so that what is charged at them can be computed again whatever becomes of the prices. Those that
    /// are kept already stay as they are, also when several nodes keep them at once.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; then none is kept.
    pub async fn keep_price_versions(&self, versions: &[Arc<PriceVersion>], now: Timestamp) -> Result<(), StoreError> {
        // In the order of ids, so that two nodes that keep the same versions never wait for each other in a circle.
        let by_id: BTreeMap<VersionId, &PriceVersion> =
            versions.iter().map(|version| (version.id, version.as_ref())).collect();
        let rows = by_id.into_values().map(|version| new_row(version, now)).collect::<Result<_, _>>()?;
        let batch = Batch::<price_version::ActiveModel>::new(rows, What::PriceVersion);
        self.insert_new(batch).await.map(drop)
    }

    /// Returns the version with this id, if something was charged at it.
    ///
    /// # Errors
    /// `Corrupt` when the version is not what its id was made from.
    pub async fn find_price_version(&self, id: VersionId) -> Result<Option<PriceVersion>, StoreError> {
        let row = price_version::Entity::find_by_id(id.0.to_vec()).one(self.reader()).await;
        let Some(row) = row.map_err(db(What::PriceVersion))? else { return Ok(None) };
        let version = PriceVersion::from(from_text::<PriceEntry>(What::PriceVersion, id, &row.entry)?);
        if version.id == id {
            Ok(Some(version))
        } else {
            Err(corrupt(What::PriceVersion, id, "it was altered: its content makes another id"))
        }
    }
}

fn new_row(version: &PriceVersion, now: Timestamp) -> Result<price_version::ActiveModel, StoreError> {
    Ok(price_version::ActiveModel {
        id: Set(version.id.0.to_vec()),
        entry: Set(to_text("entry", &version.entry)?),
        created_at: Set(now.0),
    })
}
