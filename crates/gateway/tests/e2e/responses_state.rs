//! Responses of upstreams that keep none: Sluice keeps them for their owners, completes the requests that go on from one, and
//! answers the calls about them.

use reqwest::Method;
use serde_json::{Value, json};
use sluice_testkit::{Kind, Script, Upstream};

use crate::client::Answer;
use crate::database::{Database, Kind as DatabaseKind};
use crate::gateway::{Gateway, eventually, provider, with};

/// An upstream that keeps nothing, with a gateway before it.
struct Stateless {
    upstream: Upstream,
    gateway: Gateway,
}

/// Declares an upstream that answers as OpenAI does, but of a vendor whose file says that it keeps nothing.
fn stateless(name: &str, upstream: &Upstream) -> Value {
    with(provider(name, upstream, json!(["m"])), json!({"vendor": "ollama"}))
}

impl Stateless {
    async fn start() -> Self {
        Self::start_with(json!({})).await
    }

    async fn start_with(more: Value) -> Self {
        let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
        let config = with(json!({"providers": [stateless("p", &upstream)]}), more);
        Self { gateway: Gateway::start(config).await, upstream }
    }

    async fn make(&self, body: Value) -> Answer {
        let body = with(json!({"model": "m"}), body).to_string();
        self.gateway.call(self.gateway.post("/v1/responses", body)).await
    }

    /// Makes a response and returns it.
    async fn made(&self, body: Value) -> Value {
        let is_stream = body["stream"] == true;
        let got = self.make(body).await;
        assert_eq!(got.status, 200, "{}", got.text());
        if is_stream { last_response(got.text()) } else { got.json() }
    }

    async fn about(&self, method: Method, path: &str) -> (u16, Value) {
        let got = self.gateway.call(self.gateway.ask(method, &format!("/v1/responses/{path}"))).await;
        (got.status, got.json())
    }

    /// What the upstream was sent last.
    fn last_sent(&self) -> Value {
        serde_json::from_slice(&self.upstream.requests().last().unwrap().body).unwrap()
    }
}

/// Returns the response that the last event of a stream has.
fn last_response(stream: &str) -> Value {
    let last = stream.lines().rev().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let event: Value = serde_json::from_str(last).unwrap();
    assert_eq!(event["type"], "response.completed", "{event}");
    event["response"].clone()
}

fn id(response: &Value) -> &str {
    response["id"].as_str().unwrap()
}

fn refusal(answer: &Answer) -> (u16, Value, Value) {
    let error = &answer.json()["error"];
    (answer.status, error["code"].clone(), error["param"].clone())
}

fn not_found() -> (u16, Value, Value) {
    (400, json!("previous_response_not_found"), json!("previous_response_id"))
}

fn kinds(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect()
}

fn weather() -> Value {
    json!([{"type": "function", "name": "weather", "strict": false, "parameters":
        {"type": "object", "properties": {"city": {"type": "string"}}}}])
}

#[tokio::test]
async fn three_turns_with_a_tool_in_between_are_one_conversation() {
    let to = Stateless::start().await;
    for is_stream in [false, true] {
        let turn = |body: Value| with(json!({"stream": is_stream, "tools": weather()}), body);
        let first = to.made(turn(json!({"input": "What is the weather in Rome?", "instructions": "Be brief."}))).await;
        let call = first["output"][0].clone();
        assert_eq!(call["type"], "function_call", "{first}");
        let result = json!([{"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"}]);
        let second = to.made(turn(json!({"input": result, "previous_response_id": id(&first)}))).await;
        let sent = to.last_sent();
        assert_eq!(kinds(&sent["input"]), ["message", "function_call", "function_call_output"]);
        assert_eq!((&sent["input"][1], &sent["previous_response_id"]), (&call, &Value::Null));
        assert_eq!(second["previous_response_id"], first["id"]);
        assert_eq!(sent.get("instructions"), None);
        let body = json!({"input": "Thank you", "previous_response_id": id(&second), "tool_choice": "none"});
        let third = to.made(turn(body)).await;
        let sent = to.last_sent();
        let all = ["message", "function_call", "function_call_output", "message", "message"];
        assert_eq!(kinds(&sent["input"]), all);
        assert_eq!(sent["input"][4]["content"], "Thank you");
        let (status, kept) = to.about(Method::GET, id(&third)).await;
        assert_eq!((status, &kept["id"], &kept["output"]), (200, &third["id"], &third["output"]));
        assert_eq!((&kept["store"], &kept["previous_response_id"]), (&json!(true), &second["id"]));
        let (status, items) = to.about(Method::GET, &format!("{}/input_items?order=asc", id(&third))).await;
        assert_eq!((status, kinds(&items["data"])), (200, all.to_vec()));
    }
    to.gateway.finish().await;
}

