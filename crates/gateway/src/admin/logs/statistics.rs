//! What was used and how long it took, over any time: the whole and its parts, beside the time before. All of it comes
//! from the hourly sums.

mod live;
mod span;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, ProviderId, UserId};
use sluice_store::{Grouping, SpeedSums, UsageFilter, UsageGroup, UsagePoint, UsageSums, UsageTotal};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::names::{self, find_provider, find_user};
use super::view::Sight;
use crate::admin::AdminState;
use crate::admin::access::{AsAdmin, AsUser};
use crate::admin::docs::Spellings;
use crate::admin::keys;
use crate::admin::wire::{At, Envelope, Failure, Params, Problem, Reply, found};
pub(in crate::admin) use span::days_offset;
use span::{Span, SpanQuery};
use view::{AmountsView, PartPoint, PartView, PointView, SpeedView, UsageView};

/// Parts that are told by themselves, and the most that may be asked for.
const DEFAULT_PARTS: u64 = 10;
const MAX_PARTS: u64 = 20;
/// Parts of the time before among which those of now are looked for.
const MAX_PARTS_BEFORE: u64 = 1_000;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(read_usage))
        .serve(routes!(read_own_usage))
        .serve(routes!(read_key_usage))
        .merge(live::endpoints())
}

/// Which usage is wanted, and how it is split.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UsageQuery {
    /// What it is split by: `model`, `provider`, `key` or `user`; not at all by default. Providers and users are for
    /// administrators.
    by: Option<String>,
    /// How many parts are told: those with most calls, 10 by default, at most 20.
    parts: Option<u64>,
    /// Only calls that asked for exactly this model.
    model: Option<String>,
    /// Only calls that this provider answered: name or id; for administrators.
    provider: Option<String>,
    /// Only calls of this user: name or id; for administrators.
    user: Option<String>,
    /// Only calls with the key of this id.
    key: Option<i64>,
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

impl UsageQuery {
    fn grouping(&self, sight: Sight) -> Result<Grouping, Failure> {
        let is_whole = sight == Sight::Whole;
        Ok(match filled(self.by.as_ref()) {
            None | Some("none") => Grouping::None,
            Some("model") => Grouping::Model,
            Some("key") => Grouping::Key,
            Some("provider") if is_whole => Grouping::Provider,
            Some("user") if is_whole => Grouping::User,
            Some(other) => {
                let expected = if is_whole { "`model`, `provider`, `key`, `user`" } else { "`model`, `key`" };
                let failure = Problem::FilterInvalid.with("name", "by").with("value", other);
                return Err(failure.with("expected", expected));
            }
        })
    }

    /// Returns the restrictions; `provider` and `user` are not looked at.
    fn plain_filter(&self) -> UsageFilter {
        UsageFilter {
            key_id: self.key.map(KeyId),
            model: filled(self.model.as_ref()).map(str::to_owned),
            ..UsageFilter::default()
        }
    }

    async fn whole_filter(&self, state: &AdminState) -> Result<UsageFilter, Failure> {
        let mut filter = self.plain_filter();
        if let Some(named) = filled(self.provider.as_ref()) {
            filter.provider_id = Some(find_provider(state, named).await?);
        }
        if let Some(named) = filled(self.user.as_ref()) {
            filter.user_id = Some(find_user(state, named).await?);
        }
        Ok(filter)
    }
}

/// What everybody used: sums, times to first tokens, a chart, parts, and the same of the time before. Ends are
/// widened to whole hours.
#[utoipa::path(get, path = "/api/dashboard/usage", tag = "Calls", params(SpanQuery, UsageQuery),
    responses((status = 200, description = "The numbers.", body = Envelope<UsageView>)))]
async fn read_usage(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(span): Params<SpanQuery>,
    Params(query): Params<UsageQuery>,
) -> Reply<UsageView> {
    let filter = query.whole_filter(&state).await?;
    found(read(&state, (&span, &query), filter, Sight::Whole).await?)
}

