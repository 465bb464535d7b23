//! The fault matrix: every way in which an upstream fails, for answers in one piece and streams, with another provider
//! behind it and without. Each case has providers of its own, because gates remember.

use std::net::SocketAddr;

use serde_json::{Value, json};
use sluice_testkit::{Act, Answer, Cut, Failure, Kind, Pace, Piece, Raw, Script, Upstream};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::client::{Answer as Got, call_of};
use crate::gateway::{Gateway, KEY, provider, with};
use crate::samples::Dialect;
use crate::torn_streams::assert_error_event;

/// Pays from its own balance.
const BILLED: &str = "ag-billed-billed-billed-billed";
const PAID_IN: i64 = 100_000_000;
/// What all providers have; it has a price.
const MODEL: &str = "gpt-4o";
/// More than is held back of an answer in one piece.
const LONG_BYTES: usize = 70 * 1024;

/// Where a provider leads to.
enum Site {
    Scripted(Upstream),
    /// Nobody listens there.
    Gone(SocketAddr),
    /// Connections are never accepted.
    Deaf(Deaf),
}

/// A port whose queue is full.
struct Deaf {
    listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl Deaf {
    async fn start() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        let patience = std::time::Duration::from_millis(200);
        while let Ok(connected) = tokio::time::timeout(patience, TcpStream::connect(address)).await {
            waiting.push(connected.unwrap());
        }
        Self { listener, _waiting: waiting }
    }
}

impl Site {
    async fn scripted(kind: Kind, act: Act) -> Self {
        Self::Scripted(Upstream::start(kind, Script::new(act)).await.unwrap())
    }

    async fn gone() -> Self {
        let upstream = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
        let address = upstream.address();
        upstream.stop().await;
        Self::Gone(address)
    }

    fn base_url(&self) -> String {
        let address = match self {
            Self::Scripted(upstream) => upstream.address(),
            Self::Gone(address) => *address,
            Self::Deaf(deaf) => deaf.listener.local_addr().unwrap(),
        };
        format!("http://{address}")
    }

    /// How many requests it saw; `None` where none can be seen.
    fn requests(&self) -> Option<usize> {
        match self {
            Self::Scripted(upstream) => Some(upstream.requests().len()),
            Self::Gone(_) | Self::Deaf(_) => None,
        }
    }
}

/// How an upstream fails.
#[derive(Clone)]
enum Fault {
    Act(Box<Act>),
    Gone,
    Deaf,
}

impl<A: Into<Act>> From<A> for Fault {
    fn from(act: A) -> Self {
        Self::Act(Box::new(act.into()))
    }
}

