//! The upkeep of a provider whose account is managed through its site.

use std::collections::{BTreeMap, BTreeSet};

use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::money::Micros;
use sluice_domain::price::{Price, PriceEntry, PriceSource, Scope};
use sluice_domain::provider::{Balance, Provider};
use sluice_store::{SiteKey, StoreError};

use super::report::{Report, SiteState, Step};
use super::reveal::reveal;
use super::{USUAL_QUOTA_PER_DOLLAR, Upkeep};
use crate::newapi::{Offer, SiteClient, SiteFault, hidden_keys, quota_to_micros, read_published, reconcile};

/// What goes on during a refresh: what is remembered and what came of it.
type Notes<'a> = (&'a mut SiteState, &'a mut Report);

/// Whether the rest of a refresh is worth trying.
enum Next {
    Go,
    /// The site is away, or wants to be left alone.
    Stop,
}

impl Next {
    fn after(fault: &SiteFault) -> Self {
        if fault.is_away() || matches!(fault, SiteFault::Limited { .. }) { Self::Stop } else { Self::Go }
    }
}

/// A page of prices as it came, and what it offers.
struct Page {
    body: Option<Vec<u8>>,
    offer: Offer,
}

impl Upkeep {
    /// Refreshes what a site knows: the account, then what it offers, then the keys, then what follows of the two.
    pub(super) async fn refresh_site(
        &self,
        provider: &Provider,
        (state, report): Notes<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let site = match self.site(provider) {
            Ok(site) => site,
            Err(fault) => {
                report.fail(Step::Site, fault);
                return Ok(());
            }
        };
        if matches!(self.refresh_account(&site, provider.id, (&mut *state, &mut *report), now).await?, Next::Stop) {
            return Ok(());
        }
        let known_offer = self.offer_of(provider.id).await?;
        let (page, next) = ask_offer(&site, known_offer.as_ref(), report).await;
        if matches!(next, Next::Stop) {
            return Ok(());
        }
        self.refresh_keys(&site, provider, report, now).await?;
        let keys = self.store.list_site_keys(provider.id).await?;
        if let Some(page) = &page {
            let offer = serde_json::to_string(&page.offer).unwrap_or_default();
            self.store.put_site(provider.id, &state.to_text(), Some(&offer)).await?;
            self.refresh_prices(provider.id, (page, &keys), (&state.group, &mut *report), now).await?;
        }
        let offer = page.map(|page| page.offer).or(known_offer);
        if let Some(offer) = offer {
            self.refresh_routes(provider.id, &keys, (&offer, &state.group), report).await?;
        }
        Ok(())
    }

    /// Returns what a provider's site offered last.
    pub(crate) async fn offer_of(&self, provider: ProviderId) -> Result<Option<Offer>, StoreError> {
        let row = self.store.find_site(provider).await?;
        Ok(row.and_then(|row| row.offer).and_then(|offer| serde_json::from_str(&offer).ok()))
    }

    async fn refresh_account(
        &self,
        site: &SiteClient,
        provider: ProviderId,
        (state, report): Notes<'_>,
        now: Timestamp,
    ) -> Result<Next, StoreError> {
        let worth = match site.facts().await {
            Ok(facts) => {
                report.succeed(Step::Site, 1, 0);
                facts.quota_per_dollar.or(state.quota_per_dollar).or(Some(USUAL_QUOTA_PER_DOLLAR))
            }
            // Some sites hide this page.
            Err(SiteFault::Unsupported { .. } | SiteFault::Refused { .. } | SiteFault::Denied { .. }) => {
                state.quota_per_dollar.or(Some(USUAL_QUOTA_PER_DOLLAR))
            }
            Err(fault) => {
                let next = Next::after(&fault);
                report.fail(Step::Site, fault);
                if matches!(next, Next::Stop) {
                    return Ok(next);
                }
                state.quota_per_dollar
            }
        };
        state.quota_per_dollar = worth;
        let account = match site.account().await {
            Ok(account) => account,
            Err(fault) => {
                let next = Next::after(&fault);
                report.fail(Step::Balance, fault);
                return Ok(next);
            }
        };
        state.group.clone_from(&account.group);
        match worth {
            Some(worth) => {
                let left = Micros(quota_to_micros(account.quota, worth));
                self.store.note_balance(provider, Balance { left, updated_at: now }).await?;
                report.succeed(Step::Balance, 1, 1);
            }
            None => report.fail(Step::Balance, SiteFault::malformed("it does not say what its quota is worth")),
        }
        Ok(Next::Go)
    }

