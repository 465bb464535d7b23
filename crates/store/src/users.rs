//! Users: who may log in, and who owns keys.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::UserId;
use sluice_domain::limit::Limits;
use sluice_domain::user::{Funding, Role, User};
use sluice_domain::{ExposeSecret, SecretString};

use crate::entities::{session, user};
use crate::groups::checked_group;
use crate::json::{optional_from_text, optional_to_text};
use crate::search::any_contains;
use crate::store::{commit, corrupt, db};
use crate::text::{NAME_CHARS, checked, checked_name};
use crate::{Page, PageRequest, Store, StoreError, TokenHash, What};

const USERNAME_CHARS: usize = 64;
const MAIL_CHARS: usize = 255;
const PASSWORD_HASH_CHARS: usize = 255;

/// What a new user starts with.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Login name, unique, 1 to 64 characters.
    pub username: String,
    /// Name shown to people.
    pub display_name: String,
    /// Mail address, may be empty.
    pub email: String,
    /// What the user may do.
    pub role: Role,
    /// Whether the user may log in.
    pub enabled: bool,
    /// Who pays for its calls.
    pub funding: Funding,
    /// Name of its group, 1 to 64 characters; the group need not exist.
    pub group: String,
    /// How much all its keys together may ask for.
    pub limits: Limits,
    /// PHC string; `None` for a user that cannot log in with a password.
    pub password_hash: Option<SecretString>,
    /// Now.
    pub created_at: Timestamp,
}

/// A change of a user; absent fields keep their value.
#[derive(Debug, Clone, Default)]
pub struct UserPatch {
    /// See [`User::username`].
    pub username: Option<String>,
    /// See [`User::display_name`].
    pub display_name: Option<String>,
    /// See [`User::email`].
    pub email: Option<String>,
    /// See [`User::role`].
    pub role: Option<Role>,
    /// See [`User::enabled`].
    pub enabled: Option<bool>,
    /// See [`User::funding`].
    pub funding: Option<Funding>,
    /// See [`User::group`].
    pub group: Option<String>,
    /// See [`User::limits`]; all three at once.
    pub limits: Option<Limits>,
}

/// Which users are wanted.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Part of the name, display name or mail address, any case; or the id.
    pub keyword: Option<String>,
    /// Only users with this role.
    pub role: Option<Role>,
}

/// A user with the hash that its password is checked against.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user.
    pub user: User,
    /// PHC string; `None` when no password works.
    pub password_hash: Option<SecretString>,
}

impl Store {
    /// Makes a user.
    ///
    /// # Errors
    /// `Conflict` when the name is taken, `Invalid` when a text is too long or the name empty.
    pub async fn create_user(&self, new: NewUser) -> Result<User, StoreError> {
        let tx = self.begin_change().await?;
        let user = insert(&tx, new).await?;
        commit(tx).await?;
        Ok(user)
    }

    /// Makes the first administrator, unless one exists: of two calls at once, one succeeds.
    ///
    /// # Errors
    /// `Conflict` when a root user exists already or the name is taken.
    pub async fn create_first_root(&self, new: NewUser) -> Result<User, StoreError> {
        // Changes come one after the other, so that nobody else can make a root between the look and the insert.
        let tx = self.begin_change().await?;
        if has_root(&tx).await? {
            return Err(StoreError::Conflict { what: What::User });
        }
        let user = insert(&tx, NewUser { role: Role::Root, enabled: true, ..new }).await?;
        commit(tx).await?;
        Ok(user)
    }

