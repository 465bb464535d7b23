//! Configurations of other gateways, as they are: the program starts with each and serves calls the way they did, but for
//! what was wrong with it.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Act, Contract, Failure, Kind, Received, Script, Settings, Upstream};
use tempfile::TempDir;
use uuid::Uuid;

use crate::client::Answer as Got;
use crate::gateway::{Gateway, Launch, program};
use crate::samples::Dialect;

const CHAT: &str = "/v1/chat/completions";

fn upstream(secret: &str) -> Upstream {
    let script = Script::default().with_contract(Contract::Headers);
    Upstream::start_with(Settings::new(Kind::OpenAi).with_secret(secret), script).unwrap()
}

/// Takes every secret: who came with which is told by the headers.
async fn any_secret() -> Upstream {
    Upstream::start(Kind::OpenAi, Script::default().with_contract(Contract::Off)).await.unwrap()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// Starts with `GATEWAY_ROUTES` and these variables besides.
async fn with_routes(routes: Value, more: &[(&'static str, String)]) -> Gateway {
    let variables: Vec<_> = [("GATEWAY_ROUTES", routes.to_string())].into_iter().chain(more.iter().cloned()).collect();
    Gateway::start_as(folder(&[]), Launch::of(None, &variables)).await
}

fn body_of(request: &Received) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// Names of the upstream models that were asked for, in order.
fn models_asked(upstream: &Upstream) -> Vec<String> {
    upstream.requests().iter().map(|request| body_of(request)["model"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn tokens_lead_to_their_upstreams() {
    let (first, second) = (upstream("k-1"), upstream("k-2"));
    let routes = json!([
        {"token": "t1", "provider": "One", "base_url": format!("{}/v1/", first.base_url()), "api_key": "k-1",
         "default_model": "dm", "extra_headers": {"X-Title": "mine"}},
        {"token": "t2", "provider": "two", "base_url": format!("{}/v1", second.base_url()), "api_keys": ["k-2"]},
    ]);
    let gateway = with_routes(routes, &[]).await;
    let call = |carrier: &'static str, token: &'static str, body: &str| {
        gateway
            .bare(Method::POST, CHAT)
            .header(carrier, token)
            .header("content-type", "application/json")
            .body(body.to_owned())
    };
    let messages = r#""messages":[{"role":"user","content":"hi"}]"#;
    let plain = gateway.call(call("x-api-key", "t1", &format!("{{{messages}}}"))).await;
    assert_eq!(plain.status, 200, "{}", plain.text());
    let request = &first.requests()[0];
    assert_eq!((body_of(request)["model"].as_str(), request.header("x-title")), (Some("dm"), Some("mine")));
    let stream = gateway
        .call(call("authorization", "bearer   t2  ", &format!(r#"{{"model":"any/name","stream":true,{messages}}}"#)))
        .await;
    assert!(stream.status == 200 && stream.text().contains("[DONE]"), "{}", stream.text());
    assert_eq!(models_asked(&second), ["any/name"]);
    for (carrier, token) in [("x-api-key", "t3"), ("authorization", "Basic t1"), ("x-other", "t1")] {
        assert_eq!(gateway.turned_away(call(carrier, token, "{}")).await.status, 401, "{carrier} {token}");
    }
    gateway.finish().await;
}

#[tokio::test]
async fn the_calls_id_says_which_key_goes_first_and_the_next_takes_over() {
    let upstream = any_secret().await;
    let keys = ["k-0", "k-1", "k-2"];
    let routes = json!([{"token": "t1", "base_url": format!("{}/v1", upstream.base_url()), "api_keys": keys}]);
    let gateway = with_routes(routes, &[]).await;
    let call = || gateway.bare(Method::POST, CHAT).header("x-api-key", "t1").json(&Dialect::Chat.request("m", false));
    for _ in 0..6 {
        let got = gateway.call(call()).await;
        let index = Uuid::parse_str(got.call()).unwrap().as_u128() % 3;
        let sent = upstream.requests().last().unwrap().header("authorization").map(str::to_owned);
        assert_eq!(sent, Some(format!("Bearer k-{index}")));
    }
    upstream.forget();
    upstream.set_script(Script::first(1, Act::error(Failure::new(500, "no"))).with_contract(Contract::Off));
    let got = gateway.call(call()).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let index = Uuid::parse_str(got.call()).unwrap().as_u128() % 3;
    let sent: Vec<_> =
        upstream.requests().iter().map(|request| request.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(sent, [index, (index + 1) % 3].map(|index| format!("Bearer k-{index}")));
    gateway.finish().await;
}

#[tokio::test]
async fn a_chat_url_is_called_as_it_is_written() {
    let upstream = any_secret().await;
    let chat_url = format!("{}/odd/place/?v=1", upstream.base_url());
    let variables = [
        ("GATEWAY_TOKEN", "g1".to_owned()),
        ("PROVIDER", "custom".to_owned()),
        ("UPSTREAM_BASE_URL", format!("{}/v1", upstream.base_url())),
        ("UPSTREAM_CHAT_URL", chat_url),
        ("UPSTREAM_API_KEY", "u".to_owned()),
        ("DEFAULT_MODEL", "dm".to_owned()),
    ];
    upstream.set_script(
        Script::new(Act::bytes("application/json", r#"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}]}"#))
            .with_contract(Contract::Off),
    );
    let gateway = Gateway::start_as(folder(&[]), Launch::of(None, &variables)).await;
    let got =
        gateway.call(gateway.bare(Method::POST, CHAT).bearer_auth("g1").json(&Dialect::Chat.request("m", false))).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert_eq!(upstream.requests()[0].target, "/odd/place/?v=1");
    gateway.finish().await;
}

#[tokio::test]
async fn a_short_chat_has_its_old_shape() {
    let upstream = any_secret().await;
    let routes = json!([{"token": "t1", "provider": "p", "base_url": format!("{}/v1", upstream.base_url()),
                         "api_key": "k", "default_model": "dm"}]);
    let gateway = with_routes(routes, &[]).await;
    upstream.set_script(Script::new(Act::text("hello")).with_contract(Contract::Off));
    let chat = |body: Value| gateway.bare(Method::POST, "/chat").header("x-api-key", "t1").json(&body);
    let got = gateway.call(chat(json!({"message": "hi"}))).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let answer = got.json();
    assert_eq!((&answer["reply"], &answer["model"], &answer["provider"]), (&json!("hello"), &json!("dm"), &json!("p")));
    assert_eq!((&answer["request_id"], &answer["upstream_status"]), (&json!(got.header("x-request-id")), &json!(200)));
    assert!(answer["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0));
    assert_eq!(upstream.requests()[0].body, r#"{"model":"dm","messages":[{"role":"user","content":"hi"}]}"#);
    upstream.forget();
    gateway
        .call(chat(
            json!({"message": "hi", "system": "s", "temperature": 0, "max_tokens": "5", "model": "mm", "zz": 1}),
        ))
        .await;
    let expected = r#"{"model":"mm","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"temperature":0.0,"max_tokens":5}"#;
    assert_eq!(upstream.requests()[0].body, expected);
    let wrong = gateway.turned_away(chat(json!({"message": 5}))).await;
    assert_eq!((wrong.status, &wrong.json()["detail"]), (422, &json!("must be text")));
    let stranger = gateway.turned_away(gateway.bare(Method::POST, "/chat").body("{nope")).await;
    assert_eq!(stranger.status, 401);
    upstream.set_script(
        Script::new(Act::error(Failure::new(429, "slow down k-0")).with_header("retry-after", "7"))
            .with_contract(Contract::Off),
    );
    let limited = gateway.call(chat(json!({"message": "hi"}))).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, "7"), "{}", limited.text());
    assert!(limited.json()["detail"].is_string());
    gateway.finish().await;
}

/// cost-optimal's file in front of two upstreams.
fn cost_optimal(first: &Upstream, second: &Upstream) -> String {
    let (p, q) = (first.base_url(), second.base_url());
    format!(
        "listen: 127.0.0.1:8000
api_keys:
  - sk-admin-gateway-key
default_provider: p
save_usage: true
providers:
  - id: p
    base_url: {p}/v1
    access_token: sk-upstream
    timeout: 30
    headers:
      x-title: mine
  - id: q
    base_url: {q}/v1/
    access_token: sk-upstream
    type: openai
    timeout: 30s
models:
  - model: m
    providers:
      - provider: p
        model: a
    rules:
      - rule: TokenCount > 50
        providers:
          - provider: q
            model: long
      - rule: Path == \"/v1/responses\"
        providers:
          q: r1
          p: r2
  - model: both
    providers: [q, p]
alias:
  - model: nick
    target: m
"
    )
}

const OLD_KEY: &str = "sk-admin-gateway-key";

async fn ask(gateway: &Gateway, path: &str, body: &Value) -> Got {
    gateway.call(gateway.bare(Method::POST, path).bearer_auth(OLD_KEY).json(body)).await
}

#[tokio::test]
async fn an_old_yaml_file_routes_as_it_did() {
    let (p, q) = (upstream("sk-upstream"), upstream("sk-upstream"));
    let dir = folder(&[("config.yaml", &cost_optimal(&p, &q))]);
    let gateway = Gateway::start_as(dir, Launch::of(Some("config.yaml"), &[])).await;
    let chat = |model: &str, text: &str| json!({"model": model, "messages": [{"role": "user", "content": text}]});
    for (model, text, at_p, at_q) in [
        ("m", "hi", Some("a"), None),
        ("nick", "hi", Some("a"), None),
        ("m", &"a long story ".repeat(60), None, Some("long")),
        ("zzz", "hi", Some("zzz"), None),
        ("both", "hi", None, Some("both")),
    ] {
        p.forget();
        q.forget();
        let got = ask(&gateway, CHAT, &chat(model, text)).await;
        assert_eq!(got.status, 200, "{model}: {}", got.text());
        let asked = (models_asked(&p), models_asked(&q));
        let expected = [at_p, at_q].map(|model| model.map(str::to_owned).into_iter().collect::<Vec<_>>());
        assert_eq!([asked.0, asked.1], expected, "{model}");
    }
    ask(&gateway, CHAT, &chat("m", "hi")).await;
    assert_eq!(p.requests()[0].header("x-title"), Some("mine"));
    gateway.finish().await;
}

#[tokio::test]
async fn an_old_yaml_file_fails_over_in_its_order() {
    let (p, q) = (upstream("sk-upstream"), upstream("sk-upstream"));
    let dir = folder(&[("config.yaml", &cost_optimal(&p, &q))]);
    let gateway = Gateway::start_as(dir, Launch::of(Some("config.yaml"), &[])).await;
    p.set_script(Script::new(Act::error(Failure::new(500, "no"))).with_contract(Contract::Headers));
    let responses = json!({"model": "m", "input": "x"});
    let got = ask(&gateway, "/v1/responses", &responses).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert_eq!((models_asked(&p), models_asked(&q)), (vec!["r2".to_owned()], vec!["r1".to_owned()]));
    let usage = usage_of(&gateway, got.call()).await;
    let told: Vec<_> = usage["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| (record["provider"].clone(), record["status"].clone(), record["attempt"].clone()))
        .collect();
    assert_eq!(told, [(json!("q"), json!("success"), json!(2)), (json!("p"), json!("failure"), json!(1))]);
    gateway.finish().await;
}

async fn usage_of(gateway: &Gateway, call: &str) -> Value {
    gateway.record(call).await;
    let path = format!("/usage?request_id={call}");
    gateway.turned_away(gateway.bare(Method::GET, &path).bearer_auth(OLD_KEY)).await.json()
}

#[tokio::test]
async fn the_addresses_of_the_old_yaml_gateway_answer() {
    let (p, q) = (upstream("sk-upstream"), upstream("sk-upstream"));
    let dir = folder(&[("config.yaml", &cost_optimal(&p, &q))]);
    let gateway = Gateway::start_as(dir, Launch::of(Some("config.yaml"), &[])).await;
    let get = |path: &str| gateway.bare(Method::GET, path).bearer_auth(OLD_KEY);
    let none = gateway.turned_away(get("/usage?request_id=none")).await;
    let nothing =
        json!({"summary": {"total_requests": 0, "total_prompt_tokens": 0, "total_completion_tokens": 0}, "data": []});
    assert_eq!(none.json(), nothing);
    assert_eq!(gateway.turned_away(gateway.bare(Method::GET, "/usage")).await.status, 401);
    assert_eq!(gateway.turned_away(get("/usage/request_detail")).await.status, 400);
    assert_eq!(gateway.turned_away(get("/usage/request_detail?request_id=x")).await.status, 404);
    let got = ask(&gateway, CHAT, &Dialect::Chat.request("both", false)).await;
    let record = &usage_of(&gateway, got.call()).await["data"][0];
    assert_eq!(
        (&record["path"], &record["original_model"], &record["status_code"]),
        (&json!(CHAT), &json!("both"), &json!(200))
    );
    assert!(record["duration"].as_u64().is_some_and(|nanos| nanos >= 1_000_000));
    let detail = gateway.turned_away(get(&format!("/usage/request_detail?request_id={}", got.call()))).await;
    assert_eq!((&detail.json()["request_id"], &detail.json()["method"]), (&json!(got.call()), &json!("POST")));
    for (path, status) in
        [("/healthz", 200), ("/health", 200), ("/api/health", 200), ("/dashboard", 200), ("/dashboard/", 200)]
    {
        assert_eq!(gateway.turned_away(gateway.bare(Method::GET, path)).await.status, status, "{path}");
    }
    gateway.finish().await;
}

/// Two keys, sealed under `testkey`; both open to `sk-abc`.
const SEALED: [&str; 2] =
    ["U2FsdGVkX1/e4HnJ0iWGBIburv5gB3LdIMuX/nIU2jM=", "U2FsdGVkX19ir0wiFw5VU2JF1UdzHZjtqTYS88HqtQo="];

fn provider_file(name: &str, base_url: &str) -> String {
    let headers = json!({"Authorization": "Bearer {{api_key}}", "Content-Type": "application/json"});
    json!({"provider": name, "name": name, "base_url": base_url, "auth_type": "bearer", "headers": headers,
           "models": [{"name": "gpt-4"}]})
    .to_string()
}

async fn execute(database: &Path, statements: &str) {
    use sea_orm::ConnectionTrait;
    let connection = sea_orm::Database::connect(format!("sqlite://{}?mode=rwc", database.display())).await.unwrap();
    connection.execute_unprepared(statements).await.unwrap();
    connection.close().await.unwrap();
}

/// A folder of API-Proxy with a cheap and a dear key of `openai`, and one of a provider of its own.
async fn api_proxy(openai: &Upstream, mine: &Upstream) -> TempDir {
    let (at_openai, at_mine) = (format!("{}/v1", openai.base_url()), format!("{}/v1", mine.base_url()));
    let dir = folder(&[
        ("configs/providers/openai.json", &provider_file("openai", &at_openai)),
        ("configs/providers/mine.json", &provider_file("mine", &at_mine)),
        ("data/readme", ""),
    ]);
    let [first, second] = SEALED;
    let statements = format!(
        "CREATE TABLE api_keys (id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, name TEXT NOT NULL, \
         api_key TEXT NOT NULL, api_secret TEXT, base_url TEXT NOT NULL, cost_per_request REAL DEFAULT 0, \
         remaining_quota INTEGER DEFAULT -1, total_quota INTEGER DEFAULT -1, is_active BOOLEAN DEFAULT 1); \
         INSERT INTO api_keys (provider, name, api_key, base_url, cost_per_request) VALUES \
         ('openai', 'dear', '{first}', '{at_openai}', 0.5), ('openai', 'cheap', '{second}', '{at_openai}', 0.1), \
         ('mine', 'only', '{first}', '{at_mine}', 0.9);"
    );
    execute(&dir.path().join("data/api_proxy.db"), &statements).await;
    dir
}

#[tokio::test]
async fn a_folder_of_api_proxy_serves_its_addresses() {
    let (openai, mine) = (upstream("sk-abc"), upstream("sk-abc"));
    let dir = api_proxy(&openai, &mine).await;
    let variables =
        [("ENCRYPTION_KEY", "testkey".to_owned()), ("SLUICE_LEGACY__ALLOW_LOOPBACK_WITHOUT_KEY", "true".to_owned())];
    let gateway = Gateway::start_as(dir, Launch::of(Some("."), &variables)).await;
    let body = Dialect::Chat.request("gpt-4", false);
    let post = |path: &str| gateway.bare(Method::POST, path).json(&body);
    for (path, at_mine) in [
        ("/api/v1/chat/completions", false),
        ("/api/chat/completions?provider=mine", true),
        ("/api/v1/chat/completions?provider=nope", false),
        ("/api/proxy/mine/chat/completions", true),
        ("/api/proxy/openai/v1/chat/completions", false),
    ] {
        openai.forget();
        mine.forget();
        let got = gateway.call(post(path)).await;
        assert_eq!(got.status, 200, "{path}: {}", got.text());
        let counts = (openai.requests().len(), mine.requests().len());
        assert_eq!(counts, if at_mine { (0, 1) } else { (1, 0) }, "{path}");
    }
    let stream = gateway
        .call(gateway.bare(Method::POST, "/api/v1/chat/completions").json(&Dialect::Chat.request("gpt-4", true)))
        .await;
    assert!(stream.status == 200 && stream.text().contains("[DONE]"), "{}", stream.text());
    assert_eq!(gateway.call(post("/api/proxy/nobody/chat/completions")).await.status, 404);
    openai.set_script(Script::new(Act::error(Failure::new(429, "slow down"))).with_contract(Contract::Headers));
    let got = gateway.call(post("/api/v1/chat/completions")).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let record = gateway.record(got.call()).await;
    assert_eq!(record["provider_name"], "mine");
    gateway.finish().await;
}

/// What the candidates of a model have left, by the order in which they would be tried.
async fn calls_left(gateway: &Gateway, model: &str) -> Vec<(i64, Value)> {
    let preview = gateway.admin(Method::POST, "/api/route/preview", Some(json!({"model": model}))).await;
    let candidates = preview.json()["data"]["decision"]["candidates"].as_array().unwrap().clone();
    let shown = |one: &Value| (one["calls_left"].as_i64().unwrap_or(-1), one["obstacle"]["code"].clone());
    candidates.iter().map(shown).collect()
}

#[tokio::test]
async fn quotas_of_api_proxy_are_counted_down_and_a_restart_forgets_none() {
    let (upstream, body) = (any_secret().await, Dialect::Chat.request("gpt-4", false));
    let address = format!("{}/v1", upstream.base_url());
    let dir = folder(&[("configs/providers/mine.json", &provider_file("mine", &address)), ("data/readme", "")]);
    let [first, second] = SEALED;
    let statements = format!(
        "CREATE TABLE api_keys (id INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, name TEXT NOT NULL, \
         api_key TEXT NOT NULL, api_secret TEXT, base_url TEXT NOT NULL, cost_per_request REAL DEFAULT 0, \
         remaining_quota INTEGER DEFAULT -1, total_quota INTEGER DEFAULT -1, is_active BOOLEAN DEFAULT 1); \
         INSERT INTO api_keys (provider, name, api_key, base_url, cost_per_request, remaining_quota) VALUES \
         ('mine', 'z1', '{first}', '{address}', 0.0, 3), ('mine', 'z2', '{second}', '{address}', 0.2, 3), \
         ('mine', 'spent', '{first}', '{address}', 0.0, 0);"
    );
    execute(&dir.path().join("data/api_proxy.db"), &statements).await;
    let variables =
        [("ENCRYPTION_KEY", "testkey".to_owned()), ("SLUICE_LEGACY__ALLOW_LOOPBACK_WITHOUT_KEY", "true".to_owned())];
    let mut gateway = Gateway::start_as(dir, Launch::of(Some("."), &variables)).await;
    let post = |gateway: &Gateway| gateway.bare(Method::POST, "/api/v1/chat/completions").json(&body);
    let used_up = json!("calls_used_up");
    assert_eq!(
        calls_left(&gateway, "gpt-4").await,
        [(3, Value::Null), (3, Value::Null), (0, used_up.clone())],
        "the cheaper of equals goes first"
    );
    let mut credentials = Vec::new();
    for _ in 0..3 {
        let got = gateway.call(post(&gateway)).await;
        assert_eq!(got.status, 200, "{}", got.text());
        credentials.push(gateway.record(got.call()).await["provider_token_id"].clone());
    }
    assert!(credentials[0] == credentials[2] && credentials[0] != credentials[1], "{credentials:?}");
    // What fails is not taken.
    upstream.set_script(Script::new(Act::error(Failure::new(400, "no"))).with_contract(Contract::Off));
    assert_eq!(gateway.call(post(&gateway)).await.status, 400);
    upstream.set_script(Script::default().with_contract(Contract::Off));
    assert_eq!(calls_left(&gateway, "gpt-4").await.iter().map(|(left, _)| *left).collect::<Vec<_>>(), [2, 1, 0]);
    gateway.restart().await;
    assert_eq!(calls_left(&gateway, "gpt-4").await.iter().map(|(left, _)| *left).collect::<Vec<_>>(), [2, 1, 0]);
    for _ in 0..3 {
        assert_eq!(gateway.call(post(&gateway)).await.status, 200);
    }
    let before = upstream.requests().len();
    let refused = gateway.call(post(&gateway)).await;
    assert!(refused.status == 429 || refused.status == 503 || refused.status == 402, "{}", refused.text());
    assert!(refused.text().contains("3 with a key that has no calls left"), "{}", refused.text());
    assert_eq!(upstream.requests().len(), before);
    gateway.finish().await;
}

#[tokio::test]
async fn lists_of_api_proxy_tell_what_there_is() {
    let (openai, mine) = (upstream("sk-abc"), upstream("sk-abc"));
    let dir = api_proxy(&openai, &mine).await;
    let variables =
        [("ENCRYPTION_KEY", "testkey".to_owned()), ("SLUICE_LEGACY__ALLOW_LOOPBACK_WITHOUT_KEY", "true".to_owned())];
    let gateway = Gateway::start_as(dir, Launch::of(Some("configs/providers"), &variables)).await;
    let get = async |path: &str| gateway.turned_away(gateway.bare(Method::GET, path)).await;
    let ids: Vec<Value> =
        get("/api/models").await.json()["data"].as_array().unwrap().iter().map(|model| model["id"].clone()).collect();
    assert_eq!(ids, ["gpt-3.5-turbo", "gpt-4", "gpt-4-turbo"]);
    assert_eq!(get("/api/v1/models/gpt-4").await.json()["id"], "gpt-4");
    assert_eq!(get("/api/v1/models/nope").await.json()["error"]["code"], "model_not_found");
    assert_eq!(get("/api/v1/models/detailed").await.json()["data"].as_array().unwrap().len(), 4);
    let of_mine = get("/api/v1/models/detailed?provider=mine").await.json();
    assert_eq!((&of_mine["data"][0]["openai_id"], &of_mine["data"][1]), (&json!("gpt-4"), &Value::Null));
    let capabilities = get("/api/providers/capabilities").await.json();
    let names: Vec<&Value> =
        capabilities["data"].as_array().unwrap().iter().map(|provider| &provider["provider"]).collect();
    assert_eq!((json!(names), &capabilities["success"]), (json!(["mine", "openai"]), &json!(true)));
    let page = gateway.bare(Method::GET, "/api/models").header("origin", "https://evil.example");
    assert_eq!(gateway.turned_away(page).await.status, 401);
    gateway.finish().await;
}

#[tokio::test]
async fn nobody_calls_without_a_key_unless_it_is_allowed() {
    let (openai, mine) = (upstream("sk-abc"), upstream("sk-abc"));
    let dir = api_proxy(&openai, &mine).await;
    let gateway = Gateway::start_as(dir, Launch::of(Some("."), &[("ENCRYPTION_KEY", "testkey".to_owned())])).await;
    for path in ["/api/v1/models", "/api/providers/capabilities", "/api/v1/models/detailed"] {
        assert_eq!(gateway.turned_away(gateway.bare(Method::GET, path)).await.status, 401, "{path}");
    }
    let body = Dialect::Chat.request("gpt-4", false);
    let call = gateway.bare(Method::POST, "/api/v1/chat/completions").json(&body);
    assert_eq!(gateway.turned_away(call).await.status, 401);
    gateway.finish().await;
}

/// Runs `sluice` with these arguments in a folder.
fn sluice(dir: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = program();
    command.args(arguments).current_dir(dir).env_clear().output().unwrap()
}

#[tokio::test]
async fn an_import_shows_writes_and_keeps_what_the_old_file_says() {
    let (p, q) = (upstream("sk-upstream"), upstream("sk-upstream"));
    let dir = folder(&[("config.yaml", &cost_optimal(&p, &q))]);
    let shown = sluice(dir.path(), &["import", "--from", "config.yaml", "--dry-run"]);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.status.success() && text.contains("TokenCount > 50") && !text.contains("sk-upstream"), "{text}");
    assert!(
        String::from_utf8(shown.stderr).unwrap().contains("would make 2 providers, 2 credentials, 3 routes, 1 keys")
    );
    let written = sluice(dir.path(), &["import", "--from", "config.yaml", "--output", "sluice.yaml"]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let again = sluice(dir.path(), &["import", "--from", "config.yaml", "--output", "sluice.yaml"]);
    assert_eq!(again.status.code(), Some(1));
    let gateway = Gateway::start_as(dir, Launch::of(Some("sluice.yaml"), &[])).await;
    let got = ask(&gateway, CHAT, &Dialect::Chat.request("nick", false)).await;
    assert_eq!((got.status, models_asked(&p)), (200, vec!["a".to_owned()]), "{}", got.text());
    gateway.finish().await;
}

#[tokio::test]
async fn an_import_into_the_database_serves_like_the_old_file() {
    let (p, q) = (upstream("sk-upstream"), upstream("sk-upstream"));
    let dir = folder(&[("config.yaml", &cost_optimal(&p, &q))]);
    let arguments = ["import", "--from", "config.yaml"];
    let early = sluice(dir.path(), &arguments);
    assert!(String::from_utf8_lossy(&early.stderr).contains("there is no administrator yet"));
    let user = sluice(dir.path(), &["user", "create", "--username", "root", "--role", "root"]);
    assert!(user.status.success(), "{}", String::from_utf8_lossy(&user.stderr));
    let made = sluice(dir.path(), &arguments);
    assert_eq!(String::from_utf8_lossy(&made.stdout).trim(), "made 2 providers, 2 credentials, 3 routes and 1 keys");
    let twice = sluice(dir.path(), &arguments);
    assert!(String::from_utf8_lossy(&twice.stderr).contains("there is a provider `p` already"));
    let gateway = Gateway::start_as(dir, Launch::of(None, &[])).await;
    let long = json!({"model": "nick", "messages": [{"role": "user", "content": "a long story ".repeat(60)}]});
    let got = ask(&gateway, CHAT, &long).await;
    assert_eq!((got.status, models_asked(&q)), (200, vec!["long".to_owned()]), "{}", got.text());
    gateway.finish().await;
}

#[test]
fn what_is_wrong_with_an_old_file_is_told_at_once() {
    let dir = folder(&[("config.yaml", "listen: 8080\napi_keys:\n  - ''\nproviders:\n  - id: p\n")]);
    let refused = sluice(dir.path(), &["check", "--config", "config.yaml"]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    for place in ["line 1`: `listen`", "line 3`: `api_keys`", "line 5`: provider `p` lacks `base_url`"] {
        assert!(told.contains(place), "{told}");
    }
}
