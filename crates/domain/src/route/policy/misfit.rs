//! What does not fit in a policy: names that are used twice, aliases that lead back to themselves, parts without effect.
//! Conditions of rules are judged where they are compiled.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Alias, BadFactor, Factor, Policy, Rule, ValueFactors};

/// Longest list of models, aliases or rules.
const MAX_ENTRIES: usize = 1_000;
/// Longest list inside one of them.
const MAX_INNER: usize = 100;
/// Longest name, in characters.
const MAX_CHARS: usize = 255;

/// Something that does not fit, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Path in the policy, such as `aliases[0].targets`.
    pub at: String,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a part of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A name or a list that has to be there.
    #[error("is missing or empty")]
    Missing,
    /// A name of more characters than this.
    #[error("has more than {0} characters")]
    TooLong(usize),
    /// A list of more entries than this.
    #[error("has more than {0} entries")]
    TooMany(usize),
    /// A name that an earlier entry has.
    #[error("`{0}` is used twice")]
    Twice(String),
    /// Aliases of which each stands for the next, and the last for the first.
    #[error("leads back to itself: {0}")]
    Cycle(String),
    /// A provider that does not exist.
    #[error("there is no provider `{0}`")]
    UnknownProvider(String),
    /// An entry that changes nothing.
    #[error("changes nothing")]
    Idle,
    /// Targets of which none can be drawn.
    #[error("gives every target the weight 0")]
    Weightless,
    /// A number that the factor may not have.
    #[error("{0}")]
    Number(BadFactor),
    /// The least that health multiplies by is more than the most.
    #[error("is more than `health_max`")]
    Order,
}

impl Fault {
    /// Returns what to do about it.
    #[must_use]
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::Missing => "fill it in",
            Self::TooLong(_) | Self::TooMany(_) => "shorten it",
            Self::Twice(_) => "give each its own name",
            Self::Cycle(_) => "let one of them stand for a model",
            Self::UnknownProvider(_) => "correct the name, or make the provider first",
            Self::Idle => "say what differs, or remove it",
            Self::Weightless => "give one of them a weight above 0",
            Self::Number(_) => "correct it, or leave it out",
            Self::Order => "lower it, or raise `health_max`",
        }
    }
}

impl Policy {
    /// Returns what does not fit, in the order of the policy. Names of providers are looked up in `providers`; without
    /// them any name may be one.
    #[must_use]
    pub fn misfits(&self, providers: Option<&BTreeSet<String>>) -> Vec<Misfit> {
        let mut judge = Judge { providers, misfits: Vec::new() };
        judge.models(self);
        judge.aliases(&self.aliases);
        judge.list("rules".to_owned(), self.rules.len(), MAX_ENTRIES);
        for (index, rule) in self.rules.iter().enumerate() {
            judge.rule(&format!("rules[{index}]"), rule);
        }
        if let Some(name) = &self.default_provider {
            judge.provider("default_provider".to_owned(), name);
        }
        judge.factors(&self.factors);
        judge.misfits
    }
}

struct Judge<'a> {
    providers: Option<&'a BTreeSet<String>>,
    misfits: Vec<Misfit>,
}

