//! Jobs that one node at a time does for all: whose turn it is, when the next one is, and what came of the last ones.
//!
//! A turn is taken by a guarded update: it names how many turns there had been, so that of all nodes that saw the same row
//! one gets the next. Whoever has a turn renews it while the work goes on; a turn that is not renewed can be taken by
//! another node, and then the first one's word counts no more.

mod runs;

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{JobRunId, NodeId};
use sluice_domain::job::{Ending, Progress, Trigger};

use crate::entities::job;
use crate::store::{commit, corrupt, db};
use crate::text::{LONG_CHARS, checked, checked_name};
use crate::{Store, StoreError, What};

const NAME_CHARS: usize = 64;

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// What it is called.
    pub name: String,
    /// Node that took the last turn.
    pub node: NodeId,
    /// While there is a run, when its node loses the turn unless it renews it; else when the next turn is due.
    pub until: Timestamp,
    /// Turns taken so far.
    pub turns: i64,
    /// The run that goes on, or was never ended.
    pub run: Option<JobRunId>,
    /// When the last turn began; one that was cancelled does not count.
    pub began_at: Option<Timestamp>,
    /// When the last turn ended, however it did.
    pub ended_at: Option<Timestamp>,
    /// Turns in a row that did not succeed.
    pub failures: u64,
    /// When a turn last succeeded.
    pub last_run: Option<Timestamp>,
    /// What came of it, for programs.
    pub last_result: Option<String>,
}

impl Job {
    /// Returns the run that goes on at `now`.
    #[must_use]
    pub fn running(&self, now: Timestamp) -> Option<JobRunId> {
        self.run.filter(|_| self.until > now)
    }
}

/// A turn that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct NewTurn<'a> {
    /// The job, as it was found.
    pub job: &'a Job,
    /// Node that wants it.
    pub node: NodeId,
    /// Why.
    pub trigger: Trigger,
    /// Now.
    pub now: Timestamp,
    /// How long it is kept without being renewed.
    pub ttl: Duration,
}

/// A turn that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobTurn {
    /// The job's name.
    pub name: String,
    /// The run that it is for.
    pub run: JobRunId,
    /// When the turn before it began.
    before: Option<Timestamp>,
}

/// A turn that is over.
#[derive(Debug, Clone, Copy)]
pub struct FinishedTurn<'a> {
    /// The turn.
    pub turn: &'a JobTurn,
    /// Now.
    pub now: Timestamp,
    /// When the next turn is due.
    pub next: Timestamp,
    /// What became of it.
    pub ending: Ending,
    /// How far it came, and in the text what came of it, for people.
    pub progress: &'a Progress,
    /// What came of it, for programs; counts only where it succeeded. `None` leaves what an earlier one left.
    pub result: Option<&'a str>,
}

impl Store {
    /// Makes a job known, due at `due`, unless it is.
    ///
    /// # Errors
    /// `Invalid` when the name is empty or too long.
    pub async fn register_job(&self, name: &str, node: NodeId, due: Timestamp) -> Result<(), StoreError> {
        let row = job::ActiveModel {
            name: Set(checked_name("name", name, NAME_CHARS)?),
            node: Set(node.0),
            until: Set(due.0),
            last_run: Set(None),
            last_result: Set(None),
            turns: Set(0),
            run_id: Set(None),
            began_at: Set(None),
            ended_at: Set(None),
            failures: Set(0),
        };
        let inserted = job::Entity::insert(row).exec_without_returning(self.writer()).await;
        match inserted.map(drop).map_err(db(What::Job)) {
            Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes a turn at a job. Returns `None` when another node has it, or took one since the job was looked at. A run
    /// whose node did not renew its turn is noted as lost.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn take_turn(&self, new: &NewTurn<'_>) -> Result<Option<JobTurn>, StoreError> {
        let NewTurn { job: seen, node, now, ttl, .. } = *new;
        let tx = self.begin_write().await?;
        let is_free = Condition::any().add(job::Column::RunId.is_null()).add(job::Column::Until.lte(now.0));
        let taken = job::Entity::update_many()
            .col_expr(job::Column::Node, Expr::value(node.0))
            .col_expr(job::Column::Until, Expr::value(now.plus(ttl).0))
            .col_expr(job::Column::Turns, Expr::col(job::Column::Turns).add(1_i64))
            .col_expr(job::Column::BeganAt, Expr::value(now.0))
            .filter(job::Column::Name.eq(seen.name.as_str()))
            .filter(job::Column::Turns.eq(seen.turns))
            .filter(is_free);
        if taken.exec(&tx).await.map_err(db(What::Job))?.rows_affected != 1 {
            return Ok(None);
        }
        runs::lose(&tx, &seen.name, now).await?;
        let run = runs::begin(&tx, new).await?;
        let named = job::Entity::update_many()
            .col_expr(job::Column::RunId, Expr::value(run.0))
            .filter(job::Column::Name.eq(seen.name.as_str()));
        named.exec(&tx).await.map_err(db(What::Job))?;
        commit(tx).await?;
        Ok(Some(JobTurn { name: seen.name.clone(), run, before: seen.began_at }))
    }

    /// Keeps a turn until `until` and notes how far it has come. Returns false when another node has taken it.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn renew_turn(&self, turn: &JobTurn, until: Timestamp, progress: &Progress) -> Result<bool, StoreError> {
        let tx = self.begin_write().await?;
        let renewed = job::Entity::update_many().col_expr(job::Column::Until, Expr::value(until.0)).filter(is_of(turn));
        if renewed.exec(&tx).await.map_err(db(What::Job))?.rows_affected != 1 {
            return Ok(false);
        }
        runs::note(&tx, turn.run, progress).await?;
        commit(tx).await?;
        Ok(true)
    }

