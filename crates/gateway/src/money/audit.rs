//! Audits: the proof that the ledger adds up, and what is still open. `sluice ledger verify` and the nightly job make
//! the same one.

mod journal;
#[cfg(test)]
mod tests;
mod text;

use std::time::Instant;

use serde::{Deserialize, Serialize};
use sluice_domain::clock::{Clock, Timestamp};
use sluice_store::{Deviation, PageRequest, Store, StoreError, Verification, VerifyOptions};
use utoipa::ToSchema;

pub(crate) use journal::JournalAudit;
pub(crate) use text::{counted, summary, to_text};

/// The job's name in the database.
pub(crate) const JOB: &str = "ledger_audit";
/// Calls that were put aside and are listed; more are counted.
const PARKED_MAX: u64 = 100;

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Audit {
    /// Whether everything adds up.
    pub(crate) is_clean: bool,
    /// When it began, Unix milliseconds.
    pub(crate) began_at_ms: i64,
    /// How long it took.
    pub(crate) duration_ms: u64,
    /// Accounts looked at.
    pub(crate) accounts: u64,
    /// Links of chains followed; each transfer has two.
    pub(crate) links: u64,
    /// Transfers compared with their accounts and with records of calls.
    pub(crate) transfers: u64,
    /// Records of charged calls compared with transfers.
    pub(crate) calls: u64,
    /// What does not add up.
    pub(crate) deviations: Vec<Fault>,
    /// How many more there are.
    pub(crate) more_deviations: u64,
    /// Slices of accounts and budgets that nodes have borrowed.
    pub(crate) leases: u64,
    /// What is left of them.
    pub(crate) leased_micros: i64,
    /// Slices whose node did not come back in time; another one takes them back.
    pub(crate) expired_leases: u64,
    /// What is left of those.
    pub(crate) expired_micros: i64,
    /// Calls that could not be posted and were put aside, the longest parked first.
    pub(crate) parked: Vec<Parked>,
    /// How many more there are.
    pub(crate) more_parked: u64,
}

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Fault {
    /// For programs: as in `POST /api/ledger/verify`, or `row_unreadable`.
    pub(crate) kind: String,
    /// For people, in English.
    pub(crate) text: String,
}

/// A call that could not be posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Parked {
    /// Its id.
    pub(crate) call: String,
    /// Why.
    pub(crate) reason: String,
}

impl From<&Deviation> for Fault {
    fn from(deviation: &Deviation) -> Self {
        Self { kind: deviation.kind().to_owned(), text: deviation.to_string() }
    }
}

impl Audit {
    /// Checks every chain, balance, lease and charge, and looks at what is open. A row that cannot be read at all is a
    /// fault too, and what comes after it is not looked at. Records of calls that began before `kept_since` may have
    /// been purged.
    ///
    /// # Errors
    /// As those of the store, but for rows that cannot be read.
    pub(crate) async fn make(store: &Store, clock: &Clock, kept_since: Option<Timestamp>) -> Result<Self, StoreError> {
        let (began, began_at) = (Instant::now(), clock.now());
        let mut audit = Self { began_at_ms: began_at.0, ..Self::default() };
        let options = VerifyOptions { calls_kept_since: kept_since };
        match store.verify_ledger(&options).await {
            Ok(verification) => audit.take(&verification),
            Err(error) => audit.take_unreadable(error)?,
        }
        match store.borrowed(began_at).await {
            Ok(borrowed) => {
                (audit.leases, audit.leased_micros) = (borrowed.leases, borrowed.amount.0);
                (audit.expired_leases, audit.expired_micros) = (borrowed.expired_leases, borrowed.expired_amount.0);
            }
            Err(error) => audit.take_unreadable(error)?,
        }
        let parked = store.list_parked(PageRequest::nth(0, PARKED_MAX)).await?;
        audit.more_parked = parked.total.saturating_sub(parked.items.len() as u64);
        audit.parked =
            parked.items.into_iter().map(|call| Parked { call: call.call.to_string(), reason: call.reason }).collect();
        audit.is_clean = audit.deviations.is_empty();
        audit.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(audit)
    }

    /// Returns how many deviations there are.
    pub(crate) fn deviation_count(&self) -> u64 {
        self.more_deviations.saturating_add(self.deviations.len() as u64)
    }

    /// Returns how many calls are put aside.
    pub(crate) fn parked_count(&self) -> u64 {
        self.more_parked.saturating_add(self.parked.len() as u64)
    }

    /// Keeps the first `max` deviations and counts the others.
    pub(crate) fn shorten(&mut self, max: usize) {
        let total = self.deviation_count();
        self.deviations.truncate(max);
        self.more_deviations = total.saturating_sub(self.deviations.len() as u64);
    }

    fn take(&mut self, verification: &Verification) {
        self.accounts = verification.accounts;
        self.links = verification.links;
        self.transfers = verification.transfers;
        self.calls = verification.calls;
        self.deviations = verification.deviations.iter().map(Fault::from).collect();
        self.more_deviations = verification.more_deviations;
    }

    fn take_unreadable(&mut self, error: StoreError) -> Result<(), StoreError> {
        match error {
            StoreError::Corrupt { .. } => {
                self.deviations.push(Fault { kind: "row_unreadable".to_owned(), text: error.to_string() });
                Ok(())
            }
            error => Err(error),
        }
    }
}
