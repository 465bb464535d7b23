//! A process that is killed without warning loses no call, doubles none and charges none twice, whatever it was doing.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_domain::call::Outcome;
use sluice_domain::ledger::Holder;
use sluice_store::CallRow;
use sluice_testkit::{Act, Cut, Failure, Kind as Vendor, Pace, Script, Upstream};
use tokio::task::JoinSet;

use crate::audit;
use crate::database::{Database, Kind};
use crate::gateway::{Gateway, KEY, provider, with};
use crate::lone::{Addresses, LoneAnswer, LoneCall};
use crate::samples::Dialect;

/// Times that the process is killed on each database; `make crash` does many more.
const ROUNDS: usize = 3;
const CLIENTS: usize = 24;
/// How long the load lasts before the process is killed.
const LOAD_MS: std::ops::Range<u64> = 50..700;
/// How long a process that has just come up lives when it is killed before it has recovered.
const HALF_RECOVERED_MS: std::ops::Range<u64> = 0..60;
const PAID_IN: i64 = 1_000_000_000;

const RICH: &str = "ag-rich-rich-rich-rich-rich";
const LIMITED: &str = "ag-limited-limited-limited";
const POOR: &str = "ag-poor-poor-poor-poor-poor";
const BILLED: [&str; 3] = ["rich", "limited", "poor"];
/// Enough for few calls, so that some are refused.
const POOR_PAID_IN: i64 = 10_000;

/// What is answered, by model: in good order, after another provider failed, and with a break in the middle.
const GOOD: &str = "gpt-4o";
const SECOND_CHOICE: &str = "gpt-4o-mini";
const BREAKS: &str = "gpt-4.1";

/// The upstreams of a test, and which calls each of them saw.
struct World {
    good: Upstream,
    fails: Upstream,
    breaks: Upstream,
    seen: HashSet<Ipv4Addr>,
}

impl World {
    async fn new() -> Self {
        let pace = Pace { before_body_ms: 3, between_chunks_ms: 2, chunks: Some(6), ..Pace::default() };
        let cut = Cut::ResetAfterChunks { chunks: 2 };
        let fails = Script {
            first: vec![sluice_testkit::Turn { calls: 50, act: Cut::ResetBeforeHead.into() }],
            ..Script::new(Act::error(Failure::new(500, "out of order")))
        };
        Self {
            good: Upstream::start(Vendor::OpenAi, Script::new(pace.clone().into())).await.unwrap(),
            fails: Upstream::start(Vendor::OpenAi, fails).await.unwrap(),
            breaks: Upstream::start(Vendor::OpenAi, Script::new(Act::from(pace).with_cut(cut))).await.unwrap(),
            seen: HashSet::new(),
        }
    }

    fn config(&self) -> Value {
        let first = json!({"priority": 1});
        json!({
            "providers": [
                provider("good", &self.good, json!([GOOD, SECOND_CHOICE])),
                with(provider("fails", &self.fails, json!([SECOND_CHOICE])), first),
                provider("breaks", &self.breaks, json!([BREAKS])),
            ],
            "keys": [
                {"name": "main", "secret": KEY},
                {"name": "rich", "secret": RICH, "billed": true, "multiplier": "1.5"},
                {"name": "limited", "secret": LIMITED, "billed": true},
                {"name": "poor", "secret": POOR, "billed": true},
            ],
        })
    }

    /// Notes whose requests the upstreams saw since the last time.
    fn look(&mut self) {
        for upstream in [&self.good, &self.fails, &self.breaks] {
            let requests = upstream.requests();
            upstream.forget();
            for request in requests {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                let address = body["messages"][0]["content"].as_str().unwrap().rsplit(' ').next().unwrap();
                self.seen.insert(address.parse().unwrap());
            }
        }
    }
}

/// What the clients saw.
type Answers = Arc<Mutex<HashMap<Ipv4Addr, LoneAnswer>>>;

/// One client: makes one call after the other until nobody answers.
async fn call_until_it_dies(gateway: SocketAddr, addresses: Arc<Addresses>, answers: Answers, mut random: StdRng) {
    loop {
        let from = addresses.next();
        let model = [GOOD, GOOD, SECOND_CHOICE, BREAKS][random.random_range(0..4)];
        let mut body = Dialect::Chat.request(model, random.random_bool(0.5));
        body["messages"][0]["content"] = json!(format!("I call from {from}"));
        body["max_tokens"] = json!(random.random_range(10..500));
        let key = [KEY, RICH, LIMITED, POOR][random.random_range(0..4)];
        let leaves_after = random.random_bool(0.2).then(|| random.random_range(0..3_000));
        let call = LoneCall { from, path: "/v1/chat/completions", key, body: &body, leaves_after };
        let answer = call.send(gateway).await;
        let is_dead = answer.bytes.is_empty() && leaves_after.is_none();
        answers.lock().insert(from, answer);
        if is_dead && tokio::net::TcpStream::connect(gateway).await.is_err() {
            return;
        }
    }
}

