//! The power goes: the last bytes of the journal never reached the disk. Whatever is left of it is settled, and the books
//! are right.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use sluice_domain::id::AccountId;
use sluice_testkit::{Kind as Vendor, Script, Upstream};
use tempfile::TempDir;

use crate::accounts::borrowed_by;
use crate::audit;
use crate::database::Database;
use crate::gateway::{Gateway, KEY, eventually, provider};
use crate::tariff::{BILLED, MODEL, small_call, state_price};

const PAID_IN: i64 = 1_000_000_000;
const CALLS: usize = 3;
/// Places at which the journal is cut, spread over its last notes.
const CUTS: usize = 12;
const MAGIC_BYTES: usize = 8;

fn config(upstream: &Upstream) -> serde_json::Value {
    json!({
        "providers": [provider("p", upstream, json!([MODEL]))],
        "keys": [{"name": "main", "secret": KEY}, {"name": "billed", "secret": BILLED, "billed": true}],
        // One journal, and nothing of it in the database when the power goes.
        "relay": {"threads": 1},
        "records": {"batch_ms": 60_000},
    })
}

/// The segment that was written last, and where its notes begin and end.
fn last_segment(journal: &Path) -> (PathBuf, Vec<usize>) {
    let files = fs::read_dir(journal).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some());
    let with_notes = files.map(|path| (path.clone(), places(&fs::read(path).unwrap())));
    with_notes.max_by_key(|(_, places)| places.len()).unwrap()
}

fn places(segment: &[u8]) -> Vec<usize> {
    let mut places = vec![MAGIC_BYTES];
    loop {
        let at = *places.last().unwrap();
        let length = u32::from_le_bytes(segment[at..at + 4].try_into().unwrap()) as usize;
        if length == 0 {
            return places;
        }
        places.push(at + 8 + length);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copied = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &copied) } else { assert!(fs::copy(&path, &copied).is_ok()) }
    }
}

/// Starts from what the disk had and checks the books; returns how many calls they have.
async fn restart_from(dir: TempDir, upstream: &Upstream, account: i64) -> usize {
    let gateway = Gateway::start_in(dir, &Database::file(), config(upstream)).await;
    let store = gateway.store().await;
    eventually("what was left to be settled", async || {
        borrowed_by(&store, &gateway.data_dir()).await.is_empty().then_some(())
    })
    .await;
    let rows = audit::calls(&store).await;
    let charged: i64 = rows.iter().filter_map(|row| row.charged).map(|charge| charge.0).sum();
    let left = store.find_account(AccountId(account)).await.unwrap().unwrap().posted.0;
    assert_eq!(left, PAID_IN - charged);
    for row in &rows {
        let is_whole = row.usage.is_empty() == (row.error == "gateway_died");
        assert!(is_whole && (row.charged.is_some_and(|charge| charge.0 > 0) != row.usage.is_empty()), "{row:?}");
    }
    store.close().await.unwrap();
    gateway.expect_records(rows.len());
    gateway.finish().await;
    rows.len()
}

#[tokio::test]
async fn a_journal_that_lost_its_last_bytes_is_settled_as_far_as_it_goes() {
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let mut gateway = Gateway::start(config(&upstream)).await;
    state_price(&mut gateway).await;
    let account = gateway.pay_in("billed", PAID_IN).await;
    for _ in 0..CALLS {
        assert_eq!(small_call(&gateway, BILLED).await.status, 200);
    }
    gateway.kill();
    let data = gateway.data_dir();
    let (segment, places) = last_segment(&data.join("journal"));
    let whole = fs::read(&segment).unwrap();
    let (first, end) = (places[places.len() - 3], *places.last().unwrap());
    let mut found = Vec::new();
    for step in 0..=CUTS {
        let cut = first + (end - first) * step / CUTS;
        let dir = tempfile::tempdir().unwrap();
        copy(&data, &dir.path().join("data"));
        let mut bytes = whole[..cut].to_vec();
        bytes.resize(whole.len(), 0);
        fs::write(dir.path().join("data/journal").join(segment.file_name().unwrap()), bytes).unwrap();
        found.push(restart_from(dir, &upstream, account).await);
    }
    assert!(found.is_sorted() && found.first() == Some(&(CALLS - 1)) && found.last() == Some(&CALLS), "{found:?}");
    gateway.recover().await;
    gateway.finish().await;
}
