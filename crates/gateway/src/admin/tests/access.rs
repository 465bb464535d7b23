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

fn bearing(site: &Site, token: &Value) -> Client {
    Client { bearer: Some(token.as_str().unwrap().to_owned()), ..site.stranger() }
}

#[tokio::test]
async fn several_named_tokens_work_until_they_end_or_are_revoked() {
    let (site, root) = Site::ready().await;
    let later = NOW_MS / 1_000 + 60;
    let made = root.post("/api/user/self/tokens", json!({"name": " backup ", "expired_time": later})).await;
    assert!(made.message().contains("only once"), "{}", made.message());
    let (short, name) = (made.ok()["token"].clone(), made.ok()["name"].clone());
    let ever = root.post("/api/user/self/tokens", json!({"name": "deploy"})).await.ok()["token"].clone();
    assert_eq!(name, json!("backup"));
    for token in [&short, &ever] {
        bearing(&site, token).get("/api/user/self").await.ok();
    }
    let listed = root.get("/api/user/self/tokens").await;
    let seen: Vec<_> =
        listed.ok().as_array().unwrap().iter().map(|token| (&token["name"], &token["used_time"])).collect();
    let now = json!(NOW_MS / 1_000);
    assert_eq!(seen, [(&json!("deploy"), &now), (&json!("backup"), &now)]);
    assert!(!listed.text.contains(short.as_str().unwrap()) && !listed.text.contains(ever.as_str().unwrap()));
    site.set_clock(later * 1_000 - 1);
    bearing(&site, &short).get("/api/user/self").await.ok();
    site.set_clock(later * 1_000);
    assert_eq!(bearing(&site, &short).get("/api/user/self").await.failure(), (401, "unauthenticated"));
    bearing(&site, &ever).get("/api/user/self").await.ok();
    let path = format!("/api/user/self/tokens/{}", listed.ok()[0]["id"]);
    root.delete(&path).await.ok();
    assert_eq!(root.delete(&path).await.failure(), (404, "not_found"));
    assert_eq!(bearing(&site, &ever).get("/api/user/self").await.failure(), (401, "unauthenticated"));
}

#[tokio::test]
async fn tokens_make_no_tokens_and_need_a_name_and_a_time_to_come() {
    let (site, root) = Site::ready().await;
    let token = root.post("/api/user/self/tokens", json!({"name": "a"})).await.ok()["token"].clone();
    let more = bearing(&site, &token).post("/api/user/self/tokens", json!({"name": "b"})).await;
    assert_eq!(more.failure(), (403, "session_required"));
    for input in [json!({"name": " "}), json!({"name": "x", "expired_time": 0}), json!({"name": "x".repeat(101)})] {
        assert_eq!(root.post("/api/user/self/tokens", input).await.failure(), (400, "invalid_value"));
    }
    let past = json!({"name": "x", "expired_time": NOW_MS / 1_000});
    assert_eq!(root.post("/api/user/self/tokens", past).await.failure(), (400, "invalid_value"));
    for n in 1..50 {
        root.post("/api/user/self/tokens", json!({"name": n.to_string()})).await.ok();
    }
    let many = root.post("/api/user/self/tokens", json!({"name": "one more"})).await;
    assert_eq!(many.failure(), (400, "invalid_value"));
}

