//! Check-ins at sites: runs, what came of each, and which day a site was last tried on.
//!
//! A site is claimed for a day by a guarded update before it is asked, so that whatever runs at once, on however many
//! nodes, asks it once. A claim that is never settled, because its node died, can be taken after a while.

mod lists;

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, EntityTrait, QueryFilter,
};
use sluice_domain::checkin::{Cause, CheckinResult, Counts, DayState};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CheckinItemId, CheckinRunId, ProviderId};

use crate::entities::{checkin_item, checkin_run, checkin_site};
use crate::store::{commit, db};
use crate::text::{NAME_CHARS, checked, fitted};
use crate::{Store, StoreError, What};

const ZONE_CHARS: usize = 64;
const DAY_CHARS: usize = 10;
const MESSAGE_CHARS: usize = 1_000;

const RUNNING: &str = "running";
const DONE: &str = "done";
const FAILED: &str = "failed";

/// A run that begins.
#[derive(Debug, Clone, Copy)]
pub struct NewCheckinRun<'a> {
    /// Why.
    pub cause: Cause,
    /// Name of the time zone that its day goes by.
    pub zone: &'a str,
    /// The day, `YYYY-MM-DD`.
    pub day: &'a str,
    /// Now.
    pub now: Timestamp,
    /// Sites that it is for.
    pub total: u64,
}

/// What a run reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Sites that were not tried on the day.
    Untried,
    /// Sites that do not count the day yet.
    Missing,
    /// Any site.
    Any,
}

/// A site that is to be asked.
#[derive(Debug, Clone, Copy)]
pub struct SiteClaim<'a> {
    /// The site.
    pub provider_id: ProviderId,
    /// The day, `YYYY-MM-DD`.
    pub day: &'a str,
    /// What may have come before.
    pub reach: Reach,
    /// Now.
    pub now: Timestamp,
    /// After this long without a result others may ask it.
    pub ttl: Duration,
}

/// What came of a claim.
#[derive(Debug, Clone, Copy)]
pub struct SettledCheckin<'a> {
    /// The run that it was made in.
    pub run_id: CheckinRunId,
    /// The site.
    pub provider_id: ProviderId,
    /// Its name.
    pub provider_name: &'a str,
    /// What came of it.
    pub result: &'a CheckinResult,
    /// Now.
    pub now: Timestamp,
}

impl Store {
    /// Notes that a run begins.
    ///
    /// # Errors
    /// `Invalid` when a text is too long.
    pub async fn begin_checkin_run(&self, new: &NewCheckinRun<'_>) -> Result<CheckinRunId, StoreError> {
        let row = checkin_run::ActiveModel {
            id: NotSet,
            cause: Set(new.cause.as_str().to_owned()),
            zone: Set(checked("zone", new.zone.to_owned(), ZONE_CHARS)?),
            day: Set(checked("day", new.day.to_owned(), DAY_CHARS)?),
            began_at: Set(new.now.0),
            ended_at: Set(None),
            total: Set(count(new.total)),
            succeeded: Set(0),
            failed: Set(0),
            missing: Set(0),
        };
        let inserted = checkin_run::Entity::insert(row).exec(self.writer()).await.map_err(db(What::Checkin))?;
        Ok(CheckinRunId(inserted.last_insert_id))
    }

