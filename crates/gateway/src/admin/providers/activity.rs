//! What providers serve, and what they did today.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_store::{Grouping, MAX_PAGE_SIZE, Offer, UsageFilter, UsageGroup, UsageSums, UsageTotal};
use utoipa::ToSchema;

use crate::admin::AdminState;
use crate::admin::logs::days_offset;
use crate::admin::wire::Failure;
use crate::relay::Rest;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What a provider serves, and what it did today.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProviderActivityView)]
pub(super) struct ActivityView {
    /// Why calls leave it alone for now: `failing`, `rate_limited`, `quota_exhausted`, `unauthorized` or `model_missing`;
    /// `null` where they do not.
    resting_because: Option<&'static str>,
    /// Until when; 0 where they do not.
    resting_until: i64,
    /// Answers within the health window that said nothing, where answers are looked at.
    invalid_answers: u64,
    /// Different models of its enabled routes.
    model_count: u64,
    /// Its credentials.
    credential_count: u64,
    /// Those of them that are enabled.
    enabled_credential_count: u64,
    /// Calls that it answered today, by the server's clock.
    calls_today: u64,
    /// Those of them whose client got an error.
    failures_today: u64,
    /// What they cost the operator, micro-dollars.
    spent_today_micros: i64,
}

/// What some providers serve, and what they did today.
pub(super) struct Activity {
    resting: HashMap<ProviderId, Rest>,
    invalid: HashMap<ProviderId, u64>,
    offers: HashMap<ProviderId, Offer>,
    today: HashMap<ProviderId, UsageSums>,
}

impl Activity {
    /// Reads it for these providers.
    pub(super) async fn load(state: &AdminState, shown: &[ProviderId], now: Timestamp) -> Result<Self, Failure> {
        let (mut offers, mut today) = (HashMap::new(), HashMap::new());
        if !shown.is_empty() {
            offers = read_offers(state, shown).await?;
            today = read_today(state, now).await?;
        }
        let (resting, invalid) = (state.previewer.resting_providers(), state.previewer.invalid_answers());
        Ok(Self { resting, invalid, offers, today })
    }

    /// Returns it for one of them.
    pub(super) fn of(&self, id: ProviderId) -> ActivityView {
        let rest = self.resting.get(&id);
        let offer = self.offers.get(&id).copied().unwrap_or_default();
        let today = self.today.get(&id).copied().unwrap_or_default();
        ActivityView {
            resting_because: rest.map(|rest| rest.trouble.as_str()),
            resting_until: rest.map_or(0, |rest| rest.until_ms.div_euclid(1_000)),
            invalid_answers: self.invalid.get(&id).copied().unwrap_or_default(),
            model_count: offer.models,
            credential_count: offer.credentials,
            enabled_credential_count: offer.enabled_credentials,
            calls_today: today.calls,
            failures_today: today.failures,
            spent_today_micros: today.cost.0,
        }
    }
}

/// Returns how much these providers serve, declared or stored.
async fn read_offers(state: &AdminState, shown: &[ProviderId]) -> Result<HashMap<ProviderId, Offer>, Failure> {
    let mut offers = state.store.offers(shown).await?;
    for id in shown.iter().copied().filter(|id| id.0 < 0) {
        let routes = state.declared.routes.iter().filter(|route| route.enabled && route.provider_id == id);
        let models: BTreeSet<&str> = routes.map(|route| route.model.as_str()).collect();
        let credentials = || state.declared.credentials.iter().filter(|credential| credential.provider_id == id);
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let offer = Offer {
            models: count(models.len()),
            credentials: count(credentials().count()),
            enabled_credentials: count(credentials().filter(|credential| credential.enabled).count()),
        };
        offers.insert(id, offer);
    }
    Ok(offers)
}

/// Returns what providers did since midnight.
async fn read_today(state: &AdminState, now: Timestamp) -> Result<HashMap<ProviderId, UsageSums>, Failure> {
    let ahead_ms = i64::from(days_offset(None, now)?) * HOUR_MS;
    let midnight = (now.0 + ahead_ms).div_euclid(DAY_MS) * DAY_MS - ahead_ms;
    let filter = UsageFilter { since: Timestamp(midnight), until: Timestamp(now.0 + 1), ..UsageFilter::default() };
    let totals = state.store.usage_totals(&filter, Grouping::Provider, MAX_PAGE_SIZE).await?;
    let of_provider = |total: UsageTotal| match total.group {
        UsageGroup::Provider(Some(id)) => Some((id, total.sums)),
        UsageGroup::Provider(None)
        | UsageGroup::All
        | UsageGroup::Key(_)
        | UsageGroup::Model(_)
        | UsageGroup::User(_) => None,
    };
    Ok(totals.into_iter().filter_map(of_provider).collect())
}
