//! One process at a time runs as a node. What a node borrowed is given back by its number alone, so that two processes with
//! one number, as from a copied data directory, would give back what the other holds calls against.
//!
//! A process says every few seconds that it lives. One that finds another's word begins at once where it holds the very
//! directory that the other one held, because that one must then be dead; else it waits and looks whether the word is renewed.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use sluice_domain::clock::Clock;
use sluice_domain::id::NodeId;
use sluice_store::{DatabaseUrl, NodeRun, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::record::journal;

/// How often a process says that it lives.
const BEAT: Duration = Duration::from_secs(5);
/// How long another one waits for that: three beats and some more.
const WATCH: Duration = Duration::from_secs(17);
/// How often it is tried again when the other one moves just then.
const TRIES: usize = 3;
/// Changes when the machine starts anew, and differs between copies of a machine.
const MACHINE_RUN: &str = "/proc/sys/kernel/random/boot_id";

/// Where a process keeps its data, as it can tell from a copy of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    name: String,
    /// Whether the database lies in the data directory: whoever copies one has copied the other, and is no neighbour.
    is_alone: bool,
}

impl Place {
    /// Describes a data directory that this process holds by `lock_file`.
    ///
    /// # Errors
    /// The file cannot be looked at.
    fn of(data_dir: &Path, lock_file: &Path, database: &DatabaseUrl) -> io::Result<Self> {
        let file = fs::metadata(lock_file)?;
        let mut name = fs::read_to_string(MACHINE_RUN).unwrap_or_default().trim().to_owned();
        // Writing to a text cannot fail.
        let _ = write!(name, ":{}:{}", file.dev(), file.ino());
        let folder = database.sqlite_path().and_then(Path::parent).and_then(|folder| folder.canonicalize().ok());
        let is_alone = folder.is_some_and(|folder| data_dir.canonicalize().is_ok_and(|data| folder.starts_with(data)));
        Ok(Self { name, is_alone })
    }
}

/// Proves that this process alone runs as its node.
#[derive(Debug)]
pub(crate) struct Run {
    store: Arc<Store>,
    node: NodeId,
    name: String,
    beating: JoinHandle<()>,
    lost: CancellationToken,
}

impl Run {
    /// Begins to run as the node of a data directory, whose journal this process holds.
    ///
    /// # Errors
    /// The node's number cannot be kept, another process runs as this node, or the database is away.
    pub(crate) async fn begin_in(
        data_dir: &Path,
        journals: &journal::Directory,
        database: &DatabaseUrl,
        store: &Arc<Store>,
    ) -> anyhow::Result<Self> {
        let node = super::load_or_create(data_dir).context("the node's number cannot be kept")?;
        let place = Place::of(data_dir, &journals.lock_file(), database);
        Self::begin(Arc::clone(store), node, &place.context("the data directory cannot be looked at")?).await
    }

    async fn begin(store: Arc<Store>, node: NodeId, place: &Place) -> anyhow::Result<Self> {
        let name = format!("{:016x}", rand::random::<u64>());
        for _ in 0..TRIES {
            let before = store.find_node_run(node).await.context("the node's last run cannot be looked up")?;
            let before = match before {
                Some(before) if !place.is_alone && before.place != place.name => still(&store, before).await?,
                before => before,
            };
            let (seen_at, beat) = (Clock::System.now(), 0);
            let new = NodeRun { node, run: name.clone(), place: place.name.clone(), beat, seen_at };
            if store.begin_node_run(&new, before.as_ref()).await.context("the node's run cannot be noted")? {
                let lost = CancellationToken::new();
                let beating = tokio::spawn(keep_beating(Arc::clone(&store), node, name.clone(), lost.clone()));
                return Ok(Self { store, node, name, beating, lost });
            }
        }
        bail!(in_use(node))
    }

    /// Returns the node.
    pub(crate) const fn node(&self) -> NodeId {
        self.node
    }

    /// Returns what is cancelled when another process has begun to run as this node.
    pub(crate) fn lost(&self) -> CancellationToken {
        self.lost.clone()
    }