    /// Notes what came of a run.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn end_checkin_run(&self, id: CheckinRunId, counts: Counts, now: Timestamp) -> Result<(), StoreError> {
        let ended = checkin_run::Entity::update_many()
            .col_expr(checkin_run::Column::EndedAt, Expr::value(now.0))
            .col_expr(checkin_run::Column::Total, Expr::value(count(counts.total)))
            .col_expr(checkin_run::Column::Succeeded, Expr::value(count(counts.succeeded)))
            .col_expr(checkin_run::Column::Failed, Expr::value(count(counts.failed)))
            .col_expr(checkin_run::Column::Missing, Expr::value(count(counts.missing)))
            .filter(checkin_run::Column::Id.eq(id.0));
        ended.exec(self.writer()).await.map(drop).map_err(db(What::Checkin))
    }

    /// Claims a site for a day. Returns false where somebody asks it just now, or what came before is beyond the reach.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn claim_site(&self, claim: &SiteClaim<'_>) -> Result<bool, StoreError> {
        if self.take_site(claim).await? {
            return Ok(true);
        }
        let row = checkin_site::ActiveModel {
            provider_id: Set(claim.provider_id.0),
            day: Set(String::new()),
            state: Set(FAILED.to_owned()),
            until: Set(0),
            succeeded_at: Set(None),
            last_at: Set(None),
            last_succeeded: Set(false),
            last_message: Set(String::new()),
            last_fault: Set(None),
            last_auto_disabled: Set(false),
            last_quota: Set(None),
        };
        let inserted = checkin_site::Entity::insert(row).exec_without_returning(self.writer()).await;
        match inserted.map(drop).map_err(db(What::Checkin)) {
            Ok(()) => self.take_site(claim).await,
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn take_site(&self, claim: &SiteClaim<'_>) -> Result<bool, StoreError> {
        let other_day = checkin_site::Column::Day.ne(claim.day);
        // It was under way, and is not any more.
        let lost = checkin_site::Column::State.eq(RUNNING);
        let within = match claim.reach {
            Reach::Untried => Condition::any().add(other_day).add(lost),
            Reach::Missing => Condition::any().add(other_day).add(checkin_site::Column::State.ne(DONE)),
            Reach::Any => Condition::any().add(checkin_site::Column::ProviderId.eq(claim.provider_id.0)),
        };
        let idle = checkin_site::Column::State.ne(RUNNING).or(checkin_site::Column::Until.lte(claim.now.0));
        let taken = checkin_site::Entity::update_many()
            .col_expr(checkin_site::Column::Day, Expr::value(checked("day", claim.day.to_owned(), DAY_CHARS)?))
            .col_expr(checkin_site::Column::State, Expr::value(RUNNING))
            .col_expr(checkin_site::Column::Until, Expr::value(claim.now.plus(claim.ttl).0))
            .filter(checkin_site::Column::ProviderId.eq(claim.provider_id.0))
            .filter(idle)
            .filter(within);
        let taken = taken.exec(self.writer()).await.map_err(db(What::Checkin))?;
        Ok(taken.rows_affected == 1)
    }

    /// Notes what came of a claim.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; the claim is then lost after its time.
    pub async fn settle_checkin(&self, settled: &SettledCheckin<'_>) -> Result<CheckinItemId, StoreError> {
        let SettledCheckin { result, now, .. } = *settled;
        let message = fitted(&result.message, MESSAGE_CHARS);
        let tx = self.begin_write().await?;
        let mut update = checkin_site::Entity::update_many()
            .col_expr(checkin_site::Column::State, Expr::value(if result.is_success { DONE } else { FAILED }))
            .col_expr(checkin_site::Column::LastAt, Expr::value(now.0))
            .col_expr(checkin_site::Column::LastSucceeded, Expr::value(result.is_success))
            .col_expr(checkin_site::Column::LastMessage, Expr::value(message.as_str()))
            .col_expr(checkin_site::Column::LastFault, Expr::value(result.fault.clone()))
            .col_expr(checkin_site::Column::LastAutoDisabled, Expr::value(result.is_auto_disabled))
            .col_expr(checkin_site::Column::LastQuota, Expr::value(result.quota_awarded));
        if result.is_success {
            update = update.col_expr(checkin_site::Column::SucceededAt, Expr::value(now.0));
        }
        let of_site = checkin_site::Column::ProviderId.eq(settled.provider_id.0);
        update.filter(of_site).exec(&tx).await.map_err(db(What::Checkin))?;
        let row = checkin_item::ActiveModel {
            id: NotSet,
            run_id: Set(settled.run_id.0),
            provider_id: Set(settled.provider_id.0),
            provider_name: Set(fitted(settled.provider_name, NAME_CHARS)),
            succeeded: Set(result.is_success),
            message: Set(message),
            fault: Set(result.fault.clone()),
            auto_disabled: Set(result.is_auto_disabled),
            quota_awarded: Set(result.quota_awarded),
            checked_at: Set(now.0),
        };
        let inserted = checkin_item::Entity::insert(row).exec(&tx).await.map_err(db(What::Checkin))?;
        commit(tx).await?;
        Ok(CheckinItemId(inserted.last_insert_id))
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn to_state(name: &str) -> Option<DayState> {
    match name {
        RUNNING => Some(DayState::Running),
        DONE => Some(DayState::Done),
        FAILED => Some(DayState::Failed),
        _ => None,
    }
}
