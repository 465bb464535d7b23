//! The server: one scripted upstream on loopback, what it was told and what it saw.

mod log;
mod serve;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::RwLock;
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::call::Shelf;
use crate::kind::Kind;
use crate::script::Script;
use crate::site::Site;

pub(crate) use log::Guard;
pub use log::{Cancellation, Received};
pub(crate) use wire::Connection;

/// Secret that an upstream expects unless it is told another one.
const DEFAULT_SECRET: &str = "sk-upstream";
const DEFAULT_KEPT_BYTES: usize = 512 * 1024 * 1024;
const BACKLOG: u32 = 8_192;

/// What an upstream is and accepts; fixed while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The vendor it imitates.
    pub kind: Kind,
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The secret it expects.
    pub secret: String,
    /// The only models it has, also those it lists; `None` has every model and lists the vendor's usual ones.
    pub models: Option<Vec<String>>,
    /// Headers that it refuses besides forwarding, hop-by-hop and gateway headers.
    pub forbidden_headers: Vec<String>,
    /// How generated answers sound.
    pub voice: Voice,
    /// Total size of the request bodies that it remembers; the oldest requests are forgotten beyond it.
    pub kept_bytes: usize,
}

/// How generated answers sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Voice {
    /// Short, and the same for the same request.
    #[default]
    Plain,
    /// For people who try a gateway: says that no vendor was called; times are real.
    Demo,
}

impl Settings {
    /// Makes the settings of an upstream for tests: any model, secret `sk-upstream`.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            port: 0,
            secret: DEFAULT_SECRET.to_owned(),
            models: None,
            forbidden_headers: Vec::new(),
            voice: Voice::Plain,
            kept_bytes: DEFAULT_KEPT_BYTES,
        }
    }

    /// Sets the secret that is expected.
    #[must_use]
    pub fn with_secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = secret.into();
        self
    }

    /// Sets the only models it has.
    #[must_use]
    pub fn with_models<S: Into<String>>(mut self, models: impl IntoIterator<Item = S>) -> Self {
        self.models = Some(models.into_iter().map(Into::into).collect());
        self
    }

    /// Adds headers that it refuses.
    #[must_use]
    pub fn forbidding<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.forbidden_headers.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sets the port, for an upstream that has to come back where another one was.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }
}

/// A running upstream; dropping it closes its port and all connections.
#[derive(Debug)]
pub struct Upstream {
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What the connections of an upstream share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) address: SocketAddr,
    pub(crate) log: Arc<log::Log>,
    pub(crate) shelf: Shelf,
    pub(crate) site: Option<Arc<Site>>,
    script: RwLock<Arc<Playing>>,
    serial: AtomicU64,
    is_held: watch::Sender<bool>,
}

/// A script with the number of calls that were answered by it.
#[derive(Debug)]
pub(crate) struct Playing {
    pub(crate) script: Script,
    calls: AtomicU64,
}

impl Playing {
    fn new(script: Script) -> Arc<Self> {
        Arc::new(Self { script, calls: AtomicU64::new(0) })
    }

    /// Counts a call and returns how many there were before.
    pub(crate) fn count_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed)
    }
}

impl Shared {
    pub(crate) fn playing(&self) -> Arc<Playing> {
        Arc::clone(&self.script.read())
    }

    pub(crate) fn next_serial(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits until answers may go out.
    pub(crate) async fn released(&self) {
        // The sender lives as long as this does.
        let _ = self.is_held.subscribe().wait_for(|&is_held| !is_held).await;
    }
}

impl Upstream {
    /// Starts an upstream with the usual settings.
    ///
    /// # Errors
    /// Fails when no port can be had.
    pub async fn start(kind: Kind, script: Script) -> io::Result<Self> {
        Self::start_with(Settings::new(kind), script)
    }

    /// Starts an upstream that answers people who try a gateway without a vendor account.
    ///
    /// # Errors
    /// Fails when no port can be had.
    pub async fn demo(kind: Kind) -> io::Result<Self> {
        let settings = Settings { voice: Voice::Demo, kept_bytes: 0, ..Settings::new(kind) };
        let pace = crate::script::Pace { between_chunks_ms: 15, ..crate::script::Pace::default() };
        Self::start_with(settings, Script::new(pace.into()))
    }

    /// Starts an upstream; must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// Fails when the port cannot be had.
    pub fn start_with(settings: Settings, script: Script) -> io::Result<Self> {
        Self::listen(settings, script, None)
    }

    /// Starts a relay site with its management side; calls are made with its keys. Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// Fails when no port can be had.
    pub fn start_site(site: Site, script: Script) -> io::Result<(Self, Arc<Site>)> {
        let site = Arc::new(site);
        let upstream = Self::listen(Settings::new(Kind::NewApi), script, Some(Arc::clone(&site)))?;
        Ok((upstream, site))
    }

    fn listen(settings: Settings, script: Script, site: Option<Arc<Site>>) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port)))?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            address,
            log: log::Log::new(settings.kept_bytes),
            settings,
            shelf: Shelf::default(),
            site,
            script: RwLock::new(Playing::new(script)),
            serial: AtomicU64::new(first_serial(address.port())),
            is_held: watch::Sender::new(false),
        });
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(serve::accept(listener, Arc::clone(&shared), stop.clone(), tasks.clone()));
        Ok(Self { shared, stop, tasks })
    }

    /// Returns the root of its URLs, without a slash at the end and without a version.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// Returns the address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// Returns its settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Changes the script; calls that are under way keep the old one, the count of calls starts anew.
    pub fn set_script(&self, script: Script) {
        *self.shared.script.write() = Playing::new(script);
    }

    /// Keeps every answer back, from its head on, until [`Upstream::release`].
    pub fn hold(&self) {
        self.shared.is_held.send_replace(true);
    }

    /// Lets the answers go that were kept back.
    pub fn release(&self) {
        self.shared.is_held.send_replace(false);
    }

    /// Returns all requests it remembers, in the order in which they had arrived in full.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.shared.log.requests()
    }

    /// Returns the calls whose client left before the answer's end, in order.
    #[must_use]
    pub fn cancellations(&self) -> Vec<Cancellation> {
        self.shared.log.cancellations()
    }

    /// Forgets requests and cancellations.
    pub fn forget(&self) {
        self.shared.log.clear();
    }

    /// Waits until there were at least `count` requests since the start or the last [`Upstream::forget`].
    pub async fn wait_for_requests(&self, count: usize) -> Vec<Received> {
        self.shared.log.wait_until(|log| log.seen() >= count).await;
        self.requests()
    }

    /// Waits until at least `count` clients left before the answer's end.
    pub async fn wait_for_cancellations(&self, count: usize) -> Vec<Cancellation> {
        self.shared.log.wait_until(|log| log.cancelled() >= count).await;
        self.cancellations()
    }

    /// Returns how many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        // The acceptor is a task of the tracker as well.
        self.tasks.len().saturating_sub(1)
    }

    /// Stops it and waits until its port and all connections are closed.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Two upstreams never make the same ids, not even one after the other on the same port.
fn first_serial(port: u16) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    (now << 32) ^ (u64::from(port) << 16)
}
