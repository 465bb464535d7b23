//! The records of calls: written in batches, listed newest first, purged by age.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Instant;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::call::{Attempt, CallRecord, Outcome};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CallId, CredentialId, KeyId, NodeId, ProviderId, UserId};
use sluice_domain::ledger::{Holder, SettledCall};
use sluice_domain::money::Micros;
use sluice_domain::price::CacheSaving;
use sluice_domain::route::Decision;
use sluice_domain::usage::{Usage, UsageSource};
use uuid::Uuid;

use self::joint::Joint;
use crate::batch::Pace;
use crate::entities::call;
use crate::store::{commit, db};
use crate::{MAX_PAGE_SIZE, Page, PageRequest, Settlement, Store, StoreError, What};

mod details;
mod joint;
mod rows;
mod selection;

/// Whose hours hold calls that no node settled.
const NOBODY: NodeId = NodeId(0);
/// Where numbered pages stop counting.
const MAX_COUNT: u64 = 10_000;

/// One call as it is stored; fields as in [`CallRecord`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// See [`CallRecord::id`].
    pub id: CallId,
    /// See [`CallRecord::created_at`].
    pub created_at: Timestamp,
    /// See [`CallRecord::key_id`].
    pub key_id: KeyId,
    /// See [`CallRecord::user_id`].
    pub user_id: UserId,
    /// See [`CallRecord::dialect`].
    pub dialect: String,
    /// See [`CallRecord::operation`].
    pub operation: String,
    /// See [`CallRecord::model_asked`].
    pub model_asked: String,
    /// See [`CallRecord::model_used`].
    pub model_used: String,
    /// See [`CallRecord::provider_id`].
    pub provider_id: Option<ProviderId>,
    /// See [`CallRecord::provider_name`].
    pub provider_name: String,
    /// See [`CallRecord::credential_id`].
    pub credential_id: Option<CredentialId>,
    /// See [`CallRecord::status`].
    pub status: u16,
    /// See [`CallRecord::outcome`].
    pub outcome: Outcome,
    /// See [`CallRecord::error`].
    pub error: String,
    /// See [`CallRecord::usage`].
    pub usage: Usage,
    /// See [`CallRecord::usage_source`].
    pub usage_source: UsageSource,
    /// See [`CallRecord::cost`].
    pub cost: Option<Micros>,
    /// What the caller paid; `None` when nobody was billed.
    pub charged: Option<Micros>,
    /// See [`CallRecord::first_token_ms`].
    pub first_token_ms: Option<u64>,
    /// See [`CallRecord::duration_ms`].
    pub duration_ms: u64,
    /// See [`CallRecord::stream`].
    pub stream: bool,
    /// See [`CallRecord::client_ip`].
    pub client_ip: Option<IpAddr>,
    /// See [`CallRecord::upstream_request_id`].
    pub upstream_request_id: String,
    /// See [`CallRecord::attempts`].
    pub attempts: Vec<Attempt>,
    /// Why it went where it went; `None` for calls that were never routed.
    pub decision: Option<Decision>,
}

/// Which calls are wanted; absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Only calls of this user.
    pub user_id: Option<UserId>,
    /// Only calls with this key.
    pub key_id: Option<KeyId>,
    /// Only calls that this provider answered.
    pub provider_id: Option<ProviderId>,
    /// Only calls that asked for exactly this model.
    pub model: Option<String>,
    /// Only calls that ended so.
    pub outcome: Option<Outcome>,
    /// Only calls whose client got an error (`true`) or none (`false`).
    pub failed: Option<bool>,
    /// Only calls that began at this time or later, as their ids say.
    pub since: Option<Timestamp>,
    /// Only calls that began before this time, as their ids say.
    pub until: Option<Timestamp>,
}

/// The place after one row of the list: the next page begins there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallCursor {
    /// When the last call of the page began.
    pub created_at: Timestamp,
    /// Its id.
    pub id: CallId,
}

