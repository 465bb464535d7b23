//! How many calls a credential may answer in all, and how many it has answered. Each node counts in a row of its own.

use sea_orm::DbBackend;
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewColumns, NewTables, index, number, number_or_null, uuid};

pub(super) const COLUMN: NewColumns = NewColumns { name: "m0037_call_quotas_column", table: "credentials", columns };
pub(super) const TABLE: NewTables = NewTables { name: "m0037_call_quotas_table", tables, indexes };

fn columns(_: DbBackend) -> Vec<ColumnDef> {
    vec![number_or_null("call_quota")]
}

fn tables(_: DbBackend) -> Vec<TableCreateStatement> {
    let calls = Table::create()
        .table("credential_calls")
        .col(uuid("id"))
        .col(number("node_id"))
        .col(number("credential_id"))
        .col(number("calls"))
        .primary_key(Index::create().col("id"))
        .take();
    vec![calls]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![index("credential_calls_credential", "credential_calls", &["credential_id"])]
}
