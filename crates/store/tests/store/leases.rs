//! Leases: what nodes borrow.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::NodeId;
use sluice_domain::money::Micros;
use sluice_store::{Borrow, Extension, StoreError};

use crate::money::{NODE, assert_clean, balance, borrow, call, draw, funded, lease_id, settle, settle_all, verify};
use crate::support::{NOW, TestDatabase, on_every_database};

#[tokio::test]
async fn a_lease_is_what_is_wanted_or_what_is_left_but_not_less_than_the_minimum() {
    on_every_database(async |db| {
        let account = funded(&db.store, 1, 100).await.id;
        let mut lent = Vec::new();
        for wanted in [borrow(1, account, 60, 1), borrow(2, account, 60, 41), borrow(3, account, 60, 40)] {
            lent.push(db.store.borrow(&wanted).await.unwrap().map(|lease| lease.remaining.0));
        }
        assert_eq!(lent, [Some(60), None, Some(40)]);
        assert_eq!(balance(&db.store, account).await, (100, 100));
        let again = db.store.borrow(&borrow(1, account, 60, 1)).await.unwrap();
        assert_eq!(again.map(|lease| lease.remaining), Some(Micros(60)), "asking twice lends once");
        let stolen = db.store.borrow(&Borrow { node: NodeId(1), ..borrow(1, account, 60, 1) }).await.unwrap();
        assert_eq!(stolen, None, "a lease of another node is not handed out");
        assert_clean(&db.store).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_given_back_can_be_borrowed_again_and_what_is_pending_cannot() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100).await.id;
        store.borrow(&borrow(1, account, 100, 1)).await.unwrap().unwrap();
        store.return_lease(lease_id(1), Micros(70)).await.unwrap();
        assert_eq!(balance(store, account).await, (100, 30));
        settle_all(store, &[call(1, Some(draw(account, Some(1), 30)))]).await;
        assert_eq!(balance(store, account).await, (70, 0));
        store.return_lease(lease_id(1), Micros(0)).await.unwrap();
        assert_eq!(store.list_leases(account).await.unwrap(), [], "an empty lease goes when it is given back");
        store.return_lease(lease_id(1), Micros(5)).await.unwrap();
        assert!(store.return_lease(lease_id(1), Micros(-5)).await.is_err());
        assert_eq!(balance(store, account).await, (70, 0));
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_lease_grows_while_there_is_money_and_lives_on_without() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100).await.id;
        store.borrow(&borrow(1, account, 50, 1)).await.unwrap().unwrap();
        let later = Timestamp(NOW.0 + 120_000);
        let extension = |want, minimum| Extension {
            lease: lease_id(1),
            want: Micros(want),
            minimum: Micros(minimum),
            expires_at: later,
        };
        let mut granted = Vec::new();
        for wanted in [extension(30, 30), extension(30, 30), extension(0, 0), extension(30, 1)] {
            let extended = store.extend_lease(&wanted).await.unwrap();
            assert_eq!(extended.lease.expires_at, later);
            granted.push(extended.granted.0);
        }
        assert_eq!((granted, balance(store, account).await), (vec![30, 0, 0, 20], (100, 100)));
        let gone = store.extend_lease(&Extension { lease: lease_id(9), ..extension(1, 1) }).await;
        assert!(matches!(gone, Err(StoreError::NotFound { .. })), "{gone:?}");
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn an_expired_lease_is_taken_back_and_what_settles_later_is_charged_all_the_same() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100).await.id;
        store.borrow(&borrow(1, account, 60, 1)).await.unwrap().unwrap();
        store.borrow(&Borrow { expires_at: Timestamp(NOW.0 + 90_000), ..borrow(2, account, 30, 1) }).await.unwrap();
        assert_eq!(store.expire_leases(Timestamp(NOW.0 + 60_000), 10).await.unwrap(), []);
        let taken = store.expire_leases(Timestamp(NOW.0 + 60_001), 10).await.unwrap();
        assert_eq!(taken.iter().map(|lease| (lease.id, lease.node)).collect::<Vec<_>>(), [(lease_id(1), NODE)]);
        assert_eq!(balance(store, account).await, (100, 30));
        settle_all(store, &[call(1, Some(draw(account, Some(1), 45)))]).await;
        assert_eq!(balance(store, account).await, (55, 30));
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_node_that_starts_again_gives_back_all_that_it_had() {
    on_every_database(async |db| {
        let store = &db.store;
        let (one, two) = (funded(store, 1, 100).await.id, funded(store, 2, 100).await.id);
        for wanted in [borrow(1, one, 60, 1), borrow(2, two, 30, 1)] {
            store.borrow(&wanted).await.unwrap().unwrap();
        }
        store.borrow(&Borrow { node: NodeId(78), ..borrow(3, two, 9, 1) }).await.unwrap().unwrap();
        assert_eq!(store.return_leases_of(NODE).await.unwrap().len(), 2);
        assert_eq!((balance(store, one).await, balance(store, two).await), ((100, 0), (100, 9)));
        assert_eq!(store.return_leases_of(NODE).await.unwrap(), []);
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_node_learns_of_every_lease_that_an_earlier_run_of_it_left() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 1_000).await.id;
        let left = store.borrow(&borrow(7, account, 60, 1)).await.unwrap().unwrap();
        store.borrow(&Borrow { node: NodeId(78), ..borrow(8, account, 9, 1) }).await.unwrap().unwrap();
        assert_eq!(store.leases_of(NODE).await.unwrap(), [left]);
        assert_eq!(store.leases_of(NodeId(79)).await.unwrap(), []);
        let raw = db.raw().await;
        for first in [1_000, 1_500, 2_000, 2_500] {
            let mut rows = Query::insert()
                .into_table("leases")
                .columns(["id", "account_id", "node_id", "remaining_micros", "expires_at"])
                .take();
            for n in first..first + 500_u64 {
                let id = lease_id(n).0.as_bytes().to_vec();
                rows.values_panic([id.into(), account.0.into(), NODE.0.into(), 1_i64.into(), NOW.0.into()]);
            }
            raw.execute(&rows).await.unwrap();
        }
        raw.close().await.unwrap();
        let found: Vec<_> = store.leases_of(NODE).await.unwrap().iter().map(|lease| lease.id).collect();
        let expected: Vec<_> = std::iter::once(7).chain(1_000..3_000).map(lease_id).collect();
        assert_eq!(found, expected);
    })
    .await;
}

