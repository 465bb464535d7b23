//! Settles what an earlier process left in the journal.

use std::sync::Arc;

use sluice_domain::clock::Clock;
use sluice_domain::ledger::SettledCall;
use sluice_domain::price::{Basis, Buyer, PriceVersion, Sale, Tariff, VersionId};
use sluice_store::{PageRequest, ParkedCall};

use super::Dues;
use super::writer::{Books, PARKED_ALERT, insist, receipt};
use crate::money::bank::{Settling, Stake};
use crate::record::journal::{self, Noted, Replay};
use crate::snapshot::live::Live;

/// Calls settled at once.
const BATCH: usize = 500;
/// Calls that were put aside and are read at once.
const PARKED_PAGE: u64 = 100;

/// Settles the calls of an earlier process, then removes them from the journal. Returns whether the database has all of
/// them: only then may what that process had borrowed be given back.
pub(crate) async fn replay(books: &Books, live: &Live, left_over: Replay) -> bool {
    let has_all = match settle_all(books, live, left_over).await {
        Ok(has_all) => has_all,
        Err(error) => {
            tracing::error!(%error, "the journal of an earlier run cannot be read; it is tried again at the next start");
            false
        }
    };
    retry_parked(books, live).await;
    has_all
}

async fn settle_all(books: &Books, live: &Live, mut left_over: Replay) -> std::io::Result<bool> {
    let (mut has_all, mut count) = (true, 0);
    loop {
        let read = tokio::task::spawn_blocking(move || (left_over.next_calls(), left_over)).await;
        let (calls, rest) = read.map_err(std::io::Error::other)?;
        left_over = rest;
        let Some(calls) = calls? else { break };
        count += calls.len();
        has_all &= settle_some(books, live, calls).await;
    }
    if has_all {
        if count > 0 {
            tracing::info!(count, "calls of an earlier run were settled from the journal");
        }
        left_over.done();
    }
    Ok(has_all)
}

/// Settles calls of the journal. Returns whether the database has all of them.
async fn settle_some(books: &Books, live: &Live, calls: Vec<Noted>) -> bool {
    let mut has_all = true;
    let mut calls = calls.into_iter().peekable();
    while calls.peek().is_some() {
        let mut batch = Vec::with_capacity(BATCH);
        for noted in calls.by_ref().take(BATCH) {
            let (call, versions) = settled(books, live, noted).await;
            books.keep_versions(versions).await;
            batch.push(call);
        }
        has_all &= books.settle(&batch).await.is_empty();
    }
    has_all
}

/// Works out what a call of the journal comes to. What it had used when its process died is charged, no more.
async fn settled(books: &Books, live: &Live, noted: Noted) -> (SettledCall, Vec<Arc<PriceVersion>>) {
    let Noted { mut record, mut dues } = noted;
    let mut versions = Vec::new();
    let is_open = dues.charge.is_none() && !record.usage.is_empty();
    if is_open {
        match tariff(books, live, &record, dues.basis.as_ref()).await {
            Some((tariff, basis)) => {
                record.cost = tariff.cost(&record.usage, basis.service).ok();
                dues.charge = Some(tariff.charge(&record.usage, basis.service).unwrap_or(basis.held));
                versions.extend(tariff.versions().cloned());
            }
            // A price that is gone does not make a call free.
            None => dues.charge = dues.basis.as_ref().map(|basis| basis.held),
        }
    } else if let Some(basis) = &dues.basis {
        for id in [Some(basis.cost), basis.fixed].into_iter().flatten() {
            versions.extend(version(books, live, id).await);
        }
    }
    (from_close(Noted { record, dues }, &versions), versions)
}

/// Returns what the database takes of a call whose sums are known, and whose prices are `versions`.
pub(super) fn from_close(noted: Noted, versions: &[Arc<PriceVersion>]) -> SettledCall {
    let Noted { record, dues } = noted;
    let Settling { charge, budgets, .. } = dues.settling(dues.charge.unwrap_or_default());
    let receipt = dues.basis.as_ref().filter(|_| !record.usage.is_empty()).and_then(receipt);
    let saved = dues.basis.map(|basis| basis.cache_saving(&record.usage, versions)).unwrap_or_default();
    SettledCall { record, receipt, charge, budgets, saved }
}

