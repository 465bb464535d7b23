//! What the attempts at one route have shown: failures, durations and costs by hour, waits and lengths as averages.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use parking_lot::Mutex;
use sluice_domain::money::Micros;
use sluice_domain::route::Sample;

use super::vital::Windows;

/// Hours that are kept. Longer windows count what there is.
pub(crate) const HOURS: usize = 48;
const HOUR_MS: i64 = 3_600_000;
/// How old what was summed up may be before it is summed up again, milliseconds.
const SUMMED_FOR_MS: i64 = 2_000;
/// After so long an average has forgotten half of what it knew, milliseconds.
const HALF_LIFE_MS: f64 = 30_000.0;
/// What one answer's length weighs against all before.
const LENGTH_WEIGHT: f64 = 0.1;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Finish {
    /// Unix milliseconds.
    pub(crate) at_ms: i64,
    pub(crate) has_failed: bool,
    pub(crate) duration_ms: u64,
    /// From the attempt's start to the first byte of the answer's body.
    pub(crate) first_token_ms: Option<u64>,
    pub(crate) output_tokens: u64,
    pub(crate) cost: Micros,
}

/// What attempts have shown.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Learned {
    pub(crate) sample: Sample,
    /// Spent within the usage window.
    pub(crate) spent: Micros,
    pub(crate) first_token_ms: Option<f64>,
    pub(crate) output_tokens: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Hour {
    number: i64,
    attempts: u32,
    failures: u32,
    duration_ms: u64,
    spent: i64,
}

#[derive(Default)]
pub(super) struct History {
    hours: Mutex<Hours>,
    summed: Mutex<Option<(i64, Windows, Sums)>>,
    first_token: Wait,
    /// Mean output tokens, as bits of a float; 0 before the first.
    length: AtomicU64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sample: Sample,
    spent: Micros,
}

struct Hours([Hour; HOURS]);

impl Default for Hours {
    fn default() -> Self {
        Self([Hour::default(); HOURS])
    }
}

impl History {
    pub(super) fn note(&self, finish: &Finish) {
        let number = finish.at_ms.div_euclid(HOUR_MS);
        let place = usize::try_from(number.rem_euclid(HOURS as i64)).unwrap_or(0);
        if let Some(hour) = self.hours.lock().0.get_mut(place) {
            if hour.number != number {
                *hour = Hour { number, ..Hour::default() };
            }
            hour.attempts = hour.attempts.saturating_add(1);
            hour.failures = hour.failures.saturating_add(finish.has_failed.into());
            hour.duration_ms = hour.duration_ms.saturating_add(finish.duration_ms);
            hour.spent = hour.spent.saturating_add(finish.cost.0);
        }
        if finish.has_failed {
            return;
        }
        if let Some(first_token_ms) = finish.first_token_ms {
            self.first_token.note(first_token_ms as f64, finish.at_ms);
        }
        if finish.output_tokens > 0 {
            let known = f64::from_bits(self.length.load(Ordering::Relaxed));
            let length = finish.output_tokens as f64;
            let mean = if known > 0.0 { known + (length - known) * LENGTH_WEIGHT } else { length };
            self.length.store(mean.to_bits(), Ordering::Relaxed);
        }
    }

    pub(super) fn learned(&self, now_ms: i64, windows: Windows) -> Learned {
        let Sums { sample, spent } = self.sums(now_ms, windows);
        let length = f64::from_bits(self.length.load(Ordering::Relaxed));
        Learned {
            sample,
            spent,
            first_token_ms: self.first_token.expected(),
            output_tokens: (length > 0.0).then_some(length),
        }
    }

    fn sums(&self, now_ms: i64, windows: Windows) -> Sums {
        let mut summed = self.summed.lock();
        if let Some((at_ms, with, sums)) = *summed
            && with == windows
            && (at_ms..at_ms + SUMMED_FOR_MS).contains(&now_ms)
        {
            return sums;
        }
        let sums = self.sum_up(now_ms, windows);
        *summed = Some((now_ms, windows, sums));
        sums
    }

    fn sum_up(&self, now_ms: i64, windows: Windows) -> Sums {
        let now = now_ms.div_euclid(HOUR_MS);
        let hours = self.hours.lock();
        let within = |window: u32| {
            let first = now - i64::from(window) + 1;
            hours.0.iter().filter(move |hour| hour.attempts > 0 && (first..=now).contains(&hour.number))
        };
        let (mut attempts, mut failures, mut duration_ms) = (0_u32, 0_u32, 0_u64);
        for hour in within(windows.health) {
            attempts = attempts.saturating_add(hour.attempts);
            failures = failures.saturating_add(hour.failures);
            duration_ms = duration_ms.saturating_add(hour.duration_ms);
        }
        let mean_ms = if attempts == 0 { 0.0 } else { duration_ms as f64 / f64::from(attempts) };
        let spent = within(windows.usage).fold(0_i64, |sum, hour| sum.saturating_add(hour.spent));
        Sums { sample: Sample { attempts, failures, mean_ms }, spent: Micros(spent) }
    }
}

/// The wait for a first token as its peak, forgotten with time: a slow answer counts at once, quick ones win back trust
/// slowly (peak EWMA). Two answers that arrive at the same instant may count as one.
#[derive(Default)]
struct Wait {
    /// Bits of a float, milliseconds; 0 before the first.
    value: AtomicU64,
    at_ms: AtomicI64,
}

impl Wait {
    fn note(&self, first_token_ms: f64, now_ms: i64) {
        let known = f64::from_bits(self.value.load(Ordering::Relaxed));
        let value = if known <= 0.0 || first_token_ms >= known {
            first_token_ms
        } else {
            let kept = self.kept(now_ms);
            known * kept + first_token_ms * (1.0 - kept)
        };
        self.value.store(value.max(0.001).to_bits(), Ordering::Relaxed);
        self.at_ms.store(now_ms, Ordering::Relaxed);
    }

    fn expected(&self) -> Option<f64> {
        let known = f64::from_bits(self.value.load(Ordering::Relaxed));
        (known > 0.0).then_some(known)
    }

    fn kept(&self, now_ms: i64) -> f64 {
        let elapsed = now_ms.saturating_sub(self.at_ms.load(Ordering::Relaxed)).max(0) as f64;
        // Even answers that come at once must win back some trust.
        0.5_f64.powf(elapsed / HALF_LIFE_MS).min(0.95)
    }
}
