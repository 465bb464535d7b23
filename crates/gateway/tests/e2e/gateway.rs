//! The program under test: started with a configuration, asked for its records, stopped, counted.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use sluice_store::{DatabaseUrl, MasterKey, Store};
use sluice_testkit::Upstream;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::accounts::borrowed_by;
use crate::audit::audit;
use crate::client::{Answer, plain_client};
use crate::database::{Database, MASTER_KEY};

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
    database: Arc<Database>,
    launch: Launch,
}

/// How the program is started.
#[derive(Clone)]
pub(crate) struct Launch {
    /// What stands behind `--config`; nothing for no such option.
    pub(crate) config: Option<&'static str>,
    /// The environment.
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl Default for Launch {
    fn default() -> Self {
        Self { config: Some("sluice.yaml"), variables: Vec::new() }
    }
}

impl Launch {
    /// Starts with this configuration and these variables, and what every gateway of a test needs.
    pub(crate) fn of(config: Option<&'static str>, variables: &[(&'static str, String)]) -> Self {
        let usual = [("SLUICE_RELAY__THREADS", "2"), ("SLUICE_RECORDS__BATCH_MS", "20")];
        let usual = usual.map(|(name, value)| (name, value.to_owned()));
        Self { config, variables: variables.iter().cloned().chain(usual).collect() }
    }
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
pub(crate) async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, ask).await
}

