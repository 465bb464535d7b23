//! Which process runs as which node.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, number, text};

pub(super) const STEP: NewTables = NewTables { name: "m0022_node_runs", tables, indexes };

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    let runs = Table::create()
        .table("node_runs")
        .col(number("node"))
        .col(text("run", 64))
        .col(text("place", 191))
        .col(number("beat"))
        .col(number("seen_at"))
        .primary_key(Index::create().col("node"))
        .take();
    vec![runs]
}

fn indexes() -> Vec<IndexCreateStatement> {
    Vec::new()
}
