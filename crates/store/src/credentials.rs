//! Credentials: the secrets of providers, sealed at rest.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use sluice_domain::SecretString;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::limit::Limits;
use sluice_domain::provider::Credential;

use crate::entities::credential;
use crate::json::{optional_from_text, optional_to_text};
use crate::store::{commit, db};
use crate::text::{NAME_CHARS, checked, checked_name};
use crate::vault::{Place, Vault};
use crate::{Store, StoreError, What};

/// What a new credential starts with; fields as in [`Credential`].
#[derive(Debug, Clone)]
pub struct NewCredential {
    /// See [`Credential::name`]; must not be empty.
    pub name: String,
    /// See [`Credential::secret`].
    pub secret: SecretString,
    /// See [`Credential::limits`].
    pub limits: Limits,
    /// See [`Credential::call_quota`].
    pub call_quota: Option<u64>,
    /// See [`Credential::group_name`].
    pub group_name: String,
    /// See [`Credential::enabled`].
    pub enabled: bool,
    /// See [`Credential::priority`].
    pub priority: i64,
    /// See [`Credential::weight`].
    pub weight: i64,
    /// Now.
    pub created_at: Timestamp,
}

/// A change of a credential; absent fields keep their value.
#[derive(Debug, Clone, Default)]
pub struct CredentialPatch {
    /// See [`Credential::name`].
    pub name: Option<String>,
    /// See [`Credential::secret`].
    pub secret: Option<SecretString>,
    /// See [`Credential::limits`]; all three at once.
    pub limits: Option<Limits>,
    /// See [`Credential::call_quota`]; `Some(None)` takes it away.
    pub call_quota: Option<Option<u64>>,
    /// See [`Credential::group_name`].
    pub group_name: Option<String>,
    /// See [`Credential::enabled`].
    pub enabled: Option<bool>,
    /// See [`Credential::priority`].
    pub priority: Option<i64>,
    /// See [`Credential::weight`].
    pub weight: Option<i64>,
}

impl Store {
    /// Adds a credential to a provider.
    ///
    /// # Errors
    /// `NotFound` when the provider does not exist, `Invalid` when a text is too long or the name empty.
    pub async fn create_credential(&self, provider: ProviderId, new: NewCredential) -> Result<Credential, StoreError> {
        let tx = self.begin_change().await?;
        let (row, secret) = new_row(provider, new)?;
        let inserted = credential::Entity::insert(row).exec(&tx).await.map_err(db(What::Credential))?;
        let id = inserted.last_insert_id;
        // Sealing binds the secret to its row, and the row's number is known only now.
        let sealed = credential::ActiveModel {
            id: Set(id),
            secret: Set(self.vault().seal(place(id), &secret)?),
            ..Default::default()
        };
        credential::Entity::update(sealed).exec_without_returning(&tx).await.map_err(db(What::Credential))?;
        let made = find(&tx, CredentialId(id)).await?.ok_or(StoreError::NotFound { what: What::Credential })?;
        commit(tx).await?;
        to_credential(self.vault(), made)
    }

    /// Returns the credential with this id.
    ///
    /// # Errors
    /// `Corrupt` when its secret does not open.
    pub async fn find_credential(&self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        find(self.reader(), id).await?.map(|row| to_credential(self.vault(), row)).transpose()
    }

    /// Returns the provider's credentials by id.
    ///
    /// # Errors
    /// `Corrupt` when a secret does not open.
    pub async fn list_credentials(&self, provider: ProviderId) -> Result<Vec<Credential>, StoreError> {
        let rows = credential::Entity::find()
            .filter(credential::Column::ProviderId.eq(provider.0))
            .order_by_asc(credential::Column::Id)
            .all(self.reader())
            .await
            .map_err(db(What::Credential))?;
        rows.into_iter().map(|row| to_credential(self.vault(), row)).collect()
    }

