//! Calls with an `Idempotency-Key`: however often they are sent, they are made once and charged once.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sluice_testkit::{Act, Answer as Says, Cut, Encoding, Failure, Kind, Pace, Script, Upstream};

use crate::client::{Answer, call_of};
use crate::gateway::{Gateway, eventually, provider};
use crate::money::{BILLED, MODEL, billed_gateway};
use crate::samples::Dialect;

const MONEY: i64 = 10_000_000;
const CHAT: &str = "/v1/chat/completions";

async fn funded(act: Act) -> (Upstream, Gateway) {
    let upstream = Upstream::start(Kind::OpenAi, Script::new(act)).await.unwrap();
    let gateway = billed_gateway(&upstream).await;
    gateway.pay_in("billed", MONEY).await;
    (upstream, gateway)
}

fn send(gateway: &Gateway, path: &str, body: &Value) -> RequestBuilder {
    let request = gateway.bare(Method::POST, path).bearer_auth(BILLED).header("idempotency-key", "order 1");
    request.header("anthropic-version", "2023-06-01").json(body)
}

fn chat(gateway: &Gateway, is_stream: bool) -> RequestBuilder {
    send(gateway, CHAT, &Dialect::Chat.request(MODEL, is_stream))
}

fn code(answer: &Answer) -> String {
    answer.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
}

/// Sends the same request until the call before it has ended for good.
async fn again(gateway: &Gateway, request: impl Fn() -> RequestBuilder) -> Answer {
    eventually("the end of the first call", async || {
        let answer = gateway.call(request()).await;
        let is_under_way = answer.status == 409 && answer.text().contains("is still under way");
        assert!(!is_under_way || answer.header("retry-after") == "1");
        (!is_under_way).then_some(answer)
    })
    .await
}

fn assert_replayed(answer: &Answer, first: &Answer) {
    assert_eq!(answer.header("idempotent-replayed"), "true", "{}", answer.text());
    assert_eq!((answer.status, &answer.body), (first.status, &first.body));
    for name in ["content-type", "content-encoding", "x-sluice-call"] {
        assert_eq!(answer.header(name), first.header(name), "{name}");
    }
}

