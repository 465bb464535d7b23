//! Records of calls.

use std::collections::HashSet;

use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, CredentialId, KeyId, ProviderId, UserId};
use sluice_domain::money::Micros;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_store::{CallCursor, CallFilter, CallRow, PageRequest, Store};

use crate::support::{NOW, on_every_database};

/// Makes the `n`th record; four in a row begin in the same millisecond, and their ids do not follow their numbers.
fn record(n: u64) -> CallRecord {
    let created_at = Timestamp(NOW.0 + i64::try_from(n / 4).unwrap());
    let mut random = [0; 10];
    random[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    random[8..].copy_from_slice(&u16::try_from(n % 60_000).unwrap().to_be_bytes());
    CallRecord {
        id: CallId::new(u64::try_from(created_at.0).unwrap(), random),
        created_at,
        key_id: KeyId(i64::try_from(n % 3).unwrap()),
        user_id: UserId(i64::try_from(n % 2).unwrap()),
        dialect: "openai_chat",
        operation: "chat_completions",
        model_asked: format!("model-{}", n % 5),
        model_used: "gpt-4o".to_owned(),
        provider_id: Some(ProviderId(i64::try_from(n % 7).unwrap())),
        provider_name: "one".to_owned(),
        credential_id: Some(CredentialId(4)),
        status: 200,
        outcome: Outcome::Complete,
        error: String::new(),
        usage: Usage { input: n, output: 2, ..Usage::default() },
        usage_source: UsageSource::Reported,
        cost: Some(Micros(12)),
        first_token_ms: Some(30),
        duration_ms: 400,
        stream: true,
        client_ip: Some("192.0.2.1".parse().unwrap()),
        upstream_request_id: "req_1".to_owned(),
        attempts: Vec::new(),
        decision: None,
    }
}

fn records(range: std::ops::Range<u64>) -> Vec<CallRecord> {
    range.map(record).collect()
}

fn as_row(record: CallRecord) -> CallRow {
    CallRow {
        id: record.id,
        created_at: record.created_at,
        key_id: record.key_id,
        user_id: record.user_id,
        dialect: record.dialect.to_owned(),
        operation: record.operation.to_owned(),
        model_asked: record.model_asked,
        model_used: record.model_used,
        provider_id: record.provider_id,
        provider_name: record.provider_name,
        credential_id: record.credential_id,
        status: record.status,
        outcome: record.outcome,
        error: record.error,
        usage: record.usage,
        usage_source: record.usage_source,
        cost: record.cost,
        charged: None,
        first_token_ms: record.first_token_ms,
        duration_ms: record.duration_ms,
        stream: record.stream,
        client_ip: record.client_ip,
        upstream_request_id: record.upstream_request_id,
        attempts: record.attempts,
        decision: record.decision.and_then(sluice_domain::route::Reasons::decision),
    }
}

fn rich_record() -> CallRecord {
    CallRecord {
        status: 502,
        outcome: Outcome::Broken,
        error: "upstream_timeout".to_owned(),
        usage: Usage {
            input: 1,
            cache_read: 2,
            cache_write_5m: 3,
            cache_write_1h: 4,
            input_audio: 5,
            input_image: 6,
            output: 7,
            reasoning: 8,
            output_audio: 9,
            output_image: 10,
            calls: 11,
            duration_ms: 12,
            images: 13,
        },
        usage_source: UsageSource::Estimated,
        client_ip: Some("2001:db8::1".parse().unwrap()),
        attempts: vec![Attempt {
            provider_id: ProviderId(-1),
            provider_name: "壹 \"one\"".to_owned(),
            credential_id: CredentialId(4),
            model: "gpt-4o".to_owned(),
            status: 0,
            started_ms: 1,
            duration_ms: 2,
            error: Some("connect: refused".to_owned()),
            dialect: Some("anthropic".to_owned()),
            losses: "n;cosmetic;\"one answer\"".to_owned(),
        }],
        decision: Some(
            sluice_domain::route::Decision { rule: Some("r".to_owned()), ..sluice_domain::route::Decision::default() }
                .into(),
        ),
        ..record(1)
    }
}

#[tokio::test]
async fn a_record_comes_back_whole() {
    on_every_database(async |db| {
        let bare = CallRecord {
            provider_id: None,
            credential_id: None,
            cost: None,
            first_token_ms: None,
            client_ip: None,
            outcome: Outcome::Refused,
            usage: Usage::default(),
            usage_source: UsageSource::Missing,
            stream: false,
            ..record(2)
        };
        let expected = [as_row(rich_record()), as_row(bare.clone())];
        assert_eq!(db.store.record_calls(&[rich_record(), bare]).await.unwrap(), 2);
        for row in expected {
            assert_eq!(db.store.find_call(row.id, None).await.unwrap(), Some(row));
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_that_a_record_holds_stops_it_from_being_written() {
    on_every_database(async |db| {
        let odd = CallRecord {
            model_asked: "安\0".repeat(2_000),
            provider_name: "x".repeat(2_000),
            error: "é".repeat(2_000),
            upstream_request_id: "x\0".repeat(2_000),
            usage: Usage { input: u64::MAX, ..Usage::default() },
            attempts: vec![Attempt { error: Some("安\0".repeat(9_000)), ..rich_record().attempts.remove(0) }; 500],
            ..record(1)
        };
        assert_eq!(db.store.record_calls(&[odd]).await.unwrap(), 1);
        let row = db.store.find_call(record(1).id, None).await.unwrap().unwrap();
        assert_eq!(row.model_asked, "安".repeat(255));
        assert_eq!(row.usage.input, u64::try_from(i64::MAX).unwrap());
        assert_eq!(row.attempts.len(), 64);
    })
    .await;
}

#[tokio::test]
async fn five_thousand_records_are_one_batch_and_a_replay_writes_nothing_twice() {
    on_every_database(async |db| {
        let batch = records(0..5_000);
        assert_eq!(db.store.record_calls(&batch).await.unwrap(), 5_000);
        assert_eq!(db.store.record_calls(&batch[..700]).await.unwrap(), 0);
        assert_eq!(db.store.count_calls(&CallFilter::default(), 9_999).await.unwrap(), 5_000);
    })
    .await;
}

#[tokio::test]
async fn a_batch_with_known_and_doubled_records_adds_what_is_new() {
    on_every_database(async |db| {
        db.store.record_calls(&records(100..120)).await.unwrap();
        let mut batch = records(0..300);
        batch.push(record(7));
        let changed = CallRecord { status: 599, ..record(110) };
        batch.push(changed);
        assert_eq!(db.store.record_calls(&batch).await.unwrap(), 280);
        assert_eq!(db.store.record_calls(&batch).await.unwrap(), 0);
        assert_eq!(db.store.count_calls(&CallFilter::default(), 9_999).await.unwrap(), 300);
        let first = db.store.find_call(record(110).id, None).await.unwrap().unwrap();
        assert_eq!(first.status, 200, "what was written first stays");
        assert_eq!(db.store.record_calls(&[]).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_that_overlap_at_the_same_time_write_every_record_once() {
    on_every_database(async |db| {
        let tasks: Vec<_> = (0..4)
            .map(|n| {
                let store = db.store.clone();
                tokio::spawn(async move { write_until_it_lands(&store, &records(n * 50..n * 50 + 100)).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(db.store.count_calls(&CallFilter::default(), 9_999).await.unwrap(), 250);
    })
    .await;
}

/// Does what the journal does: an error that may pass is tried again.
async fn write_until_it_lands(store: &Store, batch: &[CallRecord]) {
    while let Err(error) = store.record_calls(batch).await {
        assert!(error.is_retryable(), "{error:?}");
    }
}

async fn read_all(store: &Store, filter: &CallFilter, limit: u64) -> Vec<CallRow> {
    let mut rows: Vec<CallRow> = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.list_calls(filter, cursor, limit).await.unwrap();
        // Through text, as clients carry it.
        cursor = page.last().map(|row| CallCursor::after(row).to_string().parse().unwrap());
        let is_last = page.is_empty();
        rows.extend(page);
        if is_last {
            return rows;
        }
    }
}

#[tokio::test]
async fn pages_by_key_show_every_call_once_newest_first() {
    on_every_database(async |db| {
        db.store.record_calls(&records(0..103)).await.unwrap();
        let rows = read_all(&db.store, &CallFilter::default(), 10).await;
        let ids: HashSet<CallId> = rows.iter().map(|row| row.id).collect();
        assert_eq!((rows.len(), ids.len()), (103, 103));
        assert!(rows.is_sorted_by(|a, b| (a.created_at, a.id) > (b.created_at, b.id)));
    })
    .await;
}

#[tokio::test]
async fn a_call_that_arrives_while_paging_moves_nothing() {
    on_every_database(async |db| {
        db.store.record_calls(&records(0..20)).await.unwrap();
        let first = db.store.list_calls(&CallFilter::default(), None, 10).await.unwrap();
        db.store.record_calls(&records(20..30)).await.unwrap();
        let cursor = CallCursor::after(first.last().unwrap());
        let second = db.store.list_calls(&CallFilter::default(), Some(cursor), 100).await.unwrap();
        let seen: HashSet<CallId> = first.iter().chain(&second).map(|row| row.id).collect();
        assert_eq!(seen, records(0..20).iter().map(|record| record.id).collect());
    })
    .await;
}

#[tokio::test]
async fn every_filter_restricts_and_pages_by_key_too() {
    on_every_database(async |db| {
        let mut batch = records(0..60);
        batch[3].outcome = Outcome::Broken;
        batch[3].error = "upstream_timeout".to_owned();
        db.store.record_calls(&batch).await.unwrap();
        type Claim = fn(&CallRow) -> bool;
        let none = CallFilter::default;
        let filters: [(CallFilter, Claim); 9] = [
            (CallFilter { user_id: Some(UserId(1)), ..none() }, |row| row.user_id == UserId(1)),
            (CallFilter { key_id: Some(KeyId(2)), ..none() }, |row| row.key_id == KeyId(2)),
            (CallFilter { provider_id: Some(ProviderId(6)), ..none() }, |row| row.provider_id == Some(ProviderId(6))),
            (CallFilter { model: Some("model-4".to_owned()), ..none() }, |row| row.model_asked == "model-4"),
            (CallFilter { outcome: Some(Outcome::Broken), ..none() }, |row| row.outcome == Outcome::Broken),
            (CallFilter { failed: Some(true), ..none() }, |row| !row.error.is_empty()),
            (CallFilter { failed: Some(false), ..none() }, |row| row.error.is_empty()),
            (CallFilter { since: Some(Timestamp(NOW.0 + 5)), ..none() }, |row| row.created_at.0 >= NOW.0 + 5),
            (CallFilter { until: Some(Timestamp(NOW.0 + 5)), ..none() }, |row| row.created_at.0 < NOW.0 + 5),
        ];
        let all = read_all(&db.store, &none(), 100).await;
        for (filter, claim) in filters {
            let expected: Vec<CallRow> = all.iter().filter(|row| claim(row)).cloned().collect();
            assert!(!expected.is_empty() && expected.len() < all.len(), "{filter:?}");
            assert_eq!(read_all(&db.store, &filter, 7).await, expected, "{filter:?}");
            assert_eq!(db.store.count_calls(&filter, 100).await.unwrap(), expected.len() as u64, "{filter:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn numbered_pages_and_counts_have_an_end() {
    on_every_database(async |db| {
        db.store.record_calls(&records(0..30)).await.unwrap();
        let all = read_all(&db.store, &CallFilter::default(), 100).await;
        let page = db.store.page_calls(&CallFilter::default(), PageRequest::nth(1, 12)).await.unwrap();
        assert_eq!((page.items.as_slice(), page.total), (&all[12..24], 30));
        assert_eq!(db.store.count_calls(&CallFilter::default(), 11).await.unwrap(), 11);
        let far = PageRequest::nth(u64::MAX, u64::MAX);
        assert_eq!(db.store.page_calls(&CallFilter::default(), far).await.unwrap().items, []);
        assert_eq!(db.store.list_calls(&CallFilter::default(), None, 0).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_call_is_out_of_reach_for_anybody_but_its_user() {
    on_every_database(async |db| {
        db.store.record_calls(&[record(1)]).await.unwrap();
        let id = record(1).id;
        assert!(db.store.find_call(id, Some(UserId(1))).await.unwrap().is_some());
        assert_eq!(db.store.find_call(id, Some(UserId(0))).await.unwrap(), None);
        assert_eq!(db.store.find_call(record(2).id, None).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn old_calls_are_purged_oldest_first_in_bounded_steps() {
    on_every_database(async |db| {
        db.store.record_calls(&records(0..1_300)).await.unwrap();
        let before = Timestamp(NOW.0 + 250);
        assert_eq!(db.store.purge_calls_before(before, 600).await.unwrap(), 600);
        let left = read_all(&db.store, &CallFilter::default(), 1_000).await;
        assert_eq!((left.len(), left.last().unwrap().created_at), (700, Timestamp(NOW.0 + 150)));
        assert_eq!(db.store.purge_calls_before(before, 600).await.unwrap(), 400);
        assert_eq!(db.store.count_calls(&CallFilter::default(), 9_999).await.unwrap(), 300);
        assert_eq!(db.store.purge_calls_before(before, 0).await.unwrap(), 0);
    })
    .await;
}
