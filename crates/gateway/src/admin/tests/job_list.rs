//! Jobs: how they stand, running one, and what came of it.

use super::*;

/// Waits until a job does not run any more.
async fn settled(client: &Client, path: &str) -> Value {
    loop {
        let job = client.get(path).await.ok().clone();
        if job["is_running"] == json!(false) && job["last_run"] != Value::Null {
            return job;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn jobs_say_when_they_are_due_and_what_they_are_for() {
    let (_site, root) = Site::ready().await;
    let jobs = root.get("/api/job/").await;
    let jobs = jobs.ok().as_array().unwrap();
    let named = |name: &str| jobs.iter().find(|job| job["name"] == json!(name)).unwrap();
    let tidy = named("housekeeping");
    assert_eq!((&tidy["schedule"], &tidy["every_secs"], &tidy["time"]), (&json!("every"), &json!(600), &Value::Null));
    assert_eq!((&tidy["next_run_time"], &tidy["last_run"]), (&json!(NOW_MS / 1_000), &Value::Null));
    let audit = named("ledger_audit");
    assert_eq!((&audit["schedule"], &audit["time"]), (&json!("daily"), &json!("03:00")));
    assert_eq!((&audit["timezone"], &audit["jitter_secs"]), (&Value::Null, &json!(3_600)));
    let chinese = [("accept-language", "zh-CN")];
    let answer = root.send(Method::GET, "/api/job/ledger_audit", Body::empty(), &chinese).await;
    assert!(answer.ok()["description"].as_str().unwrap().contains("账本"));
}

#[tokio::test]
async fn a_job_runs_when_an_administrator_asks_for_it_and_its_runs_are_kept() {
    let (site, root) = Site::ready().await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    assert_eq!(mia.get("/api/job/").await.failure(), (403, "forbidden"));
    assert_eq!(mia.post("/api/job/housekeeping/run", json!({})).await.failure(), (403, "forbidden"));
    assert_eq!(root.post("/api/job/nothing/run", json!({})).await.failure(), (404, "not_found"));
    assert_eq!(root.get("/api/job/nothing").await.failure(), (404, "not_found"));
    for _ in 0..2 {
        let begun = root.post("/api/job/ledger_audit/run", json!({})).await;
        assert_eq!((&begun.ok()["trigger"], &begun.ok()["node"]), (&json!("manual"), &json!(77)));
        let job = settled(&root, "/api/job/ledger_audit").await;
        let run = &job["last_run"];
        assert_eq!((&run["id"], &run["status"]), (&begun.ok()["id"], &json!("succeeded")));
        assert_eq!(run["message"], json!("the ledger adds up"), "{run}");
        assert_eq!((&job["failures"], &job["last_success_time"]), (&json!(0), &json!(NOW_MS / 1_000)));
    }
    let runs = root.get("/api/job/ledger_audit/runs?page_size=1").await;
    assert_eq!((&runs.ok()["total"], &runs.ok()["has_more"]), (&json!(2), &json!(true)));
    let state = root.get("/api/ledger/state").await;
    assert_eq!(state.ok()["audit"]["is_clean"], json!(true));
}

#[tokio::test]
async fn nothing_is_begun_where_it_runs_already_or_the_node_stops() {
    let (site, root) = Site::ready().await;
    let store = &site.state.store;
    store.register_job("ledger_audit", NODE, Timestamp(NOW_MS)).await.unwrap();
    let job = store.find_job("ledger_audit").await.unwrap().unwrap();
    let new = sluice_store::NewTurn {
        job: &job,
        node: NodeId(5),
        trigger: sluice_domain::job::Trigger::Schedule,
        now: Timestamp(NOW_MS),
        ttl: std::time::Duration::from_secs(60),
    };
    store.take_turn(&new).await.unwrap().unwrap();
    assert_eq!(root.post("/api/job/ledger_audit/run", json!({})).await.failure(), (409, "conflict"));
    let seen = root.get("/api/job/ledger_audit").await;
    assert_eq!((&seen.ok()["is_running"], &seen.ok()["last_run"]["node"]), (&json!(true), &json!(5)));
    assert_eq!((&seen.ok()["next_run_time"], &seen.ok()["last_run"]["status"]), (&Value::Null, &json!("running")));
    site.stop.cancel();
    assert_eq!(root.post("/api/job/housekeeping/run", json!({})).await.failure(), (503, "unavailable"));
}
