//! How much callers may ask for: calls and tokens per minute and calls at once, of a key, a user, a group and a model.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::UserId;
use sluice_domain::key::KeyBilling;
use sluice_domain::limit::Limits;
use sluice_domain::price::Multiplier;
use sluice_domain::route::policy::Scope;
use sluice_domain::user::{Funding, Group, Role};
use sluice_store::{KeyPatch, NewKey, NewUser, Store, hash_key};
use sluice_testkit::{Act, Pace, Script, Upstream};
use tokio::task::JoinSet;

use crate::client::Answer;
use crate::gateway::{Gateway, KEY, eventually, provider, with};
use crate::samples::Dialect;

/// Keys of the database, without their prefix: two of Ann, one of Bob, all of the group `team`.
const KEYS: [&str; 3] = ["first-key-of-ann", "second-key-of-ann", "only-key-of-bob"];

/// A gateway whose key has these limits.
async fn limited(upstream: &Upstream, limits: &Value) -> Gateway {
    gateway_with(upstream, json!({"keys": [{"name": "main", "secret": KEY, "limits": limits}]})).await
}

async fn gateway_with(upstream: &Upstream, more: Value) -> Gateway {
    Gateway::start(with(json!({"providers": [provider("p", upstream, json!(["m", "n"]))]}), more)).await
}

async fn start(dialect: Dialect) -> Upstream {
    Upstream::start(dialect.kind(), Script::default()).await.unwrap()
}

fn ask(gateway: &Gateway, dialect: Dialect, (key, model): (&str, &str)) -> reqwest::RequestBuilder {
    let request = gateway.bare(Method::POST, &dialect.path(model, false)).bearer_auth(key);
    request.header("anthropic-version", "2023-06-01").json(&dialect.request(model, false))
}

async fn call(gateway: &Gateway, key: &str, model: &str) -> Answer {
    gateway.call(ask(gateway, Dialect::Chat, (key, model))).await
}

fn message(answer: &Answer) -> String {
    answer.json()["error"]["message"].as_str().unwrap().to_owned()
}

fn number(answer: &Answer, header: &str) -> u64 {
    answer.header(header).parse().unwrap_or_else(|_| panic!("{header}: {:?}", answer.headers))
}

/// Makes Ann with two keys and Bob with one.
async fn make_team(store: &Store, group: Limits, user: Limits) {
    let now = Timestamp(0);
    let team =
        Group { name: "team".to_owned(), multiplier: Multiplier::default(), limits: group, remark: String::new() };
    store.put_group(&team, now).await.unwrap();
    for (name, secrets) in [("ann", &KEYS[..2]), ("bob", &KEYS[2..])] {
        let new = NewUser {
            username: name.to_owned(),
            display_name: String::new(),
            email: String::new(),
            role: Role::Common,
            enabled: true,
            funding: Funding::Unlimited,
            group: "team".to_owned(),
            limits: user,
            password_hash: None,
            created_at: now,
        };
        let owner = store.create_user(new).await.unwrap().id;
        for secret in secrets {
            make_key(store, owner, secret).await;
        }
    }
}

async fn make_key(store: &Store, owner: UserId, secret: &str) {
    let key = NewKey {
        name: secret.to_owned(),
        hash: hash_key(secret),
        last4: secret[secret.len() - 4..].to_owned(),
        enabled: true,
        expires_at: None,
        models: ModelList::default(),
        addresses: AddressList::default(),
        billing: KeyBilling::default(),
        limits: Limits::NONE,
        scope: Scope::default(),
        created_at: Timestamp(0),
    };
    store.create_key(owner, key).await.unwrap();
}

async fn gateway_with_team(upstream: &Upstream, group: Limits, user: Limits) -> Gateway {
    let mut gateway = gateway_with(upstream, json!({})).await;
    let store = gateway.store().await;
    make_team(&store, group, user).await;
    store.close().await.unwrap();
    gateway.restart().await;
    gateway
}

