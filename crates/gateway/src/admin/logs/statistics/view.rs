//! Usage as the API shows it. On one's own pages costs are what one paid.

use serde::Serialize;
use sluice_domain::clock::Timestamp;
use sluice_store::{SpeedSums, UsageSums};
use utoipa::ToSchema;

use crate::admin::logs::summary::{per_cent, tokens};
use crate::admin::logs::view::Sight;

/// What was used in a time, and in the time before.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageReportView)]
pub(super) struct UsageView {
    /// When the time begins, Unix seconds.
    pub(super) from: i64,
    /// When it ends.
    pub(super) to: i64,
    /// How long each point is: `hour` or `day`.
    pub(super) step: &'static str,
    /// All of it.
    pub(super) total: AmountsView,
    /// How long it took.
    pub(super) speed: SpeedView,
    /// When the time before begins: as long, and ending at the same time of the day.
    pub(super) previous_from: i64,
    /// When it ends.
    pub(super) previous_to: i64,
    /// All of the time before.
    pub(super) previous: AmountsView,
    /// How long it took then.
    pub(super) previous_speed: SpeedView,
    /// Every hour or day, also those without calls, oldest first.
    pub(super) points: Vec<PointView>,
    /// The parts with most calls; empty where it is not split.
    pub(super) parts: Vec<PartView>,
}

/// What was used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageAmountsView)]
pub(super) struct AmountsView {
    calls: u64,
    /// Calls whose client got an error.
    failures: u64,
    /// Share of the others, per cent; `null` without calls.
    success_rate: Option<f64>,
    /// Calls whose client left before the end.
    abandoned: u64,
    /// Calls that used something that has no price.
    unpriced: u64,
    /// All tokens read, cached ones included.
    input_tokens: u64,
    /// All tokens written, reasoning included.
    output_tokens: u64,
    /// Tokens read from vendors' prompt caches.
    cache_read_tokens: u64,
    /// Tokens written to vendors' prompt caches.
    cache_write_tokens: u64,
    reasoning_tokens: u64,
    /// Images made.
    images: u64,
    /// What the calls cost the operator, micro-dollars; on one's own pages what one paid.
    cost_micros: i64,
    /// What callers paid, micro-dollars.
    charged_micros: i64,
    /// What reading from prompt caches saved of `cost_micros`, as far as the prices are known.
    cache_saved_micros: i64,
}

impl AmountsView {
    pub(super) fn of(sums: &UsageSums, sight: Sight) -> Self {
        let (input_tokens, output_tokens) = tokens(sums);
        let (cost, saved) = match sight {
            Sight::Whole => (sums.cost, sums.cache_saved),
            Sight::Owner => (sums.charged, sums.cache_saved_charged),
        };
        Self {
            calls: sums.calls,
            failures: sums.failures,
            success_rate: (sums.calls > 0).then(|| per_cent(sums.calls.saturating_sub(sums.failures), sums.calls)),
            abandoned: sums.abandoned,
            unpriced: sums.unpriced,
            input_tokens,
            output_tokens,
            cache_read_tokens: sums.cache_read_tokens,
            cache_write_tokens: sums.cache_write_tokens,
            reasoning_tokens: sums.reasoning_tokens,
            images: sums.images,
            cost_micros: cost.0,
            charged_micros: sums.charged.0,
            cache_saved_micros: saved.0,
        }
    }
}

/// How long calls took, milliseconds; `null` where none did. Half of the calls, and 95 of 100, were as fast or faster,
/// about: the truth lies in the same class of a histogram, each of which ends at twice the end of the one before.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageSpeedView)]
pub(super) struct SpeedView {
    /// From the requests' arrival to their first tokens.
    first_token_p50_ms: Option<u64>,
    first_token_p95_ms: Option<u64>,
    /// From the requests' arrival to the end of their answers.
    duration_p50_ms: Option<u64>,
    duration_p95_ms: Option<u64>,
}

impl SpeedView {
    pub(super) fn of(sums: &SpeedSums) -> Self {
        Self {
            first_token_p50_ms: sums.first_token_percentile_ms(50),
            first_token_p95_ms: sums.first_token_percentile_ms(95),
            duration_p50_ms: sums.duration_percentile_ms(50),
            duration_p95_ms: sums.duration_percentile_ms(95),
        }
    }
}

/// One hour or day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsagePointView)]
pub(super) struct PointView {
    /// When it begins, Unix seconds.
    pub(super) start: i64,
    #[serde(flatten)]
    pub(super) amounts: AmountsView,
    #[serde(flatten)]
    pub(super) speed: SpeedView,
}

/// The part of one model, provider, key or user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsagePartView)]
pub(super) struct PartView {
    /// Id of the provider, key or user; `null` for models, and for calls that no provider answered.
    pub(super) id: Option<i64>,
    /// What people call it; `null` for what is gone.
    pub(super) name: Option<String>,
    /// All of it.
    pub(super) total: AmountsView,
    /// How long it took.
    pub(super) speed: SpeedView,
    /// All of the time before.
    pub(super) previous: AmountsView,
    /// The hours or days with calls, oldest first.
    pub(super) points: Vec<PartPoint>,
}

/// One hour or day of a part.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsagePartPointView)]
pub(super) struct PartPoint {
    /// When it begins, Unix seconds.
    start: i64,
    calls: u64,
    /// Tokens read and written.
    tokens: u64,
    /// As `cost_micros` of the whole.
    cost_micros: i64,
}

impl PartPoint {
    pub(super) fn of(start: Timestamp, sums: &UsageSums, sight: Sight) -> Self {
        let (input, output) = tokens(sums);
        let cost = if sight == Sight::Whole { sums.cost } else { sums.charged };
        Self { start: start.unix_secs(), calls: sums.calls, tokens: input.saturating_add(output), cost_micros: cost.0 }
    }
}
