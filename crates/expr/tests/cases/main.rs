//! The language: what the Go implementation answers, what rules of cost-optimal rely on, and that nothing runs away.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets something unexpected has to stop, in helpers as in tests"
)]

mod fuzz;
mod go;
mod golden;
mod host;
mod kept;
mod rules;
mod safety;
