//! The management API of the old gateways on the real binary: every endpoint, its fields, its statuses, its pages.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

use crate::client::Answer;
use crate::gateway::{Gateway, eventually};
use crate::samples::Dialect;

const PASSWORD: &str = "correct horse battery";
const PAGE: [&str; 8] = ["items", "p", "page", "page_size", "total", "total_pages", "has_more", "next_cursor"];

async fn get(gateway: &Gateway, path: &str) -> Value {
    let answer = gateway.admin(Method::GET, path, None).await;
    ok(path, &answer)
}

async fn send(gateway: &Gateway, method: Method, path: &str, body: Value) -> Value {
    let answer = gateway.admin(method, path, Some(body)).await;
    ok(path, &answer)
}

fn ok(path: &str, answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let body = answer.json();
    assert_eq!((&body["success"], body["message"].is_string()), (&json!(true), true), "{path}");
    assert!(answer.header("content-type").starts_with("application/json"), "{path}");
    body["data"].clone()
}

fn has(place: &str, value: &Value, fields: &[&str]) {
    let object = value.as_object().unwrap_or_else(|| panic!("{place} is no object: {value}"));
    for field in fields {
        assert!(object.contains_key(*field), "{place} lacks `{field}`: {value}");
    }
}

/// A site with one of everything, and one call.
async fn furnished(upstream: &Upstream) -> (Gateway, Value, Value) {
    let gateway = Gateway::start(json!({})).await;
    let settings = upstream.settings();
    let provider = json!({"name": "p", "vendor": settings.kind.as_str(), "base_url": upstream.base_url(), "key": settings.secret,
        "priority": 0, "weight": 0, "remark": ""});
    let provider = send(&gateway, Method::POST, "/api/provider/", provider).await["id"].clone();
    let credential = get(&gateway, &format!("/api/provider/{provider}/tokens")).await[0]["id"].clone();
    let route = json!({"model_name": "m", "provider_token_id": credential});
    let route = send(&gateway, Method::POST, "/api/route/", route).await["id"].clone();
    for name in ["mia", "ada", "eve"] {
        let user = json!({"username": name, "password": PASSWORD});
        send(&gateway, Method::POST, "/api/user/", user).await;
    }
    let key = gateway.make_key("k").await;
    eventually("the model", async || {
        let listed = gateway.turned_away(gateway.bare(Method::GET, "/v1/models").bearer_auth(&key)).await;
        listed.text().contains("\"m\"").then_some(())
    })
    .await;
    let request = gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(&key);
    let call = gateway.call(request.json(&Dialect::Chat.request("m", false))).await;
    assert_eq!(call.status, 200, "{}", call.text());
    gateway.record(call.call()).await;
    eventually("the sums", async || {
        let dashboard = get(&gateway, "/api/dashboard").await;
        (dashboard["total_requests"] == json!(1)).then_some(())
    })
    .await;
    (gateway, provider, route)
}

