//! Sites of providers: what is known of them, and which of their keys are credentials here.

mod keys;

use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder, QuerySelect};
use sluice_domain::id::ProviderId;
use sluice_domain::provider::Balance;

pub(crate) use keys::to_standing_credential;
pub use keys::{KeyChanges, NewSiteKey, SiteKey, SiteKeyPatch, UpstreamKey};

use crate::entities::{provider, provider_site};
use crate::store::{commit, db};
use crate::text::{LONG_CHARS, checked};
use crate::{Store, StoreError, What, providers};

/// What is known of a provider's site. Both texts are the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRow {
    /// The provider.
    pub provider_id: ProviderId,
    /// How the site answers.
    pub state: String,
    /// What it publishes, once it did.
    pub offer: Option<String>,
}

impl Store {
    /// Returns what is known of a provider's site.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn find_site(&self, provider: ProviderId) -> Result<Option<SiteRow>, StoreError> {
        let row = provider_site::Entity::find_by_id(provider.0).one(self.reader()).await.map_err(db(What::Provider))?;
        Ok(row.map(|row| SiteRow { provider_id: ProviderId(row.provider_id), state: row.state, offer: row.offer }))
    }

    /// Returns how all sites answer, without what they publish.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn site_states(&self) -> Result<Vec<(ProviderId, String)>, StoreError> {
        let rows: Vec<(i64, String)> = provider_site::Entity::find()
            .select_only()
            .column(provider_site::Column::ProviderId)
            .column(provider_site::Column::State)
            .order_by_asc(provider_site::Column::ProviderId)
            .into_tuple()
            .all(self.reader())
            .await
            .map_err(db(What::Provider))?;
        Ok(rows.into_iter().map(|(id, state)| (ProviderId(id), state)).collect())
    }

    /// Notes how a site answers, and what it publishes unless that is `None`, which keeps what is known. The configuration's
    /// revision stays: whoever routes by what has changed is told by [`Store::note_change`].
    ///
    /// # Errors
    /// `NotFound` when the provider does not exist, `Invalid` when a text is too long.
    pub async fn put_site(&self, provider: ProviderId, state: &str, offer: Option<&str>) -> Result<(), StoreError> {
        let state = checked("state", state.to_owned(), LONG_CHARS)?;
        let offer = offer.map(|offer| checked("offer", offer.to_owned(), OFFER_CHARS)).transpose()?;
        let tx = self.begin_write().await?;
        let known = provider_site::Entity::find_by_id(provider.0).one(&tx).await.map_err(db(What::Provider))?;
        let row = provider_site::ActiveModel {
            provider_id: Set(provider.0),
            state: Set(state),
            offer: offer.map_or_else(Default::default, |offer| Set(Some(offer))),
        };
        match known {
            Some(_) => {
                provider_site::Entity::update(row).exec_without_returning(&tx).await.map_err(db(What::Provider))?;
            }
            None => {
                if providers::find(&tx, provider).await?.is_none() {
                    return Err(StoreError::NotFound { what: What::Provider });
                }
                provider_site::Entity::insert(row).exec_without_returning(&tx).await.map_err(db(What::Provider))?;
            }
        }
        commit(tx).await
    }

    /// Raises the configuration's revision, so that all nodes look at what was noted outside of it.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn note_change(&self) -> Result<(), StoreError> {
        commit(self.begin_change().await?).await
    }

    /// Notes what is left on a provider's account. Another sum is a change of the configuration, and so is the same one heard
    /// again after hours: routing asks how old it is.
    ///
    /// # Errors
    /// `NotFound` when the provider does not exist.
    pub async fn note_balance(&self, id: ProviderId, balance: Balance) -> Result<(), StoreError> {
        let known = providers::find(self.reader(), id).await?.ok_or(StoreError::NotFound { what: What::Provider })?;
        let noted_at = known.balance_updated_at.unwrap_or_default();
        let is_recent = balance.updated_at.0.saturating_sub(noted_at) < NOTED_AGAIN_MS;
        let is_same = known.balance_micros == Some(balance.left.0) && is_recent;
        let tx = if is_same { self.begin_write().await? } else { self.begin_change().await? };
        let row = provider::ActiveModel {
            id: Set(id.0),
            balance_micros: Set(Some(balance.left.0)),
            balance_updated_at: Set(Some(balance.updated_at.0)),
            ..Default::default()
        };
        provider::Entity::update(row).exec_without_returning(&tx).await.map_err(db(What::Provider))?;
        commit(tx).await
    }

    /// Notes that what a provider's account may spend has no bound.
    ///
    /// # Errors
    /// `NotFound` when the provider does not exist.
    pub async fn forget_balance(&self, id: ProviderId) -> Result<(), StoreError> {
        let known = providers::find(self.reader(), id).await?.ok_or(StoreError::NotFound { what: What::Provider })?;
        if known.balance_micros.is_none() {
            return Ok(());
        }
        let tx = self.begin_change().await?;
        let row = provider::ActiveModel {
            id: Set(id.0),
            balance_micros: Set(None),
            balance_updated_at: Set(None),
            ..Default::default()
        };
        provider::Entity::update(row).exec_without_returning(&tx).await.map_err(db(What::Provider))?;
        commit(tx).await
    }
}

/// A balance that did not change is told to all nodes again after so long, milliseconds.
const NOTED_AGAIN_MS: i64 = 6 * 3_600_000;
/// Longest text of what a site publishes, in characters: ten thousand models fit.
const OFFER_CHARS: usize = 8_000_000;
