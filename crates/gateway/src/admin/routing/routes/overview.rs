//! Routes with what they lead to, and the models that can be asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::provider::{Credential, KeyStanding, Provider, Route};
use sluice_store::{Catalog, StoreError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::judged::{FactorsView, JudgedView};
use super::{RouteQuery, matches_filter};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::state::{Declared, origin_of};
use crate::admin::wire::{Envelope, PageQuery, PageView, Params, Reply, found, status};
use crate::relay::Standing;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_route_models)).serve(routes!(overview))
}

/// The models that enabled routes serve; wildcards as they are written.
#[utoipa::path(get, path = "/api/route/models", tag = "Routes",
    responses((status = 200, description = "The names.", body = Envelope<Vec<String>>)))]
async fn list_route_models(State(state): State<Arc<AdminState>>, _: AsAdmin) -> Reply<Vec<String>> {
    let catalog = state.store.load_catalog().await?;
    let routes = catalog.routes.iter().chain(&state.declared.routes);
    let models: BTreeSet<&String> = routes.filter(|route| route.enabled).map(|route| &route.model).collect();
    found(models.into_iter().cloned().collect())
}

/// A route with what it leads to.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewRow {
    id: i64,
    /// Public name that the provider's aliases give this model; empty for none.
    display_model_name: String,
    model_name: String,
    /// Name to send upstream; `null` sends what was asked for.
    upstream_model: Option<String>,
    provider_id: i64,
    provider_name: String,
    /// 1 enabled, 2 disabled.
    provider_status: i64,
    provider_token_id: i64,
    token_name: String,
    token_group_name: String,
    /// 1 enabled, 2 disabled.
    token_status: i64,
    enabled: bool,
    priority: i64,
    weight: i64,
    /// Share of the calls for this model at this priority, in percent; `null` for a route that is not used.
    effective_share_percent: Option<f64>,
    /// Factor of the credential's group at the provider's site; `null` where the site states none.
    group_ratio: Option<f64>,
    /// `database` or `file`.
    origin: &'static str,
    #[serde(flatten)]
    judged: JudgedView,
    #[serde(flatten)]
    factors: FactorsView,
}

/// Everything that routes refer to.
struct Whole<'a> {
    providers: HashMap<ProviderId, &'a Provider>,
    credentials: HashMap<CredentialId, &'a Credential>,
    /// What sites say of their keys.
    key_standings: &'a BTreeMap<CredentialId, KeyStanding>,
    routes: Vec<&'a Route>,
    factors: FactorsView,
    /// Factors of groups, by provider.
    ratios: HashMap<ProviderId, HashMap<String, f64>>,
}

impl<'a> Whole<'a> {
    fn of(catalog: &'a Catalog, declared: &'a Declared, factors: FactorsView) -> Self {
        let providers = catalog.providers.iter().chain(&declared.providers);
        let credentials = catalog.credentials.iter().chain(&declared.credentials);
        let mut routes: Vec<&Route> = catalog.routes.iter().chain(&declared.routes).collect();
        routes.sort_by(|a, b| {
            let rest =
                |route: &Route| (std::cmp::Reverse(route.priority), route.provider_id, route.credential_id, route.id);
            a.model.cmp(&b.model).then_with(|| rest(a).cmp(&rest(b)))
        });
        Self {
            providers: providers.map(|provider| (provider.id, provider)).collect(),
            credentials: credentials.map(|credential| (credential.id, credential)).collect(),
            key_standings: &catalog.key_standings,
            routes,
            factors,
            ratios: HashMap::new(),
        }
    }

    /// Reads what the sites of these providers state about their groups.
    async fn read_ratios(&mut self, state: &AdminState, providers: BTreeSet<ProviderId>) -> Result<(), StoreError> {
        for id in providers {
            if let Some(offer) = state.upkeep.offer_of(id).await? {
                let ratio = |(group, ratio): (String, Value)| Some((group, ratio.as_f64()?));
                self.ratios.insert(id, offer.group_ratio.into_iter().filter_map(ratio).collect());
            }
        }
        Ok(())
    }

    /// Returns whether the operator and the site let a credential be used.
    fn is_usable(&self, id: CredentialId) -> bool {
        let is_withheld = self.key_standings.get(&id).is_some_and(|standing| standing.withheld.is_some());
        !is_withheld && self.credentials.get(&id).is_some_and(|credential| credential.enabled)
    }

