//! A gate: whether a provider, a credential or a route may be used, told from how its last attempts went.
//!
//! Closed gates of electric circuits let pass; the words of circuit breakers are avoided for that reason. A gate is open
//! until something trips it, then shut for a while, then it lets one call through to see whether all is well again.

use serde::{Deserialize, Serialize};

/// Failures in a row that trip a gate.
const FAILURES_IN_A_ROW: u32 = 5;
/// Attempts in a half-life that a failure rate is judged from, and the rate that trips.
const RATE_SAMPLES: f32 = 20.0;
const RATE_LIMIT: f32 = 0.5;
const RATE_HALF_LIFE_MS: f32 = 15_000.0;
/// A pause is doubled with each trip in a row, up to so many times.
const DOUBLINGS_MAX: u32 = 16;
/// Longest pause that an upstream can ask for.
const ASKED_PAUSE_MAX_MS: i64 = 3_600_000;

/// What went wrong, as far as it matters for later calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It could not be reached, broke off, took too long or answered with a fault of its own.
    Failing,
    /// It takes no more calls for now.
    RateLimited,
    /// The account is used up.
    QuotaExhausted,
    /// It does not accept the credential.
    Unauthorized,
    /// It does not have the model, or not for this account.
    ModelMissing,
}

impl Trouble {
    /// Returns the name used in records and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Unauthorized => "unauthorized",
            Self::ModelMissing => "model_missing",
        }
    }

    /// Returns the first pause and the longest, milliseconds.
    const fn pauses_ms(self) -> (i64, i64) {
        match self {
            Self::Failing | Self::RateLimited => (1_000, 30_000),
            Self::QuotaExhausted => (60_000, 3_600_000),
            Self::Unauthorized => (30_000, 600_000),
            Self::ModelMissing => (60_000, 600_000),
        }
    }
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setback {
    /// What went wrong.
    pub trouble: Trouble,
    /// How long the upstream asks to be left alone, milliseconds.
    pub pause_ms: Option<i64>,
}

/// Whether a gate lets calls through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// All.
    Open,
    /// One, to see whether all is well again.
    Probe,
    /// None until then, Unix milliseconds.
    Shut(Trouble, i64),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    #[default]
    Open,
    /// Shut until then; probed after it.
    Shut { trouble: Trouble, until_ms: i64 },
    /// A call is through to see; should it never be heard of again, the next may try then.
    Probing { trouble: Trouble, until_ms: i64 },
}

/// The state of one provider, credential or route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    state: State,
    /// Failures since the last success.
    in_a_row: u32,
    /// Trips since the last success.
    trips: u32,
    /// Attempts and failures, halved with time.
    attempts: f32,
    failures: f32,
    counted_ms: i64,
}

impl Gate {
    /// Returns whether calls may pass at `now_ms`.
    #[must_use]
    pub const fn passage(&self, now_ms: i64) -> Passage {
        match self.state {
            State::Open => Passage::Open,
            State::Shut { trouble, until_ms } | State::Probing { trouble, until_ms } => {
                if now_ms >= until_ms {
                    Passage::Probe
                } else {
                    Passage::Shut(trouble, until_ms)
                }
            }
        }
    }

    /// Takes the one place of a probe, which is to be heard of within `limit_ms`. Returns whether the call may pass; open
    /// gates let all pass.
    pub const fn enter(&mut self, now_ms: i64, limit_ms: i64) -> bool {
        match (self.state, self.passage(now_ms)) {
            (_, Passage::Open) => true,
            (_, Passage::Shut(..)) | (State::Open, Passage::Probe) => false,
            (State::Shut { trouble, .. } | State::Probing { trouble, .. }, Passage::Probe) => {
                self.state = State::Probing { trouble, until_ms: now_ms.saturating_add(limit_ms) };
                true
            }
        }
    }

    /// Lets a call through that has nowhere else to go. It is a probe, whenever it comes.
    pub const fn enter_anyway(&mut self, now_ms: i64, limit_ms: i64) {
        if let State::Shut { trouble, .. } | State::Probing { trouble, .. } = self.state {
            self.state = State::Probing { trouble, until_ms: now_ms.saturating_add(limit_ms) };
        }
    }

