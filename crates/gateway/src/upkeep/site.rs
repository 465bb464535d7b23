//! The upkeep of a provider whose account is managed through its site.

use std::collections::{BTreeMap, BTreeSet};

use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::money::Micros;
use sluice_domain::provider::{Balance, Provider};
use sluice_store::{SiteKey, StoreError};

use super::prices::{PaidGroups, entries_of};
use super::report::{Report, SiteState, Step};
use super::reveal::reveal;
use super::{USUAL_QUOTA_PER_DOLLAR, Upkeep};
use crate::newapi::{
    AccountGroups, Look, Offer, Sheet, SiteClient, SiteFault, Subscriptions, hidden_keys, quota_to_micros, reconcile,
};

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
    /// What the account pays by group, where the site says that apart.
    groups: Option<AccountGroups>,
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
        let offer = page.as_ref().map(|page| &page.offer).or(known_offer.as_ref());
        self.refresh_keys(&site, (provider, offer, &state.group), report, now).await?;
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
        self.refresh_balance(site, (provider, worth), (state, report), now).await
    }

    async fn refresh_balance(
        &self,
        site: &SiteClient,
        (provider, worth): (ProviderId, Option<u64>),
        (state, report): Notes<'_>,
        now: Timestamp,
    ) -> Result<Next, StoreError> {
        let asked = match site.account().await {
            Ok(account) => {
                state.group.clone_from(&account.group);
                spendable(site, account.quota, now).await
            }
            Err(fault) => Err(fault),
        };
        let spendable = match asked {
            Ok(spendable) => spendable,
            Err(fault) => {
                let next = Next::after(&fault);
                report.fail(Step::Balance, fault);
                return Ok(next);
            }
        };
        match (spendable, worth) {
            (Some(quota), Some(worth)) => {
                let left = Micros(quota_to_micros(quota, worth));
                self.store.note_balance(provider, Balance { left, updated_at: now }).await?;
                report.succeed(Step::Balance, 1, 1);
            }
            (None, _) => {
                self.store.forget_balance(provider).await?;
                report.succeed(Step::Balance, 1, 1);
            }
            (Some(_), None) => {
                report.fail(Step::Balance, SiteFault::malformed("it does not say what its quota is worth"));
            }
        }
        Ok(Next::Go)
    }

    /// Makes the provider's credentials the keys that the site lists. A list that is suddenly empty is not believed.
    async fn refresh_keys(
        &self,
        site: &SiteClient,
        (provider, offer, account_group): (&Provider, Option<&Offer>, &str),
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
        let changes = reconcile(provider, &known, seen, &Look { recovered: &recovered, offer, account_group, now });
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
        let paid = paid_by(keys, &page.offer, account_group);
        if paid.is_empty() {
            report.succeed(Step::Prices, 0, 0);
            return Ok(());
        }
        let sheet = Sheet::read(body).map(|sheet| match &page.groups {
            Some(groups) => sheet.with_ratios(&groups.ratios),
            None => sheet,
        });
        let entries = match sheet.and_then(|sheet| entries_of(provider, &sheet, &paid, now)) {
            Ok((entries, _)) => entries,
            Err(what) => {
                report.fail(Step::Prices, SiteFault::malformed(what));
                return Ok(());
            }
        };
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
            let groups = offer.groups_of_key(&key.credential.group_name, &upstream.auto_groups, account_group);
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

/// Returns what the account can spend, in the site's units: an empty wallet may stand beside a subscription that pays.
/// `None` where that has no bound.
async fn spendable(site: &SiteClient, wallet: i64, now: Timestamp) -> Result<Option<i64>, SiteFault> {
    if wallet > 0 {
        return Ok(Some(wallet));
    }
    match site.subscriptions(now).await {
        Ok(Subscriptions::Left(0)) => Ok(Some(wallet)),
        Ok(Subscriptions::Left(left)) => Ok(Some(left)),
        Ok(Subscriptions::Unbounded) => Ok(None),
        Err(SiteFault::Unsupported { .. }) => Ok(Some(wallet)),
        Err(fault) => Err(fault),
    }
}

/// Asks for what the site offers, and to which groups of the account. Sites without a page of prices name at least their
/// models.
async fn ask_offer(site: &SiteClient, known: Option<&Offer>, report: &mut Report) -> (Option<Page>, Next) {
    let asked = match ask_page(site).await {
        Ok(page) if page.offer.models.is_empty() && known.is_some_and(|known| !known.models.is_empty()) => {
            Err(SiteFault::partial("it offers no models any more"))
        }
        Ok(page) => ask_groups(site, page, known).await,
        Err(fault) => Err(fault),
    };
    match asked {
        Ok(page) => {
            report.succeed(Step::Offer, page.offer.models.len(), 0);
            (Some(page), Next::Go)
        }
        Err(fault) => {
            let next = Next::after(&fault);
            report.fail(Step::Offer, fault);
            (None, next)
        }
    }
}

async fn ask_page(site: &SiteClient) -> Result<Page, SiteFault> {
    match site.pricing().await {
        Ok(body) => Offer::read(&body).map(|offer| Page { body: Some(body), groups: None, offer }),
        Err(SiteFault::Unsupported { .. }) => {
            let offer = Offer::of_models(site.models().await?);
            Ok(Page { body: None, groups: None, offer })
        }
        Err(fault) => Err(fault),
    }
}

/// Adds the account's groups. The page of prices does not know whose they are where a site shows it to visitors, too.
async fn ask_groups(site: &SiteClient, page: Page, known: Option<&Offer>) -> Result<Page, SiteFault> {
    if page.body.is_none() {
        return Ok(page);
    }
    match site.groups().await {
        Ok(groups) => Ok(Page { offer: page.offer.with_groups(&groups), groups: Some(groups), ..page }),
        // Without them everybody's factors would be taken for the account's.
        Err(SiteFault::Unsupported { .. }) if known.is_none_or(|known| !known.knows_groups) => Ok(page),
        Err(fault) => Err(fault),
    }
}

/// Returns what the usable keys pay for, as far as the site says what that costs.
fn paid_by(keys: &[SiteKey], offer: &Offer, account_group: &str) -> PaidGroups {
    let is_priced = |group: &&str| offer.group_ratio.is_empty() || offer.group_ratio.contains_key(*group);
    let mut paid = PaidGroups::new();
    for key in keys.iter().filter(|key| key.is_usable()) {
        let own = key.upstream.as_ref().map_or(&[][..], |upstream| &upstream.auto_groups);
        let groups = offer.groups_of_key(&key.credential.group_name, own, account_group);
        let priced: Vec<String> = groups.into_iter().filter(is_priced).map(str::to_owned).collect();
        if !priced.is_empty() {
            paid.entry(key.credential.group_name.clone()).or_default().extend(priced);
        }
    }
    paid
}
