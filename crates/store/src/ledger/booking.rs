//! Transfers that people order: top-ups, grants, refunds, corrections, expiries.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, CallId, NodeId, TransferId};
use sluice_domain::ledger::{Account, AccountKind, Actor, BookedTransfer, OperatorBook, Transfer, TransferKind};
use sluice_domain::money::Micros;
use uuid::Uuid;

use super::books::Books;
use super::transfers;
use crate::idempotency::{self, IdempotencyKey};
use crate::store::{commit, corrupt, db};
use crate::text::checked;
use crate::{Store, StoreError, What, batch};

const MEMO_CHARS: usize = 255;

/// A transfer to or from a customer's account.
#[derive(Debug, Clone)]
pub struct Order {
    /// Chosen by whoever orders: ordering the same again books it once.
    pub id: TransferId,
    /// Account of a user, key or organisation.
    pub account: AccountId,
    /// How much, more than 0.
    pub amount: Micros,
    /// Call that it is about; a refund needs one.
    pub call: Option<CallId>,
    /// Who orders it.
    pub actor: Actor,
    /// Note for people, at most 255 characters.
    pub memo: String,
    /// Node that does it: the other side are the operator's accounts of this node.
    pub node: NodeId,
    /// Now.
    pub at: Timestamp,
}

/// Where the money of a correction goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Into the customer's account.
    Give,
    /// Out of it, below zero if need be.
    Take,
}

/// How a correction is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Correction {
    /// Where the money goes.
    pub direction: Direction,
    /// The operator's account that the mistake was booked against.
    pub book: OperatorBook,
}

/// A transfer that was ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// As it was booked.
    pub booked: BookedTransfer,
    /// Whether it was booked before, and nothing was done now.
    pub is_replay: bool,
}

impl Store {
    /// Books money that the holder paid in.
    ///
    /// # Errors
    /// `Conflict` when the transfer's id or the idempotency key was used for something else, `Invalid` when the order
    /// cannot be booked.
    pub async fn top_up(&self, order: &Order, key: Option<&IdempotencyKey>) -> Result<Booking, StoreError> {
        self.book(Entry::give(order, TransferKind::TopUp, OperatorBook::Cash), key).await
    }

    /// Books credit that the operator gives.
    ///
    /// # Errors
    /// As [`Store::top_up`].
    pub async fn grant(&self, order: &Order, key: Option<&IdempotencyKey>) -> Result<Booking, StoreError> {
        self.book(Entry::give(order, TransferKind::Grant, OperatorBook::Cost), key).await
    }

    /// Gives back what a call was charged, wholly or in part, but never more than it was charged.
    ///
    /// # Errors
    /// As [`Store::top_up`].
    pub async fn refund(&self, order: &Order, key: Option<&IdempotencyKey>) -> Result<Booking, StoreError> {
        self.book(Entry::give(order, TransferKind::Refund, OperatorBook::Revenue), key).await
    }

    /// Returns what an account paid for a call and did not get back yet: the most that can be refunded.
    ///
    /// # Errors
    /// `Corrupt` when a row cannot be read.
    pub async fn refundable(&self, call: CallId, account: AccountId) -> Result<Micros, StoreError> {
        refundable(self.reader(), call, account).await
    }

    /// Takes credit that ran out of time, but never more than is there and not borrowed.
    ///
    /// # Errors
    /// As [`Store::top_up`].
    pub async fn expire(&self, order: &Order, key: Option<&IdempotencyKey>) -> Result<Booking, StoreError> {
        self.book(Entry::take(order, TransferKind::Expiry, OperatorBook::Cost), key).await
    }

    /// Puts a mistake right.
    ///
    /// # Errors
    /// As [`Store::top_up`].
    pub async fn correct(
        &self,
        order: &Order,
        correction: Correction,
        key: Option<&IdempotencyKey>,
    ) -> Result<Booking, StoreError> {
        let entry = match correction.direction {
            Direction::Give => Entry::give(order, TransferKind::Correction, correction.book),
            Direction::Take => Entry::take(order, TransferKind::Correction, correction.book),
        };
        self.book(entry, key).await
    }

    async fn book(&self, entry: Entry<'_>, key: Option<&IdempotencyKey>) -> Result<Booking, StoreError> {
        let operator = self.open_account(entry.book.on(entry.order.node), entry.order.at).await?.id;
        let transfer = entry.to_transfer(operator)?;
        let tx = self.begin_write().await?;
        match insert(&tx, &transfer, entry.order, key).await {
            Ok(booked) => {
                commit(tx).await?;
                Ok(Booking { booked, is_replay: false })
            }
            Err(error) => {
                tx.rollback().await.map_err(db(What::Transfer))?;
                self.replay(error, &transfer, key).await
            }
        }
    }

