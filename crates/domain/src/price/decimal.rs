//! Decimal numbers as vendors and operators write them, read without a float.

use std::fmt;

/// A number that is at least zero: `digits` divided by ten to the power of `scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    digits: u128,
    scale: u32,
}

/// A text that is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDecimal {
    /// It is not a number.
    #[error("`{0}` is not a decimal number such as `0.075`")]
    NotANumber(String),
    /// It is below zero.
    #[error("`{0}` is negative; prices and factors start at zero")]
    Negative(String),
    /// It has more digits than can be kept exactly.
    #[error("a number is too large or too fine to be kept exactly")]
    OutOfRange,
}

/// More than this in one number is no price.
const MAX_SCALE: u32 = 30;
/// Decimal digits that a binary float keeps.
const FLOAT_DIGITS: u32 = 15;
/// Digits to which a factor is shortened, upwards, where the exact product is too long: a millionth of a micro-dollar
/// in a rate of a million dollars.
const SHORT_DIGITS: u32 = 18;

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { digits: 0, scale: 0 };

    /// Builds `digits` / 10^`scale`.
    #[must_use]
    pub const fn from_parts(digits: u128, scale: u32) -> Self {
        Self { digits, scale }
    }

    /// Reads a number such as `2`, `0.075`, `.5` or `1.5e-06`.
    ///
    /// # Errors
    /// When it is no number, is negative, or cannot be kept exactly.
    pub fn parse(text: &str) -> Result<Self, BadDecimal> {
        let trimmed = text.trim();
        if let Some(positive) = trimmed.strip_prefix('-') {
            let number = Self::parse(positive.trim_start_matches(['-', '+']))?;
            return if number.is_zero() { Ok(number) } else { Err(BadDecimal::Negative(text.to_owned())) };
        }
        let bad = || BadDecimal::NotANumber(text.to_owned());
        let (mantissa, exponent) = trimmed.split_once(['e', 'E']).unwrap_or((trimmed, "0"));
        let exponent: i32 = exponent.parse().map_err(|_| bad())?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(bad());
        }
        let mut digits: u128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = byte.is_ascii_digit().then(|| u128::from(byte - b'0')).ok_or_else(bad)?;
            digits = digits.checked_mul(10).and_then(|d| d.checked_add(digit)).ok_or(BadDecimal::OutOfRange)?;
        }
        let scale = i32::try_from(fraction.len()).ok().and_then(|length| length.checked_sub(exponent));
        Self::normalise(digits, scale.ok_or(BadDecimal::OutOfRange)?)
    }

    /// Returns whether it is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// Returns the number without the noise of a binary float: rounded to fifteen digits if it has more. Systems that
    /// compute in floats print `0.30000000000000004` for 0.3.
    #[must_use]
    pub fn without_float_noise(mut self) -> Self {
        let extra = self.length().saturating_sub(FLOAT_DIGITS).min(self.scale);
        if extra > 0 {
            let unit = 10u128.pow(extra);
            self.digits = (self.digits + unit / 2) / unit;
            self.scale -= extra;
        }
        self.trimmed()
    }

    /// Returns the product: exact up to 38 digits, else rounded up after eighteen digits of either factor.
    ///
    /// # Errors
    /// When it is too large.
    pub fn times(self, other: Self) -> Result<Self, BadDecimal> {
        let product = |a: Self, b: Self| {
            let digits = a.digits.checked_mul(b.digits)?;
            Some(Self { digits, scale: a.scale + b.scale }.trimmed())
        };
        let exact = product(self, other);
        exact.or_else(|| product(self.shortened(), other.shortened())).ok_or(BadDecimal::OutOfRange)
    }

    /// Returns the number multiplied by `unit`, rounded up to an integer.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn scaled_up(self, unit: u64) -> Result<u64, BadDecimal> {
        let scaled = |number: Self| {
            let exact = number.digits.checked_mul(u128::from(unit))?;
            Some(exact.div_ceil(10u128.checked_pow(number.scale)?))
        };
        let scaled = scaled(self).or_else(|| scaled(self.shortened())).ok_or(BadDecimal::OutOfRange)?;
        u64::try_from(scaled).map_err(|_| BadDecimal::OutOfRange)
    }

    /// Drops decimals, rounding up, until the number has no more than [`SHORT_DIGITS`] digits or no decimals.
    fn shortened(self) -> Self {
        let extra = self.length().saturating_sub(SHORT_DIGITS).min(self.scale);
        // A 128-bit number has at most 39 digits, so this power fits.
        let unit = 10u128.checked_pow(extra).unwrap_or(1);
        Self { digits: self.digits.div_ceil(unit), scale: self.scale - extra }.trimmed()
    }

    /// Returns the number of digits.
    fn length(self) -> u32 {
        self.digits.checked_ilog10().map_or(1, |log| log + 1)
    }

    fn normalise(digits: u128, scale: i32) -> Result<Self, BadDecimal> {
        if digits == 0 {
            return Ok(Self::ZERO);
        }
        let number = if scale < 0 {
            let grown = 10u128.checked_pow(scale.unsigned_abs()).and_then(|power| digits.checked_mul(power));
            Self { digits: grown.ok_or(BadDecimal::OutOfRange)?, scale: 0 }
        } else {
            Self { digits, scale: scale.unsigned_abs() }.trimmed()
        };
        if number.scale > MAX_SCALE { Err(BadDecimal::OutOfRange) } else { Ok(number) }
    }

    fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.digits.is_multiple_of(10) {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { digits, scale } = self.trimmed();
        let Some(divisor) = 10u128.checked_pow(scale).filter(|_| scale > 0) else { return digits.fmt(f) };
        let width = usize::try_from(scale).unwrap_or(0);
        write!(f, "{}.{:0width$}", digits / divisor, digits % divisor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2", "2")]
    #[case("0.075", "0.075")]
    #[case(".5", "0.5")]
    #[case("1.", "1")]
    #[case("1.500", "1.5")]
    #[case(" 1.5e-06 ", "0.0000015")]
    #[case("2.5E+3", "2500")]
    #[case("00.10", "0.1")]
    #[case("-0", "0")]
    fn a_number_is_read_as_it_is_written(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(Decimal::parse(text).unwrap().to_string(), expected);
    }

    #[rstest]
    #[case("")]
    #[case(".")]
    #[case("1,5")]
    #[case("NaN")]
    #[case("0x10")]
    #[case("1e")]
    #[case("-1")]
    #[case("1e-40")]
    #[case("1e99")]
    #[case("9999999999999999999999999999999999999999")]
    fn what_is_no_amount_is_refused(#[case] text: &str) {
        assert!(Decimal::parse(text).is_err());
    }

    #[rstest]
    #[case("0.30000000000000004", "0.3")]
    #[case("0.13500000000000001", "0.135")]
    #[case("8.333333333333334", "8.33333333333333")]
    #[case("0.075", "0.075")]
    #[case("68.4932", "68.4932")]
    fn the_noise_of_a_float_is_dropped(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(Decimal::parse(text).unwrap().without_float_noise().to_string(), expected);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[-+0-9.eE ]{0,45}|.{0,12}") {
            if let Ok(number) = Decimal::parse(&text) {
                let again = Decimal::parse(&number.to_string());
                proptest::prop_assert_eq!(again, Ok(number));
                let _ = (number.scaled_up(1_000_000), number.without_float_noise(), number.times(number));
            }
        }

        #[test]
        fn a_long_product_is_rounded_up_and_hardly(
            a in 1..1_000_000_000_000_000u128, b in 1..1_000_000_000_000_000u128, c in 1..1_000_000_000_000_000u128,
        ) {
            let product = [a, b, c].iter().try_fold(Decimal::from_parts(1, 0), |product, &digits| {
                product.times(Decimal::from_parts(digits, 14))
            });
            let scaled = product.unwrap().scaled_up(2_000_000).unwrap() as f64;
            let exact = [a, b, c].iter().fold(2_000_000.0, |product, &digits| product * (digits as f64 / 1e14));
            proptest::prop_assert!((exact * (1.0 - 1e-12)..exact * (1.0 + 1e-12) + 1.0).contains(&scaled));
        }
    }

    #[test]
    fn scaling_rounds_up_and_only_up() {
        let scaled = ["0.0000001", "1", "1.0000001"].map(|text| Decimal::parse(text).unwrap().scaled_up(1_000_000));
        assert_eq!(scaled, [Ok(1), Ok(1_000_000), Ok(1_000_001)]);
    }
}