#[tokio::test]
async fn the_old_way_to_a_token_replaces_its_own_and_no_other() {
    let (site, root) = Site::ready().await;
    let named = root.post("/api/user/self/tokens", json!({"name": "mine"})).await.ok()["token"].clone();
    let first = root.get("/api/user/token").await.ok().clone();
    let second = root.get("/api/user/token").await.ok().clone();
    assert_eq!(bearing(&site, &first).get("/api/user/self").await.failure().0, 401);
    for token in [&named, &second] {
        bearing(&site, token).get("/api/user/self").await.ok();
    }
    root.delete("/api/user/token").await.ok();
    for token in [&named, &second] {
        assert_eq!(bearing(&site, token).get("/api/user/self").await.failure().0, 401);
    }
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let (site, root) = Site::ready().await;
    let (phone, laptop) = (site.log_in("root", PASSWORD).await, site.log_in("root", PASSWORD).await);
    let listed = root.get("/api/user/self/sessions").await;
    let listed = listed.ok().as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]["client_ip"]), (3, &json!("10.0.0.1")));
    assert_eq!(listed.iter().filter(|session| session["is_current"] == json!(true)).count(), 1);
    let of_phone = phone.get("/api/user/self/sessions").await;
    let of_phone = of_phone.ok().as_array().unwrap();
    let current = of_phone.iter().find(|session| session["is_current"] == json!(true)).unwrap();
    let path = format!("/api/user/self/sessions/{}", current["id"].as_str().unwrap());
    root.delete(&path).await.ok();
    assert_eq!(root.delete(&path).await.failure(), (404, "not_found"));
    assert_eq!(phone.get("/api/user/self").await.failure(), (401, "unauthenticated"));
    laptop.get("/api/user/self").await.ok();
    root.delete("/api/user/self/sessions").await.ok();
    assert_eq!(laptop.get("/api/user/self").await.failure(), (401, "unauthenticated"));
    root.get("/api/user/self").await.ok();
}

#[tokio::test]
async fn administrators_end_sessions_and_tokens_of_those_below_them_only() {
    let (site, root) = Site::ready().await;
    let (ada_id, ada) = site.user(&root, "ada", 10).await;
    let (mia_id, mia) = site.user(&root, "mia", 1).await;
    let token = mia.post("/api/user/self/tokens", json!({"name": "cron"})).await.ok().clone();
    let listed = ada.get(&format!("/api/user/{mia_id}/tokens")).await;
    assert_eq!(
        (&listed.ok()[0]["name"], listed.text.contains(token["token"].as_str().unwrap())),
        (&json!("cron"), false)
    );
    ada.delete(&format!("/api/user/{mia_id}/tokens/{}", token["id"])).await.ok();
    assert_eq!(bearing(&site, &token["token"]).get("/api/user/self").await.failure().0, 401);
    let session = ada.get(&format!("/api/user/{mia_id}/sessions")).await.ok()[0]["id"].clone();
    let session = session.as_str().unwrap();
    for id in [ada_id, 1] {
        assert_eq!(ada.get(&format!("/api/user/{id}/sessions")).await.failure().0, 403, "{id}");
        assert_eq!(ada.delete(&format!("/api/user/{id}/sessions/{session}")).await.failure().0, 403);
        assert_eq!(ada.delete(&format!("/api/user/{id}/tokens/1")).await.failure().0, 403);
    }
    assert_eq!(mia.get(&format!("/api/user/{ada_id}/sessions")).await.failure(), (403, "forbidden"));
    ada.delete(&format!("/api/user/{mia_id}/sessions/{session}")).await.ok();
    assert_eq!(mia.get("/api/user/self").await.failure(), (401, "unauthenticated"));
    let again = site.log_in("mia", PASSWORD).await;
    root.delete(&format!("/api/user/{mia_id}/sessions")).await.ok();
    assert_eq!(again.get("/api/user/self").await.failure(), (401, "unauthenticated"));
}

#[tokio::test]
async fn what_names_a_session_in_a_list_does_not_open_it() {
    let (site, root) = Site::ready().await;
    let name = root.get("/api/user/self/sessions").await.ok()[0]["id"].as_str().unwrap().to_owned();
    let thief = Client { cookie: Some(format!("sluice_session={name}")), ..site.stranger() };
    assert_eq!(thief.get("/api/user/self").await.failure(), (401, "unauthenticated"));
    let cookie = root.cookie.clone().unwrap();
    assert!(!cookie.contains(&name));
}
