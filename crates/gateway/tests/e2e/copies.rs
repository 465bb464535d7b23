//! A data directory that was copied: two processes never run as one node, so that none gives back what the other borrowed.

use std::cell::Cell;
use std::fs;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use serde_json::{Value, json};
use sluice_testkit::{Kind as Vendor, Script, Upstream};
use tempfile::TempDir;

use crate::accounts::borrowed_by;
use crate::database::{Database, Kind, MASTER_KEY};
use crate::gateway::{Gateway, KEY, provider};
use crate::outage::{LEASED, ask, borrow_much};
use crate::samples::Dialect;

const MODEL: &str = "gpt-4o";
const PAID_IN: i64 = 1_000_000_000;

fn config(upstream: &Upstream, database: &Database) -> Value {
    json!({
        "database": {"url": database.url().unwrap().as_str(), "master_key": MASTER_KEY},
        "providers": [provider("p", upstream, json!([MODEL]))],
        "keys": [{"name": "main", "secret": KEY}, {"name": "leased", "secret": LEASED, "billed": true}],
    })
}

/// Copies what makes a node, as somebody does who makes one machine from another.
fn copy_of(gateway: &Gateway) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("data/journal");
    fs::create_dir_all(&journal).unwrap();
    fs::copy(gateway.data_dir().join("node"), dir.path().join("data/node")).unwrap();
    for entry in fs::read_dir(gateway.data_dir().join("journal")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, journal.join(path.file_name().unwrap())).unwrap();
    }
    dir
}

async fn with_lease() -> Option<(Arc<Database>, Upstream, Gateway)> {
    let database = Database::make(Kind::Postgres).await?;
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::start_on(&database, config(&upstream, &database)).await;
    gateway.pay_in("leased", PAID_IN).await;
    borrow_much(&gateway, &upstream).await;
    Some((database, upstream, gateway))
}

async fn is_served(gateway: &Gateway) {
    let got = gateway.call(ask(gateway, LEASED, &Dialect::Chat.request(MODEL, false))).await;
    assert_eq!(got.status, 200, "{}", got.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_does_not_start_while_the_original_runs_and_takes_nothing_from_it() {
    let Some((database, upstream, gateway)) = with_lease().await else { return };
    let store = gateway.store().await;
    let (dir, config) = (copy_of(&gateway), config(&upstream, &database));
    let of_node = |dir: &TempDir| dir.path().join("data");
    let lent_before = borrowed_by(&store, &of_node(&dir)).await;
    assert!(!lent_before.is_empty());
    let is_over = Cell::new(false);
    let starting = async {
        let copy = Gateway::start_in(dir, &database, config);
        let started = AssertUnwindSafe(copy).catch_unwind().await;
        is_over.set(true);
        started
    };
    let serving = async {
        // It is in use all the time, so that nothing of it is idle.
        while !is_over.get() {
            is_served(&gateway).await;
        }
    };
    let (Err(panic), ()) = tokio::join!(starting, serving) else { panic!("the copy started") };
    let log = panic.downcast_ref::<String>().unwrap();
    assert!(log.contains("another process runs as node") && log.contains("remove `node` and `journal`"), "{log}");
    let lent = borrowed_by(&store, &gateway.data_dir()).await;
    assert!(lent_before.iter().all(|lease| lent.contains(lease)), "{lent_before:?} {lent:?}");
    is_served(&gateway).await;
    store.close().await.unwrap();
    drop(database);
    gateway.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_taken_for_dead_stops_when_it_learns_of_the_other_one() {
    let Some((database, upstream, mut gateway)) = with_lease().await else { return };
    gateway.signal("STOP");
    let copy = Gateway::start_in(copy_of(&gateway), &database, config(&upstream, &database)).await;
    drop(database);
    gateway.signal("CONT");
    let status = gateway.exit().await;
    assert!(!status.success() && gateway.log().contains("another process runs as this node"), "{status}");
    gateway.finish().await;
    is_served(&copy).await;
    copy.finish().await;
}