async fn load(gateway: &Gateway, addresses: &Arc<Addresses>, answers: &Answers, random: &mut StdRng) -> JoinSet<()> {
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let random = StdRng::seed_from_u64(random.random());
        clients.spawn(call_until_it_dies(gateway.address(), Arc::clone(addresses), Arc::clone(answers), random));
    }
    tokio::time::sleep(Duration::from_millis(random.random_range(LOAD_MS))).await;
    clients
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[case::mariadb(Kind::MariaDb)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_has_recorded_and_charged_every_call_once(#[case] kind: Kind) {
    let Some(database) = Database::make(kind).await else { return };
    let rounds = number("CRASH_ROUNDS").map_or(ROUNDS, |rounds| usize::try_from(rounds).unwrap());
    let seed = number("CRASH_SEED").unwrap_or_else(rand::random);
    eprintln!("{rounds} rounds on {kind:?} with CRASH_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = World::new().await;
    let mut gateway = Gateway::start_on(&database, world.config()).await;
    drop(database);
    let budget = prepare(&gateway).await;
    // From its first call on the key falls under its budget.
    gateway.restart().await;
    let (addresses, answers) = (Arc::<Addresses>::default(), Answers::default());
    for _ in 0..rounds {
        let clients = load(&gateway, &addresses, &answers, &mut random).await;
        gateway.kill();
        clients.join_all().await;
        if random.random_bool(0.25) {
            gateway.start_again().await;
            tokio::time::sleep(Duration::from_millis(random.random_range(HALF_RECOVERED_MS))).await;
            gateway.kill();
        }
        gateway.recover().await;
        world.look();
    }
    gateway.terminate();
    gateway.wait_for_exit().await;
    world.look();
    let answers = Arc::into_inner(answers).unwrap().into_inner();
    let records = check(&gateway, &world, &answers, (budget, rounds)).await;
    gateway.expect_records(records);
    gateway.finish().await;
}

/// Pays in and sets a limit; returns the budget.
async fn prepare(gateway: &Gateway) -> i64 {
    gateway.pay_in("rich", PAID_IN).await;
    gateway.pay_in("limited", PAID_IN).await;
    gateway.pay_in("poor", POOR_PAID_IN).await;
    let key = gateway.key_named("limited").await["id"].clone();
    gateway.budget(json!({"scope": "key", "owner_id": key, "period": "total", "limit_micros": PAID_IN})).await
}

/// Compares what was recorded with what upstreams and clients saw; returns how many records there are.
async fn check(
    gateway: &Gateway,
    world: &World,
    answers: &HashMap<Ipv4Addr, LoneAnswer>,
    (budget, rounds): (i64, usize),
) -> usize {
    let store = gateway.store().await;
    let rows = audit::calls(&store).await;
    let by_address: HashMap<IpAddr, &CallRow> = rows.iter().map(|row| (row.client_ip.unwrap(), row)).collect();
    assert_eq!(by_address.len(), rows.len(), "every call has one record");
    for seen in &world.seen {
        assert!(by_address.contains_key(&IpAddr::V4(*seen)), "the upstream saw the call from {seen}, no record did");
    }
    for (from, answer) in answers {
        let row = by_address.get(&IpAddr::V4(*from)).copied();
        check_answer(answer, row, from);
    }
    let unseen = rows.iter().filter(|row| row.outcome != Outcome::Refused).filter(|row| match row.client_ip {
        Some(IpAddr::V4(address)) => !world.seen.contains(&address),
        _ => true,
    });
    // One that left before its call went out is recorded too; there is one such at most for each client and kill.
    let (unseen, left_early) = unseen.partition::<Vec<_>, _>(|row| row.error == "gateway_died");
    assert!(unseen.len() <= rounds * CLIENTS, "{} calls died before an upstream saw them", unseen.len());
    assert!(left_early.iter().all(|row| row.outcome == Outcome::Abandoned), "{left_early:?}");
    check_sums(gateway, &rows, budget).await;
    let died = rows.iter().filter(|row| row.error == "gateway_died").count();
    let refused = rows.iter().filter(|row| row.outcome == Outcome::Refused).count();
    eprintln!("{} records, {} seen upstream, {died} died, {refused} refused", rows.len(), world.seen.len());
    store.close().await.unwrap();
    rows.len()
}

fn check_answer(answer: &LoneAnswer, row: Option<&CallRow>, from: &Ipv4Addr) {
    if let Some(call) = answer.call() {
        let row = row.unwrap_or_else(|| panic!("call {call} from {from} was answered and is not recorded"));
        assert_eq!(row.id.to_string(), call);
        if answer.is_whole() && answer.status() == Some(200) && row.model_asked != BREAKS {
            assert_eq!(row.outcome, Outcome::Complete, "{row:?}");
            assert!(!row.usage.is_empty() && row.cost.is_some(), "{row:?}");
        }
    }
}

/// What left the accounts and the budget is what the records of their calls say.
async fn check_sums(gateway: &Gateway, rows: &[CallRow], budget: i64) {
    let store = gateway.store().await;
    let accounts = audit::accounts(&store).await;
    let mut keys = HashSet::new();
    for account in &accounts {
        let paid_in = if account.posted.0 > POOR_PAID_IN { PAID_IN } else { POOR_PAID_IN };
        let spent = match account.holder {
            Holder::Key(key) => {
                keys.insert(key);
                rows.iter().filter(|row| row.key_id == key).filter_map(|row| row.charged).map(|charge| charge.0).sum()
            }
            Holder::Budget(id, _) => {
                assert_eq!(id.0, budget);
                let key = store.find_budget(id).await.unwrap().unwrap().scope.owner_id();
                rows.iter().filter(|row| row.key_id.0 == key).filter_map(|row| row.charged).map(|charge| charge.0).sum()
            }
            _ => continue,
        };
        let spent: i64 = spent;
        assert_eq!(account.posted.0, paid_in - spent, "{account:?}");
    }
    assert_eq!(keys.len(), BILLED.len());
    let free = rows.iter().filter(|row| !keys.contains(&row.key_id));
    assert!(free.clone().count() > 0 && free.clone().all(|row| row.charged.is_none()));
    let billed = rows.iter().filter(|row| keys.contains(&row.key_id) && row.outcome == Outcome::Complete);
    assert!(
        billed.clone().all(|row| row.charged.is_some_and(|charge| charge.0 > 0)),
        "a complete call was not charged"
    );
    store.close().await.unwrap();
}
