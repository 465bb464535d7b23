//! What routing knows of a route, and the factors that it judges by.

use serde::Serialize;
use sluice_domain::price::{Class, Price, Service};
use sluice_domain::provider::Provider;
use sluice_domain::route::policy::ValueFactors;
use utoipa::ToSchema;

use crate::admin::providers::show_dollars;
use crate::relay::Standing;

/// What routing knows of a route. All of it is as this node has seen it, and `null` for routes that are not in use.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct JudgedView {
    /// What is left on the provider's account, US dollars; empty while that is not known.
    provider_balance: String,
    /// `per_call` or `per_token`; `null` when nobody states a price.
    billing_type: Option<&'static str>,
    /// US dollars per million tokens read.
    prompt_price_per_1m: Option<f64>,
    /// US dollars per million tokens written.
    completion_price_per_1m: Option<f64>,
    /// US dollars per call.
    per_call_price: Option<f64>,
    /// Spent there lately, US dollars.
    recent_usage_cost_usd: Option<f64>,
    /// What the route is worth: from price, balance and recent spending.
    value_score: Option<f64>,
    /// What failures and latency multiply its share by.
    health_multiplier: Option<f64>,
    /// Attempts lately.
    health_sample_count: Option<u32>,
    /// Share of those that succeeded, from 0 to 1.
    health_success_rate: Option<f64>,
    /// Share of those that failed, from 0 to 1.
    health_fail_rate: Option<f64>,
    /// Answers that said nothing lately, where answers are looked at.
    health_invalid_count: Option<u32>,
    /// Their mean duration, milliseconds.
    health_avg_latency_ms: Option<f64>,
    /// Whether it rests, because it failed or asked for it.
    suppressed: bool,
    /// Until when, Unix seconds.
    suppressed_until: Option<i64>,
    /// What happened: `failing`, `rate_limited`, `quota_exhausted`, `unauthorized` or `model_missing`.
    suppressed_because: Option<&'static str>,
    /// What it happened to: the `provider`, the `credential` or the `route`.
    suppressed_subject: Option<&'static str>,
}

impl JudgedView {
    pub(super) fn of(standing: Option<&Standing>, provider: Option<&Provider>) -> Self {
        let balance = provider.and_then(|provider| provider.balance);
        let provider_balance = balance.map(|balance| show_dollars(balance.left)).unwrap_or_default();
        let Some(standing) = standing else { return Self { provider_balance, ..Self::default() } };
        let sample = standing.sample;
        let share = |part: u32| (sample.attempts > 0).then(|| f64::from(part) / f64::from(sample.attempts));
        let price = standing.priced.as_ref().map(|priced| &priced.cost().entry.price);
        let per_call = price.and_then(|price| per_million(price, Class::Call)).map(|rate| rate / 1_000_000.0);
        Self {
            provider_balance,
            billing_type: price.map(|_| if per_call.is_some() { "per_call" } else { "per_token" }),
            prompt_price_per_1m: price.and_then(|price| per_million(price, Class::Input)),
            completion_price_per_1m: price.and_then(|price| per_million(price, Class::Output)),
            per_call_price: per_call,
            recent_usage_cost_usd: Some(standing.worth.spent),
            value_score: Some(standing.worth.score()),
            health_multiplier: Some(standing.health),
            health_sample_count: Some(sample.attempts),
            health_success_rate: share(sample.attempts.saturating_sub(sample.failures)),
            health_fail_rate: share(sample.failures),
            health_invalid_count: Some(standing.invalid),
            health_avg_latency_ms: (sample.mean_ms > 0.0).then_some(sample.mean_ms),
            suppressed: standing.rest.is_some(),
            suppressed_until: standing.rest.map(|rest| rest.until_ms.div_euclid(1_000)),
            suppressed_because: standing.rest.map(|rest| rest.trouble.as_str()),
            suppressed_subject: standing.rest.map(|rest| rest.of.as_str()),
        }
    }
}

/// Returns a rate in dollars per million.
fn per_million(price: &Price, class: Class) -> Option<f64> {
    price.rate(Service::Standard, 0, class).map(|found| found.rate.0 as f64 / 1_000_000.0)
}

/// The numbers of the value score; `/api/routing/` changes them.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct FactorsView {
    usage_window_hours: u32,
    base_weight_factor: f64,
    value_score_factor: f64,
    health_adjustment_enabled: bool,
    health_window_hours: u32,
    failure_penalty_alpha: f64,
    health_reward_beta: f64,
    health_min_multiplier: f64,
    health_max_multiplier: f64,
    health_min_samples: u32,
}

impl From<&ValueFactors> for FactorsView {
    fn from(factors: &ValueFactors) -> Self {
        Self {
            usage_window_hours: factors.usage_window_hours,
            base_weight_factor: factors.base_weight,
            value_score_factor: factors.value_score,
            health_adjustment_enabled: factors.health,
            health_window_hours: factors.health_window_hours,
            failure_penalty_alpha: factors.failure_penalty,
            health_reward_beta: factors.health_reward,
            health_min_multiplier: factors.health_min,
            health_max_multiplier: factors.health_max,
            health_min_samples: factors.health_min_samples,
        }
    }
}
