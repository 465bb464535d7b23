//! What is added up.

use sluice_domain::call::Outcome;
use sluice_domain::ledger::SettledCall;
use sluice_domain::money::Micros;

/// Columns of the sums, in the order of [`Sums`].
pub(super) const COLUMNS: [&str; 41] = [
    "calls",
    "failures",
    "abandoned",
    "unpriced",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "images",
    "cost_micros",
    "charged_micros",
    "cache_saved_micros",
    "cache_saved_charged_micros",
    "duration_ms",
    "first_tokens",
    "first_token_ms",
    "first_token_0",
    "first_token_1",
    "first_token_2",
    "first_token_3",
    "first_token_4",
    "first_token_5",
    "first_token_6",
    "first_token_7",
    "first_token_8",
    "first_token_9",
    "first_token_10",
    "first_token_11",
    "duration_0",
    "duration_1",
    "duration_2",
    "duration_3",
    "duration_4",
    "duration_5",
    "duration_6",
    "duration_7",
    "duration_8",
    "duration_9",
    "duration_10",
    "duration_11",
];
/// How many of [`COLUMNS`] say what was used; the others say how long it took.
const USED: usize = 14;
/// Upper ends of the classes of first tokens but the last, milliseconds.
const FIRST_TOKEN_ENDS_MS: [u64; CLASSES - 1] = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200];
/// The same of durations.
const DURATION_ENDS_MS: [u64; CLASSES - 1] = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 102_400];
const CLASSES: usize = 12;
/// No call adds more than this to any sum: the database adds, and eight million absurd calls still fit.
const MOST: u64 = 1 << 40;

/// One value for each of [`COLUMNS`].
pub(super) type Sums = [i64; COLUMNS.len()];

/// A part of the sums that is asked for by itself: adding up a column takes time.
pub(super) trait Part: Sized {
    /// Which columns.
    const COLUMNS: &'static [&'static str];

    /// Returns the part from the values of its columns.
    fn of(sums: impl FnMut() -> u64) -> Self;
}

/// What calls used, added up. Token classes never overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageSums {
    /// Calls.
    pub calls: u64,
    /// Calls whose client got an error.
    pub failures: u64,
    /// Calls whose client left before the end.
    pub abandoned: u64,
    /// Calls that used something that has no price.
    pub unpriced: u64,
    /// Tokens read at full price: text, audio and images.
    pub input_tokens: u64,
    /// Tokens read from the vendor's prompt cache.
    pub cache_read_tokens: u64,
    /// Tokens written to the vendor's prompt cache.
    pub cache_write_tokens: u64,
    /// Tokens written: text, audio and images.
    pub output_tokens: u64,
    /// Tokens thought.
    pub reasoning_tokens: u64,
    /// Images made.
    pub images: u64,
    /// Cost of the calls with a price.
    pub cost: Micros,
    /// What callers paid.
    pub charged: Micros,
    /// What reading from prompt caches saved the operator.
    pub cache_saved: Micros,
    /// What it saved those callers who paid.
    pub cache_saved_charged: Micros,
}

impl Part for UsageSums {
    const COLUMNS: &'static [&'static str] = COLUMNS.split_at(USED).0;

    fn of(mut next: impl FnMut() -> u64) -> Self {
        Self {
            calls: next(),
            failures: next(),
            abandoned: next(),
            unpriced: next(),
            input_tokens: next(),
            cache_read_tokens: next(),
            cache_write_tokens: next(),
            output_tokens: next(),
            reasoning_tokens: next(),
            images: next(),
            cost: micros(next()),
            charged: micros(next()),
            cache_saved: micros(next()),
            cache_saved_charged: micros(next()),
        }
    }
}

fn micros(sum: u64) -> Micros {
    Micros(i64::try_from(sum).unwrap_or(i64::MAX))
}

/// How long calls took, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpeedSums {
    /// From the requests' arrival to the end, milliseconds.
    pub duration_ms: u64,
    /// Calls with a first token.
    pub first_tokens: u64,
    /// From the requests' arrival to their first tokens, milliseconds.
    pub first_token_ms: u64,
    /// How many first tokens came within 50, 100, 200 … 51,200 ms and not sooner, and how many later.
    pub first_token_classes: [u64; CLASSES],
    /// How many calls took no longer than 100, 200, 400 … 102,400 ms and not less, and how many took longer.
    pub duration_classes: [u64; CLASSES],
}

