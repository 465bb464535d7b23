//! What is known of check-ins.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::checkin::{Cause, CheckinItem, CheckinResult, CheckinRun, CheckinSite, Counts};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CheckinItemId, CheckinRunId, ProviderId};

use super::to_state;
use crate::entities::{checkin_item, checkin_run, checkin_site};
use crate::store::{corrupt, db};
use crate::{MAX_PAGE_SIZE, Store, StoreError, What};

impl Store {
    /// Returns the newest runs, at most [`MAX_PAGE_SIZE`].
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_checkin_runs(&self, limit: u64) -> Result<Vec<CheckinRun>, StoreError> {
        let newest = checkin_run::Entity::find()
            .order_by_desc(checkin_run::Column::Id)
            .limit(limit.clamp(1, MAX_PAGE_SIZE))
            .all(self.reader())
            .await
            .map_err(db(What::Checkin))?;
        newest.into_iter().map(to_run).collect()
    }

    /// Returns one run.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_checkin_run(&self, id: CheckinRunId) -> Result<Option<CheckinRun>, StoreError> {
        let row = checkin_run::Entity::find_by_id(id.0).one(self.reader()).await.map_err(db(What::Checkin))?;
        row.map(to_run).transpose()
    }

    /// Returns the newest check-ins, at most [`MAX_PAGE_SIZE`].
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_checkin_items(&self, limit: u64) -> Result<Vec<CheckinItem>, StoreError> {
        let newest = checkin_item::Entity::find()
            .order_by_desc(checkin_item::Column::Id)
            .limit(limit.clamp(1, MAX_PAGE_SIZE))
            .all(self.reader())
            .await
            .map_err(db(What::Checkin))?;
        Ok(newest.into_iter().map(to_item).collect())
    }

    /// Returns what is known of all sites that were ever asked.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_checkin_sites(&self) -> Result<Vec<CheckinSite>, StoreError> {
        let rows = checkin_site::Entity::find().all(self.reader()).await.map_err(db(What::Checkin))?;
        rows.into_iter().map(to_site).collect()
    }

    /// Forgets check-ins and runs from before `before`, and returns how many; at most `max_rows` of each, 0 means done.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn purge_checkins_before(&self, before: Timestamp, max_rows: u64) -> Result<u64, StoreError> {
        let limit = max_rows.clamp(1, MAX_PAGE_SIZE);
        let items: Vec<i64> = checkin_item::Entity::find()
            .select_only()
            .column(checkin_item::Column::Id)
            .filter(checkin_item::Column::CheckedAt.lt(before.0))
            .limit(limit)
            .into_tuple()
            .all(self.reader())
            .await
            .map_err(db(What::Checkin))?;
        let runs: Vec<i64> = checkin_run::Entity::find()
            .select_only()
            .column(checkin_run::Column::Id)
            .filter(checkin_run::Column::BeganAt.lt(before.0))
            .limit(limit)
            .into_tuple()
            .all(self.reader())
            .await
            .map_err(db(What::Checkin))?;
        let mut forgotten = 0;
        if !items.is_empty() {
            let old = checkin_item::Entity::delete_many().filter(checkin_item::Column::Id.is_in(items));
            forgotten += old.exec(self.writer()).await.map_err(db(What::Checkin))?.rows_affected;
        }
        if !runs.is_empty() {
            let old = checkin_run::Entity::delete_many().filter(checkin_run::Column::Id.is_in(runs));
            forgotten += old.exec(self.writer()).await.map_err(db(What::Checkin))?.rows_affected;
        }
        Ok(forgotten)
    }
}

fn to_run(row: checkin_run::Model) -> Result<CheckinRun, StoreError> {
    let broken = |problem: &str| corrupt(What::Checkin, row.id, problem);
    let count = |number: i64| u64::try_from(number).map_err(|_| broken("a number of it is negative"));
    Ok(CheckinRun {
        id: CheckinRunId(row.id),
        cause: Cause::from_name(&row.cause).ok_or_else(|| broken("its cause is unknown"))?,
        began_at: Timestamp(row.began_at),
        ended_at: row.ended_at.map(Timestamp),
        counts: Counts {
            total: count(row.total)?,
            succeeded: count(row.succeeded)?,
            failed: count(row.failed)?,
            missing: count(row.missing)?,
        },
        zone: row.zone,
        day: row.day,
    })
}

fn to_item(row: checkin_item::Model) -> CheckinItem {
    CheckinItem {
        id: CheckinItemId(row.id),
        run_id: CheckinRunId(row.run_id),
        provider_id: ProviderId(row.provider_id),
        provider_name: row.provider_name,
        result: CheckinResult {
            is_success: row.succeeded,
            message: row.message,
            fault: row.fault,
            is_auto_disabled: row.auto_disabled,
            quota_awarded: row.quota_awarded,
        },
        checked_at: Timestamp(row.checked_at),
    }
}

fn to_site(row: checkin_site::Model) -> Result<CheckinSite, StoreError> {
    let state = to_state(&row.state);
    let result = CheckinResult {
        is_success: row.last_succeeded,
        message: row.last_message,
        fault: row.last_fault,
        is_auto_disabled: row.last_auto_disabled,
        quota_awarded: row.last_quota,
    };
    Ok(CheckinSite {
        provider_id: ProviderId(row.provider_id),
        state: state.ok_or_else(|| corrupt(What::Checkin, row.provider_id, "its state is unknown"))?,
        day: row.day,
        succeeded_at: row.succeeded_at.map(Timestamp),
        last: row.last_at.map(|at| (result, Timestamp(at))),
    })
}
