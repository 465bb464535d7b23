//! What one call is bought and sold at: chosen before the upstream is called, used when the call has ended.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Service;
use super::bound::{Estimate, bound};
use super::charge::{ChargeError, charge};
use super::factor::{Factors, Multiplier, Terms};
use super::receipt::{Receipt, Sale};
use super::version::{PriceVersion, VersionId};
use crate::money::Micros;
use crate::usage::Usage;

/// What one call is bought and sold at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    /// The provider's price.
    pub cost: Arc<PriceVersion>,
    /// The caller's.
    pub sale: Sale,
}

impl Tariff {
    /// Returns the most that the caller can be charged for a call within `estimate`.
    ///
    /// # Errors
    /// As [`bound`](super::bound()).
    pub fn bound(&self, estimate: &Estimate, service: Service) -> Result<Micros, ChargeError> {
        let (version, terms) = self.sale.terms(&self.cost, service, Multiplier::ONE);
        bound(estimate, &version.entry.price, &terms)
    }

    /// Returns what the operator pays for `usage`.
    ///
    /// # Errors
    /// As [`charge`](super::charge()).
    pub fn cost(&self, usage: &Usage, service: Service) -> Result<Micros, ChargeError> {
        charge(usage, &self.cost.entry.price, &cost_terms(service)).map(|charge| charge.micros)
    }

    /// Returns what the caller pays for `usage`.
    ///
    /// # Errors
    /// As [`charge`](super::charge()).
    pub fn charge(&self, usage: &Usage, service: Service) -> Result<Micros, ChargeError> {
        let (version, terms) = self.sale.terms(&self.cost, service, Multiplier::ONE);
        charge(usage, &version.entry.price, &terms).map(|charge| charge.micros)
    }

    /// Returns the price versions that its sums depend on.
    pub fn versions(&self) -> impl Iterator<Item = &Arc<PriceVersion>> {
        let fixed = match &self.sale {
            Sale::Marked { .. } => None,
            Sale::Fixed(own) => Some(own),
        };
        std::iter::once(&self.cost).chain(fixed)
    }

    /// Returns what to keep of a call so that its sums can be computed again.
    #[must_use]
    pub fn basis(&self, service: Service, held: Micros) -> Basis {
        let (_, terms) = self.sale.terms(&self.cost, service, Multiplier::ONE);
        let fixed = match &self.sale {
            Sale::Marked { .. } => None,
            Sale::Fixed(own) => Some(own.id),
        };
        Basis { cost: self.cost.id, fixed, service, factors: terms.factors, held }
    }
}

/// Returns what reading from a prompt cache saved the operator: the difference to the same usage without a cache.
///
/// # Errors
/// As [`charge`](super::charge()).
pub fn cache_saving(usage: &Usage, cost: &PriceVersion, service: Service) -> Result<Micros, ChargeError> {
    saving(usage, cost, &cost_terms(service))
}

fn saving(usage: &Usage, version: &PriceVersion, terms: &Terms) -> Result<Micros, ChargeError> {
    let cold = Usage { input: usage.input.saturating_add(usage.cache_read), cache_read: 0, ..*usage };
    let micros = |usage| charge(usage, &version.entry.price, terms).map(|charge| charge.micros);
    Ok(Micros(micros(&cold)?.0.saturating_sub(micros(usage)?.0)))
}

/// What reading from a prompt cache saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheSaving {
    /// The operator.
    pub cost: Micros,
    /// The caller, where one pays.
    pub charge: Micros,
}

/// What is kept of a settled call, besides its usage, to compute its cost and its charge again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Version of the provider's price.
    pub cost: VersionId,
    /// Version of the price that the call was sold at, where it is not the provider's times the factors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<VersionId>,
    /// The service level that the upstream gave.
    #[serde(default)]
    pub service: Service,
    /// What the sale's price was multiplied by.
    #[serde(default)]
    pub factors: Factors,
    /// What was held for the call when it ended.
    #[serde(default)]
    pub held: Micros,
}

impl Basis {
    /// Returns the version that the caller's charge is computed from.
    #[must_use]
    pub const fn sold_at(&self) -> VersionId {
        match self.fixed {
            Some(fixed) => fixed,
            None => self.cost,
        }
    }

    /// Returns what reading from a prompt cache saved, as far as `versions` has the prices that this names.
    #[must_use]
    pub fn cache_saving(&self, usage: &Usage, versions: &[Arc<PriceVersion>]) -> CacheSaving {
        if usage.cache_read == 0 {
            return CacheSaving::default();
        }
        let saved = |id: VersionId, factors: Factors| {
            let version = versions.iter().find(|version| version.id == id);
            let terms = Terms { service: self.service, factors };
            version.and_then(|version| saving(usage, version, &terms).ok()).unwrap_or_default()
        };
        CacheSaving { cost: saved(self.cost, Factors::default()), charge: saved(self.sold_at(), self.factors) }
    }

