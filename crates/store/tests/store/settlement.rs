//! Settlement of calls that have ended.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sluice_domain::id::{AccountId, KeyId};
use sluice_domain::ledger::{BudgetScope, Period, SettledCall, TransferKind, Tz};
use sluice_domain::money::Micros;
use sluice_store::{CallFilter, NewBudget, Store, StoreError, What};

use crate::money::{
    assert_clean, balance, borrow, call, call_id, draw, funded, lease_id, look, revenue, settle, settle_all,
};
use crate::support::{NOW, on_every_database};

#[tokio::test]
async fn a_batch_posts_records_charges_leases_and_budgets_together() {
    on_every_database(async |db| {
        let store = &db.store;
        let (ann, bob) = (funded(store, 1, 1_000).await.id, funded(store, 2, 1_000).await.id);
        let scope = BudgetScope::Key(KeyId(3));
        let new = NewBudget { scope, period: Period::Day, zone: Tz::UTC, limit: Micros(500), created_at: NOW };
        let budget = store.create_budget(new).await.unwrap();
        let day = store.open_budget(&budget, NOW).await.unwrap().id;
        for wanted in [borrow(1, ann, 300, 1), borrow(2, day, 200, 1)] {
            store.borrow(&wanted).await.unwrap().unwrap();
        }
        let mut calls: Vec<SettledCall> = (0..20).map(|n| call(n, Some(draw(ann, Some(1), 10)))).collect();
        calls.iter_mut().for_each(|call| call.budgets.push(draw(day, Some(2), 9)));
        calls.push(call(20, Some(draw(bob, None, 5))));
        calls.push(call(21, Some(draw(bob, None, 0))));
        calls.push(call(22, None));
        assert_eq!(settle_all(store, &calls).await, (23, 0));
        let balances = [balance(store, ann).await, balance(store, bob).await, balance(store, day).await];
        assert_eq!(balances, [(800, 100), (995, 0), (320, 20)]);
        assert_eq!(look(store, day).await.drawn(), Micros(180));
        assert_eq!(balance(store, revenue(store).await).await, (205, 0));
        let mut charged = Vec::new();
        for n in 19..23 {
            charged.push(store.find_call(call_id(n), None).await.unwrap().unwrap().charged);
        }
        assert_eq!(charged, [Some(Micros(10)), Some(Micros(5)), Some(Micros(0)), None]);
        assert_eq!(store.find_receipt(call_id(0)).await.unwrap(), call(0, None).receipt);
        let about = store.transfers_of_call(call_id(0)).await.unwrap();
        assert_eq!(about.iter().map(|booked| booked.transfer.kind).collect::<Vec<_>>(), [TransferKind::Charge]);
        let verification = assert_clean(store).await;
        assert_eq!((verification.calls, verification.transfers), (21, 23));
    })
    .await;
}

#[tokio::test]
async fn a_settlement_may_exceed_its_lease_and_the_balance_and_shows_it() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100).await.id;
        store.borrow(&borrow(1, account, 40, 1)).await.unwrap().unwrap();
        settle_all(store, &[call(1, Some(draw(account, Some(1), 130)))]).await;
        assert_eq!(balance(store, account).await, (-30, 0));
        assert_eq!(store.borrow(&borrow(2, account, 1, 1)).await.unwrap(), None);
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_comes_again_wholly_or_in_part_posts_nothing_twice() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100_000).await.id;
        store.borrow(&borrow(1, account, 50_000, 1)).await.unwrap().unwrap();
        let calls: Vec<SettledCall> = (0..700).map(|n| call(n, Some(draw(account, Some(1), 3)))).collect();
        assert_eq!(settle_all(store, &calls[..500]).await, (500, 0));
        assert_eq!(settle_all(store, &calls[..500]).await, (0, 500));
        assert_eq!(settle_all(store, &calls[400..]).await, (200, 100));
        let doubled = [calls[0].clone(), call(900, None), call(900, None)];
        assert_eq!(settle_all(store, &doubled).await, (1, 2));
        assert_eq!(settle_all(store, &[]).await, (0, 0));
        assert_eq!(balance(store, account).await, (97_900, 47_900));
        assert_eq!(store.count_calls(&CallFilter::default(), 9_999).await.unwrap(), 701);
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_call_whose_record_was_purged_is_not_charged_again() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100).await.id;
        let calls = [call(1, Some(draw(account, None, 10)))];
        settle_all(store, &calls).await;
        store.purge_calls_before(sluice_domain::clock::Timestamp(NOW.0 + 1), 10).await.unwrap();
        assert_eq!(settle_all(store, &calls).await, (0, 1));
        assert_eq!(balance(store, account).await, (90, 0));
    })
    .await;
}