    /// Ends the run, once nothing more is done in the node's name.
    pub(crate) async fn end(self) {
        self.beating.abort();
        // Aborting it is no failure.
        let _ = self.beating.await;
        match tokio::time::timeout(BEAT, self.store.end_node_run(self.node, &self.name)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the end of this run could not be noted; in another place it has to wait");
            }
            Err(_) => tracing::warn!("the end of this run was not noted in time; in another place it has to wait"),
        }
    }
}

fn in_use(node: NodeId) -> String {
    format!(
        "another process runs as node {node}; if this data directory is a copy, remove `node` and `journal` from it so that \
         it becomes a node of its own"
    )
}

/// Waits until it is clear that a process in another place is dead. Returns what is left of it.
async fn still(store: &Store, before: NodeRun) -> anyhow::Result<Option<NodeRun>> {
    tracing::warn!(node = %before.node, seconds = WATCH.as_secs(),
        "this node ran in another place before; waiting whether it still does");
    tokio::time::sleep(WATCH).await;
    match store.find_node_run(before.node).await.context("the node's last run cannot be looked up")? {
        Some(now) if now != before => bail!(in_use(before.node)),
        left => Ok(left),
    }
}

async fn keep_beating(store: Arc<Store>, node: NodeId, name: String, lost: CancellationToken) {
    loop {
        tokio::time::sleep(BEAT).await;
        match tokio::time::timeout(BEAT, store.beat(node, &name, Clock::System.now())).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => {
                tracing::error!(%node, "another process has begun to run as this node; this one stops");
                lost.cancel();
                return;
            }
            Ok(Err(error)) => tracing::debug!(%error, "the database could not be told that this node lives"),
            Err(_) => tracing::debug!("the database does not answer that this node lives"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_store::MasterKey;

    const NODE: NodeId = NodeId(7);

    async fn store(folder: &Path) -> Arc<Store> {
        let master = MasterKey::load_or_create(&folder.join("key")).unwrap();
        let store = Store::open(&DatabaseUrl::sqlite(folder.join("runs.sqlite")), &master).await.unwrap();
        store.migrate().await.unwrap();
        Arc::new(store)
    }

    fn place(name: &str) -> Place {
        Place { name: name.to_owned(), is_alone: false }
    }

    async fn die(run: Run) {
        run.beating.abort();
        let _ = run.beating.await;
    }

    #[tokio::test]
    async fn who_holds_the_directory_of_a_dead_process_begins_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path()).await;
        let first = Run::begin(Arc::clone(&store), NODE, &place("here")).await.unwrap();
        die(first).await;
        let began = std::time::Instant::now();
        let second = Run::begin(Arc::clone(&store), NODE, &place("here")).await.unwrap();
        second.end().await;
        let moved = Run::begin(Arc::clone(&store), NODE, &place("there")).await.unwrap();
        assert!(began.elapsed() < BEAT, "{:?}", began.elapsed());
        die(moved).await;
        let alone = Place { is_alone: true, ..place("elsewhere") };
        Run::begin(store, NODE, &alone).await.unwrap();
        assert!(began.elapsed() < WATCH);
    }

    #[test]
    fn a_copy_is_another_place_and_its_database_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (first, copy) = (folder.path().join("a"), folder.path().join("b"));
        for dir in [&first, &copy] {
            fs::create_dir_all(dir).unwrap();
            fs::write(dir.join("lock"), "").unwrap();
        }
        let inside = DatabaseUrl::sqlite(first.join("sluice.sqlite"));
        let of = |dir: &Path, database: &DatabaseUrl| Place::of(dir, &dir.join("lock"), database).unwrap();
        assert_eq!(of(&first, &inside), of(&first, &inside));
        assert_ne!(of(&first, &inside).name, of(&copy, &inside).name);
        assert!(of(&first, &inside).is_alone && !of(&copy, &inside).is_alone);
        let server: DatabaseUrl = "postgres://u@localhost/sluice".parse().unwrap();
        assert!(!of(&first, &server).is_alone);
    }
}
