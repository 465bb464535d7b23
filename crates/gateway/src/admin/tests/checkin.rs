//! Check-ins at sites that answer as they are told.

use sluice_testkit::{CheckinAnswer, CheckinSite};

use super::*;

fn invalid() -> CheckinAnswer {
    CheckinAnswer::Raw(200, r#"{"success":false,"message":"token management-secret invalid"}"#.to_owned())
}

async fn site_with(answers: &[CheckinAnswer]) -> CheckinSite {
    CheckinSite::start(answers).await.unwrap()
}

async fn provider(root: &Client, name: &str, url: &str) -> i64 {
    let body = json!({"name": name, "base_url": url, "vendor": "newapi", "user_id": 7,
        "access_token": "management-secret", "checkin_enabled": true});
    root.post("/api/provider/", body).await.ok()["id"].as_i64().unwrap()
}

async fn missing(root: &Client) -> Vec<String> {
    let answer = root.get("/api/provider/checkin/uncheckin").await;
    answer.ok().as_array().unwrap().iter().map(|site| site["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_run_goes_to_all_that_are_missing_and_tells_what_came_of_each() {
    let (_site, root) = Site::ready().await;
    let mut sites = Vec::new();
    let answers = [CheckinAnswer::Done, CheckinAnswer::Already, invalid(), CheckinAnswer::Off];
    for (name, answer) in ["a", "b", "c", "d"].into_iter().zip(answers) {
        let scripted = site_with(&[answer]).await;
        sites.push((provider(&root, name, scripted.base_url()).await, scripted));
    }
    let waiting = root.get("/api/provider/checkin/uncheckin").await;
    assert_eq!((&waiting.body["timezone"], waiting.ok().as_array().unwrap().len()), (&json!("Asia/Shanghai"), 4));
    // 2023-11-15T06:13:20+08:00
    assert_eq!(waiting.body["day_start"], json!(1_699_977_600));
    let run = root.post("/api/provider/checkin/run", json!({})).await;
    let facts = ["total_count", "success_count", "failure_count", "uncheckin_count"].map(|name| &run.ok()[name]);
    assert_eq!(facts, [&json!(4), &json!(2), &json!(2), &json!(1)], "one is switched off and not missing any more");
    assert_eq!((&run.ok()["status"], &run.ok()["trigger_type"]), (&json!("partial"), &json!("manual")));
    assert_eq!(
        (&run.ok()["scheduled_date"], run.message()),
        (&json!("2023-11-15"), run.ok()["message"].as_str().unwrap())
    );
    let messages = root.get("/api/provider/checkin/messages").await;
    assert!(!messages.text.contains("management-secret"));
    let told = |name: &str| {
        let items = messages.ok().as_array().unwrap().iter();
        let item = items.into_iter().find(|item| item["provider_name"] == json!(name)).unwrap();
        ["status", "message", "auto_disabled", "quota_awarded"].map(|field| item[field].clone())
    };
    assert_eq!(told("a"), [json!("success"), json!("签到成功"), json!(false), json!(12)]);
    assert_eq!(told("b"), [json!("success"), json!("今日 已签到"), json!(false), json!(0)]);
    assert_eq!(told("c"), [json!("failed"), json!("token **** invalid"), json!(false), json!(0)]);
    let off = "签到功能 未启用; the check-in is switched off for this provider";
    assert_eq!(told("d"), [json!("failed"), json!(off), json!(true), json!(0)]);
    let switched_off = root.get(&format!("/api/provider/{}", sites[3].0)).await.ok().clone();
    assert_eq!((&switched_off["checkin_enabled"], &switched_off["last_checkin_at"]), (&json!(false), &json!(0)));
    let first = root.get(&format!("/api/provider/{}", sites[0].0)).await.ok().clone();
    let fields = ["at", "status", "message", "quota_awarded", "result_at"];
    let fields = fields.map(|field| &first[format!("last_checkin_{field}")]);
    let now = json!(NOW_MS / 1_000);
    assert_eq!(fields, [&now, &json!("success"), &json!("签到成功"), &json!(12), &now]);
    let alerts = root.get("/api/alert/").await;
    assert!(!alerts.text.contains("management-secret"));
    let mut kinds: Vec<_> = alerts.ok()["items"].as_array().unwrap().iter().map(|alert| &alert["kind"]).collect();
    kinds.sort_by_key(ToString::to_string);
    assert_eq!(kinds, [&json!("checkin_disabled"), &json!("checkin_failed")]);
    assert_eq!(missing(&root).await, ["c"]);
    root.post("/api/provider/checkin/run", json!({})).await.ok();
    let asked: Vec<usize> = sites.iter().map(|(_, scripted)| scripted.asked()).collect();
    assert_eq!(asked, [1, 1, 2, 1], "only what failed is asked again");
    let runs = root.get("/api/provider/checkin/summary?limit=1").await;
    assert_eq!((runs.ok().as_array().unwrap().len(), &runs.ok()[0]["total_count"]), (1, &json!(1)));
}

#[tokio::test]
async fn where_nobody_is_missing_no_run_is_made_until_the_next_day() {
    let (site, root) = Site::ready().await;
    let scripted = site_with(&[CheckinAnswer::Done]).await;
    provider(&root, "a", scripted.base_url()).await;
    assert_eq!(root.post("/api/provider/checkin/run", json!({})).await.ok()["success_count"], json!(1));
    let nothing = root.post("/api/provider/checkin/run", json!({})).await;
    assert_eq!((&nothing.ok()["id"], nothing.message()), (&json!(0), "nobody is missing today"));
    assert_eq!((scripted.asked(), missing(&root).await.len()), (1, 0));
    site.set_clock(1_700_064_000_000);
    assert_eq!(missing(&root).await, ["a"], "it is midnight there");
}

#[tokio::test]
async fn one_provider_is_checked_in_at_whatever_came_before() {
    let (site, root) = Site::ready().await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    let scripted = site_with(&[invalid(), CheckinAnswer::Done, CheckinAnswer::Already]).await;
    let id = provider(&root, "a", scripted.base_url()).await;
    let path = format!("/api/provider/{id}/checkin");
    assert_eq!(mia.post(&path, json!({})).await.failure(), (403, "forbidden"));
    let failed = root.post(&path, json!({})).await;
    assert_eq!(failed.failure(), (502, "upstream_failed"));
    assert!(failed.message().contains("token **** invalid"), "{}", failed.message());
    let done = root.post(&path, json!({})).await;
    assert_eq!((&done.ok()["item"]["quota_awarded"], done.message()), (&json!(12), "签到成功"));
    assert_eq!(done.ok()["run"]["trigger_type"], json!("manual-provider"));
    root.post(&path, json!({})).await.ok();
    assert_eq!(scripted.asked(), 3);
    let statuses: Vec<_> = root.get("/api/provider/checkin/summary").await.ok().as_array().unwrap().to_vec();
    let statuses: Vec<_> = statuses.iter().map(|run| run["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["success", "success", "failed"]);
    let alerts = root.get("/api/alert/").await;
    assert_eq!(alerts.ok()["total"], json!(0), "a success resolves what failures raised");
    assert_eq!(root.post("/api/provider/999/checkin", json!({})).await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn a_provider_without_an_account_says_what_is_missing_in_the_language_asked_for() {
    let (_site, root) = Site::ready().await;
    let body = json!({"name": "a", "base_url": "http://127.0.0.1:1", "vendor": "newapi", "checkin_enabled": true});
    let id = root.post("/api/provider/", body).await.ok()["id"].clone();
    let headers = [("content-type", "application/json"), ("accept-language", "zh-CN")];
    let path = format!("/api/provider/{id}/checkin");
    let failed = root.send(Method::POST, &path, Body::from("{}"), &headers).await;
    assert!(failed.message().contains("访问令牌"), "{}", failed.message());
}

#[tokio::test]
async fn a_site_that_is_asked_by_another_node_just_now_is_not_asked_twice() {
    let (site, root) = Site::ready().await;
    let scripted = site_with(&[CheckinAnswer::Done]).await;
    let id = provider(&root, "a", scripted.base_url()).await;
    let claim = sluice_store::SiteClaim {
        provider_id: sluice_domain::id::ProviderId(id),
        day: "2023-11-15",
        reach: sluice_store::Reach::Untried,
        now: Timestamp(NOW_MS),
        ttl: std::time::Duration::from_secs(60),
    };
    assert!(site.state.store.claim_site(&claim).await.unwrap());
    assert_eq!(root.post(&format!("/api/provider/{id}/checkin"), json!({})).await.failure(), (409, "conflict"));
    assert_eq!(root.post("/api/provider/checkin/run", json!({})).await.failure(), (502, "upstream_failed"));
    assert_eq!(scripted.asked(), 0);
}