/// What must come of it.
#[derive(Clone, Copy)]
enum Then {
    /// The next provider takes over; without one, the caller gets this. The upstream's status comes first.
    Over(u16, Alone),
    /// The caller gets this answer of the upstream at once.
    Final(u16),
    /// The answer had begun: it breaks with this code, and nothing is tried again.
    Broken(&'static str),
}

/// What the caller gets where nobody else is there.
#[derive(Clone, Copy)]
enum Alone {
    /// Status and code of Sluice's own.
    Ours(u16, &'static str),
    /// The upstream's status and words.
    Theirs(u16),
}

struct Case {
    name: String,
    is_stream: bool,
    fault: Fault,
    then: Then,
}

fn case(name: &str, is_stream: bool, fault: impl Into<Fault>, then: Then) -> Case {
    let mode = if is_stream { "stream" } else { "plain" };
    Case { name: format!("{name}, {mode}"), is_stream, fault: fault.into(), then }
}

/// The same fault in both modes.
fn both(name: &str, fault: impl Into<Fault>, then: Then) -> [Case; 2] {
    let fault = fault.into();
    [false, true].map(|is_stream| {
        let Fault::Act(act) = &fault else {
            return Case { fault: fault.clone(), ..case(name, is_stream, Act::default(), then) };
        };
        case(name, is_stream, Act::clone(act), then)
    })
}

/// A gateway in front of what all cases need.
struct Stage {
    gateway: Gateway,
    good: Upstream,
    /// For each case, what fails with a good one behind it, and alone.
    sites: Vec<[Site; 2]>,
    charged: i64,
    usual_charge: i64,
}

impl Stage {
    async fn set(cases: &[Case], timeouts: &Value) -> Self {
        let good = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
        let mut sites = Vec::new();
        let mut providers = Vec::new();
        let mut names = json!({"fine": MODEL});
        for (number, case) in cases.iter().enumerate() {
            let pair = [site(Kind::OpenAi, &case.fault).await, site(Kind::OpenAi, &case.fault).await];
            for (site, role) in pair.iter().zip(["pair", "alone"]) {
                let name = format!("{role}-{number}");
                let own = json!({
                    "name": format!("bad-{name}"), "base_url": site.base_url(), "model_alias": {name: MODEL},
                    "priority": 10, "timeouts": timeouts,
                });
                providers.push(with(provider("bad", &good, json!([MODEL])), own));
            }
            names[format!("pair-{number}")] = json!(MODEL);
            sites.push(pair);
        }
        providers.push(with(provider("good", &good, json!([MODEL])), json!({"model_alias": names})));
        let gateway = Gateway::start(json!({
            "providers": providers,
            "keys": [
                {"name": "main", "secret": KEY},
                {"name": "billed", "secret": BILLED, "billed": true},
            ],
        }))
        .await;
        gateway.pay_in("billed", PAID_IN).await;
        let mut stage = Self { gateway, good, sites, charged: 0, usual_charge: 0 };
        let (_, record) = stage.call("fine", false).await;
        stage.usual_charge = record["charged_micros"].as_i64().unwrap();
        assert!(stage.usual_charge > 0, "{record}");
        stage
    }

    fn ask(&self, model: &str, is_stream: bool) -> reqwest::RequestBuilder {
        let request = self.gateway.bare(reqwest::Method::POST, "/v1/chat/completions");
        request.bearer_auth(BILLED).json(&Dialect::Chat.request(model, is_stream))
    }

    /// Makes a call and waits for its record. The answer's body is `None` where it broke off.
    async fn call(&mut self, model: &str, is_stream: bool) -> ((u16, Option<Got>), Value) {
        let response = self.gateway.open(self.ask(model, is_stream)).await;
        let (status, headers, call) = (response.status().as_u16(), response.headers().clone(), call_of(&response));
        let body = response.bytes().await.ok();
        let record = self.gateway.record(&call).await;
        self.charged += record["charged_micros"].as_i64().unwrap_or(0);
        ((status, body.map(|body| Got { status, headers, body })), record)
    }

    async fn play(&mut self, number: usize, case: &Case) {
        self.good.forget();
        match case.then {
            Then::Over(upstream_status, alone) => {
                self.is_taken_over(number, case, upstream_status).await;
                self.is_told(number, case, alone).await;
            }
            Then::Final(status) => {
                let ((_, got), record) = self.call(&format!("pair-{number}"), case.is_stream).await;
                assert_eq!(got.unwrap().json()["error"]["message"], "their own words", "{}", case.name);
                assert_eq!((&record["status_code"], &record["attempt_index"]), (&json!(status), &json!(1)));
                assert_eq!(record["charged_micros"].as_i64().unwrap_or(0), 0, "{record}");
                self.assert_asked(number, 0, [1, 0], case);
            }
            Then::Broken(code) => self.breaks(number, case, code).await,
        }
    }

