//! Users, as administrators see and change them. Nobody touches a user whose role is not below their own, except root.

mod manage;
mod view;

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use sluice_domain::id::UserId;
use sluice_domain::limit::Limits;
use sluice_domain::user::{DEFAULT_GROUP, Funding, Role, User};
use sluice_store::{NewUser, PageRequest, StoreError, UserFilter, UserPatch, What};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AdminState;
use super::access::{AsAdmin, Identity};
use super::docs::Spellings;
use super::wire::input::{required_text, text};
use super::wire::{
    At, Body, Envelope, Failure, LimitsView, Nothing, PageQuery, PageView, Params, Problem, Reply, done, found, status,
};
pub(super) use view::UserView;

/// The search shows no more than this; `/api/user/` pages through all.
const MAX_FOUND: u64 = 100;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_users, create_user, update_user))
        .serve(routes!(search_users))
        .serve(routes!(read_user, delete_user))
        .merge(manage::endpoints())
}

/// Reads a login name: 1 to 64 characters without blanks around it or control characters in it.
pub(super) fn read_username(name: &str) -> Result<String, Failure> {
    let name = required_text("username", Some(name), 64)?;
    if name.chars().any(char::is_control) {
        return Err(Problem::ValueInvalid.with("field", "username").with("reason", "must not hold control characters"));
    }
    Ok(name)
}

/// Reads a mail address, or nothing.
pub(super) fn read_email(email: &str) -> Result<String, Failure> {
    let email = text("email", email, 254)?;
    let is_address = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if email.is_empty() || (is_address && !email.chars().any(|c| c.is_whitespace() || c.is_control())) {
        return Ok(email);
    }
    Err(Problem::ValueInvalid.with("field", "email").with("reason", "is not a mail address"))
}

fn read_role(number: i32) -> Result<Role, Failure> {
    Role::try_from(number).map_err(|_| Problem::RoleUnknown.with("number", number))
}

const fn funding(is_billed: bool) -> Funding {
    if is_billed { Funding::Billed } else { Funding::Unlimited }
}

/// Reads the name of a group that exists; empty is none. A name that was mistyped would change what the user pays.
async fn read_group(state: &AdminState, name: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else { return Ok(None) };
    let is_known = name == DEFAULT_GROUP || state.store.list_groups().await?.iter().any(|group| group.name == name);
    if is_known { Ok(Some(name.to_owned())) } else { Err(Problem::GroupUnknown.with("group", name)) }
}

/// Which users are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UserQuery {
    /// Part of the name, display name or mail address, or the id.
    keyword: Option<String>,
    /// Only this role.
    role: Option<i32>,
}

impl UserQuery {
    fn filter(self) -> Result<UserFilter, Failure> {
        let keyword = self.keyword.filter(|keyword| !keyword.trim().is_empty());
        Ok(UserFilter { keyword, role: self.role.map(read_role).transpose()? })
    }
}

/// Users, newest first.
#[utoipa::path(get, path = "/api/user/", tag = "Users", params(PageQuery, UserQuery),
    responses((status = 200, description = "One page.", body = Envelope<PageView<UserView>>)))]
async fn list_users(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(page): Params<PageQuery>,
    Params(query): Params<UserQuery>,
) -> Reply<PageView<UserView>> {
    let request = page.request()?;
    let users = state.store.list_users(&query.filter()?, request).await?;
    found(PageView::of(users, request, UserView::of))
}

/// The first hundred users that match.
#[utoipa::path(get, path = "/api/user/search", tag = "Users", params(UserQuery),
    responses((status = 200, description = "The users.", body = Envelope<Vec<UserView>>)))]
async fn search_users(
    State(state): State<Arc<AdminState>>,
    _: AsAdmin,
    Params(query): Params<UserQuery>,
) -> Reply<Vec<UserView>> {
    let users = state.store.list_users(&query.filter()?, PageRequest::nth(0, MAX_FOUND)).await?;
    found(users.items.into_iter().map(UserView::of).collect())
}

/// One user.
#[utoipa::path(get, path = "/api/user/{id}", tag = "Users", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The user.", body = Envelope<UserView>)))]
async fn read_user(State(state): State<Arc<AdminState>>, AsAdmin(me): AsAdmin, At(id): At<i64>) -> Reply<UserView> {
    found(UserView::of(touchable(&state, &me, UserId(id)).await?))
}

/// Finds a user that `me` may see and change.
pub(super) async fn touchable(state: &AdminState, me: &Identity, id: UserId) -> Result<User, Failure> {
    let user = state.store.find_user(id).await?.ok_or(StoreError::NotFound { what: What::User })?;
    if me.outranks(user.role) { Ok(user) } else { Err(Problem::RoleTooHigh.into()) }
}

/// A new user.
#[derive(Deserialize, ToSchema)]
struct NewUserInput {
    /// Login name.
    username: String,
    /// 8 to 128 characters.
    password: String,
    /// Name shown to people; the login name by default.
    display_name: Option<String>,
    /// Mail address.
    email: Option<String>,
    /// 1 by default; must be below the caller's.
    role: Option<i32>,
    /// 1 enabled (default), 2 disabled.
    status: Option<i64>,
    /// Whether the user pays for its calls; `false` by default.
    billed: Option<bool>,
    /// Group, which must exist; `default` by default.
    group: Option<String>,
    /// How much all its keys together may ask for.
    limits: Option<LimitsView>,
}

