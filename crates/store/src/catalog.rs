//! The configuration as one consistent picture, for the snapshot that calls are routed and priced by.

use sea_orm::{EntityTrait, QueryOrder};
use sluice_domain::provider::{Credential, Provider, Route};
use sluice_domain::route::policy::Policy;
use sluice_domain::user::Group;

use crate::entities::{credential, provider, route};
use crate::groups::to_group;
use crate::policy::read_policy;
use crate::prices::to_price_row;
use crate::providers::to_provider;
use crate::routes::to_route;
use crate::sites::to_usable_credential;
use crate::store::{commit, db};
use crate::{PriceRow, Store, StoreError, What, groups, meta, options, prices, routes};

/// Providers, credentials, routes, groups, prices and the routing policy as they were at one revision, all of them, disabled ones included.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// Revision of the configuration that this is.
    pub revision: i64,
    /// By id.
    pub providers: Vec<Provider>,
    /// By id, secrets opened. Those that their site does not let be used count as disabled.
    pub credentials: Vec<Credential>,
    /// By id.
    pub routes: Vec<Route>,
    /// By name.
    pub groups: Vec<Group>,
    /// By id, whatever they are for and whenever they take effect.
    pub prices: Vec<PriceRow>,
    /// What the settings say about routing.
    pub policy: Policy,
    /// What could not be read and is at its default instead. One sentence each.
    pub problems: Vec<String>,
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
        let groups = groups::all(&tx).await?;
        let prices = prices::all(&tx).await?;
        let (policy, problems) = read_policy(&options::all(&tx).await?);
        commit(tx).await?;
        let to_provider = |row| to_provider(self.vault(), row);
        let to_credential = |row| to_usable_credential(self.vault(), row);
        Ok(Catalog {
            revision,
            providers: each(providers.map_err(db(What::Provider))?, to_provider)?,
            credentials: each(credentials.map_err(db(What::Credential))?, to_credential)?,
            routes: routes.map_err(db(What::Route))?.into_iter().map(to_route).collect(),
            groups: each(groups, to_group)?,
            prices: each(prices, to_price_row)?,
            policy,
            problems,
        })
    }
}

fn each<R, T>(rows: Vec<R>, read: impl Fn(R) -> Result<T, StoreError>) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(read).collect()
}
