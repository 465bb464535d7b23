//! Providers: the configured upstream accounts, with their credentials, aliases and lists of models.

mod activity;
mod alias;
mod credential_view;
mod credentials;
mod discovery;
mod headers;
mod input;
mod pricing;
mod site_keys;
mod standing;
mod sync;
mod transfer;
mod trial;
mod validation;
mod vendors;
mod view;

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::SecretString;
use sluice_domain::id::ProviderId;
use sluice_domain::limit::Limits;
use sluice_domain::provider::Provider;
use sluice_store::{NewCredential, ProviderFilter, StoreError, What};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AdminState;
use super::access::AsAdmin;
use super::docs::Spellings;
use super::routing::refuse_if_named;
use super::wire::paging::Blend;
use super::wire::{At, Body, Envelope, Failure, Nothing, PageQuery, PageView, Params, Problem, Reply, done, found};
pub(super) use credentials::all_of as credentials_of;
pub(super) use discovery::discover;
use input::ProviderInput;
use standing::Standings;
pub(super) use validation::find_vendor;
use view::ProviderView;
pub(super) use view::show_dollars;

/// What the credential is called that a provider is made with.
const FIRST_CREDENTIAL: &str = "default";

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_providers, create_provider, update_provider))
        .serve(routes!(read_provider, delete_provider))
        .merge(alias::endpoints())
        .merge(credentials::endpoints())
        .merge(discovery::endpoints())
        .merge(pricing::endpoints())
        .merge(standing::endpoints())
        .merge(sync::endpoints())
        .merge(transfer::endpoints())
        .merge(trial::endpoints())
        .merge(vendors::endpoints())
}

/// Which providers are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ProviderQuery {
    /// Part of the name, vendor, base URL or remark.
    keyword: Option<String>,
    /// `all` (default), `eligible` (enabled) or `abnormal` (disabled).
    route_filter: Option<String>,
}

impl ProviderQuery {
    fn filter(self) -> Result<ProviderFilter, Failure> {
        let enabled = match self.route_filter.as_deref() {
            None | Some("" | "all") => None,
            Some("eligible") => Some(true),
            Some("abnormal") => Some(false),
            Some(other) => {
                let failure = Problem::FilterInvalid.with("name", "route_filter").with("value", other);
                return Err(failure.with("expected", "`all`, `eligible`, `abnormal`"));
            }
        };
        Ok(ProviderFilter { keyword: self.keyword.filter(|keyword| !keyword.trim().is_empty()), enabled })
    }
}

fn matches(provider: &Provider, filter: &ProviderFilter) -> bool {
    let is_named = |keyword: &String| {
        let keyword = keyword.trim().to_lowercase();
        [&provider.name, &provider.vendor, &provider.base_url, &provider.remark]
            .iter()
            .any(|text| text.to_lowercase().contains(&keyword))
    };
    filter.keyword.as_ref().is_none_or(is_named) && filter.enabled.is_none_or(|enabled| enabled == provider.enabled)
}

/// Providers by priority; declared ones before.
#[utoipa::path(get, path = "/api/provider/", tag = "Providers", params(PageQuery, ProviderQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<ProviderView>>)))]
async fn list_providers(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<ProviderQuery>,
) -> Reply<PageView<ProviderView>> {
    let request = page.request()?;
    let filter = query.filter()?;
    let declared = state.declared.providers.iter().filter(|provider| matches(provider, &filter));
    let blend = Blend::new(declared.cloned().collect(), request);
    let stored = state.store.list_providers(&filter, blend.rest()).await?;
    let page = blend.join(stored);
    let shown: Vec<ProviderId> = page.items.iter().map(|provider| provider.id).collect();
    let standings = Standings::load(&state, &shown).await?;
    found(PageView::of(page, request, |provider| standings.view(&provider)))
}

/// One provider.
#[utoipa::path(get, path = "/api/provider/{id}", tag = "Providers", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The provider.", body = Envelope<ProviderView>)))]
async fn read_provider(State(state): State<Arc<AdminState>>, _: AsAdmin, At(id): At<i64>) -> Reply<ProviderView> {
    let provider = find(&state, ProviderId(id)).await?;
    found(Standings::load(&state, &[provider.id]).await?.view(&provider))
}

