//! Parses lists and maps.

use super::parser::Parser;
use super::token::Word;
use super::tree::{Shape, Tree};
use crate::error::{Blame, Problem};

impl Parser {
    pub(super) fn list(&mut self) -> Result<Tree, Blame> {
        let at = self.at();
        self.open("[")?;
        let mut items = Vec::new();
        while !self.is_at("]") {
            items.push(self.expression(0)?);
            if !self.take(",") {
                break;
            }
        }
        self.close("]")?;
        self.tree(at, Shape::List(items))
    }

    pub(super) fn map(&mut self) -> Result<Tree, Blame> {
        let at = self.at();
        self.open("{")?;
        let mut entries = Vec::new();
        while !self.is_at("}") {
            let key = self.key()?;
            self.expect(":")?;
            entries.push((key, self.expression(0)?));
            if !self.take(",") {
                break;
            }
        }
        self.close("}")?;
        self.tree(at, Shape::Map(entries))
    }

    fn key(&mut self) -> Result<Tree, Blame> {
        let at = self.at();
        let text = match self.word().clone() {
            Word::Text(text) | Word::Name(text) => text,
            Word::Int(value) => value.to_string(),
            Word::Float(value) => crate::value::float(value),
            Word::Sign("(") => return self.expression(0),
            word => {
                let expected = "a key: a name, a string, a number or an expression in parentheses";
                return Err(Blame::new(at, Problem::Expected { expected, found: word.describe() }));
            }
        };
        self.advance();
        self.tree(at, Shape::Text(text))
    }
}
