//! Keys that callers present.

use sea_orm::DbBackend;
use sea_orm::sea_query::{IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, auto_id, belongs_to, index, long_text, number, number_or_null, switch, text, unique};

pub(super) const STEP: NewTables = NewTables { name: "m0004_keys", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("keys")
            .col(auto_id())
            .col(number("user_id"))
            .col(text("name", 128))
            .col(text("key_hash", 64))
            .col(text("last4", 8))
            .col(switch("enabled"))
            .col(number_or_null("expires_at"))
            .col(long_text(backend, "models"))
            .col(long_text(backend, "addresses"))
            .col(number("created_at"))
            .col(number_or_null("accessed_at"))
            .foreign_key(&mut belongs_to("keys", "user_id", "users"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![unique("keys_hash", "keys", &["key_hash"]), index("keys_user", "keys", &["user_id", "id"])]
}
