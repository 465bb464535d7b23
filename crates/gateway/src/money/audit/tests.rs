//! Audits of ledgers that add up and of some that somebody has been at.

use sluice_domain::clock::Clock;
use sluice_domain::id::LeaseId;
use sluice_domain::money::Micros;
use sluice_store::Borrow;
use uuid::Uuid;

use super::*;
use crate::money::scene::{NODE, Scene, Sold, record};
use crate::record::Dues;
use crate::record::journal::{Directory, Note, Room, Stage};

async fn audit(scene: &Scene) -> Audit {
    Audit::make(&scene.store, &Clock::System, None).await.unwrap()
}

fn kinds(audit: &Audit) -> Vec<&str> {
    let mut kinds: Vec<_> = audit.deviations.iter().map(|fault| fault.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

async fn two_calls() -> Scene {
    let scene = Scene::new().await;
    scene.settle(1, &Sold::default()).await;
    scene.settle(2, &Sold::default()).await;
    scene
}

#[tokio::test]
async fn a_ledger_that_adds_up_is_clean_and_counted() {
    let audit = audit(&two_calls().await).await;
    let counts = (audit.is_clean, audit.accounts, audit.links, audit.transfers, audit.calls, audit.leases);
    assert_eq!(counts, (true, 3, 6, 3, 2, 0));
    let text = to_text(&audit, &JournalAudit::Absent);
    assert!(text.ends_with("ledger      adds up") && text.contains("6 links"), "{text}");
}

#[tokio::test]
async fn what_somebody_has_altered_is_found_and_said_in_words() {
    for (sql, expected) in [
        (
            "UPDATE transfers SET amount_micros = 1 WHERE debit_seq = 3",
            vec!["charge_differs", "link_broken", "posted_differs"],
        ),
        ("DELETE FROM transfers WHERE debit_seq = 3", vec!["charge_missing", "posted_differs", "transfer_missing"]),
        ("DELETE FROM calls WHERE rowid = 1", vec!["call_missing"]),
        ("UPDATE accounts SET posted_micros = posted_micros + 1 WHERE kind = 'user'", vec!["posted_differs"]),
        ("UPDATE transfers SET kind = 'gift' WHERE debit_seq = 3", vec!["row_unreadable"]),
    ] {
        let scene = two_calls().await;
        assert_eq!(scene.execute(sql).await, 1, "{sql}");
        let audit = audit(&scene).await;
        assert_eq!((audit.is_clean, kinds(&audit)), (false, expected), "{sql}");
        let text = to_text(&audit, &JournalAudit::Absent);
        assert_eq!(text.matches("wrong  ").count(), audit.deviations.len(), "{text}");
        assert!(summary(&audit).starts_with("does not add up"), "{text}");
    }
}

#[tokio::test]
async fn leases_and_calls_that_were_put_aside_are_counted() {
    let scene = two_calls().await;
    let now = Clock::System.now();
    for (n, expires_at) in [(1, Timestamp(now.0 + 60_000)), (2, Timestamp(now.0 - 60_000))] {
        let (id, account) = (LeaseId(Uuid::from_u128(n)), scene.customer);
        let borrow = Borrow { id, account, node: NODE, want: Micros(300), minimum: Micros(1), expires_at };
        scene.store.borrow(&borrow).await.unwrap().unwrap();
    }
    scene.store.park_call(record(9, now).id, "no such account", "00", now).await.unwrap();
    let audit = audit(&scene).await;
    let leases = (audit.leases, audit.leased_micros, audit.expired_leases, audit.expired_micros);
    assert_eq!((audit.is_clean, leases, audit.parked_count()), (true, (2, 600, 1, 300), 1));
    let text = to_text(&audit, &JournalAudit::Absent);
    assert!(text.contains("no such account") && text.contains("1 of them expired"), "{text}");
    assert!(summary(&audit).contains("1 call could not be posted"), "{text}");
}

#[tokio::test]
async fn a_shortened_audit_still_counts_everything() {
    let mut audit = Audit { more_deviations: 5, ..Audit::default() };
    audit.deviations = (0..7).map(|n| Fault { kind: "k".to_owned(), text: n.to_string() }).collect();
    audit.shorten(3);
    assert_eq!((audit.deviations.len(), audit.more_deviations, audit.deviation_count()), (3, 9, 12));
}

#[tokio::test]
async fn calls_of_the_journal_that_the_database_lacks_are_still_to_be_settled() {
    let scene = Scene::new().await;
    let dir = scene.folder.path().join("journal");
    let make = async || JournalAudit::make(&scene.store, &dir).await.unwrap();
    assert_eq!(make().await, JournalAudit::Absent);
    let now = Clock::System.now();
    let [settled, ended, cut_off] = [1, 2, 3].map(|n| record(n, Timestamp(now.0 + i64::from(n))));
    {
        let directory = Directory::take(&dir).unwrap();
        let journal = directory.open(0, 1 << 30).unwrap();
        let dues = Dues { charge: Some(Micros(250)), ..Dues::default() };
        for (stage, record) in [(Stage::Close, &settled), (Stage::Close, &ended), (Stage::Open, &cut_off)] {
            journal.append(&Note { stage, room: Room::Reserved, record, dues: &dues }).unwrap();
        }
        assert_eq!(make().await, JournalAudit::InUse);
    }
    scene.settle_record(settled, &Sold::default()).await;
    let found = make().await;
    let JournalAudit::Read { calls: 3, unsettled, more_unsettled: 0 } = &found else { panic!("{found:?}") };
    let seen: Vec<_> = unsettled.iter().map(|call| (call.call, call.has_ended)).collect();
    assert_eq!(seen, [(ended.id, true), (cut_off.id, false)]);
    let audit = audit(&scene).await;
    let text = to_text(&audit, &found);
    assert!(text.contains("2 of them still to be settled") && text.contains("never ended"), "{text}");
    assert_eq!(make().await, found, "looking changes nothing");
}
