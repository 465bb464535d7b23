//! `sluice serve`: starts everything in order, waits for the signal to stop, and stops in the reverse order.

mod health;
mod roots;
mod sampling;
mod settings;
mod signals;
mod standing;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

use anyhow::{Context, bail};
use prometheus_client::registry::Registry;
use secrecy::ExposeSecret;
use sluice_domain::clock::Clock;
use sluice_domain::ledger::Holder;
use sluice_protocol::vendor::Vendors;
use sluice_store::Store;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::admin::{self, AdminState, CookiePolicy, Memory, SetupGate};
use crate::commands::node::Run;
use crate::config::{Loaded, MasterKey, SecureCookies, Settings};
use crate::console;
use crate::jobs::check_in::CheckIns;
use crate::jobs::{Jobs, Means};
use crate::money::bank::Bank;
use crate::record::journal::{self, Journal};
use crate::record::{self, Batching, Books, Queue, spawn_writer};
use crate::relay::{Limiters, Objects, Previewer, Relay, Responses, Shared, Turns, Unserved};
use crate::server::{ClientPolicy, DRAIN_LIMIT, ServerTls, Worker, bind_all};
use crate::snapshot::live::{Ingredients, Live};
use crate::standing::affinity::Affinity;
use crate::standing::health::Health;
use crate::standing::memory;
use crate::telemetry::metrics::{self, Counters, Metrics, Sampled, ThreadGauges};
use crate::telemetry::pulse::Pulse;
use crate::upkeep::Upkeep;
use crate::upstream::media::Fetcher;
use crate::upstream::{Pool, tls_config};
use roots::own_roots;
pub(crate) use settings::journal_dir;
use settings::{declared_rows, keep, relay_settings, spool_dir};
use signals::StopSignals;
use standing::Standing;

/// Threads of the control runtime: admin API, jobs, database.
const CONTROL_THREADS: usize = 2;
/// Longest wait for the last records when Sluice stops.
const FLUSH_LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// Runs the gateway until it is told to stop; calls `ready` with its address once it listens.
///
/// # Errors
/// Fails if it cannot start: the configuration, the database, the certificate or the port.
pub(crate) fn run(loaded: Loaded, ready: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let control = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .thread_name("sluice-control")
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    let result = control.block_on(async {
        let mut signals = StopSignals::listen()?;
        let gateway = tokio::select! {
            started = Gateway::start(loaded) => started?,
            stopped = signals.next() => return stopped,
        };
        ready(gateway.address);
        let lost = gateway.run.lost();
        tokio::select! {
            signal = signals.next() => signal?,
            () = lost.cancelled() => {}
        }
        tokio::select! {
            stopped = gateway.stop() => stopped?,
            again = signals.next() => {
                again?;
                bail!("stopped at once; calls under way were cut off and come from the journal at the next start")
            }
        }
        if lost.is_cancelled() {
            bail!("stopped because another process runs as this node; every node needs a data directory of its own");
        }
        Ok(())
    });
    control.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}

/// A gateway that runs.
struct Gateway {
    address: SocketAddr,
    stop: CancellationToken,
    threads: Vec<JoinHandle<()>>,
    writers: Vec<tokio::task::JoinHandle<()>>,
    chores: Vec<tokio::task::JoinHandle<()>>,
    jobs: tokio::task::JoinHandle<()>,
    store: Arc<Store>,
    bank: Arc<Bank>,
    run: Run,
    standing: Standing,
    _journals: journal::Directory,
}