impl Part for SpeedSums {
    const COLUMNS: &'static [&'static str] = COLUMNS.split_at(USED).1;

    fn of(mut next: impl FnMut() -> u64) -> Self {
        Self {
            duration_ms: next(),
            first_tokens: next(),
            first_token_ms: next(),
            first_token_classes: std::array::from_fn(|_| next()),
            duration_classes: std::array::from_fn(|_| next()),
        }
    }
}

impl SpeedSums {
    /// Returns within how many milliseconds `percent` of the first tokens came, about: the truth lies in the same class
    /// of the histogram. `None` without any.
    #[must_use]
    pub fn first_token_percentile_ms(&self, percent: u8) -> Option<u64> {
        percentile_ms(&self.first_token_classes, &FIRST_TOKEN_ENDS_MS, percent)
    }

    /// Returns within how many milliseconds `percent` of the calls had ended, as about as first tokens. `None` without
    /// any.
    #[must_use]
    pub fn duration_percentile_ms(&self, percent: u8) -> Option<u64> {
        percentile_ms(&self.duration_classes, &DURATION_ENDS_MS, percent)
    }
}

/// Returns where `percent` of a histogram's whole is reached, as if a class were filled evenly.
fn percentile_ms(classes: &[u64], ends_ms: &[u64], percent: u8) -> Option<u64> {
    let total: u64 = classes.iter().sum();
    let wanted = total.saturating_mul(u64::from(percent.min(100))).div_ceil(100).max(1);
    let (mut below, mut from) = (0_u64, 0_u64);
    for (place, count) in classes.iter().copied().enumerate() {
        let end = ends_ms.get(place).copied();
        if count > 0 && below + count >= wanted {
            let width = end.map_or(0, |end| end - from);
            return Some(from + width.saturating_mul(wanted - below) / count);
        }
        below += count;
        from = end.unwrap_or(from);
    }
    None
}

/// Returns what one call adds.
pub(super) fn sums_of(call: &SettledCall) -> Sums {
    let (record, usage) = (&call.record, &call.record.usage);
    let amount = |money: Option<Micros>| money.map_or(0, |money| u64::try_from(money.0).unwrap_or(0));
    let mut sums: Sums = [0; COLUMNS.len()];
    let counted = [
        1,
        u64::from(!record.error.is_empty()),
        u64::from(record.outcome == Outcome::Abandoned),
        u64::from(record.cost.is_none() && !usage.is_empty()),
        usage.input.saturating_add(usage.input_audio).saturating_add(usage.input_image),
        usage.cache_read,
        usage.cache_write_5m.saturating_add(usage.cache_write_1h),
        usage.output.saturating_add(usage.output_audio).saturating_add(usage.output_image),
        usage.reasoning,
        usage.images,
        amount(record.cost),
        amount(call.charge.map(|charge| charge.amount)),
        amount(Some(call.saved.cost)),
        amount(call.charge.map(|_| call.saved.charge)),
        record.duration_ms,
        u64::from(record.first_token_ms.is_some()),
        record.first_token_ms.unwrap_or(0),
    ];
    for (sum, count) in sums.iter_mut().zip(counted) {
        *sum = i64::try_from(count.min(MOST)).unwrap_or(i64::MAX);
    }
    let first_token = record.first_token_ms.map(|ms| FIRST_TOKEN_ENDS_MS.partition_point(|end| *end < ms));
    let duration = CLASSES + DURATION_ENDS_MS.partition_point(|end| *end < record.duration_ms);
    for class in first_token.into_iter().chain([duration]) {
        if let Some(sum) = sums.get_mut(counted.len() + class) {
            *sum = 1;
        }
    }
    sums
}

/// Adds one row's sums to another's.
pub(super) fn add(sums: &mut Sums, more: &Sums) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.saturating_add(*more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_classes(first_token_classes: [u64; 12]) -> SpeedSums {
        SpeedSums { first_token_classes, ..SpeedSums::default() }
    }

    #[test]
    fn a_percentile_lies_in_its_class() {
        assert_eq!(with_classes([0; 12]).first_token_percentile_ms(50), None);
        let fast = with_classes([0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!([1, 50, 100].map(|percent| fast.first_token_percentile_ms(percent).unwrap()), [50, 75, 100]);
        let mixed = with_classes([90, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!([50, 90, 95].map(|percent| mixed.first_token_percentile_ms(percent).unwrap()), [27, 50, 600]);
        let late = with_classes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
        assert_eq!(late.first_token_percentile_ms(95), Some(51_200));
        let slow = SpeedSums { duration_classes: [0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0], ..SpeedSums::default() };
        assert_eq!([50, 95].map(|percent| slow.duration_percentile_ms(percent).unwrap()), [300, 400]);
    }
}
