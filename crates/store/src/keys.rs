//! Keys that callers present.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::key::{Caller, Key, KeyBilling, KeyFunding, KeyHash};
use sluice_domain::ledger::BudgetScope;
use sluice_domain::limit::Limits;
use sluice_domain::route::policy::Scope;
use sluice_domain::user::DEFAULT_GROUP;

use crate::entities::{key, user};
use crate::groups::{self, checked_multiplier, to_multiplier};
use crate::json::{optional_from_text, optional_to_text};
use crate::ledger::budgets_of;
use crate::store::{commit, corrupt, db};
use crate::text::{LONG_CHARS, NAME_CHARS, checked, checked_name};
use crate::users::{self, to_funding};
use crate::{Page, PageRequest, Store, StoreError, What};

const LAST4_CHARS: usize = 8;

/// What a new key starts with.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Name given by the owner.
    pub name: String,
    /// SHA-256 of the key's body, see [`crate::hash_key`].
    pub hash: KeyHash,
    /// Last four characters of the key, to tell keys apart.
    pub last4: String,
    /// Whether it works.
    pub enabled: bool,
    /// Refused from this time on; `None` never expires.
    pub expires_at: Option<Timestamp>,
    /// Models it may use.
    pub models: ModelList,
    /// Addresses it may be used from.
    pub addresses: AddressList,
    /// How its calls are paid for.
    pub billing: KeyBilling,
    /// How much it may ask for.
    pub limits: Limits,
    /// Where its calls may go.
    pub scope: Scope,
    /// Now.
    pub created_at: Timestamp,
}

/// A change of a key; absent fields keep their value.
#[derive(Debug, Clone, Default)]
pub struct KeyPatch {
    /// See [`Key::name`].
    pub name: Option<String>,
    /// See [`Key::enabled`].
    pub enabled: Option<bool>,
    /// See [`Key::expires_at`]; `Some(None)` never expires.
    pub expires_at: Option<Option<Timestamp>>,
    /// See [`Key::models`].
    pub models: Option<ModelList>,
    /// See [`Key::addresses`].
    pub addresses: Option<AddressList>,
    /// See [`Key::billing`].
    pub billing: Option<KeyBilling>,
    /// See [`Key::limits`]; all three at once.
    pub limits: Option<Limits>,
    /// See [`Key::scope`]; all of it at once.
    pub scope: Option<Scope>,
}

/// The secret that a key gets in place of another.
#[derive(Debug, Clone)]
pub struct Rotated {
    /// See [`NewKey::hash`].
    pub hash: KeyHash,
    /// See [`NewKey::last4`].
    pub last4: String,
    /// Until when the present secret works too; `None` ends it at once.
    pub grace_ends: Option<Timestamp>,
}

impl Store {
    /// Makes a key of `user`.
    ///
    /// # Errors
    /// `NotFound` when the user does not exist, `Conflict` when the key exists already.
    pub async fn create_key(&self, user: UserId, new: NewKey) -> Result<Key, StoreError> {
        let row = key::ActiveModel {
            id: NotSet,
            user_id: Set(user.0),
            name: Set(checked_name("name", &new.name, NAME_CHARS)?),
            key_hash: Set(hex::encode(new.hash.0)),
            last4: Set(checked("last4", new.last4, LAST4_CHARS)?),
            enabled: Set(new.enabled),
            expires_at: Set(new.expires_at.map(|expiry| expiry.0)),
            models: Set(checked("models", new.models.to_text(), LONG_CHARS)?),
            addresses: Set(checked("addresses", new.addresses.to_text(), LONG_CHARS)?),
            funding: Set(new.billing.funding.as_str().to_owned()),
            multiplier: Set(checked_multiplier(new.billing.multiplier)?),
            shows_cost: Set(new.billing.shows_cost),
            limits: Set(optional_to_text("limits", &new.limits)?),
            scope: Set(optional_to_text("scope", &new.scope)?),
            created_at: Set(new.created_at.0),
            accessed_at: Set(None),
            previous_hash: Set(None),
            previous_until: Set(None),
        };
        let tx = self.begin_change().await?;
        let inserted = key::Entity::insert(row).exec(&tx).await.map_err(db(What::Key))?;
        let made = find(&tx, KeyId(inserted.last_insert_id), None).await?;
        commit(tx).await?;
        made.ok_or(StoreError::NotFound { what: What::Key }).and_then(to_key)
    }