#[tokio::test]
async fn every_endpoint_answers_with_its_fields() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let (gateway, provider, route) = furnished(&upstream).await;
    let user = [
        "id",
        "username",
        "password",
        "display_name",
        "role",
        "status",
        "token",
        "email",
        "github_id",
        "wechat_id",
        "verification_code",
    ];
    let of_provider = [
        "id",
        "name",
        "base_url",
        "access_token",
        "user_id",
        "status",
        "priority",
        "weight",
        "checkin_enabled",
        "balance",
        "balance_updated",
        "proxy_enabled",
        "proxy_url",
        "proxy_url_redacted",
        "model_alias_mapping",
        "remark",
        "created_at",
    ];
    let key = [
        "id",
        "user_id",
        "key",
        "name",
        "status",
        "expired_time",
        "model_limits_enabled",
        "model_limits",
        "allow_ips",
        "created_at",
        "accessed_at",
    ];
    let credential = [
        "id",
        "provider_id",
        "sk_key",
        "key_status",
        "name",
        "group_name",
        "status",
        "priority",
        "weight",
        "created_at",
    ];
    let of_route = ["id", "model_name", "provider_token_id", "provider_id", "enabled", "priority", "weight"];
    let overview = [
        "id",
        "display_model_name",
        "model_name",
        "provider_id",
        "provider_name",
        "provider_balance",
        "provider_status",
        "provider_token_id",
        "token_name",
        "token_group_name",
        "token_status",
        "enabled",
        "priority",
        "weight",
        "billing_type",
        "prompt_price_per_1m",
        "completion_price_per_1m",
        "per_call_price",
        "recent_usage_cost_usd",
        "value_score",
        "usage_window_hours",
        "base_weight_factor",
        "value_score_factor",
        "health_adjustment_enabled",
        "health_window_hours",
        "failure_penalty_alpha",
        "health_reward_beta",
        "health_min_multiplier",
        "health_max_multiplier",
        "health_min_samples",
        "health_multiplier",
        "health_sample_count",
        "health_success_rate",
        "health_fail_rate",
        "health_avg_latency_ms",
        "suppressed",
        "suppressed_until",
        "effective_share_percent",
    ];
    let call = [
        "id",
        "user_id",
        "aggregated_token_id",
        "provider_id",
        "provider_name",
        "provider_token_id",
        "model_name",
        "prompt_tokens",
        "completion_tokens",
        "cache_tokens",
        "cache_creation_tokens",
        "cache_creation_5m_tokens",
        "cache_creation_1h_tokens",
        "response_time_ms",
        "first_token_ms",
        "is_stream",
        "cost_usd",
        "status",
        "error_message",
        "failure_category",
        "transport_status_code",
        "client_ip",
        "request_id",
        "relay_request_id",
        "attempt_index",
        "request_model_original",
        "request_model_canonical",
        "request_model_resolved",
        "usage_source",
        "created_at",
    ];
    let report = ["from", "to", "step", "total", "speed", "previous", "previous_speed", "points", "parts"];
    let one = [
        (
            "/api/status",
            vec![
                "version",
                "start_time",
                "email_verification",
                "github_oauth",
                "github_client_id",
                "system_name",
                "home_page_link",
                "footer_html",
                "wechat_qrcode",
                "wechat_login",
                "server_address",
                "turnstile_check",
                "turnstile_site_key",
            ],
        ),
        ("/api/user/self", user.to_vec()),
        ("/api/user/2", user.to_vec()),
        ("/api/provider/summary", vec!["total_providers", "proxy_enabled_providers"]),
        (&format!("/api/provider/{provider}"), of_provider.to_vec()),
        (&format!("/api/route/{route}"), of_route.to_vec()),
        (
            "/api/dashboard",
            vec![
                "total_requests",
                "success_requests",
                "failed_requests",
                "invalid_responses",
                "invalid_rate",
                "total_providers",
                "total_models",
                "total_routes",
                "by_provider",
                "by_model",
                "recent_requests",
                "recent_metrics",
                "recent_model_stats",
            ],
        ),
        ("/api/dashboard/self", vec!["total_requests", "recent_requests"]),
        ("/api/dashboard/usage", report.to_vec()),
        ("/api/dashboard/self/usage?by=key", report.to_vec()),
        ("/api/agg-token/1/usage?range=24h", report.to_vec()),
        ("/api/dashboard/live", vec!["calls_per_second", "calls_by_second", "open_calls", "open_connections"]),
        ("/api/option/Notice", vec!["key", "value", "default", "is_set", "in_use"]),
    ];
    for (path, fields) in one {
        has(path, &get(&gateway, path).await, &fields);
    }
    let pages = [
        ("/api/user/", user.to_vec()),
        ("/api/provider/", of_provider.to_vec()),
        ("/api/agg-token/", key.to_vec()),
        ("/api/route/", of_route.to_vec()),
        ("/api/route/overview", overview.to_vec()),
        ("/api/log/", call.to_vec()),
        ("/api/log/self", call.to_vec()),
        ("/api/audit/", vec!["id", "username", "action", "subject", "before", "after", "status", "client_ip"]),
    ];
    for (path, fields) in pages {
        let page = get(&gateway, path).await;
        has(path, &page, &PAGE);
        has(path, &page["items"][0], &fields);
    }
    let logs = get(&gateway, "/api/log/").await;
    assert_eq!(logs["providers"], json!(["p"]));
    let summary = [
        "total",
        "success_count",
        "error_count",
        "invalid_response_count",
        "invalid_response_rate",
        "input_tokens",
        "output_tokens",
        "cache_tokens",
        "total_cost",
        "avg_latency",
    ];
    has("summary", &logs["summary"], &summary);
    assert_eq!((&logs["summary"]["total"], &logs["summary"]["success_count"]), (&json!(1), &json!(1)));
    let arrays = [
        ("/api/user/search?keyword=mi", user.to_vec()),
        (&format!("/api/provider/{provider}/tokens"), credential.to_vec()),
        ("/api/provider/export", vec!["name", "base_url", "status", "priority", "weight", "model_alias_mapping"]),
        ("/api/option/", vec!["key", "value"]),
    ];
    for (path, fields) in arrays {
        has(path, &get(&gateway, path).await[0], &fields);
    }
    assert_eq!(get(&gateway, "/api/route/models").await, json!(["m"]));
    assert!(get(&gateway, "/api/notice").await.is_string() && get(&gateway, "/api/about").await.is_string());
    let usage = get(&gateway, "/api/dashboard/usage?by=provider").await;
    assert_eq!((&usage["total"]["calls"], &usage["parts"][0]["name"]), (&json!(1), &json!("p")));
    assert!(usage["speed"]["duration_p95_ms"].is_u64(), "{usage}");
    assert_eq!(get(&gateway, "/api/dashboard/live").await["open_calls"], json!(0), "the call has ended");
    let file = gateway.admin(Method::GET, "/api/log/export", None).await;
    assert_eq!((file.status, file.text().lines().count()), (200, 2), "{}", file.text());
    assert_eq!(file.header("x-request-id"), file.header("x-sluice-call"));
    let listed = get(&gateway, "/api/provider/").await["items"][0].clone();
    assert_eq!((&listed["calls_today"], &listed["model_count"]), (&json!(1), &json!(1)), "{listed}");
    let dashboard = get(&gateway, "/api/dashboard").await;
    has("by_provider", &dashboard["by_provider"][0], &["provider_id", "provider_name", "request_count"]);
    has("by_model", &dashboard["by_model"][0], &["model_name", "request_count"]);
    assert_eq!(dashboard["recent_metrics"].as_array().unwrap().len(), 7);
    has("recent_metrics", &dashboard["recent_metrics"][6], &["date", "request_count", "cost_usd", "token_count"]);
    assert_eq!(dashboard["recent_metrics"][6]["request_count"], json!(1));
    has("recent_model_stats", &dashboard["recent_model_stats"][6], &["date", "model_name", "token_count"]);
    assert!(dashboard["recent_model_stats"][6]["token_count"].as_u64().unwrap() > 0);
    gateway.finish().await;
}