#[tokio::test]
async fn calls_per_minute_are_limited_and_the_refusal_says_by_what_and_is_recorded() {
    for dialect in Dialect::ALL {
        let upstream = start(dialect).await;
        let gateway = limited(&upstream, &json!({"requests_per_minute": 2})).await;
        for _ in 0..2 {
            assert_eq!(gateway.call(ask(&gateway, dialect, (KEY, "m"))).await.status, 200);
        }
        let refused = gateway.call(ask(&gateway, dialect, (KEY, "m"))).await;
        assert_eq!(refused.status, 429, "{}", refused.text());
        let name = match dialect {
            Dialect::Chat | Dialect::Responses => "rate_limit_exceeded",
            Dialect::Messages => "rate_limit_error",
            Dialect::Gemini => "RATE_LIMIT_EXCEEDED",
        };
        assert_eq!(dialect.error_name(&refused.json()), name);
        let secs = number(&refused, "retry-after");
        assert!((1..=30).contains(&secs), "{secs}");
        let expected = format!("this key's limit of 2 requests per minute is used up; try again in {secs} s");
        assert_eq!(message(&refused), expected);
        if dialect == Dialect::Gemini {
            assert_eq!(refused.json()["error"]["details"][1]["retryDelay"], format!("{secs}s"));
        }
        let record = gateway.record(refused.call()).await;
        let told = (&record["outcome"], &record["error_message"], &record["status_code"], &record["attempts"]);
        assert_eq!(told, (&json!("refused"), &json!("rate_limit_exceeded"), &json!(429), &json!([])), "{record}");
        assert_eq!(upstream.requests().len(), 2);
        gateway.finish().await;
    }
}

#[tokio::test]
async fn limited_callers_are_told_what_is_left_in_the_headers_of_their_dialect() {
    let limits = json!({"requests_per_minute": 6, "tokens_per_minute": 60_000});
    let upstream = start(Dialect::Chat).await;
    let gateway = limited(&upstream, &limits).await;
    let got = gateway.call(ask(&gateway, Dialect::Chat, (KEY, "m"))).await;
    assert_eq!((got.header("x-ratelimit-limit-requests"), got.header("x-ratelimit-remaining-requests")), ("6", "5"));
    assert!(["10s", "9s", "8s", "7s"].contains(&got.header("x-ratelimit-reset-requests")), "{:?}", got.headers);
    assert_eq!(got.header("x-ratelimit-limit-tokens"), "60000");
    assert!((50_000..60_000).contains(&number(&got, "x-ratelimit-remaining-tokens")), "{:?}", got.headers);
    assert!(got.header("x-ratelimit-reset-tokens").ends_with('s'), "{:?}", got.headers);
    gateway.finish().await;

    let upstream = start(Dialect::Messages).await;
    let gateway = limited(&upstream, &limits).await;
    let got = gateway.call(ask(&gateway, Dialect::Messages, (KEY, "m"))).await;
    let named = |what: &str| got.header(&format!("anthropic-ratelimit-{what}"));
    // The upstream said 999.
    assert_eq!((named("requests-limit"), named("requests-remaining"), named("tokens-limit")), ("6", "5", "60000"));
    for reset in [named("requests-reset"), named("tokens-reset")] {
        let at = chrono::DateTime::parse_from_rfc3339(reset).unwrap().timestamp();
        let away = at - chrono::Utc::now().timestamp();
        assert!((0..=11).contains(&away) && reset.ends_with('Z'), "{reset}");
    }
    gateway.finish().await;

    let upstream = start(Dialect::Gemini).await;
    let gateway = limited(&upstream, &limits).await;
    let got = gateway.call(ask(&gateway, Dialect::Gemini, (KEY, "m"))).await;
    assert_eq!(got.status, 200);
    assert!(got.headers.keys().all(|name| !name.as_str().contains("ratelimit")), "{:?}", got.headers);
    gateway.finish().await;
}

#[tokio::test]
async fn callers_without_limits_see_what_the_upstream_says() {
    let upstream = start(Dialect::Chat).await;
    let gateway = limited(&upstream, &json!({"concurrency": 5})).await;
    let got = call(&gateway, KEY, "m").await;
    assert_eq!((got.header("x-ratelimit-remaining-requests"), got.header("x-ratelimit-limit-requests")), ("9999", ""));
    gateway.finish().await;
}