impl CallCursor {
    /// Returns the place after `row`.
    #[must_use]
    pub const fn after(row: &CallRow) -> Self {
        Self { created_at: row.created_at, id: row.id }
    }
}

impl fmt::Display for CallCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at.0, self.id.0.simple())
    }
}

impl FromStr for CallCursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let bad = || StoreError::Invalid { field: "cursor", problem: "is not one that a list gave out".to_owned() };
        let (created_at, id) = text.split_once('.').ok_or_else(bad)?;
        let created_at = Timestamp(created_at.parse().map_err(|_| bad())?);
        Ok(Self { created_at, id: CallId(Uuid::try_parse(id).map_err(|_| bad())?) })
    }
}

impl Store {
    /// Writes records of calls that nobody pays for and returns how many are new: those that exist already are left alone, so
    /// that a replay is harmless. Texts longer than their column are cut.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; then some or none are written.
    pub async fn record_calls(&self, records: &[CallRecord]) -> Result<usize, StoreError> {
        let unpaid = |record: &CallRecord| SettledCall {
            record: record.clone(),
            receipt: None,
            charge: None,
            budgets: Vec::new(),
            saved: CacheSaving::default(),
        };
        let calls: Vec<SettledCall> = records.iter().map(unpaid).collect();
        let Some(at) = records.first().map(|record| record.created_at) else { return Ok(0) };
        let revenue = self.open_account(Holder::Revenue(NOBODY), at).await?.id;
        Ok(self.settle(&Settlement { node: NOBODY, revenue, at, calls: &calls, counted: &[] }).await?.posted)
    }

