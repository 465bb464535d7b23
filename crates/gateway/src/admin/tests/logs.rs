//! Records of calls: paging, filters, and what each may see.

use super::*;
use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::id::{CallId, CredentialId, KeyId, ProviderId, UserId};
use sluice_domain::money::Micros;
use sluice_domain::usage::{Usage, UsageSource};

pub(super) fn call(number: u8, user: i64, error: &str) -> CallRecord {
    let created_ms = NOW_MS + i64::from(number) * 1_000;
    CallRecord {
        id: CallId::new(u64::try_from(created_ms).unwrap(), [number; 10]),
        created_at: Timestamp(created_ms),
        key_id: KeyId(3),
        user_id: UserId(user),
        dialect: "openai_chat",
        operation: "chat_completions",
        model_asked: format!("model-{number}"),
        model_used: "upstream-model".to_owned(),
        provider_id: Some(ProviderId(4)),
        provider_name: "hidden-provider".to_owned(),
        credential_id: Some(CredentialId(5)),
        status: if error.is_empty() { 200 } else { 502 },
        outcome: if error.is_empty() { Outcome::Complete } else { Outcome::Broken },
        error: error.to_owned(),
        usage: Usage { input: 10, cache_read: 4, cache_write_5m: 2, output: 5, reasoning: 1, ..Usage::default() },
        usage_source: UsageSource::Reported,
        cost: Some(Micros(2_500)),
        first_token_ms: Some(120),
        duration_ms: 450,
        stream: true,
        client_ip: Some("10.0.0.9".parse().unwrap()),
        upstream_request_id: "req-1".to_owned(),
        attempts: vec![Attempt {
            provider_id: ProviderId(4),
            provider_name: "hidden-provider".to_owned(),
            credential_id: CredentialId(5),
            model: "upstream-model".to_owned(),
            status: 200,
            started_ms: 1,
            duration_ms: 449,
            error: None,
            dialect: Some("anthropic".to_owned()),
            losses: "n;cosmetic;\"one answer\"".to_owned(),
        }],
        decision: Some(
            sluice_domain::route::Decision { rule: Some("r".to_owned()), ..sluice_domain::route::Decision::default() }
                .into(),
        ),
    }
}

async fn with_calls() -> (Site, Client, Client) {
    let (site, root) = Site::ready().await;
    let (mia_id, mia) = site.user(&root, "mia", 1).await;
    let calls: Vec<_> = (0..25)
        .map(|n| call(n, if n % 5 == 0 { mia_id } else { 1 }, if n == 7 { "upstream_failed" } else { "" }))
        .collect();
    site.state.store.record_calls(&calls).await.unwrap();
    (site, root, mia)
}

