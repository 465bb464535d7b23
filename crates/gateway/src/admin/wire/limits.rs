//! Limits as the API shows and takes them.

use serde::{Deserialize, Serialize};
use sluice_domain::limit::Limits;
use utoipa::ToSchema;

/// How much may be asked for; `null` is no limit, 0 allows nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LimitsView {
    /// Calls in a minute.
    requests_per_minute: Option<u32>,
    /// Tokens read and written in a minute.
    tokens_per_minute: Option<u64>,
    /// Calls under way at the same time.
    concurrency: Option<u32>,
}

impl From<Limits> for LimitsView {
    fn from(limits: Limits) -> Self {
        let Limits { requests_per_minute, tokens_per_minute, concurrency } = limits;
        Self { requests_per_minute, tokens_per_minute, concurrency }
    }
}

impl From<LimitsView> for Limits {
    fn from(view: LimitsView) -> Self {
        let LimitsView { requests_per_minute, tokens_per_minute, concurrency } = view;
        Self { requests_per_minute, tokens_per_minute, concurrency }
    }
}
