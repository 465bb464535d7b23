//! States as the numbers that scripts of the old gateways send and expect: 1 enabled, anything else disabled.

use super::{Failure, Problem};

/// Returns 1 for enabled, 2 for disabled.
pub(crate) const fn number(enabled: bool) -> i64 {
    if enabled { 1 } else { 2 }
}

/// Reads a state of an existing row.
pub(crate) fn read(number: i64) -> Result<bool, Failure> {
    match number {
        1 => Ok(true),
        0 | 2 => Ok(false),
        _ => Err(Problem::StatusUnknown.with("number", number)),
    }
}

/// Reads the state that a new row starts with: absent and 0 stand for the default, which is enabled.
pub(crate) fn read_new(number: Option<i64>) -> Result<bool, Failure> {
    number.filter(|&number| number != 0).map_or(Ok(true), read)
}
