//! The bank of a node: slices of accounts and budgets, borrowed from the database, that calls hold against in memory.
//!
//! A call reserves what it may cost at most before its upstream is called. In steady state that is a subtraction under a
//! lock of its account alone; the database is only asked when the slice is used up, by one call for all that wait. What
//! is borrowed is taken from the account by a guarded update, so that all nodes together never hold more than is there.

mod fund;
mod hold;
mod left;
mod refill;
#[cfg(test)]
mod tests;
mod upkeep;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::{LeaseId, NodeId};
use sluice_domain::key::Caller;
use sluice_domain::money::Micros;
use sluice_store::Store;

pub(crate) use fund::{Claim, Fund, Source, SourceId};
pub(crate) use hold::{Hold, Settling, Stake};

/// Longest wait for the database when a call needs more than its node has borrowed.
const REFILL_LIMIT: Duration = Duration::from_secs(5);
/// How much longer than the longest call a lease lasts: how long the database may be away before calls are refused.
const LEASE_SPARE_MS: i64 = 15 * 60_000;

/// Borrows for all calls of this node.
pub(crate) struct Bank {
    store: Arc<Store>,
    node: NodeId,
    control: tokio::runtime::Handle,
    clock: Clock,
    longest_hold_ms: Arc<AtomicI64>,
    funds: Mutex<HashMap<SourceId, Arc<Fund>>>,
    /// What an earlier run of this node borrowed, until its journal is settled.
    inherited: Mutex<HashSet<LeaseId>>,
}

/// Every account and budget that a caller's calls fall under, the account that pays first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Purse {
    funds: Vec<Arc<Fund>>,
}

impl Purse {
    /// Returns whether its calls cost nobody anything.
    pub(crate) const fn is_empty(&self) -> bool {
        self.funds.is_empty()
    }
}

/// Why nothing could be reserved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HoldError {
    /// An account or budget has less than the call may cost.
    #[error("{needed} is needed, {left} is left")]
    Insufficient {
        /// Which one.
        source_id: SourceId,
        /// What the call may cost at most.
        needed: Micros,
        /// What could still be reserved.
        left: Micros,
    },
    /// The database cannot be asked.
    #[error("the database is away")]
    Unavailable,
}

impl Bank {
    /// Opens the bank of a node.
    pub(crate) fn new(store: Arc<Store>, node: NodeId, clock: Clock, control: tokio::runtime::Handle) -> Arc<Self> {
        let longest_hold_ms = Arc::new(AtomicI64::new(0));
        Arc::new(Self {
            store,
            node,
            control,
            clock,
            longest_hold_ms,
            funds: Mutex::default(),
            inherited: Mutex::default(),
        })
    }

    /// Returns the node.
    pub(crate) const fn node(&self) -> NodeId {
        self.node
    }

    /// Sets how long a call may last: no hold is taken against a lease that expires sooner.
    pub(crate) fn set_longest_call(&self, longest: Duration) {
        self.longest_hold_ms.store(i64::try_from(longest.as_millis()).unwrap_or(i64::MAX / 4), Ordering::Relaxed);
    }

    /// Returns what a caller's calls are reserved from.
    pub(crate) fn purse(&self, caller: &Caller) -> Purse {
        let account = caller.payer().map(Source::Account);
        let budgets = caller.budgets.iter().copied().map(Source::Budget);
        Purse { funds: account.into_iter().chain(budgets).map(|source| self.fund(source)).collect() }
    }

    fn fund(&self, source: Source) -> Arc<Fund> {
        let mut funds = self.funds.lock();
        let make = || Arc::new(Fund::new(source, Arc::clone(&self.longest_hold_ms)));
        Arc::clone(funds.entry(source.id()).or_insert_with(make))
    }

    /// Reserves `amount` in every fund of the purse, or nothing.
    ///
    /// # Errors
    /// Names the first fund that has too little; `Unavailable` when more must be borrowed and the database is away.
    pub(crate) async fn hold(self: &Arc<Self>, purse: &Purse, amount: Micros) -> Result<Hold, HoldError> {
        let mut hold = Hold::default();
        if purse.is_empty() {
            return Ok(hold);
        }
        // What may cost something after all is held as the least there is: an empty hold means that nobody is billed.
        let amount = amount.0.max(1);
        let now = self.clock.now();
        for fund in &purse.funds {
            let part = match fund.take(amount, now) {
                Some(part) => part,
                // Boxed, because few calls wait for the database and all would make room for it.
                None => Box::pin(self.refill(fund, amount)).await?,
            };
            if fund.runs_low(now) {
                self.top_up(fund);
            }
            hold.parts.push(part);
        }
        Ok(hold)
    }

    /// Reserves `more` in memory alone. Returns whether that was enough.
    pub(crate) fn extend_at_once(&self, purse: &Purse, hold: &mut Hold, more: Micros) -> bool {
        let now = self.clock.now();
        let parts: Option<Vec<_>> = purse.funds.iter().map(|fund| fund.take(more.0.max(1), now)).collect();
        let Some(parts) = parts else { return false };
        hold.absorb(Hold { parts });
        true
    }

    /// Returns how many leases this node has.
    pub(crate) fn lease_count(&self) -> u64 {
        self.funds.lock().values().map(|fund| fund.leases().len() as u64).sum()
    }

    fn lease_end(&self, now: Timestamp) -> Timestamp {
        let longest = self.longest_hold_ms.load(Ordering::Relaxed);
        Timestamp(now.0.saturating_add(longest).saturating_add(LEASE_SPARE_MS))
    }
}

impl std::fmt::Debug for Bank {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bank").field("node", &self.node).finish_non_exhaustive()
    }
}
