//! Parses what follows an operand: members, elements, slices and methods.

use super::parser::Parser;
use super::token::Word;
use super::tree::{Shape, Tree};
use crate::error::{Blame, Problem};

impl Parser {
    /// Parses everything that hangs on an operand.
    pub(super) fn postfix(&mut self, mut tree: Tree) -> Result<Tree, Blame> {
        let mut has_optional = false;
        loop {
            match self.word() {
                Word::Sign("." | "?.") => {
                    let is_optional = self.is_at("?.");
                    has_optional |= is_optional;
                    self.advance();
                    tree = self.member(tree, is_optional)?;
                }
                Word::Sign("[") => {
                    // An index ends what `?.` skips: of nothing it has no element.
                    tree = self.chained(tree, has_optional)?;
                    has_optional = false;
                    tree = self.element_or_slice(tree)?;
                }
                _ => return self.chained(tree, has_optional),
            }
        }
    }

    fn chained(&self, tree: Tree, has_optional: bool) -> Result<Tree, Blame> {
        if has_optional { self.tree(tree.at, Shape::Chained(Box::new(tree))) } else { Ok(tree) }
    }

    fn member(&mut self, of: Tree, is_optional: bool) -> Result<Tree, Blame> {
        let at = self.at();
        let name = match self.word() {
            Word::Name(name) => name.clone(),
            Word::Sign("[") if is_optional => return self.optional_element(of),
            Word::Sign(sign) if sign.starts_with(char::is_alphabetic) => (*sign).to_owned(),
            word => {
                let found = word.describe();
                return Err(Blame::new(at, Problem::Expected { expected: "a name", found }));
            }
        };
        self.advance();
        if !self.is_at("(") {
            let key = self.tree(at, Shape::Text(name))?;
            return self.tree(at, Shape::Member { of: Box::new([of, key]), is_optional });
        }
        let arguments = match self.call(at, name.clone(), None)?.shape {
            Shape::Call(_, arguments) => arguments,
            _ => Vec::new(),
        };
        self.tree(at, Shape::Method { of: Box::new(of), name, arguments, is_optional })
    }

    /// Parses `?.[index]`.
    fn optional_element(&mut self, of: Tree) -> Result<Tree, Blame> {
        self.open("[")?;
        let at = self.at();
        let key = self.expression(0)?;
        self.close("]")?;
        self.tree(at, Shape::Member { of: Box::new([of, key]), is_optional: true })
    }

    fn element_or_slice(&mut self, of: Tree) -> Result<Tree, Blame> {
        let opened_at = self.at();
        self.open("[")?;
        let from = if self.is_at(":") { None } else { Some(self.expression(0)?) };
        if !self.take(":") {
            self.close("]")?;
            // Without an index this does not get here: an expression is never empty.
            let Some(key) = from else { return Err(self.unexpected()) };
            return self.tree(opened_at, Shape::Member { of: Box::new([of, key]), is_optional: false });
        }
        let to = if self.is_at("]") { None } else { Some(Box::new(self.expression(0)?)) };
        self.close("]")?;
        self.tree(opened_at, Shape::Slice(Box::new(of), from.map(Box::new), to))
    }
}