#[tokio::test]
async fn a_call_that_can_never_be_posted_does_not_hold_up_the_others() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100).await.id;
        let calls = [
            call(1, Some(draw(account, None, 10))),
            call(2, Some(draw(AccountId(999), None, 10))),
            call(3, Some(draw(account, None, -10))),
            call(4, Some(draw(account, None, 10))),
        ];
        for expected in [(2, 0), (0, 2)] {
            let settled = settle(store, &calls).await.unwrap();
            assert_eq!((settled.posted, settled.known), expected);
            let rejected: Vec<_> = settled.rejected.iter().map(|(id, _)| *id).collect();
            assert_eq!(rejected, [call_id(2), call_id(3)]);
            assert!(matches!(settled.rejected[0].1, StoreError::NotFound { what: What::Account }));
        }
        assert_eq!(balance(store, account).await, (80, 0));
        assert_eq!(store.find_call(call_id(2), None).await.unwrap(), None, "wholly or not at all");
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn a_lease_of_another_account_covers_nothing() {
    on_every_database(async |db| {
        let store = &db.store;
        let (ann, bob) = (funded(store, 1, 100).await.id, funded(store, 2, 100).await.id);
        store.borrow(&borrow(1, ann, 50, 1)).await.unwrap().unwrap();
        settle_all(store, &[call(1, Some(draw(bob, Some(1), 10)))]).await;
        assert_eq!((balance(store, ann).await, balance(store, bob).await), ((100, 50), (90, 0)));
        assert_eq!(store.list_leases(ann).await.unwrap()[0].id, lease_id(1));
        assert_clean(store).await;
    })
    .await;
}

/// Does what the journal's writer does: an error that may pass is tried again.
async fn settle_at_last(store: &Store, calls: &[SettledCall]) -> usize {
    loop {
        match settle(store, calls).await {
            Ok(settled) => {
                assert!(settled.rejected.is_empty(), "{:?}", settled.rejected);
                return settled.posted;
            }
            Err(error) => assert!(error.is_retryable(), "{error:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_that_overlap_on_two_nodes_at_once_charge_every_call_once() {
    on_every_database(async |db| {
        let mut accounts = Vec::new();
        for user in 1..5 {
            accounts.push(funded(&db.store, user, 1_000).await.id);
        }
        let other = db.open_again().await;
        let tasks: Vec<_> = (0..6_u64)
            .map(|n| {
                let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
                // Every batch meets its neighbours' calls, and takes the accounts in another order.
                let charge = |call_no: u64| draw(accounts[usize::try_from(call_no % 4).unwrap()], None, 2);
                let mut calls: Vec<_> =
                    (n * 50..n * 50 + 100).map(|call_no| call(call_no, Some(charge(call_no)))).collect();
                if n % 3 == 0 {
                    calls.reverse();
                }
                tokio::spawn(async move { settle_at_last(&store, &calls).await })
            })
            .collect();
        let mut posted = 0;
        for task in tasks {
            posted += task.await.unwrap();
        }
        assert_eq!(posted, 350);
        let mut left = 0;
        for account in accounts {
            left += balance(&db.store, account).await.0;
        }
        assert_eq!(left, 4_000 - 350 * 2);
        assert_clean(&db.store).await;
        other.close().await.unwrap();
    })
    .await;
}

/// Any order of batches, overlaps and replays ends in the same balances.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_calls_are_cut_into_batches_the_balances_are_the_same() {
    on_every_database(async |db| {
        let store = &db.store;
        let runtime = tokio::runtime::Handle::current();
        let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
        let next = std::cell::Cell::new(0_i64);
        let cuts = prop::collection::vec((0..40_u64, 1..20_u64), 1..6);
        let outcome = tokio::task::block_in_place(|| {
            runner.run(&cuts, |cuts| {
                next.set(next.get() + 1);
                runtime.block_on(async {
                    let account = funded(store, next.get(), 1_000).await.id;
                    let base = u64::try_from(next.get()).unwrap() * 1_000;
                    let mut seen = std::collections::BTreeSet::new();
                    for (from, length) in cuts {
                        let calls: Vec<_> =
                            (from..from + length).map(|n| call(base + n, Some(draw(account, None, 1)))).collect();
                        seen.extend(from..from + length);
                        settle_all(store, &calls).await;
                    }
                    let expected = 1_000 - i64::try_from(seen.len()).unwrap();
                    prop_assert_eq!(balance(store, account).await, (expected, 0));
                    Ok(())
                })
            })
        });
        outcome.unwrap();
        assert_clean(store).await;
    })
    .await;
}
