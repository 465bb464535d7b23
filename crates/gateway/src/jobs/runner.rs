//! One run of a job: keeps the turn while the work goes on, and writes down what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sluice_domain::clock::Timestamp;
use sluice_domain::job::{Ending, Progress, Trigger};
use sluice_store::{FinishedTurn, JobTurn, StoreError};
use tokio::task::JoinHandle;

use super::{Job, JobFailure, Jobs, Report, Turn};
use crate::saying::{Saying, Word};

/// How long a turn is kept without being renewed: what a node that died holds up.
pub(super) const LEASE: Duration = Duration::from_secs(60);
const RENEW_EVERY: Duration = Duration::from_secs(15);
/// Progress is written down no more often.
const TICK: Duration = Duration::from_secs(1);
/// Work that the database was not told of for so long is dropped: another node may begin it.
const GIVE_UP: Duration = Duration::from_secs(50);
/// How long work may go on after it was told to stop.
const GRACE: Duration = Duration::from_secs(5);
/// Tries to write down what came of it, and the pause between two.
const TRIES: usize = 3;
const TRY_PAUSE: Duration = Duration::from_secs(2);
const ALERT_KIND: &str = "job_failed";

/// A run that was begun.
pub(super) struct Runner {
    pub(super) jobs: Arc<Jobs>,
    pub(super) job: Arc<dyn Job>,
    pub(super) turn: JobTurn,
    pub(super) trigger: Trigger,
    /// Failures in a row before it.
    pub(super) failures: u64,
}

/// How a run ended.
struct End {
    ending: Ending,
    text: Saying,
    result: Option<String>,
}

impl End {
    fn new(ending: Ending, text: impl Into<Saying>) -> Self {
        Self { ending, text: text.into(), result: None }
    }
}

impl Runner {
    pub(super) async fn run(self, began_at: Timestamp) {
        let progress = Arc::new(Mutex::new(Progress::default()));
        let stop = self.jobs.stop.child_token();
        let turn = Turn { trigger: self.trigger, stop, progress: Arc::clone(&progress) };
        let job = Arc::clone(&self.job);
        // A task of its own, so that a panic ends the work and not the keeping of books about it.
        let mut work = tokio::spawn(async move { job.run(&turn).await });
        let end = self.watch(&mut work, &progress).await;
        if !work.is_finished() {
            work.abort();
            // What is dropped has to be over before anybody is told so.
            let _ = work.await;
        }
        let progress = Progress { text: end.text.kept(), ..progress.lock().clone() };
        self.close(began_at, &end, &progress).await;
    }

    async fn watch(&self, work: &mut JoinHandle<Result<Report, JobFailure>>, progress: &Mutex<Progress>) -> End {
        let limit = self.job.about().time_limit;
        let stopped = async {
            self.jobs.stop.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            done = &mut *work => match done {
                Ok(Ok(Report { text, result })) => End { ending: Ending::Succeeded, text, result },
                Ok(Err(_)) if self.jobs.stop.is_cancelled() => End::new(Ending::Cancelled, Word::Stopped),
                Ok(Err(JobFailure(text))) => End::new(Ending::Failed, text),
                Err(_) => End::new(Ending::Failed, Word::OwnFault),
            },
            () = self.keep(progress) => End::new(Ending::Lost, Word::TurnLost),
            () = tokio::time::sleep(limit) => {
                End::new(Ending::TimedOut, Saying::of(Word::TooLong, &[("secs", limit.as_secs().into())]))
            }
            () = stopped => End::new(Ending::Cancelled, Word::Stopped),
        }
    }

    /// Renews the turn; returns when it is lost.
    async fn keep(&self, progress: &Mutex<Progress>) {
        let (mut renewed, mut told) = (Instant::now(), Progress::default());
        loop {
            tokio::time::sleep(TICK).await;
            let now = progress.lock().clone();
            if now == told && renewed.elapsed() < RENEW_EVERY {
                continue;
            }
            let until = self.jobs.clock.now().plus(LEASE);
            let asked = Instant::now();
            match tokio::time::timeout(RENEW_EVERY, self.jobs.store.renew_turn(&self.turn, until, &now)).await {
                Ok(Ok(true)) => (renewed, told) = (asked, now),
                Ok(Ok(false)) => return,
                Ok(Err(_)) | Err(_) if renewed.elapsed() >= GIVE_UP => return,
                Ok(Err(error)) => tracing::debug!(%error, job = %self.turn.name, "a turn could not be renewed"),
                Err(_) => tracing::debug!(job = %self.turn.name, "the database does not answer that a turn goes on"),
            }
        }
    }

    async fn close(&self, began_at: Timestamp, end: &End, progress: &Progress) {
        let (ending, text, result) = (end.ending, &end.text, end.result.as_deref());
        let name = self.turn.name.as_str();
        let failures = match ending {
            Ending::Succeeded | Ending::Cancelled => 0,
            Ending::Failed | Ending::TimedOut | Ending::Lost => self.failures.saturating_add(1),
        };
        match ending {
            Ending::Succeeded => tracing::debug!(job = name, "{text}"),
            Ending::Cancelled => tracing::info!(job = name, "a job was cancelled; it is done again later"),
            Ending::Failed | Ending::TimedOut | Ending::Lost => tracing::warn!(job = name, "a job failed: {text}"),
        }
        if ending == Ending::Lost {
            return;
        }
        let next = self.jobs.due_after(&self.job, began_at, failures).await;
        for _ in 0..TRIES {
            let now = self.jobs.clock.now();
            let finished = FinishedTurn { turn: &self.turn, now, next, ending, progress, result };
            match self.jobs.store.finish_turn(&finished).await {
                Ok(_) => break,
                Err(error) => tracing::warn!(%error, job = name, "what came of a job could not be written down"),
            }
            tokio::time::sleep(TRY_PAUSE).await;
        }
        if let Err(error) = self.tell(ending, failures, text).await {
            tracing::warn!(%error, job = name, "the alert about a job could not be written down");
        }
    }

    async fn tell(&self, ending: Ending, failures: u64, text: &Saying) -> Result<(), StoreError> {
        let (store, now, name) = (&self.jobs.store, self.jobs.clock.now(), self.turn.name.as_str());
        if ending == Ending::Succeeded && self.failures > 0 {
            store.resolve_alert(ALERT_KIND, name, now).await?;
        }
        if failures >= self.job.about().alert_after.max(1) {
            let facts = [("job", name.into()), ("count", failures.into()), ("reason", text.into())];
            let message = Saying::of(Word::JobFailing, &facts);
            store.raise_alert(ALERT_KIND, name, &message.kept(), now).await?;
        }
        Ok(())
    }
}
