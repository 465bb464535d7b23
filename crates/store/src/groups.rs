//! Groups of users that pay the same.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use sluice_domain::clock::Timestamp;
use sluice_domain::limit::Limits;
use sluice_domain::price::Multiplier;
use sluice_domain::user::Group;

use crate::entities::{group, user};
use crate::json::{optional_from_text, optional_to_text};
use crate::store::{commit, corrupt, db};
use crate::text::{LONG_CHARS, checked, checked_name};
use crate::{Store, StoreError, What};

/// Longest name of a group, in characters.
pub(crate) const GROUP_CHARS: usize = 64;
/// A million times: more is a slip of the pen, and products of it would not fit into an account.
const MAX_MULTIPLIER: Multiplier = Multiplier(1_000_000 * Multiplier::ONE.0);
/// Users that are named when a group cannot be deleted; more are counted.
const NAMED_MAX: u64 = 10;

impl Store {
    /// Returns all groups by name.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_groups(&self) -> Result<Vec<Group>, StoreError> {
        all(self.reader()).await?.into_iter().map(to_group).collect()
    }

    /// Makes a group, or changes the one of this name, and returns it as it is now.
    ///
    /// # Errors
    /// `Invalid` when the name is empty, a text too long or the multiplier too large.
    pub async fn put_group(&self, group: &Group, now: Timestamp) -> Result<Group, StoreError> {
        let mut row = group::ActiveModel {
            name: Set(checked_group(&group.name)?),
            multiplier: Set(checked_multiplier(group.multiplier)?),
            limits: Set(optional_to_text("limits", &group.limits)?),
            remark: Set(checked("remark", group.remark.clone(), LONG_CHARS)?),
            created_at: Set(now.0),
        };
        let tx = self.begin_change().await?;
        match find(&tx, &group.name).await? {
            Some(known) => {
                row.created_at = Set(known.created_at);
                group::Entity::update(row).exec_without_returning(&tx).await.map_err(db(What::Group))?;
            }
            None => {
                group::Entity::insert(row).exec_without_returning(&tx).await.map_err(db(What::Group))?;
            }
        }
        let put = find(&tx, &group.name).await?;
        commit(tx).await?;
        put.ok_or(StoreError::NotFound { what: What::Group }).and_then(to_group)
    }

    /// Deletes a group that nobody is in: a price must not change because something was cleaned up.
    ///
    /// # Errors
    /// `NotFound` when it does not exist, `InUse` when users are in it.
    pub async fn delete_group(&self, name: &str) -> Result<(), StoreError> {
        let tx = self.begin_change().await?;
        let deleted = group::Entity::delete_by_id(name.trim()).exec(&tx).await.map_err(db(What::Group))?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::NotFound { what: What::Group });
        }
        refuse_if_used(&tx, name.trim()).await?;
        commit(tx).await
    }
}

/// Reads all groups by name.
pub(crate) async fn all<C: ConnectionTrait>(connection: &C) -> Result<Vec<group::Model>, StoreError> {
    group::Entity::find().order_by_asc(group::Column::Name).all(connection).await.map_err(db(What::Group))
}

/// Finds a group by its name.
pub(crate) async fn find<C: ConnectionTrait>(connection: &C, name: &str) -> Result<Option<group::Model>, StoreError> {
    group::Entity::find_by_id(name.trim()).one(connection).await.map_err(db(What::Group))
}

async fn refuse_if_used(tx: &DatabaseTransaction, name: &str) -> Result<(), StoreError> {
    let members = user::Entity::find().filter(user::Column::GroupName.eq(name));
    let count = members.clone().count(tx).await.map_err(db(What::User))?;
    if count == 0 {
        return Ok(());
    }
    let named =
        members.select_only().column(user::Column::Username).order_by_asc(user::Column::Username).limit(NAMED_MAX);
    let named: Vec<String> = named.into_tuple().all(tx).await.map_err(db(What::User))?;
    let mut by = named.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let unnamed = count.saturating_sub(named.len() as u64);
    if unnamed > 0 {
        by.push_str(&format!(", … (+{unnamed})"));
    }
    Err(StoreError::InUse { what: What::Group, by })
}

pub(crate) fn to_group(row: group::Model) -> Result<Group, StoreError> {
    let multiplier = to_multiplier(What::Group, &row.name, row.multiplier)?;
    let limits = to_limits(&row)?;
    Ok(Group { name: row.name, multiplier, limits, remark: row.remark })
}

pub(crate) fn to_limits(row: &group::Model) -> Result<Limits, StoreError> {
    optional_from_text(What::Group, &row.name, row.limits.as_deref())
}

pub(crate) fn checked_group(name: &str) -> Result<String, StoreError> {
    checked_name("group", name, GROUP_CHARS)
}

/// Returns the column of a multiplier that is not absurd.
pub(crate) fn checked_multiplier(multiplier: Multiplier) -> Result<i64, StoreError> {
    let fitting = i64::try_from(multiplier.0).ok().filter(|_| multiplier <= MAX_MULTIPLIER);
    fitting.ok_or_else(|| StoreError::Invalid {
        field: "multiplier",
        problem: format!("must not be larger than {MAX_MULTIPLIER}"),
    })
}

/// Reads the column of a multiplier.
pub(crate) fn to_multiplier(what: What, row: impl std::fmt::Display, parts: i64) -> Result<Multiplier, StoreError> {
    u64::try_from(parts).map(Multiplier).map_err(|_| corrupt(what, row, "its multiplier is negative"))
}
