//! The database goes away under load: calls that are paid for go on, and when it is back nothing is lost or doubled.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use rstest::rstest;
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use serde_json::{Value, json};
use sluice_store::CallFilter;
use sluice_testkit::{Break, Kind as Vendor, Line, Script, Upstream};
use tokio::task::JoinSet;
use url::Url;

use crate::client::{Answer, plain_client};
use crate::database::{Database, Kind, MASTER_KEY};
use crate::gateway::{Gateway, KEY, eventually, provider, within};
use crate::samples::Dialect;

const MODEL: &str = "gpt-4o";
/// Has borrowed what its calls cost for a while.
pub(crate) const LEASED: &str = "ag-leased-leased-leased-leased";
/// Has money, but nothing is borrowed of it.
const COLD: &str = "ag-cold-cold-cold-cold-cold";
const PAID_IN: i64 = 1_000_000_000;
/// How long the database is away; `make outage` is more patient.
const OUTAGE: Duration = Duration::from_secs(5);
/// Longest time until everything is recorded: a batch that waits for a connection which leads nowhere takes a minute.
const CAUGHT_UP_WITHIN: Duration = Duration::from_secs(90);
const CLIENTS: usize = 8;
/// Calls that end are settled within this time.
const CALLS_SETTLED_WITHIN: Duration = Duration::from_millis(500);
/// Dear calls at once, so that much is borrowed.
const DEAR_CALLS: usize = 24;
/// Longest wait for the database when a call needs it, and some more.
const REFUSED_WITHIN: Duration = Duration::from_secs(7);

/// How long the database is away if somebody wants that longer than usual.
fn long_outage() -> Option<Duration> {
    std::env::var("OUTAGE_SECS").ok().and_then(|text| text.parse().ok()).map(Duration::from_secs)
}

/// Returns a line to the database, and how a gateway reaches it over that.
pub(crate) async fn line_to(database: &Database) -> (Line, Value) {
    let mut url = database.url().unwrap().clone();
    let server: SocketAddr = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432)).parse().unwrap();
    let line = Line::to(server).await.unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(line.address().port())).unwrap();
    (line, json!({"url": url.as_str(), "master_key": MASTER_KEY}))
}

pub(crate) fn config(upstream: &Upstream, database: &Value) -> Value {
    json!({
        "database": database,
        "providers": [provider("p", upstream, json!([MODEL]))],
        "keys": [
            {"name": "main", "secret": KEY},
            {"name": "leased", "secret": LEASED, "billed": true, "multiplier": "1.5"},
            {"name": "cold", "secret": COLD, "billed": true},
        ],
    })
}

pub(crate) fn ask(gateway: &Gateway, key: &str, body: &Value) -> reqwest::RequestBuilder {
    gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(key).json(body)
}

/// Makes dear calls at once that turn out cheap: what they reserved stays borrowed for the calls to come.
pub(crate) async fn borrow_much(gateway: &Gateway, upstream: &Upstream) {
    let mut body = Dialect::Chat.request(MODEL, false);
    body["max_tokens"] = json!(16_000);
    upstream.hold();
    let mut calls = JoinSet::new();
    for _ in 0..DEAR_CALLS {
        gateway.expect_records(1);
        calls.spawn(ask(gateway, LEASED, &body).send());
    }
    upstream.wait_for_requests(DEAR_CALLS).await;
    upstream.release();
    for answer in calls.join_all().await {
        assert_eq!(Answer::of(answer.unwrap()).await.status, 200);
    }
}

/// Calls with both keys that need nothing of the database, as fast as it goes; all must be answered. Returns how many
/// there were.
fn load(gateway: &Gateway, stop: &Arc<AtomicBool>) -> JoinSet<usize> {
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let (client, url, stop) = (plain_client(), gateway.url("/v1/chat/completions"), Arc::clone(stop));
        clients.spawn(async move {
            let key = if number % 2 == 0 { KEY } else { LEASED };
            let mut body = Dialect::Chat.request(MODEL, number % 4 < 2);
            body["max_tokens"] = json!(20);
            let mut calls = 0;
            while !stop.load(Ordering::Relaxed) {
                let response = client.post(&url).bearer_auth(key).json(&body).send().await.unwrap();
                let got = Answer::of(response).await;
                assert_eq!(got.status, 200, "{}", got.text());
                calls += 1;
            }
            calls
        });
    }
    clients
}

