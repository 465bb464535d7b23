//! Where objects live that callers come back to.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, index, long_text, number, text};

pub(super) const STEP: NewTables = NewTables { name: "m0010_upstream_objects", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("upstream_objects")
            .col(text("id_hash", 64))
            .col(number("user_id"))
            .col(long_text(backend, "object_id"))
            .col(number("provider_id"))
            .col(number("credential_id"))
            .col(text("model", 255))
            .col(number("created_at"))
            .primary_key(Index::create().col("id_hash").col("user_id"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![index("upstream_objects_age", "upstream_objects", &["created_at"])]
}
