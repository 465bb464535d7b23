//! The daily check-in at sites that give something for it.
//!
//! A site is asked once a day, whatever runs on however many nodes: it is claimed in the database first. The job goes
//! through the sites that were not tried today; when somebody asks for it, through those that do not count the day yet. A
//! site that hangs holds up no other. Handlers use [`CheckIns`] for single sites.

mod calendar;
mod judge;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use sluice_domain::checkin::{Cause, CheckinResult, CheckinSite, Counts, DayState};
use sluice_domain::clock::Clock;
use sluice_domain::id::{CheckinItemId, CheckinRunId};
use sluice_domain::job::Trigger;
use sluice_domain::provider::Provider;
use sluice_store::{NewCheckinRun, ProviderPatch, Reach, SettledCheckin, SiteClaim, Store, StoreError};

use super::{About, Daily, First, Job, JobFailure, Means, Report, Schedule, Turn};
use crate::admin::{Declared, Settings};
use crate::saying::{Fact, Saying, Word};
use crate::upkeep::Upkeep;

pub(crate) use calendar::{Calendar, Today};
pub(crate) use judge::{chinese, english};

/// The job's name.
pub(crate) const JOB: &str = "check_in";
/// Sites that are asked at the same time.
const MAX_CONCURRENT: usize = 6;
/// Sites are not all asked in the same moment.
const MAX_JITTER: Duration = Duration::from_millis(500);
/// Longest that one site is waited for.
const SITE_LIMIT: Duration = Duration::from_secs(45);
/// A claim of a node that died can be taken after this; longer than a site is waited for.
const CLAIM: Duration = Duration::from_secs(90);
const FAILED_ALERT: &str = "checkin_failed";
const DISABLED_ALERT: &str = "checkin_disabled";

/// The run of check-ins that a run of the job made; kept as the job's result.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Made {
    /// Nothing where there was nothing to do.
    pub(crate) run: Option<i64>,
}

impl Made {
    fn to_text(self) -> Option<String> {
        serde_json::to_string(&self).ok()
    }
}

/// The job.
pub(super) struct CheckIn {
    checkins: CheckIns,
}

impl CheckIn {
    pub(super) fn new(means: &Means) -> Self {
        Self { checkins: CheckIns::new(means) }
    }
}

#[async_trait]
impl Job for CheckIn {
    fn about(&self) -> About {
        About {
            name: JOB,
            purpose: ["checks in for the day at sites that offer it", "在支持签到的站点完成每日签到"],
            time_limit: Duration::from_secs(3_600),
            retry: Duration::from_secs(60),
            settle: Duration::from_secs(5),
            alert_after: 3,
        }
    }

    fn schedule(&self, settings: &Settings) -> Option<Schedule> {
        let Calendar { minute, zone } = Calendar::read(settings)?;
        Some(Schedule::Daily(Daily { minute, zone, jitter: Duration::ZERO, first: First::InTime }))
    }

    async fn run(&self, turn: &Turn) -> Result<Report, JobFailure> {
        let cause = match turn.trigger() {
            Trigger::Schedule => Cause::Schedule,
            Trigger::Manual => Cause::Manual,
        };
        let today = Today::read(&Settings::read(&self.checkins.store).await?, self.checkins.clock.now());
        let Some((run, counts)) = self.checkins.run(cause, &today, turn).await? else {
            return Ok(Report { text: Word::CheckinNone.into(), result: Made { run: None }.to_text() });
        };
        let Counts { total, succeeded, failed, missing } = counts;
        let counts = [("succeeded", succeeded), ("total", total), ("failed", failed), ("missing", missing)];
        let counts = counts.map(|(place, count)| (place, Fact::from(count)));
        let facts: Vec<_> = counts.into_iter().chain([("day", today.day.as_str().into())]).collect();
        let text = Saying::of(Word::CheckinRound, &facts);
        if succeeded + failed < total {
            // A node that asked them may have died; then their day must not be lost.
            return Err(JobFailure(text.and(Word::CheckinUnderWay, &[])));
        }
        Ok(Report { text, result: Made { run: Some(run.0) }.to_text() })
    }
}

