//! Providers as a file: exported without secrets, imported with or without.

mod credentials;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sluice_domain::provider::Provider;
use sluice_store::{PageRequest, ProviderFilter, SiteKey};
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::ProviderInput;
use super::validation::read_base_url;
use super::{FIRST_CREDENTIAL, create, update};
use crate::admin::AdminState;
use crate::admin::access::{AsAdmin, AsRoot};
use crate::admin::docs::Spellings;
use crate::admin::wire::{Body, Envelope, Failure, Language, Note, Problem, Reply, found, found_with};
use credentials::Transferred;

/// No more providers are exported or imported at once.
const MAX_PROVIDERS: usize = 1_000;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(export_providers, export_with_secrets)).serve(routes!(import_providers))
}

/// A provider in an export. Everything can be imported again; secrets are there only where they were asked for.
#[derive(Serialize, ToSchema)]
struct ExportedProvider {
    name: String,
    vendor: String,
    base_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<i64>,
    status: i64,
    priority: i64,
    weight: i64,
    checkin_enabled: bool,
    model_alias_mapping: BTreeMap<String, String>,
    params: BTreeMap<String, String>,
    rotation: &'static str,
    timeouts: super::view::TimeoutsView,
    remark: String,
    /// Whether it is reached through a proxy; left out where the proxy is secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_enabled: Option<bool>,
    /// The proxy; one with a user name or a password is a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_url: Option<String>,
    /// Headers that every call to it carries; a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<BTreeMap<String, String>>,
    /// System access token of its site; a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    /// The secret of the credential called `default`, for importers that know no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// All credentials; secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<Vec<Transferred>>,
}

/// A provider in an import.
#[derive(Clone, Deserialize, ToSchema)]
struct ImportedProvider {
    #[serde(flatten)]
    provider: ProviderInput,
    /// Its credentials; where there are some, `key` is not looked at.
    credentials: Option<Vec<Transferred>>,
}

impl ExportedProvider {
    /// Returns it with its secrets.
    fn with_secrets(provider: Provider, keys: &[SiteKey]) -> Self {
        let first = keys.iter().map(|key| &key.credential).find(|credential| credential.name == FIRST_CREDENTIAL);
        let headers: BTreeMap<String, String> =
            provider.headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect();
        let proxy_url = provider.proxy_url.as_ref().map(|url| url.expose_secret().to_owned());
        Self {
            proxy_enabled: Some(proxy_url.is_some()),
            proxy_url,
            headers: Some(headers),
            access_token: provider.access_token.as_ref().map(|token| token.expose_secret().to_owned()),
            key: first.map(|first| first.secret.expose_secret().to_owned()).filter(|secret| !secret.is_empty()),
            credentials: Some(keys.iter().map(Transferred::of).collect()),
            ..Self::of(provider)
        }
    }

    fn of(provider: Provider) -> Self {
        let proxy_url = provider.proxy_url.as_ref().map(ExposeSecret::expose_secret).filter(|url| is_open(url));
        let proxy_url = proxy_url.map(str::to_owned);
        Self {
            proxy_enabled: (provider.proxy_url.is_some() == proxy_url.is_some()).then_some(proxy_url.is_some()),
            proxy_url,
            headers: None,
            access_token: None,
            key: None,
            credentials: None,
            user_id: provider.upstream_user_id,
            status: crate::admin::wire::status::number(provider.enabled),
            priority: provider.priority,
            weight: provider.weight,
            checkin_enabled: provider.checkin_enabled,
            timeouts: super::view::TimeoutsView::of(provider.timeouts),
            name: provider.name,
            vendor: provider.vendor,
            base_url: provider.base_url,
            model_alias_mapping: provider.model_alias,
            params: provider.params,
            rotation: provider.rotation.as_str(),
            remark: provider.remark,
        }
    }
}

/// All providers of the database, without secrets.
#[utoipa::path(get, path = "/api/provider/export", tag = "Providers",
    responses((status = 200, description = "The providers.", body = Envelope<Vec<ExportedProvider>>)))]
async fn export_providers(State(state): State<Arc<AdminState>>, _: AsAdmin) -> Reply<Vec<ExportedProvider>> {
    found(stored(&state).await?.into_iter().map(ExportedProvider::of).collect())
}

/// Returns whether nothing in a proxy's address is secret.
fn is_open(proxy_url: &str) -> bool {
    Url::parse(proxy_url).is_ok_and(|url| url.username().is_empty() && url.password().is_none())
}

