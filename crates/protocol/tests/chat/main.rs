//! Conversions among the chat dialects: golden fixtures, stream grammars, and what holds for every input.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets something unexpected has to stop, in helpers as in tests"
)]

mod checks;
mod corpus;
mod fixture;
mod golden;
mod grammar;
mod limits;
mod properties;
mod provenance;
mod stability;
mod structured;
mod support;
mod tool_search;