    /// Makes the provider's credentials the keys that the site lists. A list that is suddenly empty is not believed.
    async fn refresh_keys(
        &self,
        site: &SiteClient,
        provider: &Provider,
        report: &mut Report,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let seen = match site.keys().await {
            Ok(seen) => seen,
            Err(fault) => {
                report.fail(Step::Keys, fault);
                return Ok(());
            }
        };
        let known = self.store.list_site_keys(provider.id).await?;
        let known_count = known.iter().filter(|key| key.upstream.is_some()).count();
        if seen.is_empty() && known_count > 0 {
            let what =
                format!("it lists no keys any more; delete the {known_count} that are known by hand if that is right");
            report.fail(Step::Keys, SiteFault::partial(what));
            return Ok(());
        }
        let found = seen.len();
        let recovered = reveal(site, &hidden_keys(&known, &seen)).await;
        let changes = reconcile(provider, &known, seen, (&recovered, now));
        let changed = changes.add.len() + changes.remove.len();
        match self.store.apply_key_changes(provider.id, &changes).await {
            Ok(()) => report.succeed(Step::Keys, found, changed),
            Err(StoreError::Invalid { field, problem }) => {
                report.fail(Step::Keys, SiteFault::malformed(format!("`{field}` {problem}")));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn refresh_prices(
        &self,
        provider: ProviderId,
        (page, keys): (&Page, &[SiteKey]),
        (account_group, report): (&str, &mut Report),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(body) = &page.body else { return Ok(()) };
        let groups = groups_of(keys, &page.offer, account_group);
        if groups.is_empty() {
            report.succeed(Step::Prices, 0, 0);
            return Ok(());
        }
        let published = match read_published(body, &groups) {
            Ok(published) => published,
            Err(what) => {
                report.fail(Step::Prices, SiteFault::malformed(what));
                return Ok(());
            }
        };
        let entries: Vec<PriceEntry> =
            published.prices.into_iter().map(|(model, price)| entry(provider, model, price, now)).collect();
        match self.store.replace_provider_prices(provider, &entries, now).await {
            Ok(changed) => report.succeed(Step::Prices, entries.len(), changed),
            Err(StoreError::Invalid { field, problem }) => {
                report.fail(Step::Prices, SiteFault::malformed(format!("`{field}` {problem}")));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Makes routes of what each key may use. Keys that cannot be used now keep theirs for later.
    pub(crate) async fn refresh_routes(
        &self,
        provider: ProviderId,
        keys: &[SiteKey],
        (offer, account_group): (&Offer, &str),
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let mut wanted = BTreeMap::new();
        for key in keys {
            let Some(upstream) = key.upstream.as_ref().filter(|upstream| upstream.is_usable()) else { continue };
            let groups = offer.groups_of_key(&key.credential.group_name, account_group);
            wanted.insert(key.credential.id, offer.models_of_key(&groups, &upstream.model_limits));
        }
        let found = wanted.values().map(BTreeSet::len).sum();
        match self.store.replace_site_routes(provider, &wanted).await {
            Ok(routes) => report.succeed(Step::Routes, found, routes.added + routes.removed),
            Err(StoreError::Invalid { field, problem }) => {
                report.fail(Step::Routes, SiteFault::malformed(format!("`{field}` {problem}")));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Asks for what the site offers. Sites without a page of prices name at least their models.
async fn ask_offer(site: &SiteClient, known: Option<&Offer>, report: &mut Report) -> (Option<Page>, Next) {
    let asked = match site.pricing().await {
        Ok(body) => Offer::read(&body).map(|offer| Page { body: Some(body), offer }),
        Err(fault) => Err(fault),
    };
    let asked = match asked {
        // Where there is no such page, some sites answer with their front page.
        Err(SiteFault::Unsupported { .. }) => {
            site.models().await.map(|models| Page { body: None, offer: Offer::of_models(models) })
        }
        other => other,
    };
    let fault = match asked {
        Ok(page) if page.offer.models.is_empty() && known.is_some_and(|known| !known.models.is_empty()) => {
            SiteFault::partial("it offers no models any more")
        }
        Ok(page) => {
            report.succeed(Step::Offer, page.offer.models.len(), 0);
            return (Some(page), Next::Go);
        }
        Err(fault) => fault,
    };
    let next = Next::after(&fault);
    report.fail(Step::Offer, fault);
    (None, next)
}

/// Returns the groups that the usable keys go through, as far as the site says what they pay.
fn groups_of(keys: &[SiteKey], offer: &Offer, account_group: &str) -> BTreeSet<String> {
    let usable = keys.iter().filter(|key| key.is_usable());
    let groups = usable.flat_map(|key| offer.groups_of_key(&key.credential.group_name, account_group));
    let is_priced = |group: &&str| offer.group_ratio.is_empty() || offer.group_ratio.contains_key(*group);
    groups.filter(is_priced).map(str::to_owned).collect()
}

fn entry(provider: ProviderId, model: String, price: Price, now: Timestamp) -> PriceEntry {
    PriceEntry {
        model,
        scope: Scope::Provider(provider),
        source: PriceSource::Provider,
        effective_from: now,
        disputed: false,
        price,
    }
}
