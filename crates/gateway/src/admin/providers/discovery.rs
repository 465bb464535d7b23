//! Discovery: an upstream is asked which models each credential may use, and routes are made of the answer.

use std::sync::Arc;

use axum::extract::State;
use futures_util::{StreamExt, TryStreamExt, stream};
use secrecy::ExposeSecret;
use serde::Serialize;
use sluice_domain::id::ProviderId;
use sluice_domain::provider::{Credential, Provider};
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::vendor::Vendor;
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model_list::read;
use super::validation::find_vendor;
use super::{credentials, find};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::outgoing::fetch;
use crate::admin::wire::{At, Envelope, Failure, Language, Note, Problem, Reply, found_with};

/// Credentials that are asked about at the same time.
const MAX_CONCURRENT: usize = 4;
const MAX_PAGES: usize = 20;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(discover_models)).serve(routes!(sync_provider))
}

/// What discovery found and changed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct DiscoveryView {
    /// For each enabled credential.
    credentials: Vec<CredentialDiscovery>,
}

/// What one credential may use.
#[derive(Debug, Serialize, ToSchema)]
struct CredentialDiscovery {
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

/// The same as `/api/provider/{id}/models`.
#[utoipa::path(post, path = "/api/provider/{id}/sync", tag = "Providers",
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "At least one credential answered.", body = Envelope<DiscoveryView>)))]
async fn sync_provider(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    At(id): At<i64>,
) -> Reply<DiscoveryView> {
    discover(&state, ProviderId(id), language).await
}

/// Asks a provider for its models and makes routes of the answer.
pub(in crate::admin) async fn discover(state: &AdminState, id: ProviderId, language: Language) -> Reply<DiscoveryView> {
    let provider = find(state, id).await?;
    let upstream = Upstream::of(state, &provider)?;
    let all = credentials::all_of(state, provider.id).await?;
    let enabled = all.iter().filter(|credential| credential.enabled);
    let asked: Vec<_> = enabled.map(|credential| discover_one(state, &upstream, credential)).collect();
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
    upstream: &Upstream<'_>,
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
    match upstream.models(credential).await {
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

/// How one provider is asked for its models.
struct Upstream<'a> {
    client: reqwest::Client,
    vendor: &'a Vendor,
    url: Url,
}

impl<'a> Upstream<'a> {
    fn of(state: &'a AdminState, provider: &Provider) -> Result<Self, Failure> {
        let vendor = find_vendor(&state.vendors, &provider.vendor)?;
        let invalid =
            |reason: &dyn std::fmt::Display| Problem::UrlInvalid.with("field", "base_url").with("reason", reason);
        let base = Url::parse(&provider.base_url).map_err(|error| invalid(&error))?;
        let template = vendor
            .template(Operation::Models, base.path(), &provider.params)
            .ok_or_else(|| Problem::NoModelList.with("vendor", &vendor.name))?;
        let path =
            template.render("", "", "/v1/models").ok_or_else(|| Problem::NoModelList.with("vendor", &vendor.name))?;
        let url = base.join(&path).map_err(|error| invalid(&error))?;
        let client = state.memory.outgoing.client(provider.proxy_url.as_ref()).map_err(|_| {
            Problem::ValueInvalid.with("field", "proxy_url").with("reason", "cannot be used for outgoing calls")
        })?;
        Ok(Self { client, vendor, url })
    }

    /// Returns all models, or why they are not known. A list that breaks off counts as none: what is missing in it
    /// would be removed.
    async fn models(&self, credential: &Credential) -> Result<Vec<String>, String> {
        let mut models = Vec::new();
        let mut url = self.url.clone();
        for _ in 0..MAX_PAGES {
            let page = read(&self.fetch(url, credential).await?)?;
            models.extend(page.models);
            let Some((name, value)) = page.next else {
                models.sort_unstable();
                models.dedup();
                return Ok(models);
            };
            url = self.url.clone();
            url.query_pairs_mut().append_pair(name, &value);
        }
        Err(format!("the list of models has more than {MAX_PAGES} pages"))
    }

    async fn fetch(&self, url: Url, credential: &Credential) -> Result<Vec<u8>, String> {
        let auth = self.vendor.auth_for(Dialect::Single);
        let mut request = self.client.get(url).header("accept", "application/json");
        for (name, value) in &self.vendor.headers {
            request = request.header(name, value);
        }
        let secret = credential.secret.expose_secret();
        request = request.header(&auth.header, format!("{}{secret}", auth.prefix));
        fetch(request, Some(secret)).await
    }
}
