//! How many calls per second one writer settles: record, charge, lease and balance of each, on SQLite, and on PostgreSQL
//! and MariaDB where `SLUICE_TEST_POSTGRES_URL` and `SLUICE_TEST_MARIADB_URL` name a server.
//!
//! `cargo bench -p sluice-store --bench settle [-- SIZE] [--on NAME]`, with batches of one size or of several, on all databases
//! or on the one of that name, such as `PostgreSQL`. Prints medians of the rate, the rate of the whole time that was spent
//! settling, and the CPU time of this process per call; nothing is asserted.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and fails by panicking"
)]

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database};
use sluice_domain::call::{CallRecord, Outcome};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, CallId, CredentialId, KeyId, LeaseId, NodeId, ProviderId, TransferId, UserId};
use sluice_domain::ledger::{Actor, BudgetScope, Draw, Holder, Period, SettledCall, Tz};
use sluice_domain::money::Micros;
use sluice_domain::price::CacheSaving;
use sluice_domain::usage::{Usage, UsageSource};
use sluice_store::{Borrow, MasterKey, NewBudget, Order, Settlement, Store, VerifyOptions};
use uuid::Uuid;

/// The allocator of the gateway.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SQLITE: &str = "SQLite";
const POSTGRES: &str = "PostgreSQL";
const MARIADB: &str = "MariaDB";
const NOW: Timestamp = Timestamp(1_700_000_000_000);
const NODE: NodeId = NodeId(7);
const CUSTOMERS: i64 = 200;
const MODELS: [&str; 5] = ["gpt-4o", "gpt-4o-mini", "o3", "gpt-5", "gpt-4.1"];
const BATCHES: u64 = 30;
const RECEIPT: &str = r#"{"lines":[{"class":"input","tokens":1200,"per_million":2500000},{"class":"output","tokens":300,"per_million":10000000}],"price":"openai/gpt-4o@2024-10-01","multiplier":1000000,"micros":6000}"#;

#[derive(Clone, Copy)]
enum Kind {
    RecordOnly,
    Charged,
    ChargedWithBudget,
}

struct Customer {
    account: AccountId,
    lease: LeaseId,
    budget: AccountId,
    budget_lease: LeaseId,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    if is_wanted(SQLITE) {
        measure(SQLITE, &format!("sqlite://{}", folder.path().join("sluice.db").display())).await;
    }
    for (name, variable, create) in [
        (POSTGRES, "SLUICE_TEST_POSTGRES_URL", "CREATE DATABASE {} TEMPLATE template0"),
        (MARIADB, "SLUICE_TEST_MARIADB_URL", "CREATE DATABASE {}"),
    ] {
        if !is_wanted(name) {
            continue;
        }
        let Ok(server) = std::env::var(variable) else { continue };
        let database = format!("sluice_bench_{:016x}", rand::random::<u64>());
        let admin = Database::connect(server.as_str()).await.unwrap();
        admin.execute_unprepared(&create.replace("{}", &database)).await.unwrap();
        let mut url: url::Url = server.parse().unwrap();
        url.set_path(&database);
        measure(name, url.as_str()).await;
        admin.execute_unprepared(&format!("DROP DATABASE {database}")).await.unwrap();
    }
}

fn is_wanted(name: &str) -> bool {
    std::env::args().skip_while(|argument| argument != "--on").nth(1).is_none_or(|only| only == name)
}

async fn measure(name: &str, url: &str) {
    let store = Store::open(&url.parse().unwrap(), &MasterKey::from_bytes([7; 32])).await.unwrap();
    store.migrate().await.unwrap();
    let customers = customers(&store).await;
    let revenue = store.open_account(Holder::Revenue(NODE), NOW).await.unwrap().id;
    let mut next = 0;
    for (what, kind) in [
        ("record only", Kind::RecordOnly),
        ("record, charge, lease", Kind::Charged),
        ("record, charge, budget, 2 leases", Kind::ChargedWithBudget),
    ] {
        for size in sizes() {
            let mut micros_per_call = Vec::new();
            let mut settling = Duration::ZERO;
            let (mut settled_calls, mut made_ns) = (0, 0);
            let (database_before, own_before) = (database_ns(name), own_ns());
            for _ in 0..(BATCHES * 1_024 / size).min(BATCHES) {
                let making = own_ns();
                let calls: Vec<SettledCall> = (next..next + size).map(|n| call(n, kind, &customers)).collect();
                next += size;
                settled_calls += size;
                made_ns += own_ns() - making;
                let settlement = Settlement { node: NODE, revenue, at: NOW, calls: &calls, counted: &[] };
                let began = Instant::now();
                let settled = store.settle(&settlement).await.unwrap();
                let took = began.elapsed();
                settling += took;
                micros_per_call.push(took.as_secs_f64() * 1e6 / size as f64);
                assert_eq!(settled.posted, calls.len());
            }
            micros_per_call.sort_by(f64::total_cmp);
            let median = micros_per_call[micros_per_call.len() / 2];
            let own = own_ns() - own_before - made_ns;
            let database = database_ns(name).saturating_sub(database_before);
            println!(
                "{name:>10}  {what:<33} batches of {size:>5}: {:>7.0} calls/s, {:>7.0} sustained, CPU {:.1} µs each, {:.1} the database's",
                1e6 / median,
                settled_calls as f64 / settling.as_secs_f64(),
                own as f64 / 1e3 / settled_calls as f64,
                database as f64 / 1e3 / settled_calls as f64,
            );
        }
    }
    let began = Instant::now();
    let verification = store.verify_ledger(&VerifyOptions::default()).await.unwrap();
    assert!(verification.is_clean(), "{:?}", verification.deviations);
    let per_second = verification.transfers as f64 / began.elapsed().as_secs_f64();
    println!("{name:>10}  verified {} transfers, {per_second:.0} a second", verification.transfers);
    store.close().await.unwrap();
}

