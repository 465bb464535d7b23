//! Parses expressions by the strength of their operators, and what stands around them.

use super::lexer;
use super::operator::{Binary, PIPE, POWER, Unary, binary};
use super::token::{Token, Word};
use super::tree::{Branch, Shape, Tree};
use crate::error::{Blame, Problem};
use crate::limits::{MAX_HEIGHT, MAX_NESTING};

/// The state of a parse. Its depth of recursion is bounded, as is the height of what it makes.
pub(super) struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: u16,
    nesting: usize,
    predicates: usize,
}

const END: Token = Token { at: 0, word: Word::End };

impl Parser {
    pub(super) fn new(source: &str) -> Result<Self, Blame> {
        Ok(Self { tokens: lexer::words(source)?, next: 0, depth: 0, nesting: 0, predicates: 0 })
    }

    pub(super) fn parse(mut self) -> Result<Tree, Blame> {
        let tree = self.sequence()?;
        if self.word() == &Word::End { Ok(tree) } else { Err(self.unexpected()) }
    }

    /// Parses `a; b; c`.
    pub(super) fn sequence(&mut self) -> Result<Tree, Blame> {
        let at = self.at();
        let first = self.expression(PIPE)?;
        if !self.is_at(";") {
            return Ok(first);
        }
        let mut trees = vec![first];
        while self.take(";") {
            if matches!(self.word(), Word::End | Word::Sign(")" | "}")) {
                break;
            }
            trees.push(self.expression(PIPE)?);
        }
        self.tree(at, Shape::Sequence(trees))
    }

    /// Parses an expression whose operators bind at least so strongly.
    pub(super) fn expression(&mut self, strength: u16) -> Result<Tree, Blame> {
        self.depth += 1;
        if self.depth > MAX_HEIGHT {
            return Err(Blame::new(self.at(), Problem::TooNested));
        }
        let tree = match self.word() {
            Word::Sign("let") if strength == PIPE => self.declaration(),
            Word::Sign("if") if strength == PIPE => self.branches(),
            _ => self.operators(strength),
        };
        self.depth -= 1;
        tree
    }

    fn operators(&mut self, strength: u16) -> Result<Tree, Blame> {
        let mut left = self.primary()?;
        let mut previous = None;
        loop {
            if strength == PIPE && self.is_at("|") {
                left = self.pipe(left)?;
                continue;
            }
            let is_denied = self.is_at("not");
            let Some((sign, operator, binds)) = self.operator(usize::from(is_denied)) else {
                if is_denied {
                    self.advance();
                    return Err(self.unexpected());
                }
                break;
            };
            if binds < strength {
                break;
            }
            if is_denied && !operator.can_be_denied() {
                self.advance();
                return Err(self.unexpected());
            }
            if previous == Some(Binary::Coalesce) && operator != Binary::Coalesce {
                return Err(Blame::new(self.at(), Problem::Mixed(sign.to_owned())));
            }
            let denied_at = self.at();
            if is_denied {
                self.advance();
            }
            left = self.operation(left, (sign, operator, binds))?;
            if is_denied {
                left = self.tree(denied_at, Shape::Unary(Unary::Not, "not", Box::new(left)))?;
            }
            previous = Some(operator);
        }
        if strength == PIPE { self.condition(left) } else { Ok(left) }
    }

