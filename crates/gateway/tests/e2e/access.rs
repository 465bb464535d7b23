//! Who may call: every place for a key, every reason to refuse one, in the shape that the caller's SDK reads.

use reqwest::Method;
use serde_json::json;
use sluice_testkit::{Kind, Script, Upstream};

use crate::gateway::{Gateway, KEY, provider};
use crate::samples::Dialect;

async fn start_all() -> Vec<Upstream> {
    let mut upstreams = Vec::new();
    for kind in [Kind::OpenAi, Kind::Anthropic, Kind::Gemini] {
        upstreams.push(Upstream::start(kind, Script::default()).await.unwrap());
    }
    upstreams
}

fn providers(upstreams: &[Upstream]) -> Vec<serde_json::Value> {
    upstreams.iter().map(|upstream| provider(upstream.settings().kind.as_str(), upstream, json!(["m"]))).collect()
}

#[tokio::test]
async fn a_key_is_found_wherever_a_client_puts_it_and_whatever_its_prefix() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let body = Dialect::Chat.request("m", false);
    let path = "/v1/chat/completions";
    for prefix in ["ag-", "sk-", ""] {
        let key = format!("{prefix}{}", &KEY[3..]);
        let carriers = [
            gateway.bare(Method::POST, path).header("authorization", format!("Bearer {key}")),
            gateway.bare(Method::POST, path).header("authorization", format!("bearer {key}")),
            gateway.bare(Method::POST, path).header("authorization", &key),
            gateway.bare(Method::POST, path).header("x-api-key", &key),
            gateway.bare(Method::POST, path).header("x-goog-api-key", &key),
            gateway.bare(Method::POST, &format!("{path}?key={key}")),
            gateway.bare(Method::POST, &format!("{path}?key={key}")).header("authorization", "Bearer "),
        ];
        for request in carriers {
            let got = gateway.call(request.json(&body)).await;
            assert_eq!(got.status, 200, "{prefix}: {}", got.text());
        }
    }
    assert!(upstream.requests().iter().all(|sent| sent.target == path));
    gateway.finish().await;
}

#[tokio::test]
async fn a_missing_or_unknown_key_is_refused_in_the_callers_dialect() {
    let gateway = Gateway::before(Vec::new()).await;
    let names = |dialect| match dialect {
        Dialect::Chat | Dialect::Responses => ("missing_api_key", "invalid_api_key"),
        Dialect::Messages => ("authentication_error", "authentication_error"),
        Dialect::Gemini => ("MISSING_API_KEY", "INVALID_API_KEY"),
    };
    for dialect in Dialect::ALL {
        let request = || gateway.bare(Method::POST, &dialect.path("m", false)).json(&dialect.request("m", false));
        let missing = gateway.turned_away(request()).await;
        let unknown = gateway.turned_away(request().bearer_auth("ag-unknown-unknown-unknown")).await;
        assert_eq!((missing.status, unknown.status), (401, 401));
        assert_eq!((dialect.error_name(&missing.json()), dialect.error_name(&unknown.json())), {
            let (missing, unknown) = names(dialect);
            (missing.to_owned(), unknown.to_owned())
        });
        assert_eq!(unknown.header("content-type"), "application/json");
        assert!(!unknown.call().is_empty());
    }
    gateway.finish().await;
}

#[tokio::test]
async fn a_key_that_is_disabled_expired_or_used_from_elsewhere_is_refused() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!(["m"]))],
        "relay": {"trusted_proxies": ["127.0.0.1"]},
        "keys": [
            {"name": "off", "secret": "ag-disabled-disabled-disabled", "enabled": false},
            {"name": "old", "secret": "ag-expired-expired-expired", "expires_at": "2020-01-01"},
            {"name": "far", "secret": "ag-elsewhere-elsewhere-elsewhere", "addresses": ["192.0.2.0/24"]},
        ],
    }))
    .await;
    let call = |key: &str| {
        let request = gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(key);
        request.json(&Dialect::Chat.request("m", false))
    };
    for (key, status, code) in [
        ("ag-disabled-disabled-disabled", 401, "invalid_api_key"),
        ("ag-expired-expired-expired", 401, "invalid_api_key"),
        ("ag-elsewhere-elsewhere-elsewhere", 403, "ip_not_allowed"),
    ] {
        let got = gateway.turned_away(call(key)).await;
        assert_eq!((got.status, got.json()["error"]["code"].as_str()), (status, Some(code)));
    }
    let far = "ag-elsewhere-elsewhere-elsewhere";
    let outside = gateway.turned_away(call(far).header("x-forwarded-for", "192.0.2.7, 198.51.100.1")).await;
    assert_eq!(outside.status, 403, "what a client writes into the front of the header does not count");
    let inside = gateway.call(call(far).header("x-forwarded-for", "198.51.100.1, 192.0.2.7")).await;
    assert_eq!(inside.status, 200, "{}", inside.text());
    assert_eq!(gateway.record(inside.call()).await["client_ip"], "192.0.2.7");
    gateway.finish().await;
}

