//! Jobs: work that is done from time to time, by one node for all.
//!
//! A job is one file below this one that implements [`Job`], and one line in [`all`]. It says when it is due, how long it
//! may take and what to do; everything else is done for it. [`Jobs`] looks every few seconds which ones are due, takes the
//! turn in the database so that no other node does the same, keeps the turn while the work goes on, writes down how far it
//! is and what came of it, tries again after a failure, raises an alert when that does not help, and ends the work when
//! Sluice stops. What every node does for itself, such as following the configuration, is no job.

pub(crate) mod check_in;
mod housekeeping;
mod ledger_audit;
mod provider_sync;
mod runner;
mod schedule;
mod scheduler;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use sluice_domain::clock::Clock;
use sluice_domain::id::NodeId;
use sluice_domain::job::{Progress, Trigger};
use sluice_store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::admin::{Declared, Settings};
use crate::saying::{Saying, Word};
use crate::upkeep::Upkeep;

use check_in::CheckIn;
use housekeeping::Housekeeping;
use ledger_audit::LedgerAudit;
use provider_sync::ProviderSync;
pub(crate) use schedule::{Daily, First, Schedule, Zone};
pub(crate) use scheduler::{Jobs, NotBegun, Standing};

/// Returns every job that there is.
fn all(means: &Means) -> Vec<Arc<dyn Job>> {
    vec![
        Arc::new(CheckIn::new(means)),
        Arc::new(Housekeeping::new(means)),
        Arc::new(LedgerAudit::new(means)),
        Arc::new(ProviderSync::new(means)),
    ]
}

/// What jobs are made from.
#[derive(Debug, Clone)]
pub(crate) struct Means {
    pub(crate) store: Arc<Store>,
    pub(crate) node: NodeId,
    pub(crate) clock: Arc<Clock>,
    /// Days that records of calls are kept; 0 keeps them for good.
    pub(crate) records_kept_days: u32,
    /// Most that kept responses take, bytes.
    pub(crate) responses_max_bytes: u64,
    /// Keeps providers current.
    pub(crate) upkeep: Arc<Upkeep>,
    /// What the configuration file declares.
    pub(crate) declared: Arc<Declared>,
}

/// What is fixed of a job.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    /// Stable name, in the database and the API.
    pub(crate) name: &'static str,
    /// What it is for, in English and in Chinese.
    pub(crate) purpose: [&'static str; 2],
    /// After this long it is ended and has failed.
    pub(crate) time_limit: Duration,
    /// When it is tried again after a failure; doubled with each further one.
    pub(crate) retry: Duration,
    /// Not begun by itself so soon after the start: there calls come first.
    pub(crate) settle: Duration,
    /// Failures in a row that are worth an alert.
    pub(crate) alert_after: u64,
}

/// Work that is done from time to time.
#[async_trait]
pub(crate) trait Job: Send + Sync {
    /// Returns what is fixed of it.
    fn about(&self) -> About;

    /// Returns when it is due; `None` while it is switched off.
    fn schedule(&self, settings: &Settings) -> Option<Schedule>;

    /// Does the work. It is dropped at any await when its time is over or the turn is lost; when Sluice stops it is told
    /// by [`Turn::stop`] and has a few seconds.
    ///
    /// # Errors
    /// Says in plain words why nothing, or not everything, was done.
    async fn run(&self, turn: &Turn) -> Result<Report, JobFailure>;
}

/// What came of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// In plain words.
    pub(crate) text: Saying,
    /// For programs; kept as the job's last result.
    pub(crate) result: Option<String>,
}

impl From<Saying> for Report {
    fn from(text: Saying) -> Self {
        Self { text, result: None }
    }
}

/// Why a run did not do its work, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct JobFailure(pub(crate) Saying);

impl From<Word> for JobFailure {
    fn from(word: Word) -> Self {
        Self(word.into())
    }
}

impl From<StoreError> for JobFailure {
    fn from(error: StoreError) -> Self {
        // What a database says may hold a statement; that is for the log.
        tracing::warn!(%error, "a job could not work with the database");
        match error {
            StoreError::Unavailable { .. } => Word::DatabaseAway.into(),
            _ => Word::DatabaseRefused.into(),
        }
    }
}

/// A run, as the work sees it.
#[derive(Debug)]
pub(crate) struct Turn {
    trigger: Trigger,
    stop: CancellationToken,
    progress: Arc<Mutex<Progress>>,
}

impl Turn {
    /// Returns why it was begun.
    pub(crate) const fn trigger(&self) -> Trigger {
        self.trigger
    }

    /// Returns what is cancelled when Sluice stops.
    pub(crate) const fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Says how far the work has come, of how much where that is known, and what is being done. Cheap: it is written down
    /// about once a second.
    pub(crate) fn reached(&self, done: u64, total: Option<u64>, text: impl Into<Saying>) {
        let text = text.into().kept();
        *self.progress.lock() = Progress { done, total, text };
    }
}
