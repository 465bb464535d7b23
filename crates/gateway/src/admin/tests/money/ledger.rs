//! The export and the verification.

use super::*;
use sluice_domain::ledger::CSV_HEADER;

async fn with_transfers(orders: usize) -> (Site, Client, Customer, Customer) {
    let (site, root) = Site::ready().await;
    let (mia, ben) = (site.customer(&root, "mia").await, site.customer(&root, "ben").await);
    for n in 0..orders {
        site.set_clock(NOW_MS + i64::try_from(n).unwrap() * 1_000);
        let account = if n % 3 == 0 { ben.account } else { mia.account };
        root.book(account, "top-up", json!({"amount_micros": n + 1, "memo": "with, comma"})).await.ok();
    }
    (site, root, mia, ben)
}

#[tokio::test]
async fn the_export_holds_every_transfer_once_in_either_form() {
    let (_site, root, ..) = with_transfers(5).await;
    let csv = root.get("/api/ledger/export").await;
    assert_eq!(csv.headers[CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"transfers.csv\"");
    let lines: Vec<_> = csv.text.split_terminator("\r\n").collect();
    assert_eq!((lines.len(), lines[0]), (6, CSV_HEADER));
    assert!(lines[1..].iter().all(|line| line.contains(",top_up,") && line.contains("\"with, comma\"")), "{lines:?}");
    let jsonl = root.get("/api/ledger/export?format=jsonl").await;
    assert_eq!(jsonl.headers[CONTENT_TYPE], "application/x-ndjson");
    let rows: Vec<Value> = jsonl.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let amounts: Vec<_> = rows.iter().map(|row| row["amount_micros"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn an_export_is_narrowed_by_account_and_time() {
    let (_site, root, mia, _) = with_transfers(6).await;
    let amounts = async |query: &str| -> Vec<i64> {
        let answer = root.get(&format!("/api/ledger/export?format=jsonl{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let read = |line: &str| serde_json::from_str::<Value>(line).unwrap()["amount_micros"].as_i64().unwrap();
        answer.text.lines().map(read).collect()
    };
    let now = NOW_MS / 1_000;
    assert_eq!(amounts(&format!("&since={}&until={}", now + 1, now + 3)).await, [2, 3]);
    assert_eq!(amounts(&format!("&account={}", mia.account)).await, [2, 3, 5, 6]);
    assert_eq!(amounts(&format!("&account={}&since={}", mia.account, now + 4)).await, [5, 6]);
    assert_eq!(amounts(&format!("&until={now}")).await, [0_i64; 0]);
    let empty = root.get(&format!("/api/ledger/export?until={now}")).await;
    assert_eq!(empty.text, format!("{CSV_HEADER}\r\n"));
    assert_eq!(root.get("/api/ledger/export?account=999").await.failure(), (404, "not_found"));
    assert_eq!(root.get("/api/ledger/export?format=xml").await.failure(), (400, "invalid_parameter"));
}

#[tokio::test]
async fn an_export_of_many_pages_is_whole_and_in_order() {
    let (site, root, mia, _) = with_transfers(0).await;
    let calls: Vec<SettledCall> = (0..2_300_u64)
        .map(|n| {
            let mut random = [0; 10];
            random[..8].copy_from_slice(&n.to_be_bytes());
            let id = CallId::new(u64::try_from(NOW_MS).unwrap(), random);
            let draw = Draw { account: AccountId(mia.account), lease: None, amount: Micros(1) };
            let record = CallRecord { id, ..record(0) };
            SettledCall {
                record,
                receipt: None,
                charge: Some(draw),
                budgets: Vec::new(),
                saved: CacheSaving::default(),
            }
        })
        .collect();
    let store = &site.state.store;
    let revenue = store.open_account(Holder::Revenue(NODE), Timestamp(NOW_MS)).await.unwrap().id;
    store
        .settle(&Settlement { node: NODE, revenue, at: Timestamp(NOW_MS), calls: &calls, counted: &[] })
        .await
        .unwrap();
    for query in [String::new(), format!("&account={}", mia.account)] {
        let export = root.get(&format!("/api/ledger/export?format=jsonl{query}")).await;
        let seqs: Vec<i64> = export
            .text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["debit_link"]["seq"].as_i64().unwrap())
            .collect();
        assert_eq!(seqs, (1..=2_300).collect::<Vec<_>>(), "{query}");
    }
    site.assert_sound(&root).await;
}

#[tokio::test]
async fn verification_counts_what_it_saw_and_names_what_does_not_add_up() {
    let (site, root, mia, _) = with_transfers(3).await;
    let call = site.charge(mia.account, 1, 5).await;
    let verified = root.post("/api/ledger/verify", json!({})).await;
    let expected = json!({"is_clean": true, "accounts": 4, "links": 8, "transfers": 4, "calls": 1, "deviations": [],
        "more_deviations": 0});
    assert_eq!(verified.ok(), &expected);
    // The call's record goes, its charge stays.
    site.state.store.purge_calls_before(Timestamp(NOW_MS + 1), 10).await.unwrap();
    site.set_clock(NOW_MS + 3_000);
    let missing = root.post("/api/ledger/verify", json!({})).await;
    let deviations = json!([{"kind": "call_missing", "account": null, "seq": null, "transfer": null, "call": call,
        "recorded_micros": null, "computed_micros": null}]);
    assert_eq!((&missing.ok()["is_clean"], &missing.ok()["deviations"]), (&json!(false), &deviations));
    // Records that old are purged as a matter of course.
    site.set_clock(NOW_MS + 91 * 86_400_000);
    let root = site.log_in("root", PASSWORD).await;
    site.assert_sound(&root).await;
}

#[tokio::test]
async fn one_verification_runs_at_a_time() {
    let (site, root) = Site::ready().await;
    let running = site.state.memory.verification.lock().await;
    assert_eq!(root.post("/api/ledger/verify", json!({})).await.failure(), (409, "conflict"));
    drop(running);
    site.assert_sound(&root).await;
}