impl Gateway {
    async fn start(loaded: Loaded) -> anyhow::Result<Self> {
        let Loaded { settings, vendors, .. } = loaded;
        let vendors = Arc::new(vendors);
        let store = open_store(&settings).await?;
        let journals = journal::Directory::take(&journal_dir(&settings.data_dir));
        let journals = journals.context("the journal cannot be opened")?;
        let run = Run::begin_in(&settings.data_dir, &journals, &settings.database.url, &store).await?;
        let listeners = bind_all(settings.listen.address, settings.relay.threads.get())
            .with_context(|| format!("cannot listen on {}", settings.listen.address))?;
        let address = listeners.first().context("no listener")?.local_addr()?;
        let (health, affinity) = memory::Memory::load(&settings.data_dir).into_parts();
        let (health, affinity) = (Arc::new(health), Arc::new(affinity));
        let bank = Bank::new(Arc::clone(&store), run.node(), Clock::System, tokio::runtime::Handle::current());
        let live = Live::load_first(Ingredients {
            store: Arc::clone(&store),
            vendors: Arc::clone(&vendors),
            declared: settings.declared.clone(),
            timeouts: settings.relay.timeouts,
            max_attempts: usize::try_from(settings.relay.max_attempts).unwrap_or(usize::MAX),
            bank: Arc::clone(&bank),
            health: Arc::clone(&health),
        });
        let live = Arc::new(live.await.context("the configuration cannot be read")?);
        let stop = CancellationToken::new();
        let changed = Arc::new(Notify::new());
        let tls = settings.listen.tls.clone().map(ServerTls::load).transpose()?;
        let upkeep = Upkeep::new(Arc::clone(&store), Arc::clone(&vendors), Arc::clone(&changed));
        let parts = Parts {
            settings: &settings,
            vendors,
            store: Arc::clone(&store),
            live,
            bank,
            changed,
            stop,
            tls,
            sampled: Arc::default(),
            upkeep: Arc::new(upkeep),
            health,
            affinity,
        };
        let books = parts.open_books().await?;
        parts.replay(&journals, &books).await?;
        let (gates, writers) = parts.open_gates(&journals, &books)?;
        let shared = parts.shared()?;
        let means = parts.means();
        let jobs = Jobs::new(&means, parts.stop.clone());
        let admin = parts.admin_router(&gates, address, (Arc::clone(&shared), Arc::clone(&jobs), means)).await?;
        let chores = parts.spawn_chores();
        let jobs = tokio::spawn(jobs.follow());
        spawn_sync(&gates, Arc::clone(journals.bell()))?;
        let threads = parts.spawn_threads(listeners, gates, (&admin, shared))?;
        Ok(Self {
            address,
            standing: parts.standing(),
            stop: parts.stop,
            threads,
            writers,
            chores,
            jobs,
            store,
            bank: parts.bank,
            run,
            _journals: journals,
        })
    }

    /// Stops accepting, waits for the calls under way, then for their records.
    async fn stop(self) -> anyhow::Result<()> {
        tracing::info!("stopping: no new calls are taken, those under way are finished");
        self.stop.cancel();
        let threads = self.threads;
        let joined = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join())));
        let limit = DRAIN_LIMIT + std::time::Duration::from_secs(5);
        if tokio::time::timeout(limit, joined).await.is_err() {
            tracing::warn!("a relay thread did not stop in time");
        }
        for chore in self.chores {
            chore.abort();
        }
        self.standing.save().await;
        // It has a limit of its own.
        let _ = self.jobs.await;
        for writer in self.writers {
            if tokio::time::timeout(FLUSH_LIMIT, writer).await.is_err() {
                tracing::error!("the last call records could not be written in time");
            }
        }
        self.bank.close().await;
        drop(self.bank);
        self.run.end().await;
        match Arc::try_unwrap(self.store) {
            Ok(store) => store.close().await.context("the database did not close")?,
            Err(_) => tracing::debug!("the database is still in use by a task that was cut off"),
        }
        tracing::info!("stopped");
        Ok(())
    }
}

/// What the pieces of a gateway are built from.
struct Parts<'a> {
    settings: &'a Settings,
    vendors: Arc<Vendors>,
    store: Arc<Store>,
    live: Arc<Live>,
    bank: Arc<Bank>,
    changed: Arc<Notify>,
    stop: CancellationToken,
    tls: Option<Arc<ServerTls>>,
    sampled: Arc<Sampled>,
    upkeep: Arc<Upkeep>,
    health: Arc<Health>,
    affinity: Arc<Affinity>,
}