    fn is_used(&self, route: &Route) -> bool {
        route.enabled
            && self.providers.get(&route.provider_id).is_some_and(|provider| provider.enabled)
            && self.is_usable(route.credential_id)
    }

    /// Returns, for each model and priority in use, the sum of weights and the number of routes.
    fn tiers(&self) -> HashMap<(&'a str, i64), (i64, i64)> {
        let mut tiers = HashMap::new();
        for &route in self.routes.iter().filter(|route| self.is_used(route)) {
            let tier: &mut (i64, i64) = tiers.entry((route.model.as_str(), route.priority)).or_default();
            *tier = (tier.0.saturating_add(route.weight.max(0)), tier.1 + 1);
        }
        tiers
    }

    fn row(&self, route: &Route, tiers: &HashMap<(&str, i64), (i64, i64)>, standing: Option<&Standing>) -> OverviewRow {
        let provider = self.providers.get(&route.provider_id);
        let credential = self.credentials.get(&route.credential_id);
        let alias = provider.and_then(|provider| {
            provider
                .model_alias
                .iter()
                .find(|(_, upstream)| **upstream == route.model)
                .map(|(public, _)| public.clone())
        });
        let tier = tiers.get(&(route.model.as_str(), route.priority)).filter(|_| self.is_used(route));
        OverviewRow {
            id: route.id.0,
            display_model_name: alias.unwrap_or_default(),
            model_name: route.model.clone(),
            upstream_model: route.upstream_model.clone(),
            provider_id: route.provider_id.0,
            provider_name: provider.map(|provider| provider.name.clone()).unwrap_or_default(),
            provider_status: status::number(provider.is_some_and(|provider| provider.enabled)),
            provider_token_id: route.credential_id.0,
            token_name: credential.map(|credential| credential.name.clone()).unwrap_or_default(),
            token_group_name: credential.map(|credential| credential.group_name.clone()).unwrap_or_default(),
            token_status: status::number(self.is_usable(route.credential_id)),
            enabled: route.enabled,
            priority: route.priority,
            weight: route.weight,
            effective_share_percent: tier.map(|&(weights, routes)| share_percent(route.weight, weights, routes)),
            group_ratio: credential
                .and_then(|credential| self.ratios.get(&route.provider_id)?.get(&credential.group_name).copied()),
            origin: origin_of(route.id.0),
            judged: JudgedView::of(standing, provider.copied()),
            factors: self.factors,
        }
    }
}

/// Without any weight in a tier its routes share evenly.
fn share_percent(weight: i64, weights: i64, routes: i64) -> f64 {
    let per_myriad = |part: i64, whole: i64| i128::from(part) * 10_000 / i128::from(whole.max(1));
    let share = if weights == 0 { per_myriad(1, routes) } else { per_myriad(weight.max(0), weights) };
    f64::from(i32::try_from(share).unwrap_or(0)) / 100.0
}

/// Routes with what they lead to, by model, then by priority.
#[utoipa::path(get, path = "/api/route/overview", tag = "Routes", params(PageQuery, RouteQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<OverviewRow>>)))]
async fn overview(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<RouteQuery>,
) -> Reply<PageView<OverviewRow>> {
    let request = page.request()?;
    let catalog = state.store.load_catalog().await?;
    let policy = state.policy.over(state.store.routing_policy().await?);
    let mut whole = Whole::of(&catalog, &state.declared, FactorsView::from(&policy.factors));
    let filter = query.filter();
    let tiers = whole.tiers();
    let wanted: Vec<&Route> = whole.routes.iter().copied().filter(|route| matches_filter(route, &filter)).collect();
    let page = PageView::cut(wanted, request);
    whole.read_ratios(&state, page.items.iter().map(|route| route.provider_id).collect()).await?;
    let models: BTreeSet<&str> = page.items.iter().map(|route| route.model.as_str()).collect();
    let standings: HashMap<&str, Vec<Standing>> =
        models.into_iter().map(|model| (model, state.previewer.standings(model))).collect();
    let standing_of = |route: &Route| {
        standings.get(route.model.as_str())?.iter().find(|standing| standing.credential == route.credential_id)
    };
    found(page.map(|route| whole.row(route, &tiers, standing_of(route))))
}

#[cfg(test)]
mod tests {
    use super::share_percent;

    #[test]
    fn shares_follow_weights_and_are_even_without_any() {
        assert_eq!([share_percent(1, 4, 2), share_percent(0, 4, 2), share_percent(0, 0, 3)], [25.0, 0.0, 33.33]);
    }
}
