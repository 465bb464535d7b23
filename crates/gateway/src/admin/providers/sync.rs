//! Synchronising a provider by hand.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::id::ProviderId;
use sluice_domain::provider::Provider;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::discovery::{CredentialDiscovery, discover};
use super::find;
use super::standing::say;
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, Envelope, Failure, Language, Note, Problem, Reply, found_with};
use crate::upkeep::{RefreshError, Report, Step, StepReport};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(sync_provider))
}

/// What a synchronisation found and changed.
#[derive(Debug, Serialize, ToSchema)]
struct SyncView {
    /// The steps that were taken, in order. A provider without a system access token has none.
    steps: Vec<StepView>,
    /// For each enabled credential of a provider without a system access token: what it may use.
    credentials: Vec<CredentialDiscovery>,
}

/// A step of a synchronisation.
#[derive(Debug, Serialize, ToSchema)]
struct StepView {
    /// `site`, `balance`, `offer` (models and groups), `keys`, `prices` or `routes`.
    step: &'static str,
    /// Whether it succeeded; one that failed changed nothing.
    success: bool,
    /// Why it failed.
    message: String,
    /// How many things it found.
    found: usize,
    /// How many changes it made here.
    changed: usize,
}

impl StepView {
    fn of(step: &StepReport, language: Language) -> Self {
        Self {
            step: step.step.as_str(),
            success: step.fault.is_none(),
            message: step.fault.as_ref().map(|fault| say(fault, language)).unwrap_or_default(),
            found: step.found,
            changed: step.changed,
        }
    }
}

/// Make Sluice know what the provider knows. With a system access token of a NewAPI or One-API site: balance, models, groups,
/// keys, prices, and routes made of them; a step that fails keeps what was known. Else: the models that each enabled credential
/// may use, as `/api/provider/{id}/models` does, and the balance where the vendor tells it.
#[utoipa::path(post, path = "/api/provider/{id}/sync", tag = "Providers",
    params(("id" = i64, Path, description = "Id of the provider.")),
    responses((status = 200, description = "At least one step succeeded.", body = Envelope<SyncView>)))]
async fn sync_provider(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    At(id): At<i64>,
) -> Reply<SyncView> {
    let provider = find(&state, ProviderId(id)).await?;
    if state.upkeep.is_managed(&provider) && provider.id.0 >= 0 {
        return sync_site(&state, &provider, language).await;
    }
    let answer = discover(&state, provider.id, language).await?;
    let (message, discovered) = answer.into_parts();
    let report = if provider.id.0 >= 0 { refresh(&state, &provider).await? } else { Report::default() };
    let balance = report.steps.iter().filter(|step| step.step == Step::Balance);
    let steps = balance.map(|step| StepView::of(step, language)).collect();
    found_with(message, SyncView { steps, credentials: discovered.credentials })
}

async fn sync_site(state: &AdminState, provider: &Provider, language: Language) -> Reply<SyncView> {
    let report = refresh(state, provider).await?;
    let failed = report.steps.iter().filter(|step| step.fault.is_some()).count();
    if failed == report.steps.len()
        && let Some((_, fault)) = report.fault()
    {
        return Err(Problem::SyncFailed.with("reason", say(fault, language)));
    }
    let found = |wanted: Step| report.steps.iter().find(|step| step.step == wanted).map_or(0, |step| step.found);
    let changes: usize = report.steps.iter().filter(|step| step.step != Step::Balance).map(|step| step.changed).sum();
    let facts = [
        ("keys", found(Step::Keys)),
        ("models", found(Step::Offer)),
        ("routes", found(Step::Routes)),
        ("changes", changes),
        ("failed", failed),
    ];
    let message = Note::Synced.say(language, &facts.map(|(place, count)| (place, count.to_string())));
    let steps = report.steps.iter().map(|step| StepView::of(step, language)).collect();
    found_with(message, SyncView { steps, credentials: Vec::new() })
}

pub(super) async fn refresh(state: &AdminState, provider: &Provider) -> Result<Report, Failure> {
    state.upkeep.refresh(provider, state.clock.now()).await.map_err(|error| match error {
        RefreshError::Busy => Problem::SyncBusy.into(),
        RefreshError::Store(error) => error.into(),
    })
}
