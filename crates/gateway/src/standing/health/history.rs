//! What the attempts at one route have shown: failures, durations and costs by hour, waits and lengths as averages.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sluice_domain::money::Micros;
use sluice_domain::route::Sample;

use super::vital::Windows;

/// Hours that are kept one by one. Longer windows count whole days.
const HOURS: usize = 48;
/// Days that are kept: the longest window touches so many.
const DAYS: usize = 31;
const HOUR_MS: i64 = 3_600_000;
const HOURS_PER_DAY: i64 = 24;
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
    /// Answers within the health window that said nothing.
    pub(crate) invalid: u32,
    pub(crate) first_token_ms: Option<f64>,
    pub(crate) output_tokens: Option<f64>,
}

/// What happened in one hour or on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    /// Hours or days since 1970.
    #[serde(rename = "n")]
    number: i64,
    #[serde(rename = "a")]
    attempts: u32,
    #[serde(rename = "f")]
    failures: u32,
    #[serde(rename = "d")]
    duration_ms: u64,
    #[serde(rename = "s")]
    spent: i64,
    #[serde(rename = "i", default)]
    invalid: u32,
}

/// All that attempts have shown, as it is kept from one run to the next.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(rename = "h", default)]
    hours: Vec<Span>,
    #[serde(rename = "d", default)]
    days: Vec<Span>,
    /// Milliseconds, and when they were noted.
    #[serde(rename = "w", default)]
    first_token: Option<(f64, i64)>,
    #[serde(rename = "l", default)]
    output_tokens: Option<f64>,
}

impl Kept {
    /// Returns the last day on which something happened.
    pub(super) fn last_day(&self) -> i64 {
        self.days.iter().map(|day| day.number).max().unwrap_or(i64::MIN)
    }
}

#[derive(Default)]
pub(super) struct History {
    spans: Mutex<Spans>,
    summed: Mutex<Option<(i64, Windows, Sums)>>,
    first_token: Wait,
    /// Mean output tokens, as bits of a float; 0 before the first.
    length: AtomicU64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sample: Sample,
    spent: Micros,
    invalid: u32,
}

struct Spans {
    hours: [Span; HOURS],
    days: [Span; DAYS],
}

impl Default for Spans {
    fn default() -> Self {
        Self { hours: [Span::default(); HOURS], days: [Span::default(); DAYS] }
    }
}

impl Spans {
    /// Returns what happened within the last `window` hours before `hour` ends, and on the whole of the days that these
    /// touch where the window is longer than single hours are kept.
    fn within(&self, window: u32, hour: i64) -> impl Iterator<Item = &Span> {
        let first = hour - i64::from(window) + 1;
        let is_short = window as usize <= HOURS;
        let (spans, first, last) = if is_short {
            (self.hours.as_slice(), first, hour)
        } else {
            (self.days.as_slice(), first.div_euclid(HOURS_PER_DAY), hour.div_euclid(HOURS_PER_DAY))
        };
        spans.iter().filter(move |span| !span.is_empty() && (first..=last).contains(&span.number))
    }
}

/// Returns the place of an hour or a day, emptied if it held another one.
fn place(spans: &mut [Span], number: i64) -> Option<&mut Span> {
    let length = i64::try_from(spans.len()).ok().filter(|length| *length > 0)?;
    let span = spans.get_mut(usize::try_from(number.rem_euclid(length)).ok()?)?;
    if span.number != number {
        *span = Span { number, ..Span::default() };
    }
    Some(span)
}

impl Span {
    const fn is_empty(&self) -> bool {
        self.attempts == 0 && self.invalid == 0
    }

    fn note(&mut self, finish: &Finish) {
        self.attempts = self.attempts.saturating_add(1);
        self.failures = self.failures.saturating_add(finish.has_failed.into());
        self.duration_ms = self.duration_ms.saturating_add(finish.duration_ms);
        self.spent = self.spent.saturating_add(finish.cost.0);
    }
}

impl History {
    pub(super) fn note_invalid(&self, at_ms: i64) {
        let hour = at_ms.div_euclid(HOUR_MS);
        let mut spans = self.spans.lock();
        let Spans { hours, days } = &mut *spans;
        let places = [place(hours, hour), place(days, hour.div_euclid(HOURS_PER_DAY))];
        places.into_iter().flatten().for_each(|span| span.invalid = span.invalid.saturating_add(1));
    }

    pub(super) fn note(&self, finish: &Finish) {
        let hour = finish.at_ms.div_euclid(HOUR_MS);
        {
            let mut spans = self.spans.lock();
            let Spans { hours, days } = &mut *spans;
            let places = [place(hours, hour), place(days, hour.div_euclid(HOURS_PER_DAY))];
            places.into_iter().flatten().for_each(|span| span.note(finish));
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
        let Sums { sample, spent, invalid } = self.sums(now_ms, windows);
        let length = f64::from_bits(self.length.load(Ordering::Relaxed));
        Learned {
            sample,
            spent,
            invalid,
            first_token_ms: self.first_token.expected(),
            output_tokens: (length > 0.0).then_some(length),
        }
    }

    /// Returns all that is known.
    pub(super) fn kept(&self) -> Kept {
        let spans = self.spans.lock();
        let used = |spans: &[Span]| spans.iter().filter(|span| !span.is_empty()).copied().collect();
        let length = f64::from_bits(self.length.load(Ordering::Relaxed));
        Kept {
            hours: used(&spans.hours),
            days: used(&spans.days),
            first_token: self.first_token.expected().map(|ms| (ms, self.first_token.at_ms.load(Ordering::Relaxed))),
            output_tokens: (length > 0.0).then_some(length),
        }
    }

    /// Takes up what was known in an earlier run. Spans that are over count as long as a window reaches back to them.
    pub(super) fn of(kept: &Kept) -> Self {
        let history = Self::default();
        {
            let mut spans = history.spans.lock();
            let Spans { hours, days } = &mut *spans;
            for (spans, known) in [(hours.as_mut_slice(), &kept.hours), (days.as_mut_slice(), &kept.days)] {
                for span in known {
                    // Of two that take the same place the later one counts.
                    if let Some(slot) = place(spans, span.number).filter(|slot| slot.is_empty()) {
                        *slot = *span;
                    }
                }
            }
        }
        if let Some((ms, at_ms)) = kept.first_token.filter(|(ms, _)| ms.is_finite()) {
            history.first_token.note(ms, at_ms);
        }
        if let Some(length) = kept.output_tokens.filter(|length| length.is_finite() && *length > 0.0) {
            history.length.store(length.to_bits(), Ordering::Relaxed);
        }
        history
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
        let hour = now_ms.div_euclid(HOUR_MS);
        let spans = self.spans.lock();
        let (mut attempts, mut failures, mut duration_ms, mut invalid) = (0_u32, 0_u32, 0_u64, 0_u32);
        for span in spans.within(windows.health, hour) {
            attempts = attempts.saturating_add(span.attempts);
            failures = failures.saturating_add(span.failures);
            invalid = invalid.saturating_add(span.invalid);
            duration_ms = duration_ms.saturating_add(span.duration_ms);
        }
        let mean_ms = if attempts == 0 { 0.0 } else { duration_ms as f64 / f64::from(attempts) };
        let spent = spans.within(windows.usage, hour).fold(0_i64, |sum, span| sum.saturating_add(span.spent));
        Sums { sample: Sample { attempts, failures, mean_ms }, spent: Micros(spent), invalid }
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
