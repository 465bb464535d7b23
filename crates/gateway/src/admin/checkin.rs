//! Check-ins: running them now, what came of them, and who is missing today.

mod view;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::checkin::{Cause, CheckinRun, CheckinSite};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CheckinRunId, ProviderId};
use sluice_domain::job::{Ending, JobRun};
use sluice_domain::provider::Provider;
use sluice_store::{StoreError, What};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::AsAdmin;
use super::docs::Spellings;
use super::providers;
use super::site::begin_job;
use super::wire::{At, Envelope, Failure, Language, Params, Problem, Reply, found, found_with};
use super::{AdminState, Settings};
use crate::jobs::check_in::{JOB, Made, Today};
use crate::saying::Saying;
pub(super) use view::LastCheckin;
use view::{ItemView, RunView, told};

/// Longest that an answer waits for a run; one that takes longer goes on.
const RUN_WAIT: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_checkin_runs))
        .serve(routes!(list_checkins))
        .serve(routes!(list_missing_checkins))
        .serve(routes!(run_checkins))
        .serve(routes!(check_in_at))
}

/// How many rows are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LimitQuery {
    /// How many; what is no such number is the default.
    #[param(value_type = Option<u64>)]
    limit: Option<String>,
}

impl LimitQuery {
    fn read(&self, default: u64, most: u64) -> u64 {
        let asked = self.limit.as_deref().and_then(|text| text.trim().parse().ok());
        asked.filter(|&limit| limit > 0).unwrap_or(default).min(most)
    }
}

/// The newest runs of check-ins: 20 by default, at most 200.
#[utoipa::path(get, path = "/api/provider/checkin/summary", tag = "Check-in", params(LimitQuery),
    responses((status = 200, description = "The runs.", body = Envelope<Vec<RunView>>)))]
async fn list_checkin_runs(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    Params(query): Params<LimitQuery>,
) -> Reply<Vec<RunView>> {
    let runs = state.store.list_checkin_runs(query.read(20, 200)).await?;
    found(runs.into_iter().map(|run| RunView::of(run, language)).collect())
}

/// The newest check-ins: 50 by default, at most 500.
#[utoipa::path(get, path = "/api/provider/checkin/messages", tag = "Check-in", params(LimitQuery),
    responses((status = 200, description = "The check-ins.", body = Envelope<Vec<ItemView>>)))]
async fn list_checkins(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    Params(query): Params<LimitQuery>,
) -> Reply<Vec<ItemView>> {
    let items = state.store.list_checkin_items(query.read(50, 500)).await?;
    found(items.into_iter().map(|item| ItemView::of(item, language)).collect())
}

/// A provider that does not count today yet.
#[derive(Debug, Serialize, ToSchema)]
struct MissingView {
    id: i64,
    name: String,
    /// Root URL.
    base_url: String,
    #[serde(flatten)]
    last: LastCheckin,
}

/// The providers that do not count today yet, and which day that is.
#[derive(Debug, Serialize, ToSchema)]
struct MissingAnswer {
    /// Always `true` here.
    success: bool,
    /// Always empty.
    message: String,
    /// The providers.
    data: Vec<MissingView>,
    /// When the day began, Unix seconds.
    day_start: i64,
    /// Time zone that the day goes by.
    timezone: String,
}

/// The providers with check-in that do not count today yet.
#[utoipa::path(get, path = "/api/provider/checkin/uncheckin", tag = "Check-in",
    responses((status = 200, description = "The providers.", body = MissingAnswer)))]
async fn list_missing_checkins(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
) -> Result<Json<MissingAnswer>, Failure> {
    let today = today(&state).await?;
    let view = |(provider, site): (Provider, Option<CheckinSite>)| MissingView {
        id: provider.id.0,
        name: provider.name,
        base_url: provider.base_url,
        last: site.as_ref().map(LastCheckin::of).unwrap_or_default(),
    };
    Ok(Json(MissingAnswer {
        success: true,
        message: String::new(),
        data: state.checkins.missing(&today.day).await?.into_iter().map(view).collect(),
        day_start: today.began_at().map_or(0, Timestamp::unix_secs),
        timezone: today.zone,
    }))
}

