//! The client against a small site that answers as it is told and writes down what it was asked.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response as AxumResponse};
use http::{HeaderMap, Uri};
use parking_lot::Mutex;
use reqwest::redirect::Policy;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::provider::{Origin, TimeoutOverrides};

use super::*;
use crate::newapi::CheckInOutcome;

/// What is answered in turn, and what was asked.
#[derive(Default)]
struct Script {
    answers: VecDeque<(u16, String)>,
    asked: Vec<String>,
}

type Shared = Arc<Mutex<Script>>;

async fn serve(
    State(script): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> AxumResponse {
    let is = |name: &str, wanted: &str| headers.get(name).is_some_and(|value| value == wanted);
    if !is("authorization", "Bearer token-1") || !is("new-api-user", "7") {
        return (StatusCode::UNAUTHORIZED, r#"{"success":false,"message":"bad token-1"}"#).into_response();
    }
    let mut script = script.lock();
    script.asked.push(format!("{method} {uri} {}", String::from_utf8_lossy(&body)).trim().to_owned());
    let (status, answer) = script.answers.pop_front().unwrap_or((500, String::new()));
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("location", "http://elsewhere.example/"), ("retry-after", "9")], answer).into_response()
}

async fn site(answers: &[(u16, &str)]) -> (SiteClient, Shared) {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
    let script: Shared = Arc::new(Mutex::new(Script { answers, asked: Vec::new() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback(serve).with_state(Arc::clone(&script));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let provider = provider(&format!("http://{address}/v1/"));
    (SiteClient::of(&provider, http()).unwrap(), script)
}

fn http() -> Client {
    Client::builder().redirect(Policy::none()).no_proxy().build().unwrap()
}

fn provider(base_url: &str) -> Provider {
    Provider {
        id: ProviderId(1),
        name: "site".to_owned(),
        vendor: "newapi".to_owned(),
        base_url: base_url.to_owned(),
        enabled: true,
        priority: 0,
        weight: 10,
        params: BTreeMap::new(),
        headers: BTreeMap::new(),
        rotation: sluice_domain::route::policy::Rotation::default(),
        balance: None,
        proxy_url: None,
        timeouts: TimeoutOverrides::default(),
        model_alias: BTreeMap::new(),
        access_token: Some(SecretString::from("token-1")),
        upstream_user_id: Some(7),
        checkin_enabled: true,
        remark: String::new(),
        origin: Origin::Database,
        created_at: Timestamp(0),
    }
}

fn page(ids: std::ops::Range<i64>, total: Option<usize>) -> String {
    let rows: Vec<Value> = ids.map(|id| json!({"id": id, "key": format!("k{id}"), "status": 1})).collect();
    match total {
        Some(total) => json!({"success": true, "data": {"items": rows, "total": total}}).to_string(),
        None => json!({"success": true, "data": rows}).to_string(),
    }
}

async fn listed(pages: &[String]) -> (Result<usize, SiteFault>, usize) {
    let answers: Vec<_> = pages.iter().map(|page| (200, page.as_str())).collect();
    let (client, script) = site(&answers).await;
    let keys = client.keys().await.map(|keys| keys.len());
    let asked = script.lock().asked.len();
    (keys, asked)
}

#[tokio::test]
async fn pages_of_keys_are_read_to_their_end_however_a_site_counts_them() {
    // A new site answers pages 0 and 1 alike, a bare list ends with an empty page, an old one with a total.
    let new = [page(1..101, Some(130)), page(1..101, Some(130)), page(101..131, Some(130))];
    assert_eq!(listed(&new).await, (Ok(130), 3));
    let bare = [page(1..11, None), page(11..14, None), page(0..0, None)];
    assert_eq!(listed(&bare).await, (Ok(13), 3));
    assert_eq!(listed(&[page(1..4, Some(3))]).await, (Ok(3), 1));
    assert_eq!(listed(&[page(0..0, Some(0))]).await, (Ok(0), 1));
    // One that ignores the number of the page is not asked forever.
    let same = vec![page(1..11, None); 5];
    assert_eq!(listed(&same).await, (Ok(10), 3));
}

#[tokio::test]
async fn a_list_that_breaks_off_is_no_list() {
    let short = [page(1..101, Some(130)), page(0..0, Some(130))];
    assert!(matches!(listed(&short).await.0, Err(SiteFault::Partial { .. })));
    let broken = [page(1..101, Some(130)), r#"{"success":false,"message":"busy"}"#.to_owned()];
    assert!(matches!(listed(&broken).await.0, Err(SiteFault::Refused { .. })));
}

#[tokio::test]
async fn statuses_become_faults_and_redirects_are_not_followed() {
    let answers = [(302, ""), (403, r#"{"message":"who is token-1"}"#), (404, ""), (429, ""), (503, "down")];
    let (client, _) = site(&answers).await;
    let mut faults = Vec::new();
    for _ in answers {
        faults.push(client.account().await.unwrap_err());
    }
    let expected = [
        SiteFault::Redirected { status: 302 },
        SiteFault::Denied { status: 403, reason: "who is ****".to_owned() },
        SiteFault::Unsupported { status: 404 },
        SiteFault::Limited { retry_after_secs: Some(9) },
        SiteFault::Answered { status: 503, reason: "no reason was given".to_owned() },
    ];
    assert_eq!(faults, expected);
}

#[tokio::test]
async fn requests_are_what_sites_expect() {
    let done = r#"{"success":true,"message":""}"#;
    let answers = [(200, done), (404, ""), (200, done), (200, r#"{"success":true,"data":{"keys":{"5":"x"}}}"#)];
    let (client, script) = site(&answers).await;
    let new = NewKey {
        name: "n".to_owned(),
        group: "vip".to_owned(),
        quota: Some(5),
        model_limits: vec!["a".to_owned(), "b".to_owned()],
    };
    assert_eq!(client.create_key(&new).await, Ok(None));
    assert_eq!(client.delete_key(4).await, Ok(()));
    assert_eq!(client.reveal_many(&[5]).await.unwrap().len(), 1);
    let expected = [
        r#"POST /api/token/ {"name":"n","group":"vip","unlimited_quota":false,"remain_quota":5,"expired_time":-1,"model_limits_enabled":true,"model_limits":"a,b"}"#,
        "DELETE /api/token/4",
        "DELETE /api/token/4/",
        r#"POST /api/token/batch/keys {"ids":[5]}"#,
    ];
    assert_eq!(script.lock().asked, expected);
}

#[tokio::test]
async fn a_check_in_counts_by_what_the_body_says_and_finds_its_path() {
    let already = r#"{"success":false,"message":"今日已签到"}"#;
    let (client, script) = site(&[(404, "{\"success\":false,\"message\":\"Invalid URL\"}"), (400, already)]).await;
    assert_eq!(client.check_in().await.unwrap().outcome, CheckInOutcome::AlreadyDone);
    assert_eq!(script.lock().asked, ["POST /api/user/checkin", "POST /api/user/check_in"]);
    let (client, _) = site(&[(404, ""), (404, ""), (404, "")]).await;
    assert_eq!(client.check_in().await, Err(SiteFault::Unsupported { status: 404 }));
    let (client, _) = site(&[(502, "<html>")]).await;
    assert!(client.check_in().await.unwrap_err().is_away());
}

#[tokio::test]
async fn a_site_that_is_not_there_is_unreachable() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let client = SiteClient::of(&provider("http://127.0.0.1:1"), http()).unwrap();
    assert_eq!(client.account().await, Err(SiteFault::Unreachable));
    assert!(matches!(SiteClient::of(&provider("ftp://x"), http()), Err(SiteFault::Address { .. })));
}
