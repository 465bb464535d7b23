//! Models of the old file: who serves them, in which order, and the rules that override it.

use sluice_domain::route::policy::{Choice, Rule};

use super::Reading;
use super::yaml::{Node, Value};
use crate::config::legacy::document::Model;

/// Holds always.
const ALWAYS: &str = "true";

impl Reading<'_> {
    pub(super) fn read_models(&mut self) {
        let mut names: Vec<&str> = Vec::new();
        for item in self.root.get("models").and_then(Node::items).unwrap_or_default() {
            let name = item.get("model").and_then(Node::text).unwrap_or_default().trim();
            if name.is_empty() {
                self.problem(item, "a model lacks `model`", "add `model: …`, its name");
            } else if names.contains(&name) {
                self.problem(item, format!("the model `{name}` is there twice"), "keep one of them");
            } else {
                names.push(name);
                self.read_model(item, name);
            }
        }
    }

    fn read_model(&mut self, item: &Node, name: &str) {
        let choices = self.read_choices(item, name);
        for (index, rule) in item.get("rules").and_then(Node::items).unwrap_or_default().iter().enumerate() {
            let condition = rule.get("rule").and_then(Node::text).map(str::trim).filter(|text| !text.is_empty());
            if condition.is_none() {
                self.problem(rule, format!("rule {} of model `{name}` lacks `rule`", index + 1), "add its condition");
            }
            let rule = Rule {
                name: format!("{name} {}", index + 1),
                models: vec![name.to_owned()],
                when: condition.unwrap_or_default().to_owned(),
                providers: self.read_choices(rule, name),
                ..Rule::default()
            };
            self.to.document.routing.rules.push(rule);
        }
        let listed = self.add_routes(name, &choices);
        if listed < choices.len() {
            // A route says one name for each provider. What a provider is tried with besides only a rule can say.
            let rule = Rule {
                name: format!("{name} in order"),
                models: vec![name.to_owned()],
                when: ALWAYS.to_owned(),
                providers: choices,
                ..Rule::default()
            };
            self.to.document.routing.rules.push(rule);
        }
    }

    /// Adds a route for each provider, the first one first; returns for how many choices there is one.
    fn add_routes(&mut self, name: &str, choices: &[Choice]) -> usize {
        let mut added = 0;
        for (index, choice) in choices.iter().enumerate() {
            let providers = &mut self.to.document.providers;
            let Some(provider) = providers.iter_mut().find(|provider| provider.name == choice.provider) else {
                continue;
            };
            if provider.models.iter().any(|model| model.name == name) {
                continue;
            }
            let left = i64::try_from(choices.len() - index).unwrap_or(0);
            provider.models.push(Model {
                name: name.to_owned(),
                upstream: choice.model.clone().filter(|upstream| upstream != name),
                priority: (choices.len() > 1).then_some(left),
            });
            added += 1;
        }
        added
    }

    /// Reads who is tried, and with which name: a list of tables or of names, or a table `provider: name`, which was
    /// always tried in the order of its providers' names.
    fn read_choices(&mut self, item: &Node, model: &str) -> Vec<Choice> {
        let Some(node) = item.get("providers") else {
            self.problem(item, format!("model `{model}` names no `providers`"), "add at least one");
            return Vec::new();
        };
        let written: Vec<(&Node, Option<&str>, Option<&str>)> = match &node.value {
            Value::Nothing => Vec::new(),
            Value::Scalar(text) => vec![(node, Some(text.as_str()), None)],
            Value::List(items) => items.iter().map(read_item).collect(),
            Value::Table(members) => {
                let mut members: Vec<_> =
                    members.iter().map(|(name, node)| (node, Some(name.as_str()), node.text())).collect();
                members.sort_by_key(|(_, name, _)| *name);
                members
            }
        };
        written.into_iter().filter_map(|written| self.read_choice(written, model)).collect()
    }

    fn read_choice(&mut self, written: (&Node, Option<&str>, Option<&str>), model: &str) -> Option<Choice> {
        let (node, provider, upstream) = written;
        let provider = provider.unwrap_or_default().trim();
        if !self.knows_provider(provider) {
            let what = format!("model `{model}` names the provider `{provider}`, which there is not");
            self.problem(node, what, "name one of `providers`");
            return None;
        }
        let upstream = upstream.map(str::trim).filter(|upstream| !upstream.is_empty());
        Some(Choice { provider: provider.to_owned(), model: Some(upstream.unwrap_or(model).to_owned()) })
    }
}

fn read_item(item: &Node) -> (&Node, Option<&str>, Option<&str>) {
    let text = |name| item.get(name).and_then(Node::text);
    (item, item.text().or_else(|| text("provider")).or_else(|| text("id")), text("model"))
}
