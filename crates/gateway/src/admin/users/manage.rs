//! What old scripts do with a user by name.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::user::{Role, User};
use sluice_store::{StoreError, UserPatch, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{UserView, change, delete, may_grant, read_username};
use crate::admin::AdminState;
use crate::admin::access::{AsAdmin, Identity};
use crate::admin::docs::Spellings;
use crate::admin::wire::{Body, Envelope, Failure, Problem, Reply, found};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(manage_user))
}

/// Something to do with a user.
#[derive(Debug, Deserialize, ToSchema)]
struct ManageInput {
    /// Login name.
    username: String,
    /// `disable`, `enable`, `delete`, `promote` (to admin, root only) or `demote` (to common).
    action: String,
}

/// Disable, enable, delete, promote or demote a user by name.
#[utoipa::path(post, path = "/api/user/manage", tag = "Users", request_body = ManageInput,
    responses((status = 200, description = "The user as it is now, or as it was.", body = Envelope<UserView>)))]
async fn manage_user(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    Body(input): Body<ManageInput>,
) -> Reply<UserView> {
    let username = read_username(&input.username)?;
    let login = state.store.find_login(&username).await?.ok_or(StoreError::NotFound { what: What::User })?;
    let target = login.user;
    if !me.outranks(target.role) {
        return Err(Problem::RoleTooHigh.into());
    }
    let with_state = |enabled| UserPatch { enabled: Some(enabled), ..UserPatch::default() };
    let patch = match input.action.as_str() {
        "enable" => with_state(true),
        "disable" => with_state(false),
        "promote" => new_role(&me, &target, Role::Admin)?,
        "demote" => new_role(&me, &target, Role::Common)?,
        "delete" => {
            delete(&state, &target).await?;
            return found(UserView::of(target));
        }
        other => return Err(Problem::ActionUnknown.with("action", other)),
    };
    if target.role == Role::Root && patch.enabled == Some(false) {
        return Err(Problem::RootProtected.into());
    }
    found(UserView::of(change(&state, target.id, patch).await?))
}

fn new_role(me: &Identity, target: &User, role: Role) -> Result<UserPatch, Failure> {
    if target.role == Role::Root {
        return Err(Problem::RootProtected.into());
    }
    if target.role == role {
        return Err(Problem::RoleUnchanged.into());
    }
    may_grant(me, role)?;
    Ok(UserPatch { role: Some(role), ..UserPatch::default() })
}
