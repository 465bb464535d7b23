//! A visit: one attempt at an upstream as its gates and limiters see it.

use std::sync::Arc;
use std::time::Instant;

use rand::RngExt;
use sluice_domain::limit::Limits;
use sluice_domain::route::{Setback, Subject, Trouble};

use super::history::Finish;
use super::vital::{RouteVital, SharedGate, Vital};
use crate::standing::limiter::{Full, Permit, nanos};
use crate::standing::quota::{Quota, Taken};

/// What an attempt goes to.
#[derive(Clone)]
pub(crate) struct Visited {
    pub(crate) provider: Arc<Vital>,
    pub(crate) credential: Arc<Vital>,
    pub(crate) route: Arc<RouteVital>,
    /// Of the credential.
    pub(crate) limits: Limits,
    /// Of the credential, if it has one.
    pub(crate) quota: Option<Arc<Quota>>,
}

/// Why a visit cannot be made, though it could a moment ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Another call is through to see whether all is well again, after this trouble.
    Probed(Subject, Option<Trouble>),
    /// A limit of the credential has no room.
    Full(Full),
    /// The credential has answered as many calls as it may in all.
    UsedUp,
}

impl Visited {
    fn gates(&self) -> [(Subject, &SharedGate); 3] {
        [
            (Subject::Provider, &self.provider.gate),
            (Subject::Credential, &self.credential.gate),
            (Subject::Route, &self.route.gate),
        ]
    }

    /// Begins an attempt of a call that has nowhere else to go, whatever rests; limits hold all the same.
    ///
    /// # Errors
    /// Says which limit is in the way.
    pub(crate) fn enter_anyway(&self, tokens: u64, now_ms: i64, probe_ms: i64) -> Result<Visit, Refusal> {
        self.gates().into_iter().for_each(|(_, gate)| gate.enter_anyway(now_ms, probe_ms));
        self.begin(tokens, now_ms)
    }

    /// Begins an attempt with about `tokens` tokens. A probe is to be heard of within `probe_ms`.
    ///
    /// # Errors
    /// Says what is in the way.
    pub(crate) fn enter(&self, tokens: u64, now_ms: i64, probe_ms: i64) -> Result<Visit, Refusal> {
        let mut visit = self.begin(tokens, now_ms)?;
        for (subject, gate) in self.gates() {
            if !gate.enter(now_ms, probe_ms) {
                visit.credential.cancel();
                return Err(Refusal::Probed(subject, gate.trouble(now_ms)));
            }
        }
        Ok(visit)
    }

    fn begin(&self, tokens: u64, now_ms: i64) -> Result<Visit, Refusal> {
        let now = nanos();
        let taken = self.quota.as_ref().map(|quota| quota.take().ok_or(Refusal::UsedUp)).transpose()?;
        let credential = self.credential.limiter.enter(&self.limits, tokens, now).map_err(Refusal::Full)?;
        let provider = self.provider.limiter.enter(&Limits::NONE, 0, now).map_err(Refusal::Full)?;
        self.provider.count();
        self.credential.count();
        let (started, verdict) = (Instant::now(), Verdict::None);
        Ok(Visit { of: self.clone(), credential, _provider: provider, taken, begun_ms: now_ms, started, verdict })
    }
}

/// What is known of an attempt's outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    None,
    Good,
    Bad,
}

/// An attempt under way. Dropped without a verdict it proves nothing: should it have been a probe, the next call is.
pub(crate) struct Visit {
    of: Visited,
    credential: Permit,
    _provider: Permit,
    taken: Option<Taken>,
    begun_ms: i64,
    started: Instant,
    verdict: Verdict,
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visit").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

impl Visit {
    /// Notes that the upstream answered as it should.
    pub(crate) fn succeed(&mut self) {
        let now_ms = self.now_ms();
        self.of.gates().into_iter().for_each(|(_, gate)| gate.succeed(now_ms));
        self.verdict = Verdict::Good;
    }

    /// Notes a setback of `subjects`.
    pub(crate) fn fail(&mut self, subjects: &[Subject], setback: Setback) {
        let (now_ms, jitter) = (self.now_ms(), rand::rng().random());
        for (subject, gate) in self.of.gates() {
            if subjects.contains(&subject) {
                gate.fail(now_ms, setback, jitter);
            } else if self.verdict == Verdict::None {
                gate.release(now_ms);
            }
        }
        self.verdict = Verdict::Bad;
        self.note(Finish { has_failed: true, ..Finish::default() });
    }

    /// Hands over what the attempt takes of a quota: it counts until the call is settled.
    pub(crate) const fn give_taken(&mut self) -> Option<Taken> {
        self.taken.take()
    }

    /// Notes what an answer was like that came to its end, and the tokens it took.
    pub(crate) fn finish(&mut self, finish: Finish, tokens: u64) {
        if tokens > 0 {
            self.credential.settle(tokens, nanos());
        }
        if finish.has_failed {
            let setback = Setback { trouble: Trouble::Failing, pause_ms: None };
            self.of.route.gate.fail(self.now_ms(), setback, rand::rng().random());
        }
        self.note(finish);
    }

    fn note(&self, finish: Finish) {
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.of.route.note(&Finish { at_ms: self.now_ms(), duration_ms, ..finish });
    }

    fn now_ms(&self) -> i64 {
        let elapsed = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.begun_ms.saturating_add(elapsed)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if self.verdict == Verdict::None {
            let now_ms = self.now_ms();
            self.of.gates().into_iter().for_each(|(_, gate)| gate.release(now_ms));
        }
    }
}