fn asked(page: &Answer) -> Vec<String> {
    let items = page.ok()["items"].as_array().unwrap();
    items.iter().map(|call| call["request_model_original"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_whole_list_is_read_by_cursor_once_and_newest_first() {
    let (_site, root, _) = with_calls().await;
    let first = root.get("/api/log/?page_size=10").await;
    assert_eq!((&first.ok()["total"], &first.ok()["has_more"]), (&json!(25), &json!(true)));
    let mut seen = asked(&first);
    let mut cursor = first.ok()["next_cursor"].clone();
    while let Some(text) = cursor.as_str() {
        let page = root.get(&format!("/api/log/?page_size=10&cursor={text}")).await;
        seen.extend(asked(&page));
        cursor = page.ok()["next_cursor"].clone();
    }
    let expected: Vec<String> = (0..25).rev().map(|n| format!("model-{n}")).collect();
    assert_eq!(seen, expected);
    assert_eq!(asked(&root.get("/api/log/?page_size=10&p=2").await).len(), 5);
    assert_eq!(root.get("/api/log/?cursor=KzEw").await.failure(), (400, "invalid_parameter"));
}

#[tokio::test]
async fn filters_restrict_and_unknown_values_are_refused() {
    let (_site, root, _) = with_calls().await;
    let from = NOW_MS / 1_000 + 20;
    for (query, expected) in [
        ("status=error".to_owned(), 1),
        ("status=success".to_owned(), 24),
        ("outcome=broken".to_owned(), 1),
        ("model=model-3".to_owned(), 1),
        ("user=mia".to_owned(), 5),
        ("user=1".to_owned(), 20),
        ("key=3".to_owned(), 25),
        ("key=4".to_owned(), 0),
        ("provider=4".to_owned(), 25),
        ("view=error".to_owned(), 1),
        (format!("from={from}"), 5),
        (format!("to={from}"), 20),
    ] {
        assert_eq!(root.get(&format!("/api/log?{query}")).await.ok()["total"], json!(expected), "{query}");
    }
    for query in ["status=odd", "outcome=odd", "status=99", "stream=odd", "view=odd", "aggregation=odd"] {
        assert_eq!(root.get(&format!("/api/log/?{query}")).await.failure(), (400, "invalid_parameter"));
    }
    assert_eq!(root.get("/api/log/?provider=nobody").await.failure(), (404, "not_found"));
}

#[tokio::test]
async fn a_record_has_its_numbers_under_the_old_names_and_exactly() {
    let (_site, root, _) = with_calls().await;
    let page = root.get("/api/log/?model=model-1").await;
    let call = &page.ok()["items"][0];
    let old = [
        "prompt_tokens",
        "completion_tokens",
        "cache_tokens",
        "cache_creation_tokens",
        "response_time_ms",
        "first_token_ms",
        "is_stream",
        "status",
        "transport_status_code",
        "attempt_index",
        "cost_micros",
    ];
    assert_eq!(json!(old.map(|name| &call[name])), json!([16, 6, 4, 2, 450, 120, true, 1, 200, 1, 2_500]));
    assert_eq!((&call["usage"]["input"], &call["usage"]["reasoning"]), (&json!(10), &json!(1)));
    assert!(page.text.contains("\"cost_usd\":0.002500"));
    let one = root.get(&format!("/api/log/{}", call["id"].as_str().unwrap())).await;
    assert_eq!(one.ok(), call);
}

#[tokio::test]
async fn each_attempt_can_be_a_row_of_its_own() {
    let (site, root) = Site::ready().await;
    let (mia_id, mia) = site.user(&root, "mia", 1).await;
    let mut tried = call(1, mia_id, "");
    let mut first = tried.attempts[0].clone();
    first.provider_name = "hidden-first".to_owned();
    (first.provider_id, first.status, first.duration_ms) = (ProviderId(9), 503, 7);
    first.error = Some("upstream_unavailable: hidden".to_owned());
    tried.attempts.insert(0, first);
    let mut refused = call(2, mia_id, "model_not_found");
    refused.attempts.clear();
    site.state.store.record_calls(&[tried, refused]).await.unwrap();
    let page = root.get("/api/log/?aggregation=attempt").await;
    let rows: Vec<_> = page.ok()["items"].as_array().unwrap().iter().collect();
    let shown = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(shown("attempt_index"), [0, 2, 1]);
    assert_eq!(shown("status_code"), [502, 200, 503]);
    assert_eq!(shown("provider_name"), ["hidden-provider", "hidden-provider", "hidden-first"]);
    assert_eq!(shown("cost_micros"), [json!(2_500), json!(2_500), Value::Null]);
    assert_eq!(
        (shown("relay_request_id")[1].clone(), &page.ok()["total"]),
        (shown("relay_request_id")[2].clone(), &json!(2))
    );
    let own = mia.get("/api/log/self?aggregation=attempt").await;
    assert_eq!(own.ok()["items"].as_array().unwrap().len(), 3);
    assert!(!own.text.contains("hidden"), "{}", own.text);
}

#[tokio::test]
async fn users_see_their_own_calls_and_nothing_behind_sluice() {
    let (_site, root, mia) = with_calls().await;
    let own = mia.get("/api/log/self?page_size=100&user=1").await;
    assert_eq!(own.ok()["total"], json!(5));
    assert!(!own.text.contains("hidden-provider") && !own.text.contains("upstream-model"));
    assert_eq!(own.ok()["items"][0]["attempts"][0]["duration_ms"], json!(449));
    let id = own.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    mia.get(&format!("/api/log/{id}")).await.ok();
    let others = root.get("/api/log/?model=model-1").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(mia.get(&format!("/api/log/{others}")).await.failure(), (404, "not_found"));
    assert!(root.get(&format!("/api/log/{others}")).await.text.contains("hidden-provider"));
}

#[tokio::test]
async fn what_no_index_finds_is_searched_and_paged() {
    let (_site, root, mia) = with_calls().await;
    for (query, expected) in [
        ("keyword=MODEL-2", 6),
        ("keyword=hidden-PROVIDER", 25),
        ("keyword=10.0.0.9", 25),
        ("keyword=upstream_failed", 1),
        ("keyword=nothing", 0),
        ("error=upstream_failed", 1),
        ("error=upstream", 0),
        ("stream=true", 25),
        ("stream=false", 0),
        ("status=502", 1),
        ("status=200", 24),
        ("status=200&keyword=model-1", 11),
    ] {
        let found = root.get(&format!("/api/log/?page_size=100&{query}")).await;
        assert_eq!(asked(&found).len(), expected, "{query}");
        assert_eq!(found.ok()["summary"]["total"], json!(expected), "{query}");
    }
    let own = mia.get("/api/log/self?keyword=hidden-provider").await;
    assert_eq!(asked(&own).len(), 0, "what one may not see cannot be searched");
    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let page = root.get(&format!("/api/log/?page_size=4&stream=true{cursor}")).await;
        seen.extend(asked(&page));
        let Some(next) = page.ok()["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let expected: Vec<String> = (0..25).rev().map(|n| format!("model-{n}")).collect();
    assert_eq!(seen, expected);
    assert_eq!(asked(&root.get("/api/log/?page_size=4&stream=true&p=6").await), ["model-0"]);
}

#[tokio::test]
async fn owners_have_their_calls_explained_without_what_is_behind_sluice() {
    let (_site, root, mia) = with_calls().await;
    let id = mia.get("/api/log/self").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    let own = mia.get(&format!("/api/log/{id}/explain")).await;
    assert_eq!((&own.ok()["decision"]["rule"], &own.ok()["attempts"][0]["provider"]), (&json!(""), &Value::Null));
    assert!(!own.text.contains("hidden-provider") && !own.text.contains("upstream-model"));
    let whole = root.get(&format!("/api/log/{id}/explain")).await;
    assert_eq!(whole.ok()["decision"]["rule"], json!("r"));
    assert!(whole.text.contains("hidden-provider"));
    let others = root.get("/api/log/?model=model-1").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(mia.get(&format!("/api/log/{others}/explain")).await.failure(), (404, "not_found"));
}
