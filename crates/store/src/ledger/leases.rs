//! Leases: borrowed by a guarded update, extended, given back, and taken back when they expire. What is leased can
//! never be more than what is there, whoever asks at the same time.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, LeaseId, NodeId};
use sluice_domain::ledger::Lease;
use sluice_domain::money::Micros;

use super::accounts::{lock, shift_leased};
use super::rows::{id_bytes, to_account, to_lease};
use crate::entities::lease;
use crate::store::{commit, db};
use crate::{MAX_PAGE_SIZE, Store, StoreError, What};

/// What a node wants to borrow.
#[derive(Debug, Clone, Copy)]
pub struct Borrow {
    /// Chosen by the node: asking twice with one id lends once.
    pub id: LeaseId,
    /// Account, or the account of a budget's period.
    pub account: AccountId,
    /// Node that borrows.
    pub node: NodeId,
    /// As much as this, or what is left.
    pub want: Micros,
    /// But nothing if less than this is left.
    pub minimum: Micros,
    /// When the node must be done with it. Later than the longest call may take: a hold that outlives its lease can be
    /// spent twice.
    pub expires_at: Timestamp,
}

/// What a node wants to add to a lease that it has.
#[derive(Debug, Clone, Copy)]
pub struct Extension {
    /// The lease.
    pub lease: LeaseId,
    /// As much as this, or what is left; 0 to move the expiry only.
    pub want: Micros,
    /// But nothing if less than this is left.
    pub minimum: Micros,
    /// When it expires from now on.
    pub expires_at: Timestamp,
}

/// A lease after it was extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extended {
    /// The lease as it is now.
    pub lease: Lease,
    /// What was added to it.
    pub granted: Micros,
}

impl Store {
    /// Borrows a slice of an account; `None` when less than the minimum is left.
    ///
    /// # Errors
    /// `NotFound` when the account does not exist, `Conflict` when another lease has this id.
    pub async fn borrow(&self, wanted: &Borrow) -> Result<Option<Lease>, StoreError> {
        let account = self.find_account(wanted.account).await?.ok_or(StoreError::NotFound { what: What::Account })?;
        // An empty account is the common refusal, and must not make others wait for a lock.
        if slice(account.available(), wanted.want, wanted.minimum).is_none() {
            return self.known_lease(wanted).await;
        }
        let tx = self.begin_write().await?;
        match lend(&tx, wanted).await {
            Ok(Some(lease)) => commit(tx).await.map(|()| Some(lease)),
            Ok(None) => {
                roll_back(tx).await?;
                self.known_lease(wanted).await
            }
            Err(StoreError::Conflict { .. }) => {
                roll_back(tx).await?;
                let known = self.known_lease(wanted).await?;
                known.map(Some).ok_or(StoreError::Conflict { what: What::Lease })
            }
            Err(error) => Err(error),
        }
    }

    /// Adds to a lease and moves its expiry. The expiry moves even when nothing can be added.
    ///
    /// # Errors
    /// `NotFound` when the lease was given back or taken back.
    pub async fn extend_lease(&self, wanted: &Extension) -> Result<Extended, StoreError> {
        let account = self.account_of(wanted.lease).await?;
        let tx = self.begin_write().await?;
        let available = to_account(&lock(&tx, account).await?)?.available();
        let lease = read(&tx, wanted.lease).await?.ok_or(StoreError::NotFound { what: What::Lease })?;
        let granted = match slice(available, wanted.want, wanted.minimum) {
            Some(granted) if shift_leased(&tx, account, granted).await? => granted,
            _ => Micros(0),
        };
        let remaining = Micros(lease.remaining.0.saturating_add(granted.0));
        let lease = Lease { remaining, expires_at: wanted.expires_at, ..lease };
        write(&tx, &lease).await?;
        commit(tx).await?;
        Ok(Extended { lease, granted })
    }

    /// Gives back what a node will not use of a lease. The rest stays leased until it is settled or expires; one that
    /// is gone already is fine.
    ///
    /// # Errors
    /// `Invalid` when the amount is negative.
    pub async fn return_lease(&self, id: LeaseId, unused: Micros) -> Result<(), StoreError> {
        if unused.0 < 0 {
            return Err(StoreError::Invalid { field: "unused", problem: "must not be negative".to_owned() });
        }
        match self.account_of(id).await {
            Ok(account) => self.take_back(account, id, |lease| Some(unused.min(lease.remaining))).await.map(drop),
            Err(StoreError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Gives back all that a node has borrowed, as it must after a restart, once its journal is settled. Returns the
    /// leases as they were.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn return_leases_of(&self, node: NodeId) -> Result<Vec<Lease>, StoreError> {
        let of_node = lease::Entity::find().filter(lease::Column::NodeId.eq(node.0)).order_by_asc(lease::Column::Id);
        let mut returned = Vec::new();
        loop {
            let page = self.leases(of_node.clone().limit(MAX_PAGE_SIZE)).await?;
            for lease in &page {
                returned.extend(self.take_back(lease.account, lease.id, |lease| Some(lease.remaining)).await?);
            }
            if page.is_empty() {
                return Ok(returned);
            }
        }
    }

    /// Takes back at most `max_leases` leases that expired before `now`, longest expired first, and returns them as
    /// they were: what their nodes stranded. Fewer than asked means done.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn expire_leases(&self, now: Timestamp, max_leases: u64) -> Result<Vec<Lease>, StoreError> {
        let expired = lease::Entity::find()
            .filter(lease::Column::ExpiresAt.lt(now.0))
            .order_by_asc(lease::Column::ExpiresAt)
            .limit(max_leases.min(MAX_PAGE_SIZE));
        let mut taken = Vec::new();
        for lease in self.leases(expired).await? {
            // It may have been extended since it was listed.
            let still_expired = |lease: &Lease| (lease.expires_at < now).then_some(lease.remaining);
            taken.extend(self.take_back(lease.account, lease.id, still_expired).await?);
        }
        Ok(taken)
    }

    /// Returns the leases of an account, by id.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_leases(&self, account: AccountId) -> Result<Vec<Lease>, StoreError> {
        let of_account = lease::Entity::find().filter(lease::Column::AccountId.eq(account.0));
        self.leases(of_account.order_by_asc(lease::Column::Id).limit(MAX_PAGE_SIZE)).await
    }

