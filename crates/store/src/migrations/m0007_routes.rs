//! Which credential serves which model.

use sea_orm::DbBackend;
use sea_orm::sea_query::{IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, auto_id, belongs_to, index, number, switch, text, unique};

pub(super) const STEP: NewTables = NewTables { name: "m0007_routes", tables, indexes };

fn tables(_backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("routes")
            .col(auto_id())
            .col(text("model", 255))
            .col(number("provider_id"))
            .col(number("credential_id"))
            .col(text("upstream_model", 255))
            .col(switch("enabled"))
            .col(number("priority"))
            .col(number("weight"))
            .col(switch("manual"))
            .foreign_key(&mut belongs_to("routes", "provider_id", "providers"))
            .foreign_key(&mut belongs_to("routes", "credential_id", "credentials"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("routes_target", "routes", &["model", "credential_id", "upstream_model"]),
        index("routes_provider", "routes", &["provider_id"]),
        index("routes_credential", "routes", &["credential_id"]),
    ]
}