async fn tariff(
    books: &Books,
    live: &Live,
    record: &sluice_domain::call::CallRecord,
    basis: Option<&Basis>,
) -> Option<(Tariff, Basis)> {
    let basis = basis?;
    let snapshot = live.load();
    let cost = match version(books, live, basis.cost).await {
        Some(cost) => cost,
        None => {
            let provider = record.provider_id?;
            let group =
                record.credential_id.and_then(|id| snapshot.target(id)).map(|target| target.group_name.as_str());
            let buyer = Buyer { provider, group, vendor: snapshot.vendor_of(provider).unwrap_or_default() };
            tracing::warn!(call = %record.id, version = %basis.cost, "a price is gone; the one of that time is taken");
            snapshot.prices.cost_at(buyer, &record.model_used, record.created_at)?
        }
    };
    let sale = match basis.fixed {
        Some(fixed) => Sale::Fixed(version(books, live, fixed).await?),
        None => Sale::Marked { group: basis.factors.group, key: basis.factors.key },
    };
    Some((Tariff { cost, sale }, *basis))
}

async fn version(books: &Books, live: &Live, id: VersionId) -> Option<Arc<PriceVersion>> {
    if let Some(version) = live.load().prices.version(id) {
        return Some(Arc::clone(version));
    }
    match insist("reading a price", || books.store.find_price_version(id)).await {
        Ok(found) => found.map(Arc::new),
        Err(error) => {
            tracing::error!(%error, version = %id, "a price version cannot be read");
            None
        }
    }
}

/// Writes a call that cannot be posted, so that it can be tried again.
pub(super) fn parked(call: &SettledCall) -> String {
    let stake = |draw: &sluice_domain::ledger::Draw, is_budget| {
        let lease = draw.lease?;
        Some(Stake { account: draw.account, lease, is_budget, held: draw.amount })
    };
    let charges = call.charge.iter().filter_map(|draw| stake(draw, false));
    let stakes: Vec<Stake> = charges.chain(call.budgets.iter().filter_map(|draw| stake(draw, true))).collect();
    let charge = call.charge.or_else(|| call.budgets.first().copied()).map(|draw| draw.amount);
    let basis = call.receipt.as_deref().and_then(|receipt| serde_json::from_str(receipt).ok());
    let dues = Dues { stakes, basis, charge: Some(charge.unwrap_or_default()) };
    hex::encode(journal::encode(&Noted { record: call.record.clone(), dues }))
}

/// Tries again what was put aside: its reason may be gone.
async fn retry_parked(books: &Books, live: &Live) {
    let mut page = PageRequest { offset: 0, limit: PARKED_PAGE };
    loop {
        let parked = match books.store.list_parked(page).await {
            Ok(parked) => parked.items,
            Err(error) => {
                tracing::warn!(%error, "calls that were put aside cannot be read");
                return;
            }
        };
        if parked.is_empty() {
            return;
        }
        for entry in parked {
            // What is posted makes room in the list; the next page begins behind what stays.
            if !is_posted(books, live, &entry).await {
                page.offset += 1;
            }
        }
    }
}

/// Tries one call again. Returns whether it is posted and no longer listed.
async fn is_posted(books: &Books, live: &Live, entry: &ParkedCall) -> bool {
    let noted = hex::decode(&entry.entry).ok().and_then(|bytes| journal::decode(&bytes));
    let Some(noted) = noted else { return false };
    let (call, versions) = settled(books, live, noted).await;
    books.keep_versions(versions).await;
    let is_safe = books.settle(std::slice::from_ref(&call)).await.is_empty();
    if !is_safe || !matches!(books.store.find_call(entry.call, None).await, Ok(Some(_))) {
        return false;
    }
    if let Err(error) = books.store.unpark(entry.call).await {
        tracing::warn!(%error, call = %entry.call, "a call that was put aside is posted but still listed");
        return false;
    }
    if let Err(error) = books.store.resolve_alert(PARKED_ALERT, &entry.call.to_string(), Clock::System.now()).await {
        tracing::warn!(%error, call = %entry.call, "the alert about a call that was put aside stays");
    }
    true
}

#[cfg(test)]
#[path = "replay_tests.rs"]
mod tests;