impl Judge<'_> {
    fn note(&mut self, at: String, fault: Fault) {
        self.misfits.push(Misfit { at, fault });
    }

    fn name(&mut self, at: String, name: &str) {
        if name.trim().is_empty() {
            self.note(at, Fault::Missing);
        } else if name.chars().count() > MAX_CHARS {
            self.note(at, Fault::TooLong(MAX_CHARS));
        }
    }

    fn list(&mut self, at: String, entries: usize, limit: usize) {
        if entries > limit {
            self.note(at, Fault::TooMany(limit));
        }
    }

    fn provider(&mut self, at: String, name: &str) {
        match self.providers {
            Some(providers) if !name.trim().is_empty() && !providers.contains(name) => {
                self.note(at, Fault::UnknownProvider(name.to_owned()));
            }
            Some(_) | None => self.name(at, name),
        }
    }

    fn factors(&mut self, factors: &ValueFactors) {
        for factor in Factor::ALL {
            if let Err(bad) = factor.read(&factor.text(factors), &mut ValueFactors::default()) {
                self.note(format!("factors.{}", factor.as_str()), Fault::Number(bad));
            }
        }
        if factors.health_min > factors.health_max {
            self.note("factors.health_min".to_owned(), Fault::Order);
        }
    }

    fn models(&mut self, policy: &Policy) {
        self.list("models".to_owned(), policy.models.len(), MAX_ENTRIES);
        let mut seen = HashSet::new();
        for (index, model) in policy.models.iter().enumerate() {
            let at = format!("models[{index}]");
            self.name(format!("{at}.model"), &model.model);
            if !seen.insert(model.model.to_ascii_lowercase()) {
                self.note(format!("{at}.model"), Fault::Twice(model.model.clone()));
            }
            if model.strategy.is_none() && model.limits.is_none() {
                self.note(at, Fault::Idle);
            }
        }
    }

    fn aliases(&mut self, aliases: &[Alias]) {
        self.list("aliases".to_owned(), aliases.len(), MAX_ENTRIES);
        let mut seen = HashSet::new();
        for (index, alias) in aliases.iter().enumerate() {
            let at = format!("aliases[{index}]");
            self.name(format!("{at}.name"), &alias.name);
            if !seen.insert(alias.name.to_ascii_lowercase()) {
                self.note(format!("{at}.name"), Fault::Twice(alias.name.clone()));
            }
            self.targets(&at, alias);
        }
        if aliases.len() <= MAX_ENTRIES
            && let Some((index, names)) = cycle(aliases)
        {
            self.note(format!("aliases[{index}].targets"), Fault::Cycle(names));
        }
    }

    fn targets(&mut self, at: &str, alias: &Alias) {
        let list = format!("{at}.targets");
        for (index, target) in alias.targets.iter().enumerate() {
            self.name(format!("{list}[{index}].model"), &target.model);
        }
        if alias.targets.is_empty() {
            self.note(list, Fault::Missing);
        } else if alias.targets.iter().all(|target| target.weight == 0) {
            self.note(list, Fault::Weightless);
        } else {
            self.list(list, alias.targets.len(), MAX_INNER);
        }
    }

    fn rule(&mut self, at: &str, rule: &Rule) {
        self.list(format!("{at}.models"), rule.models.len(), MAX_INNER);
        self.list(format!("{at}.providers"), rule.providers.len(), MAX_INNER);
        for (index, model) in rule.models.iter().enumerate() {
            self.name(format!("{at}.models[{index}]"), model);
        }
        for (index, choice) in rule.providers.iter().enumerate() {
            self.provider(format!("{at}.providers[{index}].provider"), &choice.provider);
            if let Some(model) = &choice.model {
                self.name(format!("{at}.providers[{index}].model"), model);
            }
        }
        if let Some(model) = &rule.model {
            self.name(format!("{at}.model"), model);
        }
        if rule.name.chars().count() > MAX_CHARS {
            self.note(format!("{at}.name"), Fault::TooLong(MAX_CHARS));
        }
        if rule.providers.is_empty() && rule.model.is_none() && rule.strategy.is_none() {
            self.note(at.to_owned(), Fault::Idle);
        }
    }
}

/// Returns the first alias of one that leads back to itself, and the names on the way.
fn cycle(aliases: &[Alias]) -> Option<(usize, String)> {
    let folded = |name: &str| name.trim().to_ascii_lowercase();
    let targets = |alias: &Alias| alias.targets.iter().map(|target| folded(&target.model)).collect::<Vec<_>>();
    let named = aliases.iter().filter(|alias| !alias.name.trim().is_empty());
    let mut open: HashMap<String, Vec<String>> = named.map(|alias| (folded(&alias.name), targets(alias))).collect();
    // Whatever stands for models alone cannot be in a cycle, nor can what stands for that.
    loop {
        let is_end = |targets: &Vec<String>| !targets.iter().any(|name| open.contains_key(name));
        let ends: HashSet<String> =
            open.iter().filter(|(_, targets)| is_end(targets)).map(|(name, _)| name.clone()).collect();
        if ends.is_empty() {
            break;
        }
        open.retain(|name, _| !ends.contains(name));
    }
    let start = aliases.iter().map(|alias| folded(&alias.name)).find(|name| open.contains_key(name));
    let mut way = vec![start?];
    loop {
        let next = way.last().and_then(|name| open.get(name))?.iter().find(|name| open.contains_key(*name))?.clone();
        let known = way.iter().position(|name| *name == next);
        way.push(next);
        if let Some(known) = known {
            let around = way.split_off(known);
            let is_in = |alias: &Alias| around.contains(&folded(&alias.name));
            return Some((aliases.iter().position(is_in)?, around.join(" → ")));
        }
    }
}

#[cfg(test)]
mod tests;