    /// Returns the user with this id.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        find(self.reader(), id).await?.map(to_user).transpose()
    }

    /// Returns the user with this name and its password hash.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_login(&self, username: &str) -> Result<Option<Login>, StoreError> {
        let name = user::Column::Username.eq(username.trim());
        let row = user::Entity::find().filter(name).one(self.reader()).await.map_err(db(What::User))?;
        row.map(to_login).transpose()
    }

    /// Returns the user with this id and its password hash.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_login_by_id(&self, id: UserId) -> Result<Option<Login>, StoreError> {
        find(self.reader(), id).await?.map(to_login).transpose()
    }

    /// Returns users, newest first.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_users(&self, filter: &UserFilter, page: PageRequest) -> Result<Page<User>, StoreError> {
        let page = page.bounded();
        let wanted = user::Entity::find().filter(condition(filter));
        let total = wanted.clone().count(self.reader()).await.map_err(db(What::User))?;
        let rows = wanted
            .order_by_desc(user::Column::Id)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.reader())
            .await
            .map_err(db(What::User))?;
        Ok(Page { items: rows.into_iter().map(to_user).collect::<Result<_, _>>()?, total })
    }

    /// Changes a user and returns it as it is now.
    ///
    /// # Errors
    /// `NotFound`, or `Conflict` when the new name is taken.
    pub async fn update_user(&self, id: UserId, patch: UserPatch) -> Result<User, StoreError> {
        let tx = self.begin_change().await?;
        let row = find(&tx, id).await?.ok_or(StoreError::NotFound { what: What::User })?;
        user::Entity::update(patched(row, patch)?).exec_without_returning(&tx).await.map_err(db(What::User))?;
        let user = find(&tx, id).await?.ok_or(StoreError::NotFound { what: What::User }).and_then(to_user)?;
        commit(tx).await?;
        Ok(user)
    }

    /// Sets the password hash (a PHC string) and ends all sessions of the user but `keep`.
    ///
    /// # Errors
    /// `NotFound` when the user does not exist, `Invalid` when the text is too long.
    pub async fn set_password_hash(
        &self,
        id: UserId,
        hash: &SecretString,
        keep: Option<&TokenHash>,
    ) -> Result<(), StoreError> {
        let hash = checked_hash(hash)?;
        let tx = self.begin_change().await?;
        let updated = user::Entity::update_many()
            .col_expr(user::Column::PasswordHash, Expr::value(hash))
            .filter(user::Column::Id.eq(id.0))
            .exec(&tx)
            .await
            .map_err(db(What::User))?;
        if updated.rows_affected == 0 {
            return Err(StoreError::NotFound { what: What::User });
        }
        let mut others = Condition::all().add(session::Column::UserId.eq(id.0));
        if let Some(keep) = keep {
            others = others.add(session::Column::TokenHash.ne(keep.to_hex()));
        }
        session::Entity::delete_many().filter(others).exec(&tx).await.map_err(db(What::Session))?;
        commit(tx).await
    }

    /// Deletes a user with its keys, sessions and access tokens; the records of its calls stay.
    ///
    /// # Errors
    /// `NotFound` when the user does not exist.
    pub async fn delete_user(&self, id: UserId) -> Result<(), StoreError> {
        let tx = self.begin_change().await?;
        // The schema takes keys, sessions and access tokens with the user.
        let deleted = user::Entity::delete_by_id(id.0).exec(&tx).await.map_err(db(What::User))?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::NotFound { what: What::User });
        }
        commit(tx).await
    }

    /// Returns the number of users.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn count_users(&self) -> Result<u64, StoreError> {
        user::Entity::find().count(self.reader()).await.map_err(db(What::User))
    }

    /// Returns whether an administrator with all rights exists; until then the set-up page is open.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn has_root(&self) -> Result<bool, StoreError> {
        has_root(self.reader()).await
    }
}

