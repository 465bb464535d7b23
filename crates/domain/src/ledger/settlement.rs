//! What a call that has ended posts.

use crate::call::CallRecord;
use crate::id::{AccountId, LeaseId};
use crate::money::Micros;
use crate::price::CacheSaving;

/// An amount to take from one account or budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// Account, or the account of a budget's period.
    pub account: AccountId,
    /// Lease that the call's hold was against; what it cannot cover is taken from the balance all the same.
    pub lease: Option<LeaseId>,
    /// How much; never negative.
    pub amount: Micros,
}

/// A call that has ended, with all that it costs. Posted wholly or not at all, and once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledCall {
    /// The record.
    pub record: CallRecord,
    /// Facts that the charge can be computed again from, as JSON.
    pub receipt: Option<String>,
    /// What the caller pays; `None` when nobody is billed.
    pub charge: Option<Draw>,
    /// What the call takes from each budget that applies.
    pub budgets: Vec<Draw>,
    /// What reading from a prompt cache saved.
    pub saved: CacheSaving,
}
