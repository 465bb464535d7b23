//! Who may look at an account, and who may book to it.

use sluice_domain::id::{AccountId, KeyId, UserId};
use sluice_domain::ledger::{Account, Holder};
use sluice_store::{StoreError, What};

use crate::admin::access::Identity;
use crate::admin::wire::{Failure, Problem};
use crate::admin::{AdminState, keys};

/// Finds an account that `me` may look at: administrators at all, others at their own and those of their keys.
pub(super) async fn visible(state: &AdminState, me: &Identity, id: AccountId) -> Result<Account, Failure> {
    let missing = || Failure::from(StoreError::NotFound { what: What::Account });
    let account = state.store.find_account(id).await?.ok_or_else(missing)?;
    if is_in_sight(state, me, account.holder).await? { Ok(account) } else { Err(missing()) }
}

async fn is_in_sight(state: &AdminState, me: &Identity, holder: Holder) -> Result<bool, Failure> {
    if me.is_admin() {
        return Ok(true);
    }
    match holder {
        Holder::User(user) => Ok(user == me.user.id),
        Holder::Key(key) => Ok(state.store.find_key(key, Some(me.user.id)).await?.is_some()),
        Holder::Organisation(_) | Holder::Revenue(_) | Holder::Cash(_) | Holder::Cost(_) | Holder::Budget(..) => {
            Ok(false)
        }
    }
}

/// Finds an account that `me` may book to. Whoever could give credit to their own account could give it to themselves:
/// the holder's role must be below, as for every change of a user.
pub(super) async fn bookable(state: &AdminState, me: &Identity, id: AccountId) -> Result<Account, Failure> {
    let account = visible(state, me, id).await?;
    if let Some(user) = user_behind(state, account.holder).await? {
        me.may_touch(state, user).await?;
    }
    Ok(account)
}

async fn user_behind(state: &AdminState, holder: Holder) -> Result<Option<UserId>, Failure> {
    match holder {
        Holder::User(user) => Ok(Some(user)),
        Holder::Key(key) => Ok(state.store.find_key(key, None).await?.map(|key| key.user_id)),
        Holder::Organisation(_) | Holder::Revenue(_) | Holder::Cash(_) | Holder::Cost(_) | Holder::Budget(..) => {
            Ok(None)
        }
    }
}

/// Returns the login name of a user, or `None` when it is gone.
pub(super) async fn name_of_user(state: &AdminState, id: UserId) -> Result<Option<String>, Failure> {
    Ok(state.store.find_user(id).await?.map(|user| user.username))
}

/// Returns the name of a key, or `None` when it is gone.
pub(super) async fn name_of_key(state: &AdminState, me: &Identity, id: KeyId) -> Result<Option<String>, Failure> {
    match keys::find(state, me, id).await {
        Ok(key) => Ok(Some(key.name)),
        Err(failure) if failure.problem() == Problem::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}
