//! Rules: expressions that override where a call goes.

mod question;

use std::sync::LazyLock;

use sluice_domain::access::wildcard_matches;
use sluice_domain::route::policy::{Choice, Rule, Strategy};
use sluice_expr::{CompileError, Environment, Program, Slot, Type, Values};

pub(crate) use question::{Question, Sample};

/// What rules can ask about a call.
struct Known {
    environment: Environment,
    token_count: Slot,
    model: Slot,
    path: Slot,
    dialect: Slot,
    key: Slot,
    user: Slot,
    group: Slot,
    headers: Slot,
    stream: Slot,
    tools: Slot,
    images: Slot,
    max_tokens: Slot,
    budget_left: Slot,
    hour: Slot,
    weekday: Slot,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut environment = Environment::new();
    Known {
        token_count: environment.variable("TokenCount", Type::Int),
        model: environment.variable("Model", Type::Text),
        path: environment.variable("Path", Type::Text),
        dialect: environment.variable("Dialect", Type::Text),
        key: environment.variable("Key", Type::Text),
        user: environment.variable("User", Type::Int),
        group: environment.variable("Group", Type::Text),
        headers: environment.variable("Headers", Type::map(Type::Text)),
        stream: environment.variable("Stream", Type::Bool),
        tools: environment.variable("Tools", Type::Bool),
        images: environment.variable("Images", Type::Bool),
        max_tokens: environment.variable("MaxTokens", Type::Int),
        budget_left: environment.variable("BudgetLeft", Type::Float),
        hour: environment.variable("Hour", Type::Int),
        weekday: environment.variable("Weekday", Type::Int),
        environment,
    }
});

/// A rule, ready to use.
pub(crate) struct Ruled {
    /// Shown where a call is explained.
    pub(crate) name: String,
    models: Vec<String>,
    program: Program,
    /// The only candidates then.
    pub(crate) choices: Vec<Choice>,
    /// The model that counts as asked for then.
    pub(crate) model: Option<String>,
    /// How candidates are ordered then.
    pub(crate) strategy: Option<Strategy>,
}

impl Ruled {
    /// Compiles a rule, the `number`th of its list.
    ///
    /// # Errors
    /// Says what is wrong with its condition, and where.
    pub(crate) fn compile(rule: &Rule, number: usize) -> Result<Self, CompileError> {
        let program = Program::compile_bool(&rule.when, &KNOWN.environment)?;
        let name = if rule.name.is_empty() { format!("rule {number}") } else { rule.name.clone() };
        Ok(Self {
            name,
            models: rule.models.clone(),
            program,
            choices: rule.providers.clone(),
            model: rule.model.clone(),
            strategy: rule.strategy,
        })
    }

    /// Returns whether the rule is about the model of a call, by the name that was asked for or the one it stands for.
    fn concerns(&self, question: &Question<'_>) -> bool {
        let names = [question.model, question.asked];
        let is_named = |pattern: &String| names.iter().any(|name| wildcard_matches(pattern, name));
        self.models.is_empty() || self.models.iter().any(is_named)
    }

    /// Returns whether the rule counts tokens.
    pub(crate) fn counts_tokens(&self) -> bool {
        self.program.reads(KNOWN.token_count)
    }

    /// Returns whether the rule asks what the caller can still spend.
    pub(crate) fn asks_budget(&self) -> bool {
        self.program.reads(KNOWN.budget_left)
    }
}

/// Returns the first of `rules` that holds for a call. One that fails while it runs does not hold.
pub(crate) fn first_that_holds<'r>(rules: &'r [Ruled], question: &Question<'_>) -> Option<&'r Ruled> {
    let mut concerned = rules.iter().filter(|rule| rule.concerns(question)).peekable();
    concerned.peek()?;
    let counts = rules.iter().any(|rule| rule.concerns(question) && rule.counts_tokens());
    let values = question.values(counts);
    concerned.find(|rule| holds(rule, &values))
}

fn holds(rule: &Ruled, values: &Values<'_>) -> bool {
    rule.program.run_bool(values).unwrap_or_else(|error| {
        tracing::warn!(rule = %rule.name, %error, "a rule failed; it counts as not holding");
        false
    })
}

/// What came of a rule that was tried on a sample call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tried {
    pub(crate) name: String,
    /// Whether it is about the model at all.
    pub(crate) concerns: bool,
    /// Whether it holds, or why it failed.
    pub(crate) holds: Result<bool, String>,
}

/// Tries every rule on a sample call.
pub(crate) fn try_all(rules: &[Ruled], sample: &Sample) -> Vec<Tried> {
    let question = sample.question();
    let values = question.values(rules.iter().any(Ruled::counts_tokens));
    let tried = |rule: &Ruled| Tried {
        name: rule.name.clone(),
        concerns: rule.concerns(&question),
        holds: rule.program.run_bool(&values).map_err(|error| error.to_string()),
    };
    rules.iter().map(tried).collect()
}

#[cfg(test)]
mod tests;
