//! The built-in prices, and where the data sets that they are made from contradict each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sluice_domain::price::{PriceVersion, Scope};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::VersionView;
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, Failure, PageQuery, PageView, Params, Problem, Reply, found};
use crate::money::prices::{Catalogue, Dispute, builtin};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_builtin)).serve(routes!(list_disputed))
}

fn catalogue() -> Result<&'static Catalogue, Failure> {
    builtin().map_err(|error| {
        tracing::error!(%error, "the built-in prices cannot be read");
        Problem::Internal.into()
    })
}

/// Which built-in prices are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CatalogueQuery {
    /// Part of the model's name.
    model: Option<String>,
    /// Only at providers of this vendor.
    vendor: Option<String>,
}

impl CatalogueQuery {
    fn has<'a>(&self, vendor: Option<&str>, mut models: impl Iterator<Item = &'a String>) -> bool {
        let part = self.model.as_ref().map(|part| part.trim().to_lowercase()).filter(|part| !part.is_empty());
        let wanted = self.vendor.as_deref().map(str::trim).filter(|vendor| !vendor.is_empty());
        wanted.is_none_or(|wanted| vendor == Some(wanted))
            && part.is_none_or(|part| models.any(|model| model.to_lowercase().contains(&part)))
    }

    fn has_version(&self, version: &PriceVersion) -> bool {
        let vendor = match &version.entry.scope {
            Scope::Vendor(vendor) => Some(vendor.as_str()),
            Scope::Group(..) | Scope::Provider(_) | Scope::Any => None,
        };
        self.has(vendor, std::iter::once(&version.entry.model))
    }

    fn has_dispute(&self, dispute: &Dispute) -> bool {
        self.has(Some(&dispute.vendor), dispute.models.iter())
    }
}

/// Prices of the catalogue inside Sluice: list prices of vendors. They hold where neither the operator nor the provider
/// states one.
#[utoipa::path(get, path = "/api/price/builtin", tag = "Prices", params(PageQuery, CatalogueQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<VersionView>>)))]
async fn list_builtin(
    _: AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<CatalogueQuery>,
) -> Reply<PageView<VersionView>> {
    let request = page.request()?;
    let versions = catalogue()?.versions().iter().filter(|version| query.has_version(version)).collect();
    found(PageView::cut(versions, request).map(|version: &Arc<PriceVersion>| version.as_ref().into()))
}

/// A model about whose price the data sets disagree.
#[derive(Debug, Serialize, ToSchema)]
struct DisputeView {
    vendor: String,
    /// Names of the model.
    models: Vec<String>,
    /// By class, what each data set says, in micro-dollars per million. A class in a tier reads `input above 200000`.
    rates: BTreeMap<String, BTreeMap<String, u64>>,
}

impl From<&Dispute> for DisputeView {
    fn from(dispute: &Dispute) -> Self {
        Self { vendor: dispute.vendor.clone(), models: dispute.models.clone(), rates: dispute.rates.clone() }
    }
}

/// Built-in prices that the data sets behind them do not agree on. State your own where it matters.
#[utoipa::path(get, path = "/api/price/disputed", tag = "Prices", params(PageQuery, CatalogueQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<DisputeView>>)))]
async fn list_disputed(
    _: AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<CatalogueQuery>,
) -> Reply<PageView<DisputeView>> {
    let request = page.request()?;
    let disputes = catalogue()?.disputes().iter().filter(|dispute| query.has_dispute(dispute)).collect();
    found(PageView::cut(disputes, request).map(DisputeView::from))
}
