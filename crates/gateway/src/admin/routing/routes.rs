//! Routes: which credential serves which model.

mod judged;
mod overview;
mod rebuild;

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::id::{CredentialId, ProviderId, RouteId};
use sluice_domain::provider::Route;
use sluice_store::{NewRoute, RouteFilter, RoutePatch, RouteRow, What};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::state::origin_of;
use crate::admin::wire::input::{not_negative, nullable, required_text, text};
use crate::admin::wire::paging::Blend;
use crate::admin::wire::{
    At, Body, Envelope, Failure, Nothing, PageQuery, PageView, Params, Problem, Reply, done, found,
};

const MAX_MODEL_CHARS: usize = 255;
const MAX_BATCH: usize = 5_000;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_routes, create_route))
        .serve(routes!(update_routes))
        .serve(routes!(read_route, update_route, delete_route))
        .merge(overview::endpoints())
        .merge(rebuild::endpoints())
}

/// A route.
#[derive(Debug, Serialize, ToSchema)]
struct RouteView {
    id: i64,
    /// Public model name; `*` stands for any run of characters.
    model_name: String,
    /// Provider that serves it.
    provider_id: i64,
    /// Credential that is used.
    provider_token_id: i64,
    /// Name to send upstream; `null` sends what was asked for.
    upstream_model: Option<String>,
    enabled: bool,
    /// Higher goes first.
    priority: i64,
    /// Share inside its priority.
    weight: i64,
    /// Whether it was made by hand; otherwise it follows the upstream's list of models.
    manual: bool,
    /// `database`, or `file` for routes that the configuration file declares; those are read-only.
    origin: &'static str,
}

impl RouteView {
    fn of(row: RouteRow) -> Self {
        let route = row.route;
        Self {
            id: route.id.0,
            model_name: route.model,
            provider_id: route.provider_id.0,
            provider_token_id: route.credential_id.0,
            upstream_model: route.upstream_model,
            enabled: route.enabled,
            priority: route.priority,
            weight: route.weight,
            manual: row.manual,
            origin: origin_of(route.id.0),
        }
    }
}

/// Which routes are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RouteQuery {
    /// Part of the model's name.
    model: Option<String>,
    /// Only routes of this provider.
    provider_id: Option<i64>,
    /// Only routes of this credential.
    provider_token_id: Option<i64>,
    /// `1` or `true`: only enabled routes.
    enabled_only: Option<String>,
}

impl RouteQuery {
    fn filter(&self) -> RouteFilter {
        RouteFilter {
            model: self.model.clone().filter(|model| !model.trim().is_empty()),
            provider_id: self.provider_id.map(ProviderId),
            credential_id: self.provider_token_id.map(CredentialId),
            enabled: matches!(self.enabled_only.as_deref(), Some("1" | "true")).then_some(true),
        }
    }
}

fn matches_filter(route: &Route, filter: &RouteFilter) -> bool {
    let is_named = |part: &String| route.model.to_lowercase().contains(&part.trim().to_lowercase());
    filter.model.as_ref().is_none_or(is_named)
        && filter.provider_id.is_none_or(|id| id == route.provider_id)
        && filter.credential_id.is_none_or(|id| id == route.credential_id)
        && filter.enabled.is_none_or(|enabled| enabled == route.enabled)
}

/// Routes by model, then by priority; declared ones before.
#[utoipa::path(get, path = "/api/route/", tag = "Routes", params(PageQuery, RouteQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<RouteView>>)))]
async fn list_routes(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<RouteQuery>,
) -> Reply<PageView<RouteView>> {
    let request = page.request()?;
    let filter = query.filter();
    let declared = state.declared.routes.iter().filter(|route| matches_filter(route, &filter));
    let declared = declared.map(|route| RouteRow { route: route.clone(), manual: true }).collect();
    let blend = Blend::new(declared, request);
    let stored = state.store.list_routes(&filter, blend.rest()).await?;
    found(PageView::of(blend.join(stored), request, RouteView::of))
}

/// One route.
#[utoipa::path(get, path = "/api/route/{id}", tag = "Routes", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The route.", body = Envelope<RouteView>)))]
async fn read_route(State(state): State<Arc<AdminState>>, _: AsAdmin, At(id): At<i64>) -> Reply<RouteView> {
    if let Some(route) = state.declared.routes.iter().find(|route| route.id.0 == id) {
        return found(RouteView::of(RouteRow { route: route.clone(), manual: true }));
    }
    let row = state.store.find_route(RouteId(id)).await?;
    found(RouteView::of(row.ok_or_else(|| Problem::NotFound.with("what", What::Route))?))
}

/// A route to make.
#[derive(Debug, Deserialize, ToSchema)]
struct NewRouteInput {
    /// Public model name; `*` stands for any run of characters.
    model_name: String,
    /// Credential to use.
    provider_token_id: i64,
    /// Name to send upstream; absent sends what was asked for.
    upstream_model: Option<String>,
    /// `true` by default.
    enabled: Option<bool>,
    /// The credential's by default.
    priority: Option<i64>,
    /// The credential's by default.
    weight: Option<i64>,
}

