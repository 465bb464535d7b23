//! Where calls go: names, aliases, rules, strategies, warm caches, and the reasons that are told.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

use crate::client::Answer;
use crate::gateway::{Gateway, KEY, provider, with};
use crate::samples::Dialect;

const CHAT: &str = "/v1/chat/completions";

async fn upstream() -> Upstream {
    Upstream::start(Kind::OpenAi, Script::default()).await.unwrap()
}

async fn ask(gateway: &Gateway, model: &str) -> (Answer, Value) {
    ask_with(gateway, &Dialect::Chat.request(model, false)).await
}

async fn ask_with(gateway: &Gateway, body: &Value) -> (Answer, Value) {
    let got = gateway.call(gateway.post(CHAT, body.to_string())).await;
    let record = gateway.record(got.call()).await;
    (got, record)
}

fn sent_model(upstream: &Upstream) -> String {
    let body: Value = serde_json::from_slice(&upstream.requests().last().unwrap().body).unwrap();
    body["model"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_name_leads_to_the_model_however_an_upstream_spells_it() {
    let (dated, labelled) = (upstream().await, upstream().await);
    let gateway = Gateway::before(vec![
        provider("dated", &dated, json!(["gpt-4o-2024-08-06"])),
        provider("labelled", &labelled, json!(["[VIP]claude-3-5-sonnet"])),
    ])
    .await;
    for (asked, at, sent) in [
        ("gpt-4o", &dated, "gpt-4o-2024-08-06"),
        ("GPT-4o-latest", &dated, "gpt-4o-2024-08-06"),
        ("claude-sonnet-3.5", &labelled, "[VIP]claude-3-5-sonnet"),
    ] {
        let (got, _) = ask(&gateway, asked).await;
        assert_eq!(got.status, 200, "{asked}: {}", got.text());
        assert_eq!(sent_model(at), sent, "{asked}");
    }
    let (got, _) = ask(&gateway, "gpt-5.4").await;
    assert_eq!((got.status, &got.json()["error"]["code"]), (404, &json!("model_not_found")));
    gateway.finish().await;
}

#[tokio::test]
async fn a_prefix_pins_a_provider_and_a_key_may_be_bound_to_one() {
    let (one, two) = (upstream().await, upstream().await);
    let bound = "ag-bound-bound-bound-bound-bound";
    let gateway = Gateway::start(json!({
        "providers": [
            with(provider("one", &one, json!(["m"])), json!({"priority": 9})),
            provider("two", &two, json!(["m"])),
        ],
        "keys": [
            {"name": "main", "secret": KEY},
            {"name": "bound", "secret": bound, "providers": ["two"], "default_model": "m"},
        ],
    }))
    .await;
    let (got, record) = ask(&gateway, "two/m").await;
    assert_eq!((got.status, &record["provider_name"]), (200, &json!("two")), "{}", got.text());
    assert_eq!(sent_model(&two), "m");

    gateway.expect_records(1);
    let request = gateway
        .bare(Method::POST, CHAT)
        .bearer_auth(bound)
        .json(&json!({"messages": [{"role": "user", "content": "hi"}]}));
    let got = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert_eq!((one.requests().len(), two.requests().len(), sent_model(&two).as_str()), (0, 2, "m"));
    gateway.finish().await;
}

#[tokio::test]
async fn an_alias_stands_for_models_and_the_next_one_follows_a_failure() {
    let (dead, alive) = (upstream().await, upstream().await);
    let gone = provider("gone", &dead, json!(["a"]));
    dead.stop().await;
    let gateway = Gateway::start(json!({
        "providers": [gone, provider("alive", &alive, json!(["b"]))],
        "routing": {"aliases": [{"name": "smart", "targets": [{"model": "a", "weight": 1}, {"model": "b", "weight": 0}]}]},
    }))
    .await;
    let (got, record) = ask(&gateway, "smart").await;
    assert_eq!((got.status, &record["provider_name"]), (200, &json!("alive")), "{}", got.text());
    assert_eq!((sent_model(&alive).as_str(), &record["request_model_original"]), ("b", &json!("smart")), "{record}");
    let models = gateway.ask(Method::GET, "/v1/models").send().await.unwrap().text().await.unwrap();
    assert!(models.contains("\"smart\""), "{models}");
    gateway.finish().await;
}

#[tokio::test]
async fn rules_choose_providers_and_models_and_the_record_says_so() {
    let (short, long) = (upstream().await, upstream().await);
    let gateway = Gateway::start(json!({
        "providers": [provider("short", &short, json!(["m"])), provider("long", &long, json!(["other"]))],
        "routing": {"rules": [
            {"name": "long ones", "models": ["m"], "when": "TokenCount > 50", "providers": [{"provider": "long", "model": "long-model"}]},
            {"name": "by header", "when": "Headers[\"x-team\"] == \"red\"", "model": "other"},
        ]},
    }))
    .await;
    let (got, record) = ask(&gateway, "m").await;
    assert_eq!((got.status, &record["provider_name"]), (200, &json!("short")), "{}", got.text());

    let body = json!({"model": "m", "messages": [{"role": "user", "content": "word ".repeat(80)}]});
    let (got, record) = ask_with(&gateway, &body).await;
    assert_eq!((got.status, &record["provider_name"]), (200, &json!("long")), "{}", got.text());
    assert_eq!(sent_model(&long), "long-model");
    let explained = explain(&gateway, got.call()).await;
    assert_eq!(explained["decision"]["rule"], "long ones", "{explained}");

    let request = gateway.post(CHAT, Dialect::Chat.request("m", false).to_string()).header("x-team", "red");
    let got = gateway.call(request).await;
    assert_eq!((got.status, sent_model(&long).as_str()), (200, "other"), "{}", got.text());
    gateway.finish().await;
}

async fn explain(gateway: &Gateway, call: &str) -> Value {
    gateway.record(call).await;
    let answer = gateway.admin(Method::GET, &format!("/api/log/{call}/explain"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["data"].clone()
}

#[tokio::test]
async fn the_reasons_are_kept_with_the_call_and_told_before_it() {
    let (bad, good) = (upstream().await, upstream().await);
    let first = with(provider("bad", &bad, json!(["m"])), json!({"priority": 9}));
    bad.stop().await;
    let gateway = Gateway::before(vec![first, provider("good", &good, json!(["m"]))]).await;
    for _ in 0..5 {
        let (got, _) = ask(&gateway, "m").await;
        assert_eq!(got.status, 200, "{}", got.text());
    }
    let (got, record) = ask(&gateway, "m").await;
    assert_eq!((got.status, &record["attempt_index"]), (200, &json!(1)), "the dead one rests: {record}");
    let explained = explain(&gateway, got.call()).await;
    let candidates = explained["decision"]["candidates"].as_array().unwrap();
    assert_eq!(explained["decision"]["strategy"], "value");
    assert_eq!((&candidates[0]["provider"], &candidates[0]["place"]), (&json!("good"), &json!(1)));
    assert_eq!((&candidates[1]["provider"], &candidates[1]["obstacle"]["code"]), (&json!("bad"), &json!("resting")));

    let preview = gateway.admin(Method::POST, "/api/route/preview", Some(json!({"model": "m"}))).await;
    let preview = &preview.json()["data"];
    assert_eq!(preview["decision"]["candidates"][0]["provider"], "good", "{preview}");
    let unknown = gateway.admin(Method::POST, "/api/route/preview", Some(json!({"model": "nobody"}))).await;
    assert!(unknown.json()["data"]["refusal"].as_str().unwrap().contains("no provider serves the model `nobody`"));
    assert_eq!(good.requests().len(), 6, "a preview calls nobody");
    gateway.finish().await;
}

#[tokio::test]
async fn rules_that_are_not_saved_can_be_previewed_and_change_nothing() {
    let (one, two) = (upstream().await, upstream().await);
    let gateway = Gateway::start(json!({
        "providers": [provider("one", &one, json!(["m"])), provider("two", &two, json!(["m"]))],
        "routing": {"rules": [{"name": "kept", "when": "true", "providers": [{"provider": "one"}]}]},
    }))
    .await;
    let preview = async |rules: Value| {
        let long = "word ".repeat(300);
        let body = json!({"messages": [{"role": "user", "content": long}]});
        let input = json!({"model": "m", "body": body, "rules": rules});
        gateway.admin(Method::POST, "/api/route/preview", Some(input)).await
    };
    let chosen = |preview: &Value| {
        let decision = &preview["data"]["decision"];
        (decision["rule"].clone(), decision["candidates"][0]["provider"].clone())
    };
    let draft = json!([
        {"name": "short", "when": "TokenCount < 50", "providers": [{"provider": "one"}]},
        {"name": "long", "when": "TokenCount > 200", "providers": [{"provider": "two"}, {"provider": "gone"}]},
    ]);
    let drafted = preview(draft).await.json();
    assert_eq!(chosen(&drafted), (json!("long"), json!("two")), "{drafted}");
    assert_eq!(drafted["data"]["problems"], json!(["rule 2 names the provider `gone`, which is not in use"]));
    let none = preview(json!([])).await.json();
    assert_eq!(none["data"]["decision"]["rule"], Value::Null, "{none}");
    let broken = preview(json!([{"name": "bad", "when": "TokenCount >"}])).await;
    assert!(broken.status == 400 && broken.text().contains("rule 1 `bad`"), "{}", broken.text());
    let kept = gateway.admin(Method::POST, "/api/route/preview", Some(json!({"model": "m"}))).await.json();
    assert_eq!(chosen(&kept), (json!("kept"), json!("one")), "nothing was saved: {kept}");
    gateway.finish().await;
}

#[tokio::test]
async fn a_preview_names_every_route_that_is_not_taken_and_why() {
    let (chat, messages) = (upstream().await, Upstream::start(Kind::Anthropic, Script::default()).await.unwrap());
    let gateway = Gateway::start(json!({
        "providers": [
            provider("chat", &chat, json!(["m", "other"])),
            provider("elsewhere", &chat, json!(["m"])),
            with(provider("claude", &messages, json!(["m"])), json!({"priority": 9})),
            with(provider("off", &chat, json!(["m", "gone"])), json!({"enabled": false})),
        ],
        "routing": {"rules": [{"name": "narrow", "models": ["m"], "when": "true", "providers": [{"provider": "chat"}, {"provider": "claude"}]}]},
    }))
    .await;
    let reasons = async |input: Value| {
        let preview = gateway.admin(Method::POST, "/api/route/preview", Some(input)).await.json()["data"].clone();
        let candidates = preview["decision"]["candidates"].as_array().unwrap().clone();
        let reason = |one: &Value| {
            (one["provider"].as_str().unwrap().to_owned(), one["obstacle"]["code"].as_str().unwrap_or("-").to_owned())
        };
        let mut reasons: Vec<(String, String)> = candidates.iter().map(reason).collect();
        reasons.sort();
        (reasons, preview["refusal"].clone())
    };
    let named = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(provider, code)| ((*provider).to_owned(), (*code).to_owned())).collect()
    };
    // Two answers to one question are more than the Messages API can give.
    let (got, refusal) =
        reasons(json!({"model": "m", "body": {"n": 2, "messages": [{"role": "user", "content": "Hi"}]}})).await;
    let all = [("chat", "-"), ("claude", "not_convertible"), ("elsewhere", "not_chosen"), ("off", "disabled")];
    assert_eq!((got, refusal), (named(&all), Value::Null));
    let (got, _) = reasons(json!({"model": "claude/m"})).await;
    let all = [("chat", "pinned_elsewhere"), ("claude", "-"), ("elsewhere", "pinned_elsewhere"), ("off", "disabled")];
    assert_eq!(got, named(&all));
    let speech = json!({"input": "Hi", "voice": "alloy"});
    let (got, _) = reasons(json!({"model": "m", "path": "/v1/audio/speech", "body": speech})).await;
    assert!(got.contains(&("claude".to_owned(), "incapable".to_owned())), "{got:?}");
    let (got, refusal) = reasons(json!({"model": "gone"})).await;
    assert_eq!(got, named(&[("off", "disabled")]));
    assert!(refusal.as_str().unwrap().contains("every route to `gone` is switched off"), "{refusal}");

    // What was found out on the way stays with the call.
    let body = json!({"model": "m", "n": 2, "messages": [{"role": "user", "content": "Hi"}]});
    let (got, _) = ask_with(&gateway, &body).await;
    assert_eq!(got.status, 200, "{}", got.text());
    gateway.finish().await;
}

#[tokio::test]
async fn rules_can_be_tried_before_they_are_in_force() {
    let upstream = upstream().await;
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let body = json!({
        "rules": [{"name": "bad", "when": "Tokencount > 5", "model": "x"}, {"name": "long", "when": "TokenCount > 5", "model": "x"}],
        "sample": {"model": "m", "token_count": 6},
    });
    let tested = gateway.admin(Method::POST, "/api/routing/rules/test", Some(body)).await;
    let tested = &tested.json()["data"];
    assert_eq!((&tested["decides"], &tested["rules"][1]["holds"]), (&json!("long"), &json!(true)), "{tested}");
    assert!(tested["rules"][0]["error"].as_str().unwrap().contains("(1:1)"), "{tested}");
    gateway.finish().await;
}

#[tokio::test]
async fn a_conversation_stays_where_its_cache_is_warm() {
    let upstreams = [upstream().await, upstream().await, upstream().await];
    let providers: Vec<Value> = upstreams
        .iter()
        .zip(["one", "two", "three"])
        .map(|(upstream, name)| provider(name, upstream, json!(["gpt-4o"])))
        .collect();
    let gateway = Gateway::before(providers).await;
    let system = "You are a careful assistant. ".repeat(300);
    let mut messages = vec![json!({"role": "system", "content": system}), json!({"role": "user", "content": "hi"})];
    let mut last = Value::Null;
    for turn in 0..12 {
        let (got, record) = ask_with(&gateway, &json!({"model": "gpt-4o", "messages": messages})).await;
        assert_eq!(got.status, 200, "{}", got.text());
        messages.push(json!({"role": "assistant", "content": "yes"}));
        messages.push(json!({"role": "user", "content": format!("and {turn}?")}));
        last = record;
    }
    let used: Vec<usize> = upstreams.iter().map(|upstream| upstream.requests().len()).collect();
    assert!(used.contains(&12), "all turns go to one: {used:?}");
    let explained = explain(&gateway, last["id"].as_str().unwrap_or_default()).await;
    assert!(explained["decision"]["warm_tokens"].as_u64().unwrap() > 1_000, "{explained}");

    // Another conversation may go elsewhere, and a failure ends the stay at once.
    let warm = used.iter().position(|count| *count == 12).unwrap();
    let [one, two, three] = upstreams;
    let mut upstreams = vec![one, two, three];
    upstreams.remove(warm).stop().await;
    let (got, record) = ask_with(&gateway, &json!({"model": "gpt-4o", "messages": messages})).await;
    assert_eq!((got.status, &record["attempt_index"]), (200, &json!(2)), "{}", got.text());
    gateway.finish().await;
}

#[tokio::test]
async fn the_cheapest_comes_first_where_that_is_the_strategy() {
    let (dear, cheap) = (upstream().await, upstream().await);
    let gateway = Gateway::start(json!({
        "providers": [provider("dear", &dear, json!([{"name": "m", "upstream": "gpt-4"}])), provider("cheap", &cheap, json!([{"name": "m", "upstream": "gpt-4o-mini"}]))],
        "routing": {"strategy": "cheapest"},
    }))
    .await;
    for _ in 0..6 {
        let (got, _) = ask(&gateway, "m").await;
        assert_eq!(got.status, 200, "{}", got.text());
    }
    assert_eq!((dear.requests().len(), cheap.requests().len()), (0, 6));
    gateway.finish().await;
}

#[tokio::test]
async fn turns_are_told_from_the_calls_id() {
    let upstreams = [upstream().await, upstream().await, upstream().await];
    let providers: Vec<Value> = upstreams
        .iter()
        .zip(["one", "two", "three"])
        .map(|(upstream, name)| provider(name, upstream, json!(["m"])))
        .collect();
    let gateway = Gateway::start(json!({"providers": providers, "routing": {"strategy": "by_call"}})).await;
    for _ in 0..5 {
        let (got, record) = ask(&gateway, "m").await;
        assert_eq!(got.status, 200, "{}", got.text());
        let explained = explain(&gateway, got.call()).await;
        let mut names: Vec<(i64, &str)> = explained["decision"]["candidates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["provider_token_id"].as_i64().unwrap(), one["provider"].as_str().unwrap()))
            .collect();
        assert_eq!(names[0].1, record["provider_name"].as_str().unwrap());
        let id = uuid::Uuid::parse_str(got.call()).unwrap().as_u128();
        let order: Vec<&str> =
            ["one", "two", "three"].into_iter().cycle().skip(usize::try_from(id % 3).unwrap()).take(3).collect();
        assert_eq!(names.drain(..).map(|(_, name)| name).collect::<Vec<_>>(), order);
    }
    gateway.finish().await;
}
