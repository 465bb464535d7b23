//! Keys of sites that are credentials here.

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use sluice_domain::SecretString;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::provider::{Credential, KeyStanding};
use sluice_domain::route::Withheld;

use crate::credentials::{new_row, place, to_credential};
use crate::entities::credential;
use crate::json::{from_text, to_text};
use crate::store::{commit, db};
use crate::text::{LONG_CHARS, NAME_CHARS, checked, checked_name};
use crate::vault::Vault;
use crate::{NewCredential, Store, StoreError, What};

/// Rows per statement.
const CHUNK: usize = 250;
/// The site's numbers for a key that may be used, and for two of the reasons why one may not.
const USABLE: i64 = 1;
const EXPIRED: i64 = 3;
const EXHAUSTED: i64 = 4;

/// What a site says of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamKey {
    /// Its number at the site.
    pub id: i64,
    /// 1 enabled; others say why it cannot be used.
    pub status: i64,
    /// Why its secret is not known, as a word; `None` when it is.
    #[serde(default)]
    pub problem: Option<String>,
    /// Its name at the site when it was last seen: the operator may have given it another here.
    #[serde(default)]
    pub name: String,
    /// What is left of it, in the site's units.
    #[serde(default)]
    pub remain_quota: i64,
    /// What was used of it, in the site's units.
    #[serde(default)]
    pub used_quota: i64,
    /// Whether only the account limits it.
    #[serde(default)]
    pub unlimited_quota: bool,
    /// The only models that it may be used for; empty for no limit.
    #[serde(default)]
    pub model_limits: Vec<String>,
    /// The groups that it goes through, if it has a list of its own.
    #[serde(default)]
    pub auto_groups: Vec<String>,
    /// It has expired from then on; `None` for never.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Whether the account may not use the key's group.
    #[serde(default)]
    pub group_closed: bool,
    /// When it was last seen.
    pub synced_at: Timestamp,
}

impl UpstreamKey {
    /// Returns whether calls can be made with the key, as far as the site says; its time may be over all the same.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.standing().withheld.is_none()
    }

    /// Returns what calls must know of the key. Sites note that a key has expired or is used up only when somebody uses it.
    #[must_use]
    pub fn standing(&self) -> KeyStanding {
        let withheld = match self.status {
            EXPIRED => Some(Withheld::Expired),
            EXHAUSTED => Some(Withheld::Exhausted),
            USABLE if !self.unlimited_quota && self.remain_quota <= 0 => Some(Withheld::Exhausted),
            USABLE if self.problem.is_some() => Some(Withheld::Hidden),
            USABLE if self.group_closed => Some(Withheld::GroupClosed),
            USABLE => None,
            _ => Some(Withheld::Disabled),
        };
        KeyStanding { withheld, expires_at: self.expires_at }
    }
}

/// A credential, and which key of the site it is.
#[derive(Debug, Clone)]
pub struct SiteKey {
    /// The credential as the operator has it; its secret is empty while it is not known.
    pub credential: Credential,
    /// What the site says; `None` for a credential that the operator entered.
    pub upstream: Option<UpstreamKey>,
}

impl SiteKey {
    /// Returns whether calls can be made with it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.credential.enabled && self.upstream.as_ref().is_none_or(UpstreamKey::is_usable)
    }
}

/// A key of a site that becomes a credential.
#[derive(Debug, Clone)]
pub struct NewSiteKey {
    /// The credential to make.
    pub credential: NewCredential,
    /// What the site says.
    pub upstream: UpstreamKey,
}

/// A change of a credential that is a key of a site; absent fields keep their value.
#[derive(Debug, Clone)]
pub struct SiteKeyPatch {
    /// The credential.
    pub id: CredentialId,
    /// What the site says now.
    pub upstream: UpstreamKey,
    /// See [`Credential::secret`].
    pub secret: Option<SecretString>,
    /// See [`Credential::name`].
    pub name: Option<String>,
    /// See [`Credential::group_name`].
    pub group_name: Option<String>,
}

/// What must change so that credentials are what a site lists.
#[derive(Debug, Clone, Default)]
pub struct KeyChanges {
    /// Keys that are new.
    pub add: Vec<NewSiteKey>,
    /// Keys that are known.
    pub update: Vec<SiteKeyPatch>,
    /// Credentials whose key is gone.
    pub remove: Vec<CredentialId>,
    /// Whether calls may go elsewhere for it: else only numbers for people change.
    pub alters_routing: bool,
}

