//! Discovery: an upstream is asked which models each credential may use, and routes are made of the answer.

use std::sync::Arc;

use axum::extract::State;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use sluice_domain::id::ProviderId;
use sluice_domain::provider::{Credential, Provider};
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::validation::find_vendor;
use super::{credentials, find};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, Envelope, Failure, Language, Note, Problem, Reply, found_with};
use crate::upkeep::{ModelAsker, Unaskable};

/// Credentials that are asked about at the same time.
const MAX_CONCURRENT: usize = 4;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(discover_models))
}

/// What discovery found and changed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct DiscoveryView {
    /// For each enabled credential.
    pub(super) credentials: Vec<CredentialDiscovery>,
}

/// What one credential may use.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CredentialDiscovery {
    id: i64,
    name: String,
    /// Models that the upstream lists; empty when it could not be asked.
    models: Vec<String>,
    /// Routes made.
    added: usize,
    /// Routes removed, because their model is no longer listed.
    removed: usize,
    /// Routes that stayed as they were.
    kept: usize,
    /// What went wrong; then nothing was changed for this credential.
    error: Option<String>,
}

/// Ask the upstream which models each enabled credential may use, and make routes of the answer. A credential whose
/// answer cannot be used keeps its routes. Providers that the configuration file declares are asked, and not changed.
#[utoipa::path(post, path = "/api/provider/{id}/models", tag = "Providers",
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "At least one credential answered.", body = Envelope<DiscoveryView>)))]
async fn discover_models(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    At(id): At<i64>,
) -> Reply<DiscoveryView> {
    discover(&state, ProviderId(id), language).await
}

pub(in crate::admin) async fn discover(state: &AdminState, id: ProviderId, language: Language) -> Reply<DiscoveryView> {
    let provider = find(state, id).await?;
    let (asker, list_url) = asker_of(state, &provider)?;
    let all = credentials::all_of(state, provider.id).await?;
    let enabled = all.iter().filter(|credential| credential.enabled);
    let asked: Vec<_> = enabled.map(|credential| discover_one(state, (&asker, &list_url), credential)).collect();
    let credentials: Vec<_> = stream::iter(asked).buffered(MAX_CONCURRENT).try_collect().await?;
    let errors = || credentials.iter().filter_map(|discovery| discovery.error.as_ref());
    match errors().next() {
        None if credentials.is_empty() => return Err(Problem::NoCredentials.into()),
        Some(reason) if errors().count() == credentials.len() => {
            return Err(Problem::UpstreamFailed.with("reason", reason));
        }
        Some(_) | None => {}
    }
    let sum = |count: fn(&CredentialDiscovery) -> usize| credentials.iter().map(count).sum::<usize>();
    let facts = [
        ("found", credentials.len() - errors().count()),
        ("asked", credentials.len()),
        ("added", sum(|one| one.added)),
        ("removed", sum(|one| one.removed)),
        ("kept", sum(|one| one.kept)),
    ];
    let message = Note::Discovered.say(language, &facts.map(|(place, count)| (place, count.to_string())));
    found_with(message, DiscoveryView { credentials })
}

async fn discover_one(
    state: &AdminState,
    (asker, list_url): (&ModelAsker<'_>, &Url),
    credential: &Credential,
) -> Result<CredentialDiscovery, Failure> {
    let mut discovery = CredentialDiscovery {
        id: credential.id.0,
        name: credential.name.clone(),
        models: Vec::new(),
        added: 0,
        removed: 0,
        kept: 0,
        error: None,
    };
    match asker.models(list_url, credential).await {
        Ok(models) if credential.id.0 < 0 => discovery.models = models,
        Ok(models) => {
            let changed = state.store.replace_discovered_routes(credential.provider_id, credential.id, &models).await?;
            (discovery.added, discovery.removed, discovery.kept) = (changed.added, changed.removed, changed.kept);
            discovery.models = models;
        }
        Err(reason) => discovery.error = Some(reason),
    }
    Ok(discovery)
}

fn asker_of<'a>(state: &'a AdminState, provider: &'a Provider) -> Result<(ModelAsker<'a>, Url), Failure> {
    find_vendor(&state.vendors, &provider.vendor)?;
    let no_list = || Problem::NoModelList.with("vendor", &provider.vendor);
    let unaskable = |reason| match reason {
        Unaskable::Vendor | Unaskable::NoModelList => no_list(),
        Unaskable::BaseUrl(reason) => Problem::UrlInvalid.with("field", "base_url").with("reason", reason),
        Unaskable::Proxy => {
            Problem::ValueInvalid.with("field", "proxy_url").with("reason", "cannot be used for outgoing calls")
        }
    };
    let asker = state.upkeep.asker(provider).map_err(unaskable)?;
    let list_url = asker.list_url().map_err(unaskable)?;
    Ok((asker, list_url))
}
