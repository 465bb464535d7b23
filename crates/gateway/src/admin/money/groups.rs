//! Groups of users that pay the same.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::limit::Limits;
use sluice_domain::price::Multiplier;
use sluice_domain::user::Group;
use sluice_store::{StoreError, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::docs::Spellings;
use crate::admin::wire::input::{read_multiplier, text};
use crate::admin::wire::{At, Body, Envelope, LimitsView, Nothing, PageQuery, PageView, Params, Reply, done, found};

const REMARK_CHARS: usize = 1_000;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(list_groups)).serve(routes!(read_group, put_group, delete_group))
}

/// A group of users.
#[derive(Debug, Serialize, ToSchema)]
struct GroupView {
    name: String,
    /// What prices are multiplied by for its users.
    #[schema(example = "0.8")]
    multiplier: String,
    /// How much all its users together may ask for.
    limits: LimitsView,
    /// Note for people.
    remark: String,
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        let multiplier = group.multiplier.to_string();
        Self { name: group.name, multiplier, limits: group.limits.into(), remark: group.remark }
    }
}

/// Groups by name. A group that does not exist, such as `default` before somebody makes it, multiplies by one.
#[utoipa::path(get, path = "/api/group/", tag = "Money", params(PageQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<GroupView>>)))]
async fn list_groups(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
) -> Reply<PageView<GroupView>> {
    let request = page.request()?;
    let groups = state.store.list_groups().await?;
    found(PageView::cut(groups, request).map(GroupView::from))
}

/// One group.
#[utoipa::path(get, path = "/api/group/{name}", tag = "Money", params(("name" = String, Path, description = "Name.")),
    responses((status = 200, description = "The group.", body = Envelope<GroupView>)))]
async fn read_group(State(state): State<Arc<AdminState>>, _: AsAdmin, At(name): At<String>) -> Reply<GroupView> {
    let group = state.store.list_groups().await?.into_iter().find(|group| group.name == name.trim());
    found(group.ok_or(StoreError::NotFound { what: What::Group })?.into())
}

/// A group to make or change; absent fields take the default, or stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroupInput {
    /// What prices are multiplied by, as text; `1` by default.
    #[schema(example = "0.8")]
    multiplier: Option<String>,
    /// How much all its users together may ask for, all at once; `{}` for no limits.
    limits: Option<LimitsView>,
    /// Note for people.
    remark: Option<String>,
}

/// Make a group, or change the one of this name. It holds for calls that begin from now on.
#[utoipa::path(put, path = "/api/group/{name}", tag = "Money", request_body = GroupInput,
    params(("name" = String, Path, description = "Name.")),
    responses((status = 200, description = "The group as it is now.", body = Envelope<GroupView>)))]
async fn put_group(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    At(name): At<String>,
    Body(input): Body<GroupInput>,
) -> Reply<GroupView> {
    let name = name.trim().to_owned();
    let present = state.store.list_groups().await?.into_iter().find(|group| group.name == name);
    let present = present.unwrap_or_else(|| Group {
        name,
        multiplier: Multiplier::default(),
        limits: Limits::NONE,
        remark: String::new(),
    });
    let multiplier = input.multiplier.as_deref().map(|text| read_multiplier("multiplier", text)).transpose()?;
    let remark = input.remark.as_deref().map(|remark| text("remark", remark, REMARK_CHARS)).transpose()?;
    let group = Group {
        name: present.name,
        multiplier: multiplier.unwrap_or(present.multiplier),
        limits: input.limits.map_or(present.limits, Limits::from),
        remark: remark.unwrap_or(present.remark),
    };
    found(state.store.put_group(&group, state.clock.now()).await?.into())
}

/// Delete a group that no user and no key of the configuration file is in: what they pay must not change by that.
#[utoipa::path(delete, path = "/api/group/{name}", tag = "Money", params(("name" = String, Path, description = "Name.")),
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_group(State(state): State<Arc<AdminState>>, _: AsAdmin, At(name): At<String>) -> Reply<Nothing> {
    let name = name.trim();
    let in_file: Vec<String> = state.declared.keys_in_group(name).map(|key| format!("`{key}`")).collect();
    if !in_file.is_empty() {
        return Err(StoreError::InUse { what: What::Group, by: in_file.join(", ") }.into());
    }
    state.store.delete_group(name).await?;
    done()
}
