//! Staying up: providers die, run dry or refuse under load, and callers notice as little of it as can be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};
use sluice_testkit::{Act, Answer, Break, Contract, Failure, Kind, Line, Pace, Script, Turn, Upstream};
use tokio::task::JoinSet;

use crate::client::{Answer as Got, plain_client};
use crate::gateway::{Gateway, KEY, eventually, provider, with};
use crate::samples::Dialect;

const MODEL: &str = "m";
/// Calls for each second, and how long the load lasts before a provider dies and while it is dead; `make faults` has more.
const LOAD: Load = Load { calls_per_second: 200, before: Duration::from_secs(2), dead: Duration::from_secs(3) };
const LONG_LOAD: Load = Load { calls_per_second: 500, before: Duration::from_secs(10), dead: Duration::from_secs(15) };
/// What counts as the switch.
const SWITCH: Duration = Duration::from_secs(1);
/// Calls of a storm, and how many are made at once.
const STORM_CALLS: usize = 600;
const STORM_CLIENTS: usize = 100;

#[derive(Clone, Copy)]
struct Load {
    calls_per_second: u32,
    before: Duration,
    dead: Duration,
}

impl Load {
    fn wanted() -> Self {
        if std::env::var_os("FAULTS_LONG").is_some() { LONG_LOAD } else { LOAD }
    }
}

/// Calls at an even pace, whatever the answers take.
struct Traffic {
    started: Instant,
    calls: JoinSet<(Duration, Duration)>,
    pace: tokio::time::Interval,
    clients: Vec<reqwest::Client>,
}

impl Traffic {
    fn new(load: Load) -> Self {
        Self {
            started: Instant::now(),
            calls: JoinSet::new(),
            pace: tokio::time::interval(Duration::from_secs(1) / load.calls_per_second),
            clients: (0..4).map(|_| plain_client()).collect(),
        }
    }

    /// Makes calls until `is_enough`, asked once for each.
    async fn run(&mut self, gateway: &Gateway, mut is_enough: impl FnMut() -> bool) {
        while !is_enough() {
            self.pace.tick().await;
            gateway.expect_records(1);
            let number = self.calls.len();
            let client = &self.clients[number % self.clients.len()];
            // Streams that had begun at a provider break with it, and nobody else can go on with them.
            let body = Dialect::Chat.request(MODEL, false);
            let request = client.post(gateway.url("/v1/chat/completions")).bearer_auth(KEY).json(&body);
            let (began, started) = (Instant::now(), self.started);
            self.calls.spawn(async move {
                let got = Got::of(request.send().await.unwrap()).await;
                assert_eq!(got.status, 200, "{}", got.text());
                (began - started, began.elapsed())
            });
        }
    }

    async fn run_for(&mut self, gateway: &Gateway, time: Duration) -> Duration {
        let until = Instant::now() + time;
        self.run(gateway, || Instant::now() >= until).await;
        self.started.elapsed()
    }
}

