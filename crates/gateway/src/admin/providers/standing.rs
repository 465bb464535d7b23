//! How providers stand: whether their sites can be reached, how fresh their balance is, and numbers about all of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use serde::Serialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::ProviderId;
use sluice_domain::ledger::Tz;
use sluice_domain::money::Micros;
use sluice_domain::provider::Provider;
use sluice_store::ZONE_OPTION;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::activity::{Activity, ActivityView};
use super::view::{ProviderView, show_dollars};
use crate::admin::AdminState;
use crate::admin::access::AsAdmin;
use crate::admin::checkin::LastCheckin;
use crate::admin::docs::Spellings;
use crate::admin::wire::{Envelope, Failure, Language, Reply, found};
use crate::newapi::SiteFault;
use crate::upkeep::{SiteState, stale_from, zone_of_days};

/// A balance older than this is stale in summaries.
const FRESH_FOR: Duration = Duration::from_secs(24 * 3_600);

pub(super) fn endpoints() -> OpenApiRouter<Arc<AdminState>> {
    OpenApiRouter::default().serve(routes!(summarise_providers))
}

/// Returns what a fault says in a language.
pub(super) fn say(fault: &SiteFault, language: Language) -> String {
    match language {
        Language::English => fault.to_string(),
        Language::Chinese => fault.to_chinese(),
    }
}

/// How a provider's site answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StandingView {
    /// Whether its keys, prices and balance are kept current by its system access token.
    managed: bool,
    /// `unknown`, `healthy` or `unreachable`.
    health_status: &'static str,
    /// When it was last seen whether it can be reached, Unix seconds; 0 never. The same goes for all times here.
    health_check_at: i64,
    health_success_at: i64,
    /// 0 as well once it can be reached again.
    health_failure_at: i64,
    /// Why the last synchronisation failed, wholly or in part, in English.
    health_failure_reason: String,
    /// The same in Chinese.
    health_failure_reason_zh: String,
    /// Until then it counts as away.
    health_cooldown_until: i64,
    /// Whether it counts as away now.
    health_blocked: bool,
    /// `unknown` (never read), `fresh` (not older than a day) or `stale`.
    balance_freshness: &'static str,
    /// Whether nothing is known against sending calls to it; whether it is enabled does not count.
    route_eligible: bool,
    /// Any of `balance_stale` and `site_unavailable`.
    route_block_reasons: Vec<&'static str>,
    /// When it was last synchronised.
    last_synced: i64,
    #[serde(flatten)]
    activity: ActivityView,
    #[serde(flatten)]
    checkin: LastCheckin,
}

/// How all providers stand at one moment.
pub(super) struct Standings<'a> {
    state: &'a AdminState,
    sites: BTreeMap<ProviderId, SiteState>,
    checkins: BTreeMap<ProviderId, LastCheckin>,
    activity: Activity,
    now: Timestamp,
    /// Where days begin.
    zone: Tz,
}

impl<'a> Standings<'a> {
    /// Reads how all providers stand, and how much these serve.
    pub(super) async fn load(state: &'a AdminState, shown: &[ProviderId]) -> Result<Self, Failure> {
        let sites = state.store.site_states().await?;
        let checkins = state.store.list_checkin_sites().await?;
        let zone = zone_of_days(state.store.options().await?.get(ZONE_OPTION).map(String::as_str));
        let now = state.clock.now();
        Ok(Self {
            state,
            sites: sites.into_iter().map(|(id, text)| (id, SiteState::read(&text))).collect(),
            checkins: checkins.iter().map(|site| (site.provider_id, LastCheckin::of(site))).collect(),
            activity: Activity::load(state, shown, now).await?,
            now,
            zone,
        })
    }

    /// Returns a provider with how it stands.
    pub(super) fn view(&self, provider: &Provider) -> ProviderView {
        ProviderView::of(provider, self.of(provider))
    }

