//! Who changed what. The id begins with the time, so that the primary key is the order of the list and the end of every
//! index.

use sea_orm::DbBackend;
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, index, long_text_or_null, number, number_or_null, text, text_or_null, uuid};

pub(super) const STEP: NewTables = NewTables { name: "m0030_audit_log", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("audit_log")
            .col(uuid("id"))
            .col(number("created_at"))
            .col(number_or_null("actor_id"))
            .col(text("actor_name", 128))
            .col(number("actor_role"))
            .col(text("proof", 16))
            .col(text("action", 191))
            .col(text("subject", 191))
            .col(text_or_null("address", 45))
            .col(ColumnDef::new("status").integer().null())
            .col(text("code", 64))
            .col(long_text_or_null(backend, "before_json"))
            .col(long_text_or_null(backend, "after_json"))
            .primary_key(Index::create().col("id"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("audit_log_actor", "audit_log", &["actor_id", "id"]),
        index("audit_log_action", "audit_log", &["action", "id"]),
        index("audit_log_subject", "audit_log", &["subject", "id"]),
    ]
}
