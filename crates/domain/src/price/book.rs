//! Finds the price in force for a model at a provider.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::name::name_forms;
use super::version::{PriceEntry, PriceSource, PriceVersion, Scope};
use crate::access::wildcard_matches;
use crate::clock::Timestamp;
use crate::id::ProviderId;

/// All prices that are known, sorted for look-up. Built once, then only read.
#[derive(Debug, Clone, Default)]
pub struct PriceBook {
    operator: Shelves,
    provider: Shelves,
    builtin: Shelves,
    length: usize,
}

/// For whom a price is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buyer<'a> {
    /// The provider that serves the call.
    pub provider: ProviderId,
    /// What the credential that serves it calls its group there; `None` where no credential is meant.
    pub group: Option<&'a str>,
    /// Its vendor.
    pub vendor: &'a str,
}

/// A model without a price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{model}` has no price at provider {provider}; add one under prices")]
pub struct Unpriced {
    /// The model.
    pub model: String,
    /// The provider that was to serve it.
    pub provider: ProviderId,
}

impl PriceBook {
    /// Builds the book.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = PriceEntry>) -> Self {
        Self::from_versions(entries.into_iter().map(|entry| Arc::new(PriceVersion::from(entry))))
    }

    /// Builds the book from versions whose ids are known already, such as the built-in ones.
    #[must_use]
    pub fn from_versions(versions: impl IntoIterator<Item = Arc<PriceVersion>>) -> Self {
        let mut book = Self::default();
        for version in versions {
            book.source_mut(version.entry.source).scope_mut(&version.entry.scope).put(version);
            book.length += 1;
        }
        for source in PriceSource::ALL {
            book.source_mut(source).all_mut().for_each(Shelf::sort);
        }
        book
    }

    /// Returns the price of `model` for `buyer` at `at`.
    ///
    /// Sources go first (operator, provider, built-in), then scopes (the credential's
    /// group, the provider, its vendor, everywhere), then names:
    /// each of [`name_forms`] exactly, then the wildcard with the most literal characters. Of several prices under one
    /// name, the one that took effect last before `at` holds; with equal dates, the one with the larger id.
    ///
    /// # Errors
    /// [`Unpriced`] when nothing is found.
    pub fn find(&self, buyer: Buyer<'_>, model: &str, at: Timestamp) -> Result<&Arc<PriceVersion>, Unpriced> {
        let forms: Vec<String> = name_forms(model).collect();
        let shelves = self.sources().flat_map(|source| source.for_buyer(buyer));
        let mut found = shelves.filter_map(|shelf| shelf.find(&forms, at));
        found.next().ok_or_else(|| Unpriced { model: model.to_owned(), provider: buyer.provider })
    }

    /// Returns every version, in no particular order.
    pub fn versions(&self) -> impl Iterator<Item = &Arc<PriceVersion>> {
        self.sources().flat_map(Shelves::all).flat_map(Shelf::piles).flatten()
    }

    /// Returns the number of versions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Returns whether there is no price at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Returns the sources, the most trusted first.
    fn sources(&self) -> impl Iterator<Item = &Shelves> {
        [&self.operator, &self.provider, &self.builtin].into_iter()
    }

    fn source_mut(&mut self, source: PriceSource) -> &mut Shelves {
        match source {
            PriceSource::Operator => &mut self.operator,
            PriceSource::Provider => &mut self.provider,
            PriceSource::Builtin => &mut self.builtin,
        }
    }
}

/// Prices of one source.
#[derive(Debug, Clone, Default)]
struct Shelves {
    groups: HashMap<ProviderId, HashMap<String, Shelf>>,
    providers: HashMap<ProviderId, Shelf>,
    vendors: HashMap<String, Shelf>,
    any: Shelf,
}

impl Shelves {
    fn for_buyer(&self, buyer: Buyer<'_>) -> impl Iterator<Item = &Shelf> {
        let group = buyer.group.and_then(|group| self.groups.get(&buyer.provider)?.get(group));
        let own = [group, self.providers.get(&buyer.provider), self.vendors.get(buyer.vendor)];
        own.into_iter().flatten().chain([&self.any])
    }

    fn all(&self) -> impl Iterator<Item = &Shelf> {
        let groups = self.groups.values().flat_map(HashMap::values);
        groups.chain(self.providers.values()).chain(self.vendors.values()).chain([&self.any])
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Shelf> {
        let groups = self.groups.values_mut().flat_map(HashMap::values_mut);
        groups.chain(self.providers.values_mut()).chain(self.vendors.values_mut()).chain([&mut self.any])
    }

    fn scope_mut(&mut self, scope: &Scope) -> &mut Shelf {
        match scope {
            Scope::Group(id, group) => self.groups.entry(*id).or_default().entry(group.clone()).or_default(),
            Scope::Provider(id) => self.providers.entry(*id).or_default(),
            Scope::Vendor(vendor) => self.vendors.entry(vendor.clone()).or_default(),
            Scope::Any => &mut self.any,
        }
    }
}

/// Versions of one name, the latest first.
type Pile = Vec<Arc<PriceVersion>>;

/// Prices of one source in one scope.
#[derive(Debug, Clone, Default)]
struct Shelf {
    exact: HashMap<String, Pile>,
    wildcards: Vec<(String, Pile)>,
}

impl Shelf {
    fn put(&mut self, version: Arc<PriceVersion>) {
        let name = version.entry.model.trim().to_ascii_lowercase();
        if !name.contains('*') {
            self.exact.entry(name).or_default().push(version);
        } else if let Some((_, pile)) = self.wildcards.iter_mut().find(|(pattern, _)| *pattern == name) {
            pile.push(version);
        } else {
            self.wildcards.push((name, vec![version]));
        }
    }

    fn sort(&mut self) {
        let literal_length = |pattern: &str| pattern.bytes().filter(|&byte| byte != b'*').count();
        self.wildcards.sort_by(|(a, _), (b, _)| (Reverse(literal_length(a)), a).cmp(&(Reverse(literal_length(b)), b)));
        let piles = self.exact.values_mut().chain(self.wildcards.iter_mut().map(|(_, pile)| pile));
        for pile in piles {
            pile.sort_by_key(|version| Reverse((version.entry.effective_from, version.id)));
        }
    }

    fn piles(&self) -> impl Iterator<Item = &Pile> {
        self.exact.values().chain(self.wildcards.iter().map(|(_, pile)| pile))
    }

    fn find(&self, forms: &[String], at: Timestamp) -> Option<&Arc<PriceVersion>> {
        let exact = forms.iter().filter_map(|form| self.exact.get(form));
        exact
            .chain(self.matching(forms))
            .find_map(|pile| pile.iter().find(|version| version.entry.effective_from <= at))
    }

    fn matching(&self, forms: &[String]) -> impl Iterator<Item = &Pile> {
        let matches = |pattern: &str| forms.iter().any(|form| wildcard_matches(pattern, form));
        self.wildcards.iter().filter(move |(pattern, _)| matches(pattern)).map(|(_, pile)| pile)
    }
}

#[cfg(test)]
mod tests;
