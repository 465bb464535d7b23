//! The expression language of rules: an evaluator of expr (the language of expr-lang for Go, version 1.17) that is safe to
//! give to anybody who may write a rule.
//!
//! A rule is compiled once against an [`Environment`], which checks names and types, and then runs over [`Values`] as
//! often as needed. No rule can abort the process or run without end: sources, nesting, steps and memory are bounded by
//! [`Limits`]. Nothing here waits, reads a file, or looks at a clock.
//!
//! ```
//! use sluice_expr::{Environment, Program, Type, Values};
//!
//! let mut environment = Environment::new();
//! let tokens = environment.variable("TokenCount", Type::Int);
//! let model = environment.variable("Model", Type::Text);
//! let rule = Program::compile_bool(r#"TokenCount > 8000 and Model startsWith "gpt-""#, &environment)?;
//! assert!(rule.reads(tokens));
//!
//! let mut values = Values::new(&environment);
//! values.set(tokens, 12_000_i64);
//! values.set(model, "gpt-4o");
//! assert_eq!(rule.run_bool(&values), Ok(true));
//!
//! let error = Program::compile_bool("Tokencount > 5", &environment).unwrap_err();
//! assert_eq!(error.to_string(), "unknown name `Tokencount`, did you mean `TokenCount`? (1:1)");
//! # Ok::<(), sluice_expr::CompileError>(())
//! ```
//!
//! # What differs from the Go implementation
//!
//! - Texts are Unicode. Where a slice cuts through a character, each byte of it becomes U+FFFD; escapes for single bytes
//!   from 128 on are refused.
//! - Maps are in the order of their keys; Go's have none.
//! - Functions are not values: `len` must be called. Byte literals, `::` and user-made predicates do not exist.
//! - Equality looks into lists and maps with the same rules as outside: `1 == 1.0` holds there as well.
//! - Month and weekday are whole numbers with a name, so that `now().Weekday() == 1` is allowed.
//! - `#index` exists in every predicate, `else if` in every choice.
//! - Types are known of variables, not of members of what was declared as [`Type::Any`].
//! - Regular expressions run in linear time in both. `\d`, `\w`, `\s` and `\b` are those of ASCII, as in RE2. Not understood are
//!   `\Q…\E`, `\C` and octal escapes; understood beyond RE2 are the flag `x` and more Unicode classes.
//! - After a pipe a call may be indexed or sliced: `x | sort()[0]`.
//! - The last digit of a power with large exponents may differ.
//! - Numbers are 64-bit; whole numbers wrap around. A run is bounded by steps and bytes, not by a million elements.

mod builtins;
mod check;
mod environment;
mod error;
mod eval;
mod kind;
pub mod limits;
mod node;
mod pattern;
mod program;
mod syntax;
mod time;
mod value;

pub use environment::{Environment, Host, Slot, Values};
pub use error::{CompileError, Fault, Place, Problem, RunError};
pub use kind::Type;
pub use limits::Limits;
pub use program::Program;
pub use time::{Moment, Zone};
pub use value::{Key, List, Map, Text, TooDeep, Value, from_json};
