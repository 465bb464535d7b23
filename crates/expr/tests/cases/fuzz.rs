//! What holds for any source. The fuzzer in `fuzz/` looks for one where it does not; the test replays what it kept.

use sluice_expr::Program;

use crate::go::{CASES, Go};

/// Compiles and runs a source; panics when a claim breaks.
pub(crate) fn check(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    let go = Go::new();
    match Program::compile(source, go.environment()) {
        Ok(program) => assert_eq!(program.source(), source),
        Err(error) => {
            let lines = source.split('\n').count();
            assert!((1..=lines).contains(&error.place.line), "{error}");
            let length = source.split('\n').nth(error.place.line - 1).map_or(0, |line| line.chars().count());
            assert!((1..=length + 1).contains(&error.place.column), "{error}");
            assert!(error.pointer.ends_with('^'), "{error}");
        }
    }
    // Whatever comes of the run: it ends.
    drop(go.answer(source));
}

/// Returns what a fuzzer starts from.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    CASES.lines().filter_map(|line| line.split('\t').next()).map(|source| source.as_bytes().to_vec()).collect()
}

#[test]
fn what_the_fuzzer_keeps_holds() {
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/expr");
    let mut bytes = std::fs::read(kept).unwrap_or_default();
    while let Some((length, _)) = bytes.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap();
        let rest = bytes.split_off(4);
        let (input, rest) = rest.split_at(length);
        check(input);
        bytes = rest.to_vec();
    }
    seeds().iter().for_each(|seed| check(seed));
}