    /// Notes what came of a turn and when the next one is due, and forgets runs of long ago. Returns false, and notes
    /// nothing, when another node has taken the turn.
    ///
    /// # Errors
    /// `Invalid` when the result is too long.
    pub async fn finish_turn(&self, finished: &FinishedTurn<'_>) -> Result<bool, StoreError> {
        let FinishedTurn { turn, now, ending, .. } = *finished;
        let result = finished.result.map(|result| checked("result", result.to_owned(), LONG_CHARS)).transpose()?;
        let tx = self.begin_write().await?;
        let mut update = job::Entity::update_many()
            .col_expr(job::Column::RunId, Expr::value(None::<i64>))
            .col_expr(job::Column::Until, Expr::value(finished.next.0))
            .col_expr(job::Column::EndedAt, Expr::value(now.0));
        update = match ending {
            Ending::Succeeded => update
                .col_expr(job::Column::Failures, Expr::value(0_i64))
                .col_expr(job::Column::LastRun, Expr::value(now.0)),
            // As if it had never begun: the work is as due as it was.
            Ending::Cancelled => update.col_expr(job::Column::BeganAt, Expr::value(turn.before.map(|before| before.0))),
            Ending::Failed | Ending::TimedOut | Ending::Lost => {
                update.col_expr(job::Column::Failures, Expr::col(job::Column::Failures).add(1_i64))
            }
        };
        if let Some(result) = result.filter(|_| ending == Ending::Succeeded) {
            update = update.col_expr(job::Column::LastResult, Expr::value(result));
        }
        if update.filter(is_of(turn)).exec(&tx).await.map_err(db(What::Job))?.rows_affected != 1 {
            return Ok(false);
        }
        runs::end(&tx, finished).await?;
        runs::forget_old(&tx, &turn.name).await?;
        commit(tx).await?;
        Ok(true)
    }

    /// Returns a job, if it was ever known.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_job(&self, name: &str) -> Result<Option<Job>, StoreError> {
        let row = job::Entity::find_by_id(name.trim().to_owned()).one(self.reader()).await.map_err(db(What::Job))?;
        row.map(to_job).transpose()
    }

    /// Returns every job that was ever known, by name.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_jobs(&self) -> Result<Vec<Job>, StoreError> {
        let rows = job::Entity::find().order_by_asc(job::Column::Name).all(self.reader()).await;
        rows.map_err(db(What::Job))?.into_iter().map(to_job).collect()
    }
}

fn is_of(turn: &JobTurn) -> SimpleExpr {
    job::Column::Name.eq(turn.name.as_str()).and(job::Column::RunId.eq(turn.run.0))
}

fn to_job(row: job::Model) -> Result<Job, StoreError> {
    let failures = u64::try_from(row.failures);
    Ok(Job {
        failures: failures.map_err(|_| corrupt(What::Job, &row.name, "its failures are negative"))?,
        name: row.name,
        node: NodeId(row.node),
        until: Timestamp(row.until),
        turns: row.turns,
        run: row.run_id.map(JobRunId),
        began_at: row.began_at.or(row.last_run).map(Timestamp),
        ended_at: row.ended_at.or(row.last_run).map(Timestamp),
        last_run: row.last_run.map(Timestamp),
        last_result: row.last_result,
    })
}
