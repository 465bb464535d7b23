//! Chains against their transfers, and balances against both.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::id::{AccountId, TransferId};
use sluice_domain::ledger::{Account, AccountKind, BookedTransfer, ChainHash, Link, digest};
use sluice_domain::money::Micros;

use super::{Deviation, PAGE, Verification};
use crate::entities::{account, lease, transfer};
use crate::ledger::rows::{to_account, to_booked, uuid_from};
use crate::store::{commit, db};
use crate::{Store, StoreError, What};

/// Accounts whose row, leases and end of chain are read in one transaction.
const ACCOUNTS: u64 = 100;

pub(super) async fn verify(store: &Store, verification: &mut Verification) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let tx = store.begin_read().await?;
        let accounts = page(&tx, after).await?;
        let lent = lent(&tx, &accounts).await?;
        for account in &accounts {
            let lent = lent.get(&account.id).copied().unwrap_or_default();
            if lent != account.leased {
                verification.report(Deviation::LeasedDiffers { account: account.id, leased: account.leased, lent });
            }
            find_beyond(&tx, account, verification).await?;
        }
        commit(tx).await?;
        for account in &accounts {
            verification.accounts += 1;
            follow(store, account, verification).await?;
        }
        let Some(last) = accounts.last() else { return Ok(()) };
        after = last.id.0;
    }
}

async fn page(tx: &DatabaseTransaction, after: i64) -> Result<Vec<Account>, StoreError> {
    let rows = account::Entity::find()
        .filter(account::Column::Id.gt(after))
        .order_by_asc(account::Column::Id)
        .limit(ACCOUNTS)
        .all(tx)
        .await
        .map_err(db(What::Account))?;
    rows.iter().map(to_account).collect()
}

/// Sums what is lent of each account. An account has a few leases for each node.
async fn lent(tx: &DatabaseTransaction, accounts: &[Account]) -> Result<HashMap<AccountId, Micros>, StoreError> {
    let leases: Vec<(i64, i64)> = lease::Entity::find()
        .select_only()
        .columns([lease::Column::AccountId, lease::Column::RemainingMicros])
        .filter(lease::Column::AccountId.is_in(accounts.iter().map(|account| account.id.0)))
        .into_tuple()
        .all(tx)
        .await
        .map_err(db(What::Lease))?;
    let mut lent: HashMap<AccountId, Micros> = HashMap::new();
    for (account, remaining) in leases {
        let sum = lent.entry(AccountId(account)).or_default();
        sum.0 = sum.0.saturating_add(remaining);
    }
    Ok(lent)
}

/// Finds transfers that claim a place after the end of the chain.
async fn find_beyond(
    tx: &DatabaseTransaction,
    account: &Account,
    verification: &mut Verification,
) -> Result<(), StoreError> {
    for side in Side::BOTH {
        let rows = side.places(account.id).filter(side.seq().gt(account.head.seq)).limit(1).all(tx).await;
        for row in rows.map_err(db(What::Transfer))? {
            let transfer = TransferId(uuid_from(What::Transfer, &row.id)?);
            let seq = side.seq_of(&row);
            verification.report(Deviation::TransferUnknown { account: account.id, seq, transfer });
        }
    }
    Ok(())
}

async fn follow(store: &Store, account: &Account, verification: &mut Verification) -> Result<(), StoreError> {
    let mut walk = Walk { account: account.id, link: Some(Link::START), transferred: 0, next_seq: 1 };
    while walk.next_seq <= account.head.seq {
        let last = account.head.seq.min(walk.next_seq.saturating_add(PAGE - 1));
        let mut places = Vec::new();
        for side in Side::BOTH {
            let seqs = side.seq().between(walk.next_seq, last);
            let rows = side.places(account.id).filter(seqs).all(store.reader()).await.map_err(db(What::Transfer))?;
            for row in rows {
                places.push((side.seq_of(&row), side, to_booked(row)?));
            }
        }
        places.sort_by_key(|(seq, side, _)| (*seq, *side));
        for (seq, side, booked) in &places {
            walk.step(*seq, *side, booked, verification);
        }
        walk.skip_to(last.saturating_add(1), verification);
    }
    walk.arrive(account, verification);
    Ok(())
}

/// A side of a transfer on which an account can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Debit,
    Credit,
}

impl Side {
    const BOTH: [Self; 2] = [Self::Debit, Self::Credit];

    fn seq(self) -> transfer::Column {
        match self {
            Self::Debit => transfer::Column::DebitSeq,
            Self::Credit => transfer::Column::CreditSeq,
        }
    }

    fn seq_of(self, row: &transfer::Model) -> i64 {
        match self {
            Self::Debit => row.debit_seq,
            Self::Credit => row.credit_seq,
        }
    }

    fn places(self, account: AccountId) -> sea_orm::Select<transfer::Entity> {
        let column = match self {
            Self::Debit => transfer::Column::DebitAccount,
            Self::Credit => transfer::Column::CreditAccount,
        };
        transfer::Entity::find().filter(column.eq(account.0)).order_by_asc(self.seq())
    }

    fn hash_of(self, booked: &BookedTransfer) -> ChainHash {
        match self {
            Self::Debit => booked.debit_link.hash,
            Self::Credit => booked.credit_link.hash,
        }
    }

    fn signed(self, booked: &BookedTransfer) -> i128 {
        let amount = i128::from(booked.transfer.amount.0);
        match self {
            Self::Debit => -amount,
            Self::Credit => amount,
        }
    }
}

/// The way along one chain. After a fault it goes on from what is stored, so that one fault is told once.
struct Walk {
    account: AccountId,
    /// The last link, unless its transfer is missing.
    link: Option<Link>,
    transferred: i128,
    next_seq: i64,
}

impl Walk {
    fn step(&mut self, seq: i64, side: Side, booked: &BookedTransfer, verification: &mut Verification) {
        let (account, transfer) = (self.account, booked.transfer.id);
        if seq < self.next_seq {
            verification.report(Deviation::TransferUnknown { account, seq, transfer });
            return;
        }
        self.skip_to(seq, verification);
        verification.links += 1;
        let stored = Link { seq, hash: side.hash_of(booked) };
        if self.link.is_some_and(|link| link.next(account, &digest(&booked.transfer)) != stored) {
            verification.report(Deviation::LinkBroken { account, seq, transfer });
        }
        self.transferred += side.signed(booked);
        self.link = Some(stored);
        self.next_seq = seq.saturating_add(1);
    }

    fn skip_to(&mut self, seq: i64, verification: &mut Verification) {
        while self.next_seq < seq {
            verification.report(Deviation::TransferMissing { account: self.account, seq: self.next_seq });
            self.link = None;
            self.next_seq += 1;
        }
    }

    fn arrive(self, account: &Account, verification: &mut Verification) {
        if self.link.is_some_and(|link| link != account.head) {
            verification.report(Deviation::HeadDiffers { account: account.id });
        }
        // What a budget has is a limit less draws, and draws are no transfers.
        let is_money = account.holder.kind() != AccountKind::Budget;
        if is_money && self.transferred != i128::from(account.posted.0) {
            let transferred = Micros(i64::try_from(self.transferred).unwrap_or(i64::MAX));
            verification.report(Deviation::PostedDiffers { account: account.id, posted: account.posted, transferred });
        }
    }
}
