//! Counters of the relay, one set per thread so that counting never waits, and their sum for Prometheus.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use http::StatusCode;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use crate::money::bank::Bank;
use crate::record::QueueWatch;
use crate::record::journal::Journal;
use crate::relay::Kind;
use crate::snapshot::live::Live;

/// What one relay thread has counted.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    by_class: [AtomicU64; 6],
    failed_attempts: AtomicU64,
    open_connections: AtomicU64,
    open_calls: AtomicU64,
    refused_holds: [AtomicU64; HOLD_REFUSALS.len()],
}

/// Why nothing could be reserved for a call.
const HOLD_REFUSALS: [Kind; 4] =
    [Kind::InsufficientFunds, Kind::BudgetExhausted, Kind::ModelUnpriced, Kind::StoreUnavailable];

impl Counters {
    /// Counts an answer by the first digit of its status.
    pub(crate) fn count_answer(&self, status: StatusCode) {
        if let Some(counter) = self.by_class.get(usize::from(status.as_u16() / 100)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts an attempt that was not accepted.
    pub(crate) fn count_failed_attempt(&self) {
        self.failed_attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call for which nothing could be reserved.
    pub(crate) fn count_refused_hold(&self, kind: Kind) {
        let mut refusals = HOLD_REFUSALS.iter().zip(&self.refused_holds);
        if let Some((_, counter)) = refusals.find(|(refusal, _)| **refusal == kind) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a call that will be recorded for as long as the guard lives.
    pub(crate) fn count_call(self: &Arc<Self>) -> CallGuard {
        self.open_calls.fetch_add(1, Ordering::Relaxed);
        CallGuard(Arc::clone(self))
    }

    /// Returns how many answers were given.
    pub(crate) fn answers(&self) -> u64 {
        self.by_class.iter().map(|counter| counter.load(Ordering::Relaxed)).sum()
    }

    /// Returns how many calls are under way.
    pub(crate) fn open_calls(&self) -> u64 {
        self.open_calls.load(Ordering::Relaxed)
    }

    /// Returns how many client connections are open.
    pub(crate) fn open_connections(&self) -> u64 {
        self.open_connections.load(Ordering::Relaxed)
    }

    /// Counts a client connection for as long as the guard lives.
    pub(crate) fn count_connection(self: &Arc<Self>) -> ConnectionGuard {
        self.open_connections.fetch_add(1, Ordering::Relaxed);
        ConnectionGuard(Arc::clone(self))
    }
}

/// A call under way.
#[derive(Debug)]
pub(crate) struct CallGuard(Arc<Counters>);

impl Drop for CallGuard {
    fn drop(&mut self) {
        self.0.open_calls.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An open client connection.
pub(crate) struct ConnectionGuard(Arc<Counters>);

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.0.open_connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One relay thread, as the metrics see it.
#[derive(Debug)]
pub(crate) struct ThreadGauges {
    pub(crate) counters: Arc<Counters>,
    pub(crate) queue: QueueWatch,
    /// Not kept alive by being measured: its end is what seals it.
    pub(crate) journal: Weak<Journal>,
}

/// What is counted in the database from time to time.
#[derive(Debug, Default)]
pub(crate) struct Sampled {
    parked_calls: AtomicU64,
    open_alerts: AtomicU64,
}

impl Sampled {
    /// Sets the number of calls that were put aside.
    pub(crate) fn set_parked_calls(&self, count: u64) {
        self.parked_calls.store(count, Ordering::Relaxed);
    }

    /// Sets the number of alerts that nobody has resolved.
    pub(crate) fn set_open_alerts(&self, count: u64) {
        self.open_alerts.store(count, Ordering::Relaxed);
    }
}

/// Everything that is measured.
pub(crate) struct Metrics {
    pub(crate) threads: Vec<ThreadGauges>,
    pub(crate) live: Arc<Live>,
    pub(crate) bank: Arc<Bank>,
    pub(crate) sampled: Arc<Sampled>,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

/// Returns the registry that `/metrics` writes.
pub(crate) fn registry(metrics: Metrics) -> Registry {
    let mut registry = Registry::with_prefix("sluice");
    registry.register_collector(Box::new(metrics));
    registry
}

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let sum = |pick: &dyn Fn(&ThreadGauges) -> u64| self.threads.iter().map(pick).sum::<u64>();
        let calls = ConstCounter::new(0u64);
        let mut family =
            encoder.encode_descriptor("calls", "Answers of the relay by class of status", None, calls.metric_type())?;
        for class in 1..6usize {
            let count =
                sum(&|thread| thread.counters.by_class.get(class).map_or(0, |counter| counter.load(Ordering::Relaxed)));
            let label = [("status", format!("{class}xx"))];
            ConstCounter::new(count).encode(family.encode_family(&label)?)?;
        }
        let failed = ConstCounter::new(sum(&|thread| thread.counters.failed_attempts.load(Ordering::Relaxed)));
        let attempts = encoder.encode_descriptor(
            "failed_attempts",
            "Attempts at upstreams that were not accepted",
            None,
            failed.metric_type(),
        )?;
        failed.encode(attempts)?;
        let mut refused = encoder.encode_descriptor(
            "refused_holds",
            "Calls for which nothing could be reserved, by the code of the refusal",
            None,
            calls.metric_type(),
        )?;
        for (place, kind) in HOLD_REFUSALS.iter().enumerate() {
            let of_kind =
                |t: &ThreadGauges| t.counters.refused_holds.get(place).map_or(0, |c| c.load(Ordering::Relaxed));
            let label = [("reason", kind.facts().code)];
            ConstCounter::new(sum(&of_kind)).encode(refused.encode_family(&label)?)?;
        }
        let (providers, credentials, models) = self.live.load().sizes();
        let gauges = [
            ("connections", "Open client connections", sum(&|t| t.counters.open_connections())),
            ("open_calls", "Calls under way", sum(&|t| t.counters.open_calls())),
            ("records_waiting", "Call records that wait to be written", sum(&|t| t.queue.waiting() as u64)),
            ("records_dropped", "Refused calls that nothing had room to record", sum(&|t| t.queue.dropped())),
            (
                "journal_bytes",
                "Bytes that the journal takes on the disk",
                sum(&|t| t.journal.upgrade().map_or(0, |j| j.bytes())),
            ),
            ("leases", "Slices of accounts and budgets that this node has borrowed", self.bank.lease_count()),
            ("parked_calls", "Calls that could not be posted", self.sampled.parked_calls.load(Ordering::Relaxed)),
            ("open_alerts", "Alerts that nobody has resolved", self.sampled.open_alerts.load(Ordering::Relaxed)),
            ("providers", "Providers in use", providers as u64),
            ("credentials", "Credentials in use", credentials as u64),
            ("models", "Public model names", models as u64),
        ];
        for (name, help, value) in gauges {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        Ok(())
    }
}
