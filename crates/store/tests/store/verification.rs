//! What a verification finds when somebody has been at the tables.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, TransferId};
use sluice_domain::ledger::Holder;
use sluice_domain::money::Micros;
use sluice_store::{Deviation, VerifyOptions};

use crate::money::{NODE, assert_clean, borrow, call, call_id, draw, funded, revenue, settle_all, transfer_id, verify};
use crate::support::{NOW, TestDatabase, on_every_database};

struct Scene {
    customer: AccountId,
    revenue: AccountId,
}

/// One top-up and five charges: the customer's chain has six links, the third charge is its fourth.
async fn scene(db: &TestDatabase) -> Scene {
    let customer = funded(&db.store, 1, 1_000).await.id;
    for n in 0..5 {
        settle_all(&db.store, &[call(n, Some(draw(customer, None, 10)))]).await;
    }
    assert_clean(&db.store).await;
    Scene { customer, revenue: revenue(&db.store).await }
}

/// Runs the statement and asserts that the verification finds exactly that.
async fn finds(db: &TestDatabase, sql: &str, expected: &[Deviation]) {
    assert_eq!(db.execute(sql).await, 1, "{sql}");
    let mut found = verify(&db.store).await.deviations;
    let mut expected = expected.to_vec();
    let text = |deviation: &Deviation| format!("{deviation:?}");
    found.sort_by_key(text);
    expected.sort_by_key(text);
    assert_eq!(found, expected, "{sql}");
}

fn link_broken(account: AccountId, seq: i64, call_no: u64) -> Deviation {
    Deviation::LinkBroken { account, seq, transfer: TransferId::of_charge(call_id(call_no)) }
}

#[tokio::test]
async fn an_altered_amount_shows_in_chains_balances_and_the_calls_record() {
    on_every_database(async |db| {
        let Scene { customer, revenue } = scene(db).await;
        let sql =
            format!("UPDATE transfers SET amount_micros = 4 WHERE debit_account = {} AND debit_seq = 4", customer.0);
        let expected = [
            link_broken(customer, 4, 2),
            link_broken(revenue, 3, 2),
            Deviation::PostedDiffers { account: customer, posted: Micros(950), transferred: Micros(956) },
            Deviation::PostedDiffers { account: revenue, posted: Micros(50), transferred: Micros(44) },
            Deviation::ChargeDiffers { call: call_id(2), charged: Some(Micros(10)), transferred: Micros(4) },
        ];
        finds(db, &sql, &expected).await;
    })
    .await;
}

