//! Nothing more can be written: the journal is full because the database is away, or the disk is. Calls are refused
//! clearly, none is lost, and when there is room again they go on by themselves.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use sluice_store::CallFilter;
use sluice_testkit::{Act, Break, Kind as Vendor, Line, Script, Upstream};
use tempfile::TempDir;

use crate::client::{Answer, client_builder};
use crate::database::{Database, Kind};
use crate::gateway::{Gateway, KEY, eventually, provider, with};
use crate::outage::{LEASED, borrow_much, config, line_to};
use crate::samples::Dialect;

/// With so many threads each has the smallest journal there is. A connection stays with one of them.
const THREADS: usize = 8;
/// Far more than that journal holds.
const CALLS_MAX: usize = 20_000;
/// What makes a call's notes long.
const LONG_ID_CHARS: usize = 190;

/// Calls over one connection until it is refused; returns the refusal.
async fn call_until_refused(client: &reqwest::Client, gateway: &Gateway) -> Answer {
    for _ in 0..CALLS_MAX {
        let got = call(client, gateway, Dialect::Chat).await;
        gateway.expect_records(1);
        if got.status != 200 {
            return got;
        }
    }
    panic!("the journal takes {CALLS_MAX} calls");
}

async fn call(client: &reqwest::Client, gateway: &Gateway, dialect: Dialect) -> Answer {
    let mut body = dialect.request(model_of(dialect), false);
    if dialect == Dialect::Gemini {
        body["generationConfig"] = json!({"maxOutputTokens": 20});
    } else {
        let name = if dialect == Dialect::Responses { "max_output_tokens" } else { "max_tokens" };
        body[name] = json!(20);
    }
    let request = client.post(gateway.url(&dialect.path(model_of(dialect), false))).bearer_auth(LEASED);
    Answer::of(request.header("anthropic-version", "2023-06-01").json(&body).send().await.unwrap()).await
}

const fn model_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Chat | Dialect::Responses => "gpt-4o",
        Dialect::Messages => "claude-3-5-haiku-20241022",
        Dialect::Gemini => "gemini-2.0-flash",
    }
}

fn assert_records_full(dialect: Dialect, refused: &Answer) {
    assert_eq!(refused.status, 503, "{}", refused.text());
    let body = refused.json();
    match dialect {
        Dialect::Chat | Dialect::Responses => assert_eq!(dialect.error_name(&body), "records_full"),
        Dialect::Messages => assert_eq!(dialect.error_name(&body), "overloaded_error"),
        Dialect::Gemini => assert_eq!(dialect.error_name(&body), "RECORDS_FULL"),
    }
    assert!(refused.text().contains("cannot be recorded right now"), "{}", refused.text());
    assert!(refused.header("retry-after").parse::<u32>().is_ok());
}

/// One connection, so that all its calls go to the same thread.
fn one_connection() -> reqwest::Client {
    client_builder().http2_prior_knowledge().build().unwrap()
}

fn long_winded() -> Script {
    Script::new(Act::default().with_header("x-request-id", &"r".repeat(LONG_ID_CHARS)))
}

async fn goes_on(client: &reqwest::Client, gateway: &Gateway) {
    eventually("calls to be taken again", async || {
        let got = call(client, gateway, Dialect::Chat).await;
        gateway.expect_records(1);
        assert!([200, 503].contains(&got.status), "{}", got.text());
        (got.status == 200).then_some(())
    })
    .await;
    let (store, expected) = (gateway.store().await, gateway.expected_records());
    eventually("all records", async || {
        (store.count_calls(&CallFilter::default(), u64::MAX >> 1).await.unwrap() == expected).then_some(())
    })
    .await;
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_journal_refuses_calls_until_the_database_is_back() {
    let Some(database) = Database::make(Kind::Postgres).await else { return };
    let upstream = Upstream::start(Vendor::OpenAi, long_winded()).await.unwrap();
    let (claude, gemini) = (
        Upstream::start(Vendor::Anthropic, Script::default()).await.unwrap(),
        Upstream::start(Vendor::Gemini, Script::default()).await.unwrap(),
    );
    let (line, address): (Line, Value) = line_to(&database).await;
    let mut config = with(
        config(&upstream, &address),
        json!({"relay": {"threads": THREADS}, "records": {"journal_max_mb": 16, "batch_ms": 20}}),
    );
    let providers = config["providers"].as_array_mut().unwrap();
    providers.push(provider("claude", &claude, json!([model_of(Dialect::Messages)])));
    providers.push(provider("gemini", &gemini, json!([model_of(Dialect::Gemini)])));
    let gateway = Gateway::start_on(&database, config).await;
    drop(database);
    gateway.pay_in("leased", 1_000_000_000).await;
    borrow_much(&gateway, &upstream).await;
    let client = one_connection();
    line.cut(Break::Reset);
    let refused = call_until_refused(&client, &gateway).await;
    assert_records_full(Dialect::Chat, &refused);
    for dialect in [Dialect::Responses, Dialect::Messages, Dialect::Gemini] {
        assert_records_full(dialect, &call(&client, &gateway, dialect).await);
        gateway.expect_records(1);
    }
    assert!(claude.requests().is_empty() && gemini.requests().is_empty());
    line.mend();
    goes_on(&client, &gateway).await;
    gateway.finish().await;
}

/// A small disk of its own; unmounted when dropped.
struct SmallDisk {
    place: TempDir,
}

impl SmallDisk {
    /// Mounts one; `None` where that is not allowed.
    fn mount(megabytes: u32) -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(place.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { place });
        }
        eprintln!("skipped: nothing may be mounted here");
        None
    }

    fn path(&self) -> &Path {
        self.place.path()
    }

    /// Writes until nothing more fits; returns how much that was.
    fn fill(&self) -> usize {
        let mut filler = std::fs::File::create(self.path().join("filler")).unwrap();
        let (mut length, mut total) = (1 << 20, 0);
        while length > 0 {
            match filler.write(&vec![1; length]) {
                Ok(written) => total += written,
                Err(_) => length /= 2,
            }
        }
        total
    }

    fn free(&self) {
        std::fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(self.path()).status().ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_calls_until_there_is_room_again() {
    let Some(disk) = SmallDisk::mount(48) else { return };
    let upstream = Upstream::start(Vendor::OpenAi, long_winded()).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(disk.path(), dir.path().join("data")).unwrap();
    let config = json!({
        "providers": [provider("p", &upstream, json!(["gpt-4o"]))],
        "keys": [{"name": "main", "secret": KEY}, {"name": "leased", "secret": LEASED, "billed": true}],
        "records": {"batch_ms": 20},
    });
    let gateway = Gateway::start_in(dir, &Database::file(), config).await;
    gateway.pay_in("leased", 1_000_000_000).await;
    borrow_much(&gateway, &upstream).await;
    assert!(disk.fill() > 1 << 20);
    let client = one_connection();
    let refused = call_until_refused(&client, &gateway).await;
    assert_records_full(Dialect::Chat, &refused);
    assert_eq!(client.get(gateway.url("/healthz")).send().await.unwrap().status(), 200);
    disk.free();
    goes_on(&client, &gateway).await;
    gateway.finish().await;
}
