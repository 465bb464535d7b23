//! What a provider's site offers: models with their ratios, groups, and what those pay.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::find;
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, Failure};
use crate::newapi::{Offer, OfferRow};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(read_pricing))
}

/// What a site offers. Old scripts read the groups beside `data`.
#[derive(Debug, Serialize, ToSchema)]
struct PricingView {
    /// Always `true`.
    success: bool,
    /// Always empty.
    message: &'static str,
    /// By model; empty before the first synchronisation.
    data: Vec<PricingRow>,
    /// Factor by group.
    #[schema(value_type = BTreeMap<String, f64>)]
    group_ratio: BTreeMap<String, Value>,
    /// Name for people by group: those that the account may use.
    usable_group: BTreeMap<String, String>,
    /// Path and method by kind of endpoint.
    #[schema(value_type = BTreeMap<String, Object>)]
    supported_endpoint: BTreeMap<String, Value>,
    /// The groups that a key can be made in, cheapest first.
    token_group_options: Vec<GroupOption>,
    /// The one that a key is made in unless it is said otherwise.
    default_group: String,
}

/// A model that a site offers.
#[derive(Debug, Serialize, ToSchema)]
struct PricingRow {
    /// Its place in this list, from 1.
    id: usize,
    model_name: String,
    provider_id: i64,
    /// 0 by token, 1 by call.
    quota_type: i64,
    /// Multiple of $2 per million input tokens.
    #[schema(value_type = f64)]
    model_ratio: Value,
    /// Output by input.
    #[schema(value_type = f64)]
    completion_ratio: Value,
    /// Dollars per call.
    #[schema(value_type = f64)]
    model_price: Value,
    /// The groups that may use it, as JSON text; an empty list for all.
    #[schema(example = "[\"default\"]")]
    enable_groups: String,
    /// Kinds of endpoint, as JSON text.
    supported_endpoint_types: String,
    /// When it was read, Unix seconds.
    last_synced: i64,
}

/// A group that a key can be made in.
#[derive(Debug, Serialize, ToSchema)]
struct GroupOption {
    group_name: String,
    /// Its factor; 1 where the site says none.
    ratio: f64,
}

impl PricingRow {
    fn of(place: usize, (model, row): (&String, &OfferRow), (provider, last_synced): (ProviderId, i64)) -> Self {
        let number = |value: &Value| if value.is_null() { Value::from(0) } else { value.clone() };
        let text = |names: &[String]| serde_json::to_string(names).unwrap_or_default();
        Self {
            id: place + 1,
            model_name: model.clone(),
            provider_id: provider.0,
            quota_type: row.quota_type,
            model_ratio: number(&row.model_ratio),
            completion_ratio: number(&row.completion_ratio),
            model_price: number(&row.model_price),
            enable_groups: text(&row.enable_groups),
            supported_endpoint_types: text(&row.supported_endpoint_types),
            last_synced,
        }
    }
}

/// What the provider's site offers, as it was last read.
#[utoipa::path(get, path = "/api/provider/{id}/pricing", tag = "Providers",
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "Models and groups.", body = PricingView)))]
async fn read_pricing(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(id): At<i64>,
) -> Result<Json<PricingView>, Failure> {
    let provider = find(&state, ProviderId(id)).await?;
    let offer: Offer = state.upkeep.offer_of(provider.id).await?.unwrap_or_default();
    let site = state.upkeep.state_of(provider.id).await?;
    let facts = (provider.id, site.synced_at.map_or(0, Timestamp::unix_secs));
    let option = |(group_name, ratio)| GroupOption { group_name, ratio };
    Ok(Json(PricingView {
        success: true,
        message: "",
        data: offer.models.iter().enumerate().map(|(place, row)| PricingRow::of(place, row, facts)).collect(),
        token_group_options: offer.open_groups().into_iter().map(option).collect(),
        default_group: offer.default_group(provider.upstream_user_id),
        group_ratio: offer.group_ratio,
        usable_group: offer.usable_group,
        supported_endpoint: offer.supported_endpoint,
    }))
}