    /// Returns at most `limit` calls after `cursor`, newest first.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_calls(
        &self,
        filter: &CallFilter,
        cursor: Option<CallCursor>,
        limit: u64,
    ) -> Result<Vec<CallRow>, StoreError> {
        let limit = limit.clamp(1, MAX_PAGE_SIZE);
        if let Some(joint) = Joint::of(filter, cursor) {
            return Ok(self.page_joint(&joint, PageRequest { offset: 0, limit }, limit).await?.items);
        }
        let mut wanted = selection::newest_first(filter).limit(limit);
        if let Some(cursor) = cursor {
            wanted = wanted.filter(selection::beyond(cursor));
        }
        let rows = wanted.all(self.reader()).await.map_err(db(What::Call))?;
        rows.into_iter().map(rows::to_call).collect()
    }

    /// Returns one numbered page of calls, newest first, for clients that page by number. `total` stops counting at
    /// 10,000, and pages beyond are empty; prefer [`Store::list_calls`].
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn page_calls(&self, filter: &CallFilter, page: PageRequest) -> Result<Page<CallRow>, StoreError> {
        let page = page.bounded();
        // Skipping reads what it skips, so that it has a bound too.
        if page.offset >= MAX_COUNT {
            return Ok(Page { items: Vec::new(), total: self.count_calls(filter, MAX_COUNT).await? });
        }
        if let Some(joint) = Joint::of(filter, None) {
            return self.page_joint(&joint, page, MAX_COUNT).await;
        }
        let total = self.count_calls(filter, MAX_COUNT).await?;
        let wanted = selection::newest_first(filter).offset(page.offset).limit(page.limit);
        let rows = wanted.all(self.reader()).await.map_err(db(What::Call))?;
        Ok(Page { items: rows.into_iter().map(rows::to_call).collect::<Result<_, _>>()?, total })
    }

    /// Returns one page of calls that meet several restrictions, counted up to `at_most`.
    async fn page_joint(
        &self,
        joint: &Joint<'_>,
        page: PageRequest,
        at_most: u64,
    ) -> Result<Page<CallRow>, StoreError> {
        let tx = self.begin_read().await?;
        let spans = joint.spans(&tx, at_most).await?;
        let rows = joint.rows(&tx, &spans, page).await?;
        commit(tx).await?;
        let items = rows.into_iter().map(rows::to_call).collect::<Result<_, _>>()?;
        Ok(Page { items, total: joint::sum(&spans).min(at_most) })
    }

    /// Counts calls, but stops at `at_most`.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn count_calls(&self, filter: &CallFilter, at_most: u64) -> Result<u64, StoreError> {
        if let Some(joint) = Joint::of(filter, None) {
            let tx = self.begin_read().await?;
            let spans = joint.spans(&tx, at_most).await?;
            commit(tx).await?;
            return Ok(joint::sum(&spans).min(at_most));
        }
        let counted = self.reader().query_one(&selection::count(filter, at_most)).await.map_err(db(What::Call))?;
        selection::read_count(counted)
    }

    /// Counts the calls whose client got exactly this error, among the newest `among` failures.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn count_errors(&self, filter: &CallFilter, error: &str, among: u64) -> Result<u64, StoreError> {
        let wanted = selection::count_errors(filter, error, among.clamp(1, MAX_COUNT));
        selection::read_count(self.reader().query_one(&wanted).await.map_err(db(What::Call))?)
    }

    /// Returns one call, if it exists and is `for_user`'s where that is given.
    ///
    /// # Errors
    /// `Corrupt` when the row cannot be read.
    pub async fn find_call(&self, id: CallId, for_user: Option<UserId>) -> Result<Option<CallRow>, StoreError> {
        let mut wanted = call::Entity::find_by_id(id.0.as_bytes().to_vec());
        if let Some(user) = for_user {
            wanted = wanted.filter(call::Column::UserId.eq(user.0));
        }
        wanted.one(self.reader()).await.map_err(db(What::Call))?.map(rows::to_call).transpose()
    }

    /// Returns the facts that a call's charge can be computed again from, as they were settled.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_receipt(&self, id: CallId) -> Result<Option<String>, StoreError> {
        let wanted = call::Entity::find_by_id(id.0.as_bytes().to_vec()).select_only().column(call::Column::Receipt);
        let found = wanted.into_tuple::<Option<String>>().one(self.reader()).await.map_err(db(What::Call))?;
        Ok(found.flatten())
    }

    /// Deletes at most `max_rows` calls that began before `before`, oldest first, and returns how many; fewer than
    /// asked means done. Nobody who writes meanwhile waits for more than a few milliseconds.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn purge_calls_before(&self, before: Timestamp, max_rows: u64) -> Result<u64, StoreError> {
        let (mut purged, mut pace) = (0, Pace::default());
        while purged < max_rows {
            let step = pace.rows(max_rows - purged);
            let found = self.purge_calls_step(before, step, &mut pace).await?;
            purged += found;
            if found < step {
                break;
            }
        }
        Ok(purged)
    }

    async fn purge_calls_step(&self, before: Timestamp, rows: u64, pace: &mut Pace) -> Result<u64, StoreError> {
        let oldest = || call::Entity::find().select_only().column(call::Column::Id).order_by_asc(call::Column::Id);
        let old = selection::began_before(before);
        let last = oldest().filter(old.clone()).offset(rows - 1).limit(1).into_tuple::<Vec<u8>>().one(self.reader());
        // One range of the primary key, up to a row or up to the age.
        let range = last.await.map_err(db(What::Call))?.map_or(old, |last| call::Column::Id.lte(last));
        let tx = self.begin_write().await?;
        let began = Instant::now();
        let purged = call::Entity::delete_many().filter(range).exec(&tx).await.map_err(db(What::Call))?;
        commit(tx).await?;
        pace.rest(began.elapsed()).await;
        Ok(purged.rows_affected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_goes_through_text_and_any_other_text_is_refused() {
        let cursor = CallCursor { created_at: Timestamp(-5), id: CallId::new(1_700_000_000_000, [9; 10]) };
        assert_eq!(cursor.to_string().parse::<CallCursor>().unwrap(), cursor);
        for text in ["", "5", "5.x", "x.018bcfe5680070090909090909090909", "5.018bcfe5680070090909090909090909.1"] {
            assert!(matches!(text.parse::<CallCursor>(), Err(StoreError::Invalid { field: "cursor", .. })), "{text}");
        }
    }
}
