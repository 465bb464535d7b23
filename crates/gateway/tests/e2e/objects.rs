//! Stored responses: later calls about one go to the provider that made it, for its owner only, also after a restart.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

use crate::gateway::{Gateway, provider};

struct Two {
    a: Upstream,
    b: Upstream,
    gateway: Gateway,
}

impl Two {
    async fn start() -> Self {
        let a = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
        let b = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
        let providers = vec![provider("a", &a, json!(["m"])), provider("b", &b, json!(["m"]))];
        Self { gateway: Gateway::before(providers).await, a, b }
    }

    /// Makes responses until each provider has made one; returns their ids, that of `a` first.
    async fn make_one_each(&self, more: Value) -> [String; 2] {
        let mut ids = [None, None];
        for _ in 0..60 {
            let body = crate::gateway::with(json!({"model": "m", "input": "Hi"}), more.clone());
            let got = self.gateway.call(self.gateway.post("/v1/responses", body.to_string())).await;
            assert_eq!(got.status, 200, "{}", got.text());
            let record = self.gateway.record(got.call()).await;
            let index = usize::from(record["provider_name"] == "b");
            ids[index] = Some(got.json()["id"].as_str().unwrap().to_owned());
            if let [Some(a), Some(b)] = &ids {
                return [a.clone(), b.clone()];
            }
        }
        panic!("one of two equal providers made nothing in 60 calls");
    }

    /// Makes a call about an object and returns its answer with the provider that gave it.
    async fn about(&self, method: Method, path: &str) -> (u16, Value, Value) {
        let got = self.gateway.call(self.gateway.ask(method, path)).await;
        let record = self.gateway.record(got.call()).await;
        (got.status, got.json(), record["provider_name"].clone())
    }
}

#[tokio::test]
async fn calls_about_a_response_go_to_the_provider_that_made_it() {
    let two = Two::start().await;
    let ids = two.make_one_each(json!({"background": true})).await;
    for (id, name) in ids.iter().zip(["a", "b"]) {
        let (status, got, by) = two.about(Method::GET, &format!("/v1/responses/{id}")).await;
        assert_eq!((status, &got["id"], &by), (200, &json!(id), &json!(name)));
        let (status, items, by) = two.about(Method::GET, &format!("/v1/responses/{id}/input_items?limit=5")).await;
        assert_eq!((status, &items["object"], &by), (200, &json!("list"), &json!(name)));
        let (status, got, by) = two.about(Method::POST, &format!("/v1/responses/{id}/cancel")).await;
        assert_eq!((status, &got["status"], &by), (200, &json!("cancelled"), &json!(name)));
        let (status, got, by) = two.about(Method::DELETE, &format!("/v1/responses/{id}")).await;
        assert_eq!((status, &got["deleted"], &by), (200, &json!(true), &json!(name)));
        let (status, got, _) = two.about(Method::GET, &format!("/v1/responses/{id}")).await;
        assert_eq!((status, got["error"].is_object()), (404, true));
    }
    let targets: BTreeSet<String> = two.a.requests().into_iter().map(|sent| sent.target).collect();
    assert!(targets.contains(&format!("/v1/responses/{}/input_items?limit=5", ids[0])), "{targets:?}");
    assert!(two.b.requests().iter().all(|sent| !sent.target.contains(&ids[0])));
    two.gateway.finish().await;
}

#[tokio::test]
async fn a_streamed_response_is_remembered_too() {
    let two = Two::start().await;
    let body = json!({"model": "m", "input": "Hi", "stream": true}).to_string();
    let got = two.gateway.call(two.gateway.post("/v1/responses", body)).await;
    let id = got.text().split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let maker = two.gateway.record(got.call()).await["provider_name"].clone();
    let (status, _, by) = two.about(Method::GET, &format!("/v1/responses/{id}")).await;
    assert_eq!((status, by), (200, maker));
    two.gateway.finish().await;
}

#[tokio::test]
async fn a_response_belongs_to_the_user_that_made_it() {
    let two = Two::start().await;
    let [id, _] = two.make_one_each(json!({})).await;
    let stranger = two.gateway.make_key("stranger").await;
    let path = format!("/v1/responses/{id}");
    let ask = |method: Method, path: &str| two.gateway.bare(method, path).bearer_auth(&stranger);
    let unknown = "/v1/responses/resp_unknown";
    for (method, path) in [(Method::GET, path.as_str()), (Method::DELETE, path.as_str()), (Method::GET, unknown)] {
        let got = two.gateway.call(ask(method, path)).await;
        assert_eq!((got.status, &got.json()["error"]["code"]), (404, &json!("object_not_found")));
    }
    let (status, _, _) = two.about(Method::GET, &path).await;
    assert_eq!(status, 200, "what a stranger tried has no effect");
    assert!(two.a.requests().iter().all(|sent| sent.method != "DELETE"));
    two.gateway.finish().await;
}

#[tokio::test]
async fn a_response_is_found_after_a_restart() {
    let mut two = Two::start().await;
    let ids = two.make_one_each(json!({})).await;
    two.gateway.restart().await;
    for (id, name) in ids.iter().zip(["a", "b"]) {
        let (status, got, by) = two.about(Method::GET, &format!("/v1/responses/{id}")).await;
        assert_eq!((status, &got["id"], &by), (200, &json!(id), &json!(name)));
    }
    two.gateway.finish().await;
}

#[tokio::test]
async fn a_response_goes_on_where_the_previous_one_was_made() {
    let two = Two::start().await;
    let ids = two.make_one_each(json!({})).await;
    for (id, name) in ids.iter().zip(["a", "b"]) {
        for _ in 0..8 {
            let body = json!({"model": "m", "input": "And then?", "previous_response_id": id}).to_string();
            let got = two.gateway.call(two.gateway.post("/v1/responses", body)).await;
            assert_eq!(got.status, 200, "{}", got.text());
            assert_eq!(two.gateway.record(got.call()).await["provider_name"], name);
        }
    }
    two.gateway.finish().await;
}

#[tokio::test]
async fn an_earlier_response_opens_no_way_to_a_model_without_a_route() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = Gateway::before(vec![provider("p", &upstream, json!(["m"]))]).await;
    let made = gateway.call(gateway.post("/v1/responses", r#"{"model":"m","input":"Hi"}"#)).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let body = json!({"model": "unrouted", "input": "Hi", "previous_response_id": id});
    let got = gateway.call(gateway.post("/v1/responses", body.to_string())).await;
    assert_eq!((got.status, &got.json()["error"]["code"]), (404, &json!("model_not_found")));
    assert_eq!(upstream.requests().len(), 1);
    gateway.finish().await;
}
