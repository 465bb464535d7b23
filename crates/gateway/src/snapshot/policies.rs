//! What the operator says about routing beside routes, ready to use.

use std::collections::HashMap;

use rand::{Rng, RngExt};
use sluice_domain::access::wildcard_matches;
use sluice_domain::id::ProviderId;
use sluice_domain::limit::Limits;
use sluice_domain::route::name::lower;
use sluice_domain::route::policy::{Alias, AliasTarget, Choice, ModelPolicy, Policy, Strategy, Validity, ValueFactors};

use crate::snapshot::rules::{Question, Ruled, first_that_holds};
use crate::standing::health::Windows;
use crate::tokens::prepare;

/// Longest chain of aliases that stand for aliases.
const ALIAS_DEPTH_MAX: usize = 4;

/// What the operator says about routing.
#[derive(Default)]
pub(crate) struct Policies {
    strategy: Strategy,
    models: Vec<ModelPolicy>,
    /// By name in lower case.
    aliases: HashMap<String, Alias>,
    /// In the order in which they are asked.
    rules: Vec<Ruled>,
    asks_budget: bool,
    default_provider: Option<ProviderId>,
    pub(crate) validity: Validity,
    pub(crate) factors: ValueFactors,
}

impl Policies {
    /// Compiles what is said; `providers` are those in use, by name in lower case.
    pub(super) fn compile(
        policy: &Policy,
        providers: &HashMap<String, ProviderId>,
        problems: &mut Vec<String>,
    ) -> Self {
        let default_provider = policy.default_provider.as_ref().and_then(|name| {
            let found = providers.get(&name.to_lowercase()).copied();
            if found.is_none() {
                problems.push(format!("the default provider `{name}` does not exist, or is not in use"));
            }
            found
        });
        let rules = compile_rules(policy, providers, problems);
        let aliases = policy.aliases.iter().map(|alias| (lower(&alias.name).into_owned(), alias.clone()));
        Self {
            strategy: policy.strategy,
            models: policy.models.clone(),
            aliases: aliases.collect(),
            asks_budget: rules.iter().any(Ruled::asks_budget),
            rules,
            default_provider,
            validity: policy.validity,
            factors: policy.factors.clone(),
        }
    }

    /// Returns what `model` stands for, if it is an alias.
    pub(crate) fn alias(&self, model: &str) -> Option<&Alias> {
        if self.aliases.is_empty() { None } else { self.aliases.get(lower(model).as_ref()) }
    }

    pub(super) fn alias_names(&self) -> impl Iterator<Item = &str> {
        self.aliases.values().map(|alias| alias.name.as_str())
    }

    /// Returns the models that a name stands for, the one to try first drawn by weight; the name itself if it is no alias.
    pub(crate) fn stands_for<'s, R: Rng>(&'s self, asked: &'s str, random: &mut R) -> Vec<&'s str> {
        let mut models = vec![asked];
        for _ in 0..ALIAS_DEPTH_MAX {
            let Some(place) = models.iter().position(|model| self.alias(model).is_some()) else { break };
            let Some(alias) = models.get(place).and_then(|model| self.alias(model)) else { break };
            let drawn = drawn(&alias.targets, random);
            models.splice(place..=place, drawn);
        }
        models
    }

    /// Returns whether a rule asks what the caller can still spend.
    pub(crate) const fn asks_budget(&self) -> bool {
        self.asks_budget
    }

    /// Returns the rule that decides about a call, if one does.
    pub(crate) fn ruling(&self, question: &Question<'_>) -> Option<&Ruled> {
        if self.rules.is_empty() { None } else { first_that_holds(&self.rules, question) }
    }

    /// Returns how candidates for `model` are ordered, if the key does not say.
    pub(crate) fn strategy(&self, model: &str) -> Strategy {
        self.of_model(model).and_then(|policy| policy.strategy).unwrap_or(self.strategy)
    }

    /// Returns whether any model is limited.
    pub(crate) fn has_limits(&self) -> bool {
        self.models.iter().any(|policy| !policy.limits.is_none())
    }

    /// Returns what all callers together may ask of `model`.
    pub(crate) fn limits(&self, model: &str) -> Limits {
        self.of_model(model).map_or(Limits::NONE, |policy| policy.limits)
    }

    fn of_model(&self, model: &str) -> Option<&ModelPolicy> {
        self.models.iter().find(|policy| wildcard_matches(&policy.model, model))
    }

    pub(super) const fn default_provider(&self) -> Option<ProviderId> {
        self.default_provider
    }

