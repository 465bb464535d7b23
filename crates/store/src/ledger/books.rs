//! A few accounts, locked and in memory, while transfers and draws are worked into them. Each account and lease is
//! written once, however many entries it got.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::id::{AccountId, LeaseId};
use sluice_domain::ledger::{Account, BookedTransfer, Draw, Lease, Link, Transfer, digest};
use sluice_domain::money::Micros;

use super::rows::{id_bytes, to_account, to_lease};
use crate::batch::{Rewrite, Rewritten, chunks};
use crate::entities::{account, lease};
use crate::store::db;
use crate::{StoreError, What};

/// Rows that one statement locks or reads.
const CHUNK: usize = 256;

pub(super) struct Books {
    accounts: BTreeMap<AccountId, Account>,
    leases: BTreeMap<LeaseId, Lease>,
}

impl Books {
    /// Locks the accounts in the order of their ids, then reads the leases, which only change under that lock.
    pub(super) async fn lock(
        tx: &DatabaseTransaction,
        accounts: BTreeSet<AccountId>,
        leases: BTreeSet<LeaseId>,
    ) -> Result<Self, StoreError> {
        Ok(Self { accounts: lock_accounts(tx, accounts).await?, leases: read_leases(tx, leases).await? })
    }

    pub(super) fn account(&self, id: AccountId) -> Result<&Account, StoreError> {
        self.accounts.get(&id).ok_or(StoreError::NotFound { what: What::Account })
    }

    /// Moves the amount of `transfer` and appends it to both chains.
    pub(super) fn book(&mut self, transfer: Transfer) -> Result<BookedTransfer, StoreError> {
        if transfer.amount.0 <= 0 {
            return Err(StoreError::Invalid { field: "amount", problem: "must be more than 0".to_owned() });
        }
        if transfer.debit == transfer.credit {
            return Err(StoreError::Invalid { field: "account", problem: "must not pay itself".to_owned() });
        }
        let content = digest(&transfer);
        let debit_link = self.append(transfer.debit, Micros(-transfer.amount.0), &content)?;
        let credit_link = self.append(transfer.credit, transfer.amount, &content)?;
        Ok(BookedTransfer { transfer, debit_link, credit_link })
    }

    fn append(
        &mut self,
        id: AccountId,
        amount: Micros,
        content: &sluice_domain::ledger::TransferDigest,
    ) -> Result<Link, StoreError> {
        let account = self.accounts.get_mut(&id).ok_or(StoreError::NotFound { what: What::Account })?;
        account.posted = sum(account.posted, amount)?;
        account.head = account.head.next(id, content);
        Ok(account.head)
    }

    /// Takes the amount from a budget, which has no transfers.
    pub(super) fn spend(&mut self, draw: &Draw) -> Result<(), StoreError> {
        let account = self.accounts.get_mut(&draw.account).ok_or(StoreError::NotFound { what: What::Account })?;
        account.posted = sum(account.posted, Micros(-draw.amount.0))?;
        Ok(())
    }

    /// Frees what the draw's lease can cover of it: what a hold reserved is now posted.
    pub(super) fn use_lease(&mut self, draw: &Draw) {
        let lease = draw.lease.and_then(|id| self.leases.get_mut(&id)).filter(|lease| lease.account == draw.account);
        let (Some(lease), Some(account)) = (lease, self.accounts.get_mut(&draw.account)) else { return };
        let covered = draw.amount.0.min(lease.remaining.0);
        lease.remaining.0 -= covered;
        account.leased.0 = account.leased.0.saturating_sub(covered);
    }

    /// Writes all accounts and leases back.
    pub(super) async fn save(&self, tx: &DatabaseTransaction) -> Result<(), StoreError> {
        let accounts: Vec<Rewritten> = self.accounts.values().map(account_values).collect();
        ACCOUNTS.write(tx, &accounts).await?;
        let leases: Vec<Rewritten> = self.leases.values().map(lease_values).collect();
        LEASES.write(tx, &leases).await
    }
}

const ACCOUNTS: Rewrite = Rewrite {
    table: "accounts",
    key: "id",
    columns: &["posted_micros", "leased_micros", "head_seq", "head_hash"],
    what: What::Account,
};
const LEASES: Rewrite = Rewrite { table: "leases", key: "id", columns: &["remaining_micros"], what: What::Lease };

fn account_values(account: &Account) -> Rewritten {
    let Account { id, posted, leased, head, .. } = account;
    (id.0.into(), vec![posted.0.into(), leased.0.into(), head.seq.into(), head.hash.0.to_vec().into()])
}

fn lease_values(lease: &Lease) -> Rewritten {
    (id_bytes(lease.id.0).into(), vec![lease.remaining.0.into()])
}

fn sum(balance: Micros, amount: Micros) -> Result<Micros, StoreError> {
    let problem = || StoreError::Invalid { field: "amount", problem: "is more than a balance can hold".to_owned() };
    balance.0.checked_add(amount.0).map(Micros).ok_or_else(problem)
}

async fn lock_accounts(
    tx: &DatabaseTransaction,
    ids: BTreeSet<AccountId>,
) -> Result<BTreeMap<AccountId, Account>, StoreError> {
    let wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut accounts = BTreeMap::new();
    for chunk in chunks(&wanted, CHUNK) {
        let rows = account::Entity::find()
            .filter(account::Column::Id.is_in(chunk.iter().copied()))
            .order_by_asc(account::Column::Id)
            .lock_exclusive()
            .all(tx)
            .await
            .map_err(db(What::Account))?;
        for row in &rows {
            accounts.insert(AccountId(row.id), to_account(row)?);
        }
    }
    if accounts.len() == ids.len() { Ok(accounts) } else { Err(StoreError::NotFound { what: What::Account }) }
}

async fn read_leases(tx: &DatabaseTransaction, ids: BTreeSet<LeaseId>) -> Result<BTreeMap<LeaseId, Lease>, StoreError> {
    let wanted: Vec<Vec<u8>> = ids.iter().map(|id| id_bytes(id.0)).collect();
    let mut leases = BTreeMap::new();
    for chunk in chunks(&wanted, CHUNK) {
        let found = lease::Entity::find().filter(lease::Column::Id.is_in(chunk.iter().cloned())).all(tx).await;
        for row in found.map_err(db(What::Lease))? {
            let lease = to_lease(&row)?;
            leases.insert(lease.id, lease);
        }
    }
    Ok(leases)
}
