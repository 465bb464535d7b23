//! Keeps all providers current: keys, groups, prices, models and balances.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sluice_domain::clock::Clock;

use super::{About, Job, JobFailure, Means, Report, Schedule, Turn};
use crate::admin::Settings;
use crate::saying::{Saying, Word};
use crate::upkeep::Upkeep;

const EVERY: Duration = Duration::from_secs(300);
const JITTER: Duration = Duration::from_secs(20);
/// Failed providers that are named; more are counted.
const MAX_NAMED: usize = 5;

/// The job.
pub(super) struct ProviderSync {
    upkeep: Arc<Upkeep>,
    clock: Arc<Clock>,
}

impl ProviderSync {
    pub(super) fn new(means: &Means) -> Self {
        Self { upkeep: Arc::clone(&means.upkeep), clock: Arc::clone(&means.clock) }
    }
}

#[async_trait]
impl Job for ProviderSync {
    fn about(&self) -> About {
        About {
            name: "provider_sync",
            purpose: [
                "keeps keys, groups, prices, models and balances of all providers current",
                "保持所有供应商的密钥、分组、价格、模型与余额为最新",
            ],
            // A thousand providers, eight at a time, ninety seconds each, would take more; those left come next time.
            time_limit: Duration::from_secs(1_800),
            retry: Duration::from_secs(60),
            settle: Duration::from_secs(10),
            alert_after: 3,
        }
    }

    fn schedule(&self, _: &Settings) -> Option<Schedule> {
        Some(Schedule::Every { every: EVERY, jitter: JITTER })
    }

    async fn run(&self, turn: &Turn) -> Result<Report, JobFailure> {
        let reached = |done: usize, total: usize| turn.reached(done as u64, Some(total as u64), "");
        let work = self.upkeep.refresh_all(&self.clock, &reached);
        let round = tokio::select! {
            round = work => round?,
            () = turn.stop().cancelled() => return Err(Word::Stopped.into()),
        };
        let counts = [
            ("refreshed", round.refreshed.into()),
            ("failed", round.failed.len().into()),
            ("skipped", round.skipped.into()),
        ];
        let text = Saying::of(Word::SyncRound, &counts);
        let text = round.failed.iter().take(MAX_NAMED).fold(text, |text, (name, reason)| {
            text.and(Word::SyncFailed, &[("name", name.as_str().into()), ("reason", reason.clone())])
        });
        // Some site is always away; that is shown at the provider. The job fails when none answers.
        if round.refreshed == 0 && !round.failed.is_empty() { Err(JobFailure(text)) } else { Ok(text.into()) }
    }
}