    /// Returns how far back things count.
    pub(crate) const fn windows(&self) -> Windows {
        Windows { health: self.factors.health_window_hours, usage: self.factors.usage_window_hours }
    }
}

/// Compiles the rules. Those that cannot be used are reported and left out.
fn compile_rules(policy: &Policy, providers: &HashMap<String, ProviderId>, problems: &mut Vec<String>) -> Vec<Ruled> {
    let mut rules = Vec::with_capacity(policy.rules.len());
    for (number, rule) in (1..).zip(&policy.rules) {
        match Ruled::compile(rule, number) {
            Ok(compiled) => {
                let is_missing = |choice: &&Choice| !providers.contains_key(&choice.provider.to_lowercase());
                for choice in rule.providers.iter().filter(is_missing) {
                    let (name, provider) = (&compiled.name, &choice.provider);
                    problems.push(format!("`{name}` names the provider `{provider}`, which is not in use"));
                }
                rules.push(compiled);
            }
            Err(error) => problems.push(format!("routing rule {number} `{}` cannot be used: {error}", rule.name)),
        }
    }
    if rules.iter().any(Ruled::counts_tokens) {
        prepare();
    }
    rules
}

/// Returns the targets' names, drawn by weight one after the other.
fn drawn<'s, R: Rng>(targets: &'s [AliasTarget], random: &mut R) -> Vec<&'s str> {
    let mut left: Vec<&AliasTarget> = targets.iter().collect();
    let mut drawn = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let total: u64 = left.iter().map(|target| u64::from(target.weight)).sum();
        let mut ticket = if total == 0 { 0 } else { random.random_range(0..total) };
        let wins = |target: &&AliasTarget| {
            let weight = u64::from(target.weight);
            let is_hit = ticket < weight;
            ticket = ticket.saturating_sub(weight);
            is_hit
        };
        let place = left.iter().position(wins).unwrap_or(0);
        drawn.push(left.remove(place).model.as_str());
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn alias(name: &str, targets: &[(&str, u32)]) -> Alias {
        let target = |&(model, weight): &(&str, u32)| AliasTarget { model: model.to_owned(), weight };
        Alias { name: name.to_owned(), targets: targets.iter().map(target).collect() }
    }

    fn compiled(policy: &Policy) -> Policies {
        Policies::compile(policy, &HashMap::new(), &mut Vec::new())
    }

    #[test]
    fn aliases_are_drawn_by_weight_and_the_others_follow() {
        let aliases = vec![alias("Smart", &[("a", 3), ("b", 1)]), alias("loop", &[("loop", 1)])];
        let policies = compiled(&Policy { aliases, ..Policy::default() });
        let mut random = StdRng::seed_from_u64(5);
        let first = (0..4_000).filter(|_| policies.stands_for("smart", &mut random) == ["a", "b"]).count();
        assert!((2_850..3_150).contains(&first), "{first}");
        assert_eq!(policies.stands_for("loop", &mut random), ["loop"]);
        assert_eq!(policies.stands_for("gpt-4o", &mut random), ["gpt-4o"]);
    }

    #[test]
    fn aliases_may_stand_for_aliases() {
        let aliases = vec![alias("best", &[("smart", 1), ("c", 0)]), alias("smart", &[("a", 1), ("b", 0)])];
        let policies = compiled(&Policy { aliases, ..Policy::default() });
        assert_eq!(policies.stands_for("best", &mut StdRng::seed_from_u64(5)), ["a", "b", "c"]);
    }

    #[test]
    fn the_first_pattern_that_matches_says_how_a_model_is_routed() {
        let model = |model: &str, strategy| ModelPolicy {
            model: model.to_owned(),
            strategy: Some(strategy),
            limits: Limits::NONE,
        };
        let models = vec![model("gpt-4o", Strategy::Cheapest), model("gpt-*", Strategy::Fastest)];
        let policies = compiled(&Policy { strategy: Strategy::Weighted, models, ..Policy::default() });
        assert_eq!(policies.strategy("GPT-4o"), Strategy::Cheapest);
        assert_eq!(policies.strategy("gpt-5"), Strategy::Fastest);
        assert_eq!(policies.strategy("o3"), Strategy::Weighted);
    }

    #[test]
    fn a_default_provider_that_does_not_exist_is_reported() {
        let policy = Policy { default_provider: Some("gone".to_owned()), ..Policy::default() };
        let mut problems = Vec::new();
        Policies::compile(&policy, &HashMap::new(), &mut problems);
        assert_eq!(problems, ["the default provider `gone` does not exist, or is not in use"]);
    }
}
