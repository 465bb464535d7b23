//! Taking over what a provider publishes about its prices.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use secrecy::ExposeSecret;
use serde::Serialize;
use sluice_domain::id::ProviderId;
use sluice_domain::price::PriceEntry;
use sluice_domain::provider::Provider;
use sluice_store::StoreError;
use url::Url;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, Envelope, Failure, Language, Note, Problem, Reply, found_with};
use crate::admin::{AdminState, providers};
use crate::newapi::Sheet;
use crate::outgoing::fetch;
use crate::upkeep::prices::{PaidGroups, entries_of};

/// Models that are named one by one as left out; more are counted.
const MAX_NAMED: usize = 100;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(sync_prices))
}

/// What a provider publishes, and what it changed here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceSyncView)]
struct SyncView {
    /// Models whose price was read.
    models: usize,
    /// Models whose price is another now, or is gone.
    changed: usize,
    /// Models that were left out.
    skipped: usize,
    /// The first hundred of them.
    left_out: Vec<LeftOutView>,
}

/// A model that was left out.
#[derive(Debug, Serialize, ToSchema)]
struct LeftOutView {
    model: String,
    /// Why it has no price here.
    reason: &'static str,
}

/// Read the prices that a NewAPI or One-API site publishes under `/api/pricing`, and make what the provider charges equal
/// to them: by the factor of the groups that its enabled credentials are in. An answer that cannot be understood wholly
/// changes nothing.
#[utoipa::path(post, path = "/api/provider/{id}/prices/sync", tag = "Prices",
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "The prices were read.", body = Envelope<SyncView>)))]
async fn sync_prices(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    At(id): At<i64>,
) -> Reply<SyncView> {
    let provider = providers::find(&state, ProviderId(id)).await?;
    let paid = groups_of(&state, provider.id).await?;
    let body = ask(&state, &provider).await?;
    let entries = Sheet::read(&body).and_then(|sheet| entries_of(provider.id, &sheet, &paid, state.clock.now()));
    let (entries, published) = entries.map_err(unread)?;
    if published.prices.is_empty() {
        return Err(unread("it publishes no price that can be used".to_owned()));
    }
    let changed = keep(&state, provider.id, &entries).await?;
    let view = SyncView {
        models: published.prices.len(),
        changed,
        skipped: published.skipped.len(),
        left_out: published
            .skipped
            .into_iter()
            .take(MAX_NAMED)
            .map(|(model, reason)| LeftOutView { model, reason })
            .collect(),
    };
    let facts = [("models", view.models), ("changed", view.changed), ("skipped", view.skipped)];
    found_with(Note::PricesSynced.say(language, &facts.map(|(place, count)| (place, count.to_string()))), view)
}

fn unread(reason: String) -> Failure {
    Problem::PricesUnread.with("reason", reason)
}

/// Returns the groups that the provider's enabled credentials are in, each by its own name.
async fn groups_of(state: &AdminState, provider: ProviderId) -> Result<PaidGroups, Failure> {
    let credentials = providers::credentials_of(state, provider).await?;
    let enabled = credentials.into_iter().filter(|credential| credential.enabled);
    let group = |name: String| (name.clone(), BTreeSet::from([name.trim().to_owned()]));
    let groups: PaidGroups = enabled.map(|credential| group(credential.group_name)).collect();
    if groups.is_empty() { Err(Problem::NoCredentials.into()) } else { Ok(groups) }
}

/// Asks the site, as the management account where there is one: factors may be the account's own.
async fn ask(state: &AdminState, provider: &Provider) -> Result<Vec<u8>, Failure> {
    let invalid = |reason: &dyn std::fmt::Display| Problem::UrlInvalid.with("field", "base_url").with("reason", reason);
    let mut url = Url::parse(&provider.base_url).map_err(|error| invalid(&error))?;
    let root = url.path().trim_end_matches('/');
    let root = root.strip_suffix("/v1").unwrap_or(root).to_owned();
    url.set_path(&format!("{root}/api/pricing"));
    let client = state.memory.outgoing.client(provider.proxy_url.as_ref()).map_err(|_| {
        Problem::ValueInvalid.with("field", "proxy_url").with("reason", "cannot be used for outgoing calls")
    })?;
    let mut request = client.get(url).header("accept", "application/json");
    let secret = provider.access_token.as_ref().map(ExposeSecret::expose_secret);
    if let Some(secret) = secret {
        request = request.bearer_auth(secret);
    }
    if let Some(user) = provider.upstream_user_id {
        request = request.header("new-api-user", user);
    }
    fetch(request, secret).await.map_err(unread)
}

async fn keep(state: &AdminState, provider: ProviderId, entries: &[PriceEntry]) -> Result<usize, Failure> {
    let now = state.clock.now();
    state.store.replace_provider_prices(provider, entries, now).await.map_err(|error| match error {
        StoreError::Invalid { field, problem } => unread(format!("`{field}` {problem}")),
        other => other.into(),
    })
}