/// The same with another patience.
pub(crate) async fn within<T>(patience: Duration, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
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
        Self::start_on(&Database::file(), config).await
    }

    /// Starts a gateway on this database. Those that share one are nodes of one system.
    pub(crate) async fn start_on(database: &Arc<Database>, mut config: Value) -> Self {
        if let Some(url) = database.url() {
            let address = json!({"url": url.as_str(), "master_key": MASTER_KEY});
            config = with(json!({"database": address}), config);
        }
        Self::start_in(tempfile::tempdir().unwrap(), database, config).await
    }

    /// Starts a gateway in a folder that may hold something already.
    pub(crate) async fn start_in(dir: TempDir, database: &Arc<Database>, config: Value) -> Self {
        let is_tls = config.pointer("/listen/tls").is_some();
        std::fs::write(dir.path().join("sluice.yaml"), completed(config).to_string()).unwrap();
        let mut gateway = Self::begin(dir, database, Launch::default()).await;
        gateway.is_tls = is_tls;
        gateway.wait_until_healthy().await;
        gateway
    }

    /// Starts a gateway in a folder with files of another one.
    pub(crate) async fn start_as(dir: TempDir, launch: Launch) -> Self {
        let gateway = Self::begin(dir, &Database::file(), launch).await;
        gateway.wait_until_healthy().await;
        gateway
    }

    async fn begin(dir: TempDir, database: &Arc<Database>, launch: Launch) -> Self {
        let (process, address, setup_token) = spawn(dir.path(), &launch).await;
        Self {
            process: Some(process),
            address,
            is_tls: false,
            setup_token,
            dir,
            client: plain_client(),
            session: OnceCell::new(),
            database: Arc::clone(database),
            launch,
        }
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
        self.database.expect_records(count);
    }

    /// Returns how many calls must have been recorded by all gateways of its database.
    pub(crate) fn expected_records(&self) -> u64 {
        self.database.expected_records()
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
        let cookie = self.session.get_or_init(|| self.log_in()).await;
        let mut request = self.bare(method, path).header("cookie", cookie);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// Makes the administrator with the token that was printed, unless another node did; returns its cookie.
    async fn log_in(&self) -> String {
        let root = json!({"username": "root", "password": "correct horse battery"});
        if let Some(token) = &self.setup_token {
            let first = with(root.clone(), json!({"token": token}));
            let response = self.bare(Method::POST, "/api/setup").json(&first).send().await.unwrap();
            if response.status() == 200 {
                return cookie_of(&response);
            }
        }
        let response = self.bare(Method::POST, "/api/user/login").json(&root).send().await.unwrap();
        assert_eq!(response.status(), 200);
        cookie_of(&response)
    }

    /// Makes a key of the administrator.
    pub(crate) async fn make_key(&self, name: &str) -> String {
        let made = self.admin(Method::POST, "/api/agg-token/", Some(json!({"name": name}))).await;
        assert_eq!(made.status, 200, "{}", made.text());
        made.json()["data"].as_str().unwrap().to_owned()
    }

    /// Sends SIGTERM and does not wait.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.as_ref().expect("the gateway runs").id();
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {id}")).status().unwrap();
        assert!(sent.success());
    }

    /// Stops it in good order and starts it again with the same data, on another port.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }

    /// Kills it without warning.
    pub(crate) fn kill(&mut self) {
        let mut process = self.process.take().expect("the gateway runs");
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Starts it again with the same data, on another port.
    pub(crate) async fn start_again(&mut self) {
        let (process, address, setup_token) = spawn(self.dir.path(), &self.launch).await;
        self.process = Some(process);
        self.address = address;
        self.setup_token = setup_token.or(self.setup_token.take());
        self.wait_until_healthy().await;
    }

    /// Starts it again after it was killed, and waits until everything that the dead process left is settled and given
    /// back.
    pub(crate) async fn recover(&mut self) {
        let store = self.store().await;
        let journal = self.data_dir().join("journal");
        let left_over = (segments(&journal), borrowed_by(&store, &self.data_dir()).await);
        self.start_again().await;
        eventually("the journal of the dead process to be settled", async || {
            let is_settled = segments(&journal).iter().all(|segment| !left_over.0.contains(segment));
            let borrowed = borrowed_by(&store, &self.data_dir()).await;
            (is_settled && borrowed.iter().all(|lease| !left_over.1.contains(lease))).then_some(())
        })
        .await;
        store.close().await.unwrap();
    }

    /// Opens its database beside it.
    pub(crate) async fn store(&self) -> Store {
        let data = self.data_dir();
        let (url, master) = match self.database.url() {
            Some(url) => (url.as_str().parse().unwrap(), MasterKey::parse(MASTER_KEY).unwrap()),
            None => (
                DatabaseUrl::sqlite(data.join("sluice.sqlite")),
                MasterKey::load_or_create(&data.join("master.key")).unwrap(),
            ),
        };
        Store::open(&url, &master).await.unwrap()
    }

    async fn stop(&mut self) {
        self.terminate();
        let status = self.exit().await;
        assert!(status.success(), "sluice ended with {status}:\n{}", self.log());
    }

    /// Waits until it ends by itself.
    pub(crate) async fn exit(&mut self) -> ExitStatus {
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

    /// Stops it and checks that nothing panicked. The last gateway of a database has its books audited.
    pub(crate) async fn finish(mut self) {
        if self.process.is_some() {
            self.stop().await;
        }
        assert!(!self.log().contains("panicked"), "{}", self.log());
        // Another gateway holds it too, and so may the test, to make one more.
        if Arc::strong_count(&self.database) == 1 {
            let store = self.store().await;
            audit(&store, self.database.expected_records()).await;
            store.close().await.unwrap();
        }
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

fn cookie_of(response: &reqwest::Response) -> String {
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// The files of a journal.
fn segments(journal: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(journal)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some())
        .collect()
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

/// The program under test: what `SLUICE_BIN` names, which says how a release build does; else what was built with the tests.
pub(crate) fn program() -> Command {
    Command::new(std::env::var_os("SLUICE_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_sluice").into()))
}

/// Starts the program in `dir` and reads where it listens, and the set-up token if it prints one.
async fn spawn(dir: &Path, launch: &Launch) -> (Child, SocketAddr, Option<String>) {
    let errors = std::fs::OpenOptions::new().create(true).append(true).open(dir.join("stderr")).unwrap();
    let mut process = program()
        .args(["serve", "--host", "127.0.0.1", "--port", "0", "--data", "data", "--log-dir", "logs"])
        .args(launch.config.into_iter().flat_map(|config| ["--config", config]))
        .current_dir(dir)
        .env_clear()
        .envs(launch.variables.iter().map(|(name, value)| (*name, value.as_str())))
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
