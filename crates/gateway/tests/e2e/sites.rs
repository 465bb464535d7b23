//! Relay sites of each generation as providers: what they know comes over by itself, and what goes wrong there changes
//! nothing here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::site::{Generation, Site, SiteFacts, SiteKey, SiteModel};
use sluice_testkit::{Act, Answer as Said, Cut, Encoding, Failure, Kind, Pace, Script, Upstream};

use crate::gateway::{Gateway, eventually, within};

/// In which a provider with hundreds of keys must be in sync.
const SYNC_LIMIT: Duration = Duration::from_secs(10);

fn site(facts: SiteFacts) -> (Upstream, Arc<Site>) {
    Upstream::start_site(Site::new(facts), Script::default()).unwrap()
}

async fn add(gateway: &Gateway, name: &str, upstream: &Upstream) -> i64 {
    let body = json!({"name": name, "vendor": "newapi", "base_url": upstream.base_url(), "access_token": "management-token",
        "user_id": 7});
    let made = gateway.admin(Method::POST, "/api/provider/", Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()["data"]["id"].as_i64().unwrap()
}

/// Synchronises; the job that does it from time to time may be at it just then.
async fn sync(gateway: &Gateway, provider: i64) -> (u16, Value) {
    eventually("a turn to synchronise", async || {
        let synced = gateway.admin(Method::POST, &format!("/api/provider/{provider}/sync"), Some(json!({}))).await;
        (synced.status != 409).then(|| (synced.status, synced.json()))
    })
    .await
}

async fn read(gateway: &Gateway, path: &str) -> Value {
    let read = gateway.admin(Method::GET, path, None).await;
    assert_eq!(read.status, 200, "{}", read.text());
    read.json()["data"].clone()
}

/// Everything that a synchronisation may change, without the times at which it looked.
async fn known(gateway: &Gateway, provider: i64) -> Value {
    let mut keys = read(gateway, &format!("/api/provider/{provider}/tokens")).await;
    for key in keys.as_array_mut().unwrap() {
        key["last_synced"] = json!(0);
    }
    let mut routes = Vec::new();
    for page in 0.. {
        let path = format!("/api/route/?provider_id={provider}&p={page}&page_size=100");
        let items = read(gateway, &path).await["items"].as_array().unwrap().clone();
        routes.extend(items.iter().map(|route| {
            json!([
                route["model_name"],
                route["provider_token_id"],
                route["enabled"],
                route["weight"],
                route["priority"]
            ])
        }));
        if items.len() < 100 {
            break;
        }
    }
    let prices = read(gateway, &format!("/api/price/?provider_id={provider}&source=provider&page_size=100")).await;
    let prices: Vec<Value> = prices["items"].as_array().unwrap().iter().map(|price| price["price"].clone()).collect();
    let pricing = gateway.admin(Method::GET, &format!("/api/provider/{provider}/pricing"), None).await.json();
    let balance = read(gateway, &format!("/api/provider/{provider}")).await["balance"].clone();
    json!({"keys": keys, "routes": routes, "prices": prices, "groups": pricing["group_ratio"],
        "models": pricing["data"].as_array().unwrap().len(), "balance": balance})
}

async fn in_sync(generation: Generation, keys: usize, models: usize) {
    let groups: Vec<String> = (0..20).map(|place| format!("group-{place}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let facts =
        SiteFacts::new(generation).filled(keys, models, if generation == Generation::OneApi { &[] } else { &groups });
    let (upstream, site) = site(facts);
    let gateway = Gateway::start(json!({})).await;
    let provider = add(&gateway, "site", &upstream).await;
    let started = Instant::now();
    let (status, answer) = sync(&gateway, provider).await;
    let took = started.elapsed();
    assert_eq!(status, 200, "{answer}");
    let failed: Vec<&Value> =
        answer["data"]["steps"].as_array().unwrap().iter().filter(|step| step["success"] == false).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(took < SYNC_LIMIT, "{generation:?} took {took:?}");
    let listed = read(&gateway, &format!("/api/provider/{provider}/tokens")).await;
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), keys);
    assert!(listed.iter().all(|key| key["key_status"] == "ready"), "{}", listed[0]);
    assert_eq!(read(&gateway, &format!("/api/provider/{provider}")).await["balance"], "$1.00");
    // A second look asks for no secrets again.
    site.heal();
    sync(&gateway, provider).await;
    assert!(site.asked() < 40, "{} requests", site.asked());
    // A call goes out with one of its keys, in a group that may use the model.
    let key = gateway.make_key("k").await;
    let body = json!({"model": "model-0001", "messages": [{"role": "user", "content": "hi"}]}).to_string();
    let request = gateway.bare(Method::POST, "/v1/chat/completions").bearer_auth(key);
    let request = request.header("content-type", "application/json").body(body);
    let answer = eventually("the routes to be in force", async || {
        let models =
            gateway.bare(Method::GET, "/v1/models").bearer_auth(&gateway.make_key("l").await).send().await.unwrap();
        models.text().await.unwrap().contains("model-0001").then_some(())
    });
    answer.await;
    let answer = gateway.call(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let calls = upstream.requests();
    let call = calls.iter().find(|call| call.target == "/v1/chat/completions").unwrap();
    let secret = call.headers.iter().find(|(name, _)| name == "authorization").unwrap().1.clone();
    let group = site.change(|facts| {
        let used = facts.keys.iter().find(|key| secret == format!("Bearer sk-{}", key.key)).unwrap();
        used.group.clone()
    });
    assert!(generation == Generation::OneApi || ["group-1", "group-2"].contains(&group.as_str()), "{group}");
    gateway.finish().await;
}

#[tokio::test]
async fn a_one_api_site_is_in_sync_and_calls_go_through_its_keys() {
    in_sync(Generation::OneApi, 30, 200).await;
}

#[tokio::test]
async fn an_old_site_with_200_keys_and_800_models_is_in_sync_within_ten_seconds() {
    in_sync(Generation::Whole, 200, 800).await;
}

#[tokio::test]
async fn a_site_that_masks_200_keys_is_in_sync_within_ten_seconds() {
    in_sync(Generation::Masked, 200, 800).await;
}

#[tokio::test]
async fn a_new_site_with_200_keys_and_800_models_is_in_sync_within_ten_seconds() {
    in_sync(Generation::Latest, 200, 800).await;
}

/// The ways in which a request goes wrong at once.
fn failures() -> Vec<(&'static str, Act)> {
    let refused = Said::Error { failure: Failure::new(200, "系统繁忙") };
    vec![
        ("reset", Cut::ResetBeforeHead.into()),
        ("refused with 200", refused.into()),
        ("500", Said::Error { failure: Failure::new(500, "database is locked") }.into()),
        ("401", Said::Error { failure: Failure::new(401, "无权") }.into()),
        ("429", Said::Error { failure: Failure::new(429, "slow down") }.into()),
        ("a page of HTML", Said::Html { status: 200 }.into()),
        ("502", Said::Html { status: 502 }.into()),
        ("nothing", Said::Empty { status: 200 }.into()),
        ("cut short", Cut::Truncate { bytes: 60 }.into()),
        ("another shape", Act::bytes("application/json", r#"{"success":true,"data":{"hello":"world"}}"#)),
        ("null", Act::bytes("application/json", r#"{"success":true,"data":null}"#)),
    ]
}

async fn survives(generation: Generation) {
    let groups: &[&str] = if generation == Generation::OneApi { &[] } else { &["default", "vip"] };
    let (upstream, site) = site(SiteFacts::new(generation).filled(12, 5, groups));
    let gateway = Gateway::start(json!({})).await;
    let provider = add(&gateway, "site", &upstream).await;
    site.heal();
    assert_eq!(sync(&gateway, provider).await.0, 200);
    let good = known(&gateway, provider).await;
    assert_eq!(good["keys"].as_array().unwrap().len(), 12);
    site.heal();
    sync(&gateway, provider).await;
    let requests = site.asked();
    assert!(requests >= 4, "{requests}");
    for (way, act) in failures() {
        for nth in 0..requests {
            site.fail_nth(nth, act.clone());
            sync(&gateway, provider).await;
            assert_eq!(known(&gateway, provider).await, good, "{generation:?}: request {nth} failed with {way}");
        }
    }
    site.heal();
    assert_eq!(sync(&gateway, provider).await.0, 200);
    assert_eq!(known(&gateway, provider).await, good);
    gateway.finish().await;
}

#[tokio::test]
async fn a_failure_at_any_request_leaves_what_is_known_of_a_one_api_site() {
    survives(Generation::OneApi).await;
}

#[tokio::test]
async fn a_failure_at_any_request_leaves_what_is_known_of_an_old_site() {
    survives(Generation::Whole).await;
}

#[tokio::test]
async fn a_failure_at_any_request_leaves_what_is_known_of_a_masking_site() {
    survives(Generation::Masked).await;
}

/// What a first look that failed somewhere leaves is made whole by the next.
#[tokio::test]
async fn a_failure_at_any_request_of_the_first_look_is_made_good_by_the_next() {
    let gateway = Gateway::start(json!({})).await;
    for generation in Generation::ALL {
        let groups: &[&str] = if generation == Generation::OneApi { &[] } else { &["default", "vip"] };
        let (upstream, site) = site(SiteFacts::new(generation).filled(6, 4, groups));
        let shape = async |provider: i64| {
            let known = known(&gateway, provider).await;
            let keys = known["keys"].as_array().unwrap();
            assert!(keys.iter().all(|key| key["key_status"] == "ready"), "{known}");
            let count = |what: &str| known[what].as_array().unwrap().len();
            (keys.len(), count("routes"), count("prices"), known["groups"].clone(), known["balance"].clone())
        };
        let reference = add(&gateway, &format!("{generation:?}"), &upstream).await;
        site.heal();
        sync(&gateway, reference).await;
        let (requests, whole) = (site.asked(), shape(reference).await);
        for (way, act) in
            failures().into_iter().filter(|(way, _)| ["reset", "refused with 200", "cut short"].contains(way))
        {
            for nth in 0..requests {
                site.fail_nth(nth, act.clone());
                let provider = add(&gateway, &format!("{generation:?} {way} {nth}"), &upstream).await;
                sync(&gateway, provider).await;
                site.heal();
                sync(&gateway, provider).await;
                assert_eq!(shape(provider).await, whole, "{generation:?}: request {nth} failed with {way}");
            }
        }
    }
    gateway.finish().await;
}

/// 160,000 routes at a site that takes 50 ms for each answer. The bound is for builds without optimisation on busy machines.
#[tokio::test]
async fn a_site_whose_200_keys_all_serve_800_models_is_in_sync_and_listed_in_pages() {
    let (upstream, site) = site(SiteFacts::new(Generation::Latest).filled(200, 800, &["default"]));
    site.fail_all(Pace { before_head_ms: 50, ..Pace::default() }.into());
    let gateway = Gateway::start(json!({})).await;
    let provider = add(&gateway, "site", &upstream).await;
    let started = Instant::now();
    let (status, answer) = sync(&gateway, provider).await;
    println!("160,000 routes in sync after {:?}", started.elapsed());
    assert_eq!(status, 200, "{answer}");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    let page = read(&gateway, &format!("/api/route/?provider_id={provider}&page_size=50")).await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["total"]), (50, &json!(160_000)));
    let preview = within(Duration::from_secs(60), "the routes to be in force", async || {
        let asked = json!({"model": "model-0001"});
        let preview = gateway.admin(Method::POST, "/api/route/preview", Some(asked)).await.json()["data"].clone();
        preview["refusal"].is_null().then_some(preview)
    })
    .await;
    let shown = preview["decision"]["candidates"].as_array().unwrap().len() as u64;
    assert_eq!((shown, shown + preview["decision"]["more"].as_u64().unwrap()), (24, 200), "{preview}");
    gateway.finish().await;
}

#[tokio::test]
async fn a_failure_at_any_request_leaves_what_is_known_of_a_new_site() {
    survives(Generation::Latest).await;
}

#[tokio::test]
async fn a_failure_while_new_keys_are_revealed_loses_none_and_the_next_look_has_them() {
    for generation in [Generation::Masked, Generation::Latest] {
        let (upstream, site) = site(SiteFacts::new(generation).filled(4, 3, &["default"]));
        let gateway = Gateway::start(json!({})).await;
        let provider = add(&gateway, "site", &upstream).await;
        for nth in 0..7 {
            let act = if nth % 2 == 0 { Cut::ResetBeforeHead.into() } else { Said::Empty { status: 503 }.into() };
            let before = read(&gateway, &format!("/api/provider/{provider}/tokens")).await;
            let ready =
                |keys: &Value| keys.as_array().unwrap().iter().filter(|key| key["key_status"] == "ready").count();
            site.change(|facts| {
                let id = facts.keys.len() as i64 + 1;
                facts.keys.push(SiteKey::new(id, format!("late{id:05}padding{id:05}"), "late"));
            });
            site.fail_nth(nth, act);
            sync(&gateway, provider).await;
            let after = read(&gateway, &format!("/api/provider/{provider}/tokens")).await;
            assert!(ready(&after) >= ready(&before), "{generation:?}, request {nth}: {after}");
            site.heal();
            sync(&gateway, provider).await;
            let healed = read(&gateway, &format!("/api/provider/{provider}/tokens")).await;
            assert_eq!(
                ready(&healed),
                site.change(|facts| facts.keys.len()),
                "{generation:?}, request {nth}: {healed}"
            );
        }
        gateway.finish().await;
    }
}

#[tokio::test]
async fn what_the_operator_set_by_hand_stays_when_the_site_changes() {
    let (upstream, site) = site(SiteFacts::new(Generation::Latest).filled(2, 3, &["default"]));
    let gateway = Gateway::start(json!({})).await;
    let provider = add(&gateway, "site", &upstream).await;
    sync(&gateway, provider).await;
    let routes = read(&gateway, &format!("/api/route/?provider_id={provider}&page_size=100")).await;
    let route = routes["items"][0].clone();
    let path = format!("/api/route/{}", route["id"]);
    assert_eq!(gateway.admin(Method::PUT, &path, Some(json!({"enabled": false}))).await.status, 200);
    let keys = read(&gateway, &format!("/api/provider/{provider}/tokens")).await;
    let path = format!("/api/provider/token/{}", keys[0]["id"]);
    let mine = json!({"status": 2, "name": "mine", "priority": 3, "weight": 0});
    assert_eq!(gateway.admin(Method::PUT, &path, Some(mine)).await.status, 200);
    // The model goes and comes back, a key is gone, prices and the balance are others.
    let model = site.change(|facts| {
        facts.quota = 1_234_567;
        facts.models[1].ratio = 5.0;
        facts.models.remove(0)
    });
    sync(&gateway, provider).await;
    site.change(|facts| facts.models.push(model));
    sync(&gateway, provider).await;
    let again = read(&gateway, &format!("/api/route/?provider_id={provider}&page_size=100")).await;
    let same = again["items"].as_array().unwrap().iter().find(|other| other["id"] == route["id"]).unwrap();
    assert_eq!(same["enabled"], false);
    let keys = read(&gateway, &format!("/api/provider/{provider}/tokens")).await;
    let kept = ["status", "name", "priority", "weight"].map(|field| keys[0][field].clone());
    assert_eq!(json!(kept), json!([2, "mine", 3, 0]));
    assert_eq!(read(&gateway, &format!("/api/provider/{provider}")).await["balance"], "$2.469134");
    let effective = read(&gateway, &format!("/api/price/effective?model=model-0001&provider_id={provider}")).await;
    assert_eq!(effective["cost"]["source"], "provider", "{effective}");
    site.change(|facts| facts.keys.truncate(1));
    sync(&gateway, provider).await;
    assert_eq!(read(&gateway, &format!("/api/provider/{provider}/tokens")).await.as_array().unwrap().len(), 1);
    gateway.finish().await;
}

#[tokio::test]
async fn keys_are_made_and_deleted_at_the_site() {
    let (upstream, site) = site(SiteFacts::new(Generation::Latest).filled(1, 2, &["default", "vip"]));
    let gateway = Gateway::start(json!({})).await;
    let provider = add(&gateway, "site", &upstream).await;
    let path = format!("/api/provider/{provider}/tokens");
    let early = gateway.admin(Method::POST, &path, Some(json!({"name": "new", "group_name": "vip"}))).await;
    assert_eq!(early.status, 409, "{}", early.text());
    sync(&gateway, provider).await;
    let foreign = gateway.admin(Method::POST, &path, Some(json!({"name": "new", "group_name": "nobody"}))).await;
    assert_eq!(foreign.status, 400, "{}", foreign.text());
    let made = gateway.admin(Method::POST, &path, Some(json!({"name": "new", "group_name": "vip"}))).await.json();
    let facts = ["upstream_created", "created_token_identified", "key_status", "group_name"]
        .map(|field| made["data"][field].clone());
    assert_eq!(json!(facts), json!([true, true, "ready", "vip"]), "{made}");
    assert_eq!(site.change(|facts| facts.keys.len()), 2);
    let token = format!("/api/provider/token/{}", made["data"]["id"]);
    site.fail_all(Said::Error { failure: Failure::new(500, "no") }.into());
    let refused = gateway.admin(Method::DELETE, &token, Some(json!({}))).await;
    assert_eq!(refused.status, 502, "{}", refused.text());
    site.heal();
    assert_eq!(gateway.admin(Method::DELETE, &token, Some(json!({}))).await.status, 200);
    assert_eq!(site.change(|facts| facts.keys.len()), 1);
    gateway.finish().await;
}

/// The ways in which a site goes on failing.
fn lasting_failures() -> Vec<Act> {
    let huge = format!(r#"{{"success":true,"data":{{"x":"{}"}}}}"#, "a".repeat(7 << 20));
    vec![
        Cut::ResetBeforeHead.into(),
        Said::Hang.into(),
        Cut::HangAfterChunks { chunks: 0 }.into(),
        Act::bytes("application/json", vec![b' '; 9 << 20]),
        Pace { between_chunks_ms: 300, split_every: Some(1), ..Pace::default() }.into(),
        Said::Html { status: 200 }.into(),
        Said::Error { failure: Failure::new(500, "database is locked") }.into(),
        Act::bytes("text/plain", "").with_status(302).with_header("location", "/api/status"),
        Act::bytes("application/json", huge),
        Act::bytes("application/json", r#"{"success":"yes","data":[1,{}]}"#),
        Act::default().with_encoding(Encoding::Gzip).with_cut(Cut::Truncate { bytes: 60 }),
    ]
}

#[tokio::test]
async fn ten_sites_that_fail_in_ten_ways_slow_neither_calls_nor_each_other() {
    let relay = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let config = json!({"providers": [crate::gateway::provider("relay", &relay, json!(["gpt-4o"]))],
        "keys": [{"name": "k", "secret": crate::gateway::KEY}]});
    let gateway = Gateway::start(config).await;
    let mut sites = Vec::new();
    for (place, way) in lasting_failures().into_iter().enumerate() {
        let (upstream, site) = site(SiteFacts::new(Generation::Latest).filled(2, 2, &["default"]));
        site.fail_all(way);
        add(&gateway, &format!("bad-{place}"), &upstream).await;
        sites.push((upstream, site));
    }
    // Connections to it come about and lead nowhere.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let body = json!({"name": "silent", "vendor": "newapi", "access_token": "management-token", "user_id": 7,
        "base_url": format!("http://{}", silent.local_addr().unwrap())});
    assert_eq!(gateway.admin(Method::POST, "/api/provider/", Some(body)).await.status, 200);
    let (upstream, _site) = site(SiteFacts::new(Generation::Latest).filled(2, 2, &["default"]));
    let good = add(&gateway, "good", &upstream).await;
    let body = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}).to_string();
    gateway.call(gateway.post("/v1/chat/completions", body.clone())).await;
    let begun = gateway.admin(Method::POST, "/api/job/provider_sync/run", Some(json!({}))).await;
    assert!(begun.status == 200 || begun.status == 409, "{}", begun.text());
    let started = Instant::now();
    let mut slowest = Duration::ZERO;
    within(Duration::from_secs(15), "the good site to be in sync", async || {
        let called = Instant::now();
        assert_eq!(gateway.call(gateway.post("/v1/chat/completions", body.clone())).await.status, 200);
        slowest = slowest.max(called.elapsed());
        let view = read(&gateway, &format!("/api/provider/{good}")).await;
        (view["health_status"] == "healthy" && view["balance"] == "$1.00").then_some(())
    })
    .await;
    assert!(slowest < Duration::from_secs(2), "a call took {slowest:?}");
    assert!(started.elapsed() < Duration::from_secs(15));
    // Those that failed say so, and nothing of them is believed.
    let bad = eventually("the failures to be told", async || {
        let page = read(&gateway, "/api/provider/?page_size=100&keyword=bad-0").await;
        let view = page["items"][0].clone();
        (view["health_status"] == "unreachable").then_some(view)
    })
    .await;
    assert_eq!((&bad["health_blocked"], &bad["route_block_reasons"]), (&json!(true), &json!(["site_unavailable"])));
    assert!(bad["health_failure_reason"].as_str().unwrap().contains("the connection to the site broke"), "{bad}");
    gateway.finish().await;
}

/// The worked examples of unit costs: ratio, completion ratio and factor make micro-dollars per million tokens.
#[tokio::test]
async fn prices_of_a_site_are_those_of_the_worked_examples() {
    let examples = [("a", 2.5, 1.0, 5_000_000), ("b", 1.25, 1.0, 2_500_000), ("c", 1.25, 0.5, 1_250_000)];
    for (name, ratio, factor, input) in examples {
        let mut facts = SiteFacts::new(Generation::Latest).filled(1, 0, &["default"]);
        facts.models.push(SiteModel { name: name.to_owned(), ratio, groups: vec!["default".to_owned()] });
        facts.group_ratio.insert("default".to_owned(), factor);
        let (upstream, _site) = site(facts);
        let gateway = Gateway::start(json!({})).await;
        let provider = add(&gateway, "site", &upstream).await;
        sync(&gateway, provider).await;
        let prices = read(&gateway, &format!("/api/price/?provider_id={provider}&source=provider")).await;
        let base = &prices["items"][0]["price"]["standard"]["base"];
        assert_eq!((&base["input"], &base["output"]), (&json!(input), &json!(input * 4)), "{prices}");
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_provider_is_tried_with_a_real_small_call_that_is_told_as_it_happens() {
    let (upstream, site) = site(SiteFacts::new(Generation::Latest).filled(1, 1, &["default"]));
    let gateway = Gateway::start(json!({})).await;
    let provider = add(&gateway, "site", &upstream).await;
    sync(&gateway, provider).await;
    let path = format!("/api/provider/{provider}/test");
    let tried = gateway.admin(Method::POST, &path, Some(json!({}))).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
    let names: Vec<&str> = tried.text().lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!((names[..3].to_vec(), names.last()), (vec!["start", "head", "text"], Some(&"done")), "{}", tried.text());
    let done = tried.text().lines().rev().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let done: Value = serde_json::from_str(done).unwrap();
    assert_eq!((&done["success"], &done["status"]), (&json!(true), &json!(200)), "{done}");
    assert!(
        !done["answer"].as_str().unwrap().is_empty() && done["total_ms"].as_u64() >= done["first_text_ms"].as_u64()
    );
    // A key that the site does not take any more, and what it says.
    site.change(|facts| facts.keys[0].status = 2);
    let refused = gateway.admin(Method::POST, &path, Some(json!({"model": "model-0000"}))).await;
    assert!(refused.text().contains(r#""success":false"#) && refused.text().contains("401"), "{}", refused.text());
    assert_eq!(gateway.admin(Method::POST, &path, Some(json!({"route_id": 999}))).await.status, 404);
    gateway.finish().await;
}
