//! Personal access tokens: what scripts use in a user's name. Only their hashes are kept.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{AccessTokenId, UserId};
use sluice_domain::user::User;

use crate::entities::{personal_token, user};
use crate::store::{commit, db};
use crate::text::{NAME_CHARS, checked_name};
use crate::users::to_user;
use crate::{Store, StoreError, TokenHash, What};

/// Tokens that one user may have.
const MAX_TOKENS: u64 = 50;

/// A token to make.
#[derive(Debug, Clone)]
pub struct NewAccessToken {
    /// Whose.
    pub user_id: UserId,
    /// What it is for, 1 to 128 characters.
    pub name: String,
    /// Hash of the token.
    pub token: TokenHash,
    /// Now.
    pub created_at: Timestamp,
    /// Not valid from this time on; `None` for no end.
    pub expires_at: Option<Timestamp>,
}

/// A token, without anything that it could be guessed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// Row id.
    pub id: AccessTokenId,
    /// Whose.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Not valid from this time on.
    pub expires_at: Option<Timestamp>,
    /// Last use that was noted.
    pub used_at: Option<Timestamp>,
}

impl Store {
    /// Makes a token beside those that the user has.
    ///
    /// # Errors
    /// `Invalid` when the name does not fit or the user has as many as it may have, `NotFound` without the user.
    pub async fn create_access_token(&self, new: &NewAccessToken) -> Result<AccessToken, StoreError> {
        let tx = self.begin_change().await?;
        let token = insert(&tx, new).await?;
        commit(tx).await?;
        Ok(token)
    }

    /// Makes a token in place of all of the user's that have its name; they stop working at once.
    ///
    /// # Errors
    /// See [`Store::create_access_token`].
    pub async fn replace_access_token(&self, new: &NewAccessToken) -> Result<AccessToken, StoreError> {
        let tx = self.begin_change().await?;
        let same = personal_token::Column::Name.eq(new.name.trim());
        let old = personal_token::Entity::delete_many().filter(of(new.user_id)).filter(same);
        old.exec(&tx).await.map_err(db(What::AccessToken))?;
        let token = insert(&tx, new).await?;
        commit(tx).await?;
        Ok(token)
    }

    /// Returns a user's tokens, newest first, those that have ended too.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_access_tokens(&self, user: UserId) -> Result<Vec<AccessToken>, StoreError> {
        let rows = personal_token::Entity::find()
            .filter(of(user))
            .order_by_desc(personal_token::Column::Id)
            .limit(MAX_TOKENS)
            .all(self.reader())
            .await
            .map_err(db(What::AccessToken))?;
        Ok(rows.into_iter().map(to_token).collect())
    }

    /// Removes one of a user's tokens.
    ///
    /// # Errors
    /// `NotFound` when the user has no such token.
    pub async fn revoke_access_token(&self, user: UserId, id: AccessTokenId) -> Result<(), StoreError> {
        let one = of(user).add(personal_token::Column::Id.eq(id.0));
        match self.delete_tokens(one).await? {
            0 => Err(StoreError::NotFound { what: What::AccessToken }),
            _ => Ok(()),
        }
    }

    /// Removes all tokens of a user and returns how many there were.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn revoke_access_tokens_of(&self, user: UserId) -> Result<u64, StoreError> {
        self.delete_tokens(of(user)).await
    }

    /// Returns a token that is valid at `now` with its user as it is now, disabled or not.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_access_token(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<(AccessToken, User)>, StoreError> {
        let valid = Condition::any()
            .add(personal_token::Column::ExpiresAt.is_null())
            .add(personal_token::Column::ExpiresAt.gt(now.0));
        let row = personal_token::Entity::find()
            .filter(personal_token::Column::TokenHash.eq(token.to_hex()))
            .filter(valid)
            .find_also_related(user::Entity)
            .one(self.reader())
            .await
            .map_err(db(What::AccessToken))?;
        match row {
            Some((row, Some(owner))) => Ok(Some((to_token(row), to_user(owner)?))),
            Some((_, None)) | None => Ok(None),
        }
    }

    /// Notes a use.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn touch_access_token(&self, id: AccessTokenId, now: Timestamp) -> Result<(), StoreError> {
        let used = personal_token::Entity::update_many()
            .col_expr(personal_token::Column::UsedAt, Expr::value(now.0))
            .filter(personal_token::Column::Id.eq(id.0));
        used.exec(self.writer()).await.map(drop).map_err(db(What::AccessToken))
    }

    async fn delete_tokens(&self, which: Condition) -> Result<u64, StoreError> {
        let deleted = personal_token::Entity::delete_many().filter(which).exec(self.writer()).await;
        deleted.map(|deleted| deleted.rows_affected).map_err(db(What::AccessToken))
    }
}

fn of(user: UserId) -> Condition {
    Condition::all().add(personal_token::Column::UserId.eq(user.0))
}

async fn insert<C: ConnectionTrait>(connection: &C, new: &NewAccessToken) -> Result<AccessToken, StoreError> {
    let count = personal_token::Entity::find().filter(of(new.user_id)).count(connection).await;
    if count.map_err(db(What::AccessToken))? >= MAX_TOKENS {
        let problem = format!("cannot be one more: a user has at most {MAX_TOKENS}; revoke one first");
        return Err(StoreError::Invalid { field: "access_token", problem });
    }
    let row = personal_token::ActiveModel {
        id: NotSet,
        user_id: Set(new.user_id.0),
        name: Set(checked_name("name", &new.name, NAME_CHARS)?),
        token_hash: Set(new.token.to_hex()),
        created_at: Set(new.created_at.0),
        expires_at: Set(new.expires_at.map(|expires| expires.0)),
        used_at: Set(None),
    };
    let inserted = personal_token::Entity::insert(row).exec(connection).await.map_err(db(What::AccessToken))?;
    Ok(AccessToken {
        id: AccessTokenId(inserted.last_insert_id),
        user_id: new.user_id,
        name: new.name.trim().to_owned(),
        created_at: new.created_at,
        expires_at: new.expires_at,
        used_at: None,
    })
}

fn to_token(row: personal_token::Model) -> AccessToken {
    AccessToken {
        id: AccessTokenId(row.id),
        user_id: UserId(row.user_id),
        name: row.name,
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
        used_at: row.used_at.map(Timestamp),
    }
}
