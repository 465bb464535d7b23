//! Identities: which user asks, how that is proven, and what the role allows. Role and state are read from the
//! database at each request, so that a ban or demotion counts at once.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use sluice_domain::id::UserId;
use sluice_domain::user::{Role, User};
use sluice_store::{TokenHash, hash_token};

use super::cookie::session_token;
use crate::admin::AdminState;
use crate::admin::wire::{Failure, Problem};

/// The last use of a session or token is noted no more often than this.
const NOTE_USE_EVERY: Duration = Duration::from_secs(300);

/// How an identity is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// By the cookie of a login.
    Session(TokenHash),
    /// By a personal access token in the `Authorization` header.
    AccessToken,
}

/// A user who proved to be one.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) user: User,
    pub(crate) proof: Proof,
}

impl Identity {
    /// Finds out who asks. A request with an `Authorization` header is judged by that alone.
    pub(crate) async fn of(headers: &HeaderMap, state: &AdminState) -> Result<Self, Failure> {
        let identity = match headers.get(AUTHORIZATION) {
            Some(header) => by_access_token(header, state).await?,
            None => by_session(headers, state).await?,
        };
        if identity.user.enabled { Ok(identity) } else { Err(Problem::UserDisabled.into()) }
    }

    fn at_least(self, role: Role) -> Result<Self, Failure> {
        if self.user.role >= role { Ok(self) } else { Err(Problem::Forbidden.into()) }
    }

    /// Returns the session, or refuses what a personal access token may not do.
    pub(crate) fn session(&self) -> Result<TokenHash, Failure> {
        match self.proof {
            Proof::Session(token) => Ok(token),
            Proof::AccessToken => Err(Problem::SessionRequired.into()),
        }
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.user.role >= Role::Admin
    }

    /// Returns whether this user may do something to `other`: root to everybody, others to lower roles.
    pub(crate) fn outranks(&self, other: Role) -> bool {
        self.user.role == Role::Root || self.user.role > other
    }

    /// Refuses when the role of a user is not below this one's. A user who was deleted is below everybody.
    pub(crate) async fn may_touch(&self, state: &AdminState, id: UserId) -> Result<(), Failure> {
        let other = state.store.find_user(id).await?;
        if other.is_some_and(|other| !self.outranks(other.role)) { Err(Problem::RoleTooHigh.into()) } else { Ok(()) }
    }
}

async fn by_access_token(header: &HeaderValue, state: &AdminState) -> Result<Identity, Failure> {
    let presented = header.to_str().map_err(|_| Problem::AccessTokenWrong)?.trim();
    let token = match presented.split_at_checked("bearer ".len()) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer ") => token,
        // Scripts of the old gateways send the bare token.
        _ => presented,
    };
    let now = state.clock.now();
    let (token, user) =
        state.store.find_access_token(&hash_token(token), now).await?.ok_or(Problem::AccessTokenWrong)?;
    if token.used_at.is_none_or(|used| used.plus(NOTE_USE_EVERY) < now) {
        // Whether the note succeeds changes nothing for this request.
        state.store.touch_access_token(token.id, now).await.ok();
    }
    Ok(Identity { user, proof: Proof::AccessToken })
}

async fn by_session(headers: &HeaderMap, state: &AdminState) -> Result<Identity, Failure> {
    let token = session_token(headers).ok_or(Problem::Unauthenticated)?;
    let now = state.clock.now();
    let session = state.store.find_session(&token, now).await?.ok_or(Problem::Unauthenticated)?;
    if session.seen_at.plus(NOTE_USE_EVERY) < now {
        // Whether the note succeeds changes nothing for this request.
        state.store.touch_session(&token, now, session.expires_at).await.ok();
    }
    Ok(Identity { user: session.user, proof: Proof::Session(token) })
}

macro_rules! levels {
    ($($(#[$doc:meta])* $name:ident $role:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name(pub(crate) Identity);

        impl FromRequestParts<Arc<AdminState>> for $name {
            type Rejection = Failure;

            async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Failure> {
                Identity::of(&parts.headers, state).await?.at_least(Role::$role).map(Self)
            }
        }
    )+};
}

levels! {
    /// Any user with keys of its own.
    AsUser Common;
    /// An administrator.
    AsAdmin Admin;
    /// The administrator with all rights.
    AsRoot Root;
}
