//! Providers as a file: exported without secrets, imported with or without.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::provider::Provider;
use sluice_store::{PageRequest, ProviderFilter};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::ProviderInput;
use super::validation::read_base_url;
use super::{create, update};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Body, Envelope, Failure, Language, Note, Problem, Reply, found, found_with};

/// No more providers are exported or imported at once.
const MAX_PROVIDERS: usize = 1_000;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(export_providers)).serve(routes!(import_providers))
}

/// A provider in an export. Everything can be imported again; secrets are left out.
#[derive(Debug, Serialize, ToSchema)]
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
}

impl ExportedProvider {
    fn of(provider: Provider) -> Self {
        Self {
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
#[utoipa::path(post, path = "/api/provider/import", tag = "Providers", request_body = Vec<ProviderInput>,
    responses((status = 200, description = "What was done.", body = Envelope<ImportView>)))]
async fn import_providers(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    Body(inputs): Body<Vec<ProviderInput>>,
) -> Reply<ImportView> {
    if inputs.len() > MAX_PROVIDERS {
        let reason = format!("has more than {MAX_PROVIDERS} providers");
        return Err(Problem::ValueInvalid.with("field", "body").with("reason", reason));
    }
    let mut present = stored(&state).await?;
    let mut view = ImportView::default();
    for (index, input) in inputs.into_iter().enumerate() {
        let name = input.name.clone().unwrap_or_default();
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

async fn import(state: &AdminState, present: &mut Vec<Provider>, input: ProviderInput) -> Result<Done, Failure> {
    let base_url = read_base_url(input.base_url.as_deref().unwrap_or_default())?;
    let user_id = input.user_id()?.flatten();
    // Several accounts at one site without a user id are told apart by their name.
    let is_named = |provider: &Provider| input.name.as_deref().map(str::trim) == Some(provider.name.as_str());
    let twin = present.iter_mut().find(|provider| {
        let is_same = provider.base_url == base_url && provider.upstream_user_id == user_id;
        is_same && (user_id.is_some() || is_named(provider))
    });
    match twin {
        Some(twin) => {
            *twin = update(state, twin, input).await?;
            Ok(Done::Updated)
        }
        None => {
            present.push(create(state, input).await?);
            Ok(Done::Created)
        }
    }
}
