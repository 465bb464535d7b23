//! Prompt caches: whether a conversation stays on the account whose cache it has warmed.

use crate::money::Micros;
use crate::usage::Usage;

/// A cache that a conversation has warmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warmth {
    /// Tokens that were read or written there last time: what a next call finds at best.
    pub tokens: u64,
    /// When the cache was last used, Unix milliseconds.
    pub at_ms: i64,
    /// How long it lives after that, milliseconds.
    pub lifetime_ms: i64,
}

impl Warmth {
    /// Returns how many of `input_tokens` are likely read from the cache at `now_ms`. Caches lose entries early under load,
    /// so that what is expected of one falls to a half over its lifetime.
    #[must_use]
    pub fn expected_tokens(&self, input_tokens: u64, now_ms: i64) -> u64 {
        let age_ms = now_ms.saturating_sub(self.at_ms).max(0);
        if age_ms >= self.lifetime_ms || self.lifetime_ms <= 0 {
            return 0;
        }
        let most = u128::from(self.tokens.min(input_tokens));
        let (age, lifetime) = (u128::from(age_ms.unsigned_abs()), u128::from(self.lifetime_ms.unsigned_abs()));
        u64::try_from(most * (2 * lifetime - age) / (2 * lifetime)).unwrap_or(0)
    }
}

/// Returns what a call is expected to use: `cached` of its input from a cache, the rest in full.
#[must_use]
pub fn expected_usage(input_tokens: u64, cached: u64, output_tokens: u64) -> Usage {
    let cached = cached.min(input_tokens);
    Usage { input: input_tokens - cached, cache_read: cached, output: output_tokens, calls: 1, ..Usage::default() }
}

/// Returns whether a conversation stays where its cache is warm: as long as the call is expected to cost no more there
/// than at the one it would go to instead. Where either price is unknown it stays, because a warm cache answers sooner.
#[must_use]
pub const fn stays(warm: Option<Micros>, other: Option<Micros>) -> bool {
    match (warm, other) {
        (Some(warm), Some(other)) => warm.0 <= other.0,
        (None, _) | (_, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WARM: Warmth = Warmth { tokens: 1_000, at_ms: 0, lifetime_ms: 300_000 };

    #[test]
    fn less_is_expected_of_a_cache_the_older_it_gets() {
        assert_eq!(WARM.expected_tokens(5_000, 0), 1_000);
        assert_eq!(WARM.expected_tokens(400, 0), 400);
        assert_eq!(WARM.expected_tokens(5_000, 150_000), 750);
        assert_eq!(WARM.expected_tokens(5_000, 299_999), 500);
        assert_eq!(WARM.expected_tokens(5_000, 300_000), 0);
    }

    #[test]
    fn it_stays_while_the_saving_exceeds_the_difference() {
        assert!(stays(Some(Micros(90)), Some(Micros(100))));
        assert!(stays(Some(Micros(100)), Some(Micros(100))));
        assert!(!stays(Some(Micros(101)), Some(Micros(100))));
        assert!(stays(None, Some(Micros(1))));
    }

    #[test]
    fn the_expected_usage_adds_up_to_the_input() {
        let usage = expected_usage(100, 400, 7);
        assert_eq!((usage.input, usage.cache_read, usage.output), (0, 100, 7));
    }
}
