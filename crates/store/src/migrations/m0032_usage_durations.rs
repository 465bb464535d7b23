//! How long calls took, by classes of length, and what reading from prompt caches saved. Hours that are over stay without.

use sea_orm::DbBackend;
use sea_orm::sea_query::ColumnDef;

use super::NewColumns;

pub(super) const STEP: NewColumns = NewColumns { name: "m0032_usage_durations", table: "usage_hours", columns };

const SUMS: [&str; 14] = [
    "cache_saved_micros",
    "cache_saved_charged_micros",
    "duration_0",
    "duration_1",
    "duration_2",
    "duration_3",
    "duration_4",
    "duration_5",
    "duration_6",
    "duration_7",
    "duration_8",
    "duration_9",
    "duration_10",
    "duration_11",
];

fn columns(_: DbBackend) -> Vec<ColumnDef> {
    SUMS.into_iter().map(|name| ColumnDef::new(name).big_integer().not_null().default(0).take()).collect()
}
