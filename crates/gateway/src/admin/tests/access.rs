//! Set-up, logins, sessions, tokens, and requests from elsewhere.

use super::*;
use rstest::rstest;

#[tokio::test]
async fn the_first_root_is_made_once_and_logged_in() {
    let site = Site::fresh().await;
    assert_eq!(site.stranger().get("/api/setup").await.ok(), &json!({"needed": true}));
    let root = site.set_up().await;
    assert_eq!(root.get("/api/user/self").await.ok()["role"], json!(100));
    assert_eq!(root.get("/api/setup").await.ok(), &json!({"needed": false}));
    let token = site.setup_token.expose_secret();
    let again = json!({"token": token, "username": "other", "password": PASSWORD});
    assert_eq!(site.stranger().post("/api/setup", again).await.failure(), (409, "setup_done"));
    assert!(!site.state.setup.is_open());
}

#[tokio::test]
async fn two_set_ups_at_once_make_one_root() {
    let site = Site::fresh().await;
    let token = site.setup_token.expose_secret();
    let set_up = |name: &str| {
        let client = site.stranger();
        let body = json!({"token": token, "username": name, "password": PASSWORD});
        async move { client.post("/api/setup", body).await.status.as_u16() }
    };
    let (first, second) = tokio::join!(set_up("ann"), set_up("ben"));
    let mut statuses = [first, second];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(site.state.store.count_users().await.unwrap(), 1);
}

