//! What names mean.

use super::{Checker, Lowered, constant};
use crate::builtins;
use crate::environment::Name;
use crate::error::{Blame, Problem};
use crate::kind::Type;
use crate::node::Node;
use crate::syntax::Tree;
use crate::value::Value;

/// Everything that rules may name, as a map.
pub(super) const EVERYTHING: &str = "$env";

/// How many letters a name must have for each in which it differs from the one that is suggested for it.
const LETTERS_PER_TYPO: usize = 3;

impl Checker<'_> {
    pub(super) fn variable(&mut self, at: usize, name: &str) -> Lowered {
        if let Some((_, slot, kind)) = self.lets.iter().rev().find(|(known, ..)| known == name) {
            return Ok((Node::Local(*slot), kind.clone()));
        }
        if name == EVERYTHING {
            return Ok(self.everything());
        }
        match self.environment.name(name) {
            Some(Name::Variable(slot)) => Ok(self.read(slot.0)),
            Some(Name::Function(_)) => Err(Blame::new(at, Problem::NotCalled(name.to_owned()))),
            None if builtins::find(name).is_some() => Err(Blame::new(at, Problem::NotCalled(name.to_owned()))),
            None => Err(self.unknown(at, name)),
        }
    }

    /// Returns a variable by its name in `$env`.
    pub(super) fn variable_of_everything(&mut self, at: usize, name: &str, is_optional: bool) -> Lowered {
        match self.environment.name(name) {
            Some(Name::Variable(slot)) => Ok(self.read(slot.0)),
            _ if is_optional => Ok(constant(Value::Nil, Type::Nil)),
            _ => Err(self.unknown(at, name)),
        }
    }

    fn read(&mut self, slot: usize) -> (Node, Type) {
        if let Some(is_read) = self.reads.get_mut(slot) {
            *is_read = true;
        }
        let kind = self.environment.variables.get(slot).map_or(Type::Any, |(_, kind)| kind.clone());
        (Node::Variable(slot), kind)
    }

    fn everything(&mut self) -> (Node, Type) {
        self.reads.fill(true);
        let names = self.environment.current().map(|(name, _, slot)| (name.to_owned(), slot.0)).collect();
        let kind = Type::record(self.environment.current().map(|(name, kind, _)| (name, kind.clone())));
        (Node::Everything(names), kind)
    }

    pub(super) fn unknown(&self, at: usize, name: &str) -> Blame {
        let lets = self.lets.iter().map(|(name, ..)| name.as_str());
        let given = self.environment.names().chain(lets);
        let builtin = builtins::names().map(|known| -> &str { known });
        let nearest = given.chain(builtin).map(|known| (distance(name, known), known)).min();
        let hint = match nearest {
            Some((typos, known)) if typos * LETTERS_PER_TYPO <= name.chars().count() => {
                format!(", did you mean `{known}`?")
            }
            _ => String::new(),
        };
        Blame::new(at, Problem::UnknownName { name: name.to_owned(), hint })
    }

    pub(super) fn pointer(&mut self, at: usize, name: &str) -> Lowered {
        let unknown = || Blame::new(at, Problem::UnknownName { name: format!("#{name}"), hint: String::new() });
        let element = self.elements.last().ok_or_else(unknown)?;
        let [item, index, accumulator] = element.slots;
        match (name, &element.accumulator) {
            ("", _) => Ok((Node::Local(item), element.kind.clone())),
            ("index", _) => Ok((Node::Local(index), Type::Int)),
            ("acc", Some(kind)) => Ok((Node::Local(accumulator), kind.clone())),
            _ => Err(unknown()),
        }
    }

    pub(super) fn declaration(&mut self, at: usize, name: String, [value, body]: [Tree; 2]) -> Lowered {
        let is_let = self.lets.iter().any(|(known, ..)| *known == name);
        let reason = if is_let {
            Some("there is a variable of this name")
        } else if self.environment.name(&name).is_some() || name == EVERYTHING {
            Some("rules are given something of this name")
        } else if builtins::find(&name).is_some() {
            Some("there is a built-in function of this name")
        } else {
            None
        };
        if let Some(reason) = reason {
            return Err(Blame::new(at, Problem::Redeclared { name, reason }));
        }
        let (value, kind) = self.lower(value)?;
        let slot = self.new_local();
        self.lets.push((name, slot, kind));
        let body = self.lower(body);
        self.lets.pop();
        let (body, kind) = body?;
        Ok((Node::Let(slot, Box::new([value, body])), kind))
    }
}

/// Returns how many letters must be put, taken or changed to make one name of the other; case counts as half.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (number, letter) in one.to_lowercase().chars().enumerate() {
        let mut diagonal = number;
        let mut left = number + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, known) in row.iter_mut().skip(1).zip(&other) {
            let changed = diagonal + usize::from(letter != *known);
            diagonal = *cell;
            left = changed.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
