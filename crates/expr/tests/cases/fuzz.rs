//! What holds for any source; the fuzzer in `fuzz/` looks for one where it does not.

use sluice_expr::Program;

use crate::go::Go;

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
