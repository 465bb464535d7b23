//! Which process runs as which node. Leases are borrowed in the name of a node, so that two processes with one number
//! would give back each other's.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::NodeId;

use crate::entities::node_run;
use crate::store::db;
use crate::text::{checked, checked_name};
use crate::{Store, StoreError, What};

const RUN_CHARS: usize = 64;
const PLACE_CHARS: usize = 191;

/// A process that runs as a node, or did when it died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRun {
    /// The node.
    pub node: NodeId,
    /// Drawn by the process at its start.
    pub run: String,
    /// Where it keeps its data.
    pub place: String,
    /// Grows as long as it lives, by no clock that others would have to trust.
    pub beat: i64,
    /// When it last said so, by its own clock.
    pub seen_at: Timestamp,
}

impl Store {
    /// Returns the process that runs as a node; `None` when none does, or the last one ended in good order.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_node_run(&self, node: NodeId) -> Result<Option<NodeRun>, StoreError> {
        let row = node_run::Entity::find_by_id(node.0).one(self.writer()).await.map_err(db(What::NodeRun))?;
        Ok(row.map(|row| NodeRun {
            node: NodeId(row.node),
            run: row.run,
            place: row.place,
            beat: row.beat,
            seen_at: Timestamp(row.seen_at),
        }))
    }

    /// Begins to run as a node in place of `before`, as it was found. Returns false, and begins nothing, when that has
    /// moved since, or another was faster.
    ///
    /// # Errors
    /// `Invalid` when a text is empty or too long.
    pub async fn begin_node_run(&self, new: &NodeRun, before: Option<&NodeRun>) -> Result<bool, StoreError> {
        let run = checked_name("run", &new.run, RUN_CHARS)?;
        let place = checked("place", new.place.clone(), PLACE_CHARS)?;
        let Some(before) = before else {
            let row = node_run::ActiveModel {
                node: Set(new.node.0),
                run: Set(run),
                place: Set(place),
                beat: Set(new.beat),
                seen_at: Set(new.seen_at.0),
            };
            let inserted = node_run::Entity::insert(row).exec_without_returning(self.writer()).await;
            return match inserted.map(drop).map_err(db(What::NodeRun)) {
                Ok(()) => Ok(true),
                Err(StoreError::Conflict { .. }) => Ok(false),
                Err(error) => Err(error),
            };
        };
        let taken = node_run::Entity::update_many()
            .col_expr(node_run::Column::Run, Expr::value(run))
            .col_expr(node_run::Column::Place, Expr::value(place))
            .col_expr(node_run::Column::Beat, Expr::value(new.beat))
            .col_expr(node_run::Column::SeenAt, Expr::value(new.seen_at.0))
            .filter(node_run::Column::Node.eq(new.node.0))
            .filter(node_run::Column::Run.eq(before.run.as_str()))
            .filter(node_run::Column::Beat.eq(before.beat));
        let taken = taken.exec(self.writer()).await.map_err(db(What::NodeRun))?;
        Ok(taken.rows_affected == 1)
    }

    /// Says that a run goes on. Returns false when another process runs as the node by now.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn beat(&self, node: NodeId, run: &str, now: Timestamp) -> Result<bool, StoreError> {
        let beaten = node_run::Entity::update_many()
            .col_expr(node_run::Column::Beat, Expr::col(node_run::Column::Beat).add(1_i64))
            .col_expr(node_run::Column::SeenAt, Expr::value(now.0))
            .filter(node_run::Column::Node.eq(node.0))
            .filter(node_run::Column::Run.eq(run));
        let beaten = beaten.exec(self.writer()).await.map_err(db(What::NodeRun))?;
        Ok(beaten.rows_affected == 1)
    }

    /// Ends a run, so that the next one need not wait for it. One that is over already is fine.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn end_node_run(&self, node: NodeId, run: &str) -> Result<(), StoreError> {
        let ended = node_run::Entity::delete_many()
            .filter(node_run::Column::Node.eq(node.0))
            .filter(node_run::Column::Run.eq(run));
        ended.exec(self.writer()).await.map(drop).map_err(db(What::NodeRun))
    }
}
