//! The numbers of the value score one by one: their names, the settings that hold them, and what they may be.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::ValueFactors;

/// One number of [`ValueFactors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Factor {
    /// See [`ValueFactors::base_weight`].
    BaseWeight,
    /// See [`ValueFactors::value_score`].
    ValueScore,
    /// See [`ValueFactors::usage_window_hours`].
    UsageWindowHours,
    /// See [`ValueFactors::health_window_hours`].
    HealthWindowHours,
    /// See [`ValueFactors::failure_penalty`].
    FailurePenalty,
    /// See [`ValueFactors::health_reward`].
    HealthReward,
    /// See [`ValueFactors::health_min`].
    HealthMin,
    /// See [`ValueFactors::health_max`].
    HealthMax,
    /// See [`ValueFactors::health_min_samples`].
    HealthMinSamples,
}

/// Which numbers a factor may be, ends included.
#[derive(Debug, Clone, PartialEq)]
pub enum FactorRange {
    /// Whole numbers.
    Whole(RangeInclusive<u32>),
    /// Numbers with or without a fraction.
    Decimal(RangeInclusive<f64>),
}

const PARTS: RangeInclusive<f64> = 0.0..=10.0;
const PENALTIES: RangeInclusive<f64> = 0.0..=20.0;
const REWARDS: RangeInclusive<f64> = 0.0..=2.0;
const HOURS: RangeInclusive<u32> = 1..=720;
const SAMPLES: RangeInclusive<u32> = 1..=1_000;

/// A text that is not a number which a factor may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a {kind} from {least} to {most}")]
pub struct BadFactor {
    kind: &'static str,
    least: String,
    most: String,
}

impl Factor {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::BaseWeight,
        Self::ValueScore,
        Self::UsageWindowHours,
        Self::HealthWindowHours,
        Self::FailurePenalty,
        Self::HealthReward,
        Self::HealthMin,
        Self::HealthMax,
        Self::HealthMinSamples,
    ];

    /// Returns the name used in configuration and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BaseWeight => "base_weight",
            Self::ValueScore => "value_score",
            Self::UsageWindowHours => "usage_window_hours",
            Self::HealthWindowHours => "health_window_hours",
            Self::FailurePenalty => "failure_penalty",
            Self::HealthReward => "health_reward",
            Self::HealthMin => "health_min",
            Self::HealthMax => "health_max",
            Self::HealthMinSamples => "health_min_samples",
        }
    }

    /// Returns the name of the setting that holds it, which is that of the old gateways.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::BaseWeight => "RoutingBaseWeightFactor",
            Self::ValueScore => "RoutingValueScoreFactor",
            Self::UsageWindowHours => "RoutingUsageWindowHours",
            Self::HealthWindowHours => "RoutingHealthWindowHours",
            Self::FailurePenalty => "RoutingFailurePenaltyAlpha",
            Self::HealthReward => "RoutingHealthRewardBeta",
            Self::HealthMin => "RoutingHealthMinMultiplier",
            Self::HealthMax => "RoutingHealthMaxMultiplier",
            Self::HealthMinSamples => "RoutingHealthMinSamples",
        }
    }

    /// Returns which numbers it may be.
    #[must_use]
    pub const fn range(self) -> FactorRange {
        match self {
            Self::BaseWeight | Self::ValueScore | Self::HealthMin | Self::HealthMax => FactorRange::Decimal(PARTS),
            Self::FailurePenalty => FactorRange::Decimal(PENALTIES),
            Self::HealthReward => FactorRange::Decimal(REWARDS),
            Self::UsageWindowHours | Self::HealthWindowHours => FactorRange::Whole(HOURS),
            Self::HealthMinSamples => FactorRange::Whole(SAMPLES),
        }
    }

    /// Reads its number from a text.
    ///
    /// # Errors
    /// Says which numbers it may be.
    pub fn read(self, text: &str, factors: &mut ValueFactors) -> Result<(), BadFactor> {
        match self {
            Self::BaseWeight => factors.base_weight = decimal(text, PARTS)?,
            Self::ValueScore => factors.value_score = decimal(text, PARTS)?,
            Self::UsageWindowHours => factors.usage_window_hours = whole(text, HOURS)?,
            Self::HealthWindowHours => factors.health_window_hours = whole(text, HOURS)?,
            Self::FailurePenalty => factors.failure_penalty = decimal(text, PENALTIES)?,
            Self::HealthReward => factors.health_reward = decimal(text, REWARDS)?,
            Self::HealthMin => factors.health_min = decimal(text, PARTS)?,
            Self::HealthMax => factors.health_max = decimal(text, PARTS)?,
            Self::HealthMinSamples => factors.health_min_samples = whole(text, SAMPLES)?,
        }
        Ok(())
    }

    /// Returns its number as a text that [`Self::read`] reads.
    #[must_use]
    pub fn text(self, factors: &ValueFactors) -> String {
        match self {
            Self::BaseWeight => factors.base_weight.to_string(),
            Self::ValueScore => factors.value_score.to_string(),
            Self::UsageWindowHours => factors.usage_window_hours.to_string(),
            Self::HealthWindowHours => factors.health_window_hours.to_string(),
            Self::FailurePenalty => factors.failure_penalty.to_string(),
            Self::HealthReward => factors.health_reward.to_string(),
            Self::HealthMin => factors.health_min.to_string(),
            Self::HealthMax => factors.health_max.to_string(),
            Self::HealthMinSamples => factors.health_min_samples.to_string(),
        }
    }
}

