//! Prices as the API shows them.

use serde::Serialize;
use sluice_domain::price::{PriceVersion, Scope};
use sluice_store::PriceRow;
use utoipa::ToSchema;

use super::body::PriceBody;

/// A price, and for whom it holds, by whom and from when.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VersionView {
    /// Names exactly this price; receipts have it.
    version: String,
    /// Model name; `*` stands for any run of characters.
    model: String,
    /// `any` provider, one `provider`, the credentials of a provider in one `group`, or every provider of a `vendor`.
    scope: &'static str,
    /// The provider, where the scope is one.
    provider_id: Option<i64>,
    /// The group at the provider, where the scope is one.
    group_name: Option<String>,
    /// The vendor, where the scope is one.
    vendor: Option<String>,
    /// `operator` (stated here), `provider` (published by the provider) or `builtin`. The first one that has a price for
    /// the model is believed.
    source: &'static str,
    /// It holds from then on, Unix seconds.
    effective_from: i64,
    /// Whether the data sets that the built-in catalogue is made from contradict each other.
    disputed: bool,
    price: PriceBody,
}

impl From<&PriceVersion> for VersionView {
    fn from(version: &PriceVersion) -> Self {
        let entry = &version.entry;
        let (scope, provider_id, group_name, vendor) = match &entry.scope {
            Scope::Group(id, group) => ("group", Some(id.0), Some(group.clone()), None),
            Scope::Provider(id) => ("provider", Some(id.0), None, None),
            Scope::Vendor(vendor) => ("vendor", None, None, Some(vendor.clone())),
            Scope::Any => ("any", None, None, None),
        };
        Self {
            version: version.id.to_string(),
            model: entry.model.clone(),
            scope,
            provider_id,
            group_name,
            vendor,
            source: entry.source.as_str(),
            effective_from: entry.effective_from.unix_secs(),
            disputed: entry.disputed,
            price: entry.price.clone().into(),
        }
    }
}

/// A price that is kept in the database.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PriceView {
    id: i64,
    /// `cost` (what the provider takes) or `sell` (what callers pay instead of cost times factors).
    purpose: &'static str,
    /// Note for people.
    remark: String,
    /// When it was made, Unix seconds.
    created_time: i64,
    #[serde(flatten)]
    stated: VersionView,
}

impl From<PriceRow> for PriceView {
    fn from(row: PriceRow) -> Self {
        Self {
            id: row.id.0,
            purpose: row.purpose.as_str(),
            stated: row.version.as_ref().into(),
            remark: row.remark,
            created_time: row.created_at.unix_secs(),
        }
    }
}
