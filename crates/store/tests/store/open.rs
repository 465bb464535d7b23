//! What is still open.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;
use sluice_domain::money::Micros;
use sluice_store::{Borrow, Borrowed};

use crate::money::{borrow, call, call_id, draw, funded, settle_all};
use crate::support::{NOW, on_every_database};

#[tokio::test]
async fn what_is_borrowed_adds_up_and_the_expired_part_is_told_apart() {
    on_every_database(async |db| {
        let store = &db.store;
        assert_eq!(store.borrowed(NOW).await.unwrap(), Borrowed::default());
        for user in 1..4 {
            let account = funded(store, user, 1_000).await.id;
            let n = u64::try_from(user).unwrap();
            let expires_at = Timestamp(NOW.0 + user * 10);
            let wanted = Borrow { expires_at, ..borrow(n, account, user * 100, 1) };
            store.borrow(&wanted).await.unwrap().unwrap();
        }
        let all = Borrowed { leases: 3, amount: Micros(600), ..Borrowed::default() };
        assert_eq!(store.borrowed(Timestamp(NOW.0 + 10)).await.unwrap(), all);
        let two = Borrowed { expired_leases: 2, expired_amount: Micros(300), ..all };
        assert_eq!(store.borrowed(Timestamp(NOW.0 + 21)).await.unwrap(), two);
    })
    .await;
}

#[tokio::test]
async fn a_call_is_known_by_its_record_or_its_charge() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 1_000).await.id;
        let cost = |n| if n == 7 { 77 } else { 1 };
        let settled = (0..400).filter(|n| *n != 300);
        let calls: Vec<_> = settled.map(|n| call(n, (n < 200).then(|| draw(account, None, cost(n))))).collect();
        settle_all(store, &calls).await;
        assert_eq!(db.execute("DELETE FROM calls WHERE charged_micros = 77").await, 1);
        let ids: Vec<CallId> = (0..402).rev().map(call_id).collect();
        assert_eq!(store.unknown_calls(&ids).await.unwrap(), [401, 400, 300].map(call_id));
        assert_eq!(store.unknown_calls(&[]).await.unwrap(), []);
    })
    .await;
}
