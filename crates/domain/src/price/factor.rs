//! What a price is multiplied by.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Service;
use super::decimal::{BadDecimal, Decimal};

/// A factor in parts per million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Multiplier(pub u64);

impl Multiplier {
    /// One: changes nothing.
    pub const ONE: Self = Self(PARTS);

    /// Reads a factor such as `0.8`; what is finer than a millionth is rounded up.
    ///
    /// # Errors
    /// When the text is no decimal number, is negative or does not fit.
    pub fn parse(text: &str) -> Result<Self, BadDecimal> {
        Decimal::parse(text)?.scaled_up(PARTS).map(Self)
    }

    /// Returns the factor as a fraction in lowest terms, so that exact products stay as small as they can.
    pub(super) fn fraction(self) -> (u128, u128) {
        let common = greatest_common_divisor(self.0, PARTS);
        (u128::from(self.0 / common), u128::from(PARTS / common))
    }
}

const PARTS: u64 = 1_000_000;

/// Returns the greatest common divisor; `b` is not zero.
fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if a == 0 { b } else { greatest_common_divisor(b % a, a) }
}

impl Default for Multiplier {
    fn default() -> Self {
        Self::ONE
    }
}

impl fmt::Display for Multiplier {
    /// Writes the factor without trailing zeros, such as `0.8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::from_parts(u128::from(self.0), 6).fmt(f)
    }
}

/// Everything that a price is multiplied by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Factors {
    /// Of the request: size, quality or length that a price per call scales with.
    pub request: Multiplier,
    /// Of the caller's group.
    pub group: Multiplier,
    /// Of the key.
    pub key: Multiplier,
}

impl Factors {
    /// Returns the factors in the order in which formulas show them.
    #[must_use]
    pub const fn all(&self) -> [Multiplier; 3] {
        [self.request, self.group, self.key]
    }
}

/// The conditions of one call that its price depends on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// The service level that the upstream gave.
    pub service: Service,
    /// What the price is multiplied by.
    pub factors: Factors,
}
