//! Prices as JSON: rates by class, with tiers and service levels.

use serde::{Deserialize, Serialize};
use sluice_domain::price::{Price, Rates, Schedule, Tier};
use utoipa::ToSchema;

/// A model's price. A service level that is not stated costs what the standard one does.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceBody {
    /// What a call pays that asks for nothing else.
    standard: ScheduleBody,
    /// Answered within a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch: Option<ScheduleBody>,
    /// Answered when there is room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    flex: Option<ScheduleBody>,
    /// Answered ahead of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<ScheduleBody>,
}

/// The rates of one service level.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ScheduleBody {
    /// Micro-dollars per million of each class: `input`, `cache_read`, `cache_write_5m`, `cache_write_1h`,
    /// `input_audio`, `input_image`, `output`, `reasoning`, `output_audio`, `output_image` (tokens), `call`, `second`,
    /// `image`. A class of tokens that is not stated costs what `input` or `output` does.
    #[schema(value_type = BTreeMap<String, u64>, example = json!({"input": 2_500_000, "output": 10_000_000}))]
    base: Rates,
    /// Rates of long requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tiers: Vec<TierBody>,
}

/// Rates that hold for the whole request once it reads more than so many tokens.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TierBody {
    /// Reached when all tokens read, cached ones included, are more than this.
    above: u64,
    /// What differs from there on.
    #[schema(value_type = BTreeMap<String, u64>)]
    rates: Rates,
}

impl From<PriceBody> for Price {
    fn from(body: PriceBody) -> Self {
        Self {
            standard: body.standard.into(),
            batch: body.batch.map(Schedule::from),
            flex: body.flex.map(Schedule::from),
            priority: body.priority.map(Schedule::from),
        }
    }
}

impl From<ScheduleBody> for Schedule {
    fn from(body: ScheduleBody) -> Self {
        let tiers = body.tiers.into_iter().map(|TierBody { above, rates }| Tier { above, rates });
        Self { base: body.base, tiers: tiers.collect() }
    }
}

impl From<Price> for PriceBody {
    fn from(price: Price) -> Self {
        Self {
            standard: price.standard.into(),
            batch: price.batch.map(ScheduleBody::from),
            flex: price.flex.map(ScheduleBody::from),
            priority: price.priority.map(ScheduleBody::from),
        }
    }
}

impl From<Schedule> for ScheduleBody {
    fn from(schedule: Schedule) -> Self {
        let tiers = schedule.tiers.into_iter().map(|Tier { above, rates }| TierBody { above, rates });
        Self { base: schedule.base, tiers: tiers.collect() }
    }
}
