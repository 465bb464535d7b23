//! Groups of users, who is in which, and how keys are paid for. Whoever was there before keeps paying as before.

use sea_orm::DbBackend;
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewColumns, NewTables, long_text, number, switch, text};

pub(super) const GROUPS: NewTables = NewTables { name: "m0015_groups", tables, indexes };
pub(super) const USERS: NewColumns = NewColumns { name: "m0015_user_groups", table: "users", columns: user_columns };
pub(super) const KEYS: NewColumns = NewColumns { name: "m0015_key_billing", table: "keys", columns: key_columns };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("groups")
            .col(text("name", 64))
            .col(number("multiplier"))
            .col(long_text(backend, "remark"))
            .col(number("created_at"))
            .primary_key(Index::create().col("name"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![]
}

fn user_columns(_backend: DbBackend) -> Vec<ColumnDef> {
    vec![text("group_name", 64).default("default").take()]
}

fn key_columns(_backend: DbBackend) -> Vec<ColumnDef> {
    vec![
        text("funding", 16).default("owner").take(),
        number("multiplier").default(1_000_000_i64).take(),
        switch("shows_cost").default(false).take(),
    ]
}
