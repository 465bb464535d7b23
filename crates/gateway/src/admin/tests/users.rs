//! Users and what roles may do to them.

use super::*;
use rstest::rstest;

#[tokio::test]
async fn an_administrator_limits_what_a_user_may_ask_for() {
    let (site, root) = Site::ready().await;
    let limits = json!({"requests_per_minute": 60, "tokens_per_minute": null, "concurrency": 0});
    let body = json!({"username": "mia", "password": PASSWORD, "limits": limits});
    let made = root.post("/api/user/", body).await;
    assert_eq!(made.ok()["limits"], limits);
    let mia = site.log_in("mia", PASSWORD).await;
    assert_eq!(mia.get("/api/user/self").await.ok()["limits"], limits);
    let id = &made.ok()["id"];
    assert_eq!(root.put("/api/user/", json!({"id": id, "email": "m@x.example"})).await.ok()["limits"], limits);
    let freed = root.put("/api/user/", json!({"id": id, "limits": {}})).await;
    assert_eq!(freed.ok()["limits"]["requests_per_minute"], json!(null));
    assert_eq!(mia.put("/api/user/", json!({"id": id, "limits": {}})).await.failure(), (403, "forbidden"));
}

#[tokio::test]
async fn each_role_reaches_what_is_meant_for_it() {
    let (site, root) = Site::ready().await;
    let (_, guest) = site.user(&root, "guest", 0).await;
    let (_, mia) = site.user(&root, "mia", 1).await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    let stranger = site.stranger();
    let matrix = [
        ("/api/status", [200, 200, 200, 200, 200]),
        ("/api/user/self", [401, 403, 200, 200, 200]),
        ("/api/agg-token/", [401, 403, 200, 200, 200]),
        ("/api/log/self", [401, 403, 200, 200, 200]),
        ("/api/user/", [401, 403, 403, 200, 200]),
        ("/api/provider/", [401, 403, 403, 200, 200]),
        ("/api/route/", [401, 403, 403, 200, 200]),
        ("/api/log/", [401, 403, 403, 200, 200]),
        ("/api/option/", [401, 403, 403, 403, 200]),
    ];
    for (path, expected) in matrix {
        let mut statuses = Vec::new();
        for client in [&stranger, &guest, &mia, &ada, &root] {
            statuses.push(client.get(path).await.status.as_u16());
        }
        assert_eq!(statuses, expected, "{path}");
    }
}

#[tokio::test]
async fn nobody_touches_a_user_who_is_not_below_them() {
    let (site, root) = Site::ready().await;
    let (_, ada) = site.user(&root, "ada", 10).await;
    let (ben_id, _) = site.user(&root, "ben", 10).await;
    let root_id = root.get("/api/user/self").await.ok()["id"].as_i64().unwrap();
    for id in [root_id, ben_id] {
        assert_eq!(ada.get(&format!("/api/user/{id}")).await.failure(), (403, "forbidden"));
        assert_eq!(ada.put("/api/user/", json!({"id": id, "status": 2})).await.failure(), (403, "forbidden"));
        assert_eq!(ada.delete(&format!("/api/user/{id}")).await.failure(), (403, "forbidden"));
    }
    let equal = json!({"username": "eve", "password": PASSWORD, "role": 10});
    assert_eq!(ada.post("/api/user/", equal).await.failure(), (403, "forbidden"));
    let promote = json!({"username": "ben", "action": "promote"});
    assert_eq!(ada.post("/api/user/manage", promote).await.failure(), (403, "forbidden"));
    let (mia_id, _) = site.user(&ada, "mia", 1).await;
    assert_eq!(ada.put("/api/user/", json!({"id": mia_id, "role": 10})).await.failure(), (403, "forbidden"));
    ada.put("/api/user/", json!({"id": mia_id, "display_name": "Mia"})).await.ok();
}