#[tokio::test]
async fn a_conversation_goes_on_at_upstreams_of_other_dialects() {
    for (kind, vendor) in [(Kind::Anthropic, "anthropic"), (Kind::Gemini, "gemini"), (Kind::OpenAi, "mistral")] {
        let upstream = Upstream::start(kind, Script::default()).await.unwrap();
        let declared = with(provider("p", &upstream, json!(["m"])), json!({"vendor": vendor}));
        let to = Stateless { gateway: Gateway::before(vec![declared]).await, upstream };
        for is_stream in [false, true] {
            let turn = |body: Value| with(json!({"stream": is_stream, "tools": weather()}), body);
            let first = to.made(turn(json!({"input": "What is the weather in Rome?"}))).await;
            let call = first["output"].as_array().unwrap().iter().find(|item| item["type"] == "function_call").unwrap();
            let result = json!([{"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"}]);
            let second = to.made(turn(json!({"input": result, "previous_response_id": id(&first)}))).await;
            assert_eq!((&second["previous_response_id"], &second["store"]), (&first["id"], &json!(true)), "{vendor}");
            let third = json!({"input": "Thank you", "previous_response_id": id(&second), "tool_choice": "none"});
            let third = to.made(turn(third)).await;
            let sent = to.last_sent().to_string();
            for said in ["What is the weather in Rome?", "sunny", "Thank you"] {
                assert_eq!(sent.matches(&format!("\"{said}\"")).count(), 1, "{vendor}: {sent}");
            }
            let (status, kept) = to.about(Method::GET, id(&third)).await;
            assert_eq!(
                (status, &kept["output"], &kept["previous_response_id"]),
                (200, &third["output"], &second["id"])
            );
            let (_, items) = to.about(Method::GET, &format!("{}/input_items?order=asc", id(&third))).await;
            assert_eq!(items["data"].as_array().unwrap().len(), kinds(&items["data"]).len());
            assert_eq!(kinds(&items["data"]).first(), Some(&"message"), "{vendor}");
        }
        to.gateway.finish().await;
    }
}

#[tokio::test]
async fn items_that_are_named_instead_of_sent_are_found() {
    let mut to = Stateless::start().await;
    let first = to.made(json!({"input": "What is the weather in Rome?", "tools": weather()})).await;
    let call = first["output"][0].clone();
    let input = json!([
        {"role": "user", "content": "What is the weather in Rome?"},
        {"type": "item_reference", "id": call["id"]},
        {"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"},
    ]);
    for _ in 0..2 {
        to.made(json!({"input": input, "tools": weather()})).await;
        assert_eq!(to.last_sent()["input"][1], call);
        to.gateway.restart().await;
    }
    let stranger = to.gateway.make_key("stranger").await;
    let body = json!({"model": "m", "input": input});
    let request = to.gateway.bare(Method::POST, "/v1/responses").bearer_auth(&stranger).json(&body);
    assert_eq!(to.gateway.call(request).await.status, 400, "the upstream refuses an output without its call");
    to.gateway.finish().await;
}

