//! Looks which jobs are due and begins them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::{JobRunId, NodeId};
use sluice_domain::job::Trigger;
use sluice_store::{Job as Row, NewTurn, Store, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::runner::{LEASE, Runner};
use super::{About, Job, Means, Schedule, all};
use crate::admin::Settings;

/// How often a node looks, and by how much nodes that started at once come apart.
const LOOK: Duration = Duration::from_secs(4);
const LOOK_JITTER_MS: u64 = 2_000;
/// After so long another node, or this one, does again what a dead one had begun.
const LOST_PAUSE: Duration = Duration::from_secs(5);
/// Longest wait before a job that failed is tried again, as a multiple of its first.
const RETRY_DOUBLINGS: u64 = 5;
/// Longest wait for runs to end when Sluice stops; they are told and dropped well before.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// Others may take and finish turns at the very moment.
const TRIES: usize = 3;

/// The jobs of this process.
pub(crate) struct Jobs {
    pub(super) store: Arc<Store>,
    node: NodeId,
    pub(super) clock: Arc<Clock>,
    all: Vec<Arc<dyn Job>>,
    started_at: Timestamp,
    pub(super) stop: CancellationToken,
    runs: TaskTracker,
    bell: Notify,
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").field("jobs", &self.all.len()).finish_non_exhaustive()
    }
}

/// Why a job that somebody asked for was not begun.
#[derive(Debug)]
pub(crate) enum NotBegun {
    /// There is no such job.
    Unknown,
    /// It runs already, here or on another node.
    Runs,
    /// Sluice stops.
    Stopping,
    /// The database did not do what was asked.
    Store(StoreError),
}

impl From<StoreError> for NotBegun {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A job as it stands.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) about: About,
    pub(crate) schedule: Option<Schedule>,
    /// What the database knows of it; `None` before its first look.
    pub(crate) row: Option<Row>,
    /// When it is due; `None` while it runs or is switched off.
    pub(crate) next: Option<Timestamp>,
}

impl Jobs {
    /// Makes all jobs; nothing is begun before [`Jobs::follow`].
    pub(crate) fn new(means: &Means, stop: CancellationToken) -> Arc<Self> {
        Self::of(all(means), means, stop)
    }

    /// Makes these jobs and no others.
    pub(crate) fn of(all: Vec<Arc<dyn Job>>, means: &Means, stop: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            store: Arc::clone(&means.store),
            node: means.node,
            clock: Arc::clone(&means.clock),
            all,
            started_at: means.clock.now(),
            stop,
            runs: TaskTracker::new(),
            bell: Notify::new(),
        })
    }

    /// Begins what is due until Sluice stops, and then waits for what runs.
    pub(crate) async fn follow(self: Arc<Self>) {
        while !self.stop.is_cancelled() {
            if let Err(error) = self.look().await {
                tracing::debug!(%error, "it could not be looked which jobs are due; this is tried again");
            }
            let pause = LOOK + Duration::from_millis(rand::rng().random_range(0..LOOK_JITTER_MS));
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.bell.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.runs.close();
        if tokio::time::timeout(STOP_LIMIT, self.runs.wait()).await.is_err() {
            tracing::warn!("a job did not end in time; another node, or the next start, does it again");
        }
    }

    /// Looks again at once: a schedule may have changed.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Begins everything that is due now.
    pub(super) async fn look(self: &Arc<Self>) -> Result<(), StoreError> {
        for Standing { about, row, next, .. } in self.standing().await? {
            let now = self.clock.now();
            let Some(row) = row else {
                self.store.register_job(about.name, self.node, next.unwrap_or(now)).await?;
                // The next look finds it.
                self.ring();
                continue;
            };
            let is_due = next.is_some_and(|next| next <= now) && self.started_at.plus(about.settle) <= now;
            let job = self.all.iter().find(|job| job.about().name == about.name).filter(|_| is_due);
            if let Some(job) = job {
                self.begin(job, &row, Trigger::Schedule).await?;
            }
        }
        Ok(())
    }

    /// Begins a job because somebody asks for it.
    ///
    /// # Errors
    /// See [`NotBegun`].
    pub(crate) async fn run_now(self: &Arc<Self>, name: &str) -> Result<JobRunId, NotBegun> {
        let job = self.all.iter().find(|job| job.about().name == name).ok_or(NotBegun::Unknown)?;
        for _ in 0..TRIES {
            if self.stop.is_cancelled() {
                return Err(NotBegun::Stopping);
            }
            let Some(row) = self.store.find_job(name).await? else {
                self.store.register_job(name, self.node, self.clock.now()).await?;
                continue;
            };
            if row.running(self.clock.now()).is_some() {
                break;
            }
            if let Some(run) = self.begin(job, &row, Trigger::Manual).await? {
                return Ok(run);
            }
        }
        Err(NotBegun::Runs)
    }

    /// Returns how all jobs stand.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub(crate) async fn standing(&self) -> Result<Vec<Standing>, StoreError> {
        let settings = Settings::read(&self.store).await?;
        let rows = self.store.list_jobs().await?;
        let mut rows: HashMap<String, Row> = rows.into_iter().map(|row| (row.name.clone(), row)).collect();
        let now = self.clock.now();
        let stand = |job: &Arc<dyn Job>| {
            let (about, schedule) = (job.about(), job.schedule(&settings));
            let row = rows.remove(about.name);
            let is_idle = row.as_ref().is_none_or(|row| row.running(now).is_none());
            let next = schedule.filter(|_| is_idle).map(|schedule| due(&about, &schedule, row.as_ref(), now));
            Standing { about, schedule, row, next }
        };
        Ok(self.all.iter().map(stand).collect())
    }

    async fn begin(
        self: &Arc<Self>,
        job: &Arc<dyn Job>,
        row: &Row,
        trigger: Trigger,
    ) -> Result<Option<JobRunId>, StoreError> {
        let now = self.clock.now();
        let new = NewTurn { job: row, node: self.node, trigger, now, ttl: LEASE };
        let Some(turn) = self.store.take_turn(&new).await? else { return Ok(None) };
        let run = turn.run;
        let runner = Runner { jobs: Arc::clone(self), job: Arc::clone(job), turn, trigger, failures: row.failures };
        self.runs.spawn(runner.run(now));
        Ok(Some(run))
    }

    /// Returns when a turn is due that comes after one which began at `began_at` and failed `failures` times in a row.
    pub(super) async fn due_after(&self, job: &Arc<dyn Job>, began_at: Timestamp, failures: u64) -> Timestamp {
        let (about, now) = (job.about(), self.clock.now());
        let settings = Settings::read(&self.store).await.unwrap_or_default();
        let regular = job.schedule(&settings).map_or(now, |schedule| schedule.next(about.name, Some(began_at), now));
        if failures == 0 { regular } else { regular.min(now.plus(retry_after(&about, failures))) }
    }
}

/// Returns when a job that does not run is due.
fn due(about: &About, schedule: &Schedule, row: Option<&Row>, now: Timestamp) -> Timestamp {
    let regular = schedule.next(about.name, row.and_then(|row| row.began_at), now);
    let again = row.and_then(|row| match row.run {
        Some(_) => Some(row.until.plus(LOST_PAUSE)),
        None if row.failures > 0 => row.ended_at.map(|ended| ended.plus(retry_after(about, row.failures))),
        None => None,
    });
    again.map_or(regular, |again| again.min(regular))
}

fn retry_after(about: &About, failures: u64) -> Duration {
    about.retry.saturating_mul(1 << failures.saturating_sub(1).min(RETRY_DOUBLINGS))
}

#[cfg(test)]
mod tests;
