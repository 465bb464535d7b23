//! The upkeep of providers at other vendors: their lists of models, and what is left where they say so.

use std::collections::BTreeSet;

use sluice_domain::clock::Timestamp;
use sluice_domain::id::CredentialId;
use sluice_domain::provider::{Balance, Credential, Provider};
use sluice_store::{PageRequest, RouteFilter, StoreError};
use url::Url;

use super::Upkeep;
use super::models::{ModelAsker, Unaskable};
use super::report::{Report, SiteState, Step};
use crate::newapi::SiteFault;

impl Upkeep {
    /// Refreshes what a vendor says: the balance, and the models of credentials whose routes follow its list. Routes that were
    /// made by hand stay alone: who never asked for the list does not get it.
    pub(super) async fn refresh_vendor(
        &self,
        provider: &Provider,
        (_, report): (&mut SiteState, &mut Report),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let credentials = self.store.list_credentials(provider.id).await?;
        let enabled: Vec<&Credential> = credentials.iter().filter(|credential| credential.enabled).collect();
        let Some(first) = enabled.first() else { return Ok(()) };
        let asker = match self.asker(provider) {
            Ok(asker) => asker,
            Err(reason) => {
                report.fail(Step::Site, unaskable(&reason));
                return Ok(());
            }
        };
        if let Some(source) = asker.balance_source() {
            match asker.balance(source, first).await {
                Ok(left) => {
                    self.store.note_balance(provider.id, Balance { left, updated_at: now }).await?;
                    report.succeed(Step::Balance, 1, 1);
                }
                Err(reason) => report.fail(Step::Balance, SiteFault::Refused { reason }),
            }
        }
        let following = self.following(provider).await?;
        let listed = enabled.into_iter().filter(|credential| following.contains(&credential.id));
        if let Ok(list_url) = asker.list_url() {
            for credential in listed {
                self.refresh_models(&asker, &list_url, credential, report).await?;
            }
        }
        Ok(())
    }

    async fn refresh_models(
        &self,
        asker: &ModelAsker<'_>,
        list_url: &Url,
        credential: &Credential,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        match asker.models(list_url, credential).await {
            Ok(models) => {
                let routes =
                    self.store.replace_discovered_routes(credential.provider_id, credential.id, &models).await?;
                report.succeed(Step::Routes, models.len(), routes.added + routes.removed);
            }
            Err(reason) => report.fail(Step::Routes, SiteFault::Refused { reason }),
        }
        Ok(())
    }

    /// Returns the credentials that have routes which follow the vendor's list.
    async fn following(&self, provider: &Provider) -> Result<BTreeSet<CredentialId>, StoreError> {
        let filter = RouteFilter { provider_id: Some(provider.id), ..RouteFilter::default() };
        let mut following = BTreeSet::new();
        for page in 0.. {
            let routes = self.store.list_routes(&filter, PageRequest::nth(page, ROUTES_PER_PAGE)).await?.items;
            let is_last = (routes.len() as u64) < ROUTES_PER_PAGE;
            following.extend(routes.iter().filter(|row| !row.manual).map(|row| row.route.credential_id));
            if is_last || page >= MAX_ROUTE_PAGES {
                break;
            }
        }
        Ok(following)
    }
}

const ROUTES_PER_PAGE: u64 = 1_000;
const MAX_ROUTE_PAGES: u64 = 100;

fn unaskable(reason: &Unaskable) -> SiteFault {
    let reason = match reason {
        Unaskable::Vendor => "its vendor is not known".to_owned(),
        Unaskable::NoModelList => "its vendor has no list of models".to_owned(),
        Unaskable::BaseUrl(reason) => reason.clone(),
        Unaskable::Proxy => "the proxy cannot be used".to_owned(),
    };
    SiteFault::Address { reason }
}