async fn today(state: &AdminState) -> Result<Today, StoreError> {
    Ok(Today::read(&Settings::read(&state.store).await?, state.clock.now()))
}

/// Check in now at all providers that do not count today yet, those that failed too. Waits for the end for a minute.
#[utoipa::path(post, path = "/api/provider/checkin/run", tag = "Check-in",
    responses((status = 200, description = "The run.", body = Envelope<RunView>)))]
async fn run_checkins(State(state): State<Arc<AdminState>>, _: AsAdmin, language: Language) -> Reply<RunView> {
    let (today, began_at) = (today(&state).await?, state.clock.now());
    let job_run = begin_job(&state, JOB).await?;
    let deadline = tokio::time::Instant::now() + RUN_WAIT;
    let ended = loop {
        let run = state.store.find_job_run(job_run).await?.ok_or(StoreError::NotFound { what: What::JobRun })?;
        if run.ending.is_some() || tokio::time::Instant::now() >= deadline {
            break run;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    let view = match made_by(&state, &ended, language).await? {
        Some(run) => RunView::of(run, language),
        None => RunView::nothing(&today, began_at, language),
    };
    found_with(view.message().to_owned(), view)
}

/// Returns the run of check-ins that a run of the job made, or is making; `None` when there was nothing to do.
async fn made_by(state: &AdminState, job: &JobRun, language: Language) -> Result<Option<CheckinRun>, Failure> {
    match job.ending {
        None => {
            let newest = state.store.list_checkin_runs(20).await?;
            let mut ours = newest.into_iter().filter(|run| run.cause == Cause::Manual && run.ended_at.is_none());
            Ok(ours.find(|run| run.began_at >= job.began_at))
        }
        Some(Ending::Succeeded) => {
            let result = state.store.find_job(JOB).await?.and_then(|job| job.last_result);
            let made = result.and_then(|result| serde_json::from_str::<Made>(&result).ok()).and_then(|made| made.run);
            match made {
                Some(run) => Ok(state.store.find_checkin_run(CheckinRunId(run)).await?),
                None => Ok(None),
            }
        }
        Some(Ending::Failed | Ending::TimedOut | Ending::Cancelled | Ending::Lost) => {
            Err(Problem::CheckinRunFailed.with("reason", Saying::read(&job.progress.text, language)))
        }
    }
}

/// What came of a check-in at one provider.
#[derive(Debug, Serialize, ToSchema)]
struct OneView {
    run: RunView,
    item: ItemView,
}

/// Check in at one provider now, whatever came before today.
#[utoipa::path(post, path = "/api/provider/{id}/checkin", tag = "Check-in",
    params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The provider counts the day.", body = Envelope<OneView>)))]
async fn check_in_at(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    language: Language,
    At(id): At<i64>,
) -> Reply<OneView> {
    let provider = providers::find(&state, ProviderId(id)).await?;
    let made = state.checkins.one(&provider, &today(&state).await?).await?;
    let (run, item) = made.ok_or_else(|| Problem::CheckinRuns.with("name", &provider.name))?;
    let run = state.store.find_checkin_run(run).await?.ok_or(StoreError::NotFound { what: What::Checkin })?;
    let items = state.store.list_checkin_items(100).await?;
    let item = items.into_iter().find(|found| found.id == item).ok_or(StoreError::NotFound { what: What::Checkin })?;
    if !item.result.is_success {
        return Err(Problem::CheckinFailed.with("reason", told(&item.result, language)));
    }
    let (run, item) = (RunView::of(run, language), ItemView::of(item, language));
    found_with(item.message().to_owned(), OneView { run, item })
}
