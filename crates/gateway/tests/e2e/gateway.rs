//! The program under test: started with a configuration, asked for its records, stopped, counted.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use sluice_store::{CallFilter, DatabaseUrl, MasterKey, PageRequest, Store};
use sluice_testkit::Upstream;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::client::{Answer, plain_client};

/// The key of every gateway that declares none of its own.
pub(crate) const KEY: &str = "ag-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL";

/// Longest wait for anything that must come soon.
const PATIENCE: Duration = Duration::from_secs(20);
/// Sluice waits up to 25 s for calls under way when it stops.
const STOP_PATIENCE: Duration = Duration::from_secs(40);

/// A running gateway.
pub(crate) struct Gateway {
    process: Option<Child>,
    address: SocketAddr,
    is_tls: bool,
    setup_token: Option<String>,
    dir: TempDir,
    client: reqwest::Client,
    session: OnceCell<String>,
    expected_records: AtomicUsize,
}

/// Declares an upstream as a provider of `models`.
#[expect(clippy::needless_pass_by_value, reason = "built for this one use")]
pub(crate) fn provider(name: &str, upstream: &Upstream, models: Value) -> Value {
    json!({
        "name": name,
        "vendor": upstream.settings().kind.as_str(),
        "base_url": upstream.base_url(),
        "credentials": [{"name": "main", "secret": upstream.settings().secret}],
        "models": models,
    })
}

/// Returns `base` with the members of `more`.
pub(crate) fn with(mut base: Value, more: Value) -> Value {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    base
}

