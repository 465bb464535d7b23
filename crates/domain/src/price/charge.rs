//! The charge of a usage: exact products, added, divided once, rounded up once.

use serde::{Deserialize, Serialize};

use super::class::Class;
use super::factor::{Factors, Terms};
use super::rates::{Found, Rate};
use super::{Price, Service};
use crate::money::Micros;
use crate::usage::Usage;

/// Thousandths of a unit, and a rate's million: what an exact product is larger than micro-dollars by.
const EXACT_PER_MICRO: u128 = 1_000 * 1_000_000;

/// One class of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What is charged.
    pub class: Class,
    /// How much of it: tokens, calls, images, or milliseconds for [`Class::Second`].
    pub quantity: u64,
    /// Micro-dollars per million tokens, calls, images or seconds.
    pub rate: Rate,
    /// The class that states the rate, where `class` has none of its own.
    pub rate_of: Class,
    /// Exact amount before the factors, in billionths of a micro-dollar. Text, because it may be longer than what a
    /// browser keeps of a number.
    #[serde(with = "as_text")]
    pub product: u128,
}

impl Line {
    fn new(class: Class, quantity: u64, found: Found) -> Result<Self, ChargeError> {
        let product = product(class, quantity, found.rate)?;
        Ok(Self { class, quantity, rate: found.rate, rate_of: found.from, product })
    }
}

/// What a usage costs, with every part of the sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// One line for each class that was used and has a rate, in the order of [`Class::ALL`].
    pub lines: Vec<Line>,
    /// The sum.
    pub micros: Micros,
}

/// Why a usage has no charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChargeError {
    /// The price has no rate for something that was used.
    #[error("the price has no rate for `{}`; add one", .0.as_str())]
    Incomplete(Class),
    /// The amount is larger than can be kept.
    #[error("the charge is larger than an account can hold")]
    Overflow,
}

/// Prices `usage` at `price` under `terms`.
///
/// Tokens, calls, seconds and images are measures of the same work: a measure without a rate is included in the others,
/// as long as one that has a rate was used. A price per call counts one call, or as many as `usage` has; where images
/// have no rate of their own, each image is a call. Whether a call is charged at all is the caller's decision.
///
/// # Errors
/// `Incomplete` when something was used that the price says nothing about; `Overflow` when the sum does not fit.
pub fn charge(usage: &Usage, price: &Price, terms: &Terms) -> Result<Charge, ChargeError> {
    let lines = lines(usage, price, terms.service)?;
    let micros = total(lines.iter().map(|line| line.product), &terms.factors)?;
    Ok(Charge { lines, micros })
}

fn lines(usage: &Usage, price: &Price, service: Service) -> Result<Vec<Line>, ChargeError> {
    let total_input = usage.total_input();
    let rate = |class| price.rate(service, total_input, class);
    let mut lines = Vec::with_capacity(4);
    let mut unrated = None;
    for class in Class::ALL {
        let counted = class.quantity(usage);
        if counted == 0 && class != Class::Call {
            continue;
        }
        match rate(class) {
            Some(found) if class == Class::Call => {
                let images = if rate(Class::Image).is_some() { 0 } else { usage.images };
                lines.push(Line::new(class, counted.max(images).max(1), found)?);
            }
            Some(found) => lines.push(Line::new(class, counted, found)?),
            None if counted == 0 => {}
            None => unrated = unrated.or(Some(class)),
        }
    }
    let Some(lacking) = unrated else { return Ok(lines) };
    let has_token_rates = || Class::ALL.into_iter().any(|class| class.is_tokens() && rate(class).is_some());
    // Classes of tokens stand first: if any lacks a rate, `lacking` is one of them.
    if lines.is_empty() || (lacking.is_tokens() && has_token_rates()) {
        return Err(ChargeError::Incomplete(lacking));
    }
    Ok(lines)
}

/// Returns the exact amount of `quantity` at `rate`, in billionths of a micro-dollar.
pub(super) fn product(class: Class, quantity: u64, rate: Rate) -> Result<u128, ChargeError> {
    let units = u128::from(quantity) * class.thousandths();
    units.checked_mul(u128::from(rate.0)).ok_or(ChargeError::Overflow)
}

/// Adds exact products, applies the factors, divides once and rounds up once.
pub(super) fn total(products: impl Iterator<Item = u128>, factors: &Factors) -> Result<Micros, ChargeError> {
    let mut exact: u128 = 0;
    for product in products {
        exact = exact.checked_add(product).ok_or(ChargeError::Overflow)?;
    }
    let mut divisor = EXACT_PER_MICRO;
    for factor in factors.all() {
        let (numerator, denominator) = factor.fraction();
        exact = exact.checked_mul(numerator).ok_or(ChargeError::Overflow)?;
        divisor = divisor.checked_mul(denominator).ok_or(ChargeError::Overflow)?;
    }
    i64::try_from(exact.div_ceil(divisor)).map(Micros).map_err(|_| ChargeError::Overflow)
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
