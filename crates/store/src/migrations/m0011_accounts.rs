//! Accounts of the ledger, what is borrowed from them, and budgets.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Expr, ExprTrait, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, auto_id, index, number, sha256, text, unique, uuid};

pub(super) const STEP: NewTables = NewTables { name: "m0011_accounts", tables, indexes };

fn tables(_backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("accounts")
            .col(auto_id())
            .col(text("kind", 16))
            .col(number("owner_id"))
            .col(number("period_start"))
            .col(number("posted_micros"))
            .col(number("leased_micros"))
            .col(number("limit_micros"))
            .col(number("head_seq"))
            .col(sha256("head_hash"))
            .col(number("created_at"))
            .check(Expr::col("leased_micros").gte(0))
            .take(),
        Table::create()
            .table("leases")
            .col(uuid("id"))
            .col(number("account_id"))
            .col(number("node_id"))
            .col(number("remaining_micros"))
            .col(number("expires_at"))
            .primary_key(Index::create().col("id"))
            .check(Expr::col("remaining_micros").gte(0))
            .take(),
        Table::create()
            .table("budgets")
            .col(auto_id())
            .col(text("scope", 16))
            .col(number("owner_id"))
            .col(text("period", 16))
            .col(text("zone", 64))
            .col(number("limit_micros"))
            .col(number("created_at"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("accounts_holder", "accounts", &["kind", "owner_id", "period_start"]),
        index("leases_account", "leases", &["account_id"]),
        index("leases_node", "leases", &["node_id"]),
        index("leases_expiry", "leases", &["expires_at"]),
        unique("budgets_scope", "budgets", &["scope", "owner_id", "period"]),
    ]
}
