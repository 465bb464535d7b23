//! What is known of one provider, credential or route.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sluice_domain::limit::Limits;
use sluice_domain::route::{Gate, Passage, Setback, Trouble};

use super::history::{Finish, History, Kept, Learned};
use crate::standing::limiter::Limiter;

/// What is known of a provider or a credential.
#[derive(Default)]
pub(crate) struct Vital {
    pub(crate) gate: SharedGate,
    pub(crate) limiter: Arc<Limiter>,
    used: AtomicU64,
    setup: SharedSetup,
}

impl Vital {
    /// Notes how it is set up now.
    pub(super) fn set_up(&self, setup: Setup) {
        self.setup.change(setup, &self.gate);
    }

    /// Returns the hash of what calls to it depend on.
    pub(crate) fn way(&self) -> u64 {
        self.setup.way.load(Ordering::Relaxed)
    }

    /// Notes that a call goes there.
    pub(super) fn count(&self) {
        self.used.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many calls went there.
    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Returns what is left of `limits`: 1 all, 0 nothing.
    pub(crate) fn headroom(&self, limits: &Limits, now: u64) -> f64 {
        self.limiter.headroom(limits, now)
    }
}

/// What is known of a model at a credential. Small until the first call: there are many routes that nobody uses.
#[derive(Default)]
pub(crate) struct RouteVital {
    pub(crate) gate: SharedGate,
    history: OnceLock<Box<History>>,
    setup: SharedSetup,
}

/// A gate that had something to say, and what calls through it depended on then.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptGate {
    gate: Gate,
    way: u64,
}

impl Vital {
    /// Returns what stands against it, if anything does.
    pub(super) fn kept(&self) -> Option<KeptGate> {
        self.gate.kept(&self.setup)
    }

    /// Makes one of which something was known in an earlier run.
    pub(super) fn of(kept: KeptGate) -> Self {
        Self { gate: SharedGate::of(kept.gate), setup: SharedSetup::of(kept.way), ..Self::default() }
    }
}

impl RouteVital {
    /// Returns what is known of it; `None` for nothing.
    pub(super) fn kept(&self) -> Option<(Option<KeptGate>, Option<Kept>)> {
        let (gate, history) = (self.gate.kept(&self.setup), self.history.get().map(|history| history.kept()));
        (gate.is_some() || history.is_some()).then_some((gate, history))
    }

    /// Makes one of which something was known in an earlier run.
    pub(super) fn of(gate: Option<KeptGate>, history: Option<&Kept>) -> Self {
        let vital = Self {
            gate: gate.map(|kept| SharedGate::of(kept.gate)).unwrap_or_default(),
            setup: gate.map(|kept| SharedSetup::of(kept.way)).unwrap_or_default(),
            history: OnceLock::new(),
        };
        if let Some(history) = history {
            vital.history.get_or_init(|| Box::new(History::of(history)));
        }
        vital
    }

    /// Notes how it is set up now.
    pub(super) fn set_up(&self, setup: Setup) {
        self.setup.change(setup, &self.gate);
    }

    /// Notes how an attempt ended.
    pub(crate) fn note(&self, finish: &Finish) {
        self.history.get_or_init(Box::default).note(finish);
    }

    /// Notes that an answer said nothing.
    pub(crate) fn note_invalid(&self, at_ms: i64) {
        self.history.get_or_init(Box::default).note_invalid(at_ms);
    }

    /// Returns what its attempts have shown; `None` before the first.
    pub(crate) fn learned(&self, now_ms: i64, windows: Windows) -> Option<Learned> {
        self.history.get().map(|history| history.learned(now_ms, windows))
    }
}

/// How something is set up in a configuration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setup {
    /// Counts the configurations, from 1.
    pub(super) generation: u64,
    /// Hash of what calls to it depend on: its address, its secret.
    pub(super) way: u64,
}

/// Stands for the last configuration of an earlier run.
pub(super) const EARLIER_RUN: u64 = 1;

/// The setup in the last configuration that had it.
#[derive(Default)]
struct SharedSetup {
    generation: AtomicU64,
    way: AtomicU64,
}

impl SharedSetup {
    /// Makes the setup of an earlier run: the first configuration of this one is what comes after it.
    fn of(way: u64) -> Self {
        Self { generation: AtomicU64::new(EARLIER_RUN), way: AtomicU64::new(way) }
    }

    /// Opens the gate of what was switched off in between, or has another way: it is not what failed before.
    fn change(&self, setup: Setup, gate: &SharedGate) {
        let generation = self.generation.swap(setup.generation, Ordering::Relaxed);
        let way = self.way.swap(setup.way, Ordering::Relaxed);
        let was_away = generation.saturating_add(1) < setup.generation;
        if generation != 0 && (was_away || way != setup.way) {
            gate.reset();
        }
    }
}

/// How far back things count, hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Windows {
    pub(crate) health: u32,
    pub(crate) usage: u32,
}

/// A gate that all cores ask. While nothing is known against it, asking is one read.
#[derive(Default)]
pub(crate) struct SharedGate {
    /// Whether the gate has something to say.
    is_troubled: AtomicBool,
    gate: Mutex<Gate>,
}

impl SharedGate {
    fn of(gate: Gate) -> Self {
        Self { is_troubled: AtomicBool::new(!gate.is_clean()), gate: Mutex::new(gate) }
    }

    fn kept(&self, setup: &SharedSetup) -> Option<KeptGate> {
        if !self.is_troubled.load(Ordering::Acquire) {
            return None;
        }
        Some(KeptGate { gate: *self.gate.lock(), way: setup.way.load(Ordering::Relaxed) })
    }

    pub(crate) fn passage(&self, now_ms: i64) -> Passage {
        if self.is_troubled.load(Ordering::Acquire) { self.gate.lock().passage(now_ms) } else { Passage::Open }
    }

    /// Returns what is known against it at `now_ms`.
    pub(super) fn trouble(&self, now_ms: i64) -> Option<Trouble> {
        match self.passage(now_ms) {
            Passage::Shut(trouble, _) => Some(trouble),
            Passage::Open | Passage::Probe => None,
        }
    }

    /// Takes the place of a probe where one is wanted. Returns whether the call may pass.
    pub(super) fn enter(&self, now_ms: i64, limit_ms: i64) -> bool {
        !self.is_troubled.load(Ordering::Acquire) || self.gate.lock().enter(now_ms, limit_ms)
    }

    /// Lets a call through that has nowhere else to go.
    pub(super) fn enter_anyway(&self, now_ms: i64, limit_ms: i64) {
        if self.is_troubled.load(Ordering::Acquire) {
            self.gate.lock().enter_anyway(now_ms, limit_ms);
        }
    }

    pub(super) fn release(&self, now_ms: i64) {
        if self.is_troubled.load(Ordering::Acquire) {
            self.gate.lock().release(now_ms);
        }
    }

    pub(super) fn succeed(&self, now_ms: i64) {
        if self.is_troubled.load(Ordering::Acquire) {
            let mut gate = self.gate.lock();
            gate.succeed(now_ms);
            self.is_troubled.store(!gate.is_clean(), Ordering::Release);
        }
    }

    pub(in crate::standing) fn fail(&self, now_ms: i64, setback: Setback, jitter: f64) {
        let mut gate = self.gate.lock();
        gate.fail(now_ms, setback, jitter);
        self.is_troubled.store(true, Ordering::Release);
    }

    /// Opens it: the operator says that all is well.
    fn reset(&self) {
        let mut gate = self.gate.lock();
        gate.reset();
        self.is_troubled.store(false, Ordering::Release);
    }
}
