//! Compiled rules and their runs.

use crate::check::Checker;
use crate::environment::{Environment, Signature, Slot, Values};
use crate::error::{Blame, CompileError, Fault, Place, Problem, RunError};
use crate::eval::{Run, Stop};
use crate::kind::Type;
use crate::limits::Limits;
use crate::node::Expr;
use crate::syntax::parse;
use crate::value::Value;

/// A rule that has been checked against an [`Environment`] and is ready to run.
#[derive(Debug)]
pub struct Program {
    pub(crate) source: String,
    pub(crate) body: Expr,
    pub(crate) locals: usize,
    pub(crate) functions: Vec<Signature>,
    pub(crate) limits: Limits,
    reads: Vec<bool>,
    kind: Type,
}

impl Program {
    /// Compiles a rule.
    ///
    /// # Errors
    ///
    /// Fails at the first place where the rule cannot be understood, or where names or types do not fit.
    pub fn compile(source: &str, environment: &Environment) -> Result<Self, CompileError> {
        Self::build(source, environment).map_err(|blame| CompileError::new(source, blame))
    }

    /// Compiles a rule that must give a truth value.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::compile`] does, and where the rule surely gives something else.
    pub fn compile_bool(source: &str, environment: &Environment) -> Result<Self, CompileError> {
        let program = Self::compile(source, environment)?;
        if program.kind.fits(&Type::Bool) {
            return Ok(program);
        }
        let problem = Problem::NotBool(program.kind.to_string());
        Err(CompileError::new(source, Blame::new(program.body.at, problem)))
    }

    fn build(source: &str, environment: &Environment) -> Result<Self, Blame> {
        let limit = environment.limits.source_bytes;
        if source.len() > limit {
            return Err(Blame::new(0, Problem::TooLong { bytes: source.len(), limit }));
        }
        let tree = parse(source)?;
        let mut checker = Checker::new(environment);
        let (body, kind) = checker.lower(tree)?;
        let (locals, reads) = checker.finish();
        let functions = environment.functions.clone();
        Ok(Self { source: source.to_owned(), body, locals, functions, limits: environment.limits, reads, kind })
    }

    /// Returns the source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the type of the result, as far as it is known.
    #[must_use]
    pub fn kind(&self) -> &Type {
        &self.kind
    }

    /// Returns whether a variable occurs in the rule: what no rule reads need not be found out.
    #[must_use]
    pub fn reads(&self, slot: Slot) -> bool {
        self.reads.get(slot.0).copied().unwrap_or(false)
    }

    /// Runs the rule over values of the environment that it was compiled against.
    ///
    /// # Errors
    ///
    /// Fails when an operation cannot be done with the values, and when the run takes more than the limits allow.
    pub fn run<'a>(&'a self, values: &'a Values<'a>) -> Result<Value<'a>, RunError> {
        match Run::new(self, values).eval(&self.body) {
            Ok(value) => Ok(value),
            Err(Stop::Skip) => Ok(Value::Nil),
            Err(Stop::Fault(located)) => Err(self.error(located.at, located.fault)),
        }
    }

    /// Runs a rule that gives a truth value.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::run`] does, and when the result is not a truth value.
    pub fn run_bool(&self, values: &Values<'_>) -> Result<bool, RunError> {
        let value = self.run(values)?;
        value.as_bool().ok_or_else(|| self.error(self.body.at, Fault::NotBool(value.kind())))
    }

    fn error(&self, at: usize, fault: Fault) -> RunError {
        RunError { fault, place: Place::of(&self.source, at) }
    }
}
