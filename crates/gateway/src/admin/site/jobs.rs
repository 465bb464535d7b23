//! Jobs: what is done from time to time, how it stands, and what came of it.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::JobRunId;
use sluice_domain::job::{Ending, JobRun};
use sluice_store::{PageRequest, StoreError, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{At, Envelope, Failure, Language, PageQuery, PageView, Params, Problem, Reply, found};
use crate::jobs::{NotBegun, Schedule, Standing};
use crate::saying::Saying;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_jobs))
        .serve(routes!(read_job))
        .serve(routes!(list_job_runs))
        .serve(routes!(run_job))
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
struct JobView {
    /// Stable name.
    name: String,
    /// What it is for, in the language asked for.
    description: &'static str,
    /// `every`, `daily`, or `off`.
    schedule: &'static str,
    /// With `every`: seconds from one run to the next.
    every_secs: Option<u64>,
    /// With `daily`: time of day, `HH:MM`.
    time: Option<String>,
    /// With `daily`: the time zone; `null` is that of the server.
    timezone: Option<&'static str>,
    /// It begins up to so much later, so that not everything begins at once.
    jitter_secs: Option<u64>,
    /// A run takes at most so long.
    time_limit_secs: u64,
    /// Whether it runs now, on whichever node.
    is_running: bool,
    /// When it is due, Unix seconds; `null` while it runs or is off.
    next_run_time: Option<i64>,
    /// When it last succeeded, Unix seconds.
    last_success_time: Option<i64>,
    /// Runs in a row that failed.
    failures: u64,
    /// The run that goes on, else the last one.
    last_run: Option<JobRunView>,
}

/// A run of a job.
#[derive(Debug, Serialize, ToSchema)]
struct JobRunView {
    id: i64,
    /// The job's name.
    job: String,
    /// Node that does it, or did.
    node: i64,
    /// `schedule` or `manual`.
    trigger: &'static str,
    /// `running`, `succeeded`, `failed`, `timed_out`, `cancelled` (Sluice was stopped) or `lost` (its node died).
    status: &'static str,
    /// When it began, Unix seconds.
    began_time: i64,
    /// When it ended, Unix seconds; `null` while it runs.
    ended_time: Option<i64>,
    /// How long it has taken, milliseconds.
    duration_ms: i64,
    /// Things done.
    done: u64,
    /// Things there are to do; `null` where that is not known.
    total: Option<u64>,
    /// What is being done, and afterwards what came of it, in the language asked for.
    message: String,
}

impl JobRunView {
    fn of(run: JobRun, (language, now): (Language, Timestamp)) -> Self {
        Self {
            id: run.id.0,
            job: run.job,
            node: run.node.0,
            trigger: run.trigger.as_str(),
            status: run.ending.map_or("running", Ending::as_str),
            began_time: run.began_at.unix_secs(),
            ended_time: run.ended_at.map(Timestamp::unix_secs),
            duration_ms: run.ended_at.unwrap_or(now).0.saturating_sub(run.began_at.0).max(0),
            done: run.progress.done,
            total: run.progress.total,
            message: Saying::read(&run.progress.text, language),
        }
    }
}

impl JobView {
    fn of(standing: Standing, last_run: Option<JobRunView>, (language, now): (Language, Timestamp)) -> Self {
        let Standing { about, schedule, row, next } = standing;
        let [english, chinese] = about.purpose;
        let (kind, every, daily, jitter) = match schedule {
            None => ("off", None, None, None),
            Some(Schedule::Every { every, jitter }) => ("every", Some(every), None, Some(jitter)),
            Some(Schedule::Daily(daily)) => ("daily", None, Some(daily), Some(daily.jitter)),
        };
        let row = row.as_ref();
        Self {
            name: about.name.to_owned(),
            description: match language {
                Language::English => english,
                Language::Chinese => chinese,
            },
            schedule: kind,
            every_secs: every.map(|every| every.as_secs()),
            time: daily.map(|daily| format!("{:02}:{:02}", daily.minute / 60, daily.minute % 60)),
            timezone: daily.and_then(|daily| daily.zone.name()),
            jitter_secs: jitter.map(|jitter| jitter.as_secs()),
            time_limit_secs: about.time_limit.as_secs(),
            is_running: row.is_some_and(|row| row.running(now).is_some()),
            next_run_time: next.map(Timestamp::unix_secs),
            last_success_time: row.and_then(|row| row.last_run).map(Timestamp::unix_secs),
            failures: row.map_or(0, |row| row.failures),
            last_run,
        }
    }
}

