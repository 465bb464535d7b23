//! Models that nobody states a price of.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::provider::{Provider, Route};
use sluice_store::{Catalog, Unpriced};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::lookup::{buyer, name_at};
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, PageQuery, PageView, Params, Reply, found};
use crate::admin::{AdminState, Declared};
use crate::money::prices::PriceList;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_unpriced))
}

/// How far back calls are looked at that had no price, milliseconds.
const RECENT_MS: i64 = 30 * 86_400_000;

/// A model without a price at one provider.
#[derive(Debug, Serialize, ToSchema)]
struct UnpricedView {
    /// Name of the model at the provider, or a pattern of names: state a price for it.
    model: String,
    /// Whether it is the pattern of a route with wildcards: names that it lets through have a price only if one is stated
    /// for themselves.
    is_pattern: bool,
    provider_id: i64,
    provider_name: String,
    /// Names under which callers reach it.
    routes: Vec<String>,
    /// Calls of the last 30 days that used it without a price.
    unpriced_calls: u64,
    /// When the last hour with such a call began, Unix seconds; `null` when there was none.
    last_used_at: Option<i64>,
}

/// Models without a price now: those that enabled routes lead to, routes with wildcards that no price covers, and what was
/// used without a price in the last 30 days. Calls of billed accounts to them are refused; those of others are recorded as
/// unpriced.
#[utoipa::path(get, path = "/api/price/unpriced", tag = "Prices", params(PageQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<UnpricedView>>)))]
async fn list_unpriced(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
) -> Reply<PageView<UnpricedView>> {
    let request = page.request()?;
    let now = state.clock.now();
    let catalog = state.store.load_catalog().await?;
    let used = state.store.unpriced_models(Timestamp(now.0.saturating_sub(RECENT_MS))).await?;
    let mut listing = Listing::new(&catalog, &state.declared, PriceList::of(&catalog, now));
    listing.add_routes();
    used.iter().for_each(|used| listing.add_use(used));
    found(PageView::cut(listing.into_views(), request))
}

/// What is known of a model without a price.
#[derive(Debug, Default)]
struct Unpricedness<'a> {
    routes: BTreeSet<&'a str>,
    calls: u64,
    last_hour: Option<Timestamp>,
}

/// Models without a price, by name and provider.
struct Listing<'a> {
    catalog: &'a Catalog,
    declared: &'a Declared,
    prices: PriceList,
    providers: HashMap<ProviderId, &'a Provider>,
    without: BTreeMap<(String, ProviderId), Unpricedness<'a>>,
}

impl<'a> Listing<'a> {
    fn new(catalog: &'a Catalog, declared: &'a Declared, prices: PriceList) -> Self {
        let providers = catalog.providers.iter().chain(&declared.providers).filter(|provider| provider.enabled);
        let providers = providers.map(|provider| (provider.id, provider)).collect();
        Self { catalog, declared, prices, providers, without: BTreeMap::new() }
    }

    fn routes(&self) -> impl Iterator<Item = &'a Route> + use<'a> {
        self.catalog.routes.iter().chain(&self.declared.routes)
    }

    /// Adds what enabled routes lead to.
    fn add_routes(&mut self) {
        let credentials = self.catalog.credentials.iter().chain(&self.declared.credentials);
        let is_withheld = |id| self.catalog.key_standings.get(&id).is_some_and(|standing| standing.withheld.is_some());
        let usable: HashSet<_> =
            credentials.filter(|one| one.enabled && !is_withheld(one.id)).map(|one| one.id).collect();
        for route in self.routes().filter(|route| route.enabled && usable.contains(&route.credential_id)) {
            let Some(&provider) = self.providers.get(&route.provider_id) else { continue };
            if let Some(entry) = self.entry(provider, sent_name(provider, route)) {
                entry.routes.insert(&route.model);
            }
        }
    }

    /// Adds what was used without a price, under the names that it has at its provider.
    fn add_use(&mut self, used: &'a Unpriced) {
        let Some(&provider) = used.provider_id.and_then(|id| self.providers.get(&id)) else { return };
        let leads_there = |route: &&Route| route.provider_id == provider.id && route.model == used.model;
        let mut names: BTreeSet<&str> =
            self.routes().filter(leads_there).map(|route| sent_name(provider, route)).collect();
        if names.is_empty() {
            names.insert(name_at(provider, &used.model));
        }
        for name in names {
            if let Some(entry) = self.entry(provider, name) {
                entry.calls = entry.calls.saturating_add(used.calls);
                entry.last_hour = entry.last_hour.max(Some(used.last_hour));
            }
        }
    }

    /// Returns what is known of a model; `None` when it has a price.
    fn entry(&mut self, provider: &Provider, name: &str) -> Option<&mut Unpricedness<'a>> {
        let is_priced = self.prices.find(buyer(provider), name).is_some();
        (!is_priced).then(|| self.without.entry((name.to_owned(), provider.id)).or_default())
    }

    fn into_views(self) -> Vec<UnpricedView> {
        let Self { providers, without, .. } = self;
        let view = |((model, id), found): ((String, ProviderId), Unpricedness<'_>)| UnpricedView {
            is_pattern: model.contains('*'),
            model,
            provider_id: id.0,
            provider_name: providers.get(&id).map(|provider| provider.name.clone()).unwrap_or_default(),
            routes: found.routes.into_iter().map(str::to_owned).collect(),
            unpriced_calls: found.calls,
            last_used_at: found.last_hour.map(Timestamp::unix_secs),
        };
        without.into_iter().map(view).collect()
    }
}

fn sent_name<'a>(provider: &'a Provider, route: &'a Route) -> &'a str {
    route.upstream_model.as_deref().unwrap_or_else(|| name_at(provider, &route.model))
}
