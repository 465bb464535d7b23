//! Calls that could not be settled.

use sluice_domain::clock::Timestamp;
use sluice_store::{PageRequest, ParkedCall, StoreError, What};

use crate::money::call_id;
use crate::support::{NOW, on_every_database};

fn parked(n: u64, parked_at: i64) -> ParkedCall {
    let (reason, entry) = (format!("no account {n}"), format!("{{\"input\":\"{}\"}}", "模".repeat(70_000)));
    ParkedCall { call: call_id(n), reason, entry, parked_at: Timestamp(NOW.0 + parked_at) }
}

#[tokio::test]
async fn a_call_that_cannot_be_settled_is_kept_whole_until_somebody_lets_it_go() {
    on_every_database(async |db| {
        let store = &db.store;
        let calls = [parked(1, 5), parked(2, 0), parked(3, 9)];
        for ParkedCall { call, reason, entry, parked_at } in &calls {
            store.park_call(*call, reason, entry, *parked_at).await.unwrap();
        }
        store.park_call(calls[0].call, "again, after a crash", "{}", NOW).await.unwrap();
        let page = store.list_parked(PageRequest::nth(0, 2)).await.unwrap();
        assert_eq!((page.items, page.total), (vec![calls[1].clone(), calls[0].clone()], 3));
        assert_eq!(store.find_parked(calls[2].call).await.unwrap().as_ref(), Some(&calls[2]));
        store.unpark(calls[2].call).await.unwrap();
        assert_eq!(store.find_parked(calls[2].call).await.unwrap(), None);
        let gone = store.unpark(calls[2].call).await;
        assert!(matches!(gone, Err(StoreError::NotFound { what: What::ParkedCall })), "{gone:?}");
        assert_eq!(store.list_parked(PageRequest::nth(0, 9)).await.unwrap().total, 2);
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_cannot_be_kept_whole_is_refused_and_a_long_reason_is_cut() {
    on_every_database(async |db| {
        let store = &db.store;
        for entry in ["x".repeat(1_000_001), "a\0b".to_owned()] {
            let refused = store.park_call(call_id(1), "r", &entry, NOW).await;
            assert!(matches!(refused, Err(StoreError::Invalid { field: "entry", .. })), "{refused:?}");
        }
        store.park_call(call_id(1), &"r\0".repeat(9_000), "{}", NOW).await.unwrap();
        assert_eq!(store.find_parked(call_id(1)).await.unwrap().unwrap().reason, "r".repeat(4_000));
    })
    .await;
}