/// Tries what may pass later again, as a node does.
async fn borrow_at_last(store: &sluice_store::Store, wanted: &Borrow) -> bool {
    loop {
        match store.borrow(wanted).await {
            Ok(lease) => return lease.is_some(),
            Err(error) => assert!(error.is_retryable(), "{error:?}"),
        }
    }
}

async fn admit_and_settle(db: &TestDatabase, calls: u64, worth: i64, each: i64) -> usize {
    let account = funded(&db.store, 1, worth).await.id;
    // Two stores on one database stand for two processes.
    let other = db.open_again().await;
    let tasks: Vec<_> = (0..calls)
        .map(|n| {
            let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
            tokio::spawn(async move {
                if !borrow_at_last(&store, &borrow(n, account, each, each)).await {
                    return false;
                }
                let ended = [call(n, Some(draw(account, Some(n), each)))];
                while let Err(error) = settle(&store, &ended).await {
                    assert!(error.is_retryable(), "{error:?}");
                }
                true
            })
        })
        .collect();
    let mut admitted = 0;
    for task in tasks {
        admitted += usize::from(task.await.unwrap());
    }
    other.close().await.unwrap();
    assert_eq!(balance(&db.store, account).await, (0, 0));
    admitted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_thousand_calls_at_once_on_two_nodes_exactly_those_are_admitted_that_are_paid_for() {
    on_every_database(async |db| {
        assert_eq!(admit_and_settle(db, 2_000, 200 * 7, 7).await, 200);
        let verification = verify(&db.store).await;
        assert_eq!((verification.is_clean(), verification.calls), (true, 200), "{:?}", verification.deviations);
    })
    .await;
}
