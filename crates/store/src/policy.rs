//! The routing policy as settings: one named text for each part, so that scripts which write single settings work.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sluice_domain::route::policy::{Factor, Policy, Strategy, Validity};

use crate::StoreError;
use crate::json::to_text;

/// A setting that is one part of the [`Policy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicySetting {
    /// Name of a strategy.
    Strategy,
    /// JSON list of what differs for some models.
    Models,
    /// JSON list of aliases.
    Aliases,
    /// JSON list of rules.
    Rules,
    /// Name of a provider; empty for none.
    DefaultProvider,
    /// `off`, `observe` or `enforce`.
    Validity,
    /// `true` or `false`: whether failures and latency count.
    Health,
    /// A number of the value score.
    Factor(Factor),
}

impl PolicySetting {
    /// Those that are not numbers.
    const OTHERS: [Self; 7] =
        [Self::Strategy, Self::Models, Self::Aliases, Self::Rules, Self::DefaultProvider, Self::Validity, Self::Health];

    /// Returns all of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::OTHERS.into_iter().chain(Factor::ALL.into_iter().map(Self::Factor))
    }

    /// Returns the setting's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strategy => "RoutingStrategy",
            Self::Models => "RoutingModels",
            Self::Aliases => "RoutingAliases",
            Self::Rules => "RoutingRules",
            Self::DefaultProvider => "RoutingDefaultProvider",
            Self::Validity => "RelayResponseValidityGuardMode",
            Self::Health => "RoutingHealthAdjustmentEnabled",
            Self::Factor(factor) => factor.setting(),
        }
    }

    /// Puts the part that `text` holds into `policy`; an empty text leaves it as it is.
    ///
    /// # Errors
    /// Says what is wrong with the text; the policy is as before then.
    pub fn read(self, text: &str, policy: &mut Policy) -> Result<(), String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        match self {
            Self::Strategy => policy.strategy = choice(text, Strategy::ALL.map(|one| (one.as_str(), one)))?,
            Self::Models => policy.models = json(text)?,
            Self::Aliases => policy.aliases = json(text)?,
            Self::Rules => policy.rules = json(text)?,
            Self::DefaultProvider => policy.default_provider = Some(text.to_owned()),
            Self::Validity => policy.validity = choice(text, Validity::ALL.map(|one| (one.as_str(), one)))?,
            Self::Health => policy.factors.health = choice(text, [("true", true), ("false", false)])?,
            Self::Factor(factor) => factor.read(text, &mut policy.factors).map_err(|bad| bad.to_string())?,
        }
        Ok(())
    }

    /// Returns the text of this part of `policy`, which [`Self::read`] reads.
    ///
    /// # Errors
    /// `Invalid` when a list makes no JSON.
    pub fn text(self, policy: &Policy) -> Result<String, StoreError> {
        Ok(match self {
            Self::Strategy => policy.strategy.as_str().to_owned(),
            Self::Models => list(self.name(), &policy.models)?,
            Self::Aliases => list(self.name(), &policy.aliases)?,
            Self::Rules => list(self.name(), &policy.rules)?,
            Self::DefaultProvider => policy.default_provider.clone().unwrap_or_default(),
            Self::Validity => policy.validity.as_str().to_owned(),
            Self::Health => policy.factors.health.to_string(),
            Self::Factor(factor) => factor.text(&policy.factors),
        })
    }
}

/// Reads the policy from all settings. A part that cannot be read is the default, and the second value says why.
pub(crate) fn read_policy(settings: &BTreeMap<String, String>) -> (Policy, Vec<String>) {
    let mut policy = Policy::default();
    let mut problems = Vec::new();
    for setting in PolicySetting::all() {
        let Some(text) = settings.get(setting.name()) else { continue };
        if let Err(problem) = setting.read(text, &mut policy) {
            problems.push(format!("setting `{}` {problem}; its default is in force", setting.name()));
        }
    }
    (policy, problems)
}

fn json<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, String> {
    serde_json::from_str(text).map_err(|error| format!("must be a JSON list: {error}"))
}

fn list<T: Serialize>(field: &'static str, items: &Vec<T>) -> Result<String, StoreError> {
    if items.is_empty() { Ok(String::new()) } else { to_text(field, items) }
}

fn choice<T: Copy, const N: usize>(text: &str, choices: [(&'static str, T); N]) -> Result<T, String> {
    let found = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
    found.ok_or_else(|| format!("must be one of {}", choices.map(|(name, _)| format!("`{name}`")).join(", ")))
}
