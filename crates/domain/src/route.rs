//! The order in which candidates are tried: priority tiers, and inside a tier a weighted shuffle.

pub mod policy;

use rand::{Rng, RngExt};

/// What the order depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Higher goes first.
    pub priority: i64,
    /// Share inside the tier; nothing below 0 counts.
    pub weight: i64,
}

/// Puts `candidates` into the order in which they are tried.
///
/// Tiers go from the highest priority down. Inside a tier the next candidate is drawn with probability
/// `weight / sum of the weights left`; where all weights left are 0, uniformly.
pub fn order<T, R: Rng>(candidates: &mut [T], standing: impl Fn(&T) -> Standing, random: &mut R) {
    if candidates.len() < 2 {
        return;
    }
    candidates.sort_by_key(|candidate| std::cmp::Reverse(standing(candidate).priority));
    for tier in candidates.chunk_by_mut(|a, b| standing(a).priority == standing(b).priority) {
        shuffle_weighted(tier, &standing, random);
    }
}

fn shuffle_weighted<T, R: Rng>(tier: &mut [T], standing: impl Fn(&T) -> Standing, random: &mut R) {
    let weight = |candidate: &T| u64::try_from(standing(candidate).weight).unwrap_or(0);
    for next in 0..tier.len().saturating_sub(1) {
        let left = tier.get(next..).unwrap_or_default();
        let total: u64 = left.iter().map(weight).fold(0, u64::saturating_add);
        let chosen = if total == 0 {
            random.random_range(0..left.len())
        } else {
            let drawn = random.random_range(0..total);
            position_of(drawn, left.iter().map(weight))
        };
        tier.swap(next, next + chosen);
    }
}

/// Returns the index of the weight whose running sum first exceeds `drawn`.
fn position_of(drawn: u64, weights: impl Iterator<Item = u64>) -> usize {
    let mut running: u64 = 0;
    let mut last = 0;
    for (index, weight) in weights.enumerate() {
        running = running.saturating_add(weight);
        last = index;
        if drawn < running {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn tier(priority: i64, weight: i64) -> Standing {
        Standing { priority, weight }
    }

    #[test]
    fn a_higher_priority_always_goes_first() {
        let mut random = StdRng::seed_from_u64(1);
        for _ in 0..100 {
            let mut candidates = [tier(0, 1_000), tier(5, 1), tier(-1, 9), tier(5, 1)];
            order(&mut candidates, |candidate| *candidate, &mut random);
            assert_eq!(candidates.map(|candidate| candidate.priority), [5, 5, 0, -1]);
        }
    }

    #[test]
    fn first_places_are_shared_by_weight() {
        let mut random = StdRng::seed_from_u64(7);
        let rounds = 20_000;
        let mut first = [0u32; 3];
        for _ in 0..rounds {
            let mut candidates = [(0usize, 1), (1, 3), (2, 6)];
            order(&mut candidates, |&(_, weight)| tier(0, weight), &mut random);
            first[candidates[0].0] += 1;
        }
        // Chi-square with two degrees of freedom; 13.8 is exceeded by chance once in a thousand.
        let expected = [0.1, 0.3, 0.6].map(|share| share * f64::from(rounds));
        let chi_square: f64 = first.iter().zip(expected).map(|(&n, e)| (f64::from(n) - e).powi(2) / e).sum();
        assert!(chi_square < 13.8, "{first:?}");
    }

    #[test]
    fn candidates_without_weight_are_drawn_evenly_and_last() {
        let mut random = StdRng::seed_from_u64(3);
        let mut led = [false; 3];
        for _ in 0..50 {
            let mut candidates = [(0usize, 0), (1, 0), (2, 4), (3, -2)];
            order(&mut candidates, |&(_, weight)| tier(0, weight), &mut random);
            assert_eq!(candidates[0].0, 2);
            led[[1, 0, 0, 2][candidates[1].0]] = true;
        }
        assert_eq!(led, [true; 3]);
    }
}
