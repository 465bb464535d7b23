//! Which key of its site a credential is. One that the operator entered by hand is none.

use sea_orm::sea_query::ColumnDef;
use sea_orm::{DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{NewColumns, long_text_or_null, number_or_null, unique};

pub(super) const COLUMNS: NewColumns =
    NewColumns { name: "m0025_site_keys", table: "credentials", columns: site_columns };
pub(super) const INDEX: NewIndex = NewIndex;

fn site_columns(backend: DbBackend) -> Vec<ColumnDef> {
    vec![number_or_null("upstream_id"), long_text_or_null(backend, "upstream")]
}

/// Makes the index that keeps a key of a site from becoming two credentials.
pub(super) struct NewIndex;

impl MigrationName for NewIndex {
    fn name(&self) -> &str {
        "m0025_site_keys_unique"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for NewIndex {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        const NAME: &str = "credentials_upstream";
        // Where a server commits each change by itself, a start that was interrupted may have left it.
        if manager.has_index("credentials", NAME).await? {
            return Ok(());
        }
        manager.create_index(unique(NAME, "credentials", &["provider_id", "upstream_id"])).await
    }
}
