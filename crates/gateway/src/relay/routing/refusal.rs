//! What a caller is told when none of a model's candidates can be used.

use std::collections::BTreeMap;

use sluice_domain::route::{Decision, Obstacle, Trouble, Withheld};

use crate::relay::clipped;
use crate::relay::fault::{Fault, Kind};

/// Returns why no candidate can be used. Callers learn how many there are and what ails them; their names are the
/// operator's business and stand in the call's record.
pub(in crate::relay) fn none_usable(model: &str, decision: &Decision, now_ms: i64) -> Fault {
    let obstacles: Vec<&Obstacle> = decision.considered.iter().filter_map(|one| one.obstacle.as_ref()).collect();
    let model = clipped(model);
    if obstacles.iter().all(|obstacle| matches!(obstacle, Obstacle::OutOfScope)) {
        let message = format!("none of the providers that this key is bound to serves `{model}`; ask its owner");
        return Fault::new(Kind::ModelNotFound, message);
    }
    if obstacles.iter().all(|obstacle| matches!(obstacle, Obstacle::Unpriced)) {
        return unpriced(&model);
    }
    let soonest = obstacles.iter().filter_map(|obstacle| obstacle.until_ms()).min();
    let retry_after = soonest.map(|until| u32::try_from((until - now_ms).max(0) / 1_000 + 1).unwrap_or(u32::MAX));
    let reasons = reasons(&obstacles);
    let kind = if obstacles.iter().any(|obstacle| obstacle.is_limit()) {
        Kind::UpstreamLimited
    } else if obstacles.iter().any(|obstacle| obstacle.is_passing()) {
        Kind::NoneHealthy
    } else {
        Kind::UpstreamQuota
    };
    let message = format!("no provider of `{model}` can be used right now: {reasons}");
    match retry_after {
        Some(secs) => Fault::later(kind, format!("{message}; try again in {secs} s"), secs),
        None => Fault::new(kind, message),
    }
}

/// Returns what a billed caller is told where nobody says what the model costs.
pub(in crate::relay) fn unpriced(model: &str) -> Fault {
    let message =
        format!("`{model}` has no price here, so it cannot be billed; ask the operator to add one under prices");
    Fault::new(Kind::ModelUnpriced, message)
}

/// Counts the obstacles: `2 rest because they fail, 1 is at its limit`.
fn reasons(obstacles: &[&Obstacle]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for obstacle in obstacles {
        *counts.entry(words(obstacle)).or_default() += 1;
    }
    let each = counts.into_iter().map(|(words, count)| format!("{count} {words}"));
    each.collect::<Vec<_>>().join(", ")
}

const fn words(obstacle: &Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Disabled => "switched off",
        Obstacle::Incapable => "without this operation",
        Obstacle::NotConvertible => "unable to carry the request",
        Obstacle::OutOfScope => "not allowed for this key",
        Obstacle::PinnedElsewhere | Obstacle::NotChosen => "not chosen",
        Obstacle::Unpriced => "without a price",
        Obstacle::BalanceEmpty => "without balance",
        Obstacle::CallsUsedUp => "with a key that has no calls left",
        Obstacle::BalanceStale => "with a balance that was not heard of for days",
        Obstacle::KeyWithheld { reason: Withheld::Disabled } => "with a key that its site disabled",
        Obstacle::KeyWithheld { reason: Withheld::Expired } => "with an expired key",
        Obstacle::KeyWithheld { reason: Withheld::Exhausted } => "with a key that is used up",
        Obstacle::KeyWithheld { reason: Withheld::Hidden } => "with a key that its site hides",
        Obstacle::KeyWithheld { reason: Withheld::GroupClosed } => "with a key whose group is closed",
        Obstacle::SiteAway { .. } => "at a site that cannot be reached",
        Obstacle::Resting { trouble: Trouble::Failing, .. } => "failing",
        Obstacle::Resting { trouble: Trouble::RateLimited, .. } => "rate limited",
        Obstacle::Resting { trouble: Trouble::QuotaExhausted, .. } => "out of quota",
        Obstacle::Resting { trouble: Trouble::Unauthorized, .. } => "refusing our credential",
        Obstacle::Resting { trouble: Trouble::ModelMissing, .. } => "without this model",
        Obstacle::Busy => "busy",
        Obstacle::LimitReached { .. } => "at its limit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_domain::id::{CredentialId, ProviderId};
    use sluice_domain::route::{Considered, Subject};

    fn decision(obstacles: &[Obstacle]) -> Decision {
        let considered = |&obstacle: &Obstacle| Considered {
            provider_id: ProviderId(1),
            credential_id: CredentialId(1),
            model: None,
            priority: 0,
            weight: 0,
            share: 0,
            health: 0,
            cost: None,
            first_token_ms: None,
            in_flight: 0,
            calls_left: None,
            invalid: 0,
            converts: false,
            obstacle: Some(obstacle),
        };
        Decision { considered: obstacles.iter().map(considered).collect(), ..Decision::default() }
    }

    fn resting(trouble: Trouble, until_ms: i64) -> Obstacle {
        Obstacle::Resting { trouble, of: Subject::Route, until_ms }
    }

    #[test]
    fn every_reason_is_named_and_the_soonest_end_told() {
        let fault = none_usable(
            "gpt-4o",
            &decision(&[
                resting(Trouble::Failing, 9_000),
                resting(Trouble::RateLimited, 3_500),
                resting(Trouble::Failing, 4_000),
            ]),
            1_000,
        );
        assert_eq!(
            fault.message,
            "no provider of `gpt-4o` can be used right now: 2 failing, 1 rate limited; try again in 3 s"
        );
        assert_eq!((fault.kind, fault.retry_after_secs), (Kind::UpstreamLimited, Some(3)));
    }

    #[test]
    fn what_does_not_pass_is_not_to_be_waited_for() {
        let fault = none_usable("m", &decision(&[Obstacle::BalanceEmpty]), 0);
        assert_eq!((fault.kind, fault.retry_after_secs), (Kind::UpstreamQuota, None));
        let fault = none_usable("m", &decision(&[Obstacle::OutOfScope]), 0);
        assert_eq!(fault.kind, Kind::ModelNotFound);
        let fault = none_usable("m", &decision(&[Obstacle::Unpriced]), 0);
        assert_eq!(fault.kind, Kind::ModelUnpriced);
        let fault = none_usable("m", &decision(&[resting(Trouble::Failing, 500)]), 0);
        assert_eq!((fault.kind, fault.retry_after_secs), (Kind::NoneHealthy, Some(1)));
    }
}
