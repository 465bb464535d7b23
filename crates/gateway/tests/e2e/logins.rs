//! Logins from outside: guessing is slowed, bans and revocations count at once, and other sites change nothing.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

use crate::client::Answer;
use crate::gateway::{Gateway, eventually, provider};
use crate::samples::Dialect;

const PASSWORD: &str = "correct horse battery";

async fn behind_a_proxy() -> Gateway {
    Gateway::start(json!({"relay": {"trusted_proxies": ["127.0.0.1"]}})).await
}

async fn log_in(gateway: &Gateway, from: &str, (name, password): (&str, &str)) -> Answer {
    let body = json!({"username": name, "password": password});
    let request = gateway.bare(Method::POST, "/api/user/login").header("x-forwarded-for", from).json(&body);
    Answer::of(request.send().await.unwrap()).await
}

async fn ask(request: RequestBuilder) -> (u16, Value) {
    let answer = Answer::of(request.send().await.unwrap()).await;
    (answer.status, answer.json())
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn twenty_wrong_passwords_from_many_addresses_shut_the_account_to_strangers_and_not_to_its_owner() {
    let gateway = behind_a_proxy().await;
    // Makes the administrator.
    gateway.admin(Method::GET, "/api/user/self", None).await;
    assert_eq!(log_in(&gateway, "192.0.2.1", ("root", PASSWORD)).await.status, 200);
    for n in 0..20 {
        let guess = log_in(&gateway, &format!("198.51.100.{n}"), ("root", "wrong password")).await;
        assert_eq!(guess.status, 401, "{n}: {}", guess.text());
    }
    let refused = log_in(&gateway, "203.0.113.1", ("Root ", PASSWORD)).await;
    assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("too_many_attempts")));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(log_in(&gateway, "192.0.2.1", ("root", PASSWORD)).await.status, 200, "the owner is at home");
    assert_eq!(log_in(&gateway, "203.0.113.1", ("nobody", "wrong password")).await.status, 401);
    gateway.finish().await;
}

#[tokio::test]
async fn an_address_that_a_client_only_claims_does_not_help_it() {
    let gateway = Gateway::before(Vec::new()).await;
    gateway.admin(Method::GET, "/api/user/self", None).await;
    for n in 0..5 {
        let guess = log_in(&gateway, &format!("198.51.100.{n}"), ("root", "wrong password")).await;
        assert_eq!(guess.status, 401, "{n}");
    }
    assert_eq!(log_in(&gateway, "198.51.100.99", ("root", PASSWORD)).await.status, 429);
    gateway.finish().await;
}

#[tokio::test]
async fn a_ban_ends_session_token_and_keys_at_once() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let mia = json!({"username": "mia", "password": PASSWORD});
    let id = gateway.admin(Method::POST, "/api/user/", Some(mia)).await.json()["data"]["id"].clone();
    let session = cookie_of(&log_in(&gateway, "127.0.0.1", ("mia", PASSWORD)).await);
    let as_mia = |method, path: &str| gateway.bare(method, path).header("cookie", &session);
    let (_, made) = ask(as_mia(Method::POST, "/api/user/self/tokens").json(&json!({"name": "cron"}))).await;
    let token = made["data"]["token"].as_str().unwrap().to_owned();
    let (_, made) = ask(as_mia(Method::POST, "/api/agg-token/").json(&json!({"name": "app"}))).await;
    let key = made["data"].as_str().unwrap().to_owned();
    let call = || {
        let request = gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(&key);
        request.json(&Dialect::Chat.request("m", false))
    };
    let with_token = || gateway.bare(Method::GET, "/api/user/self").bearer_auth(&token);
    assert_eq!(gateway.call(call()).await.status, 200);
    assert_eq!(ask(with_token()).await.0, 200);
    let ban = gateway.admin(Method::PUT, "/api/user/", Some(json!({"id": id, "status": 2}))).await;
    assert_eq!(ban.status, 200, "{}", ban.text());
    assert_eq!(ask(as_mia(Method::GET, "/api/user/self")).await.0, 401);
    assert_eq!(ask(with_token()).await.0, 403);
    let began = std::time::Instant::now();
    let refused = eventually("the key to be refused", async || {
        let answer = Answer::of(call().send().await.unwrap()).await;
        if answer.status == 200 {
            gateway.expect_records(1);
        }
        (answer.status != 200).then_some(answer)
    })
    .await;
    assert_eq!(refused.status, 401, "{}", refused.text());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(log_in(&gateway, "127.0.0.1", ("mia", PASSWORD)).await.status, 403);
    gateway.finish().await;
}

#[tokio::test]
async fn sessions_and_tokens_are_ended_one_by_one() {
    let mut gateway = Gateway::before(Vec::new()).await;
    gateway.admin(Method::GET, "/api/user/self", None).await;
    let lost = cookie_of(&log_in(&gateway, "127.0.0.1", ("root", PASSWORD)).await);
    let made = gateway.admin(Method::POST, "/api/user/self/tokens", Some(json!({"name": "cron"}))).await.json();
    let token = made["data"]["token"].as_str().unwrap().to_owned();
    // What is known outlives the process.
    gateway.restart().await;
    let with = |name, value: String| gateway.bare(Method::GET, "/api/user/self").header(name, value);
    let (cookie, bearer) = (|| with("cookie", lost.clone()), || with("authorization", format!("Bearer {token}")));
    assert_eq!((ask(cookie()).await.0, ask(bearer()).await.0), (200, 200));
    let listed = gateway.admin(Method::GET, "/api/user/self/sessions", None).await.json();
    let other = listed["data"].as_array().unwrap().iter().find(|session| session["is_current"] == false).unwrap();
    let path = format!("/api/user/self/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(gateway.admin(Method::DELETE, &path, None).await.status, 200);
    assert_eq!((ask(cookie()).await.0, ask(bearer()).await.0), (401, 200));
    let path = format!("/api/user/self/tokens/{}", made["data"]["id"]);
    assert_eq!(gateway.admin(Method::DELETE, &path, None).await.status, 200);
    assert_eq!(ask(bearer()).await.0, 401);
    gateway.finish().await;
}

#[tokio::test]
async fn a_demotion_counts_with_the_next_request_and_another_site_changes_nothing() {
    let gateway = Gateway::before(Vec::new()).await;
    let ada = json!({"username": "ada", "password": PASSWORD, "role": 10});
    let made = gateway.admin(Method::POST, "/api/user/", Some(ada)).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let session = cookie_of(&log_in(&gateway, "127.0.0.1", ("ada", PASSWORD)).await);
    let as_ada = |method, path: &str| gateway.bare(method, path).header("cookie", &session);
    assert_eq!(ask(as_ada(Method::GET, "/api/job/")).await.0, 200);
    let forged = as_ada(Method::POST, "/api/job/housekeeping/run").header("origin", "https://evil.example");
    let (status, answer) = ask(forged.header("content-type", "text/plain").body("{}")).await;
    assert_eq!((status, &answer["code"]), (403, &json!("cross_site")));
    let demotion = json!({"username": "ada", "action": "demote"});
    gateway.admin(Method::POST, "/api/user/manage", Some(demotion)).await;
    assert_eq!(ask(as_ada(Method::GET, "/api/job/")).await.0, 403);
    gateway.finish().await;
}
