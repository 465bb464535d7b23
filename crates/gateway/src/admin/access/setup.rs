//! Set-up: the first administrator, made once with the token that was printed at start.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use sluice_domain::limit::Limits;
use sluice_domain::user::{DEFAULT_GROUP, Funding, Role};
use sluice_store::{NewUser, StoreError, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ClientFacts, Subject, open_session};
use crate::admin::AdminState;
use crate::admin::docs::Spellings;
use crate::admin::users::{UserView, read_username};
use crate::admin::wire::input::text;
use crate::admin::wire::{Body, Envelope, Failure, Problem, Reply, found};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(read_setup, set_up))
}

/// Whether set-up is still to be done.
#[derive(Debug, Serialize, ToSchema)]
struct SetupView {
    /// Whether there is no root user yet.
    needed: bool,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
struct SetupInput {
    /// The token from the link that Sluice printed when it started.
    token: String,
    /// Login name.
    username: String,
    /// 8 to 128 characters.
    password: String,
    /// Name shown to people; the login name by default.
    display_name: Option<String>,
}

/// Whether set-up is needed.
#[utoipa::path(get, path = "/api/setup", tag = "Public",
    responses((status = 200, description = "Whether there is no root user yet.", body = Envelope<SetupView>)))]
async fn read_setup(State(state): State<Arc<AdminState>>) -> Reply<SetupView> {
    found(SetupView { needed: !state.store.has_root().await? })
}

/// Make the root user and log it in. Works once.
#[utoipa::path(post, path = "/api/setup", tag = "Public", request_body = SetupInput,
    responses((status = 200, description = "The root user; the answer sets the session cookie.", body = Envelope<UserView>)))]
async fn set_up(
    State(state): State<Arc<AdminState>>,
    client: ClientFacts,
    Body(input): Body<SetupInput>,
) -> Result<impl IntoResponse, Failure> {
    if !state.setup.is_open() || state.store.has_root().await? {
        return Err(Problem::SetupDone.into());
    }
    let subjects = Subject::of_place(client.address);
    state.memory.attempts.begin(&subjects, state.clock.now())?;
    if !state.setup.admits(&input.token) {
        return Err(Problem::SetupTokenWrong.into());
    }
    state.memory.attempts.succeeded(&subjects);
    let username = read_username(&input.username)?;
    let display_name = match input.display_name {
        Some(name) if !name.trim().is_empty() => text("display_name", &name, 100)?,
        Some(_) | None => username.clone(),
    };
    let password_hash = state.memory.passwords.hash("password", &input.password).await?;
    let root = NewUser {
        username,
        display_name,
        email: String::new(),
        role: Role::Root,
        enabled: true,
        funding: Funding::Unlimited,
        group: DEFAULT_GROUP.to_owned(),
        limits: Limits::NONE,
        password_hash: Some(password_hash),
        created_at: state.clock.now(),
    };
    let user = state.store.create_first_root(root).await.map_err(already_done)?;
    state.setup.close();
    let cookie = open_session(&state, &client, user.id).await?;
    Ok((cookie, found(UserView::of(user))))
}

fn already_done(error: StoreError) -> Failure {
    match error {
        // Another node, or another request, was faster.
        StoreError::Conflict { what: What::User } => Problem::SetupDone.into(),
        other => other.into(),
    }
}
