//! Records of calls anew: what no query asks for is one text, because each value and each index of a row costs the writer
//! time. The old table was in no release, and goes.
//!
//! An id begins with the time, so that the primary key is the order of the log and the end of every index. An index in
//! which nearly all rows have the greatest value grows at its end and costs next to nothing: that is why the common
//! outcome is the greatest.

use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};
use sea_orm::{DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{NewTables, index, long_text, long_text_or_null, number, number_or_null, small_number, switch, text};

pub(super) struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        CALLS.name()
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("calls").if_exists().take()).await?;
        CALLS.up(manager).await
    }
}

const CALLS: NewTables = NewTables { name: "m0018_narrow_calls", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("calls")
            .col(ColumnDef::new("id").binary_len(16).not_null())
            .col(number("created_at"))
            .col(number("key_id"))
            .col(number("user_id"))
            .col(text("model_asked", 255))
            .col(number_or_null("provider_id"))
            .col(small_number("outcome"))
            .col(switch("succeeded"))
            .col(text("error", 255))
            .col(number("input_tokens"))
            .col(number("output_tokens"))
            .col(number_or_null("cost_micros"))
            .col(number_or_null("charged_micros"))
            .col(long_text(backend, "details"))
            .col(long_text_or_null(backend, "receipt"))
            .primary_key(Index::create().col("id"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("calls_user", "calls", &["user_id", "id"]),
        index("calls_key", "calls", &["key_id", "id"]),
        index("calls_provider", "calls", &["provider_id", "id"]),
        index("calls_model", "calls", &["model_asked", "id"]),
        index("calls_outcome", "calls", &["outcome", "id"]),
        index("calls_succeeded", "calls", &["succeeded", "id"]),
    ]
}
