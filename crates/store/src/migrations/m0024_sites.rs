//! What is known of providers' sites: how they answer and what they publish. Runs beside the configuration: it changes all
//! the time and nothing is compiled from it.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, belongs_to, long_text, long_text_or_null, number};

pub(super) const STEP: NewTables = NewTables { name: "m0024_sites", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("provider_sites")
            .col(number("provider_id"))
            .col(long_text(backend, "state"))
            .col(long_text_or_null(backend, "offer"))
            .primary_key(Index::create().col("provider_id"))
            .foreign_key(&mut belongs_to("provider_sites", "provider_id", "providers"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    Vec::new()
}
