//! Settings: named texts that the console edits.

use std::collections::BTreeMap;

use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait};
use sluice_domain::route::policy::Policy;
use sluice_domain::{ExposeSecret, SecretString};

use crate::entities::setting;
use crate::policy::{PolicySetting, read_policy};
use crate::store::{commit, corrupt, db};
use crate::text::{LONG_CHARS, NAME_CHARS, checked, checked_name};
use crate::{Store, StoreError, What};

impl Store {
    /// Returns every setting by name.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn options(&self) -> Result<BTreeMap<String, String>, StoreError> {
        all(self.reader()).await
    }

    /// Returns the routing policy that the settings make. A part that cannot be read is at its default.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn routing_policy(&self) -> Result<Policy, StoreError> {
        Ok(read_policy(&self.options().await?).0)
    }

    /// Writes the settings that the routing policy is made of, all or none.
    ///
    /// # Errors
    /// `Invalid` when a part is too long.
    pub async fn put_routing_policy(&self, policy: &Policy) -> Result<(), StoreError> {
        let text = |setting: PolicySetting| Ok((setting.name().to_owned(), setting.text(policy)?));
        self.put_options(&PolicySetting::all().map(text).collect::<Result<_, StoreError>>()?).await
    }

    /// Writes one setting and returns its old value. The same value again changes nothing, not even the revision.
    ///
    /// # Errors
    /// `Invalid` when name or value is too long.
    pub async fn put_option(&self, name: &str, value: &str) -> Result<Option<String>, StoreError> {
        let tx = self.begin_change().await?;
        let old = put(&tx, name, value).await?;
        if old.as_deref() != Some(value) {
            commit(tx).await?;
        }
        Ok(old)
    }

    /// Writes one setting sealed; [`Store::options`] shows it sealed too.
    ///
    /// # Errors
    /// `Invalid` when name or value is too long.
    pub async fn put_secret_option(&self, name: &str, value: &SecretString) -> Result<(), StoreError> {
        let sealed = self.vault().seal_bytes(&secret_place(name), value.expose_secret().as_bytes());
        let sealed = sealed.ok_or_else(|| corrupt(What::Setting, name, "it could not be sealed"))?;
        self.put_option(name, &sealed).await.map(drop)
    }

    /// Returns a setting that was written sealed; `None` where it was not written.
    ///
    /// # Errors
    /// `Corrupt` when it cannot be opened.
    pub async fn secret_option(&self, name: &str) -> Result<Option<SecretString>, StoreError> {
        let row = setting::Entity::find_by_id(name.to_owned()).one(self.reader()).await.map_err(db(What::Setting))?;
        let Some(row) = row else { return Ok(None) };
        let plain =
            self.vault().open_bytes(&secret_place(name), &row.value).and_then(|bytes| String::from_utf8(bytes).ok());
        let plain = plain.ok_or_else(|| corrupt(What::Setting, name, "it cannot be opened; save it again"))?;
        Ok(Some(SecretString::from(plain)))
    }

    /// Writes several settings, all or none.
    ///
    /// # Errors
    /// `Invalid` when a name or value is too long.
    pub async fn put_options(&self, settings: &BTreeMap<String, String>) -> Result<(), StoreError> {
        let tx = self.begin_change().await?;
        let mut is_changed = false;
        for (name, value) in settings {
            is_changed |= put(&tx, name, value).await?.as_ref() != Some(value);
        }
        if is_changed { commit(tx).await } else { Ok(()) }
    }

    /// Removes a setting, so that its default is in force again, and returns its old value.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn remove_option(&self, name: &str) -> Result<Option<String>, StoreError> {
        let tx = self.begin_change().await?;
        let old = find(&tx, name).await?;
        if old.is_some() {
            setting::Entity::delete_by_id(name.to_owned()).exec(&tx).await.map_err(db(What::Setting))?;
            commit(tx).await?;
        }
        Ok(old)
    }
}

fn secret_place(name: &str) -> String {
    format!("settings/{name}/value")
}

/// Reads every setting by name.
pub(crate) async fn all<C: ConnectionTrait>(connection: &C) -> Result<BTreeMap<String, String>, StoreError> {
    let rows = setting::Entity::find().all(connection).await.map_err(db(What::Setting))?;
    Ok(rows.into_iter().map(|row| (row.name, row.value)).collect())
}

async fn put(tx: &DatabaseTransaction, name: &str, value: &str) -> Result<Option<String>, StoreError> {
    let name = checked_name("name", name, NAME_CHARS)?;
    let value = checked("value", value.to_owned(), LONG_CHARS)?;
    let old = find(tx, &name).await?;
    let row = setting::ActiveModel { name: Set(name), value: Set(value) };
    match &old {
        Some(_) => {
            setting::Entity::update(row).exec_without_returning(tx).await.map_err(db(What::Setting))?;
        }
        None => {
            setting::Entity::insert(row).exec_without_returning(tx).await.map_err(db(What::Setting))?;
        }
    }
    Ok(old)
}

async fn find(tx: &DatabaseTransaction, name: &str) -> Result<Option<String>, StoreError> {
    let row = setting::Entity::find_by_id(name.to_owned()).one(tx).await.map_err(db(What::Setting))?;
    Ok(row.map(|row| row.value))
}