async fn view(state: &AdminState, standing: Standing, language: Language) -> Result<JobView, StoreError> {
    let now = state.clock.now();
    let runs = state.store.list_job_runs(standing.about.name, PageRequest::nth(0, 1)).await?;
    let last = runs.items.into_iter().next().map(|run| JobRunView::of(run, (language, now)));
    Ok(JobView::of(standing, last, (language, now)))
}

/// All jobs: when each is due, whether it runs and how far it is, and what came of the last run.
#[utoipa::path(get, path = "/api/job/", tag = "Jobs",
    responses((status = 200, description = "The jobs.", body = Envelope<Vec<JobView>>)))]
async fn list_jobs(State(state): State<Arc<AdminState>>, _: AsAdmin, language: Language) -> Reply<Vec<JobView>> {
    let mut views = Vec::new();
    for standing in state.jobs.standing().await? {
        views.push(view(&state, standing, language).await?);
    }
    found(views)
}

/// One job. Ask again to see how far it is.
#[utoipa::path(get, path = "/api/job/{name}", tag = "Jobs", params(("name" = String, Path, description = "Name.")),
    responses((status = 200, description = "The job.", body = Envelope<JobView>)))]
async fn read_job(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(name): At<String>,
    language: Language,
) -> Reply<JobView> {
    let standing = state.jobs.standing().await?.into_iter().find(|standing| standing.about.name == name);
    let standing = standing.ok_or(StoreError::NotFound { what: What::Job })?;
    found(view(&state, standing, language).await?)
}

/// The last runs of a job, newest first; the last two hundred are kept.
#[utoipa::path(get, path = "/api/job/{name}/runs", tag = "Jobs",
    params(("name" = String, Path, description = "Name."), PageQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<JobRunView>>)))]
async fn list_job_runs(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(name): At<String>,
    language: Language,
    Params(page): Params<PageQuery>,
) -> Reply<PageView<JobRunView>> {
    let (request, now) = (page.request()?, state.clock.now());
    let runs = state.store.list_job_runs(&name, request).await?;
    found(PageView::of(runs, request, |run| JobRunView::of(run, (language, now))))
}

/// Begin a job now, on this node, whenever it is due. It goes on after the answer; ask for the job to see how far it is.
#[utoipa::path(post, path = "/api/job/{name}/run", tag = "Jobs", params(("name" = String, Path, description = "Name.")),
    responses((status = 200, description = "The run that has begun.", body = Envelope<JobRunView>)))]
async fn run_job(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(name): At<String>,
    language: Language,
) -> Reply<JobRunView> {
    let run = begin(&state, &name).await?;
    let run = state.store.find_job_run(run).await?.ok_or(StoreError::NotFound { what: What::JobRun })?;
    found(JobRunView::of(run, (language, state.clock.now())))
}

/// Begins a job now.
pub(in crate::admin) async fn begin(state: &AdminState, name: &str) -> Result<JobRunId, Failure> {
    state.jobs.run_now(name).await.map_err(|error| match error {
        NotBegun::Unknown => StoreError::NotFound { what: What::Job }.into(),
        NotBegun::Runs => Problem::JobRuns.with("name", name),
        NotBegun::Stopping => Problem::Stopping.into(),
        NotBegun::Store(error) => error.into(),
    })
}
