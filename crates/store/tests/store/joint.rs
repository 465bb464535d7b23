//! Calls that meet several restrictions at once: found by way of the hours, they are the same as when every call is looked at.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sluice_domain::call::Outcome;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, KeyId, ProviderId, UserId};
use sluice_domain::ledger::SettledCall;
use sluice_store::{CallCursor, CallFilter, CallRow, PageRequest, Store};

use crate::money::{call, settle_all};
use crate::support::{NOW, on_every_database};

const HOUR_MS: i64 = 3_600_000;
const CALLS: usize = 500;
const FILTERS: usize = 40;

/// Returns the beginning of an hour.
fn first_hour() -> i64 {
    NOW.0 - NOW.0.rem_euclid(HOUR_MS)
}

/// Makes a call within eight hours; many begin in the same millisecond, and some with an hour.
fn any_call(n: u64, random: &mut StdRng) -> SettledCall {
    let began = first_hour() + random.random_range(0..24) * HOUR_MS / 3;
    let mut settled = call(n, None);
    let record = &mut settled.record;
    record.id = CallId::new(u64::try_from(began).unwrap(), random.random());
    record.created_at = Timestamp(began);
    let key = random.random_range(1..5);
    (record.key_id, record.user_id) = (KeyId(key), UserId(key / 2));
    record.model_asked = (*["gpt-4o", "o3", "安"].choose(random).unwrap()).to_owned();
    record.provider_id = *[None, Some(ProviderId(1)), Some(ProviderId(2))].choose(random).unwrap();
    let (outcome, error) = *[
        (Outcome::Complete, ""),
        (Outcome::Complete, ""),
        (Outcome::Abandoned, ""),
        (Outcome::Broken, "upstream_timeout"),
        (Outcome::Refused, "no_route"),
    ]
    .choose(random)
    .unwrap();
    (record.outcome, record.error) = (outcome, error.to_owned());
    settled
}

/// Makes a filter of two restrictions or more.
fn any_filter(random: &mut StdRng) -> CallFilter {
    let any_time = |random: &mut StdRng| {
        // The beginnings of hours and of calls, and times between two calls.
        let at = first_hour() + random.random_range(-1..25) * HOUR_MS / 3 + *[0, 0, 1, 700].choose(random).unwrap();
        Timestamp(at)
    };
    loop {
        let filter = CallFilter {
            user_id: random.random::<bool>().then(|| UserId(random.random_range(0..4))),
            key_id: (random.random_range(0..4) == 0).then(|| KeyId(random.random_range(1..5))),
            provider_id: (random.random_range(0..3) == 0).then(|| ProviderId(random.random_range(1..4))),
            model: random.random::<bool>().then(|| (*["o3", "安", "gpt"].choose(random).unwrap()).to_owned()),
            outcome: (random.random_range(0..4) == 0)
                .then(|| *[Outcome::Abandoned, Outcome::Broken, Outcome::Complete].choose(random).unwrap()),
            failed: (random.random_range(0..4) == 0).then(|| random.random()),
            since: (random.random_range(0..3) == 0).then(|| any_time(random)),
            until: (random.random_range(0..3) == 0).then(|| any_time(random)),
        };
        let CallFilter { user_id, key_id, provider_id, ref model, outcome, failed, .. } = filter;
        let restricts = [
            user_id.is_some(),
            key_id.is_some(),
            provider_id.is_some(),
            model.is_some(),
            (outcome, failed) != (None, None),
        ];
        if restricts.into_iter().filter(|restricts| *restricts).count() > 1 {
            return filter;
        }
    }
}

fn is_wanted(row: &CallRow, filter: &CallFilter) -> bool {
    filter.user_id.is_none_or(|user| user == row.user_id)
        && filter.key_id.is_none_or(|key| key == row.key_id)
        && filter.provider_id.is_none_or(|provider| Some(provider) == row.provider_id)
        && filter.model.as_ref().is_none_or(|model| *model == row.model_asked)
        && filter.outcome.is_none_or(|outcome| outcome == row.outcome)
        && filter.failed.is_none_or(|failed| failed != row.error.is_empty())
        && filter.since.is_none_or(|since| since <= row.created_at)
        && filter.until.is_none_or(|until| row.created_at < until)
}

async fn by_cursor(store: &Store, filter: &CallFilter, limit: u64) -> Vec<CallRow> {
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.list_calls(filter, cursor, limit).await.unwrap();
        cursor = page.last().map(CallCursor::after);
        let is_last = u64::try_from(page.len()).unwrap() < limit;
        rows.extend(page);
        if is_last {
            return rows;
        }
    }
}

async fn by_number(store: &Store, filter: &CallFilter, size: u64) -> (Vec<CallRow>, u64) {
    let mut rows = Vec::new();
    for number in 0.. {
        let page = store.page_calls(filter, PageRequest::nth(number, size)).await.unwrap();
        rows.extend(page.items);
        if (number + 1) * size >= page.total {
            return (rows, page.total);
        }
    }
    unreachable!("pages have an end")
}

/// Asserts that lists and counts are what looking at every call says.
async fn assert_found(store: &Store, random: &mut StdRng) {
    let all = store.list_calls(&CallFilter::default(), None, 1_000).await.unwrap();
    let mut found = 0;
    for _ in 0..FILTERS {
        let filter = any_filter(random);
        let expected: Vec<CallRow> = all.iter().filter(|row| is_wanted(row, &filter)).cloned().collect();
        let count = u64::try_from(expected.len()).unwrap();
        found += count;
        assert_eq!(store.count_calls(&filter, 999).await.unwrap(), count, "{filter:?}");
        assert_eq!(store.count_calls(&filter, 3).await.unwrap(), count.min(3), "{filter:?}");
        assert_eq!(by_number(store, &filter, 7).await, (expected.clone(), count), "{filter:?}");
        assert_eq!(by_cursor(store, &filter, 6).await, expected, "{filter:?}");
    }
    assert!(found > 300, "too few to tell: {found}");
}

#[tokio::test]
async fn calls_that_meet_several_restrictions_are_found_and_counted_exactly() {
    on_every_database(async |db| {
        let random = &mut StdRng::seed_from_u64(11);
        let none = CallFilter { user_id: Some(UserId(1)), model: Some("o3".to_owned()), ..CallFilter::default() };
        assert_eq!(db.store.page_calls(&none, PageRequest::nth(0, 5)).await.unwrap().total, 0);
        let calls: Vec<_> = (0..CALLS).map(|n| any_call(u64::try_from(n).unwrap(), random)).collect();
        settle_all(&db.store, &calls).await;
        assert_found(&db.store, random).await;
        // Part of an hour's calls go, which the hour still counts.
        assert_eq!(db.store.purge_calls_before(Timestamp(i64::MAX), 90).await.unwrap(), 90);
        assert_found(&db.store, random).await;
    })
    .await;
}
