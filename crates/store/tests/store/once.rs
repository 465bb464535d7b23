//! Keys of billed calls, and the answers that are kept for them.

use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;
use sluice_store::{CallClaim, ClaimEnd, EndedClaim, IdempotencyKey, KeptAnswer, StoreError, What};

use crate::money::call_id;
use crate::support::{NOW, TestDatabase, on_every_database};

const LATER: Timestamp = Timestamp(NOW.0 + 5_000);
const SECRET: &[u8] = b"\x00what the user said\nand got\xff";

fn key(input: u8) -> IdempotencyKey {
    IdempotencyKey { scope: "key:1/call".to_owned(), key: "abc".to_owned(), input: [input; 32] }
}

fn answer(call: CallId) -> KeptAnswer {
    let content_type = Some("text/event-stream".to_owned());
    KeptAnswer { call, status: 201, content_type, content_encoding: None, body: SECRET.to_vec() }
}

async fn claim(db: &TestDatabase, call: CallId) -> CallClaim {
    db.store.claim_for_call(&key(1), call, LATER).await.unwrap()
}

async fn end(db: &TestDatabase, call: CallId, end: ClaimEnd) {
    db.store.end_claims(&[EndedClaim { key: key(1), call, end }]).await.unwrap();
}

#[tokio::test]
async fn a_key_belongs_to_the_first_call_until_its_answer_is_kept_and_then_gives_that() {
    on_every_database(async |db| {
        let (first, second) = (call_id(1), call_id(2));
        assert_eq!(db.store.claim_for_call(&key(1), first, NOW).await.unwrap(), CallClaim::First);
        assert_eq!(claim(db, second).await, CallClaim::UnderWay { call: first, since: NOW });
        end(db, first, ClaimEnd::Answered(answer(first))).await;
        assert_eq!(claim(db, second).await, CallClaim::Answered(answer(first)));
        let other = db.store.claim_for_call(&key(2), second, NOW).await;
        assert!(matches!(other, Err(StoreError::Conflict { what: What::IdempotencyKey })), "{other:?}");
    })
    .await;
}

#[tokio::test]
async fn a_spent_key_stays_taken_and_a_void_one_is_free() {
    on_every_database(async |db| {
        let (first, second) = (call_id(1), call_id(2));
        claim(db, first).await;
        end(db, first, ClaimEnd::Void).await;
        assert_eq!(claim(db, second).await, CallClaim::First);
        end(db, second, ClaimEnd::Spent).await;
        assert_eq!(claim(db, first).await, CallClaim::Spent { call: second });
    })
    .await;
}

#[tokio::test]
async fn one_call_alone_takes_a_key_over_and_the_old_one_has_no_say_any_more() {
    on_every_database(async |db| {
        let (first, second, third) = (call_id(1), call_id(2), call_id(3));
        claim(db, first).await;
        assert!(db.store.take_over_claim(&key(1), (first, second), NOW).await.unwrap());
        assert!(!db.store.take_over_claim(&key(1), (first, third), NOW).await.unwrap());
        for late in [ClaimEnd::Void, ClaimEnd::Spent, ClaimEnd::Answered(answer(first))] {
            end(db, first, late).await;
        }
        assert_eq!(claim(db, third).await, CallClaim::UnderWay { call: second, since: NOW });
    })
    .await;
}

#[tokio::test]
async fn nothing_of_an_answer_can_be_read_in_the_database_or_opened_for_another_input() {
    on_every_database(async |db| {
        let first = call_id(1);
        claim(db, first).await;
        end(db, first, ClaimEnd::Answered(answer(first))).await;
        let readable = "outcome LIKE '%the user%' OR outcome LIKE '%event-stream%'";
        let found = format!("UPDATE idempotency SET created_at = created_at + 1 WHERE {readable}");
        assert_eq!(db.execute(&found).await, 0);
        assert_eq!(db.execute("UPDATE idempotency SET input_hash = REPLACE(input_hash, '01', '02')").await, 1);
        let moved = db.store.claim_for_call(&key(2), call_id(2), NOW).await;
        assert!(matches!(moved, Err(StoreError::Corrupt { .. })), "{moved:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_calls_with_one_key_at_once_one_is_the_first() {
    on_every_database(async |db| {
        let other = db.open_again().await;
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
                tokio::spawn(async move {
                    loop {
                        match store.claim_for_call(&key(1), call_id(n), NOW).await {
                            Ok(claim) => return claim == CallClaim::First,
                            Err(error) => assert!(error.is_retryable(), "{error:?}"),
                        }
                    }
                })
            })
            .collect();
        let mut firsts = 0;
        for task in tasks {
            firsts += usize::from(task.await.unwrap());
        }
        assert_eq!(firsts, 1);
        other.close().await.unwrap();
    })
    .await;
}
