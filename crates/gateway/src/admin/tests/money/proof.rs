//! Receipts, and the state of the ledger.

use std::time::Duration;

use super::*;
use crate::money::audit::{Audit, JOB};
use crate::money::scene::{self, Sold};
use sluice_domain::job::{Ending, Progress, Trigger};
use sluice_store::{FinishedTurn, NewTurn};

/// Settles a call of mia's, and returns its receipt's path.
async fn receipt_of_mia() -> (Site, Client, Customer, String) {
    let (site, root) = Site::ready().await;
    let mia = site.customer(&root, "mia").await;
    let record = CallRecord { user_id: UserId(mia.id), ..scene::record(1, Timestamp(NOW_MS)) };
    let call = scene::settle(&site.state.store, AccountId(mia.account), record, &Sold::default()).await;
    (site, root, mia, format!("/api/log/{call}/receipt"))
}

#[tokio::test]
async fn a_receipt_is_for_the_calls_owner_and_for_administrators() {
    let (site, root, mia, path) = receipt_of_mia().await;
    let (_, admin) = site.user(&root, "adam", 10).await;
    let (_, ben) = site.user(&root, "ben", 1).await;
    for seer in [&root, &admin] {
        let seen = seer.get(&path).await;
        let sums = [&seen.ok()["charge"], &seen.ok()["cost"]].map(|sum| sum["computed_micros"].clone());
        assert_eq!((&seen.ok()["verdict"], sums), (&json!("equal"), [json!(6_900), json!(5_750)]));
        assert!(seen.text.contains("hidden-model"));
    }
    let own = mia.client.get(&path).await;
    assert_eq!((&own.ok()["verdict"], &own.ok()["cost"]), (&json!("equal"), &Value::Null));
    assert_eq!(own.ok()["charge"]["formula"].as_str().unwrap().matches("= 0.006900 USD").count(), 1);
    assert_eq!(own.ok()["transfers"][0]["debit_account"], json!(mia.account));
    assert!(!own.text.contains("hidden-model"), "{}", own.text);
    assert_eq!(ben.get(&path).await.failure(), (404, "not_found"));
    assert_eq!(site.stranger().get(&path).await.failure(), (401, "unauthenticated"));
    let nobodys = CallId::new(1, [9; 10]);
    for path in [format!("/api/log/{nobodys}/receipt"), "/api/log/x/receipt".to_owned()] {
        assert_eq!(root.get(&path).await.failure(), (404, "not_found"));
    }
}

#[tokio::test]
async fn the_record_of_a_billed_call_tells_its_owner_what_it_was_charged_and_not_what_it_cost() {
    let (_site, root, mia, path) = receipt_of_mia().await;
    let path = path.trim_end_matches("/receipt");
    let sums = |answer: &Answer| json!(["charged_micros", "cost_micros", "cost_usd"].map(|name| &answer.ok()[name]));
    assert_eq!(sums(&root.get(path).await), json!([6_900, 5_750, 0.00575]));
    assert_eq!(sums(&mia.client.get(path).await), json!([6_900, null, null]));
    let own = mia.client.get("/api/log/self").await;
    assert_eq!(own.ok()["items"][0]["cost_micros"], Value::Null);
}

#[tokio::test]
async fn a_charge_outlives_the_record_of_its_call() {
    let (site, root, _, path) = receipt_of_mia().await;
    site.user(&root, "ben", 1).await;
    site.state.store.purge_calls_before(Timestamp(NOW_MS + 1), 10).await.unwrap();
    let missing = root.get(&path).await;
    assert_eq!(missing.ok()["findings"][0]["code"], json!("record_missing"), "it is too young to be purged");
    site.set_clock(NOW_MS + 91 * 86_400_000);
    let mia = site.log_in("mia", PASSWORD).await;
    let purged = mia.get(&path).await;
    assert_eq!((&purged.ok()["verdict"], &purged.ok()["findings"]), (&json!("nothing_to_recompute"), &json!([])));
    assert_eq!(purged.ok()["notes"][0]["code"], json!("record_purged"));
    assert_eq!(purged.ok()["transfers"][0]["amount_micros"], json!(6_900));
    let ben = site.log_in("ben", PASSWORD).await;
    assert_eq!(ben.get(&path).await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn the_state_of_the_ledger_is_what_the_last_audit_found() {
    let (site, root) = Site::ready().await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    assert_eq!(mia.get("/api/ledger/state").await.failure().0, 403);
    let never = json!({"last_run": null, "next_run": null, "node": null, "audit": null});
    assert_eq!(root.get("/api/ledger/state").await.ok(), &never);
    let store = &site.state.store;
    let (now, next) = (Timestamp(NOW_MS), Timestamp(NOW_MS + 86_400_000));
    let audit = Audit::make(store, &site.state.clock, None).await.unwrap();
    store.register_job(JOB, NODE, now).await.unwrap();
    let job = store.find_job(JOB).await.unwrap().unwrap();
    let new = NewTurn { job: &job, node: NODE, trigger: Trigger::Schedule, now, ttl: Duration::from_secs(60) };
    let turn = store.take_turn(&new).await.unwrap().unwrap();
    let (result, progress) = (serde_json::to_string(&audit).unwrap(), Progress::default());
    let (ending, result) = (Ending::Succeeded, Some(result.as_str()));
    let finished = FinishedTurn { turn: &turn, now, next, ending, progress: &progress, result };
    assert!(store.finish_turn(&finished).await.unwrap());
    let state = root.get("/api/ledger/state").await;
    let times = [&state.ok()["last_run"], &state.ok()["next_run"]];
    assert_eq!(times, [&json!(NOW_MS / 1_000), &json!(NOW_MS / 1_000 + 86_400)]);
    assert_eq!((&state.ok()["node"], &state.ok()["audit"]["is_clean"]), (&json!(77), &json!(true)));
    assert_eq!(state.ok()["audit"], serde_json::to_value(&audit).unwrap());
}
