//! Prices, and the versions of them that calls were charged at: those stay when the price goes.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, auto_id, index, long_text, number, number_or_null, switch, text, text_or_null, uuid};

pub(super) const STEP: NewTables = NewTables { name: "m0016_prices", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("prices")
            .col(auto_id())
            .col(text("purpose", 16))
            .col(text("model", 255))
            .col(number_or_null("provider_id"))
            .col(text_or_null("vendor", 64))
            .col(text("source", 16))
            .col(number("effective_from"))
            .col(long_text(backend, "price"))
            .col(switch("disputed"))
            .col(long_text(backend, "remark"))
            .col(number("created_at"))
            .take(),
        Table::create()
            .table("price_versions")
            .col(uuid("id"))
            .col(long_text(backend, "entry"))
            .col(number("created_at"))
            .primary_key(Index::create().col("id"))
            .take(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("prices_model", "prices", &["model", "effective_from"]),
        index("prices_provider", "prices", &["provider_id"]),
    ]
}
