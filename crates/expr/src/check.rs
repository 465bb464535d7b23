//! From the tree to a program: names become places, types are checked, constants become values.

mod call;
mod collection;
mod fold;
mod member;
mod names;
mod operand;

use std::sync::Arc;

use crate::environment::Environment;
use crate::error::{Blame, Problem};
use crate::kind::Type;
use crate::node::{Expr, Node};
use crate::syntax::{Branch, Shape, Tree, Unary};
use crate::value::{Text, Value};

/// A compiled part and its type.
pub(crate) type Typed = (Expr, Type);

/// What is in reach while a rule is checked.
pub(crate) struct Checker<'e> {
    environment: &'e Environment,
    /// Names from `let`, inner ones last.
    lets: Vec<(String, usize, Type)>,
    /// Elements of predicates, inner ones last.
    elements: Vec<Element>,
    locals: usize,
    reads: Vec<bool>,
}

/// What `#`, `#index` and `#acc` are in a predicate.
struct Element {
    kind: Type,
    accumulator: Option<Type>,
    slots: [usize; 3],
}

impl<'e> Checker<'e> {
    pub(crate) fn new(environment: &'e Environment) -> Self {
        let reads = vec![false; environment.variables.len()];
        Self { environment, lets: Vec::new(), elements: Vec::new(), locals: 0, reads }
    }

    /// Returns how many locals a run needs, and which variables it reads.
    pub(crate) fn finish(self) -> (usize, Vec<bool>) {
        (self.locals, self.reads)
    }

    pub(crate) fn lower(&mut self, tree: Tree) -> Result<Typed, Blame> {
        let at = tree.at;
        let (node, kind) = match tree.shape {
            Shape::Nil => constant(Value::Nil, Type::Nil),
            Shape::Bool(value) => constant(Value::Bool(value), Type::Bool),
            Shape::Int(value) => constant(Value::Int(value), Type::Int),
            Shape::Float(value) => constant(Value::Float(value), Type::Float),
            Shape::Text(text) => constant(Value::Text(Text::Shared(text.into())), Type::Text),
            Shape::Name(name) => self.variable(at, &name)?,
            Shape::Pointer(name) => self.pointer(at, &name)?,
            Shape::Unary(operator, sign, operand) => self.unary(at, (operator, sign), *operand)?,
            Shape::Binary(operator, sign, operands) => self.binary(at, (operator, sign), *operands)?,
            Shape::Row(operator, row) => self.row(operator, row)?,
            Shape::Chain(first, rest) => self.chain(*first, rest)?,
            Shape::Condition(branch) => self.condition(*branch)?,
            Shape::Let(name, parts) => self.declaration(at, name, *parts)?,
            Shape::Sequence(trees) => self.sequence(trees)?,
            Shape::List(items) => self.list(at, items)?,
            Shape::Map(entries) => self.map(at, entries)?,
            Shape::Member { of, is_optional } => self.member(at, *of, is_optional)?,
            Shape::Chained(inner) => {
                let (inner, kind) = self.lower(*inner)?;
                // It may be nothing, whatever it would be otherwise.
                (Node::Chained(Box::new(inner)), if kind == Type::Nil { kind } else { Type::Any })
            }
            Shape::Slice(of, from, to) => self.slice(at, *of, [from, to])?,
            Shape::Call(name, arguments) => self.call(at, &name, arguments)?,
            Shape::Method { of, name, arguments, is_optional } => {
                self.method(at, *of, (&name, arguments), is_optional)?
            }
            Shape::Predicate(body) => return self.lower(*body),
        };
        Ok((Expr { at, node }, kind))
    }

    fn unary(&mut self, at: usize, (operator, sign): (Unary, &'static str), operand: Tree) -> Lowered {
        let (operand, kind) = self.lower(operand)?;
        let fits = match operator {
            Unary::Not => kind.fits(&Type::Bool),
            Unary::Minus | Unary::Plus => kind.is_any() || kind.is_number(),
        };
        if !fits {
            return Err(Blame::new(at, Problem::Operand { operator: sign, operand: kind.to_string() }));
        }
        Ok(match (operator, operand.node) {
            (Unary::Not, node) => (Node::Not(Box::new(Expr { at: operand.at, node })), Type::Bool),
            (Unary::Minus, Node::Constant(Value::Int(value))) => constant(Value::Int(value.wrapping_neg()), kind),
            (Unary::Minus, Node::Constant(Value::Float(value))) => constant(Value::Float(-value), kind),
            (Unary::Minus, node) => (Node::Negate(Box::new(Expr { at: operand.at, node })), kind),
            (Unary::Plus, node) => (node, kind),
        })
    }

    fn condition(&mut self, branch: Branch) -> Lowered {
        let at = branch.condition.at;
        let (condition, kind) = self.lower(branch.condition)?;
        if !kind.fits(&Type::Bool) {
            return Err(Blame::new(at, Problem::Condition(kind.to_string())));
        }
        let then = branch.then.map(|then| self.lower(then)).transpose()?;
        let (otherwise, otherwise_kind) = self.lower(branch.otherwise)?;
        Ok(match then {
            Some((then, kind)) => (Node::Choice(Box::new([condition, then, otherwise])), kind.or(&otherwise_kind)),
            None => (Node::OrElse(Box::new([condition, otherwise])), Type::Bool.or(&otherwise_kind)),
        })
    }

    fn sequence(&mut self, trees: Vec<Tree>) -> Lowered {
        let mut kind = Type::Nil;
        let mut parts = Vec::with_capacity(trees.len());
        for tree in trees {
            let (part, last) = self.lower(tree)?;
            kind = last;
            parts.push(part);
        }
        Ok((Node::Sequence(parts), kind))
    }

    fn new_local(&mut self) -> usize {
        self.locals += 1;
        self.locals - 1
    }
}

/// A node and its type, or who is to blame.
type Lowered = Result<(Node, Type), Blame>;

fn constant(value: Value<'static>, kind: Type) -> (Node, Type) {
    (Node::Constant(value), kind)
}

fn list_of(kind: Type) -> Type {
    Type::List(Arc::new(kind))
}
