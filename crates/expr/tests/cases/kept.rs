//! Sources that the fuzzer starts from, and those that it kept.

/// A source, `OK` or `ERR`, and what came of it in Go, in each line.
pub(crate) const CASES: &str = include_str!("../expr-cases.tsv");

/// Returns what a fuzzer starts from.
pub(crate) fn seeds() -> impl Iterator<Item = Vec<u8>> {
    CASES.lines().filter_map(|line| line.split('\t').next()).map(|source| source.as_bytes().to_vec())
}

#[test]
fn what_the_fuzzer_kept_holds() {
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/expr");
    let bytes = std::fs::read(kept).unwrap_or_default();
    let mut rest = bytes.as_slice();
    while let Some((length, inputs)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap();
        let (input, after) = inputs.split_at(length);
        crate::fuzz::check(input);
        rest = after;
    }
    seeds().for_each(|seed| crate::fuzz::check(&seed));
}
