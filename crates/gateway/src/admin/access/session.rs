//! Logging in, logging out, and making an account where that is open to strangers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use http::HeaderMap;
use serde::Deserialize;
use sluice_domain::limit::Limits;
use sluice_domain::user::{DEFAULT_GROUP, Funding, Role, User};
use sluice_store::NewUser;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ClientFacts, Subject, close_session, open_session};
use crate::admin::AdminState;
use crate::admin::docs::Spellings;
use crate::admin::site::Settings;
use crate::admin::users::{UserView, read_email, read_username};
use crate::admin::wire::input::text;
use crate::admin::wire::{Body, Envelope, Failure, Nothing, Problem, Reply, done, found};

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(log_in)).serve(routes!(log_out_by_get, log_out)).serve(routes!(register))
}

/// A login.
#[derive(Deserialize, ToSchema)]
struct LoginInput {
    /// Login name.
    username: String,
    /// Password.
    password: String,
}

/// Log in with name and password.
#[utoipa::path(post, path = "/api/user/login", tag = "Session", request_body = LoginInput,
    responses((status = 200, description = "The user; the answer sets the session cookie.", body = Envelope<UserView>)))]
async fn log_in(
    State(state): State<Arc<AdminState>>,
    client: ClientFacts,
    Body(input): Body<LoginInput>,
) -> Result<impl IntoResponse, Failure> {
    let user = check_login(&state, &client, &input).await?;
    let cookie = open_session(&state, &client, user.id).await?;
    Ok((cookie, found(UserView::of(user))))
}

async fn check_login(state: &AdminState, client: &ClientFacts, input: &LoginInput) -> Result<User, Failure> {
    let subjects = Subject::of_login(&input.username, client.address);
    state.memory.attempts.begin(&subjects, state.clock.now())?;
    let login = state.store.find_login(input.username.trim()).await?;
    let hash = login.as_ref().and_then(|login| login.password_hash.clone());
    let is_right = state.memory.passwords.verify(&input.password, hash).await?;
    let user = login.filter(|_| is_right).map(|login| login.user).ok_or(Problem::WrongCredentials)?;
    state.memory.attempts.succeeded(&subjects);
    // Only somebody who knows the password learns that the user is disabled.
    if user.enabled { Ok(user) } else { Err(Problem::UserDisabled.into()) }
}

/// Log out: the session ends on the server too. Kept for scripts; prefer `POST`.
#[utoipa::path(get, path = "/api/user/logout", tag = "Session",
    responses((status = 200, description = "Logged out, or was not logged in.", body = Envelope<Nothing>)))]
async fn log_out_by_get(
    state: State<Arc<AdminState>>,
    client: ClientFacts,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Failure> {
    log_out(state, client, headers).await
}

/// Log out: the session ends on the server too.
#[utoipa::path(post, path = "/api/user/logout", tag = "Session",
    responses((status = 200, description = "Logged out, or was not logged in.", body = Envelope<Nothing>)))]
async fn log_out(
    State(state): State<Arc<AdminState>>,
    client: ClientFacts,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Failure> {
    let cookie = close_session(&state, &client, &headers).await?;
    Ok((cookie, done()))
}

/// A new account.
#[derive(Deserialize, ToSchema)]
struct RegisterInput {
    /// Login name.
    username: String,
    /// 8 to 128 characters.
    password: String,
    /// Name shown to people; the login name by default.
    display_name: Option<String>,
    /// Mail address; not verified.
    email: Option<String>,
}

/// Make an account, where `RegisterEnabled` and `PasswordRegisterEnabled` allow it. Does not log in. The user pays for
/// its calls from its own balance.
#[utoipa::path(post, path = "/api/user/register", tag = "Session", request_body = RegisterInput,
    responses((status = 200, description = "The new user.", body = Envelope<UserView>)))]
async fn register(
    State(state): State<Arc<AdminState>>,
    client: ClientFacts,
    Body(input): Body<RegisterInput>,
) -> Reply<UserView> {
    if !Settings::read(&state.store).await?.allows_registration() {
        return Err(Problem::RegistrationClosed.into());
    }
    // Never taken back: accounts made count too.
    state.memory.attempts.begin(&Subject::of_place(client.address), state.clock.now())?;
    let username = read_username(&input.username)?;
    let display_name = text("display_name", input.display_name.as_deref().unwrap_or(&username), 100)?;
    let email = read_email(input.email.as_deref().unwrap_or_default())?;
    let password_hash = state.memory.passwords.hash("password", &input.password).await?;
    let user = NewUser {
        username,
        display_name,
        email,
        role: Role::Common,
        enabled: true,
        funding: Funding::Billed,
        group: DEFAULT_GROUP.to_owned(),
        limits: Limits::NONE,
        password_hash: Some(password_hash),
        created_at: state.clock.now(),
    };
    found(UserView::of(state.store.create_user(user).await?))
}
