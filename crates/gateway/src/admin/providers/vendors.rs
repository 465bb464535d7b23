//! The kinds of upstream that exist.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sluice_protocol::vendor::Vendor;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, Reply, found};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_vendors))
}

/// A kind of upstream.
#[derive(Debug, Serialize, ToSchema)]
struct VendorView {
    /// Unique name, as providers refer to it.
    name: String,
    /// Name shown to people, by language (`en`, `zh`).
    title: BTreeMap<&'static str, String>,
    /// Where the vendor documents its API.
    docs: String,
    /// Root URL; `null` when the operator must give it.
    base_url: Option<String>,
    /// Placeholders in its paths with their default values.
    params: BTreeMap<String, String>,
    /// What it can do.
    operations: Vec<&'static str>,
}

impl VendorView {
    fn of(vendor: &Vendor) -> Self {
        Self {
            name: vendor.name.clone(),
            title: BTreeMap::from([("en", vendor.title.en.clone()), ("zh", vendor.title.zh.clone())]),
            docs: vendor.docs.clone(),
            base_url: vendor.base_url.clone(),
            params: vendor.params.clone(),
            operations: vendor.paths.keys().map(|operation| operation.as_str()).collect(),
        }
    }
}

/// The kinds of upstream that exist.
#[utoipa::path(get, path = "/api/vendor/", tag = "Providers",
    responses((status = 200, description = "The vendors.", body = Envelope<Vec<VendorView>>)))]
async fn list_vendors(State(state): State<Arc<AdminState>>, _: AsAdmin) -> Reply<Vec<VendorView>> {
    found(state.vendors.iter().map(VendorView::of).collect())
}
