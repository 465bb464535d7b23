//! Runs compiled rules. Recursion is as deep as the rule's tree, which has a bound.

mod fold;
mod member;
mod operation;

use std::collections::BTreeMap;

use crate::builtins::Plain;
use crate::environment::{Signature, Values};
use crate::error::Fault;
use crate::kind::Type;
use crate::limits::Gauge;
use crate::node::{Absence, Expr, Node};
use crate::pattern::Pattern;
use crate::program::Program;
use crate::syntax::Binary;
use crate::time::{Method, Row, method_of};
use crate::value::{Key, List, Map, Value};

pub(crate) use member::element_of;

/// Why an evaluation ends early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A `?.` met nothing: the rest of its chain is skipped.
    Skip,
    Fault(Box<Located>),
}

/// A fault and the byte of the source it is at.
#[derive(Debug)]
pub(crate) struct Located {
    pub(crate) at: usize,
    pub(crate) fault: Fault,
}

type Given<'a> = Result<Value<'a>, Stop>;

/// Puts a fault at its place.
trait At<T> {
    fn at(self, expr: &Expr) -> Result<T, Stop>;
}

impl<T, E: Into<Fault>> At<T> for Result<T, E> {
    fn at(self, expr: &Expr) -> Result<T, Stop> {
        self.map_err(|fault| Stop::Fault(Box::new(Located { at: expr.at, fault: fault.into() })))
    }
}