/// Asserts that `calls` were charged once each, and nothing else.
async fn assert_charged(gateway: &Gateway, calls: &[&str]) {
    let mut expected = Vec::new();
    for call in calls {
        let charged = gateway.record(call).await["charged_micros"].as_i64().unwrap();
        assert!(charged > 0);
        expected.push(((*call).to_owned(), -charged));
    }
    let account = gateway.account_of_key("billed").await;
    let listed = gateway.admin(Method::GET, &format!("/api/account/{}/transfers", account["id"]), None).await.json();
    let transfers = listed["data"]["items"].as_array().unwrap().iter();
    let charges = transfers.filter(|transfer| transfer["kind"] == "charge");
    let of_call =
        |charge: &Value| (charge["call"].as_str().unwrap().to_owned(), charge["change_micros"].as_i64().unwrap());
    let mut charged: Vec<_> = charges.map(of_call).collect();
    charged.sort();
    expected.sort();
    assert_eq!(charged, expected);
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_byte_for_byte_and_costs_nothing() {
    for is_stream in [false, true] {
        let (upstream, gateway) = funded(Act::default()).await;
        let first = gateway.call(chat(&gateway, is_stream)).await;
        assert_eq!((first.status, first.header("idempotent-replayed")), (200, ""), "{}", first.text());
        let repeat = again(&gateway, || chat(&gateway, is_stream)).await;
        assert_replayed(&repeat, &first);
        assert_eq!(upstream.requests().len(), 1);
        assert_eq!(upstream.requests()[0].header("idempotency-key"), Some("order 1"));
        let record = gateway.record(repeat.header("x-request-id")).await;
        let told = (&record["outcome"], &record["error_message"], &record["status_code"]);
        assert_eq!(told, (&json!("refused"), &json!("idempotent_replay"), &json!(200)), "{record}");
        assert_eq!((&record["usage"]["input"], record["charged_micros"].as_i64()), (&json!(0), None), "{record}");
        assert_charged(&gateway, &[first.call()]).await;
        gateway.finish().await;
    }
}

#[tokio::test]
async fn an_answer_survives_its_encoding_and_a_restart() {
    for act in [
        Act::bytes("application/json; odd=yes", Dialect::Chat.odd_answer()),
        Act::bytes("application/json", Dialect::Chat.odd_answer()).with_encoding(Encoding::Gzip),
    ] {
        let (upstream, mut gateway) = funded(act).await;
        let request = |gateway: &Gateway| chat(gateway, false).header("accept-encoding", "gzip");
        let first = gateway.call(request(&gateway)).await;
        assert_eq!(first.status, 200);
        gateway.restart().await;
        assert_replayed(&gateway.call(request(&gateway)).await, &first);
        gateway.kill();
        gateway.start_again().await;
        assert_replayed(&gateway.call(request(&gateway)).await, &first);
        assert_eq!(upstream.requests().len(), 1);
        assert_charged(&gateway, &[first.call()]).await;
        gateway.finish().await;
    }
}

#[tokio::test]
async fn of_identical_calls_at_once_one_is_made_and_the_others_are_told_to_wait() {
    let (upstream, gateway) = funded(Pace { before_head_ms: 1_500, ..Pace::default() }.into()).await;
    let calls = (0..8).map(|_| gateway.call(chat(&gateway, false)));
    let answers = futures_util::future::join_all(calls).await;
    let (made, waiting): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(made.len(), 1);
    for answer in waiting {
        let told = (answer.status, code(answer), answer.header("retry-after"));
        assert_eq!(told, (409, "idempotency_in_progress".to_owned(), "1"));
        assert!(answer.text().contains(made[0].call()), "{}", answer.text());
    }
    assert_replayed(&again(&gateway, || chat(&gateway, false)).await, made[0]);
    assert_eq!(upstream.requests().len(), 1);
    assert_charged(&gateway, &[made[0].call()]).await;
    gateway.finish().await;
}

#[tokio::test]
async fn the_same_key_for_anything_else_is_a_conflict_in_every_dialect() {
    for dialect in Dialect::ALL {
        let model = match dialect {
            Dialect::Chat | Dialect::Responses => MODEL,
            Dialect::Messages => "claude-sonnet-4-5",
            Dialect::Gemini => "gemini-2.5-flash",
        };
        let upstream = Upstream::start(dialect.kind(), Script::default()).await.unwrap();
        let gateway = Gateway::start(json!({
            "providers": [provider("p", &upstream, json!([model]))],
            "keys": [{"name": "billed", "secret": BILLED, "billed": true}],
        }))
        .await;
        gateway.pay_in("billed", MONEY).await;
        let (path, mut body) = (dialect.path(model, false), dialect.request(model, false));
        let first = gateway.call(send(&gateway, &path, &body)).await;
        assert_eq!(first.status, 200, "{dialect:?}: {}", first.text());
        let mut others = vec![(format!("{path}?beta=true"), body.clone())];
        body["metadata"] = json!({"user_id": "5"});
        others.push((path.clone(), body));
        for (path, body) in others {
            let conflict = gateway.call(send(&gateway, &path, &body)).await;
            assert_eq!(conflict.status, 409, "{dialect:?}: {}", conflict.text());
            let name = dialect.error_name(&conflict.json());
            let expected = match dialect {
                Dialect::Chat | Dialect::Responses => "idempotency_conflict",
                Dialect::Messages => "invalid_request_error",
                Dialect::Gemini => "IDEMPOTENCY_CONFLICT",
            };
            assert_eq!(name, expected, "{dialect:?}");
            assert!(conflict.text().contains("take a new key"), "{}", conflict.text());
        }
        // Where our own key stands makes no difference.
        let elsewhere =
            gateway.bare(Method::POST, &format!("{path}?key={BILLED}")).header("idempotency-key", "order 1");
        let elsewhere = || {
            let request = elsewhere.try_clone().unwrap().header("anthropic-version", "2023-06-01");
            request.json(&dialect.request(model, false))
        };
        assert_replayed(&again(&gateway, elsewhere).await, &first);
        assert_eq!(upstream.requests().len(), 1);
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_call_that_failed_for_free_is_made_anew() {
    for act in
        [Act::error(Failure::new(500, "down")), Act::error(Failure::new(400, "bad")), Cut::ResetBeforeHead.into()]
    {
        let (upstream, gateway) = funded(Act::default()).await;
        upstream.set_script(Script::first(1, act));
        let failed = gateway.call(chat(&gateway, true)).await;
        assert!(failed.status >= 400, "{}", failed.text());
        let made = again(&gateway, || chat(&gateway, true)).await;
        assert_eq!((made.status, made.header("idempotent-replayed")), (200, ""), "{}", made.text());
        assert_replayed(&again(&gateway, || chat(&gateway, true)).await, &made);
        assert_eq!(upstream.requests().len(), 2);
        assert_charged(&gateway, &[made.call()]).await;
        gateway.finish().await;
    }
}

#[tokio::test]
async fn a_call_that_was_turned_away_leaves_its_key_free_at_once() {
    let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let gateway = billed_gateway(&upstream).await;
    for _ in 0..2 {
        let refused = gateway.call(chat(&gateway, false)).await;
        assert_eq!((refused.status, code(&refused).as_str()), (402, "insufficient_funds"), "{}", refused.text());
    }
    let bad = gateway.call(chat(&gateway, false).header("idempotency-key", "a second one")).await;
    assert_eq!((bad.status, code(&bad).as_str()), (400, "idempotency_key_invalid"), "{}", bad.text());
    gateway.pay_in("billed", MONEY).await;
    let made = eventually("the money to be seen", async || {
        let answer = gateway.call(chat(&gateway, false)).await;
        (answer.status == 200).then_some(answer)
    })
    .await;
    assert_charged(&gateway, &[made.call()]).await;
    gateway.finish().await;
}

/// Asserts that a call that was paid for, but whose answer is not there, is neither made again nor charged again.
async fn assert_spent(gateway: Gateway, upstream: &Upstream, first: &str, body: &Value) {
    let refused = again(&gateway, || send(&gateway, CHAT, body)).await;
    assert_eq!((refused.status, code(&refused).as_str()), (409, "idempotency_not_replayable"), "{}", refused.text());
    let charged = gateway.record(first).await["charged_micros"].as_i64().unwrap();
    let cost = format!("it cost 0.{charged:06} USD");
    assert!(refused.text().contains(first) && refused.text().contains(&cost), "{cost}: {}", refused.text());
    assert_eq!(upstream.requests().len(), 1);
    assert_charged(&gateway, &[first]).await;
    gateway.finish().await;
}

#[tokio::test]
async fn a_stream_that_broke_after_something_was_charged_is_not_made_again() {
    for cut in [Cut::ResetAfterChunks { chunks: 3 }, Cut::EndAfterChunks { chunks: 3 }] {
        let (upstream, gateway) = funded(cut.into()).await;
        let broken = gateway.call(chat(&gateway, true)).await;
        assert_spent(gateway, &upstream, broken.call(), &Dialect::Chat.request(MODEL, true)).await;
    }
}

#[tokio::test]
async fn a_client_that_left_in_the_middle_cannot_have_the_call_again_for_nothing() {
    let pace = Pace { between_chunks_ms: 20, chunks: Some(2_000), ..Pace::default() };
    let (upstream, gateway) = funded(pace.into()).await;
    let mut response = gateway.open(chat(&gateway, true)).await;
    let first = call_of(&response);
    let mut seen = 0;
    while seen < 1_000 {
        seen += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    assert_spent(gateway, &upstream, &first, &Dialect::Chat.request(MODEL, true)).await;
}

#[tokio::test]
async fn an_answer_that_is_too_large_to_keep_reaches_its_client_and_is_not_made_again() {
    let filling = "x".repeat(1024 * 1024);
    let large = Dialect::Chat.odd_answer().replacen('{', &format!("{{\"filling\":\"{filling}\","), 1);
    let (upstream, gateway) = funded(Act::bytes("application/json", large.clone())).await;
    let first = gateway.call(chat(&gateway, false)).await;
    assert_eq!((first.status, first.body.len()), (200, large.len()));
    assert_spent(gateway, &upstream, first.call(), &Dialect::Chat.request(MODEL, false)).await;
}

#[tokio::test]
async fn a_call_whose_process_died_is_made_anew_if_nothing_was_charged() {
    let (upstream, mut gateway) = funded(Act::default()).await;
    upstream.set_script(Script::first(1, Says::Hang.into()));
    let hanging = tokio::spawn(chat(&gateway, false).send());
    gateway.expect_records(1);
    upstream.wait_for_requests(1).await;
    let waiting = gateway.call(chat(&gateway, false)).await;
    assert_eq!((waiting.status, code(&waiting).as_str()), (409, "idempotency_in_progress"));
    gateway.kill();
    gateway.start_again().await;
    assert!(hanging.await.unwrap().is_err());
    let made = again(&gateway, || chat(&gateway, false)).await;
    assert_eq!((made.status, made.header("idempotent-replayed")), (200, ""), "{}", made.text());
    assert_replayed(&again(&gateway, || chat(&gateway, false)).await, &made);
    assert_eq!(upstream.requests().len(), 2);
    assert_charged(&gateway, &[made.call()]).await;
    gateway.finish().await;
}

#[tokio::test]
async fn keys_of_different_callers_have_nothing_to_do_with_each_other_and_those_of_free_calls_nothing_with_us() {
    let (upstream, gateway) = funded(Act::default()).await;
    let paid = gateway.call(chat(&gateway, false)).await;
    let body = Dialect::Chat.request(MODEL, false).to_string();
    for calls in 2..=3 {
        let free = gateway.call(gateway.post(CHAT, body.clone()).header("idempotency-key", "order 1")).await;
        assert_eq!((free.status, free.header("idempotent-replayed")), (200, ""));
        assert_eq!(upstream.requests().len(), calls);
    }
    assert_replayed(&again(&gateway, || chat(&gateway, false)).await, &paid);
    gateway.finish().await;
}

/// Keeps everybody else from writing to the database for as long as it lives.
struct WriteLock(Child);

impl WriteLock {
    fn take(gateway: &Gateway) -> Self {
        let script = "import sqlite3, sys\n\
            base = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)\n\
            base.execute('BEGIN IMMEDIATE')\n\
            print('locked', flush=True)\n\
            sys.stdin.read()";
        let mut command = Command::new("python3");
        let command = command.args(["-c", script]).arg(gateway.data_dir().join("sluice.sqlite"));
        let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "locked\n");
        Self(holder)
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test]
async fn without_the_database_only_calls_that_ask_for_the_guarantee_are_refused() {
    let (upstream, gateway) = funded(Act::default()).await;
    let mut body = Dialect::Chat.request(MODEL, false);
    let plain = |body: &Value| gateway.bare(Method::POST, CHAT).bearer_auth(BILLED).json(body);
    // What this call may cost is borrowed, and is enough for the next.
    let warm = gateway.call(plain(&body)).await;
    assert_eq!(warm.status, 200, "{}", warm.text());
    gateway.record(warm.call()).await;
    body["max_tokens"] = json!(100);
    let lock = WriteLock::take(&gateway);
    let (asks, plain) = tokio::join!(gateway.call(chat(&gateway, false)), gateway.call(plain(&body)));
    assert_eq!((asks.status, code(&asks).as_str()), (503, "store_unavailable"), "{}", asks.text());
    assert!(asks.text().contains("`idempotency-key`") && !asks.header("retry-after").is_empty(), "{}", asks.text());
    assert_eq!(plain.status, 200, "{}", plain.text());
    drop(lock);
    let made = again(&gateway, || chat(&gateway, false)).await;
    assert_eq!((made.status, upstream.requests().len()), (200, 3), "{}", made.text());
    assert_charged(&gateway, &[warm.call(), plain.call(), made.call()]).await;
    gateway.finish().await;
}