/// One thread's queue, journal and counters.
struct Gate {
    queue: Queue,
    journal: Arc<Journal>,
    counters: Arc<Counters>,
}

impl Parts<'_> {
    async fn open_books(&self) -> anyhow::Result<Books> {
        let (store, node) = (Arc::clone(&self.store), self.bank.node());
        let revenue = store.open_account(Holder::Revenue(node), Clock::System.now()).await;
        let books = Books::new(store, node, revenue.context("the ledger cannot be opened")?.id);
        Ok(books.counting(self.health.quotas()))
    }

    /// Settles what an earlier process left behind, while calls are served already, and then gives back what it had
    /// borrowed.
    async fn replay(&self, journals: &journal::Directory, books: &Books) -> anyhow::Result<()> {
        let left_over = journal::Replay::find(journals.path()).context("the journal cannot be read")?;
        let borrowed = self.store.leases_of(books.node).await.context("the leases cannot be read")?;
        self.bank.inherit(&borrowed);
        let (books, live, bank) = (books.clone(), Arc::clone(&self.live), Arc::clone(&self.bank));
        tokio::spawn(async move {
            if record::replay(&books, &live, left_over).await {
                bank.give_back(&borrowed).await;
            }
        });
        Ok(())
    }

    fn open_gates(
        &self,
        journals: &journal::Directory,
        books: &Books,
    ) -> anyhow::Result<(Vec<Gate>, Vec<tokio::task::JoinHandle<()>>)> {
        let records = &self.settings.records;
        let batching = Batching { rows: records.batch_rows, linger: records.batch_delay };
        let threads = self.settings.relay.threads.get();
        let max_bytes = records.journal_max_bytes / threads as u64;
        let capacity = (records.queue_rows / threads).max(1);
        let control = tokio::runtime::Handle::current();
        let mut gates = Vec::with_capacity(threads);
        let mut writers = Vec::with_capacity(threads);
        for thread in 0..threads {
            let (queue, inbox) = Queue::new(capacity);
            writers.push(spawn_writer(&control, books.clone(), inbox, batching));
            let journal = journals.open(thread, max_bytes).context("the journal cannot be written")?;
            gates.push(Gate { queue, journal, counters: Arc::default() });
        }
        Ok((gates, writers))
    }

    async fn admin_router(
        &self,
        gates: &[Gate],
        address: SocketAddr,
        (shared, jobs, means): (Arc<Shared>, Arc<Jobs>, Means),
    ) -> anyhow::Result<axum::Router> {
        let threads = gates
            .iter()
            .map(|gate| ThreadGauges {
                counters: Arc::clone(&gate.counters),
                queue: gate.queue.watch(),
                journal: Arc::downgrade(&gate.journal),
            })
            .collect();
        let (live, bank, sampled) = (Arc::clone(&self.live), Arc::clone(&self.bank), Arc::clone(&self.sampled));
        let registry: Registry = metrics::registry(Metrics { threads, live, bank, sampled });
        let setup = self.setup_gate(address).await?;
        let clock = Clock::System;
        let admin = &self.settings.admin;
        let state = AdminState {
            node: self.bank.node(),
            records_kept_days: self.settings.records.retention_days,
            store: Arc::clone(&self.store),
            vendors: Arc::clone(&self.vendors),
            changed: Arc::clone(&self.changed),
            declared: Arc::clone(&means.declared),
            memory: Memory::new(clock.now()),
            clock,
            setup,
            cookies: match admin.secure_cookies {
                SecureCookies::Auto => CookiePolicy::Auto,
                SecureCookies::Always => CookiePolicy::Always,
                SecureCookies::Never => CookiePolicy::Never,
            },
            session_days: u32::try_from(admin.session_ttl.as_secs().div_ceil(86_400)).unwrap_or(u32::MAX),
            public_url: admin.public_url.clone(),
            upkeep: Arc::clone(&self.upkeep),
            jobs,
            checkins: CheckIns::new(&means),
            pulse: self.feel_pulse(gates),
            previewer: Previewer::new(shared),
            policy: self.settings.declared.policy.clone(),
        };
        let health = health::router(Arc::clone(&self.store), registry);
        Ok(admin::router(Arc::new(state)).merge(health).merge(console::router()))
    }

    /// Begins to look at what the relay threads count.
    fn feel_pulse(&self, gates: &[Gate]) -> Arc<Pulse> {
        let pulse = Arc::new(Pulse::new(gates.iter().map(|gate| Arc::clone(&gate.counters)).collect()));
        tokio::spawn(Arc::clone(&pulse).follow(self.stop.clone()));
        pulse
    }

    /// Opens the way to the first administrator where there is none, and prints the link that leads there.
    async fn setup_gate(&self, address: SocketAddr) -> anyhow::Result<SetupGate> {
        if self.store.has_root().await.context("the users cannot be read")? {
            return Ok(SetupGate::closed());
        }
        let (gate, token) = SetupGate::open();
        let base = self.public_base(address);
        say(&format!("First start: make the administrator at {base}/setup#token={}", token.expose_secret()));
        Ok(gate)
    }

    fn public_base(&self, address: SocketAddr) -> String {
        match &self.settings.admin.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => base_url(address, self.tls.is_some()),
        }
    }

    /// Begins what each node does for itself.
    fn spawn_chores(&self) -> Vec<tokio::task::JoinHandle<()>> {
        let (live, changed, stop) = (Arc::clone(&self.live), Arc::clone(&self.changed), self.stop.clone());
        let mut chores = vec![
            tokio::spawn(async move { live.follow(&changed, &stop).await }),
            tokio::spawn(Arc::clone(&self.bank).keep_up(self.stop.clone())),
            tokio::spawn(sampling::run(Arc::clone(&self.store), Arc::clone(&self.sampled), self.stop.clone())),
        ];
        chores.push(tokio::spawn(self.standing().keep(self.stop.clone())));
        if let Some(tls) = self.tls.clone() {
            let stop = self.stop.clone();
            chores.push(tokio::spawn(async move { tls.follow_files(&stop).await }));
        }
        chores
    }

    /// Returns what this node learns, and where that is kept.
    fn standing(&self) -> Standing {
        Standing {
            data: self.settings.data_dir.clone(),
            health: Arc::clone(&self.health),
            affinity: Arc::clone(&self.affinity),
        }
    }

    /// Gathers what jobs are made from.
    fn means(&self) -> Means {
        Means {
            store: Arc::clone(&self.store),
            node: self.bank.node(),
            clock: Arc::default(),
            records_kept_days: self.settings.records.retention_days,
            responses_max_bytes: self.settings.responses.max_bytes,
            upkeep: Arc::clone(&self.upkeep),
            declared: Arc::new(declared_rows(&self.settings.declared)),
        }
    }

    /// Makes what all relay threads share.
    fn shared(&self) -> anyhow::Result<Arc<Shared>> {
        Ok(Arc::new(Shared {
            live: Arc::clone(&self.live),
            store: Arc::clone(&self.store),
            bank: Arc::clone(&self.bank),
            objects: Objects::default(),
            unserved: Unserved::default(),
            affinity: Arc::clone(&self.affinity),
            limiters: Limiters::default(),
            turns: Turns::default(),
            provenance: Arc::default(),
            fetcher: Fetcher::new(self.settings.media.clone(), tokio::runtime::Handle::current())
                .context("files that callers name cannot be fetched")?,
            responses: Responses::new(keep(&self.settings.responses)),
            room: Arc::default(),
            settings: relay_settings(self.settings)?,
            control: tokio::runtime::Handle::current(),
            clock: Clock::System,
        }))
    }

    fn spawn_threads(
        &self,
        listeners: Vec<std::net::TcpListener>,
        gates: Vec<Gate>,
        (admin, shared): (&axum::Router, Arc<Shared>),
    ) -> anyhow::Result<Vec<JoinHandle<()>>> {
        let upstream_tls = tls_config(&own_roots()?);
        let mut threads = Vec::with_capacity(listeners.len());
        for (index, (listener, gate)) in listeners.into_iter().zip(gates).enumerate() {
            let pool = Pool::new(Arc::clone(&upstream_tls));
            let relay = Relay::new(
                Arc::clone(&shared),
                Arc::clone(&pool),
                (gate.queue, gate.journal),
                Arc::clone(&gate.counters),
            );
            let worker = Worker {
                relay,
                pool,
                counters: gate.counters,
                admin: admin.clone(),
                control: tokio::runtime::Handle::current(),
                clients: ClientPolicy { trusted_proxies: self.settings.relay.trusted_proxies.clone() },
                tls: self.tls.clone(),
                header_timeout: self.settings.relay.client_header_timeout,
            };
            let stop = self.stop.clone();
            let thread = std::thread::Builder::new()
                .name(format!("sluice-relay-{index}"))
                .spawn(move || run_thread(worker, listener, stop))
                .context("a relay thread cannot start")?;
            threads.push(thread);
        }
        Ok(threads)
    }
}

