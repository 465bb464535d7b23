//! Login sessions.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, belongs_to, index, number, text, text_or_null};

pub(super) const STEP: NewTables = NewTables { name: "m0003_sessions", tables, indexes };

fn tables(_backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("sessions")
            .col(text("token_hash", 64))
            .col(number("user_id"))
            .col(number("created_at"))
            .col(number("seen_at"))
            .col(number("expires_at"))
            .col(text_or_null("client_ip", 45))
            .col(text("user_agent", 255))
            .primary_key(Index::create().col("token_hash"))
            .foreign_key(&mut belongs_to("sessions", "user_id", "users"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![index("sessions_user", "sessions", &["user_id"]), index("sessions_expiry", "sessions", &["expires_at"])]
}