#[tokio::test]
async fn an_altered_note_or_time_breaks_both_chains() {
    on_every_database(async |db| {
        let Scene { customer, revenue } = scene(db).await;
        let expected = [link_broken(customer, 4, 2), link_broken(revenue, 3, 2)];
        let place = format!("WHERE debit_account = {} AND debit_seq = 4", customer.0);
        finds(db, &format!("UPDATE transfers SET memo = 'x' {place}"), &expected).await;
        db.execute(&format!("UPDATE transfers SET memo = '' {place}")).await;
        assert_clean(&db.store).await;
        finds(db, &format!("UPDATE transfers SET created_at = created_at + 1 {place}"), &expected).await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_transfer_is_missed_in_both_accounts_and_by_its_call() {
    on_every_database(async |db| {
        let Scene { customer, revenue } = scene(db).await;
        let sql = format!("DELETE FROM transfers WHERE debit_account = {} AND debit_seq = 4", customer.0);
        let expected = [
            Deviation::TransferMissing { account: customer, seq: 4 },
            Deviation::TransferMissing { account: revenue, seq: 3 },
            Deviation::PostedDiffers { account: customer, posted: Micros(950), transferred: Micros(960) },
            Deviation::PostedDiffers { account: revenue, posted: Micros(50), transferred: Micros(40) },
            Deviation::ChargeMissing { call: call_id(2), charged: Micros(10) },
        ];
        finds(db, &sql, &expected).await;
    })
    .await;
}

#[tokio::test]
async fn the_last_transfer_cannot_be_cut_off_unseen() {
    on_every_database(async |db| {
        let Scene { customer, revenue } = scene(db).await;
        let sql = format!("DELETE FROM transfers WHERE debit_account = {} AND debit_seq = 6", customer.0);
        assert_eq!(db.execute(&sql).await, 1);
        let deviations = verify(&db.store).await.deviations;
        for missing in [(customer, 6), (revenue, 5)].map(|(account, seq)| Deviation::TransferMissing { account, seq }) {
            assert!(deviations.contains(&missing), "{deviations:?}");
        }
        // Not even together with the balance.
        let back = format!("UPDATE accounts SET posted_micros = 960, head_seq = 5 WHERE id = {}", customer.0);
        assert_eq!(db.execute(&back).await, 1);
        assert!(verify(&db.store).await.deviations.contains(&Deviation::HeadDiffers { account: customer }));
    })
    .await;
}

#[tokio::test]
async fn a_transfer_that_was_slipped_in_is_found_wherever_it_is() {
    on_every_database(async |db| {
        let Scene { customer, revenue } = scene(db).await;
        let cash = db.store.find_account_of(Holder::Cash(NODE)).await.unwrap().unwrap().id;
        let top_up = transfer_id(1_000_001);
        // Beyond the end of one chain, and in a place of the other one that is taken.
        let copy = format!(
            "INSERT INTO transfers SELECT call_id, 'charge', {}, 7, debit_hash, {}, 1, credit_hash, 10, call_id, \
             actor, memo, created_at FROM transfers WHERE debit_account = {} AND debit_seq = 4",
            customer.0, cash.0, customer.0
        );
        // The copied id is taken by the charge itself; free it first by giving that one another.
        let moved = format!(
            "UPDATE transfers SET id = {} WHERE debit_account = {} AND debit_seq = 4",
            "'0123456789abcdef'", customer.0
        );
        assert_eq!(db.execute(&moved).await, 1);
        assert_eq!(db.execute(&copy).await, 1);
        let deviations = verify(&db.store).await.deviations;
        let slipped_in = TransferId::of_charge(call_id(2));
        let beyond = Deviation::TransferUnknown { account: customer, seq: 7, transfer: slipped_in };
        assert!(deviations.contains(&beyond), "{deviations:?}");
        let taken = deviations.iter().any(|deviation| {
            matches!(deviation, Deviation::TransferUnknown { account, seq: 1, transfer }
                if *account == cash && (*transfer == slipped_in || *transfer == top_up))
        });
        assert!(taken, "{deviations:?}");
        let renamed = deviations
            .iter()
            .any(|deviation| matches!(deviation, Deviation::LinkBroken { account, seq: 3, .. } if *account == revenue));
        assert!(renamed, "a new id breaks the chain: {deviations:?}");
    })
    .await;
}

#[tokio::test]
async fn altered_balances_leases_and_heads_show() {
    on_every_database(async |db| {
        let Scene { customer, .. } = scene(db).await;
        db.store.borrow(&borrow(1, customer, 100, 1)).await.unwrap().unwrap();
        let account = |change: &str| format!("UPDATE accounts SET {change} WHERE id = {}", customer.0);
        let posted = Deviation::PostedDiffers { account: customer, posted: Micros(999), transferred: Micros(950) };
        finds(db, &account("posted_micros = 999"), &[posted]).await;
        db.execute(&account("posted_micros = 950")).await;
        let leased = Deviation::LeasedDiffers { account: customer, leased: Micros(99), lent: Micros(100) };
        finds(db, &account("leased_micros = 99"), &[leased]).await;
        db.execute(&account("leased_micros = 100")).await;
        assert_clean(&db.store).await;
        let unlent = Deviation::LeasedDiffers { account: customer, leased: Micros(100), lent: Micros(0) };
        finds(db, "DELETE FROM leases", &[unlent]).await;
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_gone_is_missed_by_its_transfers() {
    on_every_database(async |db| {
        let Scene { customer, .. } = scene(db).await;
        assert_eq!(db.execute(&format!("DELETE FROM accounts WHERE id = {}", customer.0)).await, 1);
        let missing = verify(&db.store).await.deviations;
        assert_eq!(missing.len(), 6, "{missing:?}");
        assert!(missing.iter().all(|deviation| matches!(deviation, Deviation::AccountMissing { .. })), "{missing:?}");
    })
    .await;
}

#[tokio::test]
async fn a_call_without_its_charge_and_a_charge_without_its_call_show() {
    on_every_database(async |db| {
        let Scene { .. } = scene(db).await;
        db.store.record_calls(&[call(9, None).record]).await.unwrap();
        let differs = Deviation::ChargeMissing { call: call_id(9), charged: Micros(5) };
        finds(db, "UPDATE calls SET charged_micros = 5 WHERE input_tokens = 9", &[differs]).await;
        let forgiven = "UPDATE calls SET charged_micros = NULL WHERE input_tokens IN (9, 4) AND charged_micros <> 5";
        let charged = Deviation::ChargeDiffers { call: call_id(4), charged: None, transferred: Micros(10) };
        let still = Deviation::ChargeMissing { call: call_id(9), charged: Micros(5) };
        finds(db, forgiven, &[charged.clone(), still.clone()]).await;
        let lost = Deviation::CallMissing { call: call_id(1) };
        finds(db, "DELETE FROM calls WHERE input_tokens = 1", &[charged.clone(), still.clone(), lost]).await;
        let options = VerifyOptions { calls_kept_since: Some(Timestamp(NOW.0 + 1)) };
        let purged = db.store.verify_ledger(&options).await.unwrap().deviations;
        assert_eq!(purged.len(), 2, "a purged record is no deviation: {purged:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_go_on_meanwhile_are_no_deviation() {
    on_every_database(async |db| {
        let customer = funded(&db.store, 1, 100_000).await.id;
        db.store.borrow(&borrow(1, customer, 50_000, 1)).await.unwrap().unwrap();
        let settling = {
            let store = db.store.clone();
            tokio::spawn(async move {
                for batch in 0..25_u64 {
                    let ids = batch * 20..(batch + 1) * 20;
                    let calls: Vec<_> = ids.map(|n| call(n, Some(draw(customer, Some(1), 2)))).collect();
                    settle_all(&store, &calls).await;
                }
            })
        };
        while !settling.is_finished() {
            assert_clean(&db.store).await;
        }
        settling.await.unwrap();
        assert_eq!(assert_clean(&db.store).await.calls, 500);
    })
    .await;
}

#[tokio::test]
async fn a_long_chain_is_followed_page_by_page() {
    on_every_database(async |db| {
        let customer = funded(&db.store, 1, 10_000).await.id;
        let calls: Vec<_> = (0..2_300).map(|n| call(n, Some(draw(customer, None, 1)))).collect();
        settle_all(&db.store, &calls).await;
        let verification = assert_clean(&db.store).await;
        assert_eq!((verification.links, verification.transfers, verification.calls), (4_602, 2_301, 2_300));
        let sql =
            format!("UPDATE transfers SET actor = 'system' WHERE debit_account = {} AND debit_seq = 2001", customer.0);
        assert_eq!(db.execute(&sql).await, 1);
        assert_eq!(verify(&db.store).await.deviations.len(), 2);
    })
    .await;
}
