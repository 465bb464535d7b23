//! Which price would hold for a call now.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::id::ProviderId;
use sluice_domain::price::Buyer;
use sluice_domain::provider::Provider;
use sluice_domain::user::DEFAULT_GROUP;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::VersionView;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::input::required_text;
use crate::admin::wire::{Envelope, Params, Reply, found};
use crate::admin::{AdminState, providers};
use crate::money::prices::PriceList;

const MODEL_CHARS: usize = 255;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(find_price))
}

/// Whose price is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LookupQuery {
    /// Model, as callers name it or as the provider does.
    model: String,
    /// Provider that would serve the call.
    provider_id: i64,
    /// Group of the caller; `default` by default.
    group: Option<String>,
}

/// The price that would hold for a call that began now.
#[derive(Debug, Serialize, ToSchema)]
struct LookupView {
    /// Name of the model at the provider: its aliases are applied.
    model: String,
    provider_id: i64,
    provider_name: String,
    /// What the provider takes; `null` when nobody states a price: calls that are billed are then refused.
    cost: Option<VersionView>,
    /// What callers pay, factors or not; `null` when they pay the cost times the factors of group and key. A model
    /// without a cost is not sold.
    sell: Option<VersionView>,
    /// Group of the caller.
    group: String,
    /// Factor of the group.
    #[schema(example = "0.8")]
    group_multiplier: String,
}

/// The price that would hold for a call now, and who states it.
#[utoipa::path(get, path = "/api/price/effective", tag = "Prices", params(LookupQuery),
    responses((status = 200, description = "The price.", body = Envelope<LookupView>)))]
async fn find_price(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(query): Params<LookupQuery>,
) -> Reply<LookupView> {
    let model = required_text("model", Some(&query.model), MODEL_CHARS)?;
    let provider = providers::find(&state, ProviderId(query.provider_id)).await?;
    let catalog = state.store.load_catalog().await?;
    let prices = PriceList::of(&catalog, state.clock.now());
    let model = name_at(&provider, &model);
    let priced = prices.find(buyer(&provider), model);
    let named = query.group.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let group = named.unwrap_or(DEFAULT_GROUP);
    found(LookupView {
        model: model.to_owned(),
        provider_id: provider.id.0,
        provider_name: provider.name.clone(),
        cost: priced.as_ref().map(|priced| priced.cost().into()),
        sell: priced.as_ref().and_then(|priced| priced.fixed().map(VersionView::from)),
        group: group.to_owned(),
        group_multiplier: prices.group(group).to_string(),
    })
}

/// Returns the one that pays for calls to `provider`.
pub(super) fn buyer(provider: &Provider) -> Buyer<'_> {
    Buyer { provider: provider.id, group: None, vendor: &provider.vendor }
}

/// Returns the name that the provider knows `model` by.
pub(super) fn name_at<'a>(provider: &'a Provider, model: &'a str) -> &'a str {
    provider.model_alias.get(model).map_or(model, String::as_str)
}