    /// Parses the operator and what follows it.
    fn operation(&mut self, left: Tree, (sign, operator, binds): (&'static str, Binary, u16)) -> Result<Tree, Blame> {
        let at = self.at();
        self.advance();
        if operator.is_chained() {
            return self.chain(left, at, (sign, operator, binds));
        }
        let right = self.expression(if binds == POWER { binds } else { binds + 1 })?;
        if matches!(operator, Binary::And | Binary::Or) {
            return self.row(operator, left, (at, sign, right));
        }
        self.tree(at, Shape::Binary(operator, sign, Box::new([left, right])))
    }

    /// Puts another operand to a row of the same operator, so that long rows do not make high trees.
    fn row(&self, operator: Binary, left: Tree, (at, sign, right): (usize, &'static str, Tree)) -> Result<Tree, Blame> {
        match left.shape {
            Shape::Row(known, mut row) if known == operator => {
                row.push((at, sign, right));
                self.tree(left.at, Shape::Row(operator, row))
            }
            _ => self.tree(at, Shape::Row(operator, vec![(at, sign, left), (at, sign, right)])),
        }
    }

    fn chain(
        &mut self,
        left: Tree,
        at: usize,
        (sign, operator, binds): (&'static str, Binary, u16),
    ) -> Result<Tree, Blame> {
        let right = self.expression(binds + 1)?;
        let mut rest = vec![(operator, at, sign, right)];
        while let Some((sign, operator, _)) = self.operator(0).filter(|(_, operator, _)| operator.is_chained()) {
            let at = self.at();
            self.advance();
            rest.push((operator, at, sign, self.expression(binds + 1)?));
        }
        match rest.pop() {
            Some((operator, at, sign, right)) if rest.is_empty() => {
                self.tree(at, Shape::Binary(operator, sign, Box::new([left, right])))
            }
            Some(last) => {
                rest.push(last);
                self.tree(at, Shape::Chain(Box::new(left), rest))
            }
            None => Ok(left),
        }
    }

    /// Parses `left | name(…)`.
    fn pipe(&mut self, left: Tree) -> Result<Tree, Blame> {
        self.expect("|")?;
        let at = self.at();
        let Word::Name(name) = self.word().clone() else { return Err(self.unexpected()) };
        self.advance();
        let call = self.call(at, name, Some(left))?;
        self.postfix(call)
    }

    fn condition(&mut self, mut condition: Tree) -> Result<Tree, Blame> {
        while self.take("?") {
            let at = condition.at;
            let then = if self.is_at(":") { None } else { Some(self.expression(PIPE)?) };
            self.expect(":")?;
            let otherwise = self.expression(PIPE)?;
            condition = self.tree(at, Shape::Condition(Box::new(Branch { condition, then, otherwise })))?;
        }
        Ok(condition)
    }

    fn declaration(&mut self) -> Result<Tree, Blame> {
        self.expect("let")?;
        let at = self.at();
        let Word::Name(name) = self.word().clone() else { return Err(self.unexpected()) };
        self.advance();
        if !self.is_at("=") {
            return Err(self.unexpected());
        }
        self.advance();
        let value = self.expression(PIPE)?;
        self.expect(";")?;
        let body = self.sequence()?;
        self.tree(at, Shape::Let(name, Box::new([value, body])))
    }

    /// Parses `if c { a } else { b }`.
    fn branches(&mut self) -> Result<Tree, Blame> {
        self.expect("if")?;
        let condition = self.expression(PIPE)?;
        let then = Some(self.block()?);
        self.expect("else")?;
        let otherwise = if self.is_at("if") { self.expression(PIPE)? } else { self.block()? };
        self.tree(condition.at, Shape::Condition(Box::new(Branch { condition, then, otherwise })))
    }

    /// Parses `{ a; b }`.
    pub(super) fn block(&mut self) -> Result<Tree, Blame> {
        self.open("{")?;
        let tree = self.sequence()?;
        self.close("}")?;
        Ok(tree)
    }

    /// Parses what an element of a list is asked or turned into, with or without braces.
    pub(super) fn predicate(&mut self) -> Result<Tree, Blame> {
        self.predicates += 1;
        let at = self.at();
        let body = if self.is_at("{") { self.block()? } else { self.expression(PIPE)? };
        self.predicates -= 1;
        self.tree(at, Shape::Predicate(Box::new(body)))
    }

    pub(super) fn is_in_predicate(&self) -> bool {
        self.predicates > 0
    }

    fn operator(&self, ahead: usize) -> Option<(&'static str, Binary, u16)> {
        match self.tokens.get(self.next + ahead).map(|token| &token.word) {
            Some(Word::Sign(sign)) => binary(sign),
            _ => None,
        }
    }

    pub(super) fn tree(&self, at: usize, shape: Shape) -> Result<Tree, Blame> {
        let tree = Tree::new(at, shape);
        if tree.height <= MAX_HEIGHT { Ok(tree) } else { Err(Blame::new(at, Problem::TooNested)) }
    }

    pub(super) fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(0, |token| token.at)
    }

    pub(super) fn word(&self) -> &Word {
        &self.tokens.get(self.next).unwrap_or(&END).word
    }

    pub(super) fn advance(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len().saturating_sub(1));
    }

    pub(super) fn is_at(&self, sign: &str) -> bool {
        matches!(self.word(), Word::Sign(known) if *known == sign)
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let is_at = self.is_at(sign);
        if is_at {
            self.advance();
        }
        is_at
    }

    pub(super) fn expect(&mut self, sign: &'static str) -> Result<(), Blame> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn open(&mut self, bracket: &'static str) -> Result<(), Blame> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(Blame::new(self.at(), Problem::TooNested));
        }
        self.expect(bracket)
    }

    pub(super) fn close(&mut self, bracket: &'static str) -> Result<(), Blame> {
        self.nesting -= 1;
        self.expect(bracket)
    }

    pub(super) fn unexpected(&self) -> Blame {
        Blame::new(self.at(), Problem::Unexpected(self.word().describe()))
    }
}
