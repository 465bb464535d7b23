//! What was answered to idempotency keys.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, index, long_text, number, text};

pub(super) const STEP: NewTables = NewTables { name: "m0014_idempotency", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("idempotency")
            .col(text("scope", 64))
            .col(text("key_hash", 64))
            .col(text("input_hash", 64))
            .col(long_text(backend, "outcome"))
            .col(number("created_at"))
            .primary_key(Index::create().col("scope").col("key_hash"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![index("idempotency_age", "idempotency", &["created_at"])]
}