    /// Returns keys, newest first: those of `for_user`, or of everybody.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn list_keys(&self, for_user: Option<UserId>, page: PageRequest) -> Result<Page<Key>, StoreError> {
        let page = page.bounded();
        let wanted = key::Entity::find().filter(owned_by(for_user));
        let total = wanted.clone().count(self.reader()).await.map_err(db(What::Key))?;
        let rows = wanted
            .order_by_desc(key::Column::Id)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.reader())
            .await
            .map_err(db(What::Key))?;
        Ok(Page { items: rows.into_iter().map(to_key).collect::<Result<_, _>>()?, total })
    }

    /// Returns the key, if it exists and belongs to `for_user` where that is given.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_key(&self, id: KeyId, for_user: Option<UserId>) -> Result<Option<Key>, StoreError> {
        find(self.reader(), id, for_user).await?.map(to_key).transpose()
    }

    /// Returns the names of the keys whose calls go to this provider, among few others or none.
    ///
    /// # Errors
    /// `Unavailable` when the database is away, `Corrupt` when a row cannot be read.
    pub async fn keys_bound_to(&self, provider: &str) -> Result<Vec<String>, StoreError> {
        let scoped = key::Entity::find().filter(key::Column::Scope.is_not_null()).order_by_asc(key::Column::Id);
        let rows = scoped.all(self.reader()).await.map_err(db(What::Key))?;
        let keys = rows.into_iter().map(to_key).collect::<Result<Vec<_>, _>>()?;
        let is_bound = |key: &Key| key.scope.providers.iter().any(|name| name == provider);
        Ok(keys.into_iter().filter(is_bound).map(|key| key.name).collect())
    }

    /// Changes a key and returns it as it is now.
    ///
    /// # Errors
    /// `NotFound` when it does not exist or is not `for_user`'s.
    pub async fn update_key(&self, id: KeyId, for_user: Option<UserId>, patch: KeyPatch) -> Result<Key, StoreError> {
        let tx = self.begin_change().await?;
        let row = find(&tx, id, for_user).await?.ok_or(StoreError::NotFound { what: What::Key })?;
        key::Entity::update(patched(row, patch)?).exec_without_returning(&tx).await.map_err(db(What::Key))?;
        let changed = find(&tx, id, for_user).await?;
        commit(tx).await?;
        changed.ok_or(StoreError::NotFound { what: What::Key }).and_then(to_key)
    }

    /// Gives a key another secret and returns it as it is now. The present one works until `grace_ends`, the one before
    /// that no longer.
    ///
    /// # Errors
    /// `NotFound` when it does not exist or is not `for_user`'s, `Conflict` when the secret exists already.
    pub async fn rotate_key(&self, id: KeyId, for_user: Option<UserId>, turn: Rotated) -> Result<Key, StoreError> {
        let tx = self.begin_change().await?;
        let row = find(&tx, id, for_user).await?.ok_or(StoreError::NotFound { what: What::Key })?;
        let present = turn.grace_ends.map(|_| row.key_hash.clone());
        let mut row = row.into_active_model();
        row.key_hash = Set(hex::encode(turn.hash.0));
        row.last4 = Set(checked("last4", turn.last4, LAST4_CHARS)?);
        row.previous_hash = Set(present);
        row.previous_until = Set(turn.grace_ends.map(|end| end.0));
        key::Entity::update(row).exec_without_returning(&tx).await.map_err(db(What::Key))?;
        let changed = find(&tx, id, for_user).await?;
        commit(tx).await?;
        changed.ok_or(StoreError::NotFound { what: What::Key }).and_then(to_key)
    }

    /// Deletes a key; the records of its calls stay.
    ///
    /// # Errors
    /// `NotFound` when it does not exist or is not `for_user`'s.
    pub async fn delete_key(&self, id: KeyId, for_user: Option<UserId>) -> Result<(), StoreError> {
        let tx = self.begin_change().await?;
        let wanted = key::Entity::delete_many().filter(key::Column::Id.eq(id.0)).filter(owned_by(for_user));
        let deleted = wanted.exec(&tx).await.map_err(db(What::Key))?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::NotFound { what: What::Key });
        }
        commit(tx).await
    }

    /// Returns the key with this hash and what a call must know of its owner, whatever state both are in, and every
    /// budget of the two, all as of one moment. Found by the secret that it had before, it expires when that does.
    ///
    /// # Errors
    /// `Unavailable` when the database is away, `Corrupt` when a row cannot be read.
    pub async fn find_caller(&self, hash: &KeyHash) -> Result<Option<Caller>, StoreError> {
        let tx = self.begin_read().await?;
        let hash = hex::encode(hash.0);
        let row = match with_owner(&tx, key::Column::KeyHash.eq(hash.as_str())).await? {
            Some(found) => Some(found),
            None => with_owner(&tx, key::Column::PreviousHash.eq(hash)).await?.map(as_before),
        };
        let Some((row, owner)) = row else { return Ok(None) };
        let scopes = [BudgetScope::Key(KeyId(row.id)), BudgetScope::User(UserId(row.user_id))];
        let budgets = budgets_of(&tx, &scopes).await?;
        let group = owner.as_ref().map_or(DEFAULT_GROUP, |owner| owner.group_name.as_str());
        let group_row = groups::find(&tx, group).await?;
        commit(tx).await?;
        Ok(Some(Caller {
            key: to_key(row)?,
            owner_limits: owner.as_ref().map(users::to_limits).transpose()?.unwrap_or_default(),
            group_limits: group_row.as_ref().map(groups::to_limits).transpose()?.unwrap_or_default(),
            group: group.to_owned(),
            owner_enabled: owner.as_ref().is_some_and(|owner| owner.enabled),
            // Without an owner the key is refused anyway; billed is the side that cannot lose money.
            funding: to_funding(owner.as_ref().is_none_or(|owner| owner.billed)),
            budgets,
        }))
    }

    /// Notes when keys were last used, in one transaction; never moves a time back, leaves the revision alone.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn touch_keys(&self, uses: &[(KeyId, Timestamp)]) -> Result<(), StoreError> {
        if uses.is_empty() {
            return Ok(());
        }
        // In the order of ids, so that two nodes that note the same keys never wait for each other in a circle.
        let mut latest = BTreeMap::new();
        for (id, used_at) in uses {
            let known = latest.entry(*id).or_insert(*used_at);
            *known = (*known).max(*used_at);
        }
        let tx = self.begin_write().await?;
        for (id, used_at) in latest {
            let older = key::Column::AccessedAt.is_null().or(key::Column::AccessedAt.lt(used_at.0));
            key::Entity::update_many()
                .col_expr(key::Column::AccessedAt, Expr::value(used_at.0))
                .filter(key::Column::Id.eq(id.0))
                .filter(older)
                .exec(&tx)
                .await
                .map_err(db(What::Key))?;
        }
        commit(tx).await
    }
}

