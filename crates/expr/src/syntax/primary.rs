//! Parses operands.

use super::operator::unary;
use super::parser::Parser;
use super::token::Word;
use super::tree::{Shape, Tree};
use crate::builtins;
use crate::error::Blame;

impl Parser {
    pub(super) fn primary(&mut self) -> Result<Tree, Blame> {
        let at = self.at();
        match self.word().clone() {
            Word::Int(value) => self.literal(Shape::Int(value)),
            Word::Float(value) => self.literal(Shape::Float(value)),
            Word::Text(text) => {
                let tree = self.literal(Shape::Text(text))?;
                self.postfix(tree)
            }
            Word::Name(name) => self.name(at, name),
            Word::Sign("(") => {
                self.open("(")?;
                let tree = self.sequence()?;
                self.close(")")?;
                self.postfix(tree)
            }
            Word::Sign("[") => {
                let tree = self.list()?;
                self.postfix(tree)
            }
            Word::Sign("{") => {
                let tree = self.map()?;
                self.postfix(tree)
            }
            Word::Sign(sign @ ("#" | ".")) if self.is_in_predicate() => self.element(at, sign),
            Word::Sign(sign) => {
                let Some((operator, strength)) = unary(sign) else { return Err(self.unexpected()) };
                self.advance();
                let operand = Box::new(self.expression(strength)?);
                self.tree(at, Shape::Unary(operator, sign, operand))
            }
            Word::End => Err(self.unexpected()),
        }
    }

    fn literal(&mut self, shape: Shape) -> Result<Tree, Blame> {
        let at = self.at();
        self.advance();
        self.tree(at, shape)
    }

    fn name(&mut self, at: usize, name: String) -> Result<Tree, Blame> {
        self.advance();
        match name.as_str() {
            "true" => return self.tree(at, Shape::Bool(true)),
            "false" => return self.tree(at, Shape::Bool(false)),
            "nil" => return self.tree(at, Shape::Nil),
            _ => {}
        }
        let tree = if self.is_at("(") { self.call(at, name, None)? } else { self.tree(at, Shape::Name(name))? };
        self.postfix(tree)
    }

    /// Parses `#`, `#acc`, or `.field` for `#.field`.
    fn element(&mut self, at: usize, sign: &str) -> Result<Tree, Blame> {
        let mut pointer = String::new();
        if sign == "#" {
            self.advance();
            if let Word::Name(name) = self.word()
                && self.at() == at + 1
            {
                pointer.clone_from(name);
                self.advance();
            }
        }
        let tree = self.tree(at, Shape::Pointer(pointer))?;
        self.postfix(tree)
    }

    /// Parses the arguments of a call, after what was piped into it.
    pub(super) fn call(&mut self, at: usize, name: String, piped: Option<Tree>) -> Result<Tree, Blame> {
        let builtin = builtins::find(&name);
        let mut arguments: Vec<Tree> = piped.into_iter().collect();
        self.open("(")?;
        while !self.is_at(")") {
            let is_predicate = builtin.is_some_and(|builtin| builtin.takes_predicate(arguments.len()));
            arguments.push(if is_predicate { self.predicate()? } else { self.expression(0)? });
            if !self.take(",") {
                break;
            }
        }
        self.close(")")?;
        self.tree(at, Shape::Call(name, arguments))
    }
}
