//! Keys as the API shows them.

use serde::Serialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::key::{KEY_PREFIX, Key};
use sluice_domain::route::policy::Strategy;
use utoipa::ToSchema;

use super::input::NEVER;
use crate::admin::state::origin_of;
use crate::admin::wire::{LimitsView, status};

/// A key; the secret itself is shown once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyView {
    id: i64,
    /// Owner.
    user_id: i64,
    /// Only the last four characters.
    #[schema(example = "ag-****wxyz")]
    key: String,
    /// Name given by the owner.
    name: String,
    /// 1 enabled, 2 disabled.
    status: i64,
    /// Refused from this time on, Unix seconds; -1 never.
    expired_time: i64,
    /// Whether only the listed models may be used.
    model_limits_enabled: bool,
    /// Models, comma separated; `*` stands for any run of characters.
    model_limits: String,
    /// Addresses and networks it may be used from, one per line; empty for all.
    allow_ips: String,
    /// Who pays for its calls: `owner` (its owner, if billed at all) or `own` (nothing but its own balance).
    funding: &'static str,
    /// What prices are multiplied by for its calls, besides the factor of the owner's group.
    #[schema(example = "0.8")]
    multiplier: String,
    /// Whether the caller is told what each call cost.
    shows_cost: bool,
    /// How much it may ask for.
    limits: LimitsView,
    /// Names of the only providers that its calls go to; empty for all.
    providers: Vec<String>,
    /// Model of calls that name none.
    default_model: Option<String>,
    /// How its candidates are ordered; `null` as the model or the general setting says.
    strategy: Option<&'static str>,
    /// When it was made, Unix seconds.
    created_at: i64,
    /// When it was last used, Unix seconds; 0 never.
    accessed_at: i64,
    /// Until when the secret that it had before the last rotation works too, Unix seconds; 0 where none does.
    previous_until: i64,
    /// `database`, or `file` for keys that the configuration file declares; those are read-only.
    origin: &'static str,
}

impl KeyView {
    pub(super) fn of(key: Key) -> Self {
        Self {
            id: key.id.0,
            user_id: key.user_id.0,
            key: format!("{KEY_PREFIX}****{}", key.last4),
            status: status::number(key.enabled),
            expired_time: key.expires_at.map_or(NEVER, Timestamp::unix_secs),
            model_limits_enabled: !key.models.is_empty(),
            model_limits: key.models.to_text(),
            allow_ips: key.addresses.to_text(),
            funding: key.billing.funding.as_str(),
            multiplier: key.billing.multiplier.to_string(),
            shows_cost: key.billing.shows_cost,
            limits: key.limits.into(),
            providers: key.scope.providers,
            default_model: key.scope.default_model,
            strategy: key.scope.strategy.map(Strategy::as_str),
            created_at: key.created_at.unix_secs(),
            accessed_at: key.accessed_at.map_or(0, Timestamp::unix_secs),
            previous_until: key.previous_until.map_or(0, Timestamp::unix_secs),
            origin: origin_of(key.id.0),
            name: key.name,
        }
    }
}
