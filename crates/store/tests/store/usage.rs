//! What was used in each hour, against the calls themselves.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sluice_domain::call::Outcome;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, CallId, KeyId, ProviderId, UserId};
use sluice_domain::ledger::SettledCall;
use sluice_domain::money::Micros;
use sluice_domain::price::CacheSaving;
use sluice_domain::usage::Usage;
use sluice_store::{
    CallFilter, CallRow, Grouping, SpeedSums, Step, Store, StoreError, UsageFilter, UsageGroup, UsageSums,
};

use crate::money::{call, draw, funded, revenue, settle, settle_all};
use crate::support::{NOW, on_every_database};

const HOUR_MS: i64 = 3_600_000;
const FIRST_TOKEN_ENDS_MS: [u64; 11] = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200];
const DURATION_ENDS_MS: [u64; 11] = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 102_400];

/// Makes a call that began `ms` after the beginning of the day of [`NOW`], of no price and nobody's.
fn plain(n: u64, ms: i64) -> SettledCall {
    let began = NOW.0 - NOW.0.rem_euclid(24 * HOUR_MS) + ms;
    let mut settled = call(n, None);
    let mut random = [0; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    settled.record.id = CallId::new(u64::try_from(began).unwrap(), random);
    settled.record.created_at = Timestamp(began);
    settled
}

fn pick<T: Clone, const N: usize>(random: &mut StdRng, from: &[T; N]) -> T {
    from.choose(random).unwrap().clone()
}

/// Makes a call of any kind within three days.
fn any_call(n: u64, account: AccountId, random: &mut StdRng) -> SettledCall {
    let mut settled = plain(n, random.random_range(0..72 * HOUR_MS));
    let key = random.random_range(1..6);
    let record = &mut settled.record;
    (record.key_id, record.user_id) = (KeyId(key), UserId(key / 2));
    record.model_asked = pick(random, &["gpt-4o", "o3", "安"]).to_owned();
    record.provider_id = pick(random, &[None, Some(ProviderId(1)), Some(ProviderId(2))]);
    record.outcome = pick(random, &[Outcome::Complete, Outcome::Abandoned, Outcome::Broken]);
    record.error = pick(random, &["", "", "upstream_timeout"]).to_owned();
    record.cost = random.random::<bool>().then(|| Micros(random.random_range(0..9_000)));
    record.first_token_ms = random.random::<bool>().then(|| random.random_range(0..70_000));
    record.duration_ms = random.random_range(0..200_000);
    let mut tokens = || random.random_range(0..1_000);
    record.usage = Usage {
        input: tokens(),
        cache_read: tokens(),
        cache_write_5m: tokens(),
        cache_write_1h: tokens(),
        input_audio: tokens(),
        input_image: tokens(),
        output: tokens(),
        reasoning: tokens(),
        output_audio: tokens(),
        output_image: tokens(),
        images: tokens(),
        ..Usage::default()
    };
    settled.charge = random.random::<bool>().then(|| draw(account, None, 7));
    settled
}

fn add(sums: &mut (UsageSums, SpeedSums), row: &CallRow) {
    let (sums, speed, usage) = (&mut sums.0, &mut sums.1, &row.usage);
    sums.calls += 1;
    sums.failures += u64::from(!row.error.is_empty());
    sums.abandoned += u64::from(row.outcome == Outcome::Abandoned);
    sums.unpriced += u64::from(row.cost.is_none() && !usage.is_empty());
    sums.input_tokens += usage.input + usage.input_audio + usage.input_image;
    sums.cache_read_tokens += usage.cache_read;
    sums.cache_write_tokens += usage.cache_write_5m + usage.cache_write_1h;
    sums.output_tokens += usage.output + usage.output_audio + usage.output_image;
    sums.reasoning_tokens += usage.reasoning;
    sums.images += usage.images;
    sums.cost.0 += row.cost.map_or(0, |cost| cost.0);
    sums.charged.0 += row.charged.map_or(0, |charged| charged.0);
    speed.duration_ms += row.duration_ms;
    let class = DURATION_ENDS_MS.iter().filter(|end| **end < row.duration_ms).count();
    *speed.duration_classes.get_mut(class).unwrap() += 1;
    if let Some(ms) = row.first_token_ms {
        speed.first_tokens += 1;
        speed.first_token_ms += ms;
        let class = FIRST_TOKEN_ENDS_MS.iter().filter(|end| **end < ms).count();
        *speed.first_token_classes.get_mut(class).unwrap() += 1;
    }
}

fn group_of(row: &CallRow, grouping: Grouping) -> UsageGroup {
    match grouping {
        Grouping::None => UsageGroup::All,
        Grouping::Key => UsageGroup::Key(row.key_id),
        Grouping::Model => UsageGroup::Model(row.model_asked.clone()),
        Grouping::Provider => UsageGroup::Provider(row.provider_id),
        Grouping::User => UsageGroup::User(row.user_id),
    }
}

fn is_wanted(row: &CallRow, filter: &UsageFilter) -> bool {
    let hour = |time: Timestamp| time.0.div_euclid(HOUR_MS);
    (hour(filter.since)..hour(filter.until)).contains(&hour(row.created_at))
        && filter.user_id.is_none_or(|user| user == row.user_id)
        && filter.key_id.is_none_or(|key| key == row.key_id)
        && filter.provider_id.is_none_or(|provider| Some(provider) == row.provider_id)
        && filter.model.as_ref().is_none_or(|model| *model == row.model_asked)
}

async fn all_calls(store: &Store) -> Vec<CallRow> {
    store.list_calls(&CallFilter::default(), None, 1_000).await.unwrap()
}

/// A day before and three days after the first calls.
fn whole() -> UsageFilter {
    let day = NOW.0 - NOW.0.rem_euclid(24 * HOUR_MS);
    let (since, until) = (Timestamp(day - 24 * HOUR_MS), Timestamp(day + 72 * HOUR_MS));
    UsageFilter { since, until, ..UsageFilter::default() }
}

const GROUPINGS: [Grouping; 5] = [Grouping::None, Grouping::Key, Grouping::Model, Grouping::Provider, Grouping::User];

/// Asserts that whatever is asked, the hours say what the calls say.
async fn assert_adds_up(store: &Store) {
    let rows = all_calls(store).await;
    assert!(rows.len() < 1_000, "more than one page");
    let restrictions: [fn(&mut UsageFilter); 7] = [
        |_| {},
        |filter| filter.user_id = Some(UserId(1)),
        |filter| filter.key_id = Some(KeyId(3)),
        |filter| filter.provider_id = Some(ProviderId(2)),
        |filter| filter.model = Some("安".to_owned()),
        |filter| (filter.user_id, filter.model) = (Some(UserId(1)), Some("o3".to_owned())),
        |filter| filter.since.0 += 30 * HOUR_MS,
    ];
    for restrict in restrictions {
        let mut filter = whole();
        restrict(&mut filter);
        for grouping in GROUPINGS {
            let mut expected: BTreeMap<UsageGroup, (UsageSums, SpeedSums)> = BTreeMap::new();
            for row in rows.iter().filter(|row| is_wanted(row, &filter)) {
                add(expected.entry(group_of(row, grouping)).or_default(), row);
            }
            let totals = store.usage_totals(&filter, grouping, 100).await.unwrap();
            assert!(totals.is_sorted_by_key(|total| std::cmp::Reverse(total.sums.calls)), "{grouping:?}");
            let found: BTreeMap<_, _> = totals.into_iter().map(|total| (total.group, total.sums)).collect();
            let expected: BTreeMap<_, _> = expected.into_iter().map(|(group, sums)| (group, sums.0)).collect();
            assert_eq!(found, expected, "{grouping:?} {filter:?}");
            assert_speeds(store, &filter, grouping, &rows).await;
            assert_series(store, &filter, grouping, &rows).await;
        }
    }
}

async fn assert_speeds(store: &Store, filter: &UsageFilter, grouping: Grouping, rows: &[CallRow]) {
    let mut expected: BTreeMap<UsageGroup, (UsageSums, SpeedSums)> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_wanted(row, filter)) {
        add(expected.entry(group_of(row, grouping)).or_default(), row);
    }
    let speeds = store.speed_totals(filter, grouping, 100).await.unwrap();
    let found: BTreeMap<_, _> = speeds.into_iter().map(|total| (total.group, total.sums)).collect();
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(group, sums)| (group, sums.1)).collect();
    assert_eq!(found, expected, "{grouping:?} {filter:?}");
}