/// What one used oneself, otherwise as `/api/dashboard/usage`.
#[utoipa::path(get, path = "/api/dashboard/self/usage", tag = "Calls", params(SpanQuery, UsageQuery),
    responses((status = 200, description = "The numbers.", body = Envelope<UsageView>)))]
async fn read_own_usage(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    Params(span): Params<SpanQuery>,
    Params(query): Params<UsageQuery>,
) -> Reply<UsageView> {
    let filter = UsageFilter { user_id: Some(me.user.id), ..query.plain_filter() };
    found(read(&state, (&span, &query), filter, Sight::Owner).await?)
}

/// What was used with one key, otherwise as `/api/dashboard/usage`.
#[utoipa::path(get, path = "/api/agg-token/{id}/usage", tag = "Keys", params(SpanQuery, UsageQuery,
    ("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The numbers.", body = Envelope<UsageView>)))]
async fn read_key_usage(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    At(id): At<i64>,
    Params(span): Params<SpanQuery>,
    Params(query): Params<UsageQuery>,
) -> Reply<UsageView> {
    let key = keys::find(&state, &me, KeyId(id)).await?;
    let filter = if me.is_admin() { query.whole_filter(&state).await? } else { query.plain_filter() };
    let filter = UsageFilter { key_id: Some(key.id), ..filter };
    found(read(&state, (&span, &query), filter, Sight::of(&me)).await?)
}

async fn read(
    state: &AdminState,
    (span, query): (&SpanQuery, &UsageQuery),
    filter: UsageFilter,
    sight: Sight,
) -> Result<UsageView, Failure> {
    let grouping = query.grouping(sight)?;
    let span = Span::of(span, state.clock.now())?;
    let limit = query.parts.unwrap_or(DEFAULT_PARTS).clamp(1, MAX_PARTS);
    let now = UsageFilter { since: span.since, until: span.until, ..filter.clone() };
    let before = span.before();
    let before = UsageFilter { since: before.0, until: before.1, ..filter };
    let parts = if grouping == Grouping::None {
        Vec::new()
    } else {
        parts(state, (&now, &before), (grouping, limit, sight), &span).await?
    };
    Ok(UsageView {
        from: span.since.unix_secs(),
        to: span.until.unix_secs(),
        step: span.step_name(),
        total: AmountsView::of(&totals(state, &now).await?, sight),
        speed: SpeedView::of(&speeds(state, &now).await?),
        previous_from: before.since.unix_secs(),
        previous_to: before.until.unix_secs(),
        previous: AmountsView::of(&totals(state, &before).await?, sight),
        previous_speed: SpeedView::of(&speeds(state, &before).await?),
        points: points(state, &now, &span, sight).await?,
        parts,
    })
}

async fn totals(state: &AdminState, filter: &UsageFilter) -> Result<UsageSums, Failure> {
    let totals = state.store.usage_totals(filter, Grouping::None, 1).await?;
    Ok(totals.into_iter().next().map(|total| total.sums).unwrap_or_default())
}

async fn speeds(state: &AdminState, filter: &UsageFilter) -> Result<SpeedSums, Failure> {
    let totals = state.store.speed_totals(filter, Grouping::None, 1).await?;
    Ok(totals.into_iter().next().map(|total| total.sums).unwrap_or_default())
}

/// Returns the chart of the whole, with a point for every step.
async fn points(
    state: &AdminState,
    filter: &UsageFilter,
    span: &Span,
    sight: Sight,
) -> Result<Vec<PointView>, Failure> {
    let amounts = by_start(state.store.usage_series(filter, Grouping::None, span.step).await?);
    let speeds = by_start(state.store.speed_series(filter, Grouping::None, span.step).await?);
    let point = |start: Timestamp| PointView {
        start: start.unix_secs(),
        amounts: AmountsView::of(&amounts.get(&start).copied().unwrap_or_default(), sight),
        speed: SpeedView::of(&speeds.get(&start).copied().unwrap_or_default()),
    };
    Ok(span.starts().map(point).collect())
}

