//! Runs of jobs, a bounded number of each.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{JobRunId, NodeId};
use sluice_domain::job::{Ending, JobRun, Progress, Trigger};

use super::{FinishedTurn, NewTurn};
use crate::entities::job_run;
use crate::store::{corrupt, db};
use crate::text::fitted;
use crate::{Page, PageRequest, Store, StoreError, What};

/// Runs of one job that are kept.
const KEPT: u64 = 200;
const MESSAGE_CHARS: usize = 4_000;
/// What stands for an ending while there is none.
const RUNNING: &str = "";

impl Store {
    /// Returns the runs of a job, the last one first.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_job_runs(&self, job: &str, page: PageRequest) -> Result<Page<JobRun>, StoreError> {
        let page = page.bounded();
        let wanted = job_run::Entity::find().filter(job_run::Column::Job.eq(job));
        let total = wanted.clone().count(self.reader()).await.map_err(db(What::JobRun))?;
        let rows = wanted
            .order_by_desc(job_run::Column::Id)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.reader())
            .await
            .map_err(db(What::JobRun))?;
        Ok(Page { items: rows.into_iter().map(to_run).collect::<Result<_, _>>()?, total })
    }

    /// Returns one run, if it is kept.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_job_run(&self, id: JobRunId) -> Result<Option<JobRun>, StoreError> {
        let row = job_run::Entity::find_by_id(id.0).one(self.reader()).await.map_err(db(What::JobRun))?;
        row.map(to_run).transpose()
    }
}

pub(super) async fn begin(tx: &DatabaseTransaction, new: &NewTurn<'_>) -> Result<JobRunId, StoreError> {
    let row = job_run::ActiveModel {
        id: NotSet,
        job: Set(new.job.name.clone()),
        node: Set(new.node.0),
        cause: Set(new.trigger.as_str().to_owned()),
        began_at: Set(new.now.0),
        ended_at: Set(None),
        ending: Set(RUNNING.to_owned()),
        done: Set(0),
        total: Set(None),
        message: Set(String::new()),
    };
    let inserted = job_run::Entity::insert(row).exec(tx).await.map_err(db(What::JobRun))?;
    Ok(JobRunId(inserted.last_insert_id))
}

/// Ends the runs of a job whose nodes never did.
pub(super) async fn lose(tx: &DatabaseTransaction, job: &str, now: Timestamp) -> Result<(), StoreError> {
    let lost = job_run::Entity::update_many()
        .col_expr(job_run::Column::Ending, Expr::value(Ending::Lost.as_str()))
        .col_expr(job_run::Column::EndedAt, Expr::value(now.0))
        .filter(job_run::Column::Job.eq(job))
        .filter(job_run::Column::Ending.eq(RUNNING));
    lost.exec(tx).await.map(drop).map_err(db(What::JobRun))
}

pub(super) async fn note(tx: &DatabaseTransaction, id: JobRunId, progress: &Progress) -> Result<(), StoreError> {
    noted(progress).filter(job_run::Column::Id.eq(id.0)).exec(tx).await.map(drop).map_err(db(What::JobRun))
}

pub(super) async fn end(tx: &DatabaseTransaction, finished: &FinishedTurn<'_>) -> Result<(), StoreError> {
    let ended = noted(finished.progress)
        .col_expr(job_run::Column::Ending, Expr::value(finished.ending.as_str()))
        .col_expr(job_run::Column::EndedAt, Expr::value(finished.now.0))
        .filter(job_run::Column::Id.eq(finished.turn.run.0));
    ended.exec(tx).await.map(drop).map_err(db(What::JobRun))
}

pub(super) async fn forget_old(tx: &DatabaseTransaction, job: &str) -> Result<(), StoreError> {
    let oldest: Option<i64> = job_run::Entity::find()
        .select_only()
        .column(job_run::Column::Id)
        .filter(job_run::Column::Job.eq(job))
        .order_by_desc(job_run::Column::Id)
        .offset(KEPT)
        .limit(1)
        .into_tuple()
        .one(tx)
        .await
        .map_err(db(What::JobRun))?;
    let Some(oldest) = oldest else { return Ok(()) };
    let old =
        job_run::Entity::delete_many().filter(job_run::Column::Job.eq(job)).filter(job_run::Column::Id.lte(oldest));
    old.exec(tx).await.map(drop).map_err(db(What::JobRun))
}

fn noted(progress: &Progress) -> sea_orm::UpdateMany<job_run::Entity> {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    job_run::Entity::update_many()
        .col_expr(job_run::Column::Done, Expr::value(count(progress.done)))
        .col_expr(job_run::Column::Total, Expr::value(progress.total.map(count)))
        .col_expr(job_run::Column::Message, Expr::value(fitted(&progress.text, MESSAGE_CHARS)))
}

fn to_run(row: job_run::Model) -> Result<JobRun, StoreError> {
    let broken = |problem: &str| corrupt(What::JobRun, row.id, problem);
    let count = |number: i64| u64::try_from(number).map_err(|_| broken("a number of it is negative"));
    let ending = match row.ending.as_str() {
        RUNNING => None,
        name => Some(Ending::from_name(name).ok_or_else(|| broken("its ending is unknown"))?),
    };
    Ok(JobRun {
        id: JobRunId(row.id),
        node: NodeId(row.node),
        trigger: Trigger::from_name(&row.cause).ok_or_else(|| broken("its cause is unknown"))?,
        began_at: Timestamp(row.began_at),
        ended_at: row.ended_at.map(Timestamp),
        ending,
        progress: Progress { done: count(row.done)?, total: row.total.map(count).transpose()?, text: row.message },
        job: row.job,
    })
}
