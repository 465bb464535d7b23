//! What holds for all endpoints alike.

use super::*;
use std::collections::BTreeSet;

#[tokio::test]
async fn unknown_paths_and_methods_are_json_with_a_true_status() {
    let (_site, root) = Site::ready().await;
    for path in ["/api", "/api/", "/api/nothing", "/api/user/1/2/3", "/api/provider/1/nothing/"] {
        assert_eq!(root.get(path).await.failure(), (404, "unknown_path"), "{path}");
    }
    assert_eq!(root.delete("/api/openapi.json").await.failure(), (405, "method_not_allowed"));
    let wrong = root.delete("/api/option").await;
    assert_eq!(wrong.failure(), (405, "method_not_allowed"));
    let allowed: BTreeSet<&str> = wrong.headers["allow"].to_str().unwrap().split(',').collect();
    assert_eq!(allowed, BTreeSet::from(["GET", "HEAD", "PUT"]));
}

#[tokio::test]
async fn both_spellings_of_a_path_work_without_a_redirect() {
    let (_site, root) = Site::ready().await;
    for path in ["/api/user", "/api/user/", "/api/user/self", "/api/user/self/", "/api/route/models/", "/api/setup/"] {
        root.get(path).await.ok();
    }
}

#[tokio::test]
async fn a_bad_body_is_named_by_its_place() {
    let (_site, root) = Site::ready().await;
    let bad = root.post("/api/route/batch-update", json!({"items": [{"id": 1}, {"id": "x"}]})).await;
    assert_eq!(bad.failure(), (400, "invalid_body"));
    assert!(bad.message().contains("items[1]"), "{}", bad.message());
    let json = [("content-type", "application/json")];
    let broken = root.send(Method::POST, "/api/user/", Body::from("{\"username\":"), &json).await;
    assert_eq!(broken.failure(), (400, "invalid_body"));
    let huge = format!("{{\"username\":\"{}\"}}", "x".repeat(1 << 20));
    let huge = root.send(Method::POST, "/api/user/", Body::from(huge), &json).await;
    assert_eq!(huge.failure(), (413, "too_large"));
    let form = [("content-type", "application/x-www-form-urlencoded"), ("x-requested-with", "x")];
    let form = root.send(Method::POST, "/api/user/", Body::from("username=x"), &form).await;
    assert_eq!(form.failure(), (415, "unsupported_media_type"));
    assert_eq!(root.get("/api/user/abc").await.failure(), (400, "invalid_parameter"));
}

#[tokio::test]
async fn messages_follow_the_language_and_codes_do_not() {
    let site = Site::fresh().await;
    let chinese = [("accept-language", "zh-CN,zh;q=0.9,en;q=0.1")];
    let answer = site.stranger().send(Method::GET, "/api/user/self", Body::empty(), &chinese).await;
    assert_eq!(answer.failure(), (401, "unauthenticated"));
    assert!(answer.message().contains("请先登录"));
    assert!(site.stranger().get("/api/user/self").await.message().starts_with("log in"));
}

#[tokio::test]
async fn a_change_wakes_the_reader_of_the_configuration_and_a_look_or_a_refusal_does_not() {
    let (site, root) = Site::ready().await;
    site.was_told_of_change().await;
    root.get("/api/provider/").await.ok();
    root.post("/api/provider/", json!({"name": ""})).await.failure();
    assert!(!site.was_told_of_change().await);
    root.put("/api/option/", json!({"key": "Notice", "value": "x"})).await.ok();
    assert!(site.was_told_of_change().await);
}

