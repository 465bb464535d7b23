//! Calls in numbers: from the hourly sums where those tell, else from the newest calls.

use serde::Serialize;
use serde_json::value::RawValue;
use sluice_domain::clock::Timestamp;
use sluice_domain::money::Micros;
use sluice_store::{CallFilter, Grouping, Step, UsageFilter, UsageSums};
use utoipa::ToSchema;

use super::Wanted;
use super::view::{Sight, dollars};
use crate::admin::AdminState;
use crate::admin::wire::Failure;

/// Stable code of calls whose answers were found to be invalid.
pub(super) const INVALID: &str = "upstream_invalid_answer";
/// Failures among which those are counted.
pub(super) const FAILURES_LOOKED_AT: u64 = 10_000;
/// Calls that are looked at where the hourly sums do not tell.
const MAX_LOOKED_AT: u64 = 1_000;
/// Hourly sums reach back no further.
const LONGEST_MS: i64 = 799 * 86_400_000;
const HOUR_MS: i64 = 3_600_000;

/// Calls in numbers.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = CallSummaryView)]
pub(super) struct SummaryView {
    total: u64,
    success_count: u64,
    error_count: u64,
    /// Calls whose answers were found to be invalid, among the newest 10,000 failures.
    invalid_response_count: u64,
    /// Share of those, per cent.
    invalid_response_rate: f64,
    input_tokens: u64,
    output_tokens: u64,
    cache_tokens: u64,
    /// What they cost the operator, US dollars; `null` for users who may not see it.
    #[schema(value_type = Option<f64>)]
    total_cost: Option<Box<RawValue>>,
    /// Mean time from a request to the end of its answer, milliseconds.
    avg_latency: u64,
    /// Whether all calls are counted: to whole hours of `from` and `to`. Where filters are set that the hourly sums do not
    /// know, only the newest thousand calls are looked at.
    is_whole: bool,
}

/// Returns the hourly sums that hold such calls.
pub(super) fn usage_of(filter: &CallFilter, now: Timestamp) -> UsageFilter {
    let until = filter.until.unwrap_or(Timestamp(now.0.saturating_add(HOUR_MS)));
    let since = filter.since.unwrap_or_default().0.max(until.0.saturating_sub(LONGEST_MS));
    UsageFilter {
        since: Timestamp(since),
        until,
        user_id: filter.user_id,
        key_id: filter.key_id,
        provider_id: filter.provider_id,
        model: filter.model.clone(),
    }
}

pub(super) fn per_cent(part: u64, whole: u64) -> f64 {
    let per_myriad = u128::from(part) * 10_000 / u128::from(whole.max(1));
    f64::from(u32::try_from(per_myriad).unwrap_or(u32::MAX)) / 100.0
}

/// Returns the calls in numbers.
pub(super) async fn of(state: &AdminState, wanted: &Wanted) -> Result<SummaryView, Failure> {
    let CallFilter { outcome, failed, .. } = &wanted.filter;
    let is_summed = outcome.is_none() && failed.is_none() && wanted.sieve.lets_all_through();
    if is_summed { from_sums(state, wanted).await } else { from_calls(state, wanted).await }
}

async fn from_sums(state: &AdminState, wanted: &Wanted) -> Result<SummaryView, Failure> {
    let usage = usage_of(&wanted.filter, state.clock.now());
    let totals = state.store.usage_totals(&usage, Grouping::None, 1).await?;
    let sums = totals.into_iter().next().map(|total| total.sums).unwrap_or_default();
    let days = state.store.speed_series(&usage, Grouping::None, Step::Day { offset_hours: 0 }).await?;
    let duration_ms: u64 = days.iter().map(|day| day.sums.duration_ms).sum();
    let invalid = state.store.count_errors(&wanted.filter, INVALID, FAILURES_LOOKED_AT).await?;
    let (input, output) = tokens(&sums);
    Ok(SummaryView {
        total: sums.calls,
        success_count: sums.calls.saturating_sub(sums.failures),
        error_count: sums.failures,
        invalid_response_count: invalid,
        invalid_response_rate: per_cent(invalid, sums.calls),
        input_tokens: input,
        output_tokens: output,
        cache_tokens: sums.cache_read_tokens,
        total_cost: dollars(sums.cost).filter(|_| wanted.sight == Sight::Whole),
        avg_latency: duration_ms / sums.calls.max(1),
        is_whole: true,
    })
}

/// Returns all tokens that were read, and all that were written.
pub(super) fn tokens(sums: &UsageSums) -> (u64, u64) {
    (
        sums.input_tokens.saturating_add(sums.cache_read_tokens).saturating_add(sums.cache_write_tokens),
        sums.output_tokens.saturating_add(sums.reasoning_tokens),
    )
}

async fn from_calls(state: &AdminState, wanted: &Wanted) -> Result<SummaryView, Failure> {
    let rows = state.store.list_calls(&wanted.filter, None, MAX_LOOKED_AT).await?;
    let is_whole = u64::try_from(rows.len()).is_ok_and(|rows| rows < MAX_LOOKED_AT);
    let mut view = SummaryView { is_whole, ..SummaryView::default() };
    let (mut cost, mut duration_ms) = (Micros(0), 0_u64);
    for row in rows.iter().filter(|row| wanted.sieve.lets_through(row, wanted.sight)) {
        view.total += 1;
        view.error_count += u64::from(!row.error.is_empty());
        view.invalid_response_count += u64::from(row.error == INVALID);
        view.input_tokens = view.input_tokens.saturating_add(row.usage.total_input());
        view.output_tokens = view.output_tokens.saturating_add(row.usage.total_output());
        view.cache_tokens = view.cache_tokens.saturating_add(row.usage.cache_read);
        cost = Micros(cost.0.saturating_add(row.cost.map_or(0, |cost| cost.0)));
        duration_ms = duration_ms.saturating_add(row.duration_ms);
    }
    view.success_count = view.total - view.error_count;
    view.invalid_response_rate = per_cent(view.invalid_response_count, view.total);
    view.total_cost = dollars(cost).filter(|_| wanted.sight == Sight::Whole);
    view.avg_latency = duration_ms / view.total.max(1);
    Ok(view)
}