/// Makes a call that must be refused because the database is away.
async fn is_refused(gateway: &Gateway, request: reqwest::RequestBuilder, leaves_record: usize) {
    let began = Instant::now();
    let refused = Answer::of(request.send().await.unwrap()).await;
    gateway.expect_records(leaves_record);
    let told = (refused.status, refused.json()["error"]["code"].as_str().unwrap().to_owned());
    assert_eq!(told, (503, "store_unavailable".to_owned()), "{}", refused.text());
    assert!(refused.header("retry-after").parse::<u32>().is_ok());
    assert!(began.elapsed() < REFUSED_WITHIN, "{:?}", began.elapsed());
}

async fn is_served_again(gateway: &Gateway, key: &str, leaves_record: usize) {
    eventually("the database to be used again", async || {
        let got = Answer::of(ask(gateway, key, &Dialect::Chat.request(MODEL, false)).send().await.unwrap()).await;
        gateway.expect_records(if got.status == 200 { 1 } else { leaves_record });
        (got.status == 200).then_some(())
    })
    .await;
}

#[rstest]
#[case::it_is_down(Break::Reset, Line::mend)]
#[case::it_is_cut_off(Break::Silence, Line::mend)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_with_a_lease_go_on_while_the_database_is_away(#[case] how: Break, #[case] mend: fn(&Line)) {
    survive(how, mend).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_the_network_forgot_are_given_up() {
    if long_outage().is_none() {
        eprintln!("skipped: takes more than a minute; `make outage` runs it");
        return;
    }
    survive(Break::Silence, Line::mend_for_new_ones).await;
}

/// Makes settlements wait, so that some are under way when the line is cut: the server must not keep what they locked.
async fn lock_accounts(url: &Url) -> DatabaseTransaction {
    let connection = sea_orm::Database::connect(url.as_str()).await.unwrap();
    let locked = connection.begin().await.unwrap();
    locked.execute_unprepared("SELECT id FROM accounts FOR UPDATE").await.unwrap();
    locked
}

/// Takes the database away under load and gives it back.
async fn survive(how: Break, mend: fn(&Line)) {
    let Some(database) = Database::make(Kind::Postgres).await else { return };
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let (line, address) = line_to(&database).await;
    let gateway = Gateway::start_on(&database, config(&upstream, &address)).await;
    let url = database.url().unwrap().clone();
    drop(database);
    let paid_in = (gateway.pay_in("leased", PAID_IN).await, gateway.pay_in("cold", PAID_IN).await);
    let unseen = gateway.make_key("unseen").await;
    borrow_much(&gateway, &upstream).await;
    let stop = Arc::<AtomicBool>::default();
    let clients = load(&gateway, &stop);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let accounts = lock_accounts(&url).await;
    tokio::time::sleep(CALLS_SETTLED_WITHIN).await;
    line.cut(how);
    accounts.rollback().await.unwrap();
    let cut = Instant::now();
    is_refused(&gateway, ask(&gateway, COLD, &Dialect::Chat.request(MODEL, false)), 1).await;
    is_refused(&gateway, ask(&gateway, &unseen, &Dialect::Chat.request(MODEL, false)), 0).await;
    tokio::time::sleep(long_outage().unwrap_or(OUTAGE).saturating_sub(cut.elapsed())).await;
    mend(&line);
    let mended = Instant::now();
    is_served_again(&gateway, COLD, 1).await;
    is_served_again(&gateway, &unseen, 0).await;
    eprintln!("served again after {:?}", mended.elapsed());
    stop.store(true, Ordering::Relaxed);
    let calls: usize = clients.join_all().await.into_iter().sum();
    gateway.expect_records(calls);
    let store = gateway.store().await;
    let expected = gateway.expected_records();
    within(CAUGHT_UP_WITHIN, "all records", async || {
        (store.count_calls(&CallFilter::default(), u64::MAX >> 1).await.unwrap() == expected).then_some(())
    })
    .await;
    eprintln!("{calls} calls; all recorded {:?} after the line was mended", mended.elapsed());
    let charged: i64 = crate::audit::calls(&store).await.iter().filter_map(|row| row.charged).map(|it| it.0).sum();
    let mut left = 0;
    for account in [paid_in.0, paid_in.1] {
        left += store.find_account(sluice_domain::id::AccountId(account)).await.unwrap().unwrap().posted.0;
    }
    assert_eq!(left, 2 * PAID_IN - charged);
    store.close().await.unwrap();
    gateway.finish().await;
}
