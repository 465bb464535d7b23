//! The dashboard: totals and the last seven days, from the hourly sums.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::{TimeZone, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::UserId;
use sluice_store::{CallFilter, Grouping, Step, UsageFilter, UsageGroup, UsagePoint, UsageSums};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::names;
use super::statistics::days_offset;
use super::summary::{FAILURES_LOOKED_AT, INVALID, per_cent, tokens, usage_of};
use super::view::dollars;
use crate::admin::AdminState;
use crate::admin::access::{AsAdmin, AsUser};
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, Failure, Params, Problem, Reply, found};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
const DAYS: i64 = 7;
/// Providers and models that are named; others only count in the totals.
const MAX_NAMED: u64 = 10;
const MAX_MODELS_BY_DAY: u64 = 8;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(read_dashboard)).serve(routes!(read_own_dashboard))
}

/// How days are cut.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DashboardQuery {
    /// Hours that the clock is ahead of UTC, from -14 to 14; the server's by default.
    offset_hours: Option<i8>,
    /// Only `request` (default).
    aggregation: Option<String>,
}

impl DashboardQuery {
    fn offset_hours(&self, now: Timestamp) -> Result<i8, Failure> {
        if let Some(other) = self.aggregation.as_deref().filter(|name| !matches!(*name, "" | "request")) {
            let failure = Problem::FilterInvalid.with("name", "aggregation").with("value", other);
            return Err(failure.with("expected", "`request`"));
        }
        days_offset(self.offset_hours, now)
    }
}

/// Totals and the last seven days.
#[derive(Debug, Serialize, ToSchema)]
struct DashboardView {
    /// Calls that are still on record by the hour.
    total_requests: u64,
    success_requests: u64,
    failed_requests: u64,
    /// Calls whose answers were found to be invalid, among the newest 10,000 failures.
    invalid_responses: u64,
    /// Share of those, per cent.
    invalid_rate: f64,
    /// `null` on one's own dashboard, as the other two.
    total_providers: Option<usize>,
    /// Models that can be asked for.
    total_models: Option<usize>,
    total_routes: Option<usize>,
    /// The ten providers with most calls; empty on one's own dashboard.
    by_provider: Vec<ProviderCount>,
    /// The ten models with most calls.
    by_model: Vec<ModelCount>,
    /// Seven days, oldest first.
    recent_requests: Vec<DayCount>,
    /// The same with cost and tokens.
    recent_metrics: Vec<DayMetrics>,
    /// The eight models with most tokens in these days, day by day.
    recent_model_stats: Vec<ModelDay>,
}

/// Calls of a provider.
#[derive(Debug, Serialize, ToSchema)]
struct ProviderCount {
    provider_id: i64,
    /// Empty if it is gone.
    provider_name: String,
    request_count: u64,
}

/// Calls of a model.
#[derive(Debug, Serialize, ToSchema)]
struct ModelCount {
    model_name: String,
    request_count: u64,
}

/// Calls of a day.
#[derive(Debug, Serialize, ToSchema)]
struct DayCount {
    #[schema(example = "2026-11-21")]
    date: String,
    request_count: u64,
}

/// A day in numbers.
#[derive(Debug, Serialize, ToSchema)]
struct DayMetrics {
    date: String,
    request_count: u64,
    /// What the calls cost the operator, US dollars; on one's own dashboard what one paid.
    #[schema(value_type = f64)]
    cost_usd: Option<Box<RawValue>>,
    /// Tokens read and written.
    token_count: u64,
}

/// Tokens of a model on a day.
#[derive(Debug, Serialize, ToSchema)]
struct ModelDay {
    date: String,
    model_name: String,
    token_count: u64,
}

/// Totals and the last seven days of everybody.
#[utoipa::path(get, path = "/api/dashboard", tag = "Calls", params(DashboardQuery),
    responses((status = 200, description = "The numbers.", body = Envelope<DashboardView>)))]
async fn read_dashboard(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(query): Params<DashboardQuery>,
) -> Reply<DashboardView> {
    let week = Week::of(&query, None, state.clock.now())?;
    found(week.read(&state).await?)
}

/// Totals and the last seven days of one's own calls.
#[utoipa::path(get, path = "/api/dashboard/self", tag = "Calls", params(DashboardQuery),
    responses((status = 200, description = "The numbers.", body = Envelope<DashboardView>)))]
async fn read_own_dashboard(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    Params(query): Params<DashboardQuery>,
) -> Reply<DashboardView> {
    let week = Week::of(&query, Some(me.user.id), state.clock.now())?;
    found(week.read(&state).await?)
}

/// Seven days, and whose.
struct Week {
    owner: Option<UserId>,
    offset_hours: i8,
    /// Beginning of the first day.
    since: Timestamp,
    now: Timestamp,
}

impl Week {
    fn of(query: &DashboardQuery, owner: Option<UserId>, now: Timestamp) -> Result<Self, Failure> {
        let offset_hours = query.offset_hours(now)?;
        let shift = i64::from(offset_hours) * HOUR_MS;
        let today = (now.0 + shift).div_euclid(DAY_MS) * DAY_MS - shift;
        Ok(Self { owner, offset_hours, since: Timestamp(today - (DAYS - 1) * DAY_MS), now })
    }

    fn calls(&self) -> CallFilter {
        CallFilter { user_id: self.owner, ..CallFilter::default() }
    }

    fn usage(&self) -> UsageFilter {
        UsageFilter { since: self.since, ..usage_of(&self.calls(), self.now) }
    }

