//! All prices at hand, sorted for look-up as calls look them up.

use std::sync::Arc;

use sluice_domain::clock::Timestamp;
use sluice_domain::price::{Buyer, PriceBook, PricePurpose, PriceVersion};
use sluice_domain::provider::Provider;
use sluice_store::Catalog;

use crate::admin::wire::{Failure, Problem};
use crate::prices::{Catalogue, builtin};

/// Returns the catalogue inside the binary.
pub(super) fn catalogue() -> Result<&'static Catalogue, Failure> {
    builtin().map_err(|error| {
        tracing::error!(%error, "the built-in prices cannot be read");
        Problem::Internal.into()
    })
}

/// What models cost, and what callers pay for them where that is stated apart.
pub(super) struct Books {
    cost: PriceBook,
    sell: PriceBook,
    at: Timestamp,
}

impl Books {
    /// Sorts the prices of `catalog` and the built-in ones.
    pub(super) fn of(catalog: &Catalog, at: Timestamp) -> Result<Self, Failure> {
        let stated = |purpose| {
            let rows = catalog.prices.iter().filter(move |row| row.purpose == purpose);
            rows.map(|row| Arc::clone(&row.version))
        };
        let builtin = catalogue()?.versions().iter().cloned();
        Ok(Self {
            cost: PriceBook::from_versions(stated(PricePurpose::Cost).chain(builtin)),
            sell: PriceBook::from_versions(stated(PricePurpose::Sell)),
            at,
        })
    }

    /// Returns what `model`, named as the provider knows it, costs there.
    pub(super) fn cost(&self, provider: &Provider, model: &str) -> Option<&Arc<PriceVersion>> {
        self.cost.find(buyer(provider), model, self.at).ok()
    }

    /// Returns what callers pay for it, where that is not cost times factors.
    pub(super) fn sell(&self, provider: &Provider, model: &str) -> Option<&Arc<PriceVersion>> {
        self.sell.find(buyer(provider), model, self.at).ok()
    }
}

fn buyer(provider: &Provider) -> Buyer<'_> {
    Buyer { provider: provider.id, vendor: &provider.vendor }
}

/// Returns the name that the provider knows `model` by.
pub(super) fn name_at<'a>(provider: &'a Provider, model: &'a str) -> &'a str {
    provider.model_alias.get(model).map_or(model, String::as_str)
}
