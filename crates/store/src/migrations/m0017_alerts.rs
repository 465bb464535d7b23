//! What somebody has to look at: alerts, and calls that could not be settled.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, auto_id, index, long_text, number, number_or_null, text, unique, uuid};

pub(super) const STEP: NewTables = NewTables { name: "m0017_alerts", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("alerts")
            .col(auto_id())
            .col(text("kind", 64))
            .col(text("subject", 255))
            .col(long_text(backend, "message"))
            .col(number("raised_at"))
            .col(number("last_seen_at"))
            .col(number("count"))
            .col(number_or_null("resolved_at"))
            .col(number("closed_as"))
            .take(),
        Table::create()
            .table("parked_calls")
            .col(uuid("call_id"))
            .col(long_text(backend, "reason"))
            .col(long_text(backend, "entry"))
            .col(number("parked_at"))
            .primary_key(Index::create().col("call_id"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("alerts_open", "alerts", &["kind", "subject", "closed_as"]),
        index("alerts_closed", "alerts", &["closed_as"]),
        index("alerts_age", "alerts", &["resolved_at"]),
        index("parked_calls_age", "parked_calls", &["parked_at"]),
    ]
}
