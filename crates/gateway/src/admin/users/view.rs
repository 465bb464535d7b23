//! Users as the API shows them.

use serde::Serialize;
use sluice_domain::user::{Funding, User};
use utoipa::ToSchema;

use crate::admin::wire::{LimitsView, status};

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct UserView {
    id: i64,
    /// Login name.
    username: String,
    /// Name shown to people.
    display_name: String,
    /// Mail address, may be empty.
    email: String,
    /// 0 guest, 1 common, 10 admin, 100 root.
    role: i32,
    /// 1 enabled, 2 disabled.
    status: i64,
    /// Whether the user pays for its calls from its own balance; otherwise the operator does.
    billed: bool,
    /// Group, whose factor prices are multiplied by.
    group: String,
    /// How much all its keys together may ask for.
    limits: LimitsView,
    /// When the user was made, Unix seconds.
    created_at: i64,
    #[serde(flatten)]
    hidden: HiddenView,
}

/// What the old gateways had here; always empty.
#[derive(Debug, Default, Serialize, ToSchema)]
struct HiddenView {
    /// Always empty: secrets are never shown.
    password: &'static str,
    /// Always empty: secrets are never shown.
    token: &'static str,
    /// Always empty: nobody logs in that way.
    github_id: &'static str,
    /// Always empty: nobody logs in that way.
    wechat_id: &'static str,
    /// Always empty: codes are not asked for.
    verification_code: &'static str,
}

impl UserView {
    pub(in crate::admin) fn of(user: User) -> Self {
        Self {
            id: user.id.0,
            username: user.username,
            display_name: user.display_name,
            email: user.email,
            role: user.role.number(),
            status: status::number(user.enabled),
            billed: user.funding == Funding::Billed,
            group: user.group,
            limits: user.limits.into(),
            created_at: user.created_at.unix_secs(),
            hidden: HiddenView::default(),
        }
    }
}
