//! What users do with their own account.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::user::Role;
use sluice_store::UserPatch;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AsUser, ClientFacts, Identity, Subject};
use crate::admin::AdminState;
use crate::admin::docs::Spellings;
use crate::admin::users::{UserView, read_email, read_username};
use crate::admin::wire::input::text;
use crate::admin::wire::{Body, Envelope, Failure, Nothing, Problem, Reply, done, found};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(read_self, update_self, delete_self))
}

/// The caller's own account.
#[utoipa::path(get, path = "/api/user/self", tag = "Profile",
    responses((status = 200, description = "The account.", body = Envelope<UserView>)))]
async fn read_self(AsUser(me): AsUser) -> Reply<UserView> {
    found(UserView::of(me.user))
}

/// A change of one's own account; absent and empty fields stay.
#[derive(Deserialize, ToSchema)]
struct SelfInput {
    /// Login name.
    username: Option<String>,
    /// Name shown to people.
    display_name: Option<String>,
    /// Mail address.
    email: Option<String>,
    /// New password, 8 to 128 characters; only in a session.
    password: Option<String>,
    /// Present password; needed to set a new one.
    original_password: Option<String>,
}

/// Change one's own account. A new password ends all other sessions.
#[utoipa::path(put, path = "/api/user/self", tag = "Profile", request_body = SelfInput,
    responses((status = 200, description = "The account as it is now.", body = Envelope<UserView>)))]
async fn update_self(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    client: ClientFacts,
    Body(input): Body<SelfInput>,
) -> Reply<UserView> {
    let filled = |field: &Option<String>| field.clone().filter(|text| !text.trim().is_empty());
    let patch = UserPatch {
        username: filled(&input.username).map(|name| read_username(&name)).transpose()?,
        display_name: filled(&input.display_name).map(|name| text("display_name", &name, 100)).transpose()?,
        email: input.email.as_deref().map(read_email).transpose()?,
        ..UserPatch::default()
    };
    if let Some(password) = input.password.as_deref().filter(|password| !password.is_empty()) {
        change_password(&state, &me, &client, password, input.original_password).await?;
    }
    found(UserView::of(state.store.update_user(me.user.id, patch).await?))
}

async fn change_password(
    state: &AdminState,
    me: &Identity,
    client: &ClientFacts,
    password: &str,
    original: Option<String>,
) -> Result<(), Failure> {
    let session = me.session()?;
    super::check_length("password", password)?;
    let original = original.ok_or(Problem::PasswordConfirm)?;
    let subjects = Subject::of_login(&me.user.username, client.address);
    state.memory.attempts.begin(&subjects, state.clock.now())?;
    let present = state.store.find_login_by_id(me.user.id).await?.and_then(|login| login.password_hash);
    if !state.memory.passwords.verify(&original, present).await? {
        return Err(Problem::PasswordWrong.into());
    }
    state.memory.attempts.succeeded(&subjects);
    let hash = state.memory.passwords.hash("password", password).await?;
    state.store.set_password_hash(me.user.id, &hash, Some(&session)).await?;
    Ok(())
}

/// Delete one's own account with its keys. The root user cannot.
#[utoipa::path(delete, path = "/api/user/self", tag = "Profile",
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_self(State(state): State<Arc<AdminState>>, AsUser(me): AsUser) -> Reply<Nothing> {
    if me.user.role == Role::Root {
        return Err(Problem::RootProtected.into());
    }
    state.store.delete_user(me.user.id).await?;
    done()
}
