//! Sessions: where one is logged in, and how to end that; for administrators those of users below them too.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sluice_domain::id::UserId;
use sluice_store::{OpenSession, StoreError, TokenHash, What};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AsAdmin, AsUser, Identity, Proof};
use crate::admin::AdminState;
use crate::admin::docs::Spellings;
use crate::admin::users::touchable;
use crate::admin::wire::{At, Envelope, Failure, Nothing, Reply, done, found};

/// Bytes of a session's name that are shown.
const NAME_BYTES: usize = 12;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_sessions, end_other_sessions))
        .serve(routes!(end_session))
        .serve(routes!(list_sessions_of, end_sessions_of))
        .serve(routes!(end_session_of))
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    /// Names it; nothing can be done with it but to end the session.
    id: String,
    /// When the login was, Unix seconds.
    created_time: i64,
    /// When it was last used, Unix seconds, to a few minutes.
    seen_time: i64,
    /// When it ends, Unix seconds.
    expired_time: i64,
    /// Where the login came from; may be empty.
    client_ip: String,
    /// What the browser called itself.
    user_agent: String,
    /// Whether it is the one that asks.
    is_current: bool,
}

/// Returns what a session is called. It says nothing about the token, nor about the hash that the token is known by.
fn name_of(token: &TokenHash) -> String {
    let digest = Sha256::new().chain_update("session").chain_update(token.0).finalize();
    hex::encode(digest.get(..NAME_BYTES).unwrap_or_default())
}

async fn sessions(state: &AdminState, me: &Identity, user: UserId) -> Result<Vec<SessionView>, Failure> {
    let current = match me.proof {
        Proof::Session(token) => Some(token),
        Proof::AccessToken => None,
    };
    let open = state.store.list_sessions(user, state.clock.now()).await?;
    let view = |session: OpenSession| SessionView {
        id: name_of(&session.token),
        created_time: session.created_at.unix_secs(),
        seen_time: session.seen_at.unix_secs(),
        expired_time: session.expires_at.unix_secs(),
        is_current: current == Some(session.token),
        client_ip: session.client_ip,
        user_agent: session.user_agent,
    };
    Ok(open.into_iter().map(view).collect())
}

async fn end(state: &AdminState, user: UserId, name: &str) -> Result<(), Failure> {
    let open = state.store.list_sessions(user, state.clock.now()).await?;
    let found = open.into_iter().find(|session| name_of(&session.token) == name);
    let session = found.ok_or(StoreError::NotFound { what: What::Session })?;
    Ok(state.store.delete_session(&session.token).await?)
}

/// Where one is logged in, the session used last first.
#[utoipa::path(get, path = "/api/user/self/sessions", tag = "Profile",
    responses((status = 200, description = "The sessions.", body = Envelope<Vec<SessionView>>)))]
async fn list_sessions(State(state): State<Arc<AdminState>>, AsUser(me): AsUser) -> Reply<Vec<SessionView>> {
    found(sessions(&state, &me, me.user.id).await?)
}

/// End all of one's own sessions but the one that asks.
#[utoipa::path(delete, path = "/api/user/self/sessions", tag = "Profile",
    responses((status = 200, description = "Ended.", body = Envelope<Nothing>)))]
async fn end_other_sessions(State(state): State<Arc<AdminState>>, AsUser(me): AsUser) -> Reply<Nothing> {
    match me.proof {
        Proof::Session(token) => state.store.delete_other_sessions(me.user.id, &token).await?,
        Proof::AccessToken => state.store.delete_sessions_of(me.user.id).await?,
    };
    done()
}

/// End one of one's own sessions; it stops working at once.
#[utoipa::path(delete, path = "/api/user/self/sessions/{session}", tag = "Profile",
    params(("session" = String, Path, description = "Id of the session.")),
    responses((status = 200, description = "Ended.", body = Envelope<Nothing>)))]
async fn end_session(State(state): State<Arc<AdminState>>, AsUser(me): AsUser, At(name): At<String>) -> Reply<Nothing> {
    end(&state, me.user.id, &name).await?;
    done()
}

/// Where a user is logged in, the session used last first.
#[utoipa::path(get, path = "/api/user/{id}/sessions", tag = "Users", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The sessions.", body = Envelope<Vec<SessionView>>)))]
async fn list_sessions_of(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    At(id): At<i64>,
) -> Reply<Vec<SessionView>> {
    let user = touchable(&state, &me, UserId(id)).await?;
    found(sessions(&state, &me, user.id).await?)
}

/// End all sessions of a user.
#[utoipa::path(delete, path = "/api/user/{id}/sessions", tag = "Users", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "Ended.", body = Envelope<Nothing>)))]
async fn end_sessions_of(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    At(id): At<i64>,
) -> Reply<Nothing> {
    let user = touchable(&state, &me, UserId(id)).await?;
    state.store.delete_sessions_of(user.id).await?;
    done()
}

/// End one session of a user; it stops working at once.
#[utoipa::path(delete, path = "/api/user/{id}/sessions/{session}", tag = "Users",
    params(("id" = i64, Path, description = "Id."), ("session" = String, Path, description = "Id of the session.")),
    responses((status = 200, description = "Ended.", body = Envelope<Nothing>)))]
async fn end_session_of(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    At((id, name)): At<(i64, String)>,
) -> Reply<Nothing> {
    let user = touchable(&state, &me, UserId(id)).await?;
    end(&state, user.id, &name).await?;
    done()
}