fn by_start<S>(points: Vec<UsagePoint<S>>) -> HashMap<Timestamp, S> {
    points.into_iter().map(|point| (point.start, point.sums)).collect()
}

/// Returns the parts with most calls.
async fn parts(
    state: &AdminState,
    (now, before): (&UsageFilter, &UsageFilter),
    (grouping, limit, sight): (Grouping, u64, Sight),
    span: &Span,
) -> Result<Vec<PartView>, Failure> {
    let totals = state.store.usage_totals(now, grouping, limit).await?;
    let speeds = by_group(state.store.speed_totals(now, grouping, limit).await?);
    let previous = by_group(state.store.usage_totals(before, grouping, MAX_PARTS_BEFORE).await?);
    let mut charts: HashMap<UsageGroup, Vec<PartPoint>> = HashMap::new();
    for point in state.store.usage_series(now, grouping, span.step).await? {
        charts.entry(point.group).or_default().push(PartPoint::of(point.start, &point.sums, sight));
    }
    let names = part_names(state, &totals).await?;
    let part = |total: UsageTotal| PartView {
        id: id_of(&total.group),
        name: names.get(&total.group).cloned(),
        total: AmountsView::of(&total.sums, sight),
        speed: SpeedView::of(&speeds.get(&total.group).copied().unwrap_or_default()),
        previous: AmountsView::of(&previous.get(&total.group).copied().unwrap_or_default(), sight),
        points: charts.remove(&total.group).unwrap_or_default(),
    };
    Ok(totals.into_iter().map(part).collect())
}

fn by_group<S>(totals: Vec<UsageTotal<S>>) -> HashMap<UsageGroup, S> {
    totals.into_iter().map(|total| (total.group, total.sums)).collect()
}

const fn id_of(group: &UsageGroup) -> Option<i64> {
    match group {
        UsageGroup::All | UsageGroup::Model(_) | UsageGroup::Provider(None) => None,
        UsageGroup::Key(KeyId(id)) | UsageGroup::Provider(Some(ProviderId(id))) | UsageGroup::User(UserId(id)) => {
            Some(*id)
        }
    }
}

/// Returns what people call the parts; those that are gone have no name.
async fn part_names(state: &AdminState, totals: &[UsageTotal]) -> Result<HashMap<UsageGroup, String>, Failure> {
    let groups = || totals.iter().map(|total| &total.group);
    let keys: Vec<KeyId> =
        groups().filter_map(|group| if let UsageGroup::Key(id) = group { Some(*id) } else { None }).collect();
    let users: Vec<UserId> =
        groups().filter_map(|group| if let UsageGroup::User(id) = group { Some(*id) } else { None }).collect();
    let has_providers = groups().any(|group| matches!(group, UsageGroup::Provider(_)));
    let mut key_names = if keys.is_empty() { HashMap::new() } else { state.store.key_names(&keys).await? };
    key_names.extend(state.declared.keys.iter().map(|key| (key.id, key.name.clone())));
    let user_names = if users.is_empty() { HashMap::new() } else { state.store.user_names(&users).await? };
    let provider_names = if has_providers { names::providers(state).await? } else { HashMap::new() };
    let name = |group: &UsageGroup| match group {
        UsageGroup::All | UsageGroup::Provider(None) => None,
        UsageGroup::Model(model) => Some(model.clone()),
        UsageGroup::Key(id) => key_names.get(id).cloned(),
        UsageGroup::User(id) => user_names.get(id).cloned(),
        UsageGroup::Provider(Some(id)) => provider_names.get(id).cloned(),
    };
    Ok(groups().filter_map(|group| Some((group.clone(), name(group)?))).collect())
}
