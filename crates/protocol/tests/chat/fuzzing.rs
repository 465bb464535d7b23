//! The root from which `fuzz/` builds the checks, with the tests' own readers and fixtures.

mod checks;
mod corpus;
mod fixture;
mod grammar;
mod support;

use std::path::PathBuf;

/// Returns the name of every target.
pub fn targets() -> impl Iterator<Item = &'static str> {
    checks::CHECKS.iter().map(|(name, _)| *name)
}

/// Runs the check of a target; panics when its claim breaks.
pub fn run(name: &str, data: &[u8]) {
    let (_, check) = checks::CHECKS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no target `{name}`"));
    check(data);
}

/// Returns what a fuzzer starts from: the golden fixtures, and what was kept before.
pub fn inputs(target: &str) -> Vec<Vec<u8>> {
    corpus::seeds(target).into_iter().chain(corpus::kept(target)).collect()
}

/// Returns the file with what was kept for a target.
pub fn file(target: &str) -> PathBuf {
    corpus::file(target)
}

/// Returns the bytes of such a file, without what stands in the golden fixtures.
pub fn pack(target: &str, mut inputs: Vec<Vec<u8>>) -> Vec<u8> {
    let seeds = corpus::seeds(target);
    inputs.retain(|input| !seeds.contains(input));
    corpus::pack(&inputs)
}
