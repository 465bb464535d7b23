//! Configured upstream accounts.

use sea_orm::DbBackend;
use sea_orm::sea_query::{IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, auto_id, long_text, long_text_or_null, number, number_or_null, switch, text, unique};

pub(super) const STEP: NewTables = NewTables { name: "m0005_providers", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("providers")
            .col(auto_id())
            .col(text("name", 128))
            .col(text("vendor", 64))
            .col(text("base_url", 512))
            .col(switch("enabled"))
            .col(number("priority"))
            .col(number("weight"))
            .col(long_text(backend, "params"))
            .col(long_text_or_null(backend, "proxy_url"))
            .col(number_or_null("connect_timeout_ms"))
            .col(number_or_null("first_byte_timeout_ms"))
            .col(number_or_null("idle_timeout_ms"))
            .col(number_or_null("total_timeout_ms"))
            .col(long_text(backend, "model_alias"))
            .col(long_text_or_null(backend, "access_token"))
            .col(number_or_null("upstream_user_id"))
            .col(switch("checkin_enabled"))
            .col(long_text(backend, "remark"))
            .col(number("created_at"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![unique("providers_name", "providers", &["name"])]
}
