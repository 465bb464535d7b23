//! Login sessions of the console.

use std::net::IpAddr;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::UserId;
use sluice_domain::user::User;

use crate::entities::{session, user};
use crate::store::{corrupt, db};
use crate::text::fitted;
use crate::users::to_user;
use crate::{MAX_PAGE_SIZE, Store, StoreError, TokenHash, What};

const USER_AGENT_CHARS: usize = 255;

/// A login that just happened.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Hash of the random token in the cookie.
    pub token: TokenHash,
    /// Who logged in.
    pub user_id: UserId,
    /// Now.
    pub created_at: Timestamp,
    /// Not valid from this time on.
    pub expires_at: Timestamp,
    /// Where the login came from.
    pub client_ip: Option<IpAddr>,
    /// What the browser called itself; cut at 255 characters.
    pub user_agent: String,
}

/// A session with its user as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who is logged in; disabled users are returned too, with `enabled` false.
    pub user: User,
    /// When the login was.
    pub created_at: Timestamp,
    /// Last use that was noted.
    pub seen_at: Timestamp,
    /// Not valid from this time on.
    pub expires_at: Timestamp,
    /// Where the login came from.
    pub client_ip: Option<IpAddr>,
    /// What the browser called itself.
    pub user_agent: String,
}

/// A session that somebody may end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Hash of the token in the cookie.
    pub token: TokenHash,
    /// When the login was.
    pub created_at: Timestamp,
    /// Last use that was noted.
    pub seen_at: Timestamp,
    /// Not valid from this time on.
    pub expires_at: Timestamp,
    /// Where the login came from; empty where that is not known.
    pub client_ip: String,
    /// What the browser called itself.
    pub user_agent: String,
}

impl Store {
    /// Opens a session.
    ///
    /// # Errors
    /// `NotFound` when the user does not exist.
    pub async fn create_session(&self, new: &NewSession) -> Result<(), StoreError> {
        let row = session::ActiveModel {
            token_hash: Set(new.token.to_hex()),
            user_id: Set(new.user_id.0),
            created_at: Set(new.created_at.0),
            seen_at: Set(new.created_at.0),
            expires_at: Set(new.expires_at.0),
            client_ip: Set(new.client_ip.map(|address| address.to_string())),
            user_agent: Set(fitted(&new.user_agent, USER_AGENT_CHARS)),
        };
        session::Entity::insert(row).exec_without_returning(self.writer()).await.map_err(db(What::Session))?;
        Ok(())
    }

    /// Returns the session with this token that is still valid at `now`, with its user read in the same query.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_session(&self, token: &TokenHash, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let row = session::Entity::find_by_id(token.to_hex())
            .filter(session::Column::ExpiresAt.gt(now.0))
            .find_also_related(user::Entity)
            .one(self.reader())
            .await
            .map_err(db(What::Session))?;
        match row {
            Some((row, Some(owner))) => to_session(row, owner).map(Some),
            Some((_, None)) | None => Ok(None),
        }
    }

    /// Notes a use, and moves the end to `expires_at`.
    ///
    /// # Errors
    /// `NotFound` when the session is gone.
    pub async fn touch_session(
        &self,
        token: &TokenHash,
        seen_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let touched = session::Entity::update_many()
            .col_expr(session::Column::SeenAt, Expr::value(seen_at.0))
            .col_expr(session::Column::ExpiresAt, Expr::value(expires_at.0))
            .filter(session::Column::TokenHash.eq(token.to_hex()))
            .exec(self.writer())
            .await
            .map_err(db(What::Session))?;
        if touched.rows_affected == 1 { Ok(()) } else { Err(StoreError::NotFound { what: What::Session }) }
    }

    /// Ends a session; one that is gone already is fine.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn delete_session(&self, token: &TokenHash) -> Result<(), StoreError> {
        session::Entity::delete_by_id(token.to_hex()).exec(self.writer()).await.map_err(db(What::Session))?;
        Ok(())
    }

    /// Returns the sessions of a user that are valid at `now` with the hashes of their tokens, the one used last first, at
    /// most a thousand.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<OpenSession>, StoreError> {
        let rows = session::Entity::find()
            .filter(session::Column::UserId.eq(user.0))
            .filter(session::Column::ExpiresAt.gt(now.0))
            .order_by_desc(session::Column::SeenAt)
            .limit(MAX_PAGE_SIZE)
            .all(self.reader())
            .await
            .map_err(db(What::Session))?;
        let open = |row: session::Model| {
            let token = TokenHash::from_hex(&row.token_hash);
            Ok(OpenSession {
                token: token.ok_or_else(|| corrupt(What::Session, row.user_id, "its token's hash does not parse"))?,
                created_at: Timestamp(row.created_at),
                seen_at: Timestamp(row.seen_at),
                expires_at: Timestamp(row.expires_at),
                client_ip: row.client_ip.unwrap_or_default(),
                user_agent: row.user_agent,
            })
        };
        rows.into_iter().map(open).collect()
    }

    /// Ends all sessions of a user but `keep`, and returns how many there were.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn delete_other_sessions(&self, user: UserId, keep: &TokenHash) -> Result<u64, StoreError> {
        let others = session::Entity::delete_many()
            .filter(session::Column::UserId.eq(user.0))
            .filter(session::Column::TokenHash.ne(keep.to_hex()));
        others.exec(self.writer()).await.map(|deleted| deleted.rows_affected).map_err(db(What::Session))
    }

    /// Ends all sessions of a user and returns how many there were.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn delete_sessions_of(&self, user: UserId) -> Result<u64, StoreError> {
        let of_user = session::Entity::delete_many().filter(session::Column::UserId.eq(user.0));
        of_user.exec(self.writer()).await.map(|deleted| deleted.rows_affected).map_err(db(What::Session))
    }

    /// Removes sessions that ended before `now` and returns how many there were.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn purge_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let ended = session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now.0));
        ended.exec(self.writer()).await.map(|deleted| deleted.rows_affected).map_err(db(What::Session))
    }
}

fn to_session(row: session::Model, owner: user::Model) -> Result<Session, StoreError> {
    let client_ip = row.client_ip.map(|address| address.parse()).transpose();
    Ok(Session {
        created_at: Timestamp(row.created_at),
        seen_at: Timestamp(row.seen_at),
        expires_at: Timestamp(row.expires_at),
        client_ip: client_ip.map_err(|_| corrupt(What::Session, owner.id, "its address does not parse"))?,
        user: to_user(owner)?,
        user_agent: row.user_agent,
    })
}
