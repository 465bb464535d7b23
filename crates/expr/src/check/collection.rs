//! Lists and maps as they are written, and their parts.

use std::collections::BTreeMap;

use super::{Checker, Lowered, Typed, constant, list_of};
use crate::error::{Blame, Problem};
use crate::kind::Type;
use crate::node::{Expr, Node};
use crate::syntax::Tree;
use crate::value::{Key, List, Map, Value};

impl Checker<'_> {
    pub(super) fn list(&mut self, at: usize, items: Vec<Tree>) -> Lowered {
        let parts: Vec<Typed> = items.into_iter().map(|item| self.lower(item)).collect::<Result<_, _>>()?;
        let first = parts.first().map(|(_, kind)| kind.clone()).unwrap_or(Type::Any);
        let is_even = parts.iter().all(|(_, kind)| *kind == first);
        let kind = list_of(if is_even { first } else { Type::Any });
        let parts: Vec<Expr> = parts.into_iter().map(|(part, _)| part).collect();
        match parts.iter().map(value_of).collect::<Option<Vec<_>>>() {
            Some(values) => {
                let list = List::new(values).map_err(|error| Blame::new(at, error.into()))?;
                Ok(constant(Value::List(list), kind))
            }
            None => Ok((Node::List(parts), kind)),
        }
    }

    pub(super) fn map(&mut self, at: usize, entries: Vec<(Tree, Tree)>) -> Lowered {
        let mut parts = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key_at = key.at;
            let (key, kind) = self.lower(key)?;
            if !kind.fits(&Type::Text) {
                let found = kind.to_string();
                return Err(Blame::new(key_at, Problem::Expected { expected: "a string as key of a map", found }));
            }
            parts.push((key, self.lower(value)?.0));
        }
        let kind = Type::map(Type::Any);
        let constants = parts.iter().map(|(key, value)| Some((Key::of(&value_of(key)?)?, value_of(value)?)));
        let Some(constants) = constants.collect::<Option<Vec<_>>>() else { return Ok((Node::Map(parts), kind)) };
        let mut entries = BTreeMap::new();
        for (key, value) in constants {
            entries.entry(key).or_insert(value);
        }
        let map = Map::new(entries).map_err(|error| Blame::new(at, error.into()))?;
        Ok(constant(Value::Map(map), kind))
    }

    pub(super) fn slice(&mut self, at: usize, of: Tree, bounds: [Option<Box<Tree>>; 2]) -> Lowered {
        let (of, kind) = self.lower(of)?;
        if !(kind.is_any() || matches!(kind, Type::List(_) | Type::Text)) {
            return Err(Blame::new(at, Problem::Slice(kind.to_string())));
        }
        let [from, to] = bounds.map(|bound| bound.map(|bound| self.bound(*bound)).transpose());
        Ok((Node::Slice(Box::new(of), from?.map(Box::new), to?.map(Box::new)), kind))
    }

    fn bound(&mut self, tree: Tree) -> Result<Expr, Blame> {
        let at = tree.at;
        let (bound, kind) = self.lower(tree)?;
        if kind.fits(&Type::Int) {
            return Ok(bound);
        }
        Err(Blame::new(at, Problem::Expected { expected: "an int as bound of a slice", found: kind.to_string() }))
    }
}

fn value_of(expr: &Expr) -> Option<Value<'static>> {
    if let Node::Constant(value) = &expr.node { Some(value.clone()) } else { None }
}