/// Make a user.
#[utoipa::path(post, path = "/api/user/", tag = "Users", request_body = NewUserInput,
    responses((status = 200, description = "The new user.", body = Envelope<UserView>)))]
async fn create_user(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    Body(input): Body<NewUserInput>,
) -> Reply<UserView> {
    let role = input.role.map_or(Ok(Role::Common), read_role)?;
    may_grant(&me, role)?;
    let username = read_username(&input.username)?;
    let display_name = text("display_name", input.display_name.as_deref().unwrap_or(&username), 100)?;
    let user = NewUser {
        display_name: if display_name.is_empty() { username.clone() } else { display_name },
        email: read_email(input.email.as_deref().unwrap_or_default())?,
        role,
        enabled: status::read_new(input.status)?,
        funding: funding(input.billed.unwrap_or(false)),
        group: read_group(&state, input.group.as_deref()).await?.unwrap_or_else(|| DEFAULT_GROUP.to_owned()),
        limits: input.limits.unwrap_or_default().into(),
        password_hash: Some(state.memory.passwords.hash("password", &input.password).await?),
        created_at: state.clock.now(),
        username,
    };
    found(UserView::of(state.store.create_user(user).await?))
}

/// There is one root user, made at set-up; nobody grants a role that is not below their own.
fn may_grant(me: &Identity, role: Role) -> Result<(), Failure> {
    if role < me.user.role { Ok(()) } else { Err(Problem::RoleTooHigh.into()) }
}

/// A change of a user; absent fields stay, and so do an empty name and password.
#[derive(Deserialize, ToSchema)]
struct UserInput {
    /// Who.
    id: i64,
    /// Login name.
    username: Option<String>,
    /// Name shown to people.
    display_name: Option<String>,
    /// Mail address.
    email: Option<String>,
    /// New password; ends all sessions of the user. Only in a session.
    password: Option<String>,
    /// Must be below the caller's.
    role: Option<i32>,
    /// 1 enabled, 2 disabled.
    status: Option<i64>,
    /// Whether the user pays for its calls.
    billed: Option<bool>,
    /// Group, which must exist.
    group: Option<String>,
    /// How much all its keys together may ask for, all at once; `{}` for no limits.
    limits: Option<LimitsView>,
}

/// Change a user.
#[utoipa::path(put, path = "/api/user/", tag = "Users", request_body = UserInput,
    responses((status = 200, description = "The user as it is now.", body = Envelope<UserView>)))]
async fn update_user(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    Body(input): Body<UserInput>,
) -> Reply<UserView> {
    let target = touchable(&state, &me, UserId(input.id)).await?;
    let patch =
        UserPatch { group: read_group(&state, input.group.as_deref()).await?, ..read_patch(&me, &target, &input)? };
    if let Some(password) = input.password.filter(|password| !password.is_empty()) {
        let mine = me.session()?;
        let hash = state.memory.passwords.hash("password", &password).await?;
        let keep = (target.id == me.user.id).then_some(&mine);
        state.store.set_password_hash(target.id, &hash, keep).await?;
    }
    found(UserView::of(change(&state, target.id, patch).await?))
}

fn read_patch(me: &Identity, target: &User, input: &UserInput) -> Result<UserPatch, Failure> {
    let username = input.username.as_deref().filter(|name| !name.trim().is_empty());
    let patch = UserPatch {
        username: username.map(read_username).transpose()?,
        display_name: input.display_name.as_deref().map(|name| text("display_name", name, 100)).transpose()?,
        email: input.email.as_deref().map(read_email).transpose()?,
        role: input.role.map(read_role).transpose()?.filter(|&role| role != target.role),
        enabled: input.status.map(status::read).transpose()?,
        funding: input.billed.map(funding),
        group: None,
        limits: input.limits.map(Limits::from),
    };
    if target.role == Role::Root && (patch.role.is_some() || patch.enabled == Some(false)) {
        return Err(Problem::RootProtected.into());
    }
    patch.role.map_or(Ok(()), |role| may_grant(me, role))?;
    Ok(patch)
}

/// Writes a change; a user that is disabled by it is logged out everywhere.
async fn change(state: &AdminState, id: UserId, patch: UserPatch) -> Result<User, Failure> {
    let is_ban = patch.enabled == Some(false);
    let user = state.store.update_user(id, patch).await?;
    if is_ban {
        state.store.delete_sessions_of(id).await?;
    }
    Ok(user)
}

/// Delete a user with its keys; the records of its calls stay.
#[utoipa::path(delete, path = "/api/user/{id}", tag = "Users", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "Deleted.", body = Envelope<Nothing>)))]
async fn delete_user(State(state): State<Arc<AdminState>>, AsAdmin(me): AsAdmin, At(id): At<i64>) -> Reply<Nothing> {
    let target = touchable(&state, &me, UserId(id)).await?;
    delete(&state, &target).await?;
    done()
}

async fn delete(state: &AdminState, target: &User) -> Result<(), Failure> {
    if target.role == Role::Root {
        return Err(Problem::RootProtected.into());
    }
    Ok(state.store.delete_user(target.id).await?)
}
