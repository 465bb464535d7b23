//! Transfers. An account's statement is one range of `transfers_debit` and one of `transfers_credit`, in chain order.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Expr, ExprTrait, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, index, number, sha256, text, unique, uuid, uuid_or_null};

pub(super) const STEP: NewTables = NewTables { name: "m0012_transfers", tables, indexes };

fn tables(_backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("transfers")
            .col(uuid("id"))
            .col(text("kind", 16))
            .col(number("debit_account"))
            .col(number("debit_seq"))
            .col(sha256("debit_hash"))
            .col(number("credit_account"))
            .col(number("credit_seq"))
            .col(sha256("credit_hash"))
            .col(number("amount_micros"))
            .col(uuid_or_null("call_id"))
            .col(text("actor", 64))
            .col(text("memo", 255))
            .col(number("created_at"))
            .primary_key(Index::create().col("id"))
            .check(Expr::col("amount_micros").gt(0))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("transfers_debit", "transfers", &["debit_account", "debit_seq"]),
        unique("transfers_credit", "transfers", &["credit_account", "credit_seq"]),
        index("transfers_call", "transfers", &["call_id"]),
        index("transfers_age", "transfers", &["created_at", "id"]),
    ]
}
