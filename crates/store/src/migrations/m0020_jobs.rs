//! Jobs that one node at a time does for all.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, long_text_or_null, number, number_or_null, text};

pub(super) const STEP: NewTables = NewTables { name: "m0020_jobs", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let jobs = Table::create()
        .table("jobs")
        .col(text("name", 64))
        .col(number("node"))
        .col(number("until"))
        .col(number_or_null("last_run"))
        .col(long_text_or_null(backend, "last_result"))
        .primary_key(Index::create().col("name"))
        .take();
    vec![jobs]
}

fn indexes() -> Vec<IndexCreateStatement> {
    Vec::new()
}
