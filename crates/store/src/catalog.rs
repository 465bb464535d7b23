//! The configuration as one consistent picture, for the snapshot that calls are routed and priced by.

use std::collections::BTreeMap;

use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::provider::{Credential, KeyStanding, Provider, Route};
use sluice_domain::route::policy::Policy;
use sluice_domain::user::Group;

use crate::entities::{credential, provider, provider_site, route};
use crate::groups::to_group;
use crate::policy::read_policy;
use crate::prices::to_price_row;
use crate::providers::to_provider;
use crate::routes::to_route;
use crate::sites::to_standing_credential;
use crate::store::{commit, db};
use crate::{PriceRow, Store, StoreError, What, groups, meta, options, prices, routes};

/// The setting that says where days begin.
pub const ZONE_OPTION: &str = "CheckinScheduleTimezone";

/// Providers, credentials, routes, groups, prices and the routing policy as they were at one revision, all of them, disabled ones included.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// Revision of the configuration that this is.
    pub revision: i64,
    /// By id.
    pub providers: Vec<Provider>,
    /// By id, secrets opened.
    pub credentials: Vec<Credential>,
    /// What sites say of those that are their keys.
    pub key_standings: BTreeMap<CredentialId, KeyStanding>,
    /// How sites answer, in the words of who noted it.
    pub site_states: BTreeMap<ProviderId, String>,
    /// By id.
    pub routes: Vec<Route>,
    /// By name.
    pub groups: Vec<Group>,
    /// By id, whatever they are for and whenever they take effect.
    pub prices: Vec<PriceRow>,
    /// What the settings say about where days begin.
    pub zone: Option<String>,
    /// What the settings say about routing.
    pub policy: Policy,
    /// What could not be read and is at its default instead. One sentence each.
    pub problems: Vec<String>,
}

impl Catalog {
    /// Returns whether a credential is enabled, and its site lets it be used at `now`.
    #[must_use]
    pub fn is_usable(&self, credential: &Credential, now: Timestamp) -> bool {
        let standing = self.key_standings.get(&credential.id);
        credential.enabled && standing.is_none_or(|standing| standing.withheld_at(now).is_none())
    }
}

impl Store {
    /// Returns all that calls are routed and priced by as of one moment.
    ///
    /// # Errors
    /// `Corrupt` when a secret does not open, `Unavailable` when the database is away.
    pub async fn load_catalog(&self) -> Result<Catalog, StoreError> {
        let tx = self.begin_read().await?;
        let revision = meta::revision(&tx).await?;
        let providers = provider::Entity::find().order_by_asc(provider::Column::Id).all(&tx).await;
        let credentials = credential::Entity::find().order_by_asc(credential::Column::Id).all(&tx).await;
        let routes = routes::present().order_by_asc(route::Column::Id).all(&tx).await;
        let sites = provider_site::Entity::find()
            .select_only()
            .columns([provider_site::Column::ProviderId, provider_site::Column::State])
            .into_tuple::<(i64, String)>()
            .all(&tx)
            .await;
        let groups = groups::all(&tx).await?;
        let prices = prices::all(&tx).await?;
        let options = options::all(&tx).await?;
        let (policy, problems) = read_policy(&options);
        commit(tx).await?;
        let to_provider = |row| to_provider(self.vault(), row);
        let to_credential = |row| to_standing_credential(self.vault(), row);
        let credentials = each(credentials.map_err(db(What::Credential))?, to_credential)?;
        let standing = |(credential, standing): &(Credential, Option<KeyStanding>)| Some((credential.id, (*standing)?));
        let key_standings = credentials.iter().filter_map(standing).collect();
        let sites = sites.map_err(db(What::Provider))?;
        Ok(Catalog {
            revision,
            providers: each(providers.map_err(db(What::Provider))?, to_provider)?,
            credentials: credentials.into_iter().map(|(credential, _)| credential).collect(),
            key_standings,
            site_states: sites.into_iter().map(|(id, state)| (ProviderId(id), state)).collect(),
            routes: routes.map_err(db(What::Route))?.into_iter().map(to_route).collect(),
            groups: each(groups, to_group)?,
            prices: each(prices, to_price_row)?,
            zone: options.get(ZONE_OPTION).cloned(),
            policy,
            problems,
        })
    }
}

fn each<R, T>(rows: Vec<R>, read: impl Fn(R) -> Result<T, StoreError>) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(read).collect()
}