async fn assert_series(store: &Store, filter: &UsageFilter, grouping: Grouping, rows: &[CallRow]) {
    for (step, hours, offset) in
        [(Step::Hour, 1, 0), (Step::Day { offset_hours: 8 }, 24, 8), (Step::Day { offset_hours: -5 }, 24, -5)]
    {
        let mut expected: BTreeMap<(Timestamp, UsageGroup), (UsageSums, SpeedSums)> = BTreeMap::new();
        for row in rows.iter().filter(|row| is_wanted(row, filter)) {
            let local = row.created_at.0 + offset * HOUR_MS;
            let start = Timestamp(local - local.rem_euclid(hours * HOUR_MS) - offset * HOUR_MS);
            add(expected.entry((start, group_of(row, grouping))).or_default(), row);
        }
        let points = store.usage_series(filter, grouping, step).await.unwrap();
        let speeds = store.speed_series(filter, grouping, step).await.unwrap();
        assert!(points.is_sorted_by_key(|point| point.start));
        let found: BTreeMap<_, _> = std::iter::zip(points, speeds)
            .map(|(point, speed)| {
                assert_eq!((point.start, &point.group), (speed.start, &speed.group));
                ((point.start, point.group), (point.sums, speed.sums))
            })
            .collect();
        assert_eq!(found, expected, "{grouping:?} {step:?} {filter:?}");
    }
}