/// Finds a provider, declared or stored.
pub(super) async fn find(state: &AdminState, id: ProviderId) -> Result<Provider, Failure> {
    let declared = state.declared.providers.iter().find(|provider| provider.id == id);
    let provider = match declared {
        Some(provider) => Some(provider.clone()),
        None => state.store.find_provider(id).await?,
    };
    Ok(provider.ok_or(StoreError::NotFound { what: What::Provider })?)
}

/// Finds a provider that may be changed: one that is kept in the database.
async fn find_writable(state: &AdminState, id: ProviderId) -> Result<Provider, Failure> {
    let provider = find(state, id).await?;
    if provider.id.0 < 0 { Err(Problem::ReadOnly.with("what", What::Provider)) } else { Ok(provider) }
}

/// Make a provider. With `key` it gets a first credential named `default`.
#[utoipa::path(post, path = "/api/provider/", tag = "Providers", request_body = ProviderInput,
    responses((status = 200, description = "The new provider.", body = Envelope<ProviderView>)))]
async fn create_provider(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Body(input): Body<ProviderInput>,
) -> Reply<ProviderView> {
    let provider = create(&state, input).await?;
    found(Standings::load(&state, &[provider.id]).await?.view(&provider))
}

async fn create(state: &AdminState, mut input: ProviderInput) -> Result<Provider, Failure> {
    let now = state.clock.now();
    let key = input.take_key()?;
    let new = input.into_new(&state.vendors, now)?;
    refuse_declared_name(state, &new.name)?;
    let (priority, weight) = (new.priority, new.weight);
    let provider = state.store.create_provider(new).await?;
    if let Some(key) = key {
        let credential = first_credential(key, priority, weight, now);
        state.store.create_credential(provider.id, credential).await?;
    }
    Ok(provider)
}

fn first_credential(
    secret: SecretString,
    priority: i64,
    weight: i64,
    now: sluice_domain::clock::Timestamp,
) -> NewCredential {
    NewCredential {
        name: FIRST_CREDENTIAL.to_owned(),
        secret,
        limits: Limits::NONE,
        call_quota: None,
        group_name: String::new(),
        enabled: true,
        priority,
        weight,
        created_at: now,
    }
}

fn refuse_declared_name(state: &AdminState, name: &str) -> Result<(), Failure> {
    if state.declared.providers.iter().any(|declared| declared.name == name) {
        return Err(Problem::Exists.with("what", What::Provider));
    }
    Ok(())
}

/// Change a provider: only the fields that are sent, zero included. Empty secrets keep what is stored, `null` clears.
#[utoipa::path(put, path = "/api/provider/", tag = "Providers", request_body = ProviderInput,
    responses((status = 200, description = "The provider as it is now.", body = Envelope<ProviderView>)))]
async fn update_provider(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Body(input): Body<ProviderInput>,
) -> Reply<ProviderView> {
    let id = ProviderId(input.id.ok_or_else(|| Problem::ValueMissing.with("field", "id"))?);
    let present = find_writable(&state, id).await?;
    let provider = update(&state, &present, input).await?;
    found(Standings::load(&state, &[provider.id]).await?.view(&provider))
}

async fn update(state: &AdminState, present: &Provider, input: ProviderInput) -> Result<Provider, Failure> {
    let patch = input.into_patch(&state.vendors, present)?;
    if let Some(name) = &patch.name {
        refuse_declared_name(state, name)?;
        if *name != present.name {
            refuse_if_named(state, &present.name).await?;
        }
    }
    Ok(state.store.update_provider(present.id, patch).await?)
}

/// Delete a provider with its credentials and routes, unless rules or keys name it; the records of its calls stay.
#[utoipa::path(delete, path = "/api/provider/{id}", tag = "Providers", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_provider(State(state): State<Arc<AdminState>>, _: AsAdmin, At(id): At<i64>) -> Reply<Nothing> {
    let provider = find_writable(&state, ProviderId(id)).await?;
    refuse_if_named(&state, &provider.name).await?;
    state.store.delete_provider(provider.id).await?;
    done()
}
