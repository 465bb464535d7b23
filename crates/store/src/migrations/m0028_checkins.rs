//! Check-ins at sites. What belongs to a provider has no foreign key: providers of the configuration file have no row.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, auto_id, index, long_text, long_text_or_null, number, number_or_null, switch, text};

pub(super) const STEP: NewTables = NewTables { name: "m0028_checkins", tables, indexes };

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let runs = Table::create()
        .table("checkin_runs")
        .col(auto_id())
        .col(text("cause", 32))
        .col(text("zone", 64))
        .col(text("day", 10))
        .col(number("began_at"))
        .col(number_or_null("ended_at"))
        .col(number("total"))
        .col(number("succeeded"))
        .col(number("failed"))
        .col(number("missing"))
        .take();
    let items = Table::create()
        .table("checkin_items")
        .col(auto_id())
        .col(number("run_id"))
        .col(number("provider_id"))
        .col(text("provider_name", 128))
        .col(switch("succeeded"))
        .col(long_text(backend, "message"))
        .col(long_text_or_null(backend, "fault"))
        .col(switch("auto_disabled"))
        .col(number_or_null("quota_awarded"))
        .col(number("checked_at"))
        .take();
    let sites = Table::create()
        .table("checkin_sites")
        .col(number("provider_id"))
        .col(text("day", 10))
        .col(text("state", 16))
        .col(number("until"))
        .col(number_or_null("succeeded_at"))
        .col(number_or_null("last_at"))
        .col(switch("last_succeeded"))
        .col(long_text(backend, "last_message"))
        .col(long_text_or_null(backend, "last_fault"))
        .col(switch("last_auto_disabled"))
        .col(number_or_null("last_quota"))
        .primary_key(Index::create().col("provider_id"))
        .take();
    vec![runs, items, sites]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("checkin_runs_time", "checkin_runs", &["began_at"]),
        index("checkin_items_time", "checkin_items", &["checked_at"]),
    ]
}
