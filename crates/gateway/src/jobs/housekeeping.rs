//! Removes what has outlived its time, a little at a step so that nothing waits for it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sluice_domain::clock::{Clock, Timestamp};
use sluice_store::{Store, StoreError};

use super::{About, Job, JobFailure, Means, Report, Schedule, Turn};
use crate::admin::Settings;
use crate::saying::{Saying, Word};

/// Rows removed in one step, and the rest between two.
const STEP_ROWS: u64 = 1_000;
const STEP_PAUSE: Duration = Duration::from_millis(50);
/// Vendors keep stored responses for thirty days.
const OBJECT_DAYS: u32 = 31;
/// A request that is sent again comes within hours; after this the same key is a new request.
const IDEMPOTENCY_DAYS: u32 = 2;
/// How long people can look back at what is over.
const ALERT_DAYS: u32 = 90;
/// How long people can look back at who changed what.
const AUDIT_LOG_DAYS: u32 = 730;

/// The job.
pub(super) struct Housekeeping {
    store: Arc<Store>,
    bounds: Bounds,
}

/// How much stays.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Days that records of calls are kept; 0 keeps them for good.
    records_kept_days: u32,
    /// Most that responses take, bytes.
    responses_max_bytes: u64,
}

#[async_trait]
impl Job for Housekeeping {
    fn about(&self) -> About {
        About {
            name: "housekeeping",
            purpose: [
                "removes records of calls, kept responses, sessions and alerts that have outlived their time",
                "清理已过保留期的调用记录、已保存的响应、会话与告警",
            ],
            time_limit: Duration::from_secs(3_600),
            retry: Duration::from_secs(60),
            settle: Duration::from_secs(20),
            alert_after: 5,
        }
    }

    fn schedule(&self, _: &Settings) -> Option<Schedule> {
        Some(Schedule::Every { every: Duration::from_secs(600), jitter: Duration::from_secs(30) })
    }

    async fn run(&self, turn: &Turn) -> Result<Report, JobFailure> {
        let removed = tidy(&self.store, self.bounds, turn).await?;
        Ok(Saying::of(Word::RowsRemoved, &[("rows", removed.into())]).into())
    }
}

impl Housekeeping {
    pub(super) fn new(means: &Means) -> Self {
        let Means { records_kept_days, responses_max_bytes, .. } = *means;
        Self { store: Arc::clone(&means.store), bounds: Bounds { records_kept_days, responses_max_bytes } }
    }
}

/// Returns how many rows it removed.
async fn tidy(store: &Store, bounds: Bounds, turn: &Turn) -> Result<u64, StoreError> {
    let retention_days = bounds.records_kept_days;
    let now = Clock::System.now();
    let mut removed = store.purge_sessions(now).await?;
    let objects = days_before(now, OBJECT_DAYS).map(Purge::Objects);
    let idempotency = days_before(now, IDEMPOTENCY_DAYS).map(Purge::Idempotency);
    let alerts = days_before(now, ALERT_DAYS).map(Purge::Alerts);
    let checkins = days_before(now, ALERT_DAYS).map(Purge::Checkins);
    let trail = days_before(now, AUDIT_LOG_DAYS).map(Purge::Trail);
    let calls = (retention_days > 0).then(|| days_before(now, retention_days)).flatten().map(Purge::Calls);
    let responses = Some(Purge::Responses(now));
    for purge in [objects, idempotency, alerts, checkins, trail, calls, responses].into_iter().flatten() {
        while !turn.stop().is_cancelled() {
            let rows = purge.step(store).await?;
            removed += rows;
            turn.reached(removed, None, Word::RemovingRows);
            if rows < STEP_ROWS {
                break;
            }
            tokio::time::sleep(STEP_PAUSE).await;
        }
    }
    store.trim_responses(bounds.responses_max_bytes).await?;
    Ok(removed)
}

/// What is removed.
enum Purge {
    Objects(Timestamp),
    Idempotency(Timestamp),
    Alerts(Timestamp),
    Checkins(Timestamp),
    Trail(Timestamp),
    Calls(Timestamp),
    /// Those whose time is over by then.
    Responses(Timestamp),
}

impl Purge {
    async fn step(&self, store: &Store) -> Result<u64, StoreError> {
        match self {
            Self::Objects(before) => store.purge_objects_before(*before, STEP_ROWS).await,
            Self::Idempotency(before) => store.purge_idempotency_before(*before, STEP_ROWS).await,
            Self::Checkins(before) => store.purge_checkins_before(*before, STEP_ROWS).await,
            Self::Alerts(before) => store.purge_alerts_before(*before, STEP_ROWS).await,
            Self::Trail(before) => store.purge_entries_before(*before, STEP_ROWS).await,
            Self::Calls(before) => store.purge_calls_before(*before, STEP_ROWS).await,
            Self::Responses(now) => store.purge_responses(*now, STEP_ROWS).await,
        }
    }
}

fn days_before(now: Timestamp, days: u32) -> Option<Timestamp> {
    now.0.checked_sub(i64::from(days) * 86_400_000).map(Timestamp)
}

#[cfg(test)]
mod tests {
    use sluice_store::{Claim, IdempotencyKey, PageRequest};

    use sluice_domain::job::Trigger;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::money::scene::Scene;

    fn turn() -> Turn {
        Turn { trigger: Trigger::Manual, stop: CancellationToken::new(), progress: Arc::default() }
    }

    #[tokio::test]
    async fn what_has_outlived_its_time_goes_and_the_rest_stays() {
        let scene = Scene::new().await;
        let store = &scene.store;
        let now = Clock::System.now();
        let ago = |days| days_before(now, days).unwrap();
        let key = |key: &str| IdempotencyKey { scope: "s".to_owned(), key: key.to_owned(), input: [1; 32] };
        for (name, days) in [("old", 3), ("young", 1)] {
            store.claim(&key(name), "done", ago(days)).await.unwrap();
        }
        for (subject, days) in [("long over", 91), ("over", 89)] {
            store.raise_alert("k", subject, "m", ago(days)).await.unwrap();
            store.resolve_alert("k", subject, ago(days)).await.unwrap();
        }
        store.raise_alert("k", "open", "m", ago(91)).await.unwrap();
        let bounds = Bounds { records_kept_days: 0, responses_max_bytes: 0 };
        tidy(store, bounds, &turn()).await.unwrap();
        assert_eq!(store.claim(&key("old"), "", now).await.unwrap(), Claim::First);
        let again = Claim::Again { outcome: "done".to_owned() };
        assert_eq!(store.claim(&key("young"), "", now).await.unwrap(), again);
        let left = store.list_alerts(false, PageRequest::nth(0, 10)).await.unwrap().items;
        assert_eq!(left.iter().map(|alert| alert.subject.as_str()).collect::<Vec<_>>(), ["open", "over"]);
    }
}
