//! What routing and limits are made of. What was there before is limited by nothing and routed as before.

use sea_orm::DbBackend;
use sea_orm::sea_query::ColumnDef;

use super::{NewColumns, long_text_or_null, number_or_null, text};

pub(super) const PROVIDERS: NewColumns =
    NewColumns { name: "m0023_provider_routing", table: "providers", columns: provider_columns };
pub(super) const CREDENTIALS: NewColumns =
    NewColumns { name: "m0023_credential_limits", table: "credentials", columns: limits };
pub(super) const KEYS: NewColumns = NewColumns { name: "m0023_key_routing", table: "keys", columns: key_columns };
pub(super) const USERS: NewColumns = NewColumns { name: "m0023_user_limits", table: "users", columns: limits };
pub(super) const GROUPS: NewColumns = NewColumns { name: "m0023_group_limits", table: "groups", columns: limits };

fn provider_columns(backend: DbBackend) -> Vec<ColumnDef> {
    vec![
        long_text_or_null(backend, "headers"),
        text("rotation", 32).default("strategy").take(),
        number_or_null("balance_micros"),
        number_or_null("balance_updated_at"),
    ]
}

fn key_columns(backend: DbBackend) -> Vec<ColumnDef> {
    vec![long_text_or_null(backend, "limits"), long_text_or_null(backend, "scope")]
}

fn limits(backend: DbBackend) -> Vec<ColumnDef> {
    vec![long_text_or_null(backend, "limits")]
}