#[tokio::test]
async fn changes_and_mistakes_have_their_statuses() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let (gateway, provider, route) = furnished(&upstream).await;
    let (put, post, delete) = (Method::PUT, Method::POST, Method::DELETE);
    let alias = format!("/api/provider/{provider}/model-alias-mapping");
    let cases = [
        (&put, "/api/option", json!({"key": "Notice", "value": "x"}), 200, ""),
        (&put, "/api/option/", json!({"key": "BackupMaxRetries", "value": "many"}), 400, "invalid_value"),
        (&put, "/api/option/", json!({"key": "Nothing", "value": "x"}), 400, "invalid_value"),
        (&put, "/api/user/self", json!({"display_name": "Root"}), 200, ""),
        (&delete, "/api/user/self", json!({}), 403, "forbidden"),
        (&post, "/api/user/", json!({"username": "mia", "password": PASSWORD}), 409, "conflict"),
        (&post, "/api/user/", json!({"username": "x", "password": "short"}), 400, "invalid_value"),
        (&put, "/api/user/", json!({"id": 2, "email": "mia@example.com"}), 200, ""),
        (&put, "/api/user/", json!({"id": 99, "email": "x@example.com"}), 404, "not_found"),
        (&post, "/api/user/manage", json!({"username": "mia", "action": "promote"}), 200, ""),
        (&post, "/api/user/manage", json!({"username": "mia", "action": "promote"}), 409, "conflict"),
        (&post, "/api/user/manage", json!({"username": "mia", "action": "demote"}), 200, ""),
        (&post, "/api/user/manage", json!({"username": "mia", "action": "fly"}), 400, "invalid_value"),
        (&post, "/api/user/manage", json!({"username": "", "action": "disable"}), 400, "invalid_value"),
        (&delete, "/api/user/4", json!({}), 200, ""),
        (&delete, "/api/user/4", json!({}), 404, "not_found"),
        (&put, alias.as_str(), json!({"model_alias_mapping": {" a ": "m", "": "x"}}), 200, ""),
        (&put, "/api/provider/", json!({"id": provider, "priority": 0, "weight": 0, "remark": ""}), 200, ""),
        (&put, "/api/provider/", json!({"id": provider, "proxy_enabled": true}), 400, "invalid_value"),
        (&put, "/api/provider/", json!({"name": "x"}), 400, "invalid_value"),
        (
            &post,
            "/api/provider/",
            json!({"name": "p", "base_url": "http://127.0.0.1:1", "vendor": "newapi"}),
            409,
            "conflict",
        ),
        (&post, "/api/agg-token/", json!({"name": "other", "allow_ips": "10.0.0.0/8\n192.0.2.1"}), 200, ""),
        (&post, "/api/agg-token/", json!({"allow_ips": "nowhere"}), 400, "invalid_value"),
        (&post, "/api/agg-token/", json!({"expired_time": -5}), 400, "invalid_value"),
        (&post, "/api/agg-token/99/rotate", json!({}), 404, "not_found"),
        (&post, "/api/route/batch-update", json!({"items": [{"id": route, "weight": 3}]}), 200, ""),
        (&post, "/api/route/batch-update", json!({"items": []}), 400, "invalid_value"),
        (&post, "/api/route/batch-update", json!({"items": [{"id": 99, "weight": 3}]}), 404, "not_found"),
        (&put, &format!("/api/route/{route}"), json!({"enabled": false, "weight": 0}), 200, ""),
        (&put, &format!("/api/route/{route}"), json!({}), 400, "invalid_value"),
        (&post, "/api/route/bulk", json!({"action": "enable", "ids": [route, 99]}), 200, ""),
        (&post, "/api/route/bulk", json!({"action": "enable", "ids": []}), 400, "invalid_value"),
        (&post, "/api/provider/bulk", json!({"action": "disable", "ids": [99]}), 200, ""),
        (&post, "/api/agg-token/bulk", json!({"action": "rotate", "ids": [1]}), 400, "invalid_body"),
        (&post, "/api/route/rebuild", json!({}), 200, ""),
        (
            &post,
            "/api/provider/import",
            json!([{"name": "q", "base_url": "http://127.0.0.1:1", "vendor": "newapi"}]),
            200,
            "",
        ),
        (&delete, "/api/provider/token/99", json!({}), 404, "not_found"),
        (&delete, &format!("/api/provider/{provider}"), json!({}), 200, ""),
        (&delete, &format!("/api/provider/{provider}"), json!({}), 404, "not_found"),
        (&Method::GET, "/api/nothing", json!({}), 404, "unknown_path"),
        (&delete, "/api/status", json!({}), 405, "method_not_allowed"),
    ];
    for (method, path, body, status, code) in cases {
        let answer = gateway.admin(method.clone(), path, Some(body.clone())).await;
        let told = answer.json();
        assert_eq!(
            (answer.status, told["code"].as_str().unwrap_or_default()),
            (status, code),
            "{method} {path} {body}: {told}"
        );
        assert_eq!(told["success"], json!(status == 200), "{method} {path}");
        let chinese = gateway.bare(method.clone(), path).header("accept-language", "zh-CN").json(&body);
        let chinese = gateway.turned_away(chinese).await.json();
        assert!(
            chinese["success"] == json!(true) || !chinese["message"].as_str().unwrap().is_ascii(),
            "{path}: {chinese}"
        );
    }
    gateway.finish().await;
}

