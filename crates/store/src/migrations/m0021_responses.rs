//! Responses that are kept where no upstream keeps them, and the items that requests may name.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, index, long_text, number, text};

pub(super) const STEP: NewTables = NewTables { name: "m0021_responses", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let responses = Table::create()
        .table("responses")
        .col(text("id_hash", 64))
        .col(number("user_id"))
        .col(number("key_id"))
        .col(number("created_at"))
        .col(number("expires_at"))
        .col(number("bytes"))
        .col(long_text(backend, "sealed"))
        .primary_key(Index::create().col("id_hash").col("user_id"))
        .take();
    let items = Table::create()
        .table("response_items")
        .col(text("id_hash", 64))
        .col(number("user_id"))
        .col(text("response_hash", 64))
        .col(number("expires_at"))
        .primary_key(Index::create().col("id_hash").col("user_id"))
        .take();
    vec![responses, items]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        // Sums of an owner's bytes, and of all, are taken from the index alone.
        index("responses_owner", "responses", &["user_id", "created_at", "bytes"]),
        index("responses_age", "responses", &["created_at", "bytes"]),
        index("responses_expiry", "responses", &["expires_at"]),
        index("response_items_response", "response_items", &["response_hash", "user_id"]),
        index("response_items_expiry", "response_items", &["expires_at"]),
    ]
}
