//! What a source says, as a tree.

use super::operator::{Binary, Unary};

/// A part of a rule.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The byte that errors point at.
    pub(crate) at: usize,
    pub(crate) height: u16,
    pub(crate) shape: Shape,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Name(String),
    /// `#`, `#acc` or `#index`, by what follows the mark.
    Pointer(String),
    Unary(Unary, &'static str, Box<Tree>),
    Binary(Binary, &'static str, Box<[Tree; 2]>),
    /// A row of `and` or of `or`, in the order of their places.
    Row(Binary, Vec<(usize, &'static str, Tree)>),
    /// `a < b <= c`: the first operand, then each operator with its place and operand.
    Chain(Box<Tree>, Vec<(Binary, usize, &'static str, Tree)>),
    Condition(Box<Branch>),
    Let(String, Box<[Tree; 2]>),
    Sequence(Vec<Tree>),
    List(Vec<Tree>),
    Map(Vec<(Tree, Tree)>),
    /// A member by its key; of nothing it is nothing if so asked.
    Member {
        of: Box<[Tree; 2]>,
        is_optional: bool,
    },
    /// The end of what is skipped where a `?.` in it met nothing.
    Chained(Box<Tree>),
    Slice(Box<Tree>, Option<Box<Tree>>, Option<Box<Tree>>),
    Call(String, Vec<Tree>),
    Method {
        of: Box<Tree>,
        name: String,
        arguments: Vec<Tree>,
        is_optional: bool,
    },
    /// The predicate of a call.
    Predicate(Box<Tree>),
}

/// A choice; without `then` it gives the condition itself.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) condition: Tree,
    pub(crate) then: Option<Tree>,
    pub(crate) otherwise: Tree,
}

impl Tree {
    pub(super) fn new(at: usize, shape: Shape) -> Self {
        let height = shape.parts_height().saturating_add(1);
        Self { at, height, shape }
    }
}

impl Shape {
    fn parts_height(&self) -> u16 {
        let highest = |trees: &mut dyn Iterator<Item = &Tree>| trees.map(|tree| tree.height).max().unwrap_or(0);
        match self {
            Self::Nil | Self::Bool(_) | Self::Int(_) | Self::Float(_) => 0,
            Self::Text(_) | Self::Name(_) | Self::Pointer(_) => 0,
            Self::Unary(_, _, tree) | Self::Chained(tree) | Self::Predicate(tree) => tree.height,
            Self::Binary(_, _, trees) | Self::Let(_, trees) => highest(&mut trees.iter()),
            Self::Member { of, .. } => highest(&mut of.iter()),
            Self::Row(_, row) => highest(&mut row.iter().map(|(_, _, tree)| tree)),
            Self::Chain(first, rest) => {
                highest(&mut std::iter::once(&**first).chain(rest.iter().map(|(.., tree)| tree)))
            }
            Self::Condition(branch) => {
                highest(&mut [&branch.condition, &branch.otherwise].into_iter().chain(branch.then.as_ref()))
            }
            Self::Sequence(trees) | Self::List(trees) | Self::Call(_, trees) => highest(&mut trees.iter()),
            Self::Map(entries) => highest(&mut entries.iter().flat_map(|(key, value)| [key, value])),
            Self::Slice(of, from, to) => {
                highest(&mut std::iter::once(&**of).chain([from, to].into_iter().flatten().map(|tree| &**tree)))
            }
            Self::Method { of, arguments, .. } => highest(&mut std::iter::once(&**of).chain(arguments)),
        }
    }
}