    /// Computes again what the operator paid for `usage` at `version`, which [`Basis::cost`] names.
    ///
    /// # Errors
    /// As [`Receipt::new`].
    pub fn cost_receipt(&self, usage: &Usage, version: &PriceVersion) -> Result<Receipt, ChargeError> {
        Receipt::new(usage, version, &cost_terms(self.service))
    }

    /// Computes again what the caller paid for `usage` at `version`, which [`Basis::sold_at`] names.
    ///
    /// # Errors
    /// As [`Receipt::new`].
    pub fn charge_receipt(&self, usage: &Usage, version: &PriceVersion) -> Result<Receipt, ChargeError> {
        Receipt::new(usage, version, &Terms { service: self.service, factors: self.factors })
    }
}

fn cost_terms(service: Service) -> Terms {
    Terms { service, factors: Factors::default() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Class, Price, PriceEntry, PriceSource, Rates, Scope};
    use super::*;
    use crate::clock::Timestamp;

    fn version(input: u64, output: u64) -> Arc<PriceVersion> {
        let rates = Rates::default().with(Class::Input, input).with(Class::Output, output);
        Arc::new(PriceVersion::from(PriceEntry {
            model: "m".to_owned(),
            scope: Scope::Any,
            source: PriceSource::Operator,
            effective_from: Timestamp(0),
            disputed: false,
            price: Price::flat(rates),
        }))
    }

    #[test]
    fn what_a_cache_saves_is_the_difference_of_the_two_rates_for_the_operator_and_for_the_caller() {
        let rates = Rates::default().with(Class::Input, 2_500_000).with(Class::CacheRead, 250_000);
        let entry = PriceEntry { price: Price::flat(rates), ..version(0, 0).entry.clone() };
        let cost = Arc::new(PriceVersion::from(entry));
        let sale = Sale::Marked { group: Multiplier(2_000_000), key: Multiplier::ONE };
        let basis = Tariff { cost: Arc::clone(&cost), sale }.basis(Service::Standard, Micros(0));
        let usage = Usage { input: 100, cache_read: 1_000, ..Usage::default() };
        let saved = basis.cache_saving(&usage, std::slice::from_ref(&cost));
        assert_eq!(saved, CacheSaving { cost: Micros(2_250), charge: Micros(4_500) });
        assert_eq!(basis.cache_saving(&usage, &[]), CacheSaving::default(), "nobody knows the price");
        let cold = Usage { cache_read: 0, ..usage };
        assert_eq!(basis.cache_saving(&cold, &[cost]), CacheSaving::default());
    }

    proptest! {
        #[test]
        fn what_is_kept_computes_the_same_sums_again(
            input in 0..1_000_000_u64, output in 0..1_000_000_u64, group in 0..3_000_000_u64, is_fixed: bool,
        ) {
            let (cost, own) = (version(2_500_000, 10_000_000), version(7, 11));
            let sale = if is_fixed {
                Sale::Fixed(Arc::clone(&own))
            } else {
                Sale::Marked { group: Multiplier(group), key: Multiplier(1_200_000) }
            };
            let tariff = Tariff { cost: Arc::clone(&cost), sale };
            let usage = Usage { input, output, ..Usage::default() };
            let basis = tariff.basis(Service::Standard, Micros(5));
            let kept: Basis = serde_json::from_str(&serde_json::to_string(&basis).unwrap()).unwrap();
            prop_assert_eq!(kept, basis);
            let sold = if is_fixed { &own } else { &cost };
            prop_assert_eq!(kept.sold_at(), sold.id);
            let standard = Service::Standard;
            prop_assert_eq!(kept.charge_receipt(&usage, sold).unwrap().micros, tariff.charge(&usage, standard).unwrap());
            prop_assert_eq!(kept.cost_receipt(&usage, &cost).unwrap().micros, tariff.cost(&usage, standard).unwrap());
        }

        #[test]
        fn a_charge_within_the_estimate_is_within_the_bound(
            input in 0..1_000_000_u64, output in 0..1_000_000_u64, less in 0..1_000_u64, group in 0..3_000_000_u64,
        ) {
            let sale = Sale::Marked { group: Multiplier(group), key: Multiplier::ONE };
            let tariff = Tariff { cost: version(2_500_000, 10_000_000), sale };
            let estimate = Estimate { input_tokens: input, output_tokens: output, ..Estimate::default() };
            let usage = Usage { input: input.saturating_sub(less), output, ..Usage::default() };
            let bound = tariff.bound(&estimate, Service::Standard).unwrap();
            prop_assert!(tariff.charge(&usage, Service::Standard).unwrap() <= bound);
        }
    }
}