/// Returns the 99th percentile of the calls that began in a time.
fn p99(calls: &[(Duration, Duration)], from: Duration, to: Duration) -> Duration {
    let mut took: Vec<Duration> =
        calls.iter().filter(|(began, _)| (from..to).contains(began)).map(|(_, took)| *took).collect();
    took.sort();
    took[(took.len() * 99 / 100).min(took.len() - 1)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_one_of_three_providers_dies() {
    let load = Load::wanted();
    let pace = Pace { before_head_ms: 5, ..Pace::default() };
    let mut upstreams = Vec::new();
    for _ in 0..3 {
        upstreams.push(Upstream::start(Kind::OpenAi, Script::new(pace.clone().into())).await.unwrap());
    }
    // It stands behind another address than its own.
    upstreams[0].set_script(Script::new(pace.into()).with_contract(Contract::Off));
    let line = Line::to(upstreams[0].address()).await.unwrap();
    let mut providers: Vec<Value> =
        upstreams.iter().zip(["p", "q", "r"]).map(|(one, name)| provider(name, one, json!([MODEL]))).collect();
    providers[0]["base_url"] = json!(format!("http://{}", line.address()));
    let gateway = Gateway::before(providers).await;
    let mut traffic = Traffic::new(load);
    let cut = traffic.run_for(&gateway, load.before).await;
    assert!(!upstreams[0].requests().is_empty(), "it has its share while it lives");
    line.cut(Break::Reset);
    let mended = traffic.run_for(&gateway, load.dead).await;
    line.mend();
    upstreams[0].forget();
    traffic.run(&gateway, || !upstreams[0].requests().is_empty()).await;
    let probed = traffic.started.elapsed();
    // One good probe is enough.
    traffic.run_for(&gateway, SWITCH).await;
    let since = upstreams[0].requests().len();
    let calls = traffic.calls.join_all().await;
    eprintln!(
        "{} calls; p99 {:?} before, {:?} during the switch, {:?} later; probed {:?} after it was back, {since} calls in \
         the {SWITCH:?} after that",
        calls.len(),
        p99(&calls, cut / 2, cut),
        p99(&calls, cut, cut + SWITCH),
        p99(&calls, cut + SWITCH, mended),
        probed.saturating_sub(mended),
    );
    assert!(since as u32 >= load.calls_per_second / 20, "{since} calls since it was probed");
    gateway.finish().await;
}

#[rstest]
#[case::that_says_for_how_long(Some("6"))]
#[case::that_does_not_say(None)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_429_is_not_multiplied(#[case] retry_after: Option<&'static str>) {
    let limited = Act::error(Failure::new(429, "slow down"));
    let limited = retry_after.into_iter().fold(limited, |act, secs| act.with_header("retry-after", secs));
    let mut upstreams = Vec::new();
    for _ in 0..3 {
        upstreams.push(Upstream::start(Kind::OpenAi, Script::new(limited.clone())).await.unwrap());
    }
    let providers: Vec<Value> =
        upstreams.iter().zip(["p", "q", "r"]).map(|(one, name)| provider(name, one, json!([MODEL]))).collect();
    let gateway = Gateway::before(providers).await;
    gateway.expect_records(STORM_CALLS);
    let mut clients = JoinSet::new();
    for _ in 0..STORM_CLIENTS {
        let (client, url) = (plain_client(), gateway.url("/v1/chat/completions"));
        clients.spawn(async move {
            for _ in 0..STORM_CALLS / STORM_CLIENTS {
                let body = Dialect::Chat.request(MODEL, false);
                let got = Got::of(client.post(&url).bearer_auth(KEY).json(&body).send().await.unwrap()).await;
                assert_eq!(got.status, 429, "{}", got.text());
                // What an upstream says is passed on as it came.
                let is_ours = !got.text().contains("slow down");
                let tells = got.header("retry-after").parse::<u32>().is_ok();
                assert!(tells || (!is_ours && retry_after.is_none()), "{}", got.text());
            }
        });
    }
    clients.join_all().await;
    let asked: usize = upstreams.iter().map(|one| one.requests().len()).sum();
    eprintln!("{asked} attempts for {STORM_CALLS} calls");
    assert!(asked * 10 < STORM_CALLS * 12, "{asked} attempts for {STORM_CALLS} calls");
    for one in &upstreams {
        one.set_script(Script::default());
    }
    eventually("calls to be served again", async || {
        let request = gateway.post("/v1/chat/completions", Dialect::Chat.request(MODEL, false).to_string());
        (gateway.call(request).await.status == 200).then_some(())
    })
    .await;
    gateway.finish().await;
}

#[rstest]
#[case::has_no_money_left(Failure::new(402, "pay"))]
#[case::has_no_quota_left(Failure::new(429, "You exceeded your current quota").with_code("insufficient_quota"))]
#[case::is_not_known(Failure::new(401, "who are you"))]
#[tokio::test]
async fn the_other_credential_takes_over_from_one_that(#[case] failure: Failure) {
    let first = vec![Turn { calls: 1, act: Act::error(failure) }];
    let script = Script { contract: Contract::Off, first, ..Script::default() };
    let upstream = Upstream::start(Kind::OpenAi, script).await.unwrap();
    let credentials = json!([{"name": "a", "secret": "sk-a"}, {"name": "b", "secret": "sk-b"}]);
    let two = with(provider("p", &upstream, json!([MODEL])), json!({"credentials": credentials}));
    let gateway = Gateway::before(vec![two]).await;
    for number in 0..10 {
        let request = gateway.post("/v1/chat/completions", Dialect::Chat.request(MODEL, false).to_string());
        let got = gateway.call(request).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert_eq!(gateway.record(got.call()).await["attempt_index"], if number == 0 { 2 } else { 1 });
    }
    let used: Vec<String> =
        upstream.requests().iter().map(|one| one.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(used.len(), 11);
    assert!(used[1..].iter().all(|secret| *secret == used[1] && *secret != used[0]), "{used:?}");
    gateway.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_that_gets_no_answer_holds_up_only_its_own_call() {
    let dead = Upstream::start(Kind::OpenAi, Script::new(Act::error(Failure::new(500, "down")))).await.unwrap();
    let good = Upstream::start(Kind::OpenAi, Script::default()).await.unwrap();
    let first = json!({"priority": 10, "timeouts": {"first_byte_ms": 3_000}});
    let first = with(provider("dead", &dead, json!([MODEL])), first);
    let gateway = Gateway::before(vec![first, provider("good", &good, json!([MODEL]))]).await;
    let ask = async || {
        let request = gateway.post("/v1/chat/completions", Dialect::Chat.request(MODEL, false).to_string());
        let (began, got) = (Instant::now(), gateway.call(request).await);
        assert_eq!(got.status, 200, "{}", got.text());
        (began.elapsed(), gateway.record(got.call()).await["attempt_index"].as_u64().unwrap())
    };
    eventually("it to be left alone", async || (ask().await.1 == 1).then_some(())).await;
    dead.forget();
    dead.set_script(Script::new(Answer::Hang.into()));
    // One call after the other, until one of them is the probe.
    let slow = Arc::new(AtomicU64::new(0));
    let probing = async {
        while dead.requests().is_empty() {
            slow.store(ask().await.1, Ordering::Relaxed);
        }
    };
    let meanwhile = async {
        dead.wait_for_requests(1).await;
        for _ in 0..10 {
            let (took, attempts) = ask().await;
            assert!(attempts == 1 && took < Duration::from_secs(2), "{took:?}, {attempts} attempts");
        }
        assert_eq!(slow.load(Ordering::Relaxed), 1, "the probe is still under way");
    };
    tokio::join!(probing, meanwhile);
    assert_eq!((slow.load(Ordering::Relaxed), dead.requests().len()), (2, 1), "the probe was served by the other");
    gateway.finish().await;
}
