//! Charges against records of calls, one to one.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::id::{CallId, TransferId};
use sluice_domain::ledger::{BookedTransfer, TransferKind};
use sluice_domain::money::Micros;

use super::{Deviation, PAGE, Verification, VerifyOptions};
use crate::entities::{account, call, transfer};
use crate::ledger::rows::{id_bytes, to_booked, uuid_from};
use crate::store::db;
use crate::{Store, StoreError, What};

/// Checks that every transfer's accounts exist, and that every charge has its call.
pub(super) async fn verify_transfers(
    store: &Store,
    options: &VerifyOptions,
    verification: &mut Verification,
) -> Result<(), StoreError> {
    let mut after = Vec::new();
    loop {
        let rows = transfer::Entity::find()
            .filter(transfer::Column::Id.gt(after))
            .order_by_asc(transfer::Column::Id)
            .limit(PAGE.unsigned_abs())
            .all(store.reader())
            .await
            .map_err(db(What::Transfer))?;
        let page = rows.into_iter().map(to_booked).collect::<Result<Vec<_>, _>>()?;
        let Some(last) = page.last() else { return Ok(()) };
        after = id_bytes(last.transfer.id.0);
        find_missing_accounts(store, &page, verification).await?;
        find_missing_calls(store, options, &page, verification).await?;
        verification.transfers += page.len() as u64;
    }
}

async fn find_missing_accounts(
    store: &Store,
    page: &[BookedTransfer],
    verification: &mut Verification,
) -> Result<(), StoreError> {
    let sides =
        || page.iter().flat_map(|booked| [booked.transfer.debit, booked.transfer.credit].map(|id| (id, booked)));
    let wanted: BTreeSet<i64> = sides().map(|(id, _)| id.0).collect();
    let found: HashSet<i64> = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Id.is_in(wanted))
        .into_tuple::<i64>()
        .all(store.reader())
        .await
        .map_err(db(What::Account))?
        .into_iter()
        .collect();
    for (account, booked) in sides().filter(|(account, _)| !found.contains(&account.0)) {
        verification.report(Deviation::AccountMissing { account, transfer: booked.transfer.id });
    }
    Ok(())
}

async fn find_missing_calls(
    store: &Store,
    options: &VerifyOptions,
    page: &[BookedTransfer],
    verification: &mut Verification,
) -> Result<(), StoreError> {
    let charges = || page.iter().filter(|booked| booked.transfer.kind == TransferKind::Charge);
    let recorded = charged_in(store, charges().map(|booked| booked.transfer.id).collect()).await?;
    for BookedTransfer { transfer, .. } in charges() {
        let call = CallId(transfer.id.0);
        match recorded.get(&call) {
            Some(&charged) if charged == Some(transfer.amount) => {}
            Some(&charged) => {
                verification.report(Deviation::ChargeDiffers { call, charged, transferred: transfer.amount });
            }
            None if is_kept(call, options) => verification.report(Deviation::CallMissing { call }),
            None => {}
        }
    }
    Ok(())
}

fn is_kept(call: CallId, options: &VerifyOptions) -> bool {
    let began = i64::try_from(call.unix_ms()).unwrap_or(i64::MAX);
    options.calls_kept_since.is_none_or(|since| began >= since.0)
}

async fn charged_in(store: &Store, charges: Vec<TransferId>) -> Result<HashMap<CallId, Option<Micros>>, StoreError> {
    let rows: Vec<(Vec<u8>, Option<i64>)> = call::Entity::find()
        .select_only()
        .columns([call::Column::Id, call::Column::ChargedMicros])
        .filter(call::Column::Id.is_in(charges.into_iter().map(|id| id_bytes(id.0))))
        .into_tuple()
        .all(store.reader())
        .await
        .map_err(db(What::Call))?;
    rows.into_iter().map(|(id, charged)| Ok((CallId(uuid_from(What::Call, &id)?), charged.map(Micros)))).collect()
}

/// Checks that every call that says it was charged has its charge; that the amounts agree was seen from the other side.
pub(super) async fn verify_calls(store: &Store, verification: &mut Verification) -> Result<(), StoreError> {
    let mut after = Vec::new();
    loop {
        let page: Vec<(Vec<u8>, i64)> = call::Entity::find()
            .select_only()
            .columns([call::Column::Id, call::Column::ChargedMicros])
            .filter(call::Column::Id.gt(after))
            .filter(call::Column::ChargedMicros.gt(0))
            .order_by_asc(call::Column::Id)
            .limit(PAGE.unsigned_abs())
            .into_tuple()
            .all(store.reader())
            .await
            .map_err(db(What::Call))?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = last.clone();
        let found = charges_of(store, page.iter().map(|(id, _)| id.clone()).collect()).await?;
        for (id, charged) in page.iter().filter(|(id, _)| !found.contains(id)) {
            let call = CallId(uuid_from(What::Call, id)?);
            verification.report(Deviation::ChargeMissing { call, charged: Micros(*charged) });
        }
        verification.calls += page.len() as u64;
    }
}

async fn charges_of(store: &Store, calls: Vec<Vec<u8>>) -> Result<HashSet<Vec<u8>>, StoreError> {
    let charges = transfer::Entity::find()
        .select_only()
        .column(transfer::Column::Id)
        .filter(transfer::Column::Id.is_in(calls))
        .filter(transfer::Column::Kind.eq(TransferKind::Charge.as_str()))
        .into_tuple::<Vec<u8>>()
        .all(store.reader())
        .await
        .map_err(db(What::Transfer))?;
    Ok(charges.into_iter().collect())
}
