//! How long the log's pages, the charts and the purge take with millions of calls in SQLite.
//!
//! `cargo bench -p sluice-store --bench scale -- [--rows 5000000] [--at FILE]`. Thirty days of calls by 200 keys of 40 users,
//! for 20 models at 7 providers, some of them rare. Prints the median and the longest of seven answers, and at the end which
//! medians are above the goal; nothing is asserted. A database that is kept in a file is filled once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and fails by panicking"
)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sluice_domain::call::{CallRecord, Outcome};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, CallId, CredentialId, KeyId, NodeId, ProviderId, UserId};
use sluice_domain::ledger::{Holder, SettledCall};
use sluice_domain::money::Micros;
use sluice_domain::price::CacheSaving;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_store::{CallCursor, CallFilter, Grouping, MasterKey, PageRequest, Settlement, Step, Store, UsageFilter};

/// The allocator of the gateway.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NODE: NodeId = NodeId(7);
const DAY_MS: i64 = 86_400_000;
const DAYS: i64 = 30;
const FIRST: i64 = 1_699_920_000_000;
const END: Timestamp = Timestamp(FIRST + DAYS * DAY_MS);
const BATCH: u64 = 4_096;
const ANSWERS: usize = 7;
/// No page and no chart is to take longer.
const GOAL: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() {
    let rows = option("--rows").map_or(5_000_000, |rows| rows.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = option("--at").map_or_else(|| folder.path().join("sluice.db"), PathBuf::from);
    let url = format!("sqlite://{}", path.display()).parse().unwrap();
    let store = Store::open(&url, &MasterKey::from_bytes([7; 32])).await.unwrap();
    store.migrate().await.unwrap();
    let revenue = store.open_account(Holder::Revenue(NODE), Timestamp(FIRST)).await.unwrap().id;
    if store.count_calls(&CallFilter::default(), 1).await.unwrap() == 0 {
        fill(&store, revenue, rows).await;
    }
    println!("{:.2} GB in the file", std::fs::metadata(&path).unwrap().len() as f64 / 1e9);
    let mut answers = Answers::default();
    pages(&store, &mut answers).await;
    numbered(&store, &mut answers).await;
    charts(&store, &mut answers).await;
    answers.print_above_goal();
    retention(&store, revenue, rows).await;
    store.close().await.unwrap();
}

/// Returns what follows the name of an option.
fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

async fn fill(store: &Store, revenue: AccountId, rows: u64) {
    let mut random = StdRng::seed_from_u64(1);
    let began = Instant::now();
    let mut next = 0;
    while next < rows {
        let to = (next + BATCH).min(rows);
        let calls: Vec<SettledCall> = (next..to).map(|n| call(time_of(n, rows), &mut random)).collect();
        settle(store, revenue, &calls).await;
        next = to;
    }
    println!("{rows} calls settled in {:.0} s, {:.0} a second", began.elapsed().as_secs_f64(), {
        rows as f64 / began.elapsed().as_secs_f64()
    });
}

fn time_of(n: u64, rows: u64) -> Timestamp {
    let ms = u128::from(n) * u128::from((DAYS * DAY_MS).unsigned_abs()) / u128::from(rows);
    Timestamp(FIRST + i64::try_from(ms).unwrap())
}

async fn settle(store: &Store, revenue: AccountId, calls: &[SettledCall]) {
    let settled = store.settle(&Settlement { node: NODE, revenue, at: END, calls, counted: &[] }).await.unwrap();
    assert_eq!(settled.posted, calls.len());
}

/// Small numbers are common and great ones rare: about one of 5,000 calls is of the last of 200.
fn skewed(random: &mut StdRng, count: i64) -> i64 {
    let share: f64 = random.random();
    ((share * share * share) * count as f64) as i64
}

fn call(created_at: Timestamp, random: &mut StdRng) -> SettledCall {
    let key = skewed(random, 200);
    // Most calls of a key are for one model, and most of a model's go to one provider.
    let model = (key + i64::from(random.random_range(0..10) == 0)) % 20;
    let provider = (model + i64::from(random.random_range(0..20) == 0)) % 7;
    let (failed, abandoned) = (random.random_range(0..200) == 0, random.random_range(0..1_000) == 0);
    let outcome = match (failed, abandoned) {
        (true, _) => Outcome::Broken,
        (_, true) => Outcome::Abandoned,
        _ => Outcome::Complete,
    };
    let record = CallRecord {
        id: CallId::new(u64::try_from(created_at.0).unwrap(), random.random()),
        created_at,
        key_id: KeyId(key + 1),
        user_id: UserId(key / 5 + 1),
        dialect: "openai_chat",
        operation: "chat_completions",
        model_asked: format!("model-{model}"),
        model_used: format!("model-{model}-2026-01-01"),
        provider_id: Some(ProviderId(provider + 1)),
        provider_name: "one".to_owned(),
        credential_id: Some(CredentialId(4)),
        status: if failed { 502 } else { 200 },
        outcome,
        error: if failed { "upstream_timeout".to_owned() } else { String::new() },
        usage: Usage { input: 1_200, cache_read: 800, output: 300, ..Usage::default() },
        usage_source: UsageSource::Reported,
        cost: (model != 19).then_some(Micros(6_000)),
        first_token_ms: Some(random.random_range(20..3_000)),
        duration_ms: 4_000,
        stream: true,
        client_ip: Some("192.0.2.1".parse().unwrap()),
        upstream_request_id: "req_0123456789abcdef".to_owned(),
        attempts: Vec::new(),
        decision: None,
    };
    SettledCall { record, receipt: None, charge: None, budgets: Vec::new(), saved: CacheSaving::default() }
}

/// Medians, and which of them are above the goal.
#[derive(Default)]
struct Answers {
    asked: usize,
    above_goal: Vec<String>,
}

impl Answers {
    /// Asks seven times and prints how long it took.
    async fn time<T>(&mut self, what: &str, question: impl AsyncFn() -> T, size: impl Fn(&T) -> usize) {
        let mut took = Vec::new();
        let mut answered = 0;
        for _ in 0..ANSWERS {
            let began = Instant::now();
            answered = size(&question().await);
            took.push(began.elapsed());
        }
        took.sort();
        let median = took[ANSWERS / 2];
        println!("{what:<58} {:>8} ms {:>8} ms  {answered} rows", ms(median), ms(took[ANSWERS - 1]));
        self.asked += 1;
        if median > GOAL {
            self.above_goal.push(format!("{what}: {} ms", ms(median)));
        }
    }

    fn print_above_goal(&self) {
        println!("{} of {} questions took longer than {} ms", self.above_goal.len(), self.asked, GOAL.as_millis());
        self.above_goal.iter().for_each(|what| println!("  {what}"));
    }
}

fn ms(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

fn filters() -> Vec<(&'static str, CallFilter)> {
    let none = CallFilter::default;
    let model = |n: i64| Some(format!("model-{n}"));
    let middle = Timestamp(FIRST + 12 * DAY_MS);
    vec![
        ("all", none()),
        ("a busy user's", CallFilter { user_id: Some(UserId(1)), ..none() }),
        ("a rare user's", CallFilter { user_id: Some(UserId(40)), ..none() }),
        ("a busy key's", CallFilter { key_id: Some(KeyId(1)), ..none() }),
        ("a rare key's", CallFilter { key_id: Some(KeyId(200)), ..none() }),
        ("a provider's", CallFilter { provider_id: Some(ProviderId(7)), ..none() }),
        ("a model's", CallFilter { model: model(18), ..none() }),
        ("an unknown model's", CallFilter { model: model(99), ..none() }),
        ("broken", CallFilter { outcome: Some(Outcome::Broken), ..none() }),
        ("abandoned", CallFilter { outcome: Some(Outcome::Abandoned), ..none() }),
        ("refused (none)", CallFilter { outcome: Some(Outcome::Refused), ..none() }),
        ("complete", CallFilter { outcome: Some(Outcome::Complete), ..none() }),
        ("failed", CallFilter { failed: Some(true), ..none() }),
        ("good", CallFilter { failed: Some(false), ..none() }),
        ("one day's", CallFilter { since: Some(middle), until: Some(Timestamp(middle.0 + DAY_MS)), ..none() }),
        ("a busy user's failed", CallFilter { user_id: Some(UserId(1)), failed: Some(true), ..none() }),
        ("a rare user's failed", CallFilter { user_id: Some(UserId(40)), failed: Some(true), ..none() }),
        ("a rare user's good", CallFilter { user_id: Some(UserId(40)), failed: Some(false), ..none() }),
        ("a busy user's, of a common model", CallFilter { user_id: Some(UserId(1)), model: model(0), ..none() }),
        ("a busy user's, of a rare model", CallFilter { user_id: Some(UserId(1)), model: model(5), ..none() }),
        (
            "a rare user's, of a model it rarely uses",
            CallFilter { user_id: Some(UserId(40)), model: model(5), ..none() },
        ),
        (
            "a busy user's abandoned",
            CallFilter { user_id: Some(UserId(1)), outcome: Some(Outcome::Abandoned), ..none() },
        ),
    ]
}

async fn pages(store: &Store, answers: &mut Answers) {
    for (name, filter) in filters() {
        answers
            .time(
                &format!("log, {name}: first 50"),
                async || store.list_calls(&filter, None, 50).await.unwrap(),
                Vec::len,
            )
            .await;
        // An id of the tenth day: as deep as twenty days of calls.
        let at = Timestamp(FIRST + 10 * DAY_MS);
        let deep = CallCursor { created_at: at, id: CallId::new(u64::try_from(at.0).unwrap(), [0; 10]) };
        answers
            .time(
                &format!("log, {name}: 50 after 20 days' calls"),
                async || store.list_calls(&filter, Some(deep), 50).await.unwrap(),
                Vec::len,
            )
            .await;
    }
}

async fn numbered(store: &Store, answers: &mut Answers) {
    for (name, filter) in filters() {
        let page = PageRequest::nth(49, 50);
        answers
            .time(
                &format!("log, {name}: page 50 of 50, with count"),
                async || store.page_calls(&filter, page).await.unwrap(),
                |page| page.items.len(),
            )
            .await;
    }
}

async fn charts(store: &Store, answers: &mut Answers) {
    let last = |days: i64| UsageFilter { since: Timestamp(END.0 - days * DAY_MS), until: END, ..Default::default() };
    let day = Step::Day { offset_hours: 8 };
    let all = UsageFilter::default;
    let restrictions = [
        ("all", all()),
        ("a busy user's", UsageFilter { user_id: Some(UserId(1)), ..all() }),
        ("a busy key's", UsageFilter { key_id: Some(KeyId(1)), ..all() }),
        ("a provider's", UsageFilter { provider_id: Some(ProviderId(7)), ..all() }),
        ("a model's", UsageFilter { model: Some("model-7".to_owned()), ..all() }),
    ];
    for (name, restriction) in restrictions {
        for grouping in [Grouping::None, Grouping::Model, Grouping::Provider, Grouping::Key, Grouping::User] {
            for (step_name, step, days) in [("1 day by hour", Step::Hour, 1), ("30 days by day", day, 30)] {
                let UsageFilter { since, until, .. } = last(days);
                let filter = UsageFilter { since, until, ..restriction.clone() };
                answers
                    .time(
                        &format!("chart, {name}, by {grouping:?}: {step_name}"),
                        async || store.usage_series(&filter, grouping, step).await.unwrap(),
                        Vec::len,
                    )
                    .await;
            }
        }
    }
    let month = last(30);
    for grouping in [Grouping::None, Grouping::Model] {
        let question = async || store.speed_series(&month, grouping, day).await.unwrap();
        answers.time(&format!("speed, all, by {grouping:?}: 30 days by day"), question, Vec::len).await;
    }
    answers
        .time("totals of 30 days", async || store.usage_totals(&month, Grouping::None, 1).await.unwrap(), Vec::len)
        .await;
    answers.time("models without a price", async || store.unpriced_models(month.since).await.unwrap(), Vec::len).await;
}

/// Settles batches of 250 twenty times a second, first alone and then while a day's calls are purged.
async fn retention(store: &Store, revenue: AccountId, rows: u64) {
    let mut random = StdRng::seed_from_u64(2);
    let mut longest = Vec::new();
    for purging in [false, true] {
        let purge = purging.then(|| {
            let store = store.clone();
            tokio::spawn(async move {
                let began = Instant::now();
                let purged = store.purge_calls_before(Timestamp(FIRST + DAY_MS), rows).await.unwrap();
                (purged, began.elapsed())
            })
        });
        let mut took = Vec::new();
        while purge.as_ref().map_or(took.len() < 100, |purge| !purge.is_finished()) {
            let calls: Vec<SettledCall> = (0..250).map(|_| call(END, &mut random)).collect();
            let began = Instant::now();
            settle(store, revenue, &calls).await;
            took.push(began.elapsed());
            tokio::time::sleep(Duration::from_millis(50).saturating_sub(began.elapsed())).await;
        }
        took.sort();
        if let Some(purge) = purge {
            let (purged, elapsed) = purge.await.unwrap();
            println!("{purged} calls purged in {:.1} s", elapsed.as_secs_f64());
        }
        longest.push((took[took.len() / 2], took[took.len() - 1]));
    }
    for (name, (median, longest)) in ["alone", "while a day is purged"].into_iter().zip(longest) {
        println!("batch of 250 {name}: median {} ms, longest {} ms", ms(median), ms(longest));
    }
}
