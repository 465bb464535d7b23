//! Transfers that people order.

use std::collections::BTreeSet;

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{BudgetId, NodeId, OrganisationId, UserId};
use sluice_domain::ledger::{AccountKind, CSV_HEADER, Holder, OperatorBook, TransferKind};
use sluice_domain::money::Micros;
use sluice_store::{
    Booking, Claim, Correction, Direction, IdempotencyKey, Order, StoreError, TransferCursor, TransferRange, What,
};

use crate::money::{
    NODE, assert_clean, balance, call, call_id, draw, funded, look, order, revenue, settle_all, transfer_id,
};
use crate::support::{NOW, on_every_database};

fn key(input: u8) -> IdempotencyKey {
    IdempotencyKey { scope: "user:1/top_up".to_owned(), key: "abc".to_owned(), input: [input; 32] }
}

fn is_invalid(outcome: &Result<Booking, StoreError>, field: &str) -> bool {
    matches!(outcome, Err(StoreError::Invalid { field: found, .. }) if *found == field)
}

#[tokio::test]
async fn every_transfer_moves_its_amount_from_one_account_to_the_other() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = store.open_account(Holder::Organisation(OrganisationId(5)), NOW).await.unwrap().id;
        store.top_up(&order(1, account, 1_000), None).await.unwrap();
        store.grant(&order(2, account, 50), None).await.unwrap();
        store.expire(&order(3, account, 20), None).await.unwrap();
        let wrong_top_up = Correction { direction: Direction::Take, book: OperatorBook::Cash };
        store.correct(&order(4, account, 2_000), wrong_top_up, None).await.unwrap();
        assert_eq!(balance(store, account).await, (-970, 0), "a correction may overdraw, visibly");
        let mut operator = Vec::new();
        for holder in [Holder::Cash(NODE), Holder::Cost(NODE)] {
            operator.push(store.find_account_of(holder).await.unwrap().unwrap().posted.0);
        }
        assert_eq!(operator, [1_000, -30]);
        let statement = store.list_transfers(account, None, 100).await.unwrap();
        let kinds: Vec<TransferKind> = statement.iter().map(|booked| booked.transfer.kind).collect();
        let expected = [TransferKind::Correction, TransferKind::Expiry, TransferKind::Grant, TransferKind::TopUp];
        assert_eq!(kinds, expected);
        assert_eq!(assert_clean(store).await.transfers, 4);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_opened_once_whoever_is_first() {
    on_every_database(async |db| {
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let store = db.store.clone();
                tokio::spawn(async move { store.open_account(Holder::User(UserId(1)), NOW).await.unwrap().id })
            })
            .collect();
        let mut ids = BTreeSet::new();
        for task in tasks {
            ids.insert(task.await.unwrap());
        }
        assert_eq!(ids.len(), 1);
        let users = db.store.list_accounts(Some(AccountKind::User), None, 10).await.unwrap();
        assert_eq!(users.iter().map(|account| account.id).collect::<BTreeSet<_>>(), ids);
        assert_eq!(db.store.list_accounts(None, ids.first().copied(), 10).await.unwrap(), []);
        let budget = db.store.open_account(Holder::Budget(BudgetId(1), NOW), NOW).await;
        assert!(matches!(budget, Err(StoreError::Invalid { field: "holder", .. })));
    })
    .await;
}

#[tokio::test]
async fn the_same_order_is_booked_once_and_another_one_under_its_id_is_refused() {
    on_every_database(async |db| {
        let account = funded(&db.store, 1, 100).await.id;
        let first = db.store.top_up(&order(1, account, 5), None).await.unwrap();
        let from_another_node = Order { node: NodeId(78), at: Timestamp(NOW.0 + 9), ..order(1, account, 5) };
        let again = db.store.top_up(&from_another_node, None).await.unwrap();
        assert_eq!((first.is_replay, again.is_replay, &again.booked), (false, true, &first.booked));
        for other in [order(1, account, 6), Order { call: Some(call_id(1)), ..order(1, account, 5) }] {
            let refused = db.store.top_up(&other, None).await;
            assert!(matches!(refused, Err(StoreError::Conflict { what: What::Transfer })), "{refused:?}");
        }
        assert!(db.store.grant(&order(1, account, 5), None).await.is_err(), "another kind is another order");
        // A replay of what emptied the account is not refused for the emptiness.
        db.store.expire(&order(2, account, 105), None).await.unwrap();
        assert!(db.store.expire(&order(2, account, 105), None).await.unwrap().is_replay);
        assert_eq!(balance(&db.store, account).await, (0, 0));
    })
    .await;
}

