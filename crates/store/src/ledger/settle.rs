//! Settlement: a batch of ended calls becomes records, charges and draws in one transaction.
//!
//! Every row has an id that was made before the upstream was called, so a batch may come again, wholly or in part,
//! after a crash: the record's row is inserted first, and its unique violation says that the call is settled. A call
//! that can never be posted does not hold up the others; it is handed back with the reason.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, CallId, CredentialId, NodeId, TransferId};
use sluice_domain::ledger::{Actor, BookedTransfer, Draw, SettledCall, Transfer, TransferKind};
use uuid::Uuid;

use super::books::Books;
use super::rows::id_bytes;
use crate::batch::{chunks, insert_all};
use crate::entities::{call, transfer};
use crate::store::{commit, db};
use crate::{Store, StoreError, What, credential_calls, usage};

/// Ids in one question about what is known.
const LOOKUP_CHUNK: usize = 256;

/// A batch of calls that have ended.
#[derive(Debug, Clone, Copy)]
pub struct Settlement<'a> {
    /// Node that settles.
    pub node: NodeId,
    /// Its revenue account: [`Store::open_account`] of [`Holder::Revenue`](sluice_domain::ledger::Holder::Revenue).
    pub revenue: AccountId,
    /// Now.
    pub at: Timestamp,
    /// The calls, in any order. A few hundred to a few thousand are best.
    pub calls: &'a [SettledCall],
    /// Credentials whose calls are counted because they have a quota of them.
    pub counted: &'a [CredentialId],
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Settled {
    /// Calls that were posted now.
    pub posted: usize,
    /// Calls that were posted before, or come more than once in the batch.
    pub known: usize,
    /// Calls that cannot be posted, and why. Trying again does not help; somebody has to look.
    pub rejected: Vec<(CallId, StoreError)>,
}

impl Store {
    /// Posts a batch: records, charges, draws from budgets, and what the leases of all of them get rid of. A charge may
    /// exceed its lease and even the balance, which is then negative.
    ///
    /// # Errors
    /// `Unavailable` when the database is away; then some or none of the calls are posted, and the same batch must
    /// come again.
    pub async fn settle(&self, settlement: &Settlement<'_>) -> Result<Settled, StoreError> {
        let mut settled = Settled::default();
        let mut left = distinct(settlement.calls);
        settled.known = settlement.calls.len() - left.len();
        match self.post(settlement, &left).await {
            Ok(()) => {
                settled.posted = left.len();
                return Ok(settled);
            }
            Err(error) if error.is_retryable() => return Err(error),
            Err(_) => {}
        }
        let known = self.known_of(&left).await?;
        settled.known += known.len();
        left.retain(|call| !known.contains(&call.record.id));
        match self.post(settlement, &left).await {
            Ok(()) => settled.posted = left.len(),
            Err(error) if error.is_retryable() => return Err(error),
            Err(_) => self.post_one_by_one(settlement, &left, &mut settled).await?,
        }
        Ok(settled)
    }

    async fn post_one_by_one(
        &self,
        settlement: &Settlement<'_>,
        calls: &[&SettledCall],
        settled: &mut Settled,
    ) -> Result<(), StoreError> {
        for call in calls.chunks(1) {
            let Some(id) = call.first().map(|call| call.record.id) else { continue };
            match self.post(settlement, call).await {
                Ok(()) => settled.posted += 1,
                Err(error) if error.is_retryable() => return Err(error),
                // A violation can also come from a damaged chain: only what is there is known.
                Err(StoreError::Conflict { .. }) if !self.known_of(call).await?.is_empty() => settled.known += 1,
                Err(error) => settled.rejected.push((id, error)),
            }
        }
        Ok(())
    }

    async fn post(&self, settlement: &Settlement<'_>, calls: &[&SettledCall]) -> Result<(), StoreError> {
        if calls.is_empty() {
            return Ok(());
        }
        calls.iter().try_for_each(|call| check(call))?;
        let calls = grouped(calls);
        let tx = self.begin_write().await?;
        match post_in(&tx, settlement, &calls).await {
            Ok(()) => commit(tx).await,
            Err(error) => {
                // If the connection is gone the server rolls back by itself; the first error is the one to tell.
                let _ = tx.rollback().await;
                Err(error)
            }
        }
    }

