//! Money as integers. No float ever touches an amount.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Millionths of a US dollar, the only money type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl fmt::Display for Micros {
    /// Writes dollars with six decimals, such as `-0.002500`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_show_all_six_decimals_and_the_sign() {
        let shown = [0, 1, -2_500, 1_234_567, i64::MIN].map(|micros| Micros(micros).to_string());
        assert_eq!(shown, ["0.000000", "0.000001", "-0.002500", "1.234567", "-9223372036854.775808"]);
    }
}
