//! From the source to a tree: what is written, before names and types mean anything.

mod escape;
mod lexer;
mod list;
mod number;
mod operator;
mod parser;
mod postfix;
mod primary;
mod token;
mod tree;

pub(crate) use operator::{Binary, Unary};
pub(crate) use tree::{Branch, Shape, Tree};

use crate::error::Blame;

/// Parses a source.
pub(crate) fn parse(source: &str) -> Result<Tree, Blame> {
    parser::Parser::new(source)?.parse()
}