impl Store {
    /// Returns the provider's credentials by id, with the keys of its site that they are.
    ///
    /// # Errors
    /// `Corrupt` when a secret does not open.
    pub async fn list_site_keys(&self, provider: ProviderId) -> Result<Vec<SiteKey>, StoreError> {
        let rows = credential::Entity::find()
            .filter(credential::Column::ProviderId.eq(provider.0))
            .order_by_asc(credential::Column::Id)
            .all(self.reader())
            .await
            .map_err(db(What::Credential))?;
        rows.into_iter().map(|row| to_site_key(self.vault(), row)).collect()
    }

    /// Returns a credential with the key of its provider's site that it is.
    ///
    /// # Errors
    /// `Corrupt` when its secret does not open.
    pub async fn find_site_key(&self, id: CredentialId) -> Result<Option<SiteKey>, StoreError> {
        let row = credential::Entity::find_by_id(id.0).one(self.reader()).await.map_err(db(What::Credential))?;
        row.map(|row| to_site_key(self.vault(), row)).transpose()
    }

    /// Carries out changes of a provider's credentials, all or none.
    ///
    /// # Errors
    /// `NotFound` when the provider does not exist, `Conflict` when a key of the site is a credential already, `Invalid` when
    /// a text is too long; then nothing is changed.
    pub async fn apply_key_changes(&self, provider: ProviderId, changes: &KeyChanges) -> Result<(), StoreError> {
        let tx = if changes.alters_routing { self.begin_change().await? } else { self.begin_write().await? };
        for ids in changes.remove.chunks(CHUNK) {
            // The schema takes routes with the credential.
            let gone = credential::Entity::delete_many()
                .filter(credential::Column::ProviderId.eq(provider.0))
                .filter(credential::Column::Id.is_in(ids.iter().map(|id| id.0)));
            gone.exec(&tx).await.map_err(db(What::Credential))?;
        }
        for patch in &changes.update {
            update(&tx, self.vault(), patch).await?;
        }
        for new in &changes.add {
            add(&tx, self.vault(), provider, new).await?;
        }
        commit(tx).await
    }
}

async fn update(tx: &DatabaseTransaction, vault: &Vault, patch: &SiteKeyPatch) -> Result<(), StoreError> {
    let mut row = credential::ActiveModel {
        id: Set(patch.id.0),
        upstream_id: Set(Some(patch.upstream.id)),
        upstream: Set(Some(upstream_column(&patch.upstream)?)),
        ..Default::default()
    };
    if let Some(secret) = &patch.secret {
        row.secret = Set(vault.seal(place(patch.id.0), secret)?);
    }
    if let Some(name) = &patch.name {
        row.name = Set(checked_name("name", name, NAME_CHARS)?);
    }
    if let Some(group_name) = &patch.group_name {
        row.group_name = Set(checked("group_name", group_name.clone(), NAME_CHARS)?);
    }
    credential::Entity::update(row).exec_without_returning(tx).await.map(drop).map_err(db(What::Credential))
}

async fn add(
    tx: &DatabaseTransaction,
    vault: &Vault,
    provider: ProviderId,
    new: &NewSiteKey,
) -> Result<(), StoreError> {
    let (mut row, secret) = new_row(provider, new.credential.clone())?;
    row.upstream_id = Set(Some(new.upstream.id));
    row.upstream = Set(Some(upstream_column(&new.upstream)?));
    let id = credential::Entity::insert(row).exec(tx).await.map_err(db(What::Credential))?.last_insert_id;
    // Sealing binds the secret to its row, and the row's number is known only now.
    let sealed =
        credential::ActiveModel { id: Set(id), secret: Set(vault.seal(place(id), &secret)?), ..Default::default() };
    credential::Entity::update(sealed).exec_without_returning(tx).await.map(drop).map_err(db(What::Credential))
}

fn upstream_column(upstream: &UpstreamKey) -> Result<String, StoreError> {
    checked("upstream", to_text("upstream", upstream)?, LONG_CHARS)
}

fn upstream_of(row: &credential::Model) -> Result<Option<UpstreamKey>, StoreError> {
    row.upstream.as_deref().map(|text| from_text(What::Credential, row.id, text)).transpose()
}

fn to_site_key(vault: &Vault, row: credential::Model) -> Result<SiteKey, StoreError> {
    let upstream = upstream_of(&row)?;
    Ok(SiteKey { credential: to_credential(vault, row)?, upstream })
}

/// Returns the credential with its secret opened, and what its site says where it is a key of one.
pub(crate) fn to_standing_credential(
    vault: &Vault,
    row: credential::Model,
) -> Result<(Credential, Option<KeyStanding>), StoreError> {
    let standing = upstream_of(&row)?.as_ref().map(UpstreamKey::standing);
    Ok((to_credential(vault, row)?, standing))
}
