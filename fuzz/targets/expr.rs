#![no_main]
//! Fuzzes the compiler and the runs of rules.

#[path = "../../crates/expr/tests/cases/fuzz.rs"]
mod fuzz;
#[path = "../../crates/expr/tests/cases/go.rs"]
mod go;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::check(data));
