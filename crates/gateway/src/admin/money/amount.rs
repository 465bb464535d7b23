//! Amounts as they come in: whole micro-dollars within bounds.

use sluice_domain::money::Micros;

use crate::admin::wire::{Failure, Problem};

/// A thousand million dollars: more is a slip of the pen, and every program can read the number exactly.
const MAX_MICROS: i64 = 1_000_000_000_000_000;

/// Reads an amount to move, which is more than 0.
pub(super) fn read_amount(field: &'static str, micros: i64) -> Result<Micros, Failure> {
    within(field, micros, 1)
}

/// Reads a limit, which may be 0: then nothing may be spent.
pub(in crate::admin) fn read_limit(field: &'static str, micros: i64) -> Result<Micros, Failure> {
    within(field, micros, 0)
}

fn within(field: &'static str, micros: i64, min: i64) -> Result<Micros, Failure> {
    if (min..=MAX_MICROS).contains(&micros) {
        return Ok(Micros(micros));
    }
    Err(Problem::AmountInvalid.with("field", field).with("min", min).with("max", MAX_MICROS))
}
