//! Many calls at once over several providers: shared by weight within a tier, and never beyond it without need.

use std::collections::HashMap;

use serde_json::json;
use sluice_testkit::{Kind, Script, Upstream};

use crate::client::Answer;
use crate::gateway::{Gateway, provider, with};
use crate::samples::Dialect;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_calls_at_once_are_shared_by_weight_within_the_first_tier() {
    let mut upstreams = Vec::new();
    for _ in 0..4 {
        upstreams.push(Upstream::start(Kind::OpenAi, Script::default()).await.unwrap());
    }
    let shares = [("one", 1, 5), ("two", 2, 5), ("three", 3, 5), ("later", 100, 4)];
    let providers = shares.iter().zip(&upstreams).map(|((name, weight, priority), upstream)| {
        with(provider(name, upstream, json!(["m"])), json!({"weight": weight, "priority": priority}))
    });
    let providers: Vec<_> = providers.collect();
    let gateway = Gateway::start(json!({"providers": providers, "routing": {"strategy": "weighted"}})).await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..300 {
        let is_stream = number % 3 == 0;
        let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", is_stream).to_string());
        gateway.expect_records(1);
        calls.spawn(async move { Answer::of(request.send().await.unwrap()).await });
    }
    let answers = calls.join_all().await;
    let mut counts: HashMap<String, usize> = HashMap::new();
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    for ((name, ..), upstream) in shares.iter().zip(&upstreams) {
        counts.insert((*name).to_owned(), upstream.requests().len());
    }
    assert_eq!((counts.values().sum::<usize>(), counts["later"]), (300, 0), "{counts:?}");
    // Five standard deviations around 50, 100 and 150: a fair draw leaves them once in a million runs.
    for (name, range) in [("one", 18..=82), ("two", 60..=140), ("three", 107..=193)] {
        assert!(range.contains(&counts[name]), "{counts:?}");
    }
    for answer in answers.iter().take(10) {
        assert_eq!(gateway.record(answer.call()).await["attempt_index"], 1);
    }
    gateway.finish().await;
}

#[tokio::test]
async fn a_lower_tier_takes_over_when_all_of_the_first_fail() {
    let mut upstreams = Vec::new();
    for status in [503, 500] {
        let failure = sluice_testkit::Failure::new(status, "down");
        let act = sluice_testkit::Act::error(failure);
        upstreams.push(Upstream::start(Kind::OpenAi, Script::new(act)).await.unwrap());
    }
    let last = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![
        provider("last", &last, json!(["m"])),
        with(provider("a", &upstreams[0], json!(["m"])), json!({"priority": 2})),
        with(provider("b", &upstreams[1], json!(["m"])), json!({"priority": 2})),
    ])
    .await;
    for _ in 0..5 {
        let request = gateway.post("/v1/chat/completions", Dialect::Chat.request("m", false).to_string());
        let got = gateway.call(request).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let record = gateway.record(got.call()).await;
        assert_eq!((&record["attempt_index"], &record["provider_name"]), (&json!(3), &json!("last")));
    }
    gateway.finish().await;
}
