//! Check-ins by the clock: every site once a day, however many nodes there are and whatever a site does.

use std::time::Duration;

use chrono::{Timelike, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use sluice_domain::clock::Clock;
use sluice_domain::provider::TimeoutOverrides;
use sluice_domain::route::policy::Rotation;
use sluice_store::{MasterKey, NewProvider, Store};
use sluice_testkit::{CheckinAnswer, CheckinSite};

use crate::database::{Database, Kind, MASTER_KEY};
use crate::gateway::{Gateway, eventually, within};

/// The job waits a few seconds after the start, and for a site that hangs twenty.
const PATIENCE: Duration = Duration::from_secs(90);

/// Returns a zone in which it is about noon, so that no midnight comes between.
fn zone_at_noon() -> String {
    let behind = i64::from(Utc::now().hour()) - 12;
    // The names of these zones have the sign turned round.
    format!("Etc/GMT{behind:+}")
}

async fn prepare(database: &Database, sites: &[(&str, &CheckinSite)]) {
    let url = database.url().unwrap().as_str().parse().unwrap();
    let store = Store::open(&url, &MasterKey::parse(MASTER_KEY).unwrap()).await.unwrap();
    store.migrate().await.unwrap();
    store.put_option("CheckinScheduleTimezone", &zone_at_noon()).await.unwrap();
    for (name, site) in sites {
        let provider = NewProvider {
            name: (*name).to_owned(),
            vendor: "newapi".to_owned(),
            base_url: site.base_url().to_owned(),
            enabled: true,
            priority: 0,
            weight: 10,
            params: Default::default(),
            headers: Default::default(),
            rotation: Rotation::default(),
            proxy_url: None,
            timeouts: TimeoutOverrides::default(),
            model_alias: Default::default(),
            access_token: Some(CheckinSite::ACCESS_TOKEN.into()),
            upstream_user_id: Some(CheckinSite::USER_ID),
            checkin_enabled: true,
            remark: String::new(),
            created_at: Clock::System.now(),
        };
        store.create_provider(provider).await.unwrap();
    }
    store.close().await.unwrap();
}

async fn data(gateway: &Gateway, path: &str) -> Value {
    let answer = gateway.admin(Method::GET, path, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["data"].clone()
}

async fn messages(gateway: &Gateway) -> Vec<(String, String, String)> {
    let items = data(gateway, "/api/provider/checkin/messages").await;
    let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    let items = items.as_array().unwrap().iter();
    items.map(|item| (text(item, "provider_name"), text(item, "status"), text(item, "message"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_ask_every_site_once_a_day_and_one_that_hangs_holds_up_no_other() {
    let Some(database) = Database::make(Kind::Postgres).await else { return };
    let broken = CheckinAnswer::Raw(500, "<html>oops</html>".to_owned());
    let answers = [CheckinAnswer::Hangs, CheckinAnswer::Done, CheckinAnswer::Already, CheckinAnswer::Off, broken];
    let mut sites = Vec::new();
    for (name, answer) in ["hangs", "done", "already", "off", "broken"].into_iter().zip(answers) {
        sites.push((name, CheckinSite::start(&[answer]).await.unwrap()));
    }
    let named: Vec<_> = sites.iter().map(|(name, site)| (*name, site)).collect();
    prepare(&database, &named).await;
    let (ann, ben) = tokio::join!(Gateway::start_on(&database, json!({})), Gateway::start_on(&database, json!({})));
    let early = eventually("the sites that answer", async || {
        let early = messages(&ann).await;
        (early.len() >= 4).then_some(early)
    })
    .await;
    assert!(early.iter().all(|(name, ..)| name != "hangs"), "{early:?}");
    let run = within(PATIENCE, "the end of the run", async || {
        let runs = data(&ben, "/api/provider/checkin/summary").await;
        runs.get(0).filter(|run| run["status"] != "running").cloned()
    })
    .await;
    let facts = ["trigger_type", "status", "total_count", "success_count", "failure_count", "uncheckin_count"];
    let expected = json!(["cron", "partial", 5, 2, 3, 2]);
    assert_eq!(json!(facts.map(|name| &run[name])), expected, "what is switched off is not missing: {run}");
    let mut told = messages(&ben).await;
    told.sort();
    let expected = [
        ("already", "success", "今日 已签到"),
        ("broken", "failed", "the site answered 500: no reason was given"),
        ("done", "success", "签到成功"),
        ("hangs", "failed", "the site did not answer in time"),
        ("off", "failed", "签到功能 未启用; the check-in is switched off for this provider"),
    ];
    let expected = expected.map(|(name, status, said)| (name.to_owned(), status.to_owned(), said.to_owned()));
    assert_eq!(told, expected);
    // Each node has looked several times by now.
    let asked: Vec<usize> = sites.iter().map(|(_, site)| site.asked()).collect();
    assert_eq!(asked, [1; 5]);
    for node in [&ann, &ben] {
        // The job notes its end a moment after the run that it is about.
        let runs = eventually("the end of the job", async || {
            let runs = data(node, "/api/job/check_in/runs").await;
            (runs["items"][0]["status"] != "running").then_some(runs)
        })
        .await;
        assert_eq!((&runs["total"], &runs["items"][0]["status"]), (&json!(1), &json!("succeeded")), "{runs}");
    }
    let again = ann.admin(Method::POST, "/api/provider/checkin/run", Some(json!({}))).await;
    assert_eq!((again.status, &again.json()["data"]["total_count"]), (200, &json!(2)), "{}", again.text());
    let asked: Vec<usize> = sites.iter().map(|(_, site)| site.asked()).collect();
    assert_eq!(asked, [2, 1, 1, 1, 2], "those that count the day, and those without check-in, are left alone");
    ann.finish().await;
    ben.finish().await;
}
