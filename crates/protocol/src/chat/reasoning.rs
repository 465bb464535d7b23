//! How much a model should think: the one table between words and tokens.

use super::bridge::Trait;
use super::text::{Number, Text};

/// How hard a model should think, in the words that OpenAI, Anthropic and Google share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effort {
    /// Not at all.
    None,
    /// Hardly.
    Minimal,
    /// A little.
    Low,
    /// As usual.
    Medium,
    /// Hard.
    High,
    /// Harder.
    Xhigh,
    /// As hard as it can.
    Max,
}

/// Effort, its word, and the budget that stands for it where a vendor takes tokens. Low, medium and high are the ones
/// that Google documents for its OpenAI-compatible endpoint; the others continue the row.
const TABLE: [(Effort, &str, u64); 7] = [
    (Effort::None, "none", 0),
    (Effort::Minimal, "minimal", 512),
    (Effort::Low, "low", 1_024),
    (Effort::Medium, "medium", 8_192),
    (Effort::High, "high", 24_576),
    (Effort::Xhigh, "xhigh", 32_768),
    (Effort::Max, "max", 65_536),
];

/// Least budget of models that always think, tokens.
const LEAST_BUDGET: u64 = 128;

impl Effort {
    /// Reads the word; upper case is Google's.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        TABLE.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(word)).map(|(effort, _, _)| *effort)
    }

    /// Returns the word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// Returns the budget that stands for the effort, tokens.
    #[must_use]
    pub fn budget(self) -> u64 {
        self.row().2
    }

    /// Returns the effort that stands for a budget. Never more than high: not every model knows the words above it, and
    /// a caller who wants them says so.
    #[must_use]
    pub fn of_budget(tokens: u64) -> Self {
        match tokens {
            0 => Self::None,
            1..1_024 => Self::Minimal,
            1_024..=4_096 => Self::Low,
            4_097..=16_384 => Self::Medium,
            _ => Self::High,
        }
    }

    /// Returns the nearest effort that a model with these traits knows.
    #[must_use]
    pub fn nearest(self, traits: &[Trait]) -> Self {
        let least = if traits.contains(&Trait::LowIsLeastEffort) { Self::Low } else { Self::Minimal };
        let most = match () {
            () if traits.contains(&Trait::HighIsMostEffort) => Self::High,
            () if traits.contains(&Trait::XhighIsMostEffort) => Self::Xhigh,
            () => Self::Max,
        };
        if self == Self::None && !traits.contains(&Trait::AlwaysThinks) { self } else { self.clamp(least, most) }
    }

    /// Returns the nearest budget that a model of Google's with these traits takes, tokens.
    #[must_use]
    pub fn nearest_budget(tokens: u64, traits: &[Trait]) -> u64 {
        let least = match () {
            () if traits.contains(&Trait::AlwaysThinks) => LEAST_BUDGET,
            () if traits.contains(&Trait::NoSmallBudgets) && tokens > 0 => Self::Minimal.budget(),
            () => 0,
        };
        let most = match () {
            () if traits.contains(&Trait::HighIsMostEffort) => Self::High.budget(),
            () if traits.contains(&Trait::XhighIsMostEffort) => Self::Xhigh.budget(),
            () => u64::MAX,
        };
        tokens.clamp(least, most)
    }

    fn row(self) -> (Self, &'static str, u64) {
        TABLE.into_iter().find(|(effort, _, _)| *effort == self).unwrap_or((self, "medium", 8_192))
    }
}

/// How the amount of thinking was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Amount {
    /// Not at all: the model's default.
    #[default]
    Default,
    /// No thinking.
    Off,
    /// The model decides.
    Adaptive,
    /// At most so many tokens.
    Budget(u64),
}

/// Whether the caller wants to see thoughts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Yes, at least a summary.
    Summary,
    /// No.
    Nothing,
}

/// How much the model should think, and what the caller sees of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasoning<'a> {
    /// How the amount was given.
    pub amount: Amount,
    /// Wanted effort.
    pub effort: Option<Effort>,
    /// Whether thoughts are shown.
    pub show: Option<Show>,
    /// How long summaries are, in OpenAI's words.
    pub summary: Option<Text<'a>>,
}

impl Reasoning<'_> {
    /// Returns whether the caller asked for thinking.
    #[must_use]
    pub fn is_on(&self) -> bool {
        match self.amount {
            Amount::Off => false,
            Amount::Default => self.effort.is_some_and(|effort| effort != Effort::None),
            Amount::Adaptive | Amount::Budget(_) => true,
        }
    }

    /// Returns the effort for vendors that take a word; `None` leaves it to the model.
    #[must_use]
    pub fn to_effort(&self) -> Option<Effort> {
        match (self.amount, self.effort) {
            (Amount::Off, _) => Some(Effort::None),
            (_, Some(effort)) => Some(effort),
            (Amount::Budget(tokens), None) => Some(Effort::of_budget(tokens)),
            (Amount::Default | Amount::Adaptive, None) => None,
        }
    }

    /// Returns the budget for vendors that take tokens; `None` leaves it to the model.
    #[must_use]
    pub fn to_budget(&self) -> Option<u64> {
        match (self.amount, self.effort) {
            (Amount::Off, _) => Some(0),
            (Amount::Budget(tokens), _) => Some(tokens),
            (_, Some(effort)) => Some(effort.budget()),
            (Amount::Default | Amount::Adaptive, None) => None,
        }
    }
}

/// Reads a budget; Google's -1 lets the model decide.
#[must_use]
pub(super) fn amount_of(budget: &Number<'_>) -> Amount {
    match budget.as_u64() {
        Some(0) => Amount::Off,
        Some(tokens) => Amount::Budget(tokens),
        None => Amount::Adaptive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_from_the_table_gives_back_its_effort_up_to_high() {
        for (effort, word, budget) in TABLE {
            assert_eq!(Effort::from_word(word), Some(effort));
            assert_eq!(Effort::of_budget(budget), effort.min(Effort::High));
        }
    }
}