/// Make a route by hand.
#[utoipa::path(post, path = "/api/route/", tag = "Routes", request_body = NewRouteInput,
    responses((status = 200, description = "The new route.", body = Envelope<RouteView>)))]
async fn create_route(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Body(input): Body<NewRouteInput>,
) -> Reply<RouteView> {
    let credential_id = CredentialId(input.provider_token_id);
    if state.declared.credentials.iter().any(|credential| credential.id == credential_id) {
        return Err(Problem::ReadOnly.with("what", What::Credential));
    }
    let credential = state.store.find_credential(credential_id).await?;
    let credential = credential.ok_or_else(|| Problem::NotFound.with("what", What::Credential))?;
    let route = NewRoute {
        model: required_text("model_name", Some(&input.model_name), MAX_MODEL_CHARS)?,
        credential_id,
        upstream_model: read_upstream_model(input.upstream_model.as_deref())?,
        enabled: input.enabled.unwrap_or(true),
        priority: input.priority.unwrap_or(credential.priority),
        weight: not_negative("weight", input.weight.unwrap_or(credential.weight))?,
    };
    found(RouteView::of(state.store.create_route(route).await?))
}

fn read_upstream_model(name: Option<&str>) -> Result<Option<String>, Failure> {
    let name = name.map(|name| text("upstream_model", name, MAX_MODEL_CHARS)).transpose()?;
    Ok(name.filter(|name| !name.is_empty()))
}

/// A change of a route; absent and `null` fields stay, except that a `null` `upstream_model` clears.
#[derive(Debug, Deserialize, ToSchema)]
struct RouteInput {
    /// Higher goes first.
    priority: Option<i64>,
    /// Share inside its priority.
    weight: Option<i64>,
    enabled: Option<bool>,
    /// Public model name; `*` stands for any run of characters.
    model_name: Option<String>,
    /// Name to send upstream; empty and `null` send what was asked for.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    upstream_model: Option<Option<String>>,
}

impl RouteInput {
    fn patch(&self) -> Result<RoutePatch, Failure> {
        let upstream_model = self.upstream_model.as_ref().map(|name| read_upstream_model(name.as_deref()));
        let model = self.model_name.as_deref().map(|name| required_text("model_name", Some(name), MAX_MODEL_CHARS));
        let patch = RoutePatch {
            model: model.transpose()?,
            credential_id: None,
            upstream_model: upstream_model.transpose()?,
            enabled: self.enabled,
            priority: self.priority,
            weight: self.weight.map(|weight| not_negative("weight", weight)).transpose()?,
        };
        if patch == RoutePatch::default() {
            let fields = "`priority`, `weight`, `enabled`, `model_name`, `upstream_model`";
            return Err(Problem::NothingToChange.with("fields", fields));
        }
        Ok(patch)
    }
}

fn stored(state: &AdminState, id: i64) -> Result<RouteId, Failure> {
    if state.declared.routes.iter().any(|route| route.id.0 == id) {
        return Err(Problem::ReadOnly.with("what", What::Route));
    }
    Ok(RouteId(id))
}

/// Change a route: only the fields that are sent.
#[utoipa::path(put, path = "/api/route/{id}", tag = "Routes", request_body = RouteInput,
    params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The route as it is now.", body = Envelope<RouteView>)))]
async fn update_route(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(id): At<i64>,
    Body(input): Body<RouteInput>,
) -> Reply<RouteView> {
    let id = stored(&state, id)?;
    found(RouteView::of(state.store.update_route(id, input.patch()?).await?))
}

/// Delete a route. A discovered one comes back with the next discovery; disable it instead.
#[utoipa::path(delete, path = "/api/route/{id}", tag = "Routes", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_route(State(state): State<Arc<AdminState>>, _: AsAdmin, At(id): At<i64>) -> Reply<Nothing> {
    let id = stored(&state, id)?;
    state.store.delete_route(id).await?;
    done()
}

/// Changes of several routes.
#[derive(Debug, Deserialize, ToSchema)]
struct BatchInput {
    items: Vec<BatchItem>,
}

/// A change of one route.
#[derive(Debug, Deserialize, ToSchema)]
struct BatchItem {
    id: i64,
    #[serde(flatten)]
    change: RouteInput,
}

/// How many routes were changed.
#[derive(Debug, Serialize, ToSchema)]
struct BatchView {
    updated: usize,
}

/// Change several routes, all or none.
#[utoipa::path(post, path = "/api/route/batch-update", tag = "Routes", request_body = BatchInput,
    responses((status = 200, description = "All were changed.", body = Envelope<BatchView>)))]
async fn update_routes(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Body(input): Body<BatchInput>,
) -> Reply<BatchView> {
    if input.items.is_empty() || input.items.len() > MAX_BATCH {
        let reason = format!("must name 1 to {MAX_BATCH} routes");
        return Err(Problem::ValueInvalid.with("field", "items").with("reason", reason));
    }
    let read = |item: &BatchItem| Ok((stored(&state, item.id)?, item.change.patch()?));
    let changes = input.items.iter().map(read).collect::<Result<Vec<_>, Failure>>()?;
    found(BatchView { updated: state.store.update_routes(&changes).await? })
}
