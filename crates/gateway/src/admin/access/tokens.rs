//! Personal access tokens: one's own, and for administrators those of users below them. A token is shown once, when it is
//! made; afterwards only its hash is there. None can be made with a token: who steals one must not be able to keep it.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccessTokenId, UserId};
use sluice_store::{AccessToken, NewAccessToken, hash_token};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AsAdmin, AsUser};
use crate::admin::AdminState;
use crate::admin::docs::Spellings;
use crate::admin::users::touchable;
use crate::admin::wire::input::required_text;
use crate::admin::wire::{
    At, Body, Envelope, Failure, Language, Note, Nothing, Problem, Reply, done, found, found_with,
};

/// What the token is called that the old path makes.
const DEFAULT_NAME: &str = "default";
const NEVER: i64 = -1;

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default()
        .serve(routes!(list_tokens, create_token))
        .serve(routes!(revoke_token))
        .serve(routes!(make_access_token_by_get, make_access_token, revoke_access_tokens))
        .serve(routes!(list_tokens_of))
        .serve(routes!(revoke_token_of))
}

/// A personal access token, without the token itself.
#[derive(Debug, Serialize, ToSchema)]
struct TokenView {
    id: i64,
    /// What it is for.
    name: String,
    /// When it was made, Unix seconds.
    created_time: i64,
    /// Refused from this time on, Unix seconds; -1 never.
    expired_time: i64,
    /// When it was last used, Unix seconds, to a few minutes; 0 never.
    used_time: i64,
}

impl From<AccessToken> for TokenView {
    fn from(token: AccessToken) -> Self {
        Self {
            id: token.id.0,
            name: token.name,
            created_time: token.created_at.unix_secs(),
            expired_time: token.expires_at.map_or(NEVER, Timestamp::unix_secs),
            used_time: token.used_at.map_or(0, Timestamp::unix_secs),
        }
    }
}

/// A token that was just made.
#[derive(Debug, Serialize, ToSchema)]
struct NewTokenView {
    /// The token, shown only now.
    token: String,
    #[serde(flatten)]
    view: TokenView,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenInput {
    /// What it is for, 1 to 100 characters.
    name: String,
    /// Refused from this time on, Unix seconds; -1 never (default).
    expired_time: Option<i64>,
}

impl TokenInput {
    fn expires_at(&self, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
        match self.expired_time.unwrap_or(NEVER) {
            NEVER => Ok(None),
            secs if secs > now.unix_secs() => {
                secs.checked_mul(1_000).map(|ms| Some(Timestamp(ms))).ok_or_else(|| Problem::ExpiryInvalid.into())
            }
            _ => Err(Problem::ExpiryPast.with("field", "expired_time")),
        }
    }
}

fn draw(user_id: UserId, name: String, now: Timestamp) -> (String, NewAccessToken) {
    let token = hex::encode(rand::random::<[u8; 32]>());
    let new = NewAccessToken { user_id, name, token: hash_token(&token), created_at: now, expires_at: None };
    (token, new)
}

/// One's own personal access tokens, newest first.
#[utoipa::path(get, path = "/api/user/self/tokens", tag = "Profile",
    responses((status = 200, description = "The tokens.", body = Envelope<Vec<TokenView>>)))]
async fn list_tokens(State(state): State<Arc<AdminState>>, AsUser(me): AsUser) -> Reply<Vec<TokenView>> {
    let tokens = state.store.list_access_tokens(me.user.id).await?;
    found(tokens.into_iter().map(TokenView::from).collect())
}

/// Make a personal access token beside those that there are. Only in a session.
#[utoipa::path(post, path = "/api/user/self/tokens", tag = "Profile", request_body = TokenInput,
    responses((status = 200, description = "The token, shown only now.", body = Envelope<NewTokenView>)))]
async fn create_token(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    language: Language,
    Body(input): Body<TokenInput>,
) -> Reply<NewTokenView> {
    me.session()?;
    let now = state.clock.now();
    let (token, new) = draw(me.user.id, required_text("name", Some(&input.name), 100)?, now);
    let new = NewAccessToken { expires_at: input.expires_at(now)?, ..new };
    let view = state.store.create_access_token(&new).await?.into();
    found_with(Note::ShownOnce.say(language, &[]), NewTokenView { token, view })
}

/// Revoke one of one's own personal access tokens; it stops working at once.
#[utoipa::path(delete, path = "/api/user/self/tokens/{token_id}", tag = "Profile",
    params(("token_id" = i64, Path, description = "Id of the token.")),
    responses((status = 200, description = "Revoked.", body = Envelope<Nothing>)))]
async fn revoke_token(State(state): State<Arc<AdminState>>, AsUser(me): AsUser, At(id): At<i64>) -> Reply<Nothing> {
    state.store.revoke_access_token(me.user.id, AccessTokenId(id)).await?;
    done()
}

/// Make the personal access token named `default`; the one before stops working. Only in a session. Kept for scripts;
/// prefer `POST /api/user/self/tokens`.
#[utoipa::path(get, path = "/api/user/token", tag = "Profile",
    responses((status = 200, description = "The token, shown only now.", body = Envelope<String>)))]
async fn make_access_token_by_get(state: State<Arc<AdminState>>, me: AsUser, language: Language) -> Reply<String> {
    make_access_token(state, me, language).await
}

/// Make the personal access token named `default`; the one before stops working. Only in a session.
#[utoipa::path(post, path = "/api/user/token", tag = "Profile",
    responses((status = 200, description = "The token, shown only now.", body = Envelope<String>)))]
async fn make_access_token(
    State(state): State<Arc<AdminState>>,
    AsUser(me): AsUser,
    language: Language,
) -> Reply<String> {
    me.session()?;
    let (token, new) = draw(me.user.id, DEFAULT_NAME.to_owned(), state.clock.now());
    state.store.replace_access_token(&new).await?;
    found_with(Note::ShownOnce.say(language, &[]), token)
}

/// Revoke all of one's own personal access tokens.
#[utoipa::path(delete, path = "/api/user/token", tag = "Profile",
    responses((status = 200, description = "No token works any more.", body = Envelope<Nothing>)))]
async fn revoke_access_tokens(State(state): State<Arc<AdminState>>, AsUser(me): AsUser) -> Reply<Nothing> {
    state.store.revoke_access_tokens_of(me.user.id).await?;
    done()
}

/// A user's personal access tokens, newest first.
#[utoipa::path(get, path = "/api/user/{id}/tokens", tag = "Users", params(("id" = i64, Path, description = "Id.")),
    responses((status = 200, description = "The tokens.", body = Envelope<Vec<TokenView>>)))]
async fn list_tokens_of(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    At(id): At<i64>,
) -> Reply<Vec<TokenView>> {
    let user = touchable(&state, &me, UserId(id)).await?;
    let tokens = state.store.list_access_tokens(user.id).await?;
    found(tokens.into_iter().map(TokenView::from).collect())
}

/// Revoke a user's personal access token; it stops working at once.
#[utoipa::path(delete, path = "/api/user/{id}/tokens/{token_id}", tag = "Users",
    params(("id" = i64, Path, description = "Id."), ("token_id" = i64, Path, description = "Id of the token.")),
    responses((status = 200, description = "Revoked.", body = Envelope<Nothing>)))]
async fn revoke_token_of(
    State(state): State<Arc<AdminState>>,
    AsAdmin(me): AsAdmin,
    At((id, token)): At<(i64, i64)>,
) -> Reply<Nothing> {
    let user = touchable(&state, &me, UserId(id)).await?;
    state.store.revoke_access_token(user.id, AccessTokenId(token)).await?;
    done()
}