    fn of(&self, provider: &Provider) -> StandingView {
        let unknown = SiteState::default();
        let site = self.sites.get(&provider.id).unwrap_or(&unknown);
        let is_managed = self.state.upkeep.is_managed(provider);
        let updated_at = provider.balance.map(|balance| balance.updated_at);
        let is_stale = is_managed && updated_at.is_some_and(|at| stale_from(at, self.zone) <= self.now);
        let is_blocked = site.is_blocked(self.now);
        let reasons = [(is_stale, "balance_stale"), (is_blocked, "site_unavailable")];
        let route_block_reasons: Vec<_> =
            reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect();
        let secs = |at: Option<Timestamp>| at.map_or(0, Timestamp::unix_secs);
        StandingView {
            managed: is_managed,
            health_status: site.health.as_str(),
            health_check_at: secs(site.checked_at),
            health_success_at: secs(site.succeeded_at),
            health_failure_at: secs(site.failed_at),
            health_failure_reason: site.failure.as_ref().map(ToString::to_string).unwrap_or_default(),
            health_failure_reason_zh: site.failure.as_ref().map(SiteFault::to_chinese).unwrap_or_default(),
            health_cooldown_until: secs(site.cooldown_until),
            health_blocked: is_blocked,
            balance_freshness: match updated_at {
                None => "unknown",
                Some(at) if self.is_fresh(at) => "fresh",
                Some(_) => "stale",
            },
            route_eligible: route_block_reasons.is_empty(),
            route_block_reasons,
            last_synced: secs(site.synced_at),
            activity: self.activity.of(provider.id),
            checkin: self.checkins.get(&provider.id).cloned().unwrap_or_default(),
        }
    }

    fn is_fresh(&self, updated_at: Timestamp) -> bool {
        updated_at.plus(FRESH_FOR) >= self.now
    }
}

/// Numbers about all providers.
#[derive(Debug, Default, Serialize, ToSchema)]
struct SummaryView {
    total_providers: usize,
    enabled_providers: usize,
    /// Providers that are reached through a proxy.
    proxy_enabled_providers: usize,
    /// Providers whose site counts as away now.
    unreachable_providers: usize,
    /// What is left on all accounts together, US dollars; accounts in debt count as empty.
    #[schema(example = "12.34")]
    balance_total_usd: f64,
    /// The same, such as `$12.34`.
    balance_total: String,
    /// Accounts whose balance is known.
    balance_account_count: usize,
    /// Accounts whose balance is not known.
    balance_missing_count: usize,
    balance_fresh_count: usize,
    balance_stale_count: usize,
    balance_never_updated_count: usize,
    /// How long a balance is fresh.
    freshness_window_hours: u64,
    total_credentials: usize,
    total_routes: usize,
}

/// Numbers about all providers.
#[utoipa::path(get, path = "/api/provider/summary", tag = "Providers",
    responses((status = 200, description = "The numbers.", body = Envelope<SummaryView>)))]
async fn summarise_providers(State(state): State<Arc<AdminState>>, _: AsAdmin) -> Reply<SummaryView> {
    let catalog = state.store.load_catalog().await?;
    let standings = Standings::load(&state, &[]).await?;
    let all = || catalog.providers.iter().chain(&state.declared.providers);
    let balances = || all().filter_map(|provider| provider.balance);
    let left: i64 = balances().map(|balance| balance.left.0.max(0)).fold(0, i64::saturating_add);
    let known = balances().count();
    let fresh = balances().filter(|balance| standings.is_fresh(balance.updated_at)).count();
    let is_away =
        |provider: &&Provider| standings.sites.get(&provider.id).is_some_and(|site| site.is_blocked(standings.now));
    let total = all().count();
    found(SummaryView {
        total_providers: total,
        enabled_providers: all().filter(|provider| provider.enabled).count(),
        proxy_enabled_providers: all().filter(|provider| provider.proxy_url.is_some()).count(),
        unreachable_providers: all().filter(is_away).count(),
        balance_total_usd: left as f64 / 1_000_000.0,
        balance_total: show_dollars(Micros(left)),
        balance_account_count: known,
        balance_missing_count: total - known,
        balance_fresh_count: fresh,
        balance_stale_count: known - fresh,
        balance_never_updated_count: total - known,
        freshness_window_hours: FRESH_FOR.as_secs() / 3_600,
        total_credentials: catalog.credentials.len() + state.declared.credentials.len(),
        total_routes: catalog.routes.len() + state.declared.routes.len(),
    })
}
