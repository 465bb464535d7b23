//! What is kept of a routing decision, so that anybody can see later why a call went where it went.

use serde::{Deserialize, Serialize};

use super::obstacle::Obstacle;
use super::policy::Strategy;
use crate::id::{CredentialId, ProviderId};
use crate::money::Micros;

/// Most candidates that are kept of a decision; those that were tried first stay.
pub const CONSIDERED_MAX: usize = 24;

/// Why a call went where it went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// How candidates of a tier were ordered.
    #[serde(rename = "s")]
    pub strategy: Strategy,
    /// The model that the name stood for, where it was an alias or a rule chose another.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The rule that decided, if one did.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Tokens expected from the prompt cache that the call was sent to, if it was sent there for that.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub warm_tokens: Option<u64>,
    /// How long the call waited because all candidates were at their limits, milliseconds.
    #[serde(rename = "d", default, skip_serializing_if = "is_zero")]
    pub waited_ms: u64,
    /// The candidates: first those that could be used, in the order in which they were to be tried.
    #[serde(rename = "c")]
    pub considered: Vec<Considered>,
    /// How many more there were.
    #[serde(rename = "x", default, skip_serializing_if = "is_zero")]
    pub more: u64,
}

impl Decision {
    /// Notes that candidates that could be used turned out not to be: those of these credentials that nothing else barred.
    pub fn bar(&mut self, credentials: &[CredentialId], obstacle: Obstacle) {
        let is_one = |one: &&mut Considered| one.obstacle.is_none() && credentials.contains(&one.credential_id);
        self.considered.iter_mut().filter(is_one).for_each(|one| one.obstacle = Some(obstacle));
    }
}

/// One candidate as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Its provider.
    #[serde(rename = "p")]
    pub provider_id: ProviderId,
    /// Its credential.
    #[serde(rename = "c")]
    pub credential_id: CredentialId,
    /// The model's name there; `None` where it is the name that was asked for.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Priority.
    #[serde(rename = "t", default, skip_serializing_if = "is_zero_i64")]
    pub priority: i64,
    /// Weight.
    #[serde(rename = "w", default, skip_serializing_if = "is_zero_i64")]
    pub weight: i64,
    /// Share of its tier, parts per million.
    #[serde(rename = "s", default, skip_serializing_if = "is_zero")]
    pub share: u64,
    /// What failures and latency multiplied that by, parts per million.
    #[serde(rename = "h", default = "whole", skip_serializing_if = "is_whole")]
    pub health: u64,
    /// What the call was expected to cost there.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Micros>,
    /// Expected time to the first token, milliseconds.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<u64>,
    /// Calls that were under way there.
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    pub in_flight: u64,
    /// How many more calls its credential may answer in all; `None` where that has no bound.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub calls_left: Option<u64>,
    /// Answers of it that said nothing lately.
    #[serde(rename = "i", default, skip_serializing_if = "is_zero")]
    pub invalid: u64,
    /// Whether the call had to be converted for it.
    #[serde(rename = "v", default, skip_serializing_if = "is_false")]
    pub converts: bool,
    /// Why it could not be used.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<Obstacle>,
}

/// One, in parts per million.
pub const WHOLE: u64 = 1_000_000;

/// Returns `number` in parts per million.
#[must_use]
pub fn per_million(number: f64) -> u64 {
    (number.max(0.0) * WHOLE as f64).round() as u64
}

const fn whole() -> u64 {
    WHOLE
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
const fn is_whole(number: &u64) -> bool {
    *number == WHOLE
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
const fn is_zero_i64(number: &i64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{Subject, Trouble};

    fn considered() -> Considered {
        Considered {
            provider_id: ProviderId(1),
            credential_id: CredentialId(2),
            model: None,
            priority: 0,
            weight: 0,
            share: 0,
            health: WHOLE,
            cost: None,
            first_token_ms: None,
            in_flight: 0,
            calls_left: None,
            invalid: 0,
            converts: false,
            obstacle: None,
        }
    }

    #[test]
    fn a_plain_decision_takes_few_bytes_and_reads_back() {
        let decision = Decision { considered: vec![considered()], ..Decision::default() };
        let text = serde_json::to_string(&decision).unwrap();
        assert_eq!(text, r#"{"s":"value","c":[{"p":1,"c":2}]}"#);
        assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision);
    }

    #[test]
    fn everything_reads_back() {
        let obstacle = Obstacle::Resting { trouble: Trouble::RateLimited, of: Subject::Route, until_ms: 99 };
        let full = Considered {
            model: Some("m".to_owned()),
            priority: -1,
            weight: 5,
            share: 7,
            health: 8,
            cost: Some(Micros(9)),
            first_token_ms: Some(10),
            in_flight: 11,
            calls_left: Some(12),
            invalid: 13,
            converts: true,
            obstacle: Some(obstacle),
            ..considered()
        };
        let decision = Decision {
            strategy: Strategy::Cheapest,
            model: Some("n".to_owned()),
            rule: Some("r".to_owned()),
            warm_tokens: Some(12),
            waited_ms: 13,
            considered: vec![full],
            more: 14,
        };
        let text = serde_json::to_string(&decision).unwrap();
        assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision);
    }
}
