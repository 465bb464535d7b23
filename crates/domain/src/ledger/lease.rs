//! Leases: slices of an account that a node borrows, so that its calls hold against memory.

use crate::clock::Timestamp;
use crate::id::{AccountId, LeaseId, NodeId};
use crate::money::Micros;

/// A slice is at most this part of what is available, beyond what the call at hand needs: one node must not take what
/// others need a moment later, and a node that is lost must not strand it.
const LARGEST_PART: i64 = 8;

/// A slice of an account in the hands of one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Chosen by the node.
    pub id: LeaseId,
    /// Account that it was borrowed from.
    pub account: AccountId,
    /// Node that has it.
    pub node: NodeId,
    /// What settlements and returns have not taken yet.
    pub remaining: Micros,
    /// From here on the node must not hold against it, and the rest may be taken back.
    pub expires_at: Timestamp,
}

/// Returns how much to borrow: what was spent recently, but no more than an eighth of what is available, and no less
/// than `minimum`, which the call at hand needs. Nothing when even that is not there.
#[must_use]
pub fn lease_slice(available: Micros, recent_spend: Micros, minimum: Micros) -> Option<Micros> {
    let minimum = minimum.0.max(1);
    if available.0 < minimum {
        return None;
    }
    Some(Micros(recent_spend.0.min(available.0 / LARGEST_PART).max(minimum)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_small_balance_lends_little(800, 5_000, 10, Some(100))]
    #[case::a_quiet_account_lends_what_it_spends(1_000_000, 300, 10, Some(300))]
    #[case::a_call_that_needs_more_gets_it(800, 0, 700, Some(700))]
    #[case::the_last_of_it_may_go(7, 100, 7, Some(7))]
    #[case::too_little_lends_nothing(6, 0, 7, None)]
    #[case::an_overdrawn_account_lends_nothing(-5, 100, 0, None)]
    fn a_slice_follows_balance_and_spend(
        #[case] available: i64,
        #[case] recent_spend: i64,
        #[case] minimum: i64,
        #[case] expected: Option<i64>,
    ) {
        assert_eq!(lease_slice(Micros(available), Micros(recent_spend), Micros(minimum)), expected.map(Micros));
    }

    proptest! {
        #[test]
        fn a_slice_is_at_least_the_minimum_and_at_most_what_is_there(
            available in any::<i64>(), recent_spend in any::<i64>(), minimum in any::<i64>(),
        ) {
            match lease_slice(Micros(available), Micros(recent_spend), Micros(minimum)) {
                Some(slice) => prop_assert!(slice.0 >= minimum.max(1) && slice.0 <= available),
                None => prop_assert!(available < minimum.max(1)),
            }
        }
    }
}
