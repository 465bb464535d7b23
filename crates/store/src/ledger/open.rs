//! What is still open: money that nodes have borrowed, and calls that the database does not know.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;
use sluice_domain::ledger::Lease;
use sluice_domain::money::Micros;

use super::rows::{id_bytes, to_lease, uuid_from};
use crate::batch::chunks;
use crate::entities::{call, lease, transfer};
use crate::store::db;
use crate::{MAX_PAGE_SIZE, Store, StoreError, What};

/// Ids in one question about what is known.
const LOOKUP_CHUNK: usize = 256;

/// What all nodes together have borrowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Borrowed {
    /// Leases.
    pub leases: u64,
    /// What is left of them.
    pub amount: Micros,
    /// Those of them that have expired and were not taken back yet.
    pub expired_leases: u64,
    /// What is left of those.
    pub expired_amount: Micros,
}

impl Borrowed {
    fn add(&mut self, lease: &Lease, now: Timestamp) {
        self.leases += 1;
        self.amount.0 = self.amount.0.saturating_add(lease.remaining.0);
        if lease.expires_at < now {
            self.expired_leases += 1;
            self.expired_amount.0 = self.expired_amount.0.saturating_add(lease.remaining.0);
        }
    }
}

impl Store {
    /// Adds up what nodes have borrowed, and what of it has expired at `now`.
    ///
    /// # Errors
    /// `Corrupt` when a lease cannot be read.
    pub async fn borrowed(&self, now: Timestamp) -> Result<Borrowed, StoreError> {
        let mut borrowed = Borrowed::default();
        let mut after = Vec::new();
        loop {
            let page = lease::Entity::find()
                .filter(lease::Column::Id.gt(after))
                .order_by_asc(lease::Column::Id)
                .limit(MAX_PAGE_SIZE)
                .all(self.reader())
                .await
                .map_err(db(What::Lease))?;
            let Some(last) = page.last() else { return Ok(borrowed) };
            after = last.id.clone();
            for row in &page {
                borrowed.add(&to_lease(row)?, now);
            }
        }
    }

    /// Returns which of these calls have neither a record nor a charge, in the same order.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn unknown_calls(&self, calls: &[CallId]) -> Result<Vec<CallId>, StoreError> {
        let mut known = HashSet::new();
        for chunk in chunks(calls, LOOKUP_CHUNK) {
            let ids = || chunk.iter().map(|call| id_bytes(call.0));
            let recorded = call::Entity::find()
                .select_only()
                .column(call::Column::Id)
                .filter(call::Column::Id.is_in(ids()))
                .into_tuple::<Vec<u8>>()
                .all(self.reader());
            let charged = transfer::Entity::find()
                .select_only()
                .column(transfer::Column::Id)
                .filter(transfer::Column::Id.is_in(ids()))
                .into_tuple::<Vec<u8>>()
                .all(self.reader());
            let recorded = recorded.await.map_err(db(What::Call))?;
            for id in recorded.into_iter().chain(charged.await.map_err(db(What::Transfer))?) {
                known.insert(CallId(uuid_from(What::Call, &id)?));
            }
        }
        Ok(calls.iter().copied().filter(|call| !known.contains(call)).collect())
    }
}