    /// Returns the leases that a node has, by id: what an earlier run of it borrowed and did not give back.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn leases_of(&self, node: NodeId) -> Result<Vec<Lease>, StoreError> {
        let of_node = lease::Entity::find().filter(lease::Column::NodeId.eq(node.0)).order_by_asc(lease::Column::Id);
        let mut found: Vec<Lease> = Vec::new();
        loop {
            let mut page = of_node.clone().limit(MAX_PAGE_SIZE);
            if let Some(last) = found.last() {
                page = page.filter(lease::Column::Id.gt(id_bytes(last.id.0)));
            }
            let page = self.leases(page).await?;
            if page.is_empty() {
                return Ok(found);
            }
            found.extend(page);
        }
    }

    async fn leases(&self, wanted: Select<lease::Entity>) -> Result<Vec<Lease>, StoreError> {
        wanted.all(self.writer()).await.map_err(db(What::Lease))?.iter().map(to_lease).collect()
    }

    async fn account_of(&self, id: LeaseId) -> Result<AccountId, StoreError> {
        let lease = read(self.writer(), id).await?;
        lease.map(|lease| lease.account).ok_or(StoreError::NotFound { what: What::Lease })
    }

    /// Returns the lease that an earlier attempt of the same request made.
    async fn known_lease(&self, wanted: &Borrow) -> Result<Option<Lease>, StoreError> {
        let known = read(self.writer(), wanted.id).await?;
        Ok(known.filter(|lease| (lease.account, lease.node) == (wanted.account, wanted.node)))
    }

    /// Takes `amount` of a lease back, if it still exists and there is an amount, and the row when nothing is left.
    /// Returns the lease as it was.
    async fn take_back(
        &self,
        account: AccountId,
        id: LeaseId,
        amount: impl Fn(&Lease) -> Option<Micros>,
    ) -> Result<Option<Lease>, StoreError> {
        let tx = self.begin_write().await?;
        lock(&tx, account).await?;
        let found = read(&tx, id).await?.and_then(|lease| amount(&lease).map(|amount| (lease, amount)));
        let Some((lease, amount)) = found else { return roll_back(tx).await.map(|()| None) };
        shift_leased(&tx, account, Micros(-amount.0)).await?;
        if amount == lease.remaining {
            let done = lease::Entity::delete_by_id(id_bytes(id.0));
            done.exec(&tx).await.map_err(db(What::Lease))?;
        } else {
            write(&tx, &Lease { remaining: Micros(lease.remaining.0 - amount.0), ..lease }).await?;
        }
        commit(tx).await?;
        Ok(Some(lease))
    }
}

async fn lend(tx: &DatabaseTransaction, wanted: &Borrow) -> Result<Option<Lease>, StoreError> {
    let account = to_account(&lock(tx, wanted.account).await?)?;
    let Some(amount) = slice(account.available(), wanted.want, wanted.minimum) else { return Ok(None) };
    if !shift_leased(tx, wanted.account, amount).await? {
        return Ok(None);
    }
    let Borrow { id, account, node, expires_at, .. } = *wanted;
    let lease = Lease { id, account, node, remaining: amount, expires_at };
    let row = lease::ActiveModel {
        id: Set(id_bytes(id.0)),
        account_id: Set(account.0),
        node_id: Set(node.0),
        remaining_micros: Set(amount.0),
        expires_at: Set(expires_at.0),
    };
    lease::Entity::insert(row).exec_without_returning(tx).await.map_err(db(What::Lease))?;
    Ok(Some(lease))
}

/// Returns how much to lend: what is wanted, or what is left if that is enough.
fn slice(available: Micros, want: Micros, minimum: Micros) -> Option<Micros> {
    let amount = want.min(available);
    (amount.0 > 0 && amount >= minimum).then_some(amount)
}

async fn read<C: ConnectionTrait>(connection: &C, id: LeaseId) -> Result<Option<Lease>, StoreError> {
    let row = lease::Entity::find_by_id(id_bytes(id.0)).one(connection).await.map_err(db(What::Lease))?;
    row.as_ref().map(to_lease).transpose()
}

async fn write(tx: &DatabaseTransaction, lease: &Lease) -> Result<(), StoreError> {
    let updated = lease::Entity::update_many()
        .col_expr(lease::Column::RemainingMicros, Expr::value(lease.remaining.0))
        .col_expr(lease::Column::ExpiresAt, Expr::value(lease.expires_at.0))
        .filter(lease::Column::Id.eq(id_bytes(lease.id.0)));
    updated.exec(tx).await.map(drop).map_err(db(What::Lease))
}

async fn roll_back(tx: DatabaseTransaction) -> Result<(), StoreError> {
    tx.rollback().await.map_err(db(What::Meta))
}