/// Checks in at sites.
#[derive(Debug)]
pub(crate) struct CheckIns {
    store: Arc<Store>,
    clock: Arc<Clock>,
    upkeep: Arc<Upkeep>,
    declared: Arc<Declared>,
}

impl CheckIns {
    pub(crate) fn new(means: &Means) -> Self {
        let Means { store, clock, upkeep, declared, .. } = means.clone();
        Self { store, clock, upkeep, declared }
    }

    /// Returns the sites that are checked in at: enabled ones where it is wanted.
    pub(crate) async fn sites(&self) -> Result<Vec<Provider>, StoreError> {
        let stored = self.store.load_catalog().await?.providers;
        let all = stored.into_iter().chain(self.declared.providers.iter().cloned());
        Ok(all.filter(|provider| provider.enabled && provider.checkin_enabled).collect())
    }

    /// Returns the sites that do not count a day yet, and what is known of them.
    pub(crate) async fn missing(&self, day: &str) -> Result<Vec<(Provider, Option<CheckinSite>)>, StoreError> {
        let mut known = self.store.list_checkin_sites().await?;
        let mut missing = Vec::new();
        for provider in self.sites().await? {
            let site = known.iter().position(|site| site.provider_id == provider.id).map(|at| known.swap_remove(at));
            if !site.as_ref().is_some_and(|site| site.is_done_on(day)) {
                missing.push((provider, site));
            }
        }
        Ok(missing)
    }

    /// Goes through the sites that are due, several at once. Returns `None` when none is.
    async fn run(
        &self,
        cause: Cause,
        today: &Today,
        turn: &Turn,
    ) -> Result<Option<(CheckinRunId, Counts)>, StoreError> {
        let reach = if cause == Cause::Schedule { Reach::Untried } else { Reach::Missing };
        let wanted = self.missing(&today.day).await?.into_iter().filter(|(provider, site)| {
            // Declared providers cannot be changed, so that what would be switched off is left out.
            let is_off = provider.id.0 < 0 && site.as_ref().is_some_and(is_switched_off) && cause == Cause::Schedule;
            let is_tried = site.as_ref().is_some_and(|site| site.day == today.day && site.state == DayState::Failed);
            !is_off && (reach == Reach::Missing || !is_tried)
        });
        let wanted: Vec<Provider> = wanted.map(|(provider, _)| provider).collect();
        if wanted.is_empty() {
            return Ok(None);
        }
        let total = wanted.len() as u64;
        let Today { zone, day } = today;
        let new = NewCheckinRun { cause, zone, day, now: self.clock.now(), total };
        let run = self.store.begin_checkin_run(&new).await?;
        turn.reached(0, Some(total), Word::AskingSites);
        let asked = wanted.iter().map(|provider| self.ask_in_turn(run, provider, (day, reach), turn));
        let mut asked = stream::iter(asked.collect::<Vec<_>>()).buffer_unordered(MAX_CONCURRENT);
        let mut counts = Counts { total, ..Counts::default() };
        let mut done = 0;
        while let Some(result) = asked.next().await {
            match result? {
                Some(result) if result.is_success => counts.succeeded += 1,
                Some(_) => counts.failed += 1,
                // Somebody asks it just now.
                None => {}
            }
            done += 1;
            turn.reached(done, Some(total), Word::AskingSites);
        }
        counts.missing = self.missing(day).await?.len() as u64;
        self.store.end_checkin_run(run, counts, self.clock.now()).await?;
        Ok(Some((run, counts)))
    }

    async fn ask_in_turn(
        &self,
        run: CheckinRunId,
        provider: &Provider,
        (day, reach): (&str, Reach),
        turn: &Turn,
    ) -> Result<Option<CheckinResult>, StoreError> {
        let jitter = rand::rng().random_range(Duration::ZERO..MAX_JITTER);
        tokio::select! {
            () = tokio::time::sleep(jitter) => {}
            () = turn.stop().cancelled() => {}
        }
        if turn.stop().is_cancelled() {
            return Ok(None);
        }
        let asked = self.ask(run, provider, (day, reach)).await?;
        Ok(asked.map(|(result, _)| result))
    }

