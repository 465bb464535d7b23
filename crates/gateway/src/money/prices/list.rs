//! The price list in force: what models cost at providers and what callers pay for them.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_domain::clock::Timestamp;
use sluice_domain::key::Caller;
use sluice_domain::price::{Buyer, Multiplier, PriceBook, PricePurpose, PriceVersion, Sale, Tariff, VersionId};
use sluice_domain::route::score::unit_cost;
use sluice_domain::user::Group;
use sluice_store::Catalog;

use super::{ModelLimits, builtin};

/// Prices of the operator, of providers and of the catalogue, and the factors of groups. Built once, then only read.
#[derive(Debug, Default)]
pub(crate) struct PriceList {
    cost: PriceBook,
    /// Prices that hold for callers instead of cost times factors.
    sell: PriceBook,
    groups: HashMap<String, Multiplier>,
    /// When it was built: the prices that hold then are those it gives.
    at: Timestamp,
    next_change: Option<Timestamp>,
}

/// A model at one provider, with its price.
#[derive(Debug)]
pub(crate) struct Priced {
    cost: Arc<PriceVersion>,
    fixed: Option<Arc<PriceVersion>>,
    /// How much the model takes and gives.
    pub(crate) limits: ModelLimits,
    /// Its unit cost in value scores, dollars.
    pub(crate) unit_cost: f64,
}

impl Priced {
    /// Returns what the provider takes.
    pub(crate) fn cost(&self) -> &PriceVersion {
        &self.cost
    }

    /// Returns what callers pay, where that is not the cost times factors.
    pub(crate) fn fixed(&self) -> Option<&PriceVersion> {
        self.fixed.as_deref()
    }
}

impl PriceList {
    /// Builds the list of everything that `catalog` has.
    pub(crate) fn of(catalog: &Catalog, at: Timestamp) -> Self {
        let stated = |purpose| {
            let rows = catalog.prices.iter().filter(move |row| row.purpose == purpose);
            rows.map(|row| Arc::clone(&row.version))
        };
        Self::new(stated(PricePurpose::Cost), stated(PricePurpose::Sell), &catalog.groups, at)
    }

    /// Builds the list of the prices that the database has, by whom they concern, and of the catalogue.
    pub(crate) fn new(
        cost: impl Iterator<Item = Arc<PriceVersion>>,
        sell: impl Iterator<Item = Arc<PriceVersion>>,
        groups: &[Group],
        at: Timestamp,
    ) -> Self {
        let catalogue = match builtin() {
            Ok(catalogue) => catalogue.versions(),
            Err(error) => {
                tracing::error!(%error, "the built-in prices cannot be read; only those of the database hold");
                &[]
            }
        };
        let cost = PriceBook::from_versions(cost.chain(catalogue.iter().cloned()));
        let sell = PriceBook::from_versions(sell);
        let starts = cost.versions().chain(sell.versions()).map(|version| version.entry.effective_from);
        let next_change = starts.filter(|start| *start > at).min();
        let groups = groups.iter().map(|group| (group.name.clone(), group.multiplier)).collect();
        Self { cost, sell, groups, at, next_change }
    }

    /// Returns what `model` costs `buyer`; `None` when nobody says.
    pub(crate) fn find(&self, buyer: Buyer<'_>, model: &str) -> Option<Priced> {
        self.find_as(buyer, model, model)
    }

    /// Returns what `model` costs `buyer` when it is sold under the name `asked`. A price for callers may be filed under
    /// either name; theirs goes first.
    pub(crate) fn find_as(&self, buyer: Buyer<'_>, asked: &str, model: &str) -> Option<Priced> {
        let cost = self.cost_at(buyer, model, self.at)?;
        let sold_as = |name: &str| self.sell.find(buyer, name, self.at).ok().map(Arc::clone);
        let fixed = sold_as(asked).or_else(|| sold_as(model));
        let limits = builtin().map(|catalogue| catalogue.limits(buyer.vendor, model)).unwrap_or_default();
        let unit_cost = unit_cost(&cost.entry.price);
        Some(Priced { cost, fixed, limits, unit_cost })
    }

    /// Returns the price of `model` for `buyer` at `at`, whatever callers pay.
    pub(crate) fn cost_at(&self, buyer: Buyer<'_>, model: &str, at: Timestamp) -> Option<Arc<PriceVersion>> {
        self.cost.find(buyer, model, at).ok().map(Arc::clone)
    }

    /// Returns the version with this id.
    pub(crate) fn version(&self, id: VersionId) -> Option<&Arc<PriceVersion>> {
        self.cost.versions().chain(self.sell.versions()).find(|version| version.id == id)
    }

    /// Returns what calls of `caller` cost when they are served at `priced`.
    pub(crate) fn tariff(&self, priced: &Priced, caller: &Caller) -> Tariff {
        let sale = match &priced.fixed {
            Some(own) => Sale::Fixed(Arc::clone(own)),
            None => Sale::Marked { group: self.group(&caller.group), key: caller.key.billing.multiplier },
        };
        Tariff { cost: Arc::clone(&priced.cost), sale }
    }

    /// Returns the factor of the group of this name; 1 when there is none.
    pub(crate) fn group(&self, name: &str) -> Multiplier {
        self.groups.get(name).copied().unwrap_or_default()
    }

    /// Returns when the next price takes effect, so that the list must be built anew.
    pub(crate) const fn next_change(&self) -> Option<Timestamp> {
        self.next_change
    }
}
