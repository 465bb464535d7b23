//! What is wrong with a rule, and where.

use std::fmt;

use crate::value::TooDeep;

/// A place in a source, counted in characters from one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Place {
    /// Returns the place of a byte of a source.
    pub(crate) fn of(source: &str, byte: usize) -> Self {
        let before = source.get(..byte).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// Why a rule does not compile.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{problem} ({place})")]
pub struct CompileError {
    /// What is wrong.
    pub problem: Problem,
    /// Where it is wrong.
    pub place: Place,
    /// The line with a mark under the place.
    pub pointer: String,
}

impl CompileError {
    pub(crate) fn new(source: &str, blame: Blame) -> Self {
        let place = Place::of(source, blame.at);
        Self { problem: blame.problem, place, pointer: pointer(source, place) }
    }
}

fn pointer(source: &str, place: Place) -> String {
    let line = source.split('\n').nth(place.line - 1).unwrap_or_default();
    let blank: String = line.chars().take(place.column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    format!("{line}\n{blank}^")
}

/// A problem at a byte of the source.
#[derive(Debug)]
pub(crate) struct Blame {
    pub(crate) at: usize,
    pub(crate) problem: Problem,
}

impl Blame {
    pub(crate) fn new(at: usize, problem: Problem) -> Self {
        Self { at, problem }
    }
}

/// What can be wrong with a rule before it runs.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Problem {
    #[error("the rule has {bytes} bytes, the most is {limit}")]
    TooLong { bytes: usize, limit: usize },
    #[error("the rule nests too deep; take parts out with `let`")]
    TooNested,
    #[error("unexpected character `{0}`")]
    Character(char),
    #[error("{0} is not closed")]
    Unclosed(&'static str),
    #[error("invalid escape in a string; inside backquotes nothing needs one")]
    Escape,
    #[error("bad number `{0}`")]
    Number(String),
    #[error("unexpected {0}")]
    Unexpected(String),
    #[error("expected {expected}, found {found}")]
    Expected { expected: &'static str, found: String },
    #[error("`{0}` and `??` cannot be mixed; put one of them in parentheses")]
    Mixed(String),
    #[error("unknown name `{name}`{hint}")]
    UnknownName { name: String, hint: String },
    #[error("`{0}` is a function; call it with `{0}(…)`")]
    NotCalled(String),
    #[error("`{name}` cannot be declared: {reason}")]
    Redeclared { name: String, reason: &'static str },
    #[error("invalid operation: {operator} (mismatched types {left} and {right})")]
    Operands { operator: &'static str, left: String, right: String },
    #[error("invalid operation: {operator} (mismatched type {operand})")]
    Operand { operator: &'static str, operand: String },
    #[error("non-bool expression (type {0}) used as condition")]
    Condition(String),
    #[error("the rule must give a bool, this gives {0}")]
    NotBool(String),
    #[error("cannot use {key} as type {expected} in {place}")]
    Membership { key: String, expected: String, place: &'static str },
    #[error("type {of} has no {what} `{name}`")]
    NoMember { of: String, what: &'static str, name: String },
    #[error("cannot use {index} to get an element from {of}")]
    Index { index: String, of: String },
    #[error("cannot slice {0}")]
    Slice(String),
    #[error("`{name}` takes {expected}, not {given} arguments")]
    Arity { name: String, expected: String, given: usize },
    #[error("cannot use {given} as argument (type {expected}) to call `{name}`")]
    Argument { name: String, given: String, expected: String },
    #[error("the predicate must give a bool, this gives {0}")]
    Predicate(String),
    #[error("error parsing regexp: {0}")]
    Regex(String),
    #[error("integer divide by zero")]
    DivideByZero,
    #[error(transparent)]
    Value(#[from] TooDeep),
}

/// Why a run of a rule failed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{fault} ({place})")]
pub struct RunError {
    /// What went wrong.
    pub fault: Fault,
    /// Which part of the source it was.
    pub place: Place,
}

/// What can go wrong in a run.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Fault {
    #[error("the rule takes too many steps")]
    TooLong,
    #[error("the rule takes too much memory")]
    TooLarge,
    #[error(transparent)]
    TooDeep(#[from] TooDeep),
    #[error("invalid operation: {left} {operator} {right}")]
    Mismatch { operator: &'static str, left: &'static str, right: &'static str },
    #[error("{given} where {expected} is needed")]
    Kind { expected: &'static str, given: &'static str },
    #[error("integer divide by zero")]
    DivideByZero,
    #[error("index out of range: {index} (array length is {length})")]
    OutOfRange { index: i64, length: usize },
    #[error("cannot fetch `{member}` from {of}")]
    NoMember { member: String, of: &'static str },
    #[error("`{value}` is not {what}")]
    Unreadable { value: String, what: &'static str },
    #[error("{name}: {reason}")]
    Argument { name: &'static str, reason: &'static str },
    #[error("{0} cannot be the key of a map")]
    Key(&'static str),
    #[error("this cannot be written as JSON")]
    NoJson,
    #[error("error parsing regexp: {0}")]
    Regex(String),
    #[error("`{name}`: {reason}")]
    Host { name: String, reason: String },
    #[error("the rule gave {0}, not a bool")]
    NotBool(&'static str),
}