#[tokio::test]
async fn hours_say_what_the_calls_say_after_any_batches_and_replays() {
    on_every_database(async |db| {
        let store = &db.store;
        let account = funded(store, 1, 1_000_000).await.id;
        let mut random = StdRng::seed_from_u64(7);
        let calls: Vec<SettledCall> = (0..600).map(|n| any_call(n, account, &mut random)).collect();
        let mut from = 0;
        while from < calls.len() {
            // Each batch begins with calls of the one before, and comes again now and then.
            let to = (from + random.random_range(1..150)).min(calls.len());
            let batch = &calls[from.saturating_sub(20)..to];
            settle_all(store, batch).await;
            if random.random_range(0..3) == 0 {
                settle_all(store, batch).await;
            }
            from = to;
        }
        assert_eq!(all_calls(store).await.len(), 600);
        assert_adds_up(store).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_at_the_same_time_lose_no_call_of_an_hour() {
    on_every_database(async |db| {
        revenue(&db.store).await;
        let tasks: Vec<_> = (0..6_u64)
            .map(|n| {
                let store = db.store.clone();
                let batch: Vec<_> = (n * 40..n * 40 + 60).map(|n| plain(n, 5)).collect();
                tokio::spawn(async move {
                    while let Err(error) = settle(&store, &batch).await {
                        assert!(error.is_retryable(), "{error:?}");
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(all_calls(&db.store).await.len(), 260);
        assert_adds_up(&db.store).await;
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_is_refused_adds_nothing_to_the_hours() {
    on_every_database(async |db| {
        let bad = SettledCall { charge: Some(draw(AccountId(999), None, 5)), ..plain(2, 5) };
        let settled = settle(&db.store, &[plain(1, 5), bad]).await.unwrap();
        assert_eq!((settled.posted, settled.rejected.len()), (1, 1));
        assert_eq!(db.store.usage_totals(&whole(), Grouping::None, 1).await.unwrap()[0].sums.calls, 1);
    })
    .await;
}

#[tokio::test]
async fn what_caches_saved_is_added_up_and_callers_who_pay_nothing_save_nothing() {
    on_every_database(async |db| {
        let account = funded(&db.store, 1, 1_000_000).await.id;
        let saved = CacheSaving { cost: Micros(30), charge: Micros(45) };
        let billed = SettledCall { charge: Some(draw(account, None, 5)), saved, ..plain(1, 5) };
        settle_all(&db.store, &[billed, SettledCall { saved, ..plain(2, 5) }]).await;
        let sums = db.store.usage_totals(&whole(), Grouping::None, 1).await.unwrap()[0].sums;
        assert_eq!((sums.cache_saved, sums.cache_saved_charged), (Micros(60), Micros(45)));
    })
    .await;
}

#[tokio::test]
async fn a_chart_without_calls_is_empty_and_a_long_one_is_refused() {
    on_every_database(async |db| {
        for grouping in GROUPINGS {
            assert_eq!(db.store.usage_totals(&whole(), grouping, 9).await.unwrap(), []);
            assert_eq!(db.store.usage_series(&whole(), grouping, Step::Hour).await.unwrap(), []);
        }
        let long = UsageFilter { since: Timestamp(NOW.0 - 33 * 24 * HOUR_MS), until: NOW, ..UsageFilter::default() };
        let refused = db.store.usage_series(&long, Grouping::None, Step::Hour).await;
        assert!(matches!(refused, Err(StoreError::Invalid { field: "since", .. })), "{refused:?}");
        assert_eq!(db.store.usage_series(&long, Grouping::None, Step::Day { offset_hours: 0 }).await.unwrap(), []);
        let odd = db.store.usage_series(&whole(), Grouping::None, Step::Day { offset_hours: 15 }).await;
        assert!(matches!(odd, Err(StoreError::Invalid { field: "offset", .. })), "{odd:?}");
    })
    .await;
}

#[tokio::test]
async fn a_split_chart_shows_the_twenty_parts_with_most_calls() {
    on_every_database(async |db| {
        let mut calls = Vec::new();
        for n in 0..300 {
            let mut settled = plain(n, 5);
            // Key k has k calls.
            let key = (1..25).find(|key| n < key * (key + 1) / 2).unwrap_or(25);
            settled.record.key_id = KeyId(i64::try_from(key).unwrap());
            calls.push(settled);
        }
        settle_all(&db.store, &calls).await;
        let points = db.store.usage_series(&whole(), Grouping::Key, Step::Hour).await.unwrap();
        let keys: Vec<UsageGroup> = points.into_iter().map(|point| point.group).collect();
        assert_eq!(keys, (5..25).map(|key| UsageGroup::Key(KeyId(key))).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn models_without_a_price_are_named_with_their_last_hour() {
    on_every_database(async |db| {
        let unpriced = |n, hour: i64, model: &str, usage| {
            let mut settled = plain(n, hour * HOUR_MS + 5);
            settled.record.model_asked = model.to_owned();
            (settled.record.cost, settled.record.usage) = (None, usage);
            settled
        };
        let used = Usage { input: 1, ..Usage::default() };
        let calls = [
            unpriced(1, 1, "new", used),
            unpriced(2, 3, "new", used),
            unpriced(3, 2, "odd", used),
            unpriced(4, 4, "idle", Usage::default()),
            plain(5, 5),
        ];
        settle_all(&db.store, &calls).await;
        let day = NOW.0 - NOW.0.rem_euclid(24 * HOUR_MS);
        let found = |since| async move {
            let found = db.store.unpriced_models(Timestamp(day + since * HOUR_MS)).await.unwrap();
            found
                .into_iter()
                .map(|unpriced| (unpriced.model, unpriced.calls, (unpriced.last_hour.0 - day) / HOUR_MS))
                .collect::<Vec<_>>()
        };
        assert_eq!(found(0).await, [("new".to_owned(), 2, 3), ("odd".to_owned(), 1, 2)]);
        assert_eq!(found(3).await, [("new".to_owned(), 1, 3)]);
    })
    .await;
}

#[tokio::test]
async fn old_hours_are_purged_and_the_calls_stay() {
    on_every_database(async |db| {
        let calls: Vec<_> = (0..40).map(|n| plain(n, i64::try_from(n).unwrap() * HOUR_MS)).collect();
        settle_all(&db.store, &calls).await;
        let day = NOW.0 - NOW.0.rem_euclid(24 * HOUR_MS);
        let before = Timestamp(day + 10 * HOUR_MS + 5);
        assert_eq!(db.store.purge_usage_before(before, 12).await.unwrap(), 12);
        assert_eq!(db.store.purge_usage_before(before, 100).await.unwrap(), 8);
        assert_eq!(db.store.purge_usage_before(before, 100).await.unwrap(), 0);
        for grouping in GROUPINGS {
            let left: u64 =
                db.store.usage_totals(&whole(), grouping, 9).await.unwrap().iter().map(|total| total.sums.calls).sum();
            assert_eq!(left, 30, "{grouping:?}");
        }
        assert_eq!(all_calls(&db.store).await.len(), 40);
    })
    .await;
}
