//! What the mock has seen. A measurement compares it with what the load generator sent.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

/// Counters since the start or the last reset; the two gauges stay true across resets.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    pub(crate) calls: AtomicU64,
    pub(crate) streams: AtomicU64,
    pub(crate) faults: AtomicU64,
    pub(crate) request_bytes: AtomicU64,
    /// Streams whose peer left before their end.
    pub(crate) streams_left: AtomicU64,
    pub(crate) streams_open: AtomicU64,
    pub(crate) connections_open: AtomicU64,
    pub(crate) unknown: AtomicU64,
}

impl Stats {
    pub(crate) fn reset(&self) {
        for counter in
            [&self.calls, &self.streams, &self.faults, &self.request_bytes, &self.streams_left, &self.unknown]
        {
            counter.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        json!({
            "calls": read(&self.calls), "streams": read(&self.streams), "faults": read(&self.faults),
            "request_bytes": read(&self.request_bytes), "streams_left": read(&self.streams_left),
            "streams_open": read(&self.streams_open), "connections_open": read(&self.connections_open),
            "unknown": read(&self.unknown),
        })
    }
}

/// Counts one as open for as long as it lives.
#[derive(Debug)]
pub(crate) struct Open<'a>(&'a AtomicU64);

impl<'a> Open<'a> {
    pub(crate) fn new(gauge: &'a AtomicU64) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(gauge)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Adds one to a counter.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
