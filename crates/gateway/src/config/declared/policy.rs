//! What the file says about routing, and how that goes together with what the database says.

use sluice_domain::route::policy::{
    Alias, AliasTarget, Choice, Factor, ModelPolicy, Policy, Rule, Strategy, Validity, ValueFactors,
};

use super::limits;
use crate::config::problem::Problem;
use crate::config::reader::{Complaint, Field, Reader};

const MAX_WEIGHT: u64 = 1_000_000;

/// The routing policy of the file. What it leaves open is for the settings in the database to say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeclaredPolicy {
    /// See [`Policy::strategy`].
    pub strategy: Option<Strategy>,
    /// See [`Policy::models`].
    pub models: Vec<ModelPolicy>,
    /// See [`Policy::aliases`].
    pub aliases: Vec<Alias>,
    /// See [`Policy::rules`].
    pub rules: Vec<Rule>,
    /// See [`Policy::default_provider`].
    pub default_provider: Option<String>,
    /// See [`Policy::validity`].
    pub validity: Option<Validity>,
    /// See [`Policy::factors`]; all of them at once.
    pub factors: Option<ValueFactors>,
}

impl DeclaredPolicy {
    /// Returns the policy in force where the database says `stored`: the lists of the file go before those of the
    /// database, and whatever else it says wins.
    #[must_use]
    pub fn over(&self, stored: Policy) -> Policy {
        let is_declared = |alias: &Alias| self.aliases.iter().any(|declared| declared.name == alias.name);
        Policy {
            strategy: self.strategy.unwrap_or(stored.strategy),
            models: chained(&self.models, stored.models),
            aliases: chained(&self.aliases, stored.aliases.into_iter().filter(|alias| !is_declared(alias))),
            rules: chained(&self.rules, stored.rules),
            default_provider: self.default_provider.clone().or(stored.default_provider),
            validity: self.validity.unwrap_or(stored.validity),
            factors: self.factors.clone().unwrap_or(stored.factors),
        }
    }

    /// Returns whether a rule or the default leads to the provider of this name.
    pub(super) fn names(&self, provider: &str) -> bool {
        let chosen = self.rules.iter().flat_map(|rule| &rule.providers).map(|choice| choice.provider.as_str());
        chosen.chain(self.default_provider.as_deref()).any(|name| name == provider)
    }
}

/// Reports what does not fit together, but nothing at places that were found wrong before.
pub(super) fn check(policy: &DeclaredPolicy, problems: &mut Vec<Problem>) {
    for misfit in policy.over(Policy::default()).misfits(None) {
        let at = format!("routing.{}", misfit.at);
        if !problems.iter().any(|problem| problem.at == at) {
            problems.push(Problem::new(at, misfit.fault.to_string(), misfit.fault.fix()));
        }
    }
}

fn chained<T: Clone>(first: &[T], rest: impl IntoIterator<Item = T>) -> Vec<T> {
    first.iter().cloned().chain(rest).collect()
}

/// Reads the table `routing`.
pub(super) fn read(reader: &mut Reader<'_>) -> DeclaredPolicy {
    let validities = Validity::ALL.map(|validity| (validity.as_str(), validity));
    DeclaredPolicy {
        strategy: read_strategy(reader),
        models: reader.items("models").iter().map(|field| field.table(read_model)).collect(),
        aliases: reader.items("aliases").iter().map(|field| field.table(read_alias)).collect(),
        rules: reader.items("rules").iter().map(|field| field.table(read_rule)).collect(),
        default_provider: reader.text("default_provider"),
        validity: reader.choice("validity", &validities),
        factors: reader.optional_section("factors", read_factors),
    }
}

/// Reads the name of a strategy at the key `strategy`.
pub(super) fn read_strategy(reader: &mut Reader<'_>) -> Option<Strategy> {
    reader.choice("strategy", &Strategy::ALL.map(|strategy| (strategy.as_str(), strategy)))
}

fn read_model(reader: &mut Reader<'_>) -> ModelPolicy {
    ModelPolicy { model: reader.required_text("model"), strategy: read_strategy(reader), limits: limits::read(reader) }
}

fn read_alias(reader: &mut Reader<'_>) -> Alias {
    Alias {
        name: reader.required_text("name").trim().to_owned(),
        targets: reader.items("targets").iter().map(read_target).collect(),
    }
}

fn read_target(field: &Field<'_>) -> AliasTarget {
    if !field.is_table() {
        return AliasTarget { model: field.text().unwrap_or_default().to_owned(), weight: 1 };
    }
    field.table(|reader| {
        let weight = reader.whole("weight", 0..=MAX_WEIGHT).and_then(|weight| u32::try_from(weight).ok());
        AliasTarget { model: reader.required_text("model"), weight: weight.unwrap_or(1) }
    })
}

fn read_rule(reader: &mut Reader<'_>) -> Rule {
    let rule = Rule {
        name: reader.text("name").unwrap_or_default(),
        models: reader.texts("models").unwrap_or_default(),
        when: reader.required_text("when"),
        providers: reader.items("providers").iter().map(read_choice).collect(),
        model: reader.text("model"),
        strategy: read_strategy(reader),
    };
    if reader.is_written("when") && rule.when.trim().is_empty() {
        reader.report("when", "is blank", "write a condition, such as `true`");
    }
    rule
}

fn read_choice(field: &Field<'_>) -> Choice {
    if !field.is_table() {
        return Choice { provider: field.text().unwrap_or_default().to_owned(), model: None };
    }
    field.table(|reader| Choice { provider: reader.required_text("provider"), model: reader.text("model") })
}

fn read_factors(reader: &mut Reader<'_>) -> ValueFactors {
    let mut factors = ValueFactors::default();
    factors.health = reader.flag("health").unwrap_or(factors.health);
    for factor in Factor::ALL {
        let Some(field) = reader.field(factor.as_str()) else { continue };
        let Some(word) = field.word() else { continue };
        let read = factor.read(&word, &mut factors);
        field.accept(read.map_err(|bad| Complaint::new(format!("is {word}"), bad.to_string())));
    }
    factors
}
