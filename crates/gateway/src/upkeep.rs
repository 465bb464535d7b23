//! Keeping providers current without anybody's hand: keys, groups, prices, models and balance of relay sites, model lists and
//! balances of other vendors.
//!
//! [`Upkeep::refresh`] does it for one provider, [`Upkeep::refresh_all`] for all, several at once. Each step commits whole or
//! not at all, and what a step cannot learn stays as it was known. Nothing here is on a call's path.

mod all;
mod freshness;
mod model_list;
mod models;
pub(crate) mod prices;
mod probe;
mod report;
mod reveal;
mod site;
mod vendor;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::provider::Provider;
use sluice_protocol::vendor::{Management, Vendors};
use sluice_store::{Store, StoreError};
use tokio::sync::Notify;

pub(crate) use freshness::{stale_from, zone_of_days};
pub(crate) use models::{ModelAsker, Unaskable};
pub(crate) use probe::{Question, Sign, Verdict};
pub(crate) use report::{Report, SiteState, Step, StepReport};

use crate::newapi::{SiteClient, SiteFault};
use crate::outgoing::Outgoing;

/// Longest that the upkeep of one provider takes: a site that dawdles must not hold others up.
const BUDGET: Duration = Duration::from_secs(90);
/// How long a site that was away counts as away.
const COOLDOWN: Duration = Duration::from_secs(300);
/// Dollars in the units of sites that say nothing else.
const USUAL_QUOTA_PER_DOLLAR: u64 = 500_000;

/// Keeps providers current.
#[derive(Debug)]
pub(crate) struct Upkeep {
    store: Arc<Store>,
    vendors: Arc<Vendors>,
    outgoing: Outgoing,
    /// Told when the configuration changed.
    changed: Arc<Notify>,
    /// Providers that are being refreshed by this node.
    busy: Mutex<HashSet<ProviderId>>,
}

/// Why a provider was not refreshed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RefreshError {
    /// It is being refreshed already.
    #[error("the provider is being synchronised already")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Upkeep {
    /// Makes the keeper of the providers in `store`.
    pub(crate) fn new(store: Arc<Store>, vendors: Arc<Vendors>, changed: Arc<Notify>) -> Self {
        Self { store, vendors, outgoing: Outgoing::default(), changed, busy: Mutex::default() }
    }

    /// Returns whether a provider's account is managed through its site.
    pub(crate) fn is_managed(&self, provider: &Provider) -> bool {
        is_managed(provider, &self.vendors)
    }

    /// Returns a client of a provider's site.
    ///
    /// # Errors
    /// `Address` when the base URL or the proxy is unusable.
    pub(crate) fn site(&self, provider: &Provider) -> Result<SiteClient, SiteFault> {
        let http = self.outgoing.client(provider.proxy_url.as_ref());
        // The error may name the proxy with its password.
        let http = http.map_err(|_| SiteFault::Address { reason: "the proxy cannot be used".to_owned() })?;
        SiteClient::of(provider, http)
    }

    /// Refreshes one provider within its budget, and notes how it went.
    ///
    /// # Errors
    /// `Busy`, or the database failed. A site that failed is no error: the report says so.
    pub(crate) async fn refresh(&self, provider: &Provider, now: Timestamp) -> Result<Report, RefreshError> {
        let _turn = Turn::take(self, provider.id).ok_or(RefreshError::Busy)?;
        let mut state = self.state_of(provider.id).await?;
        let was_away_until = state.away_until();
        let mut report = Report::default();
        let work = async {
            if self.is_managed(provider) {
                self.refresh_site(provider, (&mut state, &mut report), now).await
            } else {
                self.refresh_vendor(provider, (&mut state, &mut report), now).await
            }
        };
        match tokio::time::timeout(BUDGET, work).await {
            Ok(done) => done?,
            Err(_) => report.fail(Step::Site, SiteFault::TimedOut),
        }
        state.note(&report, now, COOLDOWN);
        self.keep_state(provider.id, &state).await?;
        if state.away_until() != was_away_until {
            self.store.note_change().await?;
        }
        self.changed.notify_one();
        Ok(report)
    }

    /// Returns how a provider's site answered last.
    pub(crate) async fn state_of(&self, provider: ProviderId) -> Result<SiteState, StoreError> {
        let row = self.store.find_site(provider).await?;
        Ok(row.map(|row| SiteState::read(&row.state)).unwrap_or_default())
    }

    async fn keep_state(&self, provider: ProviderId, state: &SiteState) -> Result<(), StoreError> {
        match self.store.put_site(provider, &state.to_text(), None).await {
            // Deleted meanwhile.
            Err(StoreError::NotFound { .. }) => Ok(()),
            other => other,
        }
    }
}

/// Returns whether a provider's account is managed through its site.
pub(crate) fn is_managed(provider: &Provider, vendors: &Vendors) -> bool {
    let vendor = vendors.get(&provider.vendor);
    provider.access_token.is_some() && vendor.is_some_and(|vendor| vendor.management == Some(Management::Newapi))
}

/// The right to refresh a provider, for as long as it is held.
struct Turn<'a> {
    upkeep: &'a Upkeep,
    provider: ProviderId,
}

impl<'a> Turn<'a> {
    fn take(upkeep: &'a Upkeep, provider: ProviderId) -> Option<Self> {
        upkeep.busy.lock().insert(provider).then_some(Self { upkeep, provider })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.upkeep.busy.lock().remove(&self.provider);
    }
}
