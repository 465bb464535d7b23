//! What people bring along from other gateways: their configuration, their addresses, their ways of calling.
//!
//! Each old system is one module that turns its configuration into a [`Document`], which is what `sluice.yaml` would say,
//! and that goes the same way as the file from there on. So what `sluice serve` does with an old configuration is what
//! `sluice import` writes down. Everything that is wrong is reported at once, with its place in the old configuration.

mod address;
pub(crate) mod api_proxy;
pub(crate) mod cost_optimal;
mod document;
pub(crate) mod import;
mod network;
pub(crate) mod token_routes;
mod writing;

pub(crate) use document::Document;
pub(crate) use network::is_bare_loopback;
pub(crate) use writing::{Secrets, to_yaml};

use crate::config::Problem;

/// An old configuration in our words.
#[derive(Debug, Default)]
pub(crate) struct Translation {
    /// What `sluice.yaml` would say.
    pub(crate) document: Document,
    /// Why it cannot be followed.
    pub(crate) problems: Vec<Problem>,
    /// What the operator should know, one sentence each.
    pub(crate) notes: Vec<String>,
}

impl Translation {
    fn problem(&mut self, at: impl Into<String>, what: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem::new(at, what, fix));
    }

    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

/// Returns `wanted`, or with a number behind it if one of `taken` has it already.
fn free_name<'n>(wanted: &str, taken: impl Iterator<Item = &'n str>) -> String {
    let taken: Vec<&str> = taken.collect();
    let is_free = |name: &String| !taken.contains(&name.as_str());
    let numbered = (2u32..).map(|number| format!("{wanted}-{number}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}
