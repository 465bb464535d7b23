//! Secrets of providers.

use sea_orm::DbBackend;
use sea_orm::sea_query::{IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, auto_id, belongs_to, index, long_text, number, switch, text};

pub(super) const STEP: NewTables = NewTables { name: "m0006_credentials", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("credentials")
            .col(auto_id())
            .col(number("provider_id"))
            .col(text("name", 128))
            .col(long_text(backend, "secret"))
            .col(text("group_name", 128))
            .col(switch("enabled"))
            .col(number("priority"))
            .col(number("weight"))
            .col(number("created_at"))
            .foreign_key(&mut belongs_to("credentials", "provider_id", "providers"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![index("credentials_provider", "credentials", &["provider_id", "id"])]
}