    /// Checks in at one site, whatever came before today. Returns `None` when somebody does just now.
    pub(crate) async fn one(
        &self,
        provider: &Provider,
        today: &Today,
    ) -> Result<Option<(CheckinRunId, CheckinItemId)>, StoreError> {
        let Today { zone, day } = today;
        let claim = self.claim(provider, (day, Reach::Any));
        if !self.store.claim_site(&claim).await? {
            return Ok(None);
        }
        let new = NewCheckinRun { cause: Cause::Single, zone, day, now: self.clock.now(), total: 1 };
        let run = self.store.begin_checkin_run(&new).await?;
        let (result, item) = self.settle(run, provider).await?;
        let succeeded = u64::from(result.is_success);
        let missing = self.missing(day).await?.len() as u64;
        let counts = Counts { total: 1, succeeded, failed: 1 - succeeded, missing };
        self.store.end_checkin_run(run, counts, self.clock.now()).await?;
        Ok(Some((run, item)))
    }

    fn claim<'a>(&self, provider: &Provider, (day, reach): (&'a str, Reach)) -> SiteClaim<'a> {
        SiteClaim { provider_id: provider.id, day, reach, now: self.clock.now(), ttl: CLAIM }
    }

    async fn ask(
        &self,
        run: CheckinRunId,
        provider: &Provider,
        what: (&str, Reach),
    ) -> Result<Option<(CheckinResult, CheckinItemId)>, StoreError> {
        if !self.store.claim_site(&self.claim(provider, what)).await? {
            return Ok(None);
        }
        self.settle(run, provider).await.map(Some)
    }

    /// Asks a site that was claimed, and writes down what came of it.
    async fn settle(
        &self,
        run_id: CheckinRunId,
        provider: &Provider,
    ) -> Result<(CheckinResult, CheckinItemId), StoreError> {
        let result = self.answer(provider).await;
        let (provider_id, provider_name, now) = (provider.id, provider.name.as_str(), self.clock.now());
        if result.is_auto_disabled && provider_id.0 > 0 {
            let off = ProviderPatch { checkin_enabled: Some(false), ..ProviderPatch::default() };
            match self.store.update_provider(provider_id, off).await {
                // Deleted meanwhile.
                Ok(_) | Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let settled = SettledCheckin { run_id, provider_id, provider_name, result: &result, now };
        let item = self.store.settle_checkin(&settled).await?;
        self.tell(provider, &result).await?;
        Ok((result, item))
    }

    async fn answer(&self, provider: &Provider) -> CheckinResult {
        let Some(token) = &provider.access_token else { return judge::without_account() };
        let answered = match self.upkeep.site(provider) {
            Ok(client) => tokio::time::timeout(SITE_LIMIT, client.check_in()).await,
            Err(fault) => Ok(Err(fault)),
        };
        judge::judge(answered.unwrap_or(Err(crate::newapi::SiteFault::TimedOut)), token)
    }

    async fn tell(&self, provider: &Provider, result: &CheckinResult) -> Result<(), StoreError> {
        let (name, now) = (provider.name.as_str(), self.clock.now());
        if result.is_success {
            self.store.resolve_alert(FAILED_ALERT, name, now).await?;
            self.store.resolve_alert(DISABLED_ALERT, name, now).await?;
            return Ok(());
        }
        let said = Fact::Both([judge::english(result), judge::chinese(result)]);
        let (kind, word) = if result.is_auto_disabled {
            (DISABLED_ALERT, Word::CheckinOff)
        } else {
            (FAILED_ALERT, Word::CheckinFailed)
        };
        let message = Saying::of(word, &[("name", name.into()), ("said", said)]);
        self.store.raise_alert(kind, name, &message.kept(), now).await.map(drop)
    }
}

fn is_switched_off(site: &CheckinSite) -> bool {
    site.last.as_ref().is_some_and(|(result, _)| result.is_auto_disabled)
}