/// All providers of the database with their secrets, for root: system access tokens, proxies, headers and credentials. It
/// stands in the audit log that this was asked for.
#[utoipa::path(post, path = "/api/provider/export", tag = "Providers",
    responses((status = 200, description = "The providers.", body = Envelope<Vec<ExportedProvider>>)))]
async fn export_with_secrets(State(state): State<Arc<AdminState>>, AsRoot(me): AsRoot) -> Reply<Vec<ExportedProvider>> {
    tracing::info!(user.id = me.user.id.0, "the secrets of providers were exported");
    let mut exported = Vec::new();
    for provider in stored(&state).await? {
        let keys = state.store.list_site_keys(provider.id).await?;
        exported.push(ExportedProvider::with_secrets(provider, &keys));
    }
    found(exported)
}

async fn stored(state: &AdminState) -> Result<Vec<Provider>, Failure> {
    let limit = u64::try_from(MAX_PROVIDERS).unwrap_or(u64::MAX);
    Ok(state.store.list_providers(&ProviderFilter::default(), PageRequest::nth(0, limit)).await?.items)
}

/// What an import did.
#[derive(Debug, Default, Serialize, ToSchema)]
struct ImportView {
    created: usize,
    updated: usize,
    skipped: usize,
    /// Why providers were skipped.
    problems: Vec<ImportProblem>,
}

/// Why one provider was skipped.
#[derive(Debug, Serialize, ToSchema)]
struct ImportProblem {
    /// Its place in the file, counted from 0.
    index: usize,
    /// Its name.
    name: String,
    /// What is wrong with it.
    message: String,
}

/// Import providers. One with the same `base_url` and `user_id` (without `user_id`: and name) is changed by the fields that are sent, others are
/// made. Those that cannot be used are skipped, with the reason.
#[utoipa::path(post, path = "/api/provider/import", tag = "Providers", request_body = Vec<ImportedProvider>,
    responses((status = 200, description = "What was done.", body = Envelope<ImportView>)))]
async fn import_providers(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    Body(inputs): Body<Vec<ImportedProvider>>,
) -> Reply<ImportView> {
    if inputs.len() > MAX_PROVIDERS {
        let reason = format!("has more than {MAX_PROVIDERS} providers");
        return Err(Problem::ValueInvalid.with("field", "body").with("reason", reason));
    }
    let mut present = stored(&state).await?;
    let mut view = ImportView::default();
    for (index, input) in inputs.into_iter().enumerate() {
        let name = input.provider.name.clone().unwrap_or_default();
        match import(&state, &mut present, input).await {
            Ok(Done::Created) => view.created += 1,
            Ok(Done::Updated) => view.updated += 1,
            // The database is away: the next one would fail as well.
            Err(failure) if failure.problem().kind().status().is_server_error() => return Err(failure),
            Err(failure) => {
                view.skipped += 1;
                view.problems.push(ImportProblem { index, name, message: failure.message(language) });
            }
        }
    }
    let facts = [("created", view.created), ("updated", view.updated), ("skipped", view.skipped)];
    found_with(Note::Imported.say(language, &facts.map(|(place, count)| (place, count.to_string()))), view)
}

enum Done {
    Created,
    Updated,
}

async fn import(state: &AdminState, present: &mut Vec<Provider>, input: ImportedProvider) -> Result<Done, Failure> {
    let ImportedProvider { provider: mut input, credentials } = input;
    if let Some(credentials) = &credentials {
        credentials::check(credentials)?;
        input.take_key()?;
    }
    let base_url = read_base_url(input.base_url.as_deref().unwrap_or_default())?;
    let user_id = input.user_id()?.flatten();
    // Several accounts at one site without a user id are told apart by their name.
    let is_named = |provider: &Provider| input.name.as_deref().map(str::trim) == Some(provider.name.as_str());
    let twin = present.iter_mut().find(|provider| {
        let is_same = provider.base_url == base_url && provider.upstream_user_id == user_id;
        is_same && (user_id.is_some() || is_named(provider))
    });
    let (provider, done) = match twin {
        Some(twin) => {
            *twin = update(state, twin, input).await?;
            (twin.clone(), Done::Updated)
        }
        None => {
            let made = create(state, input).await?;
            present.push(made.clone());
            (made, Done::Created)
        }
    };
    credentials::put(state, &provider, &credentials.unwrap_or_default()).await?;
    Ok(done)
}
