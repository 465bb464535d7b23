//! What was used in each hour, which is what charts are drawn from. The id begins with the grain and the hour, so that a
//! chart of all calls is one range of the primary key; a user's and a key's are one range of an index.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Index, IndexCreateStatement, Table, TableCreateStatement};

use super::{NewTables, index, number, small_number, text, uuid};
use crate::dialect;

pub(super) const STEP: NewTables = NewTables { name: "m0019_usage_hours", tables, indexes };

const SUMS: [&str; 27] = [
    "calls",
    "failures",
    "abandoned",
    "unpriced",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "images",
    "cost_micros",
    "charged_micros",
    "duration_ms",
    "first_tokens",
    "first_token_ms",
    "first_token_0",
    "first_token_1",
    "first_token_2",
    "first_token_3",
    "first_token_4",
    "first_token_5",
    "first_token_6",
    "first_token_7",
    "first_token_8",
    "first_token_9",
    "first_token_10",
    "first_token_11",
];

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let mut hours = Table::create();
    hours
        .table("usage_hours")
        .col(uuid("id"))
        .col(small_number("grain"))
        .col(number("hour"))
        .col(number("node_id"))
        .col(number("key_id"))
        .col(number("user_id"))
        .col(number("provider_id"))
        .col(text("model", 255));
    for sum in SUMS {
        hours.col(number(sum));
    }
    hours.primary_key(Index::create().col("id"));
    dialect::order_by_key(backend, &mut hours);
    vec![hours]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("usage_hours_user", "usage_hours", &["user_id", "grain", "hour"]),
        index("usage_hours_key", "usage_hours", &["key_id", "grain", "hour"]),
    ]
}