#[tokio::test]
async fn forwarding_headers_of_strangers_do_not_count() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!(["m"]))],
        "keys": [{"name": "near", "secret": KEY, "addresses": ["127.0.0.0/8"]}],
    }))
    .await;
    let body = Dialect::Chat.request("m", false).to_string();
    let request = gateway.post("/v1/chat/completions", body).header("x-forwarded-for", "192.0.2.7");
    let got = gateway.call(request.header("x-real-ip", "192.0.2.7")).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert_eq!(gateway.record(got.call()).await["client_ip"], "127.0.0.1");
    gateway.finish().await;
}

#[tokio::test]
async fn a_key_with_a_list_of_models_may_use_those_and_no_others() {
    let upstreams = start_all().await;
    let models = [json!(["gpt-4o", "gpt-4o-mini", "o3"]), json!(["claude-haiku-4-5"]), json!(["gemini-2.5-pro"])];
    let providers: Vec<_> = upstreams
        .iter()
        .zip(models)
        .map(|(upstream, models)| provider(upstream.settings().kind.as_str(), upstream, models))
        .collect();
    let gateway = Gateway::start(json!({
        "providers": providers,
        "keys": [{"name": "some", "secret": KEY, "models": ["gpt-4o*", "claude-haiku-4-5"]}],
    }))
    .await;
    let cases = [
        (Dialect::Chat, "gpt-4o", 200, ""),
        (Dialect::Chat, "gpt-4o-mini", 200, ""),
        (Dialect::Chat, "o3", 403, "model_not_allowed"),
        (Dialect::Responses, "o3", 403, "model_not_allowed"),
        (Dialect::Messages, "claude-haiku-4-5", 200, ""),
        (Dialect::Messages, "claude-opus-5", 403, "permission_error"),
        (Dialect::Gemini, "gemini-2.5-pro", 403, "MODEL_NOT_ALLOWED"),
    ];
    for (dialect, model, status, name) in cases {
        let body = dialect.request(model, false).to_string();
        let request = gateway.post(&dialect.path(model, false), body).header("anthropic-version", "2023-06-01");
        let got = gateway.call(request).await;
        assert_eq!(got.status, status, "{model}: {}", got.text());
        if status != 200 {
            assert_eq!(dialect.error_name(&got.json()), name);
            let record = gateway.record(got.call()).await;
            assert_eq!((&record["outcome"], &record["status_code"]), (&json!("refused"), &json!(403)));
        }
    }
    let listed = gateway.turned_away(gateway.ask(Method::GET, "/v1/models")).await.json();
    let names: Vec<&str> =
        listed["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(names, ["claude-haiku-4-5", "gpt-4o", "gpt-4o-mini"]);
    gateway.finish().await;
}

#[tokio::test]
async fn unknown_paths_methods_and_models_are_refused_in_the_callers_dialect() {
    let upstreams = start_all().await;
    let gateway = Gateway::before(providers(&upstreams)).await;
    let paths = [
        (Dialect::Chat, "/v1/chat/nothing", "unknown_path"),
        (Dialect::Messages, "/v1/messages/nothing", "not_found_error"),
        (Dialect::Gemini, "/v1beta/nothing", "UNKNOWN_PATH"),
    ];
    for (dialect, path, name) in paths {
        let got = gateway.turned_away(gateway.post(path, "{}")).await;
        assert_eq!((got.status, dialect.error_name(&got.json()).as_str()), (404, name), "{path}");
    }
    let methods = [
        (Dialect::Chat, "/v1/chat/completions".to_owned(), "method_not_allowed"),
        (Dialect::Messages, "/v1/messages".to_owned(), "invalid_request_error"),
        (Dialect::Gemini, Dialect::Gemini.path("m", false), "METHOD_NOT_ALLOWED"),
    ];
    for (dialect, path, name) in methods {
        let got = gateway.turned_away(gateway.ask(Method::PUT, &path)).await;
        assert_eq!((got.status, dialect.error_name(&got.json()).as_str()), (405, name), "{path}");
        assert_eq!(got.header("allow"), "POST");
    }
    let models = [
        (Dialect::Chat, "model_not_found"),
        (Dialect::Messages, "not_found_error"),
        (Dialect::Gemini, "MODEL_NOT_FOUND"),
    ];
    for (dialect, name) in models {
        let body = dialect.request("unheard-of", false).to_string();
        let got = gateway.call(gateway.post(&dialect.path("unheard-of", false), body)).await;
        assert_eq!((got.status, dialect.error_name(&got.json()).as_str()), (404, name));
        assert!(got.text().contains("unheard-of"));
    }
    gateway.finish().await;
}

#[tokio::test]
async fn a_key_in_the_query_reaches_neither_the_upstream_nor_a_log() {
    let upstream = Upstream::start(Kind::Gemini, Script::default()).await.unwrap();
    let mut gateway = Gateway::start(json!({
        "providers": [provider("p", &upstream, json!(["m"]))],
        "log": {"level": "trace"},
    }))
    .await;
    let path = format!("/v1beta/models/m:streamGenerateContent?key={KEY}&alt=sse");
    let request = gateway.bare(Method::POST, &path).json(&Dialect::Gemini.request("m", true));
    assert_eq!(gateway.call(request).await.status, 200);
    let wrong = path.replace("m:stream", "unheard-of:stream");
    let request = gateway.bare(Method::POST, &wrong).json(&Dialect::Gemini.request("m", true));
    let got = gateway.call(request).await;
    assert_eq!((got.status, got.text().contains(&KEY[3..])), (404, false));
    let request = gateway.bare(Method::GET, &format!("/v1beta/nothing?key={KEY}"));
    assert!(!gateway.turned_away(request).await.text().contains(&KEY[3..]));
    assert_eq!(upstream.requests()[0].target, "/v1beta/models/m:streamGenerateContent?alt=sse");
    // What is logged is on the disk when the process has ended.
    gateway.terminate();
    gateway.wait_for_exit().await;
    let common = std::fs::read_to_string(gateway.log_dir().join("common.log")).unwrap();
    let errors = std::fs::read_to_string(gateway.log_dir().join("error.log")).unwrap();
    assert!(common.contains("INFO"), "{common}");
    for secret in [&KEY[3..], "sk-upstream"] {
        for text in [&common, &errors, &gateway.log()] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    gateway.finish().await;
}

#[tokio::test]
async fn models_are_listed_in_the_shape_that_the_caller_asks_for() {
    let upstream = Upstream::start(Kind::NewApi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["b", "a", "hidden-*"]))]).await;
    let ask = async |path: &str, header: &str| {
        let request =
            gateway.bare(Method::GET, path).header(header, if header == "x-goog-api-key" { KEY } else { "1" });
        let request = if header == "x-goog-api-key" { request } else { request.bearer_auth(KEY) };
        let got = gateway.turned_away(request).await;
        assert_eq!(got.status, 200, "{}", got.text());
        got.json()
    };
    let openai = ask("/v1/models", "x-nothing").await;
    assert_eq!((&openai["object"], &openai["data"][0]["object"]), (&json!("list"), &json!("model")));
    assert_eq!((&openai["data"][0]["id"], openai["data"].as_array().unwrap().len()), (&json!("a"), 2));
    let anthropic = ask("/v1/models", "anthropic-version").await;
    let told = (&anthropic["data"][0]["type"], &anthropic["first_id"], &anthropic["has_more"]);
    assert_eq!(told, (&json!("model"), &json!("a"), &json!(false)));
    let gemini = ask("/v1beta/models", "x-goog-api-key").await;
    assert_eq!(gemini["models"][0]["name"], "models/a");
    assert_eq!(ask("/v1/models/b", "x-nothing").await["id"], "b");
    assert_eq!(ask("/v1/models/b", "anthropic-version").await["type"], "model");
    assert_eq!(ask("/v1beta/models/b", "x-goog-api-key").await["name"], "models/b");
    assert!(upstream.requests().is_empty(), "the list is the gateway's own");
    gateway.finish().await;
}
