//! What the operator says about routing beside routes: strategies, aliases, rules and the numbers they work with.

mod factor;
mod misfit;

use serde::{Deserialize, Serialize};

use crate::limit::Limits;

pub use factor::{BadFactor, Factor, FactorRange};
pub use misfit::{Fault, Misfit};

/// How candidates of the same priority are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// A shuffle weighted by price, balance, recent use and health: cheap and sound accounts get most calls.
    #[default]
    Value,
    /// The one at which this call is expected to cost least.
    Cheapest,
    /// The one that is expected to answer first.
    Fastest,
    /// The one with the fewest calls under way.
    LeastBusy,
    /// A shuffle by the operator's weights alone.
    Weighted,
    /// The one with most quota left, then the cheaper, then the faster.
    QuotaFirst,
    /// One after the other.
    RoundRobin,
    /// By the call's id: whoever knows the id can tell which one it was.
    ByCall,
    /// As they are listed.
    Listed,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Value,
        Self::Cheapest,
        Self::Fastest,
        Self::LeastBusy,
        Self::Weighted,
        Self::QuotaFirst,
        Self::RoundRobin,
        Self::ByCall,
        Self::Listed,
    ];

    /// Returns the name used in configuration and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Cheapest => "cheapest",
            Self::Fastest => "fastest",
            Self::LeastBusy => "least_busy",
            Self::Weighted => "weighted",
            Self::QuotaFirst => "quota_first",
            Self::RoundRobin => "round_robin",
            Self::ByCall => "by_call",
            Self::Listed => "listed",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.as_str() == name)
    }
}

/// How the credentials of one provider take turns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// As the strategy orders them.
    #[default]
    Strategy,
    /// By weight, at random.
    Weighted,
    /// The one with the fewest calls under way, then the fewest in all.
    LeastUsed,
    /// The same key of a caller stays on the same credential.
    Sticky,
    /// One after the other.
    RoundRobin,
}

impl Rotation {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Strategy, Self::Weighted, Self::LeastUsed, Self::Sticky, Self::RoundRobin];

    /// Returns the name used in configuration, the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strategy => "strategy",
            Self::Weighted => "weighted",
            Self::LeastUsed => "least_used",
            Self::Sticky => "sticky",
            Self::RoundRobin => "round_robin",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rotation| rotation.as_str() == name)
    }
}

/// What a key is bound to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Names of the only providers that its calls go to; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<String>,
    /// Model of calls that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_model: Option<String>,
    /// How its candidates are ordered; `None` as the model or the general setting says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
}

impl Scope {
    /// Returns whether calls may go to the provider of this name.
    #[must_use]
    pub fn allows(&self, provider: &str) -> bool {
        self.providers.is_empty() || self.providers.iter().any(|name| name.eq_ignore_ascii_case(provider))
    }
}

/// All that is said about routing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// How candidates are ordered where neither key nor model says.
    pub strategy: Strategy,
    /// What differs for some models; the first pattern that matches counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelPolicy>,
    /// Public names that stand for others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// Tried in order; the first whose condition holds decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Name of the provider that gets calls for models that nobody else serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_provider: Option<String>,
    /// Whether an empty or meaningless answer counts as a failure.
    pub validity: Validity,
    /// Numbers of the value score.
    pub factors: ValueFactors,
}

/// What differs for the models of a pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPolicy {
    /// Name, or a pattern with `*`.
    pub model: String,
    /// How its candidates are ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// What all callers together may ask of it.
    #[serde(default, skip_serializing_if = "Limits::is_none")]
    pub limits: Limits,
}

/// A public name that stands for others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// The name callers use.
    pub name: String,
    /// What it stands for. With several, one is drawn by weight and the others follow if it fails.
    pub targets: Vec<AliasTarget>,
}

/// A model that an alias stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliasTarget {
    /// A model's name, also `provider/model`.
    pub model: String,
    /// Share among the targets.
    #[serde(default = "one")]
    pub weight: u32,
}

const fn one() -> u32 {
    1
}

/// An expression that overrides the choice for the calls that it holds for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name shown where a call is explained; empty takes its number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Models it is about, names or patterns; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Condition in the expr language.
    pub when: String,
    /// The only candidates then, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<Choice>,
    /// The model that counts as asked for then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How candidates are ordered then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
}

/// A provider that a rule chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its name.
    pub provider: String,
    /// Name to send; `None` sends what its routes say, else what was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// What is done about answers that say nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// Nothing is checked.
    Off,
    /// They are delivered and noted in the record.
    Observe,
    /// They count as a failed attempt, and the next candidate is tried.
    #[default]
    Enforce,
}

impl Validity {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Off, Self::Observe, Self::Enforce];

    /// Returns the name used in configuration and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Observe => "observe",
            Self::Enforce => "enforce",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|validity| validity.as_str() == name)
    }
}

/// Numbers of the value score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValueFactors {
    /// Part of a contribution that does not depend on the value score.
    pub base_weight: f64,
    /// Part that does.
    pub value_score: f64,
    /// How far back spending counts, hours.
    pub usage_window_hours: u32,
    /// Whether failures and latency count.
    pub health: bool,
    /// How far back they count, hours.
    pub health_window_hours: u32,
    /// How hard failures are punished.
    pub failure_penalty: f64,
    /// How much success is rewarded.
    pub health_reward: f64,
    /// Least that health multiplies by.
    pub health_min: f64,
    /// Most that health multiplies by.
    pub health_max: f64,
    /// Attempts below which health is not judged.
    pub health_min_samples: u32,
}

impl Default for ValueFactors {
    fn default() -> Self {
        Self {
            base_weight: 0.2,
            value_score: 0.8,
            usage_window_hours: 24,
            health: true,
            health_window_hours: 6,
            failure_penalty: 4.0,
            health_reward: 0.08,
            health_min: 0.05,
            health_max: 1.12,
            health_min_samples: 5,
        }
    }
}
