//! Settings.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, long_text, text};

pub(super) const STEP: NewTables = NewTables { name: "m0008_options", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("options")
            .col(text("name", 128))
            .col(long_text(backend, "value"))
            .primary_key(Index::create().col("name"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![]
}