    /// Asserts that the good one answered, that the record tells of both, and that one of them is paid for.
    async fn is_taken_over(&mut self, number: usize, case: &Case, upstream_status: u16) {
        let ((status, got), record) = self.call(&format!("pair-{number}"), case.is_stream).await;
        let got = got.unwrap();
        assert_eq!(status, 200, "{}: {}", case.name, got.text());
        let mark = if case.is_stream { "[DONE]" } else { "You said" };
        assert!(got.text().contains(mark), "{}: {}", case.name, got.text());
        let attempts: Vec<(&str, u64, bool)> = attempts(&record)
            .map(|one| {
                (one["provider_name"].as_str().unwrap(), one["status"].as_u64().unwrap(), one["error"].is_null())
            })
            .collect();
        let bad = format!("bad-pair-{number}");
        assert_eq!(attempts, [(&*bad, u64::from(upstream_status), false), ("good", 200, true)], "{}", case.name);
        assert_eq!((&record["provider_name"], &record["outcome"]), (&json!("good"), &json!("complete")));
        assert_eq!(record["charged_micros"], self.usual_charge, "{}", case.name);
        self.assert_asked(number, 0, [1, 1], case);
    }

    /// Asserts what the caller gets where nobody else is there, and that it is not charged.
    async fn is_told(&mut self, number: usize, case: &Case, alone: Alone) {
        let ((status, got), record) = self.call(&format!("alone-{number}"), case.is_stream).await;
        let got = got.unwrap();
        let told = match alone {
            Alone::Ours(expected, code) => {
                assert_eq!(got.json()["error"]["code"], code, "{}: {}", case.name, got.text());
                assert_eq!(record["error_message"], code, "{}", case.name);
                expected
            }
            Alone::Theirs(expected) => {
                assert!(got.text().contains("their own words"), "{}: {}", case.name, got.text());
                expected
            }
        };
        assert_eq!((status, &record["status_code"]), (told, &json!(told)), "{}: {}", case.name, got.text());
        assert_eq!((&record["status"], record["charged_micros"].as_i64().unwrap_or(0)), (&json!(0), 0), "{record}");
        let tried = attempts(&record).count();
        // Where all are limited, it is worth a wait and another try.
        assert!(tried == 1 || (status == 429 && tried > 1), "{}: {record}", case.name);
        assert!(attempts(&record).all(|one| one["error"].is_string()) || status == 200, "{record}");
        self.assert_asked(number, 1, [tried, 1], case);
    }

    /// Asserts that an answer that had begun ends with an error and is not tried again.
    async fn breaks(&mut self, number: usize, case: &Case, code: &str) {
        let ((status, got), record) = self.call(&format!("pair-{number}"), case.is_stream).await;
        assert_eq!(status, 200, "{}", case.name);
        match (got, case.is_stream) {
            (Some(got), true) if code != "upstream_truncated" => assert_error_event(Dialect::Chat, got.text(), code),
            (got, is_stream) => assert_eq!(got.is_some(), is_stream, "{}: half an answer looks like one", case.name),
        }
        let told = (&record["outcome"], &record["error_message"], &record["attempt_index"]);
        assert_eq!(told, (&json!("broken"), &json!(code), &json!(1)), "{}", case.name);
        assert!(record["charged_micros"].as_i64().unwrap() > 0, "what was seen is paid for: {record}");
        self.assert_asked(number, 0, [1, 0], case);
    }

