//! What is printed for the comparison script: one JSON value per line, each written at once.

use std::io::Write;

use serde_json::Value;

/// Prints a value as one line.
pub(crate) fn print_line(value: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    out.flush()
}