/// Returns how many calls a batch has.
fn sizes() -> Vec<u64> {
    let only = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    only.map_or_else(|| vec![256, 1_024, 2_048, 4_096], |size| vec![size])
}

/// Returns the CPU time of this process so far, from the scheduler's clocks.
fn own_ns() -> u64 {
    process_ns("self", "")
}

/// Returns the CPU time of the database so far: of SQLite's thread in this process, or of a server on this machine.
fn database_ns(name: &str) -> u64 {
    let server = match name {
        POSTGRES => "postgres",
        MARIADB => "mariadbd",
        _ => return process_ns("self", "sqlx-sqlite"),
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter(|process| std::fs::read_to_string(process.path().join("comm")).is_ok_and(|comm| comm.trim() == server))
        .map(|process| process_ns(&process.file_name().to_string_lossy(), ""))
        .sum()
}

fn process_ns(process: &str, threads_named: &str) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    tasks
        .map(|task| move |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default())
        .filter(|read| read("comm").starts_with(threads_named))
        .filter_map(|read| read("schedstat").split(' ').next().and_then(|ns| ns.parse::<u64>().ok()))
        .sum()
}

async fn customers(store: &Store) -> Vec<Customer> {
    let mut customers = Vec::new();
    for n in 0..CUSTOMERS {
        let user = UserId(n + 1);
        let account = store.open_account(Holder::User(user), NOW).await.unwrap().id;
        store.top_up(&order(n, account), None).await.unwrap();
        let scope = BudgetScope::User(user);
        let limit = Micros(1_000_000_000);
        let new = NewBudget { scope, period: Period::Month, zone: Tz::UTC, limit, created_at: NOW };
        let budget = store.open_budget(&store.create_budget(new).await.unwrap(), NOW).await.unwrap().id;
        let (lease, budget_lease) = (lease_id(2 * n), lease_id(2 * n + 1));
        for (id, account) in [(lease, account), (budget_lease, budget)] {
            let want = Micros(900_000_000);
            let wanted = Borrow { id, account, node: NODE, want, minimum: want, expires_at: Timestamp(i64::MAX) };
            store.borrow(&wanted).await.unwrap().unwrap();
        }
        customers.push(Customer { account, lease, budget, budget_lease });
    }
    customers
}

fn order(n: i64, account: AccountId) -> Order {
    Order {
        id: TransferId(Uuid::from_u64_pair(1, n.unsigned_abs())),
        account,
        amount: Micros(1_000_000_000),
        call: None,
        actor: Actor::System,
        memo: String::new(),
        node: NODE,
        at: NOW,
    }
}

fn lease_id(n: i64) -> LeaseId {
    LeaseId(Uuid::from_u64_pair(2, n.unsigned_abs()))
}

fn place_of(n: u64, places: usize) -> usize {
    usize::try_from(n.wrapping_mul(0x9E37_79B9) % places as u64).unwrap()
}

fn call(n: u64, kind: Kind, customers: &[Customer]) -> SettledCall {
    let place = place_of(n, customers.len());
    let customer = &customers[place];
    let amount = Micros(6_000);
    let charge = Draw { account: customer.account, lease: Some(customer.lease), amount };
    let budget = Draw { account: customer.budget, lease: Some(customer.budget_lease), amount };
    SettledCall {
        record: record(n, place),
        receipt: (!matches!(kind, Kind::RecordOnly)).then(|| RECEIPT.to_owned()),
        charge: (!matches!(kind, Kind::RecordOnly)).then_some(charge),
        budgets: if matches!(kind, Kind::ChargedWithBudget) { vec![budget] } else { Vec::new() },
        saved: CacheSaving::default(),
    }
}

/// Every customer has a user and a key.
fn record(n: u64, customer: usize) -> CallRecord {
    let model = (customer + usize::from(n.is_multiple_of(10))) % MODELS.len();
    let customer = i64::try_from(customer).unwrap();
    let created_at = Timestamp(NOW.0 + i64::try_from(n / 5).unwrap());
    CallRecord {
        id: CallId::new(u64::try_from(created_at.0).unwrap(), rand::random()),
        created_at,
        key_id: KeyId(customer + 1_000),
        user_id: UserId(customer + 1),
        dialect: "openai_chat",
        operation: "chat_completions",
        // Nine of ten calls of a customer are for one model, which one provider answers.
        model_asked: MODELS[model].to_owned(),
        model_used: "gpt-4o-2024-08-06".to_owned(),
        provider_id: Some(ProviderId(i64::try_from(model + 1).unwrap())),
        provider_name: "one".to_owned(),
        credential_id: Some(CredentialId(4)),
        status: 200,
        outcome: Outcome::Complete,
        error: String::new(),
        usage: Usage { input: 1_200, output: 300, ..Usage::default() },
        usage_source: UsageSource::Reported,
        cost: Some(Micros(6_000)),
        first_token_ms: Some(30),
        duration_ms: 400,
        stream: true,
        client_ip: Some("192.0.2.1".parse().unwrap()),
        upstream_request_id: "req_0123456789abcdef".to_owned(),
        attempts: Vec::new(),
        decision: None,
    }
}