#[tokio::test]
async fn an_idempotency_key_replays_its_outcome_and_refuses_other_input() {
    on_every_database(async |db| {
        let account = funded(&db.store, 1, 100).await.id;
        let first = db.store.top_up(&order(1, account, 5), Some(&key(1))).await.unwrap();
        let again = db.store.top_up(&order(2, account, 5), Some(&key(1))).await.unwrap();
        assert_eq!((again.is_replay, again.booked), (true, first.booked));
        let other = db.store.top_up(&order(3, account, 6), Some(&key(2))).await;
        assert!(matches!(other, Err(StoreError::Conflict { what: What::IdempotencyKey })), "{other:?}");
        let elsewhere = IdempotencyKey { scope: "user:2/top_up".to_owned(), ..key(2) };
        assert!(!db.store.top_up(&order(4, account, 6), Some(&elsewhere)).await.unwrap().is_replay);
        assert_eq!(balance(&db.store, account).await, (111, 0));
    })
    .await;
}

#[tokio::test]
async fn a_refused_order_leaves_its_idempotency_key_free() {
    on_every_database(async |db| {
        let account = funded(&db.store, 1, 100).await.id;
        assert!(is_invalid(&db.store.top_up(&order(1, account, 0), Some(&key(1))).await, "amount"));
        assert!(!db.store.top_up(&order(1, account, 5), Some(&key(2))).await.unwrap().is_replay);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_requests_with_one_key_at_once_one_books() {
    on_every_database(async |db| {
        let account = funded(&db.store, 1, 100).await.id;
        let other = db.open_again().await;
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
                tokio::spawn(async move {
                    loop {
                        match store.top_up(&order(n, account, 5), Some(&key(1))).await {
                            Ok(booking) => return booking.is_replay,
                            Err(error) => assert!(error.is_retryable(), "{error:?}"),
                        }
                    }
                })
            })
            .collect();
        let mut booked = 0;
        for task in tasks {
            booked += usize::from(!task.await.unwrap());
        }
        assert_eq!((booked, balance(&db.store, account).await), (1, (105, 0)));
        other.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_claimed_key_shows_its_outcome_until_it_is_purged_or_given_back() {
    on_every_database(async |db| {
        let store = &db.store;
        assert_eq!(store.claim(&key(1), "call 1", NOW).await.unwrap(), Claim::First);
        store.set_outcome(&key(1), "call 1, done").await.unwrap();
        let again = store.claim(&key(1), "call 2", NOW).await.unwrap();
        assert_eq!(again, Claim::Again { outcome: "call 1, done".to_owned() });
        let other = store.claim(&key(2), "call 3", NOW).await;
        assert!(matches!(other, Err(StoreError::Conflict { what: What::IdempotencyKey })), "{other:?}");
        assert_eq!(store.purge_idempotency_before(NOW, 10).await.unwrap(), 0);
        store.give_back(&key(1)).await.unwrap();
        assert_eq!(store.claim(&key(2), "call 3", NOW).await.unwrap(), Claim::First);
        assert_eq!(store.purge_idempotency_before(Timestamp(NOW.0 + 1), 10).await.unwrap(), 1);
        assert!(store.set_outcome(&key(2), "late").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_call_is_never_refunded_more_than_it_was_charged() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100).await.id;
        settle_all(store, &[call(1, Some(draw(account, None, 30))), call(2, Some(draw(account, None, 9)))]).await;
        let refund = |n, amount| Order { call: Some(call_id(1)), ..order(n, account, amount) };
        store.refund(&refund(1, 20), None).await.unwrap();
        assert!(is_invalid(&store.refund(&refund(2, 11), None).await, "amount"));
        assert_eq!(store.refundable(call_id(1), account).await.unwrap(), Micros(10));
        store.refund(&refund(3, 10), None).await.unwrap();
        assert_eq!(store.refundable(call_id(1), account).await.unwrap(), Micros(0));
        assert!(store.refund(&refund(3, 10), None).await.unwrap().is_replay);
        assert!(is_invalid(&store.refund(&refund(4, 1), None).await, "amount"));
        assert!(is_invalid(&store.refund(&order(5, account, 1), None).await, "call"));
        assert_eq!(balance(store, account).await, (91, 0));
        let about: Vec<_> = store.transfers_of_call(call_id(1)).await.unwrap();
        let amounts: BTreeSet<i64> = about.iter().map(|booked| booked.transfer.amount.0).collect();
        assert_eq!(amounts, [10, 20, 30].into());
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_booked_is_refused() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100).await.id;
        assert!(is_invalid(&store.top_up(&order(1, account, -5), None).await, "amount"));
        assert!(is_invalid(&store.expire(&order(2, account, 101), None).await, "amount"));
        assert!(is_invalid(&store.top_up(&order(3, account, i64::MAX), None).await, "amount"));
        let operators = revenue(store).await;
        assert!(is_invalid(&store.top_up(&order(4, operators, 5), None).await, "account"));
        let nobody = store.top_up(&order(5, sluice_domain::id::AccountId(999), 5), None).await;
        assert!(matches!(nobody, Err(StoreError::NotFound { what: What::Account })), "{nobody:?}");
        let long = Order { memo: "x".repeat(256), ..order(6, account, 5) };
        assert!(is_invalid(&store.top_up(&long, None).await, "memo"));
        assert_eq!(look(store, account).await.posted, Micros(100));
        assert_clean(store).await;
    })
    .await;
}

#[tokio::test]
async fn statements_and_exports_page_through_every_transfer_once() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 100).await.id;
        for n in 0..10 {
            let at = Timestamp(NOW.0 + i64::try_from(n / 3).unwrap());
            store.top_up(&Order { at, ..order(n, account, 7) }, None).await.unwrap();
            store.expire(&Order { at, ..order(n + 10, account, 3) }, None).await.unwrap();
        }
        let mut seqs = Vec::new();
        while seqs.last() != Some(&1) {
            let page = store.list_transfers(account, seqs.last().copied(), 4).await.unwrap();
            seqs.extend(page.iter().map(|booked| {
                if booked.transfer.debit == account { booked.debit_link.seq } else { booked.credit_link.seq }
            }));
        }
        assert_eq!(seqs, (1..=21).rev().collect::<Vec<_>>());
        let mut followed = Vec::new();
        while followed.last() != Some(&21) {
            let page = store.follow_transfers(account, followed.last().copied().unwrap_or(0), 4).await.unwrap();
            followed.extend(page.iter().map(|booked| {
                if booked.transfer.debit == account { booked.debit_link.seq } else { booked.credit_link.seq }
            }));
        }
        assert_eq!(followed, (1..=21).collect::<Vec<_>>());
        let (mut exported, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.export_transfers(TransferRange::default(), cursor, 4).await.unwrap();
            let Some(last) = page.last() else { break };
            // Through text, as clients carry it.
            cursor = Some(TransferCursor::after(last).to_string().parse().unwrap());
            exported.extend(page);
        }
        let ids: BTreeSet<_> = exported.iter().map(|booked| booked.transfer.id).collect();
        assert_eq!((exported.len(), ids.len()), (21, 21));
        assert!(exported.is_sorted_by_key(|booked| booked.transfer.created_at));
        let day = TransferRange { since: Some(Timestamp(NOW.0 + 1)), until: Some(Timestamp(NOW.0 + 2)) };
        assert_eq!(store.export_transfers(day, None, 100).await.unwrap().len(), 6);
        let found = store.find_transfer(transfer_id(3)).await.unwrap().unwrap();
        assert_eq!(found.to_csv().split(',').count(), CSV_HEADER.split(',').count());
    })
    .await;
}