    fn days(&self) -> impl Iterator<Item = Timestamp> {
        (0..DAYS).map(|day| Timestamp(self.since.0 + day * DAY_MS))
    }

    /// Returns the date of a day by its beginning.
    fn date(&self, day: Timestamp) -> String {
        let local = Utc.timestamp_millis_opt(day.0 + i64::from(self.offset_hours) * HOUR_MS).single();
        local.map(|time| time.format("%Y-%m-%d").to_string()).unwrap_or_default()
    }

    async fn read(&self, state: &AdminState) -> Result<DashboardView, Failure> {
        let ever = usage_of(&self.calls(), self.now);
        let totals = state.store.usage_totals(&ever, Grouping::None, 1).await?;
        let sums = totals.into_iter().next().map(|total| total.sums).unwrap_or_default();
        let invalid_responses = state.store.count_errors(&self.calls(), INVALID, FAILURES_LOOKED_AT).await?;
        let step = Step::Day { offset_hours: self.offset_hours };
        let days = state.store.usage_series(&self.usage(), Grouping::None, step).await?;
        let days: HashMap<Timestamp, UsageSums> = days.into_iter().map(|day| (day.start, day.sums)).collect();
        let sums_of = |day| days.get(&day).copied().unwrap_or_default();
        let sizes = if self.owner.is_none() { Some(sizes(state).await?) } else { None };
        Ok(DashboardView {
            total_requests: sums.calls,
            success_requests: sums.calls.saturating_sub(sums.failures),
            failed_requests: sums.failures,
            invalid_responses,
            invalid_rate: per_cent(invalid_responses, sums.calls),
            total_providers: sizes.map(|sizes| sizes.0),
            total_models: sizes.map(|sizes| sizes.1),
            total_routes: sizes.map(|sizes| sizes.2),
            by_provider: if self.owner.is_none() { by_provider(state, &ever).await? } else { Vec::new() },
            by_model: by_model(state, &ever).await?,
            recent_requests: self
                .days()
                .map(|day| DayCount { date: self.date(day), request_count: sums_of(day).calls })
                .collect(),
            recent_metrics: self.days().map(|day| self.metrics(day, &sums_of(day))).collect(),
            recent_model_stats: self.models_by_day(state, step).await?,
        })
    }

    fn metrics(&self, day: Timestamp, sums: &UsageSums) -> DayMetrics {
        let (input, output) = tokens(sums);
        DayMetrics {
            date: self.date(day),
            request_count: sums.calls,
            cost_usd: dollars(if self.owner.is_none() { sums.cost } else { sums.charged }),
            token_count: input.saturating_add(output),
        }
    }

    async fn models_by_day(&self, state: &AdminState, step: Step) -> Result<Vec<ModelDay>, Failure> {
        let points = state.store.usage_series(&self.usage(), Grouping::Model, step).await?;
        let mut by_model: HashMap<String, HashMap<Timestamp, u64>> = HashMap::new();
        for point in points {
            let UsagePoint { start, group: UsageGroup::Model(model), sums } = point else { continue };
            let (input, output) = tokens(&sums);
            by_model.entry(model).or_default().insert(start, input.saturating_add(output));
        }
        let mut models: Vec<(String, HashMap<Timestamp, u64>)> = by_model.into_iter().collect();
        models.sort_by_cached_key(|(model, days)| (std::cmp::Reverse(days.values().sum::<u64>()), model.clone()));
        models.truncate(usize::try_from(MAX_MODELS_BY_DAY).unwrap_or(usize::MAX));
        let on = |day| {
            models.iter().map(move |(model, days): &(String, HashMap<Timestamp, u64>)| ModelDay {
                date: self.date(day),
                model_name: model.clone(),
                token_count: days.get(&day).copied().unwrap_or(0),
            })
        };
        Ok(self.days().flat_map(on).collect())
    }
}

/// Returns how many providers, models and routes there are.
async fn sizes(state: &AdminState) -> Result<(usize, usize, usize), Failure> {
    let catalog = state.store.load_catalog().await?;
    let routes = || catalog.routes.iter().chain(&state.declared.routes);
    let mut models: Vec<&str> = routes().filter(|route| route.enabled).map(|route| route.model.as_str()).collect();
    models.sort_unstable();
    models.dedup();
    let providers = catalog.providers.len() + state.declared.providers.len();
    Ok((providers, models.len(), routes().count()))
}

async fn by_provider(state: &AdminState, ever: &UsageFilter) -> Result<Vec<ProviderCount>, Failure> {
    let names = names::providers(state).await?;
    let totals = state.store.usage_totals(ever, Grouping::Provider, MAX_NAMED + 1).await?;
    let counts = totals.into_iter().filter_map(|total| {
        let UsageGroup::Provider(Some(id)) = total.group else { return None };
        let provider_name = names.get(&id).cloned().unwrap_or_default();
        Some(ProviderCount { provider_id: id.0, provider_name, request_count: total.sums.calls })
    });
    Ok(counts.take(usize::try_from(MAX_NAMED).unwrap_or(usize::MAX)).collect())
}

async fn by_model(state: &AdminState, ever: &UsageFilter) -> Result<Vec<ModelCount>, Failure> {
    let totals = state.store.usage_totals(ever, Grouping::Model, MAX_NAMED).await?;
    let counts = totals.into_iter().filter_map(|total| match total.group {
        UsageGroup::Model(model_name) => Some(ModelCount { model_name, request_count: total.sums.calls }),
        UsageGroup::All | UsageGroup::Key(_) | UsageGroup::Provider(_) | UsageGroup::User(_) => None,
    });
    Ok(counts.collect())
}
