//! A compiled rule: names are places, calls are functions, constants are values.

use crate::builtins::{Fold, Plain};
use crate::pattern::Pattern;
use crate::syntax::Binary;
use crate::time::Method;
use crate::value::Value;

/// A part of a compiled rule and the byte of the source that its faults point at.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) at: usize,
    pub(crate) node: Node,
}

#[derive(Debug)]
pub(crate) enum Node {
    Constant(Value<'static>),
    Variable(usize),
    Local(usize),
    /// `$env` as a whole, by the names and slots in it.
    Everything(Vec<(String, usize)>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Binary, Box<[Expr; 2]>),
    /// `a..b` contains it.
    Between(Box<[Expr; 3]>),
    Matches(Box<Expr>, Box<Pattern>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Chain(Box<Expr>, Vec<(Binary, usize, Expr)>),
    Choice(Box<[Expr; 3]>),
    /// Gives its condition where that is true.
    OrElse(Box<[Expr; 2]>),
    Let(usize, Box<[Expr; 2]>),
    Sequence(Vec<Expr>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    Member(Box<[Expr; 2]>, Absence),
    Chained(Box<Expr>),
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    Call(Plain, Vec<Expr>),
    Fold(Box<Folding>),
    Host(usize, Vec<Expr>),
    Method {
        method: Method,
        of: Box<Expr>,
        arguments: Vec<Expr>,
        absence: Absence,
    },
    Now,
}

/// What a member of nothing is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Absence {
    Fault,
    /// The rest of the chain is skipped and gives nothing.
    Skip,
}

/// A call with a predicate.
#[derive(Debug)]
pub(crate) struct Folding {
    pub(crate) fold: Fold,
    pub(crate) list: Expr,
    pub(crate) body: Option<Expr>,
    /// The third argument: where `reduce` begins, or the order of `sortBy`.
    pub(crate) extra: Option<Expr>,
    /// The locals of the element, its index and the accumulator.
    pub(crate) slots: [usize; 3],
}
