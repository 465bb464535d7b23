//! Rows of the ledger as values of the domain, and back.

use sea_orm::Value;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, BudgetId, CallId, LeaseId, NodeId, TransferId};
use sluice_domain::ledger::{
    Account, AccountKind, Actor, BookedTransfer, Budget, BudgetScope, ChainHash, Holder, Lease, Link, Period, Transfer,
    TransferKind, parse_zone,
};
use sluice_domain::money::Micros;
use uuid::Uuid;

use crate::batch::Row;
use crate::entities::{account, budget, lease, transfer};
use crate::store::corrupt;
use crate::{StoreError, What};

pub(super) fn to_account(row: &account::Model) -> Result<Account, StoreError> {
    let bad = |problem| corrupt(What::Account, row.id, problem);
    let kind = AccountKind::from_name(&row.kind).ok_or_else(|| bad("its kind is not known"))?;
    let hash = hash_from(&row.head_hash).ok_or_else(|| bad("its hash has not 32 bytes"))?;
    Ok(Account {
        id: AccountId(row.id),
        holder: Holder::from_parts(kind, row.owner_id, Timestamp(row.period_start)),
        posted: Micros(row.posted_micros),
        leased: Micros(row.leased_micros),
        limit: Micros(row.limit_micros),
        head: Link { seq: row.head_seq, hash },
        created_at: Timestamp(row.created_at),
    })
}

impl Row for BookedTransfer {
    const TABLE: &'static str = "transfers";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "kind",
        "debit_account",
        "debit_seq",
        "debit_hash",
        "credit_account",
        "credit_seq",
        "credit_hash",
        "amount_micros",
        "call_id",
        "actor",
        "memo",
        "created_at",
    ];
    const WHAT: What = What::Transfer;

    fn push_values(&self, values: &mut Vec<Value>) -> Result<(), StoreError> {
        let Self { transfer, debit_link, credit_link } = self;
        values.push(id_bytes(transfer.id.0).into());
        values.push(transfer.kind.as_str().into());
        values.push(transfer.debit.0.into());
        values.push(debit_link.seq.into());
        values.push(debit_link.hash.0.to_vec().into());
        values.push(transfer.credit.0.into());
        values.push(credit_link.seq.into());
        values.push(credit_link.hash.0.to_vec().into());
        values.push(transfer.amount.0.into());
        values.push(transfer.call.map(|call| id_bytes(call.0)).into());
        values.push(transfer.actor.to_string().into());
        values.push(transfer.memo.as_str().into());
        values.push(transfer.created_at.0.into());
        Ok(())
    }
}

pub(super) fn to_booked(row: transfer::Model) -> Result<BookedTransfer, StoreError> {
    let id = uuid_from(What::Transfer, &row.id)?;
    let bad = |problem| corrupt(What::Transfer, id, problem);
    let link = |seq, hash: &[u8]| hash_from(hash).map(|hash| Link { seq, hash });
    let bad_hash = || bad("its hash has not 32 bytes");
    Ok(BookedTransfer {
        debit_link: link(row.debit_seq, &row.debit_hash).ok_or_else(bad_hash)?,
        credit_link: link(row.credit_seq, &row.credit_hash).ok_or_else(bad_hash)?,
        transfer: Transfer {
            id: TransferId(id),
            kind: TransferKind::from_name(&row.kind).ok_or_else(|| bad("its kind is not known"))?,
            debit: AccountId(row.debit_account),
            credit: AccountId(row.credit_account),
            amount: Micros(row.amount_micros),
            call: row.call_id.map(|call| uuid_from(What::Call, &call).map(CallId)).transpose()?,
            actor: Actor::from_name(&row.actor).ok_or_else(|| bad("its actor is not known"))?,
            memo: row.memo,
            created_at: Timestamp(row.created_at),
        },
    })
}

pub(super) fn to_lease(row: &lease::Model) -> Result<Lease, StoreError> {
    Ok(Lease {
        id: LeaseId(uuid_from(What::Lease, &row.id)?),
        account: AccountId(row.account_id),
        node: NodeId(row.node_id),
        remaining: Micros(row.remaining_micros),
        expires_at: Timestamp(row.expires_at),
    })
}

pub(super) fn to_budget(row: &budget::Model) -> Result<Budget, StoreError> {
    let bad = |problem: &str| corrupt(What::Budget, row.id, problem);
    Ok(Budget {
        id: BudgetId(row.id),
        scope: BudgetScope::from_parts(&row.scope, row.owner_id).ok_or_else(|| bad("its scope is not known"))?,
        period: Period::from_name(&row.period).ok_or_else(|| bad("its period is not known"))?,
        zone: parse_zone(&row.zone).map_err(|error| bad(&error.to_string()))?,
        limit: Micros(row.limit_micros),
    })
}

pub(super) fn id_bytes(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

pub(super) fn uuid_from(what: What, bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|_| corrupt(what, hex::encode(bytes), "its id is no UUID"))
}

fn hash_from(bytes: &[u8]) -> Option<ChainHash> {
    bytes.try_into().ok().map(ChainHash)
}
