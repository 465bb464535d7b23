//! No question of the console reads more than one range of an index.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, ProviderId, UserId};

use super::super::{Grain, Grouping, UsageFilter, UsageSums};
use super::{Hours, column_of, restrict};
use crate::{DatabaseUrl, MasterKey, Store};

const GROUPINGS: [Grouping; 5] = [Grouping::None, Grouping::Key, Grouping::Model, Grouping::Provider, Grouping::User];

#[tokio::test]
async fn a_chart_is_one_range_of_an_index_whatever_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite(folder.path().join("sluice.db"));
    let store = Store::open(&url, &MasterKey::from_bytes([7; 32])).await.unwrap();
    store.migrate().await.unwrap();
    let month = || UsageFilter { since: Timestamp(0), until: Timestamp(2_592_000_000), ..UsageFilter::default() };
    let filters = [
        (month(), "PRIMARY KEY (id>? AND id<?)"),
        (
            UsageFilter { user_id: Some(UserId(1)), ..month() },
            "INDEX usage_hours_user (user_id=? AND grain=? AND hour>? AND hour<?)",
        ),
        (
            UsageFilter { key_id: Some(KeyId(1)), ..month() },
            "INDEX usage_hours_key (key_id=? AND grain=? AND hour>? AND hour<?)",
        ),
        (UsageFilter { provider_id: Some(ProviderId(1)), ..month() }, "PRIMARY KEY (id>? AND id<?)"),
        (UsageFilter { model: Some("m".to_owned()), ..month() }, "PRIMARY KEY (id>? AND id<?)"),
    ];
    for (filter, index) in filters {
        for grouping in GROUPINGS {
            let mut sql = store.sums::<UsageSums>("", grouping);
            restrict(&mut sql, &filter, &Hours::of(&filter), Grain::of(&filter, grouping));
            if let Some(column) = column_of(grouping) {
                sql.push(&format!(" GROUP BY {column}"));
            }
            let plan = sql.plan(store.reader()).await;
            let expected = format!("SEARCH usage_hours USING {index}");
            assert!(plan.starts_with(&expected), "{filter:?}, {grouping:?}: {plan}");
        }
    }
}
