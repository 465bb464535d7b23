//! What must be true of the books after every test.

use sluice_domain::ledger::Account;
use sluice_store::{CallFilter, CallRow, PageRequest, Store, VerifyOptions};

/// Rows read at once.
const PAGE: u64 = 1_000;

/// Checks that there is one record for each of `calls` calls, that every charge is exactly that of its call, that sums
/// and chains are right, that nothing is held any more and nothing was put aside.
pub(crate) async fn audit(store: &Store, calls: u64) {
    let found = store.count_calls(&CallFilter::default(), u64::MAX >> 1).await.unwrap();
    assert_eq!(found, calls, "records of calls");
    let verification = store.verify_ledger(&VerifyOptions::default()).await.unwrap();
    assert!(verification.is_clean(), "{:#?}", verification.deviations);
    for account in accounts(store).await {
        let leases = store.list_leases(account.id).await.unwrap();
        assert!(leases.is_empty() && account.leased.0 == 0, "{account:?} still has {leases:?}");
    }
    let parked = store.list_parked(PageRequest::nth(0, PAGE)).await.unwrap();
    assert!(parked.items.is_empty(), "calls were put aside: {:?}", parked.items);
}

/// Returns every account.
pub(crate) async fn accounts(store: &Store) -> Vec<Account> {
    let mut found: Vec<Account> = Vec::new();
    loop {
        let after = found.last().map(|account| account.id);
        let page = store.list_accounts(None, after, PAGE).await.unwrap();
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

/// Returns every record.
pub(crate) async fn calls(store: &Store) -> Vec<CallRow> {
    let mut found: Vec<CallRow> = Vec::new();
    loop {
        let after = found.last().map(|row| sluice_store::CallCursor { created_at: row.created_at, id: row.id });
        let page = store.list_calls(&CallFilter::default(), after, PAGE).await.unwrap();
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}
