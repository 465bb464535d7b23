//! Users and their personal access tokens.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, auto_id, belongs_to, index, number, small_number, switch, text, text_or_null, unique};

pub(super) const STEP: NewTables = NewTables { name: "m0002_users", tables, indexes };

fn tables(_backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("users")
            .col(auto_id())
            .col(text("username", 64))
            .col(text("display_name", 128))
            .col(text("email", 255))
            .col(small_number("role"))
            .col(switch("enabled"))
            .col(switch("billed"))
            .col(text_or_null("password_hash", 255))
            .col(number("created_at"))
            .take(),
        Table::create()
            .table("access_tokens")
            .col(number("user_id"))
            .col(text("token_hash", 64))
            .col(number("created_at"))
            .primary_key(Index::create().col("user_id"))
            .foreign_key(&mut belongs_to("access_tokens", "user_id", "users"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("users_username", "users", &["username"]),
        index("users_role", "users", &["role"]),
        unique("access_tokens_hash", "access_tokens", &["token_hash"]),
    ]
}