    /// Returns what was booked before under the same key or id, if that is why booking failed.
    async fn replay(
        &self,
        error: StoreError,
        wanted: &Transfer,
        key: Option<&IdempotencyKey>,
    ) -> Result<Booking, StoreError> {
        let (id, must_be_same) = match (error, key) {
            (StoreError::Conflict { what: What::IdempotencyKey }, Some(key)) => {
                let outcome = idempotency::outcome_of(self, key).await?;
                let bad = |_| corrupt(What::IdempotencyKey, &key.scope, "its outcome is no transfer's id");
                (TransferId(Uuid::try_parse(&outcome).map_err(bad)?), false)
            }
            (StoreError::Conflict { .. }, _) => (wanted.id, true),
            (error, _) => return Err(error),
        };
        let known = transfers::find(self.writer(), id).await?;
        let same = known.filter(|known| !must_be_same || is_same(&known.transfer, wanted));
        same.map(|booked| Booking { booked, is_replay: true }).ok_or(StoreError::Conflict { what: What::Transfer })
    }
}

/// An order with the way it is booked.
struct Entry<'a> {
    order: &'a Order,
    kind: TransferKind,
    direction: Direction,
    book: OperatorBook,
}

impl<'a> Entry<'a> {
    const fn give(order: &'a Order, kind: TransferKind, book: OperatorBook) -> Self {
        Self { order, kind, direction: Direction::Give, book }
    }

    const fn take(order: &'a Order, kind: TransferKind, book: OperatorBook) -> Self {
        Self { order, kind, direction: Direction::Take, book }
    }

    fn to_transfer(&self, operator: AccountId) -> Result<Transfer, StoreError> {
        let order = self.order;
        let (debit, credit) = match self.direction {
            Direction::Give => (operator, order.account),
            Direction::Take => (order.account, operator),
        };
        Ok(Transfer {
            id: order.id,
            kind: self.kind,
            debit,
            credit,
            amount: order.amount,
            call: order.call,
            actor: order.actor,
            memo: checked("memo", order.memo.clone(), MEMO_CHARS)?,
            created_at: order.at,
        })
    }
}

async fn insert(
    tx: &DatabaseTransaction,
    transfer: &Transfer,
    order: &Order,
    key: Option<&IdempotencyKey>,
) -> Result<BookedTransfer, StoreError> {
    if let Some(key) = key {
        idempotency::insert(tx, key, &transfer.id.to_string(), order.at).await?;
    }
    let mut books = Books::lock(tx, [transfer.debit, transfer.credit].into(), [].into()).await?;
    // The same order again must not be refused for what it did itself.
    if transfers::find(tx, transfer.id).await?.is_some() {
        return Err(StoreError::Conflict { what: What::Transfer });
    }
    check(tx, transfer, books.account(order.account)?).await?;
    let booked = books.book(transfer.clone())?;
    batch::insert_all(tx, std::slice::from_ref(&booked)).await?;
    books.save(tx).await?;
    Ok(booked)
}

/// Refuses what the kind of transfer does not allow. The account is locked: nobody changes it after the look.
async fn check(tx: &DatabaseTransaction, transfer: &Transfer, account: &Account) -> Result<(), StoreError> {
    let invalid = |field, problem: String| Err(StoreError::Invalid { field, problem });
    if !matches!(account.holder.kind(), AccountKind::User | AccountKind::Key | AccountKind::Organisation) {
        return invalid("account", "must be that of a user, key or organisation".to_owned());
    }
    match transfer.kind {
        TransferKind::Refund => {
            let Some(call) = transfer.call else { return invalid("call", "must be named to refund it".to_owned()) };
            let left = refundable(tx, call, account.id).await?;
            if transfer.amount > left {
                return invalid("amount", format!("must not be more than {left}, what is left of the call's charge"));
            }
        }
        TransferKind::Expiry if transfer.amount > account.available() => {
            return invalid("amount", format!("must not be more than {}, what is available", account.available()));
        }
        TransferKind::TopUp
        | TransferKind::Charge
        | TransferKind::Grant
        | TransferKind::Correction
        | TransferKind::Expiry => {}
    }
    Ok(())
}

async fn refundable<C: ConnectionTrait>(
    connection: &C,
    call: CallId,
    account: AccountId,
) -> Result<Micros, StoreError> {
    let about_call = transfers::of_call(connection, call).await?;
    let left = about_call.iter().fold(0_i64, |left, BookedTransfer { transfer, .. }| match transfer.kind {
        TransferKind::Charge if transfer.debit == account => left.saturating_add(transfer.amount.0),
        TransferKind::Refund if transfer.credit == account => left.saturating_sub(transfer.amount.0),
        TransferKind::TopUp
        | TransferKind::Charge
        | TransferKind::Refund
        | TransferKind::Grant
        | TransferKind::Correction
        | TransferKind::Expiry => left,
    });
    Ok(Micros(left))
}

/// Returns whether two orders mean the same. When and by whom they were given does not matter, nor which node's
/// account is on the other side.
fn is_same(known: &Transfer, wanted: &Transfer) -> bool {
    let meaning = |transfer: &Transfer| (transfer.kind, transfer.amount, transfer.call);
    meaning(known) == meaning(wanted) && (known.debit == wanted.debit || known.credit == wanted.credit)
}
