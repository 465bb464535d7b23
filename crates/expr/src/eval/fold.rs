//! Calls with predicates.

use std::collections::BTreeMap;

use super::{At, Given, Run, Stop};
use crate::builtins::{Fold, add, sorted};
use crate::error::Fault;
use crate::node::{Expr, Folding};
use crate::value::{Key, List, Map, Value};

impl<'a> Run<'a> {
    pub(super) fn fold(&mut self, expr: &'a Expr, folding: &'a Folding) -> Given<'a> {
        let list = match self.eval(&folding.list)? {
            Value::List(list) => list,
            other => return Err(Fault::Kind { expected: "array", given: other.kind() }).at(expr),
        };
        let items = list.items();
        match folding.fold {
            Fold::All => Ok(Value::Bool(self.position(expr, folding, items, false)?.is_none())),
            Fold::Any => Ok(Value::Bool(self.position(expr, folding, items, true)?.is_some())),
            Fold::None => Ok(Value::Bool(self.position(expr, folding, items, true)?.is_none())),
            Fold::One => Ok(Value::Bool(self.holding(expr, folding, items)?.len() == 1)),
            Fold::Count => Ok(int(self.holding(expr, folding, items)?.len())),
            Fold::Filter => {
                let kept = self.holding(expr, folding, items)?;
                let kept = kept.into_iter().filter_map(|number| items.get(number)).cloned().collect();
                Ok(Value::List(List::new(kept).at(expr)?))
            }
            Fold::Find | Fold::FindIndex => {
                let found = self.position(expr, folding, items, true)?;
                Ok(found.map(|number| found_at(folding.fold, items, number)).unwrap_or_default())
            }
            Fold::FindLast | Fold::FindLastIndex => {
                let found = self.last_position(expr, folding, items)?;
                Ok(found.map(|number| found_at(folding.fold, items, number)).unwrap_or_default())
            }
            Fold::Map => {
                let mapped = self.mapped(expr, folding, items)?;
                Ok(Value::List(List::new(mapped).at(expr)?))
            }
            Fold::Sum => self.sum(expr, folding, items),
            Fold::GroupBy => self.group(expr, folding, items),
            Fold::SortBy => self.sort(expr, folding, items),
            Fold::Reduce => self.reduce(expr, folding, items),
        }
    }

    /// Evaluates the predicate for an element; without one it is the element itself.
    fn visit(&mut self, folding: &'a Folding, number: usize, item: &Value<'a>) -> Given<'a> {
        let Some(body) = &folding.body else { return Ok(item.clone()) };
        let [element, index, _] = folding.slots;
        self.set_local(element, item.clone());
        self.set_local(index, int(number));
        self.eval(body)
    }

    fn asks(&mut self, expr: &Expr, folding: &'a Folding, (number, item): (usize, &Value<'a>)) -> Result<bool, Stop> {
        self.gauge.step().at(expr)?;
        match self.visit(folding, number, item)? {
            Value::Bool(answer) => Ok(answer),
            other => Err(Fault::Kind { expected: "bool", given: other.kind() }).at(expr),
        }
    }

    /// Returns the first element for which the answer is the wanted one.
    fn position(
        &mut self,
        expr: &Expr,
        folding: &'a Folding,
        items: &[Value<'a>],
        wanted: bool,
    ) -> Result<Option<usize>, Stop> {
        for (number, item) in items.iter().enumerate() {
            if self.asks(expr, folding, (number, item))? == wanted {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    fn last_position(&mut self, expr: &Expr, folding: &'a Folding, items: &[Value<'a>]) -> Result<Option<usize>, Stop> {
        for (number, item) in items.iter().enumerate().rev() {
            if self.asks(expr, folding, (number, item))? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// Returns the elements for which the answer is yes.
    fn holding(&mut self, expr: &Expr, folding: &'a Folding, items: &[Value<'a>]) -> Result<Vec<usize>, Stop> {
        let mut holding = Vec::new();
        for (number, item) in items.iter().enumerate() {
            if self.asks(expr, folding, (number, item))? {
                self.gauge.grow_values(1).at(expr)?;
                holding.push(number);
            }
        }
        Ok(holding)
    }

    fn mapped(&mut self, expr: &Expr, folding: &'a Folding, items: &[Value<'a>]) -> Result<Vec<Value<'a>>, Stop> {
        self.gauge.grow_values(items.len()).at(expr)?;
        items.iter().enumerate().map(|(number, item)| self.visit(folding, number, item)).collect()
    }

    fn sum(&mut self, expr: &Expr, folding: &'a Folding, items: &[Value<'a>]) -> Given<'a> {
        let mut sum = Value::Int(0);
        for (number, item) in items.iter().enumerate() {
            let value = self.visit(folding, number, item)?;
            sum = add(&mut self.gauge, &sum, &value).at(expr)?;
        }
        Ok(sum)
    }

    fn group(&mut self, expr: &Expr, folding: &'a Folding, items: &[Value<'a>]) -> Given<'a> {
        let mut groups: BTreeMap<Key<'a>, Vec<Value<'a>>> = BTreeMap::new();
        for (number, item) in items.iter().enumerate() {
            let key = self.visit(folding, number, item)?;
            let key = Key::of(&key).ok_or(Fault::Key(key.kind())).at(expr)?;
            self.gauge.grow_values(3).at(expr)?;
            groups.entry(key).or_default().push(item.clone());
        }
        let groups = groups.into_iter().map(|(key, items)| Ok((key, Value::List(List::new(items).at(expr)?))));
        let groups = groups.collect::<Result<_, Stop>>()?;
        Ok(Value::Map(Map::new(groups).at(expr)?))
    }

    fn sort(&mut self, expr: &'a Expr, folding: &'a Folding, items: &[Value<'a>]) -> Given<'a> {
        let name = folding.extra.as_ref().map(|extra| self.eval(extra)).transpose()?;
        let direction = match &name {
            Some(name) => name.as_str().ok_or(Fault::Kind { expected: "string", given: name.kind() }).map(Some),
            None => Ok(None),
        };
        let direction = direction.and_then(crate::builtins::direction).at(expr)?;
        self.gauge.grow_values(items.len()).at(expr)?;
        let keys = self.mapped(expr, folding, items)?;
        let pairs = keys.into_iter().zip(items.iter().cloned()).collect();
        let sorted = sorted(&mut self.gauge, pairs, direction).at(expr)?;
        Ok(Value::List(List::new(sorted.into_iter().map(|(_, item)| item).collect()).at(expr)?))
    }

    fn reduce(&mut self, expr: &'a Expr, folding: &'a Folding, items: &[Value<'a>]) -> Given<'a> {
        let mut items = items.iter().enumerate();
        let mut accumulator = match &folding.extra {
            Some(extra) => self.eval(extra)?,
            None => {
                let empty = Fault::Argument { name: "reduce", reason: "an empty list needs a value to begin with" };
                items.next().map(|(_, item)| item.clone()).ok_or(empty).at(expr)?
            }
        };
        for (number, item) in items {
            self.set_local(folding.slots[2], accumulator);
            accumulator = self.visit(folding, number, item)?;
        }
        Ok(accumulator)
    }
}

fn int<'a>(number: usize) -> Value<'a> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn found_at<'a>(fold: Fold, items: &[Value<'a>], number: usize) -> Value<'a> {
    match fold {
        Fold::FindIndex | Fold::FindLastIndex => int(number),
        _ => items.get(number).cloned().unwrap_or_default(),
    }
}
