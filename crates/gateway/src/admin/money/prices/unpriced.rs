//! Models that nobody states a price of.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::id::ProviderId;
use sluice_domain::provider::{Provider, Route};
use sluice_store::Catalog;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::lookup::{buyer, name_at};
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, PageQuery, PageView, Params, Reply, found};
use crate::admin::{AdminState, Declared};
use crate::prices::PriceList;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_unpriced))
}

/// A model without a price at one provider.
#[derive(Debug, Serialize, ToSchema)]
struct UnpricedView {
    /// Name of the model at the provider: state a price for this name.
    model: String,
    provider_id: i64,
    provider_name: String,
    /// Names under which callers reach it.
    routes: Vec<String>,
}

/// Models that enabled routes lead to and that have no price now. Calls of billed accounts to them are refused; those
/// of others are recorded as unpriced. Routes with wildcards are left out, because any name may come.
#[utoipa::path(get, path = "/api/price/unpriced", tag = "Prices", params(PageQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<UnpricedView>>)))]
async fn list_unpriced(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
) -> Reply<PageView<UnpricedView>> {
    let request = page.request()?;
    let catalog = state.store.load_catalog().await?;
    let prices = PriceList::of(&catalog, state.clock.now());
    found(PageView::cut(unpriced(&catalog, &state.declared, &prices), request))
}

fn unpriced(catalog: &Catalog, declared: &Declared, prices: &PriceList) -> Vec<UnpricedView> {
    let providers = catalog.providers.iter().chain(&declared.providers).filter(|provider| provider.enabled);
    let providers: HashMap<ProviderId, &Provider> = providers.map(|provider| (provider.id, provider)).collect();
    let credentials = catalog.credentials.iter().chain(&declared.credentials);
    let usable: HashSet<_> = credentials.filter(|one| one.enabled).map(|one| one.id).collect();
    let mut without: BTreeMap<(&str, ProviderId), BTreeSet<&str>> = BTreeMap::new();
    for route in catalog.routes.iter().chain(&declared.routes) {
        let Some(provider) = providers.get(&route.provider_id) else { continue };
        let name = sent_name(provider, route);
        let is_used = route.enabled && usable.contains(&route.credential_id) && !name.contains('*');
        if is_used && prices.find(buyer(provider), name).is_none() {
            without.entry((name, provider.id)).or_default().insert(&route.model);
        }
    }
    let view = |((model, id), routes): ((&str, ProviderId), BTreeSet<&str>)| UnpricedView {
        model: model.to_owned(),
        provider_id: id.0,
        provider_name: providers.get(&id).map(|provider| provider.name.clone()).unwrap_or_default(),
        routes: routes.into_iter().map(str::to_owned).collect(),
    };
    without.into_iter().map(view).collect()
}

fn sent_name<'a>(provider: &'a Provider, route: &'a Route) -> &'a str {
    route.upstream_model.as_deref().unwrap_or_else(|| name_at(provider, &route.model))
}
