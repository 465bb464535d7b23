//! The commands that prove what was charged, beside a running server and after it.

use std::process::Output;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

use crate::gateway::{Gateway, KEY, eventually, program, provider};
use crate::samples::Dialect;

const BILLED: &str = "ag-billed-billed-billed-billed";
const MODEL: &str = "gpt-4o";

/// Runs another command of the program over the gateway's data.
async fn command(gateway: &Gateway, line: &str) -> Output {
    let mut command = program();
    command.args(line.split_whitespace()).args(["--config", "sluice.yaml", "--data", "data"]);
    command.current_dir(gateway.data_dir().parent().unwrap()).env_clear();
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn a_billed_call_is_proven_by_its_receipt_the_ledger_and_its_export() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let mut gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!([MODEL]))],
        "keys": [
            {"name": "main", "secret": KEY},
            {"name": "billed", "secret": BILLED, "billed": true, "multiplier": "1.5"},
        ],
    }))
    .await;
    let ask = |body: Value| gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(BILLED).json(&body);
    let refused = gateway.call(ask(Dialect::Chat.request(MODEL, false))).await;
    assert_eq!(refused.status, 402, "{}", refused.text());
    let account = gateway.pay_in("billed", 10_000_000).await;
    let paid = eventually("the money to be seen", async || {
        let got = gateway.call(ask(Dialect::Chat.request(MODEL, true))).await;
        (got.status == 200).then_some(got)
    })
    .await;
    let record = gateway.record(paid.call()).await;

    let receipt = command(&gateway, &format!("receipt {}", paid.call())).await;
    assert!(receipt.status.success() && text(&receipt).contains("recomputed  equal"), "{}", text(&receipt));
    let json = command(&gateway, &format!("receipt {} --json", paid.call())).await;
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["charge"]["computed_micros"], &json["verdict"]), (&record["charged_micros"], &json!("equal")));
    let served = gateway.admin(Method::GET, &format!("/api/log/{}/receipt", paid.call()), None).await;
    assert_eq!(served.json()["data"], json);

    let export = command(&gateway, &format!("ledger export --format jsonl --account {account}")).await;
    let rows: Vec<Value> =
        String::from_utf8(export.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = rows.iter().map(|row| (&row["kind"], &row["amount_micros"])).collect();
    assert_eq!(kinds, [(&json!("top_up"), &json!(10_000_000)), (&json!("charge"), &record["charged_micros"])]);

    let beside = command(&gateway, "ledger verify").await;
    assert!(beside.status.success() && text(&beside).contains("a server runs on this data"), "{}", text(&beside));
    let metrics = gateway.bare(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    let refusals = "sluice_refused_holds_total{reason=\"insufficient_funds\"} ";
    assert!(metrics.lines().any(|line| line.strip_prefix(refusals).is_some_and(|count| count != "0")), "{metrics}");
    for gauge in ["sluice_journal_bytes ", "sluice_leases ", "sluice_parked_calls 0", "sluice_open_alerts 0"] {
        assert!(metrics.lines().any(|line| line.starts_with(gauge)), "{gauge}: {metrics}");
    }

    gateway.terminate();
    gateway.wait_for_exit().await;
    let after = command(&gateway, "ledger verify --json").await;
    assert!(after.status.success(), "{}", text(&after));
    let audit: Value = serde_json::from_slice(&after.stdout).unwrap();
    assert_eq!((&audit["is_clean"], &audit["calls"], &audit["leases"]), (&json!(true), &json!(1), &json!(0)));
    assert_eq!((&audit["journal"]["state"], &audit["journal"]["unsettled"]), (&json!("read"), &json!([])));
    gateway.finish().await;
}

#[tokio::test]
async fn calls_that_a_killed_server_did_not_settle_are_listed_and_the_ledger_adds_up_all_the_same() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let mut gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!([MODEL]))],
        "keys": [{"name": "main", "secret": KEY}, {"name": "billed", "secret": BILLED, "billed": true}],
        "records": {"batch_ms": 5_000},
    }))
    .await;
    gateway.pay_in("billed", 10_000_000).await;
    let body = Dialect::Chat.request(MODEL, false);
    let paid = eventually("the money to be seen", async || {
        let ask = gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(BILLED).json(&body);
        let got = gateway.call(ask).await;
        (got.status == 200).then_some(got)
    })
    .await;
    gateway.kill();
    let before = command(&gateway, "ledger verify --json").await;
    assert!(before.status.success(), "{}", text(&before));
    let audit: Value = serde_json::from_slice(&before.stdout).unwrap();
    let unsettled = audit["journal"]["unsettled"].as_array().unwrap();
    let call = unsettled.iter().find(|call| call["call"] == paid.call()).unwrap_or_else(|| panic!("{audit}"));
    assert!(call["has_ended"] == true && call["charge_micros"].as_i64().unwrap() > 0, "{call}");
    assert!(!command(&gateway, &format!("receipt {}", paid.call())).await.status.success());
    gateway.recover().await;
    gateway.kill();
    let after = command(&gateway, "ledger verify --json").await;
    let audit: Value = serde_json::from_slice(&after.stdout).unwrap();
    assert_eq!((&audit["is_clean"], &audit["journal"]["unsettled"]), (&json!(true), &json!([])));
    let receipt = command(&gateway, &format!("receipt {} --json", paid.call())).await;
    let receipt: Value = serde_json::from_slice(&receipt.stdout).unwrap();
    assert_eq!((&receipt["charge"]["recorded_micros"], &receipt["verdict"]), (&call["charge_micros"], &json!("equal")));
    gateway.finish().await;
}