    /// Notes that a probe ended without a verdict, for example because its client left: the next call may probe.
    pub const fn release(&mut self, now_ms: i64) {
        if let State::Probing { trouble, .. } = self.state {
            self.state = State::Shut { trouble, until_ms: now_ms };
        }
    }

    /// Notes a success. Late news of calls that went through before a gate was shut do not open it.
    pub fn succeed(&mut self, now_ms: i64) {
        self.count(now_ms, 0.0);
        if !matches!(self.state, State::Shut { .. }) {
            self.state = State::Open;
            self.in_a_row = 0;
            self.trips = 0;
        }
    }

    /// Notes a setback. `jitter` between 0 and 1 spreads the ends of pauses.
    pub fn fail(&mut self, now_ms: i64, setback: Setback, jitter: f64) {
        let Setback { trouble, pause_ms } = setback;
        self.count(now_ms, 1.0);
        self.in_a_row = self.in_a_row.saturating_add(1);
        let is_probe = matches!(self.state, State::Probing { .. });
        let trips = match trouble {
            Trouble::Failing => is_probe || self.in_a_row >= FAILURES_IN_A_ROW || self.fails_often(),
            Trouble::RateLimited | Trouble::QuotaExhausted | Trouble::Unauthorized | Trouble::ModelMissing => true,
        };
        if !trips {
            return;
        }
        // Calls that went out together fail together: that is one trip.
        if let State::Shut { until_ms, .. } = self.state {
            let asked = pause_ms.map_or(until_ms, |pause| now_ms.saturating_add(pause.clamp(0, ASKED_PAUSE_MAX_MS)));
            self.state = State::Shut { trouble, until_ms: until_ms.max(asked) };
            return;
        }
        let (first, longest) = trouble.pauses_ms();
        let doubled = first.saturating_mul(1 << self.trips.min(DOUBLINGS_MAX)).min(longest);
        let pause = match pause_ms {
            Some(asked) => asked.clamp(0, ASKED_PAUSE_MAX_MS).max(1),
            None => doubled,
        };
        let spread = (pause as f64 * 0.2 * jitter.clamp(0.0, 1.0)) as i64;
        self.trips = self.trips.saturating_add(1);
        self.state = State::Shut { trouble, until_ms: now_ms.saturating_add(pause).saturating_add(spread) };
    }