/// One run of a rule.
pub(crate) struct Run<'a> {
    program: &'a Program,
    values: &'a Values<'a>,
    gauge: Gauge,
    locals: Vec<Value<'a>>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(program: &'a Program, values: &'a Values<'a>) -> Self {
        let locals = vec![Value::Nil; program.locals];
        Self { program, values, gauge: Gauge::new(program.limits), locals }
    }

    pub(crate) fn eval(&mut self, expr: &'a Expr) -> Given<'a> {
        self.gauge.step().at(expr)?;
        match &expr.node {
            Node::Constant(value) => Ok(value.borrowed()),
            Node::Variable(slot) => Ok(self.values.slots.get(*slot).map(Value::borrowed).unwrap_or_default()),
            Node::Local(slot) => Ok(self.locals.get(*slot).cloned().unwrap_or_default()),
            Node::Binary(operator, operands) => self.binary(expr, *operator, operands),
            Node::Not(operand) => Ok(Value::Bool(!self.truth(expr, operand)?)),
            Node::All(parts) => self.row(expr, parts, true),
            Node::Any(parts) => self.row(expr, parts, false),
            Node::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                if self.truth(condition, condition)? { self.eval(then) } else { self.eval(otherwise) }
            }
            Node::OrElse(parts) => {
                let [condition, otherwise] = &**parts;
                if self.truth(condition, condition)? { Ok(Value::Bool(true)) } else { self.eval(otherwise) }
            }
            Node::Matches(text, pattern) => self.matches(expr, text, pattern),
            Node::Member(parts, absence) => self.member(expr, parts, *absence),
            Node::Chained(inner) => match self.eval(inner) {
                Err(Stop::Skip) => Ok(Value::Nil),
                given => given,
            },
            Node::Call(run, arguments) => self.call(expr, *run, arguments),
            other => self.eval_rest(expr, other),
        }
    }

    fn eval_rest(&mut self, expr: &'a Expr, node: &'a Node) -> Given<'a> {
        match node {
            Node::Negate(operand) => self.negate(expr, operand),
            Node::Between(parts) => self.between(expr, parts),
            Node::Chain(first, rest) => self.chain(first, rest),
            Node::Let(slot, parts) => {
                let [value, body] = &**parts;
                let value = self.eval(value)?;
                self.set_local(*slot, value);
                self.eval(body)
            }
            Node::Sequence(parts) => parts.iter().try_fold(Value::Nil, |_, part| self.eval(part)),
            Node::List(items) => {
                self.gauge.grow_values(items.len()).at(expr)?;
                let items = items.iter().map(|item| self.eval(item)).collect::<Result<_, _>>()?;
                Ok(Value::List(List::new(items).at(expr)?))
            }
            Node::Map(entries) => self.map(expr, entries),
            Node::Everything(names) => {
                self.gauge.grow_values(names.len().saturating_mul(2)).at(expr)?;
                let slots = &self.values.slots;
                let value = |slot: &usize| slots.get(*slot).map(Value::borrowed).unwrap_or_default();
                let entries: BTreeMap<_, _> =
                    names.iter().map(|(name, slot)| (Key::from(name.as_str()), value(slot))).collect();
                Ok(Value::Map(Map::new(entries).at(expr)?))
            }
            Node::Slice(of, from, to) => self.slice(expr, of, [from.as_deref(), to.as_deref()]),
            Node::Fold(folding) => self.fold(expr, folding),
            Node::Host(number, arguments) => self.host(expr, *number, arguments),
            Node::Method { method, of, arguments, absence } => {
                let of = self.eval(of)?;
                if of.is_nil() && *absence == Absence::Skip {
                    Err(Stop::Skip)
                } else {
                    self.method(expr, method, &of, arguments)
                }
            }
            Node::Now => {
                let missing = Fault::Argument { name: "now", reason: "the time is not known here" };
                Ok(Value::Moment(self.values.now.ok_or(missing).at(expr)?))
            }
            _ => Ok(Value::Nil),
        }
    }

    fn set_local(&mut self, slot: usize, value: Value<'a>) {
        if let Some(local) = self.locals.get_mut(slot) {
            *local = value;
        }
    }

    /// Evaluates what must be true or false; whoever asks is blamed if it is not.
    fn truth(&mut self, asking: &Expr, expr: &'a Expr) -> Result<bool, Stop> {
        match self.eval(expr)? {
            Value::Bool(value) => Ok(value),
            other => Err(Fault::Kind { expected: "bool", given: other.kind() }).at(asking),
        }
    }

    /// Evaluates parts until one is not as all must be.
    fn row(&mut self, expr: &'a Expr, parts: &'a [Expr], all: bool) -> Given<'a> {
        for part in parts {
            if self.truth(expr, part)? != all {
                return Ok(Value::Bool(!all));
            }
        }
        Ok(Value::Bool(all))
    }

    fn chain(&mut self, first: &'a Expr, rest: &'a [(Binary, usize, Expr)]) -> Given<'a> {
        let mut left = self.eval(first)?;
        for (operator, at, operand) in rest {
            let right = self.eval(operand)?;
            let located = |fault| Stop::Fault(Box::new(Located { at: *at, fault }));
            let held = operation::compare(&mut self.gauge, *operator, &left, &right).map_err(located)?;
            if !held {
                return Ok(Value::Bool(false));
            }
            left = right;
        }
        Ok(Value::Bool(true))
    }

    fn map(&mut self, expr: &'a Expr, entries: &'a [(Expr, Expr)]) -> Given<'a> {
        self.gauge.grow_values(entries.len().saturating_mul(2)).at(expr)?;
        let mut map = BTreeMap::new();
        for (key, value) in entries {
            let key = match self.eval(key)? {
                Value::Text(text) => Key::Text(text),
                other => return Err(Fault::Kind { expected: "string", given: other.kind() }).at(expr),
            };
            let value = self.eval(value)?;
            map.entry(key).or_insert(value);
        }
        Ok(Value::Map(Map::new(map).at(expr)?))
    }

    fn matches(&mut self, expr: &'a Expr, text: &'a Expr, pattern: &Pattern) -> Given<'a> {
        match self.eval(text)? {
            Value::Text(text) => {
                let is_match = pattern.is_match(&mut self.gauge, &text).at(expr)?;
                Ok(Value::Bool(is_match))
            }
            other => Err(Fault::Kind { expected: "string", given: other.kind() }).at(expr),
        }
    }

    fn call(&mut self, expr: &'a Expr, run: Plain, arguments: &'a [Expr]) -> Given<'a> {
        match arguments {
            [one] => {
                let one = self.eval(one)?;
                run(&mut self.gauge, &[one])
            }
            [one, two] => {
                let (one, two) = (self.eval(one)?, self.eval(two)?);
                run(&mut self.gauge, &[one, two])
            }
            _ => {
                let arguments = self.arguments(arguments)?;
                run(&mut self.gauge, &arguments)
            }
        }
        .at(expr)
    }

    fn arguments(&mut self, arguments: &'a [Expr]) -> Result<Vec<Value<'a>>, Stop> {
        arguments.iter().map(|argument| self.eval(argument)).collect()
    }

    fn host(&mut self, expr: &'a Expr, number: usize, arguments: &'a [Expr]) -> Given<'a> {
        let mut arguments = self.arguments(arguments)?;
        let Some(Signature { name, takes, .. }) = self.program.functions.get(number) else { return Ok(Value::Nil) };
        for (argument, kind) in arguments.iter_mut().zip(takes) {
            fit(argument, kind).at(expr)?;
        }
        let refused = |reason| Fault::Host { name: name.clone(), reason };
        let host = self.values.host.ok_or_else(|| refused("nobody answers it here".to_owned())).at(expr)?;
        host.call(name, &arguments).map_err(refused).at(expr)
    }

    fn method(&mut self, expr: &'a Expr, method: &Method, of: &Value<'a>, arguments: &'a [Expr]) -> Given<'a> {
        let row: &Row = match method {
            Method::Known(row) => row,
            Method::Unknown(name) => method_of(of, name, arguments.len()).at(expr)?,
        };
        let arguments = self.arguments(arguments)?;
        let failed = Fault::Argument { name: row.name(), reason: "cannot be done with this value" };
        (row.run)(&mut self.gauge, of, &arguments).ok_or(failed).at(expr)
    }
}

/// Makes an argument what its function asks for, which may only show when the rule runs.
fn fit(argument: &mut Value<'_>, kind: &Type) -> Result<(), Fault> {
    let fits = match (&*argument, kind) {
        (Value::Int(value), Type::Float) => {
            *argument = Value::Float(*value as f64);
            true
        }
        (_, Type::Any)
        | (Value::Nil, Type::Nil)
        | (Value::Bool(_), Type::Bool)
        | (Value::Int(_), Type::Int | Type::Month | Type::Weekday)
        | (Value::Float(_), Type::Float)
        | (Value::Text(_), Type::Text)
        | (Value::List(_), Type::List(_))
        | (Value::Map(_), Type::Map(_) | Type::Record(_))
        | (Value::Moment(_), Type::Moment)
        | (Value::Duration(_), Type::Duration)
        | (Value::Zone(_), Type::Zone) => true,
        _ => false,
    };
    if fits { Ok(()) } else { Err(Fault::Kind { expected: kind.name(), given: argument.kind() }) }
}