/// Asks again and again until there is an answer.
///
/// # Panics
/// There is none for too long.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Gateway {
    /// Starts a gateway in front of `providers`, with nothing special.
    pub(crate) async fn before(providers: Vec<Value>) -> Self {
        Self::start(json!({"providers": providers})).await
    }

    /// Starts a gateway with this configuration.
    pub(crate) async fn start(config: Value) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let is_tls = config.pointer("/listen/tls").is_some();
        std::fs::write(dir.path().join("sluice.yaml"), completed(config).to_string()).unwrap();
        let (process, address, setup_token) = spawn(dir.path()).await;
        let gateway = Self {
            process: Some(process),
            address,
            is_tls,
            setup_token,
            dir,
            client: plain_client(),
            session: OnceCell::new(),
            expected_records: AtomicUsize::new(0),
        };
        gateway.wait_until_healthy().await;
        gateway
    }

    async fn wait_until_healthy(&self) {
        eventually("/healthz", async || {
            self.client.get(self.url("/healthz")).send().await.ok().filter(|answer| answer.status() == 200)
        })
        .await;
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.address)
    }

    /// Everything that the gateway wrote to its standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("stderr")).unwrap()
    }

    /// The folder that holds its data.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The folder that holds its log files.
    pub(crate) fn log_dir(&self) -> PathBuf {
        self.dir.path().join("logs")
    }

    /// Begins a request without any key.
    pub(crate) fn bare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Begins a JSON request with the usual key.
    pub(crate) fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        self.bare(Method::POST, path).bearer_auth(KEY).header("content-type", "application/json").body(body)
    }

    /// Begins a request without a body, with the usual key.
    pub(crate) fn ask(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.bare(method, path).bearer_auth(KEY)
    }

    /// Makes a call, which must leave a record.
    pub(crate) async fn call(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::of(self.open(request).await).await
    }

    /// Makes a call, which must leave a record, and returns when the head of its answer is there.
    pub(crate) async fn open(&self, request: reqwest::RequestBuilder) -> reqwest::Response {
        self.expect_records(1);
        request.send().await.unwrap()
    }

    /// Sends a request that is turned away before it is a call, and leaves no record.
    pub(crate) async fn turned_away(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::of(request.send().await.unwrap()).await
    }

    /// Counts calls that were made in another way.
    pub(crate) fn expect_records(&self, count: usize) {
        self.expected_records.fetch_add(count, Ordering::Relaxed);
    }

    /// Waits for the record of a call.
    pub(crate) async fn record(&self, call: &str) -> Value {
        let path = format!("/api/log/{call}");
        eventually("the record of a call", async || {
            let answer = self.admin(Method::GET, &path, None).await;
            (answer.status == 200).then(|| answer.json()["data"].clone())
        })
        .await
    }

    /// Waits for the newest record, of a call that got no answer.
    pub(crate) async fn newest_record(&self) -> Value {
        eventually("a record", async || {
            let answer = self.admin(Method::GET, "/api/log/?page_size=1", None).await;
            answer.json()["data"]["items"].get(0).cloned()
        })
        .await
    }

    /// Asks the admin API as the first administrator.
    pub(crate) async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let cookie = self.session.get_or_init(|| self.set_up()).await;
        let mut request = self.bare(method, path).header("cookie", cookie);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// Makes the administrator with the token that was printed; returns its cookie.
    async fn set_up(&self) -> String {
        let token = self.setup_token.as_deref().expect("a first start prints a set-up link");
        let root = json!({"token": token, "username": "root", "password": "correct horse battery"});
        let response = self.bare(Method::POST, "/api/setup").json(&root).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Pays into the balance of a key and returns the id of its account.
    pub(crate) async fn pay_in(&self, key_name: &str, micros: i64) -> i64 {
        let account = self.account_of_key(key_name).await;
        let id = account["id"].as_i64().unwrap();
        let order = json!({"amount_micros": micros, "memo": "paid in by a test"});
        let paid = self.admin(Method::POST, &format!("/api/account/{id}/top-up"), Some(order)).await;
        assert_eq!(paid.status, 200, "{}", paid.text());
        id
    }

    /// Returns the account of a key as it is now.
    pub(crate) async fn account_of_key(&self, key_name: &str) -> Value {
        let keys = self.admin(Method::GET, "/api/agg-token/?all=true", None).await.json();
        let keys = keys["data"]["items"].as_array().unwrap().clone();
        let key = keys.iter().find(|key| key["name"] == key_name).unwrap_or_else(|| panic!("no key `{key_name}`"));
        let account = self.admin(Method::GET, &format!("/api/agg-token/{}/account", key["id"]), None).await;
        assert_eq!(account.status, 200, "{}", account.text());
        account.json()["data"].clone()
    }

    /// Makes a key of the administrator.
    pub(crate) async fn make_key(&self, name: &str) -> String {
        let made = self.admin(Method::POST, "/api/agg-token/", Some(json!({"name": name}))).await;
        assert_eq!(made.status, 200, "{}", made.text());
        made.json()["data"].as_str().unwrap().to_owned()
    }

    /// Sends SIGTERM and does not wait.
    pub(crate) fn terminate(&self) {
        let id = self.process.as_ref().expect("the gateway runs").id();
        let sent = Command::new("sh").arg("-c").arg(format!("kill -TERM {id}")).status().unwrap();
        assert!(sent.success());
    }

    /// Stops it in good order and starts it again with the same data, on another port.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        let (process, address, setup_token) = spawn(self.dir.path()).await;
        self.process = Some(process);
        self.address = address;
        self.setup_token = setup_token.or(self.setup_token.take());
        self.wait_until_healthy().await;
    }

    /// Kills it without warning and starts it again with the same data, on another port.
    pub(crate) async fn kill_and_restart(&mut self) {
        let mut process = self.process.take().expect("the gateway runs");
        process.kill().unwrap();
        process.wait().unwrap();
        let (process, address, setup_token) = spawn(self.dir.path()).await;
        self.process = Some(process);
        self.address = address;
        self.setup_token = setup_token.or(self.setup_token.take());
        self.wait_until_healthy().await;
    }

    async fn stop(&mut self) {
        self.terminate();
        let status = self.exit().await;
        assert!(status.success(), "sluice ended with {status}:\n{}", self.log());
    }

    async fn exit(&mut self) -> ExitStatus {
        let mut process = self.process.take().expect("the gateway runs");
        let deadline = Instant::now() + STOP_PATIENCE;
        loop {
            if let Some(status) = process.try_wait().unwrap() {
                return status;
            }
            if Instant::now() > deadline {
                process.kill().ok();
                panic!("sluice did not stop:\n{}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Stops it and checks that there is one record for each call, and that nothing panicked.
    pub(crate) async fn finish(mut self) {
        if self.process.is_some() {
            self.stop().await;
        }
        assert!(!self.log().contains("panicked"), "{}", self.log());
        let data = self.data_dir();
        let master = MasterKey::load_or_create(&data.join("master.key")).unwrap();
        let url = DatabaseUrl::sqlite(data.join("sluice.sqlite"));
        let store = Store::open(&url, &master).await.unwrap();
        let page = store.page_calls(&CallFilter::default(), PageRequest::nth(0, 1)).await.unwrap();
        store.close().await.unwrap();
        assert_eq!(page.total, self.expected_records.load(Ordering::Relaxed) as u64, "records of calls");
    }

    /// Waits for the end of a gateway that was told to terminate.
    pub(crate) async fn wait_for_exit(&mut self) {
        let status = self.exit().await;
        assert!(status.success(), "sluice ended with {status}:\n{}", self.log());
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        process.kill().ok();
        process.wait().ok();
        if std::thread::panicking() {
            eprintln!("the gateway's log:\n{}", self.log());
        } else {
            panic!("the test did not finish its gateway: its records were not counted");
        }
    }
}

/// Adds to a configuration what every gateway of a test needs.
fn completed(mut config: Value) -> Value {
    let defaults = json!({
        "keys": [{"name": "main", "secret": KEY}],
        "relay": {"threads": 2},
        "records": {"batch_ms": 20},
        "log": {"level": "info"},
    });
    for (name, value) in defaults.as_object().unwrap() {
        let section = config.as_object_mut().unwrap().entry(name).or_insert(value.clone());
        for (key, value) in value.as_object().into_iter().flatten() {
            section.as_object_mut().unwrap().entry(key).or_insert(value.clone());
        }
    }
    config
}

/// Starts the program in `dir` and reads where it listens, and the set-up token if it prints one.
async fn spawn(dir: &Path) -> (Child, SocketAddr, Option<String>) {
    let errors = std::fs::OpenOptions::new().create(true).append(true).open(dir.join("stderr")).unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_sluice"))
        .args(["serve", "--host", "127.0.0.1", "--port", "0", "--config", "sluice.yaml", "--data", "data"])
        .args(["--log-dir", "logs"])
        .current_dir(dir)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .unwrap();
    let output = process.stdout.take().unwrap();
    let read = tokio::task::spawn_blocking(move || read_introduction(output)).await.unwrap();
    let Some((address, token)) = read else {
        process.kill().ok();
        process.wait().ok();
        panic!("sluice did not start:\n{}", std::fs::read_to_string(dir.join("stderr")).unwrap());
    };
    (process, address, token)
}

fn read_introduction(output: ChildStdout) -> Option<(SocketAddr, Option<String>)> {
    let mut token = None;
    for line in BufReader::new(output).lines() {
        let line = line.unwrap();
        if let Some((_, found)) = line.split_once("/setup#token=") {
            token = Some(found.trim().to_owned());
        }
        if let Some((_, address)) = line.split_once("Sluice listens on ").and_then(|(_, url)| url.split_once("://")) {
            return Some((address.trim().parse().unwrap(), token));
        }
    }
    None
}
