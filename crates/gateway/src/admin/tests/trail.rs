//! The audit log.

use super::contract::operations;
use super::*;
use crate::admin::trail::is_change;

async fn newest(root: &Client) -> Value {
    root.get("/api/audit/?page_size=1").await.ok()["items"][0].clone()
}

#[tokio::test]
async fn every_operation_that_changes_something_leaves_an_entry() {
    let (site, mut root) = Site::ready().await;
    let mut walked = 0;
    for (method, path, _) in operations() {
        if !is_change(&method, &path) || path.starts_with("/api/plugin/") {
            continue;
        }
        walked += 1;
        site.set_clock(NOW_MS + walked * 1_000);
        let concrete = path.replace("{call}", "x").replace("{name}", "g");
        let concrete = concrete.replace("{id}", "999").replace("{token_id}", "999");
        let json = [("content-type", "application/json")];
        let answer = root.send(method.clone(), &concrete, Body::from("{}"), &json).await;
        if root.get("/api/user/self").await.status != StatusCode::OK {
            root = site.log_in("root", PASSWORD).await;
        }
        let entries = root.get("/api/audit/?page_size=2").await;
        let action = format!("{method} {}", path.trim_end_matches('/'));
        let of_action = |entry: &&Value| entry["action"] == json!(action);
        let entry = entries.ok()["items"].as_array().unwrap().iter().find(of_action).cloned();
        let entry = entry.unwrap_or_else(|| panic!("{action}: {}", entries.text));
        let told = answer.headers["x-sluice-call"].to_str().unwrap();
        assert_eq!((&entry["id"], &entry["username"]), (&json!(told), &json!("root")), "{action}");
        assert_eq!(entry["status"], json!(answer.status.as_u16()), "{action}");
        assert_eq!(entry["success"], json!(answer.status.is_success()), "{action}");
    }
    assert!(walked >= 45, "{walked}");
}

#[tokio::test]
async fn an_entry_says_who_what_from_where_and_how_it_was_before_and_after() {
    let (site, root) = Site::ready().await;
    let (id, _) = site.user(&root, "mia", 1).await;
    site.set_clock(NOW_MS + 1_000);
    root.put("/api/user/", json!({"id": id, "group": "default", "display_name": "Mia"})).await.ok();
    let entry = newest(&root).await;
    let facts =
        ["username", "role", "proof", "action", "subject", "client_ip", "status", "code"].map(|name| &entry[name]);
    let expected = json!(["root", 100, "session", "PUT /api/user", format!("/api/user/{id}"), "10.0.0.1", 200, ""]);
    assert_eq!(json!(facts), expected);
    assert_eq!((&entry["before"]["display_name"], &entry["after"]["display_name"]), (&json!("mia"), &json!("Mia")));
    let one = root.get(&format!("/api/audit/{}", entry["id"].as_str().unwrap())).await;
    assert_eq!(one.ok(), &entry);
    site.set_clock(NOW_MS + 2_000);
    root.post("/api/user/manage", json!({"username": "mia", "action": "disable"})).await.ok();
    let entry = newest(&root).await;
    assert_eq!((&entry["before"]["status"], &entry["after"]["status"]), (&json!(1), &json!(2)), "{entry}");
    site.set_clock(NOW_MS + 3_000);
    root.delete(&format!("/api/user/{id}")).await.ok();
    let entry = newest(&root).await;
    assert_eq!((&entry["before"]["username"], &entry["after"]), (&json!("mia"), &Value::Null));
}

#[tokio::test]
async fn what_was_made_is_named_and_shown() {
    let (site, root) = Site::ready().await;
    for (number, (path, body, subject)) in [
        ("/api/agg-token/", json!({"name": "k"}), "/api/agg-token/1"),
        (
            "/api/provider/",
            json!({"name": "p", "vendor": "newapi", "base_url": "http://127.0.0.1:1"}),
            "/api/provider/1",
        ),
        ("/api/provider/1/tokens", json!({"key": "sk-0123456789abcdef"}), "/api/provider/token/1"),
        ("/api/route/", json!({"model_name": "m", "provider_token_id": 1}), "/api/route/1"),
    ]
    .into_iter()
    .enumerate()
    {
        site.set_clock(NOW_MS + i64::try_from(number).unwrap() * 1_000 + 1_000);
        root.post(path, body).await.ok();
        let entry = newest(&root).await;
        assert_eq!(entry["subject"], json!(subject), "{entry}");
        assert_eq!(entry["after"]["id"], json!(1), "{entry}");
    }
    site.set_clock(NOW_MS + 9_000);
    root.post("/api/route/batch-update", json!({"items": [{"id": 1, "weight": 7}]})).await.ok();
    let entry = newest(&root).await;
    assert_eq!((&entry["before"][0]["weight"], &entry["after"][0]["weight"]), (&json!(10), &json!(7)), "{entry}");
}