async fn with_owner<C: ConnectionTrait>(
    connection: &C,
    condition: Expr,
) -> Result<Option<(key::Model, Option<user::Model>)>, StoreError> {
    let wanted = key::Entity::find().filter(condition).find_also_related(user::Entity);
    wanted.one(connection).await.map_err(db(What::Key))
}

/// Returns a key as it is for those who present the secret that it had before.
fn as_before((row, owner): (key::Model, Option<user::Model>)) -> (key::Model, Option<user::Model>) {
    let ends = row.previous_until.unwrap_or(0);
    let expires_at = Some(row.expires_at.map_or(ends, |expiry| Ord::min(expiry, ends)));
    (key::Model { expires_at, ..row }, owner)
}

async fn find<C: ConnectionTrait>(
    connection: &C,
    id: KeyId,
    for_user: Option<UserId>,
) -> Result<Option<key::Model>, StoreError> {
    key::Entity::find_by_id(id.0).filter(owned_by(for_user)).one(connection).await.map_err(db(What::Key))
}

fn owned_by(user: Option<UserId>) -> Condition {
    user.map_or_else(Condition::all, |user| Condition::all().add(key::Column::UserId.eq(user.0)))
}

fn patched(row: key::Model, patch: KeyPatch) -> Result<key::ActiveModel, StoreError> {
    let mut row = row.into_active_model();
    if let Some(name) = patch.name {
        row.name = Set(checked_name("name", &name, NAME_CHARS)?);
    }
    if let Some(models) = patch.models {
        row.models = Set(checked("models", models.to_text(), LONG_CHARS)?);
    }
    if let Some(addresses) = patch.addresses {
        row.addresses = Set(checked("addresses", addresses.to_text(), LONG_CHARS)?);
    }
    if let Some(billing) = patch.billing {
        row.funding = Set(billing.funding.as_str().to_owned());
        row.multiplier = Set(checked_multiplier(billing.multiplier)?);
        row.shows_cost = Set(billing.shows_cost);
    }
    if let Some(limits) = patch.limits {
        row.limits = Set(optional_to_text("limits", &limits)?);
    }
    if let Some(scope) = patch.scope {
        row.scope = Set(optional_to_text("scope", &scope)?);
    }
    row.enabled = patch.enabled.map_or(row.enabled, Set);
    row.expires_at = patch.expires_at.map_or(row.expires_at, |expiry| Set(expiry.map(|expiry| expiry.0)));
    Ok(row)
}

fn to_key(row: key::Model) -> Result<Key, StoreError> {
    let addresses = AddressList::parse(&row.addresses);
    Ok(Key {
        billing: to_billing(&row)?,
        limits: optional_from_text(What::Key, row.id, row.limits.as_deref())?,
        scope: optional_from_text(What::Key, row.id, row.scope.as_deref())?,
        id: KeyId(row.id),
        user_id: UserId(row.user_id),
        name: row.name,
        last4: row.last4,
        enabled: row.enabled,
        expires_at: row.expires_at.map(Timestamp),
        models: ModelList::parse(&row.models),
        addresses: addresses.map_err(|error| corrupt(What::Key, row.id, &error.to_string()))?,
        created_at: Timestamp(row.created_at),
        accessed_at: row.accessed_at.map(Timestamp),
        previous_until: row.previous_hash.and(row.previous_until).map(Timestamp),
    })
}

fn to_billing(row: &key::Model) -> Result<KeyBilling, StoreError> {
    let funding = KeyFunding::from_name(&row.funding);
    Ok(KeyBilling {
        funding: funding.ok_or_else(|| corrupt(What::Key, row.id, "its funding is not known"))?,
        multiplier: to_multiplier(What::Key, row.id, row.multiplier)?,
        shows_cost: row.shows_cost,
    })
}