#[tokio::test]
async fn a_kept_response_can_be_had_as_a_stream() {
    let to = Stateless::start().await;
    let made = to.made(json!({"input": "Hi"})).await;
    let ask = async |query: &str| {
        let path = format!("/v1/responses/{}?{query}", id(&made));
        to.gateway.call(to.gateway.ask(Method::GET, &path)).await
    };
    let told = ask("stream=true").await;
    assert_eq!((told.status, told.header("content-type")), (200, "text/event-stream; charset=utf-8"));
    assert_eq!(last_response(told.text())["output"], made["output"]);
    let rest = ask("include[]=x&stream=true&starting_after=1").await;
    assert!(told.text().ends_with(rest.text()) && rest.text().starts_with("event: response.output_item.added"));
    assert_eq!(ask("stream=true&starting_after=x").await.json()["error"]["param"], "starting_after");
    assert_eq!(ask("stream=false").await.json()["id"], made["id"]);
    to.gateway.finish().await;
}

#[tokio::test]
async fn what_is_kept_is_listed_cancelled_never_and_deleted_once() {
    let to = Stateless::start().await;
    let made = to.made(json!({"input": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]})).await;
    let asked_before = to.upstream.requests().len();
    let (status, page) = to.about(Method::GET, &format!("{}/input_items?limit=1", id(&made))).await;
    assert_eq!((status, &page["has_more"], &page["data"][0]["content"][0]["text"]), (200, &json!(true), &json!("b")));
    let next = format!("{}/input_items?limit=1&after={}", id(&made), page["last_id"].as_str().unwrap());
    let (_, page) = to.about(Method::GET, &next).await;
    assert_eq!((&page["has_more"], &page["data"][0]["content"][0]["text"]), (&json!(false), &json!("a")));
    let (status, refused) = to.about(Method::GET, &format!("{}/input_items?limit=1000", id(&made))).await;
    assert_eq!((status, &refused["error"]["param"]), (400, &json!("limit")));
    let (status, refused) = to.about(Method::POST, &format!("{}/cancel", id(&made))).await;
    assert_eq!((status, &refused["error"]["message"]), (400, &json!("Cannot cancel a synchronous response.")));
    let (status, deleted) = to.about(Method::DELETE, id(&made)).await;
    assert_eq!((status, deleted), (200, json!({"id": id(&made), "object": "response", "deleted": true})));
    for (method, path) in [
        (Method::GET, id(&made).to_owned()),
        (Method::DELETE, id(&made).to_owned()),
        (Method::GET, format!("{}/input_items", id(&made))),
        (Method::POST, format!("{}/cancel", id(&made))),
    ] {
        let (status, refused) = to.about(method, &path).await;
        assert_eq!((status, &refused["error"]["type"]), (404, &json!("invalid_request_error")), "{path}");
    }
    let refused = to.make(json!({"input": "x", "previous_response_id": id(&made)})).await;
    assert_eq!(refusal(&refused), not_found());
    assert!(refused.text().contains(&format!("Previous response with id '{}' not found.", id(&made))));
    assert_eq!(to.upstream.requests().len(), asked_before, "no upstream is asked about what is kept here");
    to.gateway.finish().await;
}

#[tokio::test]
async fn what_is_not_to_be_stored_is_not() {
    let to = Stateless::start().await;
    let made = to.made(json!({"input": "Hi", "store": false})).await;
    assert_eq!(to.about(Method::GET, id(&made)).await.0, 404);
    let refused = to.make(json!({"input": "x", "previous_response_id": id(&made)})).await;
    assert_eq!(refusal(&refused), not_found());
    let kept = to.made(json!({"input": "Hi", "store": true})).await;
    assert_eq!(to.last_sent()["store"], false, "an upstream that keeps nothing is not asked to");
    let next = to.made(json!({"input": "x", "previous_response_id": id(&kept), "store": false})).await;
    assert_eq!(kinds(&to.last_sent()["input"]), ["message", "message", "message"]);
    assert_eq!((to.about(Method::GET, id(&next)).await.0, to.about(Method::GET, id(&kept)).await.0), (404, 200));
    to.gateway.finish().await;
}

