//! Calls that can never be posted as they are: kept, with all that is known of them, until somebody has looked.

use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait, QueryOrder, QuerySelect};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;

use super::rows::{id_bytes, uuid_from};
use crate::entities::parked_call;
use crate::store::db;
use crate::text::{LONG_CHARS, checked, fitted};
use crate::{Page, PageRequest, Store, StoreError, What};

const REASON_CHARS: usize = 4_000;

/// A call that could not be settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedCall {
    /// The call.
    pub call: CallId,
    /// Why it could not be settled.
    pub reason: String,
    /// The journal's entry as text, from which it can be settled once the reason is gone.
    pub entry: String,
    /// When it was put here.
    pub parked_at: Timestamp,
}

impl Store {
    /// Keeps a call that cannot be settled. One that is kept already stays as it is.
    ///
    /// # Errors
    /// `Invalid` when the entry is too long to be kept whole, `Unavailable` when the database is away: the journal must
    /// then keep the call.
    pub async fn park_call(&self, call: CallId, reason: &str, entry: &str, now: Timestamp) -> Result<(), StoreError> {
        let row = parked_call::ActiveModel {
            call_id: Set(id_bytes(call.0)),
            reason: Set(fitted(reason, REASON_CHARS)),
            entry: Set(checked("entry", entry.to_owned(), LONG_CHARS)?),
            parked_at: Set(now.0),
        };
        let inserted = parked_call::Entity::insert(row).exec_without_returning(self.writer()).await;
        match inserted.map(drop).map_err(db(What::ParkedCall)) {
            Err(StoreError::Conflict { .. }) => Ok(()),
            outcome => outcome,
        }
    }

    /// Returns the calls that could not be settled, the longest parked first.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_parked(&self, page: PageRequest) -> Result<Page<ParkedCall>, StoreError> {
        let page = page.bounded();
        let total = parked_call::Entity::find().count(self.reader()).await.map_err(db(What::ParkedCall))?;
        let rows = parked_call::Entity::find()
            .order_by_asc(parked_call::Column::ParkedAt)
            .order_by_asc(parked_call::Column::CallId)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.reader())
            .await
            .map_err(db(What::ParkedCall))?;
        Ok(Page { items: rows.into_iter().map(to_parked).collect::<Result<_, _>>()?, total })
    }

    /// Returns the call, if it is parked.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_parked(&self, call: CallId) -> Result<Option<ParkedCall>, StoreError> {
        let row = parked_call::Entity::find_by_id(id_bytes(call.0)).one(self.reader()).await;
        row.map_err(db(What::ParkedCall))?.map(to_parked).transpose()
    }

    /// Forgets a parked call, once it was settled or somebody decided that it never will be.
    ///
    /// # Errors
    /// `NotFound` when it is not parked.
    pub async fn unpark(&self, call: CallId) -> Result<(), StoreError> {
        let deleted = parked_call::Entity::delete_by_id(id_bytes(call.0)).exec(self.writer()).await;
        match deleted.map_err(db(What::ParkedCall))?.rows_affected {
            0 => Err(StoreError::NotFound { what: What::ParkedCall }),
            _ => Ok(()),
        }
    }
}

fn to_parked(row: parked_call::Model) -> Result<ParkedCall, StoreError> {
    Ok(ParkedCall {
        call: CallId(uuid_from(What::ParkedCall, &row.call_id)?),
        reason: row.reason,
        entry: row.entry,
        parked_at: Timestamp(row.parked_at),
    })
}