#[rstest]
#[case("disable")]
#[case("delete")]
#[case("demote")]
#[tokio::test]
async fn root_cannot_be_disabled_deleted_or_demoted(#[case] action: &str) {
    let (_site, root) = Site::ready().await;
    let manage = json!({"username": "root", "action": action});
    assert_eq!(root.post("/api/user/manage", manage).await.failure(), (403, "forbidden"));
    assert_eq!(root.delete("/api/user/self").await.failure(), (403, "forbidden"));
    let id = root.get("/api/user/self").await.ok()["id"].clone();
    assert_eq!(root.put("/api/user/", json!({"id": id, "role": 1})).await.failure(), (403, "forbidden"));
    assert_eq!(root.put("/api/user/", json!({"id": id, "status": 2})).await.failure(), (403, "forbidden"));
}

#[tokio::test]
async fn managing_by_name_changes_what_it_says() {
    let (site, root) = Site::ready().await;
    site.user(&root, "mia", 1).await;
    let manage = |action: &str| root.post("/api/user/manage", json!({"username": "mia", "action": action})).map_ok();
    assert_eq!(manage("promote").await["role"], json!(10));
    assert_eq!(manage("demote").await["role"], json!(1));
    assert_eq!(manage("disable").await["status"], json!(2));
    assert_eq!(manage("enable").await["status"], json!(1));
    manage("delete").await;
    let gone = root.post("/api/user/manage", json!({"username": "mia", "action": "enable"})).await;
    assert_eq!(gone.failure(), (404, "not_found"));
    let odd = root.post("/api/user/manage", json!({"username": "root", "action": "explode"})).await;
    assert_eq!(odd.failure(), (400, "invalid_value"));
}

#[tokio::test]
async fn a_change_keeps_what_is_not_sent() {
    let (site, root) = Site::ready().await;
    let (id, _) = site.user(&root, "mia", 1).await;
    root.put("/api/user/", json!({"id": id, "email": "mia@example.com", "billed": true})).await.ok();
    let changed = root.put("/api/user/", json!({"id": id, "display_name": "Mia", "password": ""})).await;
    let limits = json!({"requests_per_minute": null, "tokens_per_minute": null, "concurrency": null});
    let expected = json!({"id": id, "username": "mia", "display_name": "Mia", "email": "mia@example.com", "role": 1,
        "status": 1, "billed": true, "group": "default", "limits": limits, "created_at": NOW_MS / 1_000,
        "password": "", "token": "", "github_id": "", "wechat_id": "", "verification_code": ""});
    assert_eq!(changed.ok(), &expected);
    site.log_in("mia", PASSWORD).await;
}

#[tokio::test]
async fn an_administrator_sets_a_password_and_the_user_is_logged_out() {
    let (site, root) = Site::ready().await;
    let (id, mia) = site.user(&root, "mia", 1).await;
    root.put("/api/user/", json!({"id": id, "password": "a new secret"})).await.ok();
    assert_eq!(mia.get("/api/user/self").await.failure().0, 401);
    site.log_in("mia", "a new secret").await;
}

#[tokio::test]
async fn users_are_paged_by_number_and_by_cursor() {
    let (_site, root) = Site::ready().await;
    for name in ["a1", "a2", "a3", "a4"] {
        root.post("/api/user/", json!({"username": name, "password": PASSWORD})).await.ok();
    }
    let page = root.get("/api/user/?p=1&page_size=2").await;
    let page = page.ok();
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(page), ["a2", "a1"]);
    let numbers = ["p", "page", "page_size", "total", "total_pages", "has_more"].map(|name| page[name].clone());
    assert_eq!(json!(numbers), json!([1, 1, 2, 5, 3, true]));
    let cursor = page["next_cursor"].as_str().unwrap();
    let last = root.get(&format!("/api/user/?page_size=2&cursor={cursor}")).await;
    assert_eq!(names(last.ok()), ["root"]);
    assert_eq!((&last.ok()["has_more"], &last.ok()["next_cursor"]), (&json!(false), &Value::Null));
    assert_eq!(root.get("/api/user/?cursor=zzz").await.failure(), (400, "invalid_parameter"));
    assert_eq!(root.get("/api/user/search?keyword=a3").await.ok()[0]["username"], json!("a3"));
}

trait MapOk {
    async fn map_ok(self) -> Value;
}

impl<F: Future<Output = Answer>> MapOk for F {
    async fn map_ok(self) -> Value {
        self.await.ok().clone()
    }
}
