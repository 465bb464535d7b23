//! Aliases of one provider: public model name → its name there.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::id::ProviderId;
use sluice_store::ProviderPatch;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::validation::read_aliases;
use super::{find, find_writable};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, Body, Envelope, Reply, found};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(read_model_aliases, write_model_aliases))
}

/// The aliases of a provider.
#[utoipa::path(get, path = "/api/provider/{id}/model-alias-mapping", tag = "Providers",
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "Public name → name there.", body = Envelope<BTreeMap<String, String>>)))]
async fn read_model_aliases(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(id): At<i64>,
) -> Reply<BTreeMap<String, String>> {
    found(find(&state, ProviderId(id)).await?.model_alias)
}

/// All aliases of a provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AliasInput {
    /// Public name → name there; empty entries are dropped.
    model_alias_mapping: BTreeMap<String, String>,
}

/// Replace the aliases of a provider.
#[utoipa::path(put, path = "/api/provider/{id}/model-alias-mapping", tag = "Providers", request_body = AliasInput,
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "The aliases as they are now.", body = Envelope<BTreeMap<String, String>>)))]
async fn write_model_aliases(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(id): At<i64>,
    Body(input): Body<AliasInput>,
) -> Reply<BTreeMap<String, String>> {
    let provider = find_writable(&state, ProviderId(id)).await?;
    let patch =
        ProviderPatch { model_alias: Some(read_aliases(&input.model_alias_mapping)?), ..ProviderPatch::default() };
    found(state.store.update_provider(provider.id, patch).await?.model_alias)
}