#[tokio::test]
async fn lists_are_paged_by_number_and_by_cursor() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let (gateway, ..) = furnished(&upstream).await;
    for name in ["q", "r"] {
        let provider =
            json!({"name": name, "vendor": "newapi", "base_url": "http://127.0.0.1:1", "key": "sk-0123456789abcdef"});
        let id = send(&gateway, Method::POST, "/api/provider/", provider).await["id"].clone();
        let credential = get(&gateway, &format!("/api/provider/{id}/tokens")).await[0]["id"].clone();
        let route = json!({"model_name": name, "provider_token_id": credential});
        send(&gateway, Method::POST, "/api/route/", route).await;
        gateway.make_key(name).await;
    }
    for path in ["/api/user/", "/api/provider/", "/api/agg-token/", "/api/route/", "/api/route/overview", "/api/audit/"]
    {
        let odd = get(&gateway, &format!("{path}?p=-1&page_size=0")).await;
        assert_eq!((&odd["p"], &odd["page"], &odd["page_size"]), (&json!(0), &json!(0), &json!(10)), "{path}");
        assert_eq!(get(&gateway, &format!("{path}?page_size=1000")).await["page_size"], json!(100), "{path}");
        let beyond = get(&gateway, &format!("{path}?p=9999")).await;
        assert_eq!((&beyond["items"], &beyond["has_more"]), (&json!([]), &json!(false)), "{path}");
        let total = odd["total"].as_u64().unwrap();
        assert!(total >= 3, "{path}: {odd}");
        let numbered = get(&gateway, &format!("{path}?p=1&page_size=2")).await;
        assert_eq!(numbered["total_pages"], json!(total.div_ceil(2)), "{path}");
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = get(&gateway, &format!("{path}?page_size=2{cursor}")).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].to_string()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.get(2), Some(&numbered["items"][0]["id"].to_string()), "{path}");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len() as u64, total, "{path}");
        let odd = gateway.admin(Method::GET, &format!("{path}?cursor=!"), None).await;
        assert_eq!((odd.status, &odd.json()["code"]), (400, &json!("invalid_parameter")), "{path}");
    }
    gateway.finish().await;
}