    /// Asserts how many requests the failing one and the good one have seen.
    fn assert_asked(&self, number: usize, role: usize, [bad, good]: [usize; 2], case: &Case) {
        if let Some(seen) = self.sites[number][role].requests() {
            assert_eq!(seen, bad, "{}", case.name);
        }
        assert_eq!(self.good.requests().len(), good, "{}", case.name);
    }
}

fn attempts(record: &Value) -> impl Iterator<Item = &Value> {
    record["attempts"].as_array().unwrap().iter()
}

async fn site(kind: Kind, fault: &Fault) -> Site {
    match fault {
        Fault::Act(act) => Site::scripted(kind, Act::clone(act)).await,
        Fault::Gone => Site::gone().await,
        Fault::Deaf => Site::Deaf(Deaf::start().await),
    }
}

async fn play(cases: Vec<Case>, timeouts: Value) {
    let mut stage = Stage::set(&cases, &timeouts).await;
    for (number, case) in cases.iter().enumerate() {
        stage.play(number, case).await;
    }
    assert_eq!(stage.gateway.settled_balance("billed").await, PAID_IN - stage.charged);
    stage.gateway.finish().await;
}

fn told(status: u16) -> Act {
    Act::error(Failure::new(status, "their own words"))
}

/// The beginning of an answer in one piece, longer than what is held back, and what follows it.
fn long_answer(rest: impl IntoIterator<Item = Piece>) -> Act {
    let start = format!("{{\"id\":\"c\",\"choices\":[{{\"message\":{{\"content\":\"{}", "long ".repeat(LONG_BYTES / 5));
    let pieces = std::iter::once(Piece { delay_ms: 0, bytes: start.into() }).chain(rest).collect();
    Answer::Raw(Raw { content_type: "application/json".to_owned(), pieces }).into()
}

#[tokio::test]
async fn connections_that_fail() {
    let before = Then::Over(0, Alone::Ours(502, "upstream_broken"));
    let after_head = Then::Over(200, Alone::Ours(502, "upstream_broken"));
    let broken = Then::Broken("upstream_broken");
    let cases = [
        both("refused", Fault::Gone, Then::Over(0, Alone::Ours(502, "upstream_unreachable"))),
        both("reset before the head", Cut::ResetBeforeHead, before),
        [
            case("reset after the head", true, Cut::ResetAfterChunks { chunks: 0 }, after_head),
            // What opens a stream says nothing yet.
            case("reset before the first word", true, Cut::ResetAfterChunks { chunks: 1 }, after_head),
        ],
        [
            case("reset after the first frame", true, Cut::ResetAfterChunks { chunks: 3 }, broken),
            case(
                "reset after the first frame",
                false,
                long_answer([]).with_cut(Cut::ResetAfterChunks { chunks: 1 }),
                broken,
            ),
        ],
    ];
    play(cases.into_iter().flatten().collect(), json!({})).await;
}

#[tokio::test]
async fn time_outs_at_each_stage() {
    let over = |status| Then::Over(status, Alone::Ours(504, "upstream_timeout"));
    let broken = Then::Broken("upstream_timeout");
    let silent = Cut::HangAfterChunks { chunks: 1 };
    let slowly = (0..60).map(|_| Piece { delay_ms: 50, bytes: "x".into() });
    let slow = Pace { between_chunks_ms: 50, chunks: Some(200), ..Pace::default() };
    let mut cases = Vec::from(both("connect", Fault::Deaf, over(0)));
    cases.extend([
        case("first byte", false, Answer::Hang, over(0)),
        case("first byte", true, Cut::HangAfterChunks { chunks: 0 }, over(200)),
        case("between frames", false, long_answer([]).with_cut(silent), broken),
        case("between frames", true, Cut::HangAfterChunks { chunks: 3 }, broken),
        case("total", false, long_answer(slowly), broken),
        case("total", true, slow, broken),
    ]);
    play(cases, json!({"connect_ms": 300, "first_byte_ms": 600, "idle_ms": 800, "total_ms": 1_500})).await;
}

#[tokio::test]
async fn trouble_with_an_account() {
    let missing = Act::error(Failure::new(404, "their own words").with_code("model_not_found"));
    let cases = [
        both("401", told(401), Then::Over(401, Alone::Ours(502, "upstream_auth_failed"))),
        both("402", told(402), Then::Over(402, Alone::Ours(503, "upstream_quota_exhausted"))),
        both("403", told(403), Then::Over(403, Alone::Theirs(403))),
        both("404", missing, Then::Over(404, Alone::Theirs(404))),
    ];
    play(cases.into_iter().flatten().collect(), json!({})).await;
}

#[tokio::test]
async fn limits_and_faults_of_the_request() {
    let limited = Then::Over(429, Alone::Theirs(429));
    let cases = [
        both("408", told(408), Then::Over(408, Alone::Theirs(408))),
        both("413", told(413), Then::Final(413)),
        both("400", told(400), Then::Final(400)),
        both("429", told(429), limited),
        both("429 with a time", told(429).with_header("retry-after", "7"), limited),
    ];
    play(cases.into_iter().flatten().collect(), json!({})).await;
}

#[tokio::test]
async fn upstreams_that_are_down() {
    let cases = [500, 502, 503, 529].map(|status| {
        let then = Then::Over(status, Alone::Theirs(status));
        both(&status.to_string(), told(status), then)
    });
    play(cases.into_iter().flatten().collect(), json!({})).await;
}

#[tokio::test]
async fn answers_that_are_none() {
    let over = |code| Then::Over(200, Alone::Ours(502, code));
    let invalid = over("upstream_invalid_answer");
    let envelope = Act::bytes("application/json", r#"{"error":{"message":"their own words","code":"x"}}"#);
    let error = |chunks| Cut::ErrorAfterChunks { chunks, failure: Failure::new(529, "their own words") };
    let cases = [
        case("error in the first frame", false, envelope, Then::Over(200, Alone::Theirs(200))),
        case("error in the first frame", true, error(0), Then::Over(200, Alone::Theirs(200))),
        case("error before the first word", true, error(1), Then::Over(200, Alone::Theirs(200))),
        case("page", false, Answer::Html { status: 200 }, invalid),
        case("page", true, Answer::Html { status: 200 }, invalid),
        case("empty", false, Answer::Empty { status: 200 }, invalid),
        case("empty", true, Cut::EndAfterChunks { chunks: 0 }, invalid),
    ];
    play(cases.into(), json!({})).await;
}

#[tokio::test]
async fn answers_that_are_cut_off() {
    let over = |code| Then::Over(200, Alone::Ours(502, code));
    let (broken, invalid) = (over("upstream_broken"), over("upstream_invalid_answer"));
    let cases = [
        case("shorter than announced", false, Cut::Truncate { bytes: 40 }, broken),
        case("half, in good order", false, Act::bytes("application/json", "{\"choices\":[{\"message\""), invalid),
        case("closed before the first word", true, Cut::CloseAfterChunks { chunks: 1 }, broken),
        case("ended before the first word", true, Cut::EndAfterChunks { chunks: 1 }, invalid),
        case("closed later", true, Cut::CloseAfterChunks { chunks: 3 }, Then::Broken("upstream_broken")),
        case("ended later", true, Cut::EndAfterChunks { chunks: 3 }, Then::Broken("upstream_truncated")),
        case(
            "closed later",
            false,
            long_answer([]).with_cut(Cut::CloseAfterChunks { chunks: 1 }),
            Then::Broken("upstream_broken"),
        ),
    ];
    play(cases.into(), json!({})).await;
}

#[tokio::test]
async fn errors_come_in_the_callers_dialect() {
    let faults: [(Fault, u16); 3] =
        [(Fault::Gone, 502), (Cut::Truncate { bytes: 10 }.into(), 502), (told(401).into(), 502)];
    for dialect in [Dialect::Messages, Dialect::Gemini] {
        for (number, (fault, status)) in faults.iter().enumerate() {
            let site = site(dialect.kind(), fault).await;
            let named = Upstream::start(dialect.kind(), Script::default()).await.unwrap();
            let own = with(provider("bad", &named, json!(["m"])), json!({"base_url": site.base_url()}));
            let gateway = Gateway::before(vec![own]).await;
            let request = gateway.post(&dialect.path("m", false), dialect.request("m", false).to_string());
            let got = gateway.call(request.header("anthropic-version", "2023-06-01")).await;
            assert_eq!(got.status, *status, "{dialect:?} {number}: {}", got.text());
            let name = dialect.error_name(&got.json());
            let codes = ["upstream_unreachable", "upstream_broken", "upstream_auth_failed"];
            let expected = match dialect {
                Dialect::Messages => "api_error".to_owned(),
                _ => codes[number].to_ascii_uppercase(),
            };
            assert_eq!(name, expected, "{dialect:?}: {}", got.text());
            gateway.finish().await;
        }
    }
}