async fn insert(tx: &DatabaseTransaction, new: NewUser) -> Result<User, StoreError> {
    let row = user::ActiveModel {
        id: NotSet,
        username: Set(checked_name("username", &new.username, USERNAME_CHARS)?),
        display_name: Set(checked("display_name", new.display_name, NAME_CHARS)?),
        email: Set(checked("email", new.email, MAIL_CHARS)?),
        role: Set(new.role.number()),
        enabled: Set(new.enabled),
        billed: Set(new.funding == Funding::Billed),
        group_name: Set(checked_group(&new.group)?),
        limits: Set(optional_to_text("limits", &new.limits)?),
        password_hash: Set(new.password_hash.as_ref().map(checked_hash).transpose()?),
        created_at: Set(new.created_at.0),
    };
    let inserted = user::Entity::insert(row).exec(tx).await.map_err(db(What::User))?;
    let id = UserId(inserted.last_insert_id);
    find(tx, id).await?.ok_or(StoreError::NotFound { what: What::User }).and_then(to_user)
}

async fn find<C: ConnectionTrait>(connection: &C, id: UserId) -> Result<Option<user::Model>, StoreError> {
    user::Entity::find_by_id(id.0).one(connection).await.map_err(db(What::User))
}

async fn has_root<C: ConnectionTrait>(connection: &C) -> Result<bool, StoreError> {
    let root = user::Entity::find().filter(user::Column::Role.eq(Role::Root.number()));
    root.one(connection).await.map(|row| row.is_some()).map_err(db(What::User))
}

fn checked_hash(hash: &SecretString) -> Result<String, StoreError> {
    checked("password_hash", hash.expose_secret().to_owned(), PASSWORD_HASH_CHARS)
}

fn condition(filter: &UserFilter) -> Condition {
    let mut all = Condition::all();
    if let Some(role) = filter.role {
        all = all.add(user::Column::Role.eq(role.number()));
    }
    if let Some(keyword) = &filter.keyword {
        let mut any = any_contains(&[user::Column::Username, user::Column::DisplayName, user::Column::Email], keyword);
        if let Ok(id) = keyword.trim().parse::<i64>() {
            any = any.add(user::Column::Id.eq(id));
        }
        all = all.add(any);
    }
    all
}

fn patched(row: user::Model, patch: UserPatch) -> Result<user::ActiveModel, StoreError> {
    let mut row = row.into_active_model();
    if let Some(username) = patch.username {
        row.username = Set(checked_name("username", &username, USERNAME_CHARS)?);
    }
    if let Some(display_name) = patch.display_name {
        row.display_name = Set(checked("display_name", display_name, NAME_CHARS)?);
    }
    if let Some(email) = patch.email {
        row.email = Set(checked("email", email, MAIL_CHARS)?);
    }
    if let Some(group) = patch.group {
        row.group_name = Set(checked_group(&group)?);
    }
    if let Some(limits) = patch.limits {
        row.limits = Set(optional_to_text("limits", &limits)?);
    }
    row.role = patch.role.map_or(row.role, |role| Set(role.number()));
    row.enabled = patch.enabled.map_or(row.enabled, Set);
    row.billed = patch.funding.map_or(row.billed, |funding| Set(funding == Funding::Billed));
    Ok(row)
}

pub(crate) fn to_user(row: user::Model) -> Result<User, StoreError> {
    Ok(User {
        id: UserId(row.id),
        limits: to_limits(&row)?,
        role: Role::try_from(row.role).map_err(|error| corrupt(What::User, row.id, &error.to_string()))?,
        username: row.username,
        display_name: row.display_name,
        email: row.email,
        enabled: row.enabled,
        funding: to_funding(row.billed),
        group: row.group_name,
        created_at: Timestamp(row.created_at),
    })
}

pub(crate) fn to_limits(row: &user::Model) -> Result<Limits, StoreError> {
    optional_from_text(What::User, row.id, row.limits.as_deref())
}

pub(crate) const fn to_funding(billed: bool) -> Funding {
    match billed {
        true => Funding::Billed,
        false => Funding::Unlimited,
    }
}

fn to_login(mut row: user::Model) -> Result<Login, StoreError> {
    let password_hash = row.password_hash.take().map(SecretString::from);
    Ok(Login { user: to_user(row)?, password_hash })
}
