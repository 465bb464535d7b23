//! What came of a provider's upkeep, and what is remembered of its site.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sluice_domain::clock::Timestamp;

use crate::newapi::SiteFault;

/// A step of the upkeep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Reaching the site, and what it says about itself.
    Site,
    /// What is left on the account.
    Balance,
    /// What the site offers: models, groups, their factors.
    Offer,
    /// Keys, with their secrets.
    Keys,
    /// Prices.
    Prices,
    /// Routes, or the lists of models where there is no offer.
    Routes,
}

impl Step {
    /// Returns the word for it in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Balance => "balance",
            Self::Offer => "offer",
            Self::Keys => "keys",
            Self::Prices => "prices",
            Self::Routes => "routes",
        }
    }
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepReport {
    pub(crate) step: Step,
    /// Why it failed; then nothing was changed by it.
    #[serde(default)]
    pub(crate) fault: Option<SiteFault>,
    /// How many things it found.
    #[serde(default)]
    pub(crate) found: usize,
    /// How many of them changed something here.
    #[serde(default)]
    pub(crate) changed: usize,
}

/// What came of a provider's upkeep, step by step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) steps: Vec<StepReport>,
}

impl Report {
    pub(super) fn succeed(&mut self, step: Step, found: usize, changed: usize) {
        self.steps.push(StepReport { step, fault: None, found, changed });
    }

    pub(super) fn fail(&mut self, step: Step, fault: SiteFault) {
        self.steps.push(StepReport { step, fault: Some(fault), found: 0, changed: 0 });
    }

    /// Returns the first failure.
    pub(crate) fn fault(&self) -> Option<(Step, &SiteFault)> {
        self.steps.iter().find_map(|step| step.fault.as_ref().map(|fault| (step.step, fault)))
    }
}

/// Whether a site can be reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Health {
    /// It was never asked.
    #[default]
    Unknown,
    /// It answered when it was last asked.
    Healthy,
    /// It did not.
    Unreachable,
}

impl Health {
    /// Returns the word for it in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Healthy => "healthy",
            Self::Unreachable => "unreachable",
        }
    }
}

/// What is remembered of a provider's site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SiteState {
    pub(crate) health: Health,
    /// When it was last seen whether it can be reached.
    pub(crate) checked_at: Option<Timestamp>,
    pub(crate) succeeded_at: Option<Timestamp>,
    /// When it could last not be reached; nothing once it can.
    pub(crate) failed_at: Option<Timestamp>,
    /// Why the last upkeep failed wholly or in part.
    pub(crate) failure: Option<SiteFault>,
    /// Until then it counts as away.
    pub(crate) cooldown_until: Option<Timestamp>,
    /// The site asked to be left alone until then.
    pub(crate) not_before: Option<Timestamp>,
    /// Units of its quota that are one dollar, as it last said.
    pub(crate) quota_per_dollar: Option<u64>,
    /// Group of the account.
    pub(crate) group: String,
    /// When it was last asked for everything.
    pub(crate) synced_at: Option<Timestamp>,
    /// What came of that.
    pub(crate) last: Report,
}

impl SiteState {
    /// Reads what was remembered; what cannot be read is as good as nothing.
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns until when the site counts as away; `None` where it does not.
    pub(crate) fn away_until(&self) -> Option<Timestamp> {
        (self.health == Health::Unreachable).then(|| self.cooldown_until.unwrap_or(Timestamp(i64::MAX)))
    }

    /// Returns whether the site counts as away at `now`.
    pub(crate) fn is_blocked(&self, now: Timestamp) -> bool {
        self.away_until().is_some_and(|until| now < until)
    }

    /// Returns whether the site asked to be left alone at `now`.
    pub(super) fn is_resting(&self, now: Timestamp) -> bool {
        self.not_before.is_some_and(|until| now < until)
    }

    /// Notes how the site answered: what was seen last counts, and only what tells whether it can be reached.
    pub(super) fn note(&mut self, report: &Report, now: Timestamp, cooldown: Duration) {
        let seen = report.steps.iter().rev().find_map(|step| match &step.fault {
            None => Some(true),
            Some(fault) if fault.is_away() => Some(false),
            Some(_) => None,
        });
        match seen {
            Some(true) => {
                self.health = Health::Healthy;
                self.succeeded_at = Some(now);
                (self.failed_at, self.cooldown_until) = (None, None);
            }
            Some(false) => {
                self.health = Health::Unreachable;
                self.failed_at = Some(now);
                self.cooldown_until = Some(now.plus(cooldown));
            }
            None => {}
        }
        self.checked_at = seen.map(|_| now).or(self.checked_at);
        self.failure = report.fault().map(|(_, fault)| fault.clone());
        self.not_before = report.steps.iter().find_map(|step| match step.fault {
            Some(SiteFault::Limited { retry_after_secs: Some(secs) }) => {
                Some(now.plus(Duration::from_secs(secs.min(LONGEST_REST_SECS))))
            }
            _ => None,
        });
        self.synced_at = Some(now);
        self.last = report.clone();
    }
}

/// Longest time that a site may ask to be left alone.
const LONGEST_REST_SECS: u64 = 3_600;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn report(faults: &[Option<SiteFault>]) -> Report {
        let mut report = Report::default();
        for fault in faults {
            match fault {
                Some(fault) => report.fail(Step::Keys, fault.clone()),
                None => report.succeed(Step::Keys, 1, 1),
            }
        }
        report
    }

    fn noted(faults: &[Option<SiteFault>]) -> (Health, bool) {
        let mut state = SiteState::default();
        state.note(&report(faults), NOW, Duration::from_secs(300));
        assert_eq!(SiteState::read(&state.to_text()), state);
        (state.health, state.is_blocked(NOW.plus(Duration::from_secs(299))))
    }

    #[test]
    fn what_was_seen_last_tells_whether_a_site_can_be_reached() {
        let refused = || Some(SiteFault::Refused { reason: "no".to_owned() });
        assert_eq!(noted(&[Some(SiteFault::TimedOut), None, None]), (Health::Healthy, false));
        assert_eq!(noted(&[None, Some(SiteFault::TimedOut)]), (Health::Unreachable, true));
        assert_eq!(noted(&[None, refused()]), (Health::Healthy, false));
        assert_eq!(noted(&[refused()]), (Health::Unknown, false));
    }

    #[test]
    fn after_its_cooldown_an_unreachable_site_is_not_blocked_any_more() {
        let mut state = SiteState::default();
        state.note(&report(&[Some(SiteFault::Unreachable)]), NOW, Duration::from_secs(300));
        assert!(!state.is_blocked(NOW.plus(Duration::from_secs(300))));
        state.note(&report(&[None]), NOW, Duration::from_secs(300));
        assert_eq!((state.health, state.failed_at, state.failure), (Health::Healthy, None, None));
    }

    #[test]
    fn a_site_is_left_alone_for_as_long_as_it_asks() {
        let mut state = SiteState::default();
        state.note(&report(&[Some(SiteFault::Limited { retry_after_secs: Some(60) })]), NOW, COOL);
        assert!(
            state.is_resting(NOW.plus(Duration::from_secs(59))) && !state.is_resting(NOW.plus(Duration::from_secs(60)))
        );
    }

    const COOL: Duration = Duration::from_secs(300);
}
