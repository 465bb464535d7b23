//! All parts of a settled charge, so that anybody can compute it again.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Service;
use super::charge::{ChargeError, Line, charge, product, total};
use super::class::Class;
use super::decimal::Decimal;
use super::factor::{Factors, Multiplier, Terms};
use super::version::{PriceSource, PriceVersion, VersionId};
use crate::clock::Timestamp;
use crate::money::Micros;
use crate::usage::Usage;

/// How the sum was rounded; there is one way.
const ROUNDING: &str = "exact sum, divided once, rounded up once to a micro-dollar";

/// What a call was charged and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What was consumed.
    pub usage: Usage,
    /// Service level and factors.
    pub terms: Terms,
    /// Version of the price.
    pub price_id: VersionId,
    /// Model, or pattern, under which the price is filed.
    pub price_model: String,
    /// Where the price holds.
    pub price_scope: String,
    /// Who stated it.
    pub price_source: PriceSource,
    /// From when it holds.
    pub price_from: Timestamp,
    /// Threshold of the context tier that applied.
    pub tier_above: Option<u64>,
    /// Every class that was charged.
    pub lines: Vec<Line>,
    /// The computation, for people.
    pub formula: String,
    /// The rounding rule, for people.
    pub rounding: String,
    /// The sum.
    pub micros: Micros,
}

impl Receipt {
    /// Charges `usage` at `version` under `terms` and keeps every part.
    ///
    /// # Errors
    /// As [`charge`].
    pub fn new(usage: &Usage, version: &PriceVersion, terms: &Terms) -> Result<Self, ChargeError> {
        let entry = &version.entry;
        let charged = charge(usage, &entry.price, terms)?;
        Ok(Self {
            usage: *usage,
            terms: *terms,
            price_id: version.id,
            price_model: entry.model.clone(),
            price_scope: entry.scope.to_string(),
            price_source: entry.source,
            price_from: entry.effective_from,
            tier_above: entry.price.tier_reached(terms.service, usage.total_input()),
            formula: formula(&charged.lines, &terms.factors, charged.micros),
            rounding: ROUNDING.to_owned(),
            lines: charged.lines,
            micros: charged.micros,
        })
    }

    /// Computes the sum again from quantities, rates and factors alone.
    ///
    /// # Errors
    /// `Overflow` when the parts are not those of a receipt.
    pub fn recompute(&self) -> Result<Micros, ChargeError> {
        let products: Result<Vec<u128>, _> =
            self.lines.iter().map(|line| product(line.class, line.quantity, line.rate)).collect();
        total(products?.into_iter(), &self.terms.factors)
    }

    /// Returns whether every stored part follows from the usage, the terms and `version`.
    #[must_use]
    pub fn is_proven_by(&self, version: &PriceVersion) -> bool {
        Self::new(&self.usage, version, &self.terms).is_ok_and(|again| again == *self)
    }
}

/// How a call is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sale {
    /// Cost price, times a factor of the group and one of the key.
    Marked {
        /// Factor of the caller's group.
        group: Multiplier,
        /// Factor of the key.
        key: Multiplier,
    },
    /// A price of its own; factors of group and key do not apply.
    Fixed(Arc<PriceVersion>),
}

impl Sale {
    /// Returns the price that is charged, and the terms, when the call itself costs `cost` and scales by `request`.
    #[must_use]
    pub fn terms<'a>(
        &'a self,
        cost: &'a Arc<PriceVersion>,
        service: Service,
        request: Multiplier,
    ) -> (&'a Arc<PriceVersion>, Terms) {
        match self {
            Self::Marked { group, key } => {
                (cost, Terms { service, factors: Factors { request, group: *group, key: *key } })
            }
            Self::Fixed(own) => (own, Terms { service, factors: Factors { request, ..Factors::default() } }),
        }
    }
}

/// Writes the sum, such as `(600 × 2.5 + 400 × 1.25) ÷ 1000000 × 0.8 = 0.001600 USD`.
fn formula(lines: &[Line], factors: &Factors, micros: Micros) -> String {
    let mut text = String::from("(");
    for (index, line) in lines.iter().enumerate() {
        let (unit, rate) = (line.class.as_str(), Decimal::from_parts(u128::from(line.rate.0), 6));
        let quantity = match line.class {
            Class::Second => Decimal::from_parts(u128::from(line.quantity), 3),
            _ => Decimal::from_parts(u128::from(line.quantity), 0),
        };
        let plus = if index == 0 { "" } else { " + " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{plus}{quantity} {unit} × {rate}");
    }
    if lines.is_empty() {
        text.push('0');
    }
    text.push_str(") ÷ 1000000");
    for factor in factors.all().into_iter().filter(|&factor| factor != Multiplier::ONE) {
        let _ = write!(text, " × {factor}");
    }
    let _ = write!(text, " = {micros} USD");
    text
}
