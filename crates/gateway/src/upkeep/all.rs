//! The upkeep of all providers: several at once, each in its own time, none waiting for another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use rand::RngExt;
use sluice_domain::clock::Clock;
use sluice_domain::provider::Provider;
use sluice_store::{PageRequest, ProviderFilter, StoreError};

use super::{RefreshError, Upkeep};
use crate::saying::Fact;

/// Providers that are refreshed at the same time.
const MAX_CONCURRENT: usize = 8;
/// Sites are not all asked in the same moment.
const MAX_JITTER: Duration = Duration::from_secs(2);
/// Providers that are refreshed at most.
const MAX_PROVIDERS: u64 = 1_000;

/// What came of the upkeep of all providers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Round {
    /// Providers that were refreshed without a failure.
    pub(crate) refreshed: usize,
    /// Names of those that failed wholly or in part, with the reason.
    pub(crate) failed: Vec<(String, Fact)>,
    /// Those that were left alone: being refreshed already, or by the site's own wish.
    pub(crate) skipped: usize,
}

/// What came of one.
enum Outcome {
    Refreshed,
    Failed(String, Fact),
    Skipped,
}

impl Upkeep {
    /// Refreshes all enabled providers of the database, several at once. `progress` is told how many of how many are done. One
    /// that fails or dawdles holds up no other.
    ///
    /// # Errors
    /// The providers cannot be read.
    pub(crate) async fn refresh_all(
        &self,
        clock: &Clock,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Round, StoreError> {
        let filter = ProviderFilter { enabled: Some(true), ..ProviderFilter::default() };
        let providers = self.store.list_providers(&filter, PageRequest::nth(0, MAX_PROVIDERS)).await?.items;
        let (done, total) = (AtomicUsize::new(0), providers.len());
        progress(0, total);
        let tell = || progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        let refreshes: Vec<_> =
            providers.iter().map(|provider| self.refresh_and_tell(provider, clock, &tell)).collect();
        let mut outcomes = stream::iter(refreshes).buffer_unordered(MAX_CONCURRENT);
        let mut round = Round::default();
        while let Some(outcome) = outcomes.next().await {
            match outcome {
                Outcome::Refreshed => round.refreshed += 1,
                Outcome::Failed(name, reason) => round.failed.push((name, reason)),
                Outcome::Skipped => round.skipped += 1,
            }
        }
        round.failed.sort();
        Ok(round)
    }

    async fn refresh_and_tell(&self, provider: &Provider, clock: &Clock, tell: &(dyn Fn() + Sync)) -> Outcome {
        let outcome = self.refresh_one_of_all(provider, clock).await;
        tell();
        outcome
    }

    async fn refresh_one_of_all(&self, provider: &Provider, clock: &Clock) -> Outcome {
        let jitter = rand::rng().random_range(Duration::ZERO..MAX_JITTER);
        tokio::time::sleep(jitter).await;
        let failed = |reason: Fact| Outcome::Failed(provider.name.clone(), reason);
        match self.state_of(provider.id).await {
            Ok(state) if state.is_resting(clock.now()) => return Outcome::Skipped,
            Ok(_) => {}
            Err(error) => return failed(error.to_string().into()),
        }
        match self.refresh(provider, clock.now()).await {
            Ok(report) => match report.fault() {
                Some((step, fault)) => {
                    tracing::warn!(provider.id = provider.id.0, provider.name, step = step.as_str(), reason = %fault,
                        "a provider could not be synchronised");
                    failed(Fact::Both([fault.to_string(), fault.to_chinese()]))
                }
                None => Outcome::Refreshed,
            },
            Err(RefreshError::Busy) => Outcome::Skipped,
            Err(RefreshError::Store(error)) => {
                tracing::error!(provider.id = provider.id.0, %error, "what a provider says could not be kept");
                failed(error.to_string().into())
            }
        }
    }
}