fn whole(text: &str, range: RangeInclusive<u32>) -> Result<u32, BadFactor> {
    in_range(text, range, "whole number")
}

fn decimal(text: &str, range: RangeInclusive<f64>) -> Result<f64, BadFactor> {
    in_range(text, range, "number")
}

fn in_range<T: FromStr + PartialOrd + Display>(
    text: &str,
    range: RangeInclusive<T>,
    kind: &'static str,
) -> Result<T, BadFactor> {
    // What is not a number, such as `NaN`, is in no range.
    let number = text.trim().parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| BadFactor { kind, least: range.start().to_string(), most: range.end().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_number_that_may_be_set() {
        let factors = ValueFactors::default();
        let mut read = ValueFactors { base_weight: 9.0, health_max: 9.0, usage_window_hours: 9, ..factors.clone() };
        for factor in Factor::ALL {
            factor.read(&factor.text(&factors), &mut read).unwrap();
        }
        assert_eq!(read, factors);
    }

    #[test]
    fn the_ends_of_a_range_may_be_set_and_what_lies_beyond_may_not() {
        let mut factors = ValueFactors::default();
        for factor in Factor::ALL {
            let (least, most, beyond) = match factor.range() {
                FactorRange::Whole(range) => (range.start().to_string(), range.end().to_string(), range.end() + 1),
                FactorRange::Decimal(range) => (range.start().to_string(), range.end().to_string(), 21),
            };
            factor.read(&least, &mut factors).unwrap();
            factor.read(&most, &mut factors).unwrap();
            assert!(factor.read(&beyond.to_string(), &mut factors).is_err(), "{factor:?}");
        }
    }

    #[test]
    fn a_number_out_of_range_is_refused_and_changes_nothing() {
        let mut factors = ValueFactors::default();
        for text in ["-0.1", "10.5", "NaN", "inf", "much", ""] {
            let bad = Factor::HealthMax.read(text, &mut factors).unwrap_err();
            assert_eq!(bad.to_string(), "must be a number from 0 to 10", "{text}");
        }
        for text in ["0", "721", "1.5"] {
            let bad = Factor::UsageWindowHours.read(text, &mut factors).unwrap_err();
            assert_eq!(bad.to_string(), "must be a whole number from 1 to 720", "{text}");
        }
        assert_eq!(factors, ValueFactors::default());
    }
}