#[tokio::test]
async fn tokens_are_reserved_while_a_call_runs_and_settled_by_what_it_used() {
    let upstream = start(Dialect::Chat).await;
    let gateway = limited(&upstream, &json!({"tokens_per_minute": 1_200})).await;
    upstream.hold();
    gateway.expect_records(1);
    let first = tokio::spawn(ask(&gateway, Dialect::Chat, (KEY, "m")).send());
    upstream.wait_for_requests(1).await;
    // An answer may have a thousand tokens, so there is no room for a second one.
    let refused = call(&gateway, KEY, "m").await;
    assert_eq!(refused.status, 429, "{}", refused.text());
    assert!(message(&refused).starts_with("this key's limit of 1200 tokens per minute is used up; try again in "));
    assert!(number(&refused, "x-ratelimit-remaining-tokens") < 400, "{:?}", refused.headers);
    upstream.release();
    let first = Answer::of(first.await.unwrap().unwrap()).await;
    let usage = gateway.record(first.call()).await["usage"].clone();
    let used = usage["input"].as_u64().unwrap() + usage["output"].as_u64().unwrap();
    assert!((1..100).contains(&used), "{usage}");
    // It was short, and what it did not use is there again, less what the next one may use.
    let next = call(&gateway, KEY, "m").await;
    assert_eq!(next.status, 200, "{}", next.text());
    let left = number(&next, "x-ratelimit-remaining-tokens");
    assert!(left + 1_024 + used <= 1_200, "{left} are left after {used}");
    gateway.finish().await;
}

#[tokio::test]
async fn calls_that_never_reach_an_upstream_use_no_tokens() {
    let upstream = start(Dialect::Chat).await;
    let gateway = limited(&upstream, &json!({"tokens_per_minute": 1_200, "requests_per_minute": 50})).await;
    for _ in 0..5 {
        let got = call(&gateway, KEY, "no-such-model").await;
        assert_eq!(got.status, 404, "{}", got.text());
        assert!(got.header("x-ratelimit-limit-tokens") == "1200", "{:?}", got.headers);
    }
    let got = call(&gateway, KEY, "m").await;
    assert_eq!((got.status, number(&got, "x-ratelimit-remaining-requests")), (200, 44), "{}", got.text());
    gateway.finish().await;
}

#[tokio::test]
async fn what_has_no_model_do_anything_is_not_limited() {
    let upstream = start(Dialect::Messages).await;
    let gateway = limited(&upstream, &json!({"requests_per_minute": 1})).await;
    assert_eq!(gateway.call(ask(&gateway, Dialect::Messages, (KEY, "m"))).await.status, 200);
    for _ in 0..3 {
        assert_eq!(gateway.turned_away(gateway.ask(Method::GET, "/v1/models")).await.status, 200);
        let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]}).to_string();
        let count = gateway.post("/v1/messages/count_tokens", body);
        assert_eq!(gateway.call(count.header("anthropic-version", "2023-06-01")).await.status, 200);
    }
    assert_eq!(gateway.call(ask(&gateway, Dialect::Messages, (KEY, "m"))).await.status, 429);
    gateway.finish().await;
}

#[tokio::test]
async fn a_stream_takes_its_place_until_it_ends_or_its_client_leaves() {
    let pace = Pace { between_chunks_ms: 20, chunks: Some(2_000), ..Pace::default() };
    let upstream = Upstream::start(Dialect::Chat.kind(), Script::new(Act::from(pace))).await.unwrap();
    let gateway = limited(&upstream, &json!({"concurrency": 1})).await;
    let request = || gateway.post("/v1/chat/completions", Dialect::Chat.request("m", true).to_string());
    for _ in 0..3 {
        // The one before would go on for 40 s.
        let mut stream = eventually("the place of a client that left", async || {
            Some(gateway.open(request()).await).filter(|answer| answer.status() == 200)
        })
        .await;
        stream.chunk().await.unwrap().unwrap();
        let refused = gateway.call(request()).await;
        assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "{}", refused.text());
        let expected = "this key's limit of 1 call at once is reached; try again when one of them has ended";
        assert_eq!(message(&refused), expected);
    }
    gateway.finish().await;
}