    /// Opens the gate, whatever happened: the operator says that all is well.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Returns whether nothing is known against it: then a success changes nothing that matters.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.state == State::Open && self.in_a_row == 0 && self.failures < 0.5
    }

    fn count(&mut self, now_ms: i64, failures: f32) {
        let elapsed = now_ms.saturating_sub(self.counted_ms).max(0) as f32;
        let kept = 0.5_f32.powf(elapsed / RATE_HALF_LIFE_MS);
        self.attempts = self.attempts * kept + 1.0;
        self.failures = self.failures * kept + failures;
        self.counted_ms = now_ms;
    }

    fn fails_often(&self) -> bool {
        self.attempts >= RATE_SAMPLES && self.failures >= self.attempts * RATE_LIMIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FAILING: Setback = Setback { trouble: Trouble::Failing, pause_ms: None };

    fn limited(pause_ms: i64) -> Setback {
        Setback { trouble: Trouble::RateLimited, pause_ms: Some(pause_ms) }
    }

    fn tripped() -> Gate {
        let mut gate = Gate::default();
        (0..5).for_each(|_| gate.fail(0, FAILING, 0.0));
        gate
    }

    #[test]
    fn five_failures_in_a_row_shut_it_and_one_probe_opens_it() {
        let mut gate = Gate::default();
        (0..4).for_each(|_| gate.fail(0, FAILING, 0.0));
        assert_eq!(gate.passage(0), Passage::Open);
        gate.fail(0, FAILING, 0.0);
        assert_eq!(gate.passage(999), Passage::Shut(Trouble::Failing, 1_000));
        assert_eq!(gate.passage(1_000), Passage::Probe);
        assert_eq!([gate.enter(1_000, 500), gate.enter(1_000, 500)], [true, false]);
        gate.succeed(1_010);
        assert_eq!(gate.passage(1_010), Passage::Open);
    }

    #[test]
    fn a_failed_probe_doubles_the_pause_up_to_a_bound() {
        let (mut gate, mut now) = (tripped(), 1_000);
        let mut pauses = Vec::new();
        for _ in 0..7 {
            assert!(gate.enter(now, 500));
            gate.fail(now, FAILING, 0.0);
            let Passage::Shut(_, until) = gate.passage(now) else { panic!("open") };
            pauses.push(until - now);
            now = until;
        }
        assert_eq!(pauses, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    }

    #[test]
    fn a_probe_that_is_never_heard_of_gives_way_to_the_next() {
        let mut gate = tripped();
        assert!(gate.enter(1_000, 500));
        assert!(!gate.enter(1_499, 500));
        assert!(gate.enter(1_500, 500));
        gate.release(1_600);
        assert!(gate.enter(1_600, 500));
    }

    #[test]
    fn a_call_without_an_alternative_is_a_probe_whenever_it_comes() {
        let mut gate = tripped();
        gate.enter_anyway(10, 500);
        gate.succeed(20);
        assert_eq!(gate.passage(20), Passage::Open);
        let mut gate = tripped();
        gate.enter_anyway(10, 500);
        gate.fail(20, FAILING, 0.0);
        assert_eq!(gate.passage(20), Passage::Shut(Trouble::Failing, 2_020));
    }

    #[test]
    fn a_limited_upstream_is_left_alone_for_as_long_as_it_asks() {
        let mut gate = Gate::default();
        gate.fail(0, limited(7_000), 0.0);
        assert_eq!(gate.passage(6_999), Passage::Shut(Trouble::RateLimited, 7_000));
        // Others of the same burst say the same.
        gate.fail(10, limited(7_000), 0.0);
        assert_eq!(gate.passage(7_009), Passage::Shut(Trouble::RateLimited, 7_010));
        assert_eq!(gate.passage(7_010), Passage::Probe);
    }

    #[test]
    fn half_of_many_failing_trips_too() {
        let mut gate = Gate::default();
        for attempt in 0..40 {
            if attempt % 2 == 0 { gate.fail(attempt, FAILING, 0.0) } else { gate.succeed(attempt) }
        }
        assert!(matches!(gate.passage(40), Passage::Shut(Trouble::Failing, _)));
    }

    #[test]
    fn rare_failures_among_many_successes_never_trip() {
        let mut gate = Gate::default();
        for attempt in 0..10_000 {
            if attempt % 4 == 0 {
                gate.fail(attempt, FAILING, 0.0);
            } else {
                gate.succeed(attempt);
            }
            assert_eq!(gate.passage(attempt), Passage::Open);
        }
    }

    #[test]
    fn late_successes_of_earlier_calls_do_not_open_it() {
        let mut gate = tripped();
        gate.succeed(10);
        assert!(matches!(gate.passage(10), Passage::Shut(..)));
    }

    proptest! {
        #[test]
        fn whatever_happens_it_lets_a_call_through_within_an_hour_and_a_quarter(
            events in prop::collection::vec((0u8..5, 0i64..100_000, 0i64..10_000_000, 0.0f64..1.0), 0..60)
        ) {
            let (mut gate, mut now) = (Gate::default(), 0i64);
            for (event, pause, asked, jitter) in events {
                now += pause;
                match event {
                    0 => gate.succeed(now),
                    1 => gate.fail(now, FAILING, jitter),
                    2 => gate.fail(now, limited(asked), jitter),
                    3 => gate.fail(now, Setback { trouble: Trouble::QuotaExhausted, pause_ms: None }, jitter),
                    _ => { gate.enter(now, 60_000); }
                }
            }
            prop_assert!(!matches!(gate.passage(now + 4_500_000), Passage::Shut(..)));
        }
    }
}