#[tokio::test]
async fn every_answer_has_a_name_and_a_change_stands_in_the_log_under_it() {
    let (site, root) = Site::ready().await;
    let mut seen = BTreeSet::new();
    for answer in [
        root.get("/api/status").await,
        root.get("/api/nothing").await,
        root.put("/api/option/", json!({"key": "Notice", "value": "x"})).await,
        site.stranger().get("/api/user/self").await,
    ] {
        let name = answer.headers["x-sluice-call"].to_str().unwrap().to_owned();
        assert_eq!(answer.headers["x-request-id"].to_str().unwrap(), name);
        assert!(seen.insert(name.clone()));
        let entry = root.get(&format!("/api/audit/{name}")).await;
        assert_eq!(entry.status == StatusCode::OK, answer.text.contains("Notice"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_panic_is_answered_as_json() {
    async fn break_down() -> &'static str {
        panic!("on purpose")
    }
    let panicking = axum::routing::get(break_down);
    let layered = Router::new()
        .route("/api/panic", panicking)
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(|panic: Box<dyn std::any::Any + Send>| {
            super::super::report_panic(panic.as_ref())
        }))
        .layer(axum::middleware::from_fn(super::super::wire::failure::write));
    let client = Client { router: layered, cookie: None, bearer: None, address: "10.0.0.1".parse().unwrap() };
    assert_eq!(client.get("/api/panic").await.failure(), (500, "internal"));
}

pub(super) fn operations() -> Vec<(Method, String, Value)> {
    let document = serde_json::to_value(crate::admin::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete"] {
            if let Some(operation) = item.get(method) {
                operations.push((method.to_uppercase().parse().unwrap(), path.clone(), operation.clone()));
            }
        }
    }
    operations
}

#[tokio::test]
async fn every_documented_operation_is_served_and_described() {
    let site = Site::fresh().await;
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations() {
        let concrete = path.replace("{id}", "1").replace("{token_id}", "1").replace("{call}", "x");
        let answer = site.stranger().send(method.clone(), &concrete, Body::empty(), &[("x-requested-with", "x")]).await;
        assert!(!matches!(answer.status.as_u16(), 405 | 500), "{method} {path}: {}", answer.text);
        assert_ne!(answer.body["code"], json!("unknown_path"), "{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        let content = operation["responses"]["200"]["content"].as_object().unwrap();
        let files = ["/api/ledger/export", "/api/log/export", "/api/log/self/export", "/api/provider/{id}/test"];
        let is_file = files.contains(&path.as_str());
        assert!(is_file || content.contains_key("application/json"), "{method} {path}");
        assert!(content.values().all(|form| form["schema"].is_object()), "{method} {path}");
        assert!(operation["responses"]["default"].is_object(), "{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}: id is not unique");
    }
    assert!(ids.len() >= 50, "{}", ids.len());
}

/// Every path that the code registers by name, wherever it is written.
#[test]
fn every_registered_path_is_in_the_document() {
    let documented: BTreeSet<String> = operations().into_iter().map(|(_, path, _)| path).collect();
    for path in [
        "/api/status",
        "/api/notice",
        "/api/about",
        "/api/setup",
        "/api/user/login",
        "/api/user/logout",
        "/api/user/register",
        "/api/user/self",
        "/api/user/token",
        "/api/user/",
        "/api/user/search",
        "/api/user/{id}",
        "/api/user/manage",
        "/api/agg-token/",
        "/api/agg-token/{id}",
        "/api/provider/",
        "/api/provider/summary",
        "/api/provider/export",
        "/api/provider/import",
        "/api/provider/{id}",
        "/api/provider/{id}/sync",
        "/api/provider/{id}/models",
        "/api/provider/{id}/tokens",
        "/api/provider/{id}/model-alias-mapping",
        "/api/provider/token/{token_id}",
        "/api/vendor/",
        "/api/route/",
        "/api/route/{id}",
        "/api/route/overview",
        "/api/route/models",
        "/api/route/batch-update",
        "/api/log/",
        "/api/log/self",
        "/api/log/{call}",
        "/api/log/{call}/receipt",
        "/api/routing/",
        "/api/option/",
        "/api/account/",
        "/api/account/self",
        "/api/account/self/transfers",
        "/api/account/{id}",
        "/api/account/{id}/transfers",
        "/api/account/{id}/top-up",
        "/api/account/{id}/grant",
        "/api/account/{id}/refund",
        "/api/account/{id}/correction",
        "/api/account/{id}/expiry",
        "/api/user/{id}/account",
        "/api/agg-token/{id}/account",
        "/api/transfer/{id}",
        "/api/budget/",
        "/api/budget/{id}",
        "/api/ledger/export",
        "/api/ledger/state",
        "/api/ledger/verify",
        "/api/group/",
        "/api/group/{name}",
        "/api/price/",
        "/api/price/{id}",
        "/api/price/builtin",
        "/api/price/disputed",
        "/api/price/effective",
        "/api/price/unpriced",
        "/api/provider/{id}/prices/sync",
        "/api/alert/",
        "/api/user/self/sessions",
        "/api/user/self/sessions/{session}",
        "/api/user/self/tokens",
        "/api/user/self/tokens/{token_id}",
        "/api/user/{id}/sessions",
        "/api/user/{id}/sessions/{session}",
        "/api/user/{id}/tokens",
        "/api/user/{id}/tokens/{token_id}",
        "/api/provider/checkin/summary",
        "/api/provider/checkin/messages",
        "/api/provider/checkin/uncheckin",
        "/api/provider/checkin/run",
        "/api/provider/{id}/checkin",
        "/api/job/",
        "/api/job/{name}",
        "/api/job/{name}/run",
        "/api/job/{name}/runs",
        "/api/audit/",
        "/api/audit/{id}",
        "/api/dashboard",
        "/api/dashboard/self",
        "/api/agg-token/{id}/rotate",
        "/api/option/{key}",
        "/api/route/rebuild",
        "/api/plugin/provider/",
        "/api/plugin/provider/export",
        "/api/plugin/provider/import",
        "/api/plugin/provider/{id}",
        "/api/plugin/provider/{id}/sync",
        "/api/plugin/provider/{id}/tokens",
        "/api/plugin/provider/{id}/model-alias-mapping",
        "/api/plugin/provider/token/{token_id}",
    ] {
        assert!(documented.contains(path), "{path}");
    }
}

#[tokio::test]
async fn references_of_the_document_lead_somewhere() {
    let site = Site::fresh().await;
    let served = site.stranger().get("/api/openapi.json").await;
    let mut rest = served.text.as_str();
    let schemas = served.body["components"]["schemas"].as_object().unwrap();
    while let Some((_, after)) = rest.split_once("#/components/schemas/") {
        let name = after.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
        rest = after;
    }
    assert_eq!(served.body, serde_json::to_value(crate::admin::openapi()).unwrap());
}

#[tokio::test]
async fn the_page_to_browse_the_api_is_served_with_a_policy() {
    let site = Site::fresh().await;
    let page = site.stranger().get("/api/docs/").await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script-src 'unsafe"), "{policy}");
}

/// Walks all `GET`s with everything secret in place.
#[tokio::test]
async fn no_answer_holds_a_secret() {
    let (site, root) = Site::ready().await;
    let key = root.post("/api/agg-token/", json!({})).await.ok().as_str().unwrap().to_owned();
    let token = root.get("/api/user/token").await.ok().as_str().unwrap().to_owned();
    let provider = json!({"name": "p", "base_url": "http://127.0.0.1:1", "vendor": "newapi", "user_id": 7,
        "key": "sk-credential-secret-abcd", "access_token": "management-secret", "proxy_url": "http://u:proxy-secret@127.0.0.1:2",
        "headers": {"x-own": "header-secret"}});
    let made = root.post("/api/provider/", provider).await;
    let id = made.ok()["id"].clone();
    let credential = root.get(&format!("/api/provider/{id}/tokens")).await.ok()[0]["id"].clone();
    root.post("/api/route/", json!({"model_name": "m", "provider_token_id": credential})).await.ok();
    let hash = site.state.store.find_login("root").await.unwrap().unwrap().password_hash.unwrap();
    let session = root.cookie.clone().unwrap();
    let secrets = [
        sluice_domain::key::key_body(&key),
        token.as_str(),
        "credential-secret",
        "management-secret",
        "proxy-secret",
        "header-secret",
        hash.expose_secret(),
        "$argon2",
        session.strip_prefix("sluice_session=").unwrap(),
        site.setup_token.expose_secret(),
    ];
    let mut answers = vec![("POST /api/provider/".to_owned(), made.text)];
    for (method, path, _) in operations() {
        if method == Method::GET && path != "/api/user/token" && path != "/api/user/logout" {
            let path = path.replace("{id}", "1");
            answers.push((path.clone(), root.get(&path).await.text));
        }
    }
    answers.push(("PUT".to_owned(), root.put("/api/provider/", json!({"id": id, "priority": 1})).await.text));
    answers.push(("sync".to_owned(), root.post(&format!("/api/provider/{id}/sync"), json!({})).await.text));
    for (place, text) in answers {
        for secret in secrets {
            assert!(!text.contains(secret), "{place} shows {secret}");
        }
    }
}
