#![no_main]
//! Fuzzes the check of this name.

libfuzzer_sys::fuzz_target!(|data: &[u8]| sluice_fuzz::run("sse", data));
