//! Receipts: what a call cost and what its caller paid, computed again from what is stored of it, and compared.
//!
//! [`find`] gathers what is stored, `proof` computes, `view` and `text` show. Nothing is taken from what is configured
//! today: prices and factors are those of the call.

mod proof;
mod remark;
#[cfg(test)]
mod tests;
mod text;
mod view;

use std::sync::Arc;

use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccountId, CallId, TransferId};
use sluice_domain::ledger::{BookedTransfer, Link, digest};
use sluice_domain::price::{Basis, PriceVersion, VersionId};
use sluice_store::{CallRow, Store, StoreError};

pub(crate) use proof::{Audience, Verdict};
pub(crate) use text::to_text;
pub(crate) use view::ReceiptView;

/// Transfers about one call whose links are checked; more than a few are never made.
const LINKS_MAX: usize = 100;
const DAY_MS: i64 = 86_400_000;
/// Records are purged while somebody looks.
const MARGIN_MS: i64 = 3_600_000;

/// Everything that is stored about the money of a call.
pub(crate) struct Stored {
    pub(crate) call: CallId,
    /// `None` when it was purged, or never written.
    pub(crate) record: Option<CallRow>,
    basis: Part<Basis>,
    /// The price that the cost is computed from.
    cost_price: Part<Arc<PriceVersion>>,
    /// The price that the charge is computed from.
    sale_price: Part<Arc<PriceVersion>>,
    /// Transfers about the call, oldest first.
    pub(crate) transfers: Vec<BookedTransfer>,
    /// Places in chains where a transfer about the call does not follow from the one before it.
    broken: Vec<(AccountId, i64, TransferId)>,
    /// Why it could not be settled, if it was put aside.
    parked: Option<String>,
    /// Whether records of its age may have been purged.
    may_be_purged: bool,
}

/// Something that may be lost or altered.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<T> {
    Absent,
    Damaged,
    Whole(T),
}

impl<T> Part<T> {
    const fn as_whole(&self) -> Option<&T> {
        match self {
            Self::Whole(part) => Some(part),
            Self::Absent | Self::Damaged => None,
        }
    }
}

/// Gathers what is stored about a call; `None` when that is nothing. Records of calls that began before `kept_since`
/// may have been purged.
///
/// # Errors
/// As those of the store.
pub(crate) async fn find(
    store: &Store,
    call: CallId,
    kept_since: Option<Timestamp>,
) -> Result<Option<Stored>, StoreError> {
    let record = store.find_call(call, None).await?;
    let transfers = transfers_about(store, call).await?;
    let parked = store.find_parked(call).await?.map(|parked| parked.reason);
    if record.is_none() && transfers.is_empty() && parked.is_none() {
        return Ok(None);
    }
    let basis = match store.find_receipt(call).await? {
        None => Part::Absent,
        Some(text) => serde_json::from_str(&text).map_or(Part::Damaged, Part::Whole),
    };
    let cost = basis.as_whole().map(|basis: &Basis| basis.cost);
    let sale = basis.as_whole().map(Basis::sold_at);
    let began = i64::try_from(call.unix_ms()).unwrap_or(i64::MAX);
    Ok(Some(Stored {
        call,
        record,
        basis,
        cost_price: price(store, cost).await?,
        sale_price: price(store, sale).await?,
        broken: broken_links(store, &transfers).await?,
        transfers,
        parked,
        may_be_purged: kept_since.is_some_and(|since| began < since.0),
    }))
}

/// Returns the time before which records of calls may have been purged when they are kept for `days`, 0 for good.
pub(crate) fn kept_since(now: Timestamp, days: u32) -> Option<Timestamp> {
    (days > 0).then(|| Timestamp(now.0.saturating_sub(i64::from(days) * DAY_MS).saturating_add(MARGIN_MS)))
}

async fn transfers_about(store: &Store, call: CallId) -> Result<Vec<BookedTransfer>, StoreError> {
    let mut transfers = store.transfers_of_call(call).await?;
    let charge = TransferId::of_charge(call);
    // Its id says that it is the charge, whatever somebody may have made of the rest.
    if !transfers.iter().any(|booked| booked.transfer.id == charge)
        && let Some(found) = store.find_transfer(charge).await?
    {
        transfers.insert(0, found);
    }
    Ok(transfers)
}

async fn price(store: &Store, id: Option<VersionId>) -> Result<Part<Arc<PriceVersion>>, StoreError> {
    let Some(id) = id else { return Ok(Part::Absent) };
    match store.find_price_version(id).await {
        Ok(Some(version)) => Ok(Part::Whole(Arc::new(version))),
        Ok(None) => Ok(Part::Absent),
        Err(StoreError::Corrupt { .. }) => Ok(Part::Damaged),
        Err(error) => Err(error),
    }
}

async fn broken_links(
    store: &Store,
    transfers: &[BookedTransfer],
) -> Result<Vec<(AccountId, i64, TransferId)>, StoreError> {
    let mut broken = Vec::new();
    for booked in transfers.iter().take(LINKS_MAX) {
        for account in [booked.transfer.debit, booked.transfer.credit] {
            let link = link_in(booked, account);
            let before = store.list_transfers(account, Some(link.seq), 1).await?;
            let before = before.first().map_or(Link::START, |before| link_in(before, account));
            if before.next(account, &digest(&booked.transfer)) != link {
                broken.push((account, link.seq, booked.transfer.id));
            }
        }
    }
    Ok(broken)
}

fn link_in(booked: &BookedTransfer, account: AccountId) -> Link {
    if booked.transfer.debit == account { booked.debit_link } else { booked.credit_link }
}
