//! The secret that a key had before, for as long as it still works.

use sea_orm::sea_query::{ColumnDef, IndexCreateStatement};
use sea_orm::{DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{NewColumns, index, number_or_null, text_or_null};

pub(super) struct Step;

const INDEX: &str = "keys_previous";
const COLUMNS: NewColumns = NewColumns { name: "m0031_key_rotation", table: "keys", columns };

impl MigrationName for Step {
    fn name(&self) -> &str {
        COLUMNS.name()
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        COLUMNS.up(manager).await?;
        // As with columns: a start that was interrupted may have left it.
        if manager.has_index("keys", INDEX).await? { Ok(()) } else { manager.create_index(previous()).await }
    }
}

fn columns(_: DbBackend) -> Vec<ColumnDef> {
    vec![text_or_null("previous_hash", 64), number_or_null("previous_until")]
}

fn previous() -> IndexCreateStatement {
    index(INDEX, "keys", &["previous_hash"])
}
