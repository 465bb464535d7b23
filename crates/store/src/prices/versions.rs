//! The versions that calls were charged at, under the id that their content makes. They are never changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::{EntityTrait, Value};
use sluice_domain::clock::Timestamp;
use sluice_domain::price::{PriceEntry, PriceVersion, VersionId};

use crate::batch::Row;
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
        let rows: Vec<NewVersion<'_>> = by_id.into_values().map(|version| NewVersion { version, now }).collect();
        self.insert_new(&rows).await.map(drop)
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

/// A version to keep.
struct NewVersion<'a> {
    version: &'a PriceVersion,
    now: Timestamp,
}

impl Row for NewVersion<'_> {
    const TABLE: &'static str = "price_versions";
    const COLUMNS: &'static [&'static str] = &["id", "entry", "created_at"];
    const WHAT: What = What::PriceVersion;

    fn push_values(&self, values: &mut Vec<Value>) -> Result<(), StoreError> {
        values.push(self.version.id.0.to_vec().into());
        values.push(to_text("entry", &self.version.entry)?.into());
        values.push(self.now.0.into());
        Ok(())
    }
}