#[tokio::test]
async fn without_the_token_nobody_becomes_root_and_guessing_is_slowed() {
    let site = Site::fresh().await;
    let guess = json!({"token": "guess", "username": "eve", "password": PASSWORD});
    for _ in 0..20 {
        assert_eq!(site.stranger().post("/api/setup", guess.clone()).await.failure(), (401, "wrong_credentials"));
    }
    let refused = site.stranger().post("/api/setup", guess).await;
    assert_eq!(refused.failure(), (429, "too_many_attempts"));
    assert_eq!(refused.headers["retry-after"], "1");
    assert!(site.state.setup.is_open());
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let (site, _) = Site::ready().await;
    let cookie = site.try_log_in("root", PASSWORD).await.headers[SET_COOKIE].to_str().unwrap().to_owned();
    let (value, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict");
    assert_eq!(value.strip_prefix("sluice_session=").map(str::len), Some(43));
    let request = Request::builder().method("POST").uri("/api/user/login").header(CONTENT_TYPE, "application/json");
    let request = request.extension(crate::server::client_address::SecureTransport);
    let body = json!({"username": "root", "password": PASSWORD}).to_string();
    let response = site.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    assert!(response.headers()[SET_COOKIE].to_str().unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let (site, _) = Site::ready().await;
    let wrong = site.try_log_in("root", "wrong password").await;
    let unknown = site.try_log_in("nobody", "wrong password").await;
    assert_eq!(wrong.failure(), (401, "wrong_credentials"));
    assert_eq!(wrong.text, unknown.text);
}

#[tokio::test]
async fn guessing_a_password_is_slowed_even_for_the_right_one() {
    let (site, _) = Site::ready().await;
    for _ in 0..5 {
        site.try_log_in("root", "wrong password").await;
    }
    assert_eq!(site.try_log_in("ROOT", PASSWORD).await.failure(), (429, "too_many_attempts"));
    let elsewhere = Client { address: "10.0.0.2".parse().unwrap(), ..site.stranger() };
    let body = json!({"username": "root", "password": PASSWORD});
    elsewhere.post("/api/user/login", body).await.ok();
    site.set_clock(NOW_MS + 1_000);
    site.try_log_in("root", PASSWORD).await.ok();
}

#[tokio::test]
async fn logging_out_ends_the_session_on_the_server() {
    let (site, root) = Site::ready().await;
    assert_eq!(root.get("/api/user/logout").await.session().as_deref(), Some("sluice_session="));
    assert_eq!(root.get("/api/user/self").await.failure(), (401, "unauthenticated"));
    site.stranger().get("/api/user/logout").await.ok();
}

#[tokio::test]
async fn a_session_ends_with_its_time() {
    let (site, root) = Site::ready().await;
    site.set_clock(NOW_MS + 30 * 86_400_000 - 1);
    root.get("/api/user/self").await.ok();
    site.set_clock(NOW_MS + 30 * 86_400_000);
    assert_eq!(root.get("/api/user/self").await.failure(), (401, "unauthenticated"));
}

#[tokio::test]
async fn a_token_works_like_a_session_but_for_tokens_and_passwords() {
    let (site, root) = Site::ready().await;
    let first = root.get("/api/user/token").await.ok().as_str().unwrap().to_owned();
    let second = root.post("/api/user/token", json!({})).await.ok().as_str().unwrap().to_owned();
    let with = |token: &str| Client { bearer: Some(token.to_owned()), ..site.stranger() };
    assert_eq!(with(&first).get("/api/user/self").await.failure(), (401, "unauthenticated"));
    let script = with(&second);
    assert_eq!(script.get("/api/user/self").await.ok()["username"], json!("root"));
    script.get("/api/option/").await.ok();
    assert_eq!(script.get("/api/user/token").await.failure(), (403, "session_required"));
    let password = json!({"password": "another one", "original_password": PASSWORD});
    assert_eq!(script.put("/api/user/self", password).await.failure(), (403, "session_required"));
    root.delete("/api/user/token").await.ok();
    assert_eq!(script.get("/api/user/self").await.failure(), (401, "unauthenticated"));
}

#[tokio::test]
async fn an_authorization_header_is_not_helped_by_a_cookie() {
    let (_site, root) = Site::ready().await;
    let both = Client { bearer: Some("wrong".to_owned()), ..root };
    assert_eq!(both.get("/api/user/self").await.failure(), (401, "unauthenticated"));
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_other_sessions() {
    let (site, root) = Site::ready().await;
    let other = site.log_in("root", PASSWORD).await;
    assert_eq!(root.put("/api/user/self", json!({"password": "another one"})).await.failure().0, 400);
    let wrong = json!({"password": "another one", "original_password": "guess"});
    assert_eq!(root.put("/api/user/self", wrong).await.failure(), (400, "invalid_value"));
    let short = json!({"password": "short", "original_password": PASSWORD});
    assert_eq!(root.put("/api/user/self", short).await.failure(), (400, "invalid_value"));
    root.put("/api/user/self", json!({"password": "another one", "original_password": PASSWORD})).await.ok();
    root.get("/api/user/self").await.ok();
    assert_eq!(other.get("/api/user/self").await.failure().0, 401);
    site.log_in("root", "another one").await;
}

#[tokio::test]
async fn a_ban_counts_at_once() {
    let (site, root) = Site::ready().await;
    let (id, mia) = site.user(&root, "mia", 1).await;
    let token = mia.get("/api/user/token").await.ok().as_str().unwrap().to_owned();
    root.put("/api/user/", json!({"id": id, "status": 2})).await.ok();
    assert_eq!(mia.get("/api/user/self").await.failure().0, 401);
    let script = Client { bearer: Some(token), ..site.stranger() };
    assert_eq!(script.get("/api/user/self").await.failure(), (403, "user_disabled"));
    assert_eq!(site.try_log_in("mia", PASSWORD).await.failure(), (403, "user_disabled"));
    assert_eq!(site.try_log_in("mia", "wrong password").await.failure(), (401, "wrong_credentials"));
}

#[tokio::test]
async fn a_demotion_counts_at_once() {
    let (site, root) = Site::ready().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    ada.get("/api/user/").await.ok();
    root.post("/api/user/manage", json!({"username": "ada", "action": "demote"})).await.ok();
    assert_eq!(ada.get("/api/user/").await.failure(), (403, "forbidden"));
}

#[rstest]
#[case(&[("sec-fetch-site", "cross-site"), ("content-type", "application/json")])]
#[case(&[("origin", "https://evil.example"), ("content-type", "application/json")])]
#[case(&[("content-type", "text/plain")])]
#[tokio::test]
async fn another_site_cannot_change_anything(#[case] headers: &[(&str, &str)]) {
    let (_site, root) = Site::ready().await;
    let body = || Body::from(r#"{"name":"stolen"}"#);
    let refused = root.send(Method::POST, "/api/agg-token/", body(), headers).await;
    assert_eq!(refused.failure(), (403, "cross_site"));
    assert_eq!(root.get("/api/agg-token/").await.ok()["total"], json!(0));
    let own = [("sec-fetch-site", "same-origin"), ("content-type", "application/json")];
    root.send(Method::POST, "/api/agg-token/", body(), &own).await.ok();
}

#[tokio::test]
async fn a_link_on_another_site_does_not_replace_the_token() {
    let (_site, root) = Site::ready().await;
    let link = [("sec-fetch-site", "cross-site")];
    let refused = root.send(Method::GET, "/api/user/token/", Body::empty(), &link).await;
    assert_eq!(refused.failure(), (403, "cross_site"));
}

#[tokio::test]
async fn strangers_register_only_where_it_is_open_and_pay_for_themselves() {
    let (site, root) = Site::ready().await;
    let mia = json!({"username": "mia", "password": PASSWORD});
    let closed = site.stranger().post("/api/user/register", mia.clone()).await;
    assert_eq!(closed.failure(), (403, "registration_closed"));
    root.put("/api/option/", json!({"key": "RegisterEnabled", "value": true})).await.ok();
    let made = site.stranger().post("/api/user/register", mia.clone()).await;
    assert_eq!((&made.ok()["role"], &made.ok()["billed"]), (&json!(1), &json!(true)));
    assert_eq!(site.stranger().post("/api/user/register", mia).await.failure(), (409, "conflict"));
}
