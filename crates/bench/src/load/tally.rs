//! What a load run has seen.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::answer::Wrong;
use crate::histogram::Histogram;

/// Counts and latencies of calls.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) right: u64,
    pub(crate) wrong: BTreeMap<Wrong, u64>,
    pub(crate) latency: Histogram,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self { right: 0, wrong: BTreeMap::new(), latency: Histogram::new() }
    }

    pub(crate) fn count_right(&mut self, latency: Duration) {
        self.right += 1;
        self.latency.record(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn count_wrong(&mut self, wrong: Wrong) {
        *self.wrong.entry(wrong).or_default() += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.right += other.right;
        for (wrong, count) in &other.wrong {
            *self.wrong.entry(*wrong).or_default() += count;
        }
        self.latency.merge(&other.latency);
    }

    /// Returns the result as it is printed.
    pub(crate) fn to_json(&self, elapsed: Duration) -> Value {
        let secs = elapsed.as_secs_f64();
        let wrong: BTreeMap<String, u64> = self.wrong.iter().map(|(wrong, count)| (wrong.name(), *count)).collect();
        json!({
            "right": self.right, "wrong": wrong, "secs": secs, "calls_per_sec": self.right as f64 / secs.max(1e-9),
            "latency": self.latency.summary(),
        })
    }
}