#[tokio::test]
async fn no_entry_holds_a_secret() {
    let (site, root) = Site::ready().await;
    let key = root.post("/api/agg-token/", json!({})).await.ok().as_str().unwrap().to_owned();
    let rotated = root.post("/api/agg-token/1/rotate", json!({})).await.ok().as_str().unwrap().to_owned();
    let token = root.post("/api/user/token", json!({})).await.ok().as_str().unwrap().to_owned();
    let provider = json!({"name": "p", "base_url": "http://127.0.0.1:1", "vendor": "newapi", "key": "sk-credential-secret",
        "access_token": "management-secret", "proxy_url": "http://u:proxy-secret@127.0.0.1:2", "headers": {"x": "header-secret"}});
    root.post("/api/provider/", provider).await.ok();
    root.put("/api/provider/token/1", json!({"key": "sk-another-secret-123"})).await.ok();
    root.put("/api/option/", json!({"key": "SMTPToken", "value": "mail-secret"})).await.ok();
    root.put("/api/user/self", json!({"password": "a new secret", "original_password": PASSWORD})).await.ok();
    site.user(&root, "mia", 1).await;
    let log = root.get("/api/audit/?page_size=100").await;
    assert!(log.ok()["items"].as_array().unwrap().len() >= 9);
    for secret in [
        key.strip_prefix("ag-").unwrap(),
        rotated.strip_prefix("ag-").unwrap(),
        &token,
        "credential-secret",
        "management-secret",
        "proxy-secret",
        "header-secret",
        "another-secret",
        "mail-secret",
        "a new secret",
        PASSWORD,
        "$argon2",
    ] {
        assert!(!log.text.contains(secret), "{secret}");
    }
    assert!(!site.state.store.options().await.unwrap()["SMTPToken"].contains("mail-secret"));
}

#[tokio::test]
async fn logins_are_noted_and_so_is_who_guesses() {
    let (site, root) = Site::ready().await;
    site.set_clock(NOW_MS + 1_000);
    site.try_log_in("root", "a wrong guess").await.failure();
    site.stranger().post("/api/user/", json!({})).await.failure();
    let action = |entry: &Value| entry["action"].as_str().unwrap().to_owned();
    let guess = newest(&root).await;
    assert_eq!((action(&guess).as_str(), &guess["status"]), ("POST /api/user/login", &json!(401)));
    site.set_clock(NOW_MS + 2_000);
    site.log_in("root", PASSWORD).await;
    let entry = newest(&root).await;
    assert_eq!((action(&entry).as_str(), &entry["proof"]), ("POST /api/user/login", &json!("login")));
}

#[tokio::test]
async fn the_log_is_filtered_and_read_by_cursor() {
    let (site, root) = Site::ready().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    for number in 0..12 {
        site.set_clock(NOW_MS + 60_000 + number * 1_000);
        ada.put(&format!("/api/group/g{number}"), json!({})).await.ok();
    }
    ada.put("/api/group/g1", json!({"multiplier": "none"})).await.failure();
    let total = async |query: &str| root.get(&format!("/api/audit/?{query}")).await.ok()["total"].clone();
    assert_eq!(total("user=ada&action=PUT%20/api/group/%7Bname%7D").await, json!(13));
    assert_eq!(total("user=ada&status=error").await, json!(1));
    assert_eq!(total("subject=/api/group/g1").await, json!(2));
    assert_eq!(total("subject=/api/group").await, json!(13));
    assert_eq!(total(&format!("from={}&user=ada", NOW_MS / 1_000 + 66)).await, json!(7));
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let page = root.get(&format!("/api/audit/?user=ada&subject=/api/group&page_size=5{cursor}")).await;
        seen.extend(
            page.ok()["items"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.ok()["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 13);
    assert_eq!(root.get("/api/audit/?status=odd").await.failure(), (400, "invalid_parameter"));
    assert_eq!(root.get("/api/audit/?cursor=KzEw").await.failure(), (400, "invalid_parameter"));
    assert_eq!(root.get("/api/audit/x").await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn administrators_read_the_log_but_not_what_root_changed_and_users_do_not() {
    let (site, root) = Site::ready().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    root.put("/api/option/", json!({"key": "Notice", "value": "for root's eyes"})).await.ok();
    let seen = ada.get("/api/audit/?subject=/api/option").await;
    assert_eq!((&seen.ok()["items"][0]["username"], &seen.ok()["items"][0]["after"]), (&json!("root"), &Value::Null));
    assert!(root.get("/api/audit/?subject=/api/option").await.text.contains("for root's eyes"));
    assert_eq!(mia.get("/api/audit/").await.failure(), (403, "forbidden"));
}

#[tokio::test]
async fn failed_logins_are_counted_in_few_entries_without_what_was_typed() {
    let (site, root) = Site::ready().await;
    for _ in 0..4 {
        site.try_log_in("root", "wrong").await.failure();
    }
    site.try_log_in("my-secret-password", "x").await.failure();
    let entries = root.get("/api/audit/?action=POST%20/api/user/login&status=error").await;
    let rows: Vec<Value> = entries.ok()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            json!([entry["subject"], entry["after"]["tries"], entry["code"], entry["client_ip"], entry["user_id"]])
        })
        .collect();
    assert_eq!(
        rows,
        [
            json!(["", 1, "wrong_credentials", "10.0.0.1", null]),
            json!(["/api/user/1", 4, "wrong_credentials", "10.0.0.1", null]),
        ]
    );
    assert!(!entries.text.contains("my-secret-password"));
    for place in 0..80_u32 {
        let guesser = Client { address: IpAddr::V4((0x0b00_0000 + place).into()), ..site.stranger() };
        guesser.post("/api/user/login", json!({"username": format!("u{place}"), "password": "x"})).await.failure();
    }
    assert_eq!(root.get("/api/audit/?status=error").await.ok()["total"], json!(50));
}