#[tokio::test]
async fn the_keys_of_a_user_share_its_limit_and_the_users_of_a_group_theirs() {
    let upstream = start(Dialect::Chat).await;
    let per_minute = |requests| Limits { requests_per_minute: Some(requests), ..Limits::NONE };
    let gateway = gateway_with_team(&upstream, per_minute(3), per_minute(2)).await;
    let [first, second, bobs] = KEYS;
    for key in [first, second] {
        assert_eq!(call(&gateway, key, "m").await.status, 200);
    }
    let refused = call(&gateway, first, "m").await;
    assert!(message(&refused).starts_with("this user's limit of 2 requests per minute"), "{}", refused.text());
    let got = call(&gateway, bobs, "m").await;
    // Of Bob's own two one is left, but of the group's three none.
    assert_eq!((got.status, number(&got, "x-ratelimit-remaining-requests")), (200, 0));
    let refused = call(&gateway, bobs, "m").await;
    assert!(message(&refused).starts_with("this group's limit of 3 requests per minute"), "{}", refused.text());
    gateway.finish().await;
}

#[tokio::test]
async fn all_callers_share_the_limit_of_a_model_however_they_spell_it() {
    let upstream = start(Dialect::Chat).await;
    let keys = json!([{"name": "a", "secret": KEY}, {"name": "b", "secret": "ag-another-another-another"}]);
    let models = json!({"models": [{"model": "m", "limits": {"requests_per_minute": 2}}]});
    let gateway = gateway_with(&upstream, json!({"keys": keys, "routing": models})).await;
    assert_eq!(call(&gateway, KEY, "m").await.status, 200);
    assert_eq!(call(&gateway, "ag-another-another-another", "p/m").await.status, 200);
    for name in ["m", "M", "p/m", "m-latest"] {
        let refused = call(&gateway, KEY, name).await;
        assert!(message(&refused).starts_with("this model's limit of 2 requests per minute"), "{}", refused.text());
    }
    let other = call(&gateway, KEY, "n").await;
    assert_eq!((other.status, other.header("x-ratelimit-remaining-requests")), (200, "9999"));
    gateway.finish().await;
}

#[tokio::test]
async fn limits_change_while_the_gateway_runs() {
    let upstream = start(Dialect::Chat).await;
    let gateway = gateway_with_team(&upstream, Limits::NONE, Limits::NONE).await;
    let key = KEYS[0];
    assert_eq!(call(&gateway, key, "m").await.header("x-ratelimit-limit-requests"), "");
    let id = sluice_domain::id::KeyId(gateway.key_named(key).await["id"].as_i64().unwrap());
    let store = gateway.store().await;
    for requests in [Some(1), Some(1_000), None] {
        let limits = Limits { requests_per_minute: requests, ..Limits::NONE };
        let patch = KeyPatch { limits: Some(limits), ..KeyPatch::default() };
        store.update_key(id, None, patch).await.unwrap();
        let limit = requests.map(|requests| requests.to_string()).unwrap_or_default();
        let got = eventually("the limit to be in force", async || {
            let got = call(&gateway, key, "m").await;
            (got.header("x-ratelimit-limit-requests") == limit).then_some(got)
        })
        .await;
        assert_eq!(got.status, 200);
        if requests == Some(1) {
            assert_eq!(call(&gateway, key, "m").await.status, 429);
        }
    }
    store.close().await.unwrap();
    gateway.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_calls_at_once_no_more_are_admitted_than_the_limit_says() {
    const LIMIT: u64 = 100;
    let upstream = start(Dialect::Chat).await;
    let gateway = limited(&upstream, &json!({"requests_per_minute": LIMIT})).await;
    let began = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..1_000 {
        gateway.expect_records(1);
        let request = ask(&gateway, Dialect::Chat, (KEY, "m"));
        calls.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    let statuses = calls.join_all().await;
    // One comes back every 600 ms.
    let came_back = u64::try_from(began.elapsed().as_millis()).unwrap() / 600 + 1;
    let admitted = statuses.iter().filter(|&&status| status == 200).count() as u64;
    assert!((LIMIT..=LIMIT + came_back).contains(&admitted), "{admitted}, and {came_back} came back");
    assert_eq!(statuses.iter().filter(|&&status| status == 429).count() as u64, 1_000 - admitted);
    assert_eq!(upstream.requests().len() as u64, admitted);
    gateway.finish().await;
}