#[tokio::test]
async fn a_response_is_its_owners_alone() {
    let to = Stateless::start().await;
    let made = to.made(json!({"input": "Hi"})).await;
    let stranger = to.gateway.make_key("stranger").await;
    for method in [Method::GET, Method::DELETE] {
        let path = format!("/v1/responses/{}", id(&made));
        let got = to.gateway.call(to.gateway.bare(method, &path).bearer_auth(&stranger)).await;
        assert_eq!((got.status, &got.json()["error"]["code"]), (404, &json!("object_not_found")));
    }
    let body = json!({"model": "m", "input": "x", "previous_response_id": id(&made)});
    let request = to.gateway.bare(Method::POST, "/v1/responses").bearer_auth(&stranger).json(&body);
    assert_eq!(refusal(&to.gateway.call(request).await), not_found());
    assert_eq!(to.about(Method::GET, id(&made)).await.0, 200);
    to.gateway.finish().await;
}

#[tokio::test]
async fn a_conversation_goes_on_after_a_restart_and_a_deletion_stays() {
    let mut to = Stateless::start().await;
    let first = to.made(json!({"input": "one"})).await;
    let gone = to.made(json!({"input": "gone"})).await;
    // The database may not have it yet.
    assert_eq!(to.about(Method::DELETE, id(&gone)).await.0, 200);
    to.gateway.restart().await;
    assert_eq!(to.about(Method::GET, id(&gone)).await.0, 404);
    let (status, kept) = to.about(Method::GET, id(&first)).await;
    assert_eq!((status, &kept["output"]), (200, &first["output"]));
    to.made(json!({"input": "two", "previous_response_id": id(&first)})).await;
    assert_eq!(kinds(&to.last_sent()["input"]), ["message", "message", "message"]);
    to.gateway.finish().await;
}

#[tokio::test]
async fn what_is_kept_is_sealed_and_forgotten_when_its_time_is_over() {
    let mut to = Stateless::start().await;
    let made = to.made(json!({"input": "a word that nobody else may read"})).await;
    to.gateway.restart().await;
    let file = std::fs::read(to.gateway.data_dir().join("sluice.sqlite")).unwrap();
    let has = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(has("responses") && !has("nobody else may read") && !has(id(&made)));
    let database = to.gateway.data_dir().join("sluice.sqlite");
    let connection = sea_orm::Database::connect(format!("sqlite://{}", database.display())).await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&connection, "UPDATE responses SET expires_at = 1").await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(to.about(Method::GET, id(&made)).await.0, 404);
    let refused = to.make(json!({"input": "x", "previous_response_id": id(&made)})).await;
    assert_eq!(refusal(&refused), not_found());
    to.gateway.finish().await;
}

#[tokio::test]
async fn one_who_keeps_too_much_loses_the_oldest() {
    let mut to = Stateless::start_with(json!({"responses": {"max_user_mb": 1}})).await;
    let mut made = Vec::new();
    for _ in 0..4 {
        // What cannot be compressed.
        let noise: String = (0..400_000).map(|_| char::from(rand::random_range(b'0'..=b'z'))).collect();
        made.push(to.made(json!({"input": noise.replace('\\', "/")})).await);
    }
    to.gateway.restart().await;
    let mut left = Vec::new();
    for response in &made {
        left.push(to.about(Method::GET, id(response)).await.0);
    }
    assert_eq!(left, [404, 404, 200, 200]);
    to.gateway.finish().await;
}

#[tokio::test]
async fn nothing_is_kept_where_the_operator_says_so() {
    let to = Stateless::start_with(json!({"responses": {"max_mb": 0}})).await;
    let made = to.made(json!({"input": "Hi"})).await;
    assert_eq!(to.about(Method::GET, id(&made)).await.0, 404);
    to.gateway.finish().await;
}

