//! Which operators take which operands.

use super::{Checker, Lowered};
use crate::error::{Blame, Problem};
use crate::kind::Type;
use crate::node::{Expr, Node};
use crate::pattern::Pattern;
use crate::syntax::{Binary, Tree};
use crate::value::Value;

/// A place, a sign, and what follows it.
type Joined = (usize, &'static str, Tree);

impl Checker<'_> {
    pub(super) fn binary(
        &mut self,
        at: usize,
        (operator, sign): (Binary, &'static str),
        operands: [Tree; 2],
    ) -> Lowered {
        let [left, right] = operands;
        let (left, left_kind) = self.lower(left)?;
        let (right, right_kind) = self.lower(right)?;
        if operator == Binary::In {
            check_membership(at, &left_kind, &right_kind)?;
        }
        let kind = check(at, (operator, sign), &left_kind, &right_kind)?;
        let node = match (operator, left, right) {
            (Binary::Matches, text, Expr { node: Node::Constant(Value::Text(pattern)), .. }) => {
                let pattern = Pattern::compile(&pattern).map_err(|problem| Blame::new(at, Problem::Regex(problem)))?;
                Node::Matches(Box::new(text), Box::new(pattern))
            }
            (Binary::In, item, Expr { node: Node::Binary(Binary::Range, bounds), .. }) => {
                let [low, high] = *bounds;
                Node::Between(Box::new([item, low, high]))
            }
            (Binary::Remainder, left, Expr { node: Node::Constant(Value::Int(0)), .. })
                if matches!(left.node, Node::Constant(_)) =>
            {
                return Err(Blame::new(at, Problem::DivideByZero));
            }
            (operator, left, right) => Node::Binary(operator, Box::new([left, right])),
        };
        Ok((node, kind))
    }

    pub(super) fn row(&mut self, operator: Binary, row: Vec<Joined>) -> Lowered {
        let mut parts = Vec::with_capacity(row.len());
        let mut left = Type::Bool;
        for (number, (at, sign, tree)) in row.into_iter().enumerate() {
            let (part, kind) = self.lower(tree)?;
            if number > 0 {
                check(at, (operator, sign), &left, &kind)?;
                left = Type::Bool;
            } else {
                left = kind;
            }
            parts.push(part);
        }
        let node = if operator == Binary::And { Node::All(parts) } else { Node::Any(parts) };
        Ok((node, Type::Bool))
    }

    pub(super) fn chain(&mut self, first: Tree, rest: Vec<(Binary, usize, &'static str, Tree)>) -> Lowered {
        let (first, mut left) = self.lower(first)?;
        let mut parts = Vec::with_capacity(rest.len());
        for (operator, at, sign, tree) in rest {
            let (part, kind) = self.lower(tree)?;
            check(at, (operator, sign), &left, &kind)?;
            left = kind;
            parts.push((operator, at, part));
        }
        Ok((Node::Chain(Box::new(first), parts), Type::Bool))
    }
}

fn check(at: usize, (operator, sign): (Binary, &'static str), left: &Type, right: &Type) -> Result<Type, Blame> {
    result(operator, left, right).ok_or_else(|| {
        let (left, right) = (left.to_string(), right.to_string());
        Blame::new(at, Problem::Operands { operator: sign, left, right })
    })
}

/// Returns the type of the result, or nothing where the operands do not fit.
fn result(operator: Binary, left: &Type, right: &Type) -> Option<Type> {
    let both = |kind: &Type| left.fits(kind) && right.fits(kind);
    match operator {
        Binary::Or | Binary::And => both(&Type::Bool).then_some(Type::Bool),
        Binary::Equal | Binary::NotEqual => left.is_comparable(right).then_some(Type::Bool),
        Binary::Less | Binary::Greater | Binary::LessOrEqual | Binary::GreaterOrEqual => {
            [Type::Float, Type::Text, Type::Moment, Type::Duration].iter().any(both).then_some(Type::Bool)
        }
        Binary::In => (right.is_any() || right.is_map() || matches!(right, Type::List(_))).then_some(Type::Bool),
        Binary::Matches | Binary::Contains | Binary::StartsWith | Binary::EndsWith => {
            both(&Type::Text).then_some(Type::Bool)
        }
        Binary::Range => both(&Type::Int).then_some(super::list_of(Type::Int)),
        Binary::Remainder => both(&Type::Int).then_some(Type::Int),
        Binary::Divide | Binary::Power => both(&Type::Float).then_some(Type::Float),
        Binary::Coalesce => Some(if *left == Type::Nil { right.clone() } else { left.or(right) }),
        Binary::Add | Binary::Subtract | Binary::Multiply => sum(operator, left, right),
    }
}

fn sum(operator: Binary, left: &Type, right: &Type) -> Option<Type> {
    let is_add = operator == Binary::Add;
    match (left, right) {
        (Type::Nil, _) | (_, Type::Nil) => None,
        _ if left.is_int() && right.is_int() => Some(Type::Int),
        _ if left.is_number() && right.is_number() => Some(Type::Float),
        (Type::Any, other) | (other, Type::Any) => {
            let is_timed = matches!(other, Type::Moment | Type::Duration);
            let fits = other.is_any() || other.is_number() || is_timed || is_add && *other == Type::Text;
            fits.then_some(Type::Any)
        }
        (Type::Text, Type::Text) if is_add => Some(Type::Text),
        (Type::Duration, Type::Int) | (Type::Int, Type::Duration) if operator == Binary::Multiply => {
            Some(Type::Duration)
        }
        (Type::Duration, Type::Float) | (Type::Float, Type::Duration) if operator == Binary::Multiply => {
            Some(Type::Float)
        }
        _ if operator == Binary::Multiply => None,
        (Type::Duration, Type::Duration) => Some(Type::Duration),
        (Type::Moment, Type::Duration) => Some(Type::Moment),
        (Type::Duration, Type::Moment) if is_add => Some(Type::Moment),
        (Type::Moment, Type::Moment) if !is_add => Some(Type::Duration),
        _ => None,
    }
}

/// Refuses to look for what can never be found.
fn check_membership(at: usize, item: &Type, of: &Type) -> Result<(), Blame> {
    let (expected, place) = match of {
        Type::List(element) if !item.is_comparable(element) => ((**element).clone(), "array"),
        Type::Map(_) | Type::Record(_) if !item.fits(&Type::Text) => (Type::Text, "map key"),
        _ => return Ok(()),
    };
    Err(Blame::new(at, Problem::Membership { key: item.to_string(), expected: expected.to_string(), place }))
}
