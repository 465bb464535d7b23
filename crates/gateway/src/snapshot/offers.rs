//! What the providers in use offer, one by one.

use sluice_domain::id::ProviderId;
use sluice_protocol::operation::Operation;

use super::{Entry, Snapshot};
use crate::money::prices::ModelLimits;

/// A model that a provider serves.
pub(crate) struct Offer<'s> {
    /// Name of the provider.
    pub(crate) provider: &'s str,
    /// Public name of the model.
    pub(crate) model: &'s str,
    /// What it is called there.
    pub(crate) upstream_model: &'s str,
    entry: &'s Entry,
}

impl Snapshot {
    /// Returns what the providers in use serve by name, sorted by provider, and each model once.
    pub(crate) fn offers(&self) -> Vec<Offer<'_>> {
        let mut offers: Vec<Offer<'_>> = Vec::new();
        for name in &self.models {
            let numbers = self.names.known(name).unwrap_or_default();
            for entry in numbers.iter().filter_map(|&number| self.entries.get(number as usize)) {
                let provider = entry.target.provider.name.as_str();
                if offers.iter().rev().take_while(|offer| offer.model == name).any(|offer| offer.provider == provider) {
                    continue;
                }
                let upstream_model = entry.upstream_model.as_deref().unwrap_or(name);
                offers.push(Offer { provider, model: name, upstream_model, entry });
            }
        }
        offers.sort_by_key(|offer| offer.provider);
        offers
    }

    /// Returns whether a provider of this name is in use.
    pub(crate) fn has_provider(&self, name: &str) -> bool {
        let id = self.provider_id(name);
        id.is_some_and(|id| self.by_credential.values().any(|target| target.provider.id == id))
    }

    /// Returns the provider of this name, in any case.
    pub(crate) fn provider_id(&self, name: &str) -> Option<ProviderId> {
        self.providers.get(&name.to_lowercase()).copied()
    }
}

impl Offer<'_> {
    /// Returns whether the provider can do this, be it by conversion.
    pub(crate) fn can(&self, operation: Operation) -> bool {
        self.entry.target.provider.way(super::Wanted { operation, is_stream: false }).is_some()
    }

    /// Returns how much the model takes and gives, as far as that is known.
    pub(crate) fn limits(&self) -> ModelLimits {
        self.entry.priced.as_ref().map(|priced| priced.limits).unwrap_or_default()
    }
}