    /// Changes a credential and returns it as it is now.
    ///
    /// # Errors
    /// `NotFound` when it does not exist, `Invalid` when a text is too long or the name empty.
    pub async fn update_credential(&self, id: CredentialId, patch: CredentialPatch) -> Result<Credential, StoreError> {
        let tx = self.begin_change().await?;
        let row = find(&tx, id).await?.ok_or(StoreError::NotFound { what: What::Credential })?;
        let row = patched(self.vault(), row, patch)?;
        credential::Entity::update(row).exec_without_returning(&tx).await.map_err(db(What::Credential))?;
        let changed = find(&tx, id).await?.ok_or(StoreError::NotFound { what: What::Credential })?;
        commit(tx).await?;
        to_credential(self.vault(), changed)
    }

    /// Deletes a credential with its routes.
    ///
    /// # Errors
    /// `NotFound` when it does not exist.
    pub async fn delete_credential(&self, id: CredentialId) -> Result<(), StoreError> {
        let tx = self.begin_change().await?;
        // The schema takes routes with the credential.
        let deleted = credential::Entity::delete_by_id(id.0).exec(&tx).await.map_err(db(What::Credential))?;
        if deleted.rows_affected == 0 {
            return Err(StoreError::NotFound { what: What::Credential });
        }
        commit(tx).await
    }
}

pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    id: CredentialId,
) -> Result<Option<credential::Model>, StoreError> {
    credential::Entity::find_by_id(id.0).one(connection).await.map_err(db(What::Credential))
}

pub(crate) const fn place(row: i64) -> Place {
    Place { table: "credentials", row, column: "secret" }
}

pub(crate) fn new_row(
    provider: ProviderId,
    new: NewCredential,
) -> Result<(credential::ActiveModel, SecretString), StoreError> {
    let row = credential::ActiveModel {
        id: NotSet,
        provider_id: Set(provider.0),
        name: Set(checked_name("name", &new.name, NAME_CHARS)?),
        secret: Set(String::new()),
        limits: Set(optional_to_text("limits", &new.limits)?),
        call_quota: Set(new.call_quota.map(quota_column)),
        group_name: Set(checked("group_name", new.group_name, NAME_CHARS)?),
        enabled: Set(new.enabled),
        priority: Set(new.priority),
        weight: Set(new.weight),
        created_at: Set(new.created_at.0),
        upstream_id: Set(None),
        upstream: Set(None),
    };
    Ok((row, new.secret))
}

fn patched(
    vault: &Vault,
    row: credential::Model,
    patch: CredentialPatch,
) -> Result<credential::ActiveModel, StoreError> {
    let id = row.id;
    let mut row = row.into_active_model();
    if let Some(name) = patch.name {
        row.name = Set(checked_name("name", &name, NAME_CHARS)?);
    }
    if let Some(secret) = patch.secret {
        row.secret = Set(vault.seal(place(id), &secret)?);
    }
    if let Some(limits) = patch.limits {
        row.limits = Set(optional_to_text("limits", &limits)?);
    }
    if let Some(quota) = patch.call_quota {
        row.call_quota = Set(quota.map(quota_column));
    }
    if let Some(group_name) = patch.group_name {
        row.group_name = Set(checked("group_name", group_name, NAME_CHARS)?);
    }
    row.enabled = patch.enabled.map_or(row.enabled, Set);
    row.priority = patch.priority.map_or(row.priority, Set);
    row.weight = patch.weight.map_or(row.weight, Set);
    Ok(row)
}

fn quota_column(calls: u64) -> i64 {
    i64::try_from(calls).unwrap_or(i64::MAX)
}

/// Returns the credential with its secret opened.
pub(crate) fn to_credential(vault: &Vault, row: credential::Model) -> Result<Credential, StoreError> {
    Ok(Credential {
        id: CredentialId(row.id),
        provider_id: ProviderId(row.provider_id),
        secret: vault.open(place(row.id), &row.secret)?,
        limits: optional_from_text(What::Credential, row.id, row.limits.as_deref())?,
        call_quota: row.call_quota.map(|calls| u64::try_from(calls).unwrap_or(0)),
        name: row.name,
        group_name: row.group_name,
        enabled: row.enabled,
        priority: row.priority,
        weight: row.weight,
        created_at: Timestamp(row.created_at),
    })
}
