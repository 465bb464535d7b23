//! Latencies in buckets whose width grows with the value: an error of at most 0.8 % in constant memory.

use serde::Serialize;

/// Sub-buckets of each power of two, as a power of two.
const PRECISION_BITS: u32 = 7;
/// Buckets that cover every `u64`.
const BUCKETS: usize = ((64 - PRECISION_BITS as usize) + 1) << PRECISION_BITS;

/// Counts of values by size.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    sum: u128,
    max: u64,
}

/// What is printed of a histogram of nanoseconds, in microseconds.
#[derive(Debug, Serialize, PartialEq)]
pub(crate) struct Summary {
    pub(crate) p50_us: f64,
    pub(crate) p90_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) p999_us: f64,
    pub(crate) max_us: f64,
    pub(crate) mean_us: f64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0, sum: 0, max: 0 }
    }

    pub(crate) fn record(&mut self, value: u64) {
        if let Some(count) = self.counts.get_mut(bucket_of(value)) {
            *count += 1;
        }
        self.total += 1;
        self.sum += u128::from(value);
        self.max = self.max.max(value);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    /// Returns the smallest bucket bound that `per_mille` of the values do not exceed.
    pub(crate) fn quantile(&self, per_mille: u64) -> u64 {
        let wanted = (self.total * per_mille).div_ceil(1000).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_bound(bucket).min(self.max);
            }
        }
        self.max
    }

    /// Reads the values as nanoseconds and sums them up in microseconds.
    pub(crate) fn summary(&self) -> Summary {
        let us = |nanos: u64| nanos as f64 / 1e3;
        let mean = if self.total == 0 { 0.0 } else { self.sum as f64 / self.total as f64 / 1e3 };
        Summary {
            p50_us: us(self.quantile(500)),
            p90_us: us(self.quantile(900)),
            p99_us: us(self.quantile(990)),
            p999_us: us(self.quantile(999)),
            max_us: us(self.max),
            mean_us: mean,
        }
    }
}

fn bucket_of(value: u64) -> usize {
    let bits = 64 - value.leading_zeros();
    let shift = bits.saturating_sub(PRECISION_BITS + 1);
    ((shift as usize) << PRECISION_BITS) + (value >> shift) as usize
}

fn upper_bound(bucket: usize) -> u64 {
    let shift = (bucket >> PRECISION_BITS).saturating_sub(1);
    let offset = (bucket - (shift << PRECISION_BITS)) as u64;
    (offset << shift) + ((1_u64 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_its_bucket_within_the_promised_error() {
        for value in (0..100_000).chain([1 << 40, (1 << 40) + 12_345_678, u64::MAX]) {
            let bound = upper_bound(bucket_of(value));
            assert!(bound >= value, "{value} above its bound {bound}");
            assert!((bound - value) as f64 <= value as f64 * 0.008, "{value} too far from {bound}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_values() {
        let mut histogram = Histogram::new();
        for value in 1..=100 {
            histogram.record(value);
        }
        assert_eq!([500, 990, 1000].map(|q| histogram.quantile(q)), [50, 99, 100]);
    }

    #[test]
    fn merging_is_recording_in_one() {
        let (mut left, mut right, mut whole) = (Histogram::new(), Histogram::new(), Histogram::new());
        for value in [3, 5_000, 70_000] {
            left.record(value);
            whole.record(value);
        }
        for value in [9, 1_000_000] {
            right.record(value);
            whole.record(value);
        }
        left.merge(&right);
        assert_eq!(left.summary(), whole.summary());
    }
}