    /// Returns which of the calls have a record or a charge already. A record may have been purged since.
    async fn known_of(&self, calls: &[&SettledCall]) -> Result<HashSet<CallId>, StoreError> {
        let ids: Vec<Vec<u8>> = calls.iter().map(|call| id_bytes(call.record.id.0)).collect();
        let mut known = HashSet::new();
        for chunk in chunks(&ids, LOOKUP_CHUNK) {
            let recorded = call::Entity::find()
                .select_only()
                .column(call::Column::Id)
                .filter(call::Column::Id.is_in(chunk.iter().cloned()))
                .into_tuple::<Vec<u8>>()
                .all(self.writer());
            let charged = transfer::Entity::find()
                .select_only()
                .column(transfer::Column::Id)
                .filter(transfer::Column::Id.is_in(chunk.iter().cloned()))
                .into_tuple::<Vec<u8>>()
                .all(self.writer());
            let recorded = recorded.await.map_err(db(What::Call))?;
            let charged = charged.await.map_err(db(What::Transfer))?;
            known.extend(recorded.iter().chain(&charged).filter_map(|id| Uuid::from_slice(id).ok()).map(CallId));
        }
        Ok(known)
    }
}

fn distinct(calls: &[SettledCall]) -> Vec<&SettledCall> {
    let mut seen = HashSet::with_capacity(calls.len());
    calls.iter().filter(|call| seen.insert(call.record.id)).collect()
}

/// Returns the calls with those of a user and a key next to each other: neighbours go to the same pages of the indexes
/// and of the chains.
fn grouped<'a>(calls: &[&'a SettledCall]) -> Vec<&'a SettledCall> {
    let mut grouped = calls.to_vec();
    grouped.sort_unstable_by_key(|call| (call.record.user_id, call.record.key_id, call.record.id));
    grouped
}

fn check(call: &SettledCall) -> Result<(), StoreError> {
    if draws_of(call).any(|draw| draw.amount.0 < 0) {
        return Err(StoreError::Invalid { field: "amount", problem: "must not be negative".to_owned() });
    }
    Ok(())
}

fn draws_of(call: &SettledCall) -> impl Iterator<Item = &Draw> {
    call.charge.iter().chain(&call.budgets)
}

async fn post_in(
    tx: &DatabaseTransaction,
    settlement: &Settlement<'_>,
    calls: &[&SettledCall],
) -> Result<(), StoreError> {
    insert_all(tx, calls).await?;
    let draws = || calls.iter().flat_map(|call| draws_of(call));
    // The node's own account is locked in any case: its hours are changed under that lock.
    let accounts = draws().map(|draw| draw.account).chain([settlement.revenue]).collect();
    let mut books = Books::lock(tx, accounts, draws().filter_map(|draw| draw.lease).collect()).await?;
    if draws().next().is_some() {
        let transfers = book(settlement, calls, &mut books)?;
        insert_all(tx, &transfers).await?;
        books.save(tx).await?;
    }
    credential_calls::count(tx, settlement.node, settlement.counted, calls).await?;
    usage::add_calls(tx, settlement.node, calls).await
}

/// Works the draws of all calls into the books and returns the charges.
fn book(
    settlement: &Settlement<'_>,
    calls: &[&SettledCall],
    books: &mut Books,
) -> Result<Vec<BookedTransfer>, StoreError> {
    let mut transfers = Vec::with_capacity(calls.len());
    for call in calls {
        if let Some(charge) = &call.charge {
            books.use_lease(charge);
            if charge.amount.0 > 0 {
                transfers.push(books.book(charge_of(settlement, call.record.id, charge))?);
            }
        }
        for draw in &call.budgets {
            books.use_lease(draw);
            books.spend(draw)?;
        }
    }
    Ok(transfers)
}

fn charge_of(settlement: &Settlement<'_>, call: CallId, charge: &Draw) -> Transfer {
    Transfer {
        id: TransferId::of_charge(call),
        kind: TransferKind::Charge,
        debit: charge.account,
        credit: settlement.revenue,
        amount: charge.amount,
        call: Some(call),
        actor: Actor::Node(settlement.node),
        memo: String::new(),
        created_at: settlement.at,
    }
}