#[tokio::test]
async fn what_only_a_keeping_upstream_can_do_goes_to_one_or_nowhere() {
    let to = Stateless::start().await;
    for (name, value) in [("background", json!(true)), ("conversation", json!("conv_1"))] {
        let refused = to.make(json!({"input": "x", name: value})).await;
        assert_eq!(refusal(&refused), (400, json!("operation_not_served"), json!(name)));
    }
    assert_eq!(to.upstream.requests().len(), 0);
    to.gateway.finish().await;
    let (keeping, other) = (
        Upstream::start(Kind::OpenAi, Script::default()).await.unwrap(),
        Upstream::start(Kind::OpenAi, Script::default()).await.unwrap(),
    );
    let providers = vec![
        with(provider("keeping", &keeping, json!(["m"])), json!({"priority": 1})),
        with(stateless("other", &other), json!({"priority": 2})),
    ];
    let gateway = Gateway::before(providers).await;
    let post = |body: Value| gateway.post("/v1/responses", with(json!({"model": "m"}), body).to_string());
    let got = gateway.call(post(json!({"input": "x", "background": true}))).await;
    assert_eq!(gateway.record(got.call()).await["provider_name"], "keeping");
    let known = got.json()["id"].as_str().unwrap().to_owned();
    let got = gateway.call(post(json!({"input": "y", "previous_response_id": known}))).await;
    assert_eq!(gateway.record(got.call()).await["provider_name"], "keeping", "it goes on where it was made");
    let got = gateway.call(post(json!({"input": "z"}))).await;
    assert_eq!(gateway.record(got.call()).await["provider_name"], "other");
    let got = gateway.call(post(json!({"input": "z", "previous_response_id": got.json()["id"]}))).await;
    assert_eq!((got.status, &gateway.record(got.call()).await["provider_name"]), (200, &json!("other")));
    gateway.finish().await;
}

#[tokio::test]
async fn the_hold_counts_what_came_before() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let billed = "ag-billed-billed-billed-billed";
    let gateway = Gateway::start(json!({
        "providers": [with(stateless("p", &upstream), json!({"models": ["gpt-4o"]}))],
        "keys": [{"name": "billed", "secret": billed, "billed": true}],
    }))
    .await;
    gateway.pay_in("billed", 100_000).await;
    let ask = |body: Value| {
        let body = with(json!({"model": "gpt-4o", "max_output_tokens": 100}), body);
        gateway.bare(Method::POST, "/v1/responses").bearer_auth(billed).json(&body)
    };
    let first = eventually("the money to be seen", async || {
        let got = gateway.call(ask(json!({"input": "Hi"}))).await;
        (got.status == 200).then_some(got.json())
    })
    .await;
    // A whole context would cost 0.32 USD, far more than there is.
    let got = gateway.call(ask(json!({"input": "And?", "previous_response_id": id(&first)}))).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let long = gateway.call(ask(json!({"input": "word ".repeat(60_000), "store": true}))).await;
    assert_eq!(refusal(&long).0, 402, "{}", long.text());
    gateway.finish().await;
}

#[tokio::test]
async fn another_node_goes_on_from_a_response_and_a_deletion_is_seen_by_both() {
    let Some(database) = Database::make(DatabaseKind::Postgres).await else { return };
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let config = json!({"providers": [stateless("p", &upstream)]});
    let one = Gateway::start_on(&database, config.clone()).await;
    let two = Gateway::start_on(&database, config).await;
    drop(database);
    let made = one.call(one.post("/v1/responses", r#"{"model":"m","input":"Hi"}"#)).await.json();
    let path = format!("/v1/responses/{}", id(&made));
    eventually("the response to reach the other node", async || {
        (two.call(two.ask(Method::GET, &path)).await.status == 200).then_some(())
    })
    .await;
    let body = json!({"model": "m", "input": "And?", "previous_response_id": id(&made)}).to_string();
    assert_eq!(two.call(two.post("/v1/responses", body)).await.status, 200);
    let sent: Value = serde_json::from_slice(&upstream.requests().last().unwrap().body).unwrap();
    assert_eq!(kinds(&sent["input"]), ["message", "message", "message"]);
    assert_eq!(two.call(two.ask(Method::DELETE, &path)).await.status, 200);
    assert_eq!(two.call(two.ask(Method::GET, &path)).await.status, 404);
    one.finish().await;
    two.finish().await;
}