/// Pushes the journals to the disk in groups, for as long as they are in use.
fn spawn_sync(gates: &[Gate], bell: Arc<journal::Bell>) -> anyhow::Result<()> {
    let journals: Vec<Weak<Journal>> = gates.iter().map(|gate| Arc::downgrade(&gate.journal)).collect();
    std::thread::Builder::new()
        .name("sluice-sync".to_owned())
        .spawn(move || {
            while journals.iter().any(|journal| journal.strong_count() > 0) {
                bell.wait(journal::SYNC_INTERVAL);
                journals.iter().filter_map(Weak::upgrade).for_each(|journal| journal.sync());
            }
        })
        .map(drop)
        .context("the journal's thread cannot start")
}

fn run_thread(worker: Worker, listener: std::net::TcpListener, stop: CancellationToken) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "a relay thread's runtime cannot start");
            return;
        }
    };
    runtime.block_on(async {
        match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => Arc::new(worker).run(listener, stop).await,
            Err(error) => tracing::error!(%error, "a relay thread cannot listen"),
        }
    });
}

/// Opens the database, brings it up to date and checks the master key.
///
/// # Errors
/// Says what is wrong with the data directory, the master key or the database.
pub(crate) async fn open_store(settings: &Settings) -> anyhow::Result<Arc<Store>> {
    let data = &settings.data_dir;
    std::fs::create_dir_all(spool_dir(data)).with_context(|| format!("cannot make `{}`", data.display()))?;
    let master = match &settings.database.master_key {
        MasterKey::Given(text) => sluice_store::MasterKey::parse(text.expose_secret()),
        MasterKey::File(path) => sluice_store::MasterKey::load_or_create(path),
    }
    .context("the master key cannot be used")?;
    let store = Store::open(&settings.database.url, &master).await.context("the database cannot be opened")?;
    store.migrate().await.context("the database cannot be brought up to date; nothing was started")?;
    Ok(Arc::new(store))
}

/// Returns the address to show to people: one that listens everywhere is reached on this machine.
pub(crate) fn base_url(address: SocketAddr, is_tls: bool) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    let shown = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("127.0.0.1:{}", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("[::1]:{}", v6.port()),
        other => other.to_string(),
    };
    format!("{scheme}://{shown}")
}

/// Writes a line for the person who started Sluice. That nobody reads it is no failure.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).ok();
}
