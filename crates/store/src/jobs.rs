//! Jobs that one node at a time does for all: whose turn it is, when the next one is, and what came of the last.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::NodeId;

use crate::entities::job;
use crate::store::db;
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
    /// Nobody may take a turn before.
    pub until: Timestamp,
    /// When a turn was last finished.
    pub last_run: Option<Timestamp>,
    /// What came of it.
    pub last_result: Option<String>,
}

/// A turn that is over.
#[derive(Debug, Clone, Copy)]
pub struct FinishedTurn<'a> {
    /// The job.
    pub name: &'a str,
    /// Node that had the turn.
    pub node: NodeId,
    /// Now.
    pub now: Timestamp,
    /// When the next turn may be taken.
    pub next: Timestamp,
    /// What came of it.
    pub result: &'a str,
}

impl Store {
    /// Takes a turn at a job, which nobody else can then take for `ttl`. Returns whether there is one to take: of all
    /// nodes that ask at once one gets it.
    ///
    /// # Errors
    /// `Invalid` when the name is empty or too long.
    pub async fn take_job(&self, name: &str, node: NodeId, now: Timestamp, ttl: Duration) -> Result<bool, StoreError> {
        let row = job::ActiveModel {
            name: Set(checked_name("name", name, NAME_CHARS)?),
            node: Set(node.0),
            until: Set(now.plus(ttl).0),
            last_run: Set(None),
            last_result: Set(None),
        };
        let inserted = job::Entity::insert(row).exec_without_returning(self.writer()).await;
        match inserted.map(drop).map_err(db(What::Job)) {
            Ok(()) => return Ok(true),
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        let taken = job::Entity::update_many()
            .col_expr(job::Column::Node, Expr::value(node.0))
            .col_expr(job::Column::Until, Expr::value(now.plus(ttl).0))
            .filter(job::Column::Name.eq(name.trim()))
            .filter(job::Column::Until.lte(now.0));
        let taken = taken.exec(self.writer()).await.map_err(db(What::Job))?;
        Ok(taken.rows_affected == 1)
    }

    /// Notes what came of a turn and when the next one is. Returns false, and notes nothing, when the turn had lasted
    /// too long and another node has taken it.
    ///
    /// # Errors
    /// `Invalid` when the result is too long.
    pub async fn finish_job(&self, turn: &FinishedTurn<'_>) -> Result<bool, StoreError> {
        let result = checked("result", turn.result.to_owned(), LONG_CHARS)?;
        let finished = job::Entity::update_many()
            .col_expr(job::Column::Until, Expr::value(turn.next.0))
            .col_expr(job::Column::LastRun, Expr::value(turn.now.0))
            .col_expr(job::Column::LastResult, Expr::value(result))
            .filter(job::Column::Name.eq(turn.name.trim()))
            .filter(job::Column::Node.eq(turn.node.0));
        let finished = finished.exec(self.writer()).await.map_err(db(What::Job))?;
        Ok(finished.rows_affected == 1)
    }

    /// Gives a turn back of which nothing came, so that it can be taken again from `next` on.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; the turn then ends by itself.
    pub async fn put_job_off(&self, name: &str, node: NodeId, next: Timestamp) -> Result<(), StoreError> {
        let given_back = job::Entity::update_many()
            .col_expr(job::Column::Until, Expr::value(next.0))
            .filter(job::Column::Name.eq(name.trim()))
            .filter(job::Column::Node.eq(node.0));
        given_back.exec(self.writer()).await.map(drop).map_err(db(What::Job))
    }

    /// Returns a job, if it was ever begun.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_job(&self, name: &str) -> Result<Option<Job>, StoreError> {
        let row = job::Entity::find_by_id(name.trim().to_owned()).one(self.reader()).await.map_err(db(What::Job))?;
        Ok(row.map(|row| Job {
            name: row.name,
            node: NodeId(row.node),
            until: Timestamp(row.until),
            last_run: row.last_run.map(Timestamp),
            last_result: row.last_result,
        }))
    }
}
