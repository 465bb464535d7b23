//! Facts about the installation.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, long_text, number, text};

pub(super) const STEP: NewTables = NewTables { name: "m0001_meta", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("meta")
            .col(text("name", 64))
            .col(number("number"))
            .col(long_text(backend, "text"))
            .primary_key(Index::create().col("name"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![]
}
