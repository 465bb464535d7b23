//! Whose turn it is, for strategies that take turns.

use std::sync::atomic::{AtomicU64, Ordering};

/// A counter of turns, one for all cores: turns only go round if everybody counts the same.
#[derive(Default)]
pub(crate) struct Turns(AtomicU64);

impl Turns {
    /// Returns the next turn.
    pub(in crate::relay) fn next(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed))
    }
}
